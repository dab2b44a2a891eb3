//! The versions of Clever's API.

/// From the oldest to the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// One type of object for each kind of user.
    V1_1,
    /// People at several schools.
    V1_2,
    /// The state of a district.
    V2_0,
    /// Fields of the district's own, and how people log in there.
    V2_1,
    /// One type of object for everybody, with roles inside.
    V3_0,
    /// The same.
    V3_1,
}

impl Version {
    /// Every version.
    pub(crate) const ALL: [Self; 6] =
        [Self::V1_1, Self::V1_2, Self::V2_0, Self::V2_1, Self::V3_0, Self::V3_1];

    /// The version that this segment of a path names.
    pub(super) fn of(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.as_str() == segment)
    }

    /// The segment of the path.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::V1_1 => "v1.1",
            Self::V1_2 => "v1.2",
            Self::V2_0 => "v2.0",
            Self::V2_1 => "v2.1",
            Self::V3_0 => "v3.0",
            Self::V3_1 => "v3.1",
        }
    }

    /// Is somebody one user with roles? In older versions each role is a user with an id of its own.
    pub(super) fn has_roles(self) -> bool {
        self >= Self::V3_0
    }
}
