//! The requests of clients, the latest first.

use maud::{Markup, html};

use super::filter::Filter;
use crate::memory::journal::Note;
use crate::system::clock;
use crate::world::World;

/// How many requests to show; the control API has all of them.
const SHOWN: usize = 200;

pub(super) fn section<'a>(notes: impl Iterator<Item = &'a Note>, world: &World, filter: &Filter) -> Markup {
    html! {
        p { "Every request to this emulator, newest first: what happened, and what to do about it. Values are "
            "never stored. "
            a href="/_emulator/desk/journal" { "On its own page" } ", or as JSON at "
            code.copy data-copy="the path of the journal" { "/_emulator/journal" } "." }
        div #journal-tools .tools {
            form method="post" action="/_emulator/desk/journal" { button { "Clear the journal" } }
        }
        // Focusable, so that the keyboard can scroll it, too.
        div.scroll tabindex="0" role="region" aria-label="Requests, newest first" { (list(notes, world, filter)) }
    }
}

/// Only the list.
pub(super) fn list<'a>(notes: impl Iterator<Item = &'a Note>, world: &World, filter: &Filter) -> Markup {
    let notes: Vec<_> = notes.filter(|note| filter.shows(note)).take(SHOWN).collect();
    let is_filtered = filter.failed || !filter.app.is_empty();
    html! {
        @if notes.is_empty() {
            p #nothing { @if is_filtered { "No request matches the filter." } @else { "Nothing was sent yet." } }
        }
        ol #notes reversed { @for note in notes { (row(note, world)) } }
    }
}

fn row(note: &Note, world: &World) -> Markup {
    let kind = match note.status {
        _ if note.is_failure() => "refused",
        ..300 => "good",
        _ => "onwards",
    };
    let app = note.app.as_deref().and_then(|client_id| world.app(client_id));
    html! {
        li data-number=(note.number) class=(kind) {
            p.request {
                @if note.is_failure() { span.cross aria-hidden="true" { "\u{2715}" } " " }
                span.status { (note.status) } " "
                strong { (note.method) " " (note.path) } " "
                span.hint {
                    (clock::time_of_day(note.time))
                    @if let Some(app) = app { " \u{b7} " bdi dir="auto" { (app.name()) } }
                    @if let Some(login) = note.login { " \u{b7} login " (login) }
                }
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
