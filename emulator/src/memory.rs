//! What the emulator remembers while it runs. Nothing is written to disk.
//!
//! - `lock`: a value behind a lock; `expiring`: a map whose entries expire;
//! - `grants`: codes, access tokens and sessions; `rate_limit`: requests per token; `tally`: what scenarios count;
//! - `journal`: what clients sent.

pub(crate) mod expiring;
pub(crate) mod grants;
pub(crate) mod journal;
pub(crate) mod lock;
pub(crate) mod rate_limit;
pub(crate) mod tally;
