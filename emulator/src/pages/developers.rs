//! For developers: a button to sign in as anyone, and a form to sign in with your own claims.

use maud::{Markup, html};

use super::frame::{LoginContext, hidden_target, name};
use crate::http::language::Language;
use crate::world::{Home, Person, UserType, World};

const EXAMPLE: &str = "{\n  \"user_type\": \"teacher\"\n}";

/// A collapsed list of all people of these homes; each button signs in as one of them.
pub(super) fn developers<'a>(
    world: &World,
    homes: impl Iterator<Item = Home<'a>>,
    target: Option<&str>,
) -> Markup {
    html! {
        details lang="en" {
            summary { h2 { "For developers: sign in as anyone" } }
            p.hint {
                "The number of a person is both their user name and their password. "
                a href="/_emulator/" { "The desk" } " lists the people to test with, and what apps have sent."
            }
            @for home in homes {
                @if world.people().iter().any(|person| home.is_of(person)) {
                    h3 { (home.name()) }
                    (buttons(world, home, "/login", &hidden_target(target), Language::English))
                }
            }
        }
    }
}

/// A button for each person of this home, which sends the number to `action`. Numbers distinguish people with the same name.
pub(super) fn buttons(
    world: &World,
    home: Home<'_>,
    action: &str,
    hidden: &Markup,
    language: Language,
) -> Markup {
    html! {
        ul {
            @for person in world.people().iter().filter(|person| home.is_of(person)) {
                li {
                    form method="post" action=(action) {
                        (hidden)
                        input type="hidden" name="username" value=(person.sign_in_number);
                        input type="hidden" name="password" value=(person.sign_in_number);
                        button type="submit" {
                            (language.say("Sign in as ", "Entrar como ")) (name(person))
                            small { (person.sign_in_number) " · " (person.handle) " · " (roles(person, language)) }
                        }
                    }
                }
            }
        }
    }
}

/// The roles in words; the first one is the role of a login.
fn roles(person: &Person, language: Language) -> String {
    let words: Vec<_> = person.roles().map(|role| role_word(role.user_type, language)).collect();
    words.join(", ")
}

const fn role_word(user_type: UserType, language: Language) -> &'static str {
    match user_type {
        UserType::Student => language.say("student", "estudiante"),
        UserType::Teacher => language.say("teacher", "maestro"),
        UserType::Staff => language.say("staff", "personal"),
        UserType::DistrictAdmin => language.say("district admin", "administrador del distrito"),
        UserType::Contact => language.say("contact", "familiar"),
    }
}

/// The values that were sent with the form for claims.
#[derive(Clone, Copy)]
pub(crate) struct SentClaims<'a> {
    pub(crate) person: &'a str,
    pub(crate) text: &'a str,
}

/// The form: collapsed at first; open, and with the sent values, if something was wrong.
pub(super) fn custom_claims(
    world: &World,
    context: &LoginContext<'_>,
    sent: Option<SentClaims<'_>>,
) -> Markup {
    let wrong = sent.map(|_| "true");
    let is_chosen = |handle: &str| sent.is_some_and(|sent| sent.person == handle);
    let described = sent.map_or("claims-hint", |_| "problem claims-hint");
    html! {
        details lang="en" open[sent.is_some()] {
            summary { h2 { "For developers: sign in with your own claims" } }
            form method="post" action="/login/claims" {
                (context.hidden())
                label for="claims-person" { "Person" }
                select #claims-person name="person" {
                    @for person in world.people().iter().filter(|person| context.home.is_of(person)) {
                        option value=(person.handle) selected[is_chosen(&person.handle)] { (person.full_name()) " · " (person.handle) }
                    }
                }
                label for="claims" { "Claims, as JSON" }
                textarea #claims name="claims" rows="5" spellcheck="false" aria-invalid=[wrong]
                    aria-describedby=(described) { (sent.map_or(EXAMPLE, |sent| sent.text)) }
                p.hint #claims-hint {
                    "For the next login only. They replace the claims of the ID token and of /userinfo; all others stay."
                }
                button type="submit" { "Sign in with these claims" }
            }
        }
    }
}
