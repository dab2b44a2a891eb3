//! Who lives in the emulator: districts, schools, the people in them, those of Clever Library, and the apps.
//!
//! All of it comes from one TOML text, the built-in world too. Nobody in that one exists: the people are chosen for what
//! a login must cope with. Ids have Clever's form (24 lowercase hexadecimal digits). As in API v3, one id stands for a
//! person in all roles, and every role keeps the id it had before as `legacy_id`; for students the two are the same unless
//! the id changed.
//!
//! - `person`: who somebody is;
//! - `home`: where people sign in; `badge`: the code of their badge; `search`: where they look for their school;
//! - `file`, `district_table`, `app_table`, `role_table`, `checks`: the text becomes a world, or is refused;
//! - `derived`, `grade`: what the text leaves out, and follows from an id;
//! - `error`: with which words;
//! - `reload`: a file that has changed is read again; `additions`: people and apps that come while it runs.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use crate::app_error::AppError;
use crate::apps::{App, Apps};

mod additions;
mod app_table;
mod badge;
mod checks;
pub(crate) mod derived;
mod district_table;
mod error;
mod file;
pub(crate) mod grade;
mod home;
mod person;
#[cfg(test)]
mod refusals;
mod reload;
mod role_table;
mod search;
mod table;

pub use error::WorldError;
pub(crate) use home::Home;
pub use home::LoginMethod;
pub use person::{Person, Role, UserType};
pub(crate) use reload::{LiveWorld, Source};
pub(crate) use search::Found;

/// A district.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct District {
    /// The Clever id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What stands for it in the address of its portal.
    pub short_name: String,
    /// How its people can sign in, in the order of the text.
    pub login_methods: Vec<LoginMethod>,
    /// What its identity provider is called.
    pub identity_provider: String,
    /// Is it one for tests, which the school picker finds by its id only?
    pub sandbox: bool,
}

/// A school.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct School {
    /// The Clever id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The district it belongs to.
    pub district_id: String,
    /// The grades it begins and ends with; they follow from the id if they are not given.
    pub grades: Option<(String, String)>,
}

/// Districts, schools, people and apps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    districts: Vec<District>,
    schools: Vec<School>,
    apps: Apps,
    people: Vec<Arc<Person>>,
}

const BUILT_IN: &str = include_str!("../world.toml");

impl World {
    /// The world the emulator has when it is told of no other.
    pub fn built_in() -> Self {
        // The text is part of the program, and a test holds that it is right; so no caller needs to think of a failure.
        static WORLD: LazyLock<World> = LazyLock::new(|| World::from_toml(BUILT_IN).unwrap_or_default());
        WORLD.clone()
    }

