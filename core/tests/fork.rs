//! A client that was made and used before a fork works in the child at once, and no process reads another process's response.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unsafe_code,
    reason = "a test may, and fork is unsafe"
)]

#[path = "cases/browser.rs"]
mod browser;
mod face {
    //! The fields of a step, for the browser's file.
    pub(crate) type Fields = std::collections::BTreeMap<String, String>;
}

#[path = "network/server.rs"]
#[expect(dead_code, reason = "the network tests use more of it")]
mod server;

use std::collections::VecDeque;
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use browser::Browser;
use clever_emulator::{App, Emulator, Options};
use clever_sso::blocking::Client;
use clever_sso::web::{BrowserLeg, HeldLogins, WebOptions};
use clever_sso::{
    AuthorizeOptions, Config, ErrorCode, Identity, KeySet, LoginOptions, ResponseType, protocol,
};
use serde_json::json;
use server::{Answer, Server};

const CHILDREN: usize = 20;
const CALLS: usize = 10;
/// A child that has not ended after this many seconds hangs, and is killed.
const PATIENCE: libc::c_uint = 60;
const OURS: &str = "0a0a0a0a0a0a0a0a0a0a";
const THEIRS: &str = "0b0b0b0b0b0b0b0b0b0b";

struct Scene {
    client: Client,
    our_token: String,
    their_token: String,
}

fn client(emulator: &Emulator, client_id: &str) -> Client {
    let config = Config::builder(client_id).redirect_uri("http://127.0.0.1:9/").base_url(emulator.base_url());
    Client::new(config.build().unwrap()).unwrap()
}

fn token(client: &Client) -> String {
    let options = AuthorizeOptions::new().response_type(ResponseType::Token).without_state(true);
    let (_, fields) = Browser::go(&client.authorize_url(&options).unwrap());
    fields["access_token"].clone()
}

impl Scene {
    fn new(emulator: &Emulator) -> Self {
        let client = client(emulator, OURS);
        let (our_token, their_token) = (token(&client), token(&self::client(emulator, THEIRS)));
        let scene = Self { client, our_token, their_token };
        assert!(scene.asks_about_ours(), "a call before the fork must work");
        scene
    }

    fn asks_about_ours(&self) -> bool {
        self.client.check_token(&self.our_token).is_ok()
    }

    /// A request that only the children make: a response that went to the wrong process would be a different one.
    fn asks_about_theirs(&self) -> bool {
        self.client.check_token(&self.their_token).is_err_and(|error| error.code() == ErrorCode::TokenForeign)
    }
}

/// Forks. The child makes calls, and exits with 0 if each got the right response.
fn fork_and_call(scene: &Scene) -> libc::pid_t {
    fork_and(|| (0..CALLS).all(|_| scene.asks_about_theirs()))
}

/// Forks. The child exits with 0 if `call` returns true.
fn fork_and(call: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child calls only the library under test, which is what the test is about, and ends without unwinding.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        // SAFETY: kills the child if it hangs.
        unsafe { libc::alarm(PATIENCE) };
        let right = call();
        // SAFETY: ends the child without running any code of the parent's test harness.
        unsafe { libc::_exit(i32::from(!right)) };
    }
    pid
}

fn ended_well(pid: libc::pid_t) -> bool {
    let mut status = 0;
    // SAFETY: `pid` is a child of this process, and `status` outlives the call.
    let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    waited == pid && libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
}

fn start() -> Emulator {
    let app = |client_id| App::public(client_id, "http://127.0.0.1:9/");
    Emulator::start(Options::new().app(app(OURS)).app(app(THEIRS)).auto_login("ada")).unwrap()
}

#[test]
fn the_counters_of_a_child_start_at_zero_and_do_not_change_its_parents() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    let asked = |scene: &Scene| {
        let labels = [("endpoint", "tokeninfo")];
        format!("{}", scene.client.stats().value("clever_sso_requests_total", &labels).unwrap())
    };
    assert_eq!(asked(&scene), "1");
    let child = fork_and(|| {
        scene.client.stats().samples().is_empty() && scene.asks_about_ours() && asked(&scene) == "1"
    });
    assert!(ended_well(child));
    assert_eq!(asked(&scene), "1");
}

#[test]
fn forked_children_and_their_parent_make_calls_at_once() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    let children: Vec<_> = (0..CHILDREN).map(|_| fork_and_call(&scene)).collect();
    assert!((0..CALLS).all(|_| scene.asks_about_ours()));
    assert!(children.into_iter().all(ended_well));
}

#[test]
fn a_fork_during_calls_of_other_threads_breaks_no_call() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut right = true;
                    while !done.load(Ordering::Relaxed) {
                        right &= scene.asks_about_ours();
                    }
                    right
                })
            })
            .collect();
        let ended: Vec<_> = (0..CHILDREN).map(|_| ended_well(fork_and_call(&scene))).collect();
        done.store(true, Ordering::Relaxed);
        assert!(ended.into_iter().all(|well| well));
        assert!(callers.into_iter().all(|caller| caller.join().unwrap()));
    });
}

