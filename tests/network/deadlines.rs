//! One deadline for a whole call.

use std::io::ErrorKind;
use std::sync::{Mutex, mpsc};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use clever_sso::{Login, LoginOptions, blocking::Client};
use serde_json::json;

use crate::clever::{DISCOVERY, TOKENS, ask, config, made, tokens, word};
use crate::server::{Answer, Request, Server};

const DEADLINE: Duration = Duration::from_millis(500);
/// How much later than the deadline a call may end.
const GRACE: Duration = Duration::from_millis(300);

fn hurried(server: &Server) -> Client {
    made(config(&server.base()).timeout(DEADLINE))
}

/// Runs a call that must end at the deadline, not before and not long after.
fn ends_at_the_deadline(call: impl FnOnce() -> &'static str) {
    let begun = Instant::now();
    assert_eq!(call(), "network_timeout");
    let took = begun.elapsed();
    assert!(took >= DEADLINE && took < DEADLINE + GRACE, "{took:?}");
}

/// Writes the start of an answer, then a byte now and then, for ever.
fn dripping(head: &'static str) -> Server {
    Server::of_bytes(move |_, wire| {
        wire.write_all(head.as_bytes())?;
        for _ in 0..1000 {
            sleep(Duration::from_millis(10));
            wire.write_all(b" ")?;
        }
        Err(ErrorKind::ConnectionAborted.into())
    })
}

#[test]
fn a_slow_drip_of_a_body_ends_at_the_deadline() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"] {
        let server = dripping(head);
        ends_at_the_deadline(|| word(ask(&hurried(&server))));
    }
}

#[test]
fn a_slow_drip_of_headers_ends_at_the_deadline() {
    let server = dripping("HTTP/1.1 200 OK\r\nX-Slow:");
    ends_at_the_deadline(|| word(ask(&hurried(&server))));
}

#[test]
fn a_code_exchange_ends_at_the_deadline() {
    let server = dripping("HTTP/1.1 200 OK\r\n\r\n");
    ends_at_the_deadline(|| word(hurried(&server).exchange_code("code", None).map(drop)));
}

#[test]
fn the_deadline_covers_all_trips_of_a_login_together() {
    // Each of the three trips alone would be in time.
    let server = Server::of_answers(|request| {
        sleep(Duration::from_millis(200));
        if request.path == TOKENS { tokens() } else { record(request) }
    });
    let client = hurried(&server);
    let login = client.begin_login(&LoginOptions::default()).unwrap();
    ends_at_the_deadline(|| {
        word(client.finish_login_with_pending(&callback(&login), Some(&login.pending)).map(drop))
    });
    assert_eq!(server.seen().len(), 3);
}

fn record(request: &Request) -> Answer {
    let id = "58da8c63d7dc0ca068003d3b";
    match request.path.as_str() {
        "/v3.0/me" => Answer::json(&json!({ "type": "user", "data": { "id": id, "type": "user" } })),
        _ => Answer::json(&json!({ "data": { "id": id } })),
    }
}

#[test]
fn waiting_for_keys_that_another_call_fetches_ends_at_the_own_deadline() {
    let (late, is_late) = mpsc::channel();
    let (fetched, is_fetched) = mpsc::channel();
    let is_fetched = Mutex::new(is_fetched);
    // The exchange takes so long that another call, with a later deadline, is fetching the keys when it ends.
    let server = Server::of_bytes(move |request, wire| {
        if request.path == TOKENS {
            sleep(DEADLINE * 4 / 5);
            late.send(()).unwrap();
            is_fetched.lock().unwrap().recv().unwrap();
            wire.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")?;
            wire.write_all(br#"{"access_token":"a", "id_token":"a.b.c"}"#)
        } else {
            fetched.send(()).unwrap();
            wire.read(&mut [0]).map(drop)
        }
    });
    let client = hurried(&server);
    let login = client.begin_login(&LoginOptions::default()).unwrap();
    thread::scope(|scope| {
        let client = &client;
        scope.spawn(move || {
            is_late.recv().unwrap();
            ends_at_the_deadline(|| word(client.warm_up()));
        });
        ends_at_the_deadline(|| {
            word(client.finish_login_with_pending(&callback(&login), Some(&login.pending)).map(drop))
        });
    });
    assert_eq!(server.count(DISCOVERY), 1);
}

/// The browser comes back with a code.
fn callback(login: &Login) -> String {
    let state = login.url.split(['?', '&']).find(|pair| pair.starts_with("state=")).unwrap();
    format!("code=abc&{state}")
}
