//! The runtimes of blocking calls.
//!
//! Each runtime has no threads, and a client whose connections belong to it. A call takes the runtime that was used last, runs on
//! the caller's thread and puts the runtime back. So there is no background thread that a fork could lose. The pool belongs to
//! one process: a forked child starts with an empty pool, but has its parent's keys.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::mem::{forget, take};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::sleep;

use crate::client::Client;
use crate::doctor::{Report, Work};
use crate::error::{Error, ErrorCode, Result};
use crate::keys::{InheritedKeys, Keys};
use crate::login::Journey;
use crate::process::{HeldSigpipe, Mark, Marked, PerProcess, generation, prepare_thread};
use crate::runtimes::{Runtimes, is_polling, with_variables};

/// More idle runtimes than this are dropped.
const MAX_IDLE: usize = 16;

/// Short enough for a person who pressed Ctrl-C, and long enough to cost nothing.
const WATCH_EVERY: Duration = Duration::from_millis(100);

/// An operation that stores its result itself.
type Erased<'a> = Box<dyn FnOnce(Client) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> + Send + 'a>;

/// Runs async operations on the caller's thread.
#[derive(Debug)]
pub(crate) struct RuntimePool {
    journey: Arc<Journey>,
    inherited: Arc<InheritedKeys>,
    runtimes: Arc<Runtimes>,
    pool: PerProcess<Pool>,
    watch: Option<fn() -> bool>,
}

/// The values with locks, which belong to one process.
#[derive(Debug)]
struct Pool {
    keys: Arc<Keys>,
    idle: Mutex<Vec<PooledRuntime>>,
    /// Identifies the descriptors of this pool's runtimes in a child.
    mark: Mark,
}

#[derive(Debug)]
struct PooledRuntime {
    /// `None` only while the runtime is being dropped.
    client: Option<Client>,
    runtime: Option<Runtime>,
    marked: Option<Marked>,
    made_in: u64,
}

impl RuntimePool {
    pub(crate) fn new(journey: Arc<Journey>) -> Self {
        let (inherited, runtimes) = (Arc::new(InheritedKeys::new()), Arc::new(Runtimes::new()));
        Self { journey, inherited, runtimes, pool: PerProcess::new(), watch: None }
    }

    pub(crate) fn with_watch(self, watch: fn() -> bool) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// Runs `operation` to its end.
    pub(crate) fn run<T: Send>(&self, operation: impl AsyncFnOnce(&Client) -> Result<T> + Send) -> Result<T> {
        let mut result = None;
        let target = &mut result;
        self.run_erased(Box::new(move |client| {
            Box::pin(async move {
                *target = Some(operation(&client).await);
                Ok(())
            })
        }))?;
        result.unwrap_or_else(|| Err(Error::new(ErrorCode::Internal)))
    }

    /// Not generic, so that the library contains this code only once.
    fn run_erased(&self, operation: Erased<'_>) -> Result<()> {
        with_variables(|| self.run_here(operation))
    }

    fn run_here(&self, operation: Erased<'_>) -> Result<()> {
        if is_polling() {
            return Err(Error::new(ErrorCode::RuntimeRunning));
        }
        let _held = HeldSigpipe::new();
        prepare_thread();
        let pool = self.open_pool();
        let runtime =
            pool.take().map_or_else(|| PooledRuntime::new(&self.journey, &self.runtimes, pool), Ok)?;
        let result = runtime.run(operation, self.watch);
        pool.put_back(runtime);
        result
    }
}

/// Runs `operation` to its end on its own runtime.
pub(crate) fn run_alone(operation: Work<'_, Result<Report>>, watch: Option<fn() -> bool>) -> Result<Report> {
    with_variables(|| run_alone_here(operation, watch))
}

#[inline(never)]
fn run_alone_here(operation: Work<'_, Result<Report>>, watch: Option<fn() -> bool>) -> Result<Report> {
    if is_polling() {
        return Err(Error::new(ErrorCode::RuntimeRunning));
    }
    let _held = HeldSigpipe::new();
    prepare_thread();
    let runtime = Runtimes::new().build();
    let runtime = runtime.map_err(|error| Error::of_system(&error, "could not make a runtime"))?;
    let made_in = generation();
    // Always with a `watch`: two variants would compile all of this code twice.
    let result = runtime.block_on(unless_stopped(operation, watch.unwrap_or(|| false)));
    if made_in == generation() {
        runtime.shutdown_background();
    } else {
        // The runtime belongs to the parent, as when a pooled one is dropped.
        forget(runtime);
    }
    result
}

impl RuntimePool {
    /// The keys that this process's children inherit.
    pub(crate) const fn inherited(&self) -> &Arc<InheritedKeys> {
        &self.inherited
    }

    pub(crate) const fn runtimes(&self) -> &Arc<Runtimes> {
        &self.runtimes
    }

    /// The keys that all runtimes of this process share.
    pub(crate) fn keys(&self) -> &Keys {
        &self.pool().keys
    }

