//! The journal's lines about the API: the data that was sent, or the reason why not.

use super::resource::Resource;
use crate::endpoints::bearer::Holder;

pub(super) const PREFLIGHT: &str =
    "a browser asked whether a page of another origin may call the API: it may";

pub(super) const TOO_MANY: &str =
    "this access token has made more than 1200 requests in a minute: wait until X-RateLimit-Reset";

/// The resource was sent.
pub(super) fn told(resource: &Resource<'_>, holder: &Holder) -> &'static str {
    match (resource, holder) {
        (Resource::Me(_), _) => "the id of the person was sent; links lead to the rest",
        (Resource::Userinfo, _) => {
            "the person of the access token was sent, as OpenID Connect claims; name is an object"
        }
        (Resource::User(..), Holder::Person(_)) => {
            "the person of the access token was sent: email may be missing, and there may be many roles"
        }
        (Resource::OlderUser(..), Holder::Person(_)) => {
            "the person of the access token was sent, as before version 3: one role, with its id from then"
        }
        (Resource::District(..), Holder::Person(_)) => "the district of the person was sent",
        (Resource::School(..), Holder::Person(_)) => "a school of the person was sent",
        (Resource::User(..) | Resource::OlderUser(..) | Resource::PartOfUser(..), _) => {
            "a person of the district was sent, with a district token"
        }
        (Resource::District(..) | Resource::Districts(_), _) => {
            "the whole district was sent, with its district token"
        }
        (Resource::School(..) | Resource::Schools(_), _) => {
            "schools of the district were sent, with a district token"
        }
    }
}

/// The resource does not exist for this token.
pub(super) fn not_told(resource: &Resource<'_>, holder: &Holder) -> &'static str {
    match (resource, holder) {
        (Resource::OlderUser(..), Holder::Person(_)) => {
            "this is not the role and id of the access token's person (before version 3, the id is the legacy_id of the \
             role): single sign-on shows no other person"
        }
        (Resource::District(..), Holder::Person(_)) => {
            "this is not the district of the access token's person: single sign-on shows no other, and people in Clever \
             Library have none"
        }
        (Resource::School(..), Holder::Person(_)) => {
            "this is not a school of the access token's person: single sign-on shows only those"
        }
        (_, Holder::Person(_)) => {
            "this is not the id of the access token's person: single sign-on shows no other person"
        }
        (Resource::District(..), Holder::District(_)) => "this is not the district of the district token",
        (Resource::School(..), Holder::District(_)) => {
            "the district of the district token has no such school"
        }
        (_, Holder::District(_)) => {
            "the token's district has no person with this id who may log in to the app"
        }
    }
}

/// The resource is for the other kind of token.
pub(super) fn wrong_token(holder: &Holder) -> &'static str {
    match holder {
        Holder::Person(_) => {
            "the access token of a login gives access to its person, not to lists: use a district token (they are listed \
             at /oauth/tokens?owner_type=district)"
        }
        Holder::District(_) => {
            "a district token has no person: use the access token of a login to find out who logged in"
        }
    }
}
