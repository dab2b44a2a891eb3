//! The rules for clients of discovery and key sets (OpenID Connect Discovery 1.0, Core 10.1.1).

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use clever_sso::blocking::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::advance;

use crate::clever::{
    CERTS, DISCOVERY, base, client, config, discovery, key_set, made, made_async, publishing, word,
};
use crate::server::{Answer, Request, Server};
use crate::signer::Signer;
use crate::stopped_clock::run;

type Behavior = Box<dyn Fn(&Request) -> Answer + Send>;

/// A Clever that can change while it runs.
struct Changing {
    server: Server,
    behavior: Arc<Mutex<Behavior>>,
}

impl Changing {
    fn new(behavior: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let behavior: Arc<Mutex<Behavior>> = Arc::new(Mutex::new(Box::new(behavior)));
        let current = Arc::clone(&behavior);
        let server = Server::of_answers(move |request| current.lock().unwrap()(request));
        Self { server, behavior }
    }

    fn publishing(signer: Signer) -> Self {
        Self::new(move |request| publishing(request, signer))
    }

    fn becomes(&self, behavior: impl Fn(&Request) -> Answer + Send + 'static) {
        *self.behavior.lock().unwrap() = Box::new(behavior);
    }

    fn client(&self) -> Client {
        client(&self.server.base())
    }

    /// A valid token of this Clever, signed by `signer`.
    fn token(&self, signer: Signer) -> String {
        signer.token(&self.server.base())
    }

    /// The numbers of requests for discovery and for keys.
    fn counts(&self) -> (usize, usize) {
        (self.server.count(DISCOVERY), self.server.count(CERTS))
    }
}

fn verify(client: &Client, token: &str) -> &'static str {
    client.verify_id_token(token, None, None).map_or_else(|error| error.code().as_str(), |_| "verified")
}

#[test]
fn an_unknown_kid_causes_one_fetch_and_is_then_refused() {
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    assert_eq!(verify(&client, &clever.token(Signer::second())), "id_token_key_unknown");
    assert_eq!(clever.counts(), (2, 2));
    assert_eq!(verify(&client, &clever.token(Signer::second())), "id_token_key_unknown");
    assert_eq!(clever.counts(), (2, 2));
}

#[test]
fn many_invented_kids_cause_one_fetch() {
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
    thread::scope(|scope| {
        for kid in 0..32 {
            let (client, issuer) = (&client, clever.server.base());
            let token =
                Signer::first().sign(&json!({ "alg": "RS256", "kid": format!("invented {kid}") }), &issuer);
            scope.spawn(move || assert_eq!(verify(client, &token), "id_token_key_unknown"));
        }
    });
    assert_eq!(clever.counts(), (2, 2));
}

#[test]
fn many_invented_kids_cause_one_attempt_while_clever_is_down() {
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
    clever.becomes(|_| Answer::status(404));
    for _ in 0..20 {
        assert_eq!(verify(&client, &clever.token(Signer::second())), "id_token_key_unknown");
    }
    assert_eq!(clever.counts(), (2, 1));
}

#[test]
fn a_failed_or_invalid_fetch_keeps_the_old_keys() {
    let junk: [fn(&Request) -> Answer; 7] = [
        |_| Answer::status(404),
        |_| Answer::json("<html>"),
        |_| Answer::json("{}"),
        |_| Answer::status(302).header("Location", "file:///etc/passwd"),
        |request| if request.path == DISCOVERY { discovery(request) } else { key_set(&[]) },
        |request| if request.path == DISCOVERY { discovery(request) } else { Answer::json("\u{0}") },
        |request| if request.path == DISCOVERY { discovery(request) } else { Answer::status(401) },
    ];
    for behavior in junk {
        let clever = Changing::publishing(Signer::first());
        let client = clever.client();
        assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
        clever.becomes(behavior);
        assert_eq!(verify(&client, &clever.token(Signer::second())), "id_token_key_unknown");
        assert_eq!(clever.server.count(DISCOVERY), 2, "a fetch must have been tried");
        assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
    }
}

#[test]
fn rotated_keys_are_found_without_a_restart_and_old_ones_are_dropped() {
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
    clever.becomes(|request| publishing(request, Signer::second()));
    assert_eq!(verify(&client, &clever.token(Signer::second())), "verified");
    assert_eq!(verify(&client, &clever.token(Signer::first())), "id_token_key_unknown");
    assert_eq!(clever.counts(), (2, 2));
}

/// The same key with another `kid`, or without one.
fn renamed(signer: Signer, kid: Option<&str>) -> Value {
    let mut jwk = signer.jwk();
    match kid {
        Some(kid) => jwk["kid"] = kid.into(),
        None => drop(jwk.as_object_mut().unwrap().remove("kid")),
    }
    jwk
}

