//! The identity provider of a district, as far as the emulator has one: everybody has only to say who they are.

use maud::{Markup, html};

use super::developers::buttons;
use super::frame::{frame, problem};
use super::way::Way;
use crate::world::World;

/// The page of the identity provider called `name`.
pub(crate) fn provider(world: &World, way: Way<'_>, name: &str, message: Option<&str>) -> Markup {
    frame(
        name,
        &html! {
            p.hint { "The identity provider of " bdi { (way.home.name()) } ", simulated: it takes your word for it." }
            (problem(message))
            p { "Who are you?" }
            (buttons(world, way.home, "/login/provider", &way.hidden()))
            p.elsewhere { a href=(way.link("/login")) { "Back to the login page" } }
        },
    )
}
