//! The runtimes that operations run on: without threads of their own.
//!
//! tokio reads an environment variable when it begins to build a runtime, and the host may be changing its environment by
//! then. So the builder is made with the client and used for every runtime after that, in forked children too.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::process::Exclusive;

/// Builds runtimes.
#[derive(Debug)]
pub(crate) struct Runtimes(Exclusive<Builder>);

impl Runtimes {
    pub(crate) fn new() -> Self {
        Self(Exclusive::new(builder()))
    }

    pub(crate) fn build(&self) -> io::Result<Runtime> {
        self.0.with(builder, Builder::build)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes runtimes")]
fn builder() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_io().enable_time();
    builder
}
