//! GETs are retried when that can help, a few times, and never beyond the deadline. The tests of the pauses are in
//! `core/src/transport/retry.rs`, without sockets.

use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use tokio::time::advance;

use crate::clever::{ask, ask_patiently, client, closed_port, config, made_async, ours, word};
use crate::server::{Answer, Server};
use crate::stopped_clock::run;

/// A server that gives these responses in turn, and repeats the last one.
fn in_turn(answers: Vec<Answer>) -> Server {
    let next = AtomicUsize::new(0);
    Server::of_answers(move |_| answers[next.fetch_add(1, SeqCst).min(answers.len() - 1)].clone())
}

#[test]
fn the_source_of_an_error_is_the_operating_systems_error() {
    let (_held, base) = closed_port();
    let error = ask_patiently(config(&base)).unwrap_err();
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>()).unwrap();
    assert_eq!((error.code().as_str(), source.kind()), ("network_connect", io::ErrorKind::ConnectionRefused));
    assert!(source.raw_os_error().is_some() && error.detail().unwrap().contains(&base), "{error}");
}

#[test]
fn a_temporary_failure_is_tried_five_times() {
    for (status, expected) in [
        (429, "rate_limited"),
        (500, "clever_unavailable"),
        (502, "clever_unavailable"),
        (503, "clever_unavailable"),
        (504, "clever_unavailable"),
    ] {
        let server = in_turn(vec![Answer::status(status)]);
        assert_eq!(word(ask_patiently(config(&server.base()))), expected);
        assert_eq!(server.seen().len(), 5, "{status}");
    }
}

#[test]
fn the_first_successful_response_ends_the_retries() {
    let server = in_turn(vec![Answer::status(503), Answer::status(500), ours()]);
    ask_patiently(config(&server.base())).unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_permanent_failure_is_not_retried() {
    for (status, expected) in [
        (401, "token_rejected"),
        (400, "request_rejected"),
        (403, "request_rejected"),
        (404, "not_found"),
        (501, "clever_unavailable"),
        (204, "response_malformed"),
    ] {
        let server = in_turn(vec![Answer::status(status)]);
        assert_eq!(word(ask(&client(&server.base()))), expected);
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[test]
fn the_pause_that_a_server_requests_is_respected() {
    let date = ("Date", "Sat, 01 Jan 2022 00:00:00 GMT");
    for headers in [
        [("Retry-After", "3"), ("X-Other", "1")],
        [date, ("Retry-After", "Sat, 01 Jan 2022 00:00:03 GMT")],
        [date, ("X-RateLimit-Reset", "1640995203")],
    ] {
        run(async |pauses| {
            let limited =
                headers.iter().fold(Answer::status(429), |answer, (name, value)| answer.header(name, value));
            let server = in_turn(vec![limited, ours()]);
            let client = made_async(config(&server.base()));
            let passing = async {
                pauses.next().await;
                advance(Duration::from_secs(3)).await;
                tokio::task::yield_now().await;
                let asked_by_then = server.seen().len();
                // Now the backoff is over too.
                advance(Duration::from_secs(1)).await;
                asked_by_then
            };
            let (answer, asked_by_then) = tokio::join!(client.check_token("access-token"), passing);
            answer.unwrap();
            assert_eq!((asked_by_then, server.seen().len()), (1, 2), "{headers:?}");
        });
    }
}

#[test]
fn a_pause_longer_than_the_time_left_is_not_started() {
    for wait in ["11", "86400", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = in_turn(vec![Answer::status(429).header("Retry-After", wait)]);
        let hurried = config(&server.base()).timeout(Duration::from_secs(10));
        assert_eq!(word(ask_patiently(hurried)), "rate_limited", "{wait}");
        assert_eq!(server.seen().len(), 1);
    }
}
