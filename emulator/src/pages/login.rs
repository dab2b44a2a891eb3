//! The login page of a district, or of Clever Library.

use std::sync::Arc;

use maud::{Markup, html};

use super::developers::{SentClaims, custom_claims, developers};
use super::frame::{frame, problem, signed_in, towards};
use super::login_context::LoginContext;
use crate::world::{LoginMethod, Person, World};

/// What the login page shows.
pub(crate) struct LoginPage<'a> {
    pub(crate) world: &'a World,
    pub(crate) context: LoginContext<'a>,
    /// Somebody of another home, who can go back to it.
    pub(crate) signed_in: Option<Arc<Person>>,
    pub(crate) username: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    /// What the message is about, if it is not about user name and password.
    pub(crate) claims: Option<SentClaims<'a>>,
}

/// The login page.
pub(crate) fn login(page: &LoginPage<'_>) -> Markup {
    let (world, context) = (page.world, page.context);
    let title = format!("Log in to {}", context.home.name());
    frame(
        &title,
        &html! {
            (towards(context.app))
            (problem(page.message))
            @if let Some(person) = &page.signed_in {
                (signed_in(person, world.home_of(person), Some(&context.link("/login"))))
            }
            (elsewhere(&context))
            @if context.home.takes(LoginMethod::Password) { (password(page)) }
            p.elsewhere { a href=(context.choose_link()) { "Not your school?" } }
            (developers(world, [context.home].into_iter(), context.target))
            (custom_claims(world, &context, page.claims))
        },
    )
}

/// The ways to sign in that have a page of their own.
fn elsewhere(context: &LoginContext<'_>) -> Markup {
    html! {
        @if let Some(provider) = context.home.identity_provider() {
            a.button.primary.block href=(context.link("/login/provider")) { "Log in with " bdi { (provider) } }
        }
        @if context.home.takes(LoginMethod::Badge) {
            a.button.block href=(context.link("/login/badge")) { "Log in with a badge" }
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
            (page.context.hidden())
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
