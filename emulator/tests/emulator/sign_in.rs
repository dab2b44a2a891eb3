//! The ways to sign in at a district (its identity provider, a password, a badge), and requests that must not sign anyone in.

use clever_emulator::Emulator;

use crate::http::{Headers, Response};
use crate::support::{
    FORM, asks_who_it_is, authorize_target, cookie, form, get, get_with, post, query, session, sign_in,
    with_pages,
};

const TARGET: &str = "/oauth/authorize?a=b";

fn number(emulator: &Emulator, handle: &str) -> String {
    emulator.person(handle).unwrap().sign_in_number.clone()
}

fn with_form(emulator: &Emulator, path: &str, pairs: &[(&str, &str)]) -> Response {
    post(emulator, path, &[FORM], &form(pairs))
}

#[test]
fn a_login_page_offers_the_login_methods_of_its_district() {
    let emulator = with_pages();
    let offers = |portal: &str| {
        let page = get(&emulator, &format!("/login?portal={portal}"));
        ["/login/provider?", "/login/badge?", r#"id="password""#].map(|way| page.page().contains(way))
    };
    assert_eq!(offers("emulated"), [true, true, true]);
    assert_eq!(offers("island"), [true, true, false]);
    assert_eq!(offers("library"), [false, false, true]);
}

#[test]
fn a_login_method_that_the_school_does_not_have_is_not_found() {
    let emulator = with_pages();
    for path in
        ["/login/provider", "/login/badge", "/login/provider?portal=library", "/login/badge?portal=library"]
    {
        assert_eq!(get(&emulator, path).status, 404, "{path}");
    }
    assert_eq!(get(&emulator, "/login/badge?portal=nowhere").status, 404);
    let lou = emulator.person("lou").unwrap();
    let badge = [("portal", "library"), ("code", &lou.badge_code())];
    assert_eq!(with_form(&emulator, "/login/badge", &badge).status, 404);
    let provider = [("portal", "library"), ("username", lou.sign_in_number.as_str())];
    assert_eq!(with_form(&emulator, "/login/provider", &provider).status, 404);
}

#[test]
fn the_login_page_of_a_district_accepts_only_its_own_people() {
    let emulator = with_pages();
    let answer = |portal: &str, handle: &str| {
        let number = number(&emulator, handle);
        with_form(&emulator, "/login", &[("portal", portal), ("username", &number), ("password", &number)])
    };
    assert_eq!(answer("emulated", "ada").status, 303);
    for (portal, handle) in
        [("emulated", "anouk"), ("emulated", "lou"), ("library", "ada"), ("island", "anouk")]
    {
        let answer = answer(portal, handle);
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{portal} {handle}");
    }
}

#[test]
fn the_error_for_a_wrong_password_is_shown_and_read_by_screen_readers() {
    let emulator = with_pages();
    let pairs = [("portal", "emulated"), ("username", "510001"), ("password", "1"), ("target", TARGET)];
    let page = with_form(&emulator, "/login", &pairs);
    assert_eq!(page.status, 401);
    assert!(page.page().contains(r#"<p class="alert" id="problem" role="alert" tabindex="-1" autofocus>"#));
    assert!(page.page().contains(r#"value="510001" aria-invalid="true" aria-describedby="problem""#));
    assert!(page.page().contains("no one at Emulated School District has this user name and password"));
    assert!(page.page().contains(&format!(r#"name="target" value="{TARGET}""#)));
    let before = get(&emulator, "/login?portal=emulated");
    assert!(!before.page().contains("aria-invalid") && !before.page().contains("autofocus"));
}

#[test]
fn the_identity_provider_signs_a_person_in_and_leads_back() {
    let emulator = with_pages();
    let login = get(&emulator, &format!("/login?portal=island&{}", form(&[("target", TARGET)])));
    let link = "/login/provider?portal=island&amp;target=%2Foauth%2Fauthorize%3Fa%3Db";
    assert!(login.page().contains(&format!(r#"href="{link}">Log in with <bdi>Island Harbor"#)));
    let page = get(&emulator, &link.replace("&amp;", "&"));
    assert!(page.page().contains("Island Harbor") && page.page().contains("Anouk Verhoeven"));
    assert!(!page.page().contains("Ada Ashworth"), "the page lists only people of the district");
    let pairs = [("portal", "island"), ("username", "530001"), ("target", TARGET)];
    let answer = with_form(&emulator, "/login/provider", &pairs);
    assert_eq!((answer.status, answer.location()), (303, TARGET));
    let portal = get_with(&emulator, "/in/island", &[("Cookie", &cookie(&answer))]);
    assert!(portal.page().contains("Anouk Verhoeven"));
}

#[test]
fn the_identity_provider_accepts_only_people_of_its_district() {
    let emulator = with_pages();
    for username in ["510001", "620001", "nobody", ""] {
        let answer = with_form(&emulator, "/login/provider", &[("portal", "island"), ("username", username)]);
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{username}");
        assert!(answer.page().contains(r#"role="alert""#));
    }
}

#[test]
fn a_badge_signs_in_its_owner() {
    let emulator = with_pages();
    let ada = emulator.person("ada").unwrap();
    let page = get(&emulator, "/login/badge?portal=emulated&target=%2Fin%2Femulated");
    assert!(page.page().contains(&ada.badge_code()) && page.page().contains(r#"<label for="code">"#));
    for code in [ada.badge_code(), ada.badge_code().to_lowercase().replace('-', " ")] {
        let pairs = [("portal", "emulated"), ("code", &code), ("target", "/in/emulated")];
        let answer = with_form(&emulator, "/login/badge", &pairs);
        assert_eq!((answer.status, answer.location()), (303, "/in/emulated"), "{code}");
        let portal = get_with(&emulator, "/in/emulated", &[("Cookie", &cookie(&answer))]);
        assert!(portal.page().contains("Ada Ashworth"));
    }
}

#[test]
fn an_unknown_badge_or_one_of_another_district_signs_no_one_in() {
    let emulator = with_pages();
    let other = emulator.person("anouk").unwrap().badge_code();
    for code in ["", "0000-0000", "510001", &other] {
        let answer = with_form(&emulator, "/login/badge", &[("portal", "emulated"), ("code", code)]);
        assert_eq!((answer.status, answer.header("set-cookie")), (401, None), "{code}");
        assert!(answer.page().contains("no one at Emulated School District has a badge with this code"));
    }
}

#[test]
fn people_with_the_same_name_are_shown_differently() {
    let emulator = with_pages();
    let page = get(&emulator, "/login");
    let label = |handle: &str| {
        let person = emulator.person(handle).unwrap();
        format!("{}</bdi><small>{} · {handle} · ", person.full_name(), person.sign_in_number)
    };
    for handle in ["alex", "alex-second", "alex-island", "mila", "mila-returned", "jose", "jose-apart"] {
        assert!(page.page().contains(&label(handle)), "{handle}");
    }
}

#[test]
fn a_sign_in_ends_the_previous_session() {
    let emulator = with_pages();
    let before = session(&emulator, "ada");
    let body = form(&[("username", "510002"), ("password", "510002")]);
    let after = cookie(&post(&emulator, "/login", &[FORM, ("Cookie", &before)], &body));
    assert_ne!(before, after);
    let target = authorize_target("oauth-app", "");
    assert!(asks_who_it_is(&get_with(&emulator, &target, &[("Cookie", &before)])));
    assert!(query(get_with(&emulator, &target, &[("Cookie", &after)]).location()).contains_key("code"));
}

#[test]
fn a_sign_in_never_reuses_a_session_id_from_the_browser() {
    let emulator = with_pages();
    let name = session(&emulator, "ada").split_once('=').unwrap().0.to_owned();
    let planted = format!("{name}={}", "a".repeat(40));
    let body = form(&[("username", "510001"), ("password", "510001")]);
    let answer = post(&emulator, "/login", &[FORM, ("Cookie", &planted)], &body);
    assert_ne!(cookie(&answer), planted);
    let target = authorize_target("oauth-app", "");
    assert!(asks_who_it_is(&get_with(&emulator, &target, &[("Cookie", &planted)])));
}

#[test]
fn signed_in_people_continue_at_once() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    let answer = get_with(&emulator, "/login?target=%2Fin%2Femulated", &[("Cookie", &ada)]);
    assert_eq!((answer.status, answer.location()), (303, "/in/emulated"));
    let outside = get_with(&emulator, "/login?target=%2F%2Fevil.example", &[("Cookie", &ada)]);
    assert!(outside.status == 200 && outside.page().contains("Your apps"));
}

/// Every form that changes something, with valid fields, and a check that it succeeded.
const FORMS: [(&str, &str); 5] = [
    ("/login", "username=510001&password=510001"),
    ("/login/provider", "portal=emulated&username=510001"),
    ("/login/badge", "portal=emulated&code="),
    ("/logout", ""),
    ("/oauth/district-picker", "portal=emulated"),
];

fn answers(emulator: &Emulator, headers: Headers<'_>) -> Vec<(u16, bool)> {
    let badge = emulator.person("ada").unwrap().badge_code();
    let headers = [&[FORM], headers].concat();
    let answer = |(path, body): (&str, &str)| {
        let body = if path == "/login/badge" { format!("{body}{badge}") } else { body.to_owned() };
        let answer = post(emulator, path, &headers, &body);
        (answer.status, answer.header("set-cookie").is_some())
    };
    FORMS.into_iter().map(answer).collect()
}

#[test]
fn a_form_from_another_site_has_no_effect() {
    let emulator = with_pages();
    let own_port = emulator.base_url().rsplit_once(':').unwrap().1.to_owned();
    let rebound = format!("http://evil.example:{own_port}");
    for headers in [
        [("Origin", "http://evil.example")],
        [("Origin", "null")],
        [("Origin", "http://127.0.0.1:5000")],
        [("Origin", &rebound)],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
    ] {
        assert_eq!(answers(&emulator, &headers), [(403, false); 5], "{headers:?}");
    }
    let both = [("Origin", emulator.base_url()), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(answers(&emulator, &both), [(403, false); 5]);
}

#[test]
fn a_form_of_the_emulator_or_of_a_program_is_accepted() {
    let emulator = with_pages();
    let by_name = emulator.base_url().replace("127.0.0.1", "localhost");
    for headers in [
        &[][..],
        &[("Origin", emulator.base_url()), ("Sec-Fetch-Site", "same-origin")],
        &[("Origin", &by_name)],
        &[("Sec-Fetch-Site", "none")],
    ] {
        assert_eq!(answers(&emulator, headers), [(303, true); 5], "{headers:?}");
    }
}

#[test]
fn a_form_from_another_site_does_not_end_a_session() {
    let emulator = with_pages();
    let ada = session(&emulator, "ada");
    let headers = [FORM, ("Cookie", &ada), ("Origin", "http://evil.example")];
    assert_eq!(post(&emulator, "/logout", &headers, "").status, 403);
    assert!(get_with(&emulator, "/login", &[("Cookie", &ada)]).page().contains("Your apps"));
}

#[test]
fn no_form_leads_outside() {
    let emulator = with_pages();
    let badge = emulator.person("ada").unwrap().badge_code();
    for (path, body) in FORMS {
        let badge = if path == "/login/badge" { badge.as_str() } else { "" };
        for target in ["//evil.example", "http://evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b"] {
            let body = format!("{body}{badge}&{}", form(&[("target", target)]));
            let answer = post(&emulator, path, &[FORM], &body);
            assert_eq!(answer.status, 303, "{path}");
            assert!(["/login", "/in/emulated"].contains(&answer.location()), "{path} {target}");
        }
    }
}

#[test]
fn a_sign_in_without_a_target_leads_to_the_portal() {
    let emulator = with_pages();
    let answer = sign_in(&emulator, "510001", "");
    let page = get_with(&emulator, answer.location(), &[("Cookie", &cookie(&answer))]);
    assert!(page.page().contains("Your apps"));
}
