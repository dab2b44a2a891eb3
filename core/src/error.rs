//! Everything that can go wrong.
//!
//! Every failure has a stable error code, which `error/catalogue.rs` explains. An [`Error`] is one failure: its error code, and
//! details that help to find the cause.
//!
//! An [`Error`] never contains a token, code, secret, email or response body: the code that creates an error only adds details
//! that are safe to show, and text from outside goes through [`quote`].

use std::fmt;
use std::io;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::set_cookie::SetCookie;

mod catalogue;
mod quote;

pub use catalogue::{Actor, ErrorCode, ErrorKind};
pub(crate) use quote::{may_be_secret, quote, quote_path, quote_setting};

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure: its code, and the details that help to find the cause.
///
/// ```
/// use clever_sso::{Client, LoginOptions};
///
/// fn login(client: &Client) -> String {
///     match client.begin_login(&LoginOptions::new()) {
///         Ok(login) => login.url,
///         Err(error) => {
///             eprintln!("no login: {error}, can be fixed by: {}", error.actor());
///             format!("/sorry?status={}&say={}", error.page_status(), error.user_message())
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    detail: Option<Box<str>>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
    lasting: bool,
    browser_leg: Option<Box<BrowserLeg>>,
    cause: Option<Cause>,
}

/// The error number of the operating system.
#[derive(Clone, Debug)]
struct Cause(Arc<io::Error>);

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        (self.0.kind(), self.0.raw_os_error()) == (other.0.kind(), other.0.raw_os_error())
    }
}

impl Eq for Cause {}

// It is a number, and numbers are safe to share.
impl UnwindSafe for Cause {}
impl RefUnwindSafe for Cause {}

/// What the failure of a login means for the browser.
#[derive(Clone, Default, PartialEq, Eq)]
struct BrowserLeg {
    set_cookies: Vec<SetCookie>,
    ends_session: bool,
    return_to: Option<String>,
    switch_user: bool,
}

impl fmt::Debug for BrowserLeg {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BrowserLeg")
            .field("set_cookies", &self.set_cookies)
            .field("ends_session", &self.ends_session)
            .finish_non_exhaustive()
    }
}

impl Error {
    pub(crate) const fn new(code: ErrorCode) -> Self {
        Self {
            code,
            detail: None,
            http_status: None,
            retry_after: None,
            lasting: false,
            browser_leg: None,
            cause: None,
        }
    }

