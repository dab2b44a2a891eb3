//! Verifies one ID token repeatedly, or exchanges a code, in turns with programs in other languages:
//! `bench/side_by_side.py` and `bench/exchange.py` start them.
//!
//! ```text
//! side_by_side NAME JOB
//! ```
//!
//! For each line of the input, `THREADS COUNT`, it prints how many nanoseconds the operations took: elapsed time and CPU
//! time.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    unsafe_code,
    reason = "a benchmark may"
)]

mod floor;
mod socket;

use std::hint::black_box;
use std::io::{Write as _, stdin, stdout};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use clever_sso::blocking::Client;
use clever_sso::{Config, Expected, KeySet, verify_id_token_with};
use floor::Floor;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::Value;
use socket::Socket;

type Operation<'a> = Box<dyn Fn() -> bool + Send + Sync + 'a>;

fn main() {
    let arguments: Vec<_> = env::args().collect();
    let [_, name, job] = &arguments[..] else { panic!("side_by_side NAME JOB") };
    let job: Value = serde_json::from_str(&fs::read_to_string(job).unwrap()).unwrap();
    let operation = operation(name, &job);
    for line in stdin().lines() {
        let line = line.unwrap();
        let (threads, count) = line.split_once(' ').unwrap();
        let (threads, count): (u32, u32) = (threads.parse().unwrap(), count.parse().unwrap());
        let (begun, used) = (Instant::now(), processor_time());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..count / threads {
                        assert!(operation());
                    }
                });
            }
        });
        let (took, used) = (begun.elapsed(), processor_time().saturating_sub(used));
        println!("{} {}", took.as_nanos(), used.as_nanos());
        stdout().flush().unwrap();
    }
}

/// The operation to repeat, after its one-time setup.
fn operation<'a>(name: &str, job: &'a Value) -> Operation<'a> {
    let text = |name: &str| job[name].as_str().unwrap();
    match name {
        "bare" => {
            let floor = Floor::new(text("token"), &job["jwks"]["keys"][0]);
            Box::new(move || floor.verify())
        }
        "clever_sso" => {
            let (token, keys) = (text("token"), KeySet::parse(&job["jwks"].to_string()).unwrap());
            let expected = Expected::new(text("issuer"), text("client_id"), job["now"].as_u64().unwrap());
            let expected = expected.nonce(text("nonce"));
            Box::new(move || verify_id_token_with(black_box(token), &keys, &expected).is_ok())
        }
        "jsonwebtoken" => {
            let key = job["jwks"]["keys"][0].clone();
            let key = DecodingKey::from_jwk(&serde_json::from_value(key).unwrap()).unwrap();
            let mut validation = Validation::new(Algorithm::RS256);
            validation.set_issuer(&[text("issuer")]);
            validation.set_audience(&[text("client_id")]);
            let token = text("token");
            Box::new(move || decode::<Value>(black_box(token), &key, &validation).is_ok())
        }
        "exchange" => {
            let config = Config::builder("client")
                .client_secret("secret")
                .redirect_uri(text("redirect_uri"))
                .base_url(text("base_url"))
                .ca_bundle(text("authority"));
            let client = Client::new(config.build().unwrap()).unwrap();
            Box::new(move || client.exchange_code("code", None).is_ok())
        }
        "socket" => {
            let socket = Socket::new(text("base_url"), text("authority"), text("request"));
            Box::new(move || socket.exchange())
        }
        _ => panic!("there is no {name}"),
    }
}

/// The CPU time of all threads of this process.
fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}
