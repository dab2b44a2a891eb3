//! Which app is calling? (RFC 6749 section 2.3.1)
//!
//! By HTTP Basic, where identifier and secret are form-encoded before they are joined, or by `client_id` and `client_secret` in
//! the body; never by both. Credentials in the URL are ignored, and a public app has none.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::token_error::TokenError;
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::world::App;
use crate::world::World;

/// The app with these credentials; with `basic_only`, those in a body are ignored.
pub(super) fn authenticate<'a>(
    world: &'a World,
    request: &Request,
    parameters: &Parameters,
    basic_only: bool,
) -> Result<&'a App, TokenError> {
    let (client_id, secret) = credentials(request, parameters, basic_only)?;
    known(world, &client_id, &secret)
}

/// The app whose credentials are in the header, the only place for a request without a body.
pub(super) fn by_basic<'a>(world: &'a World, request: &Request) -> Result<&'a App, TokenError> {
    let basic = request.authorization("Basic");
    let basic = basic.ok_or_else(|| TokenError::invalid_client(NO_CREDENTIALS_IN_HEADER))?;
    let (client_id, secret) = from_basic(basic).ok_or_else(|| TokenError::invalid_client(NOT_BASE64))?;
    known(world, &client_id, &secret)
}

/// The client id that a request presents, whether the secret beside it is right or not.
pub(super) fn presented_id(request: &Request, parameters: &Parameters) -> Option<String> {
    let basic = request.authorization("Basic").and_then(from_basic).map(|(client_id, _)| client_id);
    basic.or_else(|| parameters.get("client_id").map(str::to_owned))
}

const NO_CREDENTIALS_IN_HEADER: &str = "the list of district tokens opens with CLIENT_ID:SECRET as Authorization: Basic \
     only, and there is none; if a code was to be exchanged, send it by POST";
const NOT_BASE64: &str = "Authorization: Basic is not the Base64 of CLIENT_ID:SECRET";
const BASIC_ONLY: &str =
    "the credentials are in the body, but this emulator accepts only Authorization: Basic (--basic-only)";

fn known<'a>(world: &'a World, client_id: &str, secret: &str) -> Result<&'a App, TokenError> {
    let unknown = "no app has this client_id; or are client id and secret swapped?";
    let app = world.app(client_id).ok_or_else(|| TokenError::invalid_client(unknown))?;
    if app.is_public() {
        return Err(TokenError::invalid_client(
            "this app has no secret and gets its tokens by the implicit grant",
        ));
    }
    app.has_secret(secret)
        .then_some(app)
        .ok_or_else(|| TokenError::invalid_client("the secret is wrong for this client_id"))
}

fn credentials(
    request: &Request,
    parameters: &Parameters,
    basic_only: bool,
) -> Result<(String, String), TokenError> {
    let in_body = parameters.get("client_id").zip(parameters.get("client_secret"));
    match (request.authorization("Basic"), in_body) {
        (Some(_), Some(_)) => Err(TokenError::invalid_request(
            "credentials in the header and in the body",
            "the credentials are in the header and in the body: send them once",
        )),
        (Some(basic), None) => from_basic(basic).ok_or_else(|| TokenError::invalid_client(NOT_BASE64)),
        (None, Some(_)) if basic_only => Err(TokenError::invalid_client(BASIC_ONLY)),
        (None, Some((client_id, secret))) => Ok((client_id.to_owned(), secret.to_owned())),
        (None, None) => Err(TokenError::invalid_client(missing(parameters))),
    }
}

fn missing(parameters: &Parameters) -> &'static str {
    match (parameters.get("client_id"), parameters.get("client_secret")) {
        (Some(_), _) => "there is a client_id but no secret: send both, best as Authorization: Basic",
        (None, Some(_)) => "there is a secret but no client_id: send both, best as Authorization: Basic",
        (None, None) => "there are no credentials: send CLIENT_ID:SECRET as Authorization: Basic",
    }
}

fn from_basic(credentials: &str) -> Option<(String, String)> {
    let joined = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
    let (client_id, secret) = joined.split_once(':')?;
    Some((form_decoded(client_id)?, form_decoded(secret)?))
}

fn form_decoded(text: &str) -> Option<String> {
    let spaces = text.replace('+', " ");
    percent_decode_str(&spaces).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(joined: &[u8]) -> Option<(String, String)> {
        from_basic(&STANDARD.encode(joined))
    }

    fn pair(client_id: &str, secret: &str) -> (String, String) {
        (client_id.into(), secret.into())
    }

    #[test]
    fn client_id_and_secret_are_form_decoded_separately() {
        assert_eq!(basic(b"id:secret"), Some(pair("id", "secret")));
        assert_eq!(basic(b"a%3Ab:c%25+d%2B"), Some(pair("a:b", "c% d+")));
        assert_eq!(basic(b"id:a:b"), Some(pair("id", "a:b")));
    }

    #[test]
    fn malformed_basic_credentials_are_refused() {
        assert_eq!(from_basic("!!!"), None);
        assert_eq!(basic(b"no colon"), None);
        assert_eq!(basic(b"\xff:secret"), None);
        assert_eq!(basic(b"id:%ff"), None);
    }
}
