//! What can go wrong, said once.
//!
//! Every failure has a stable code word. One table, the [catalogue](ErrorCode), gives for each word its kind, whether
//! trying again can help, who must act, a sentence for the log and a sentence for the person in front of the screen.
//! C and Python read this table; they add nothing to it.
//!
//! No token, code, secret, email or response body ever stands in an [`Error`]: details are built only from what is
//! named at the place where the error is made, and text from outside goes through [`quote`].

use std::fmt;
use std::time::Duration;

use crate::set_cookie::SetCookie;

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// The groups of failures: what a caller may want to treat alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration is wrong or lacks something.
    Config,
    /// A value handed to the call cannot be used.
    Argument,
    /// The browser came back with something that cannot finish a login.
    Login,
    /// A token is not what it must be.
    Token,
    /// Clever refused, or answered what cannot be understood.
    Clever,
    /// Clever could not be reached.
    Network,
    /// A fault of this library or of the machine it runs on.
    Internal,
}

impl ErrorKind {
    /// The kind as a word, for example `token`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Argument => "argument",
            Self::Login => "login",
            Self::Token => "token",
            Self::Clever => "clever",
            Self::Network => "network",
            Self::Internal => "internal",
        }
    }
}

/// Who can put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Actor {
    /// The person who logs in.
    User,
    /// Whoever runs the application.
    App,
    /// Clever.
    Clever,
    /// Whoever runs the network between the application and Clever.
    Network,
}

impl Actor {
    /// The actor as a word: `user`, `app`, `clever` or `network`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::App => "app",
            Self::Clever => "clever",
            Self::Network => "network",
        }
    }
}

struct Entry {
    word: &'static str,
    kind: ErrorKind,
    retryable: bool,
    actor: Actor,
    log: &'static str,
    user: &'static str,
}

const AGAIN: &str = "Signing in did not work this time. Please try again.";
const COOKIES: &str = "Your browser blocked a cookie this site needs to sign you in. Allow cookies for this site, then try again.";
const SESSION: &str = "You signed in, but this site did not remember it. Please tell your teacher or school.";
const SETUP: &str = "This app is not set up for Clever correctly. Please tell your teacher or school.";
const LATER: &str = "Clever cannot be reached right now. Please wait a minute, then try again.";

macro_rules! catalogue {
    ($($variant:ident, $word:literal, $kind:ident, $retryable:literal, $actor:ident, $log:literal, $user:ident;)*) => {
        /// The catalogue of failures. Code words never change their meaning and are never used again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $word, "`: ", $log, ".")] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => &Entry {
                        word: $word,
                        kind: ErrorKind::$kind,
                        retryable: $retryable,
                        actor: Actor::$actor,
                        log: $log,
                        user: $user,
                    },)*
                }
            }
        }
    };
}

