//! An error says when to try again, if the server said so.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clever::{ask, config, made};
use crate::server::{Answer, Server};

const MIDNIGHT: (&str, &str) = ("Date", "Sat, 01 Jan 2022 00:00:00 GMT");
const MINUTE_LATER: (&str, &str) = ("Retry-After", "Sat, 01 Jan 2022 00:01:00 GMT");

fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
    headers.iter().fold(Answer::status(status), |answer, (name, value)| answer.header(name, value))
}

/// The waiting times of a GET and of a code exchange with this response.
fn waits(answer: Answer) -> [Option<u64>; 2] {
    let server = Server::of_answers(move |_| answer.clone());
    let client = made(config(&server.base()).timeout(Duration::from_secs(5)));
    let errors = [ask(&client).unwrap_err(), client.exchange_code("code", None).map(drop).unwrap_err()];
    errors.map(|error| error.retry_after().map(|pause| pause.as_secs()))
}

#[test]
fn retry_after_comes_from_seconds_a_date_or_the_rate_limit() {
    assert_eq!(waits(answer(429, &[("Retry-After", "120")])), [Some(120); 2]);
    assert_eq!(waits(answer(503, &[("Retry-After", "86400")])), [Some(86400); 2]);
    assert_eq!(waits(answer(503, &[MIDNIGHT, MINUTE_LATER])), [Some(60); 2]);
    assert_eq!(waits(answer(429, &[MIDNIGHT, ("X-RateLimit-Reset", "1640995260")])), [Some(60); 2]);
    assert_eq!(waits(answer(429, &[("Retry-After", "99999999999999999999")])), [Some(86400); 2]);
    let page = Answer::html(403, "<h1>Blocked</h1>").header("Retry-After", "120");
    assert_eq!(waits(page), [Some(120); 2]);
}

#[test]
fn without_a_server_date_retry_after_uses_this_machines_clock() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    // Reset times are so far away that the duration of the test does not matter.
    let answer = answer(429, &[("X-RateLimit-Reset", &(now + 80_000).to_string())]);
    for wait in waits(answer) {
        assert!((70_000..=80_000).contains(&wait.unwrap()), "{wait:?}");
    }
}

#[test]
fn retry_after_is_unset_when_the_server_does_not_say() {
    for headers in [
        vec![],
        vec![("Retry-After", "soon")],
        vec![("Retry-After", "-1")],
        // Clever sends it with every response, and it only counts when the rate was limited.
        vec![("X-RateLimit-Reset", "99999999999")],
    ] {
        assert_eq!(waits(answer(404, &headers)), [None; 2], "{headers:?}");
    }
}
