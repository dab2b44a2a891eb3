//! Measures the cost of verifying an ID token, compared with bare RSA: `cargo bench -p clever-sso`.
//!
//! The floor is bare RSA: SHA-256 and `RSA_verify` of aws-lc with a parsed key. All operations take turns with it in each
//! round, because the ratios are small and machines are noisy. A result is the median of the rounds' ratios.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    unsafe_code,
    reason = "a benchmark may, and the floor is a C function"
)]

#[path = "../core/tests/cases/browser.rs"]
mod browser;
mod floor;
mod face {
    //! The names of a step's fields in the browser's file.
    pub(crate) type Fields = std::collections::BTreeMap<String, String>;
}

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use browser::Browser;
use clever_emulator::{App, Emulator, Options};
use clever_sso::{
    AuthorizeOptions, ClearingAllocator, Client, Config, Expected, KeySet, LoginOptions, protocol,
    verify_id_token_with,
};
use floor::Floor;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

const CLIENT_ID: &str = "0d1c0d1c0d1c0d1c0d1c";
const REDIRECT_URI: &str = "http://127.0.0.1:9/";
const ROUNDS: usize = 101;
const REPEATS: u32 = 200;

/// Switches between the system's allocator and the one of the C library and the Python package.
struct Switched;

static CLEARS: AtomicBool = AtomicBool::new(false);

#[global_allocator]
static ALLOCATOR: Switched = Switched;

// SAFETY: both get their blocks from the system's allocator, so each can free the other's blocks.
unsafe impl GlobalAlloc for Switched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller obeys the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller obeys the rules of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if CLEARS.load(Ordering::Relaxed) {
            // SAFETY: the caller obeys the rules of `dealloc`.
            unsafe { ClearingAllocator.dealloc(block, layout) }
        } else {
            // SAFETY: as above.
            unsafe { System.dealloc(block, layout) }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if CLEARS.load(Ordering::Relaxed) {
            // SAFETY: the caller obeys the rules of `realloc`.
            unsafe { ClearingAllocator.realloc(block, layout, size) }
        } else {
            // SAFETY: as above.
            unsafe { System.realloc(block, layout, size) }
        }
    }
}

/// Repeats the operations with an allocator that clears freed memory.
fn cleared<'a>(mut operations: Box<dyn FnMut() + 'a>) -> Box<dyn FnMut() + 'a> {
    Box::new(move || {
        CLEARS.store(true, Ordering::Relaxed);
        operations();
        CLEARS.store(false, Ordering::Relaxed);
    })
}

/// A valid ID token of the test vectors, with its key.
struct Sample {
    token: String,
    key: Value,
    jwks: String,
    parameters: Value,
    nonce: String,
}

fn sample() -> Sample {
    let read = |name: &str| -> Value {
        let path = format!("{}/../tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let (cases, sets) = (read("hostile-id-tokens.json"), read("hostile-jwks.json"));
    let good = cases.as_array().unwrap().iter().find(|case| case["name"] == "ok-iat-inside-leeway").unwrap();
    let jwks = &sets["sets"]["main"];
    Sample {
        token: good["token"].as_str().unwrap().to_owned(),
        key: jwks["keys"][0].clone(),
        jwks: jwks.to_string(),
        parameters: sets["params"].clone(),
        nonce: good["nonce"].as_str().unwrap().to_owned(),
    }
}

/// A client with the emulator's keys in its cache, and a new token of the emulator: clients use the machine's clock.
struct Cached {
    client: Client,
    token: String,
    floor: Floor,
    runtime: Runtime,
    _emulator: Emulator,
}

impl Cached {
    fn new() -> Self {
        let app = App::new(CLIENT_ID, "secret", REDIRECT_URI).with_oidc();
        let emulator = Emulator::start(Options::new().app(app).auto_login("ada")).unwrap();
        let config = Config::builder(CLIENT_ID).client_secret("secret").redirect_uri(REDIRECT_URI);
        let client = Client::new(config.base_url(emulator.base_url()).build().unwrap()).unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (_, callback) = Browser::go(&client.authorize_url(&AuthorizeOptions::default()).unwrap());
        let tokens = runtime.block_on(client.exchange_code(&callback["code"], None)).unwrap();
        let token = tokens.id_token.unwrap().expose().to_owned();
        runtime.block_on(client.verify_id_token(&token, None, None)).unwrap();
        let floor = Floor::new(&token, &emulator_key(emulator.base_url()));
        Self { client, token, floor, runtime, _emulator: emulator }
    }

    fn verify(&self) -> bool {
        self.runtime.block_on(async {
            for _ in 0..REPEATS {
                assert!(self.client.verify_id_token(black_box(&self.token), None, None).await.is_ok());
            }
        });
        true
    }
}

fn emulator_key(base_url: &str) -> Value {
    let host = base_url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /oauth/certs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1).unwrap()["keys"][0].clone()
}

/// The key of aws-lc-rs, the signed bytes, and the signature.
fn parsed(sample: &Sample) -> (ParsedPublicKey, Vec<u8>, Vec<u8>) {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(sample.key[name].as_str().unwrap()).unwrap();
    let components = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let (signed, signature) = sample.token.rsplit_once('.').unwrap();
    (
        components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).unwrap(),
        signed.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(signature).unwrap(),
    )
}

