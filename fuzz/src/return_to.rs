//! Where a login leads: never to another site, however the address is written.

use clever_sso::fuzzing::opened;
use clever_sso::protocol::pending::LoginState;
use clever_sso::{LoginOptions, leads_to};
use url::Url;

use crate::people::{NOW, ORIGIN, REDIRECT_URI, entropy, journey, sealing_keys};
use crate::rules::{is_linear, tells_nothing};

/// Begins a login with these bytes as `return_to`.
pub fn check(data: &[u8]) {
    let target = String::from_utf8_lossy(data);
    let begin = |target: &str| {
        journey().begin_login(&LoginOptions::new().return_to(target).has_session(false), NOW, &entropy(1))
    };
    match begin(&target) {
        Ok(login) => {
            let url = Url::parse(&login.url).expect("a login has a URL");
            assert_eq!(url.host_str(), Some("clever.com"));
            let state = url.query_pairs().find(|(name, _)| name == "state").expect("a login has a state").1;
            assert!(opened(sealing_keys(), "state", &state).is_some());
            let kept =
                LoginState::open(sealing_keys(), &state).expect("this application made the state").return_to;
            leads_home(kept.as_deref().unwrap_or("/"));
            let is_callback =
                kept.as_ref().is_some_and(|kept| leads_to(kept, "/callback") && !is_elsewhere(kept));
            assert!(!is_callback, "a login leads to the callback: {target}");
            // The stored address is valid input again.
            assert!(kept.is_none_or(|kept| begin(&kept).is_ok()), "{target}");
        }
        Err(error) => {
            tells_nothing(&error, []);
            if let Some(kept) = error.return_to() {
                leads_home(kept);
            }
        }
    }
    is_linear(data, |long| {
        let long = String::from_utf8_lossy(long);
        let _ = (begin(&long), leads_to(&long, "/login"), leads_to("/login", &long));
    });
}

/// Whether the target is on the other allowed site, which has its own pages.
fn is_elsewhere(target: &str) -> bool {
    Url::parse(target).is_ok_and(|url| url.origin().ascii_serialization() == ORIGIN)
}

/// A browser that follows the target stays on one of the two sites.
fn leads_home(target: &str) {
    let here = Url::parse(REDIRECT_URI).expect("the redirect URI is a URL");
    let there = here.join(target).unwrap_or_else(|error| panic!("{target}: {error}"));
    let origin = there.origin().ascii_serialization();
    assert!(
        [here.origin().ascii_serialization().as_str(), ORIGIN].contains(&origin.as_str()),
        "{target} {origin}"
    );
    assert!(!target.chars().any(|character| character.is_control() || character == '\\'), "{target:?}");
}
