//! The requests that Clever receives: no code before everything else is right, no code twice, and no unnecessary round trip.

use clever_emulator::Emulator;
use clever_sso::blocking::Client;
use clever_sso::protocol::pending::{ENTROPY_BYTES, LIFETIME_SECONDS, LoginState, Pending, SealingKeys};
use clever_sso::{Login, Secret};

use crate::scene::{
    OAUTH, OIDC, REDIRECT_URI, SECRET, begin, built, callback, client, config, emulator, state_of,
    token_requests, visit, word,
};

/// A login that began longer ago than a pending login is valid.
fn expired(emulator: &Emulator) -> (String, String) {
    let keys = SealingKeys::derive(OIDC, [&Secret::from(SECRET)]).unwrap();
    let began = emulator.now() - u64::from(LIFETIME_SECONDS) - 60;
    let state = LoginState::new(REDIRECT_URI, None, began).seal(&keys, &[7; ENTROPY_BYTES]).unwrap();
    let (_, sealed) = Pending::begin(&keys, &state, began, &[7; ENTROPY_BYTES]).unwrap();
    (state, sealed)
}

fn check_nothing_is_spent(arrivals: &[(String, Option<&str>, &str)], client: &Client, emulator: &Emulator) {
    for (callback, pending, expected) in arrivals {
        assert_eq!(word(&client.finish_login_with_pending(callback, *pending)), *expected, "{callback}");
        assert_eq!(token_requests(emulator), 0, "{callback}");
    }
}

#[test]
fn no_code_is_used_without_the_state_and_the_pending_login_of_one_login() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let (ours, other, foreign) = (begin(&client), begin(&client), begin(&self::client(&emulator, OAUTH)));
    let good = visit(&ours);
    let stateless = good.split("&state=").next().unwrap().to_owned();
    let (old_state, old_pending) = expired(&emulator);
    // One in 64 already begins with an A.
    let first = if ours.pending.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{first}{}", &ours.pending[1..]);
    let arrivals = [
        (stateless.clone(), None, "restart state_missing"),
        (stateless.clone(), Some(&*ours.pending), "restart state_missing"),
        (format!("{stateless}&state="), Some(&*ours.pending), "restart state_missing"),
        (good.clone(), None, "restart pending_missing"),
        (good.clone(), Some(""), "restart pending_missing"),
        (good.clone(), Some(&*other.pending), "restart state_mismatch"),
        (callback(&state_of(&other)), Some(&*ours.pending), "restart state_mismatch"),
        (callback("invented"), Some(&*ours.pending), "restart state_mismatch"),
        (good.clone(), Some(&*forged), "restart pending_invalid"),
        (good.clone(), Some(&*foreign.pending), "restart pending_invalid"),
        (callback(&state_of(&foreign)), Some(&*foreign.pending), "restart pending_invalid"),
        (callback(&old_state), Some(&*old_pending), "restart pending_expired"),
    ];
    check_nothing_is_spent(&arrivals, &client, &emulator);
    assert_eq!(word(&client.finish_login_with_pending(&good, Some(&ours.pending))), "signed_in");
}

#[test]
fn no_code_is_used_when_the_callback_is_malformed() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let login = begin(&client);
    let (good, pending) = (visit(&login), Some(&*login.pending));
    let arrivals = [
        (String::new(), pending, "error callback_malformed"),
        (REDIRECT_URI.to_owned(), pending, "error callback_malformed"),
        (good.replace("?code=", "?c="), pending, "error callback_malformed"),
        (good.replace("?code=", "#access_token="), pending, "error callback_malformed"),
        (format!("{good}&code=another"), pending, "error callback_duplicate"),
        (format!("{good}&state=another"), pending, "error callback_duplicate"),
        (format!("{good}#code=another"), pending, "error callback_duplicate"),
        (format!("{good}&error=access_denied"), pending, "error callback_contradictory"),
        (format!("{good}&access_token=il0"), pending, "error callback_contradictory"),
        (format!("{good}&iss=https%3A%2F%2Fevil.example"), pending, "error callback_issuer"),
        (format!("{good}&iss=%ff"), pending, "error callback_malformed"),
        (format!("{good}&x={}", "x".repeat(20_000)), pending, "error callback_malformed"),
        (good.replace("?code=", "?error="), pending, "denied"),
    ];
    check_nothing_is_spent(&arrivals, &client, &emulator);
    assert_eq!(word(&client.finish_login_with_pending(&good, pending)), "signed_in");
}

