//! The desk draws events as they happen: an open page waits for the next one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

use clever_emulator::Emulator;

use crate::control::{host, raw};
use crate::desk::browse;
use crate::http;
use crate::patience::PATIENCE;
use crate::support::{automatic, code, get, with_pages};

fn changes(page: &str) -> u64 {
    page.split(r#"data-changes=""#).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
}

/// Sends the request for the events after `seen`, and does not wait for the response.
fn waiting(emulator: &Emulator, seen: u64) -> TcpStream {
    let host = host(emulator);
    let mut stream = TcpStream::connect(&host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head =
        format!("GET /_emulator/desk/live?seen={seen} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    http::parse(&answer).body
}

#[test]
fn a_waiting_page_gets_the_next_request() {
    let emulator = automatic("ada");
    code(&emulator, "oidc-app", "&state=s");
    let page = browse(&emulator, "GET", "", &[], "").body;
    let stream = waiting(&emulator, changes(&page));
    let told = thread::spawn(move || answer(stream));
    get(&emulator, "/oauth/certs");
    let told = told.join().unwrap();
    assert!(
        changes(&told) > changes(&page) && told.contains("GET /oauth/certs") && told.contains("Login 1: ")
    );
    assert!(!told.contains("<script") && !told.contains("<html"));
}

#[test]
fn a_page_that_missed_an_event_gets_a_response_at_once() {
    let emulator = with_pages();
    get(&emulator, "/nothing");
    assert!(answer(waiting(&emulator, 0)).contains("GET /nothing"));
    let cleared = changes(&answer(waiting(&emulator, 0)));
    crate::desk_buttons::press(&emulator, "journal", &[]);
    assert!(
        answer(waiting(&emulator, cleared)).contains("Nothing was sent yet."),
        "clearing is a change, too"
    );
    // Without a count, the response comes at once.
    assert_eq!(browse(&emulator, "GET", "desk/live", &[], "").status, 200);
}

#[test]
fn a_page_of_another_site_cannot_wait_for_events() {
    let emulator = with_pages();
    let own = host(&emulator);
    let seen = changes(&browse(&emulator, "GET", "", &[], "").body);
    for header in [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        let answer = raw(&emulator, "GET", &format!("desk/live?seen={seen}"), &[("Host", &own), header], "");
        assert_eq!(answer.status, 403, "{header:?}");
    }
    assert_eq!(browse(&emulator, "POST", "desk/live", &[], "").status, 405);
}
