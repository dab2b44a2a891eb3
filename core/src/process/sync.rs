//! What the files of this folder share memory and wait with. The models in core/tests/models put their own in its place.

#[cfg(unix)]
pub(super) use std::sync::atomic::AtomicBool;
pub(super) use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
#[cfg(unix)]
pub(super) use std::thread::sleep;
pub(super) use std::thread::yield_now;
