//! One scenario: its name, what it does, and how.

use std::borrow::Cow;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::callbacks::is_callback;
use super::context::{Context, Login};
use super::member::{Member, Part};
use crate::http::answer::Answer;
use crate::http::route::Route;

/// A Clever that does one thing differently.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub(super) name: Cow<'static, str>,
    pub(super) what: Cow<'static, str>,
    pub(super) client: Cow<'static, str>,
    pub(super) outcome: Cow<'static, str>,
    pub(super) deviation: Deviation,
}

impl Scenario {
    /// The name, which is in the base URL after `/s/`.
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

    /// The result of the call in this project's client: `signed_in`, `denied`, `ok`, or `error` and `restart` followed by the
    /// error code of the catalogue.
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// The call that is affected: `login` (to its end), `tokeninfo`, `me`, `user`, `district` or
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

    /// Whether it is one of the scenarios where one describing member is missing, null or mistyped.
    pub fn is_about_a_member(&self) -> bool {
        matches!(self.deviation, Deviation::Member(_))
    }

    /// The prefix of this scenario's paths, after the base URL of the emulator.
    pub fn prefix(&self) -> String {
        format!("/s/{}", self.name)
    }
}

/// The one thing that differs.
#[derive(Debug, Clone)]
pub(super) enum Deviation {
    /// The claims of the ID token, before it is signed as usual.
    Claims(fn(&mut Map<String, Value>, &Login<'_>)),
    /// How the ID token is made from its claims.
    IdToken(fn(&Value, &Login<'_>) -> Result<String, Unspecified>),
    /// The answer of one place, made from the answer that Clever would give.
    Answer(Route, fn(Answer, &Context<'_>) -> Answer),
    /// The same, for a scenario that counts calls.
    Count(Route, fn(Answer, &str, &Context<'_>) -> Answer),
    /// Which key signs, and which keys are published.
    Keys(fn(&Value, &Login<'_>) -> Result<String, Unspecified>, fn(Answer) -> Answer),
    /// One describing member of one answer.
    Member(Member),
}

impl Deviation {
    /// The place whose answer differs, if it is not an ID token.
    fn route(&self) -> Option<Route> {
        match self {
            Self::Answer(route, _)
            | Self::Count(route, _)
            | Self::Member(Member { part: Part::Answer(route), .. }) => Some(*route),
            Self::Keys(..) => Some(Route::KeySet),
            Self::Claims(_) | Self::IdToken(_) | Self::Member(_) => None,
        }
    }
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

    /// The answer of this scenario, made from the answer that Clever would give.
    pub(crate) fn answer(&self, answer: Answer, context: &Context<'_>) -> Answer {
        if self.deviates_in_id_token() && context.route == Route::Tokens {
            let has_tokens = answer.status == StatusCode::OK;
            return if has_tokens { self.noted(answer) } else { answer };
        }
        if self.deviation.route() != Some(context.route) {
            return answer;
        }
        // Of the answers of the authorization endpoint, only the callback is changed: pages and other redirects are not.
        let deviates = context.route != Route::Authorize || is_callback(&answer);
        let answer = match self.deviation {
            Deviation::Answer(_, change) => change(answer, context),
            Deviation::Count(_, change) => change(answer, self.name(), context),
            Deviation::Keys(_, change) => change(answer),
            Deviation::Member(member) => answer.with_object(|object| member.change(object)),
            Deviation::Claims(_) | Deviation::IdToken(_) => answer,
        };
        if deviates { self.noted(answer) } else { answer }
    }

    fn deviates_in_id_token(&self) -> bool {
        self.deviation.route().is_none() || matches!(self.deviation, Deviation::Keys(..))
    }

    /// The same answer with a line for the journal about this scenario.
    fn noted(&self, answer: Answer) -> Answer {
        let mut answer = answer.with_line(format!("scenario {}: {}", self.name, self.what));
        answer.deviates = true;
        answer
    }
}
