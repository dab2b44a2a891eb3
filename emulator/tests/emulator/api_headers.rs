//! The headers of the API, and the entity tags of its responses.

use crate::http::{Response, send};
use crate::support::{access_token, automatic, code, exchange, get, get_as, get_with};

const ORIGIN: &str = "https://app.example";

#[track_caller]
fn assert_open_to_every_origin(answer: &Response) {
    let expected = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "GET,PATCH,POST,DELETE"),
        (
            "access-control-allow-headers",
            "Content-Type,Authorization,X-Requested-With,Accept,Origin,Referer,User-Agent",
        ),
        ("cache-control", "no-store"),
        ("x-powered-by", "Express"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

#[test]
fn pages_of_every_origin_can_read_every_response_of_the_api() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    for path in ["/me", "/v1.1/me", "/v3.1/me", "/userinfo", "/v3.0/users/x", "/v3.0/resources"] {
        assert_open_to_every_origin(&get_as(&emulator, &token, path));
        assert_open_to_every_origin(&get(&emulator, path));
    }
    for path in ["/oauth/tokeninfo", "/login", "/nothing"] {
        assert_eq!(get(&emulator, path).header("access-control-allow-origin"), None, "{path}");
    }
}

#[test]
fn a_browser_may_ask_before_it_sends_a_token() {
    let emulator = automatic("ada");
    let headers = [("Origin", ORIGIN), ("Access-Control-Request-Headers", "authorization")];
    for path in ["/v3.0/me", "/userinfo", "/v2.1/students/x"] {
        let answer = send(emulator.base_url(), "OPTIONS", path, &headers, b"");
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path}");
        assert_open_to_every_origin(&answer);
        assert_eq!(answer.header("x-ratelimit-remaining"), None);
    }
}

#[test]
fn other_methods_are_404() {
    let emulator = automatic("ada");
    let authorization = format!("Bearer {}", access_token(&emulator));
    for (method, path) in [("POST", "/v3.0/me"), ("DELETE", "/v3.0/users/x"), ("PATCH", "/userinfo")] {
        let answer = send(emulator.base_url(), method, path, &[("Authorization", &authorization)], b"");
        assert!(
            answer.status == 404 && answer.body.contains(&format!("Cannot {method} {path}")),
            "{}",
            answer.body
        );
    }
}

#[test]
fn the_html_404_counts_as_a_request_of_its_token() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    for (path, remaining) in [("/v3.0/resources", "1199"), ("/v3.0/districts", "1198"), ("/v3.0/me", "1197")]
    {
        let answer = get_as(&emulator, &token, path);
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(remaining), "{path}");
        assert_eq!(answer.header("x-ratelimit-bucket"), Some("bearer"));
    }
    assert_eq!(get(&emulator, "/v3.0/resources").header("x-ratelimit-remaining"), None);
}

#[test]
fn a_client_with_the_newest_response_gets_304() {
    let emulator = automatic("ada");
    let authorization = format!("Bearer {}", access_token(&emulator));
    let get_if = |more: &[(&str, &str)]| {
        let headers = [&[("Authorization", authorization.as_str())], more].concat();
        get_with(&emulator, "/v3.0/me", &headers)
    };
    let first = get_if(&[]);
    let tag = first.header("etag").unwrap();
    assert!(tag.starts_with(&format!("W/\"{:x}-", first.body.len())), "{tag}");
    let listed = format!("\"other\", {tag}");
    for known in [tag, "*", tag.strip_prefix("W/").unwrap(), &listed] {
        let again = get_if(&[("If-None-Match", known)]);
        assert_eq!(
            (again.status, again.body.as_str(), again.header("content-type")),
            (304, "", None),
            "{known}"
        );
        assert_eq!((again.header("etag"), again.header("cache-control")), (Some(tag), Some("no-store")));
        assert!(again.header("x-ratelimit-remaining").is_some());
    }
    for headers in [
        &[("If-None-Match", "W/\"0-x\"")][..],
        &[("If-None-Match", tag), ("Cache-Control", "no-cache")],
        &[("If-None-Match", "")],
    ] {
        assert_eq!(get_if(headers).status, 200, "{headers:?}");
    }
}

#[test]
fn another_response_has_another_etag() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let tag = |path| get_as(&emulator, &token, path).header("etag").unwrap().to_owned();
    assert_eq!(tag("/v3.0/me"), tag("/v3.0/me"));
    assert_ne!(tag("/v3.0/me"), tag("/v3.1/me"));
}

#[test]
fn a_token_response_is_never_304() {
    let emulator = automatic("ada");
    let answer = exchange(&emulator, "oauth-app", &code(&emulator, "oauth-app", ""));
    assert!(answer.status == 200 && answer.header("etag").unwrap().starts_with("W/\"51-"));
    let headers = [("If-None-Match", "*"), ("Content-Type", "text/plain")];
    assert_eq!(crate::support::post(&emulator, "/oauth/tokens", &headers, "").status, 400);
}

#[test]
fn a_head_request_has_the_headers_and_no_body() {
    let emulator = automatic("ada");
    let authorization = format!("Bearer {}", access_token(&emulator));
    let answer = send(emulator.base_url(), "HEAD", "/v3.0/me", &[("Authorization", &authorization)], b"");
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert!(answer.header("etag").is_some() && answer.header("x-ratelimit-limit").is_some());
}
