//! What goes into a login, and what comes out of it.

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
    /// The `Cookie` header of the request that begins the login. With it the browser keeps at most eight logins in flight,
    /// and a session that is lost again and again ends with an error instead of a loop.
    pub cookies: Option<String>,
    /// One of the configured redirect URIs; the primary one by default.
    pub redirect_uri: Option<String>,
    /// The district, if it is known: Clever then skips the school picker.
    pub district_id: Option<String>,
    /// Where to go after the login: a path of the application, or a URL on an allowed origin, but not the callback. At most 1,024
    /// bytes, as a browser shows it: percent-encoded letters outside ASCII count as the letters that they are.
    pub return_to: Option<String>,
    /// Whether Clever lets the person confirm who they are (`confirmed=false`). For "Not you?" links: without it, the
    /// same person is signed in again.
    pub switch_user: bool,
    /// Whether the browser has a session of the application. `Some(false)` when you looked and found none: sign-ins that
    /// leave no session then end with `session_not_kept` instead of a loop. `None` when you do not know.
    ///
    /// `Some(true)` when somebody is signed in: where pages send them back to log in again and again, that ends with
    /// `page_not_allowed`.
    pub has_session: Option<bool>,
    /// Where people go after a login without `return_to`: a page of your own. With it, a person who is signed in and sent back to
    /// log in again and again goes there, and not to Clever each time.
    pub home: Option<String>,
}

impl LoginOptions {
    /// All at their defaults.
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

    /// The district, if it is known.
    pub fn district_id(mut self, district_id: impl Into<String>) -> Self {
        self.district_id = Some(district_id.into());
        self
    }

    /// Where to go after the login.
    pub fn return_to(mut self, return_to: impl Into<String>) -> Self {
        self.return_to = Some(return_to.into());
        self
    }

    /// Whether Clever lets the person confirm who they are.
    pub const fn switch_user(mut self, yes: bool) -> Self {
        self.switch_user = yes;
        self
    }

    /// Whether somebody is signed in, where you looked.
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
    /// Send the browser there. It is Clever's, or a page of your own for a person who is signed in and was sent back to log in
    /// several times: then `key` and `pending` are empty.
    pub url: String,
    /// The cookies to set with the redirect.
    pub set_cookies: Vec<SetCookie>,
    /// For applications that keep logins in a session of their own instead: the key to keep [`pending`](Self::pending)
    /// under. [`login_key_of_callback`](crate::login_key_of_callback) finds it again.
    pub key: String,
    /// For the same: what to keep for ten minutes. URL-safe, about 100 bytes.
    pub pending: String,
    /// Whether to answer with a page that leads to `url` by itself, such as one with `<meta http-equiv="refresh">`, and not with a
    /// redirect: browsers give up after some twenty redirects in a row. Only with `has_session`.
    pub needs_page: bool,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Login").field(&Redacted).finish()
    }
}

/// The outcome of a login's second leg. All of it is everyday traffic.
///
/// Another one would be a breaking change, so the compiler sees that you answer all of them.
///
/// ```
/// use clever_sso::Outcome;
///
/// fn answer(outcome: &Outcome) -> String {
///     match outcome {
///         Outcome::SignedIn(signed_in) => format!("a new session, then {:?}", signed_in.return_to),
///         Outcome::Restart(restart) => format!("redirect to {}", restart.login.url),
///         Outcome::Denied(_) => "a page that says so".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "the browser waits for an answer"]
pub enum Outcome {
    /// The person logged in.
    SignedIn(Box<SignedIn>),
    /// The login restarts: send the browser to the new login's URL. The person sees nothing of it.
    Restart(Restart),
    /// Clever refused this person.
    Denied(Denied),
}

impl Outcome {
    /// The cookies to set with the answer to the browser.
    pub fn set_cookies(&self) -> &[SetCookie] {
        match self {
            Self::SignedIn(signed_in) => &signed_in.set_cookies,
            Self::Restart(restart) => &restart.login.set_cookies,
            Self::Denied(denied) => &denied.set_cookies,
        }
    }

    /// Whether the session that the browser had must end: it is replaced by the new one, or the browser's own login was
    /// refused. Devices are shared, so nobody may go on as the person before.
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
    /// Where the application wanted to go, as an ASCII URL or path.
    pub return_to: Option<String>,
    /// Whether the login was begun with `switch_user`: when the application refuses this person, "Try again" begins one with
    /// it too.
    pub switch_user: bool,
    /// The cookies to set with the answer to the browser.
    pub set_cookies: Vec<SetCookie>,
}

/// The login restarts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "the browser must be sent to the new login's URL, and must keep its cookies"]
pub struct Restart {
    /// The new login.
    pub login: Login,
    /// Why: `state_missing`, `state_mismatch`, `pending_missing`, `pending_invalid`, `pending_expired` or `code_rejected`.
    pub reason: ErrorCode,
}

/// Clever refused this person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "the person waits for a page"]
pub struct Denied {
    /// Clever's word, for example `access_denied` or `unauthorized-user`.
    pub error: String,
    /// The text that came with it through the browser. Anybody can make such a URL: do not show it.
    pub description: Option<String>,
    /// Whether the session that the browser had must end: only when this is the answer to a login of this browser.
    pub ends_session: bool,
    /// Where the login wanted to go, as an ASCII URL or path, if that is known: for a link to try again.
    pub return_to: Option<String>,
    /// Whether the login was begun with `switch_user`, if that is known: the link to try again begins one with it too.
    pub switch_user: bool,
    /// The cookies to set with the answer to the browser.
    pub set_cookies: Vec<SetCookie>,
}
