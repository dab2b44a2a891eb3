//! The journal's line for a request: it says what happened and what to do, for every refusal and every success, and never
//! contains values of the request.

use std::time::Duration;

use clever_emulator::{Emulator, World};
use serde_json::Value;

use crate::control::{done, journal};
use crate::http;
use crate::support::{
    FORM, access_token, authorize_target, automatic, basic, code, exchange, form, get, get_as, get_with,
    options, post, session, tokens, with_pages,
};
use crate::world_file::Directory;

/// The journal's line for the latest request.
fn said(emulator: &Emulator) -> String {
    let notes = journal(emulator);
    let said = notes.last().unwrap()["explanation"].as_str().unwrap().to_owned();
    assert!(!said.is_empty(), "every endpoint states its line");
    said
}

fn assert_says(emulator: &Emulator, expected: &str) {
    let said = said(emulator);
    assert!(said.contains(expected), "{said:?} does not say {expected:?}");
}

fn exchange_at(emulator: &Emulator, redirect_uri: &str, code: &str) {
    let body = form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect_uri)]);
    post(emulator, "/oauth/tokens", &[FORM, ("Authorization", &basic("oauth-app", "oauth-secret"))], &body);
}

#[test]
fn the_line_for_a_wrong_content_type_says_which_type_to_send() {
    let emulator = automatic("ada");
    for (headers, expected) in [
        (&[][..], "no Content-Type: send application/x-www-form-urlencoded"),
        (&[("Content-Type", "application/x-www-form-url-encoded")], "an extra hyphen"),
        (&[("Content-Type", "multipart/form-data; boundary=x")], "refuses multipart/form-data"),
        (&[("Content-Type", "text/plain")], "this Content-Type is refused"),
        (&[("Content-Type", "application/json")], "the body does not match its Content-Type"),
    ] {
        assert_eq!(post(&emulator, "/oauth/tokens", headers, "code=x").status, 400);
        assert_says(&emulator, expected);
    }
}

#[test]
fn the_line_for_wrong_credentials_says_which_half_is_wrong() {
    let emulator = automatic("ada");
    for (authorization, expected) in [
        (basic("oauth-app", "wrong"), "the secret is wrong for this client_id"),
        (basic("nobody", "oauth-secret"), "no app has this client_id"),
        (basic("public-app", "x"), "this app has no secret"),
        ("Basic !".to_owned(), "not the Base64 of CLIENT_ID:SECRET"),
    ] {
        let answer = post(&emulator, "/oauth/tokens", &[FORM, ("Authorization", &authorization)], "code=x");
        assert_eq!(answer.json()["error"], "invalid_client");
        assert_says(&emulator, expected);
    }
    for (body, expected) in [
        ("code=x", "there are no credentials"),
        ("code=x&client_id=oauth-app", "a client_id but no secret"),
        ("code=x&client_secret=oauth-secret", "a secret but no client_id"),
    ] {
        post(&emulator, "/oauth/tokens", &[FORM], body);
        assert_says(&emulator, expected);
    }
    let both = [FORM, ("Authorization", &basic("oauth-app", "oauth-secret"))];
    post(&emulator, "/oauth/tokens", &both, "client_id=oauth-app&client_secret=oauth-secret");
    assert_says(&emulator, "in the header and in the body");
}