/// A Clever with the key of `signer` as `kid`, and the header of its tokens.
fn named(signer: Signer, kid: Option<&'static str>) -> (impl Fn(&Request) -> Answer, Value) {
    let publishing = move |request: &Request| match request.path.as_str() {
        DISCOVERY => discovery(request),
        _ => key_set(&[renamed(signer, kid)]),
    };
    let header = kid.map_or(json!({ "alg": "RS256" }), |kid| json!({ "alg": "RS256", "kid": kid }));
    (publishing, header)
}

#[test]
fn blocking_calls_find_keys_that_changed_under_the_same_kid_or_without_one() {
    for kid in [Some("always"), None] {
        let ((old, header), (new, _)) = (named(Signer::first(), kid), named(Signer::second(), kid));
        let clever = Changing::new(old);
        let (client, issuer) = (clever.client(), clever.server.base());
        assert_eq!(verify(&client, &Signer::first().sign(&header, &issuer)), "verified");
        clever.becomes(new);
        assert_eq!(verify(&client, &Signer::second().sign(&header, &issuer)), "verified", "{kid:?}");
        assert_eq!(verify(&client, &Signer::first().sign(&header, &issuer)), "id_token_signature");
        assert_eq!(clever.counts(), (2, 2));
    }
}

#[test]
fn async_calls_find_keys_that_changed_under_the_same_kid_or_without_one() {
    for kid in [Some("always"), None] {
        run(async |_| {
            let ((old, header), (new, _)) = (named(Signer::first(), kid), named(Signer::second(), kid));
            let clever = Changing::new(old);
            let issuer = clever.server.base();
            let client = made_async(config(&issuer));
            let verify = async |signer: Signer| {
                client.verify_id_token(&signer.sign(&header, &issuer), None, None).await.map(drop)
            };
            verify(Signer::first()).await.unwrap();
            clever.becomes(new);
            verify(Signer::second()).await.unwrap();
            assert_eq!(word(verify(Signer::first()).await), "id_token_signature");
            assert_eq!(clever.counts(), (2, 2));
            // Half a minute later, they may have changed again.
            clever.becomes(named(Signer::first(), kid).0);
            advance(Duration::from_secs(30)).await;
            verify(Signer::first()).await.unwrap();
            assert_eq!(clever.counts(), (3, 3));
        });
    }
}

#[test]
fn many_forged_signatures_cause_one_fetch_in_half_a_minute() {
    run(async |_| {
        let clever = Changing::publishing(Signer::first());
        let issuer = clever.server.base();
        let client = made_async(config(&issuer));
        client.verify_id_token(&clever.token(Signer::first()), None, None).await.unwrap();
        let forged = Signer::second().sign(&json!({ "alg": "RS256", "kid": "first" }), &issuer);
        for fetches in [2, 3] {
            let mut calls = JoinSet::new();
            for _ in 0..32 {
                let (client, forged) = (client.clone(), forged.clone());
                calls.spawn(async move { client.verify_id_token(&forged, None, None).await.map(drop) });
            }
            for result in calls.join_all().await {
                assert_eq!(word(result), "id_token_signature");
            }
            assert_eq!(clever.counts(), (fetches, fetches));
            advance(Duration::from_secs(30)).await;
        }
        client.verify_id_token(&clever.token(Signer::first()), None, None).await.unwrap();
    });
}

#[test]
fn many_forged_signatures_cause_one_attempt_while_clever_is_down_and_keep_the_keys() {
    let clever = Changing::publishing(Signer::first());
    let (client, issuer) = (clever.client(), clever.server.base());
    assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
    clever.becomes(|_| Answer::status(404));
    let forged = Signer::second().sign(&json!({ "alg": "RS256", "kid": "first" }), &issuer);
    for _ in 0..20 {
        assert_eq!(verify(&client, &forged), "id_token_signature");
    }
    assert_eq!(clever.counts(), (2, 1));
    assert_eq!(verify(&client, &clever.token(Signer::first())), "verified");
}

#[test]
fn a_key_made_between_fetch_and_signature_is_found() {
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    client.warm_up().unwrap();
    clever.becomes(|request| publishing(request, Signer::second()));
    assert_eq!(verify(&client, &clever.token(Signer::second())), "verified");
}

#[test]
fn the_address_of_the_keys_is_read_from_discovery_at_each_fetch() {
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    client.warm_up().unwrap();
    clever.becomes(|request| match request.path.as_str() {
        DISCOVERY => {
            let base = base(request);
            Answer::json(&json!({ "issuer": base, "jwks_uri": format!("{base}/moved") }))
        }
        "/moved" => key_set(&[Signer::second().jwk()]),
        _ => Answer::status(404),
    });
    assert_eq!(verify(&client, &clever.token(Signer::second())), "verified");
    assert_eq!((clever.server.count(CERTS), clever.server.count("/moved")), (1, 1));
}

