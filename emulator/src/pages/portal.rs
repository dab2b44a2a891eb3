//! The portal: the apps somebody may use, each behind an icon.

use maud::{Markup, html};

use super::frame::{frame, signed_in};
use crate::world::App;
use crate::world::{Home, Person};

/// What the portal shows.
pub(crate) struct PortalPage<'a> {
    pub(crate) person: &'a Person,
    pub(crate) home: Home<'a>,
    /// The apps, and where their icons lead.
    pub(crate) apps: Vec<(&'a App, String)>,
    /// Does everybody log in without a page, so that nobody can log out?
    pub(crate) automatic: bool,
    /// The address of this portal.
    pub(crate) address: String,
}

/// The portal.
pub(crate) fn portal(page: &PortalPage<'_>) -> Markup {
    frame(
        page.home.name(),
        &html! {
            @if page.automatic {
                p.note { "Logged in automatically as " strong dir="auto" { (page.person.full_name()) } }
            } @else {
                (signed_in(page.person, page.home, Some(&page.address)))
            }
            h2 #apps { "Your apps" }
            @if page.apps.is_empty() { p { "No app is shared with you." } }
            ul.apps aria-labelledby="apps" { @for (app, link) in &page.apps { li { (icon(app, link)) } } }
        },
    )
}

fn icon(app: &App, link: &str) -> Markup {
    html! {
        a.app href=(link) {
            span class={ "icon icon-" (app.color()) } aria-hidden="true" { (app.letter()) }
            span dir="auto" { (app.name()) }
        }
    }
}
