//! Clever's keys: discovered, cached, refreshed, kept when Clever is down, and inherited by forked children.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant as Moment};

use http::header;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout_at};

use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::moment;
use crate::process::Inherited;
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
    /// Where the keys are, if the configuration says it.
    jwks_uri: Option<String>,
    cached: RwLock<Option<Arc<Cached>>>,
    /// For the children of this process.
    inherited: Arc<InheritedKeys>,
    /// Held by the one caller that fetches.
    attempts: Mutex<Attempts>,
}

/// What forked children inherit: the text, for keys that were parsed have locks inside.
pub(crate) type InheritedKeys = Inherited<KeyText>;

#[derive(Debug)]
pub(crate) struct KeyText {
    jwks: String,
    since: Moment,
    /// In milliseconds after `since`.
    fresh_for: AtomicU64,
}

#[derive(Debug)]
pub(crate) struct Cached {
    pub(crate) set: KeySet,
    /// As Clever wrote it.
    jwks: String,
    fresh_until: Moment,
}

/// The keys as text, for another process: a worker that has just begun need not fetch what its neighbour knows.
#[derive(Serialize, Deserialize)]
struct Exported {
    issuer: String,
    /// In Unix seconds: another process counts its moments from another beginning.
    fresh_until: u64,
    /// The text of the key set.
    jwks: String,
}

#[derive(Debug, Default)]
struct Attempts {
    /// When the last one began.
    last: Option<Moment>,
    /// When the last one for the sake of an unknown key began.
    for_unknown: Option<Moment>,
    /// When and how the last one failed.
    failure: Option<(Moment, Error)>,
}

impl Attempts {
    fn is_early(&self) -> bool {
        within(self.last, COOLDOWN)
    }

    /// A key that was made just after the keys were fetched must not wait; a failure counts whatever it was for.
    fn is_early_for_unknown(&self) -> bool {
        within(self.for_unknown, COOLDOWN) || (self.failure.is_some() && self.is_early())
    }

    fn shared_failure(&self) -> Option<&Error> {
        self.failure.as_ref().filter(|(when, _)| within(Some(*when), SHARED_FAILURE)).map(|(_, error)| error)
    }
}

fn within(moment: Option<Moment>, span: Duration) -> bool {
    moment.is_some_and(|moment| moment.elapsed() < span)
}

impl Keys {
    /// The keys that `inherited` has, if there are any; it learns of those that come.
    pub(crate) fn new(config: &Config, inherited: Arc<InheritedKeys>) -> Self {
        let cached = inherited.newest().and_then(KeyText::revive).map(Arc::new);
        Self {
            issuer: config.issuer.clone(),
            jwks_uri: config.jwks_uri().map(str::to_owned),
            cached: RwLock::new(cached),
            inherited,
            attempts: Mutex::default(),
        }
    }

    /// Keys that need not be fetched: the way of nearly every login.
    pub(crate) fn fresh(&self) -> Option<Arc<Cached>> {
        self.cached().filter(|cached| cached.is_fresh())
    }

    /// The keys to verify with: fresh ones if they can be had, else the last ones that could.
    pub(crate) async fn current(&self, transport: &Transport, deadline: Instant) -> Result<Arc<Cached>> {
        let cached = self.cached();
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let mut attempts = match (cached, self.attempts.try_lock()) {
            (_, Ok(attempts)) => attempts,
            // Somebody else is fetching: what is there will do.
            (Some(stale), Err(_)) => return Ok(stale),
            (None, Err(_)) => self.turn(deadline).await?,
        };
        self.settle(&mut attempts, transport, deadline).await
    }

    async fn settle(
        &self,
        attempts: &mut Attempts,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        match (self.cached(), attempts.shared_failure()) {
            (Some(cached), _) if cached.is_fresh() || attempts.is_early() => return Ok(cached),
            (None, Some(failure)) => return Err(failure.clone()),
            _ => {}
        }
        match (self.fetch(attempts, transport, deadline).await, self.cached()) {
            (Err(_), Some(stale)) => Ok(stale),
            (result, _) => result,
        }
    }

