//! Redirects are never followed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use crate::clever::{CERTS, DISCOVERY, ask, client, discovery, ours, word};
use crate::server::{Answer, Server};

#[test]
fn no_redirect_is_followed_with_any_status_or_target() {
    let target = Server::of_answers(|_| ours());
    for status in [301, 302, 303, 307, 308] {
        let places = [target.base(), "file:///etc/passwd".to_owned(), "/oauth/tokeninfo2".to_owned()];
        for place in places {
            let server = Server::of_answers(move |_| Answer::status(status).header("Location", &place));
            let client = client(&server.base());
            assert_eq!(word(ask(&client)), "response_redirect");
            assert_eq!(word(client.exchange_code("code", None).map(drop)), "response_redirect");
            assert_eq!(word(client.warm_up()), "response_redirect");
            assert_eq!(server.seen().len(), 3);
        }
    }
    assert_eq!(target.connections(), 0);
}

#[test]
fn a_redirect_of_the_keys_is_refused() {
    let target = Server::of_answers(|_| ours());
    let place = target.base();
    let server = Server::of_answers(move |request| match request.path.as_str() {
        DISCOVERY => discovery(request),
        _ => Answer::status(302).header("Location", &place),
    });
    assert_eq!(word(client(&server.base()).warm_up()), "response_redirect");
    assert_eq!((server.count(CERTS), target.connections()), (1, 0));
}

#[test]
fn keys_over_plain_http_on_another_machine_are_not_fetched() {
    let asked = Arc::new(AtomicUsize::new(0));
    for place in ["file:///etc/passwd", "http://192.0.2.1/certs", "ftp://127.0.0.1/certs", "data:,{}"] {
        let asked = Arc::clone(&asked);
        let server = Server::of_answers(move |request| {
            asked.fetch_add(1, SeqCst);
            let issuer = crate::clever::base(request);
            Answer::json(&serde_json::json!({ "issuer": issuer, "jwks_uri": place }))
        });
        assert_eq!(word(client(&server.base()).warm_up()), "response_malformed", "{place}");
    }
    assert_eq!(asked.load(SeqCst), 4);
}
