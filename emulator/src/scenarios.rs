//! Scenarios: Clevers that do exactly one thing otherwise.
//!
//! `BASE/s/NAME` is the base URL of a whole Clever which deviates as its line in the [table](table) says. Whoever tests a
//! client sets that base URL and nothing else. Two tests never disturb each other: what a scenario must remember, it
//! remembers for one access token, one code or one client.
//!
//! - `table`: every scenario, one entry each;
//! - `members`: those about one describing member, which are made from a list;
//! - `claims`, `jws`: what an ID token says, and how it is signed;
//! - `callbacks`: what the browser brings back;
//! - `answers`: what the other endpoints answer;
//! - `answer`, `cut_body`: an answer that can still be changed, and one that breaks off.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use aws_lc_rs::error::Unspecified;
use axum::http::{StatusCode, Uri};
use serde_json::{Map, Value};

use crate::http::request::Request;
use crate::http::route::Route;
use crate::keys::signing::SigningKey;
use crate::shared::Shared;

use crate::http::answer::Answer;
use members::{Member, Part};

mod callbacks;
mod claims;
mod endpoints;
mod jws;
mod members;
mod table;

/// A Clever that does one thing otherwise.
#[derive(Debug, Clone)]
pub struct Scenario {
    name: Cow<'static, str>,
    what: Cow<'static, str>,
    client: Cow<'static, str>,
    outcome: Cow<'static, str>,
    deviation: Deviation,
}

/// Every scenario, in the order of the table, then those about one member each.
pub fn scenarios() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> =
        LazyLock::new(|| table::TABLE.iter().cloned().chain(members::all()).collect());
    &ALL
}

impl Scenario {
    /// The name, which stands in the base URL after `/s/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What this Clever does, in a sentence.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What a good client does, in a sentence.
    pub fn client(&self) -> &str {
        &self.client
    }

    /// What becomes of the call in this project's client: `signed_in`, `denied`, `ok`, or `error` and `restart` with the code
    /// word of the catalogue behind it.
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// The call that meets the deviation: `login` (to its end), `tokeninfo`, `me`, `user`, `district` or
    /// `userinfo` (with the access token of a login).
    pub fn call(&self) -> &'static str {
        match self.deviation.route() {
            Some(Route::Tokeninfo) => "tokeninfo",
            Some(Route::Me) => "me",
            Some(Route::User) => "user",
            Some(Route::District) => "district",
            Some(Route::Userinfo) => "userinfo",
            _ => "login",
        }
    }

    /// Whether it is one of those that leave out, null or mistype one describing member.
    pub fn is_about_a_member(&self) -> bool {
        matches!(self.deviation, Deviation::Member(_))
    }

    /// What stands between the base URL of the emulator and the paths of this scenario.
    pub fn prefix(&self) -> String {
        format!("/s/{}", self.name)
    }
}

