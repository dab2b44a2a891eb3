//! The code on a person's badge.

use aws_lc_rs::digest::{SHA256, digest};

use super::model::World;
use super::person::Person;

/// Letters and digits that are not easily confused.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The number of characters before and after the hyphen.
const HALF: usize = 4;

impl Person {
    /// The code on the badge, such as `7KQ2-MX9A`. It is made from the Clever id, so it is always the same.
    pub fn badge_code(&self) -> String {
        let hash = digest(&SHA256, format!("badge of {}", self.id).as_bytes());
        let characters = hash.as_ref().iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
        let characters: Vec<char> = characters.take(2 * HALF).map(|byte| char::from(*byte)).collect();
        characters.chunks(HALF).map(String::from_iter).collect::<Vec<_>>().join("-")
    }
}

impl World {
    /// Whose badge this is. Small letters, spaces and hyphens in the code do not matter.
    pub(crate) fn person_with_badge(&self, code: &str) -> Option<&std::sync::Arc<Person>> {
        let plain = |code: &str| {
            code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
        };
        let code = plain(code);
        self.people.iter().find(|person| plain(&person.badge_code()) == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_a_unique_badge_code_that_can_be_typed() {
        let world = World::built_in();
        for person in world.people() {
            let code = person.badge_code();
            assert_eq!((code.len(), code.find('-')), (9, Some(4)), "{code}");
            for typed in [code.clone(), code.to_lowercase(), code.replace('-', " ")] {
                assert_eq!(world.person_with_badge(&typed).unwrap().handle, person.handle);
            }
        }
    }

    #[test]
    fn an_unknown_code_is_not_a_badge() {
        for code in ["", "-", "7KQ2", "0000-0000"] {
            assert!(World::built_in().person_with_badge(code).is_none(), "{code:?}");
        }
    }
}
