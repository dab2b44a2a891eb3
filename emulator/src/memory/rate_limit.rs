//! Clever's rate limit: 1200 requests a minute for each bearer token, in a fixed window.
//!
//! The window opens with a token's first request. Clever documents no `Retry-After`, so there is none here; a client learns
//! what it needs from the four `X-RateLimit-*` headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::memory::expiring::Expiring;

const LIMIT: u32 = 1200;
const WINDOW: u64 = 60;
/// The most windows that are open at once; one more, and the oldest token starts a new one.
const MOST: usize = 1000;

/// How many requests each token has made in its current window.
pub(crate) struct RateLimits {
    windows: Expiring<u32>,
}

/// The usage of a token after a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    used: u32,
    reset: u64,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { windows: Expiring::new(WINDOW, MOST) }
    }
}

impl RateLimits {
    /// Counts one request made with `token`.
    pub(crate) fn count(&mut self, now: u64, token: &str) -> Standing {
        if let Some((used, reset)) = self.windows.get_mut(now, token) {
            *used = used.saturating_add(1);
            return Standing { used: *used, reset };
        }
        let reset = self.windows.insert(now, token.to_owned(), 1);
        Standing { used: 1, reset }
    }
}

impl Standing {
    /// Was this request one too many?
    pub(crate) fn exceeded(&self) -> bool {
        self.used > LIMIT
    }

    /// Writes the four headers.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let remaining = LIMIT.saturating_sub(self.used);
        headers.insert(HeaderName::from_static("x-ratelimit-bucket"), HeaderValue::from_static("bearer"));
        headers.insert(HeaderName::from_static("x-ratelimit-limit"), LIMIT.into());
        headers.insert(HeaderName::from_static("x-ratelimit-remaining"), remaining.into());
        headers.insert(HeaderName::from_static("x-ratelimit-reset"), self.reset.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_after_the_limit_is_refused() {
        let mut limits = RateLimits::default();
        for _ in 0..LIMIT {
            assert!(!limits.count(1000, "token").exceeded());
        }
        assert!(limits.count(1059, "token").exceeded());
    }

    #[test]
    fn a_new_window_opens_after_a_minute() {
        let mut limits = RateLimits::default();
        assert_eq!(limits.count(1000, "token"), Standing { used: 1, reset: 1060 });
        assert_eq!(limits.count(1059, "token"), Standing { used: 2, reset: 1060 });
        assert_eq!(limits.count(1060, "token"), Standing { used: 1, reset: 1120 });
    }

    #[test]
    fn each_token_has_its_own_window() {
        let mut limits = RateLimits::default();
        limits.count(1000, "one");
        assert_eq!(limits.count(1000, "other").used, 1);
    }
}
