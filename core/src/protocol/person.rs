//! A person's name and roles, as an answer or an ID token tells them.

use super::text;
use crate::secret::Redacted;

/// The name of a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RoleName {
    /// A student.
    Student,
    /// A teacher.
    Teacher,
    /// Staff of a school, among them its administrators.
    Staff,
    /// An administrator of a school, as older versions of the API call them.
    SchoolAdmin,
    /// An administrator of the district.
    DistrictAdmin,
    /// A contact of a student: a parent or guardian.
    Contact,
    /// A role that this version does not know, by Clever's word.
    Other(String),
}

impl RoleName {
    /// Clever's word for the role.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Student => "student",
            Self::Teacher => "teacher",
            Self::Staff => "staff",
            Self::SchoolAdmin => "school_admin",
            Self::DistrictAdmin => "district_admin",
            Self::Contact => "contact",
            Self::Other(word) => word,
        }
    }

    /// The role that an answer names; `None` for what is no word. `user` is what Clever says of everybody.
    pub(super) fn read(word: &str) -> Option<Self> {
        text::word(word).filter(|word| *word != "user").map(Self::from)
    }
}

impl From<&str> for RoleName {
    fn from(word: &str) -> Self {
        match word {
            "student" => Self::Student,
            "teacher" => Self::Teacher,
            "staff" => Self::Staff,
            "school_admin" => Self::SchoolAdmin,
            // Clever's documents also write it with a space.
            "district_admin" | "district admin" => Self::DistrictAdmin,
            "contact" => Self::Contact,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// One of the roles of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Which role.
    pub name: RoleName,
    /// The id that this person had in this role before API v3.
    pub legacy_id: Option<String>,
}

/// A person's name, as far as Clever tells it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The first name.
    pub first: Option<String>,
    /// The middle name.
    pub middle: Option<String>,
    /// The last name; of a student in Clever Library only the initial.
    pub last: Option<String>,
}

impl Name {
    /// First, middle and last name with a space between them; empty when nothing is known.
    pub fn full(&self) -> String {
        [&self.first, &self.middle, &self.last]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Name").field(&Redacted).finish()
    }
}
