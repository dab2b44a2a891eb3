//! The one cookie of the emulator (RFC 6265): who is signed in at it.
//!
//! Cookies do not tell ports apart, and an app under test mostly lives on the same 127.0.0.1. So the name says
//! "emulator" and carries the port: neither the app's cookies nor those of a second emulator are in its way.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use crate::grants::SESSION_LIFETIME;

/// The name of the cookie of the emulator that listens on `port`.
pub(crate) fn name(port: u16) -> String {
    format!("clever_emulator_{port}")
}

/// The value of the cookie, if the browser sent it.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value)
}

/// Sets the cookie for as long as a sign-in lasts.
pub(crate) fn set(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={SESSION_LIFETIME}; HttpOnly; SameSite=Lax")
}

/// Removes the cookie.
pub(crate) fn clear(name: &str) -> String {
    format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
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
        assert_eq!(value(&headers, &name(5)), Some("abc"));
        assert_eq!(value(&headers, &name(6)), None);
    }
}