#[test]
fn the_line_for_a_missing_parameter_names_it() {
    let emulator = automatic("ada");
    let authorization = basic("oauth-app", "oauth-secret");
    for (body, expected) in [
        ("code=x", "grant_type is missing"),
        ("grant_type=password", "grant_type must be authorization_code"),
        ("grant_type=refresh_token", "no refresh tokens"),
        ("grant_type=authorization_code", "code is missing"),
        ("grant_type=authorization_code&code=x", "redirect_uri is missing"),
        ("code=x&code=y", "repeats a parameter"),
    ] {
        post(&emulator, "/oauth/tokens", &[FORM, ("Authorization", &authorization)], body);
        assert_says(&emulator, expected);
    }
    http::send(emulator.base_url(), "PUT", "/oauth/tokens", &[], b"");
    assert_says(&emulator, "accepts POST");
    http::raw(
        emulator.base_url(),
        b"POST /oauth/tokens HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    assert_says(&emulator, "the body is chunked");
}

#[test]
fn the_line_for_an_invalid_code_says_why() {
    let emulator = automatic("ada");
    let given = code(&emulator, "oauth-app", "&state=s");
    exchange(&emulator, "oauth-app", &given);
    exchange(&emulator, "oauth-app", &given);
    assert_says(&emulator, "the code was exchanged a second time: Clever responds with invalid_grant");
    let given = code(&emulator, "oauth-app", "&state=s");
    emulator.advance(Duration::from_secs(72));
    exchange(&emulator, "oauth-app", &given);
    assert_says(&emulator, "the code expired 12 s ago");
    exchange(&emulator, "oauth-app", "made-up");
    assert_says(&emulator, "the code is unknown:");
    exchange(&emulator, "oauth-app", &code(&emulator, "oidc-app", "&state=s"));
    assert_says(&emulator, "the code belongs to a different app");
}

#[test]
fn the_line_for_another_redirect_uri_names_the_difference_but_never_the_uri() {
    let emulator = automatic("ada");
    let given = code(&emulator, "oauth-app", "&state=s");
    exchange_at(&emulator, "http://localhost:5000/callback?token=a-secret", &given);
    assert_says(
        &emulator,
        "redirect_uri differs from the authorize request, where it was http://127.0.0.1:5000/callback:",
    );
    assert_says(&emulator, "localhost and 127.0.0.1 are not the same");
    assert!(!said(&emulator).contains("a-secret"));
    let given = code(&emulator, "oauth-app", "&state=s");
    exchange_at(&emulator, "http://127.0.0.1:5000/callback/", &given);
    assert_says(&emulator, "an extra trailing slash");
    let asked = form(&[("redirect_uri", "http://127.0.0.1:5001/callback?a-secret")]);
    get(&emulator, &format!("/oauth/authorize?response_type=code&client_id=oidc-app&{asked}"));
    assert_says(
        &emulator,
        "redirect_uri is not one of the app's (http://127.0.0.1:5000/callback): the port is different",
    );
    assert!(!said(&emulator).contains("a-secret"));
}

#[test]
fn the_line_for_an_exchange_says_whether_there_was_an_id_token() {
    let emulator = automatic("ada");
    tokens(&emulator, "oidc-app", "&state=s");
    assert_says(&emulator, "for an access token and an ID token");
    tokens(&emulator, "oauth-app", "&state=s");
    assert_says(&emulator, "there is no ID token");
}

#[test]
fn the_line_for_a_callback_says_what_it_contains() {
    let emulator = automatic("ada");
    for (target, expected) in [
        (authorize_target("oauth-app", "&state=s"), "with a code and the state"),
        (authorize_target("oauth-app", ""), "state missing: "),
        (authorize_target("oauth-app", "&state=s&code_challenge=c"), "Clever ignores code_challenge"),
        (
            "/oauth/authorize?response_type=code&client_id=oauth-app&state=s".into(),
            "redirect_uri was omitted",
        ),
        ("/oauth/instant-login?client_id=oauth-app".into(), "a login that started at Clever"),
        (
            "/oauth/authorize?response_type=token&client_id=public-app".into(),
            "an access token in the fragment",
        ),
        (authorize_target("library-app", "&return_unshared=true"), "error=unauthorized-user"),
        (authorize_target("library-app", ""), "no access to the app, which is for Clever Library"),
        ("/oauth/authorize".into(), "client_id is missing"),
        ("/oauth/authorize?client_id=nobody".into(), "no app has this client_id"),
        ("/oauth/authorize?client_id=oauth-app".into(), "response_type must be code or token"),
        ("/oauth/authorize?client_id=public-app&response_type=code".into(), "so it gets no code"),
        (authorize_target("oauth-app", "&district_id=x"), "no district has this district_id"),
        (authorize_target("oauth-app", "&client_id=oauth-app"), "a parameter is repeated"),
    ] {
        get(&emulator, &target);
        assert_says(&emulator, expected);
    }
    let emulator = with_pages();
    get(&emulator, &authorize_target("oauth-app", ""));
    assert_says(&emulator, "no one is signed in at the emulator");
}

#[test]
fn the_line_for_an_invalid_access_token_says_why() {
    let emulator = automatic("ada");
    let id_token = tokens(&emulator, "oidc-app", "&state=s")["id_token"].as_str().unwrap().to_owned();
    let token = tokens(&emulator, "oauth-app", "&state=s")["access_token"].as_str().unwrap().to_owned();
    let unspent = code(&emulator, "oauth-app", "&state=s");
    for (token, expected) in [
        (&unspent[..], "this is a code, not an access token"),
        (&id_token, "this looks like an ID token"),
        ("made-up", "the access token is unknown"),
        (&"0".repeat(40), "it looks like a district token"),
    ] {
        for path in ["/v3.0/me", "/userinfo", "/oauth/tokeninfo"] {
            assert_eq!(get_as(&emulator, token, path).status, 401);
            assert_says(&emulator, expected);
        }
    }
    get(&emulator, "/v3.0/me");
    assert_says(&emulator, "no access token: send Authorization: Bearer");
    get(&emulator, &format!("/v3.0/me?access_token={token}"));
    assert_says(&emulator, "the access token is in the URL");
    get_with(&emulator, "/v3.0/me", &[("Authorization", &token)]);
    assert_says(&emulator, "not to Bearer");
    emulator.advance(Duration::from_secs(24 * 60 * 60 + 5));
    get_as(&emulator, &token, "/v3.0/me");
    assert_says(&emulator, "the access token expired ");
}

#[test]
fn the_lines_for_the_api_say_what_was_sent_or_why_not() {
    let emulator = automatic("ada");
    let token = tokens(&emulator, "oauth-app", "&state=s")["access_token"].as_str().unwrap().to_owned();
    let ada = emulator.person("ada").unwrap();
    let (own, others) = (format!("/v3.0/users/{}", ada.id), "/v3.0/users/64c20b1e8f3a7d0019c4e502");
    let district = format!("/v3.0/districts/{}", ada.district_id.as_deref().unwrap());
    let older = format!("/v2.1/students/{}", ada.role.legacy_id);
    let school = format!("/v3.1/schools/{}", ada.role.schools[0]);
    for (path, expected) in [
        ("/v3.0/me", "the id of the person was sent"),
        (&own, "the person of the access token was sent"),
        (others, "not the id of the access token's person"),
        (&district, "the district of the person was sent"),
        ("/v3.0/districts/x", "not the district of the access token's person"),
        ("/v2.1/students/x", "before version 3, the id is the legacy_id"),
        (&older, "as before version 3"),
        ("/v3.0/schools/x", "not a school of the access token's person"),
        (&school, "a school of the person was sent"),
        ("/v3.0/districts", "use a district token"),
        ("/v3.0/sections", "Clever has no such path"),
        ("/userinfo", "as OpenID Connect claims"),
        ("/oauth/tokeninfo", "compare it with the app's"),
        ("/oauth/token", "its token endpoint is /oauth/tokens, with an s"),
        ("/.well-known/jwks.json", "its keys are at /oauth/certs"),
        ("/oauth/revoke", "Clever does not support this"),
        ("/elsewhere", "Clever has no such path"),
        ("/.well-known/openid-configuration", "the discovery document was fetched"),
        ("/oauth/certs", "the keys were fetched"),
        ("/s/nothing/v3.0/me", "no scenario has this name"),
    ] {
        get_as(&emulator, &token, path);
        assert_says(&emulator, expected);
    }
}

#[test]
fn the_journal_says_when_a_client_already_has_the_response() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let tag = get_as(&emulator, &token, "/v3.0/me").header("etag").unwrap().to_owned();
    let headers = [("Authorization", &format!("Bearer {token}")[..]), ("If-None-Match", &tag)];
    assert_eq!(get_with(&emulator, "/v3.0/me", &headers).status, 304);
    assert_says(&emulator, "the client already has this response");
    http::send(emulator.base_url(), "OPTIONS", "/v3.0/me", &[], b"");
    assert_says(&emulator, "whether a page of another origin may call the API");
}

