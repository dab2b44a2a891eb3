//! The list of district tokens: an app has one for each district that shares it.

use axum::http::StatusCode;
use axum::http::header::HeaderName;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::call::Call;
use super::client_authentication::by_basic;
use super::token_error::TokenError;
use crate::http::answer::Answer;
use crate::http::parameters::{Malformed, Parameters};
use crate::http::request::Request;
use crate::keys::district_token;
use crate::world::{App, SCOPES};
use crate::world::{District, World, derived};

const LISTED: &str = "the district tokens of the app were listed, one for each district that shares it";

/// `GET /oauth/tokens?owner_type=district[&district=ID]`, with HTTP Basic
pub(crate) fn list(call: &Call) -> Answer {
    let answer = tokens(&call.world, &call.request)
        .map(|tokens| Answer::json(StatusCode::OK, &tokens, LISTED).not_stored());
    let answer = answer.unwrap_or_else(|error| error.into_answer(&call.request));
    answer.with_header(HeaderName::from_static("x-powered-by"), "Express")
}

fn tokens(world: &World, request: &Request) -> Result<Value, TokenError> {
    let app = by_basic(world, request)?;
    let parameters = Parameters::from_form(request.query());
    let twice =
        |Malformed| TokenError::invalid_request("a parameter is repeated", "send each parameter once");
    let parameters = parameters.map_err(twice)?;
    if parameters.get("owner_type").is_some_and(|owner_type| owner_type != "district") {
        let why = "owner_type must be district: other owners have no tokens";
        return Err(TokenError::invalid_request("owner_type must be district", why));
    }
    let wanted = parameters.get("district");
    let districts = district_token::districts(world, app);
    let districts = districts.filter(|district| wanted.is_none_or(|wanted| wanted == district.id));
    let data: Vec<_> = districts.map(|district| told(app, district)).collect();
    let only = wanted.map(|id| format!("&district={}", utf8_percent_encode(id, NON_ALPHANUMERIC)));
    let uri = format!("/oauth/tokens?owner_type=district{}", only.unwrap_or_default());
    Ok(json!({ "data": data, "links": [{ "rel": "self", "uri": uri }] }))
}

fn told(app: &App, district: &District) -> Value {
    let seed = format!("{} {}", app.client_id(), district.id);
    json!({
        "id": derived::object_id("district token", &seed),
        "created": derived::time("district token", &seed, 2022, (1, 12)),
        "owner": { "type": "district", "id": district.id },
        "access_token": district_token::token(app, district),
        "scopes": SCOPES,
    })
}
