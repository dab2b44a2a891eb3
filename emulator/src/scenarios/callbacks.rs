//! What the browser brings back otherwise. Only a way back with a code is changed: pages and other redirects are not.

use axum::http::header::LOCATION;
use url::Url;

use super::{Answer, Call};
use crate::shared::locked;

/// A code is one second past its minute.
const TOO_OLD: u64 = 60;

pub(super) fn duplicate_code(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| {
        parameters.push(("code".into(), "0000000000000000000000000000000000000000".into()));
    })
}

pub(super) fn denied(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| {
        parameters.retain(|(name, _)| name != "code" && name != "scope");
        parameters.insert(0, ("error".into(), "access_denied".into()));
    })
}

pub(super) fn code_and_error(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| parameters.push(("error".into(), "access_denied".into())))
}

pub(super) fn empty(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| parameters.retain(|(name, _)| name != "code"))
}

pub(super) fn without_state(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| parameters.retain(|(name, _)| name != "state"))
}

pub(super) fn foreign_state(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| {
        for (name, value) in parameters {
            if name == "state" {
                "the-state-of-another-login".clone_into(value);
            }
        }
    })
}

pub(super) fn foreign_issuer(answer: Answer, _: &Call<'_>) -> Answer {
    with_parameters(answer, |parameters| parameters.push(("iss".into(), "https://other.example".into())))
}

/// The code stands for the same login, but its minute is over.
pub(super) fn expired_code(answer: Answer, call: &Call<'_>) -> Answer {
    let now = call.shared.clock.now();
    if let Some(code) = code(&answer) {
        let mut grants = locked(&call.shared.grants);
        if let Ok(grant) = grants.spend_code(now, &code) {
            grants.issue_code(now.saturating_sub(TOO_OLD), code, grant);
        }
    }
    answer
}

pub(super) fn spent_code(answer: Answer, call: &Call<'_>) -> Answer {
    if let Some(code) = code(&answer) {
        // It is spent, whatever it stood for.
        let _ = locked(&call.shared.grants).spend_code(call.shared.clock.now(), &code);
    }
    answer
}

/// Is this the way back to an app, as it may be after a change?
pub(super) fn leads_back(location: &str) -> bool {
    location.starts_with("http") && !location.contains('#') && !location.contains("error=unauthorized-user")
}

fn code(answer: &Answer) -> Option<String> {
    let url = Url::parse(answer.location()?).ok()?;
    url.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
}

fn with_parameters(answer: Answer, change: impl FnOnce(&mut Vec<(String, String)>)) -> Answer {
    let Some(mut url) = code(&answer).and_then(|_| Url::parse(answer.location()?).ok()) else {
        return answer;
    };
    let mut parameters: Vec<_> = url.query_pairs().into_owned().collect();
    change(&mut parameters);
    url.query_pairs_mut().clear().extend_pairs(&parameters);
    answer.with_header(LOCATION, url.as_str())
}
