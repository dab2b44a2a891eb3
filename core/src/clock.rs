//! The clock: read only here, and passed down as an argument.
//!
//! - [`unix_time`] is for times from outside: in tokens, pending logins and responses.
//! - [`now`] never goes backward. Deadlines, key ages, cooldowns and pauses use it. It is tokio's, so a test can stop it and
//!   move it (`tokio::time::pause`). It can be read outside of a runtime too, and a forked child continues with its parent's.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "client")]
pub(crate) use tokio::time::Instant;

/// The time in Unix seconds. For C and Python, which read no clock themselves.
#[doc(hidden)]
#[expect(clippy::disallowed_methods, reason = "the one place that reads Unix time")]
pub fn unix_time() -> u64 {
    // A clock before 1970 gives 0. Then the time checks of every token fail, and the error says by how much.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The monotonic time.
#[cfg(feature = "client")]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
