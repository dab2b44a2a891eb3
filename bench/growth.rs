//! Measures how the time for an input grows with the input's size: `cargo bench -p clever-sso --bench growth`.
//!
//! Anyone can send these inputs, because they are read before a signature is checked. They must take linear time at most.
//! The size of each input doubles; the slope is the binary logarithm of the last ratio of times. 1 is linear, 2 is
//! quadratic, and 0 is an input that is refused unread. Memory caches and allocators can raise a linear slope a little.
#![expect(clippy::unwrap_used, unsafe_code, reason = "a benchmark may")]

use std::hint::black_box;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::protocol::{self, Response};
use clever_sso::{Client, Config, Expected, KeySet, LoginOptions, parse_callback, verify_id_token_with};

/// A steeper slope is not linear.
const STEEPEST: f64 = 1.3;
const DOUBLINGS: u32 = 4;
const ROUNDS: usize = 7;
/// How long each measurement repeats the operation, in seconds of CPU time.
const LONG_ENOUGH: f64 = 0.01;

const ISSUER: &str = "https://clever.com";
/// The size of the public key's modulus. There is no private key, so every signature is invalid.
const MODULUS_BYTES: usize = 256;

fn main() {
    let keys = KeySet::parse(&key_set(1)).unwrap();
    let client = client();
    let token = |make: fn(usize) -> String| {
        let keys = &keys;
        Box::new(move |size: usize| {
            let token = make(size);
            Box::new(move || drop(verify_id_token_with(black_box(&token), keys, &expected())))
                as Box<dyn FnMut()>
        }) as Make<'_>
    };
    let cookies = |make: fn(usize) -> String| {
        let client = &client;
        Box::new(move |size: usize| {
            let header = make(size);
            let mut options = LoginOptions::default();
            options.cookies = Some(header.clone());
            Box::new(move || {
                drop(client.log_out_cookies(black_box(&header)));
                drop(client.begin_login(black_box(&options)));
            }) as Box<dyn FnMut()>
        }) as Make<'_>
    };
    let mut inputs: Vec<(&str, usize, Make<'_>)> = vec![
        ("token: members of the header", 350, token(|size| with_header(&members(size)))),
        ("token: one name in the header", 350, token(|size| with_header(&one_text("a", size)))),
        ("token: escapes in the header", 350, token(|size| with_header(&one_text("\\u0041", size)))),
        ("token: one member repeated", 350, token(|size| with_header(&repeated(size)))),
        ("token: depth of the header", 350, token(|size| with_header(&nested(size)))),
        ("token: a kid", 350, token(|size| with_header(&format!(r#""kid":"{}""#, "k".repeat(size))))),
        ("token: size of the payload", 1400, token(with_payload)),
        ("token: dots", 1800, token(|size| ".".repeat(size))),
        ("token: beyond the cap", 64 * 1024, token(with_payload)),
        ("key set: keys", 64, parsed_keys(key_set)),
        (
            "key set: entries that aren't keys",
            1024,
            parsed_keys(|count| format!(r#"{{"keys":[{}]}}"#, vec!["{}"; count].join(","))),
        ),
        (
            "key set: members of a key",
            1024,
            parsed_keys(|count| format!(r#"{{"keys":[{{{}}}]}}"#, members(count * 8))),
        ),
        ("callback: parameters", 1000, callback(|size| format!("code=a{}", "&x=1".repeat(size / 4)))),
        ("callback: escapes", 1000, callback(|size| format!("code={}", "%41".repeat(size / 3)))),
        ("callback: one parameter repeated", 1000, callback(|size| "state=a&".repeat(size / 8))),
        ("callback: beyond the cap", 64 * 1024, callback(|size| format!("code={}", "a".repeat(size)))),
        ("cookies: of others", 4096, cookies(|size| "a=1; ".repeat(size / 5))),
        ("cookies: with our names", 4096, cookies(|size| logins(size / 64, 1))),
        ("cookies: one with our name", 4096, cookies(|size| logins(1, size))),
        ("cookies: quotes and separators", 4096, cookies(|size| "\"=;, ".repeat(size / 5))),
        ("return_to", 60, return_to(&client)),
        (
            "answer: members of a person",
            4096,
            answer(|size| format!(r#"{{"data":{{"id":"1",{}}}}}"#, members(size))),
        ),
        (
            "response: one member repeated",
            4096,
            answer(|size| format!(r#"{{"data":{{"id":"1"{}}}}}"#, r#","x":1"#.repeat(size / 6))),
        ),
        (
            "answer: roles",
            4096,
            answer(|size| format!(r#"{{"data":{{"id":"1","roles":{{{}}}}}}}"#, roles(size))),
        ),
        (
            "answer: halves of surrogates",
            4096,
            answer(|size| format!(r#"{{"data":{{"id":"1","x":"{}"}}}}"#, r"\ud83d".repeat(size / 6))),
        ),
        (
            "answer: depth",
            4096,
            answer(|size| {
                format!(r#"{{"data":{{"id":"1","x":{}1{}}}}}"#, "[".repeat(size / 2), "]".repeat(size / 2))
            }),
        ),
        ("answer: no UTF-8", 4096, answer_of_bytes()),
        ("answer: scopes", 4096, scopes()),
    ];
    let mut is_linear = true;
    println!("{:<42} {:>12} {:>12} {:>7}", "input, in sizes that double", "smallest", "largest", "slope");
    for (name, smallest, make) in &mut inputs {
        let times: Vec<_> =
            (0..=DOUBLINGS).map(|doubling| microseconds(make(*smallest << doubling))).collect();
        let [.., before, last] = times[..] else { return };
        let slope = (last / before).log2();
        println!("{name:<42} {:>9.1} us {last:>9.1} us {slope:>7.2}", times[0]);
        is_linear &= slope <= STEEPEST;
    }
    assert!(is_linear, "an input costs more than linear time");
}

/// Makes the operation on an input of the given size.
type Make<'a> = Box<dyn FnMut(usize) -> Box<dyn FnMut() + 'a> + 'a>;

fn expected() -> Expected<'static> {
    Expected::new(ISSUER, "c", 1_767_225_600)
}

fn client() -> Client {
    let config = Config::builder("c").client_secret("secret").redirect_uri("https://app.example/cb");
    Client::new(config.build().unwrap()).unwrap()
}

/// A token with these members in its header, and an invalid signature.
fn with_header(members: &str) -> String {
    signed(&format!(r#"{{"alg":"RS256",{members}}}"#), "{}")
}

fn with_payload(size: usize) -> String {
    signed(r#"{"alg":"RS256"}"#, &format!("{{{}}}", members(size)))
}

fn signed(header: &str, payload: &str) -> String {
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([1; MODULUS_BYTES]))
}

/// Different members, `size` bytes in total.
fn members(size: usize) -> String {
    let members: Vec<_> = (0..size / 13).map(|number| format!(r#""m{number:07}":1"#)).collect();
    members.join(",")
}

/// One member with a string of `size` bytes.
fn one_text(piece: &str, size: usize) -> String {
    format!(r#""x":"{}""#, piece.repeat(size / piece.len()))
}

/// The same member repeated, `size` bytes in total.
fn repeated(size: usize) -> String {
    vec![r#""x":{"y":1,"y":2}"#; size / 18].join(",")
}

fn roles(size: usize) -> String {
    let roles: Vec<_> = (0..size / 13).map(|number| format!(r#""r{number:06}":{{}}"#)).collect();
    roles.join(",")
}

fn nested(size: usize) -> String {
    format!(r#""x":{}1{}"#, "[".repeat(size / 2), "]".repeat(size / 2))
}

/// `count` cookies that look like logins, with values of `size` bytes.
fn logins(count: usize, size: usize) -> String {
    let cookies: Vec<_> =
        (0..count).map(|number| format!("__Host-clever_login_{number:016}={}", "a".repeat(size))).collect();
    cookies.join("; ")
}

fn key_set(count: usize) -> String {
    let key = |number: usize| {
        let mut modulus = vec![0xff; MODULUS_BYTES];
        modulus[8..16].copy_from_slice(&number.to_be_bytes());
        let n = URL_SAFE_NO_PAD.encode(modulus);
        format!(r#"{{"kty":"RSA","kid":"{number}","n":"{n}","e":"AQAB"}}"#)
    };
    format!(r#"{{"keys":[{}]}}"#, (0..count).map(key).collect::<Vec<_>>().join(","))
}

fn parsed_keys<'a>(make: fn(usize) -> String) -> Make<'a> {
    Box::new(move |count| {
        let response = ok(make(count));
        Box::new(move || drop(KeySet::parse(&protocol::jwks_response(black_box(&response)).unwrap())))
    })
}

fn callback<'a>(make: fn(usize) -> String) -> Make<'a> {
    Box::new(move |size| {
        let callback = make(size);
        Box::new(move || drop(parse_callback(black_box(&callback))))
    })
}

fn return_to(client: &Client) -> Make<'_> {
    Box::new(move |size| {
        let mut options = LoginOptions::default();
        options.return_to = Some(format!("/{}", "é".repeat(size / 2)));
        Box::new(move || drop(client.begin_login(black_box(&options))))
    })
}

fn answer<'a>(make: fn(usize) -> String) -> Make<'a> {
    Box::new(move |size| {
        let response = ok(make(size));
        Box::new(move || drop(protocol::user_response(black_box(&response), "1")))
    })
}

fn answer_of_bytes<'a>() -> Make<'a> {
    Box::new(move |size| {
        let response = ok([&b"{\"data\":{\"id\":\"1\",\"x\":\""[..], &vec![0xff; size], b"\"}}"].concat());
        Box::new(move || drop(protocol::user_response(black_box(&response), "1")))
    })
}

fn scopes<'a>() -> Make<'a> {
    Box::new(move |size| {
        let scopes = vec![r#""a""#; size / 4].join(",");
        let response = ok(format!(r#"{{"client_id":"c","scopes":[{scopes}]}}"#));
        Box::new(move || drop(protocol::tokeninfo_response(black_box(&response), "c")))
    })
}

fn ok(body: impl Into<Vec<u8>>) -> Response {
    http::Response::new(body.into())
}

/// Microseconds of CPU time of one operation, the best of several rounds: other work on the machine can only make a round
/// longer.
fn microseconds(mut operation: Box<dyn FnMut() + '_>) -> f64 {
    let once = measured(&mut operation, 1);
    let repeats = (LONG_ENOUGH / once.max(1e-7)).clamp(1.0, 100_000.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was clamped")]
    let repeats = repeats as u32;
    let rounds = (0..ROUNDS).map(|_| measured(&mut operation, repeats));
    rounds.fold(f64::INFINITY, f64::min) * 1e6
}

/// Seconds of CPU time of one operation.
fn measured(operation: &mut dyn FnMut(), repeats: u32) -> f64 {
    let begun = thread_seconds();
    for _ in 0..repeats {
        operation();
    }
    (thread_seconds() - begun) / f64::from(repeats)
}

fn thread_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap()).as_secs_f64()
}
