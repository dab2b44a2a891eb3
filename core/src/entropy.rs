//! Random bytes: requested from the operating system only in this file, and passed on as arguments.
//!
//! They do not come from the crypto library, whose generator has locks for the whole process: a fork while another thread holds
//! one would leave it locked in the child forever, even in a child that only exits. The kernel's generator has no lock in this
//! process, is not affected by forks, and is ready at once.

use crate::error::{Error, ErrorCode, Result};

/// Random bytes.
///
/// # Errors
/// `internal` when the operating system provides none.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

/// Fills `bytes` with random bytes.
///
/// # Errors
/// `internal` when the operating system provides none.
#[expect(clippy::disallowed_methods, reason = "the one place that reads random numbers")]
pub(crate) fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|_| {
        Error::with_detail(ErrorCode::Internal, "the operating system returned no random numbers")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_filled_and_differ_each_time() {
        let (one, other) = (bytes::<32>().unwrap(), bytes::<32>().unwrap());
        assert!(one != other && one != [0; 32]);
    }
}
