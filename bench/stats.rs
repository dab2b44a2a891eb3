//! Measures the cost of counting logins for statistics: `cargo bench -p clever-sso --bench stats`.
//!
//! It repeats the counting of one login with three requests, and compares it with the time of such a login at a server on this
//! machine, without any network delay.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark may")]

#[path = "../core/tests/network/server.rs"]
#[expect(dead_code, reason = "only the network tests use the rest")]
mod server;

use std::time::{Duration, Instant};

use clever_sso::{Client, Config, LoginOptions, Outcome, count_logins};
use serde_json::json;
use server::{Answer, Server};

const ROUNDS: usize = 31;
const REPEATS: u32 = 10_000;
const LOGINS: usize = 200;
const LIMIT: f64 = 0.02;
const ID: &str = "58da8c63d7dc0ca068003d3b";

fn main() {
    let cost = median(
        (0..ROUNDS)
            .map(|_| {
                let begun = Instant::now();
                assert!(!count_logins(REPEATS).samples().is_empty());
                begun.elapsed() / REPEATS
            })
            .collect(),
    );
    let login = login();
    let share = cost.as_secs_f64() / login.as_secs_f64();
    println!("counting one login: {:.2} us", micros(cost));
    println!("one login without network delay: {:.0} us", micros(login));
    println!("counting: {:.2} % of a login, limit {:.0} %", share * 100.0, LIMIT * 100.0);
    assert!(share < LIMIT);
}

/// The time of a login without network delay.
fn login() -> Duration {
    let server = Server::of_answers(|request| match request.path.as_str() {
        "/oauth/tokens" => Answer::json(&json!({ "access_token": "token", "token_type": "bearer" })),
        "/v3.0/me" => Answer::json(&json!({ "type": "user", "data": { "id": ID, "type": "user" } })),
        _ => Answer::json(&json!({ "data": { "id": ID } })),
    });
    let config = Config::builder("client")
        .client_secret("secret")
        .redirect_uri("http://127.0.0.1:9/callback")
        .base_url(server.base());
    let client = Client::new(config.build().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut took = Vec::new();
        for _ in 0..LOGINS {
            let login = client.begin_login(&LoginOptions::new()).unwrap();
            let state = login.url.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap();
            let callback = format!("code=abc&state={state}");
            let begun = Instant::now();
            let outcome = client.finish_login_with_pending(&callback, Some(&login.pending)).await.unwrap();
            took.push(begun.elapsed());
            assert!(matches!(outcome, Outcome::SignedIn(_)));
        }
        median(took)
    })
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