#[test]
fn the_lines_for_district_tokens_say_what_was_sent_or_why_not() {
    let emulator = with_pages();
    let authorization = basic("oauth-app", "oauth-secret");
    for (authorization, target, expected) in [
        ("Basic !", "/oauth/tokens", "not the Base64 of CLIENT_ID:SECRET"),
        ("Bearer x", "/oauth/tokens", "if a code was to be exchanged, send it by POST"),
        (&authorization[..], "/oauth/tokens?owner_type=user", "owner_type must be district"),
        (&authorization, "/oauth/tokens?district=a&district=b", "send each parameter once"),
        (&authorization, "/oauth/tokens", "the district tokens of the app were listed"),
    ] {
        get_with(&emulator, target, &[("Authorization", authorization)]);
        assert_says(&emulator, expected);
    }
    let list = get_with(&emulator, "/oauth/tokens", &[("Authorization", &authorization)]).json();
    let token = list["data"][0]["access_token"].as_str().unwrap();
    let (district, ada) = (list["data"][0]["owner"]["id"].as_str().unwrap(), emulator.person("ada").unwrap());
    for (path, expected) in [
        ("/v3.0/me", "a district token has no person"),
        (&format!("/v3.0/users/{}", ada.id), "a person of the district was sent"),
        ("/v3.0/users/x", "no person with this id who may log in"),
        (&format!("/v3.0/districts/{district}"), "the whole district was sent"),
        ("/v3.0/districts/x", "this is not the district of the district token"),
        ("/v3.0/schools", "schools of the district were sent"),
        ("/v3.0/schools/x", "has no such school"),
    ] {
        get_as(&emulator, token, path);
        assert_says(&emulator, expected);
    }
    assert!(!Value::from(journal(&emulator)).to_string().contains(token));
}

