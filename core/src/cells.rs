//! The runtimes that blocking calls borrow.
//!
//! A *cell* is a runtime without threads of its own, and a client whose connections live on it. A call takes the cell
//! that was used last, runs on the caller's thread and puts it back; so there is no background thread that a fork could
//! lose. The pool belongs to one process: a forked child finds it empty.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;

use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::keys::Keys;
use crate::login::Journey;
use crate::process::PerProcess;

/// More idle cells than this are given up.
const MAX_IDLE: usize = 16;
/// The thread that resolves a host name ends soon after.
const RESOLVER_IDLE: Duration = Duration::from_millis(10);

/// Runs async operations on the caller's thread.
#[derive(Debug)]
pub(crate) struct Cells {
    journey: Arc<Journey>,
    pool: PerProcess<Pool>,
}

/// Everything that has a lock: it lives and dies with one process.
#[derive(Debug)]
struct Pool {
    keys: Arc<Keys>,
    idle: Mutex<Vec<Cell>>,
}

#[derive(Debug)]
struct Cell {
    client: Client,
    /// Taken only when the cell is dropped.
    runtime: Option<Runtime>,
}

impl Cells {
    pub(crate) const fn new(journey: Arc<Journey>) -> Self {
        Self { journey, pool: PerProcess::new() }
    }

    /// Runs `operation` to its end.
    pub(crate) fn run<T>(&self, operation: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
        if Handle::try_current().is_ok() {
            return Err(Error::new(ErrorCode::RuntimeRunning));
        }
        let pool = self.pool();
        let cell = pool.take().map_or_else(|| Cell::new(&self.journey, &pool.keys), Ok)?;
        let result = cell.run(operation);
        pool.put_back(cell);
        result
    }
}

impl Cells {
    /// The keys that all cells of this process share.
    pub(crate) fn keys(&self) -> &Keys {
        &self.pool().keys
    }

    fn pool(&self) -> &Pool {
        self.pool.get(|| Pool::new(&self.journey.config))
    }
}

impl Pool {
    fn new(config: &Config) -> Self {
        Self { keys: Arc::new(Keys::new(config)), idle: Mutex::default() }
    }

    fn take(&self) -> Option<Cell> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, cell: Cell) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(cell);
        }
    }
}

impl Cell {
    fn new(journey: &Arc<Journey>, keys: &Arc<Keys>) -> Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .thread_keep_alive(RESOLVER_IDLE)
            .build()
            .map_err(|_| {
                Error::with_detail(ErrorCode::Internal, "no runtime could be made: out of file descriptors?")
            })?;
        let client = Client::from_parts(Arc::clone(journey), Arc::clone(keys))?;
        Ok(Self { client, runtime: Some(runtime) })
    }

    fn run<T>(&self, operation: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
        let Some(runtime) = &self.runtime else { return Err(Error::new(ErrorCode::Internal)) };
        runtime.block_on(async {
            // While no call ran, nobody listened to the kept connections. Two turns of the reactor let it see which of
            // them the server has closed, so that no request is written into one of those.
            yield_now().await;
            yield_now().await;
            operation(&self.client).await
        })
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        // A name that is still being resolved past the deadline must not hold up whoever drops the cell.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
