//! The first login of a process: requests that can run at the same time do, and the login does not wait for unneeded ones.

use std::collections::HashSet;
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex};

use clever_sso::{Error, LoginOptions, Outcome, blocking};
use serde_json::json;
use tokio::runtime::Builder;

use crate::clever::{
    CERTS, DISCOVERY, TOKENS, base, callback, config, discovery, key_set, made, made_async, parameter, tokens,
};
use crate::server::{Answer, Request, Server};
use crate::signer::Signer;
use crate::stopped_clock::HANGS;

const ID: &str = "58da8c63d7dc0ca068003d3b";

/// Waits until requests for all of some paths have arrived.
#[derive(Default)]
struct Meeting {
    seen: Mutex<HashSet<String>>,
    more: Condvar,
}

impl Meeting {
    /// Adds a request, and waits for the others. Returns whether all of them arrived.
    fn of(&self, expected: &[&str], request: &Request) -> bool {
        let mut seen = self.seen.lock().unwrap();
        seen.insert(request.path.clone());
        self.more.notify_all();
        let absent = |seen: &mut HashSet<String>| !expected.iter().all(|path| seen.contains(*path));
        !self.more.wait_timeout_while(seen, HANGS, absent).unwrap().1.timed_out()
    }
}

/// The nonce of the login in progress, for the server that signs its token.
type Nonce = Arc<Mutex<String>>;

/// A token response with an ID token.
fn id_tokens(request: &Request, nonce: &Nonce) -> Answer {
    let id_token = Signer::first().token_for(&nonce.lock().unwrap(), &base(request));
    Answer::json(&json!({ "access_token": "access-token", "token_type": "bearer", "id_token": id_token }))
}

/// The person that an access token belongs to.
fn person(request: &Request) -> Answer {
    match request.path.as_str() {
        "/v3.0/me" => Answer::json(&json!({ "type": "user", "data": { "id": ID, "type": "user" } })),
        _ => Answer::json(&json!({ "data": { "id": ID } })),
    }
}

/// Logs in with a client that has made no request before.
fn log_in_blocking(server: &Server, nonce: &Nonce) -> Result<Outcome, Error> {
    log_in_with(&made(config(&server.base())), nonce)
}

fn log_in_with(client: &blocking::Client, nonce: &Nonce) -> Result<Outcome, Error> {
    let login = client.begin_login(&LoginOptions::default()).unwrap();
    *nonce.lock().unwrap() = parameter(&login, "nonce");
    client.finish_login_with_pending(&callback(&login), Some(&login.pending))
}

fn log_in_async(server: &Server, nonce: &Nonce) -> Result<Outcome, Error> {
    let client = made_async(config(&server.base()));
    let login = client.begin_login(&LoginOptions::default()).unwrap();
    *nonce.lock().unwrap() = parameter(&login, "nonce");
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.finish_login_with_pending(&callback(&login), Some(&login.pending)))
}

type LogIn = fn(&Server, &Nonce) -> Result<Outcome, Error>;
const FACES: [LogIn; 2] = [log_in_blocking, log_in_async];

fn is_signed_in(result: &Result<Outcome, Error>) -> bool {
    matches!(result, Ok(Outcome::SignedIn(signed_in)) if signed_in.identity.id == ID)
}

#[test]
fn code_discovery_and_keys_are_requested_at_the_same_time() {
    for log_in in FACES {
        let (nonce, meeting) = (Nonce::default(), Meeting::default());
        let known = Arc::clone(&nonce);
        let server = Server::of_answers(move |request| {
            // The server responds to none of them before all three have arrived.
            if !meeting.of(&[TOKENS, DISCOVERY, CERTS], request) {
                return Answer::status(404);
            }
            match request.path.as_str() {
                TOKENS => id_tokens(request, &known),
                DISCOVERY => discovery(request),
                _ => key_set(&[Signer::first().jwk()]),
            }
        });
        let result = log_in(&server, &nonce);
        assert!(is_signed_in(&result), "{result:?}");
        assert_eq!(server.seen().len(), 3);
    }
}

#[test]
fn keys_at_a_configured_address_are_requested_together_with_the_code() {
    let (nonce, meeting) = (Nonce::default(), Meeting::default());
    let known = Arc::clone(&nonce);
    let server = Server::of_answers(move |request| {
        if !meeting.of(&[TOKENS, "/keys-here"], request) {
            return Answer::status(404);
        }
        if request.path == TOKENS { id_tokens(request, &known) } else { key_set(&[Signer::first().jwk()]) }
    });
    let client = made(config(&server.base()).jwks_uri(format!("{}/keys-here", server.base())));
    assert!(is_signed_in(&log_in_with(&client, &nonce)));
    assert_eq!((server.count(DISCOVERY), server.count(CERTS)), (0, 0));
}

