//! Scenarios about one describing member of one answer: it is missing, null, or of another JSON type. Members that decide who a
//! person is are in the table instead.

use std::borrow::Cow;

use super::member::{EACH, Member, Oddity, Part};
use super::scenario::{Deviation, Scenario};
use crate::http::route::Route;

/// The describing members of one answer, and what happens to the call in this project's client.
struct Described {
    prefix: &'static str,
    subject: &'static str,
    part: Part,
    outcome: &'static str,
    /// Their paths, with spaces between them.
    members: &'static str,
}

const DESCRIBED: &[Described] = &[
    Described {
        prefix: "id-token",
        subject: "the ID token",
        part: Part::IdToken,
        outcome: "signed_in",
        members: "user_id multi_role_user_id user_type district email email_verified given_name family_name",
    },
    Described {
        prefix: "discovery",
        subject: "the discovery document",
        part: Part::Answer(Route::Metadata),
        outcome: "signed_in",
        members: "authorization_endpoint token_endpoint userinfo_endpoint response_types_supported \
            response_types_supported.* subject_types_supported subject_types_supported.* \
            id_token_signing_alg_values_supported id_token_signing_alg_values_supported.* scopes_supported \
            scopes_supported.* token_endpoint_auth_methods_supported token_endpoint_auth_methods_supported.* \
            claims_supported claims_supported.*",
    },
    Described {
        prefix: "certs",
        subject: "the key set",
        part: Part::Answer(Route::KeySet),
        outcome: "signed_in",
        members: "keys.*.kid",
    },
    Described {
        prefix: "tokens",
        subject: "the token answer",
        part: Part::Answer(Route::Tokens),
        outcome: "signed_in",
        members: "token_type",
    },
    Described {
        prefix: "tokeninfo",
        subject: "tokeninfo",
        part: Part::Answer(Route::Tokeninfo),
        outcome: "ok",
        members: "scopes scopes.*",
    },
    Described {
        prefix: "me",
        subject: "/me",
        part: Part::Answer(Route::Me),
        outcome: "ok",
        members: "type links links.* links.*.rel links.*.uri data.type data.district data.authorized_by",
    },
    Described {
        prefix: "user",
        subject: "/users/{id}",
        part: Part::Answer(Route::User),
        outcome: "ok",
        members: "links links.* links.*.rel links.*.uri data.name data.name.first data.name.middle data.name.last \
            data.email data.district data.roles data.roles.* data.roles.*.legacy_id data.roles.*.credentials \
            data.roles.*.credentials.district_username data.roles.*.department data.roles.*.dob \
            data.roles.*.email data.roles.*.enrollments data.roles.*.ext data.roles.*.ext.admin_permissions \
            data.roles.*.ext.gifted_status data.roles.*.gender data.roles.*.grade data.roles.*.graduation_year \
            data.roles.*.hispanic_ethnicity data.roles.*.location data.roles.*.location.address \
            data.roles.*.location.city data.roles.*.location.state data.roles.*.location.zip data.roles.*.phone \
            data.roles.*.phone_type data.roles.*.race data.roles.*.roles data.roles.*.roles.* \
            data.roles.*.school data.roles.*.schools data.roles.*.schools.* data.roles.*.sis_id \
            data.roles.*.staff_id data.roles.*.state_id data.roles.*.student_number \
            data.roles.*.student_relationships data.roles.*.teacher_number data.roles.*.title data.created \
            data.last_modified",
    },
    Described {
        prefix: "district",
        subject: "/districts/{id}",
        part: Part::Answer(Route::District),
        outcome: "ok",
        members: "links links.* links.*.rel links.*.uri data.name",
    },
    Described {
        prefix: "userinfo",
        subject: "/userinfo",
        part: Part::Answer(Route::Userinfo),
        outcome: "ok",
        members: "user_id multi_role_user_id user_type name name.first name.middle name.last schools schools.* \
            given_name family_name email_verified authorized_by district_id district email",
    },
];

const ODDITIES: [Oddity; 3] = [Oddity::Missing, Oddity::Null, Oddity::Mistyped];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Scenario> {
    DESCRIBED.iter().flat_map(|described| {
        let pairs =
            described.members.split_whitespace().flat_map(|path| ODDITIES.map(|oddity| (path, oddity)));
        pairs.map(|(path, oddity)| described.scenario(path, oddity))
    })
}

impl Described {
    fn scenario(&self, path: &'static str, oddity: Oddity) -> Scenario {
        let (suffix, what, client) = match oddity {
            Oddity::Missing => ("missing", "is missing", "Continues without it."),
            Oddity::Null => ("null", "is null", "Treats it as missing."),
            Oddity::Mistyped => ("mistyped", "has the wrong JSON type", "Treats it as missing."),
        };
        // The whole path is in the name, because some members have the same name.
        let words = words(path);
        Scenario {
            name: format!("{}-{words}-{suffix}", self.prefix).into(),
            what: format!("In {} the member {path} {what}.", self.subject).into(),
            client: Cow::Borrowed(client),
            outcome: Cow::Borrowed(self.outcome),
            deviation: Deviation::Member(Member { part: self.part, path, oddity }),
        }
    }
}

/// The part of a scenario's name that says which member it is: `data-roles-legacy-id`, or `scopes-each` for the entries.
fn words(path: &str) -> String {
    let is_each = path.ends_with(EACH);
    let names = path.split('.').filter(|step| *step != EACH).chain(is_each.then_some("each"));
    names.collect::<Vec<_>>().join("-").replace('_', "-")
}
