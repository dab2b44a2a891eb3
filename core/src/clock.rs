//! The clock: read here and nowhere else, and handed down as an argument.
//!
//! - [`unix_time`] is for times that others wrote: those of tokens, pending logins and answers.
//! - [`now`] never goes backward. Deadlines, key ages, cooldowns and pauses count by it. It is tokio's, so a test can
//!   stop it and move it (`tokio::time::pause`). It can be read outside of a runtime too, and a forked child goes on
//!   with its parent's.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(feature = "client")]
pub(crate) use tokio::time::Instant;

/// The time in Unix seconds. For the faces (C, Python), which read no clock themselves.
#[doc(hidden)]
#[expect(clippy::disallowed_methods, reason = "the one place that reads Unix time")]
pub fn unix_time() -> u64 {
    // A clock before 1970 gives 0; every token then fails its times, and the error says by how much.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The monotonic time.
#[cfg(feature = "client")]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
