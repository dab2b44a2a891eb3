//! The server's clock, according to a response.

use http::{HeaderMap, HeaderValue, header};

use crate::protocol::pause::date;

/// The last second of the year 9999.
const LATEST_DATE: u64 = 253_402_300_799;

/// The server's clock minus ours, in seconds, from the `Date` of its response (RFC 9110 6.6.1). That is when the response was
/// made: a cache that stored it adds its age (`Age`, RFC 9111 5.1).
pub(crate) fn skew(headers: &HeaderMap, now: u64) -> Option<i64> {
    let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.trim().parse().ok());
    let theirs = date(headers, &header::DATE)?.checked_add(age.unwrap_or(0))?;
    let theirs = i64::try_from(theirs).ok()?;
    theirs.checked_sub(i64::try_from(now).ok()?)
}

/// Adds the `Date` that a recipient must add to a response without one (RFC 9110 6.6.1), so that its times can be read.
pub(crate) fn add_date(headers: &mut HeaderMap, now: u64) {
    if date(headers, &header::DATE).is_some() {
        return;
    }
    // The format has no later years.
    let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(now.min(LATEST_DATE));
    if let Ok(now) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        headers.insert(header::DATE, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sat, 01 Jan 2022 00:00:00 GMT.
    const NOW: u64 = 1_640_995_200;

    #[test]
    fn the_skew_is_the_servers_clock_minus_ours() {
        let skew = |date: &str, now| skew(&dated(date), now);
        assert_eq!(skew("Sat, 01 Jan 2022 00:00:05 GMT", NOW), Some(5));
        assert_eq!(skew("Sat, 01 Jan 2022 00:00:05 GMT", NOW + 65), Some(-60));
        assert_eq!(skew("now", NOW), None);
        for (age, kept) in [("300", 305), ("0", 5), ("junk", 5), ("18446744073709551615", i64::MIN)] {
            let mut headers = dated("Sat, 01 Jan 2022 00:00:05 GMT");
            headers.insert(header::AGE, HeaderValue::from_str(age).unwrap());
            assert_eq!(super::skew(&headers, NOW).unwrap_or(i64::MIN), kept, "{age}");
        }
        assert_eq!(skew("Sat, 01 Jan 2022 00:00:05 GMT", u64::MAX), None);
    }

    #[test]
    fn a_response_without_a_date_gets_one() {
        for (before, after) in [
            (HeaderMap::new(), "Sat, 01 Jan 2022 00:00:00 GMT"),
            (dated("now"), "Sat, 01 Jan 2022 00:00:00 GMT"),
            (dated("Sat, 01 Jan 2022 00:00:05 GMT"), "Sat, 01 Jan 2022 00:00:05 GMT"),
        ] {
            let mut headers = before;
            add_date(&mut headers, NOW);
            assert_eq!(headers, dated(after));
        }
        add_date(&mut HeaderMap::new(), u64::MAX);
    }

    fn dated(date: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::DATE, HeaderValue::from_str(date).unwrap())])
    }
}