// variant, code word, kind, can a retry help, who must act, sentence for the log, sentence for the person
catalogue! {
    ConfigInvalid, "config_invalid", Config, false, App, "the configuration cannot be used", SETUP;
    ClientSecretMissing, "client_secret_missing", Config, false, App, "this operation needs the client secret", SETUP;
    RedirectUriUnknown, "redirect_uri_unknown", Config, false, App, "the redirect URI is not one of the configured ones", SETUP;
    RuntimeRunning, "runtime_running", Config, false, App, "a blocking call was made inside an async runtime: use the async client there", SETUP;

    ArgumentInvalid, "argument_invalid", Argument, false, App, "a value handed to the call cannot be used", SETUP;
    ReturnToUnsafe, "return_to_unsafe", Argument, false, App, "return_to is neither a path of this application nor on an allowed origin", AGAIN;

    CallbackMalformed, "callback_malformed", Login, false, App, "the callback carries neither a code, nor a token, nor an error that can be read", AGAIN;
    CallbackDuplicate, "callback_duplicate", Login, false, User, "the callback names a parameter twice", AGAIN;
    CallbackContradictory, "callback_contradictory", Login, false, User, "the callback carries parameters that exclude each other", AGAIN;
    CallbackIssuer, "callback_issuer", Login, false, User, "the callback comes from another issuer", AGAIN;
    StateMissing, "state_missing", Login, true, User, "the browser arrived without a state: the login began at Clever", AGAIN;
    StateMismatch, "state_mismatch", Login, true, User, "the state belongs to another login", AGAIN;
    PendingMissing, "pending_missing", Login, true, User, "the browser came back without the pending login", AGAIN;
    PendingInvalid, "pending_invalid", Login, true, User, "the pending login was not sealed with a known key", AGAIN;
    PendingExpired, "pending_expired", Login, true, User, "the pending login is older than ten minutes", AGAIN;
    CookiesBlocked, "cookies_blocked", Login, false, User, "the browser came back without the login cookie each time: it probably blocks cookies", COOKIES;
    LoginLoop, "login_loop", Login, false, App, "the login restarted too often without an end", AGAIN;
    SessionNotKept, "session_not_kept", Login, false, App, "the browser signed in several times in a row and came back without a session each time: check the domain, path and Secure attribute of the session cookie", SESSION;

    IdTokenMalformed, "id_token_malformed", Token, false, Clever, "the ID token is not a strict compact JWS", AGAIN;
    IdTokenAlgorithm, "id_token_algorithm", Token, false, Clever, "the ID token is not signed with RS256", AGAIN;
    IdTokenHeader, "id_token_header", Token, false, Clever, "the ID token has a header parameter that must be refused", AGAIN;
    IdTokenKeyUnknown, "id_token_key_unknown", Token, true, Clever, "the ID token names a key that Clever does not publish", AGAIN;
    IdTokenSignature, "id_token_signature", Token, false, Clever, "the signature of the ID token does not verify", AGAIN;
    IdTokenClaims, "id_token_claims", Token, false, Clever, "the claims of the ID token cannot be read", AGAIN;
    IdTokenIssuer, "id_token_issuer", Token, false, Clever, "the ID token has another issuer", AGAIN;
    IdTokenAudience, "id_token_audience", Token, false, Clever, "the ID token is not meant for this client alone", AGAIN;
    IdTokenAuthorizedParty, "id_token_authorized_party", Token, false, Clever, "the ID token was issued to another client", AGAIN;
    IdTokenSubject, "id_token_subject", Token, false, Clever, "the ID token has no usable subject", AGAIN;
    IdTokenExpired, "id_token_expired", Token, true, App, "the ID token has expired", AGAIN;
    IdTokenIssuedAt, "id_token_issued_at", Token, true, App, "the ID token was issued at an impossible time", AGAIN;
    IdTokenNotYetValid, "id_token_not_yet_valid", Token, true, App, "the ID token is not valid yet", AGAIN;
    IdTokenNonce, "id_token_nonce", Token, false, User, "the nonce of the ID token is not that of this login", AGAIN;
    IdTokenAccessToken, "id_token_access_token", Token, false, Clever, "the ID token belongs to another access token", AGAIN;
    UserinfoSubject, "userinfo_subject", Token, false, Clever, "the userinfo answer is about somebody else", AGAIN;
    TokenForeign, "token_foreign", Token, false, User, "the access token was issued to another application", AGAIN;
    TokenRejected, "token_rejected", Token, false, User, "Clever does not accept the access token", AGAIN;

    CallbackUnavailable, "callback_unavailable", Clever, true, Clever, "Clever sent the browser back because it cannot log anybody in at the moment", LATER;
    CallbackRejected, "callback_rejected", Clever, false, App, "Clever sent the browser back because it does not accept the authorization request", SETUP;
    CodeRejected, "code_rejected", Clever, true, User, "Clever does not accept the code: it was spent, has expired or belongs to another client", AGAIN;
    ClientRejected, "client_rejected", Clever, false, App, "Clever does not accept the client id and secret", SETUP;
    TokenRequestRejected, "token_request_rejected", Clever, false, App, "Clever refused the token request", SETUP;
    RequestRejected, "request_rejected", Clever, false, App, "Clever refused the request", SETUP;
    NotFound, "not_found", Clever, false, App, "Clever knows no such resource, or this token does not open it", AGAIN;
    RateLimited, "rate_limited", Clever, true, Clever, "Clever limits the rate of requests", LATER;
    CleverUnavailable, "clever_unavailable", Clever, true, Clever, "Clever cannot answer at the moment", LATER;
    ResponseHtml, "response_html", Clever, true, Network, "HTML came where JSON belongs: a proxy, a captive portal or a wrong address may have answered", LATER;
    ResponseMalformed, "response_malformed", Clever, false, Clever, "the answer cannot be understood", LATER;
    ResponseTooLarge, "response_too_large", Clever, false, Clever, "the answer is larger than 1 MiB", LATER;
    ResponseRedirect, "response_redirect", Clever, false, Network, "a redirect came where an answer belongs, and redirects are not followed", LATER;
    DiscoveryIssuer, "discovery_issuer", Clever, false, App, "the discovery document speaks for another issuer", SETUP;
    KeysUnusable, "keys_unusable", Clever, true, Clever, "the key set holds no key that may verify an ID token", LATER;

    NetworkConnect, "network_connect", Network, true, Network, "no connection could be made", LATER;
    NetworkName, "network_name", Network, true, Network, "the name of the host could not be resolved", LATER;
    NetworkTls, "network_tls", Network, false, Network, "no trusted TLS connection could be made", LATER;
    NetworkTimeout, "network_timeout", Network, true, Network, "the deadline passed before the answer was complete", LATER;
    NetworkInterrupted, "network_interrupted", Network, true, Network, "the connection broke before the answer was complete", LATER;

    CallInterrupted, "call_interrupted", Network, true, App, "the caller gave up waiting before the answer was complete", AGAIN;

    LimitReached, "limit_reached", Internal, true, App, "a limit of this process or machine is reached: open files, threads, ports, lookups of host names, or memory for a system call", AGAIN;
    Internal, "internal", Internal, false, App, "a fault inside the library or of this machine", AGAIN;
}

