//! State and pending login are encrypted: no one can change them, and only a process with the key can finish the login.

use clever_sso::{LoginOptions, Secret};
use proptest::prelude::*;

use crate::scene::{
    OIDC, REDIRECT_URI, begin, built, callback, cases, client, config, emulator, state_of, token_requests,
    visit, word,
};

/// The text with one bit of one character changed. It is still ASCII.
fn with_a_bit_changed(text: &str, place: prop::sample::Index, bit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = place.index(bytes.len());
    bytes[place] ^= 1 << bit;
    String::from_utf8(bytes).unwrap()
}

fn key() -> impl Strategy<Value = String> {
    "[!-~]{16,40}"
}

#[test]
fn a_pending_login_or_state_with_any_bit_changed_never_finishes_a_login() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let arrivals = ("/[a-z]{0,40}", any::<prop::sample::Index>(), 0..7u8, any::<bool>());
    proptest!(cases(512), |((return_to, place, bit, in_state) in arrivals)| {
        let mut options = LoginOptions::default();
        options.return_to = Some(return_to);
        let login = client.begin_login(&options).unwrap();
        let (state, pending) = (state_of(&login), login.pending.clone());
        let (state, pending, expected) = if in_state {
            (with_a_bit_changed(&state, place, bit), pending, "restart state_mismatch")
        } else {
            (state, with_a_bit_changed(&pending, place, bit), "restart pending_invalid")
        };
        let outcome = client.finish_login_with_pending(&callback(&state), Some(&pending));
        prop_assert_eq!(word(&outcome), expected);
        prop_assert_eq!(token_requests(&emulator), 0);
    });
}

#[test]
fn two_clients_with_the_same_configuration_finish_each_others_logins() {
    let emulator = emulator();
    proptest!(cases(12), |(key in prop::option::of(key()), return_to in "/[a-z]{0,40}")| {
        let make = || {
            let config = config(&emulator, OIDC);
            built(if let Some(key) = &key { config.pending_key(Secret::from(key.as_str())) } else { config })
        };
        let (here, there) = (make(), make());
        for (begins, finishes) in [(&here, &there), (&there, &here)] {
            let mut options = LoginOptions::default();
            options.return_to = Some(return_to.clone());
            let login = begins.begin_login(&options).unwrap();
            let outcome = finishes.finish_login_with_pending(&visit(&login), Some(&login.pending));
            prop_assert_eq!(word(&outcome), "signed_in");
        }
    });
}

#[test]
fn a_login_under_an_old_key_finishes_after_rotation_and_not_when_the_key_is_dropped() {
    let emulator = emulator();
    proptest!(cases(12), |(old in key(), new in key())| {
        prop_assume!(old != new);
        let begun = begin(&built(config(&emulator, OIDC).pending_key(Secret::from(old.as_str()))));
        let rotated = || config(&emulator, OIDC).pending_key(Secret::from(new.as_str()));
        let callback = visit(&begun);
        let before = token_requests(&emulator);
        let dropped = built(rotated()).finish_login_with_pending(&callback, Some(&begun.pending));
        prop_assert_eq!(word(&dropped), "restart pending_invalid");
        prop_assert_eq!(token_requests(&emulator), before);
        let kept = built(rotated().old_pending_key(Secret::from(old.as_str())));
        prop_assert_eq!(word(&kept.finish_login_with_pending(&callback, Some(&begun.pending))), "signed_in");
    });
}

#[test]
fn a_login_that_began_with_the_old_client_secret_finishes_after_rotation() {
    let emulator = emulator();
    proptest!(cases(12), |(old in key())| {
        let begun = begin(&built(config(&emulator, OIDC).client_secret(old.as_str())));
        let rotated = built(config(&emulator, OIDC).old_pending_key(Secret::from(old.as_str())));
        prop_assert_eq!(word(&rotated.finish_login_with_pending(&visit(&begun), Some(&begun.pending))), "signed_in");
    });
}

#[test]
fn a_pending_login_for_a_removed_redirect_uri_is_useless() {
    let emulator = emulator();
    let begun = begin(&client(&emulator, OIDC));
    let moved = clever_sso::Config::builder(OIDC)
        .client_secret(crate::scene::SECRET)
        .redirect_uri(format!("{REDIRECT_URI}/new"))
        .base_url(emulator.base_url());
    let outcome = built(moved).finish_login_with_pending(&visit(&begun), Some(&begun.pending));
    assert_eq!(word(&outcome), "restart pending_invalid");
    assert_eq!(token_requests(&emulator), 0);
}
