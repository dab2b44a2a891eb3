//! Waiting for another thread or process, with a limit that only a hang reaches.

use std::thread;
use std::time::{Duration, Instant};

/// No step of a test takes this long, even on the busiest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Polls until `condition` is true. Only for events without a signal that a test could wait for.
pub(crate) fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "waited a minute for {what}");
        // A pause, so that polling does not use up the processor.
        thread::sleep(Duration::from_millis(10));
    }
}
