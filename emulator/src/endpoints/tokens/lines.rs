//! The journal's lines about the token endpoint. They repeat nothing from the request.

use std::borrow::Cow;

use crate::http::redirect_uri;
use crate::memory::grants::Worthless;

pub(super) const WITH_ID_TOKEN: &str = "the code was exchanged for an access token and an ID token";
pub(super) const WITHOUT_ID_TOKEN: &str = "the code was exchanged for an access token; there is no ID token, because the app \
     does not use OpenID Connect or is in Clever Library: call /me to find out who logged in";
pub(super) const BODY: &str = "the body does not match its Content-Type, or repeats a parameter: send a form, or one \
     JSON object of strings";
pub(super) const NO_CODE: &str = "code is missing: send the code that arrived at the redirect URI";
pub(super) const NO_REDIRECT_URI: &str =
    "redirect_uri is missing: send the one that the code was sent to; the code is still valid";
pub(super) const ANOTHER_APPS: &str = "the code belongs to a different app than these credentials: Clever responds with \
     invalid_grant, and the code cannot be used again";
pub(super) const GONE: &str = "the person of this code is no longer in the world: Clever responds with invalid_grant, and the code cannot be used again";

/// A body of this type is not read.
pub(super) fn content_type(media_type: &str) -> &'static str {
    match media_type {
        "" => "no Content-Type: send application/x-www-form-urlencoded or application/json",
        "application/x-www-form-url-encoded" => {
            "the Content-Type has an extra hyphen: it is application/x-www-form-urlencoded"
        }
        "multipart/form-data" => {
            "Clever refuses multipart/form-data: send application/x-www-form-urlencoded or application/json"
        }
        _ => "this Content-Type is refused: send application/x-www-form-urlencoded or application/json",
    }
}

/// The code is not valid.
pub(super) fn worthless(worthless: Worthless) -> Cow<'static, str> {
    match worthless {
        Worthless::Spent => {
            "the code was exchanged a second time: Clever responds with invalid_grant; a callback that comes \
                             again (reload, back button, two devices) should restart the login"
                .into()
        }
        Worthless::Expired(ago) => {
            format!("the code expired {ago} s ago, because a code is valid for one minute: Clever responds with invalid_grant")
                .into()
        }
        Worthless::Unknown => {
            "the code is unknown: Clever responds with invalid_grant; check whether it was cut off, \
                               decoded twice, or issued by another emulator or before a reset"
                .into()
        }
    }
}

/// The code belongs to another redirect URI, which is one of the app's and may be shown.
pub(super) fn another_redirect_uri(own: &str, sent: &str) -> String {
    let difference = redirect_uri::difference(own, sent);
    format!(
        "redirect_uri differs from the authorize request, where it was {own}: {difference}; Clever responds with \
         invalid_grant, and the code cannot be used again"
    )
}
