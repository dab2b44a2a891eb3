//! Where to go after a login: never to another site.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};
use url::{Url, form_urlencoded};

use crate::error::{Error, ErrorCode, Result};
use crate::protocol::address::parse_http_url;
use crate::protocol::pending::MAX_RETURN_TO_BYTES;

/// The ASCII characters that a path or URL must not contain unencoded (RFC 3986 section 2).
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

/// A path or URL as a browser shows it: percent-encoded letters outside ASCII are decoded, and nothing else changes. This is the
/// form that is checked, counted and sealed, whatever form the caller used: an encoded letter would take three times as many
/// bytes.
pub(crate) fn as_shown(target: &str) -> Cow<'_, str> {
    if !target.contains('%') {
        return Cow::Borrowed(target);
    }
    let mut shown = String::with_capacity(target.len());
    let mut rest = target;
    while let Some(at) = rest.find('%') {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let encoded = encoded_bytes(rest);
        if encoded.is_empty() {
            shown.push('%');
            rest = &rest[1..];
        } else {
            rest = &rest[3 * encoded.len()..];
            show(&encoded, &mut shown);
        }
    }
    Cow::Owned(shown + rest)
}

/// The bytes outside ASCII that are percent-encoded at the start of `text`.
fn encoded_bytes(text: &str) -> Vec<u8> {
    let escapes = text.as_bytes().chunks_exact(3).map_while(|escape| match escape {
        [b'%', high, low] => byte_of(*high, *low),
        _ => None,
    });
    escapes.take_while(|byte| !byte.is_ascii()).collect()
}

/// Adds the letters that these bytes encode, if an address may contain them. The others stay encoded.
fn show(bytes: &[u8], shown: &mut String) {
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() || letter.is_whitespace() {
                let mut buffer = [0; 4];
                encode(letter.encode_utf8(&mut buffer).as_bytes(), shown);
            } else {
                shown.push(letter);
            }
        }
        encode(chunk.invalid(), shown);
    }
}

fn encode(bytes: &[u8], shown: &mut String) {
    shown.extend(percent_encode(bytes, NON_ALPHANUMERIC));
}

fn byte_of(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

/// Whether a path or URL leads to the page at `path`, even if either is percent-encoded (also more than once) or has dot
/// segments, double slashes or a trailing slash. The query and fragment do not matter.
///
/// If a `return_to` leads to the login or logout itself, each login would start the next one, so do not pass such a `return_to`.
/// You do not need to check for the callback: `begin_login` knows it from the redirect URI and refuses it.
///
/// ```
/// use clever_sso::leads_to;
///
/// assert!(leads_to("/clever/%6Cogin/?return_to=/", "/clever/login"));
/// assert!(!leads_to("/grades", "/clever/login"));
/// ```
pub fn leads_to(target: &str, path: &str) -> bool {
    let own = decoded_to_the_end(before_query(path_of(path).as_bytes()));
    let target = path_of(target).as_bytes();
    let written = decoded_to_the_end(before_query(target));
    // For browsers, an encoded `?` belongs to the path. For servers that decode twice, it may start the query.
    [&written[..], before_query(&written)].into_iter().any(|target| segments(target) == segments(&own))
}

/// A target without its scheme and host.
fn path_of(target: &str) -> &str {
    let after_scheme = target.split_once("://").filter(|(scheme, _)| !scheme.contains(['/', '?', '#']));
    match after_scheme {
        Some((_, rest)) => rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]),
        None => target,
    }
}

fn before_query(target: &[u8]) -> &[u8] {
    target.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default()
}

/// The segments of a decoded path, in canonical form.
fn segments(path: &[u8]) -> Vec<&[u8]> {
    let mut segments = Vec::new();
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        match segment {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    segments
}

/// Decodes until nothing is encoded anymore, in one pass: the result of one escape may complete another one.
fn decoded_to_the_end(text: &[u8]) -> Vec<u8> {
    let mut decoded: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        decoded.push(*byte);
        while let [.., b'%', high, low] = decoded[..]
            && let Some(byte) = byte_of(high, low)
        {
            decoded.truncate(decoded.len() - 3);
            decoded.push(byte);
        }
    }
    decoded
}

/// Whether a target leads back to a redirect URI. A redirect URI with a query may share its path with other pages: then the
/// target must have that query too.
fn leads_to_callback(target: &str, redirect_uri: &Url) -> bool {
    if Url::parse(target).is_ok_and(|target| target.origin() != redirect_uri.origin()) {
        return false;
    }
    let has_query = || {
        let query =
            target.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or_default());
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        redirect_uri.query_pairs().all(|pair| pairs.contains(&pair))
    };
    leads_to(target, redirect_uri.path()) && has_query()
}

/// Prevents open redirects and loops: accepts a path of this application, or a URL on an allowed origin, but not the callback.
///
/// Browsers read `//host`, `/\host` and paths with tabs in them as another host.
pub(super) fn check_return_to(target: &str, origins: &[String], redirect_uris: &[String]) -> Result<()> {
    check_destination(target, origins)?;
    let mut redirect_uris = redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok());
    if redirect_uris.any(|uri| leads_to_callback(target, &uri)) {
        let detail = "it leads back to the callback, so each login would start another one";
        return Err(Error::with_detail(ErrorCode::ReturnToUnsafe, detail));
    }
    Ok(())
}

fn check_destination(target: &str, origins: &[String]) -> Result<()> {
    let unsafe_target = |why: &str| Err(Error::with_detail(ErrorCode::ReturnToUnsafe, why));
    if target.len() > MAX_RETURN_TO_BYTES {
        return unsafe_target(&format!(
            "it is longer than {MAX_RETURN_TO_BYTES} bytes, as a browser shows it"
        ));
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
    if allowed { Ok(()) } else { unsafe_target("it is not a path, and its origin is not allowed") }
}
