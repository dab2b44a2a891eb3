//! When keys are fetched, and which keys are used in the meantime.

use super::attempts::{COOLDOWN, SHARED_FAILURE};
use super::*;
use crate::ahead::Ahead;
use crate::clock;
use crate::config::Config;
use crate::stopped_clock::{Pauses, run};
use clever_emulator::{Emulator, Options};
use std::net::TcpListener;
use std::time::Duration;
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
        let recorder = Recorder::new();
        let keys = Keys::new(&config, inherited, &recorder);
        Self { keys, transport: Transport::new(&config, &recorder).unwrap() }
    }

    async fn current(&self) -> Result<Arc<Cached>> {
        self.keys.current(&self.transport, clock::now() + COOLDOWN).await
    }

    async fn newer(&self, seen: &Arc<Cached>) -> Option<Arc<Cached>> {
        self.keys.newer(seen, &self.transport, clock::now() + COOLDOWN).await
    }

    async fn last_attempt(&self) -> Option<Instant> {
        self.keys.current_turn().lock().await.attempts.last
    }
}

fn just_before(span: Duration) -> Duration {
    span.saturating_sub(MILLISECOND)
}

fn left(cached: &Cached) -> Duration {
    cached.fresh_until - clock::now()
}

#[test]
fn keys_are_fetched_again_only_when_they_are_old() {
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
fn old_keys_are_used_while_clever_is_down_and_fetches_are_tried_twice_a_minute() {
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
        assert_eq!(used(pauses).await, tried_at, "a fetch must have been tried");
        advance(just_before(tried_at + COOLDOWN - clock::now())).await;
        assert_eq!(used(pauses).await, tried_at, "it must be too early for a fetch");
        advance(MILLISECOND).await;
        assert_eq!(used(pauses).await, tried_at + COOLDOWN, "a fetch must have been tried again");
    });
}

#[test]
fn keys_for_an_unverified_token_are_fetched_at_most_twice_a_minute() {
    run(async |_| {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        let first = scene.current().await.unwrap();
        let second = scene.newer(&first).await.unwrap();
        assert!(scene.newer(&second).await.is_none());
        assert!(
            Arc::ptr_eq(&scene.newer(&first).await.unwrap(), &second),
            "keys that another call fetched must be used"
        );
        advance(just_before(COOLDOWN)).await;
        assert!(scene.newer(&second).await.is_none());
        advance(MILLISECOND).await;
        assert!(scene.newer(&second).await.is_some());
    });
}

#[test]
fn a_failed_fetch_is_shared_for_a_second_and_then_tried_again() {
    run(async |pauses| {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        drop(emulator);
        pauses.skip(scene.current()).await.unwrap_err();
        let (failed_at, tried_at) = (clock::now(), scene.last_attempt().await);
        advance(just_before(SHARED_FAILURE)).await;
        scene.current().await.unwrap_err();
        assert_eq!(scene.last_attempt().await, tried_at, "the failure must be repeated without a fetch");
        advance(MILLISECOND).await;
        pauses.skip(scene.current()).await.unwrap_err();
        assert_eq!(scene.last_attempt().await, Some(failed_at + SHARED_FAILURE));
    });
}

#[test]
fn a_call_that_waited_half_of_its_time_fetches_keys_itself_until_its_own_deadline() {
    run(async |_| {
        // A server that accepts connections and never responds.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", silent.local_addr().unwrap());
        let scene = Scene::inheriting(&base_url, Arc::new(InheritedKeys::new()));
        let (begun, second) = (clock::now(), Duration::from_secs(1));
        let fetching = scene.keys.current(&scene.transport, begun + 3 * second);
        let waiting = async |from: Duration, until: Duration| {
            // Wait for the first call to take its turn.
            tokio::task::yield_now().await;
            tokio::time::sleep_until(begun + from).await;
            let error = scene.keys.current(&scene.transport, begun + until).await.unwrap_err();
            (error.code(), error.to_string(), clock::now() - begun)
        };
        let time = async {
            for _ in 0..20 {
                for _ in 0..4 {
                    tokio::task::yield_now().await;
                }
                advance(second / 10).await;
            }
        };
        let mut fetching = Ahead::new(fetching);
        // The first call fetches after a second, and from then on the other one waits for it.
        let one = Box::pin(waiting(Duration::ZERO, 2 * second));
        let other = Box::pin(waiting(second * 9 / 10, second * 15 / 10));
        let (one, other, ()) = fetching.during(async { tokio::join!(one, other, time) }).await;
        assert_eq!((one.0, one.2), (ErrorCode::NetworkTimeout, 2 * second));
        assert_eq!((other.0, other.2), (ErrorCode::NetworkTimeout, second * 15 / 10));
        assert!(one.1.contains(&base_url) && other.1.contains("another call"), "{one:?} {other:?}");
        advance(second).await;
        assert_eq!(fetching.finish().await.unwrap_err().code(), ErrorCode::NetworkTimeout);
    });
}

#[test]
fn keys_of_a_fetch_that_began_earlier_do_not_replace_later_ones() {
    run(async |_| {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        let first = scene.current().await.unwrap();
        let keep = |fetch: u64| {
            let keys = Cached::new(first.jwks.clone(), COOLDOWN).unwrap();
            scene.keys.keep(Cached { fetch, ..keys }, |_| false)
        };
        let fetch = async || {
            let (mut turn, deadline) = (Turn::default(), clock::now() + COOLDOWN);
            scene.keys.fetch(&mut turn, Discovery::First, &scene.transport, deadline).await.unwrap()
        };
        let later = keep(3);
        assert!(Arc::ptr_eq(&fetch().await, &later), "the keys of the third fetch must stay");
        keep(2);
        assert_eq!(
            fetch().await.fetch,
            3,
            "the keys of the third fetch must replace those of the second one"
        );
    });
}

#[test]
fn inherited_keys_are_as_old_as_the_parents_keys() {
    run(async |_| {
        let emulator = Emulator::start(Options::new()).unwrap();
        let inherited = Arc::new(InheritedKeys::new());
        let parent = Scene::inheriting(emulator.base_url(), Arc::clone(&inherited));
        let fresh_until = parent.current().await.unwrap().fresh_until;
        advance(Duration::from_secs(60)).await;
        // As in a child: it has its own `Keys`, made from the set that was published before the fork.
        let child = Scene::inheriting(emulator.base_url(), inherited);
        assert_eq!(child.keys.fresh().unwrap().fresh_until, fresh_until);
        advance(fresh_until - clock::now()).await;
        assert!(child.keys.fresh().is_none());
    });
}

#[test]
fn old_keys_are_used_at_once_while_another_call_fetches_new_ones() {
    run(async |_| {
        let emulator = Emulator::start(Options::new()).unwrap();
        let scene = Scene::new(&emulator);
        let old = scene.current().await.unwrap();
        advance(left(&old)).await;
        let (fetching, meanwhile) = tokio::join!(scene.current(), scene.current());
        assert!(Arc::ptr_eq(&meanwhile.unwrap(), &old));
        assert!(fetching.unwrap().is_fresh());
    });
}
