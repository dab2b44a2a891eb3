//! Clever's keys: discovered, cached, refreshed, and kept when Clever is down.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant as Moment};

use http::header;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::protocol::jws::KeySet;
use crate::protocol::{Response, discovery, jwks};
use crate::transport::Transport;

const SHORTEST_AGE: Duration = Duration::from_secs(5 * 60);
const USUAL_AGE: Duration = Duration::from_secs(60 * 60);
const LONGEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Attempts to fetch keys again are at least so far apart, the failed ones too: a flood of tokens with invented key
/// ids must not become a flood of requests.
const COOLDOWN: Duration = Duration::from_secs(30);
/// While there are no keys at all, a failure is repeated for so long to those who waited for it.
const SHARED_FAILURE: Duration = Duration::from_secs(1);

/// The keys of one issuer, for all callers of one process.
#[derive(Debug)]
pub(crate) struct Keys {
    issuer: String,
    cached: RwLock<Option<Arc<Cached>>>,
    /// Held by the one caller that fetches.
    attempts: Mutex<Attempts>,
}

#[derive(Debug)]
pub(crate) struct Cached {
    pub(crate) set: KeySet,
    fresh_until: Moment,
}

#[derive(Debug, Default)]
struct Attempts {
    last: Option<Moment>,
    failure: Option<Error>,
}

impl Attempts {
    fn within(&self, span: Duration) -> bool {
        self.last.is_some_and(|last| last.elapsed() < span)
    }
}

impl Keys {
    pub(crate) fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), cached: RwLock::new(None), attempts: Mutex::default() }
    }

    /// The keys to verify with: fresh ones if they can be had, else the last ones that could.
    pub(crate) async fn current(&self, transport: &Transport, deadline: Instant) -> Result<Arc<Cached>> {
        let cached = self.cached();
        if let Some(fresh) = cached.clone().filter(|cached| cached.is_fresh()) {
            return Ok(fresh);
        }
        let mut attempts = match (cached, self.attempts.try_lock()) {
            (_, Ok(attempts)) => attempts,
            // Somebody else is fetching: what is there will do.
            (Some(stale), Err(_)) => return Ok(stale),
            (None, Err(_)) => self.attempts.lock().await,
        };
        self.settle(&mut attempts, transport, deadline).await
    }

    async fn settle(
        &self,
        attempts: &mut Attempts,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        match (self.cached(), &attempts.failure) {
            (Some(cached), _) if cached.is_fresh() || attempts.within(COOLDOWN) => return Ok(cached),
            (None, Some(failure)) if attempts.within(SHARED_FAILURE) => return Err(failure.clone()),
            _ => {}
        }
        match (self.fetch(attempts, transport, deadline).await, self.cached()) {
            (Err(_), Some(stale)) => Ok(stale),
            (result, _) => result,
        }
    }

    /// Newer keys than `seen`, which lacked one; `None` when it is too early to ask again, or asking failed.
    pub(crate) async fn newer(
        &self,
        seen: &Arc<Cached>,
        transport: &Transport,
        deadline: Instant,
    ) -> Option<Arc<Cached>> {
        let mut attempts: MutexGuard<'_, Attempts> = self.attempts.lock().await;
        let cached = self.cached();
        if let Some(newer) = cached.filter(|cached| !Arc::ptr_eq(cached, seen)) {
            return Some(newer);
        }
        if attempts.within(COOLDOWN) {
            return None;
        }
        self.fetch(&mut attempts, transport, deadline).await.ok()
    }

    async fn fetch(
        &self,
        attempts: &mut Attempts,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        attempts.last = Some(Moment::now());
        let result = self.fetch_set(transport, deadline).await;
        attempts.failure = result.as_ref().err().cloned();
        let fetched = Arc::new(result?);
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&fetched));
        Ok(fetched)
    }

    /// The address of the keys is read from discovery each time: it may move.
    async fn fetch_set(&self, transport: &Transport, deadline: Instant) -> Result<Cached> {
        let document = transport.send(&discovery::request(&self.issuer)?, deadline).await?;
        let metadata = discovery::response(&document, &self.issuer)?;
        let answer = transport.send(&jwks::request(&metadata.jwks_uri)?, deadline).await?;
        Ok(Cached { set: jwks::response(&answer)?, fresh_until: Moment::now() + age(&answer) })
    }

    fn cached(&self) -> Option<Arc<Cached>> {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Cached {
    fn is_fresh(&self) -> bool {
        Moment::now() < self.fresh_until
    }
}

/// `max-age` (RFC 9111 5.2.2.1), kept within bounds.
fn age(response: &Response) -> Duration {
    let directives = response
        .headers()
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let max_age = directives
        .split(',')
        .find_map(|directive| directive.trim().to_ascii_lowercase().strip_prefix("max-age=")?.parse().ok());
    max_age.map_or(USUAL_AGE, Duration::from_secs).clamp(SHORTEST_AGE, LONGEST_AGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_honoured_between_five_minutes_and_a_day() {
        let age_of = |text: &str| {
            age(&http::Response::builder().header(header::CACHE_CONTROL, text).body(Vec::new()).unwrap())
                .as_secs()
        };
        assert_eq!(age_of("public, Max-Age=7200"), 7200);
        assert_eq!(age_of("max-age=0"), 300);
        assert_eq!(age_of("max-age=31536000"), 86400);
        assert_eq!(age_of("max-age=junk"), 3600);
        assert_eq!(age_of("no-store"), 3600);
    }
}
