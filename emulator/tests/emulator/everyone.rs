//! All people of the built-in world can log in, and have the same data everywhere.

use clever_emulator::{App, Emulator, Options, Person};
use serde_json::{Value, json};

use crate::id_token::verified;
use crate::support::{CALLBACK, FORM, form, get_as, get_with, post, tokens, with_pages};

fn emulator() -> Emulator {
    let oidc = App::new("oidc-app", "oidc-secret", CALLBACK).with_oidc();
    let library = App::new("library-app", "library-secret", CALLBACK).with_library();
    Emulator::start(Options::new().app(oidc).app(library).auto_login("ada")).unwrap()
}

fn email(person: &Person) -> Value {
    person.email.as_deref().map_or(Value::Null, Value::from)
}

fn check_claims(claims: &Value, person: &Person) {
    for (claim, expected) in [
        ("sub", &person.id),
        ("multi_role_user_id", &person.id),
        ("user_id", &person.role.legacy_id),
        ("given_name", &person.given_name),
        ("family_name", &person.family_name),
    ] {
        assert_eq!(claims[claim], *expected, "{} {claim}", person.handle);
    }
    assert_eq!(claims["user_type"], person.role.user_type.as_str());
    assert_eq!((&claims["email"], &claims["email_verified"]), (&email(person), &json!(false)));
    assert_eq!(claims["district"], person.district_id.as_deref().map_or(Value::Null, Value::from));
}

#[test]
fn everyone_can_log_in_and_has_the_same_data_everywhere() {
    let emulator = emulator();
    for person in emulator.people() {
        let client_id = if person.is_in_library() { "library-app" } else { "oidc-app" };
        let tokens = tokens(&emulator, client_id, &format!("&emulator_login={}", person.handle));
        let token = tokens["access_token"].as_str().unwrap();
        let me = get_as(&emulator, token, "/v3.0/me").json();
        assert_eq!(me["data"]["id"], person.id);
        let user = get_as(&emulator, token, me["links"][1]["uri"].as_str().unwrap()).json();
        let name = &user["data"]["name"];
        assert_eq!((&name["first"], &name["last"]), (&json!(person.given_name), &json!(person.family_name)));
        assert_eq!(name.get("middle"), person.middle_name.as_deref().map(Value::from).as_ref());
        assert_eq!(user["data"]["roles"].as_object().unwrap().len(), person.roles().count());
        assert_eq!(user["data"]["email"], email(&person));
        check_claims(&get_as(&emulator, token, "/userinfo").json(), &person);
        match tokens["id_token"].as_str() {
            Some(id_token) => check_claims(&verified(&emulator, id_token, client_id), &person),
            None => assert!(person.is_in_library()),
        }
    }
}

#[test]
fn everyone_can_sign_in_on_the_pages() {
    let emulator = with_pages();
    for person in emulator.people() {
        let number = person.sign_in_number.as_str();
        let answer = post(&emulator, "/login", &[FORM], &form(&[("username", number), ("password", number)]));
        assert_eq!(answer.status, 303, "{}", person.handle);
    }
}

#[test]
fn html_in_a_name_is_escaped_on_every_page() {
    let emulator = with_pages();
    let markup = emulator.person("markup").unwrap();
    assert!(markup.given_name.contains("<b>") && markup.family_name.contains("<script"));
    let number = markup.sign_in_number.as_str();
    let answer = post(&emulator, "/login", &[FORM], &form(&[("username", number), ("password", number)]));
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    for (target, status) in
        [("/login", 200), ("/oauth/authorize?response_type=code&client_id=library-app", 403)]
    {
        let answer = get_with(&emulator, target, &[("Cookie", &cookie)]);
        assert_eq!(answer.status, status);
        assert!(!answer.page().contains("<script") && !answer.page().contains("<b>"), "{target}");
        assert!(answer.page().contains("&lt;b&gt;Bobby&lt;/b&gt; &quot;&gt;&lt;script&gt;"), "{target}");
    }
}

#[test]
fn the_login_page_has_people_by_district() {
    let answer = crate::support::get(&with_pages(), "/login");
    let place = |text: &str| answer.page().find(text).unwrap();
    let places = [
        place("<h3>Emulated School District</h3>"),
        place("Ada Ashworth</bdi>"),
        place("<h3>Emulated Island Schools</h3>"),
        place("Anouk Verhoeven</bdi>"),
        place("<h3>Clever Library</h3>"),
        place("Lou Bennett</bdi>"),
    ];
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn the_documentation_lists_everyone_with_the_quirk_from_the_world_file() {
    let documentation = include_str!("../../../docs/emulator.md");
    for person in emulator().people() {
        let start = format!("| `{}` | {} |", person.handle, person.sign_in_number);
        let row = documentation.lines().find(|line| line.starts_with(&start)).unwrap_or_default();
        let quirk = row.trim_end_matches('|').rsplit_once('|').map(|(_, cell)| cell.trim().replace('`', ""));
        assert_eq!(quirk, Some(person.quirk.clone().unwrap_or_default()), "{start}");
    }
}
