//! Clever Library: apps that got access from a teacher instead of a district.

use serde_json::{Value, json};

use crate::support::{authorize_target, automatic, get, get_as, query, tokens};

fn got(handle: &str, path: &str) -> Value {
    let emulator = automatic(handle);
    let token = tokens(&emulator, "library-app", "")["access_token"].as_str().unwrap().to_owned();
    let answer = get_as(&emulator, &token, &path.replace("{id}", &emulator.person(handle).unwrap().id));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn a_library_login_has_no_id_token_even_for_an_oidc_app() {
    let emulator = automatic("lou");
    assert!(emulator.apps().iter().any(|app| app.client_id() == "library-app" && app.is_oidc()));
    let answer = tokens(&emulator, "library-app", "&nonce=n");
    assert_eq!(answer, json!({ "access_token": answer["access_token"], "token_type": "bearer" }));
}

#[test]
fn me_has_no_district_and_says_that_a_teacher_gave_access() {
    for handle in ["lou", "kim"] {
        let me = got(handle, "/v3.1/me");
        let id = me["data"]["id"].as_str().unwrap();
        let expected = json!({
            "type": "user",
            "data": { "id": id, "type": "user", "authorized_by": "teacher" },
            "links": [
                { "rel": "self", "uri": "/me" },
                { "rel": "canonical", "uri": format!("/v3.1/users/{id}") },
            ],
        });
        assert_eq!(me, expected);
    }
}

#[test]
fn a_student_has_an_initial_no_email_and_no_district() {
    let user = got("kim", "/v3.0/users/{id}");
    assert_eq!(user["data"]["name"], json!({ "first": "Kim", "last": "T" }));
    assert!(user["data"].get("email").is_none() && user["data"].get("district").is_none());
}

#[test]
fn people_of_clever_library_have_no_data_from_a_district() {
    for (handle, role) in [("kim", "student"), ("lou", "teacher")] {
        let user = got(handle, "/v3.0/users/{id}");
        let members: Vec<_> =
            user["data"]["roles"][role].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["legacy_id", "schools"]);
    }
}

#[test]
fn userinfo_also_has_no_district() {
    let info = got("lou", "/userinfo");
    assert!(info.get("district").is_none() && info.get("district_id").is_none());
    assert_eq!((&info["authorized_by"], &info["email"]), (&"teacher".into(), &"lou@emulated.example".into()));
}

#[test]
fn a_library_login_reads_no_district() {
    let emulator = automatic("lou");
    let token = tokens(&emulator, "library-app", "")["access_token"].as_str().unwrap().to_owned();
    assert_eq!(get_as(&emulator, &token, "/v3.0/districts/53ee4b8a44abc88c1c00119b").status, 404);
}

#[test]
fn people_without_access_to_an_app_see_a_page() {
    for (handle, client_id) in
        [("lou", "oauth-app"), ("kim", "oidc-app"), ("ada", "library-app"), ("maria", "library-app")]
    {
        let emulator = automatic(handle);
        for target in
            [authorize_target(client_id, "&state=s"), format!("/oauth/instant-login?client_id={client_id}")]
        {
            let answer = get(&emulator, &target);
            assert_eq!((answer.status, answer.header("location")), (403, None), "{handle} {target}");
            assert!(answer.page().contains("doesn't have access to this app"));
            assert!(answer.page().contains(r#"action="/logout""#), "another person can log in");
        }
    }
}

#[test]
fn with_return_unshared_a_library_app_learns_that_a_person_has_no_access() {
    let emulator = automatic("lou");
    let answer = get(&emulator, &authorize_target("oauth-app", "&return_unshared=true&state=s"));
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location(), "http://127.0.0.1:5000/callback?error=unauthorized-user&state=s");
    let implicit = "/oauth/authorize?response_type=token&client_id=public-app&return_unshared=true&state=s";
    let answer = get(&emulator, implicit);
    assert_eq!(answer.location(), "http://127.0.0.1:5000/callback#error=unauthorized-user&state=s");
    assert_eq!(get(&emulator, &authorize_target("oauth-app", "&return_unshared=false")).status, 403);
}

#[test]
fn return_unshared_changes_nothing_for_people_with_access() {
    let answer = get(&automatic("lou"), &authorize_target("library-app", "&return_unshared=true"));
    assert!(query(answer.location()).contains_key("code"));
}