#[test]
fn the_line_for_credentials_in_the_body_names_the_option_basic_only() {
    let emulator = Emulator::start(options().auto_login("ada").basic_only()).unwrap();
    post(&emulator, "/oauth/tokens", &[FORM], "code=x&client_id=oauth-app&client_secret=oauth-secret");
    assert_says(&emulator, "only Authorization: Basic (--basic-only); the code is still valid");
}

#[test]
fn the_journal_has_a_line_for_every_page() {
    let emulator = with_pages();
    let student = session(&emulator, "ada");
    let (picker, confirm) = ("/oauth/district-picker", authorize_target("oauth-app", "&confirmed=false"));
    for (target, expected) in [
        ("/", "the start page"),
        ("/login", "the school picker was shown"),
        ("/login?portal=emulated", "the login page was shown"),
        ("/login/badge?portal=emulated", "the page for badges was shown"),
        ("/login/provider?portal=island", "identity provider was shown"),
        ("/login/badge", "no district is named"),
        ("/in/library", "the login page was shown"),
        ("/in/nowhere", "no district has this short_name"),
        (
            &authorize_target("oauth-app", "").replace("/oauth/authorize", picker),
            "the school picker was shown",
        ),
        (&authorize_target("oauth-app", ""), "the browser goes to the school picker"),
        (&authorize_target("oauth-app", "&district_id=53ee4b8a44abc88c1c00119b"), "goes to the login page"),
    ] {
        get(&emulator, target);
        assert_says(&emulator, expected);
    }
    for (target, expected) in [
        ("/in/emulated", "the portal was shown"),
        ("/login?target=/", "a person is already signed in"),
        (&confirm, "the student is asked to confirm who they are"),
    ] {
        get_with(&emulator, target, &[("Cookie", &student)]);
        assert_says(&emulator, expected);
    }
}

