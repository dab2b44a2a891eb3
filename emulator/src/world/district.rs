//! Districts, their schools, and how their people sign in.

/// A district.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct District {
    /// The Clever id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Its name in the address of its portal.
    pub short_name: String,
    /// How its people can sign in, in the order of the text.
    pub login_methods: Vec<LoginMethod>,
    /// The name of its identity provider.
    pub identity_provider: String,
    /// Is it a sandbox? The school picker finds a sandbox only by its id.
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
    /// The first and the last grade; made from the id if they are not given.
    pub grades: Option<(String, String)>,
}

/// How people can prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginMethod {
    /// At the identity provider of the district.
    IdentityProvider,
    /// With user name and password, here.
    Password,
    /// With a badge.
    Badge,
}

impl LoginMethod {
    pub(super) const ALL: [Self; 3] = [Self::IdentityProvider, Self::Password, Self::Badge];

    /// The method with this word.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }

    /// The word in the text of a world.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IdentityProvider => "identity_provider",
            Self::Password => "password",
            Self::Badge => "badge",
        }
    }
}
