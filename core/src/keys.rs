//! Clever's keys: discovered, cached, refreshed, kept when Clever is down, and inherited by forked children.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use http::header;
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout_at;

use crate::ahead::Ahead;
use crate::clock::{self, Instant};
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::process::Inherited;
use crate::protocol::jws::KeySet;
use crate::protocol::{Response, discovery, jwks};
use crate::transport::Transport;

const SHORTEST_AGE: Duration = Duration::from_secs(5 * 60);
const USUAL_AGE: Duration = Duration::from_secs(60 * 60);
const LONGEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// Attempts to fetch keys again are at least so far apart, the failed ones too: a flood of tokens that do not verify must
/// not become a flood of requests.
const COOLDOWN: Duration = Duration::from_secs(30);
/// While there are no keys at all, a failure is repeated for so long to those who waited for it.
const SHARED_FAILURE: Duration = Duration::from_secs(1);

/// The keys of one issuer, for all callers of one process.
#[derive(Debug)]
pub(crate) struct Keys {
    issuer: String,
    /// Where the keys are, if the configuration says it.
    jwks_uri: Option<String>,
    /// Where they most likely are, if it does not.
    expected_jwks_uri: Option<String>,
    /// Whether a login is likely to need them: the last code exchange gave an ID token, or there was none yet.
    wanted: AtomicBool,
    cached: RwLock<Option<Arc<Cached>>>,
    /// For the children of this process.
    inherited: Arc<InheritedKeys>,
    /// Locked by the caller that is fetching.
    attempts: Mutex<Attempts>,
}

/// What forked children inherit: the text, for keys that were parsed have locks inside.
pub(crate) type InheritedKeys = Inherited<KeyText>;

#[derive(Debug)]
pub(crate) struct KeyText {
    jwks: String,
    since: Instant,
    /// In milliseconds after `since`.
    fresh_for: AtomicU64,
}

#[derive(Debug)]
pub(crate) struct Cached {
    pub(crate) set: KeySet,
    /// As Clever wrote it.
    jwks: String,
    fresh_until: Instant,
}

/// The keys as text, for another process: a worker that has just begun need not fetch what its neighbor knows.
#[derive(Serialize, Deserialize)]
struct Exported {
    issuer: String,
    /// In Unix seconds: another process cannot read this one's monotonic clock.
    fresh_until: u64,
    /// The text of the key set.
    jwks: String,
}

#[derive(Debug, Default)]
struct Attempts {
    /// When the last one began.
    last: Option<Instant>,
    /// When the last one for a token that did not verify began.
    for_token: Option<Instant>,
    /// When and how the last one failed.
    failure: Option<(Instant, Error)>,
    /// Where discovery found the keys.
    jwks_uri: Option<String>,
}

/// How the address of the keys is found when the configuration does not say it. It is read from discovery at each fetch,
/// since it may move.
#[derive(Clone, Copy)]
enum Discovery {
    /// First discovery, then the keys.
    First,
    /// Discovery and, at the address where they are expected, the keys: two connections, but one trip less.
    Beside,
}

impl Attempts {
    fn is_early(&self) -> bool {
        within(self.last, COOLDOWN)
    }

    /// A key that was made just after the keys were fetched must not wait; a failure counts whatever it was for.
    fn is_early_for_token(&self) -> bool {
        within(self.for_token, COOLDOWN) || (self.failure.is_some() && self.is_early())
    }

    fn shared_failure(&self) -> Option<&Error> {
        self.failure.as_ref().filter(|(when, _)| within(Some(*when), SHARED_FAILURE)).map(|(_, error)| error)
    }
}

/// Whether `then` is less than `span` ago.
fn within(then: Option<Instant>, span: Duration) -> bool {
    then.is_some_and(|then| clock::now() < then + span)
}

impl Keys {
    /// The keys that `inherited` has, if there are any; it learns of those that come.
    pub(crate) fn new(config: &Config, inherited: Arc<InheritedKeys>) -> Self {
        let cached = inherited.read(|newest| newest.and_then(KeyText::revive)).map(Arc::new);
        Self {
            issuer: config.issuer.clone(),
            jwks_uri: config.jwks_uri().map(str::to_owned),
            expected_jwks_uri: config.expected_jwks_uri(),
            wanted: AtomicBool::new(true),
            cached: RwLock::new(cached),
            inherited,
            attempts: Mutex::default(),
        }
    }

