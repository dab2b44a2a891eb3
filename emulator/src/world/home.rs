//! Where people sign in and have their portal: at their district, or at Clever Library.

use super::district::{District, LoginMethod};
use super::model::World;
use super::person::Person;

/// The short name of Clever Library, which no district can have.
pub(super) const LIBRARY: &str = "library";

/// A district, or Clever Library, which is the home of people without a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home<'a> {
    District(&'a District),
    Library,
}

impl<'a> Home<'a> {
    /// Its name in the address of the portal.
    pub(crate) fn short_name(self) -> &'a str {
        match self {
            Self::District(district) => &district.short_name,
            Self::Library => LIBRARY,
        }
    }

    /// Its name for people.
    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::District(district) => &district.name,
            Self::Library => "Clever Library",
        }
    }

    /// The id of the district, if it is one.
    pub(crate) fn district_id(self) -> Option<&'a str> {
        match self {
            Self::District(district) => Some(&district.id),
            Self::Library => None,
        }
    }

    /// The name of its identity provider, if people sign in there.
    pub(crate) fn identity_provider(self) -> Option<&'a str> {
        match self {
            Self::District(district) if self.takes(LoginMethod::IdentityProvider) => {
                Some(&district.identity_provider)
            }
            _ => None,
        }
    }

    /// Can people sign in here this way? At Clever Library, they only have a password.
    pub(crate) fn takes(self, method: LoginMethod) -> bool {
        match self {
            Self::District(district) => district.login_methods.contains(&method),
            Self::Library => method == LoginMethod::Password,
        }
    }

    /// Is it the home of this person?
    pub(crate) fn is_of(self, person: &Person) -> bool {
        person.district_id.as_deref() == self.district_id()
    }
}

impl World {
    /// Every home, Clever Library last.
    pub(crate) fn homes(&self) -> impl Iterator<Item = Home<'_>> {
        self.districts.iter().map(Home::District).chain([Home::Library])
    }

    /// The home with this short name.
    pub(crate) fn home(&self, short_name: &str) -> Option<Home<'_>> {
        self.homes().find(|home| home.short_name() == short_name)
    }

    /// The home of this person.
    pub(crate) fn home_of(&self, person: &Person) -> Home<'_> {
        self.homes().find(|home| home.is_of(person)).unwrap_or(Home::Library)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_a_home_and_the_people_of_clever_library_have_theirs() {
        let world = World::built_in();
        for (handle, short_name) in [("ada", "emulated"), ("anouk", "island"), ("lou", "library")] {
            let person = world.person(handle).unwrap();
            assert_eq!(world.home_of(&person).short_name(), short_name);
            assert!(world.home(short_name).unwrap().is_of(&person));
        }
        assert!(world.home("nowhere").is_none());
    }
}
