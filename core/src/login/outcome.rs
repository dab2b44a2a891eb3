//! Options and outcomes of a login.

use crate::error::ErrorCode;
use crate::protocol::identity::Identity;
use crate::protocol::token::Tokens;
use crate::secret::Redacted;
use crate::set_cookie::SetCookie;

/// Options for `begin_login`. Everything has a default.
///
/// ```
/// use clever_sso::LoginOptions;
///
/// # let (cookie_header, is_signed_in) = ("", false);
/// let options = LoginOptions::new().cookies(cookie_header).has_session(is_signed_in).return_to("/grades");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct LoginOptions {
    /// The `Cookie` header of the request that begins the login. With it, the browser keeps at most eight logins in progress, and
    /// repeatedly lost sessions end with an error instead of a loop.
    pub cookies: Option<String>,
    /// One of the configured redirect URIs; the primary one by default.
    pub redirect_uri: Option<String>,
    /// The district, if known: Clever then skips the school picker.
    pub district_id: Option<String>,
    /// Where to go after the login: a path of the application, or a URL on an allowed origin, but not the callback. At most 1,024
    /// bytes, as a browser shows it: percent-encoded letters outside ASCII count as the letters they stand for.
    pub return_to: Option<String>,
    /// Whether Clever asks the person to confirm who they are (`confirmed=false`), for "Not you?" links. Without it, the same
    /// person is signed in again.
    pub switch_user: bool,
    /// Whether the browser has a session of the application. Set `Some(false)` when you looked and found none: sign-ins that
    /// leave no session then end with `session_not_kept` instead of a loop. `None` means unknown.
    ///
    /// Set `Some(true)` when a person is signed in: a page that repeatedly sends them back to log in then ends with
    /// `page_not_allowed`.
    pub has_session: Option<bool>,
    /// Where people go after a login without `return_to`: a page of yours. A signed-in person who is repeatedly sent back to log
    /// in goes there instead of to Clever each time.
    pub home: Option<String>,
}

impl LoginOptions {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// The `Cookie` header of the request that begins the login.
    pub fn cookies(mut self, header: impl Into<String>) -> Self {
        self.cookies = Some(header.into());
        self
    }

    /// One of the configured redirect URIs.
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// The district, if known.
    pub fn district_id(mut self, district_id: impl Into<String>) -> Self {
        self.district_id = Some(district_id.into());
        self
    }

    /// Where to go after the login.
    pub fn return_to(mut self, return_to: impl Into<String>) -> Self {
        self.return_to = Some(return_to.into());
        self
    }

    /// Whether Clever asks the person to confirm who they are.
    pub const fn switch_user(mut self, yes: bool) -> Self {
        self.switch_user = yes;
        self
    }

    /// Whether a person is signed in, if you checked.
    pub const fn has_session(mut self, yes: bool) -> Self {
        self.has_session = Some(yes);
        self
    }

    /// Where people go after a login without `return_to`.
    pub fn home(mut self, page: impl Into<String>) -> Self {
        self.home = Some(page.into());
        self
    }
}

impl std::fmt::Debug for LoginOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("LoginOptions")
            .field("redirect_uri", &self.redirect_uri)
            .field("district_id", &self.district_id)
            .field("switch_user", &self.switch_user)
            .field("has_session", &self.has_session)
            .finish_non_exhaustive()
    }
}

/// A login that has begun.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "the browser must be sent to its URL, and must keep its cookies"]
pub struct Login {
    /// The URL to send the browser to: Clever's, or your own page if a signed-in person was sent back to log in several times. In
    /// that case, `key` and `pending` are empty.
    pub url: String,
    /// The cookies to set with the redirect.
    pub set_cookies: Vec<SetCookie>,
    /// For applications that store logins in their own session instead: the key for [`pending`](Self::pending).
    /// [`login_key_of_callback`](crate::login_key_of_callback) returns it again.
    pub key: String,
    /// For the same applications: the text to store for ten minutes under `key`. URL-safe, about 100 bytes.
    pub pending: String,
    /// Whether to respond with a page that continues to `url` by itself (for example with `<meta http-equiv="refresh">`) instead
    /// of a redirect, because browsers give up after about twenty redirects in a row. Only used with `has_session`.
    pub needs_page: bool,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Login").field(&Redacted).finish()
    }
}

/// The result of a callback. All variants happen in normal use.
///
/// A new variant would be a breaking change, so the compiler makes sure that you handle all of them.
///
/// ```
/// use clever_sso::Outcome;
///
/// fn response(outcome: &Outcome) -> String {
///     match outcome {
///         Outcome::SignedIn(signed_in) => format!("a new session, then {:?}", signed_in.return_to),
///         Outcome::Restart(restart) => format!("redirect to {}", restart.login.url),
///         Outcome::Denied(_) => "a page that says so".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "the browser waits for a response"]
pub enum Outcome {
    /// The person logged in.
    SignedIn(Box<SignedIn>),
    /// The login restarts: send the browser to the new login's URL. The person does not notice.
    Restart(Restart),
    /// Clever refused this person.
    Denied(Denied),
}

impl Outcome {
    /// The cookies to set with the response to the browser.
    pub fn set_cookies(&self) -> &[SetCookie] {
        match self {
            Self::SignedIn(signed_in) => &signed_in.set_cookies,
            Self::Restart(restart) => &restart.login.set_cookies,
            Self::Denied(denied) => &denied.set_cookies,
        }
    }

    /// Whether to end the browser's session: a new session replaces it, or the browser's own login was refused. Devices are
    /// shared, so the next person must not continue as the last one.
    pub const fn ends_session(&self) -> bool {
        match self {
            Self::SignedIn(_) => true,
            Self::Restart(_) => false,
            Self::Denied(denied) => denied.ends_session,
        }
    }
}

/// The person logged in.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "the person waits for a session"]
pub struct SignedIn {
    /// The person.
    pub identity: Identity,
    /// The tokens of this login.
    pub tokens: Tokens,
    /// The `return_to` of the login, as an ASCII URL or path.
    pub return_to: Option<String>,
    /// Whether the login began with `switch_user`. If the application refuses this person, begin the login of "Try again" with it
    /// too.
    pub switch_user: bool,
    /// The cookies to set with the response to the browser.
    pub set_cookies: Vec<SetCookie>,
}

/// The login restarts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "the browser must be sent to the new login's URL, and must keep its cookies"]
pub struct Restart {
    /// The new login.
    pub login: Login,
    /// The reason: `state_missing`, `state_mismatch`, `pending_missing`, `pending_invalid`, `pending_expired` or `code_rejected`.
    pub reason: ErrorCode,
}

/// Clever refused this person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "the person waits for a page"]
pub struct Denied {
    /// Clever's error code, for example `access_denied` or `unauthorized-user`.
    pub error: String,
    /// The text that came with the error through the browser. Anyone can make such a URL: do not show it.
    pub description: Option<String>,
    /// Whether to end the browser's session: only when the refused login began in this browser.
    pub ends_session: bool,
    /// The `return_to` of the login, as an ASCII URL or path, if known: for a "Try again" link.
    pub return_to: Option<String>,
    /// Whether the login began with `switch_user`, if known. Begin the login of "Try again" with it too.
    pub switch_user: bool,
    /// The cookies to set with the response to the browser.
    pub set_cookies: Vec<SetCookie>,
}
