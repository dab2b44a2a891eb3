//! The operations for callers with an event loop of another kind, such as Python's: they must not wait, and cannot poll.
//!
//! An *engine* is a thread that runs the operations, and one that delivers what came of them, several at a time when
//! they come fast. It starts with the first operation and belongs to one process: a forked child makes its own. It ends
//! with the last of its operations, once nobody can start another.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::Builder;

use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::blocking;
use crate::client::Client;
use crate::error::{Error, ErrorCode, Result};
use crate::keys::{InheritedKeys, Keys};
use crate::login::Journey;
use crate::process::{PerProcess, generation};

/// Runs operations in the background and delivers values of type `D`.
pub struct Background<D> {
    journey: Arc<Journey>,
    inherited: Arc<InheritedKeys>,
    deliver: fn(Vec<D>),
    engine: PerProcess<Engine<D>>,
}

impl<D> fmt::Debug for Background<D> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Background(..)")
    }
}

/// What one process has.
struct Engine<D> {
    client: Client,
    handle: Handle,
    done: Sender<D>,
    running: Arc<Running>,
}

/// Held by an engine and its operations: when nobody holds it any more, the threads end.
type Running = oneshot::Sender<()>;

/// An operation on its way.
#[derive(Debug)]
pub struct Task {
    handle: AbortHandle,
    made_in: u64,
}

impl Task {
    /// Drops the operation, and with it its request. Nothing is delivered then, unless it was done already.
    ///
    /// In a forked child nothing happens: the operation is its parent's, and so are the locks around it.
    pub fn cancel(&self) {
        if self.made_in == generation() {
            self.handle.abort();
        }
    }
}

impl<D: Send + 'static> Background<D> {
    /// Will run the operations of `client` and hand what comes of them to `deliver`, on a thread of its own. Starts
    /// nothing yet.
    pub fn new(client: &blocking::Client, deliver: fn(Vec<D>)) -> Self {
        let (journey, inherited) = (Arc::clone(client.journey()), Arc::clone(client.inherited()));
        Self { journey, inherited, deliver, engine: PerProcess::new() }
    }

    /// Starts an operation.
    ///
    /// # Errors
    /// `internal` when no thread or runtime can be made, `network_tls` when this system trusts no certificates at all.
    pub fn start<F>(&self, operation: impl FnOnce(Client) -> F) -> Result<Task>
    where
        F: Future<Output = D> + Send + 'static,
    {
        let engine = self.engine()?;
        let work = operation(engine.client.clone());
        let (done, running) = (engine.done.clone(), Arc::clone(&engine.running));
        let task = engine.handle.spawn(async move {
            // The other thread receives as long as anybody can send.
            let _ = done.send(work.await);
            drop(running);
        });
        Ok(Task { handle: task.abort_handle(), made_in: generation() })
    }

    fn engine(&self) -> Result<&Engine<D>> {
        self.engine.try_get(|| Engine::start(&self.journey, Arc::clone(&self.inherited), self.deliver))
    }
}

impl<D: Send + 'static> Engine<D> {
    fn start(journey: &Arc<Journey>, inherited: Arc<InheritedKeys>, deliver: fn(Vec<D>)) -> Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(no_thread)?;
        let keys = Arc::new(Keys::new(&journey.config, inherited));
        let client = Client::from_parts(Arc::clone(journey), keys)?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel();
        let (done, finished) = mpsc::channel();
        let run = move || run(&runtime, ended);
        Builder::new().name("clever-sso".into()).spawn(run).map_err(no_thread)?;
        let courier = move || courier(&finished, deliver);
        Builder::new().name("clever-sso-done".into()).spawn(courier).map_err(no_thread)?;
        Ok(Self { client, handle, done, running: Arc::new(running) })
    }
}

/// Turns the reactor until the engine and all its operations are gone.
fn run(runtime: &Runtime, ended: oneshot::Receiver<()>) {
    // Nothing is ever sent: it ends by its sender being dropped.
    let _ = runtime.block_on(ended);
}

/// Delivers what is done, all of it that is there, until nobody can send any more.
fn courier<D>(finished: &Receiver<D>, deliver: fn(Vec<D>)) {
    while let Ok(first) = finished.recv() {
        let mut batch = vec![first];
        batch.extend(finished.try_iter());
        deliver(batch);
    }
}

fn no_thread(_: std::io::Error) -> Error {
    Error::with_detail(ErrorCode::Internal, "no thread or runtime could be made: a limit of this process?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use clever_emulator::{Emulator, Options};
    use std::sync::{Mutex, OnceLock};
    use std::time::{Duration, Instant};

    const PATIENCE: Duration = Duration::from_secs(10);

    fn background<D: Send + 'static>(emulator: &Emulator, deliver: fn(Vec<D>)) -> Background<D> {
        let config = Config::builder("client").base_url(emulator.base_url()).build().unwrap();
        Background::new(&blocking::Client::new(config).unwrap(), deliver)
    }

    fn wait_for(done: impl Fn() -> bool) {
        let begun = Instant::now();
        while !done() {
            assert!(begun.elapsed() < PATIENCE, "it did not come");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn what_comes_of_an_operation_is_delivered() {
        static SEEN: Mutex<Vec<bool>> = Mutex::new(Vec::new());
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, |batch| SEEN.lock().unwrap().extend(batch));
        for _ in 0..20 {
            background.start(|client| async move { client.warm_up().await.is_ok() }).unwrap();
        }
        wait_for(|| SEEN.lock().unwrap().len() == 20);
        assert!(SEEN.lock().unwrap().iter().all(|right| *right));
    }

    #[test]
    fn operations_on_their_way_are_brought_to_an_end_when_nobody_can_start_another() {
        static SEEN: Mutex<Vec<bool>> = Mutex::new(Vec::new());
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, |batch| SEEN.lock().unwrap().extend(batch));
        let started = background.start(|client| async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            client.warm_up().await.is_ok()
        });
        drop(background);
        started.unwrap();
        wait_for(|| *SEEN.lock().unwrap() == [true]);
    }

    #[test]
    fn the_threads_end_with_the_last_operation() {
        static DELIVERIES: Mutex<()> = Mutex::new(());
        let alive = |_: Vec<Arc<()>>| drop(DELIVERIES.lock());
        let emulator = Emulator::start(Options::new()).unwrap();
        let (background, witness) = (background(&emulator, alive), Arc::new(()));
        let held = Arc::clone(&witness);
        background.start(|_| async move { std::future::pending::<Arc<()>>().await }).unwrap().cancel();
        background.start(|_| async move { held }).unwrap();
        let engine = Arc::downgrade(&background.engine().unwrap().running);
        drop(background);
        wait_for(|| engine.strong_count() == 0 && Arc::strong_count(&witness) == 1);
    }

    #[test]
    fn a_cancelled_operation_is_dropped_and_delivers_nothing() {
        struct Dropped(Arc<OnceLock<()>>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                let _ = self.0.set(());
            }
        }
        static SEEN: Mutex<Vec<()>> = Mutex::new(Vec::new());
        let emulator = Emulator::start(Options::new()).unwrap();
        let background = background(&emulator, |batch| SEEN.lock().unwrap().extend(batch));
        let gone = Arc::new(OnceLock::new());
        let dropped = Dropped(Arc::clone(&gone));
        let task = background.start(|_| async move {
            let _held = dropped;
            std::future::pending::<()>().await;
        });
        task.unwrap().cancel();
        wait_for(|| gone.get().is_some());
        assert!(SEEN.lock().unwrap().is_empty());
    }
}
