//! People and apps that are added through the control API, and claims for one login.

use std::fs;
use std::time::Duration;

use clever_emulator::{Emulator, World};
use serde_json::{Value, json};

use crate::control::{done, host, raw};
use crate::http::Response;
use crate::support::{
    CALLBACK, FORM, authorize_target, automatic, cookie, exchange, form, get, get_as, get_with, options,
    post, query, with_pages,
};

fn refused(emulator: &Emulator, what: &str, body: &Value) -> String {
    let answer = raw(emulator, "POST", what, &[("Host", &host(emulator))], &body.to_string());
    assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()), "{body}");
    answer.json()["message"].as_str().unwrap().to_owned()
}

#[test]
fn an_added_person_logs_in_like_everyone_else() {
    let emulator = with_pages();
    let nia = done(&emulator, "POST", "people", &json!({ "handle": "nia" }));
    assert_eq!((&nia["given_name"], &nia["roles"][0]["user_type"]), (&"nia".into(), &"student".into()));
    assert_eq!(nia["district"], "53ee4b8a44abc88c1c00119b");
    let number = nia["number"].as_str().unwrap();
    let answer = crate::support::sign_in(&emulator, number, "");
    assert_eq!(answer.status, 303);
    let target = authorize_target("oidc-app", "");
    let location = get_with(&emulator, &target, &[("Cookie", &cookie(&answer))]).location().to_owned();
    let tokens = exchange(&emulator, "oidc-app", &query(&location)["code"]).json();
    let me = get_as(&emulator, tokens["access_token"].as_str().unwrap(), "/v3.0/me").json();
    assert_eq!(me["data"]["id"], nia["id"]);
    let listed = done(&emulator, "GET", "people", &Value::Null);
    assert!(listed["people"].as_array().unwrap().contains(&nia));
}

#[test]
fn an_added_person_can_have_every_member_of_the_world_file() {
    let emulator = with_pages();
    let own = json!({
        "handle": "lea",
        "id": "0123456789abcdef01234567",
        "number": "77",
        "given_name": "Léa",
        "family_name": "Martin",
        "email": "lea@emulated.example",
        "district": null,
        "roles": [{ "user_type": "teacher" }],
    });
    let lea = done(&emulator, "POST", "people", &own);
    for (name, value) in own.as_object().unwrap().iter().filter(|(name, _)| *name != "roles") {
        let expected = if name == "district" { &json!("53ee4b8a44abc88c1c00119b") } else { value };
        assert_eq!(&lea[name], if value.is_null() { &Value::Null } else { expected }, "{name}");
    }
    assert_eq!(emulator.person("lea").unwrap().family_name, "Martin");
}

#[test]
fn an_app_that_was_added_can_log_people_in_and_get_more_redirect_uris() {
    let emulator = automatic("ada");
    let app = |uri: &str| json!({ "client_id": "late-app", "client_secret": "late-secret", "redirect_uris": [uri], "oidc": true });
    let added = done(&emulator, "POST", "apps", &app(CALLBACK));
    assert_eq!((&added["client_id"], &added["oidc"]), (&"late-app".into(), &true.into()));
    assert!(!added.to_string().contains("late-secret"));
    let location = get(&emulator, &authorize_target("late-app", "")).location().to_owned();
    let tokens = exchange(&emulator, "late-app", &query(&location)["code"]).json();
    assert!(tokens["id_token"].is_string());
    let more = done(&emulator, "POST", "apps", &app("http://127.0.0.1:5000/more"));
    assert_eq!(more["redirect_uris"], json!([CALLBACK, "http://127.0.0.1:5000/more"]));
    let listed = done(&emulator, "GET", "apps", &Value::Null);
    assert_eq!(listed["apps"].as_array().unwrap().len(), 5);
}

