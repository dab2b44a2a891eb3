//! The keys that forked children inherit: as text, because parsed keys contain locks.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::clock::{self, Instant};
use crate::process::Inherited;

use super::cached::Cached;

/// The newest keys of a process and of the children that it forks.
pub(crate) type InheritedKeys = Inherited<KeyText>;

#[derive(Debug)]
pub(crate) struct KeyText {
    jwks: String,
    since: Instant,
    /// In milliseconds after `since`.
    fresh_for: AtomicU64,
}

impl KeyText {
    fn of(keys: &Cached) -> Self {
        let text = Self { jwks: keys.jwks.clone(), since: clock::now(), fresh_for: AtomicU64::new(0) };
        text.renew(keys.fresh_until);
        text
    }

    fn renew(&self, fresh_until: Instant) {
        let fresh_for = fresh_until.saturating_duration_since(self.since).as_millis();
        self.fresh_for.store(u64::try_from(fresh_for).unwrap_or_default(), Relaxed);
    }

    /// The keys, as fresh as they were when they were published.
    fn revive(&self) -> Option<Cached> {
        let fresh_until = self.since + Duration::from_millis(self.fresh_for.load(Relaxed));
        Cached::new(self.jwks.clone(), fresh_until.saturating_duration_since(clock::now())).ok()
    }
}

/// The last keys of this process or of its parent, if any.
pub(super) fn inherit(inherited: &InheritedKeys) -> Option<Cached> {
    inherited.read(|newest| newest.and_then(KeyText::revive))
}

/// Lets children that are forked later inherit `keys`.
pub(super) fn publish(keys: &Cached, inherited: &InheritedKeys) {
    // Usually the same keys every hour, with only a new time.
    let same = inherited.read(|newest| {
        let same = newest.filter(|text| text.jwks == keys.jwks);
        same.map(|text| text.renew(keys.fresh_until)).is_some()
    });
    if !same {
        inherited.publish(KeyText::of(keys));
    }
}