/// Microseconds of one operation, when `operations` makes `REPEATS` of them.
fn time(operations: &mut dyn FnMut()) -> f64 {
    let start = thread_seconds();
    operations();
    (thread_seconds() - start) / f64::from(REPEATS) * 1e6
}

fn repeated<'a>(mut operation: impl FnMut() -> bool + 'a) -> Box<dyn FnMut() + 'a> {
    Box::new(move || {
        for _ in 0..REPEATS {
            assert!(operation());
        }
    })
}

/// The CPU time of this thread: other work on the machine disturbs it less than elapsed time.
fn thread_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap()).as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A name, the operation to measure, and the number of the row that is its floor.
type Row<'a> = (&'a str, Box<dyn FnMut() + 'a>, usize);

fn main() {
    let (sample, cached) = (sample(), Cached::new());
    let floor = Floor::new(&sample.token, &sample.key);
    let (parsed, signed, signature) = parsed(&sample);
    let keys = KeySet::parse(&sample.jwks).unwrap();
    let text = |name: &str| sample.parameters[name].as_str().unwrap();
    let now = sample.parameters["now"].as_u64().unwrap();
    let expected = Expected::new(text("issuer"), text("client_id"), now).nonce(&sample.nonce);
    let token = sample.token.as_str();
    let verify = || repeated(|| verify_id_token_with(black_box(token), &keys, &expected).is_ok());
    let begin = || repeated(|| cached.client.begin_login(black_box(&LoginOptions::default())).is_ok());
    let mut rows: Vec<Row<'_>> = vec![
        ("SHA-256 + RSA_verify", repeated(|| floor.verify()), 0),
        ("aws-lc-rs verify_sig", repeated(|| parsed.verify_sig(black_box(&signed), &signature).is_ok()), 0),
        ("jws::verify", repeated(|| protocol::verify_jws(black_box(token), &keys).is_ok()), 0),
        ("verify_id_token_with", verify(), 0),
        ("floor of the client's token", repeated(|| cached.floor.verify()), 4),
        ("client, keys cached", Box::new(|| assert!(cached.verify())), 4),
        ("verify, memory cleared", cleared(verify()), 3),
        ("begin_login", begin(), 7),
        ("begin_login, memory cleared", cleared(begin()), 7),
    ];
    let rounds: Vec<Vec<f64>> =
        (0..ROUNDS).map(|_| rows.iter_mut().map(|(_, operations, _)| time(operations)).collect()).collect();
    let mut report = String::new();
    for (index, (name, _, floor)) in rows.iter().enumerate() {
        let microseconds = median(rounds.iter().map(|round| round[index]).collect());
        let ratio = median(rounds.iter().map(|round| round[index] / round[*floor]).collect());
        writeln!(report, "{name:<28} {microseconds:>8.2} us   {ratio:.3} x").unwrap();
    }
    print!("{report}");
}
