//! The emulator without sockets and threads, for `fuzz/`: bytes in, bytes out.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::runtime::{Builder, Runtime};

use super::options::{Options, StartError};
use super::{JournalEntry, routes, shared};
use crate::endpoints::call::Shared;
use crate::http::connections;
use crate::memory::locked;

/// No request or answer in a test is larger.
const BUFFER: usize = 16 * 1024 * 1024;
/// The address that it pretends to listen on.
const PORT: u16 = 5999;

/// An emulator that reads the bytes of a connection from memory.
pub struct InMemory {
    shared: Arc<Shared>,
    routes: Router,
    runtime: Runtime,
}

impl InMemory {
    /// An emulator that nothing else can reach.
    ///
    /// # Errors
    /// As [`Emulator::start`](super::Emulator::start).
    pub fn new(options: Options) -> Result<Self, StartError> {
        let shared = Arc::new(shared(options, SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT))?);
        // The clock advances only while all tasks wait, so time limits pass at once.
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .map_err(StartError::System)?;
        Ok(Self { routes: routes(Arc::clone(&shared)), shared, runtime })
    }

    /// Returns all bytes that the emulator sends for these bytes of a client, until the connection closes.
    pub fn answer(&self, sent: &[u8]) -> Vec<u8> {
        let (mut client, server) = duplex(BUFFER);
        self.runtime.block_on(async {
            let mut answers = Vec::new();
            // The buffer holds all of it, so writing waits for no one.
            if client.write_all(sent).await.is_ok() {
                let read = client.read_to_end(&mut answers);
                let _ = tokio::join!(connections::answer(server, self.routes.clone()), read);
            }
            answers
        })
    }

    /// The latest requests, latest first.
    pub fn journal(&self) -> Vec<JournalEntry> {
        locked(&self.shared.journal).latest().map(JournalEntry::from).collect()
    }

    /// Resets the emulator to its state after the start.
    pub fn reset(&self) {
        self.shared.reset();
    }
}

impl std::fmt::Debug for InMemory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("InMemory").finish_non_exhaustive()
    }
}
