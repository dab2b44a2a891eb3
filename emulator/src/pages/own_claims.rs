//! The form by which a developer signs in as somebody with claims of their own choice.

use maud::{Markup, html};

use super::Way;
use super::login::SentClaims;
use crate::world::World;

const EXAMPLE: &str = "{\n  \"user_type\": \"teacher\"\n}";

/// The form, folded away; open, and with what was sent, when something was wrong with it.
pub(super) fn own_claims(world: &World, way: &Way<'_>, sent: Option<SentClaims<'_>>) -> Markup {
    let wrong = sent.map(|_| "true");
    let is_chosen = |handle: &str| sent.is_some_and(|sent| sent.person == handle);
    let described = sent.map_or("claims-hint", |_| "problem claims-hint");
    html! {
        details open[sent.is_some()] {
            summary { h2 { "For developers: sign in with claims of your own" } }
            form method="post" action="/login/claims" {
                (way.hidden())
                label for="claims-person" { "Person" }
                select #claims-person name="person" {
                    @for person in world.people().iter().filter(|person| way.home.is_of(person)) {
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
