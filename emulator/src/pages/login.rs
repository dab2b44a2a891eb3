//! The pages of a login: the login page of a district or of Clever Library, the two that it leads to (the identity provider of
//! the district, and the badge), and the question whether it is still the same person.

use std::sync::Arc;

use maud::{Markup, html};

use super::developers::{SentClaims, buttons, custom_claims, developers};
use super::frame::{LoginContext, frame_in, hidden_target, name, problem, signed_in, towards};
use crate::world::{LoginMethod, Person, World};

/// The content of the login page.
pub(crate) struct LoginPage<'a> {
    pub(crate) world: &'a World,
    pub(crate) context: LoginContext<'a>,
    /// A person of another home who is signed in and can go back to it.
    pub(crate) signed_in: Option<Arc<Person>>,
    pub(crate) username: Option<&'a str>,
    pub(crate) message: Option<&'a str>,
    /// The field that the message is about, if it is not about user name and password.
    pub(crate) claims: Option<SentClaims<'a>>,
}

/// The login page.
pub(crate) fn login(page: &LoginPage<'_>) -> Markup {
    let (world, context) = (page.world, page.context);
    let language = context.language;
    let title = format!("{} {}", language.say("Log in to", "Iniciar sesión en"), context.home.name());
    frame_in(
        language,
        &title,
        &html! {
            (towards(context.app, context.language))
            (problem(page.message))
            @if let Some(person) = &page.signed_in {
                (signed_in(person, world.home_of(person), Some(&context.link("/login")), language))
            }
            (elsewhere(&context))
            @if context.home.takes(LoginMethod::Password) { (password(page)) }
            p.elsewhere { a href=(context.choose_link()) { (language.say("Not your school?", "¿No es tu escuela?")) } }
            (developers(world, [context.home].into_iter(), context.target))
            (custom_claims(world, &context, page.claims))
        },
    )
}

/// The ways to sign in that have their own page.
fn elsewhere(context: &LoginContext<'_>) -> Markup {
    let language = context.language;
    html! {
        @if let Some(provider) = context.home.identity_provider() {
            a.button.primary.block href=(context.link("/login/provider")) {
                (language.say("Log in with ", "Iniciar sesión con ")) bdi { (provider) }
            }
        }
        @if context.home.takes(LoginMethod::Badge) {
            a.button.block href=(context.link("/login/badge")) { (language.say("Log in with a badge", "Entrar con una credencial")) }
        }
    }
}

fn password(page: &LoginPage<'_>) -> Markup {
    let message = page.message.filter(|_| page.claims.is_none());
    let wrong = message.map(|_| "true");
    let problem = message.map(|_| "problem");
    let described = message.map_or("password-hint", |_| "problem password-hint");
    let language = page.context.language;
    html! {
        h2 { (language.say("With user name and password", "Con nombre de usuario y contraseña")) }
        form method="post" action="/login" {
            (page.context.hidden())
            label for="username" { (language.say("User name", "Nombre de usuario")) }
            input #username name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required
                value=[page.username] aria-invalid=[wrong] aria-describedby=[problem];
            label for="password" { (language.say("Password", "Contraseña")) }
            input #password name="password" type="password" autocomplete="current-password" required
                aria-invalid=[wrong] aria-describedby=(described);
            p.hint #password-hint {
                (language.say(
                    "Here, type the person's number in both boxes.",
                    "Aquí, escribe el número de la persona en las dos casillas.",
                ))
            }
            button.primary type="submit" { (language.say("Log in", "Entrar")) }
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
    let language = context.language;
    frame_in(
        language,
        provider,
        &html! {
            p.hint {
                (language.say("This page acts as the login system of ", "Esta página es el sistema de entrada de ")) bdi { (context.home.name()) }
                (language.say(". You need no password here.", ". Aquí no necesitas contraseña."))
            }
            (problem(message))
            p { (language.say("Who are you?", "¿Quién eres?")) }
            (buttons(world, context.home, "/login/provider", &context.hidden(), language))
            p.elsewhere { (back(&context)) }
        },
    )
}

/// The badge page.
pub(crate) fn badge(world: &World, context: LoginContext<'_>, message: Option<&str>) -> Markup {
    let wrong = message.map(|_| "true");
    let described = message.map_or("code-hint", |_| "problem code-hint");
    let language = context.language;
    frame_in(
        language,
        language.say("Log in with a badge", "Entrar con una credencial"),
        &html! {
            p.hint { bdi { (context.home.name()) } }
            (problem(message))
            form method="post" action="/login/badge" {
                (context.hidden())
                label for="code" { (language.say("Badge code", "Código de la credencial")) }
                input #code name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" required
                    aria-invalid=[wrong] aria-describedby=(described);
                p.hint #code-hint {
                    (language.say(
                        "The emulator has no camera. Type the code that is printed on the badge.",
                        "El emulador no tiene cámara. Escribe el código que está en la credencial.",
                    ))
                }
                button.primary type="submit" { (language.say("Log in", "Entrar")) }
            }
            p.elsewhere { (back(&context)) }
            details lang="en" {
                summary { h2 { "For developers: every badge" } }
                (badges(world, &context))
            }
        },
    )
}

fn back(context: &LoginContext<'_>) -> Markup {
    let text = context.language.say("Back to the login page", "Volver al inicio de sesión");
    html! { a href=(context.link("/login")) { (text) } }
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
    let language = context.language;
    frame_in(
        language,
        language.say("Is this you?", "¿Eres tú?"),
        &html! {
            (towards(context.app, context.language))
            p { (language.say("Are you ", "¿Eres ")) strong { (name(person)) } "?" }
            a.button.primary.block href=(yes) { (language.say("Yes, that is me", "Sí, soy yo")) }
            form method="post" action="/logout" {
                (hidden_target(Some(&context.link("/login"))))
                button.block type="submit" { (language.say("No, that is not me", "No, no soy yo")) }
            }
            p.hint.elsewhere {
                (language.say("If you choose No, we log out ", "Si eliges No, se cierra la sesión de "))
                (name(person))
                (language.say(". Then you can log in.", ". Después puedes entrar."))
            }
        },
    )
}
