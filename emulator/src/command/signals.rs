//! The signals that end the emulator.
//!
//! Process 1 of a container gets no signal that it has no handler for, so the default action is not enough.

use std::io;
use std::process;
use std::thread;

use tokio::runtime::{Builder, Runtime};

/// Ends this process, with exit code 0, when it is told to by SIGTERM or Ctrl-C. Nothing has to be saved or removed: all
/// that the emulator knows is in its memory. Process 1 also ends by SIGHUP and SIGQUIT, as any other does without a handler.
#[expect(clippy::disallowed_methods, reason = "it waits for a signal as long as the process lives")]
pub(crate) fn end_process_on_request() -> io::Result<()> {
    let runtime = runtime()?;
    // The handlers are there when this returns.
    let request = runtime.block_on(async { end_request() })?;
    let wait = move || {
        runtime.block_on(request);
        process::exit(0)
    };
    thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
}

/// An event loop for signals, on the thread that uses it.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_io().build()
}

#[cfg(unix)]
fn end_request() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::signal::unix::{SignalKind, signal};

    let mut kinds = vec![SignalKind::terminate(), SignalKind::interrupt()];
    if process::id() == 1 {
        kinds.extend([SignalKind::hangup(), SignalKind::quit()]);
    }
    let mut signals = kinds.into_iter().map(signal).collect::<io::Result<Vec<_>>>()?;
    Ok(poll_fn(move |context| {
        let arrived = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if arrived { Poll::Ready(()) } else { Poll::Pending }
    }))
}

#[cfg(not(unix))]
fn end_request() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
