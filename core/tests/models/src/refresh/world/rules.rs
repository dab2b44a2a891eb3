//! What holds in every order.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Call, Caller, Fetch, OLD, Outcome, Reaction, State, World, world};
use crate::keys::{Cached, Keys};
use crate::stats::Recorder;

/// As in `keys/attempts.rs`.
const COOLDOWN: Duration = Duration::from_secs(30);
const SHARED_FAILURE: Duration = Duration::from_secs(1);

/// What the fetches since the last overtaking were, also those that were dropped.
#[derive(Default)]
pub(super) struct History {
    last: Option<Instant>,
    for_token: Option<Instant>,
    failure: Option<Instant>,
}

fn within(then: Option<Instant>, span: Duration) -> bool {
    then.is_some_and(|then| Instant::now() < then + span)
}

/// A fetch ended.
pub(crate) fn fetched(is_ok: bool) {
    let world = world().unwrap();
    let caller = world.polled();
    let caller = &mut world.callers.borrow_mut()[caller];
    if caller.fetches_alone() {
        world.history.borrow_mut().failure = (!is_ok).then(Instant::now);
    }
    if let Some(fetch) = &mut caller.fetch {
        fetch.has_succeeded = is_ok;
    }
}

impl World {
    /// What a call does that begins now; `None` when it depends on what others have begun.
    pub(super) fn expected(&self, call: Call) -> Option<Reaction> {
        let (callers, history, known) = (self.callers.borrow(), self.history.borrow(), self.known());
        if !self.polling.borrow().is_empty() || callers.iter().any(Caller::may_have_turn) {
            return None;
        }
        let is_fetching = callers.iter().any(Caller::fetches_alone);
        let is_early = within(history.last, COOLDOWN);
        let number = known.as_ref().map(|known| known.set.0);
        Some(match (call, known, number) {
            (Call::Import, ..) => Reaction::Nothing,
            (Call::Newer | Call::Newest, ..) if is_fetching => Reaction::Waits,
            (Call::Newer, _, Some(number)) if number != OLD => Reaction::Keys(number),
            (Call::Newer | Call::Newest, ..) if within(history.for_token, COOLDOWN) => Reaction::Nothing,
            (Call::Newer | Call::Newest, ..) if history.failure.is_some() && is_early => Reaction::Nothing,
            (Call::Current | Call::Ahead, Some(known), Some(number))
                if is_fresh(&known) || is_fetching || is_early =>
            {
                Reaction::Keys(number)
            }
            (Call::Current | Call::Ahead, None, _) if is_fetching => Reaction::Waits,
            (Call::Current | Call::Ahead, None, _) if within(history.failure, SHARED_FAILURE) => {
                Reaction::Failure
            }
            _ => Reaction::Fetches,
        })
    }

    /// Checks the outcome of a call.
    pub(super) fn judge(&self, number: usize, outcome: &Outcome) {
        let (callers, known) = (self.callers.borrow(), self.known());
        let caller = &callers[number];
        assert!(Instant::now() <= caller.deadline, "call {number} ends too late");
        let number_known = known.as_ref().map(|known| known.set.0);
        match outcome {
            Outcome::Keys(keys) => {
                assert!(Some(keys.set.0) >= caller.knew, "call {number} gets older keys than there were");
                let own = caller.fetch.as_ref().filter(|fetch| fetch.has_succeeded).map(|fetch| fetch.number);
                assert!(Some(keys.set.0) >= own, "call {number} gets older keys than it fetched");
                assert!(
                    !caller.call.needs_newer() || Some(keys.set.0) != caller.seen,
                    "call {number} gets no newer keys"
                );
                assert!(
                    caller.was_interrupted || Some(keys.set.0) == number_known,
                    "call {number} gets {keys:?}, but there are {known:?}"
                );
            }
            Outcome::Failure(_) => {
                assert!(
                    caller.was_interrupted || known.is_none(),
                    "call {number} fails, but there are {known:?}"
                );
            }
            Outcome::Nothing if caller.call == Call::Import => {
                assert!(caller.was_interrupted || known.is_some_and(|known| is_fresh(&known)));
            }
            Outcome::Nothing => {
                assert!(
                    caller.was_interrupted || number_known == caller.seen,
                    "call {number} finds no newer keys, but there are {known:?}"
                );
            }
        }
    }

