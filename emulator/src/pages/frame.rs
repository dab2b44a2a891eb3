//! What is around every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::style::style;

/// A whole page with this title and content.
pub(crate) fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " - emulator" }
                style { (PreEscaped(style())) }
            }
            body {
                header { strong { "emulator" } " for development. This is not Clever, and nobody here is real." }
                main { h1 { bdi { (title) } } (content) }
            }
        }
    }
}
