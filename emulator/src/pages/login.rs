//! The pages of a login: the login page of a district or of Clever Library, the two that it leads to (the identity provider of
//! the district, and the badge), and the question whether it is still the same person.

use std::sync::Arc;

use maud::{Markup, html};

use super::developers::{SentClaims, buttons, custom_claims, developers};
use super::frame::{LoginContext, frame, hidden_target, name, problem, signed_in, towards};
use crate::world::{LoginMethod, Person, World};

/// The content of the login page.
pub(crate) struct LoginPage<'a> {
    pub(crate) world: &'a World,
    pub(crate) context: LoginContext<'a>,
    /// A person of another home who is signed in and can go back to it.
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

/// The ways to sign in that have their own page.
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

/// The page of the identity provider `provider`: people only say who they are.
pub(crate) fn provider(
    world: &World,
    context: LoginContext<'_>,
    provider: &str,
    message: Option<&str>,
) -> Markup {
    frame(
        provider,
        &html! {
            p.hint { "The identity provider of " bdi { (context.home.name()) } ", simulated: it asks for no password." }
            (problem(message))
            p { "Who are you?" }
            (buttons(world, context.home, "/login/provider", &context.hidden()))
            p.elsewhere { a href=(context.link("/login")) { "Back to the login page" } }
        },
    )
}

/// The badge page.
pub(crate) fn badge(world: &World, context: LoginContext<'_>, message: Option<&str>) -> Markup {
    let wrong = message.map(|_| "true");
    let described = message.map_or("code-hint", |_| "problem code-hint");
    frame(
        "Log in with a badge",
        &html! {
            p.hint { bdi { (context.home.name()) } }
            (problem(message))
            form method="post" action="/login/badge" {
                (context.hidden())
                label for="code" { "Badge code" }
                input #code name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" required
                    aria-invalid=[wrong] aria-describedby=(described);
                p.hint #code-hint { "The emulator has no camera: type the code that is printed on the badge." }
                button.primary type="submit" { "Log in" }
            }
            p.elsewhere { a href=(context.link("/login")) { "Back to the login page" } }
            details {
                summary { h2 { "For developers: every badge" } }
                (badges(world, &context))
            }
        },
    )
}

fn badges(world: &World, context: &LoginContext<'_>) -> Markup {
    html! {
        ul {
            @for person in world.people().iter().filter(|person| context.home.is_of(person)) {
                li {
                    form method="post" action="/login/badge" {
                        (context.hidden())
                        input type="hidden" name="code" value=(person.badge_code());
                        button type="submit" {
                            "Use the badge of " (name(person))
                            small { (person.badge_code()) " · " (person.handle) }
                        }
                    }
                }
            }
        }
    }
}

/// Is the student at the screen still the one who signed in? An app asks for this page with `confirmed=false`; `yes` is where
/// the login continues.
pub(crate) fn confirmation(person: &Person, context: LoginContext<'_>, yes: &str) -> Markup {
    frame(
        "Is this you?",
        &html! {
            (towards(context.app))
            p { "Are you " strong { (name(person)) } "?" }
            a.button.primary.block href=(yes) { "Yes, that is me" }
            form method="post" action="/logout" {
                (hidden_target(Some(&context.link("/login"))))
                button.block type="submit" { "No, that is not me" }
            }
            p.hint.elsewhere { "If you are someone else, " (name(person)) " is logged out and you can log in." }
        },
    )
}
