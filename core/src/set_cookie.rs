//! A cookie to set: its parts, and the complete `Set-Cookie` value (RFC 6265bis section 4.1).

use std::fmt;

use cookie::{Cookie, SameSite, time::Duration};

/// A cookie that the response to the browser must set.
///
/// Send [`header`](Self::header) as a separate `Set-Cookie` header, or pass the parts to your framework. The attributes without
/// a getter are always the same: `Path=/`, `HttpOnly` and `SameSite=Lax`.
///
/// ```
/// use clever_sso::SetCookie;
///
/// fn set_cookie_headers(cookies: &[SetCookie]) -> Vec<(&'static str, String)> {
///     cookies.iter().map(|cookie| ("Set-Cookie", cookie.header())).collect()
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[must_use = "the browser must keep it"]
pub struct SetCookie {
    name: String,
    value: String,
    max_age: u32,
    secure: bool,
}

impl SetCookie {
    /// The `Path` of every cookie of this library. A name that starts with `__Host-` allows no other path.
    pub const PATH: &'static str = "/";
    /// The `SameSite` of every cookie of this library. With `Strict`, the browser would not send the cookie when it comes back
    /// from Clever.
    pub const SAME_SITE: &'static str = "Lax";

    pub(crate) fn new(name: String, value: String, max_age: u32, secure: bool) -> Self {
        Self { name, value, max_age, secure }
    }

    pub(crate) fn deleting(name: String, secure: bool) -> Self {
        Self::new(name, String::new(), 0, secure)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value. Empty to delete the cookie.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// How long the browser keeps the cookie, in seconds. 0 deletes it.
    pub const fn max_age(&self) -> u32 {
        self.max_age
    }

    /// Whether the browser sends the cookie over https only.
    pub const fn secure(&self) -> bool {
        self.secure
    }

    /// The value of the `Set-Cookie` header: ASCII without control characters.
    pub fn header(&self) -> String {
        Cookie::build((self.name.as_str(), self.value.as_str()))
            .path(Self::PATH)
            .max_age(Duration::seconds(self.max_age.into()))
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
            .to_string()
    }
}

impl fmt::Debug for SetCookie {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SetCookie")
            .field("name", &self.name)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_every_attribute() {
        let cookie = SetCookie::new("__Host-clever_login_k".into(), "v".into(), 600, true);
        assert_eq!(
            cookie.header(),
            "__Host-clever_login_k=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600"
        );
        let plain = SetCookie::deleting("clever_login_k".into(), false);
        assert_eq!(plain.header(), "clever_login_k=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0");
    }

    #[test]
    fn debug_does_not_show_the_value() {
        let cookie = SetCookie::new("name".into(), "hunter2".into(), 600, true);
        assert!(!format!("{cookie:?}").contains("hunter2"));
    }
}