#[test]
fn a_wrong_addition_is_refused_with_the_reason_and_changes_nothing() {
    let emulator = with_pages();
    let person = |name: &str, value: Value| json!({ "handle": "nia", name: value });
    for (what, body, expected) in [
        ("people", json!({}), "handle must be a string"),
        ("people", json!([]), "one JSON object"),
        ("people", json!({ "handle": "ada" }), "already a person with the handle, id or number \"ada\""),
        (
            "people",
            person("number", json!("510001")),
            "already a person with the handle, id or number \"510001\"",
        ),
        ("people", person("number", json!(7)), "number: invalid type: integer `7`, expected a string"),
        ("people", person("email", json!({})), "expected a string"),
        ("people", person("roles", json!("teacher")), "roles: invalid type: string"),
        ("people", person("roles", json!([["student"]])), "expected names with values"),
        (
            "people",
            person("roles", json!([["student", "64c20b1e8f3a7d0019c4e501", [], "t", "5", "d", "F"]])),
            "names with values",
        ),
        ("people", person("roles", json!([{ "user_type": ["student"] }])), "user_type: invalid type"),
        ("people", person("id", json!("x")), "Clever's form"),
        ("people", person("given_name", json!({ "a": { "b": 1 } })), "given_name: invalid type: map"),
        ("people", person("given_name", json!([{ "a": 1 }])), "given_name: invalid type"),
        ("people", person("given_nmae", json!("x")), "Did you mean `given_name`?"),
        ("people", person("surname", json!("x")), "unknown field `surname`"),
        ("people", person("district", json!("x")), "no district"),
        ("people", person("roles", json!([])), "roles"),
        ("people", person("roles", json!([{ "user_type": "pupil" }])), "student, teacher"),
        ("people", json!({ "handle": "two words" }), "without spaces"),
        ("apps", json!({}), "client_id"),
        (
            "apps",
            json!({ "client_id": "x", "redirect_uris": [CALLBACK], "oidc": "yes" }),
            "oidc: invalid type",
        ),
        (
            "apps",
            json!({ "client_id": "x", "client_secret": 48_151_623, "redirect_uris": [CALLBACK] }),
            "client_secret: invalid type: integer, expected a secret as a string.",
        ),
        ("apps", json!({ "client_id": "x", "redirect_uris": [] }), "redirect URI"),
        ("apps", json!({ "client_id": "x", "redirect_uris": ["ftp://x"] }), "http or https"),
        (
            "apps",
            json!({ "client_id": "oidc-app", "client_secret": "other", "redirect_uris": [CALLBACK] }),
            "two secrets",
        ),
        (
            "apps",
            json!({ "client_id": "x", "redirect_uris": [CALLBACK], "oicd": true }),
            "unknown field `oicd`",
        ),
    ] {
        let message = refused(&emulator, what, &body);
        assert!(message.contains(expected), "{body}: {message}");
    }
    assert!(emulator.person("nia").is_none());
    assert_eq!(emulator.apps().len(), 4);
}

#[test]
fn a_reset_removes_additions_and_a_change_of_the_file_does_not() {
    let file = std::env::temp_dir().join(format!("clever-emulator-additions-{}.toml", std::process::id()));
    fs::write(&file, World::built_in_toml()).unwrap();
    let emulator = Emulator::start(options().world_file(&file)).unwrap();
    for handle in ["nia", "ole"] {
        done(&emulator, "POST", "people", &json!({ "handle": handle }));
    }
    let changed =
        World::built_in_toml().replacen("Ashworth", "Changed", 1).replacen("\"noor\"", "\"ole\"", 1);
    fs::write(&file, changed).unwrap();
    emulator.advance(Duration::from_millis(200));
    assert_eq!(emulator.person("ada").unwrap().family_name, "Changed");
    assert!(emulator.person("nia").is_some());
    assert_eq!(
        emulator.person("ole").unwrap().given_name,
        "Noor",
        "the file now has a person with this name"
    );
    done(&emulator, "POST", "reset", &Value::Null);
    assert!(emulator.person("nia").is_none());
    fs::remove_file(&file).unwrap();
}

fn claims_of(tokens: &Value) -> Value {
    serde_json::from_str(&payload(tokens)).unwrap()
}

fn payload(tokens: &Value) -> String {
    use base64::Engine as _;
    let payload = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    String::from_utf8(payload).unwrap()
}

fn own_claims() -> Value {
    json!({ "user_type": "teacher", "email": null, "new": [1, { "a": "b" }], "iss": "https://other.example" })
}

#[track_caller]
fn assert_own(emulator: &Emulator, tokens: &Value) {
    let claims = claims_of(tokens);
    let own = own_claims();
    for (name, value) in own.as_object().unwrap() {
        assert_eq!(&claims[name], value);
    }
    assert_eq!(claims["given_name"], "Ada", "all other claims stay");
    let info = get_as(emulator, tokens["access_token"].as_str().unwrap(), "/userinfo").json();
    assert_eq!((&info["user_type"], &info["new"], info.get("iss")), (&own["user_type"], &own["new"], None));
}

