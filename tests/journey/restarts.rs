//! A login never restarts for ever, whatever is lost or exchanged on the way.

use clever_sso::blocking::Client;
use clever_sso::{Login, Outcome};
use proptest::prelude::*;

use crate::scene::{OIDC, begin, callback, cases, client, emulator, state_of, visit, word};

/// As many restarts in a row are allowed.
const MOST_RESTARTS: usize = 3;

/// What goes wrong when the browser returns. One of the two halves of the latest login arrives in each case; of an arrival
/// with neither nobody can tell that it is not the first one.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    StateStripped,
    StateInvented,
    StateOfAnotherLogin,
    PendingDropped,
    PendingForged,
    PendingOfAnotherLogin,
    CodeSpent,
}

impl Mishap {
    const ALL: [Self; 7] = [
        Self::StateStripped,
        Self::StateInvented,
        Self::StateOfAnotherLogin,
        Self::PendingDropped,
        Self::PendingForged,
        Self::PendingOfAnotherLogin,
        Self::CodeSpent,
    ];

    /// The callback and the pending login that arrive after `latest`.
    fn arrival(self, latest: &Login, other: &Login) -> (String, Option<String>) {
        let (good, pending) = (callback(&state_of(latest)), Some(latest.pending.clone()));
        match self {
            Self::StateStripped => (good.split("&state=").next().unwrap().to_owned(), pending),
            Self::StateInvented => (callback("invented"), pending),
            Self::StateOfAnotherLogin => (callback(&state_of(other)), pending),
            Self::PendingDropped => (good, None),
            Self::PendingForged => (good, Some("forged".to_owned())),
            Self::PendingOfAnotherLogin => (good, Some(other.pending.clone())),
            Self::CodeSpent => (good, pending),
        }
    }
}

/// How often the login restarts in a row, and the word with which that ends.
fn restarts(client: &Client, mishaps: &[Mishap]) -> (usize, String) {
    let (mut latest, other) = (begin(client), begin(client));
    for (number, mishap) in mishaps.iter().enumerate() {
        let (callback, pending) = mishap.arrival(&latest, &other);
        match client.finish_login(&callback, pending.as_deref()) {
            Ok(Outcome::Restart(restart)) => latest = restart.login,
            ended => return (number, word(&ended)),
        }
    }
    (mishaps.len(), "restart".to_owned())
}

#[test]
fn no_sequence_of_arrivals_restarts_more_than_three_times() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let mishap = prop::sample::select(&Mishap::ALL[..]);
    proptest!(cases(256), |(mishaps in prop::collection::vec(mishap, MOST_RESTARTS + 1..10))| {
        let (count, end) = restarts(&client, &mishaps);
        prop_assert!(count <= MOST_RESTARTS, "{count} restarts");
        let ends = ["error login_loop", "error cookies_blocked", "error pending_invalid"];
        prop_assert!(ends.contains(&end.as_str()), "{end}");
    });
}

#[test]
fn a_single_mishap_is_mended_by_one_restart() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    for mishap in Mishap::ALL {
        let (callback, pending) = mishap.arrival(&begin(&client), &begin(&client));
        let Ok(Outcome::Restart(restart)) = client.finish_login(&callback, pending.as_deref()) else {
            panic!("{mishap:?} is no reason to give up");
        };
        let outcome = client.finish_login(&visit(&restart.login), Some(&restart.login.pending));
        assert_eq!(word(&outcome), "signed_in", "{mishap:?}");
    }
}
