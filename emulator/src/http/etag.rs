//! Entity tags, and the empty answer to a client that already has the newest answer (RFC 9110 sections 8.8.3 and 13.1.2).
//!
//! Clever's JSON is tagged as the Express framework tags it: weakly, by length and hash of the body. A GET whose
//! `If-None-Match` has that tag is answered with 304, although the same answer says `Cache-Control: no-store`.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answer::Answer;
use super::request::Request;

/// The length of the hash in Base64, without padding.
const HASH_LENGTH: usize = 27;

const NOT_MODIFIED: &str = "the client already has this response and sent its ETag: no body was sent";

/// The same answer with a tag, if it is JSON, and without a body if the client already has it.
pub(crate) fn tagged(mut answer: Answer, request: &Request) -> Answer {
    let json =
        answer.headers.get(CONTENT_TYPE).is_some_and(|own| own.as_bytes().starts_with(b"application/json"));
    if !json || answer.body.is_empty() {
        return answer;
    }
    let tag = tag(&answer.body);
    let fresh = answer.status == StatusCode::OK && is_read(&request.method) && is_known(request, &tag);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers.insert(ETAG, tag);
    }
    if fresh {
        answer.status = StatusCode::NOT_MODIFIED;
        answer.body = Bytes::new();
        answer.headers.remove(CONTENT_TYPE);
        answer.headers.remove(CONTENT_LENGTH);
        if !answer.deviates {
            answer.line = NOT_MODIFIED.into();
        }
    }
    answer
}

fn tag(body: &[u8]) -> String {
    let hash = STANDARD.encode(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, body));
    format!("W/\"{:x}-{}\"", body.len(), hash.get(..HASH_LENGTH).unwrap_or_default())
}

fn is_read(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// Does the client have this response already? With `no-cache`, it wants the response anyway.
fn is_known(request: &Request, tag: &str) -> bool {
    let texts = |name| request.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let insists = texts(CACHE_CONTROL).any(|value| value.to_ascii_lowercase().contains("no-cache"));
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let matches = |known: &str| known.trim() == "*" || strong(known) == strong(tag);
    !insists && texts(IF_NONE_MATCH).flat_map(|value| value.split(',')).any(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_the_length_and_the_hash_of_the_body() {
        // The example of FIPS 180-4: the hash of "abc" is a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d.
        assert_eq!(tag(b"abc"), "W/\"3-qZk+NkcGgWq6PiVxeFDCbJzQ2J0\"");
    }
}
