//! The token endpoint (RFC 6749 section 4.1.3): a code becomes an access token and, for an OIDC app that is not one of
//! Clever Library, an ID token.
//!
//! A request with valid credentials uses up the code, even if the code belongs to another app or another redirect URI. The answer
//! has no refresh token, no `expires_in` and no `scope`, because Clever sends none. `code_verifier` (RFC 7636) is ignored.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, VARY};
use serde_json::{Value, json};

use super::call::{Call, Shared};
use super::client_authentication::authenticate;
use super::token_error::TokenError;
use crate::http::answer::Answer;
use crate::http::parameters::{Malformed, Parameters};
use crate::http::request::Request;
use crate::keys::custom_claims;
use crate::keys::id_token::Claims;
use crate::memory::grants::{Access, CodeGrant};
use crate::memory::locked;
use crate::scenarios::Login;
use crate::world::App;

mod lines;

/// `POST /oauth/tokens`
pub(crate) fn exchange(call: &Call) -> Answer {
    let answer = redeem(call).unwrap_or_else(|error| error.into_answer(&call.request));
    answer.hardened().with_header(VARY, "X-HTTP-Method-Override, Accept-Encoding")
}

fn redeem(call: &Call) -> Result<Answer, TokenError> {
    let parameters = read(&call.request)?;
    let app = authenticate(&call.world, &call.request, &parameters, call.shared.basic_only)
        .map_err(TokenError::with_code_unspent)?;
    check_grant_type(parameters.get("grant_type"))?;
    let grant = spend(call, app, &parameters)?;
    let tokens = tokens(call, app, &grant)?;
    let line = if app.gets_id_tokens() { lines::WITH_ID_TOKEN } else { lines::WITHOUT_ID_TOKEN };
    Ok(Answer::json(StatusCode::OK, &tokens, line).not_stored())
}

fn check_grant_type(grant_type: Option<&str>) -> Result<(), TokenError> {
    let line = match grant_type {
        Some("authorization_code") => return Ok(()),
        None => "grant_type is missing: it must be authorization_code; the code is still valid",
        Some("refresh_token") => {
            "Clever has no refresh tokens: when the access token has expired, start a login"
        }
        Some(_) => "grant_type must be authorization_code; the code is still valid",
    };
    Err(TokenError::unsupported_grant_type(line))
}

fn read(request: &Request) -> Result<Parameters, TokenError> {
    if !request.headers.contains_key(CONTENT_LENGTH) {
        return Err(TokenError::length_required());
    }
    let parameters = match request.media_type().as_str() {
        "application/x-www-form-urlencoded" => Parameters::from_form(&request.body),
        "application/json" => Parameters::from_json(&request.body),
        other => return Err(TokenError::invalid_request("invalid content-type", lines::content_type(other))),
    };
    parameters.map_err(|Malformed| TokenError::invalid_request("invalid body", lines::BODY))
}

fn spend(call: &Call, app: &App, parameters: &Parameters) -> Result<CodeGrant, TokenError> {
    let missing = |description, line| move || TokenError::invalid_request(description, line);
    let code = parameters.get("code").ok_or_else(missing("code is missing", lines::NO_CODE))?;
    let redirect_uri = parameters.get("redirect_uri");
    let redirect_uri = redirect_uri.ok_or_else(missing("redirect_uri is missing", lines::NO_REDIRECT_URI))?;
    let invalid = |line| TokenError::invalid_grant("invalid code", line);
    let grant = locked(&call.shared.grants).spend_code(call.shared.clock.now(), code);
    let grant = grant.map_err(|worthless| invalid(lines::worthless(worthless)))?;
    if grant.client_id != app.client_id() {
        return Err(invalid(lines::ANOTHER_APPS.into()));
    }
    if grant.redirect_uri != redirect_uri {
        let line = lines::another_redirect_uri(&grant.redirect_uri, redirect_uri);
        return Err(TokenError::invalid_grant("redirect_uri mismatch", line));
    }
    // The current data of the person: the world may have changed since the login.
    let person = call.world.same_at(&grant.person, app.client_id());
    let person = person.ok_or_else(|| invalid(lines::GONE.into()))?;
    Ok(CodeGrant { person, ..grant })
}

/// The answer of the token endpoint for a code with this `grant`.
pub(super) fn tokens(call: &Call, app: &App, grant: &CodeGrant) -> Result<Value, Unspecified> {
    let access = Access {
        client_id: grant.client_id.clone(),
        person: Arc::clone(&grant.person),
        claims: grant.claims.clone(),
    };
    let access_token = issue_access_token(&call.shared, access)?;
    let mut tokens = json!({ "access_token": access_token, "token_type": "bearer" });
    if app.gets_id_tokens()
        && let Some(members) = tokens.as_object_mut()
    {
        members.insert("id_token".into(), id_token(call, grant, &access_token)?.into());
    }
    Ok(tokens)
}

fn id_token(call: &Call, grant: &CodeGrant, access_token: &str) -> Result<String, Unspecified> {
    let Shared { keys, tally, clock, .. } = &*call.shared;
    let now = clock.now();
    let issuer = call.base_url();
    let claims = Claims::new(&issuer, &grant.client_id, &grant.person, grant.nonce.as_deref(), now);
    let key = keys.current()?;
    let claims = serde_json::to_value(claims).map_err(|_| Unspecified)?;
    let claims = custom_claims::in_id_token(&grant.claims, claims);
    let Some(scenario) = call.scenario else { return key.sign(&claims) };
    scenario.id_token(claims, &Login { key, client_id: &grant.client_id, access_token, now, keys, tally })
}

/// A new access token: 40 characters that begin with `il`, like those of a login at Clever.
pub(super) fn issue_access_token(shared: &Shared, access: Access) -> Result<String, Unspecified> {
    let token = format!("il{}", shared.random.hex::<19>()?);
    locked(&shared.grants).issue_access_token(shared.clock.now(), token.clone(), access);
    Ok(token)
}
