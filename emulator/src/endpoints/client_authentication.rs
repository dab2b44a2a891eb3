//! Which app is calling? (RFC 6749 section 2.3.1)
//!
//! By HTTP Basic, where identifier and secret are form-encoded before they are joined, or by `client_id` and
//! `client_secret` in the body; never by both. Credentials in the URL are not looked at, and a public app has none.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::token_error::TokenError;
use crate::apps::App;
use crate::parameters::Parameters;
use crate::request::Request;
use crate::world::World;

/// The app whose credentials these are; with `basic_only`, those in a body are none.
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
    let credentials = request.authorization("Basic").and_then(from_basic);
    let (client_id, secret) = credentials.ok_or_else(TokenError::invalid_client)?;
    known(world, &client_id, &secret)
}

fn known<'a>(world: &'a World, client_id: &str, secret: &str) -> Result<&'a App, TokenError> {
    let app = world.app(client_id).filter(|app| app.has_secret(secret));
    app.ok_or_else(TokenError::invalid_client)
}

fn credentials(
    request: &Request,
    parameters: &Parameters,
    basic_only: bool,
) -> Result<(String, String), TokenError> {
    let in_body = parameters.get("client_id").zip(parameters.get("client_secret"));
    match (request.authorization("Basic"), in_body) {
        (Some(_), Some(_)) => Err(TokenError::invalid_request("credentials in the header and in the body")),
        (Some(basic), None) => from_basic(basic).ok_or_else(TokenError::invalid_client),
        (None, Some(_)) if basic_only => Err(TokenError::invalid_client()),
        (None, Some((client_id, secret))) => Ok((client_id.to_owned(), secret.to_owned())),
        (None, None) => Err(TokenError::invalid_client()),
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
    fn identifier_and_secret_are_form_decoded_each_by_itself() {
        assert_eq!(basic(b"id:secret"), Some(pair("id", "secret")));
        assert_eq!(basic(b"a%3Ab:c%25+d%2B"), Some(pair("a:b", "c% d+")));
        assert_eq!(basic(b"id:a:b"), Some(pair("id", "a:b")));
    }

    #[test]
    fn what_is_no_pair_of_texts_is_refused() {
        assert_eq!(from_basic("!!!"), None);
        assert_eq!(basic(b"no colon"), None);
        assert_eq!(basic(b"\xff:secret"), None);
        assert_eq!(basic(b"id:%ff"), None);
    }
}
