//! The login page of a district, or of Clever Library.

use std::sync::Arc;

use maud::{Markup, html};

use super::developers::{SentClaims, custom_claims, developers};
use super::frame::{frame, problem, signed_in, towards};
use super::way::Way;
use crate::world::{LoginMethod, Person, World};

/// What the login page shows.
pub(crate) struct LoginPage<'a> {
    pub(crate) world: &'a World,
    pub(crate) way: Way<'a>,
    /// Somebody of another home, who can go back to it.
    pub(crate) signed_in: Option<Arc<Person>>,
    pub(crate) username: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    /// What the message is about, if it is not about user name and password.
    pub(crate) claims: Option<SentClaims<'a>>,
}

/// The login page.
pub(crate) fn login(page: &LoginPage<'_>) -> Markup {
    let (world, way) = (page.world, page.way);
    let title = format!("Log in to {}", way.home.name());
    frame(
        &title,
        &html! {
            (towards(way.app))
            (problem(page.message))
            @if let Some(person) = &page.signed_in {
                (signed_in(person, world.home_of(person), Some(&way.link("/login"))))
            }
            (elsewhere(&way))
            @if way.home.takes(LoginMethod::Password) { (password(page)) }
            p.elsewhere { a href=(way.choose_link()) { "Not your school?" } }
            (developers(world, [way.home].into_iter(), way.target))
            (custom_claims(world, &way, page.claims))
        },
    )
}

/// The ways to sign in that have a page of their own.
fn elsewhere(way: &Way<'_>) -> Markup {
    html! {
        @if let Some(provider) = way.home.identity_provider() {
            a.button.primary.block href=(way.link("/login/provider")) { "Log in with " bdi { (provider) } }
        }
        @if way.home.takes(LoginMethod::Badge) {
            a.button.block href=(way.link("/login/badge")) { "Log in with a badge" }
        }
    }
}

fn password(page: &LoginPage<'_>) -> Markup {
    let message = page.message.filter(|_| page.claims.is_none());
    let wrong = message.map(|_| "true");
    let problem = message.map(|_| "problem");
    let described = message.map_or("password-hint", |_| "problem password-hint");
    html! {
        h2 { "With user name and password" }
        form method="post" action="/login" {
            (page.way.hidden())
            label for="username" { "User name" }
            input #username name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required
                value=[page.username] aria-invalid=[wrong] aria-describedby=[problem];
            label for="password" { "Password" }
            input #password name="password" type="password" autocomplete="current-password" required
                aria-invalid=[wrong] aria-describedby=(described);
            p.hint #password-hint { "Both are the sign-in number of the person." }
            button.primary type="submit" { "Log in" }
        }
    }
}
