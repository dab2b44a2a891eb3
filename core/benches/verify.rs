//! What verifying an ID token costs beside the bare RSA operation: `cargo bench -p clever-sso`.
//!
//! The floor is SHA-256 and `RSA_verify` of aws-lc with a parsed key. Everything else is measured in turns with it, round by
//! round, because these ratios are small and machines are noisy; the median of the rounds' ratios is what counts.
#![expect(clippy::unwrap_used, unsafe_code, reason = "a benchmark may, and the floor is a C function")]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::ptr;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::{Expected, KeySet, jws, verify_id_token_with};
use serde_json::Value;

const ROUNDS: usize = 201;
const REPEATS: u32 = 200;

/// An ID token of the test set that is good, with its key.
struct Sample {
    token: String,
    jwks: Value,
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
    Sample {
        token: good["token"].as_str().unwrap().to_owned(),
        jwks: sets["sets"]["main"].clone(),
        parameters: sets["params"].clone(),
        nonce: good["nonce"].as_str().unwrap().to_owned(),
    }
}

/// The floor: the key as aws-lc holds it, and the token's parts already decoded.
struct Floor {
    key: *mut aws_lc_sys::RSA,
    signed: Vec<u8>,
    signature: Vec<u8>,
    parsed: ParsedPublicKey,
}

impl Floor {
    fn new(sample: &Sample) -> Self {
        let key = &sample.jwks["keys"][0];
        let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
        let (modulus, exponent) = (number("n"), number("e"));
        let (signed, signature) = sample.token.rsplit_once('.').unwrap();
        let components = RsaPublicKeyComponents { n: &modulus, e: &exponent };
        Self {
            key: raw_key(&modulus, &exponent),
            signed: signed.as_bytes().to_vec(),
            signature: URL_SAFE_NO_PAD.decode(signature).unwrap(),
            parsed: components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).unwrap(),
        }
    }

    fn raw(&self) -> bool {
        let hash = digest(&SHA256, black_box(&self.signed));
        let hash = hash.as_ref();
        // SAFETY: all pointers come with their lengths, and the key lives as long as the process.
        let result = unsafe {
            aws_lc_sys::RSA_verify(
                aws_lc_sys::NID_sha256,
                hash.as_ptr(),
                hash.len(),
                self.signature.as_ptr(),
                self.signature.len(),
                self.key,
            )
        };
        result == 1
    }

    fn parsed(&self) -> bool {
        self.parsed.verify_sig(black_box(&self.signed), &self.signature).is_ok()
    }
}

fn raw_key(modulus: &[u8], exponent: &[u8]) -> *mut aws_lc_sys::RSA {
    let number = |bytes: &[u8]| {
        // SAFETY: the pointer comes with its length; NULL asks for a new number.
        unsafe { aws_lc_sys::BN_bin2bn(bytes.as_ptr(), bytes.len(), ptr::null_mut()) }
    };
    // SAFETY: the key takes the two numbers over; it is never freed.
    let key = unsafe { aws_lc_sys::RSA_new_public_key(number(modulus), number(exponent)) };
    assert!(!key.is_null());
    key
}

fn time(operation: &mut dyn FnMut() -> bool) -> f64 {
    let start = thread_seconds();
    for _ in 0..REPEATS {
        assert!(operation());
    }
    (thread_seconds() - start) / f64::from(REPEATS) * 1e6
}

/// The CPU time of this thread: what else the machine does shows less in it than in wall time.
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

fn main() {
    let sample = sample();
    let floor = Floor::new(&sample);
    let keys = KeySet::parse(&sample.jwks.to_string()).unwrap();
    let text = |name: &str| sample.parameters[name].as_str().unwrap();
    let expected = Expected {
        issuer: text("issuer"),
        client_id: text("client_id"),
        nonce: Some(&sample.nonce),
        now: sample.parameters["now"].as_u64().unwrap(),
        leeway: 60,
        access_token: None,
    };
    let mut paths: Vec<(&str, Box<dyn FnMut() -> bool + '_>)> = vec![
        ("SHA-256 + RSA_verify", Box::new(|| floor.raw())),
        ("aws-lc-rs verify_sig", Box::new(|| floor.parsed())),
        ("jws::verify", Box::new(|| jws::verify(black_box(&sample.token), &keys).is_ok())),
        (
            "verify_id_token_with",
            Box::new(|| verify_id_token_with(black_box(&sample.token), &keys, &expected).is_ok()),
        ),
    ];
    let rounds: Vec<Vec<f64>> =
        (0..ROUNDS).map(|_| paths.iter_mut().map(|(_, operation)| time(operation)).collect()).collect();
    let mut report = String::new();
    for (index, (name, _)) in paths.iter().enumerate() {
        let microseconds = median(rounds.iter().map(|round| round[index]).collect());
        let ratio = median(rounds.iter().map(|round| round[index] / round[0]).collect());
        writeln!(report, "{name:<28} {microseconds:>8.2} us   {ratio:.3} x").unwrap();
    }
    print!("{report}");
}