    /// `detail` says what was expected and what was found. Pass text from outside through [`quote`] first.
    pub(crate) fn with_detail(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into().into_boxed_str()), ..Self::new(code) }
    }

    pub(crate) const fn with_status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    /// Marks the failure as permanent until a setting changes, although other errors with this code are temporary.
    pub(crate) const fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }

    pub(crate) fn with_browser_leg(mut self, set_cookies: Vec<SetCookie>, ends_session: bool) -> Self {
        let leg = self.browser_leg.get_or_insert_default();
        (leg.set_cookies, leg.ends_session) = (set_cookies, ends_session);
        self
    }

    /// Adds the options of the failed login: its `return_to`, and whether Clever asks the person who they are.
    pub(crate) fn with_wishes(mut self, return_to: Option<String>, switch_user: bool) -> Self {
        if return_to.is_some() || switch_user {
            let leg = self.browser_leg.get_or_insert_default();
            (leg.return_to, leg.switch_user) = (return_to, switch_user);
        }
        self
    }

    pub(crate) const fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.retry_after = pause;
        self
    }

    /// Adds to a failure about a token's times how far Clever's clock was ahead of this machine's (in seconds), if that explains
    /// the failure: then the token is valid and this machine's clock is wrong.
    pub(crate) fn with_clock_skew(mut self, skew: Option<i64>, leeway: u64) -> Self {
        let explains = |skew: i64| match self.code {
            ErrorCode::IdTokenExpired => skew < 0,
            ErrorCode::IdTokenIssuedAt | ErrorCode::IdTokenNotYetValid => skew > 0,
            _ => false,
        };
        let Some(skew) = skew.filter(|skew| explains(*skew) && skew.unsigned_abs() > leeway) else {
            return self;
        };
        let (by, way) = (skew.unsigned_abs(), if skew > 0 { "behind" } else { "ahead of" });
        let known = self.detail.take().unwrap_or_default();
        self.detail =
            Some(format!("{known}; this machine's clock is {by} s {way} Clever's: set it").into_boxed_str());
        self
    }

    /// Adds the error of the operating system, by its number only, because its text could contain anything.
    pub(crate) fn with_cause(mut self, error: &io::Error) -> Self {
        let number = error.raw_os_error();
        self.cause = number.map(|number| Cause(Arc::new(io::Error::from_raw_os_error(number))));
        self
    }

    /// The error for a problem of the machine while doing `what`: `limit_reached` for a temporary limit, otherwise `internal`.
    pub(crate) fn of_system(error: &io::Error, what: &str) -> Self {
        let limit = crate::process::is_limit(error);
        let code = if limit { ErrorCode::LimitReached } else { ErrorCode::Internal };
        Self::with_detail(code, format!("{what}: {error}")).with_cause(error)
    }

    pub(crate) fn unknown_word(what: &str, word: &str) -> Self {
        Self::with_detail(ErrorCode::ArgumentInvalid, format!("{} is not {what}", quote(word)))
    }

    /// The error for a process that has used up its keys for thread-specific data in C.
    pub(crate) fn no_thread_key(error: &io::Error) -> Self {
        Self::of_system(
            error,
            "the process has used up its keys for thread-specific data (pthread_key_create)",
        )
    }

    /// A failure in C or Python code, before or after it calls the core.
    #[cfg(feature = "__face")]
    #[doc(hidden)]
    pub fn from_face(code: ErrorCode, detail: &str) -> Self {
        Self::with_detail(code, detail)
    }

    /// The error code.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The group this failure belongs to.
    pub const fn kind(&self) -> ErrorKind {
        self.code.kind()
    }

    /// Who can fix it.
    pub const fn actor(&self) -> Actor {
        self.code.actor()
    }

    /// What was expected and what was found, if known. For the log.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The HTTP status of the response from Clever that led to this failure, if there was one.
    pub const fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// How long to wait before the next attempt, in whole seconds, if the server said so: `Retry-After` (RFC 9110
    /// 10.2.3), or Clever's `X-RateLimit-Reset` when it limits the rate. At most one day.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the same call, or the same login started again, may succeed later without any change.
    pub const fn retryable(&self) -> bool {
        self.code.retryable() && !self.lasting
    }

    /// The cookies to set with the response to the browser, after `begin_login` or `finish_login` failed.
    pub fn set_cookies(&self) -> &[SetCookie] {
        self.browser_leg.as_ref().map_or(&[], |leg| &leg.set_cookies)
    }

    /// Whether to end the browser's session: a login that this browser began has failed. Devices are shared, so the next person
    /// must not continue as the last one.
    pub fn ends_session(&self) -> bool {
        self.browser_leg.as_ref().is_some_and(|leg| leg.ends_session)
    }

    /// The `return_to` of the failed login, as an ASCII URL or path, if known. Begin the next login with it, so that "Try again"
    /// leads to the same page.
    pub fn return_to(&self) -> Option<&str> {
        self.browser_leg.as_ref().and_then(|leg| leg.return_to.as_deref())
    }

    /// Whether the failed login began with `switch_user`, if known. Begin the next login with it; otherwise "Try again" signs in
    /// the person who wanted to switch.
    pub fn switch_user(&self) -> bool {
        self.browser_leg.as_ref().is_some_and(|leg| leg.switch_user)
    }

    /// A sentence that may be shown to the person who logs in, in English.
    pub const fn user_message(&self) -> &'static str {
        self.code.user_message()
    }

    /// Like [`user_message`](Self::user_message), in the person's language: a tag such as `es` or `es-MX`, or the value of their
    /// `Accept-Language` header. English and Spanish are available; all other languages get English.
    pub fn user_message_in(&self, language: &str) -> &'static str {
        self.code.user_message_in(language)
    }

    /// The HTTP status of the page that shows this failure to the person: 400, 403, 500 or 503. With 503, also send
    /// [`retry_after`](Self::retry_after) as `Retry-After` if it is known.
    pub const fn page_status(&self) -> u16 {
        self.code.page_status()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.code.sentence())?;
        if let Some(detail) = &self.detail {
            write!(formatter, ": {detail}")?;
        }
        if let Some(status) = self.http_status {
            write!(formatter, " (HTTP {status})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    /// The error of the operating system as a [`std::io::Error`] with its error number, if there was one.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| &*cause.0 as _)
    }
}

