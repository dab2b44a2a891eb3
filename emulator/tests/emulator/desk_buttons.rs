//! The buttons of the desk: what each does, and which pages cannot press them.

use clever_emulator::Emulator;
use serde_json::Value;

use crate::control::{done, host, journal, raw};
use crate::desk::{browse, page};
use crate::http::Response;
use crate::support::{
    CALLBACK, FORM, authorize_target, automatic, exchange, form, get, get_with, with_pages,
};

/// Presses a button of the desk, like the browser that shows the page.
pub(crate) fn press(emulator: &Emulator, button: &str, fields: &[(&str, &str)]) -> Response {
    let headers = [FORM, ("Origin", emulator.base_url()), ("Sec-Fetch-Site", "same-origin")];
    browse(emulator, "POST", &format!("desk/{button}"), &headers, &form(fields))
}

fn cookie(answer: &Response) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn a_button_signs_this_browser_in_as_a_person() {
    let emulator = with_pages();
    let answer = press(&emulator, "login", &[("person", "sam"), ("client_id", "")]);
    assert_eq!((answer.status, answer.location()), (303, "/_emulator/#people"));
    let cookie = cookie(&answer);
    let desk = browse(&emulator, "GET", "", &[("Cookie", &cookie)], "");
    assert!(desk.page().contains(r#"signed in as <bdi dir="auto">Sam Rivera</bdi>"#));
    let answer = get_with(&emulator, &authorize_target("oauth-app", ""), &[("Cookie", &cookie)]);
    assert!(answer.location().starts_with(CALLBACK));
}

#[test]
fn a_button_signs_a_person_in_and_opens_an_app() {
    let emulator = with_pages();
    for client_id in ["oauth-app", "public-app"] {
        let answer = press(&emulator, "login", &[("person", "sam"), ("client_id", client_id)]);
        let onwards = get_with(&emulator, answer.location(), &[("Cookie", &cookie(&answer))]);
        assert!(
            onwards.location().starts_with(CALLBACK) && !onwards.location().contains("state="),
            "{client_id}"
        );
    }
    for fields in [
        &[("person", "nobody")][..],
        &[],
        &[("person", "sam"), ("client_id", "nobody")],
        &[("person", "sam"), ("person", "ada")],
    ] {
        let answer = press(&emulator, "login", fields);
        assert_eq!((answer.status, answer.header("set-cookie")), (400, None), "{fields:?}");
    }
}

#[test]
fn with_the_automatic_login_the_chosen_person_enters_the_app() {
    let emulator = automatic("ada");
    let answer = press(&emulator, "login", &[("person", "sam"), ("client_id", "oauth-app")]);
    let given = crate::support::query(get(&emulator, answer.location()).location())["code"].clone();
    let token = exchange(&emulator, "oauth-app", &given).json()["access_token"].as_str().unwrap().to_owned();
    let me = crate::support::get_as(&emulator, &token, "/v3.0/me").json();
    assert_eq!(me["data"]["id"], emulator.person("sam").unwrap().id);
    assert!(page(&emulator).contains("--auto-login"));
}

#[test]
fn buttons_move_the_clock_rotate_the_keys_end_the_sign_ins_and_reset_everything() {
    let emulator = with_pages();
    let ahead = || done(&emulator, "GET", "clock", &Value::Null)["ahead"].clone();
    for (seconds, expected) in [("60", 60), ("3600", 3660), ("86400", 90_060)] {
        assert!(page(&emulator).contains(&format!(r#"<button name="advance" value="{seconds}">"#)));
        assert_eq!(press(&emulator, "clock", &[("advance", seconds)]).location(), "/_emulator/#controls");
        assert_eq!(ahead(), expected);
    }
    for wrong in ["", "-1", "86401", "x"] {
        assert_eq!(press(&emulator, "clock", &[("advance", wrong)]).status, 400, "{wrong}");
    }
    let kid = || get(&emulator, "/oauth/certs").json()["keys"][0]["kid"].clone();
    let first = kid();
    assert_eq!(press(&emulator, "keys", &[]).location(), "/_emulator/#controls");
    assert_ne!(kid(), first);
    let cookie = cookie(&press(&emulator, "login", &[("person", "sam")]));
    let signed_in =
        || browse(&emulator, "GET", "", &[("Cookie", &cookie)], "").page().contains("signed in as");
    assert!(signed_in());
    assert_eq!(press(&emulator, "sessions", &[]).location(), "/_emulator/#controls");
    assert!(!signed_in());
    assert_eq!(press(&emulator, "reset", &[]).location(), "/_emulator/#controls");
    assert_eq!((ahead(), kid()), (Value::from(0), first));
}

#[test]
fn a_web_page_of_another_site_can_neither_see_the_desk_nor_press_a_button() {
    let emulator = with_pages();
    let own = host(&emulator);
    let port = own.replace("127.0.0.1:", "");
    for headers in [
        &[("Host", &own[..]), ("Origin", "http://evil.example")][..],
        &[("Host", &own), ("Origin", "null")],
        &[("Host", &own), ("Origin", "http://127.0.0.1:1")],
        &[("Host", &own), ("Sec-Fetch-Site", "cross-site")],
        &[("Host", &own), ("Sec-Fetch-Site", "same-site")],
        &[("Host", "evil.example")],
        &[("Host", &format!("evil.example:{port}"))],
    ] {
        for (method, what, body) in [
            ("GET", "", ""),
            ("GET", "desk/journal", ""),
            ("GET", "desk/style.css", ""),
            ("POST", "desk/login", "person=ada"),
            ("POST", "desk/clock", "advance=60"),
            ("POST", "desk/reset", ""),
            ("POST", "desk/nothing", ""),
        ] {
            let answer = raw(&emulator, method, what, &[headers, &[FORM]].concat(), body);
            assert_eq!(
                (answer.status, &answer.json()["error"]),
                (403, &"forbidden".into()),
                "{headers:?} {what}"
            );
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    let foreign = [("Origin", "http://evil.example")];
    assert_eq!(get_with(&emulator, "/_emulator", &foreign).status, 403);
    assert_eq!(done(&emulator, "GET", "clock", &Value::Null)["ahead"], 0);
    let by_name = format!("localhost:{port}");
    assert_eq!(raw(&emulator, "GET", "", &[("Host", &by_name)], "").status, 200);
}

#[test]
fn a_button_cannot_be_pressed_by_a_link_and_unknown_paths_are_404() {
    let emulator = with_pages();
    for button in ["login", "clock", "keys", "sessions", "reset"] {
        assert_eq!(browse(&emulator, "GET", &format!("desk/{button}"), &[], "").status, 405, "{button}");
    }
    assert_eq!(press(&emulator, "nothing", &[]).status, 404);
    assert_eq!(browse(&emulator, "POST", "", &[], "").status, 405);
    for path in
        ["/s/me-500/_emulator/", "/s/me-500/_emulator/desk/journal", "/s/me-500/_emulator", "//_emulator/"]
    {
        let answer = get_with(&emulator, path, &[]);
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn the_desk_is_also_found_without_the_trailing_slash() {
    let emulator = with_pages();
    let request =
        format!("GET /_emulator HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", host(&emulator));
    let answer = crate::http::parse(&crate::http::raw(emulator.base_url(), request.as_bytes()));
    assert_eq!((answer.status, answer.location()), (303, "/_emulator/"));
    assert!(journal(&emulator).is_empty());
}
