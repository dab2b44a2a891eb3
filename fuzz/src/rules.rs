//! Checks that every target makes.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use clever_sso::Error;

/// Strings of this length do not occur in an error by chance.
const LONG_ENOUGH: usize = 16;
/// One in this many inputs is also tried at a much greater length.
const ONE_IN: u64 = 128;
const STRETCHED: usize = 128 * 1024;
/// A linear reader takes milliseconds for `STRETCHED` bytes, a quadratic one minutes.
const MOST_SECONDS: f64 = 2.0;

/// An error can be logged: it is one line and contains none of these secrets.
pub fn tells_nothing<'a>(error: &Error, secrets: impl IntoIterator<Item = &'a str>) {
    let said = format!("{error}\n{error:?}");
    assert!(
        !error.to_string().chars().any(char::is_control),
        "an error contains a control character: {error:?}"
    );
    assert!(error.to_string().len() < 2000, "an error is too long: {error}");
    assert!([400, 403, 500, 503].contains(&error.page_status()), "{error}");
    assert!(error.retry_after().is_none_or(|pause| pause.as_secs() <= 86_400), "{error}");
    for secret in secrets {
        // An error shows some texts quoted, so that others of backslashes or quotation marks would seem to be in it.
        let is_word = secret.bytes().all(|byte| byte.is_ascii_graphic() && !br#"\"'"#.contains(&byte));
        if secret.len() >= LONG_ENOUGH && is_word && !is_ours(secret) {
            assert!(!said.contains(secret), "an error contains a secret: {said}");
        }
    }
}

/// Whether the library itself writes this text, such as the name of a client.
fn is_ours(text: &str) -> bool {
    [crate::people::ISSUER, crate::people::CLIENT_ID].iter().any(|own| own.contains(text))
        || clever_sso::ErrorCode::ALL.iter().any(|code| code.as_str().contains(text))
}

/// Reading takes linear time at most: a part of the input is repeated until it is long. Only some inputs are tried. The time is
/// CPU time of this thread, so a busy machine does not matter.
pub fn is_linear(data: &[u8], read: impl Fn(&[u8])) {
    let hash = hash(data);
    if data.is_empty() || data.len() > STRETCHED || !hash.is_multiple_of(ONE_IN) {
        return;
    }
    let start = index(hash >> 8, data.len());
    let end = start + 1 + index(hash >> 32, (data.len() - start).min(24));
    let (before, part, after) = (&data[..start], &data[start..end], &data[end..]);
    let long = [before, &part.repeat(STRETCHED / part.len()), after].concat();
    let began = seconds();
    read(&long);
    let took = seconds() - began;
    assert!(took < MOST_SECONDS, "{took} s for {} bytes", long.len());
}

/// A number that depends only on the input.
pub fn hash(data: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    data.hash(&mut hasher);
    hasher.finish()
}

/// An index into a list that is not empty.
pub fn index(number: u64, length: usize) -> usize {
    usize::try_from(number % length.max(1) as u64).unwrap_or(0)
}

/// The CPU time of this thread.
fn seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is valid during the call.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
