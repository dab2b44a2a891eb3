//! Whether and when to send a request again.

use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::sleep;

use crate::clock::{self, Instant};
use crate::entropy;
use crate::error::{ErrorCode, Result};
use crate::protocol::pause::asked_pause;
use crate::protocol::{Request, Response};
use crate::stats::Recorder;

/// Clever's documentation allows at most five attempts.
pub(super) const MAX_ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Calls `send` until its result is final, up to a limit of attempts, with a pause before each new attempt. No pause goes beyond
/// `deadline`.
pub(super) async fn repeat<F: Future<Output = Result<Response>>>(
    request: &Request,
    most_attempts: u32,
    deadline: Instant,
    recorder: &Recorder,
    send: impl Fn(u32) -> F,
) -> Result<Response> {
    let mut attempt = 1;
    loop {
        let result = send(attempt).await;
        let pause = pause(request, &result, attempt, clock::unix_time());
        let left = deadline.saturating_duration_since(clock::now());
        // A pause that would end too late is not started: the result is already known.
        let Some(pause) = pause.filter(|pause| attempt < most_attempts && *pause < left) else {
            return result;
        };
        attempt += 1;
        if let Some(reason) = reason(&result) {
            recorder.retry(reason);
            tell(request, reason, attempt);
        }
        sleep(pause).await;
    }
}

/// How long to wait before the next attempt; `None` if another attempt is not safe, cannot help, or would exceed the limit.
///
/// A GET may be repeated. Any other request (the code exchange) may be repeated only if no byte of it was sent, because a code
/// must reach Clever only once. 401 is never retried.
fn pause(request: &Request, result: &Result<Response>, attempt: u32, now: u64) -> Option<Duration> {
    let repeatable = request.method() == Method::GET;
    let again = match result {
        Ok(response) => repeatable && is_passing(response.status()),
        // A proxy that refuses the same credentials five times may lock the account.
        Err(error) if !error.retryable() => false,
        Err(error) => match error.code() {
            // The request was not sent.
            ErrorCode::NetworkConnect | ErrorCode::NetworkName | ErrorCode::LimitReached => true,
            ErrorCode::NetworkInterrupted => repeatable,
            _ => false,
        },
    };
    let asked = result.as_ref().ok().and_then(|response| asked_pause(response, Some(now)));
    // Not exactly at the time that the server named, because all other clients retry then.
    (again && attempt < MAX_ATTEMPTS).then(|| asked.unwrap_or_default().saturating_add(backoff(attempt)))
}

/// Statuses that are temporary and not about the request itself (RFC 9110 15.5.9, RFC 8470 5.2).
const fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502..=504 | 506..=599)
}

/// Why a request failed, according to its HTTP status.
pub(super) fn reason(result: &Result<Response>) -> Option<ErrorCode> {
    match result {
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => Some(ErrorCode::RateLimited),
        Ok(response) if is_passing(response.status()) => Some(ErrorCode::CleverUnavailable),
        Ok(_) => None,
        Err(error) => Some(error.code()),
    }
}

/// Growing pauses, each randomly shortened by up to a half, so that many clients do not retry at the same time.
fn backoff(attempt: u32) -> Duration {
    // Without random numbers, the pauses are just regular.
    let [chance] = entropy::bytes().unwrap_or_default();
    let full = full_pause(attempt);
    full.saturating_sub(full * u32::from(chance) / 512)
}

/// The pause after this attempt, before it is randomly shortened.
fn full_pause(attempt: u32) -> Duration {
    FIRST_PAUSE * 2_u32.pow(attempt.saturating_sub(1).min(8))
}

