//! Connections are kept while they are useful, and shared by all callers.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use clever_sso::Client;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use crate::clever::{ask, client, config, ours, publishing, word};
use crate::server::{Answer, Request, Server};
use crate::signer::Signer;
use crate::stopped_clock::HANGS;

/// A response that says which request it belongs to.
fn echoing(request: &Request) -> Answer {
    Answer::json(&json!({ "client_id": request.bearer().unwrap(), "scopes": [] }))
}

#[test]
fn a_call_succeeds_after_the_server_closed_an_idle_connection() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    for _ in 0..30 {
        ask(&client).unwrap();
        server.hang_up();
    }
    assert_eq!((server.seen().len(), server.connections()), (30, 30));
}

#[test]
fn consecutive_calls_share_a_connection() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    for _ in 0..50 {
        ask(&client).unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn sixty_four_threads_share_one_blocking_client_and_each_gets_its_own_response() {
    let server = Server::of_answers(echoing);
    let client = client(&server.base());
    let barrier = Barrier::new(64);
    thread::scope(|scope| {
        for number in 0..64 {
            let (client, barrier) = (&client, &barrier);
            scope.spawn(move || {
                barrier.wait();
                for round in 0..20 {
                    let mark = format!("mark-{number}-{round}");
                    let error = client.check_token(&mark).unwrap_err();
                    assert!(error.to_string().contains(&format!("\"{mark}\"")), "{error}");
                }
            });
        }
    });
    assert_eq!(server.seen().len(), 64 * 20);
    // Many threads opened connections, and only some of them are kept.
    let deadline = Instant::now() + HANGS;
    while server.open() > 16 {
        assert!(Instant::now() < deadline, "{} are open", server.open());
        thread::yield_now();
    }
}

#[test]
fn two_hundred_concurrent_async_calls_each_get_their_own_response() {
    let server = Server::of_answers(echoing);
    let client = Client::new(config(&server.base()).build().unwrap()).unwrap();
    runtime().block_on(async {
        let mut calls = JoinSet::new();
        for number in 0..200 {
            let client = client.clone();
            calls.spawn(async move {
                let mark = format!("mark-{number}-end");
                client.check_token(&mark).await.unwrap_err().to_string().contains(&mark)
            });
        }
        assert!(calls.join_all().await.into_iter().all(|right| right));
    });
    assert_eq!(server.seen().len(), 200);
}

#[test]
fn warm_up_fetches_keys_and_keeps_a_connection() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let client = client(&server.base());
    client.warm_up().unwrap();
    client.warm_up().unwrap();
    client.verify_id_token(&Signer::first().token(&server.base()), None, None).unwrap();
    assert_eq!((server.seen().len(), server.connections()), (2, 1));
}

#[test]
fn warm_up_without_clever_fails_and_can_be_repeated() {
    let server = Server::of_answers(|_| Answer::status(404));
    assert_eq!(word(client(&server.base()).warm_up()), "not_found");
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
