//! The first step of a login: authorize and Instant Login.

use crate::support::{
    CALLBACK, OTHER_CALLBACK, authorize_target, automatic, exchange, form, get, get_as, query, with_pages,
};

const SCOPE: &str = "scope=read%3Adistrict_admins_basic%20read%3Aschool_admins_basic%20\
                     read%3Astudents_basic%20read%3Ateachers_basic%20read%3Auser_id";

#[test]
fn the_callback_has_code_scope_and_state_in_this_order() {
    let answer = get(&automatic("ada"), &authorize_target("oauth-app", "&state=a+b"));
    assert_eq!(answer.status, 302);
    let location = answer.location();
    let code = &query(location)["code"];
    assert_eq!(location, format!("{CALLBACK}?code={code}&{SCOPE}&state=a%20b"));
    assert!(code.len() == 40 && code.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn no_state_comes_back_when_none_was_sent() {
    let emulator = automatic("ada");
    for more in ["", "&state="] {
        assert!(!get(&emulator, &authorize_target("oauth-app", more)).location().contains("state"));
    }
}

#[test]
fn parameters_that_clever_ignores_are_ignored() {
    let more = "&scope=openid+email&confirmed=true&channel=clever-portal&return_unshared=true&user_type=x\
                &code_challenge=c&code_challenge_method=S256&district_id=53ee4b8a44abc88c1c00119b";
    assert_eq!(get(&automatic("ada"), &authorize_target("oauth-app", more)).status, 302);
}

#[test]
fn without_a_redirect_uri_the_primary_one_is_used() {
    let answer = get(&automatic("ada"), "/oauth/authorize?response_type=code&client_id=oauth-app");
    assert!(answer.location().starts_with(&format!("{CALLBACK}?code=")));
}

#[test]
fn the_query_of_a_redirect_uri_is_kept() {
    let other = form(&[("redirect_uri", OTHER_CALLBACK)]);
    let target = format!("/oauth/authorize?response_type=code&client_id=oauth-app&{other}");
    assert!(get(&automatic("ada"), &target).location().starts_with(&format!("{OTHER_CALLBACK}&code=")));
}

#[test]
fn a_redirect_uri_is_compared_letter_by_letter() {
    let emulator = automatic("ada");
    for wrong in [
        "http://127.0.0.1:5000/callback/",
        "http://127.0.0.1:5000/Callback",
        "http://127.0.0.1:5000/callback?",
        "http://127.0.0.1:5000/callback#",
        "http://localhost:5000/callback",
        "http://127.0.0.1:5000/",
        "http://evil.example/",
    ] {
        let target = format!(
            "/oauth/authorize?response_type=code&client_id=oauth-app&{}",
            form(&[("redirect_uri", wrong)])
        );
        let answer = get(&emulator, &target);
        assert_eq!((answer.status, answer.header("location")), (400, None), "{wrong}");
        assert!(answer.page().contains("redirect_uri"));
    }
}

#[test]
fn a_wrong_request_ends_on_a_page_and_never_in_a_redirect() {
    let emulator = automatic("ada");
    for target in [
        "/oauth/authorize",
        "/oauth/authorize?response_type=code",
        "/oauth/authorize?response_type=code&client_id=nobody",
        "/oauth/authorize?client_id=oauth-app",
        "/oauth/authorize?response_type=id_token&client_id=oidc-app",
        "/oauth/authorize?response_type=code+token&client_id=oauth-app",
        "/oauth/authorize?response_type=code&client_id=oauth-app&district_id=000000000000000000000000",
        "/oauth/authorize?response_type=code&client_id=oauth-app&client_id=oauth-app",
        "/oauth/authorize?response_type=code&client_id=public-app",
        "/oauth/instant-login",
        "/oauth/instant-login?client_id=nobody",
        "/oauth/instant-login?client_id=oauth-app&district_id=x",
        "/oauth/instant-login?client_id=public-app",
    ] {
        let answer = get(&emulator, target);
        assert_eq!((answer.status, answer.header("location")), (400, None), "{target}");
        assert!(answer.page().contains(r#"role="alert""#), "{target}");
    }
}

#[test]
fn a_wrong_request_is_refused_before_the_person_signs_in() {
    assert_eq!(get(&with_pages(), "/oauth/authorize?response_type=code&client_id=nobody").status, 400);
}

#[test]
fn values_of_the_request_are_escaped_on_a_page() {
    let answer = get(
        &automatic("ada"),
        "/oauth/authorize?response_type=code&client_id=%3Cscript%3Ealert(1)%3C/script%3E",
    );
    assert!(!answer.page().contains("<script"));
    assert!(answer.page().contains("&lt;script"));
}

#[test]
fn people_who_are_not_signed_in_go_to_the_login_page_and_come_back() {
    let emulator = with_pages();
    let target = authorize_target("oauth-app", "&state=s&district_id=53ee4b8a44abc88c1c00119b");
    let answer = get(&emulator, &target);
    assert_eq!(answer.status, 302);
    let (page, back) = answer.location().split_once("&target=").unwrap();
    assert_eq!(page, "/login?portal=emulated");
    let back: Vec<_> =
        url::form_urlencoded::parse(format!("target={back}").as_bytes()).into_owned().collect();
    assert_eq!(back, [("target".to_owned(), target)]);
}

#[test]
fn a_token_is_in_the_fragment() {
    let emulator = automatic("ada");
    for client_id in ["public-app", "oauth-app", "oidc-app"] {
        let target = format!("/oauth/authorize?response_type=token&client_id={client_id}&state=s");
        let answer = get(&emulator, &target);
        let (uri, fragment) = answer.location().split_once('#').unwrap();
        assert_eq!((answer.status, uri), (302, CALLBACK));
        let token = fragment.strip_prefix("token_type=bearer&state=s&access_token=").unwrap();
        let (token, scope) = token.split_once('&').unwrap();
        assert_eq!(scope, SCOPE);
        assert_eq!(get_as(&emulator, token, "/oauth/tokeninfo").json()["client_id"], client_id);
    }
}

#[test]
fn a_token_has_no_state_when_none_was_sent() {
    let answer = get(&automatic("ada"), "/oauth/authorize?response_type=token&client_id=public-app");
    assert!(answer.location().starts_with(&format!("{CALLBACK}#token_type=bearer&access_token=il")));
}

#[test]
fn an_instant_login_arrives_at_the_primary_redirect_uri_without_a_state() {
    let emulator = automatic("ada");
    let target = "/oauth/instant-login?client_id=oauth-app&district_id=53ee4b8a44abc88c1c00119b";
    let more = form(&[("redirect_uri", OTHER_CALLBACK), ("state", "s"), ("response_type", "token")]);
    for target in [target.to_owned(), format!("{target}&{more}")] {
        let answer = get(&emulator, &target);
        let code = &query(answer.location())["code"];
        assert_eq!(answer.location(), format!("{CALLBACK}?code={code}&{SCOPE}"));
        assert_eq!(exchange(&emulator, "oauth-app", code).status, 200);
    }
}

#[test]
fn an_instant_login_asks_for_a_sign_in_first() {
    let answer = get(&with_pages(), "/oauth/instant-login?client_id=oauth-app");
    assert_eq!(answer.location(), "/login?target=%2Foauth%2Finstant-login%3Fclient_id%3Doauth-app");
}
