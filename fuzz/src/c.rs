//! The C library: any calls, in any order, with any arguments that the header allows. Each result must be as the header
//! describes, and everything can be freed.
//!
//! An input is a list of six-byte calls (one byte for the function, the rest for its arguments) up to a byte 255, then the
//! strings that arguments can be, each with a NUL after it. A string that begins with `{` is also a response from Clever.

use crate::machine::Machine;

/// The length of a call.
const CALL: usize = 6;
/// Longer sequences find no more bugs.
const MOST_CALLS: usize = 24;

/// Makes the calls.
pub fn check(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0xFF).unwrap_or(data.len());
    let (calls, texts) = data.split_at(end);
    let texts = texts.get(1..).unwrap_or_default().split(|byte| *byte == 0).map(<[u8]>::to_vec);
    let mut machine = Machine::new(texts.collect());
    for call in calls.chunks(CALL).take(MOST_CALLS) {
        machine.call(call);
    }
}