#[test]
fn the_code_of_a_callback_is_sent_once_even_if_clever_refuses_it() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let login = begin(&client);
    let good = visit(&login);
    assert_eq!(word(&client.finish_login_with_pending(&good, Some(&login.pending))), "signed_in");
    assert_eq!(token_requests(&emulator), 1);
    assert_eq!(word(&client.finish_login_with_pending(&good, Some(&login.pending))), "restart code_rejected");
    assert_eq!(token_requests(&emulator), 2);
}

#[test]
fn a_code_is_sent_once_with_a_wrong_secret() {
    let emulator = emulator();
    let client = built(config(&emulator, OIDC).client_secret("0000000000000000000000000000000000000000"));
    let login = begin(&client);
    assert_eq!(
        word(&client.finish_login_with_pending(&visit(&login), Some(&login.pending))),
        "error client_rejected"
    );
    assert_eq!(token_requests(&emulator), 1);
}

/// The cost of a login: the requests to each of Clever's endpoints that servers use.
fn received(emulator: &Emulator) -> Vec<(String, u64)> {
    let of_ada = format!("/v3.0/users/{}", emulator.person("ada").unwrap().id);
    let of_district = "/v3.0/districts/53ee4b8a44abc88c1c00119b".to_owned();
    let fixed = [
        "/.well-known/openid-configuration",
        "/oauth/certs",
        "/oauth/tokens",
        "/oauth/tokeninfo",
        "/userinfo",
        "/v3.0/me",
    ];
    let paths = fixed.into_iter().map(str::to_owned).chain([of_ada, of_district]);
    let counted = paths.map(|path| (emulator.request_count(&path), path));
    counted.filter(|(count, _)| *count > 0).map(|(count, path)| (path, count)).collect()
}

fn log_in(client: &Client) {
    let login: Login = begin(client);
    assert_eq!(word(&client.finish_login_with_pending(&visit(&login), Some(&login.pending))), "signed_in");
}

#[test]
fn a_login_with_an_id_token_takes_one_round_trip_with_cached_keys() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    client.warm_up().unwrap();
    let keys = [("/.well-known/openid-configuration".to_owned(), 1), ("/oauth/certs".to_owned(), 1)];
    assert_eq!(received(&emulator), keys);
    for logins in 1..=3 {
        log_in(&client);
        let expected: Vec<_> = keys.iter().cloned().chain([("/oauth/tokens".to_owned(), logins)]).collect();
        assert_eq!(received(&emulator), expected);
    }
}

#[test]
fn a_login_without_an_id_token_takes_three_round_trips_and_no_keys() {
    let emulator = emulator();
    let client = client(&emulator, OAUTH);
    // The first login of a process may fetch keys during the exchange, because it is not known yet that no ID token will come.
    log_in(&client);
    let after_the_first = received(&emulator);
    log_in(&client);
    let of_ada = format!("/v3.0/users/{}", emulator.person("ada").unwrap().id);
    for path in ["/oauth/tokens", "/v3.0/me", &of_ada] {
        assert_eq!(emulator.request_count(path), 2, "{path}");
    }
    assert_eq!(
        received(&emulator).len(),
        after_the_first.len(),
        "the second login must send no other requests"
    );
    for path in ["/.well-known/openid-configuration", "/oauth/certs"] {
        assert!(emulator.request_count(path) <= 1, "{path}");
    }
}
