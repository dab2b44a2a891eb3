//! The common part of all exchanges: building a request, and the checks that come before a response's own rules: status, content
//! type, JSON.

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;

use super::json;
use super::message::{Request, Response, ThroughProxy};
use super::pause::asked_pause;
use crate::error::{Error, ErrorCode, Result};

/// Builds a request. All of its parts come from this library, so a failure is a problem of this library or of its settings.
pub(crate) fn request(
    method: Method,
    url: &str,
    headers: &[(header::HeaderName, String)],
    body: Vec<u8>,
) -> Result<Request> {
    let mut builder =
        http::Request::builder().method(method).uri(url).header(header::ACCEPT, "application/json");
    for (name, value) in headers {
        let mut value = header::HeaderValue::from_str(value).map_err(|_| {
            Error::with_detail(ErrorCode::ArgumentInvalid, format!("not allowed in the header {name}"))
        })?;
        value.set_sensitive(*name == header::AUTHORIZATION);
        builder = builder.header(name, value);
    }
    builder.body(body).map_err(|_| Error::with_detail(ErrorCode::Internal, "could not build a request"))
}

/// A GET with `access_token` as in RFC 6750 2.1: in a header, never in the URL.
pub(crate) fn bearer_get(url: &str, access_token: &str) -> Result<Request> {
    if access_token.is_empty() || !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::with_detail(ErrorCode::ArgumentInvalid, "this cannot be an access token"));
    }
    request(Method::GET, url, &[(header::AUTHORIZATION, format!("Bearer {access_token}"))], Vec::new())
}

/// Whether the response may contain the requested resource. Clever sends 200; a proxy that changed the response sends 203 (RFC
/// 9110 15.3.4). A partial response (206) does not count.
pub(crate) fn is_good(response: &Response) -> bool {
    response.status().is_success() && response.status() != StatusCode::PARTIAL_CONTENT
}

/// Reads the body as JSON, with any status.
pub(crate) fn json(response: &Response) -> Result<Value> {
    let status = response.status().as_u16();
    if is_html(response.headers(), response.body()) {
        let error = of_proxy(response, ErrorCode::ResponseHtml).with_status(status);
        return Err(error.with_retry_after(asked_pause(response, None)));
    }
    json::lenient(response.body()).map_err(|error| {
        // Only the position, because the text of the error could quote the body.
        let place =
            format!("line {}, column {} of {} bytes", error.line(), error.column(), response.body().len());
        malformed(
            response,
            form_of(response).map_or_else(|| place.clone(), |form| format!("{form}; {place}")),
        )
    })
}

/// The format of the body, if it is not UTF-8 text: a proxy may have changed it.
fn form_of(response: &Response) -> Option<&'static str> {
    let body = response.body().as_slice();
    if response.headers().contains_key(header::CONTENT_ENCODING) || body.starts_with(b"\x1f\x8b") {
        return Some("it is compressed, which was not requested");
    }
    let is_utf_16 = body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff");
    if is_utf_16 || body.get(..2).is_some_and(|two| two.contains(&0)) {
        return Some("it is UTF-16 or UTF-32, where JSON is UTF-8");
    }
    body.trim_ascii().is_empty().then_some("it is empty")
}

/// Reads the body of a good response as one JSON object. An array, for example, is not a record.
pub(crate) fn record(response: &Response) -> Result<Value> {
    if !is_good(response) {
        return Err(refused(response));
    }
    let value = json(response)?;
    if value.is_object() { Ok(value) } else { Err(malformed(response, "expected one JSON object")) }
}

/// The error for a response without a required member.
pub(crate) fn malformed(response: &Response, detail: impl Into<String>) -> Error {
    let detail = match through(response) {
        Some(proxy) => format!("{}; {proxy}", detail.into()),
        None => detail.into(),
    };
    Error::with_detail(ErrorCode::ResponseMalformed, detail).with_status(response.status().as_u16())
}

/// A member that is a non-empty string.
pub(crate) fn text<'a>(record: &'a Value, name: &str) -> Option<&'a str> {
    record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The error for a bad status that the exchange has no rule for. The time to wait is computed from the response's own `Date`; the
/// transport adds one if it is missing.
pub(crate) fn refused(response: &Response) -> Error {
    let status = response.status();
    let code = match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::UNAUTHORIZED => ErrorCode::TokenRejected,
        StatusCode::TOO_MANY_REQUESTS => ErrorCode::RateLimited,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY => ErrorCode::CleverUnavailable,
        status if status.is_server_error() => ErrorCode::CleverUnavailable,
        status if status.is_redirection() => ErrorCode::ResponseRedirect,
        _ if is_html(response.headers(), response.body()) => ErrorCode::ResponseHtml,
        status if status.is_client_error() => ErrorCode::RequestRejected,
        _ => ErrorCode::ResponseMalformed,
    };
    let documented =
        [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    let error = if documented { Error::new(code) } else { of_proxy(response, code) };
    error.with_status(status.as_u16()).with_retry_after(asked_pause(response, None))
}

