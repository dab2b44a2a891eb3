//! Controls for the whole emulator.

use maud::{Markup, html};

use crate::system::clock;

/// How far the clock can be moved at once, in seconds and in words.
const STEPS: [(u64, &str); 3] = [(60, "1 minute"), (60 * 60, "1 hour"), (24 * 60 * 60, "1 day")];

pub(super) fn section(now: u64, ahead: u64) -> Markup {
    html! {
        p { "The emulator's clock says " strong { (clock::time_of_day(now)) }
            @if ahead > 0 { ", " (clock::length(ahead)) " ahead of this machine" }
            ". A code is valid for a minute, an ID token for an hour, a sign-in for two hours, an access token for a day." }
        form method="post" action="/_emulator/desk/clock" {
            fieldset {
                legend { "Move the clock forward" }
                @for (seconds, words) in STEPS { button name="advance" value=(seconds) { (words) } " " }
            }
        }
        ul.controls {
            (control("keys", "Rotate the keys", "a new key signs, and the old one is no longer published"))
            (control("sessions", "End all sessions", "everyone is signed out here, but stays signed in to the apps"))
            (control("reset", "Reset", "codes, tokens, sign-ins, rate limits, journal, clock and keys go back to how they were at the start"))
        }
    }
}

fn control(name: &str, words: &str, hint: &str) -> Markup {
    html! {
        li {
            form method="post" action={ "/_emulator/desk/" (name) } {
                button { (words) } " " span.hint { (hint) }
            }
        }
    }
}
