//! What counting costs: `cargo bench -p clever-sso --bench stats`.
//!
//! A callback that needs no network is finished twice, by the journey alone, which counts nothing, and by a client. What the client
//! takes longer is more than the counts: it reads the clock and random bytes, too. That is held against a whole login at a Clever
//! on this machine, where nothing waits for a network.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark may")]

#[path = "../core/tests/network/server.rs"]
#[expect(dead_code, reason = "the tests of the network need more of it")]
mod server;

use std::time::{Duration, Instant};

use clever_sso::journey::{ENTROPY_BYTES, Journey};
use clever_sso::{Client, Config, ConfigBuilder, LoginOptions, Outcome};
use serde_json::json;
use server::{Answer, Server};

const ROUNDS: usize = 31;
const REPEATS: u32 = 500;
const LOGINS: usize = 200;
const LIMIT: f64 = 0.02;
const ID: &str = "58da8c63d7dc0ca068003d3b";
const CALLBACK: &str = "code=abc";

fn main() {
    let server = Server::of_answers(|request| match request.path.as_str() {
        "/oauth/tokens" => Answer::json(&json!({ "access_token": "token", "token_type": "bearer" })),
        "/v3.0/me" => Answer::json(&json!({ "type": "user", "data": { "id": ID, "type": "user" } })),
        _ => Answer::json(&json!({ "data": { "id": ID } })),
    });
    let config = || -> ConfigBuilder {
        Config::builder("client")
            .client_secret("secret")
            .redirect_uri("http://127.0.0.1:9/callback")
            .base_url(server.base())
    };
    let client = Client::new(config().build().unwrap()).unwrap();
    let journey = Journey::new(config().build().unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (alone, counted) = runtime.block_on(async {
        let mut rounds = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            for _ in 0..REPEATS {
                drop(journey.finish_login(CALLBACK, "", 1_000_000, &[7; ENTROPY_BYTES]).unwrap());
            }
            rounds.0.push(begun.elapsed() / REPEATS);
            let begun = Instant::now();
            for _ in 0..REPEATS {
                drop(client.finish_login(CALLBACK, "").await.unwrap());
            }
            rounds.1.push(begun.elapsed() / REPEATS);
        }
        (median(rounds.0), median(rounds.1))
    });
    let login = runtime.block_on(async {
        let mut took = Vec::new();
        for _ in 0..LOGINS {
            let login = client.begin_login(&LoginOptions::new()).unwrap();
            let state = login.url.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap();
            let callback = format!("{CALLBACK}&state={state}");
            let begun = Instant::now();
            let outcome = client.finish_login_with_pending(&callback, Some(&login.pending)).await.unwrap();
            took.push(begun.elapsed());
            assert!(matches!(outcome, Outcome::SignedIn(_)));
        }
        median(took)
    });
    let cost = counted.saturating_sub(alone);
    let share = cost.as_secs_f64() / login.as_secs_f64();
    println!(
        "a callback without a network: {} us, of a client that counts: {} us",
        micros(alone),
        micros(counted)
    );
    println!("a login without a network's delay: {} us", micros(login));
    println!("counting: at most {:.2} % of a login, limit {:.0} %", share * 100.0, LIMIT * 100.0);
    assert!(share < LIMIT);
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    took[took.len() / 2]
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
