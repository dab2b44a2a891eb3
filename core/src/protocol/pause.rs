//! The time to wait before a retry, according to a response.

use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, StatusCode, header};

use super::message::Response;

/// The longest pause, one day, because values from outside are passed to `sleep` and to a browser.
const LONGEST_PAUSE_SECONDS: u64 = 24 * 60 * 60;

const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The pause that the server requests: `Retry-After` (RFC 9110 10.2.3) in seconds or as a date, or Clever's `X-RateLimit-Reset`
/// in Unix seconds. Points in time are compared with the server's own clock if the response contains it, otherwise with `now`.
pub(crate) fn asked_pause(response: &Response, now: Option<u64>) -> Option<Duration> {
    let headers = response.headers();
    let now = date(headers, &header::DATE).or(now);
    let until = |moment: u64| now.map(|now| moment.saturating_sub(now));
    // Clever sends the reset time with every response. It only matters for a rate-limited one.
    let limited = response.status() == StatusCode::TOO_MANY_REQUESTS;
    text(headers, &header::RETRY_AFTER)
        .and_then(number)
        .or_else(|| date(headers, &header::RETRY_AFTER).and_then(until))
        .or_else(|| last_reset(headers).filter(|_| limited).and_then(until))
        .map(|seconds| Duration::from_secs(seconds.min(LONGEST_PAUSE_SECONDS)))
}

/// Unix seconds from an HTTP date (RFC 9110 5.6.7).
pub(crate) fn date(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let time = httpdate::parse_http_date(text(headers, name)?).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The latest reset time. If Clever counts in several buckets, it lists their reset times with commas, and all of them must have
/// passed.
fn last_reset(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(&RATE_LIMIT_RESET).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(|one| number(one.trim())).max()
}

/// Reads a number. One that is too large becomes the largest possible number.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sat, 01 Jan 2022 00:00:00 GMT.
    const NOW: u64 = 1_640_995_200;

    fn response(headers: &[(&str, &str)]) -> Response {
        let mut builder = http::Response::builder().status(StatusCode::TOO_MANY_REQUESTS);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Vec::new()).unwrap()
    }

    fn seconds(headers: &[(&str, &str)]) -> Option<u64> {
        asked_pause(&response(headers), Some(NOW)).map(|pause| pause.as_secs())
    }

    #[test]
    fn a_pause_is_read_from_seconds_a_date_or_the_rate_limit() {
        assert_eq!(seconds(&[("retry-after", " 7 ")]), Some(7));
        assert_eq!(seconds(&[("retry-after", "Sat, 01 Jan 2022 00:00:09 GMT")]), Some(9));
        assert_eq!(seconds(&[("x-ratelimit-reset", "1640995203")]), Some(3));
        assert_eq!(seconds(&[("retry-after", "2"), ("x-ratelimit-reset", "1640995203")]), Some(2));
        assert_eq!(seconds(&[("x-ratelimit-reset", "1640995100")]), Some(0));
        assert_eq!(seconds(&[("x-ratelimit-reset", "1640995203, 1640995207,none")]), Some(7));
        for junk in ["", "-1", "+1", "soon", "1.5", "1e18"] {
            assert_eq!(seconds(&[("retry-after", junk)]), None, "{junk}");
        }
    }

    #[test]
    fn no_pause_is_longer_than_a_day() {
        assert_eq!(seconds(&[("retry-after", "86399")]), Some(86_399));
        for long in ["86401", "1000000000000000000", "18446744073709551615", "99999999999999999999"] {
            assert_eq!(seconds(&[("retry-after", long)]), Some(86_400), "{long}");
            assert_eq!(
                seconds(&[("x-ratelimit-reset", &format!("9999999999{long}"))]),
                Some(86_400),
                "{long}"
            );
        }
        assert_eq!(seconds(&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")]), Some(86_400));
        assert_eq!(seconds(&[("retry-after", &"9".repeat(10_000))]), Some(86_400));
    }

    #[test]
    fn the_rate_limit_reset_delays_only_limited_requests() {
        let mut response = response(&[("x-ratelimit-reset", "1640995203")]);
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(asked_pause(&response, Some(NOW)), None);
    }

    #[test]
    fn a_date_is_compared_with_the_servers_clock() {
        let date = ("date", "Sat, 01 Jan 2022 00:00:05 GMT");
        assert_eq!(seconds(&[date, ("retry-after", "Sat, 01 Jan 2022 00:00:09 GMT")]), Some(4));
    }

    #[test]
    fn without_a_clock_only_a_number_gives_a_pause() {
        let asked = |headers| asked_pause(&response(headers), None).map(|pause| pause.as_secs());
        assert_eq!(asked(&[("retry-after", "7")]), Some(7));
        assert_eq!(asked(&[("retry-after", "Sat, 01 Jan 2022 00:00:09 GMT")]), None);
        assert_eq!(asked(&[("x-ratelimit-reset", "1640995203")]), None);
    }
}
