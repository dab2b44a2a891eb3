//! The clock and the random numbers: asked here and nowhere else, and handed down as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::{Error, ErrorCode, Result};
use crate::protocol::pending::ENTROPY_BYTES;

/// The time in Unix seconds.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is asked")]
pub(crate) fn now() -> u64 {
    // A clock before 1970 gives 0; every token then fails its times, and the error says by how much.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// What a step of the journey takes from outside.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: u64,
    pub(crate) entropy: [u8; ENTROPY_BYTES],
}

impl Moment {
    pub(crate) fn present() -> Result<Self> {
        let mut entropy = [0; ENTROPY_BYTES];
        aws_lc_rs::rand::fill(&mut entropy)
            .map_err(|_| Error::with_detail(ErrorCode::Internal, "this machine gives no random numbers"))?;
        Ok(Self { now: now(), entropy })
    }
}
