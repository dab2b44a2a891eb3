//! Scripted runs with many people: `emulator_login` and `emulator_admin`.

use clever_emulator::Emulator;

use crate::support::{
    asks_who_it_is, authorize_target, automatic, exchange, get, get_as, query, tokens, with_pages,
};

const INSTANT: &str = "/oauth/instant-login?client_id=oauth-app";

fn who_has(emulator: &Emulator, token: &str) -> String {
    let id = get_as(emulator, token, "/v3.0/me").json()["data"]["id"].as_str().unwrap().to_owned();
    emulator.person(&id).unwrap().handle.clone()
}

fn logged_in(emulator: &Emulator, more: &str) -> String {
    who_has(emulator, tokens(emulator, "oauth-app", more)["access_token"].as_str().unwrap())
}

#[test]
fn a_request_can_choose_another_person_for_the_automatic_login() {
    let emulator = automatic("ada");
    let grace = emulator.person("grace").unwrap();
    assert_eq!(logged_in(&emulator, ""), "ada");
    for name in ["grace", &grace.id, "610001"] {
        assert_eq!(logged_in(&emulator, &format!("&emulator_login={name}")), "grace");
    }
    assert_eq!(logged_in(&emulator, "&emulator_login="), "ada");
}

#[test]
fn an_instant_login_can_choose_another_person() {
    let emulator = automatic("ada");
    let answer = get(&emulator, &format!("{INSTANT}&emulator_login=jose"));
    let answer = exchange(&emulator, "oauth-app", &query(answer.location())["code"]).json();
    assert_eq!(who_has(&emulator, answer["access_token"].as_str().unwrap()), "jose");
}

#[test]
fn an_unknown_person_ends_on_an_error_page() {
    let answer = get(&automatic("ada"), &authorize_target("oauth-app", "&emulator_login=%3Cb%3E"));
    assert_eq!((answer.status, answer.header("location")), (400, None));
    assert!(answer.page().contains("No person has the name &quot;&lt;b&gt;&quot;"));
}

#[test]
fn a_request_cannot_skip_the_pages_where_people_sign_in() {
    let emulator = with_pages();
    for target in [
        authorize_target("oauth-app", "&emulator_login=ada&emulator_admin=true"),
        format!("{INSTANT}&emulator_login=ada"),
    ] {
        assert!(asks_who_it_is(&get(&emulator, &target)), "{target}");
    }
}

#[test]
fn the_callback_says_that_an_administrator_logs_in_as_the_person() {
    let emulator = automatic("ada");
    let admin = "&state=s&emulator_login=jose&emulator_admin=true";
    let location = get(&emulator, &authorize_target("oauth-app", admin)).location().to_owned();
    assert!(location.ends_with("&state=s&loginas_by_admin=true"), "{location}");
    let implicit = format!("/oauth/authorize?response_type=token&client_id=public-app{admin}");
    assert!(get(&emulator, &implicit).location().ends_with("&loginas_by_admin=true"));
    let instant = get(&emulator, &format!("{INSTANT}&emulator_login=jose&emulator_admin=true"));
    assert!(instant.location().ends_with("&loginas_by_admin=true"));
}

#[test]
fn an_administrator_must_say_which_person_they_log_in_as() {
    let emulator = automatic("ada");
    for more in
        ["", "&emulator_login=jose", "&emulator_admin=true", "&emulator_login=jose&emulator_admin=yes"]
    {
        let answer = get(&emulator, &authorize_target("oauth-app", more));
        assert!(!answer.location().contains("loginas_by_admin"), "{more}");
    }
}