#[test]
fn the_journal_has_a_line_for_every_form() {
    let emulator = with_pages();
    let badge = emulator.person("ada").unwrap().badge_code();
    for (target, body, expected) in [
        (
            "/login",
            "username=510001&password=wrong",
            "no person of this district has this user name and password",
        ),
        (
            "/login",
            "portal=emulated&username=510001&password=x",
            "no person of this district has this user name and password",
        ),
        ("/login", "username=510001&password=510001", "a person signed in on the login page"),
        ("/login/badge", "portal=emulated&code=x", "has a badge with this code"),
        ("/login/badge", &format!("portal=emulated&code={badge}"), "a person signed in with a badge"),
        ("/login/provider", "portal=island&username=ada", "knows no person with this name"),
        ("/login/provider", "portal=island&username=anouk", "a person signed in at the identity provider"),
        ("/oauth/district-picker", "portal=island", "a school was chosen"),
        ("/logout", "", "a person signed out"),
    ] {
        post(&emulator, target, &[FORM], body);
        assert_says(&emulator, expected);
    }
    post(&emulator, "/logout", &[FORM, ("Origin", "http://evil.example")], "");
    assert_says(&emulator, "a page of another site sent this form");
    let emulator = automatic("ada");
    get(&emulator, &authorize_target("oauth-app", "&emulator_login=nobody"));
    assert_says(&emulator, "no person has the name in --auto-login or emulator_login");
}

#[test]
fn the_journal_names_a_scenario_only_if_it_changed_the_response() {
    let emulator = automatic("ada");
    get(&emulator, &format!("/s/callback-denied{}", authorize_target("oauth-app", "&state=s")));
    assert_says(&emulator, "scenario callback-denied: ");
    get(&emulator, "/s/callback-denied/oauth/authorize?client_id=nobody");
    assert_says(&emulator, "no app has this client_id");
    get(&emulator, "/s/callback-denied/oauth/certs");
    assert_says(&emulator, "the keys were fetched");
    let emulator = with_pages();
    get(&emulator, &format!("/s/callback-denied{}", authorize_target("oauth-app", "")));
    assert_says(&emulator, "no one is signed in at the emulator");
}

#[test]
fn the_journal_says_that_a_person_is_no_longer_in_the_world() {
    let directory = Directory::new("journal");
    let file = directory.join("world.toml");
    std::fs::write(&file, World::built_in_toml()).unwrap();
    let emulator = Emulator::start(options().world_file(&file).auto_login("ada")).unwrap();
    let given = code(&emulator, "oauth-app", "&state=s");
    let token = tokens(&emulator, "oauth-app", "&state=s")["access_token"].as_str().unwrap().to_owned();
    let renamed = World::built_in_toml().replacen("64c20b1e8f3a7d0019c4e501", "64c20b1e8f3a7d0019c4efff", 1);
    std::fs::write(&file, format!("{renamed}\n")).unwrap();
    emulator.advance(Duration::from_secs(1));
    exchange(&emulator, "oauth-app", &given);
    let of_the_code = said(&emulator);
    get_as(&emulator, &token, "/v3.0/me");
    let of_the_token = said(&emulator);
    assert!(of_the_code.starts_with("the person of this code is no longer in the world"), "{of_the_code}");
    assert!(
        of_the_token.starts_with("the person of this access token is no longer in the world"),
        "{of_the_token}"
    );
}

#[test]
fn after_a_reset_an_old_code_is_unknown() {
    let emulator = automatic("ada");
    let given = code(&emulator, "oauth-app", "&state=s");
    exchange(&emulator, "oauth-app", &given);
    done(&emulator, "POST", "reset", &Value::Null);
    exchange(&emulator, "oauth-app", &given);
    assert_says(&emulator, "the code is unknown:");
}

#[test]
fn the_journal_has_a_request_whose_authorization_header_is_not_text() {
    let emulator = automatic("ada");
    let request = b"GET /v3.0/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n";
    http::raw(emulator.base_url(), request);
    assert_says(&emulator, "Authorization is set");
}
