//! Times in response headers: no pause is longer than a day, and an impossible clock is ignored.
//!
//! An input is the values of `Date`, `Age`, `Retry-After` and `X-RateLimit-Reset`, one per line. An empty line means no header.

use clever_sso::ErrorCode;
use clever_sso::fuzzing::{clock_skew, with_date};
use clever_sso::protocol::{Response, me_response};
use http::header::{AGE, DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::people::NOW;
use crate::rules::is_linear;

const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// A day, in seconds.
const LONGEST: u64 = 86_400;

/// Reads the bytes as headers.
pub fn check(data: &[u8]) {
    let headers = headers(data);
    let is_whole = |value: &HeaderValue| value.to_str().ok()?.trim().parse::<u64>().ok();
    let pause = |status: StatusCode| {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = status;
        *response.headers_mut() = with_date(headers.clone(), NOW);
        let error = me_response(&response).expect_err("it is no record");
        assert!(
            error.retry_after().is_none_or(|pause| pause.as_secs() <= LONGEST && pause.subsec_nanos() == 0)
        );
        (error.code(), error.retry_after().map(|pause| pause.as_secs()))
    };
    let (code, limited) = pause(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(code, ErrorCode::RateLimited);
    let (code, down) = pause(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(code, ErrorCode::CleverUnavailable);
    match headers.get(RETRY_AFTER) {
        Some(value) => {
            if let Some(seconds) = is_whole(value) {
                let is_digits =
                    value.to_str().is_ok_and(|text| text.trim().bytes().all(|byte| byte.is_ascii_digit()));
                let seconds = is_digits.then_some(seconds.min(LONGEST));
                assert!(!is_digits || [limited, down] == [seconds; 2]);
            }
        }
        None => assert_eq!(down, None, "only a rate-limited request may wait for the limit"),
    }
    let theirs =
        headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?.trim()).ok());
    let skew = clock_skew(&headers, NOW);
    assert!(skew.is_none() || theirs.is_some(), "{headers:?}");
    if let Some(theirs) = theirs {
        let seconds = theirs.duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_secs());
        if let (Some(seconds), None) = (seconds, headers.get(AGE)) {
            assert_eq!(
                skew,
                i64::try_from(seconds).ok().map(|seconds| seconds - i64::try_from(NOW).unwrap_or(0))
            );
            assert_eq!(httpdate::parse_http_date(&httpdate::fmt_http_date(theirs)).ok(), Some(theirs));
        }
    }
    let dated = with_date(headers, NOW);
    assert_eq!(with_date(dated.clone(), NOW + 1), dated, "an existing date must stay");
    is_linear(data, |long| {
        let _ = clock_skew(&self::headers(long), NOW);
    });
}

fn headers(data: &[u8]) -> HeaderMap {
    let lines = data.split(|byte| *byte == b'\n');
    let named = [DATE, AGE, RETRY_AFTER, RESET].into_iter().zip(lines).filter(|(_, line)| !line.is_empty());
    named.filter_map(|(name, line)| Some((name, HeaderValue::from_bytes(line).ok()?))).collect()
}
