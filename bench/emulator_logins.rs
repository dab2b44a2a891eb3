//! Measures how many logins per second the emulator serves: `cargo bench -p clever-emulator`.
//!
//! A login is three requests on a reused connection: the code, the tokens, `/v3.0/me`. The emulator and its clients share
//! the machine, so the benchmark also prints the CPU time of a login in the emulator's process, and its ratio to a bare RSA
//! signature of an ID token. They say how many logins a core could serve at most. The kinds of login take turns, and the
//! median of the rounds counts.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark may")]

#[path = "../emulator/tests/emulator/connection.rs"]
mod connection;

use std::fs;
use std::hint::black_box;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connection::{Connection, Requests};

const ROUNDS: usize = 5;
const CONNECTIONS: u32 = 16;
const TIME: Duration = Duration::from_secs(2);
/// About as long as the signed part of an ID token.
const CLAIMS: [u8; 600] = [b'a'; 600];

/// The result of one round.
struct Figures {
    each_second: f64,
    cpu_microseconds: f64,
}

struct Emulator {
    process: Child,
    base_url: String,
}

impl Emulator {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clever-emulator"));
        command.args(["--auto-login", "ada", "--app", "oauth-app:secret:http://127.0.0.1:9/"]);
        command.args(["--app", "oidc-app:secret:http://127.0.0.1:9/,oidc"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut base_url = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut base_url).unwrap();
        Self { process, base_url: base_url.trim().to_owned() }
    }

    /// Logs in at this app for a while, on all connections at once.
    fn round(&self, client_id: &str) -> Figures {
        let authorization = format!("Basic {}", STANDARD.encode(format!("{client_id}:secret")));
        let requests = Requests::new(client_id, &authorization, "http%3A%2F%2F127.0.0.1%3A9%2F");
        let (logins, process) = (AtomicU32::new(0), self.process.id());
        let (before, start) = (cpu_time(process), Instant::now());
        thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| {
                    let mut connection = Connection::to(&self.base_url).unwrap();
                    while start.elapsed() < TIME {
                        connection.login(&requests).unwrap();
                        logins.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let (time, logins) = (start.elapsed(), f64::from(logins.into_inner()));
        let cpu = cpu_time(process).checked_sub(before).unwrap();
        Figures {
            each_second: logins / time.as_secs_f64(),
            cpu_microseconds: cpu.as_secs_f64() * 1e6 / logins,
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The user and system time that a process has used.
fn cpu_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The program's name is in parentheses and may contain spaces.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    // Linux counts in hundredths of a second on every architecture (USER_HZ).
    Duration::from_millis(ticks * 10)
}

/// Microseconds of CPU time for one bare RSA signature.
fn signature(key: &KeyPair) -> f64 {
    let (mut count, mut signature) = (0_u32, vec![0; key.public_modulus_len()]);
    let process = std::process::id();
    let (before, start) = (cpu_time(process), Instant::now());
    while start.elapsed() < TIME / 2 {
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), black_box(&CLAIMS), &mut signature).unwrap();
        count += 1;
    }
    cpu_time(process).checked_sub(before).unwrap().as_secs_f64() * 1e6 / f64::from(count)
}

fn median(rounds: &[[f64; 5]], column: usize) -> f64 {
    let mut values: Vec<_> = rounds.iter().map(|round| round[column]).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // `cargo test --benches` only checks that the benchmark starts.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (emulator, key) = (Emulator::start(), KeyPair::generate(KeySize::Rsa2048).unwrap());
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let (floor, oauth, oidc) =
                (signature(&key), emulator.round("oauth-app"), emulator.round("oidc-app"));
            [floor, oauth.each_second, oauth.cpu_microseconds, oidc.each_second, oidc.cpu_microseconds]
        })
        .collect();
    let at = |column| median(&rounds, column);
    let cores = thread::available_parallelism().unwrap();
    let line = |name: &str, each_second: f64, cpu: f64| {
        format!(
            "{name:<22}{each_second:>8.0} per second{cpu:>8.0} µs of CPU each: {:.0} per second on a core, {:.2} signatures\n",
            1e6 / cpu,
            cpu / at(0)
        )
    };
    let shown = format!(
        "{cores} cores, {CONNECTIONS} connections, emulator and clients on the same cores\n{:<41}{:>8.0} µs of CPU each: \
         {:.0} per second on a core\n{}{}",
        "RSA signature alone",
        at(0),
        1e6 / at(0),
        line("OAuth 2.0 login", at(1), at(2)),
        line("OpenID Connect login", at(3), at(4))
    );
    let _ = std::io::stdout().write_all(shown.as_bytes());
}
