//! Who lives in the emulator: one district, two schools, the people in them, and two of Clever Library.
//!
//! Nobody here exists. The people are chosen for what a login must cope with: a student without an email, a name
//! outside ASCII, a teacher with two roles, an administrator of each kind, a parent, somebody who came back under a new
//! id. Ids have Clever's form (24 lowercase hexadecimal digits). As in API v3, one id stands for a person in all roles,
//! and every role keeps the id it had before as `legacy_id`; for students the two are the same unless the id changed.

use std::fmt;
use std::sync::Arc;

/// The kind of user somebody is in one role, in the words of API v3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserType {
    /// A student.
    Student,
    /// A teacher.
    Teacher,
    /// Anybody else who works at a school. API v3 shows school administrators so.
    Staff,
    /// An administrator of the district.
    DistrictAdmin,
    /// A parent or guardian of a student.
    Contact,
}

impl UserType {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Teacher => "teacher",
            Self::Staff => "staff",
            Self::DistrictAdmin => "district_admin",
            Self::Contact => "contact",
        }
    }
}

impl fmt::Display for UserType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One role of a person.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Role {
    /// The kind of user.
    pub user_type: UserType,
    /// The id this role had before API v3, or before the person's id changed.
    pub legacy_id: String,
    /// The ids of the schools the role is held at; empty for whoever belongs to none.
    pub schools: Vec<String>,
}

/// Somebody who can log in.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Person {
    /// The short name used on the command line and in tests.
    pub handle: String,
    /// The Clever id: `sub` and `multi_role_user_id` in tokens.
    pub id: String,
    /// User name and password in one, as in Clever's sandbox districts.
    pub sign_in_number: String,
    /// The first name.
    pub given_name: String,
    /// The last name; of a student of Clever Library only the initial.
    pub family_name: String,
    /// The email, which many students do not have.
    pub email: Option<String>,
    /// The district the person belongs to; the people of Clever Library have none.
    pub district_id: Option<String>,
    /// The role of this login. The emulator takes the first when there are several.
    pub role: Role,
    /// Further roles of the same person.
    pub other_roles: Vec<Role>,
}

impl Person {
    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// Every role, that of this login first.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        std::iter::once(&self.role).chain(&self.other_roles)
    }

    /// Is this somebody of Clever Library, whom a teacher and not a district gave the access?
    pub fn is_in_library(&self) -> bool {
        self.district_id.is_none()
    }

    /// Who gave the access, in Clever's word.
    pub(crate) fn authorized_by(&self) -> &'static str {
        if self.is_in_library() { "teacher" } else { "district" }
    }

    fn is_called(&self, name: &str) -> bool {
        [&self.handle, &self.id, &self.sign_in_number].into_iter().any(|own| own == name)
    }
}

/// A district and the people in it.
#[derive(Debug, Clone)]
pub struct World {
    district_id: String,
    district_name: String,
    people: Vec<Arc<Person>>,
}

const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";
const ELEMENTARY_SCHOOL: &str = "64c1f0a2d3b94e5f60718201";
const HIGH_SCHOOL: &str = "64c1f0a2d3b94e5f60718202";

impl World {
    /// The world the emulator has when it is told of no other.
    pub fn built_in() -> Self {
        let people = [students(), school_staff(), district_staff(), families(), library()].concat();
        Self {
            district_id: DISTRICT.into(),
            district_name: "Emulated School District".into(),
            people: people.into_iter().map(Arc::new).collect(),
        }
    }

    /// The id of the district.
    pub fn district_id(&self) -> &str {
        &self.district_id
    }

    /// The name of the district.
    pub fn district_name(&self) -> &str {
        &self.district_name
    }

    /// Everybody, in the order of the pages.
    pub fn people(&self) -> &[Arc<Person>] {
        &self.people
    }

    /// The person with this handle, Clever id or sign-in number.
    pub fn person(&self, name: &str) -> Option<Arc<Person>> {
        self.people.iter().find(|person| person.is_called(name)).cloned()
    }
}

