//! The resources that an access token gives access to.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{access_token, automatic, get, get_as, post};

const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";

fn got(handle: &str, path: &str) -> Value {
    let emulator = automatic(handle);
    let path = path.replace("{id}", &emulator.person(handle).unwrap().id);
    let answer = get_as(&emulator, &access_token(&emulator), &path);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn me_has_the_id_and_links_in_the_requested_version() {
    let emulator = automatic("ada");
    let (token, id) = (access_token(&emulator), &emulator.person("ada").unwrap().id);
    for version in ["v3.0", "v3.1"] {
        let expected = json!({
            "type": "user",
            "data": { "id": id, "district": DISTRICT, "type": "user", "authorized_by": "district" },
            "links": [
                { "rel": "self", "uri": "/me" },
                { "rel": "canonical", "uri": format!("/{version}/users/{id}") },
                { "rel": "district", "uri": format!("/{version}/districts/{DISTRICT}") },
            ],
        });
        assert_eq!(get_as(&emulator, &token, &format!("/{version}/me")).json(), expected);
    }
}

#[test]
fn a_user_has_an_object_of_roles() {
    for version in ["v3.0", "v3.1"] {
        let user = got("sam", &format!("/{version}/users/{{id}}"));
        let data = &user["data"];
        assert_eq!(data["name"], json!({ "first": "Sam", "last": "Rivera" }));
        assert_eq!((&data["district"], &data["email"]), (&DISTRICT.into(), &"sam@emulated.example".into()));
        assert!(data["created"].is_string() && data["last_modified"].is_string());
        let roles = data["roles"].as_object().unwrap();
        assert_eq!(roles.keys().collect::<Vec<_>>(), ["staff", "teacher"]);
        assert_ne!(roles["teacher"]["legacy_id"], data["id"]);
        assert_eq!(roles["teacher"]["schools"].as_array().unwrap().len(), 1);
        let own = format!("/{version}/users/{}", data["id"].as_str().unwrap());
        assert_eq!(user["links"], json!([{ "rel": "self", "uri": own }]));
    }
}

#[test]
fn a_user_without_an_email_has_no_such_member() {
    assert!(got("noor", "/v3.0/users/{id}")["data"].get("email").is_none());
    assert!(got("noor", "/userinfo").get("email").is_none());
}

#[test]
fn the_legacy_id_of_a_student_is_the_id() {
    let user = got("jose", "/v3.1/users/{id}");
    assert_eq!(user["data"]["roles"]["student"]["legacy_id"], user["data"]["id"]);
}

#[test]
fn a_district_administrator_has_no_schools() {
    let user = got("dana", "/v3.0/users/{id}");
    assert!(user["data"]["roles"]["district_admin"].get("schools").is_none());
    assert_eq!(got("dana", "/userinfo")["schools"], json!([]));
}

#[test]
fn a_contact_has_no_schools() {
    let user = got("maria", "/v3.0/users/{id}");
    assert!(user["data"]["roles"]["contact"].get("schools").is_none());
}

#[test]
fn the_legacy_id_of_a_person_with_a_new_id_is_the_old_id() {
    let (before, after) = (got("mila", "/v3.0/me"), got("mila-returned", "/v3.0/users/{id}"));
    assert_ne!(before["data"]["id"], after["data"]["id"]);
    assert_eq!(after["data"]["roles"]["student"]["legacy_id"], before["data"]["id"]);
}

#[test]
fn a_district_has_id_and_name() {
    let path = format!("/v3.1/districts/{DISTRICT}");
    let expected = json!({
        "data": { "id": DISTRICT, "name": "Emulated School District" },
        "links": [{ "rel": "self", "uri": path }],
    });
    assert_eq!(got("ada", &path), expected);
}

#[test]
fn the_id_of_another_person_is_not_found() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let grace = format!("/v3.0/users/{}", emulator.person("grace").unwrap().id);
    for path in [&grace, "/v3.0/users/x", "/v3.0/users/%ff", "/v3.0/districts/000000000000000000000000"] {
        let answer = get_as(&emulator, &token, path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.json()["message"].is_string());
    }
}

#[test]
fn userinfo_responds_the_same_to_get_and_post() {
    let emulator = automatic("grace");
    let token = access_token(&emulator);
    let grace = emulator.person("grace").unwrap();
    let expected = json!({
        "sub": grace.id, "user_id": grace.role.legacy_id, "multi_role_user_id": grace.id, "user_type": "teacher",
        "district_id": DISTRICT, "district": DISTRICT, "email": "grace@emulated.example",
        "name": { "first": "Grace", "last": "Okafor", "middle": "M" }, "schools": grace.role.schools,
        "given_name": "Grace", "family_name": "Okafor", "email_verified": false, "authorized_by": "district",
    });
    assert_eq!(get_as(&emulator, &token, "/userinfo").json(), expected);
    let authorization = format!("bearer {token}");
    assert_eq!(post(&emulator, "/userinfo", &[("Authorization", &authorization)], "").json(), expected);
}

#[test]
fn without_a_valid_token_everything_is_401() {
    let emulator = automatic("ada");
    let id = &emulator.person("ada").unwrap().id;
    for path in ["/v3.0/me", "/v3.1/me", &format!("/v3.0/users/{id}"), "/v3.0/districts/x", "/userinfo"] {
        for answer in [get(&emulator, path), get_as(&emulator, "il0", path)] {
            assert_eq!(answer.status, 401, "{path}");
            assert!(answer.json().is_object());
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

#[test]
fn an_expired_token_gives_access_to_nothing() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    emulator.advance(Duration::from_secs(24 * 3600));
    assert_eq!(get_as(&emulator, &token, "/v3.0/me").status, 401);
}

#[test]
fn the_rate_limit_headers_count_down_and_open_a_new_window_after_a_minute() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let remaining = || {
        let answer = get_as(&emulator, &token, "/v3.0/me");
        assert_eq!(answer.header("x-ratelimit-bucket"), Some("bearer"));
        assert_eq!(answer.header("x-ratelimit-limit"), Some("1200"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let reset: u64 = answer.header("x-ratelimit-reset").unwrap().parse().unwrap();
        assert_eq!(reset, emulator.now() + 60);
        answer.header("x-ratelimit-remaining").unwrap().to_owned()
    };
    assert_eq!(remaining(), "1199");
    assert_eq!(remaining(), "1198");
    emulator.advance(Duration::from_secs(60));
    assert_eq!(remaining(), "1199");
}

#[test]
fn beyond_the_rate_limit_the_response_is_429_with_an_empty_body() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    for _ in 0..1200 {
        assert_eq!(get_as(&emulator, &token, "/v3.0/me").status, 200);
    }
    let answer = get_as(&emulator, &token, "/userinfo");
    assert_eq!((answer.status, answer.body.as_str()), (429, ""));
    let notes = crate::control::journal(&emulator);
    let said = notes.last().unwrap()["explanation"].as_str().unwrap().to_owned();
    assert!(said.contains("more than 1200 requests in a minute"), "{said}");
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(answer.header("retry-after"), None);
    assert_eq!(get_as(&emulator, &access_token(&emulator), "/v3.0/me").status, 200);
    emulator.advance(Duration::from_secs(60));
    assert_eq!(get_as(&emulator, &token, "/v3.0/me").status, 200);
}