#[test]
fn children_and_grandchildren_inherit_the_keys() {
    let emulator = start();
    let client = client(&emulator, OURS);
    client.warm_up().unwrap();
    let fetches = || emulator.request_count("/oauth/certs");
    assert_eq!(fetches(), 1);
    let knows = || client.export_keys().is_ok();
    assert!(ended_well(fork_and(|| knows() && ended_well(fork_and(knows)))));
    assert_eq!(fetches(), 1);
}

#[test]
fn a_child_completes_a_held_login_while_threads_of_its_parent_complete_others() {
    const MANY: usize = 10_000;
    let config =
        Config::builder(OURS).client_secret("a secret of the tests").redirect_uri("http://127.0.0.1:9/");
    let client = clever_sso::Client::new(config.build().unwrap()).unwrap();
    let leg = BrowserLeg::new(client, WebOptions::new()).unwrap();
    let take = |key: &str| {
        let login = json!({"key": key, "ends_at": u32::MAX, "return_to": null, "switch_user": false});
        let identity = Identity::new("https://clever.com", "ada");
        let held = json!({"format": 1, "identity": identity, "tokens": null, "logins": [login]});
        leg.take_held(&mut HeldLogins::from_session(held), None).is_some()
    };
    // From now on, the list of completed logins is searched each time.
    assert!((0..MANY).all(|number| take(&number.to_string())));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    take("0");
                }
            });
        }
        let ended: Vec<_> = (0..CHILDREN)
            .map(|_| ended_well(fork_and(|| take("of the child") && !take("of the child"))))
            .collect();
        done.store(true, Ordering::Relaxed);
        assert!(ended.into_iter().all(|well| well));
    });
}

#[test]
fn a_grandchild_can_make_calls() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    // SAFETY: as in `fork_and_call`.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        // SAFETY: kills the child if it hangs.
        unsafe { libc::alarm(PATIENCE) };
        let right = scene.asks_about_theirs() && ended_well(fork_and_call(&scene));
        // SAFETY: ends the child without running any code of the parent's test harness.
        unsafe { libc::_exit(i32::from(!right)) };
    }
    assert!(ended_well(pid));
}

/// A slow server that echoes a part of each request, and a Clever with an ID token that it can verify.
struct Host {
    echo: Server,
    emulator: Emulator,
}

/// What the forking processes need to know.
struct Work {
    echo: String,
    clever: String,
    id_token: String,
}

/// Names of the variables that the host process passes on.
const ECHO: &str = "CLEVER_SSO_TEST_ECHO_URL";
const CLEVER: &str = "CLEVER_SSO_TEST_BASE_URL";
const TOKEN: &str = "CLEVER_SSO_TEST_ID_TOKEN";
const OIDC: &str = "0c0c0c0c0c0c0c0c0c0c";
const NONCE: &str = "nonce-of-the-one-token";
const FORKS: u32 = 200;
const CALLERS: usize = 3;
/// The number of children that run at the same time.
const AT_ONCE: usize = 8;
/// The forks are spread over the time of a first verification.
const STEP: Duration = Duration::from_micros(25);

impl Host {
    fn new() -> Self {
        let echo = Server::of_answers(|request| {
            // Nothing waits for this: it makes it likely that a fork happens during calls.
            sleep(Duration::from_millis(2));
            Answer::json(&json!({ "client_id": request.bearer().unwrap(), "scopes": [] }))
        });
        let app = App::new(OIDC, "secret", "http://127.0.0.1:9/").with_oidc();
        let emulator = Emulator::start(Options::new().app(app).auto_login("ada")).unwrap();
        Self { echo, emulator }
    }

    /// Runs an ignored test in its own process, without the state of this one: the emulator gets random numbers from the crypto
    /// library, in threads that no fork waits for.
    fn run(&self, test: &str) {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--ignored", "--test-threads=1"])
            .env(ECHO, self.echo.base())
            .env(CLEVER, self.emulator.base_url())
            .env(TOKEN, self.id_token())
            .output();
        let output = child.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    fn id_token(&self) -> String {
        let client = Work::client(self.emulator.base_url());
        let options = AuthorizeOptions::new().nonce(NONCE);
        let (_, fields) = Browser::go(&client.authorize_url(&options).unwrap());
        let tokens = client.exchange_code(&fields["code"], None).unwrap();
        tokens.id_token.unwrap().expose().to_owned()
    }
}

impl Work {
    fn passed_by_parent() -> Self {
        let [echo, clever, id_token] = [ECHO, CLEVER, TOKEN].map(|name| std::env::var(name).unwrap());
        Self { echo, clever, id_token }
    }