/// Logs that `request` is about to be sent for the `attempt`th time, without headers, query or body.
fn tell(request: &Request, reason: ErrorCode, attempt: u32) {
    let uri = request.uri();
    tracing::debug!(
        method = %request.method(),
        host = uri.host().unwrap_or_default(),
        path = uri.path(),
        attempt,
        reason = reason.as_str(),
        "sending again"
    );
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::ready;

    use super::*;
    use crate::error::Error;

    /// Longer than all pauses of the backoff together.
    const PATIENT: Duration = Duration::from_secs(10);

    fn request(method: Method) -> Request {
        http::Request::builder().method(method).uri("https://clever.com/me").body(Vec::new()).unwrap()
    }

    fn response(status: u16, headers: &[(&str, &str)]) -> Result<Response> {
        let mut builder = http::Response::builder().status(status);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Vec::new()).map_err(|_| Error::new(ErrorCode::Internal))
    }

    fn failure(code: ErrorCode) -> Result<Response> {
        Err(Error::new(code))
    }

    /// The last result of a request, and the pauses before all attempts but the first.
    struct Course {
        result: Result<Response>,
        pauses: Vec<Duration>,
    }

    /// Sends a request, within `patience`, to a server that gives these responses in turn (repeating the last one), and takes no
    /// time for them.
    async fn course(method: Method, patience: Duration, responses: &[Result<Response>]) -> Course {
        let (begun, times, next) = (clock::now(), RefCell::new(Vec::new()), Cell::new(0));
        let send = |_| {
            times.borrow_mut().push(clock::now());
            let number = next.replace(next.get() + 1);
            ready(responses[number.min(responses.len() - 1)].clone())
        };
        let result = repeat(&request(method), MAX_ATTEMPTS, begun + patience, &Recorder::new(), send).await;
        let times = times.into_inner();
        assert_eq!(times.last(), Some(&clock::now()), "the last result must be returned at once");
        Course { result, pauses: times.windows(2).map(|pair| pair[1] - pair[0]).collect() }
    }

    async fn get(responses: &[Result<Response>]) -> Course {
        course(Method::GET, PATIENT, responses).await
    }

    /// Whether a pause is the backoff after this attempt. Tokio's timers count whole milliseconds.
    fn is_backoff(pause: Duration, attempt: u32) -> bool {
        let full = full_pause(attempt);
        (full / 2..=full + Duration::from_millis(1)).contains(&pause)
    }

    #[tokio::test(start_paused = true)]
    async fn a_temporary_failure_is_tried_five_times_with_growing_pauses() {
        let failures = [
            response(429, &[]),
            response(500, &[]),
            response(502, &[]),
            response(503, &[]),
            response(504, &[]),
            failure(ErrorCode::NetworkConnect),
            failure(ErrorCode::NetworkName),
            failure(ErrorCode::NetworkInterrupted),
        ];
        for failing in failures {
            let Course { result, pauses } = get(std::slice::from_ref(&failing)).await;
            assert_eq!(result.map(|response| response.status()), failing.map(|response| response.status()));
            assert_eq!(pauses.len(), 4, "five attempts");
            for (pause, attempt) in pauses.into_iter().zip(1..) {
                assert!(is_backoff(pause, attempt), "{attempt}: {pause:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_successful_response_ends_the_retries() {
        let course =
            get(&[response(503, &[]), response(500, &[]), response(200, &[]), response(503, &[])]).await;
        assert_eq!((course.result.unwrap().status(), course.pauses.len()), (StatusCode::OK, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_permanent_failure_is_not_retried() {
        let mut results: Vec<_> =
            [200, 204, 302, 400, 401, 403, 404, 501, 505].map(|status| response(status, &[])).into();
        results.extend([ErrorCode::NetworkTls, ErrorCode::ResponseTooLarge].map(failure));
        results.push(Err(Error::new(ErrorCode::NetworkConnect).lasting()));
        for result in results {
            assert!(get(std::slice::from_ref(&result)).await.pauses.is_empty(), "{result:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_post_is_retried_only_if_no_byte_of_it_was_sent() {
        for (failing, attempts) in [
            (failure(ErrorCode::NetworkConnect), 5),
            (failure(ErrorCode::NetworkName), 5),
            (failure(ErrorCode::NetworkInterrupted), 1),
            (response(429, &[("retry-after", "0")]), 1),
            (response(503, &[]), 1),
        ] {
            let course = course(Method::POST, PATIENT, std::slice::from_ref(&failing)).await;
            assert_eq!(course.pauses.len() + 1, attempts, "{failing:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_that_a_server_requests_is_never_shortened() {
        let date = ("date", "Sat, 01 Jan 2022 00:00:00 GMT");
        let asked = [
            [("retry-after", "3"), ("x-unrelated", "1")],
            [date, ("retry-after", "Sat, 01 Jan 2022 00:00:03 GMT")],
            [date, ("x-ratelimit-reset", "1640995203")],
        ];
        for headers in asked {
            let course = get(&[response(429, &headers), response(200, &[])]).await;
            let [pause] = course.pauses[..] else { panic!("{:?}", course.pauses) };
            assert!(is_backoff(pause.checked_sub(Duration::from_secs(3)).unwrap(), 1), "{pause:?}");
        }
    }

    #[test]
    fn without_a_server_date_pauses_use_this_machines_clock() {
        let limited = response(429, &[("x-ratelimit-reset", "1003")]);
        let pause = pause(&request(Method::GET), &limited, 1, 1000).unwrap();
        assert!(is_backoff(pause.checked_sub(Duration::from_secs(3)).unwrap(), 1), "{pause:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_longer_than_the_time_left_is_not_started() {
        for wait in ["10", "11", "86400", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            let (begun, limited) = (clock::now(), response(429, &[("retry-after", wait)]));
            let course = get(&[limited, response(200, &[])]).await;
            assert_eq!(course.result.unwrap().status(), StatusCode::TOO_MANY_REQUESTS, "{wait}");
            assert_eq!(clock::now(), begun, "{wait}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_the_attempts() {
        // Two pauses of at most 100 and 200 ms fit. A third one of at least 200 ms, after at least 150 ms, does not.
        let course = course(Method::GET, Duration::from_millis(340), &[response(503, &[])]).await;
        assert_eq!(course.result.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(course.pauses.len(), 2, "{:?}", course.pauses);
    }

    #[test]
    fn pauses_grow_and_differ() {
        for attempt in 1..MAX_ATTEMPTS {
            let pauses: Vec<_> = (0..100).map(|_| backoff(attempt)).collect();
            let full = FIRST_PAUSE * 2_u32.pow(attempt - 1);
            assert!(pauses.iter().all(|pause| *pause <= full && *pause >= full / 2), "{pauses:?}");
            assert!(pauses.iter().any(|pause| *pause != pauses[0]));
        }
    }
}
