//! The runtimes that blocking calls borrow.
//!
//! A *cell* is a runtime without threads of its own, and a client whose connections live on it. A call takes the cell
//! that was used last, runs on the caller's thread and puts it back; so there is no background thread that a fork could
//! lose. The pool belongs to one process: a forked child finds it empty, but knows the keys that its parent knew.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::keys::{InheritedKeys, Keys};
use crate::login::Journey;
use crate::process::{HeldSigpipe, PerProcess};

/// More idle cells than this are given up.
const MAX_IDLE: usize = 16;

/// Short enough for somebody who pressed Ctrl-C, long enough to cost nothing.
const WATCH_EVERY: Duration = Duration::from_millis(100);

/// Runs async operations on the caller's thread.
#[derive(Debug)]
pub(crate) struct Cells {
    journey: Arc<Journey>,
    inherited: Arc<InheritedKeys>,
    pool: PerProcess<Pool>,
    watch: Option<fn() -> bool>,
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
    pub(crate) fn new(journey: Arc<Journey>) -> Self {
        Self { journey, inherited: Arc::new(InheritedKeys::new()), pool: PerProcess::new(), watch: None }
    }

    pub(crate) fn with_watch(self, watch: fn() -> bool) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// Runs `operation` to its end.
    pub(crate) fn run<T>(&self, operation: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
        if Handle::try_current().is_ok() {
            return Err(Error::new(ErrorCode::RuntimeRunning));
        }
        let _held = HeldSigpipe::new();
        let pool = self.pool();
        let cell = pool.take().map_or_else(|| Cell::new(&self.journey, &pool.keys), Ok)?;
        let result = cell.run(operation, self.watch);
        pool.put_back(cell);
        result
    }
}

impl Cells {
    /// The keys as the children of this process find them.
    pub(crate) const fn inherited(&self) -> &Arc<InheritedKeys> {
        &self.inherited
    }

    /// The keys that all cells of this process share.
    pub(crate) fn keys(&self) -> &Keys {
        &self.pool().keys
    }

    pub(crate) fn close_idle(&self) {
        self.pool().idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn pool(&self) -> &Pool {
        self.pool.get(|| Pool::new(&self.journey.config, Arc::clone(&self.inherited)))
    }
}

impl Pool {
    fn new(config: &Config, inherited: Arc<InheritedKeys>) -> Self {
        Self { keys: Arc::new(Keys::new(config, inherited)), idle: Mutex::default() }
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
            .build()
            .map_err(|error| Error::of_system(&error, "no runtime could be made"))?;
        let client = Client::from_parts(Arc::clone(journey), Arc::clone(keys))?;
        Ok(Self { client, runtime: Some(runtime) })
    }

    fn run<T>(
        &self,
        operation: impl AsyncFnOnce(&Client) -> Result<T>,
        watch: Option<fn() -> bool>,
    ) -> Result<T> {
        let Some(runtime) = &self.runtime else { return Err(Error::new(ErrorCode::Internal)) };
        runtime.block_on(async {
            // While no call ran, nobody listened to the kept connections. Two turns of the reactor let it see which of
            // them the server has closed, so that no request is written into one of those.
            yield_now().await;
            yield_now().await;
            match watch {
                None => operation(&self.client).await,
                Some(watch) => unless_stopped(operation(&self.client), watch).await,
            }
        })
    }
}

/// The result of `operation`, or the error of a call that was given up because `watch` said so.
async fn unless_stopped<T>(operation: impl Future<Output = Result<T>>, watch: fn() -> bool) -> Result<T> {
    let (mut operation, mut stop) = (pin!(operation), pin!(told_to_stop(watch)));
    poll_fn(|context| match operation.as_mut().poll(context) {
        Poll::Pending => stop.as_mut().poll(context).map(|()| Err(Error::new(ErrorCode::CallInterrupted))),
        ready @ Poll::Ready(_) => ready,
    })
    .await
}

/// Ends when `watch` says so.
async fn told_to_stop(watch: fn() -> bool) {
    // Not at once: most calls are over before anybody could lose patience.
    loop {
        sleep(WATCH_EVERY).await;
        if watch() {
            return;
        }
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        // Dropping must not wait for anything.
        let _held = HeldSigpipe::new();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell as Counter;
    use std::future::pending;
    use std::net::TcpListener;

    use super::*;
    use crate::{blocking, clock};

    #[tokio::test(start_paused = true)]
    async fn a_watch_is_asked_ten_times_a_second_until_it_says_so() {
        thread_local!(static ASKED: Counter<u32> = const { Counter::new(0) });
        let third_time = || {
            ASKED.set(ASKED.get() + 1);
            ASKED.get() == 3
        };
        let begun = clock::now();
        let error = unless_stopped(pending::<Result<()>>(), third_time).await.unwrap_err();
        assert_eq!((error.code(), clock::now() - begun), (ErrorCode::CallInterrupted, 3 * WATCH_EVERY));
    }

    #[tokio::test(start_paused = true)]
    async fn a_watch_that_says_nothing_changes_nothing() {
        let operation = async {
            sleep(10 * WATCH_EVERY).await;
            Ok(7)
        };
        assert_eq!(unless_stopped(operation, || false).await.unwrap(), 7);
    }

    #[test]
    fn a_blocking_call_whose_watch_says_so_ends_before_its_deadline() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", silent.local_addr().unwrap());
        let config = Config::builder("client").base_url(base_url).timeout(Duration::from_secs(60));
        let client = blocking::Client::new(config.build().unwrap()).unwrap().with_watch(|| true);
        // At the deadline it would be a timeout.
        assert_eq!(client.me("token").unwrap_err().code(), ErrorCode::CallInterrupted);
    }
}
