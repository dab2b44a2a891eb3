//! Is the student before the screen still the one who signed in? An app asks for this by `confirmed=false`.

use maud::{Markup, html};

use super::frame::{LoginContext, frame, hidden_target, name, towards};
use crate::world::Person;

/// The page; `yes` is where it goes on.
pub(crate) fn confirmation(person: &Person, context: LoginContext<'_>, yes: &str) -> Markup {
    frame(
        "Is this you?",
        &html! {
            (towards(context.app))
            p { "Are you " strong { (name(person)) } "?" }
            a.button.primary.block href=(yes) { "Yes, that is me" }
            form method="post" action="/logout" {
                (hidden_target(Some(&context.link("/login"))))
                button.block type="submit" { "No, that is not me" }
            }
            p.hint.elsewhere { "If you are somebody else, " (name(person)) " is logged out and you can log in." }
        },
    )
}
