//! The signals that end the emulator.
//!
//! Process 1 of a container gets no signal that it has no handler for, so the default action is not enough.

use std::io;
use std::process;
use std::thread;

use tokio::runtime::{Builder, Runtime};

use super::output::flush;

#[cfg(unix)]
pub(crate) mod mask;

/// Ends this process with exit code 0 on SIGTERM or Ctrl-C. Nothing has to be saved or removed: all data of the emulator is in
/// its memory. Process 1 also ends on SIGHUP and SIGQUIT, which end any other process without a handler. These signals are no
/// longer blocked after this.
#[expect(clippy::disallowed_methods, reason = "it waits for a signal as long as the process runs")]
pub(crate) fn end_process_on_request() -> io::Result<()> {
    #[cfg(unix)]
    mask::unblock(&that_end());
    let runtime = runtime()?;
    // The handlers are installed when this returns.
    let request = runtime.block_on(async { end_request() })?;
    let wait = move || {
        runtime.block_on(request);
        flush();
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

    let kinds = that_end().into_iter().map(SignalKind::from_raw);
    let mut signals = kinds.map(signal).collect::<io::Result<Vec<_>>>()?;
    Ok(poll_fn(move |context| {
        let arrived = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if arrived { Poll::Ready(()) } else { Poll::Pending }
    }))
}

#[cfg(unix)]
fn that_end() -> Vec<libc::c_int> {
    let mut numbers = vec![libc::SIGTERM, libc::SIGINT];
    if process::id() == 1 {
        numbers.extend([libc::SIGHUP, libc::SIGQUIT]);
    }
    numbers
}

#[cfg(not(unix))]
fn end_request() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    let mut pressed = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        pressed.recv().await;
    })
}
