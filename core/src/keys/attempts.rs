//! How often keys are fetched: many tokens that do not verify must not cause many requests.

use std::time::Duration;

use crate::clock::{self, Instant};
use crate::error::{Error, Result};

/// The shortest time between two attempts to fetch keys, including failed ones.
pub(super) const COOLDOWN: Duration = Duration::from_secs(30);
/// While there are no keys at all, waiting calls get the last failure for this long.
pub(super) const SHARED_FAILURE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// When the last attempt began.
    pub(super) last: Option<Instant>,
    /// When the last attempt for a token that did not verify began.
    for_token: Option<Instant>,
    /// When and how the last attempt failed.
    failure: Option<(Instant, Error)>,
}

impl Attempts {
    pub(super) fn begin(&mut self) {
        self.last = Some(clock::now());
    }

    pub(super) fn begin_for_token(&mut self) {
        self.for_token = Some(clock::now());
    }

    pub(super) fn end<T>(&mut self, result: &Result<T>) {
        self.failure = result.as_ref().err().map(|error| (clock::now(), error.clone()));
    }

    pub(super) fn is_early(&self) -> bool {
        within(self.last, COOLDOWN)
    }

    /// Whether it is too early to fetch keys for a token. A regular fetch does not count, because the provider may have created a
    /// key just after it. A failed attempt always counts.
    pub(super) fn is_early_for_token(&self) -> bool {
        within(self.for_token, COOLDOWN) || (self.failure.is_some() && self.is_early())
    }

    pub(super) fn shared_failure(&self) -> Option<&Error> {
        self.failure.as_ref().filter(|(when, _)| within(Some(*when), SHARED_FAILURE)).map(|(_, error)| error)
    }
}

/// Whether `then` was less than `span` ago.
fn within(then: Option<Instant>, span: Duration) -> bool {
    then.is_some_and(|then| clock::now() < then + span)
}
