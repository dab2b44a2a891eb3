//! The two cookies of the emulator (RFC 6265): who is signed in, and which school was chosen.
//!
//! Cookies ignore ports, and an app under test often has the same host 127.0.0.1. So the name contains "emulator" and the port,
//! and does not collide with the app's cookies or those of a second emulator.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The name of the session cookie of the emulator that listens on `port`.
pub(crate) fn session_name(port: u16) -> String {
    format!("clever_emulator_{port}")
}

/// The name of the cookie that remembers the school.
pub(crate) fn school_name(port: u16) -> String {
    format!("clever_emulator_{port}_school")
}

/// The value of the cookie, if the browser sent it.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// Sets the cookie for this number of seconds.
pub(crate) fn set(name: &str, value: &str, seconds: u64) -> String {
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax")
}

/// Removes the cookie.
pub(crate) fn clear(name: &str) -> String {
    set(name, "", 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; broken"));
        headers.append(COOKIE, HeaderValue::from_static("b=2;clever_emulator_5=abc; c=3"));
        assert_eq!(value(&headers, &session_name(5)), Some("abc"));
        assert_eq!(value(&headers, &session_name(6)), None);
        assert_eq!(value(&headers, &school_name(5)), None);
    }
}
