//! Responses to the browser.

use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use http::header::{REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, X_CONTENT_TYPE_OPTIONS};
use http::{Response, StatusCode};

use super::pages;
use super::problem::Problem;
use crate::error::Error;
use crate::login::{Denied, Login, Restart, SignedIn};
use crate::sentences::Language;
use crate::sentences::pages as words;
use crate::set_cookie::SetCookie;

const HTML: &str = "text/html; charset=utf-8";
/// nginx accepts 4 KiB of headers, including those that servers add, and otherwise responds with 502. The address of a page
/// outside ASCII takes up to 3 KiB.
const MAX_HEADER_BYTES: usize = 3936;
/// The approximate size of the cookie of a server-side session.
const SESSION_COOKIE_BYTES: usize = 200;

pub(super) const DENIED: &str = "access_denied";

/// What to do with a callback.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "the browser waits for a response"]
pub enum Step {
    /// Send this to the browser.
    Respond(WebResponse),
    /// The person proved the login: end the old session, start a new one, and respond with
    /// [`BrowserLeg::admitted`](super::BrowserLeg::admitted); or respond with
    /// [`BrowserLeg::refused_sign_in`](super::BrowserLeg::refused_sign_in).
    SignIn(Box<SignedIn>),
}

/// A response to the browser, and whether to end its old session.
///
/// ```
/// use clever_sso::web::WebResponse;
///
/// fn send(response: WebResponse, end_session: impl FnOnce()) -> http::Response<String> {
///     if response.ends_session() {
///         end_session();
///     }
///     response.into_http()
/// }
/// ```
#[derive(Clone)]
#[must_use = "the browser waits for it"]
pub struct WebResponse {
    http: Response<String>,
    ends_session: bool,
    problem: Option<Box<Problem>>,
}

impl WebResponse {
    pub(super) fn new(status: u16, body: String) -> Self {
        let mut http = Response::new(body);
        *http.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // The page is for one person, and the address of the callback contains a code.
        http.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        http.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        Self { http, ends_session: false, problem: None }
    }

    /// A redirect. If the address is too long for one, it is a page that continues by itself.
    pub(super) fn redirect(target: &str, cookies: &[SetCookie], language: Language) -> Self {
        let response = Self::new(303, String::new()).header(LOCATION, target).cookies(cookies);
        let headers = response.http.headers();
        let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if headers.contains_key(LOCATION) && bytes + SESSION_COOKIE_BYTES <= MAX_HEADER_BYTES {
            return response;
        }
        Self::page(200, pages::moved(target, language)).cookies(cookies)
    }

    /// One of the pages of this crate.
    pub(super) fn page(status: u16, html: String) -> Self {
        Self::new(status, html).header(CONTENT_TYPE, HTML).header(CONTENT_SECURITY_POLICY, &pages::POLICY)
    }

    pub(super) fn problem_page(problem: Problem, language: Language) -> Self {
        let mut response = Self::page(problem.status, pages::problem(&problem, language));
        if let Some(pause) = problem.retry_after {
            response = response.header(RETRY_AFTER, &pause.as_secs().to_string());
        }
        Self { problem: Some(Box::new(problem)), ..response }
    }

    pub(super) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, body.to_string())
            .header(CONTENT_TYPE, "application/json")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.http.headers_mut().insert(name, value);
        }
        self
    }

    pub(super) fn cookies(mut self, cookies: &[SetCookie]) -> Self {
        for cookie in cookies {
            if let Ok(value) = HeaderValue::from_str(&cookie.header()) {
                self.http.headers_mut().append(SET_COOKIE, value);
            }
        }
        self
    }

    pub(super) const fn ending_session(mut self, yes: bool) -> Self {
        self.ends_session = yes;
        self
    }

    /// Whether to end the browser's session: the person logged out, or a login that this browser began has failed. Devices are
    /// shared, so the next person must not continue as the last one.
    pub const fn ends_session(&self) -> bool {
        self.ends_session
    }

    /// What went wrong, if this is an error page.
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_deref()
    }

    /// Replaces this crate's page by your own page (HTML).
    pub fn with_page(mut self, html: impl Into<String>) -> Self {
        *self.http.body_mut() = html.into();
        self.http.headers_mut().remove(CONTENT_SECURITY_POLICY);
        self.header(CONTENT_TYPE, HTML)
    }

    /// The response: its status, its headers with the cookies, and its body.
    pub const fn as_http(&self) -> &Response<String> {
        &self.http
    }

    /// Like [`as_http`](Self::as_http), as an owned response that you can send.
    pub fn into_http(self) -> Response<String> {
        self.http
    }
}

impl std::fmt::Debug for WebResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WebResponse")
            .field("status", &self.http.status())
            .field("ends_session", &self.ends_session)
            .finish_non_exhaustive()
    }
}

/// The redirect to Clever, with its cookies.
impl From<&Login> for WebResponse {
    fn from(login: &Login) -> Self {
        if login.needs_page {
            return Self::page(200, pages::moved(&login.url, Language::English)).cookies(&login.set_cookies);
        }
        Self::redirect(&login.url, &login.set_cookies, Language::English)
    }
}

/// The redirect to Clever, with its cookies.
impl From<&Restart> for WebResponse {
    fn from(restart: &Restart) -> Self {
        Self::from(&restart.login)
    }
}

/// A page in English that says that Clever refused, with its cookies and without links. End the session if
/// [`ends_session`](WebResponse::ends_session) is true. [`BrowserLeg::callback`](super::BrowserLeg::callback) makes the page with
/// links, in the person's language.
impl From<&Denied> for WebResponse {
    fn from(denied: &Denied) -> Self {
        let problem = Problem::without_links(DENIED, words::DENIED.text(Language::English), 403);
        Self::problem_page(problem, Language::English)
            .cookies(&denied.set_cookies)
            .ending_session(denied.ends_session)
    }
}

/// A page in English with the error's sentence for the person, with its status and cookies and without links. End the session if
/// [`ends_session`](WebResponse::ends_session) is true.
impl From<&Error> for WebResponse {
    fn from(error: &Error) -> Self {
        let problem =
            Problem::without_links(error.code().as_str(), error.user_message(), error.page_status());
        let problem = Problem { retry_after: error.retry_after(), ..problem };
        Self::problem_page(problem, Language::English)
            .cookies(error.set_cookies())
            .ending_session(error.ends_session())
    }
}
