//! Who logged in, as one typed value for all kinds of proof.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::api::{Me, User};
use super::id_token::Claims;
use super::person::{IntoRoles, Name, Role, RoleName, UserType};
use super::text;
use crate::error;

/// The proof of an identity.
///
/// As text and with serde, it is one of these words:
///
/// ```
/// use clever_sso::Proof;
///
/// assert_eq!(Proof::IdToken.to_string(), "id_token");
/// assert_eq!("me".parse(), Ok(Proof::Me));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Proof {
    /// By an ID token that passed every rule.
    IdToken,
    /// By asking Clever's `/me` with the access token of this login. The login's own code was exchanged for that token, or, with
    /// the implicit grant, Clever confirmed that it was issued to this application.
    Me,
}

impl Proof {
    const ALL: &'static [Self] = &[Self::IdToken, Self::Me];

    /// `id_token` or `me`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdToken => "id_token",
            Self::Me => "me",
        }
    }
}

error::words! {
    Proof, "a way to prove an identity";
}

/// Who logged in.
///
/// Use (`issuer`, `id`) as the key of a user. Names and email addresses change, and two people can have the same one.
///
/// You can store it in a session as it is (serde). Newer versions can read the sessions of older versions.
///
/// ```
/// use clever_sso::{Identity, RoleName};
///
/// fn may_grade(person: &Identity) -> bool {
///     person.has_role(RoleName::Teacher)
/// }
/// ```
///
/// `Display` shows the Clever id, for a log: `{identity}`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Identity {
    /// The issuer that proved the identity.
    pub issuer: String,
    /// The Clever id (API v3).
    pub id: String,
    /// The district; people in Clever Library have none.
    pub district_id: Option<String>,
    /// The role of this login, if known: a person with several roles may not have picked one.
    pub user_type: Option<UserType>,
    /// Every known role.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// The name.
    #[serde(default)]
    pub name: Name,
    /// An unverified email address: it may belong to another person, and it may change. Never use it as a key.
    pub unverified_email: Option<String>,
    /// Ids that this person had before API v3.
    #[serde(default)]
    pub legacy_ids: Vec<String>,
    /// Who gave the application access: `district` or `teacher`.
    pub authorized_by: Option<String>,
    /// The proof of this identity.
    pub proven_by: Proof,
    /// Whether an administrator at Clever logged in as this person. It comes from the callback and is not proven.
    #[serde(default)]
    pub loginas_by_admin: bool,
    /// All data from Clever: the claims of the ID token, or the `data` of `/me` and `/users/{id}`.
    #[serde(default)]
    pub claims: Map<String, Value>,
}

impl Identity {
    /// A person with only `issuer` and `id`, for tests of an application. Real identities come from a login.
    pub fn new(issuer: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            id: id.into(),
            district_id: None,
            user_type: None,
            roles: Vec::new(),
            name: Name::default(),
            unverified_email: None,
            legacy_ids: Vec::new(),
            authorized_by: None,
            proven_by: Proof::IdToken,
            loginas_by_admin: false,
            claims: Map::new(),
        }
    }

    /// Whether the person has this role, or one of several, no matter which role they logged in with. Only roles that Clever sent
    /// count.
    pub fn has_role(&self, roles: impl IntoRoles) -> bool {
        let wanted = roles.into_roles();
        self.roles.iter().any(|known| wanted.contains(&known.name))
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.id)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("issuer", &self.issuer)
            .field("id", &self.id)
            .field("district_id", &self.district_id)
            .field("user_type", &self.user_type)
            .field("proven_by", &self.proven_by)
            .finish_non_exhaustive()
    }
}

/// The identity in a verified ID token.
///
/// ```
/// use clever_sso::protocol::identity_from_claims;
/// use clever_sso::{Claims, Identity};
///
/// fn identity(claims: &Claims) -> Identity {
///     identity_from_claims("https://clever.com", claims)
/// }
/// ```
pub fn from_claims(issuer: &str, claims: &Claims) -> Identity {
    let shown = |name| claims.text(name).and_then(text::shown);
    let identifier = |name| claims.text(name).and_then(text::identifier).map(str::to_owned);
    let role = claims.text("user_type").and_then(RoleName::read);
    let id = claims.subject().to_owned();
    let legacy_id = identifier("user_id").filter(|legacy| *legacy != id);
    Identity {
        issuer: issuer.to_owned(),
        // Clever's documentation has both names for it.
        district_id: identifier("district").or_else(|| identifier("district_id")),
        roles: role.iter().map(|name| Role { name: name.clone(), legacy_id: legacy_id.clone() }).collect(),
        user_type: role.map(UserType::from),
        name: Name { first: shown("given_name"), middle: shown("middle_name"), last: shown("family_name") },
        unverified_email: claims.text("email").and_then(text::email).map(str::to_owned),
        legacy_ids: legacy_id.into_iter().collect(),
        authorized_by: identifier("authorized_by"),
        proven_by: Proof::IdToken,
        loginas_by_admin: false,
        claims: claims.to_map(),
        id,
    }
}

