//! Where to go after a login: never to another site.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use crate::error::{Error, ErrorCode, Result};
use crate::protocol::address::parse_http_url;
use crate::protocol::pending::MAX_RETURN_TO_BYTES;

/// What a path or URL may not hold as it is, besides everything outside ASCII (RFC 3986 section 2).
const NOT_IN_A_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// An IRI as a URI (RFC 3987 section 3.1): a `Location` header is ASCII.
pub(super) fn to_uri(target: &str) -> String {
    match Url::parse(target) {
        Ok(absolute) => absolute.into(),
        Err(_) => utf8_percent_encode(target, NOT_IN_A_URI).to_string(),
    }
}

/// No open redirect: a path of this application, or a URL on an origin that was allowed.
///
/// Browsers read `//host`, `/\host` and paths with tabs in them as another host.
pub(super) fn check_return_to(target: &str, origins: &[String]) -> Result<()> {
    let unsafe_target = |why: &str| Err(Error::with_detail(ErrorCode::ReturnToUnsafe, why));
    if target.len() > MAX_RETURN_TO_BYTES {
        return unsafe_target(&format!("it is longer than {MAX_RETURN_TO_BYTES} bytes"));
    }
    if target.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return unsafe_target("it has white space, control characters or a backslash");
    }
    if let Some(path) = target.strip_prefix('/') {
        let lower = path.to_ascii_lowercase();
        let other_host = ["/", "%2f", "%5c"].iter().any(|start| lower.starts_with(start));
        return if other_host { unsafe_target("it names another host") } else { Ok(()) };
    }
    let allowed =
        parse_http_url(target).is_ok_and(|url| origins.contains(&url.origin().ascii_serialization()));
    if allowed { Ok(()) } else { unsafe_target("it is no path, and its origin is not allowed") }
}
