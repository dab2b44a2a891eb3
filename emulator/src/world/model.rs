//! The world itself: districts, schools, people and apps, and how to find each.

use std::sync::Arc;

use super::apps::{App, Apps};
use super::district::{District, School};
use super::person::Person;

/// Districts, schools, people and apps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct World {
    pub(super) districts: Vec<District>,
    pub(super) schools: Vec<School>,
    pub(super) apps: Apps,
    pub(super) people: Vec<Arc<Person>>,
}

impl World {
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

    /// All people, in the order of the text.
    pub fn people(&self) -> &[Arc<Person>] {
        &self.people
    }

    /// The person with this handle, Clever id or sign-in number.
    pub fn person(&self, name: &str) -> Option<Arc<Person>> {
        self.people.iter().find(|person| person.is_called(name)).cloned()
    }

    /// The current data of the same person, found by the Clever id; none if the person is gone.
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
}

#[cfg(test)]
mod tests {
    use crate::world::{UserType, World};

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
    fn a_person_who_returns_under_a_new_id_keeps_name_and_old_id() {
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
}
