//! The token endpoint (RFC 6749 section 4.1.3): a code becomes an access token and, for an OIDC app that is not one of
//! Clever Library, an ID token.
//!
//! Whoever presents a code with valid credentials spends it, also when it turns out to be another app's or meant
//! for another redirection URI. There is no refresh token, no `expires_in` and no `scope` in the answer, because
//! Clever sends none; `code_verifier` (RFC 7636) is ignored.

use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::response::Response;
use serde_json::{Value, json};

use super::client_authentication::authenticate;
use super::token_error::TokenError;
use crate::http::parameters::{Malformed, Parameters};
use crate::http::request::Request;
use crate::http::responses;
use crate::keys::custom_claims;
use crate::keys::id_token::Claims;
use crate::memory::grants::{Access, CodeGrant};
use crate::memory::lock::locked;
use crate::scenarios::Login;
use crate::shared::Shared;
use crate::world::App;

mod lines;

/// `POST /oauth/tokens`
pub(crate) fn exchange(shared: &Shared, request: &Request) -> Response {
    let answer = redeem(shared, request).map(|tokens| responses::json(StatusCode::OK, &tokens));
    let response = responses::not_stored(answer.unwrap_or_else(|error| error.into_response(request)));
    responses::with_header(responses::hardened(response), VARY, "X-HTTP-Method-Override, Accept-Encoding")
}

fn redeem(shared: &Shared, request: &Request) -> Result<Value, TokenError> {
    let parameters = read(request)?;
    let world = shared.world();
    let app = authenticate(&world, request, &parameters, shared.basic_only)
        .map_err(TokenError::with_code_unspent)?;
    check_grant_type(parameters.get("grant_type"))?;
    let grant = spend(shared, app, &parameters)?;
    Ok(tokens(shared, request, app, &grant)?)
}

fn check_grant_type(grant_type: Option<&str>) -> Result<(), TokenError> {
    let why = match grant_type {
        Some("authorization_code") => return Ok(()),
        None => "grant_type is missing: it must be authorization_code; the code is not spent",
        Some("refresh_token") => {
            "Clever has no refresh tokens: when the access token has ended, begin a login"
        }
        Some(_) => "grant_type must be authorization_code; the code is not spent",
    };
    Err(TokenError::unsupported_grant_type(why))
}

fn read(request: &Request) -> Result<Parameters, TokenError> {
    if !request.headers.contains_key(CONTENT_LENGTH) {
        return Err(TokenError::length_required());
    }
    let content_type =
        request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let parameters = match media_type.as_str() {
        "application/x-www-form-urlencoded" => Parameters::from_form(&request.body),
        "application/json" => Parameters::from_json(&request.body),
        other => return Err(TokenError::invalid_request("invalid content-type", lines::content_type(other))),
    };
    parameters.map_err(|Malformed| TokenError::invalid_request("invalid body", lines::BODY))
}

fn spend(shared: &Shared, app: &App, parameters: &Parameters) -> Result<CodeGrant, TokenError> {
    let missing = |description, why| move || TokenError::invalid_request(description, why);
    let code = parameters.get("code").ok_or_else(missing("code is missing", lines::NO_CODE))?;
    let redirect_uri = parameters.get("redirect_uri");
    let redirect_uri = redirect_uri.ok_or_else(missing("redirect_uri is missing", lines::NO_REDIRECT_URI))?;
    let invalid = |why| TokenError::invalid_grant("invalid code", why);
    let grant = locked(&shared.grants).spend_code(shared.clock.now(), code);
    let grant = grant.map_err(|worthless| invalid(lines::worthless(worthless)))?;
    if grant.client_id != app.client_id() {
        return Err(invalid(lines::ANOTHER_APPS.into()));
    }
    if grant.redirect_uri != redirect_uri {
        let why = lines::another_redirect_uri(&grant.redirect_uri, redirect_uri);
        return Err(TokenError::invalid_grant("redirect_uri mismatch", why));
    }
    // The person as of now: the world may have changed since the login.
    let person = shared.world().same_at(&grant.person, app.client_id());
    let person = person.ok_or_else(|| invalid(lines::GONE.into()))?;
    Ok(CodeGrant { person, ..grant })
}

/// What the token endpoint answers to a code that stood for `grant`.
pub(super) fn tokens(
    shared: &Shared,
    request: &Request,
    app: &App,
    grant: &CodeGrant,
) -> Result<Value, Unspecified> {
    let access = Access {
        client_id: grant.client_id.clone(),
        person: Arc::clone(&grant.person),
        claims: grant.claims.clone(),
    };
    let access_token = issue_access_token(shared, access)?;
    let mut tokens = json!({ "access_token": access_token, "token_type": "bearer" });
    if app.gets_id_tokens()
        && let Some(members) = tokens.as_object_mut()
    {
        members.insert("id_token".into(), id_token(shared, request, grant, &access_token)?.into());
    }
    Ok(tokens)
}

fn id_token(
    shared: &Shared,
    request: &Request,
    grant: &CodeGrant,
    access_token: &str,
) -> Result<String, Unspecified> {
    let nonce = grant.nonce.as_deref();
    let now = shared.clock.now();
    let issuer = request.base_url(shared);
    let claims = Claims::new(&issuer, &grant.client_id, &grant.person, nonce, now);
    let key = shared.keys.current()?;
    let claims = serde_json::to_value(claims).map_err(|_| Unspecified)?;
    let claims = custom_claims::in_id_token(&grant.claims, claims);
    let Some(scenario) = request.scenario else { return key.sign(&claims) };
    scenario.id_token(claims, &Login { shared, key, client_id: &grant.client_id, access_token, now })
}

/// A new access token: 40 characters that begin with `il`, as those of a login at Clever do.
pub(super) fn issue_access_token(shared: &Shared, access: Access) -> Result<String, Unspecified> {
    let token = format!("il{}", shared.random.hex::<19>()?);
    locked(&shared.grants).issue_access_token(shared.clock.now(), token.clone(), access);
    Ok(token)
}