#[test]
fn discovery_with_another_issuer_is_refused() {
    for other in ["/", "x", "%2e"] {
        let clever = Changing::new(move |request| {
            let base = base(request);
            let issuer = format!("{base}{other}");
            Answer::json(&json!({ "issuer": issuer, "jwks_uri": format!("{base}{CERTS}") }))
        });
        assert_eq!(word(clever.client().warm_up()), "discovery_issuer");
        assert_eq!(clever.counts(), (1, 0));
    }
}

#[test]
fn an_invalid_key_set_is_refused_with_the_reason() {
    let large = format!("{{\"keys\":[]}}{}", " ".repeat(1024 * 1024));
    for (answer, expected) in [
        (Answer::status(404), "not_found"),
        (Answer::status(204), "response_malformed"),
        (Answer::json("<html>"), "response_html"),
        (Answer::json("[]"), "response_malformed"),
        (Answer::json(&large), "response_too_large"),
        (key_set(&[]), "keys_unusable"),
    ] {
        let clever = Changing::new(move |request| match request.path.as_str() {
            DISCOVERY => discovery(request),
            _ => answer.clone(),
        });
        assert_eq!(word(clever.client().warm_up()), expected);
    }
}

#[test]
fn sixty_four_callers_at_once_share_one_fetch() {
    let clever = Changing::publishing(Signer::first());
    let (client, token) = (clever.client(), clever.token(Signer::first()));
    let barrier = std::sync::Barrier::new(64);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                barrier.wait();
                assert_eq!(verify(&client, &token), "verified");
            });
        }
    });
    assert_eq!(clever.counts(), (1, 1));
}

#[test]
fn sixty_four_callers_at_once_share_one_failure() {
    // A failure is shared for only a second, so the clock stands still.
    run(async |_| {
        let clever = Changing::new(|_| Answer::status(404));
        let (client, token) = (made_async(config(&clever.server.base())), clever.token(Signer::first()));
        let mut calls = JoinSet::new();
        for _ in 0..64 {
            let (client, token) = (client.clone(), token.clone());
            calls.spawn(async move { client.verify_id_token(&token, None, None).await.map(drop) });
        }
        for result in calls.join_all().await {
            assert_eq!(word(result), "not_found");
        }
        assert_eq!(clever.counts(), (1, 0));
    });
}

#[test]
fn keys_are_fresh_for_a_while_even_if_the_server_says_otherwise() {
    let clever = Changing::new(|request| {
        publishing(request, Signer::first()).header("Cache-Control", "no-store, max-age=0")
    });
    let (client, token) = (clever.client(), clever.token(Signer::first()));
    for _ in 0..10 {
        assert_eq!(verify(&client, &token), "verified");
    }
    assert_eq!(clever.counts(), (1, 1));
}

#[test]
fn urls_in_a_token_are_never_fetched() {
    let elsewhere = Server::of_answers(|_| key_set(&[Signer::second().jwk()]));
    let clever = Changing::publishing(Signer::first());
    let client = clever.client();
    for name in ["jku", "x5u"] {
        let mut header = json!({ "alg": "RS256", "kid": "second" });
        header[name] = elsewhere.base().into();
        let token = Signer::second().sign(&header, &clever.server.base());
        assert_ne!(verify(&client, &token), "verified");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn keys_of_unknown_types_do_not_make_the_set_unusable() {
    let strange = [
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "first" }),
        json!({ "kty": 7 }),
        json!("junk"),
        json!(null),
        Signer::first().jwk(),
    ];
    let clever = Changing::new(move |request| match request.path.as_str() {
        DISCOVERY => discovery(request),
        _ => key_set(&strange),
    });
    assert_eq!(verify(&clever.client(), &clever.token(Signer::first())), "verified");
}

#[test]
fn the_last_of_a_thousand_keys_verifies() {
    let mut keys: Vec<_> = (0..1000)
        .map(|number| {
            let mut key = Signer::second().jwk();
            key["kid"] = json!(format!("old-{number}"));
            key
        })
        .collect();
    keys.push(Signer::first().jwk());
    let clever = Changing::new(move |request| match request.path.as_str() {
        DISCOVERY => discovery(request),
        _ => key_set(&keys),
    });
    assert_eq!(verify(&clever.client(), &clever.token(Signer::first())), "verified");
}

#[test]
fn fetched_keys_verify_tokens_while_clever_is_down() {
    let clever = Changing::publishing(Signer::first());
    let client = made(config(&clever.server.base()));
    client.warm_up().unwrap();
    let token = clever.token(Signer::first());
    drop(clever);
    assert_eq!(verify(&client, &token), "verified");
}