    pub(crate) fn close_idle(&self) {
        self.pool().idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The pool of this process. Creates a new one if the host has closed the descriptors of the old one.
    fn open_pool(&self) -> &Pool {
        self.usable_pool(|pool| pool.mark.is_open())
    }

    fn pool(&self) -> &Pool {
        self.usable_pool(|_| true)
    }

    fn usable_pool(&self, is_usable: impl FnOnce(&Pool) -> bool) -> &Pool {
        let make = || Ok::<_, Infallible>(Pool::new(&self.journey, Arc::clone(&self.inherited)));
        let Ok(pool) = self.pool.try_replace(make, is_usable, |former| former.mark.close_inherited());
        pool
    }
}

impl Pool {
    fn new(journey: &Journey, inherited: Arc<InheritedKeys>) -> Self {
        let keys = Arc::new(Keys::new(&journey.config, inherited, &journey.recorder));
        Self { keys, idle: Mutex::default(), mark: Mark::new() }
    }

    fn take(&self) -> Option<PooledRuntime> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a runtime for the next call. A runtime of another process is not kept, because the parent's threads may have locked
    /// its lock.
    fn put_back(&self, runtime: PooledRuntime) {
        if runtime.made_in != generation() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(runtime);
        }
    }
}

/// Does not close descriptors that the host has already closed: the host may have reused their numbers.
impl Drop for Pool {
    fn drop(&mut self) {
        if !self.mark.is_open() {
            forget(take(self.idle.get_mut().unwrap_or_else(PoisonError::into_inner)));
        }
    }
}

impl PooledRuntime {
    fn new(journey: &Arc<Journey>, runtimes: &Runtimes, pool: &Pool) -> Result<Self> {
        let runtime =
            runtimes.build().map_err(|error| Error::of_system(&error, "could not make a runtime"))?;
        let marked = pool.mark.put_on(&runtime);
        let client = Client::from_parts(Arc::clone(journey), Arc::clone(&pool.keys))?;
        Ok(Self { client: Some(client), runtime: Some(runtime), marked, made_in: generation() })
    }

    fn run(&self, operation: Erased<'_>, watch: Option<fn() -> bool>) -> Result<()> {
        let (Some(client), Some(runtime)) = (&self.client, &self.runtime) else {
            return Err(Error::new(ErrorCode::Internal));
        };
        let operation = operation(client.clone());
        runtime.block_on(async {
            match watch {
                None => operation.await,
                Some(watch) => unless_stopped(operation, watch).await,
            }
        })
    }
}

/// The result of `operation`, or an error when `watch` returned true, or forked.
async fn unless_stopped<T>(operation: impl Future<Output = Result<T>>, watch: fn() -> bool) -> Result<T> {
    let begun_in = generation();
    let (mut operation, mut stop) = (Box::pin(operation), pin!(told_to_stop(watch)));
    let result = poll_fn(|context| match operation.as_mut().poll(context) {
        Poll::Pending => stop.as_mut().poll(context).map(|()| Err(Error::new(ErrorCode::CallInterrupted))),
        ready @ Poll::Ready(_) => ready,
    })
    .await;
    if generation() != begun_in {
        // Dropping it would close the connection that the parent still uses.
        forget(operation);
    }
    result
}

/// Finishes when `watch` returns true, or in a child that `watch` forked, because the call belongs to the parent.
async fn told_to_stop(watch: fn() -> bool) {
    let begun_in = generation();
    // Not at once, because most calls end before a person loses patience.
    loop {
        sleep(WATCH_EVERY).await;
        if watch() || generation() != begun_in {
            return;
        }
    }
}

impl Drop for PooledRuntime {
    fn drop(&mut self) {
        let (client, runtime, marked) = (self.client.take(), self.runtime.take(), self.marked.take());
        if self.made_in != generation() {
            // A handler forked during a call, and the child returned into it. The parent's values have descriptor numbers that
            // may have been reused by now, and dropping them would close the parent's connections.
            forget((client, runtime, marked));
            return;
        }
        // Dropping must not wait for anything.
        let _held = HeldSigpipe::new();
        drop(marked);
        if let Some(runtime) = runtime {
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
    use crate::{Config, blocking, clock};

    #[tokio::test(start_paused = true)]
    async fn watch_is_called_ten_times_a_second_until_it_returns_true() {
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
    async fn a_watch_that_returns_false_changes_nothing() {
        let operation = async {
            sleep(10 * WATCH_EVERY).await;
            Ok(7)
        };
        assert_eq!(unless_stopped(operation, || false).await.unwrap(), 7);
    }

    #[test]
    fn a_blocking_call_ends_before_its_deadline_when_watch_returns_true() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", silent.local_addr().unwrap());
        let config = Config::builder("client").base_url(base_url).timeout(Duration::from_secs(60));
        let client = blocking::Client::new(config.build().unwrap()).unwrap().with_watch(|| true);
        // At the deadline, the error would be a timeout.
        assert_eq!(client.me("token").unwrap_err().code(), ErrorCode::CallInterrupted);
    }
}
