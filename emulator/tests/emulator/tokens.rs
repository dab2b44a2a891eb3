//! The token endpoint.

use std::time::Duration;

use clever_emulator::Emulator;
use serde_json::json;

use crate::http::{self, Headers, Response};
use crate::support::{
    CALLBACK, FORM, OTHER_CALLBACK, access_token, automatic, basic, code, exchange, form, get, options, post,
    tokens,
};

fn body_of(code: &str) -> String {
    form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)])
}

fn post_tokens(emulator: &Emulator, headers: Headers<'_>, body: &str) -> Response {
    post(emulator, "/oauth/tokens", headers, body)
}

#[track_caller]
fn assert_error(answer: &Response, status: u16, error: &str, description: Option<&str>) {
    let body = answer.json();
    assert_eq!((answer.status, &body["error"]), (status, &error.into()));
    assert_eq!(body.as_object().unwrap().len(), 2);
    if let Some(description) = description {
        assert_eq!(body["error_description"], description);
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn an_oauth_app_gets_an_access_token_and_its_type() {
    let answer = tokens(&automatic("ada"), "oauth-app", "");
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(answer, json!({ "access_token": token, "token_type": "bearer" }));
    assert!(token.starts_with("il") && token.len() == 40);
}

#[test]
fn an_oidc_app_gets_an_id_token_too() {
    let answer = tokens(&automatic("ada"), "oidc-app", "");
    assert_eq!(answer.as_object().unwrap().len(), 3);
    assert_eq!(answer["id_token"].as_str().unwrap().split('.').count(), 3);
}

#[test]
fn tokens_are_not_stored() {
    let emulator = automatic("ada");
    let answer = exchange(&emulator, "oidc-app", &code(&emulator, "oidc-app", ""));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn a_json_body_works_like_a_form() {
    let emulator = automatic("ada");
    let body = json!({
        "grant_type": "authorization_code",
        "code": code(&emulator, "oauth-app", ""),
        "redirect_uri": CALLBACK,
    });
    let authorization = basic("oauth-app", "oauth-secret");
    let headers = [("Content-Type", "application/json; charset=utf-8"), ("Authorization", &authorization)];
    assert_eq!(post_tokens(&emulator, &headers, &body.to_string()).status, 200);
}

#[test]
fn credentials_can_be_in_the_body() {
    let emulator = automatic("ada");
    let body = body_of(&code(&emulator, "oauth-app", "")) + "&client_id=oauth-app&client_secret=oauth-secret";
    assert_eq!(post_tokens(&emulator, &[FORM], &body).status, 200);
}

#[test]
fn credentials_may_be_form_encoded_and_the_scheme_in_any_case() {
    let emulator = automatic("ada");
    let authorization = basic("oauth%2Dapp", "oauth%2Dsecret").replace("Basic", "bASIC");
    let body = body_of(&code(&emulator, "oauth-app", ""));
    assert_eq!(post_tokens(&emulator, &[FORM, ("Authorization", &authorization)], &body).status, 200);
}

#[test]
fn credentials_in_both_places_are_refused() {
    let emulator = automatic("ada");
    let authorization = basic("oauth-app", "oauth-secret");
    let body = body_of(&code(&emulator, "oauth-app", "")) + "&client_id=oauth-app&client_secret=oauth-secret";
    let answer = post_tokens(&emulator, &[FORM, ("Authorization", &authorization)], &body);
    assert_error(&answer, 400, "invalid_request", None);
}

#[test]
fn wrong_or_missing_credentials_are_refused_and_do_not_spend_the_code() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    for authorization in [
        basic("oauth-app", "wrong"),
        basic("oauth-app", ""),
        basic("nobody", "oauth-secret"),
        basic("public-app", ""),
        "Basic !!!".to_owned(),
        "Basic".to_owned(),
        "Bearer oauth-secret".to_owned(),
    ] {
        let answer = post_tokens(&emulator, &[FORM, ("Authorization", &authorization)], &body_of(&code));
        assert_error(&answer, 401, "invalid_client", None);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
    }
    let in_query =
        format!("/oauth/tokens?{}", form(&[("client_id", "oauth-app"), ("client_secret", "oauth-secret")]));
    assert_error(&post(&emulator, &in_query, &[FORM], &body_of(&code)), 401, "invalid_client", None);
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 200);
}

#[test]
fn other_content_types_are_refused() {
    let emulator = automatic("ada");
    let authorization = basic("oauth-app", "oauth-secret");
    let body = body_of(&code(&emulator, "oauth-app", ""));
    for content_type in
        ["multipart/form-data; boundary=x", "text/plain", "application/x-www-form-url-encoded", ""]
    {
        let headers = [("Content-Type", content_type), ("Authorization", &authorization)];
        let answer = post_tokens(&emulator, &headers, &body);
        assert_error(&answer, 400, "invalid_request", Some("invalid content-type"));
    }
    let answer = post_tokens(&emulator, &[("Authorization", &authorization)], &body);
    assert_error(&answer, 400, "invalid_request", Some("invalid content-type"));
}

#[test]
fn a_body_that_cannot_be_read_is_refused() {
    let emulator = automatic("ada");
    for (content_type, body) in [
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", r#"{"code":1}"#),
        ("application/x-www-form-urlencoded", "code=a&code=b"),
    ] {
        let answer = post_tokens(&emulator, &[("Content-Type", content_type)], body);
        assert_error(&answer, 400, "invalid_request", Some("invalid body"));
    }
}

#[test]
fn only_the_authorization_code_grant_is_supported() {
    let emulator = automatic("ada");
    let authorization = basic("oauth-app", "oauth-secret");
    for grant_type in ["", "refresh_token", "client_credentials", "Authorization_Code"] {
        let body = form(&[("grant_type", grant_type), ("code", "c"), ("redirect_uri", CALLBACK)]);
        let answer = post_tokens(&emulator, &[FORM, ("Authorization", &authorization)], &body);
        assert_error(&answer, 400, "unsupported_grant_type", None);
    }
}

#[test]
fn a_missing_code_or_redirect_uri_is_an_invalid_request() {
    let emulator = automatic("ada");
    let authorization = basic("oauth-app", "oauth-secret");
    for rest in [form(&[("redirect_uri", CALLBACK)]), form(&[("code", &code(&emulator, "oauth-app", ""))])] {
        let body = format!("grant_type=authorization_code&{rest}");
        let answer = post_tokens(&emulator, &[FORM, ("Authorization", &authorization)], &body);
        assert_error(&answer, 400, "invalid_request", None);
    }
}

#[test]
fn a_code_works_once() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 200);
    assert_error(&exchange(&emulator, "oauth-app", &code), 400, "invalid_grant", Some("invalid code"));
}