/// The one thing that is otherwise.
#[derive(Debug, Clone)]
enum Deviation {
    /// The claims of the ID token, before it is signed as always.
    Claims(fn(&mut Map<String, Value>, &Login<'_>)),
    /// How the ID token is made from its claims.
    IdToken(fn(&Value, &Login<'_>) -> Result<String, Unspecified>),
    /// The answer of one place; it is given the answer Clever would have given.
    Answer(Route, fn(Answer, &Call<'_>) -> Answer),
    /// Which key signs, and which keys are published.
    Keys(fn(&Value, &Login<'_>) -> Result<String, Unspecified>, fn(Answer) -> Answer),
    /// One describing member of one answer.
    Member(Member),
}

impl Deviation {
    /// The place whose answer is otherwise, if it is not that of an ID token.
    fn route(&self) -> Option<Route> {
        match self {
            Self::Answer(place, _) | Self::Member(Member { part: Part::Answer(place), .. }) => Some(*place),
            Self::Keys(..) => Some(Route::KeySet),
            Self::Claims(_) | Self::IdToken(_) | Self::Member(_) => None,
        }
    }
}

/// The login that an ID token is about.
pub(crate) struct Login<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) client_id: &'a str,
    pub(crate) access_token: &'a str,
    /// Unix seconds.
    pub(crate) now: u64,
}

/// The request that an answer is for.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) request: &'a Request,
    pub(crate) scenario: &'static Scenario,
}

impl Scenario {
    /// The ID token as this scenario makes it.
    pub(crate) fn id_token(&self, mut claims: Value, login: &Login<'_>) -> Result<String, Unspecified> {
        if let Deviation::IdToken(make) | Deviation::Keys(make, _) = self.deviation {
            return make(&claims, login);
        }
        if let Some(members) = claims.as_object_mut() {
            match self.deviation {
                Deviation::Claims(change) => change(members, login),
                Deviation::Member(member) if matches!(member.part, Part::IdToken) => member.change(members),
                _ => {}
            }
        }
        login.key.sign(&claims)
    }

    /// Whether this answer of this place is otherwise than Clever's.
    pub(crate) fn touches(&self, place: Route, answer: &Answer) -> bool {
        let in_id_token = self.deviation.route().is_none() || matches!(self.deviation, Deviation::Keys(..));
        answer.deviates || in_id_token && place == Route::Tokens && answer.status == StatusCode::OK
    }
}

/// The answer as the scenario of this request, if there is one, gives it.
pub(crate) fn deviating(answer: Answer, shared: &Shared, request: &Request) -> Answer {
    let Some(scenario) = request.scenario else { return answer };
    if scenario.deviation.route() != Some(request.route()) {
        return answer;
    }
    // Of what comes from there, only the way back to the app is changed: pages and other redirects are not.
    let deviates = request.route() != Route::Authorize || callbacks::leads_back(&answer);
    let mut answer = match scenario.deviation {
        Deviation::Answer(_, change) => change(answer, &Call { shared, request, scenario }),
        Deviation::Keys(_, change) => change(answer),
        Deviation::Member(member) => answer.with_object(|object| member.change(object)),
        Deviation::Claims(_) | Deviation::IdToken(_) => answer,
    };
    answer.deviates = deviates;
    answer
}

/// Nobody knows a scenario of this name.
pub(crate) struct Unknown;

/// The scenario that a URI leads to, if it leads to one, and the URI below its base URL.
pub(crate) fn find(uri: &Uri) -> Result<Option<(&'static Scenario, Uri)>, Unknown> {
    let Some(rest) = uri.path().strip_prefix("/s/") else { return Ok(None) };
    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
    let scenario = scenarios().iter().find(|scenario| scenario.name == name).ok_or(Unknown)?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let below = format!("/{path}{query}").parse().map_err(|_| Unknown)?;
    Ok(Some((scenario, below)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_plain_and_unique() {
        let names: HashSet<_> = scenarios().iter().map(Scenario::name).collect();
        assert_eq!(names.len(), scenarios().len());
        for name in names {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit())
            );
        }
    }

    #[test]
    fn every_line_is_a_sentence_and_every_outcome_a_word_of_a_known_kind() {
        for scenario in scenarios() {
            for sentence in [scenario.what(), scenario.client()] {
                assert!(sentence.ends_with('.') && !sentence.contains(['|', '\n']), "{sentence}");
            }
            let kind = scenario.outcome.split(' ').next().unwrap();
            assert!(
                ["signed_in", "denied", "ok", "error", "restart"].contains(&kind),
                "{}",
                scenario.outcome
            );
        }
    }

    #[test]
    fn the_path_below_a_scenario_keeps_its_query() {
        let found = |uri: &str| {
            let found = find(&uri.parse().unwrap()).ok().unwrap();
            found.map(|(scenario, below)| (scenario.name(), below.to_string()))
        };
        assert_eq!(found("/s/me-500/v3.0/me?a=%2F"), Some(("me-500", "/v3.0/me?a=%2F".to_owned())));
        assert_eq!(found("/s/me-500"), Some(("me-500", "/".to_owned())));
        assert_eq!(found("/v3.0/me"), None);
        assert!(find(&"/s/nothing/v3.0/me".parse().unwrap()).is_err());
    }
}
