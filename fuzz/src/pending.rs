//! The encrypted state of a login: only bytes that this application encrypted are accepted, they decrypt to the same state, and a
//! login leads only to allowed addresses, even with a state from an older version.
//!
//! The first byte of an input selects how the rest is encrypted.

use clever_sso::Outcome;
use clever_sso::fuzzing::{opened, sealed};
use clever_sso::journey::Step;
use clever_sso::protocol::pending::{FinishedMark, LoginState, Pending, SignedInMark};

use crate::cookies::{browser_keeps, cookie};
use crate::people::{NOW, ORIGIN, REDIRECT_URI, entropy, journey, sealing_keys};
use crate::rules::{hash, index, is_linear, tells_nothing};

const PURPOSES: [&str; 4] = ["state", "pending", "signed in", "finished"];

/// Encrypts the bytes, and decrypts them.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    assert!(!is_opened(&text), "unencrypted bytes must not be accepted");
    let Some((purpose, plain)) = data.split_first() else { return };
    let purpose = PURPOSES[usize::from(*purpose) % PURPOSES.len()];
    let Some(text) = sealed(sealing_keys(), purpose, plain, &entropy(1)) else {
        panic!("the state can be encrypted")
    };
    for other in PURPOSES {
        assert_eq!(opened(sealing_keys(), other, &text).is_some(), other == purpose);
    }
    assert!(!is_opened(&changed(&text)), "changed bytes must not be accepted");
    let again = entropy(2);
    match purpose {
        "state" => {
            if let Some(state) = LoginState::open(sealing_keys(), &text) {
                if let Ok(resealed) = state.seal(sealing_keys(), &again) {
                    assert_eq!(opened(sealing_keys(), purpose, &resealed).as_deref(), Some(plain));
                }
                finishes(&text, &state);
            }
        }
        "pending" => {
            if let Some(pending) = Pending::open(sealing_keys(), &text) {
                let resealed = pending.seal(sealing_keys(), &again).expect("the state can be encrypted");
                assert_eq!(opened(sealing_keys(), purpose, &resealed).as_deref(), Some(plain));
                assert!(!pending.has_state("state") && !format!("{pending:?}").contains(&pending.nonce()));
            }
        }
        "signed in" => {
            if let Some(mark) = SignedInMark::open(sealing_keys(), &text) {
                let resealed = mark.seal(sealing_keys(), &again).expect("the state can be encrypted");
                assert_eq!(SignedInMark::open(sealing_keys(), &resealed), Some(mark));
            }
        }
        _ => {
            if let Some(mark) = FinishedMark::open(sealing_keys(), &text) {
                let resealed = mark.seal(sealing_keys(), &again).expect("the state can be encrypted");
                assert_eq!(FinishedMark::open(sealing_keys(), &resealed), Some(mark));
            }
        }
    }
    is_linear(data, |long| assert!(!is_opened(&String::from_utf8_lossy(long))));
}

fn is_opened(text: &str) -> bool {
    let keys = sealing_keys();
    LoginState::open(keys, text).is_some()
        || Pending::open(keys, text).is_some()
        || SignedInMark::open(keys, text).is_some()
        || FinishedMark::open(keys, text).is_some()
}

fn changed(text: &str) -> String {
    let mut changed = text.as_bytes().to_vec();
    let at = index(hash(text.as_bytes()), changed.len());
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8_lossy(&changed).into_owned()
}

/// Finishes a login with a state, with and without its cookie.
fn finishes(text: &str, state: &LoginState) {
    let (_, pending) =
        Pending::begin(sealing_keys(), text, NOW, &entropy(3)).expect("the state can be encrypted");
    let own = cookie(text, &pending);
    for callback in ["code=1234567890123456", "error=access_denied", "error=server_error"] {
        for cookies in [own.as_str(), ""] {
            let callback = format!("{REDIRECT_URI}?{callback}&state={text}");
            let return_to = match journey().finish_login(&callback, cookies, NOW, &entropy(4)) {
                Ok(Step::Send(asked)) => {
                    let is_ours = state.has_redirect_uri(REDIRECT_URI);
                    assert!(!cookies.is_empty() && is_ours, "only a proven login may use its code");
                    assert_eq!(asked.request().uri(), "https://clever.com/oauth/tokens");
                    None
                }
                Ok(Step::Verify(_)) => panic!("no request was sent yet"),
                Ok(Step::Finished(outcome)) => {
                    browser_keeps(outcome.set_cookies(), text, !cookies.is_empty());
                    match outcome {
                        Outcome::SignedIn(_) => panic!("a person is signed in without a proof"),
                        Outcome::Restart(restart) => {
                            assert!(restart.login.url.starts_with("https://clever.com/oauth/authorize?"));
                            None
                        }
                        Outcome::Denied(denied) => denied.return_to,
                    }
                }
                Err(error) => {
                    browser_keeps(error.set_cookies(), text, !cookies.is_empty());
                    tells_nothing(&error, [text, &pending, "1234567890123456"]);
                    error.return_to().map(str::to_owned)
                }
            };
            let is_home = |target: &str| {
                target.starts_with('/') && !target.starts_with("//")
                    || target.starts_with(ORIGIN)
                    || target.starts_with("https://app.example")
            };
            assert!(return_to.as_deref().is_none_or(is_home), "{return_to:?}");
        }
    }
}