    /// A call begins to fetch: may it?
    pub(super) fn fetches(&self, number: usize) {
        let known = self.known();
        let mut callers = self.callers.borrow_mut();
        let mut history = self.history.borrow_mut();
        let (has_waited, was_interrupted) =
            (callers[number].has_waited_for_half_of_its_time(), callers[number].was_interrupted);
        // What it overtook may have ended since.
        let mut overtakes = has_waited && was_interrupted;
        let mut is_overtaken = false;
        for (other, rival) in callers.iter_mut().enumerate() {
            let may_have_turn =
                rival.may_have_turn() || (rival.waits() && self.polling.borrow().contains(&other));
            overtakes |= has_waited && other != number && may_have_turn;
            if rival.fetches_alone()
                && let Some(fetch) = &mut rival.fetch
            {
                assert!(has_waited || was_interrupted, "calls {other} and {number} fetch at the same time");
                // Without having waited, it got the turn just before the other one lost patience.
                fetch.is_overtaken = has_waited;
                is_overtaken = !has_waited;
                overtakes |= has_waited;
            }
        }
        let fetch = self.next_fetch.replace(self.next_fetch.get() + 1);
        callers[number].fetch = Some(Fetch { number: fetch, is_overtaken, has_succeeded: false });
        if is_overtaken {
            return;
        }
        if overtakes {
            *history = History::default();
        }
        let is_early = within(history.last, COOLDOWN);
        if callers[number].call.needs_newer() {
            assert!(!within(history.for_token, COOLDOWN), "two fetches for tokens");
            assert!(!(history.failure.is_some() && is_early), "a fetch for a token after a failure");
            history.for_token = Some(Instant::now());
        } else if was_interrupted {
            // There may be other keys since it decided to fetch.
        } else if let Some(known) = &known {
            assert!(!is_fresh(known), "fresh keys are fetched again");
            assert!(!is_early, "stale keys are fetched too often");
        } else {
            assert!(!within(history.failure, SHARED_FAILURE), "a failure is not shared");
        }
        history.last = Some(Instant::now());
    }

    /// Newer keys are never replaced by older ones.
    pub(super) fn check_age(&self) {
        let (number, newest) = (self.known().map(|known| known.set.0), self.newest.get());
        assert!(number >= newest, "older keys replace newer ones: {number:?} after {newest:?}");
        self.newest.set(number);
    }

    /// What holds between all steps.
    pub(super) fn check(&self) {
        let known = self.known();
        let child = Keys::new(&self.config, Arc::clone(&self.inherited), &Recorder).known();
        let of = |cached: Option<Arc<Cached>>| {
            cached.map(|cached| (cached.set.0, cached.fresh_until.max(Instant::now())))
        };
        assert_eq!(of(child), of(known), "what a child inherits, and what there is");
        let callers = self.callers.borrow();
        let may_go_on = callers
            .iter()
            .any(|caller| caller.is_woken() || caller.is_in_flight() || caller.state == State::Lost);
        let pending = callers.iter().position(|caller| caller.state == State::Pending);
        assert!(may_go_on || pending.is_none(), "call {pending:?} waits for no fetch");
        let patient = |caller: &&Caller| {
            caller.state == State::Pending
                && caller.waits()
                && !caller.is_woken()
                && caller.has_waited_for_half_of_its_time()
        };
        for caller in callers.iter().filter(patient) {
            let waits_for = callers
                .iter()
                .position(|other| other.fetches_alone() && other.fetch_number() < caller.next_fetch);
            assert!(waits_for.is_none(), "a call waits for call {waits_for:?} for too long");
        }
    }
}

fn is_fresh(cached: &Cached) -> bool {
    Instant::now() < cached.fresh_until
}
