//! Signing in at the emulator.

use std::time::Duration;

use clever_emulator::Emulator;

use crate::support::{
    FORM, asks_who_it_is, authorize_target, cookie, exchange, form, get, get_with, post, query, sign_in,
    with_pages,
};

#[test]
fn a_whole_login_on_the_pages_ends_at_the_app() {
    let emulator = with_pages();
    let target = authorize_target("oauth-app", "&state=s%26t");
    let signed_in = sign_in(&emulator, "510001", &target);
    assert_eq!((signed_in.status, signed_in.location()), (303, target.as_str()));
    let answer = get_with(&emulator, signed_in.location(), &[("Cookie", &cookie(&signed_in))]);
    assert_eq!(answer.status, 302);
    assert_eq!(query(answer.location())["state"], "s&t");
    assert_eq!(exchange(&emulator, "oauth-app", &query(answer.location())["code"]).status, 200);
}

#[test]
fn the_cookie_is_random_http_only_lax_and_lasts_two_hours() {
    let emulator = with_pages();
    let (one, other) = (sign_in(&emulator, "510001", ""), sign_in(&emulator, "510001", ""));
    assert_ne!(cookie(&one), cookie(&other));
    let attributes = one.header("set-cookie").unwrap().split_once("; ").unwrap().1;
    assert_eq!(attributes, "Path=/; Max-Age=7200; HttpOnly; SameSite=Lax");
}

#[test]
fn the_cookies_of_two_emulators_do_not_clash() {
    let name =
        |emulator: &Emulator| cookie(&sign_in(emulator, "510001", "")).split_once('=').unwrap().0.to_owned();
    let (one, other) = (with_pages(), with_pages());
    assert_ne!(name(&one), name(&other));
    assert!(name(&one).contains("emulator"));
}

#[test]
fn a_session_ends_after_two_hours() {
    let emulator = with_pages();
    let cookie = cookie(&sign_in(&emulator, "510001", ""));
    let asked =
        || asks_who_it_is(&get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &cookie)]));
    emulator.advance(Duration::from_secs(7199));
    assert!(!asked());
    emulator.advance(Duration::from_secs(1));
    assert!(asked());
}

#[test]
fn a_made_up_cookie_signs_no_one_in() {
    let emulator = with_pages();
    let name = cookie(&sign_in(&emulator, "510001", "")).split_once('=').unwrap().0.to_owned();
    let made_up = format!("{name}={}", "0".repeat(40));
    let answer = get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &made_up)]);
    assert!(asks_who_it_is(&answer));
}

#[test]
fn signing_out_ends_the_session_and_removes_the_cookie() {
    let emulator = with_pages();
    let cookie = cookie(&sign_in(&emulator, "510001", ""));
    let signed_out = post(&emulator, "/logout", &[FORM, ("Cookie", &cookie)], "");
    assert_eq!((signed_out.status, signed_out.location()), (303, "/login"));
    assert!(signed_out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let answer = get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &cookie)]);
    assert!(asks_who_it_is(&answer));
}

#[test]
fn a_wrong_password_shows_the_page_again_with_an_alert_and_keeps_the_target() {
    let emulator = with_pages();
    for (username, password) in [("510001", "510002"), ("510001", ""), ("ada", "ada"), ("", ""), ("x", "x")] {
        let body =
            form(&[("username", username), ("password", password), ("target", "/oauth/authorize?a=b")]);
        let answer = post(&emulator, "/login", &[FORM], &body);
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{username} {password}");
        assert!(answer.page().contains(r#"role="alert""#));
        assert!(answer.page().contains(r#"value="/oauth/authorize?a=b""#));
    }
}

#[test]
fn the_page_lists_everyone_with_number_and_a_button() {
    let emulator = with_pages();
    let answer = get(&emulator, "/login");
    assert_eq!(answer.status, 200);
    for person in emulator.people() {
        assert!(answer.page().contains(&person.sign_in_number));
        let name = person.full_name().replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(answer.page().contains(&format!(r#"Sign in as <bdi dir="auto">{name}</bdi>"#)), "{name}");
    }
    assert!(answer.body.contains("José Núñez"));
}

#[test]
fn the_login_page_has_labels() {
    let answer = get(&with_pages(), "/login?portal=emulated");
    for expected in
        [r#"<label for="username">"#, r#"<label for="password">"#, r#"lang="en""#, "width=device-width"]
    {
        assert!(answer.page().contains(expected), "{expected}");
    }
    let desk: Vec<_> = crate::desk::links(answer.page());
    let desk: Vec<_> = desk.iter().filter(|link| link.starts_with("/_emulator")).collect();
    assert_eq!(desk, ["/_emulator/"], "the one way to the desk");
}

#[test]
fn the_page_says_who_is_signed_in() {
    let emulator = with_pages();
    let cookie = cookie(&sign_in(&emulator, "510003", ""));
    let answer = get_with(&emulator, "/login", &[("Cookie", &cookie)]);
    assert!(answer.page().contains("Signed in as <strong dir=\"auto\">José Núñez</strong>"));
    assert!(!get(&emulator, "/login").page().contains("Signed in as"));
}

#[test]
fn a_target_outside_the_emulator_is_ignored() {
    let emulator = with_pages();
    for target in
        ["//evil.example", "http://evil.example", "/\\evil.example", "/\t/evil.example", "evil", "/é"]
    {
        assert_eq!(sign_in(&emulator, "510001", target).location(), "/login", "{target:?}");
        let page = get(&emulator, &format!("/login?{}", form(&[("target", target)])));
        assert!(!page.page().contains(r#"name="target""#), "{target:?}");
    }
}

#[test]
fn a_target_cannot_add_a_header() {
    let answer = sign_in(&with_pages(), "510001", "/x\r\nSet-Cookie: a=b");
    assert_eq!(answer.location(), "/login");
}

#[test]
fn user_name_and_target_are_escaped() {
    let emulator = with_pages();
    let attack = r#"/"><script>alert(1)</script>"#;
    let body = form(&[("username", attack), ("password", "x"), ("target", attack)]);
    for answer in [
        post(&emulator, "/login", &[FORM], &body),
        get(&emulator, &format!("/login?{}", form(&[("target", attack)]))),
    ] {
        assert!(!answer.page().contains("<script"));
        assert!(answer.page().contains("&quot;&gt;&lt;script"));
    }
}

#[test]
fn a_password_is_never_shown_again() {
    let body = form(&[("username", "510001"), ("password", "typed-by-mistake")]);
    assert!(!post(&with_pages(), "/login", &[FORM], &body).page().contains("typed-by-mistake"));
}

#[test]
fn the_root_path_leads_to_the_login_page() {
    let answer = get(&with_pages(), "/");
    assert_eq!((answer.status, answer.location()), (303, "/login"));
}
