//! A client that was made and used before a fork works in the child at once, and nobody reads another's answer.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unsafe_code,
    reason = "a test may, and fork is unsafe"
)]

#[path = "../cases/browser.rs"]
mod browser;
mod face {
    //! What the browser's file calls a step's fields.
    pub(crate) type Fields = std::collections::BTreeMap<String, String>;
}

use std::sync::atomic::{AtomicBool, Ordering};

use browser::Browser;
use clever_emulator::{App, Emulator, Options};
use clever_sso::blocking::Client;
use clever_sso::{AuthorizeOptions, Config, ErrorCode, ResponseType};

const CHILDREN: usize = 20;
const CALLS: usize = 10;
/// A child that has not ended by then hangs, and is ended (in seconds).
const PATIENCE: libc::c_uint = 30;
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
    let options = AuthorizeOptions { response_type: ResponseType::Token, ..AuthorizeOptions::default() };
    let (_, fields) = Browser::go(&client.authorize_url(&options).unwrap());
    fields["access_token"].clone()
}

impl Scene {
    fn new(emulator: &Emulator) -> Self {
        let client = client(emulator, OURS);
        let (our_token, their_token) = (token(&client), token(&self::client(emulator, THEIRS)));
        let scene = Self { client, our_token, their_token };
        assert!(scene.asks_about_ours(), "a call before the fork");
        scene
    }

    fn asks_about_ours(&self) -> bool {
        self.client.check_token(&self.our_token).is_ok()
    }

    /// What only the children ask: an answer that got lost between two processes would be the wrong one.
    fn asks_about_theirs(&self) -> bool {
        self.client.check_token(&self.their_token).is_err_and(|error| error.code() == ErrorCode::TokenForeign)
    }
}

/// Forks; the child calls, and ends with 0 if every call was answered rightly.
fn fork_and_call(scene: &Scene) -> libc::pid_t {
    // SAFETY: the child calls only the library under test, which is what is to be shown, and ends without unwinding.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        // SAFETY: ends the child if it hangs.
        unsafe { libc::alarm(PATIENCE) };
        let right = (0..CALLS).all(|_| scene.asks_about_theirs());
        // SAFETY: ends the child without running anything of the parent's test harness.
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
fn forked_children_call_at_once_and_so_does_the_parent() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    let children: Vec<_> = (0..CHILDREN).map(|_| fork_and_call(&scene)).collect();
    assert!((0..CALLS).all(|_| scene.asks_about_ours()));
    assert!(children.into_iter().all(ended_well));
}

#[test]
fn a_fork_in_the_middle_of_other_threads_calls_disturbs_nobody() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
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
fn a_grandchild_calls_too() {
    let emulator = start();
    let scene = Scene::new(&emulator);
    // SAFETY: as in `fork_and_call`.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        // SAFETY: ends the child if it hangs.
        unsafe { libc::alarm(PATIENCE) };
        let right = scene.asks_about_theirs() && ended_well(fork_and_call(&scene));
        // SAFETY: ends the child without running anything of the parent's test harness.
        unsafe { libc::_exit(i32::from(!right)) };
    }
    assert!(ended_well(pid));
}
