//! Why a login cannot continue: first for the person at the screen, then for the developer of the app.

use maud::{Markup, html};

use super::frame::{frame, signed_in};
use crate::world::{Home, Person};

/// The content of the page.
pub(crate) struct RefusalPage<'a> {
    pub(crate) title: &'a str,
    /// For the person.
    pub(crate) reason: &'a str,
    /// For the developer.
    pub(crate) developer: Option<&'a str>,
    /// What the person can do.
    pub(crate) help: Markup,
}

/// The page.
pub(crate) fn refusal(page: &RefusalPage<'_>) -> Markup {
    frame(
        page.title,
        &html! {
            p.alert role="alert" { (page.reason) }
            (page.help)
            @if let Some(developer) = page.developer {
                p.developer { strong { "For developers: " } (developer) }
            }
        },
    )
}

/// The help for a person without access, when another person may have access.
pub(crate) fn other_person(person: &Person, home: Home<'_>, login_page: &str) -> Markup {
    html! {
        p { "If you are someone else, log out first. If you should have access, ask your school." }
        (signed_in(person, home, Some(login_page)))
        p { a href={ "/in/" (home.short_name()) } { "To your apps" } }
    }
}
