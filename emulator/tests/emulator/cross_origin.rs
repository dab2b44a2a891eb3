//! `--cors`: which responses pages of other origins can read.

use clever_emulator::Emulator;

use crate::http::{Response, send};
use crate::support::{
    access_token, authorize_target, automatic, basic, code, exchange, get, get_as, get_with, options,
};

const ORIGIN: (&str, &str) = ("Origin", "https://app.example");

fn open() -> Emulator {
    Emulator::start(options().auto_login("ada").cors()).unwrap()
}

fn may_be_read(answer: &Response) -> bool {
    answer.header("access-control-allow-origin") == Some("*")
}

const PLACES: [&str; 4] =
    ["/.well-known/openid-configuration", "/oauth/certs", "/oauth/tokens", "/oauth/tokeninfo"];

#[test]
fn with_cors_pages_of_every_origin_can_read_what_a_browser_client_needs() {
    let emulator = open();
    for prefix in ["", "/s/me-500", "/s/discovery-html-502"] {
        for place in PLACES {
            let target = format!("{prefix}{place}");
            assert!(may_be_read(&get_with(&emulator, &target, &[ORIGIN])), "{target}");
            let asked = [ORIGIN, ("Access-Control-Request-Method", "POST")];
            let answer = send(emulator.base_url(), "OPTIONS", &target, &asked, b"");
            assert_eq!((answer.status, may_be_read(&answer)), (204, true), "{target}");
            let allowed = answer.header("access-control-allow-headers").unwrap();
            assert!(allowed.contains("Authorization") && allowed.contains("Content-Type"), "{allowed}");
            assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
        }
    }
    let code = code(&emulator, "oidc-app", "");
    let answer = exchange(&emulator, "oidc-app", &code);
    assert_eq!((answer.status, may_be_read(&answer)), (200, true));
    let refused = exchange(&emulator, "oidc-app", &code);
    assert_eq!((refused.status, may_be_read(&refused)), (400, true), "an error can be read, too");
    assert!(may_be_read(&get_as(&emulator, &access_token(&emulator), "/userinfo")));
}

#[test]
fn with_cors_pages_of_other_origins_can_read_nothing_else() {
    let emulator = open();
    let pages = ["/login", "/in/emulated", "/_emulator/", "/_emulator/journal", "/nothing", "/healthz"];
    for target in pages.map(str::to_owned).into_iter().chain([authorize_target("oidc-app", "")]) {
        assert!(!may_be_read(&get(&emulator, &target)), "{target}");
    }
}

#[test]
fn without_cors_pages_of_other_origins_can_read_only_the_api() {
    let emulator = automatic("ada");
    for place in PLACES {
        assert!(!may_be_read(&get_with(&emulator, place, &[ORIGIN])), "{place}");
        let answer = send(emulator.base_url(), "OPTIONS", place, &[ORIGIN], b"");
        assert_eq!((answer.status, may_be_read(&answer)), (404, false), "{place}");
    }
}

#[test]
fn only_a_client_that_used_the_header_is_asked_for_a_password() {
    let emulator = automatic("ada");
    for prefix in ["", "/s/tokens-invalid-client"] {
        let target = format!("{prefix}/oauth/tokens");
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let wrong = basic("oidc-app", "wrong");
        let bodies =
            ["grant_type=authorization_code&code=x", "client_id=oidc-app&client_secret=wrong&code=x"];
        for body in bodies {
            let answer = send(emulator.base_url(), "POST", &target, &[form], body.as_bytes());
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, None), "{body}");
        }
        for authorization in [&wrong[..], "Bearer x", "Basic !"] {
            let headers = [form, ("Authorization", authorization)];
            let answer = send(emulator.base_url(), "POST", &target, &headers, b"code=x");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(answer.status == 401 && challenge.starts_with("Basic realm="), "{authorization}");
        }
    }
    let list = |headers| get_with(&emulator, "/oauth/tokens?owner_type=district", headers);
    assert_eq!(list(&[]).header("www-authenticate"), None);
    let wrong = basic("oidc-app", "wrong");
    assert!(list(&[("Authorization", &wrong)]).header("www-authenticate").is_some());
}
