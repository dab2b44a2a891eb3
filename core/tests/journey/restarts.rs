//! A login never restarts forever, whatever is lost or exchanged.

use clever_sso::blocking::Client;
use clever_sso::{Login, Outcome};
use proptest::prelude::*;

use crate::scene::{OIDC, begin, callback, cases, client, emulator, state_of, visit, word};

/// A login goes to Clever three times at most: once when it begins, and twice when it restarts.
const MOST_RESTARTS: usize = 2;

/// What goes wrong when the browser returns. A callback without the state of a login counts as a new login, because nothing
/// connects it to one. So the first three of these only count the restarts after them.
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

    /// The mishaps that have the state of the latest login.
    const WITH_STATE: [Self; 4] =
        [Self::PendingDropped, Self::PendingForged, Self::PendingOfAnotherLogin, Self::CodeSpent];

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

/// The number of restarts in a row, and the error code at the end.
fn restarts(client: &Client, mishaps: &[Mishap]) -> (usize, String) {
    let (mut latest, other) = (begin(client), begin(client));
    for (number, mishap) in mishaps.iter().enumerate() {
        let (callback, pending) = mishap.arrival(&latest, &other);
        match client.finish_login_with_pending(&callback, pending.as_deref()) {
            Ok(Outcome::Restart(restart)) => latest = restart.login,
            ended => return (number, word(&ended)),
        }
    }
    (mishaps.len(), "restart".to_owned())
}

#[test]
fn no_sequence_of_arrivals_goes_to_clever_more_than_three_times() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let mishap = prop::sample::select(&Mishap::WITH_STATE[..]);
    proptest!(cases(256), |(mishaps in prop::collection::vec(mishap, MOST_RESTARTS + 1..10))| {
        let (count, end) = restarts(&client, &mishaps);
        prop_assert!(count <= MOST_RESTARTS, "{count} restarts");
        let ends = ["error login_loop", "error cookies_blocked", "error pending_invalid"];
        prop_assert!(ends.contains(&end.as_str()), "{end}");
    });
}

#[test]
fn a_single_mishap_is_repaired_by_one_restart() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    for mishap in Mishap::ALL {
        let (callback, pending) = mishap.arrival(&begin(&client), &begin(&client));
        let Ok(Outcome::Restart(restart)) = client.finish_login_with_pending(&callback, pending.as_deref())
        else {
            panic!("{mishap:?} is no reason to give up");
        };
        let outcome = client.finish_login_with_pending(&visit(&restart.login), Some(&restart.login.pending));
        assert_eq!(word(&outcome), "signed_in", "{mishap:?}");
    }
}
