//! Locks that a panic cannot poison.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The value behind the lock. A panic never leaves one half changed here, so a poisoned lock is as good as any.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
