//! Searches for faults. Each target takes bytes, and states what must hold for any bytes.
//!
//! libFuzzer calls a target from its file in `targets/` (`make fuzz`), and `tests/corpus.rs` calls all of them with every
//! file of `corpus/`, with any Rust. [`TARGETS`] lists them.
//!
//! - `rules`: what holds for every target: errors that tell no secret, linear cost;
//! - `plain`: JSON that no two readers understand differently; `key`: a key that signs; `people`: the application of the tests;
//! - `machine`: calls of the C library, made from its header by `build.rs`; `network`: the only peer that it reaches.

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

/// A target: its name, and what it does with some bytes. It panics when something does not hold.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. Those that decide who somebody is come first.
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

/// The key set that verifies what `verify` signs.
pub fn jwks() -> &'static str {
    &key::key().jwks
}
