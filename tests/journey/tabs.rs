//! Tabs that each keep their own pending login do not disturb one another.

use clever_sso::Login;
use clever_sso::blocking::Client;
use proptest::prelude::*;

use crate::scene::{OIDC, begin, cases, client, emulator, visit, word};

/// How far a tab has come.
enum Tab {
    Empty,
    Begun(Login),
    Returned(Login, String),
    Finished(String),
}

impl Tab {
    fn go_on(self, client: &Client) -> Self {
        match self {
            Self::Empty => Self::Begun(begin(client)),
            Self::Begun(login) => {
                let callback = visit(&login);
                Self::Returned(login, callback)
            }
            Self::Returned(login, callback) => {
                Self::Finished(word(&client.finish_login(&callback, Some(&login.pending))))
            }
            finished @ Self::Finished(_) => finished,
        }
    }
}

/// Which tab goes on next: each of two or three tabs three times, in any order.
fn interleaving() -> impl Strategy<Value = Vec<usize>> {
    let turns = |tabs: usize| Just((0..tabs).flat_map(|tab| [tab; 3]).collect::<Vec<_>>());
    (2..=3_usize).prop_flat_map(turns).prop_shuffle()
}

#[test]
fn tabs_that_keep_their_own_pending_login_all_succeed_in_any_interleaving() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    proptest!(cases(48), |(turns in interleaving())| {
        let mut tabs = [Tab::Empty, Tab::Empty, Tab::Empty];
        for tab in &turns {
            let here = std::mem::replace(&mut tabs[*tab], Tab::Empty);
            tabs[*tab] = here.go_on(&client);
        }
        for (number, tab) in tabs.iter().enumerate().filter(|(number, _)| turns.contains(number)) {
            prop_assert!(matches!(tab, Tab::Finished(outcome) if outcome == "signed_in"), "tab {number}");
        }
    });
}