    /// The text of the built-in world, with comments for whoever edits it.
    pub fn built_in_toml() -> &'static str {
        BUILT_IN
    }

    /// The world that this text describes; `docs/emulator.md` tells of the format.
    ///
    /// # Errors
    /// With line and reason, when the text is no TOML or does not describe a world.
    pub fn from_toml(text: &str) -> Result<Self, WorldError> {
        file::read(text)
    }

    /// The world that this file describes.
    ///
    /// # Errors
    /// With file, line and reason, when the file cannot be read or does not describe a world.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| WorldError::unreadable(path, &error))?;
        Self::from_toml(&text).map_err(|error| error.in_file(path))
    }

    /// Every district.
    pub fn districts(&self) -> &[District] {
        &self.districts
    }

    /// The district with this id.
    pub fn district(&self, id: &str) -> Option<&District> {
        self.districts.iter().find(|district| district.id == id)
    }

    /// Every school.
    pub fn schools(&self) -> &[School] {
        &self.schools
    }

    /// The school with this id.
    pub(crate) fn school(&self, id: &str) -> Option<&School> {
        self.schools.iter().find(|school| school.id == id)
    }

    /// Every app.
    pub fn apps(&self) -> &[App] {
        self.apps.all()
    }

    /// The app with this identifier.
    pub(crate) fn app(&self, client_id: &str) -> Option<&App> {
        self.apps.get(client_id)
    }

    /// Everybody, in the order of the text.
    pub fn people(&self) -> &[Arc<Person>] {
        &self.people
    }

    /// The person with this handle, Clever id or sign-in number.
    pub fn person(&self, name: &str) -> Option<Arc<Person>> {
        self.people.iter().find(|person| person.is_called(name)).cloned()
    }

    /// The same person, told by the Clever id, as this world has them; nobody when the person is gone.
    pub(crate) fn same(&self, person: &Person) -> Option<Arc<Person>> {
        self.people.iter().find(|own| own.id == person.id).cloned()
    }

    /// The same person in the role of a login to this app.
    pub(crate) fn same_at(&self, person: &Person, client_id: &str) -> Option<Arc<Person>> {
        let person = self.same(person)?;
        Some(match self.app(client_id) {
            Some(app) => app.in_role(person),
            None => person,
        })
    }

    /// With these apps in the place of its own. Without any, it keeps its own, or gets the built-in one if it has none.
    fn with_apps(mut self, given: &[App]) -> Result<Self, AppError> {
        if !given.is_empty() || self.apps.all().is_empty() {
            self.apps = Apps::register(given.to_vec())?;
        }
        self.apps.all().iter().try_for_each(|app| app.check_districts(&self.districts))?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_clevers_form_and_belongs_to_one_person() {
        let world = World::built_in();
        let mut ids: Vec<_> = world.people().iter().map(|person| person.id.clone()).collect();
        assert!(ids.iter().all(|id| id.len() == 24 && id.bytes().all(|b| b"0123456789abcdef".contains(&b))));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), world.people().len());
    }

    #[test]
    fn a_person_is_found_by_handle_id_or_sign_in_number() {
        let world = World::built_in();
        let ada = world.person("ada").unwrap();
        assert_eq!(world.person(&ada.id).unwrap().handle, "ada");
        assert_eq!(world.person("510001").unwrap().handle, "ada");
        assert!(world.person("nobody").is_none());
        assert!(world.person("").is_none());
    }

    #[test]
    fn the_legacy_id_of_students_is_their_id_unless_it_changed_and_of_others_is_not() {
        let world = World::built_in();
        for person in world.people().iter().filter(|person| person.handle != "mila-returned") {
            for role in person.roles() {
                assert_eq!(
                    role.legacy_id == person.id,
                    role.user_type == UserType::Student,
                    "{}",
                    person.handle
                );
            }
        }
    }

    #[test]
    fn whoever_returns_under_a_new_id_keeps_name_and_old_id() {
        let world = World::built_in();
        let (before, after) = (world.person("mila").unwrap(), world.person("mila-returned").unwrap());
        assert_eq!(before.full_name(), after.full_name());
        assert_ne!(before.id, after.id);
        assert_eq!(after.role.legacy_id, before.id);
    }

    #[test]
    fn the_people_of_clever_library_have_no_district_and_its_students_no_email_and_an_initial() {
        let world = World::built_in();
        let library: Vec<_> = world.people().iter().filter(|person| person.is_in_library()).collect();
        let types: Vec<_> = library.iter().map(|person| person.role.user_type).collect();
        assert_eq!(types, [UserType::Teacher, UserType::Student]);
        assert_eq!((library[1].family_name.len(), library[1].email.as_deref()), (1, None));
    }

    #[test]
    fn one_student_has_no_email() {
        let world = World::built_in();
        assert!(world.person("noor").unwrap().email.is_none());
        assert!(world.person("ada").unwrap().email.is_some());
    }

    #[test]
    fn a_school_administrator_is_staff() {
        assert_eq!(World::built_in().person("olga").unwrap().role.user_type, UserType::Staff);
    }

    #[test]
    fn the_built_in_world_is_right_and_has_apps_districts_schools_and_people() {
        let world = World::from_toml(World::built_in_toml()).unwrap();
        assert_eq!(world, World::built_in());
        assert_eq!((world.districts().len(), world.schools().len(), world.apps().len()), (2, 5, 7));
        assert!(world.people().len() > 40);
    }

    #[test]
    fn a_world_without_apps_gets_the_built_in_one_and_given_apps_take_the_place_of_its_own() {
        let without = World { apps: Apps::default(), ..World::built_in() };
        assert_eq!(without.with_apps(&[]).unwrap().apps(), [App::built_in()]);
        let own = App::new("own", "secret", "https://app.example/");
        assert_eq!(
            World::built_in().with_apps(std::slice::from_ref(&own)).unwrap().apps(),
            std::slice::from_ref(&own)
        );
        let elsewhere = own.with_districts(["elsewhere"]);
        assert!(matches!(World::built_in().with_apps(&[elsewhere]), Err(AppError::UnknownDistrict { .. })));
    }
}