impl ErrorCode {
    /// The stable code word, for example `id_token_expired`.
    pub const fn as_str(self) -> &'static str {
        self.entry().word
    }

    /// The group this failure belongs to.
    pub const fn kind(self) -> ErrorKind {
        self.entry().kind
    }

    /// Whether the same call, or the same login begun again, may succeed later without anybody changing anything.
    pub const fn retryable(self) -> bool {
        self.entry().retryable
    }

    /// Who can put it right.
    pub const fn actor(self) -> Actor {
        self.entry().actor
    }

    /// The sentence for the log, without the particulars of one failure.
    pub const fn sentence(self) -> &'static str {
        self.entry().log
    }

    /// A sentence that may be shown to the person who logs in.
    pub const fn user_message(self) -> &'static str {
        self.entry().user
    }

    /// The HTTP status of the page that shows this failure to the person: 400, 500 or 503.
    pub const fn page_status(self) -> u16 {
        match self {
            // The browser did nothing wrong: the application loses its session.
            Self::SessionNotKept => 500,
            // It passes by itself, but it is this machine's own.
            Self::LimitReached => 503,
            _ => match (self.kind(), self.actor()) {
                (ErrorKind::Config | ErrorKind::Internal, _) => 500,
                (ErrorKind::Clever | ErrorKind::Network, Actor::App) if !self.retryable() => 500,
                (ErrorKind::Network, _)
                | (ErrorKind::Clever, Actor::App | Actor::Clever | Actor::Network) => 503,
                // What the browser brought.
                _ => 400,
            },
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A failure: its code, and the particulars that help to find the cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    code: ErrorCode,
    detail: Option<Box<str>>,
    http_status: Option<u16>,
    retry_after: Option<Duration>,
    browser_leg: Option<Box<BrowserLeg>>,
}

/// What a failed login means for the browser.
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
        Self { code, detail: None, http_status: None, retry_after: None, browser_leg: None }
    }

    /// `detail` says what was expected and what was found; text from outside must have gone through [`quote`].
    pub(crate) fn with_detail(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into().into_boxed_str()), ..Self::new(code) }
    }

    pub(crate) const fn with_status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    pub(crate) fn with_browser_leg(mut self, set_cookies: Vec<SetCookie>, ends_session: bool) -> Self {
        let leg = self.browser_leg.get_or_insert_default();
        (leg.set_cookies, leg.ends_session) = (set_cookies, ends_session);
        self
    }

    /// What the failed login was begun with: where it wanted to go, and whether Clever lets the person say who they are.
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

    /// Adds to a failure about the times in a token what Clever's own clock said last (in seconds ahead of this machine's),
    /// when that alone explains it: then the token is good and the clock is wrong.
    pub(crate) fn with_clock_skew(mut self, skew: Option<i64>, leeway: u64) -> Self {
        let about_time = matches!(
            self.code,
            ErrorCode::IdTokenExpired | ErrorCode::IdTokenIssuedAt | ErrorCode::IdTokenNotYetValid
        );
        let Some(skew) = skew.filter(|skew| about_time && skew.unsigned_abs() > leeway) else { return self };
        let (by, way) = (skew.unsigned_abs(), if skew > 0 { "behind" } else { "ahead of" });
        let known = self.detail.take().unwrap_or_default();
        self.detail =
            Some(format!("{known}; this machine's clock is {by} s {way} Clever's: set it").into_boxed_str());
        self
    }

    /// A fault of the machine, `what` did not work: a limit that may pass, or `internal`.
    pub(crate) fn of_system(error: &std::io::Error, what: &str) -> Self {
        let limit = crate::process::is_limit(error);
        Self::with_detail(if limit { ErrorCode::LimitReached } else { ErrorCode::Internal }, what)
    }

    /// A fault that a face (C, Python) met before or after it called the core.
    #[doc(hidden)]
    pub fn from_face(code: ErrorCode, detail: &str) -> Self {
        Self::with_detail(code, detail)
    }

    /// The entry of the catalogue.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The group this failure belongs to.
    pub const fn kind(&self) -> ErrorKind {
        self.code.kind()
    }

    /// The HTTP status of Clever's answer that led to this failure, if there was one.
    pub const fn http_status(&self) -> Option<u16> {
        self.http_status
    }

    /// How long to wait before the next attempt, in whole seconds, where the server said it: `Retry-After` (RFC 9110
    /// 10.2.3), or Clever's `X-RateLimit-Reset` when it limits the rate. At most one day, whatever it said.
    pub const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the same call, or the same login begun again, may succeed later without anybody changing anything.
    pub const fn retryable(&self) -> bool {
        self.code.retryable()
    }

    /// The cookies to set with the answer to the browser, after `begin_login` or `finish_login` failed.
    pub fn set_cookies(&self) -> &[SetCookie] {
        self.browser_leg.as_ref().map_or(&[], |leg| &leg.set_cookies)
    }

    /// Whether the session that the browser had must end: a login that this browser began has failed. Devices are shared, so
    /// nobody may go on as the person before.
    pub fn ends_session(&self) -> bool {
        self.browser_leg.as_ref().is_some_and(|leg| leg.ends_session)
    }

    /// Where the failed login wanted to go, as an ASCII URL or path, if that is known: begin the next one with it, so that
    /// "Try again" leads to the same page.
    pub fn return_to(&self) -> Option<&str> {
        self.browser_leg.as_ref().and_then(|leg| leg.return_to.as_deref())
    }

    /// Whether the failed login was begun with `switch_user`, if that is known: begin the next one with it, or "Try again"
    /// signs in the person who wanted to switch.
    pub fn switch_user(&self) -> bool {
        self.browser_leg.as_ref().is_some_and(|leg| leg.switch_user)
    }

    /// A sentence that may be shown to the person who logs in.
    pub const fn user_message(&self) -> &'static str {
        self.code.user_message()
    }

    /// The HTTP status of the page that shows this failure to the person: 400, 500 or 503. With 503, send
    /// [`retry_after`](Self::retry_after) along as `Retry-After` where it is known.
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

