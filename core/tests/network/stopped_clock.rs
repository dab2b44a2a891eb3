//! Time that passes only when a test says so, with real sockets.
//!
//! Tokio advances a paused clock by itself when nothing is left to do, and does not see that a response is on its way through the
//! kernel: a deadline would pass first. It does not advance the clock while a blocking task runs, so one runs all the time.

use std::sync::mpsc::channel;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::advance;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Only a test that hangs takes this long. Then the clock continues, all deadlines pass, and the test fails.
pub(crate) const HANGS: Duration = Duration::from_secs(60);
/// Longer than the longest pause of the backoff, and so short that five of them end before a usual deadline.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Notifies a test when the library pauses between two attempts: the library logs it, and then waits for the clock.
pub(crate) struct Pauses(UnboundedReceiver<()>);

impl Pauses {
    /// Waits until a pause has begun.
    pub(crate) async fn next(&mut self) {
        self.0.recv().await.unwrap();
    }

    /// Waits for `call`, and lets each pause between attempts pass at once.
    pub(crate) async fn skip<T>(&mut self, call: impl Future<Output = T>) -> T {
        let skipping = async {
            loop {
                self.next().await;
                advance(LONGEST_PAUSE).await;
            }
        };
        tokio::select! { result = call => result, () = skipping => unreachable!() }
    }
}

/// Runs `test` while the clock stands still.
pub(crate) fn run<T>(test: impl AsyncFnOnce(&mut Pauses) -> T) -> T {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let (holding, held) = channel::<()>();
    runtime.spawn_blocking(move || held.recv_timeout(HANGS));
    let (tell, told) = unbounded_channel();
    let result =
        tracing::subscriber::with_default(Listener(tell), || runtime.block_on(test(&mut Pauses(told))));
    drop(holding);
    result
}

struct Listener(UnboundedSender<()>);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("clever_sso::transport")
    }

    fn event(&self, event: &Event<'_>) {
        struct IsPause(bool);
        impl Visit for IsPause {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                self.0 |= field.name() == "message" && format!("{value:?}") == "sending again";
            }
        }
        let mut is_pause = IsPause(false);
        event.record(&mut is_pause);
        if is_pause.0 {
            let _ = self.0.send(());
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
