//! Why a login cannot continue: first for the person at the screen, then for the developer of the app.

use maud::{Markup, html};

use super::frame::{frame_in, signed_in};
use crate::http::language::Language;
use crate::world::{Home, Person};

/// The content of the page.
pub(crate) struct RefusalPage<'a> {
    pub(crate) title: &'a str,
    /// For the person.
    pub(crate) reason: &'a str,
    /// For the developer.
    pub(crate) developer: Option<&'a str>,
    /// What the person can do.
    pub(crate) help: &'a Markup,
    pub(crate) language: Language,
}

/// The page.
pub(crate) fn refusal(page: &RefusalPage<'_>) -> Markup {
    frame_in(
        page.language,
        page.title,
        &html! {
            p.alert role="alert" { (page.reason) }
            (page.help)
            @if let Some(developer) = page.developer {
                p.developer lang="en" { strong { "For developers: " } (developer) }
            }
        },
    )
}

/// The help for a person without access, when another person may have access.
pub(crate) fn other_person(person: &Person, home: Home<'_>, login_page: &str, language: Language) -> Markup {
    html! {
        p {
            (language.say(
                "If this is not you, log out. If you need this app, ask your teacher or your school.",
                "Si no eres tú, cierra la sesión. Si necesitas esta aplicación, pregunta a tu maestro o a tu escuela.",
            ))
        }
        (signed_in(person, home, Some(login_page), language))
        p { a href={ "/in/" (home.short_name()) } { (language.say("Go to your apps", "Ir a tus aplicaciones")) } }
    }
}
