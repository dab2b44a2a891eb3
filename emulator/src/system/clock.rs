//! The one clock of the emulator, and how times are written for people.
//!
//! It returns Unix seconds, like the claims of a JWT (RFC 7519 section 2, `NumericDate`). A test can move it forward instead
//! of sleeping until something expires. It moves back only when everything is reset. Nothing else in the emulator asks the
//! system for the time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock, or a stopped clock, plus the time that tests have added.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Where it is stopped, in Unix milliseconds, if it is.
    stopped: Option<u64>,
    milliseconds_ahead: AtomicU64,
}

impl Clock {
    /// A clock that is stopped at the time of this call, and only moves when a test moves it.
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

    /// Removes the added time.
    pub(crate) fn reset(&self) {
        self.milliseconds_ahead.store(0, Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        let further = |ahead: u64| Some(ahead.saturating_add(milliseconds(by)));
        // The closure never returns `None`, so this cannot fail.
        let _ = self.milliseconds_ahead.fetch_update(Ordering::SeqCst, Ordering::SeqCst, further);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the time")]
fn system() -> u64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The time of day in UTC, of Unix seconds.
pub(crate) fn time_of_day(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02} UTC", seconds % 60)
}

/// A duration in its two largest units, such as `1 h 1 min`.
pub(crate) fn length(seconds: u64) -> String {
    let units =
        [(seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told =
        units.into_iter().skip_while(|(number, _)| *number == 0).take(2).filter(|(number, _)| *number > 0);
    let told: Vec<_> = told.map(|(number, unit)| format!("{number} {unit}")).collect();
    if told.is_empty() { "0 s".to_owned() } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_forward_by_the_given_seconds() {
        let clock = Clock::stopped();
        let before = clock.now_in_milliseconds();
        clock.advance(Duration::from_millis(3_600_500));
        assert_eq!((clock.now_in_milliseconds(), clock.ahead()), (before + 3_600_500, 3600));
        clock.reset();
        assert_eq!((clock.now_in_milliseconds(), clock.ahead()), (before, 0));
    }

    #[test]
    fn a_running_clock_is_the_systems_clock() {
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

    #[test]
    fn a_time_of_day_is_in_utc() {
        assert_eq!(time_of_day(1_700_000_000), "22:13:20 UTC");
        assert_eq!(time_of_day(86_400), "00:00:00 UTC");
    }

    #[test]
    fn a_duration_shows_its_two_largest_units() {
        let told = [0, 59, 60, 3661, 90_000, 86_405].map(length);
        assert_eq!(told, ["0 s", "59 s", "1 min", "1 h 1 min", "1 d 1 h", "1 d"]);
    }
}