#[test]
fn a_code_works_for_one_minute() {
    let emulator = automatic("ada");
    let (young, old) = (code(&emulator, "oauth-app", ""), code(&emulator, "oauth-app", ""));
    emulator.advance(Duration::from_secs(59));
    assert_eq!(exchange(&emulator, "oauth-app", &young).status, 200);
    emulator.advance(Duration::from_secs(1));
    assert_error(&exchange(&emulator, "oauth-app", &old), 400, "invalid_grant", Some("invalid code"));
}

#[test]
fn an_unknown_code_is_refused() {
    let emulator = automatic("ada");
    for code in ["0".repeat(40), "x".into(), "é\0".into()] {
        assert_error(&exchange(&emulator, "oauth-app", &code), 400, "invalid_grant", Some("invalid code"));
    }
}

#[test]
fn a_code_of_another_app_is_refused_and_spent() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    assert_error(&exchange(&emulator, "oidc-app", &code), 400, "invalid_grant", Some("invalid code"));
    assert_error(&exchange(&emulator, "oauth-app", &code), 400, "invalid_grant", Some("invalid code"));
}

#[test]
fn a_code_needs_the_exact_redirect_uri_and_another_one_uses_it_up() {
    let emulator = automatic("ada");
    let authorization = basic("oauth-app", "oauth-secret");
    for wrong in [OTHER_CALLBACK, "http://127.0.0.1:5000/callback/", "http://evil.example/"] {
        let code = code(&emulator, "oauth-app", "");
        let body = form(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", wrong)]);
        let answer = post_tokens(&emulator, &[FORM, ("Authorization", &authorization)], &body);
        assert_error(&answer, 400, "invalid_grant", Some("redirect_uri mismatch"));
        assert_error(&exchange(&emulator, "oauth-app", &code), 400, "invalid_grant", Some("invalid code"));
    }
}

#[test]
fn every_login_gets_its_own_tokens() {
    let emulator = automatic("ada");
    assert_ne!(access_token(&emulator), access_token(&emulator));
}

#[test]
fn a_chunked_body_without_a_length_is_refused() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    let (authorization, body) = (basic("oauth-app", "oauth-secret"), body_of(&code));
    let request = format!(
        "POST /oauth/tokens HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let answer = http::parse(&http::raw(emulator.base_url(), request.as_bytes()));
    assert_error(&answer, 411, "invalid_request", Some("the header Content-Length is missing"));
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 200, "the code is still valid");
}

#[test]
fn with_basic_only_credentials_in_the_body_are_refused() {
    let emulator = Emulator::start(options().auto_login("ada").basic_only()).unwrap();
    let code = code(&emulator, "oauth-app", "");
    let body = body_of(&code) + "&client_id=oauth-app&client_secret=oauth-secret";
    assert_error(&post_tokens(&emulator, &[FORM], &body), 401, "invalid_client", None);
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 200, "the code is still valid");
    let methods = |emulator| {
        get(emulator, "/.well-known/openid-configuration").json()["token_endpoint_auth_methods_supported"]
            .clone()
    };
    assert_eq!(methods(&emulator), json!(["client_secret_basic"]));
    assert_eq!(methods(&automatic("ada")), json!(["client_secret_basic", "client_secret_post"]));
}
