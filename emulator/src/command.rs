//! The command line.
//!
//! - `settings`: the options, and the emulator that they start; `output`: what is printed;
//! - `exec`, `init`: the commands;
//! - `signals`: what ends the emulator.

pub(crate) mod exec;
pub(crate) mod init;
pub(crate) mod output;
pub(crate) mod settings;
pub(crate) mod signals;
