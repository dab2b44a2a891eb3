//! Whether a request is sent again, and when.

use std::time::Duration;

use http::{Method, StatusCode};

use crate::error::{ErrorCode, Result};
use crate::moment;
use crate::protocol::pause::asked_pause;
use crate::protocol::{Request, Response};

/// Clever asks for at most five attempts.
const MAX_ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// How long to wait before trying again; `None` when that is not safe, cannot help or was done often enough.
///
/// A GET may be repeated. Anything else (the code exchange) only if no byte of it was sent: a code arrives at Clever
/// once. 401 is never tried again.
pub(super) fn pause(request: &Request, result: &Result<Response>, attempt: u32) -> Option<Duration> {
    let repeatable = request.method() == Method::GET;
    let again = match result {
        Ok(response) => repeatable && is_passing(response.status()),
        Err(error) => match error.code() {
            ErrorCode::NetworkConnect | ErrorCode::NetworkName => true,
            ErrorCode::NetworkInterrupted => repeatable,
            _ => false,
        },
    };
    let asked = result.as_ref().ok().and_then(|response| asked_pause(response, Some(moment::now())));
    // Not exactly when the server said either: all others come then.
    (again && attempt < MAX_ATTEMPTS).then(|| asked.unwrap_or_default().saturating_add(backoff(attempt)))
}

const fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// Growing gaps, each shortened by up to a half by chance, so that many clients do not come back at once.
fn backoff(attempt: u32) -> Duration {
    let mut chance = [0];
    // Without chance the gaps are merely regular.
    let _ = aws_lc_rs::rand::fill(&mut chance);
    let full = FIRST_PAUSE * 2_u32.pow(attempt.saturating_sub(1).min(8));
    full.saturating_sub(full * u32::from(chance[0]) / 512)
}

/// Says for the log that `request` is about to be sent for the `attempt`th time. No header, query or body is named.
pub(super) fn tell(request: &Request, result: &Result<Response>, attempt: u32) {
    let reason = match result {
        Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => ErrorCode::RateLimited,
        Ok(_) => ErrorCode::CleverUnavailable,
        Err(error) => error.code(),
    };
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
    use super::*;

    #[test]
    fn gaps_grow_and_differ() {
        for attempt in 1..MAX_ATTEMPTS {
            let gaps: Vec<_> = (0..100).map(|_| backoff(attempt)).collect();
            let full = FIRST_PAUSE * 2_u32.pow(attempt - 1);
            assert!(gaps.iter().all(|gap| *gap <= full && *gap >= full / 2), "{gaps:?}");
            assert!(gaps.iter().any(|gap| *gap != gaps[0]));
        }
    }
}
