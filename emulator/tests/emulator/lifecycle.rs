//! Start, counts, end.

use std::net::{TcpListener, TcpStream};

use clever_emulator::{App, AppError, Emulator, Options, StartError};

use crate::support::{access_token, automatic, get, options, with_pages};

#[test]
fn a_port_can_be_chosen_and_a_taken_one_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Emulator::start(Options::new().port(port)).unwrap_err();
    assert!(matches!(error, StartError::Port { address, .. } if address.port() == port));
    assert!(error.to_string().contains(&port.to_string()));
}

#[test]
fn the_error_for_an_unknown_person_lists_the_handles() {
    let error = Emulator::start(Options::new().auto_login("nobody")).unwrap_err();
    assert!(error.to_string().contains("\"nobody\"") && error.to_string().contains("ada, noor"));
}

#[test]
fn a_wrong_app_is_refused() {
    let error = Emulator::start(Options::new().app(App::new("a", "s", "nowhere"))).unwrap_err();
    assert!(matches!(error, StartError::App(AppError::RedirectUri { .. })));
}

#[test]
fn a_person_can_be_named_by_handle_id_or_number() {
    let id = with_pages().person("grace").unwrap().id.clone();
    for name in ["grace", "610001", &id] {
        let emulator = automatic(name);
        let me = crate::support::get_as(&emulator, &access_token(&emulator), "/v3.0/me").json();
        assert_eq!(me["data"]["id"], id);
    }
}

#[test]
fn requests_are_counted_by_path_without_the_query() {
    let emulator = automatic("ada");
    assert_eq!(emulator.request_count("/oauth/tokens"), 0);
    access_token(&emulator);
    get(&emulator, "/nothing?a=b");
    assert_eq!(emulator.request_count("/oauth/tokens"), 1);
    assert_eq!(emulator.request_count("/nothing"), 1);
}

#[test]
fn the_port_is_free_again_when_the_emulator_is_dropped() {
    // No other test uses this address, so nothing else takes the port.
    let emulator = Emulator::start(options().listen([127, 0, 0, 7].into())).unwrap();
    let address = emulator.base_url().strip_prefix("http://").unwrap().to_owned();
    let mut open = TcpStream::connect(&address).unwrap();
    drop(emulator);
    assert!(TcpStream::connect(&address).is_err());
    assert!(TcpListener::bind(&address).is_ok());
    let mut rest = Vec::new();
    let _ = std::io::Read::read_to_end(&mut open, &mut rest);
    assert!(rest.is_empty());
}

#[test]
fn many_emulators_can_run_side_by_side() {
    let emulators: Vec<_> = (0..4).map(|_| with_pages()).collect();
    for emulator in &emulators {
        assert_eq!(get(emulator, "/login").status, 200);
    }
}

#[test]
fn the_debug_output_contains_no_secret() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let debug = format!("{emulator:?} {:?}", emulator.apps());
    assert!(!debug.contains(&token) && !debug.contains("oauth-secret"));
}
