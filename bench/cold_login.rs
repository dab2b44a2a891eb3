//! Measures the first login of a process over a slow network, from callback to identity: `cargo bench -p clever-sso
//! --bench cold_login`.
//!
//! A proxy delays every byte by half a round trip. It delays the first bytes of a connection by another round trip, like a
//! TCP handshake. Each login runs in its own process, with a blocking client. A second login in the same process shows the
//! time once keys and connections are there.
//!
//! `--face NAME PROGRAM [ARGUMENT]...` also measures a program in another language, and can be repeated: `make bench-login`.
//! The program gets the base URL, the certificate authority, and for each login a callback and a pending login. It prints
//! how many microseconds each login took.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark may")]

#[path = "../core/tests/network/server.rs"]
#[expect(dead_code, reason = "only the network tests use the rest")]
mod server;
#[path = "../core/tests/network/signer.rs"]
#[expect(dead_code, reason = "only the network tests use the rest")]
mod signer;
mod clever {
    //! The name of the audience in the signer's file.
    pub(crate) const CLIENT_ID: &str = "client";
}

use std::env::args;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use clever_sso::blocking::Client;
use clever_sso::{Config, LoginOptions, Outcome};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use server::{Answer, Request, Server};
use signer::Signer;

const ROUND_TRIP: Duration = Duration::from_millis(50);
const SAMPLES: usize = 15;
/// The limit for a first login, from callback to identity, connections included.
const LIMIT: Duration = Duration::from_millis(165);

const FACE: &str = "--face";

/// A language, and the program that finishes logins in it.
struct Face<'a> {
    name: &'a str,
    command: &'a [String],
}

fn main() {
    let arguments: Vec<_> = args().filter(|argument| argument != "--bench").skip(1).collect();
    match &arguments[..] {
        [base, authority, logins @ ..] if base != FACE => in_a_process_of_its_own(base, authority, logins),
        faces => measure(faces),
    }
}

fn client(base: &str, authority: &str) -> Client {
    let mut config = Config::builder(clever::CLIENT_ID)
        .client_secret("secret")
        .redirect_uri("http://127.0.0.1:9/callback")
        .base_url(base);
    if !authority.is_empty() {
        config = config.ca_bundle(authority);
    }
    Client::new(config.build().unwrap()).unwrap()
}

/// Finishes logins that another process began, and prints the microseconds of each.
fn in_a_process_of_its_own(base: &str, authority: &str, logins: &[String]) {
    let client = client(base, authority);
    for login in logins.chunks_exact(2) {
        let begun = Instant::now();
        let outcome = client.finish_login_with_pending(&login[0], Some(&login[1])).unwrap();
        let took = begun.elapsed();
        assert!(matches!(outcome, Outcome::SignedIn(_)));
        println!("{}", took.as_micros());
    }
}

fn measure(others: &[String]) {
    let own = [std::env::current_exe().unwrap().to_str().unwrap().to_owned()];
    let mut faces = vec![Face { name: "Rust", command: &own }];
    faces.extend(others.split(|argument| argument == FACE).filter_map(|words| {
        let (name, command) = words.split_first()?;
        Some(Face { name, command })
    }));
    println!("a login at {} ms a round trip, median of {SAMPLES} processes", ROUND_TRIP.as_millis());
    let mut is_met = true;
    for encrypted in [false, true] {
        let nonce = Arc::default();
        let (clever, authority) = clever(encrypted, &nonce);
        let scheme = if encrypted { "https" } else { "http" };
        let base = format!("{scheme}://{}", slow_way_to(clever.port()));
        for face in &faces {
            let mut took: Vec<_> =
                (0..SAMPLES).map(|_| sample(face.command, &base, &authority, &nonce)).collect();
            let mut median = |number: usize| {
                took.sort_by_key(|sample| sample[number]);
                took[SAMPLES / 2][number]
            };
            let (cold, warm) = (median(0), median(1));
            let name = face.name;
            println!("{name:<7} {scheme:<6} cold {:>6.1} ms   warm {:>6.1} ms", millis(cold), millis(warm));
            is_met &= cold <= LIMIT;
        }
    }
    assert!(is_met, "a cold login takes more than {} ms", LIMIT.as_millis());
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Measures a first and a second login.
fn sample(command: &[String], base: &str, authority: &str, nonce: &Mutex<String>) -> [Duration; 2] {
    let login = client(base, authority).begin_login(&LoginOptions::default()).unwrap();
    let parameter = |name| {
        let mut pairs = login.url.split(['?', '&']).filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).unwrap().1.to_owned()
    };
    *nonce.lock().unwrap() = parameter("nonce");
    let callback = format!("code=abc&state={}", parameter("state"));
    // The server takes any code, so the same login can be finished twice.
    let arguments = [base, authority, &callback, &login.pending, &callback, &login.pending];
    let (program, before) = command.split_first().unwrap();
    let output = Command::new(program).args(before).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(|line| Duration::from_micros(line.parse().unwrap()));
    [lines.next().unwrap(), lines.next().unwrap()]
}

/// Starts a server that plays Clever and responds at once. Also returns its certificate authority if it speaks TLS.
fn clever(encrypted: bool, nonce: &Arc<Mutex<String>>) -> (Server, String) {
    let nonce = Arc::clone(nonce);
    let answer = move |request: &Request| {
        let host = request.header("host").unwrap();
        let base = format!("{}://{host}", if encrypted { "https" } else { "http" });
        match request.path.as_str() {
            "/oauth/tokens" => {
                let id_token = Signer::first().token_for(&nonce.lock().unwrap(), &base);
                Answer::json(&json!({ "access_token": "a", "token_type": "bearer", "id_token": id_token }))
            }
            "/oauth/certs" => Answer::json(&json!({ "keys": [Signer::first().jwk()] })),
            _ => Answer::json(&json!({ "issuer": base, "jwks_uri": format!("{base}/oauth/certs") })),
        }
    };
    // Create the key before measuring.
    Signer::first().jwk();
    if !encrypted {
        return (Server::of_answers(answer), String::new());
    }
    let (tls, authority) = tls();
    let wrap = move |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&tls)).unwrap(), stream);
    (Server::wrapped(wrap, answer), authority)
}

fn tls() -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let builder = ServerConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
    let builder = builder.unwrap().with_no_client_auth();
    (Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).unwrap()), pem)
}

/// Starts the proxy that delays bytes to and from the server at `port`. It lives as long as the process.
fn slow_way_to(port: u16) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let far = TcpStream::connect(("127.0.0.1", port)).unwrap();
            for stream in [&near, &far] {
                stream.set_nodelay(true).unwrap();
            }
            let connected = Instant::now() + ROUND_TRIP;
            for (from, to) in [(&near, &far), (&far, &near)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                thread::spawn(move || carry(from, to, connected));
            }
        }
    });
    address
}

/// Forwards bytes in one direction, each half a round trip later, and none before the connection is established.
fn carry(mut from: TcpStream, mut to: TcpStream, connected: Instant) {
    let (outgoing, held) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        for (due, bytes) in held {
            sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut chunk = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut chunk) {
        let due = Instant::now().max(connected) + ROUND_TRIP / 2;
        if outgoing.send((due, chunk[..read].to_vec())).is_err() {
            return;
        }
    }
}
