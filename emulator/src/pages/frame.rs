//! What several pages share: the frame around every page, and small pieces.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::style::style;
use crate::world::{App, Home, Person};

/// A whole page with this title and content.
pub(crate) fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - emulator" }
                style { (PreEscaped(style())) }
            }
            body {
                header { strong { "emulator" } " for development. This is not Clever, and nobody here is real." }
                main { h1 { bdi { (title) } } (content) }
            }
        }
    }
}

/// What is wrong; a browser puts the focus here, and a screen reader reads it at once.
pub(super) fn problem(message: Option<&str>) -> Markup {
    html! {
        @if let Some(message) = message {
            p.alert #problem role="alert" tabindex="-1" autofocus { (message) }
        }
    }
}

/// The name of a person, whichever way it is written.
pub(super) fn name(person: &Person) -> Markup {
    html! { bdi dir="auto" { (person.full_name()) } }
}

/// Where the form leads afterwards.
pub(super) fn hidden_target(target: Option<&str>) -> Markup {
    html! { @if let Some(target) = target { input type="hidden" name="target" value=(target); } }
}

/// To what the sign-in leads.
pub(super) fn towards(app: Option<&App>) -> Markup {
    html! { @if let Some(app) = app { p { "to go on to " strong dir="auto" { (app.name()) } } } }
}

/// Who is signed in, where, and the button that ends it and leads to `target`.
pub(super) fn signed_in(person: &Person, home: Home<'_>, target: Option<&str>) -> Markup {
    html! {
        form.note.row method="post" action="/logout" {
            p {
                "Signed in as " strong dir="auto" { (person.full_name()) }
                small dir="auto" { (home.name()) }
            }
            (hidden_target(target))
            button type="submit" { "Log out" }
        }
    }
}
