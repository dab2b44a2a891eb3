//! The settings of the tests' application, and the time.

use std::sync::LazyLock;

use clever_sso::Config;
use clever_sso::Secret;
use clever_sso::journey::{ENTROPY_BYTES, Journey};
use clever_sso::protocol::pending::SealingKeys;

pub const ISSUER: &str = "https://clever.com";
pub const CLIENT_ID: &str = "4c63c1cf623dce82caac";
pub const CLIENT_SECRET: &str = "95feddd6a1b1c5bb01a08c8a17dc4eff5d3e5b7e";
pub const NONCE: &str = "n-0S6_WzA2Mj";
pub const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
pub const REDIRECT_URI: &str = "https://app.example/callback";
/// Another site that logins may lead to.
pub const ORIGIN: &str = "https://www.school.example";
/// The current time, in Unix seconds.
pub const NOW: u64 = 1_700_000_000;

/// A login at this application.
pub fn journey() -> &'static Journey {
    static JOURNEY: LazyLock<Journey> = LazyLock::new(|| {
        let config = Config::builder(CLIENT_ID)
            .client_secret(CLIENT_SECRET)
            .redirect_uri(REDIRECT_URI)
            .return_to_origin(ORIGIN);
        Journey::new(config.build().expect("the settings are valid")).expect("the journey can be created")
    });
    &JOURNEY
}

/// The keys of that application.
pub fn sealing_keys() -> &'static SealingKeys {
    static KEYS: LazyLock<SealingKeys> = LazyLock::new(|| {
        let keys = SealingKeys::derive(CLIENT_ID, [&Secret::new(CLIENT_SECRET)]).expect("there is a secret");
        keys.for_redirect_uris(CLIENT_ID, &[REDIRECT_URI.to_owned()])
    });
    &KEYS
}

/// Bytes that differ for each number. They are not random, because an input must always have the same result.
pub fn entropy(number: u8) -> [u8; ENTROPY_BYTES] {
    std::array::from_fn(|at| number.wrapping_mul(97).wrapping_add(u8::try_from(at).unwrap_or(0)))
}