    /// Keys that need not be fetched: the way of nearly every login.
    pub(crate) fn fresh(&self) -> Option<Arc<Cached>> {
        self.fresh_at(clock::now())
    }

    pub(crate) fn fresh_at(&self, now: Instant) -> Option<Arc<Cached>> {
        self.cached().filter(|cached| now < cached.fresh_until)
    }

    /// The keys to verify with: fresh ones if they can be had, else the last ones that could.
    pub(crate) async fn current(&self, transport: &Transport, deadline: Instant) -> Result<Arc<Cached>> {
        self.fresh_or_fetched(Discovery::First, transport, deadline).await
    }

    /// The same for a login whose code is being exchanged, in as few trips as can be; `None` when an ID token is unlikely
    /// to come and the keys would have to be fetched for nothing.
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

    /// Learns from a code exchange whether the application gets ID tokens.
    pub(crate) fn learn(&self, got_id_token: bool) {
        self.wanted.store(got_id_token, Relaxed);
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
        let mut attempts = match (self.cached(), self.attempts.try_lock()) {
            (_, Ok(attempts)) => attempts,
            // Another caller is fetching: what is there will do.
            (Some(stale), Err(_)) => return Ok(stale),
            (None, Err(_)) => self.turn(deadline).await?,
        };
        self.settle(&mut attempts, discovery, transport, deadline).await
    }

    async fn settle(
        &self,
        attempts: &mut Attempts,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        match (self.cached(), attempts.shared_failure()) {
            (Some(cached), _) if cached.is_fresh() || attempts.is_early() => return Ok(cached),
            (None, Some(failure)) => return Err(failure.clone()),
            _ => {}
        }
        match (self.fetch(attempts, discovery, transport, deadline).await, self.cached()) {
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
        let left = cached.fresh_until.saturating_duration_since(clock::now());
        let exported = Exported {
            issuer: self.issuer.clone(),
            fresh_until: clock::unix_time().saturating_add(left.as_secs()),
            jwks: cached.jwks.clone(),
        };
        serde_json::to_string(&exported).map_err(|_| Error::with_detail(ErrorCode::Internal, "keys as text"))
    }

    /// Takes keys that another process exported, unless fresh ones are here already. They are held to the same rules as
    /// fetched ones, and are fresh for a day at most.
    pub(crate) fn import(&self, text: &str) -> Result<()> {
        let unusable =
            |why: &str| Error::with_detail(ErrorCode::ArgumentInvalid, format!("exported keys: {why}"));
        // serde would take an array in the order of the members as well.
        let is_object = text.trim_ascii_start().starts_with('{');
        let exported: Exported = Some(text)
            .filter(|_| is_object)
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| unusable("this is no such text"))?;
        if exported.issuer != self.issuer {
            return Err(unusable("they are those of another issuer"));
        }
        let left =
            Duration::from_secs(exported.fresh_until.saturating_sub(clock::unix_time())).min(LONGEST_AGE);
        let imported = Cached::new(exported.jwks, left)?;
        if self.fresh().is_none() {
            self.keep(Arc::new(imported));
        }
        Ok(())
    }