    fn client(base: &str) -> Client {
        let config = Config::builder(OIDC).client_secret("secret").redirect_uri("http://127.0.0.1:9/");
        Client::new(config.base_url(base).build().unwrap()).unwrap()
    }

    /// Asks with a mark that only this call uses: the response must contain it.
    fn is_answered(asking: &Client, mark: &str) -> bool {
        asking.check_token(mark).is_err_and(|error| error.to_string().contains(&format!("\"{mark}\"")))
    }

    fn is_verified(&self, verifying: &Client) -> bool {
        verifying.verify_id_token(&self.id_token, Some(NONCE), None).is_ok()
    }

    /// One fork, while threads make their first verification with the same client and others wait for responses.
    fn round(&self, number: u32, asking: &Client) -> libc::pid_t {
        let verifying = Self::client(&self.clever);
        let ready = Barrier::new(CALLERS + 1);
        thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|caller| {
                    let (verifying, ready) = (&verifying, &ready);
                    scope.spawn(move || {
                        ready.wait();
                        self.is_verified(verifying)
                            && Self::is_answered(asking, &format!("parent-{number}-{caller}"))
                    })
                })
                .collect();
            ready.wait();
            // The fork must happen during something that takes a few milliseconds and does not report its progress. Each round
            // waits a little longer, and no round depends on what it hits: no fork may disturb anything.
            sleep(STEP * number);
            let pid = fork_and(|| {
                self.is_verified(&verifying) && Self::is_answered(asking, &format!("child-{number}"))
            });
            assert!(callers.into_iter().all(|caller| caller.join().unwrap()));
            pid
        })
    }
}

#[test]
fn two_hundred_forks_during_calls_and_first_verifications_break_no_call() {
    Host::new().run("in_a_process_with_calls_and_first_verifications");
}

#[test]
#[ignore = "run by the test before, in a process of its own"]
fn in_a_process_with_calls_and_first_verifications() {
    let work = Work::passed_by_parent();
    let asking = Work::client(&work.echo);
    let mut children = VecDeque::new();
    for number in 0..FORKS {
        children.push_back(work.round(number, &asking));
        if children.len() == AT_ONCE {
            assert!(ended_well(children.pop_front().unwrap()));
        }
    }
    assert!(children.into_iter().all(ended_well));
}

/// Many keys, and a token that none of them verifies: all of them are tried.
fn keys_and_token() -> (String, String) {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/vectors/spec-vectors.json")).unwrap();
    let example = vectors.as_array().unwrap().iter().find(|vector| vector["id"] == "oidc-core-A.2").unwrap();
    let token = example["token"].as_str().unwrap();
    // The signature of something else, which is a number that every key can compute with.
    let (signed, signature) = token.rsplit_once('.').unwrap();
    (json!({ "keys": vec![&example["jwk"]; 64] }).to_string(), format!("{signed}AAAA.{signature}"))
}

#[test]
fn keys_whose_first_use_is_interrupted_by_a_fork_work_in_the_child() {
    let (text, token) = keys_and_token();
    for _ in 0..50 {
        let keys = KeySet::parse(&text).unwrap();
        let tries_all = || {
            protocol::verify_jws(&token, &keys)
                .is_err_and(|error| error.code() == ErrorCode::IdTokenSignature)
        };
        let ready = Barrier::new(CALLERS + 1);
        thread::scope(|scope| {
            for _ in 0..CALLERS {
                scope.spawn(|| {
                    ready.wait();
                    assert!(tries_all());
                });
            }
            ready.wait();
            assert!(ended_well(fork_and(tries_all)));
        });
    }
}

#[test]
fn forks_during_first_uses_leave_no_child_hanging_even_in_exit() {
    Host::new().run("in_a_process_with_first_uses");
}

/// Forks. The child runs every destructor when it ends, and exits with 0 if `call` returns true.
fn fork_and_exit(call: impl FnOnce() -> bool) -> libc::pid_t {
    fork_and(|| {
        // SAFETY: ends the process; nothing on this thread is used afterwards.
        unsafe { libc::exit(i32::from(!call())) }
    })
}

#[test]
#[ignore = "run by the test before, in a process of its own"]
fn in_a_process_with_first_uses() {
    let work = Work::passed_by_parent();
    let first_times = || {
        let client = Work::client(&work.clever);
        client.begin_login(&LoginOptions::default()).is_ok() && work.is_verified(&client)
    };
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert!(thread::scope(|inner| inner.spawn(first_times).join().unwrap()));
                }
            });
        }
        let well = (0..CHILDREN).all(|_| {
            ended_well(fork_and_exit(|| {
                thread::scope(|inner| {
                    let busy = inner.spawn(first_times);
                    let grandchild = fork_and_exit(first_times);
                    busy.join().unwrap() && ended_well(grandchild)
                })
            }))
        });
        done.store(true, Ordering::Relaxed);
        assert!(well);
    });
}
