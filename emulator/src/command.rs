//! What the command line can do.

pub(crate) mod exec;
pub(crate) mod init;
pub(crate) mod signals;
