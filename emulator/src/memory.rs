//! What the emulator remembers while it runs. Nothing is written to disk.
//!
//! - `expiring`: a map whose entries expire;
//! - `grants`: codes, access tokens and sessions; `rate_limit`: requests per token; `counts`: requests to a path, and what scenarios count;
//! - `journal`: what clients sent; `logins`: which requests belong to one login; `changes`: tells the desk that something happened.

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) mod changes;
pub(crate) mod counts;
pub(crate) mod expiring;
pub(crate) mod grants;
pub(crate) mod journal;
pub(crate) mod logins;
pub(crate) mod rate_limit;

/// The value behind the lock. A panic never leaves it half changed here, so a poisoned lock still has a good value.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
