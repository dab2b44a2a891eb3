//! Callbacks, changed: in the query with a code, in the fragment with an access token. Pages and other redirects stay as they
//! are.

use axum::http::header::LOCATION;
use percent_encoding::percent_decode_str;

use super::context::Context;
use crate::http::answer::Answer;
use crate::http::parameters::encoded;
use crate::memory::locked;

/// A code that expired one second ago.
const TOO_OLD: u64 = 60;

pub(super) fn duplicate_code(answer: Answer, _: &Context<'_>) -> Answer {
    changed(answer, |callback| {
        let name = callback.credential.name();
        callback.parameters.push(pair(name, "0000000000000000000000000000000000000000"));
    })
}

pub(super) fn denied(answer: Answer, _: &Context<'_>) -> Answer {
    refused(answer, "access_denied")
}

pub(super) fn unauthorized_user(answer: Answer, _: &Context<'_>) -> Answer {
    refused(answer, "unauthorized-user")
}

pub(super) fn temporarily_unavailable(answer: Answer, _: &Context<'_>) -> Answer {
    refused(answer, "temporarily_unavailable")
}

pub(super) fn server_error(answer: Answer, _: &Context<'_>) -> Answer {
    refused(answer, "server_error")
}

pub(super) fn code_and_error(answer: Answer, _: &Context<'_>) -> Answer {
    changed(answer, |callback| callback.parameters.push(pair("error", "access_denied")))
}

pub(super) fn empty(answer: Answer, _: &Context<'_>) -> Answer {
    changed(answer, |callback| {
        let credential = callback.credential.name();
        callback.remove(&[credential]);
    })
}

pub(super) fn without_state(answer: Answer, _: &Context<'_>) -> Answer {
    changed(answer, |callback| callback.remove(&["state"]))
}

pub(super) fn foreign_state(answer: Answer, _: &Context<'_>) -> Answer {
    changed(answer, |callback| {
        for own in callback.parameters.iter_mut().filter(|own| name(own) == "state") {
            *own = pair("state", "the-state-of-another-login");
        }
    })
}

pub(super) fn foreign_issuer(answer: Answer, _: &Context<'_>) -> Answer {
    changed(answer, |callback| callback.parameters.push(pair("iss", "https://other.example")))
}

/// The code of the same login, but expired; an access token is invalid.
pub(super) fn expired_code(answer: Answer, context: &Context<'_>) -> Answer {
    let now = context.now;
    match credential(&answer) {
        Some(Credential::Code(code)) => {
            let mut grants = locked(context.grants);
            if let Ok(grant) = grants.spend_code(now, &code) {
                grants.issue_code(now.saturating_sub(TOO_OLD), code, grant);
            }
        }
        Some(Credential::Token(token)) => locked(context.grants).end_access(now, &token),
        None => {}
    }
    answer
}

/// The code is already spent; an access token is invalid.
pub(super) fn spent_code(answer: Answer, context: &Context<'_>) -> Answer {
    let now = context.now;
    match credential(&answer) {
        Some(Credential::Code(code)) => drop(locked(context.grants).spend_code(now, &code)),
        Some(Credential::Token(token)) => locked(context.grants).end_access(now, &token),
        None => {}
    }
    answer
}

/// Does this send the browser back to an app with a code or token?
pub(super) fn is_callback(answer: &Answer) -> bool {
    credential(answer).is_some()
}

/// The code or token of a callback.
enum Credential {
    Code(String),
    Token(String),
}

impl Credential {
    fn name(&self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Token(_) => "access_token",
        }
    }
}

/// A redirect back to an app: what is before the parameters, and each parameter as it is written.
struct Callback {
    before: String,
    parameters: Vec<String>,
    credential: Credential,
}

impl Callback {
    fn of(answer: &Answer) -> Option<Self> {
        let location = answer.location().filter(|location| location.starts_with("http"))?;
        let (mark, credential): (_, fn(String) -> Credential) =
            if location.contains('#') { ('#', Credential::Token) } else { ('?', Credential::Code) };
        let (before, parameters) = location.split_once(mark)?;
        let parameters: Vec<_> = parameters.split('&').map(str::to_owned).collect();
        let wanted = credential(String::new()).name();
        let own = parameters.iter().find(|own| name(own) == wanted)?;
        let (_, value) = own.split_once('=')?;
        let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
        Some(Self { before: format!("{before}{mark}"), credential: credential(value), parameters })
    }

    fn remove(&mut self, names: &[&str]) {
        self.parameters.retain(|own| !names.contains(&name(own)));
    }
}

fn credential(answer: &Answer) -> Option<Credential> {
    Callback::of(answer).map(|callback| callback.credential)
}

fn name(parameter: &str) -> &str {
    parameter.split('=').next().unwrap_or_default()
}

fn pair(name: &str, value: &str) -> String {
    encoded(&[(name, value)])
}

/// An error word instead of a code or a token (RFC 6749 sections 4.1.2.1 and 4.2.2.1).
fn refused(answer: Answer, error: &str) -> Answer {
    changed(answer, |callback| {
        callback.remove(&["code", "access_token", "token_type", "scope"]);
        callback.parameters.insert(0, pair("error", error));
    })
}

/// Everything that is not changed stays exactly as it was written.
fn changed(answer: Answer, change: impl FnOnce(&mut Callback)) -> Answer {
    let Some(mut callback) = Callback::of(&answer) else { return answer };
    change(&mut callback);
    let location = format!("{}{}", callback.before, callback.parameters.join("&"));
    answer.with_header(LOCATION, &location)
}
