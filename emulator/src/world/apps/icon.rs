//! How the portal shows an app: its name, and a letter on a color, because the emulator has no images.

use super::app::App;

/// The colors of icons, each dark enough for white letters.
pub(crate) const COLORS: [&str; 8] =
    ["#1d4f8f", "#7a2e6f", "#0f6151", "#9a3412", "#5b3fa8", "#7a4f00", "#a01c4b", "#3f5d1e"];

impl App {
    /// The letter of the icon: the first letter of the name.
    pub(crate) fn letter(&self) -> String {
        let letter = self.name().chars().find(|character| character.is_alphanumeric());
        letter.map_or_else(|| "?".to_owned(), |letter| letter.to_uppercase().collect())
    }

    /// The index of its color among [`COLORS`]; always the same for one identifier.
    pub(crate) fn color(&self) -> usize {
        let sum = self
            .client_id
            .bytes()
            .fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        sum.checked_rem(COLORS.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(client_id: &str, name: &str) -> App {
        App::new(client_id, "s", "https://app.example/").with_name(name)
    }

    #[test]
    fn the_letter_is_the_first_of_the_name() {
        for (name, letter) in
            [("word garden", "W"), ("\u{201c}éa", "É"), ("7 seas", "7"), ("***", "?"), ("琳", "琳")]
        {
            assert_eq!(app("id", name).letter(), letter, "{name}");
        }
        assert_eq!(App::new("id", "s", "https://app.example/").letter(), "I", "the identifier is the name");
    }

    #[test]
    fn the_color_depends_on_the_identifier_only() {
        assert_eq!(app("one", "a").color(), app("one", "b").color());
        let different = (0..50).map(|number| app(&format!("app-{number}"), "a").color());
        assert_eq!(different.collect::<std::collections::HashSet<_>>().len(), COLORS.len());
    }
}