#[test]
fn codes_tokens_and_automatic_logins_can_have_custom_claims() {
    let emulator = automatic("ada");
    let body = json!({ "person": "ada", "client_id": "oidc-app", "claims": own_claims() });
    assert_own(&emulator, &done(&emulator, "POST", "tokens", &body));
    let code = done(&emulator, "POST", "codes", &body)["code"].as_str().unwrap().to_owned();
    assert_own(&emulator, &exchange(&emulator, "oidc-app", &code).json());
    let more = format!("&{}", form(&[("emulator_claims", &own_claims().to_string())]));
    let location = get(&emulator, &authorize_target("oidc-app", &more)).location().to_owned();
    assert_own(&emulator, &exchange(&emulator, "oidc-app", &query(&location)["code"]).json());
    let ordinary = crate::support::tokens(&emulator, "oidc-app", "");
    assert_eq!(claims_of(&ordinary)["user_type"], "student");

    let message =
        refused(&emulator, "tokens", &json!({ "person": "ada", "client_id": "oidc-app", "claims": [] }));
    assert!(message.contains("one JSON object"), "{message}");
    let answer = get(&emulator, &authorize_target("oidc-app", "&emulator_claims=%5B%5D"));
    assert!(answer.status == 400 && answer.page().contains("emulator_claims"));
}

fn sign_in(emulator: &Emulator, person: &str, claims: &str, more: &[(&str, &str)]) -> Response {
    let target = authorize_target("oidc-app", "");
    let fields = [("portal", "emulated"), ("person", person), ("claims", claims), ("target", &target)];
    post(emulator, "/login/claims", &[&[FORM], more].concat(), &form(&fields))
}

/// Odd data to test a client with: half an emoji, numbers that are too large, a repeated member.
#[test]
fn custom_claims_are_in_the_token_and_userinfo_exactly_as_written() {
    let emulator = with_pages();
    let odd = ["\"\\ud83d\"", "1e400", "1.0", "{\"a\":1,\"a\":[\"\\udd8a\", 2 ]}", "\"\\u0041\""];
    let members: Vec<_> = odd.iter().enumerate().map(|(at, value)| format!("\"odd{at}\":{value}")).collect();
    let text = format!("\u{FEFF}{{{}}}", members.join(",\n"));
    let body = format!("{{\"person\":\"ada\",\"client_id\":\"oidc-app\",\"claims\":{}}}", &text[3..]);
    let host = host(&emulator);
    let tokens = raw(&emulator, "POST", "tokens", &[("Host", &host)], &format!("\u{FEFF}{body}")).json();
    let answer = sign_in(&emulator, "ada", &text, &[]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let callback =
        get_with(&emulator, answer.location(), &[("Cookie", &cookie(&answer))]).location().to_owned();
    let after_login = exchange(&emulator, "oidc-app", &query(&callback)["code"]).json();
    for tokens in [tokens, after_login] {
        let access_token = tokens["access_token"].as_str().unwrap();
        let info = |below: &str| get_as(&emulator, access_token, &format!("{below}/userinfo")).body;
        for text in [payload(&tokens), info(""), info("/s/userinfo-other-sub")] {
            for member in &members {
                assert!(text.contains(member.as_str()), "{member}: {text}");
            }
        }
    }
}

#[test]
fn a_scenario_also_signs_custom_claims_exactly_as_written() {
    let emulator = automatic("ada");
    for scenario in
        ["id-token-no-nonce", "id-token-alg-none", "id-token-unknown-kid", "id-token-duplicate-claim"]
    {
        let more = format!("&{}", form(&[("emulator_claims", "{\"half\":\"\\ud83d\"}")]));
        let location = get(&emulator, &format!("/s/{scenario}{}", authorize_target("oidc-app", &more)));
        let code = &query(location.location())["code"];
        let credentials = crate::support::basic("oidc-app", "oidc-secret");
        let body = form(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]);
        let headers = [FORM, ("Authorization", credentials.as_str())];
        let answer = post(&emulator, &format!("/s/{scenario}/oauth/tokens"), &headers, &body);
        assert!(payload(&answer.json()).contains("\"half\":\"\\ud83d\""), "{scenario}");
    }
}

#[test]
fn an_error_in_the_claims_names_line_and_column() {
    let emulator = automatic("ada");
    let host = host(&emulator);
    for (claims, place) in [
        ("{\n  \"a\" 1\n}", "line 2, column 7: expected `:`"),
        ("{\"a\":1,\n\"a\":2}", "line 2, column 3: \"a\" appears twice"),
        ("{\"\\ud83d\":1}", "line 1, column 9"),
    ] {
        let page = sign_in(&emulator, "ada", claims, &[]);
        let shown = page.body.replace("&quot;", "\"");
        assert!(page.status == 400 && shown.contains(place), "{claims}: {}", page.body);
        let more = format!("&{}", form(&[("emulator_claims", claims)]));
        let page = get(&emulator, &authorize_target("oidc-app", &more));
        assert!(page.status == 400 && page.body.replace("&quot;", "\"").contains(place), "{claims}");
        let body = format!("{{\"person\":\"ada\",\"client_id\":\"oidc-app\",\"claims\":{claims}}}");
        let answer = raw(&emulator, "POST", "tokens", &[("Host", &host)], &body);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(
            answer.status == 400 && message.contains(place.split_once(": ").map_or("hex", |(_, what)| what)),
            "{message}"
        );
    }
    for (body, expected) in [
        ("{\"person\":\"ada\",\n\"person\":\"noor\"}", "line 2, column 8: \"person\" appears twice"),
        ("{\"person\":\"ada\"", "line 1, column 15: EOF"),
        ("{\"person\":\"\\ud83d\"}", "person: "),
        ("{\"advance\":1e400}", "advance: number out of range"),
        ("[]", "it is JSON, but not an object"),
        ("", "line 1, column 0: EOF"),
    ] {
        let answer = raw(&emulator, "POST", "tokens", &[("Host", &host)], body);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(answer.status == 400 && message.contains(expected), "{body}: {message}");
    }
}

