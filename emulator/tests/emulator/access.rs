//! Who may log in to which app: user types and districts.

use clever_emulator::{App, Emulator, Options, UserType};

use crate::id_token::verified;
use crate::support::{CALLBACK, authorize_target, exchange, get, get_as, query, tokens};

const SECOND_DISTRICT: &str = "64c1f0a2d3b94e5f60718100";

/// An app for staff, and an app of the second district.
fn emulator() -> Emulator {
    let staff =
        App::new("staff-app", "staff-secret", CALLBACK).with_oidc().with_user_types([UserType::Staff]);
    let island = App::new("island-app", "island-secret", CALLBACK).with_districts([SECOND_DISTRICT]);
    let public = App::public("public-app", CALLBACK).with_user_types([UserType::Staff]);
    Emulator::start(Options::new().app(staff).app(island).app(public).auto_login("ada")).unwrap()
}

#[test]
fn people_without_access_see_a_page_that_says_why() {
    let emulator = emulator();
    for (client_id, handle, reason) in [
        ("staff-app", "ada", "it is for other kinds of users."),
        ("staff-app", "dana", "it is for other kinds of users."),
        ("island-app", "ada", "it is not shared with their district."),
        ("island-app", "lou", "it is only for people in a district."),
    ] {
        let who = format!("&emulator_login={handle}");
        let instant = format!("/oauth/instant-login?client_id={client_id}{who}");
        for target in [authorize_target(client_id, &who), instant] {
            let answer = get(&emulator, &target);
            assert_eq!((answer.status, answer.header("location")), (403, None), "{target}");
            assert!(answer.page().contains(reason), "{target}");
        }
    }
}

#[test]
fn with_return_unshared_the_app_learns_that_a_person_has_no_access() {
    let emulator = emulator();
    for client_id in ["staff-app", "island-app"] {
        let answer = get(&emulator, &authorize_target(client_id, "&return_unshared=true&state=s"));
        assert_eq!(answer.location(), format!("{CALLBACK}?error=unauthorized-user&state=s"));
    }
    let implicit = "/oauth/authorize?response_type=token&client_id=public-app&return_unshared=true";
    assert_eq!(get(&emulator, implicit).location(), format!("{CALLBACK}#error=unauthorized-user"));
}

#[test]
fn people_with_access_log_in() {
    let emulator = emulator();
    for (client_id, handle) in [("staff-app", "olga"), ("staff-app", "jonas"), ("island-app", "anouk")] {
        let answer = get(&emulator, &authorize_target(client_id, &format!("&emulator_login={handle}")));
        assert_eq!(exchange(&emulator, client_id, &query(answer.location())["code"]).status, 200, "{handle}");
    }
}

#[test]
fn a_login_is_in_the_first_role_that_the_app_is_for() {
    let emulator = emulator();
    let sam = emulator.person("sam").unwrap();
    let tokens = tokens(&emulator, "staff-app", "&emulator_login=sam");
    let claims = verified(&emulator, tokens["id_token"].as_str().unwrap(), "staff-app");
    let info = get_as(&emulator, tokens["access_token"].as_str().unwrap(), "/userinfo").json();
    for told in [&claims, &info] {
        assert_eq!(told["user_type"], "staff");
        assert_eq!(told["user_id"], sam.other_roles[0].legacy_id);
        assert_eq!(told["sub"], sam.id);
    }
    assert_eq!(info["schools"], serde_json::json!(sam.other_roles[0].schools));
}

#[test]
fn every_district_is_known_by_its_id_and_shown_to_its_own_people() {
    let emulator = emulator();
    let more = format!("&emulator_login=anouk&district_id={SECOND_DISTRICT}");
    let tokens = tokens(&emulator, "island-app", &more);
    let token = tokens["access_token"].as_str().unwrap();
    let district = get_as(&emulator, token, &format!("/v3.0/districts/{SECOND_DISTRICT}"));
    assert_eq!(district.json()["data"]["name"], "Emulated Island Schools");
    assert_eq!(get_as(&emulator, token, "/v3.0/districts/53ee4b8a44abc88c1c00119b").status, 404);
}
