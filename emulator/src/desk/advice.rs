//! Advice for a step that failed. The reason of the failure is in the line of the journal.

use crate::memory::journal::Note;
use crate::memory::logins::{Outcome, Side};

/// Advice for a code with a state that the app did not exchange.
pub(super) const UNEXCHANGED: &str = "Look at the app's log. Either the browser did not reach the redirect URI, or the app refused the \
     callback before it asked for a token: the state was not its own, or a cookie was missing.";

/// The next step after a refusal.
pub(super) fn of(note: &Note) -> &'static str {
    match (note.side, note.status, note.outcome) {
        (_, 429, _) => "Send fewer requests: wait until the time in the X-RateLimit-Reset header.",
        (_, 500.., _) => "Try again. A good app tells the person to try again later.",
        (Side::Browser, _, Outcome::NoAccess | Outcome::Denied) => {
            "Log in as a person who may use the app, or change the districts and user_types of the app in the world file. A good app \
             shows the person that they have no access."
        }
        (Side::Browser, 401, _) => {
            "Enter it again. In the emulator, the sign-in number is the user name and the password."
        }
        (Side::Browser, _, _) => {
            "Nothing was sent back to the app. Correct the address that it sends people to, then start the login again."
        }
        (Side::App, 401, _) if is_exchange(note) => {
            "Compare the client id and the secret with the ready settings of the app, then start the login again."
        }
        (Side::App, _, _) if is_exchange(note) => {
            "Correct the request, then start the login again: a code works only once."
        }
        (Side::App, 401, _) => "Send the access token of this login as Authorization: Bearer.",
        (Side::App, 404, _) => "Compare the path and the id with the response of /v3.0/me.",
        (Side::App, _, _) => "Correct the request, and send it again.",
    }
}

fn is_exchange(note: &Note) -> bool {
    note.path.ends_with("/oauth/tokens")
}
