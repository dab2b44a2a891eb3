//! The atomics and pauses that the files of this folder use. The models in core/tests/models replace them.

#[cfg(unix)]
pub(super) use std::sync::atomic::AtomicBool;
pub(super) use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
#[cfg(unix)]
pub(super) use std::thread::sleep;
pub(super) use std::thread::yield_now;
