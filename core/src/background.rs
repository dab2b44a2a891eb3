//! The operations for callers with their own event loop, such as Python's, which must not block and cannot poll.
//!
//! An *engine* is two threads: one runs the operations, the other delivers their results, several at a time if they arrive
//! quickly. It starts with the first operation and belongs to one process: a forked child makes its own. When no more operations
//! can start, it ends after the last one.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::blocking;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::keys::{InheritedKeys, Keys};
use crate::login::Journey;
use crate::process::{self, Mark, PerProcess, generation, prepare_thread};
use crate::runtimes::{Runtimes, end_with, with_variables};

/// Runs operations in the background and delivers values of type `D`.
pub struct Background<D> {
    journey: Arc<Journey>,
    inherited: Arc<InheritedKeys>,
    runtimes: Arc<Runtimes>,
    deliver: fn(Vec<D>),
    engine: PerProcess<Engine<D>>,
}

impl<D> fmt::Debug for Background<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Background(..)")
    }
}

/// The engine of one process.
struct Engine<D> {
    client: Client,
    handle: Handle,
    done: Sender<D>,
    running: Arc<Running>,
    /// Identifies the descriptors of this engine in a forked child.
    mark: Arc<Mark>,
}

/// Held by an engine and its operations. When all of them have dropped it, the threads end.
type Running = oneshot::Sender<()>;

/// An operation in progress.
#[derive(Debug)]
pub struct Task {
    handle: AbortHandle,
    made_in: u64,
}

impl Task {
    /// Drops the operation and its request. No result is delivered, unless the operation had already finished.
    ///
    /// In a forked child, this does nothing: the operation and its locks belong to the parent.
    pub fn cancel(&self) {
        if self.made_in == generation() {
            self.handle.abort();
        }
    }
}

impl<D: Send + 'static> Background<D> {
    /// Prepares to run the operations of `client` and to deliver their results to `deliver` on a separate thread. Does not start
    /// the threads yet.
    pub fn new(client: &blocking::Client, deliver: fn(Vec<D>)) -> Self {
        let (journey, inherited) = (Arc::clone(client.journey()), Arc::clone(client.inherited()));
        let runtimes = Arc::clone(client.runtimes());
        Self { journey, inherited, runtimes, deliver, engine: PerProcess::new() }
    }

    /// Starts an operation.
    ///
    /// # Errors
    /// `limit_reached` when no thread or runtime can be created, `network_tls` when this system trusts no certificates at all.
    pub fn start<F>(&self, operation: impl FnOnce(Client) -> F + Send) -> Result<Task>
    where
        F: Future<Output = D> + Send + 'static,
    {
        with_variables(|| self.start_here(operation))
    }

    #[expect(clippy::disallowed_methods, reason = "the engine runs operations that outlive their call")]
    fn start_here<F>(&self, operation: impl FnOnce(Client) -> F) -> Result<Task>
    where
        F: Future<Output = D> + Send + 'static,
    {
        let engine = self.engine()?;
        let work = operation(engine.client.clone());
        let (done, running) = (engine.done.clone(), Arc::clone(&engine.running));
        let task = engine.handle.spawn(async move {
            // The other thread receives results as long as a sender exists.
            let _ = done.send(work.await);
            drop(running);
        });
        Ok(Task { handle: task.abort_handle(), made_in: generation() })
    }

    fn engine(&self) -> Result<&Engine<D>> {
        let start = || Engine::start(self);
        self.engine.try_replace(start, |engine| engine.mark.is_open(), |former| former.mark.close_inherited())
    }
}

impl<D: Send + 'static> Engine<D> {
    fn start(owner: &Background<D>) -> Result<Self> {
        let runtime = owner.runtimes.build().map_err(|error| no_thread(&error))?;
        let (journey, inherited) = (&owner.journey, Arc::clone(&owner.inherited));
        let keys = Arc::new(Keys::new(&journey.config, inherited, &journey.recorder));
        let deliver = owner.deliver;
        let client = Client::from_parts(Arc::clone(journey), keys)?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel();
        let (done, finished) = mpsc::channel();
        let mark = Arc::new(Mark::new());
        let marked = mark.put_on(&runtime);
        let known = Arc::clone(&mark);
        let run = move || {
            end_with(known);
            run(&runtime, ended);
            drop(marked);
        };
        process::spawn("clever-sso", run).map_err(|error| no_thread(&error))?;
        let courier = move || courier(&finished, deliver);
        process::spawn("clever-sso-done", courier).map_err(|error| no_thread(&error))?;
        Ok(Self { client, handle, done, running: Arc::new(running), mark })
    }
}

