//! The controls: what each does, and which pages cannot use them.

use serde_json::{Value, json};

use crate::http::{self, Headers, Response};
use crate::support::{
    CALLBACK, authorize_target, automatic, code, exchange, get, get_as, get_with, options, tokens, with_pages,
};
use clever_emulator::Emulator;

pub(crate) fn host(emulator: &Emulator) -> String {
    emulator.base_url().strip_prefix("http://").unwrap().to_owned()
}

pub(crate) fn raw(
    emulator: &Emulator,
    method: &str,
    what: &str,
    headers: Headers<'_>,
    body: &str,
) -> Response {
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "{method} /_emulator/{what} HTTP/1.1\r\nConnection: close\r\n{}Content-Length: {}\r\n\r\n{body}",
        headers.concat(),
        body.len()
    );
    http::parse(&http::raw(emulator.base_url(), request.as_bytes()))
}

/// A request as curl and other programs send it.
fn send(emulator: &Emulator, method: &str, what: &str, body: &Value) -> Response {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    raw(emulator, method, what, &[("Host", &host(emulator))], &body)
}

pub(crate) fn done(emulator: &Emulator, method: &str, what: &str, body: &Value) -> Value {
    let answer = send(emulator, method, what, body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

pub(crate) fn journal(emulator: &Emulator) -> Vec<Value> {
    done(emulator, "GET", "journal", &Value::Null)["journal"].as_array().unwrap().clone()
}

#[test]
fn the_clock_can_be_read_and_moved() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "");
    let before = done(&emulator, "GET", "clock", &Value::Null);
    assert_eq!(before["ahead"], 0);
    let after = done(&emulator, "POST", "clock", &json!({ "advance": 61 }));
    assert_eq!(after["ahead"], 61);
    assert_eq!(after["now"].as_u64().unwrap(), before["now"].as_u64().unwrap() + 61);
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 400);
    for (written, ahead) in [("60.0", 121), ("6e1", 181), ("0.6E2", 241), ("0", 241), ("-0.0", 241)] {
        let body = format!(r#"{{"advance":{written}}}"#);
        let answer = raw(&emulator, "POST", "clock", &[("Host", &host(&emulator))], &body);
        assert_eq!((answer.status, &answer.json()["ahead"]), (200, &ahead.into()), "{written}");
    }
    for body in [
        json!({}),
        json!({ "advance": -1 }),
        json!({ "advance": -1.0 }),
        json!({ "advance": 1.5 }),
        json!({ "advance": 1e-10 }),
        json!({ "advance": 1e300 }),
        json!({ "advance": true }),
        json!({ "advance": [60] }),
        json!({ "advance": "1" }),
        json!({ "advance": u64::MAX }),
        Value::Null,
    ] {
        let answer = send(&emulator, "POST", "clock", &body);
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()), "{body}");
    }
}

#[test]
fn a_rotated_key_replaces_the_old_one() {
    let emulator = automatic("ada");
    let published = || get(&emulator, "/oauth/certs").json()["keys"].clone();
    let before = published();
    let rotated = done(&emulator, "POST", "keys/rotate", &Value::Null);
    let after = published();
    assert_eq!((after.as_array().unwrap().len(), &after[0]["kid"]), (1, &rotated["kid"]));
    assert_ne!(before[0]["kid"], after[0]["kid"]);
}

#[test]
fn a_code_created_without_a_browser_works_like_any_other() {
    let emulator = with_pages();
    let body = json!({ "person": "sam", "client_id": "oidc-app", "nonce": "n" });
    let given = done(&emulator, "POST", "codes", &body);
    assert_eq!(given["redirect_uri"], CALLBACK);
    let answer = exchange(&emulator, "oidc-app", given["code"].as_str().unwrap());
    assert_eq!(answer.status, 200);
    assert!(answer.json()["id_token"].is_string());
}

#[test]
fn tokens_created_without_a_browser_work_like_any_others() {
    let emulator = with_pages();
    let oidc = done(&emulator, "POST", "tokens", &json!({ "person": "sam", "client_id": "oidc-app" }));
    assert!(oidc["id_token"].is_string());
    let oauth = done(&emulator, "POST", "tokens", &json!({ "person": "sam", "client_id": "oauth-app" }));
    assert!(oauth.get("id_token").is_none());
    let me = get_as(&emulator, oauth["access_token"].as_str().unwrap(), "/v3.0/me").json();
    assert_eq!(me["data"]["id"], emulator.person("sam").unwrap().id);
    done(&emulator, "POST", "tokens", &json!({ "person": "sam", "client_id": "public-app" }));
}

