//! The `Host` of each request is checked on every route (DNS rebinding), and paths with repeated slashes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_emulator::Emulator;
use serde_json::Value;

use crate::http::{self, Response};
use crate::support::{
    CALLBACK, access_token, authorize_target, automatic, basic, form, get, get_as, options, query, skipped,
    with_pages,
};

/// Sends a request with these lines instead of one `Host` header.
fn send(emulator: &Emulator, method: &str, target: &str, host_lines: &str) -> Response {
    let request =
        format!("{method} {target} HTTP/1.1\r\n{host_lines}Connection: close\r\nContent-Length: 0\r\n\r\n");
    http::parse(&http::raw(emulator.base_url(), request.as_bytes()))
}

fn with_host(emulator: &Emulator, target: &str, host: &str) -> Response {
    send(emulator, "GET", target, &format!("Host: {host}\r\n"))
}

fn port(emulator: &Emulator) -> &str {
    emulator.base_url().rsplit_once(':').unwrap().1
}

/// One route of each kind.
fn routes() -> Vec<(&'static str, String)> {
    let mut routes: Vec<_> = [
        "/",
        "/login",
        "/in/emulated",
        "/login/provider?portal=emulated",
        "/login/badge?portal=emulated",
        "/.well-known/openid-configuration",
        "/oauth/certs",
        "/oauth/instant-login?client_id=oauth-app",
        "/oauth/district-picker?response_type=code&client_id=oauth-app",
        "/oauth/tokens",
        "/oauth/tokeninfo",
        "/me",
        "/v3.0/me",
        "/userinfo",
        "/healthz",
        "/_emulator",
        "/_emulator/",
        "/_emulator/journal",
        "/_emulator/desk/style.css",
        "/s/me-500/v3.0/me",
        "/s/nothing/x",
        "/nothing",
        "//login",
    ]
    .map(|target| ("GET", target.to_owned()))
    .to_vec();
    routes.push(("GET", authorize_target("oauth-app", "")));
    routes.extend(
        ["/login", "/logout", "/oauth/tokens", "/userinfo"].map(|target| ("POST", target.to_owned())),
    );
    routes.push(("OPTIONS", "/v3.0/me".to_owned()));
    routes
}

#[test]
fn a_foreign_name_is_refused_on_every_route_with_the_options_that_allow_it() {
    let emulator = automatic("ada");
    let foreign = [
        "evil.example".to_owned(),
        format!("evil.example:{}", port(&emulator)),
        "127.0.0.1.evil.example".to_owned(),
        "192.0.2.7".to_owned(),
        "0.0.0.0".to_owned(),
    ];
    for (method, target) in routes() {
        for host in &foreign {
            let answer = send(&emulator, method, &target, &format!("Host: {host}\r\n"));
            assert_eq!(
                (answer.status, &answer.json()["error"]),
                (403, &"forbidden".into()),
                "{target} {host}"
            );
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            for expected in ["--public-url", "--any-host", "127.0.0.1:", "localhost:"] {
                assert!(message.contains(expected), "{message}");
            }
            for header in ["location", "set-cookie", "access-control-allow-origin"] {
                assert_eq!(answer.header(header), None, "{target} {host}");
            }
        }
    }
    let notes = with_host(&emulator, "/_emulator/journal", "localhost").json();
    let notes = notes["journal"].as_array().unwrap();
    let is_refusal = |note: &Value| note["status"] == 403 && !note.to_string().contains("evil");
    assert!(!notes.is_empty() && notes.iter().all(is_refusal));
}

#[test]
fn two_hosts_or_none_are_400_on_every_route() {
    let emulator = automatic("ada");
    let own = emulator.base_url().strip_prefix("http://").unwrap();
    for (method, target) in routes() {
        for lines in [
            String::new(),
            format!("Host: {own}\r\nHost: {own}\r\n"),
            format!("Host: {own}\r\nHost: evil\r\n"),
        ] {
            let answer = send(&emulator, method, &target, &lines);
            let error = answer.json()["error"].clone();
            assert_eq!((answer.status, error), (400, "invalid_request".into()), "{target} {lines}");
        }
    }
    let absolute = send(&emulator, "GET", "http://evil.example/login", &format!("Host: {own}\r\n"));
    assert_eq!(absolute.status, 400, "the target names another host");
    let absolute = send(&emulator, "GET", &format!("http://{own}/login"), &format!("Host: {own}\r\n"));
    assert_eq!(absolute.status, 200);
    for (target, host) in
        [("http://localhost:80/login", "LOCALHOST"), ("http://localhost/login", "localhost:80")]
    {
        assert_eq!(
            send(&emulator, "GET", target, &format!("Host: {host}\r\n")).status,
            200,
            "the same place"
        );
    }
    let named = send(&emulator, "GET", &format!("http://ada@{own}/login"), &format!("Host: {own}\r\n"));
    assert_eq!(named.status, 400);
}

#[test]
fn loopback_names_work_with_every_port_for_logins_and_the_desk() {
    let emulator = with_pages();
    for host in
        ["localhost:6000", "127.0.0.1:6000", "127.0.0.1", "[::1]:6000", "LOCALHOST:80", "clever.localhost"]
    {
        for target in ["/login", "/_emulator/", "/_emulator/clock", "/oauth/certs"] {
            assert_eq!(with_host(&emulator, target, host).status, 200, "{host} {target}");
        }
        let own_form = format!("Host: {host}\r\nOrigin: http://{host}\r\nSec-Fetch-Site: same-origin\r\n");
        assert_eq!(send(&emulator, "POST", "/logout", &own_form).status, 303, "{host}");
        let foreign_form = format!("Host: {host}\r\nOrigin: http://localhost:5000\r\n");
        assert_eq!(send(&emulator, "POST", "/logout", &foreign_form).status, 403, "{host}");
    }
}

