//! The signed-in person, as a session stores them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::unix_time;
use crate::protocol::identity::Identity;
use crate::protocol::person::{IntoRoles, RoleName, UserType};

/// Another number means that another version wrote the session: the person logs in again.
const FORMAT: u8 = 1;

/// The signed-in person: the part of an [`Identity`] that a session stores, with the time when the session ends.
///
/// Use `issuer` and `id` together as the key of a user. There is no email address, because Clever's addresses are unverified and
/// may belong to another person.
///
/// ```
/// use clever_sso::Identity;
/// use clever_sso::web::SessionIdentity;
/// use std::time::Duration;
///
/// let identity = Identity::new("https://clever.com", "58da8a43cc70ab00017a1a87"); // of a login
/// let kept = serde_json::to_value(SessionIdentity::new(&identity, Duration::from_secs(60 * 60))).unwrap();
/// let person = SessionIdentity::from_session(kept).unwrap();
/// assert!(person.is(&identity) && !person.has_role("teacher"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionIdentity {
    format: u8,
    /// The issuer that proved the identity.
    pub issuer: String,
    /// The Clever id.
    pub id: String,
    /// The district; people in Clever Library have none.
    pub district_id: Option<String>,
    /// The role of this login; `None` when a person has several roles and did not pick one.
    pub user_type: Option<UserType>,
    /// The name of every known role.
    pub roles: Vec<RoleName>,
    /// First, middle and last name; empty when nothing is known.
    pub full_name: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name; for a student in Clever Library, only the initial.
    pub last_name: Option<String>,
    /// Whether an administrator logged in as this person. It comes from the callback and is not proven.
    #[serde(default)]
    pub loginas_by_admin: bool,
    /// When this session ends, in Unix seconds.
    pub ends_at: u64,
}

impl SessionIdentity {
    /// The data of `identity` to store, and for how long.
    pub fn new(identity: &Identity, lifetime: Duration) -> Self {
        Self {
            format: FORMAT,
            issuer: identity.issuer.clone(),
            id: identity.id.clone(),
            district_id: identity.district_id.clone(),
            user_type: identity.user_type.clone(),
            roles: identity.roles.iter().map(|role| role.name.clone()).collect(),
            full_name: identity.name.full(),
            first_name: identity.name.first.clone(),
            last_name: identity.name.last.clone(),
            loginas_by_admin: identity.loginas_by_admin,
            ends_at: unix_time().saturating_add(lifetime.as_secs()),
        }
    }

    /// Whether the session has not expired, and this version wrote it. Otherwise delete all of it: another person may be using
    /// the device now.
    pub fn is_current(&self) -> bool {
        self.format == FORMAT && self.ends_at > unix_time()
    }

    /// Reads a session value that [`serde`] wrote, if it [is current](Self::is_current).
    pub fn from_session(value: serde_json::Value) -> Option<Self> {
        serde_json::from_value::<Self>(value).ok().filter(Self::is_current)
    }

    /// Whether this is the person of `identity`.
    pub fn is(&self, identity: &Identity) -> bool {
        (&self.issuer, &self.id) == (&identity.issuer, &identity.id)
    }

    /// Whether the person logged in with this role, or with one of several. Only the role of the login counts. If Clever did not
    /// say which role that is, all roles of the person count.
    pub fn has_role(&self, roles: impl IntoRoles) -> bool {
        let wanted = roles.into_roles();
        match &self.user_type {
            Some(user_type) => wanted.iter().any(|role| user_type == role),
            None => wanted.iter().any(|role| self.roles.contains(role)),
        }
    }
}

impl std::fmt::Debug for SessionIdentity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SessionIdentity")
            .field("issuer", &self.issuer)
            .field("id", &self.id)
            .field("user_type", &self.user_type)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}
