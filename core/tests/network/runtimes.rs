//! The blocking client next to other runtimes, and the async client on several of them.

use std::pin::pin;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Waker};
use std::thread;

use clever_sso::{Client, Error, blocking};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, block_in_place, spawn_blocking, unconstrained, yield_now};
use tokio::time::advance;

use crate::clever::{TOKENS, ask, callback, client, config, made_async, ours, publishing, word};
use crate::server::{Answer, Request, Server};
use crate::signer::Signer;
use crate::stopped_clock::{HANGS, run};

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn ask_async(client: &Client) -> Result<(), Error> {
    client.check_token("access-token").await.map(drop)
}

#[test]
fn a_blocking_call_works_on_runtime_threads_that_may_block() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    let in_the_pool = {
        let client = client.clone();
        move || ask(&client)
    };
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async { spawn_blocking(in_the_pool.clone()).await.unwrap().unwrap() });
        let _entered = runtime.enter();
        ask(&client).unwrap();
    }
    let runtime = multi_thread();
    runtime.block_on(async { block_in_place(|| ask(&client)).unwrap() });
    let task = {
        let client = client.clone();
        async move { block_in_place(|| block_in_place(|| ask(&client))) }
    };
    runtime.block_on(runtime.spawn(task)).unwrap().unwrap();
    assert_eq!((server.seen().len(), server.connections()), (6, 1));
}

#[test]
fn a_blocking_call_in_an_async_task_is_refused_and_the_runtime_continues() {
    let server = Server::of_answers(|_| ours());
    let client = client(&server.base());
    let refused = |client: blocking::Client| async move {
        let error = ask(&client).unwrap_err();
        assert!(error.to_string().contains("async client") && error.to_string().contains("spawn_blocking"));
        assert_eq!(error.code().as_str(), "runtime_running");
        // The task still has its budget.
        assert!(tokio::task::coop::has_budget_remaining());
        yield_now().await;
        assert_eq!(word(ask(&client)), "runtime_running");
        spawn_blocking(move || ask(&client)).await.unwrap().unwrap();
    };
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(refused(client.clone()));
        runtime.block_on(runtime.spawn(refused(client.clone()))).unwrap();
        let held = client.clone();
        let without_budget = async move { assert_eq!(word(ask(&held)), "runtime_running") };
        runtime.block_on(runtime.spawn(unconstrained(without_budget))).unwrap();
        LocalSet::new().block_on(&runtime, refused(client.clone()));
    }
    ask(&client).unwrap();
}

#[test]
fn each_runtime_has_its_own_connection_and_does_not_wait_for_others() {
    let server = Server::of_answers(|_| ours());
    let client = made_async(config(&server.base()));
    // Nothing drives one runtime while the other one makes a call.
    let (one, other) = (current_thread(), current_thread());
    for _ in 0..5 {
        one.block_on(ask_async(&client)).unwrap();
        other.block_on(ask_async(&client)).unwrap();
    }
    assert_eq!((server.seen().len(), server.connections()), (10, 2));
}

#[test]
fn a_call_on_an_idle_runtime_succeeds_after_the_server_closed_its_connection() {
    let server = Server::of_answers(|_| Answer::json(&serde_json::json!({ "access_token": "a" })));
    let (client, runtime) = (made_async(config(&server.base())), current_thread());
    for _ in 0..20 {
        // An exchange is never sent twice.
        runtime.block_on(client.exchange_code("code", None)).unwrap();
        server.hang_up();
    }
    assert_eq!((server.count(TOKENS), server.connections()), (20, 20));
}

#[test]
fn a_client_outlives_the_runtimes_that_it_was_used_on() {
    let server = Server::of_answers(|_| ours());
    let client = made_async(config(&server.base()));
    for number in 0..10 {
        let runtime = if number % 2 == 0 { current_thread() } else { multi_thread() };
        runtime.block_on(ask_async(&client)).unwrap();
        runtime.block_on(ask_async(&client)).unwrap();
    }
    // A thread of the runtime may need a moment to put a connection back.
    assert!(server.seen().len() == 20 && server.connections() >= 10, "{}", server.connections());
}

#[test]
fn many_runtimes_at_once_share_one_client() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let client = made_async(config(&server.base()));
    let (barrier, token) = (Barrier::new(16), Signer::first().token(&server.base()));
    thread::scope(|scope| {
        for number in 0..16 {
            let (client, barrier, token) = (&client, &barrier, &token);
            scope.spawn(move || {
                barrier.wait();
                for _ in 0..5 {
                    let runtime = if number % 4 == 0 { multi_thread() } else { current_thread() };
                    runtime.block_on(client.warm_up()).unwrap();
                    runtime.block_on(client.metadata()).unwrap();
                    runtime.block_on(client.verify_id_token(token, None, None)).unwrap();
                }
            });
        }
    });
    assert_eq!(server.count(crate::clever::CERTS), 1, "the keys must be fetched once for all runtimes");
}

#[test]
fn a_canceled_call_does_not_affect_the_next_one() {
    let (arrived, arrival) = channel();
    let server = Server::of_answers(move |_| {
        let _ = arrived.send(());
        ours()
    });
    let client = made_async(config(&server.base()));
    for runtime in [current_thread(), multi_thread()] {
        for _ in 0..5 {
            runtime.block_on(async {
                let mut call = pin!(ask_async(&client));
                while poll_once(call.as_mut()).is_pending() && arrival.try_recv().is_err() {
                    yield_now().await;
                }
            });
            runtime.block_on(ask_async(&client)).unwrap();
            arrival.try_iter().for_each(drop);
        }
    }
}

#[test]
fn keys_are_fetched_again_when_the_fetching_runtime_is_not_driven() {
    let (asked, first) = channel();
    let server = Server::of_answers(move |request| {
        let _ = asked.send(());
        publishing(request, Signer::first())
    });
    let client = Arc::new(made_async(config(&server.base())));
    let stopped = current_thread();
    let fetching = {
        let client = Arc::clone(&client);
        stopped.spawn(async move { client.warm_up().await })
    };
    stopped.block_on(async {
        while first.try_recv().is_err() {
            yield_now().await;
        }
    });
    run(async |_| tokio::join!(client.warm_up(), advance(HANGS / 2)).0).unwrap();
    stopped.block_on(fetching).unwrap().unwrap();
}

#[test]
fn an_async_call_outside_a_runtime_is_an_error_and_no_panic() {
    fn word_of<T>(call: impl Future<Output = Result<T, Error>>) -> &'static str {
        let Poll::Ready(result) = poll_once(pin!(call)) else { panic!("the call waits") };
        result.map(drop).unwrap_err().code().as_str()
    }
    let server = Server::of_answers(|request: &Request| publishing(request, Signer::first()));
    let client = made_async(config(&server.base()));
    let login = client.begin_login(&clever_sso::LoginOptions::default()).unwrap();
    let pending = Some(&*login.pending);
    let words = [
        word_of(client.warm_up()),
        word_of(client.metadata()),
        word_of(client.me("token")),
        word_of(client.exchange_code("code", None)),
        word_of(client.finish_login_with_pending(&callback(&login), pending)),
        word_of(client.verify_id_token("a.b.c", None, None)),
    ];
    assert_eq!(words, ["runtime_missing"; 6]);
    // Clever did not fail, so other callers must not get this error.
    let runtime = current_thread();
    runtime.block_on(client.warm_up()).unwrap();
    // With keys, the call does not wait for anything.
    let token = Signer::first().token(&server.base());
    assert!(matches!(poll_once(pin!(client.verify_id_token(&token, None, None))), Poll::Ready(Ok(_))));
}

/// Polls without a runtime.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