impl std::error::Error for Error {}

/// Text from outside, made fit for a log line: at most 64 characters, nothing that could break or forge a line.
pub(crate) fn quote(text: &str) -> String {
    quote_up_to(text, 64)
}

/// The path of a file: the operator set it, and needs all of it.
pub(crate) fn quote_path(path: &std::path::Path) -> String {
    quote_up_to(&path.to_string_lossy(), 1024)
}

fn quote_up_to(text: &str, longest: usize) -> String {
    let shown: String = text.chars().take(longest).flat_map(char::escape_debug).collect();
    if text.chars().nth(longest).is_some() { format!("\"{shown}…\"") } else { format!("\"{shown}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn code_words_are_unique_and_plain() {
        let words: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        for word in words {
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{word}");
        }
    }

    #[test]
    fn sentences_for_people_name_no_protocol() {
        for code in ErrorCode::ALL {
            for word in ["token", "OAuth", "HTTP", "JSON", "redirect", "nonce"] {
                assert!(!code.user_message().contains(word), "{code}: {word}");
            }
        }
    }

    #[test]
    fn the_page_has_a_status_that_says_whose_turn_it_is() {
        for (code, status) in [
            (ErrorCode::ConfigInvalid, 500),
            (ErrorCode::ReturnToUnsafe, 400),
            (ErrorCode::ArgumentInvalid, 400),
            (ErrorCode::CallbackMalformed, 400),
            (ErrorCode::CookiesBlocked, 400),
            (ErrorCode::SessionNotKept, 500),
            (ErrorCode::IdTokenSignature, 400),
            (ErrorCode::CallbackUnavailable, 503),
            (ErrorCode::CallbackRejected, 500),
            (ErrorCode::CodeRejected, 400),
            (ErrorCode::ClientRejected, 500),
            (ErrorCode::RateLimited, 503),
            (ErrorCode::ResponseMalformed, 503),
            (ErrorCode::NetworkTls, 503),
            (ErrorCode::CallInterrupted, 503),
            (ErrorCode::LimitReached, 503),
            (ErrorCode::Internal, 500),
        ] {
            assert_eq!(code.page_status(), status, "{code}");
        }
        for code in ErrorCode::ALL {
            assert!([400, 500, 503].contains(&code.page_status()), "{code}");
            assert!(code.user_message() != LATER || code.page_status() == 503, "{code}");
        }
    }

    #[test]
    fn display_names_the_code_then_the_sentence_then_the_particulars() {
        let error = Error::with_detail(ErrorCode::NotFound, "GET /v3.0/me").with_status(404);
        assert_eq!(
            error.to_string(),
            "not_found: Clever knows no such resource, or this token does not open it: GET /v3.0/me (HTTP 404)"
        );
    }

    #[test]
    fn a_wrong_clock_is_named_only_where_it_explains_the_failure() {
        let expired = || Error::with_detail(ErrorCode::IdTokenExpired, "exp is 1");
        let shown = expired().with_clock_skew(Some(-7200), 60).to_string();
        assert!(
            shown.ends_with("exp is 1; this machine's clock is 7200 s ahead of Clever's: set it"),
            "{shown}"
        );
        for untouched in [expired().with_clock_skew(Some(30), 60), expired().with_clock_skew(None, 60)] {
            assert_eq!(untouched, expired());
        }
        let other = Error::new(ErrorCode::IdTokenNonce);
        assert_eq!(other.clone().with_clock_skew(Some(7200), 60), other);
    }

    #[test]
    fn quoted_text_cannot_break_a_log_line_and_is_short() {
        assert_eq!(quote("a\nb\u{202e}\"c"), r#""a\nb\u{202e}\"c""#);
        assert!(quote(&"x".repeat(100_000)).len() < 80);
    }
}
