//! The identity provider of a district, as far as the emulator has one: everybody has only to say who they are.

use maud::{Markup, html};

use super::developers::buttons;
use super::frame::{frame, problem};
use super::login_context::LoginContext;
use crate::world::World;

/// The page of the identity provider called `name`.
pub(crate) fn provider(
    world: &World,
    context: LoginContext<'_>,
    name: &str,
    message: Option<&str>,
) -> Markup {
    frame(
        name,
        &html! {
            p.hint { "The identity provider of " bdi { (context.home.name()) } ", simulated: it takes your word for it." }
            (problem(message))
            p { "Who are you?" }
            (buttons(world, context.home, "/login/provider", &context.hidden()))
            p.elsewhere { a href=(context.link("/login")) { "Back to the login page" } }
        },
    )
}
