//! The resource of a path of the API, and its version.

use axum::http::Method;

use crate::world::UserType;

/// The versions of Clever's API, from the oldest to the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// One type of object for each kind of user.
    V1_1,
    /// Adds people at several schools.
    V1_2,
    /// Adds the state of a district.
    V2_0,
    /// Adds fields of the district, and how people log in there.
    V2_1,
    /// Has one type of object for everyone, with roles inside.
    V3_0,
    /// The same.
    V3_1,
}

impl Version {
    /// Every version.
    pub(crate) const ALL: [Self; 6] =
        [Self::V1_1, Self::V1_2, Self::V2_0, Self::V2_1, Self::V3_0, Self::V3_1];

    /// The version in this segment of a path.
    fn of(segment: &str) -> Option<Self> {
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

    /// Is a person one user with roles? In older versions, each role is a separate user with its own id.
    pub(super) fn has_roles(self) -> bool {
        self >= Self::V3_0
    }
}

/// The readable resources, with the ids from the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource<'a> {
    Me(Version),
    Userinfo,
    User(Version, &'a str),
    PartOfUser(Version, &'a str, Part),
    /// A user of a version before 3, where every role is a user.
    OlderUser(Version, UserType, &'a str),
    Districts(Version),
    District(Version, &'a str),
    Schools(Version),
    School(Version, &'a str),
}

/// What a user's links lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    District,
    Schools,
    Sections,
    Contacts,
    Students,
    Teachers,
}

impl<'a> Resource<'a> {
    /// The resource of this path. Without a version: userinfo, or `/me` of version 1.1.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let segments: Vec<_> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["userinfo"] => Some(Self::Userinfo),
            ["me"] => Some(Self::Me(Version::V1_1)),
            [version, rest @ ..] => Self::below(Version::of(version)?, rest),
            [] => None,
        }
    }

    fn below(version: Version, path: &[&'a str]) -> Option<Self> {
        match *path {
            ["me"] => Some(Self::Me(version)),
            ["districts"] => Some(Self::Districts(version)),
            ["districts", id] => Some(Self::District(version, id)),
            ["schools"] => Some(Self::Schools(version)),
            ["schools", id] => Some(Self::School(version, id)),
            ["users", id] if version.has_roles() => Some(Self::User(version, id)),
            ["users", id, part] if version.has_roles() => {
                Some(Self::PartOfUser(version, id, Part::of(part)?))
            }
            [kind, id] if !version.has_roles() => Some(Self::OlderUser(version, user_type(kind)?, id)),
            _ => None,
        }
    }

    /// Userinfo also accepts POST (OpenID Connect Core 1.0 section 5.3.1).
    pub(super) fn takes(&self, method: &Method) -> bool {
        *method == Method::GET || (*self == Self::Userinfo && *method == Method::POST)
    }
}

impl Part {
    /// Links and documentation of version 3 write some of these in different cases, so all are accepted.
    fn of(segment: &str) -> Option<Self> {
        match segment.to_ascii_lowercase().as_str() {
            "district" => Some(Self::District),
            "schools" => Some(Self::Schools),
            "sections" => Some(Self::Sections),
            "mycontacts" => Some(Self::Contacts),
            "mystudents" => Some(Self::Students),
            "myteachers" => Some(Self::Teachers),
            _ => None,
        }
    }
}

/// The word for a kind of user before version 3, which had school administrators instead of staff.
pub(super) fn older_type(user_type: UserType) -> &'static str {
    match user_type {
        UserType::Staff => "school_admin",
        other => other.as_str(),
    }
}

fn user_type(segment: &str) -> Option<UserType> {
    UserType::ALL.into_iter().find(|user_type| segment.strip_suffix('s') == Some(older_type(*user_type)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_own_users() {
        assert_eq!(Resource::of("/v3.1/users/a"), Some(Resource::User(Version::V3_1, "a")));
        let admin = Resource::OlderUser(Version::V2_0, UserType::Staff, "a");
        assert_eq!(Resource::of("/v2.0/school_admins/a"), Some(admin));
        for path in
            ["/v2.1/users/a", "/v3.0/students/a", "/v2.1/staffs/a", "/v1.1/student/a", "/v1.0/me", "/v3.0"]
        {
            assert_eq!(Resource::of(path), None, "{path}");
        }
    }

    #[test]
    fn me_without_a_version_is_the_oldest_version() {
        assert_eq!(Resource::of("/me"), Some(Resource::Me(Version::V1_1)));
    }

    #[test]
    fn a_longer_or_shorter_path_is_not_the_resource() {
        for path in
            ["/", "", "/me/", "/v3.0/me/x", "/v3.0/users", "/v3.0/users/a/b/c", "/v3.0//me", "/userinfo/x"]
        {
            assert_eq!(Resource::of(path), None, "{path}");
        }
    }
}