    /// Waits until nobody else fetches, but not beyond the deadline: theirs may be later.
    async fn turn(&self, deadline: Instant) -> Result<MutexGuard<'_, Attempts>> {
        timeout_at(deadline, self.attempts.lock()).await.map_err(|_| {
            Error::with_detail(ErrorCode::NetworkTimeout, "while another call was fetching the keys")
        })
    }

    /// What is cached, as text.
    pub(crate) fn export(&self, cached: &Cached) -> Result<String> {
        let left = cached.fresh_until.saturating_duration_since(Moment::now());
        let exported = Exported {
            issuer: self.issuer.clone(),
            fresh_until: moment::now().saturating_add(left.as_secs()),
            jwks: cached.jwks.clone(),
        };
        serde_json::to_string(&exported).map_err(|_| Error::with_detail(ErrorCode::Internal, "keys as text"))
    }

    /// Takes keys that another process exported, unless fresh ones are here already. They are held to the same rules as
    /// fetched ones, and are fresh for a day at most.
    pub(crate) fn import(&self, text: &str) -> Result<()> {
        let unusable =
            |why: &str| Error::with_detail(ErrorCode::ArgumentInvalid, format!("exported keys: {why}"));
        let exported: Exported = serde_json::from_str(text).map_err(|_| unusable("this is no such text"))?;
        if exported.issuer != self.issuer {
            return Err(unusable("they are those of another issuer"));
        }
        let left = Duration::from_secs(exported.fresh_until.saturating_sub(moment::now())).min(LONGEST_AGE);
        let imported = Cached::new(exported.jwks, left)?;
        if self.fresh().is_none() {
            self.keep(Arc::new(imported));
        }
        Ok(())
    }

    /// Newer keys than `seen`, which lacked one; `None` when it is too early to ask again, or asking failed.
    pub(crate) async fn newer(
        &self,
        seen: &Arc<Cached>,
        transport: &Transport,
        deadline: Instant,
    ) -> Option<Arc<Cached>> {
        let mut attempts = self.turn(deadline).await.ok()?;
        let cached = self.cached();
        if let Some(newer) = cached.filter(|cached| !Arc::ptr_eq(cached, seen)) {
            return Some(newer);
        }
        if attempts.is_early_for_unknown() {
            return None;
        }
        attempts.for_unknown = Some(Moment::now());
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
        attempts.failure = result.as_ref().err().map(|error| (Moment::now(), error.clone()));
        let fetched = result.map(Arc::new);
        if let Ok(fetched) = &fetched {
            self.keep(Arc::clone(fetched));
        }
        // Who hears of it may ask for keys: they are there.
        self.tell(&fetched);
        fetched
    }

    fn keep(&self, keys: Arc<Cached>) {
        match self.inherited.newest() {
            // Every hour the same: only the time is new.
            Some(text) if text.jwks == keys.jwks => text.renew(keys.fresh_until),
            _ => self.inherited.publish(KeyText::of(&keys)),
        }
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Some(keys);
    }

    fn tell(&self, result: &Result<Arc<Cached>>) {
        match result {
            Ok(cached) => {
                tracing::debug!(issuer = %self.issuer, count = cached.set.len(), "fetched keys");
            }
            Err(error) if self.cached().is_some() => {
                tracing::warn!(
                    reason = error.code().as_str(),
                    "keys could not be fetched, old ones are used"
                );
            }
            // Whoever asked for them hears of it.
            Err(_) => {}
        }
    }

    /// The address of the keys is read from discovery each time: it may move.
    async fn fetch_set(&self, transport: &Transport, deadline: Instant) -> Result<Cached> {
        let answer =
            transport.send(&jwks::request(&self.place(transport, deadline).await?)?, deadline).await?;
        Cached::new(jwks::response(&answer)?, age(&answer))
    }

    async fn place(&self, transport: &Transport, deadline: Instant) -> Result<String> {
        if let Some(jwks_uri) = &self.jwks_uri {
            return Ok(jwks_uri.clone());
        }
        let document = transport.send(&discovery::request(&self.issuer)?, deadline).await?;
        Ok(discovery::response(&document, &self.issuer)?.jwks_uri)
    }

    fn cached(&self) -> Option<Arc<Cached>> {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl KeyText {
    fn of(keys: &Cached) -> Self {
        let text = Self { jwks: keys.jwks.clone(), since: Moment::now(), fresh_for: AtomicU64::new(0) };
        text.renew(keys.fresh_until);
        text
    }

    fn renew(&self, fresh_until: Moment) {
        let fresh_for = fresh_until.saturating_duration_since(self.since).as_millis();
        self.fresh_for.store(u64::try_from(fresh_for).unwrap_or_default(), Relaxed);
    }

    /// The keys, as fresh as they were where they were published.
    fn revive(&self) -> Option<Cached> {
        let fresh_until = self.since + Duration::from_millis(self.fresh_for.load(Relaxed));
        Cached::new(self.jwks.clone(), fresh_until.saturating_duration_since(Moment::now())).ok()
    }
}

impl Cached {
    fn new(jwks: String, fresh_for: Duration) -> Result<Self> {
        Ok(Self { set: KeySet::parse(&jwks)?, jwks, fresh_until: Moment::now() + fresh_for })
    }

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
    use crate::config::Config;
    use clever_emulator::{Emulator, Options};

    struct Scene {
        keys: Keys,
        transport: Transport,
    }

    impl Scene {
        fn new(emulator: &Emulator) -> Self {
            let config = Config::builder("client").base_url(emulator.base_url()).build().unwrap();
            let inherited = Arc::new(InheritedKeys::new());
            Self { keys: Keys::new(&config, inherited), transport: Transport::new(&config).unwrap() }
        }

        async fn current(&self) -> Arc<Cached> {
            self.keys.current(&self.transport, soon()).await.unwrap()
        }

        async fn newer(&self, seen: &Arc<Cached>) -> Option<Arc<Cached>> {
            self.keys.newer(seen, &self.transport, soon()).await
        }

        /// Lets the keys grow old, and all attempts be long ago.
        async fn age(&self) {
            let cached = self.keys.cached.write().unwrap().take().and_then(Arc::into_inner).unwrap();
            let old = Cached { fresh_until: Moment::now(), ..cached };
            *self.keys.cached.write().unwrap() = Some(Arc::new(old));
            self.forget_attempts().await;
        }

        async fn forget_attempts(&self) {
            let mut attempts = self.keys.attempts.lock().await;
            let long_ago = |moment: Option<Moment>| Some(moment?.checked_sub(COOLDOWN).unwrap());
            attempts.last = long_ago(attempts.last);
            attempts.for_unknown = long_ago(attempts.for_unknown);
        }

        async fn last_attempt(&self) -> Option<Moment> {
            self.keys.attempts.lock().await.last
        }
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(2)
    }

    #[tokio::test]
    async fn old_keys_are_fetched_again() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        scene.current().await;
        scene.age().await;
        assert!(scene.current().await.is_fresh());
    }

    #[tokio::test]
    async fn old_keys_are_used_when_clever_is_down_which_is_asked_twice_a_minute() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        scene.current().await;
        drop(emulator);
        scene.age().await;
        let long_ago = scene.last_attempt().await;
        assert!(!scene.current().await.is_fresh());
        let failed = scene.last_attempt().await;
        assert_ne!(failed, long_ago, "it was tried");
        assert!(!scene.current().await.is_fresh());
        assert_eq!(scene.last_attempt().await, failed, "it was too early");
        scene.forget_attempts().await;
        assert!(!scene.current().await.is_fresh());
        assert!(scene.last_attempt().await > failed, "it was tried again");
    }

    #[tokio::test]
    async fn an_unknown_key_is_looked_for_twice_a_minute() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        let first = scene.current().await;
        let second = scene.newer(&first).await.unwrap();
        assert!(scene.newer(&second).await.is_none());
        assert!(Arc::ptr_eq(&scene.newer(&first).await.unwrap(), &second), "what others found will do");
        scene.forget_attempts().await;
        assert!(scene.newer(&second).await.is_some());
    }

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
