//! The C library: any calls in any order with any arguments that the header allows. Each result is what the header says, and
//! everything can be freed.
//!
//! An input is calls of six bytes each (the function, and what its arguments are) up to a byte 255, and then the texts that
//! arguments may be, with a NUL after each. A text that begins with `{` is also what Clever answers.

use crate::machine::Machine;

/// The bytes of a call.
const CALL: usize = 6;
/// More calls find nothing that fewer do not.
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
