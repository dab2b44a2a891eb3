//! The developer's desk: one page that shows the emulator's people and apps, and each request that it received.
//!
//! Clever has no such page. This module only draws it: it knows neither the socket nor who may see the page.
//!
//! - `logins`: each login as a sequence diagram, with `advice` about what went wrong; `journal`: every request;
//! - `addresses`, `ready`: what to write into a configuration;
//! - `apps`, `people`, `scenarios`, `controls`: the other parts of the page; `entries`: every way into an app, as a link;
//! - `filter`: searches, and what is shown;
//! - `desk.css`, `desk.js`: the style and the script. The script draws logins and journal as they happen, lists are
//!   searched at once, and texts are copied. Without the script, everything else works.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};

use crate::memory::journal::Note;
use crate::pages;
use crate::world::{Person, World};

pub(crate) use entries::{instant_login, launch};
pub(crate) use filter::Filter;

mod addresses;
mod advice;
mod apps;
mod controls;
mod entries;
mod filter;
mod journal;
mod logins;
mod people;
mod ready;
mod scenarios;

/// The path of the desk.
pub(crate) const PATH: &str = "/_emulator/";
/// The path of the style sheet.
pub(crate) const STYLE: &str = include_str!("desk/desk.css");
const SCRIPT: &str = include_str!("desk/desk.js");

/// The data that the desk shows.
pub(crate) struct Desk<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) world: &'a World,
    pub(crate) signed_in: Option<Arc<Person>>,
    /// The name of the person who is logged in automatically.
    pub(crate) auto_login: Option<&'a str>,
    /// Unix seconds.
    pub(crate) now: u64,
    /// Seconds.
    pub(crate) ahead: u64,
    pub(crate) filter: Filter,
    /// The number of events so far.
    pub(crate) changes: u64,
}

/// A part of the page.
struct Part {
    id: &'static str,
    name: &'static str,
    content: Markup,
}

const fn named(id: &'static str, name: &'static str, content: Markup) -> Part {
    Part { id, name, content }
}

/// The whole page, with the latest requests.
pub(crate) fn page<'a>(desk: &Desk<'_>, notes: impl Iterator<Item = &'a Note> + Clone) -> Markup {
    let (world, filter) = (desk.world, &desk.filter);
    let logins = html! {
        div #watch .tools { (filter::of_activity(filter, world)) }
        p #news .hint role="status" { noscript { "This page does not update without JavaScript: reload it." } }
        (logins::list(notes.clone(), world, filter, desk.now))
    };
    let happening = [
        named("logins", "Logins", logins),
        named("journal", "Journal", journal::section(notes, world, filter)),
    ];
    let people = people::section(world, desk.signed_in.as_deref(), desk.auto_login, filter);
    let there = [
        named("apps", "Apps", apps::section(world, desk.base_url)),
        named("configuration", "Configuration", addresses::table(desk.base_url)),
        named("people", "People", people),
        named("scenarios", "Scenarios", scenarios::section(desk.base_url, filter)),
        named("controls", "Controls", controls::section(desk.now, desk.ahead)),
    ];
    pages::frame(
        "The desk",
        &html! {
            link rel="stylesheet" href="/_emulator/desk/style.css";
            nav aria-label="Parts of this page" {
                @for Part { id, name, .. } in happening.iter().chain(&there) { a href={ "#" (id) } { (name) } " " }
            }
            div #desk data-changes=(desk.changes) {
                div.pane { @for part in &happening { (section(part)) } }
                div.pane { @for part in &there { (section(part)) } }
            }
            script { (PreEscaped(SCRIPT)) }
        },
    )
}

fn section(part: &Part) -> Markup {
    let title = format!("{}-title", part.id);
    html! {
        section.part id=(part.id) aria-labelledby=(title) { h2 id=(title) { (part.name) } (part.content) }
    }
}

/// A page with only the journal.
pub(crate) fn journal_page<'a>(
    notes: impl Iterator<Item = &'a Note>,
    world: &World,
    filter: &Filter,
) -> Markup {
    pages::frame(
        "The journal",
        &html! {
            link rel="stylesheet" href="/_emulator/desk/style.css";
            p { a href=(PATH) { "The whole desk" } }
            (journal::list(notes, world, filter))
        },
    )
}

/// Logins and journal, for the script.
pub(crate) fn live<'a>(
    (world, filter): (&World, &Filter),
    (now, changes): (u64, u64),
    notes: impl Iterator<Item = &'a Note> + Clone,
) -> Markup {
    html! {
        div #live data-changes=(changes) {
            (logins::list(notes.clone(), world, filter, now))
            (journal::list(notes, world, filter))
        }
    }
}

/// The Content-Security-Policy of these pages: browsers may run this one script and send requests to the emulator, nothing
/// else. As on other pages, forms are not limited, because browsers apply that to the redirects after a form, too, and a login
/// ends at an app.
pub(crate) fn policy() -> String {
    let hash = STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}
