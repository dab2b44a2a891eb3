//! The developer's desk: one page that shows what this emulator has, and what has happened at it.
//!
//! Clever has no such page. It is drawn here from what it is given, and knows neither the socket nor who may see it.
//!
//! - `entries`: every way into an app, as a link;
//! - `addresses`: what to write into a configuration;
//! - `apps`, `people`, `scenarios`, `journal`, `controls`: the parts of the page;
//! - `desk.css`, `desk.js`: how it looks, and the journal that writes itself on. Without the script everything works but
//!   that and the filter.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};

use crate::memory::journal::Note;
use crate::pages;
use crate::world::{Person, World};

pub(crate) use entries::{instant_login, launch};

mod addresses;
mod apps;
mod controls;
mod entries;
mod journal;
mod people;
mod scenarios;

/// Where the desk is.
pub(crate) const PATH: &str = "/_emulator/";
/// How it looks.
pub(crate) const STYLE: &str = include_str!("desk/desk.css");
const SCRIPT: &str = include_str!("desk/desk.js");

/// What the desk shows.
pub(crate) struct Desk<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) world: &'a World,
    pub(crate) signed_in: Option<Arc<Person>>,
    /// The name of who logs in automatically.
    pub(crate) auto_login: Option<&'a str>,
    /// Unix seconds.
    pub(crate) now: u64,
    /// Seconds.
    pub(crate) ahead: u64,
}

/// The whole page, with the latest requests.
pub(crate) fn page<'a>(desk: &Desk<'_>, notes: impl Iterator<Item = &'a Note>) -> Markup {
    let parts = [
        ("configuration", "Configuration", addresses::table(desk.base_url)),
        ("journal", "Journal", journal::section(notes)),
        ("apps", "Apps", apps::section(desk.world)),
        ("people", "People", people::section(desk.world, desk.signed_in.as_deref(), desk.auto_login)),
        ("scenarios", "Scenarios", scenarios::section(desk.base_url)),
        ("controls", "Controls", controls::section(desk.now, desk.ahead)),
    ];
    pages::frame(
        "The desk",
        &html! {
            link rel="stylesheet" href="/_emulator/desk/style.css";
            nav aria-label="Parts of this page" {
                @for (id, name, _) in &parts { a href={ "#" (id) } { (name) } " " }
            }
            @for (id, name, part) in &parts {
                section.part id=(id) aria-labelledby={ (id) "-title" } { h2 id={ (id) "-title" } { (name) } (part) }
            }
            script { (PreEscaped(SCRIPT)) }
        },
    )
}

/// The journal by itself, for the script and for people who only want to see that.
pub(crate) fn journal_page<'a>(notes: impl Iterator<Item = &'a Note>) -> Markup {
    pages::frame(
        "The journal",
        &html! {
            link rel="stylesheet" href="/_emulator/desk/style.css";
            p { a href=(PATH) { "The whole desk" } }
            (journal::list(notes))
        },
    )
}

/// What a browser may do on these pages: run this one script, ask the emulator, and nothing else. As on the other pages
/// forms are not limited, for browsers apply that to the redirects behind them too, and a login ends at an app.
pub(crate) fn policy() -> String {
    let hash = STANDARD.encode(digest(&SHA256, SCRIPT.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}