    /// Newer keys than `seen`, which did not verify a token: the provider may have changed them, also under the same `kid`.
    /// `None` when it is too early to ask again, or asking failed.
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
        if attempts.is_early_for_token() {
            return None;
        }
        attempts.for_token = Some(clock::now());
        self.fetch(&mut attempts, Discovery::First, transport, deadline).await.ok()
    }

    async fn fetch(
        &self,
        attempts: &mut Attempts,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Arc<Cached>> {
        attempts.last = Some(clock::now());
        let result = self.fetch_set(attempts, discovery, transport, deadline).await;
        attempts.failure = result.as_ref().err().map(|error| (clock::now(), error.clone()));
        let fetched = result.map(Arc::new);
        if let Ok(fetched) = &fetched {
            self.keep(Arc::clone(fetched));
        }
        // Who hears of it may ask for keys: they are there.
        self.tell(&fetched);
        fetched
    }

    fn keep(&self, keys: Arc<Cached>) {
        // Every hour the same: only the time is new.
        let same = self.inherited.read(|newest| {
            let same = newest.filter(|text| text.jwks == keys.jwks);
            same.map(|text| text.renew(keys.fresh_until)).is_some()
        });
        if !same {
            self.inherited.publish(KeyText::of(&keys));
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

    async fn fetch_set(
        &self,
        attempts: &mut Attempts,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Cached> {
        let expected = attempts.jwks_uri.as_ref().or(self.expected_jwks_uri.as_ref()).cloned();
        let answer = match (&self.jwks_uri, discovery, expected) {
            (Some(jwks_uri), _, _) => ask(jwks_uri, transport, deadline).await?,
            (None, Discovery::Beside, Some(expected)) => {
                let mut early = Ahead::new(ask(&expected, transport, deadline));
                let found = early.during(self.discover(transport, deadline)).await?;
                let found = attempts.jwks_uri.insert(found);
                if *found == expected {
                    early.finish().await?
                } else {
                    ask(found, transport, deadline).await?
                }
            }
            (None, _, _) => {
                let found = self.discover(transport, deadline).await?;
                ask(attempts.jwks_uri.insert(found), transport, deadline).await?
            }
        };
        Cached::new(jwks::response(&answer)?, age(&answer))
    }

    async fn discover(&self, transport: &Transport, deadline: Instant) -> Result<String> {
        let document = transport.send(&discovery::request(&self.issuer)?, deadline).await?;
        Ok(discovery::response(&document, &self.issuer)?.jwks_uri)
    }

    fn cached(&self) -> Option<Arc<Cached>> {
        self.cached.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
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

    /// The keys, as fresh as they were where they were published.
    fn revive(&self) -> Option<Cached> {
        let fresh_until = self.since + Duration::from_millis(self.fresh_for.load(Relaxed));
        Cached::new(self.jwks.clone(), fresh_until.saturating_duration_since(clock::now())).ok()
    }
}

impl Cached {
    fn new(jwks: String, fresh_for: Duration) -> Result<Self> {
        Ok(Self { set: KeySet::parse(&jwks)?, jwks, fresh_until: clock::now() + fresh_for })
    }

    fn is_fresh(&self) -> bool {
        clock::now() < self.fresh_until
    }
}

async fn ask(jwks_uri: &str, transport: &Transport, deadline: Instant) -> Result<Response> {
    transport.send(&jwks::request(jwks_uri)?, deadline).await
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
    use crate::stopped_clock::{Pauses, run};
    use clever_emulator::{Emulator, Options};
    use std::net::TcpListener;
    use tokio::time::advance;

    const MILLISECOND: Duration = Duration::from_millis(1);

    struct Scene {
        keys: Keys,
        transport: Transport,
    }

    impl Scene {
        fn new(emulator: &Emulator) -> Self {
            Self::inheriting(emulator.base_url(), Arc::new(InheritedKeys::new()))
        }

        fn inheriting(base_url: &str, inherited: Arc<InheritedKeys>) -> Self {
            let config = Config::builder("client").base_url(base_url).build().unwrap();
            Self { keys: Keys::new(&config, inherited), transport: Transport::new(&config).unwrap() }
        }

        async fn current(&self) -> Result<Arc<Cached>> {
            self.keys.current(&self.transport, clock::now() + COOLDOWN).await
        }

        async fn newer(&self, seen: &Arc<Cached>) -> Option<Arc<Cached>> {
            self.keys.newer(seen, &self.transport, clock::now() + COOLDOWN).await
        }

        async fn last_attempt(&self) -> Option<Instant> {
            self.keys.attempts.lock().await.last
        }
    }

    fn just_before(span: Duration) -> Duration {
        span.saturating_sub(MILLISECOND)
    }

    fn left(cached: &Cached) -> Duration {
        cached.fresh_until - clock::now()
    }

    #[test]
    fn keys_are_fetched_again_when_they_are_old_and_not_before() {
        run(async |_| {
            let emulator = Emulator::start(Options::new()).unwrap();
            let scene = Scene::new(&emulator);
            let first = scene.current().await.unwrap();
            advance(just_before(left(&first))).await;
            assert!(Arc::ptr_eq(&scene.current().await.unwrap(), &first));
            advance(MILLISECOND).await;
            let second = scene.current().await.unwrap();
            assert!(!Arc::ptr_eq(&second, &first) && second.is_fresh());
        });
    }

    #[test]
    fn old_keys_are_used_when_clever_is_down_which_is_asked_twice_a_minute() {
        run(async |pauses| {
            let emulator = Emulator::start(Options::new()).unwrap();
            let scene = Scene::new(&emulator);
            let first = scene.current().await.unwrap();
            drop(emulator);
            advance(left(&first)).await;
            let used = async |pauses: &mut Pauses| {
                assert!(Arc::ptr_eq(&pauses.skip(scene.current()).await.unwrap(), &first));
                scene.last_attempt().await.unwrap()
            };
            let tried_at = clock::now();
            assert_eq!(used(pauses).await, tried_at, "it was tried");
            advance(just_before(tried_at + COOLDOWN - clock::now())).await;
            assert_eq!(used(pauses).await, tried_at, "it was too early");
            advance(MILLISECOND).await;
            assert_eq!(used(pauses).await, tried_at + COOLDOWN, "it was tried again");
        });
    }

    #[test]
    fn keys_for_a_token_that_does_not_verify_are_looked_for_twice_a_minute() {
        run(async |_| {
            let emulator = Emulator::start(Options::new()).unwrap();
            let scene = Scene::new(&emulator);
            let first = scene.current().await.unwrap();
            let second = scene.newer(&first).await.unwrap();
            assert!(scene.newer(&second).await.is_none());
            assert!(Arc::ptr_eq(&scene.newer(&first).await.unwrap(), &second), "what others found will do");
            advance(just_before(COOLDOWN)).await;
            assert!(scene.newer(&second).await.is_none());
            advance(MILLISECOND).await;
            assert!(scene.newer(&second).await.is_some());
        });
    }

    #[test]
    fn a_failure_is_shared_for_a_second_and_then_it_is_tried_again() {
        run(async |pauses| {
            let emulator = Emulator::start(Options::new()).unwrap();
            let scene = Scene::new(&emulator);
            drop(emulator);
            pauses.skip(scene.current()).await.unwrap_err();
            let (failed_at, tried_at) = (clock::now(), scene.last_attempt().await);
            advance(just_before(SHARED_FAILURE)).await;
            scene.current().await.unwrap_err();
            assert_eq!(scene.last_attempt().await, tried_at, "the failure is repeated");
            advance(MILLISECOND).await;
            pauses.skip(scene.current()).await.unwrap_err();
            assert_eq!(scene.last_attempt().await, Some(failed_at + SHARED_FAILURE));
        });
    }

    #[test]
    fn waiting_for_keys_that_another_call_fetches_ends_at_the_own_deadline() {
        run(async |_| {
            // It accepts connections, and never answers.
            let silent = TcpListener::bind("127.0.0.1:0").unwrap();
            let base_url = format!("http://{}", silent.local_addr().unwrap());
            let scene = Scene::inheriting(&base_url, Arc::new(InheritedKeys::new()));
            let (begun, second) = (clock::now(), Duration::from_secs(1));
            let fetching = scene.keys.current(&scene.transport, begun + 2 * second);
            let waiting = async {
                // After the other one, which takes its turn meanwhile.
                tokio::task::yield_now().await;
                scene.keys.current(&scene.transport, begun + second).await
            };
            let time = async {
                advance(just_before(second)).await;
                tokio::task::yield_now().await;
                advance(MILLISECOND).await;
            };
            let mut fetching = Ahead::new(fetching);
            let error = fetching.during(async { tokio::join!(Box::pin(waiting), time).0 }).await.unwrap_err();
            assert_eq!((error.code(), clock::now()), (ErrorCode::NetworkTimeout, begun + second));
            assert!(error.to_string().contains("another call"), "{error}");
            advance(second).await;
            assert_eq!(fetching.finish().await.unwrap_err().code(), ErrorCode::NetworkTimeout);
        });
    }

    #[test]
    fn the_keys_of_a_forked_child_are_as_old_as_its_parents() {
        run(async |_| {
            let emulator = Emulator::start(Options::new()).unwrap();
            let inherited = Arc::new(InheritedKeys::new());
            let parent = Scene::inheriting(emulator.base_url(), Arc::clone(&inherited));
            let fresh_until = parent.current().await.unwrap().fresh_until;
            advance(Duration::from_secs(60)).await;
            // What a child does: other keys, made of what was published before the fork.
            let child = Scene::inheriting(emulator.base_url(), inherited);
            assert_eq!(child.keys.fresh().unwrap().fresh_until, fresh_until);
            advance(fresh_until - clock::now()).await;
            assert!(child.keys.fresh().is_none());
        });
    }

    #[test]
    fn max_age_is_honored_between_five_minutes_and_a_day() {
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