/// Runs the reactor until the engine and all its operations are gone.
fn run(runtime: &Runtime, ended: oneshot::Receiver<()>) {
    prepare_thread();
    // Nothing is ever sent on this channel: the wait ends when the sender is dropped.
    let _ = runtime.block_on(ended);
}

/// Delivers all available results, until no sender is left.
fn courier<D>(finished: &Receiver<D>, deliver: fn(Vec<D>)) {
    while let Ok(first) = finished.recv() {
        let mut batch = vec![first];
        batch.extend(finished.try_iter());
        // Later results are still delivered if this delivery panics.
        let _ = catch_unwind(AssertUnwindSafe(|| deliver(batch)));
    }
}

fn no_thread(error: &std::io::Error) -> Error {
    Error::of_system(error, "could not make a thread or runtime")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::stopped_clock::HANGS;
    use clever_emulator::{Emulator, Options};
    use std::cell::RefCell;
    use std::future::pending;
    use std::sync::mpsc::{RecvTimeoutError, channel};

    fn background<D: Send + 'static>(emulator: &Emulator, deliver: fn(Vec<D>)) -> Background<D> {
        let config = Config::builder("client").base_url(emulator.base_url()).build().unwrap();
        Background::new(&blocking::Client::new(config).unwrap(), deliver)
    }

    /// A result, and the channel to the test that waits for it.
    type Told = (Sender<bool>, bool);

    fn tell(batch: Vec<Told>) {
        for (waiting, right) in batch {
            waiting.send(right).unwrap();
        }
    }

    /// Waits until the other end is dropped.
    fn is_dropped<T>(other_end: &Receiver<T>) -> bool {
        matches!(other_end.recv_timeout(HANGS), Err(RecvTimeoutError::Disconnected))
    }

    #[test]
    fn the_result_of_an_operation_is_delivered() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, tell);
        let (waiting, told) = channel();
        for _ in 0..20 {
            let waiting = waiting.clone();
            background.start(async |client| (waiting, client.warm_up().await.is_ok())).unwrap();
        }
        for _ in 0..20 {
            assert!(told.recv_timeout(HANGS).unwrap());
        }
    }

    #[test]
    fn a_running_operation_finishes_after_its_background_is_dropped() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, tell);
        let ((waiting, told), (go, gone)) = (channel(), oneshot::channel::<()>());
        let started = background.start(|client| async move {
            gone.await.unwrap();
            (waiting, client.warm_up().await.is_ok())
        });
        drop(background);
        started.unwrap();
        go.send(()).unwrap();
        assert!(told.recv_timeout(HANGS).unwrap());
    }

    #[test]
    fn a_delivery_that_panics_does_not_stop_later_ones() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, |batch: Vec<Told>| {
            for (waiting, right) in batch {
                assert!(right, "the delivery panics on purpose");
                waiting.send(right).unwrap();
            }
        });
        let ((lost, never_told), (waiting, told)) = (channel(), channel());
        background.start(async |_| (lost, false)).unwrap();
        assert!(is_dropped(&never_told));
        background.start(async |_| (waiting, true)).unwrap();
        assert!(told.recv_timeout(HANGS).unwrap());
    }

    #[test]
    fn the_threads_end_with_the_last_operation() {
        thread_local!(static KEPT: RefCell<Vec<Sender<()>>> = const { RefCell::new(Vec::new()) });
        // This value is dropped when the delivering thread ends.
        let keep = |batch| KEPT.with_borrow_mut(|kept| kept.extend(batch));
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, keep);
        let ((delivered, delivery), (runs, running)) = (channel(), channel::<()>());
        background.start(|_| pending()).unwrap().cancel();
        background.start(async |_| delivered).unwrap();
        // A task that never finishes is dropped with its runtime, when the thread of the runtime ends.
        background.engine().unwrap().handle.spawn(async move {
            let _runs = runs;
            pending::<()>().await;
        });
        drop(background);
        assert!(is_dropped(&running) && is_dropped(&delivery));
    }

    #[test]
    fn a_cancelled_operation_is_dropped_and_delivers_nothing() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, tell);
        let (waiting, told) = channel();
        let task = background.start(|_| async move {
            pending::<()>().await;
            (waiting, true)
        });
        task.unwrap().cancel();
        assert!(is_dropped(&told));
    }
}
