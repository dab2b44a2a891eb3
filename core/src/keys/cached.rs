//! A key set that was fetched or imported, and how long it counts as fresh.

use std::time::Duration;

use http::header;

use crate::clock::{self, Instant};
use crate::error::Result;
use crate::protocol::Response;
use crate::protocol::jws::KeySet;

const SHORTEST_AGE: Duration = Duration::from_secs(5 * 60);
const USUAL_AGE: Duration = Duration::from_secs(60 * 60);
pub(super) const LONGEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug)]
pub(crate) struct Cached {
    pub(crate) set: KeySet,
    /// The text that Clever sent.
    pub(crate) jwks: String,
    pub(crate) fresh_until: Instant,
    /// Which fetch of this process they are from, counted from 1; 0 for keys of another process.
    pub(super) fetch: u64,
}

impl Cached {
    pub(super) fn new(jwks: String, fresh_for: Duration) -> Result<Self> {
        Ok(Self { set: KeySet::parse(&jwks)?, jwks, fresh_until: clock::now() + fresh_for, fetch: 0 })
    }

    pub(super) fn is_fresh(&self) -> bool {
        clock::now() < self.fresh_until
    }
}

/// `max-age` (RFC 9111 5.2.2.1), kept within bounds.
pub(super) fn age(response: &Response) -> Duration {
    let directives = response
        .headers()
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let max_age = directives
        .split(',')
        .find_map(|directive| directive.trim().to_ascii_lowercase().strip_prefix("max-age=")?.parse().ok());
    max_age.map_or(USUAL_AGE, Duration::from_secs).clamp(SHORTEST_AGE, LONGEST_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_honored_between_five_minutes_and_a_day() {
        let age_of = |text: &str| {
            age(&http::Response::builder().header(header::CACHE_CONTROL, text).body(Vec::new()).unwrap())
                .as_secs()
        };
        assert_eq!(age_of("public, Max-Age=7200"), 7200);
        assert_eq!(age_of("max-age=0"), 300);
        assert_eq!(age_of("max-age=31536000"), 86400);
        assert_eq!(age_of("max-age=junk"), 3600);
        assert_eq!(age_of("no-store"), 3600);
    }
}