#[test]
fn every_address_works_when_listening_on_all_addresses() {
    for listen in ["0.0.0.0", "::"] {
        let Ok(emulator) = Emulator::start(options().listen(listen.parse().unwrap())) else {
            skipped(&format!("this system cannot listen on {listen}"));
            continue;
        };
        for host in
            [format!("127.0.0.1:{}", port(&emulator)), "192.0.2.7:6000".to_owned(), "[::1]:1".to_owned()]
        {
            assert_eq!(with_host(&emulator, "/_emulator/", &host).status, 200, "{listen} {host}");
        }
        assert_eq!(with_host(&emulator, "/_emulator/", "evil.example").status, 403, "{listen}");
    }
}

#[test]
fn with_any_host_the_issuer_is_the_host_of_each_request() {
    let emulator = Emulator::start(options().auto_login("ada").any_host()).unwrap();
    for host in ["clever:5999", "localhost:6000", "emulator.test"] {
        for prefix in ["", "/s/me-500"] {
            let target = format!("{prefix}/.well-known/openid-configuration");
            let metadata = with_host(&emulator, &target, host).json();
            assert_eq!(metadata["issuer"], format!("http://{host}{prefix}"));
            assert_eq!(metadata["jwks_uri"], format!("http://{host}{prefix}/oauth/certs"));
        }
        let listed = with_host(&emulator, "/_emulator/scenarios", host).json();
        assert!(listed[0]["base_url"].as_str().unwrap().starts_with(&format!("http://{host}/s/")));
        let desk = with_host(&emulator, "/_emulator/", host);
        assert!(desk.page().contains(&format!("http://{host}</code>")), "{host}");
    }
    for (host, issuer) in [
        ("EVIL.test:80", "http://evil.test"),
        ("[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("evil.test.:5999", "http://evil.test.:5999"),
    ] {
        let metadata = with_host(&emulator, "/.well-known/openid-configuration", host).json();
        assert_eq!(metadata["issuer"], issuer);
        assert_eq!(metadata["token_endpoint"], format!("{issuer}/oauth/tokens"));
    }
    for lines in ["", "Host: a\r\nHost: a\r\n"] {
        assert_eq!(send(&emulator, "GET", "/login", lines).status, 400);
    }
    for odd in ["", "a/b@c", "[::1", "a b", "a:0", "127.0.0.1:99999"] {
        let refused = with_host(&emulator, "/login", odd);
        assert_eq!(refused.status, 400, "{odd}");
        assert!(!refused.body.contains("--any-host"), "{odd}");
    }
}

/// A browser on the host and an app in a container use different names for the emulator.
#[test]
fn with_any_host_a_login_can_begin_at_one_host_and_continue_at_another() {
    let emulator = Emulator::start(options().auto_login("ada").any_host()).unwrap();
    let ada = emulator.person("ada").unwrap();
    for prefix in ["", "/s/district-500"] {
        let authorize = format!("{prefix}{}", authorize_target("oidc-app", "&state=s&nonce=n"));
        let callback = with_host(&emulator, &authorize, "localhost:6000").location().to_owned();
        assert!(callback.starts_with(CALLBACK), "{callback}");
        let code = &query(&callback)["code"];
        let body = form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]);
        let request = format!(
            "POST {prefix}/oauth/tokens HTTP/1.1\r\nHost: clever:5999\r\nConnection: close\r\nAuthorization: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            basic("oidc-app", "oidc-secret"),
            body.len()
        );
        let answer = http::parse(&http::raw(emulator.base_url(), request.as_bytes()));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let tokens = answer.json();
        let claims = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["iss"], format!("http://clever:5999{prefix}"), "the host of the token request");
        assert_eq!((&claims["sub"], &claims["nonce"]), (&Value::from(&*ada.id), &"n".into()));
        let bearer = format!("Authorization: Bearer {}\r\n", tokens["access_token"].as_str().unwrap());
        for host in ["clever:5999", "localhost:6000", "third.test"] {
            let lines = format!("Host: {host}\r\n{bearer}");
            let me = send(&emulator, "GET", &format!("{prefix}/v3.0/me"), &lines);
            assert_eq!((me.status, &me.json()["data"]["id"]), (200, &Value::from(&*ada.id)), "{host}");
        }
    }
}

#[test]
fn repeated_slashes_are_treated_as_one() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let ada = emulator.person("ada").unwrap();
    for target in [
        format!("//v2.1/students/{}", ada.id),
        format!("/v2.1//students/{}", ada.id),
        format!("///v2.1///students///{}", ada.id),
        "//v3.0/me".to_owned(),
        "//oauth//tokeninfo".to_owned(),
        "/s/user-500//v3.0/me".to_owned(),
        "//userinfo".to_owned(),
    ] {
        assert_eq!(get_as(&emulator, &token, &target).status, 200, "{target}");
    }
    assert_eq!(get(&emulator, "//.well-known//openid-configuration").json()["issuer"], emulator.base_url());
    let authorize = format!("/{}", authorize_target("oauth-app", "&state=a%2F%2Fb//c"));
    assert!(get(&emulator, &authorize).location().ends_with("&state=a%2F%2Fb%2F%2Fc"));
    let pages = with_pages();
    let location =
        get(&pages, "//oauth/authorize?response_type=code&client_id=oauth-app").location().to_owned();
    assert!(location.starts_with("/oauth/district-picker?"), "{location}");
}