/// An error about a response that Clever's documentation does not have: it may come from the proxy.
fn of_proxy(response: &Response, code: ErrorCode) -> Error {
    match through(response) {
        Some(proxy) => Error::with_detail(code, proxy),
        None => Error::new(code),
    }
}

/// A note that a response came through a proxy, so the proxy may have made it.
fn through(response: &Response) -> Option<String> {
    let ThroughProxy(proxy) = response.extensions().get()?;
    Some(format!("it came through {proxy}"))
}

pub(super) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/html"));
    declared || json::without_mark(body).trim_ascii_start().first() == Some(&b'<')
}

/// The `error` member of an OAuth error response (RFC 6749 5.2), if it is a plain word, which is safe in a message.
pub(crate) fn error_word(response: &Response) -> Option<String> {
    let record = json::lenient(response.body()).ok()?;
    let word = text(&record, "error")?;
    let plain = word.len() <= 64
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    plain.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, content_type: &str, body: &str) -> Response {
        http::Response::builder()
            .status(status)
            .header(header::CONTENT_TYPE, content_type)
            .body(body.as_bytes().to_vec())
            .unwrap()
    }

    #[test]
    fn html_instead_of_json_is_response_html() {
        for (content_type, body) in [
            ("text/html; charset=utf-8", "x"),
            ("application/json", "  <html>"),
            ("application/json", "\u{feff}<html>"),
        ] {
            let error = json(&response(200, content_type, body)).unwrap_err();
            assert_eq!(error.code(), ErrorCode::ResponseHtml);
        }
    }

    #[test]
    fn any_success_status_with_a_record_is_accepted_except_a_partial_response() {
        for status in [200, 201, 202, 203, 299] {
            assert!(record(&response(status, "application/json", "{}")).is_ok(), "{status}");
        }
        for status in [204, 205, 206] {
            let error = record(&response(status, "application/json", "")).unwrap_err();
            assert_eq!(error.code(), ErrorCode::ResponseMalformed, "{status}");
        }
        assert!(record(&response(206, "application/json", "{}")).is_err());
    }

    #[test]
    fn a_record_is_an_object() {
        for body in ["[]", "[{}]", "null", "true", "0", "\"\"", "[\"my-app\"]"] {
            let error = record(&response(200, "application/json", body)).unwrap_err();
            assert_eq!(error.code(), ErrorCode::ResponseMalformed, "{body}");
        }
        assert!(record(&response(200, "application/json", "\u{feff}{}")).is_ok());
    }

    #[test]
    fn a_broken_body_is_never_quoted() {
        let error = json(&response(200, "application/json", r#"{"access_token":"hunter2""#)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ResponseMalformed);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn an_error_names_the_format_of_an_unreadable_body() {
        let shown = |body: &[u8]| {
            let response = http::Response::builder().body(body.to_vec()).unwrap();
            json(&response).unwrap_err().to_string()
        };
        for utf_16 in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\0}\0", b"\0{\0}"] {
            assert!(shown(utf_16).contains("it is UTF-16"), "{utf_16:?}");
        }
        assert!(shown(b"\x1f\x8b\x08\0").contains("it is compressed"));
        assert!(shown(b"").contains("it is empty") && shown(b" \n").contains("it is empty"));
        assert!(shown(b"{").contains("incomplete: line 1, column 1 of 1 bytes"), "{}", shown(b"{"));
        let declared = http::Response::builder().header("Content-Encoding", "br").body(b"\x0b".to_vec());
        assert!(json(&declared.unwrap()).unwrap_err().to_string().contains("it is compressed"));
    }

    #[test]
    fn each_bad_status_has_its_own_error_code() {
        for (status, code) in [
            (404, ErrorCode::NotFound),
            (401, ErrorCode::TokenRejected),
            (429, ErrorCode::RateLimited),
            (408, ErrorCode::CleverUnavailable),
            (425, ErrorCode::CleverUnavailable),
            (503, ErrorCode::CleverUnavailable),
            (520, ErrorCode::CleverUnavailable),
            (307, ErrorCode::ResponseRedirect),
            (400, ErrorCode::RequestRejected),
        ] {
            assert_eq!(refused(&response(status, "application/json", "{}")).code(), code);
        }
    }

    #[test]
    fn only_plain_words_are_read_from_an_error_member() {
        let word = |body| error_word(&response(400, "application/json", body));
        assert_eq!(word(r#"{"error":"invalid_grant"}"#).as_deref(), Some("invalid_grant"));
        assert_eq!(word(r#"{"error":"a\nforged log line"}"#), None);
        assert_eq!(word(r#"{"error":{}}"#), None);
    }
}
