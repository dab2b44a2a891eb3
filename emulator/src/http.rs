//! What happens to every request around its endpoint, in small pieces.
//!
//! - `host_guard`: was it meant for this emulator?
//! - `slashes`: paths with repeated slashes;
//! - `cors`: which pages of other origins may read an answer;
//! - `health`: is the emulator up?

pub(crate) mod cors;
pub(crate) mod health;
pub(crate) mod host_guard;
pub(crate) mod slashes;