#[test]
fn the_address_of_the_keys_in_discovery_wins() {
    for log_in in FACES {
        let nonce = Nonce::default();
        let known = Arc::clone(&nonce);
        let server = Server::of_answers(move |request| match request.path.as_str() {
            TOKENS => id_tokens(request, &known),
            DISCOVERY => {
                let base = base(request);
                Answer::json(&json!({ "issuer": base, "jwks_uri": format!("{base}/moved") }))
            }
            "/moved" => key_set(&[Signer::first().jwk()]),
            // The keys at the usual address are not used.
            _ => key_set(&[Signer::second().jwk()]),
        });
        assert!(is_signed_in(&log_in(&server, &nonce)));
        assert_eq!((server.count("/moved"), server.count(DISCOVERY)), (1, 1));
    }
}

#[test]
fn keys_are_not_used_when_discovery_fails_or_names_another_issuer() {
    for (answer, expected) in [
        (Answer::status(404), "not_found"),
        (
            Answer::json(&json!({ "issuer": "https://evil.example", "jwks_uri": "https://evil.example/" })),
            "discovery_issuer",
        ),
    ] {
        let nonce = Nonce::default();
        let known = Arc::clone(&nonce);
        let server = Server::of_answers(move |request| match request.path.as_str() {
            TOKENS => id_tokens(request, &known),
            DISCOVERY => answer.clone(),
            _ => key_set(&[Signer::first().jwk()]),
        });
        assert_eq!(log_in_blocking(&server, &nonce).unwrap_err().code().as_str(), expected);
    }
}

#[test]
fn a_login_without_an_id_token_waits_for_no_keys_and_the_next_requests_none() {
    let (go, told) = channel::<()>();
    let (told, meeting) = (Mutex::new(told), Meeting::default());
    let server = Server::of_answers(move |request| match request.path.as_str() {
        path @ (TOKENS | DISCOVERY | CERTS) => {
            // All three requests of the first login must arrive before it continues.
            let met = meeting.of(&[TOKENS, DISCOVERY, CERTS], request);
            if path == TOKENS && met {
                return tokens();
            }
            // The keys are not sent before both logins are over.
            let _ = told.lock().unwrap().recv_timeout(HANGS);
            Answer::status(503)
        }
        _ => person(request),
    });
    let (client, nonce) = (made(config(&server.base())), Nonce::default());
    for logins in [1, 2] {
        assert!(is_signed_in(&log_in_with(&client, &nonce)));
        assert_eq!((server.count(TOKENS), server.count(DISCOVERY), server.count(CERTS)), (logins, 1, 1));
    }
    drop(go);
}

#[test]
fn a_failed_key_fetch_does_not_fail_a_login_without_an_id_token() {
    for log_in in FACES {
        let server = Server::of_answers(|request| match request.path.as_str() {
            TOKENS => tokens(),
            DISCOVERY => Answer::json("<html>"),
            CERTS => Answer::status(404),
            _ => person(request),
        });
        assert!(is_signed_in(&log_in(&server, &Nonce::default())));
    }
}

#[test]
fn a_failed_exchange_ends_the_login_without_waiting_for_the_keys() {
    for (status, error, expected) in
        [(400, "invalid_grant", None), (401, "invalid_client", Some("client_rejected"))]
    {
        let (go, told) = channel::<()>();
        let told = Mutex::new(told);
        let server = Server::of_answers(move |request| {
            if request.path == TOKENS {
                return Answer::status(status).body(json!({ "error": error }).to_string());
            }
            let _ = told.lock().unwrap().recv_timeout(HANGS);
            Answer::status(503)
        });
        let result = log_in_blocking(&server, &Nonce::default());
        drop(go);
        match expected {
            Some(expected) => assert_eq!(result.unwrap_err().code().as_str(), expected),
            None => assert!(matches!(result, Ok(Outcome::Restart(_))), "{result:?}"),
        }
    }
}

#[test]
fn a_login_with_fresh_keys_requests_only_tokens() {
    let nonce = Nonce::default();
    let known = Arc::clone(&nonce);
    let server = Server::of_answers(move |request| match request.path.as_str() {
        TOKENS => id_tokens(request, &known),
        DISCOVERY => discovery(request),
        _ => key_set(&[Signer::first().jwk()]),
    });
    let client = made(config(&server.base()));
    client.warm_up().unwrap();
    assert!(is_signed_in(&log_in_with(&client, &nonce)));
    assert_eq!(server.seen().len(), 3);
}
