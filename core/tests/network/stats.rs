//! The counters of a client.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use clever_sso::{ErrorCode, LoginOptions, Stats};
use serde_json::json;

use crate::clever::{TOKENS, callback, client, config, made, made_async, ours, publishing, tokens};
use crate::server::{Answer, Server};
use crate::signer::Signer;
use crate::stopped_clock::run;

const LOGINS: &str = "clever_sso_logins_total";
const REQUESTS: &str = "clever_sso_requests_total";

fn number(stats: &Stats, name: &str, labels: &[(&str, &str)]) -> u64 {
    let value = stats.value(name, labels).unwrap();
    format!("{value}").parse().unwrap()
}

#[test]
fn logins_are_counted_by_outcome_and_code() {
    let server = Server::of_answers(|request| match request.path.as_str() {
        TOKENS => Answer::status(401).body(r#"{"error":"invalid_client"}"#),
        _ => ours(),
    });
    let client = client(&server.base());
    assert!(client.stats().samples().is_empty());
    let begun = client.begin_login(&LoginOptions::default()).unwrap();
    client.begin_login(&LoginOptions::default().return_to("//elsewhere.example")).unwrap_err();
    // One login began at Clever, one is refused there, and one has a wrong client secret.
    drop(client.finish_login("code=c0de", "").unwrap());
    drop(client.finish_login("error=access_denied", "").unwrap());
    let failed = client.finish_login_with_pending(&callback(&begun), Some(&begun.pending)).unwrap_err();
    assert_eq!(failed.code(), ErrorCode::ClientRejected);
    let stats = client.stats();
    assert_eq!(number(&stats, "clever_sso_logins_begun_total", &[("code", "")]), 1);
    assert_eq!(number(&stats, "clever_sso_logins_begun_total", &[("code", "return_to_unsafe")]), 1);
    for (outcome, code) in [("restart", "state_missing"), ("denied", ""), ("failed", "client_rejected")] {
        assert_eq!(number(&stats, LOGINS, &[("outcome", outcome), ("code", code)]), 1, "{outcome}");
        assert_eq!(number(&stats, "clever_sso_login_duration_seconds_count", &[("outcome", outcome)]), 1);
    }
    assert_eq!((number(&stats, LOGINS, &[]), number(&stats, LOGINS, &[("code", "")])), (3, 1));
    // Clever's response decides the code of the login.
    assert_eq!(number(&stats, REQUESTS, &[("endpoint", "token"), ("code", "")]), 1);
    assert_eq!(client.clone().stats(), stats);
}

#[test]
fn attempts_retries_and_key_fetches_are_counted() {
    let calls = AtomicUsize::new(0);
    let server = Server::of_answers(move |request| match calls.fetch_add(1, SeqCst) {
        0 => Answer::status(429),
        1 => Answer::status(503),
        _ => publishing(request, Signer::first()),
    });
    let client = made_async(config(&server.base()));
    run(async |pauses| pauses.skip(client.warm_up()).await.unwrap());
    let stats = client.stats();
    for (code, count) in [("rate_limited", 1), ("clever_unavailable", 1), ("", 1)] {
        assert_eq!(number(&stats, REQUESTS, &[("endpoint", "discovery"), ("code", code)]), count);
    }
    assert_eq!(number(&stats, REQUESTS, &[("endpoint", "keys")]), 1);
    assert_eq!(number(&stats, "clever_sso_retries_total", &[]), 2);
    assert_eq!(number(&stats, "clever_sso_retries_total", &[("code", "rate_limited")]), 1);
    assert_eq!(number(&stats, "clever_sso_key_fetches_total", &[("code", "")]), 1);
    assert_eq!(number(&stats, "clever_sso_request_duration_seconds_count", &[]), 4);
}

#[test]
fn unusable_keys_and_missing_responses_are_counted() {
    let server = Server::of_answers(|_| Answer::json(&json!({ "issuer": "https://elsewhere.example" })));
    let client = client(&server.base());
    let code = client.warm_up().unwrap_err().code().as_str();
    assert_eq!(number(&client.stats(), "clever_sso_key_fetches_total", &[("code", code)]), 1);
}

#[test]
fn a_login_that_the_caller_cancels_is_counted_as_canceled() {
    let server = Server::of_answers(|_| tokens());
    let client = made_async(config(&server.base()));
    let begun = client.begin_login(&LoginOptions::default()).unwrap();
    let callback = callback(&begun);
    run(async |_| {
        let mut login = Box::pin(client.finish_login_with_pending(&callback, Some(&begun.pending)));
        let first =
            std::future::poll_fn(|context| std::task::Poll::Ready(login.as_mut().poll(context).is_ready()));
        assert!(!first.await, "the call must wait for the network");
    });
    let labels = [("outcome", "failed"), ("code", "call_interrupted")];
    assert_eq!(number(&client.stats(), LOGINS, &labels), 1);
}

#[test]
fn an_unknown_name_is_an_error_instead_of_zero() {
    let stats = made(config("http://127.0.0.1:9")).stats();
    for (name, labels, said) in [
        ("clever_sso_login_total", &[][..], "\"clever_sso_login_total\" is not a metric of the stats"),
        ("clever_sso_login_duration_seconds", &[], "is not a metric of the stats"),
        (LOGINS, &[("endpoint", "token")], "\"endpoint\" is not a label of clever_sso_logins_total"),
        (LOGINS, &[("code", "client_reject")], "\"client_reject\" is not a value of the label code"),
    ] {
        let error = stats.value(name, labels).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ArgumentInvalid);
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
fn the_text_for_prometheus_is_in_its_format() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    assert_eq!(client.stats().to_prometheus(), "");
    client.check_token("t0ken").unwrap();
    drop(client.finish_login("code=c0de", "").unwrap());
    let text = client.stats().to_prometheus();
    assert!(text.contains("# TYPE clever_sso_logins_total counter\nclever_sso_logins_total{outcome=\"restart\",code=\"state_missing\"} 1\n"), "{text}");
    assert!(text.contains("# TYPE clever_sso_login_duration_seconds histogram\nclever_sso_login_duration_seconds_bucket{outcome=\"restart\",le=\"0.005\"} "), "{text}");
    for line in [
        "clever_sso_request_duration_seconds_bucket{endpoint=\"tokeninfo\",le=\"+Inf\"} 1",
        "clever_sso_request_duration_seconds_count{endpoint=\"tokeninfo\"} 1",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}: {text}");
    }
    // The text has every sample, each on its own line.
    let samples = client.stats().samples();
    assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), samples.len());
    assert!(text.ends_with('\n') && !text.contains("t0ken") && !text.contains("c0de"));
    let sum = samples.iter().find(|sample| sample.name == "clever_sso_request_duration_seconds_sum").unwrap();
    assert!(sum.value > 0.0 && sum.labels == [("endpoint", "tokeninfo")]);
    let buckets: Vec<_> = samples
        .iter()
        .filter(|sample| sample.name == "clever_sso_login_duration_seconds_bucket")
        .map(|sample| sample.value)
        .collect();
    assert!(buckets.len() == 12 && buckets.is_sorted(), "{buckets:?}");
}

#[test]
fn the_documentation_lists_every_number() {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/stats.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let listed: Vec<_> = guide.lines().filter(|line| line.starts_with("| `clever_sso_")).collect();
    let known: Vec<_> = clever_sso::metrics()
        .into_iter()
        .map(|(name, help, is_histogram, labels)| {
            let kind = if is_histogram { "histogram" } else { "counter" };
            format!("| `{name}` | {kind} | `{}` | {help} |", labels.join("`, `"))
        })
        .collect();
    assert_eq!(listed, known);
}
