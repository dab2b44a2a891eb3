//! The inputs of a step: the time and random bytes.

use crate::clock;
use crate::entropy;
use crate::error::Result;
use crate::protocol::pending::ENTROPY_BYTES;

/// The inputs of a step.
#[derive(Clone, Copy)]
pub(crate) struct Inputs {
    /// In Unix seconds.
    pub(crate) now: u64,
    pub(crate) entropy: [u8; ENTROPY_BYTES],
}

impl Inputs {
    pub(crate) fn now() -> Result<Self> {
        Ok(Self { now: clock::unix_time(), entropy: entropy::bytes()? })
    }
}