fn students() -> Vec<Person> {
    let student = |id: &str, school| Role::at(school, UserType::Student, id);
    let (ada, noor, jose) =
        ("64c20b1e8f3a7d0019c4e501", "64c20b1e8f3a7d0019c4e502", "64c20b1e8f3a7d0019c4e503");
    // Whoever was away for 300 days, or whose account was split, comes back under a new id.
    let (mila, mila_returned) = ("64c20b1e8f3a7d0019c4e504", "671f5c3d9b2e40001a8d7504");
    vec![
        Person::new("ada", ada, "510001", ["Ada", "Ashworth"], student(ada, HIGH_SCHOOL)).with_email(),
        Person::new("noor", noor, "510002", ["Noor", "Haddad"], student(noor, ELEMENTARY_SCHOOL)),
        Person::new("jose", jose, "510003", ["José", "Núñez"], student(jose, HIGH_SCHOOL)).with_email(),
        Person::new("mila", mila, "510004", ["Mila", "Brandt"], student(mila, HIGH_SCHOOL)),
        Person::new("mila-returned", mila_returned, "510005", ["Mila", "Brandt"], student(mila, HIGH_SCHOOL)),
    ]
}

fn school_staff() -> Vec<Person> {
    let teacher = |legacy_id| Role::at(HIGH_SCHOOL, UserType::Teacher, legacy_id);
    let staff = |legacy_id| Role::at(ELEMENTARY_SCHOOL, UserType::Staff, legacy_id);
    let (grace, sam, olga) =
        ("64c20b1e8f3a7d0019c4e601", "64c20b1e8f3a7d0019c4e602", "64c20b1e8f3a7d0019c4e701");
    vec![
        Person::new("grace", grace, "610001", ["Grace", "Okafor"], teacher("5d8e21b7f04c6a00127b3a01"))
            .with_email(),
        Person::new("sam", sam, "610002", ["Sam", "Rivera"], teacher("5d8e21b7f04c6a00127b3a02"))
            .with_role(staff("5d8e21b7f04c6a00127b3a03"))
            .with_email(),
        Person::new("olga", olga, "710001", ["Olga", "Petrova"], staff("5d8e21b7f04c6a00127b3b01"))
            .with_email(),
    ]
}

fn district_staff() -> Vec<Person> {
    let dana = "64c20b1e8f3a7d0019c4e801";
    let role = Role::at_no_school(UserType::DistrictAdmin, "5d8e21b7f04c6a00127b3c01");
    vec![Person::new("dana", dana, "810001", ["Dana", "Whitfield"], role).with_email()]
}

fn families() -> Vec<Person> {
    let maria = "64c20b1e8f3a7d0019c4e901";
    let role = Role::at_no_school(UserType::Contact, "5d8e21b7f04c6a00127b3d01");
    vec![Person::new("maria", maria, "910001", ["Maria", "Lindqvist"], role).with_email()]
}

fn library() -> Vec<Person> {
    let (lou, kim) = ("64c20b1e8f3a7d0019c4ea01", "64c20b1e8f3a7d0019c4ea02");
    let teacher = Role::at_no_school(UserType::Teacher, "5d8e21b7f04c6a00127b3e01");
    let student = Role::at_no_school(UserType::Student, kim);
    vec![
        Person::new("lou", lou, "620001", ["Lou", "Bennett"], teacher).with_email().without_district(),
        Person::new("kim", kim, "520001", ["Kim", "T"], student).without_district(),
    ]
}

impl Role {
    fn at(school: &str, user_type: UserType, legacy_id: &str) -> Self {
        Self { user_type, legacy_id: legacy_id.into(), schools: vec![school.into()] }
    }

    fn at_no_school(user_type: UserType, legacy_id: &str) -> Self {
        Self { user_type, legacy_id: legacy_id.into(), schools: Vec::new() }
    }
}

impl Person {
    fn new(handle: &str, id: &str, sign_in_number: &str, [given, family]: [&str; 2], role: Role) -> Self {
        Self {
            handle: handle.into(),
            id: id.into(),
            sign_in_number: sign_in_number.into(),
            given_name: given.into(),
            family_name: family.into(),
            email: None,
            district_id: Some(DISTRICT.into()),
            role,
            other_roles: Vec::new(),
        }
    }

    fn with_email(mut self) -> Self {
        self.email = Some(format!("{}@emulated.example", self.handle));
        self
    }

    fn without_district(mut self) -> Self {
        self.district_id = None;
        self
    }

    fn with_role(mut self, role: Role) -> Self {
        self.other_roles.push(role);
        self
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
}
