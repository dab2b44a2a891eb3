//! What the emulator takes from the system: the time and random numbers. Nothing else in the emulator asks for them.
//!
//! - `clock`: the time, which a test can move;
//! - `random`: random strings, which a seed can repeat.

pub(crate) mod clock;
pub(crate) mod random;