#[test]
fn a_wrong_request_is_explained_in_a_sentence() {
    let emulator = with_pages();
    for (what, body, expected) in [
        ("codes", json!({}), "person must be"),
        ("codes", json!({ "person": 1, "client_id": "oidc-app" }), "person must be a string"),
        ("codes", json!({ "person": "ada" }), "client_id must be one of these: oauth-app, oidc-app"),
        (
            "codes",
            json!({ "person": "ada", "client_id": "oidc-app", "redirect_uri": "http://x/" }),
            "redirect_uri must",
        ),
        ("codes", json!({ "person": "ada", "client_id": "public-app" }), "no secret"),
        ("codes", json!({ "person": "ada", "client_id": "library-app" }), "no access"),
        ("tokens", json!([]), "one JSON object"),
        (
            "tokens",
            json!({ "person": "ada", "client_id": "oidc-app", "nonse": "n" }),
            "Unknown member \"nonse\"",
        ),
        (
            "codes",
            json!({ "persona": "ada" }),
            "The members are: person, client_id, redirect_uri, nonce, claims",
        ),
        ("clock", json!({ "advance": 1, "unit": "hours" }), "Unknown member \"unit\""),
    ] {
        let answer = send(&emulator, "POST", what, &body);
        assert_eq!(answer.status, 400, "{body}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(expected) && message.ends_with('.'), "{message}");
    }
    assert_eq!(send(&emulator, "GET", "nothing", &Value::Null).json()["error"], "not_found");
}

#[test]
fn a_wrong_method_gets_the_allowed_methods_and_head_is_like_get() {
    let emulator = with_pages();
    for (what, allow) in [
        ("clock", "GET, POST, HEAD"),
        ("people", "GET, POST, HEAD"),
        ("reset", "POST"),
        ("sessions", "DELETE"),
        ("journal", "GET, DELETE, HEAD"),
        ("desk/clock", "POST"),
        ("desk/style.css", "GET, HEAD"),
        ("", "GET, HEAD"),
    ] {
        for method in ["PUT", "PATCH", "OPTIONS"] {
            let answer = send(&emulator, method, what, &Value::Null);
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{method} {what}");
        }
        let (head, get) =
            (send(&emulator, "HEAD", what, &Value::Null), send(&emulator, "GET", what, &Value::Null));
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{what}");
        assert_eq!(head.header("content-length"), get.header("content-length"), "{what}");
    }
}

#[test]
fn all_sign_ins_can_be_ended_at_once() {
    let emulator = with_pages();
    let form = [crate::support::FORM];
    let answer = crate::support::post(&emulator, "/login", &form, "username=510001&password=510001");
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let location = || {
        let answer = get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &cookie)]);
        answer.location().to_owned()
    };
    assert!(location().starts_with(CALLBACK));
    done(&emulator, "DELETE", "sessions", &Value::Null);
    assert!(location().starts_with("/oauth/district-picker?"));
}

#[test]
fn a_reset_removes_everything() {
    let emulator = automatic("ada");
    let kid = || get(&emulator, "/oauth/certs").json()["keys"][0]["kid"].clone();
    let first = kid();
    let token = tokens(&emulator, "oauth-app", "")["access_token"].as_str().unwrap().to_owned();
    let code = code(&emulator, "oauth-app", "");
    done(&emulator, "POST", "clock", &json!({ "advance": 5 }));
    done(&emulator, "POST", "keys/rotate", &Value::Null);
    done(&emulator, "POST", "reset", &Value::Null);
    assert!(journal(&emulator).is_empty());
    assert_eq!(done(&emulator, "GET", "clock", &Value::Null)["ahead"], 0);
    assert_eq!(kid(), first);
    assert_eq!(get_as(&emulator, &token, "/v3.0/me").status, 401);
    assert_eq!(exchange(&emulator, "oauth-app", &code).status, 400);
}

#[test]
fn the_journal_explains_what_happened() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oauth-app", "&state=s");
    for _ in 0..2 {
        exchange(&emulator, "oauth-app", &code);
    }
    exchange(&emulator, "oauth-app", "another");
    get_as(&emulator, "unknown", "/s/me-500/v3.0/me");
    let notes = journal(&emulator);
    let said = |number: usize| notes[number]["explanation"].as_str().unwrap();
    assert_eq!(notes[0]["parameters"], json!(["response_type", "client_id", "redirect_uri", "state"]));
    assert_eq!((&notes[1]["method"], &notes[1]["path"]), (&"POST".into(), &"/oauth/tokens".into()));
    assert_eq!(notes[1]["authorization"], "Basic (masked)");
    assert!(said(1).starts_with("the code was exchanged for an access token;"));
    assert!(said(2).starts_with("the code was exchanged a second time: Clever responds with invalid_grant"));
    assert!(said(3).starts_with("the code is unknown"));
    assert_eq!(said(4), "scenario me-500: /me returns 500.");
    assert_eq!((notes[4]["status"].as_u64(), &notes[4]["path"]), (Some(500), &"/s/me-500/v3.0/me".into()));
    done(&emulator, "DELETE", "journal", &Value::Null);
    assert!(journal(&emulator).is_empty(), "the controls are not in the journal");
}

