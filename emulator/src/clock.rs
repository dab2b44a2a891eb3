//! The one clock of the emulator.
//!
//! It yields Unix seconds, as the claims of a JWT count them (RFC 7519 section 2, `NumericDate`), and can be
//! moved forward, so that a test of an expiry need not sleep. It moves back only when everything is reset, and nothing
//! else in the emulator asks the system for the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock, or one that stands still, plus what the tests have added to it.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Where it stands, in Unix milliseconds, if it does.
    stopped: Option<u64>,
    milliseconds_ahead: AtomicU64,
}

impl Clock {
    /// A clock that stands still at the time of this call, and moves only when it is told to.
    pub(crate) fn stopped() -> Self {
        Self { stopped: Some(system()), ..Self::default() }
    }

    /// Unix seconds.
    pub(crate) fn now(&self) -> u64 {
        self.now_in_milliseconds() / 1000
    }

    /// Unix milliseconds.
    pub(crate) fn now_in_milliseconds(&self) -> u64 {
        let base = self.stopped.unwrap_or_else(system);
        base.saturating_add(self.milliseconds_ahead.load(Ordering::SeqCst))
    }

    /// How many seconds it was moved forward.
    pub(crate) fn ahead(&self) -> u64 {
        self.milliseconds_ahead.load(Ordering::SeqCst) / 1000
    }

    /// Back to the time without what was added.
    pub(crate) fn reset(&self) {
        self.milliseconds_ahead.store(0, Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let further = |ahead: u64| Some(ahead.saturating_add(milliseconds(by)));
        // The closure never returns `None`, so there is no failure to look at.
        let _ = self.milliseconds_ahead.fetch_update(Ordering::SeqCst, Ordering::SeqCst, further);
    }
}

fn system() -> u64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_forward_by_what_it_is_told() {
        let clock = Clock::stopped();
        let before = clock.now_in_milliseconds();
        clock.advance(Duration::from_millis(3_600_500));
        assert_eq!((clock.now_in_milliseconds(), clock.ahead()), (before + 3_600_500, 3600));
        clock.reset();
        assert_eq!((clock.now_in_milliseconds(), clock.ahead()), (before, 0));
    }

    #[test]
    fn a_clock_that_was_not_stopped_is_the_systems() {
        let (clock, before) = (Clock::default(), system());
        let read = clock.now_in_milliseconds();
        assert!((before..=system()).contains(&read));
    }

    #[test]
    fn the_clock_saturates_instead_of_wrapping() {
        let clock = Clock::default();
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), u64::MAX / 1000);
    }
}
