//! What the emulator takes from the system and gives to it: the time, random numbers, and what it prints. Nothing else in the
//! emulator asks for them.
//!
//! - `clock`: the time, which a test can move;
//! - `random`: random strings, which a seed can repeat;
//! - `output`: standard output and standard error, which nobody may be reading.

pub(crate) mod clock;
pub(crate) mod output;
pub(crate) mod random;
