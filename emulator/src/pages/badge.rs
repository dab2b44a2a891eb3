//! Signing in with a badge: the code that a camera would read from it is typed, or picked.

use maud::{Markup, html};

use super::frame::{frame, name, problem};
use super::login_context::LoginContext;
use crate::world::World;

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
                p.hint #code-hint { "The emulator has no camera: type what stands on the badge." }
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
