//! Scenarios: each is a Clever that does exactly one thing differently.
//!
//! `BASE/s/NAME` is the base URL of a complete Clever that differs as its line in the [table] says. To test a client, set only
//! that base URL. Two tests never disturb each other: a scenario only remembers data for one access token, one code or one
//! client.
//!
//! - `table`: every scenario, one entry each; `members`: scenarios about one descriptive member, made from a list;
//! - `scenario`, `member`: what a scenario is; `context`: its input;
//! - `claims`, `jws`: changes of an ID token's claims and signature;
//! - `callbacks`: changes of callbacks;
//! - `endpoints`: changes of the other endpoints' answers.

use std::sync::LazyLock;

use axum::http::Uri;

mod callbacks;
mod claims;
mod context;
mod endpoints;
mod jws;
mod member;
mod members;
mod scenario;
mod table;

pub(crate) use context::{Context, Login};
pub use scenario::Scenario;

/// Every scenario, in the order of the table, then the scenarios about one member.
pub fn scenarios() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> =
        LazyLock::new(|| table::TABLE.iter().cloned().chain(members::all()).collect());
    &ALL
}

/// There is no scenario of this name.
pub(crate) struct Unknown;

/// The scenario that a URI leads to, if it leads to one, and the URI below its base URL.
pub(crate) fn find(uri: &Uri) -> Result<Option<(&'static Scenario, Uri)>, Unknown> {
    let Some(rest) = uri.path().strip_prefix("/s/") else { return Ok(None) };
    let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
    let scenario = scenarios().iter().find(|scenario| scenario.name() == name).ok_or(Unknown)?;
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
    fn every_description_is_a_sentence_and_every_outcome_is_a_known_word() {
        for scenario in scenarios() {
            for sentence in [scenario.what(), scenario.client()] {
                assert!(sentence.ends_with('.') && !sentence.contains(['|', '\n']), "{sentence}");
            }
            let kind = scenario.outcome().split(' ').next().unwrap();
            assert!(
                ["signed_in", "denied", "ok", "error", "restart"].contains(&kind),
                "{}",
                scenario.outcome()
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
