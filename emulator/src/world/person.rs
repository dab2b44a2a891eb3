//! A person, and the roles of a person.

use std::fmt;

/// The kind of user in one role, in the words of API v3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserType {
    /// A student.
    Student,
    /// A teacher.
    Teacher,
    /// Anyone else who works at a school, including school administrators in API v3.
    Staff,
    /// An administrator of the district.
    DistrictAdmin,
    /// A parent or guardian of a student.
    Contact,
}

impl UserType {
    pub(crate) const ALL: [Self; 5] =
        [Self::Student, Self::Teacher, Self::Staff, Self::DistrictAdmin, Self::Contact];

    /// The kind of user with this word.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|user_type| user_type.as_str() == word)
    }

    /// The word in the protocol.
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
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Role {
    /// The kind of user.
    pub user_type: UserType,
    /// The id this role had before API v3, or before the person's id changed.
    pub legacy_id: String,
    /// The ids of the role's schools; empty for people without a school.
    pub schools: Vec<String>,
    /// The title of teachers, staff and administrators; derived from the id if none is given.
    pub title: Option<String>,
    /// The grade of a student; if none is given, one of the first school's grades is derived from the id.
    pub grade: Option<String>,
    /// The day of birth of a student, as `9/30/2010`; if none is given, one that fits the grade is derived from the id.
    pub dob: Option<String>,
    /// The gender of a student: `M`, `F` or `X`; unknown if none is given.
    pub gender: Option<String>,
}

/// A person who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Person {
    /// The short name used on the command line and in tests.
    pub handle: String,
    /// Why the person is worth testing, as the end of a sentence that starts with the name.
    pub quirk: Option<String>,
    /// The Clever id: `sub` and `multi_role_user_id` in tokens.
    pub id: String,
    /// Both user name and password, as in Clever's sandbox districts.
    pub sign_in_number: String,
    /// The first name.
    pub given_name: String,
    /// The middle name, if there is one.
    pub middle_name: Option<String>,
    /// The last name; for a student of Clever Library, only the initial.
    pub family_name: String,
    /// The email, which many students do not have.
    pub email: Option<String>,
    /// The district the person belongs to; the people of Clever Library have none.
    pub district_id: Option<String>,
    /// The role of this login: the first one, unless the app is only for another.
    pub role: Role,
    /// Further roles of the same person.
    pub other_roles: Vec<Role>,
}

impl Person {
    /// First and last name.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// Every role, with the role of this login first.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        std::iter::once(&self.role).chain(&self.other_roles)
    }

    /// Is this a person of Clever Library, who got access from a teacher and not from a district?
    pub fn is_in_library(&self) -> bool {
        self.district_id.is_none()
    }

    /// Who gave the access, in Clever's word.
    pub(crate) fn authorized_by(&self) -> &'static str {
        if self.is_in_library() { "teacher" } else { "district" }
    }

    /// The same person with this role (counted from 0, in the order of the roles) as the role of the login.
    pub(crate) fn with_role_first(&self, index: usize) -> Self {
        let mut person = self.clone();
        let other = index.checked_sub(1).and_then(|index| person.other_roles.get_mut(index));
        if let Some(other) = other {
            std::mem::swap(&mut person.role, other);
        }
        person
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        [&self.handle, &self.id, &self.sign_in_number].into_iter().any(|own| own == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn a_role_is_moved_to_the_front_and_none_is_lost() {
        let yuki = World::built_in().person("yuki").unwrap();
        let types = |person: &Person| person.roles().map(|role| role.user_type).collect::<Vec<_>>();
        let (teacher, staff, admin) = (UserType::Teacher, UserType::Staff, UserType::DistrictAdmin);
        assert_eq!(types(&yuki.with_role_first(0)), [teacher, staff, admin]);
        assert_eq!(types(&yuki.with_role_first(2)), [admin, staff, teacher]);
        assert_eq!(types(&yuki.with_role_first(3)), [teacher, staff, admin]);
    }
}
