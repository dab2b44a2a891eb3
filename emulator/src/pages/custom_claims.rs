//! The form by which a developer signs in as somebody with claims of their own choice.

use maud::{Markup, html};

use super::Way;
use crate::world::World;

const EXAMPLE: &str = "{\n  \"user_type\": \"teacher\"\n}";

/// The form, folded away; open, and with what was sent, when something was wrong with it.
pub(super) fn custom_claims(world: &World, way: &Way<'_>, sent: Option<&str>) -> Markup {
    let wrong = sent.map(|_| "true");
    let described = sent.map_or("claims-hint", |_| "problem claims-hint");
    html! {
        details open[sent.is_some()] {
            summary { h2 { "For developers: sign in with claims of your own" } }
            form method="post" action="/login/claims" {
                (way.hidden())
                label for="claims-person" { "Person" }
                select #claims-person name="person" {
                    @for person in world.people().iter().filter(|person| way.home.is_of(person)) {
                        option value=(person.handle) { (person.full_name()) " · " (person.handle) }
                    }
                }
                label for="claims" { "Claims, as JSON" }
                textarea #claims name="claims" rows="5" spellcheck="false" aria-invalid=[wrong]
                    aria-describedby=(described) { (sent.unwrap_or(EXAMPLE)) }
                p.hint #claims-hint {
                    "For the next login only. They replace the claims of the ID token and of /userinfo; all others stay."
                }
                button type="submit" { "Sign in with these claims" }
            }
        }
    }
}
