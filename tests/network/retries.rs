//! GETs are sent again when that can help, a few times, ever later, and never beyond the deadline.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clever_sso::blocking::Client;

use crate::clever::{ask, client, config, made, ours, word};
use crate::server::{Answer, Server};

/// A server that gives these answers in turn, the last one again and again, and when it was asked.
fn in_turn(answers: Vec<Answer>) -> (Server, Arc<Mutex<Vec<Instant>>>) {
    let times = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&times);
    let next = AtomicUsize::new(0);
    let server = Server::of_answers(move |_| {
        noted.lock().unwrap().push(Instant::now());
        answers[next.fetch_add(1, SeqCst).min(answers.len() - 1)].clone()
    });
    (server, times)
}

fn gaps(times: &Mutex<Vec<Instant>>) -> Vec<Duration> {
    times.lock().unwrap().windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn patient(server: &Server) -> Client {
    made(config(&server.base()).timeout(Duration::from_secs(10)))
}

#[test]
fn a_passing_failure_is_asked_about_five_times_with_growing_gaps() {
    for (status, expected) in [
        (429, "rate_limited"),
        (500, "clever_unavailable"),
        (502, "clever_unavailable"),
        (503, "clever_unavailable"),
        (504, "clever_unavailable"),
    ] {
        let (server, times) = in_turn(vec![Answer::status(status)]);
        assert_eq!(word(ask(&client(&server.base()))), expected);
        assert_eq!(server.seen().len(), 5, "{status}");
        for (gap, least) in gaps(&times).iter().zip([50, 100, 200, 400]) {
            assert!(*gap >= Duration::from_millis(least), "{gap:?}");
        }
    }
}

#[test]
fn the_first_good_answer_ends_it() {
    let (server, _) = in_turn(vec![Answer::status(503), Answer::status(500), ours()]);
    ask(&client(&server.base())).unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn what_will_not_pass_is_asked_about_once() {
    for (status, expected) in [
        (401, "token_rejected"),
        (400, "request_rejected"),
        (403, "request_rejected"),
        (404, "not_found"),
        (501, "clever_unavailable"),
        (204, "response_malformed"),
    ] {
        let (server, _) = in_turn(vec![Answer::status(status)]);
        assert_eq!(word(ask(&client(&server.base()))), expected);
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[test]
fn a_wait_that_is_asked_for_is_kept() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for (name, value) in [("Retry-After", "1".to_owned()), ("X-RateLimit-Reset", (now + 2).to_string())] {
        let (server, times) = in_turn(vec![Answer::status(429).header(name, &value), ours()]);
        ask(&client(&server.base())).unwrap();
        assert!(gaps(&times)[0] >= Duration::from_millis(900), "{name}: {:?}", gaps(&times));
    }
}

#[test]
fn a_date_to_wait_for_is_read_by_the_clock_of_the_server() {
    let answer = Answer::status(503)
        .header("Date", "Sat, 01 Jan 2022 00:00:00 GMT")
        .header("Retry-After", "Sat, 01 Jan 2022 00:00:01 GMT");
    let (server, times) = in_turn(vec![answer, ours()]);
    ask(&client(&server.base())).unwrap();
    assert!(gaps(&times)[0] >= Duration::from_secs(1));
}

#[test]
fn a_wait_longer_than_the_time_left_is_not_begun() {
    for wait in ["11", "86400", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let (server, _) = in_turn(vec![Answer::status(429).header("Retry-After", wait)]);
        let begun = Instant::now();
        assert_eq!(word(ask(&patient(&server))), "rate_limited", "{wait}");
        assert!(begun.elapsed() < Duration::from_secs(1));
        assert_eq!(server.seen().len(), 1);
    }
}