/// The identity from the API: `/me`, and the person's record if Clever returned one.
///
/// ```
/// use clever_sso::protocol::{Response, identity_from_api, me_response};
/// use clever_sso::{Proof, RoleName};
///
/// let response = Response::new(br#"{"data":{"id":"5fc4","type":"teacher"}}"#.to_vec());
/// let identity = identity_from_api("https://clever.com", &me_response(&response)?, None);
/// assert_eq!((identity.id.as_str(), identity.proven_by), ("5fc4", Proof::Me));
/// # Ok::<(), clever_sso::Error>(())
/// ```
pub fn from_api(issuer: &str, me: &Me, user: Option<&User>) -> Identity {
    let roles = user.map(|user| user.roles.clone()).unwrap_or_default();
    let told = me.user_type.clone().filter(|told| *told != UserType::User);
    let only = match &roles[..] {
        [role] => Some(role.name.clone().into()),
        _ => None,
    };
    let mut legacy_ids: Vec<_> =
        roles.iter().filter_map(|role| role.legacy_id.clone()).filter(|id| *id != me.id).collect();
    legacy_ids.sort();
    legacy_ids.dedup();
    Identity {
        issuer: issuer.to_owned(),
        id: me.id.clone(),
        district_id: me.district_id.clone().or_else(|| user.and_then(|user| user.district_id.clone())),
        user_type: told.or(only),
        roles,
        name: user.map(|user| user.name.clone()).unwrap_or_default(),
        unverified_email: user.and_then(|user| user.unverified_email.clone()),
        legacy_ids,
        authorized_by: me.authorized_by.clone(),
        proven_by: Proof::Me,
        loginas_by_admin: false,
        claims: merged(me, user),
    }
}

fn merged(me: &Me, user: Option<&User>) -> Map<String, Value> {
    let sources = user.map(|user| &user.json).into_iter().chain([&me.json]);
    sources.filter_map(Value::as_object).flat_map(Clone::clone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn me(user_type: &str) -> Me {
        Me {
            id: "1".into(),
            district_id: Some("d".into()),
            user_type: Some(user_type.into()),
            authorized_by: None,
            json: json!({"id": "1", "type": user_type}),
        }
    }

    fn user(roles: &[&str]) -> User {
        let role = |name: &&str| Role { name: RoleName::from(*name), legacy_id: Some(format!("old-{name}")) };
        User {
            id: "1".into(),
            district_id: None,
            name: Name { first: Some("José".into()), middle: None, last: Some("Núñez".into()) },
            unverified_email: None,
            roles: roles.iter().map(role).collect(),
            json: json!({"id": "1", "email": "x@y"}),
        }
    }

    #[test]
    fn the_role_of_a_login_is_known_for_one_role_and_unknown_for_two() {
        assert_eq!(from_api("i", &me("user"), Some(&user(&["student"]))).user_type, Some(UserType::Student));
        let both = from_api("i", &me("user"), Some(&user(&["staff", "teacher"])));
        assert_eq!((both.user_type, both.roles.len()), (None, 2));
        assert_eq!(both.legacy_ids, ["old-staff", "old-teacher"]);
        assert_eq!(from_api("i", &me("teacher"), None).user_type, Some(UserType::Teacher));
    }

    #[test]
    fn a_login_without_the_persons_record_still_has_an_identity() {
        let identity = from_api("i", &me("user"), None);
        assert_eq!((identity.id.as_str(), identity.name.full().as_str()), ("1", ""));
    }

    #[test]
    fn a_stored_identity_is_read_unchanged_and_one_from_an_older_version_is_readable() {
        let identity = from_api("i", &me("user"), Some(&user(&["staff", "teacher"])));
        let kept = serde_json::to_string(&identity).unwrap();
        assert_eq!(serde_json::from_str::<Identity>(&kept).unwrap(), identity);
        let short = json!({ "issuer": "i", "id": "1", "proven_by": "id_token" });
        assert_eq!(serde_json::from_value::<Identity>(short).unwrap(), Identity::new("i", "1"));
    }

    #[test]
    fn has_role_is_true_only_for_the_roles_of_the_record() {
        let identity = from_api("i", &me("user"), Some(&user(&["staff", "bus_driver"])));
        assert!(identity.has_role(RoleName::Staff) && identity.has_role("bus_driver"));
        assert!(!identity.has_role("teacher") && !identity.has_role("user"));
        assert!(identity.has_role(["teacher", "staff"]) && !identity.has_role([RoleName::Teacher]));
        assert!(!identity.has_role(Vec::<String>::new()));
    }

    #[test]
    fn names_keep_their_letters() {
        assert_eq!(from_api("i", &me("user"), Some(&user(&[]))).name.full(), "José Núñez");
    }

    #[test]
    fn debug_shows_no_name_no_email_no_claims() {
        let shown = format!("{:?}", from_api("i", &me("user"), Some(&user(&["student"]))));
        assert!(!shown.contains("Jos") && !shown.contains('@'), "{shown}");
    }
}
