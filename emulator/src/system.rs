//! Time, random numbers, and output. Only this module uses the system for them.
//!
//! - `clock`: the time, which a test can move;
//! - `random`: random strings, which a seed can repeat;
//! - `output`: standard output and standard error, even if nothing reads them.

pub(crate) mod clock;
pub(crate) mod output;
pub(crate) mod random;
