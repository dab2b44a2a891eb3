//! The portal: the apps that a person may use, each with an icon.

use maud::{Markup, html};

use super::frame::{frame_in, signed_in};
use crate::http::language::Language;
use crate::world::App;
use crate::world::{Home, Person};

/// The content of the portal.
pub(crate) struct PortalPage<'a> {
    pub(crate) person: &'a Person,
    pub(crate) home: Home<'a>,
    pub(crate) apps: Vec<PortalApp<'a>>,
    /// Is the login automatic, so that no one can log out?
    pub(crate) automatic: bool,
    /// The address of this portal.
    pub(crate) address: String,
    pub(crate) language: Language,
}

/// An app in the portal.
pub(crate) struct PortalApp<'a> {
    pub(crate) app: &'a App,
    /// Where its icon leads.
    pub(crate) link: String,
    /// Is it shown to an administrator who may not log in to it?
    pub(crate) is_flagged: bool,
}

/// The portal.
pub(crate) fn portal(page: &PortalPage<'_>) -> Markup {
    let language = page.language;
    frame_in(
        language,
        page.home.name(),
        &html! {
            @if page.automatic {
                p.note {
                    (language.say("Logged in automatically as ", "Sesión iniciada automáticamente como "))
                    strong dir="auto" { (page.person.full_name()) }
                }
            } @else {
                (signed_in(page.person, page.home, Some(&page.address), language))
            }
            h2 #apps { (language.say("Your apps", "Tus aplicaciones")) }
            @if page.apps.is_empty() { p { (language.say("You have no apps here.", "No tienes ninguna aplicación.")) } }
            ul.apps aria-labelledby="apps" { @for app in &page.apps { li { (icon(app, language)) } } }
        },
    )
}

fn icon(PortalApp { app, link, is_flagged }: &PortalApp<'_>, language: Language) -> Markup {
    html! {
        a.app href=(link) {
            span class={ "icon icon-" (app.color()) } aria-hidden="true" { (app.letter()) }
            span dir="auto" { (app.name()) }
            @if *is_flagged { span.hint {
                    (language.say("Not enabled for administrators", "No disponible para administradores"))
                } }
        }
    }
}
