//! The source of random numbers: read here and nowhere else, and handed down as an argument.

use crate::error::{Error, ErrorCode, Result};

/// Random bytes.
///
/// # Errors
/// `internal` when this machine gives none.
#[expect(clippy::disallowed_methods, reason = "the one place that reads random numbers")]
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Error::with_detail(ErrorCode::Internal, "this machine gives no random numbers"))?;
    Ok(bytes)
}