/// Defines words of the catalogue, with text and serde support. Each type has `as_str` and `ALL`.
macro_rules! words {
    ($($name:ident, $what:literal;)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = $crate::error::Error;

            /// `argument_invalid` when this version does not have the word.
            fn from_str(word: &str) -> $crate::error::Result<Self> {
                let known = Self::ALL.iter().find(|known| known.as_str() == word).copied();
                known.ok_or_else(|| $crate::error::Error::unknown_word($what, word))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

pub(crate) use words;

words! {
    ErrorCode, "an error code";
    ErrorKind, "an error kind";
    Actor, "an actor";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_shows_code_sentence_and_details() {
        let error = Error::with_detail(ErrorCode::NotFound, "GET /v3.0/me").with_status(404);
        assert_eq!(
            error.to_string(),
            "not_found: Clever does not have this resource, or the token gives no access to it: GET /v3.0/me (HTTP 404)"
        );
    }

    #[test]
    fn the_source_is_an_error_number_of_the_operating_system_and_no_other_text() {
        use std::error::Error as _;

        let refused = io::Error::from_raw_os_error(111);
        let error =
            Error::with_detail(ErrorCode::NetworkConnect, "GET https://clever.com/").with_cause(&refused);
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>()).unwrap();
        assert_eq!((source.raw_os_error(), source.kind()), (Some(111), refused.kind()));
        assert_eq!((error.detail(), error.actor()), (Some("GET https://clever.com/"), Actor::Network));
        assert_eq!(error, error.clone());
        assert_ne!(error, Error::with_detail(ErrorCode::NetworkConnect, "GET https://clever.com/"));
        let told = Error::new(ErrorCode::Internal).with_cause(&io::Error::other("hunter2"));
        assert!(told.source().is_none() && !format!("{told:?}").contains("hunter2"));
    }

    fn is_its_word<T>(all: &[T])
    where
        T: Copy + fmt::Debug + fmt::Display + PartialEq + FromStr<Err = Error>,
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        for value in all {
            let word = value.to_string();
            assert_eq!(word.parse(), Ok(*value));
            let json = serde_json::to_string(value).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
            assert_eq!(format!("{value:>40}").len(), 40);
        }
        let unknown = "no-such-word\n".parse::<T>().unwrap_err();
        assert_eq!(unknown.code(), ErrorCode::ArgumentInvalid);
        assert!(!unknown.to_string().contains('\n'), "{unknown}");
        assert!(serde_json::from_str::<T>("\"no-such-word\"").is_err());
    }

    #[test]
    fn codes_kinds_and_actors_are_words_as_text_and_in_json() {
        is_its_word(ErrorCode::ALL);
        is_its_word(ErrorKind::ALL);
        is_its_word(Actor::ALL);
        for code in ErrorCode::ALL {
            assert!(ErrorKind::ALL.contains(&code.kind()) && Actor::ALL.contains(&code.actor()), "{code}");
        }
    }

    #[test]
    fn a_wrong_clock_is_mentioned_only_when_it_explains_the_failure() {
        let expired = || Error::with_detail(ErrorCode::IdTokenExpired, "exp is 1");
        let shown = expired().with_clock_skew(Some(-7200), 60).to_string();
        assert!(
            shown.ends_with("exp is 1; this machine's clock is 7200 s ahead of Clever's: set it"),
            "{shown}"
        );
        for code in [ErrorCode::IdTokenIssuedAt, ErrorCode::IdTokenNotYetValid] {
            let shown = Error::new(code).with_clock_skew(Some(7200), 60).to_string();
            assert!(shown.ends_with("this machine's clock is 7200 s behind Clever's: set it"), "{shown}");
            assert_eq!(Error::new(code).with_clock_skew(Some(-7200), 60), Error::new(code));
        }
        // A clock that is behind does not make a token look expired.
        for skew in [Some(-30), Some(7200), None] {
            let untouched = expired().with_clock_skew(skew, 60);
            assert_eq!(untouched, expired());
        }
        let other = Error::new(ErrorCode::IdTokenNonce);
        assert_eq!(other.clone().with_clock_skew(Some(7200), 60), other);
    }
}