#[test]
fn the_journal_contains_no_secret_no_code_and_no_token() {
    let emulator = automatic("ada");
    let code = code(&emulator, "oidc-app", "&state=a-state&nonce=a-nonce");
    let answer = exchange(&emulator, "oidc-app", &code).json();
    let (access, id) = (answer["access_token"].as_str().unwrap(), answer["id_token"].as_str().unwrap());
    get_as(&emulator, access, "/v3.0/me");
    for misplaced in [&code[..], access, id, "oidc-secret", "oauth%2Dsecret"] {
        get(&emulator, &format!("/{misplaced}?{misplaced}&x={misplaced}"));
        get(&emulator, &format!("/v3.0/users/{misplaced}"));
        get_with(&emulator, "/v3.0/me", &[("Authorization", misplaced)]);
        exchange(&emulator, "oidc-app", misplaced);
        let json = [("Content-Type", "application/json")];
        crate::support::post(&emulator, "/oauth/tokens", &json, &json!({ misplaced: misplaced }).to_string());
    }
    let notes = send(&emulator, "GET", "journal", &Value::Null).body;
    for hidden in [&code[..], access, id, "oidc-secret", "a-state", "a-nonce", "oauth-secret", "oauth%2D"] {
        assert!(!notes.contains(hidden), "{hidden}");
    }
}

#[test]
fn the_journal_keeps_only_the_latest_requests() {
    let emulator = automatic("ada");
    for number in 0..1010 {
        get(&emulator, &format!("/{number}"));
    }
    let notes = journal(&emulator);
    assert_eq!((notes.len(), &notes[0]["path"]), (1000, &"/10".into()));
}

#[test]
fn a_web_page_of_another_site_cannot_use_the_controls() {
    let emulator = with_pages();
    let (own, port) = (host(&emulator), host(&emulator).replace("127.0.0.1:", ""));
    let by_name = format!("localhost:{port}");
    for headers in [
        &[("Host", &own[..]), ("Origin", "http://evil.example")][..],
        &[("Host", &own), ("Origin", "null")],
        &[("Host", &own), ("Origin", "http://127.0.0.1:1")],
        &[("Host", &own), ("Origin", &format!("https://{own}"))],
        &[("Host", &own), ("Sec-Fetch-Site", "cross-site")],
        &[("Host", &own), ("Sec-Fetch-Site", "same-site")],
        &[("Host", "evil.example")],
        &[("Host", &format!("evil.example:{port}"))],
    ] {
        for (method, what) in [("GET", "journal"), ("POST", "reset"), ("POST", "clock"), ("GET", "nothing")] {
            let answer = raw(&emulator, method, what, headers, r#"{"advance":60}"#);
            assert_eq!((answer.status, &answer.json()["error"]), (403, &"forbidden".into()), "{headers:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    assert_eq!(done(&emulator, "GET", "clock", &Value::Null)["ahead"], 0);
    for headers in [
        &[("Host", &by_name[..])][..],
        &[("Host", &own), ("Origin", emulator.base_url())],
        &[("Host", &own), ("Sec-Fetch-Site", "none")],
    ] {
        assert_eq!(raw(&emulator, "GET", "clock", headers, "").status, 200, "{headers:?}");
    }
}

#[test]
fn no_spelling_of_the_path_bypasses_the_guard() {
    let emulator = with_pages();
    for path in [
        "//_emulator/clock",
        "/%5femulator/clock",
        "/x/../_emulator/clock",
        "/s/me-500/_emulator/clock",
        "/_emulator",
    ] {
        let answer = get(&emulator, path);
        assert_ne!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("ahead"), "{path}");
    }
}

#[test]
fn the_scenarios_are_listed_with_their_base_urls() {
    let emulator = with_pages();
    let listed = done(&emulator, "GET", "scenarios", &Value::Null);
    assert_eq!(listed.as_array().unwrap().len(), clever_emulator::scenarios().len());
    for entry in listed.as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        assert_eq!(entry["base_url"], format!("{}/s/{name}", emulator.base_url()));
        assert!(entry["what"].is_string() && entry["expect"].is_string() && entry["outcome"].is_string());
    }
}

#[test]
fn a_seeded_run_is_repeatable() {
    let run = |seed| {
        let emulator = Emulator::start(options().auto_login("ada").seed(seed)).unwrap();
        let kid = get(&emulator, "/oauth/certs").json()["keys"][0]["kid"].clone();
        let code = code(&emulator, "oauth-app", "");
        let token = exchange(&emulator, "oauth-app", &code).json()["access_token"].clone();
        let login = crate::support::post(
            &emulator,
            "/login",
            &[crate::support::FORM],
            "username=510001&password=510001",
        );
        let cookie = login.header("set-cookie").unwrap().split_once('=').unwrap().1.to_owned();
        (kid, code, token, cookie)
    };
    let (first, again, other) = (run(7), run(7), run(8));
    assert_eq!(first, again);
    assert_eq!(first.0, other.0, "the key is built in");
    assert!(first.1 != other.1 && first.2 != other.2 && first.3 != other.3);
}
