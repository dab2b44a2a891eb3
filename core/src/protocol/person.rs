//! A person's name and roles, from a response or an ID token.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;
use crate::secret::Redacted;

/// Defines a type for Clever's words about people that also keeps words that this version does not know.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$meaning])* $variant,)*
            /// A word that this version does not know, as Clever sent it.
            Other(String),
        }

        impl $name {
            /// The word that Clever uses.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)*
                    // Clever's documents also write it with a space.
                    "district admin" => Self::DistrictAdmin,
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                word.as_str().into()
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(word: &str) -> std::result::Result<Self, Infallible> {
                Ok(word.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, word: &str) -> bool {
                self.as_str() == word
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, word: &&str) -> bool {
                self.as_str() == *word
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

words! {
    /// The name of a role. `from` and `parse` read Clever's words.
    ///
    /// ```
    /// use clever_sso::RoleName;
    ///
    /// assert_eq!(RoleName::from("district_admin"), RoleName::DistrictAdmin);
    /// assert_eq!(RoleName::from("bus_driver").as_str(), "bus_driver");
    /// assert_eq!(RoleName::Teacher, "teacher");
    /// ```
    RoleName {
        /// A student.
        Student = "student",
        /// A teacher.
        Teacher = "teacher",
        /// Staff of a school, including its administrators.
        Staff = "staff",
        /// An administrator of a school, in older versions of the API.
        SchoolAdmin = "school_admin",
        /// An administrator of the district.
        DistrictAdmin = "district_admin",
        /// A contact of a student: a parent or guardian.
        Contact = "contact",
    }
}

words! {
    /// The kind of account that a person logged in with: usually the name of a role.
    ///
    /// ```
    /// use clever_sso::{RoleName, UserType};
    ///
    /// assert_eq!(UserType::Teacher, RoleName::Teacher);
    /// assert_eq!(UserType::from("teacher").role(), Some(RoleName::Teacher));
    /// assert_eq!(UserType::User.role(), None);
    /// ```
    UserType {
        /// A student.
        Student = "student",
        /// A teacher.
        Teacher = "teacher",
        /// Staff of a school, including its administrators.
        Staff = "staff",
        /// An administrator of a school, in older versions of the API.
        SchoolAdmin = "school_admin",
        /// An administrator of the district.
        DistrictAdmin = "district_admin",
        /// A contact of a student: a parent or guardian.
        Contact = "contact",
        /// API v3 says this for everyone.
        User = "user",
    }
}

impl RoleName {
    /// The role in a response; `None` if the text is not a word.
    pub(super) fn read(word: &str) -> Option<Self> {
        UserType::read(word)?.role()
    }
}

/// One or more roles: a word such as `"teacher"`, a [`RoleName`], or a list of either.
///
/// ```
/// use clever_sso::{Identity, RoleName};
///
/// fn may_grade(person: &Identity) -> bool {
///     person.has_role("teacher") || person.has_role([RoleName::Staff, RoleName::DistrictAdmin])
/// }
/// # assert!(!may_grade(&Identity::new("issuer", "id")));
/// ```
pub trait IntoRoles: sealed::Sealed {
    /// The roles.
    fn into_roles(self) -> Vec<RoleName>;
}

mod sealed {
    /// Prevents other crates from implementing [`IntoRoles`](super::IntoRoles), so that it can accept more kinds of lists later.
    pub trait Sealed {}
}

macro_rules! into_roles {
    ($([$($parameters:tt)*] $list:ty: $roles:ident => $into:expr;)*) => {
        $(
            impl<$($parameters)*> sealed::Sealed for $list {}

            impl<$($parameters)*> IntoRoles for $list {
                fn into_roles(self) -> Vec<RoleName> {
                    let $roles = self;
                    $into
                }
            }
        )*
    };
}

into_roles! {
    [] RoleName: role => vec![role];
    [] &RoleName: role => vec![role.clone()];
    [] &str: word => vec![word.into()];
    [] String: word => vec![word.into()];
    [] &String: word => vec![word.as_str().into()];
    [R: Into<RoleName>, const N: usize] [R; N]: roles => roles.into_iter().map(Into::into).collect();
    [R: Into<RoleName> + Clone, const N: usize] &[R; N]: roles => roles.as_slice().into_roles();
    [R: Into<RoleName> + Clone] &[R]: roles => roles.iter().cloned().map(Into::into).collect();
    [R: Into<RoleName>] Vec<R>: roles => roles.into_iter().map(Into::into).collect();
    [R: Into<RoleName> + Clone] &Vec<R>: roles => roles.as_slice().into_roles();
}

impl UserType {
    /// The kind in a response; `None` if the text is not a word.
    pub(super) fn read(word: &str) -> Option<Self> {
        text::word(word).map(Self::from)
    }

    /// The role with this name; `None` for [`User`](Self::User), which is not a role.
    pub fn role(&self) -> Option<RoleName> {
        (*self != Self::User).then(|| self.as_str().into())
    }
}

impl From<RoleName> for UserType {
    fn from(role: RoleName) -> Self {
        role.as_str().into()
    }
}

impl PartialEq<RoleName> for UserType {
    fn eq(&self, role: &RoleName) -> bool {
        self.as_str() == role.as_str()
    }
}

/// A role of a person.
///
/// ```
/// use clever_sso::{Role, RoleName};
///
/// assert_eq!(Role::new("teacher").name, RoleName::Teacher);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Role {
    /// The name of the role.
    pub name: RoleName,
    /// The person's id in this role before API v3.
    pub legacy_id: Option<String>,
}

/// A person's name; Clever may not send all parts.
///
/// `Display` shows the full name, `Debug` shows no name.
///
/// ```
/// use clever_sso::Name;
///
/// let mut name = Name::default();
/// name.first = Some("Ada".into());
/// name.last = Some("Ashworth".into());
/// assert_eq!(format!("Hello, {name}"), "Hello, Ada Ashworth");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Name {
    /// The first name.
    pub first: Option<String>,
    /// The middle name.
    pub middle: Option<String>,
    /// The last name; for a student in Clever Library, only the initial.
    pub last: Option<String>,
}

impl Role {
    /// A role with this name.
    pub fn new(name: impl Into<RoleName>) -> Self {
        Self { name: name.into(), legacy_id: None }
    }
}

impl Name {
    /// First, middle and last name, separated by spaces; empty when none is known.
    pub fn full(&self) -> String {
        [&self.first, &self.middle, &self.last]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.full())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Name").field(&Redacted).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_converted_to_text_and_json_and_back() {
        for word in ["student", "teacher", "staff", "school_admin", "district_admin", "contact", "bus_driver"]
        {
            let role: RoleName = word.parse().unwrap();
            let user_type = UserType::from(role.clone());
            assert!(role == *word && user_type == word && user_type == role, "{word}");
            assert_eq!((role.to_string(), user_type.to_string()), (word.to_owned(), word.to_owned()));
            assert_eq!(user_type.role(), Some(role.clone()));
            let json = serde_json::to_string(&role).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<RoleName>(&json).unwrap(), role);
            assert_eq!(serde_json::from_str::<UserType>(&json).unwrap(), user_type);
        }
        assert_eq!("district admin".parse(), Ok(RoleName::DistrictAdmin));
        assert_eq!((UserType::from("user"), UserType::User.role()), (UserType::User, None));
        assert_eq!(RoleName::read("user"), None);
    }
}
