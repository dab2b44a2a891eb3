//! Fuzzing. Each target takes bytes and asserts what must be true for any bytes.
//!
//! libFuzzer calls a target from its file in `targets/` (`make fuzz`). `tests/corpus.rs` runs all targets on all files in
//! `corpus/`, with any Rust toolchain. [`TARGETS`] lists the targets.
//!
//! - `rules`: checks that every target makes: errors contain no secret, the cost is linear;
//! - `plain`: JSON that every parser reads the same way; `key`: a signing key; `people`: the application of the tests;
//! - `machine`: calls the C library, with code that `build.rs` generates from its header; `network`: the only peer that it
//!   reaches.

mod key;
mod machine;
mod network;
mod people;
mod plain;
mod rules;

pub mod answers;
pub mod c;
pub mod callback;
pub mod cookies;
pub mod discovery;
pub mod http;
pub mod json;
pub mod jws;
pub mod key_sets;
pub mod pending;
pub mod return_to;
pub mod times;
pub mod verify;
pub mod world;

/// A target: its name, and a function that panics when a check fails.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, starting with those that decide who a person is.
pub const TARGETS: [Target; 14] = [
    ("verify", verify::check),
    ("jws", jws::check),
    ("json", json::check),
    ("pending", pending::check),
    ("cookies", cookies::check),
    ("callback", callback::check),
    ("jwks", key_sets::check),
    ("answers", answers::check),
    ("discovery", discovery::check),
    ("return_to", return_to::check),
    ("times", times::check),
    ("c", c::check),
    ("http", http::check),
    ("world", world::check),
];

/// What a token must match in `verify`: issuer, client id, nonce, access token, and the time.
pub const EXPECTED: (&str, &str, &str, &str, u64) =
    (people::ISSUER, people::CLIENT_ID, people::NONCE, people::ACCESS_TOKEN, people::NOW);

/// The key set that verifies the tokens of `verify`.
pub fn jwks() -> &'static str {
    &key::key().jwks
}
