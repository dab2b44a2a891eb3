//! Versions 1 and 2 of the API, where every role is a separate user.

use serde_json::{Value, json};

use crate::support::{access_token, automatic, get, get_as, tokens};

const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";
const VERSIONS: [&str; 4] = ["v1.1", "v1.2", "v2.0", "v2.1"];

fn got(handle: &str, path: &str) -> Value {
    let emulator = automatic(handle);
    let path = path.replace("{id}", &emulator.person(handle).unwrap().role.legacy_id);
    let answer = get_as(&emulator, &access_token(&emulator), &path);
    assert_eq!(answer.status, 200, "{path} {}", answer.body);
    answer.json()
}

/// The names of the members.
fn members(data: &Value) -> Vec<&str> {
    data.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn me_before_version_3_has_the_old_id_and_type_of_the_role() {
    let emulator = automatic("ada");
    for (handle, user_type) in [
        ("ada", "student"),
        ("grace", "teacher"),
        ("olga", "school_admin"),
        ("dana", "district_admin"),
        ("maria", "contact"),
    ] {
        let id = &emulator.person(handle).unwrap().role.legacy_id;
        let tokens = tokens(&emulator, "oauth-app", &format!("&emulator_login={handle}"));
        let token = tokens["access_token"].as_str().unwrap();
        for version in VERSIONS {
            let mut expected = json!({
                "type": user_type,
                "data": { "id": id, "district": DISTRICT, "type": user_type },
                "links": [
                    { "rel": "self", "uri": "/me" },
                    { "rel": "canonical", "uri": format!("/{version}/{user_type}s/{id}") },
                    { "rel": "district", "uri": format!("/{version}/districts/{DISTRICT}") },
                ],
            });
            if version == "v2.1" {
                expected["data"]["authorized_by"] = "district".into();
            }
            let me = get_as(&emulator, token, &format!("/{version}/me")).json();
            assert_eq!(me, expected);
            for link in &me["links"].as_array().unwrap()[1..] {
                assert_eq!(get_as(&emulator, token, link["uri"].as_str().unwrap()).status, 200, "{link}");
            }
        }
    }
}

#[test]
fn me_without_a_version_is_version_1_1() {
    for handle in ["sam", "kim"] {
        let emulator = automatic(handle);
        let app = if handle == "kim" { "library-app" } else { "oauth-app" };
        let token = tokens(&emulator, app, "")["access_token"].as_str().unwrap().to_owned();
        let me = |path| get_as(&emulator, &token, path).json();
        assert_eq!(me("/me"), me("/v1.1/me"));
        assert_eq!(me("/me")["links"][1]["rel"], "canonical");
    }
}

#[test]
fn a_student_gains_members_from_version_to_version() {
    let first = vec![
        "created",
        "credentials",
        "district",
        "dob",
        "email",
        "gender",
        "grade",
        "hispanic_ethnicity",
        "id",
        "last_modified",
        "location",
        "name",
        "race",
        "school",
        "sis_id",
        "state_id",
        "student_number",
    ];
    let mut second = [first.clone(), vec!["graduation_year", "schools"]].concat();
    let mut fourth = [second.clone(), vec!["enrollments", "ext"]].concat();
    second.sort_unstable();
    fourth.sort_unstable();
    for (version, expected) in [("v1.1", &first), ("v1.2", &second), ("v2.0", &second), ("v2.1", &fourth)] {
        let user = got("ada", &format!("/{version}/students/{{id}}"));
        let mut members = members(&user["data"]);
        members.sort_unstable();
        assert_eq!(members, *expected, "{version}");
        let data = &user["data"];
        assert_eq!(
            (&data["grade"], &data["dob"], &data["gender"]),
            (&json!("9"), &json!("9/30/2009"), &json!("F"))
        );
        let uri = format!("/{version}/students/{}", data["id"].as_str().unwrap());
        assert_eq!(user["links"], json!([{ "rel": "self", "uri": uri }]));
    }
}

#[test]
fn a_teacher_a_school_administrator_and_a_district_administrator_have_their_own_members() {
    let teacher = got("grace", "/v2.1/teachers/{id}");
    assert_eq!(teacher["data"]["name"], json!({ "first": "Grace", "last": "Okafor", "middle": "M" }));
    assert_eq!(teacher["data"]["title"], "Mathematics Teacher");
    assert!(teacher["data"].get("roles").is_none() && teacher["data"].get("legacy_id").is_none());
    let expected = ["credentials", "district", "email", "id", "name", "schools", "staff_id", "title"];
    assert_eq!(sorted(&got("olga", "/v1.1/school_admins/{id}")["data"]), expected);
    let expected = ["district", "email", "id", "name", "title"];
    assert_eq!(sorted(&got("dana", "/v2.0/district_admins/{id}")["data"]), expected);
}

#[test]
fn the_name_of_a_contact_is_a_single_string() {
    let contact = got("maria", "/v2.0/contacts/{id}");
    assert_eq!(contact["data"]["name"], "Maria Lindqvist");
    assert_eq!(contact["data"]["students"], json!([]));
    assert!(got("maria", "/v1.1/contacts/{id}")["data"].get("students").is_none());
}

#[test]
fn a_person_with_two_roles_is_two_users_before_version_3() {
    let emulator = automatic("sam");
    let (token, sam) = (access_token(&emulator), emulator.person("sam").unwrap());
    let (teacher, staff) = (&sam.role.legacy_id, &sam.other_roles[0].legacy_id);
    let status = |kind: &str, id: &str| get_as(&emulator, &token, &format!("/v2.1/{kind}/{id}")).status;
    assert_eq!((status("teachers", teacher), status("school_admins", staff)), (200, 200));
    assert_eq!((status("teachers", staff), status("school_admins", teacher)), (404, 404));
    assert_eq!((status("teachers", &sam.id), status("students", teacher)), (404, 404));
}

#[test]
fn the_id_of_another_person_is_not_found_before_version_3() {
    let emulator = automatic("ada");
    let grace = &emulator.person("grace").unwrap().role.legacy_id;
    let answer = get_as(&emulator, &access_token(&emulator), &format!("/v2.1/teachers/{grace}"));
    assert_eq!(answer.status, 404);
    assert!(answer.json()["message"].is_string());
}

#[test]
fn users_exist_only_in_version_3_and_types_only_before_it() {
    let emulator = automatic("ada");
    let (token, id) = (access_token(&emulator), emulator.person("ada").unwrap().id.clone());
    for path in [format!("/v2.1/users/{id}"), format!("/v3.0/students/{id}"), format!("/v2.1/staffs/{id}")] {
        let answer = get_as(&emulator, &token, &path);
        assert!(answer.status == 404 && answer.body.contains("Cannot GET"), "{path}");
    }
}

#[test]
fn a_login_sees_id_and_name_of_its_district_in_every_version() {
    for version in VERSIONS {
        let district = got("ada", &format!("/{version}/districts/{DISTRICT}"));
        assert_eq!(district["data"], json!({ "id": DISTRICT, "name": "Emulated School District" }));
    }
}

#[test]
fn a_login_of_clever_library_has_no_district_in_any_version() {
    let emulator = automatic("lou");
    let token = tokens(&emulator, "library-app", "")["access_token"].as_str().unwrap().to_owned();
    let id = &emulator.person("lou").unwrap().role.legacy_id;
    for version in VERSIONS {
        let me = get_as(&emulator, &token, &format!("/{version}/me")).json();
        assert_eq!((&me["data"]["id"], me["data"].get("district")), (&json!(id), None));
        assert_eq!(me["links"].as_array().unwrap().len(), 2);
        let user = get_as(&emulator, &token, me["links"][1]["uri"].as_str().unwrap()).json();
        let mut expected = vec!["created", "email", "id", "last_modified", "name", "schools"];
        expected.retain(|member| version != "v1.1" || *member != "schools");
        assert_eq!(sorted(&user["data"]), expected, "{version}");
    }
    assert_eq!(get_as(&emulator, &token, "/v2.1/me").json()["data"]["authorized_by"], "teacher");
}

#[test]
fn without_a_token_every_version_is_401() {
    for path in ["/me", "/v1.1/me", "/v1.2/students/x", "/v2.0/districts/x", "/v2.1/school_admins/x"] {
        assert_eq!(get(&automatic("ada"), path).status, 401, "{path}");
    }
}

fn sorted(data: &Value) -> Vec<&str> {
    let mut members = members(data);
    members.sort_unstable();
    members
}
