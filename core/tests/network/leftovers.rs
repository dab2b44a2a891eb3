//! A dropped client leaves nothing open: no descriptors, threads or connections.

use std::fs;
use std::thread;
use std::time::Instant;

use clever_sso::blocking::Client;

use crate::clever::{ask, config, made, ours, publishing};
use crate::own_process::run;
use crate::server::Server;
use crate::signer::Signer;
use crate::stopped_clock::HANGS;

#[test]
fn a_dropped_client_leaves_nothing_open() {
    run("leftovers::in_a_quiet_process", &[]);
}

#[test]
#[ignore = "is run by another test, in a process of its own"]
fn in_a_quiet_process() {
    let server = Server::of_answers(|request| match request.bearer() {
        Some(_) => ours(),
        None => publishing(request, Signer::first()),
    });
    // Things that a runtime creates once for the whole process: the emulator of the other tests enables tokio's signals.
    drop(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let before = (open(), threads());
    for _ in 0..10 {
        let client = used(&server);
        assert!(open() > before.0, "the client must keep connections");
        assert_eq!(client_threads(&before, &server), 0, "no thread of the client may run between calls");
        drop(client);
        settles_at(before);
    }
}

/// A client that many threads have used for all kinds of calls.
fn used(server: &Server) -> Client {
    let client = made(config(&server.base()));
    let token = Signer::first().token(&server.base());
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                client.verify_id_token(&token, None, None).unwrap();
                ask(&client).unwrap();
            });
        }
    });
    client
}

fn open() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

/// The number of threads since `before`, without those that serve open connections.
fn client_threads(before: &(usize, usize), server: &Server) -> usize {
    let deadline = Instant::now() + HANGS;
    loop {
        let excess = threads().saturating_sub(before.1 + server.open());
        if excess == 0 || Instant::now() > deadline {
            return excess;
        }
        thread::yield_now();
    }
}

/// Waits until the server has noticed the end of the connections too, because its descriptors and threads are in this process.
fn settles_at(expected: (usize, usize)) {
    let deadline = Instant::now() + HANGS;
    while (open(), threads()) != expected {
        assert!(Instant::now() < deadline, "expected {expected:?}, found {:?}", (open(), threads()));
        thread::yield_now();
    }
}
