//! Why a login cannot continue: first for the person at the screen, then for the developer of the app.

use maud::{Markup, html};

use super::frame::{frame_in, signed_in};
use crate::http::language::Language;
use crate::world::{Home, Person, UserType};

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
    // A teacher does not ask a teacher.
    let ask = if person.roles().any(|role| role.user_type == UserType::Student) {
        language.say(
            "Do you need this app? Ask your teacher or your school.",
            "¿Necesitas esta aplicación? Pregunta a tu maestro o a tu escuela.",
        )
    } else {
        language.say(
            "Do you need this app? Ask your school.",
            "¿Necesitas esta aplicación? Pregunta a tu escuela.",
        )
    };
    html! {
        p { (language.say("If this is not you, log out.", "Si no eres tú, cierra la sesión.")) " " (ask) }
        (signed_in(person, home, Some(login_page), language))
        p { a href={ "/in/" (home.short_name()) } { (language.say("Go to your apps", "Ir a tus aplicaciones")) } }
    }
}
