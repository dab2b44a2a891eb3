//! The clock: read only here, and passed down as an argument.
//!
//! - [`unix_time`] is for times that come from outside: in tokens, pending logins and responses.
//! - [`now`] never goes backward. It is for deadlines, key ages, cooldowns and pauses. It is tokio's clock, so a test can stop it
//!   and move it (`tokio::time::pause`). It works outside a runtime too, and a forked child continues with its parent's.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "client")]
pub(crate) use tokio::time::Instant;

/// The time in Unix seconds. C and Python, which do not read the clock themselves, use it too.
#[doc(hidden)]
#[expect(clippy::disallowed_methods, reason = "the one place that reads Unix time")]
pub fn unix_time() -> u64 {
    // A clock before 1970 gives 0. Then the time checks of every token fail, and the error says how far off the clock is.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The monotonic time.
#[cfg(feature = "client")]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
