//! What clients sent, the latest first.

use maud::{Markup, html};

use crate::memory::journal::Note;
use crate::system::clock;

/// So many are shown; the control API has them all.
const SHOWN: usize = 200;

pub(super) fn section<'a>(notes: impl Iterator<Item = &'a Note>) -> Markup {
    html! {
        p { "Every request to this emulator, the latest first: what happened, and what to do about it. Values are "
            "never stored. "
            a href="/_emulator/desk/journal" { "By itself" } ", or as JSON at " code.copy { "/_emulator/journal" } "." }
        div #journal-tools .tools {
            form method="post" action="/_emulator/desk/journal" { button { "Clear the journal" } }
        }
        // What a finger or a wheel can move, the keys can as well, once it has the focus.
        div.scroll tabindex="0" role="region" aria-label="Requests, the latest first" { (list(notes)) }
    }
}

/// The list alone, which is what the script looks for.
pub(super) fn list<'a>(notes: impl Iterator<Item = &'a Note>) -> Markup {
    let notes: Vec<_> = notes.take(SHOWN).collect();
    html! {
        @if notes.is_empty() { p #nothing { "Nothing was sent yet." } }
        ol #notes reversed { @for note in notes { (row(note)) } }
    }
}

fn row(note: &Note) -> Markup {
    let kind = match note.status {
        ..300 => "good",
        300..400 => "onwards",
        _ => "refused",
    };
    html! {
        li data-number=(note.number) class=(kind) {
            p.request {
                span.status { (note.status) } " "
                strong { (note.method) " " (note.path) } " "
                span.hint { (clock::time_of_day(note.time)) }
            }
            p dir="auto" { (note.line) }
            @if !note.parameters.is_empty() || note.authorization.is_some() {
                p.hint {
                    (note.parameters.join(", "))
                    @if let Some(authorization) = note.authorization { " \u{b7} Authorization: " (authorization) }
                }
            }
        }
    }
}
