//! Who may log in to an app, and in which role.

use std::sync::Arc;

use super::app::App;
use crate::world::person::{Person, UserType};

impl App {
    /// The kinds of users it is for, if it is not for all.
    pub fn user_types(&self) -> Option<&[UserType]> {
        self.user_types.as_deref()
    }

    /// The ids of the districts that share it, if not all do.
    pub fn districts(&self) -> Option<&[String]> {
        self.districts.as_deref()
    }

    /// May this person log in to it?
    pub(crate) fn admits(&self, person: &Person) -> bool {
        self.refusal(person).is_none()
    }

    /// Does it appear, with a flag, in the portal of an administrator who may not log in to it? Their district shares it, but it
    /// is not enabled for administrators.
    pub(crate) fn is_flagged_for(&self, person: &Person) -> bool {
        let is_shared =
            person.district_id.as_ref().is_some_and(|id| !self.library && self.is_shared_with(id));
        let mut roles = person.roles();
        is_shared && !self.admits(person) && roles.any(|role| role.user_type == UserType::DistrictAdmin)
    }

    /// Why this person may not log in to it, as the end of a sentence that starts with "it", in English and Spanish. An app of
    /// Clever Library is only for the people of Clever Library, and other apps are not for them.
    pub(crate) fn refusal(&self, person: &Person) -> Option<(&'static str, &'static str)> {
        match &person.district_id {
            None if !self.library => {
                return Some(("is only for people in a district", "es solo para personas de un distrito"));
            }
            Some(_) if self.library => return Some(("is for Clever Library", "es de Clever Library")),
            Some(id) if !self.is_shared_with(id) => {
                return Some(("is not shared with their district", "no se comparte con su distrito"));
            }
            _ => (),
        }
        let admitted = person.roles().any(|role| self.takes(role.user_type));
        (!admitted).then_some(("is for other kinds of users", "es para otras personas"))
    }

    /// The person in the role of a login to it: the first role that it is for.
    pub(crate) fn in_role(&self, person: Arc<Person>) -> Arc<Person> {
        let index = person.roles().position(|role| self.takes(role.user_type));
        match index {
            None | Some(0) => person,
            Some(index) => Arc::new(person.with_role_first(index)),
        }
    }

    /// Does the district with this id share it?
    pub(crate) fn is_shared_with(&self, district_id: &str) -> bool {
        self.districts.as_ref().is_none_or(|districts| districts.iter().any(|id| id == district_id))
    }

    fn takes(&self, user_type: UserType) -> bool {
        self.user_types.as_ref().is_none_or(|user_types| user_types.contains(&user_type))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::model::World;

    #[test]
    fn an_app_of_clever_library_is_for_its_people_only_and_gets_no_id_tokens() {
        let world = World::built_in();
        let (ada, lou) = (world.person("ada").unwrap(), world.person("lou").unwrap());
        let (ordinary, library) = (App::built_in(), App::built_in().with_library());
        assert!(ordinary.admits(&ada) && !ordinary.admits(&lou) && ordinary.gets_id_tokens());
        assert!(library.admits(&lou) && !library.admits(&ada) && !library.gets_id_tokens());
    }

    #[test]
    fn an_app_admits_everyone_who_has_one_of_its_user_types_in_one_of_its_districts() {
        let world = World::built_in();
        let admits = |app: &App, name| app.admits(&world.person(name).unwrap());
        let staff = App::built_in().with_user_types([UserType::Staff]);
        assert!(admits(&staff, "olga") && admits(&staff, "sam") && !admits(&staff, "grace"));
        let district = App::built_in().with_districts(["64c1f0a2d3b94e5f60718100"]);
        assert!(admits(&district, "anouk") && !admits(&district, "ada") && !admits(&district, "lou"));
        let library = App::built_in().with_library().with_user_types([UserType::Student]);
        assert!(admits(&library, "kim") && !admits(&library, "lou") && !admits(&library, "ada"));
        let student = App::built_in().with_user_types([UserType::Student]);
        let flagged = |app: &App, name| app.is_flagged_for(&world.person(name).unwrap());
        assert!(flagged(&student, "dana") && !admits(&student, "dana"));
        assert!(
            !flagged(&student, "ada") && !flagged(&student, "grace") && !flagged(&App::built_in(), "dana")
        );
        assert!(!flagged(&library, "dana") && !flagged(&district.with_user_types([]), "dana"));
        let closed = App::built_in().with_user_types([]);
        assert!(world.people().iter().all(|person| !closed.admits(person)));
    }
}
