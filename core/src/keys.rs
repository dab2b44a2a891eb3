//! Clever's keys: discovered, cached, refreshed, kept when Clever is down, and inherited by forked children.
//!
//! This file decides which keys a caller gets, and whether to fetch them first. The other parts are in `keys/`:
//!
//! - `cached`: how long keys are fresh;
//! - `attempts`: how often they are fetched;
//! - `fetching`: where the keys are, and in which order discovery and keys are fetched;
//! - `export`: the keys as text, for another process;
//! - `inheritance`: the keys of a forked child.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout_at;

use crate::clock::{self, Instant};
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::runtimes;
use crate::shared::Shared;
use crate::stats::Recorder;
use crate::transport::Transport;

mod attempts;
mod cached;
mod export;
mod fetching;
mod inheritance;

use attempts::Attempts;
pub(crate) use cached::Cached;
use fetching::{Discovery, Source};
pub(crate) use inheritance::InheritedKeys;

/// The keys of one issuer, for all callers of one process.
#[derive(Debug)]
pub(crate) struct Keys {
    source: Source,
    /// Whether a login is likely to need keys: the last code exchange returned an ID token, or there was no exchange yet.
    wanted: AtomicBool,
    cached: Shared<Option<Arc<Cached>>>,
    /// For the children of this process.
    inherited: Arc<InheritedKeys>,
    /// Locked by the caller that is fetching, and replaced when that caller seems to be stuck.
    turn: Shared<Arc<Mutex<Turn>>>,
    /// How many fetches have begun.
    fetches: AtomicU64,
    recorder: Recorder,
}

/// What the fetching caller knows about earlier fetches.
#[derive(Debug, Default)]
struct Turn {
    attempts: Attempts,
    /// The address of the keys in the last discovery document.
    found: Option<String>,
}

impl Keys {
    /// Starts with the keys in `inherited`, if there are any. Keys that are fetched later are published there.
    pub(crate) fn new(config: &Config, inherited: Arc<InheritedKeys>, recorder: &Recorder) -> Self {
        Self {
            source: Source::new(config),
            wanted: AtomicBool::new(true),
            cached: Shared::new(inheritance::inherit(&inherited).map(Arc::new)),
            inherited,
            turn: Shared::default(),
            fetches: AtomicU64::new(0),
            recorder: recorder.clone(),
        }
    }

    /// The cached keys, if they are fresh. Nearly every login takes this path.
    pub(crate) fn fresh(&self) -> Option<Arc<Cached>> {
        self.fresh_at(clock::now())
    }

    pub(crate) fn fresh_at(&self, now: Instant) -> Option<Arc<Cached>> {
        self.cached().filter(|cached| now < cached.fresh_until)
    }

    /// The keys to verify with: fresh ones if possible, otherwise the last ones that were fetched.
    pub(crate) async fn current(&self, transport: &Transport, deadline: Instant) -> Result<Arc<Cached>> {
        self.fresh_or_fetched(Discovery::First, transport, deadline).await
    }

    /// The keys for a login whose code is being exchanged, in as few round trips as possible. `None` when an ID token is unlikely
    /// and the keys would have to be fetched.
    pub(crate) async fn ahead(
        &self,
        transport: &Transport,
        deadline: Instant,
    ) -> Option<Result<Arc<Cached>>> {
        if self.wanted.load(Relaxed) {
            return Some(self.fresh_or_fetched(Discovery::Beside, transport, deadline).await);
        }
        self.fresh().map(Ok)
    }

    /// Remembers from a code exchange whether the application gets ID tokens.
    pub(crate) fn learn(&self, got_id_token: bool) {
        self.wanted.store(got_id_token, Relaxed);
    }

    /// Keys that are newer than `seen`, which did not verify a token: the provider may have changed them, even under the same
    /// `kid`. `None` when it is too early to fetch again, or when the fetch failed.
    pub(crate) async fn newer(
        &self,
        seen: &Arc<Cached>,
        transport: &Transport,
        deadline: Instant,
    ) -> Option<Arc<Cached>> {
        let newer = || self.cached().filter(|cached| !Arc::ptr_eq(cached, seen));
        if let Ok(mut turn) = self.turn(deadline).await
            && newer().is_none()
            && !turn.attempts.is_early_for_token()
        {
            turn.attempts.begin_for_token();
            let _ = self.fetch(&mut turn, Discovery::First, transport, deadline).await;
        }
        // Or the keys that another call fetched in the meantime.
        newer()
    }

    /// The cached keys, without a request.
    pub(crate) fn known(&self) -> Option<Arc<Cached>> {
        self.cached()
    }

    /// Whether the last code exchange returned an ID token, or there was none yet.
    pub(crate) fn are_wanted(&self) -> bool {
        self.wanted.load(Relaxed)
    }

