//! Waiting for what another thread or process does, with a limit that only a hang reaches.

use std::thread;
use std::time::{Duration, Instant};

/// No step of a test takes as long on the busiest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Polls until `condition` holds: for events that send no signal. Tests wait for a signal where there is one.
pub(crate) fn wait_for(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "waited a minute for {what}");
        // Only so that the question does not take the processor from the answer.
        thread::sleep(Duration::from_millis(10));
    }
}