#[test]
fn the_form_for_claims_needs_no_portal_if_it_names_a_person() {
    let emulator = with_pages();
    for person in ["ada", "anouk", "lou"] {
        let answer =
            post(&emulator, "/login/claims", &[FORM], &form(&[("person", person), ("claims", "{}")]));
        assert_eq!((answer.status, answer.location()), (303, "/login"), "{person}");
    }
    for fields in [&[("claims", "{}")][..], &[("person", "nobody")], &[]] {
        let answer = post(&emulator, "/login/claims", &[FORM], &form(fields));
        assert!(answer.status == 400 && answer.page().contains("no person of this world"), "{}", answer.body);
    }
}

#[test]
fn a_repeated_field_of_a_form_is_refused() {
    let emulator = with_pages();
    for path in ["/login", "/login/badge", "/login/provider", "/login/claims", "/oauth/district-picker"] {
        let answer = post(&emulator, path, &[FORM], "portal=emulated&portal=island");
        assert!(
            answer.status == 400 && answer.page().contains("A parameter is repeated"),
            "{path}: {}",
            answer.status
        );
    }
}

#[test]
fn a_form_on_the_login_page_signs_in_with_claims_for_one_login() {
    let emulator = with_pages();
    let page = get(&emulator, "/login?portal=emulated");
    assert!(page.page().contains(r#"<form method="post" action="/login/claims">"#));
    let answer = sign_in(&emulator, "ada", &own_claims().to_string(), &[]);
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = cookie(&answer);
    let login = || {
        let location = get_with(&emulator, answer.location(), &[("Cookie", &cookie)]).location().to_owned();
        exchange(&emulator, "oidc-app", &query(&location)["code"]).json()
    };
    assert_own(&emulator, &login());
    assert_eq!(claims_of(&login())["user_type"], "student", "the next login is an ordinary one");
    let ordinary = sign_in(&emulator, "ada", "", &[]);
    assert_eq!(ordinary.status, 303);
}

#[test]
fn a_mistake_in_the_form_is_explained_on_the_page() {
    let emulator = with_pages();
    for (person, claims, expected) in [
        ("ada", "[]", "one JSON object"),
        ("noor", "{", "one JSON object"),
        ("anouk", "{}", "No one here"),
        ("", "{}", "No one here"),
    ] {
        let answer = sign_in(&emulator, person, claims, &[]);
        assert_eq!((answer.status, answer.header("set-cookie")), (400, None), "{person} {claims}");
        let page = answer.page();
        assert!(page.contains(expected) && page.contains("<details lang=\"en\" open>"), "{person} {claims}");
        assert!(page.contains(&format!("{claims}</textarea>")), "the typed text is kept: {page}");
        assert_eq!(page.matches("aria-invalid").count(), 1, "user name and password are not wrong");
        let chosen = ["ada", "noor"].contains(&person);
        assert_eq!(
            page.contains(&format!("value=\"{person}\" selected")),
            chosen,
            "{person} is still chosen"
        );
    }
    assert_eq!(sign_in(&emulator, "ada", "{}", &[("Origin", "http://evil.example")]).status, 403);
    let automatic = automatic("ada");
    let location = get(&automatic, &authorize_target("oidc-app", "")).location().to_owned();
    assert!(location.starts_with(CALLBACK));
}

#[test]
fn healthz_is_plain_text_and_not_in_the_journal() {
    let emulator = with_pages();
    let answer = get(&emulator, "/healthz");
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    assert_eq!(post(&emulator, "/healthz", &[], "").status, 404);
    assert_eq!(get(&emulator, "/s/me-500/healthz").status, 404);
    let paths: Vec<_> = crate::control::journal(&emulator).iter().map(|note| note["path"].clone()).collect();
    assert_eq!(paths, ["/s/me-500/healthz"]);
}