    /// The cached keys as text.
    pub(crate) fn export(&self, cached: &Cached) -> Result<String> {
        export::export(&self.source.issuer, cached)
    }

    /// Imports keys that another process exported, unless there are fresh ones already.
    pub(crate) fn import(&self, text: &str) -> Result<()> {
        let imported = export::import(&self.source.issuer, text)?;
        self.keep(imported, Cached::is_fresh);
        Ok(())
    }

    async fn fresh_or_fetched(
        &self,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        // Check this first: it must not count as a failed attempt, which other callers would get.
        runtimes::of_the_caller()?;
        let mut turn = match (self.cached(), self.current_turn().try_lock_owned()) {
            (_, Ok(turn)) => turn,
            // Another caller is fetching: use the old keys.
            (Some(stale), Err(_)) => return Ok(stale),
            (None, Err(_)) => match self.turn(deadline).await {
                Ok(turn) => turn,
                // A third call may have fetched keys in the meantime.
                Err(error) => return self.cached().ok_or(error),
            },
        };
        self.settle(&mut turn, discovery, transport, deadline).await
    }

    async fn settle(
        &self,
        turn: &mut Turn,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        match (self.cached(), turn.attempts.shared_failure()) {
            (Some(cached), _) if cached.is_fresh() || turn.attempts.is_early() => return Ok(cached),
            (None, Some(failure)) => return Err(failure.clone()),
            _ => {}
        }
        match (self.fetch(turn, discovery, transport, deadline).await, self.cached()) {
            (Err(_), Some(stale)) => Ok(stale),
            (result, _) => result,
        }
    }

    /// Waits until no other caller is fetching, but only until this caller's own deadline: the other caller's may be later.
    ///
    /// The fetching call may be on a runtime that no thread runs anymore. So a call that has waited for half of its time fetches
    /// the keys itself.
    async fn turn(&self, deadline: Instant) -> Result<OwnedMutexGuard<Turn>> {
        runtimes::of_the_caller()?;
        let (now, seen) = (clock::now(), self.current_turn());
        let half = now + deadline.saturating_duration_since(now) / 2;
        if let Ok(turn) = timeout_at(half, Arc::clone(&seen).lock_owned()).await
            // If it was replaced in the meantime, another call is fetching.
            && Arc::ptr_eq(&seen, &self.current_turn())
        {
            return Ok(turn);
        }
        let next = self.turn_after(&seen);
        timeout_at(deadline, next.lock_owned()).await.map_err(|_| {
            Error::with_detail(ErrorCode::NetworkTimeout, "while another call was fetching the keys")
        })
    }

    fn current_turn(&self) -> Arc<Mutex<Turn>> {
        self.turn.get()
    }

    /// The turn that replaces one that takes too long. Another caller may have created it already.
    fn turn_after(&self, seen: &Arc<Mutex<Turn>>) -> Arc<Mutex<Turn>> {
        self.turn.update(|turn| {
            if Arc::ptr_eq(turn, seen) {
                *turn = Arc::default();
            }
            Arc::clone(turn)
        })
    }

    async fn fetch(
        &self,
        turn: &mut Turn,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        turn.attempts.begin();
        let number = self.fetches.fetch_add(1, Relaxed) + 1;
        let result = self.source.fetch(&mut turn.found, discovery, transport, deadline).await;
        turn.attempts.end(&result);
        self.recorder.key_fetch(&result);
        let fetched = result.map(|keys| {
            // Two calls may fetch at once, and the one that began later may end earlier.
            self.keep(Cached { fetch: number, ..keys }, |kept| kept.fetch > number)
        });
        // Code that reads the log line may request keys at once, so store them first.
        self.tell(&fetched);
        fetched
    }

    /// Keeps `keys`, unless those that are kept should stay. Returns what is kept now.
    fn keep(&self, keys: Cached, stays: impl FnOnce(&Cached) -> bool) -> Arc<Cached> {
        self.cached.update(|cached| match cached {
            Some(kept) if stays(kept) => Arc::clone(kept),
            _ => {
                inheritance::publish(&keys, &self.inherited);
                Arc::clone(cached.insert(Arc::new(keys)))
            }
        })
    }

    fn tell(&self, result: &Result<Arc<Cached>>) {
        match result {
            Ok(cached) => {
                tracing::debug!(issuer = %self.source.issuer, count = cached.set.len(), "fetched keys");
            }
            Err(error) if self.cached().is_some() => {
                tracing::warn!(
                    reason = error.code().as_str(),
                    "cannot fetch keys, the last ones stay in use"
                );
            }
            // The caller that requested the keys gets the error.
            Err(_) => {}
        }
    }

    fn cached(&self) -> Option<Arc<Cached>> {
        self.cached.get()
    }
}

#[cfg(test)]
mod tests;
