//! Thousands of logins, two hundred at a time: none fails, and they leave no memory and no descriptor behind.

use std::sync::Barrier;
use std::thread;

use clever_sso::blocking::Client;
use clever_sso::{Config, LoginOptions, Outcome};

use crate::binary::start;
use crate::connection::{Connection, Requests};
use crate::http;
use crate::patience::{PATIENCE, wait_for};
use crate::process::Process;
use crate::support::{automatic, basic, code};

const CALLBACK: &str = "http://127.0.0.1:9/callback";
const APPS: [&str; 4] = [
    "--app",
    "oauth-app:oauth-secret:http://127.0.0.1:9/callback",
    "--app",
    "oidc-app:oidc-secret:http://127.0.0.1:9/callback,oidc",
];
/// The number of logins in a row. With ten thousand or more, all of the emulator's maps are full at the end.
const LOGINS: &str = "CLEVER_EMULATOR_LOGINS";
const FEW: u32 = 2000;
const WARM: u32 = 1000;
const AT_ONCE: usize = 200;
/// The memory limit for ten thousand tokens and the allocator's reserve, in KiB.
const GROWTH: u64 = 3 * 1024;
/// The memory limit for everything, including the buffers of two hundred connections, in KiB.
const MOST_MEMORY: u64 = 32 * 1024;

fn requests(client_id: &str) -> Requests {
    let authorization = basic(client_id, &client_id.replace("-app", "-secret"));
    Requests::new(client_id, &authorization, &escaped(CALLBACK))
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A login with a browser and an app that uses this project's client.
fn log_in(base_url: &str, client: &Client) {
    let login = client.begin_login(&LoginOptions::default()).unwrap();
    let answer = http::send(base_url, "GET", login.url.strip_prefix(base_url).unwrap(), &[], b"");
    let outcome = client.finish_login_with_pending(answer.location(), Some(&login.pending)).unwrap();
    assert!(matches!(outcome, Outcome::SignedIn(_)));
}

fn client(base_url: &str) -> Client {
    let config = Config::builder("oidc-app").client_secret("oidc-secret").redirect_uri(CALLBACK);
    Client::new(config.base_url(base_url).timeout(PATIENCE).build().unwrap()).unwrap()
}

/// Makes this many logins in a row: most on one connection, as fast as possible, and every tenth with the client.
fn in_a_row(base_url: &str, logins: u32) {
    let (client, mut connection) = (client(base_url), Connection::to(base_url).unwrap());
    let (oauth, oidc) = (requests("oauth-app"), requests("oidc-app"));
    for number in 0..logins {
        match number % 10 {
            0 => log_in(base_url, &client),
            1 => assert!(connection.login(&oidc).unwrap().contains("id_token")),
            _ => assert!(!connection.login(&oauth).unwrap().contains("id_token")),
        }
    }
}

/// Logs two hundred people in at once, each on its own connection, in lock step; half of them share one client.
fn at_once(base_url: &str) {
    let (client, oidc, barrier) = (client(base_url), requests("oidc-app"), Barrier::new(AT_ONCE));
    let visit = |number: usize| {
        let mut connection = Connection::to(base_url).unwrap();
        barrier.wait();
        match number % 2 {
            0 => log_in(base_url, &client),
            _ => assert!(connection.login(&oidc).unwrap().contains("id_token")),
        }
    };
    thread::scope(|scope| {
        for number in 0..AT_ONCE {
            scope.spawn(move || visit(number));
        }
    });
}

/// Waits until the emulator has no more open descriptors than before, because it notices a closed connection a little later.
fn settles_at(process: &Process, descriptors: usize) {
    wait_for("the end of closed connections", || process.descriptors() <= descriptors);
}

#[test]
fn thousands_of_logins_and_two_hundred_at_once_leave_no_memory_or_descriptor() {
    let logins = std::env::var(LOGINS).map_or(FEW, |logins| logins.parse().unwrap());
    let (running, line) = start(&[&APPS[..], &["--auto-login", "ada"]].concat());
    let (base_url, process) = (line.trim(), Process(running.0.id()));
    let descriptors = process.descriptors();
    at_once(base_url);
    in_a_row(base_url, WARM);
    let before = process.resident_kib();
    in_a_row(base_url, logins);
    let growth = process.resident_kib().saturating_sub(before);
    assert!(growth < GROWTH, "{growth} KiB more after {logins} logins");
    at_once(base_url);
    settles_at(&process, descriptors);
    let resident = process.resident_kib();
    assert!(resident < MOST_MEMORY, "{resident} KiB");
}

#[test]
fn a_code_sent_on_many_connections_at_once_is_exchanged_only_once() {
    let emulator = automatic("ada");
    let (code, barrier) = (code(&emulator, "oauth-app", ""), Barrier::new(20));
    let requests =
        Requests::new("oauth-app", &basic("oauth-app", "oauth-secret"), &escaped(crate::support::CALLBACK));
    let exchange = || {
        let mut connection = Connection::to(emulator.base_url()).unwrap();
        barrier.wait();
        connection.exchange(&requests, &code).unwrap()
    };
    let granted = thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(exchange)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).count()
    });
    assert_eq!(granted, 1);
}
