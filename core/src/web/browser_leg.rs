//! The browser's side of a login: the responses of the login, the callback, the logout and guarded pages.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{ALLOW, WWW_AUTHENTICATE};
use serde_json::json;
use url::Url;

use super::held::{Completed, HeldLogin, HeldLogins, Proven};
use super::identity::SessionIdentity;
use super::options::{Paths, WebOptions};
use super::pages::{self, with_parameters};
use super::problem::Problem;
use super::request::WebRequest;
use super::response::{DENIED, Step, WebResponse};
use crate::browser::Endpoint;
use crate::client::Client;
use crate::error::{Error, ErrorCode, Result, quote};
use crate::login::{Denied, Login, LoginOptions, Outcome, SignedIn, as_shown, leads_to};
use crate::protocol::identity::Identity;
use crate::protocol::pending::MAX_RETURN_TO_BYTES;
use crate::protocol::text::is_switched_on;
use crate::sentences::Language;
use crate::sentences::pages as words;
use crate::set_cookie::SetCookie;

/// The parameter that the waiting page adds when it continues.
const WAITED: &str = "clever_waited";
/// The authentication scheme of a 401. Browsers do not ask for a password because of it (RFC 9110 11.6.1).
const CHALLENGE: &str = "Session realm=\"Log in with Clever\"";
const NOT_ADMITTED: &str = "not_admitted";
const NOT_SIGNED_IN: &str = "not_signed_in";
const NOT_ALLOWED: &str = "not_allowed";
/// Characters that `finish_login` percent-encodes, although `begin_login` accepts them unencoded in a path.
const ENCODED: [(&str, &str); 8] = [
    ("%22", "\""),
    ("%3C", "<"),
    ("%3E", ">"),
    ("%5E", "^"),
    ("%60", "`"),
    ("%7B", "{"),
    ("%7C", "|"),
    ("%7D", "}"),
];

/// The browser's side of a login, without a framework or sessions: you pass requests to it, and it returns the responses and
/// tells when to end the session. Cheap to clone; make one and keep it.
///
/// ```
/// use clever_sso::web::{BrowserLeg, WebOptions, WebRequest};
/// use clever_sso::{Client, Config};
///
/// let config = Config::builder("id").client_secret("secret").redirect_uri("https://app.example/clever/callback");
/// let leg = BrowserLeg::new(Client::new(config.build()?)?, WebOptions::new())?;
/// let request = WebRequest::from(&http::Request::get("/clever/login?next=/grades").body(()).unwrap());
/// assert!(leg.is_login(request.path()));
/// let response = leg.login(&request, false);
/// assert_eq!(response.as_http().status(), 303);
/// # Ok::<(), clever_sso::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct BrowserLeg {
    client: Client,
    options: Arc<WebOptions>,
    paths: Arc<Paths>,
    completed: Arc<Completed>,
}

/// Why an application refuses a person who logged in.
///
/// With `?`, an [`Error`] of a request to Clever's API becomes a `Refused` that shows an error page to the person.
///
/// ```
/// use clever_sso::web::Refused;
///
/// fn check(is_known: bool) -> Result<(), Refused> {
///     if is_known { Ok(()) } else { Err(Refused::with_sentence("Please ask someone at your school for an account.")) }
/// }
/// # assert!(check(false).is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Refused {
    sentence: Option<String>,
    error: Option<Error>,
}

impl Refused {
    /// Refuses with the default sentence: the account has no access to this application.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses with your own sentence, which the person sees.
    pub fn with_sentence(sentence: impl Into<String>) -> Self {
        Self { sentence: Some(sentence.into()), ..Self::default() }
    }

    /// Refuses because the application's own code failed, for example a database. The person sees a page that says that signing
    /// in did not work. The reason goes to the log, so it must contain no name or email address.
    pub fn failed(reason: impl std::fmt::Display) -> Self {
        let fault = format!("the application's own code failed: {reason}");
        Self { error: Some(Error::with_detail(ErrorCode::Internal, fault)), sentence: None }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}

/// How a guard responds to a person that it does not let in.
enum Guard {
    ToLogIn,
    Page,
    Json,
}

impl BrowserLeg {
    /// Checks the options.
    ///
    /// ```no_run
    /// # fn example(client: clever_sso::Client) -> clever_sso::Result<()> {
    /// use clever_sso::web::{BrowserLeg, WebOptions};
    ///
    /// let leg = BrowserLeg::new(client, WebOptions::new().after_login("/grades"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `config_invalid`, with the option and what is wrong; `client_secret_missing` and `redirect_uri_unknown` when the client
    /// has none.
    pub fn new(client: Client, options: WebOptions) -> Result<Self> {
        client.config().client_secret()?;
        let paths = Paths::new(&options, &client.config().redirect_uris)?;
        Ok(Self { client, options: Arc::new(options), paths: Arc::new(paths), completed: Arc::default() })
    }

    /// The client.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Whether requests to this path begin a login. A trailing slash makes no difference.
    pub fn is_login(&self, path: &str) -> bool {
        self.paths.is(&self.paths.login, path)
    }

    /// Whether requests to this path finish a login. A callback at the root has the same path as the front page, and only handles
    /// requests with `code` or `error`: use [`takes_callback`](Self::takes_callback) there.
    pub fn is_callback(&self, path: &str) -> bool {
        self.paths.callbacks.iter().any(|callback| callback == path.strip_suffix('/').unwrap_or(path))
    }

    /// Whether a request finishes a login. Its parameters distinguish a callback at the root from the front page.
    pub fn takes_callback(&self, request: &WebRequest) -> bool {
        let is_at_root = request.path() == "/";
        let has = |name: &str| request.parameter(name).is_some();
        self.is_callback(request.path()) && (!is_at_root || has("code") || has("error"))
    }

    /// Whether requests to this path log the person out.
    pub fn is_log_out(&self, path: &str) -> bool {
        self.paths.is(&self.paths.log_out, path)
    }

    /// Whether requests to this path return who is signed in.
    pub fn is_whoami(&self, path: &str) -> bool {
        self.paths.is(&self.paths.whoami, path)
    }

    /// Whether the browser reaches the application over https: then its session cookie must be `Secure`, and its name should
    /// start with `__Host-`.
    pub fn is_secure(&self) -> bool {
        self.client.config().redirect_uris.first().is_some_and(|uri| uri.starts_with("https:"))
    }

    /// The name for the cookie of your sessions. Over https, only this host can set a cookie with this name.
    pub fn session_cookie_name(&self) -> &'static str {
        if self.is_secure() { "__Host-session" } else { "session" }
    }

    /// The data that a session stores about a person.
    pub fn session_identity(&self, identity: &Identity) -> SessionIdentity {
        SessionIdentity::new(identity, self.options.session_lifetime)
    }

    /// The URL that starts a login. After the login, the person goes to `next`, a path of the application.
    pub fn login_url(&self, request: &WebRequest, next: Option<&str>) -> String {
        self.login_address(request, next, false)
    }

    /// The URL for "Not you?" links: Clever asks the person who they are.
    pub fn switch_user_url(&self, request: &WebRequest, next: Option<&str>) -> String {
        self.login_address(request, next, true)
    }

    /// The URL for a form that logs the person out.
    pub fn log_out_url(&self, request: &WebRequest) -> String {
        self.inside(request, &self.paths.log_out)
    }

    /// The button "Log in with Clever" as HTML, in the person's language. After the login, the person goes to `next`.
    pub fn login_button(&self, request: &WebRequest, next: Option<&str>) -> String {
        pages::button(&self.login_url(request, next), self.language(request))
    }

    /// Who is signed in, with a "Not you?" link and a button to log out, as HTML.
    pub fn signed_in_line(&self, request: &WebRequest, person: &SessionIdentity) -> String {
        let here = self.here(request);
        let other = self.switch_user_url(request, Some(&here));
        pages::signed_in_line(&person.full_name, &other, &self.log_out_url(request), self.language(request))
    }

    /// Begins a login. In the query, `next` is where the person goes afterwards, `district_id` skips Clever's school picker, and
    /// with `switch_user`, Clever asks the person who they are. `has_session` is whether a person is signed in.
    pub fn login(&self, request: &WebRequest, has_session: bool) -> WebResponse {
        if let Some(refused) = self.refused(Endpoint::Login, request) {
            return refused;
        }
        match self.begin(request, has_session) {
            Ok(login) => self.to_clever(&login, request),
            Err(error) => {
                // If the session came back, this deletes the mark of the last sign-in.
                let marks = self.client.session_kept_cookies(request.cookies());
                if error.code() == ErrorCode::SessionNotKept && marks.iter().any(|mark| mark.max_age() == 0) {
                    let advice = "check its Domain, Path, Secure and SameSite";
                    tracing::error!("the session cookie does not come back: {advice}");
                }
                self.failed(request, &error)
            }
        }
    }

    fn begin(&self, request: &WebRequest, has_session: bool) -> Result<Login> {
        let wish = |name: &str| request.parameter(name).filter(|wish| !wish.is_empty());
        let (mut next, mut district_id) =
            (wish("next"), wish("district_id").or_else(|| self.options.district_id.clone()));
        if next.as_deref().is_some_and(|next| self.paths.own().any(|path| leads_to(next, &path))) {
            tracing::warn!(
                "a login continues without its `next`: it is the address of the login, the callback or the logout"
            );
            next = None;
        }
        loop {
            let mut options = LoginOptions::new()
                .cookies(request.cookies())
                .switch_user(is_switched_on(request.parameter("switch_user").as_deref()))
                .has_session(has_session)
                .home(self.inside(request, &self.options.after_login));
            options.return_to.clone_from(&next);
            options.district_id.clone_from(&district_id);
            options.redirect_uri = self.redirect_uri_at(request.host()).map(str::to_owned);
            // The link's author learns nothing, and no person is sent there.
            match self.client.begin_login(&options) {
                Err(error) if error.code() == ErrorCode::ReturnToUnsafe && next.is_some() => {
                    tracing::warn!("a login continues without its `next`: {error}");
                    next = None;
                }
                Err(error) if error.code() == ErrorCode::ArgumentInvalid && district_id.is_some() => {
                    tracing::warn!("a login continues without its `district_id`: {error}");
                    district_id = None;
                }
                begun => return begun,
            }
        }
    }

    /// Finishes a login: one that began here, or one that began at Clever.
    pub async fn callback(&self, request: &WebRequest) -> Step {
        if let Some(refused) = self.refused(Endpoint::Callback, request) {
            return Step::Respond(refused);
        }
        let has = |name: &str| request.parameter(name).is_some();
        // A login without a state is only restarted, which is quick.
        if self.options.waiting_page && has("code") && has("state") && !has(WAITED) {
            let onwards = format!("?{}&{WAITED}=1", request.query());
            return Step::Respond(WebResponse::page(200, pages::waiting(&onwards, self.language(request))));
        }
        let arrived_at = self.redirect_uri_at(request.host()).unwrap_or_default();
        let arrived_at = arrived_at.split('?').next().unwrap_or_default();
        let callback = format!("{arrived_at}?{}", request.query());
        Step::Respond(match self.client.finish_login(&callback, request.cookies()).await {
            Ok(Outcome::SignedIn(signed_in)) => return Step::SignIn(signed_in),
            Ok(Outcome::Restart(restart)) => self.to_clever(&restart.login, request),
            Ok(Outcome::Denied(denied)) => self.denied(request, &denied),
            Err(error) => self.failed(request, &error),
        })
    }

    /// The response to a person who is now signed in: a redirect to the page that they wanted. `login` is the [`SignedIn`] of the
    /// callback, or a [`HeldLogin`].
    pub fn admitted(&self, request: &WebRequest, login: &dyn Proven) -> WebResponse {
        let Identity { id, user_type, .. } = login.identity();
        let role = user_type.as_ref().map_or("role unknown", |user_type| user_type.as_str());
        tracing::info!("signed in with Clever: Clever id {id} ({role})");
        self.onwards(request, login)
    }

    /// The response to a person who was already signed in: a redirect to the page that they wanted.
    pub(crate) fn onwards(&self, request: &WebRequest, login: &dyn Proven) -> WebResponse {
        let home = self.inside(request, &self.options.after_login);
        WebResponse::redirect(login.return_to().unwrap_or(&home), login.set_cookies(), self.language(request))
    }

    /// The response to a person whose login is on hold, with [`HeldLogins`] in the session: a redirect to `page`, a path of your
    /// application where they do what you ask for.
    pub fn held(&self, request: &WebRequest, signed_in: &SignedIn, page: &str) -> WebResponse {
        let target = self.inside(request, page);
        WebResponse::redirect(&target, &self.cookies_while_held(signed_in, 303), self.language(request))
    }

    /// Takes a held login, to sign the person in; the others stay in `held`. Without a key, it is the login that was held first.
    ///
    /// Each login can be taken once **in this process**. Another process may get the same session again: from the browser, if the
    /// browser stores the session, or from a store that two requests read at the same time. If your application runs in several
    /// processes, store [`HeldLogin::key`] where all of them see it, for example in a table with a unique column, and respond
    /// with [`log_in_again`](Self::log_in_again) when it is already there. The router of the feature `axum` does that in its
    /// session store.
    pub fn take_held(&self, held: &mut Option<HeldLogins>, key: Option<&str>) -> Option<HeldLogin> {
        self.completed.take(held, key)
    }

    /// The response when no login is on hold anymore: a redirect to the login.
    pub fn log_in_again(&self, request: &WebRequest) -> WebResponse {
        WebResponse::redirect(&self.login_url(request, None), &[], self.language(request))
    }

    /// The response to a person that the application refuses. The person is not signed in.
    pub fn refused_sign_in(&self, request: &WebRequest, login: &dyn Proven, why: &Refused) -> WebResponse {
        let (code, sentence, status) = match &why.error {
            Some(error) => (error.code().as_str(), error.user_message(), error.page_status()),
            None => (
                NOT_ADMITTED,
                why.sentence.as_deref().unwrap_or(words::NOT_ADMITTED.text(Language::English)),
                403,
            ),
        };
        let id = &login.identity().id;
        let not_admitted = || format!("{NOT_ADMITTED}: the application did not admit this person");
        let reason = why.error.as_ref().map_or_else(not_admitted, Error::to_string);
        tracing::warn!("login with Clever failed: {reason} (Clever id {id})");
        let wishes = (login.return_to(), login.switch_user());
        let mut problem = self.problem(request, (code, sentence, status), wishes);
        problem.retry_after = why.error.as_ref().and_then(Error::retry_after);
        WebResponse::problem_page(problem, self.language(request))
            .cookies(&self.without_sign_in(request, login))
            .ending_session(true)
    }

    /// The response to a person who logged out while their login was in progress. The person is not signed in.
    pub fn logged_out_meanwhile(&self, request: &WebRequest, login: &dyn Proven) -> WebResponse {
        let target = self.inside(request, &self.options.after_log_out);
        WebResponse::redirect(&target, &self.without_sign_in(request, login), self.language(request))
            .ending_session(true)
    }

    /// The response when the application's own code or its session store failed. Log the reason yourself.
    pub fn broken(&self, request: &WebRequest, login: Option<&dyn Proven>) -> WebResponse {
        let error = ErrorCode::Internal;
        let wishes = login.map_or((None, false), |login| (login.return_to(), login.switch_user()));
        let said = (error.as_str(), error.user_message(), error.page_status());
        let cookies = login.map_or_else(Vec::new, |login| self.without_sign_in(request, login));
        WebResponse::problem_page(self.problem(request, said, wishes), self.language(request))
            .cookies(&cookies)
            .ending_session(login.is_some())
    }

    /// The cookies to set with the application's own response, with this status, to a person who proved a login and is not signed
    /// in yet. The counts of sign-ins stay until a page is shown, so a loop through this response ends like any other.
    pub fn cookies_before_sign_in(&self, signed_in: &SignedIn, status: u16) -> Vec<SetCookie> {
        if (300..400).contains(&status) {
            signed_in.set_cookies.clone()
        } else {
            Self::later(signed_in, self.client.log_out_cookies(&sent_from_now_on(signed_in)))
        }
    }

    /// The cookies to set with the application's own response, with this status, to a person whose login is on hold. The next
    /// request shows whether the browser keeps the session.
    pub fn cookies_while_held(&self, signed_in: &SignedIn, status: u16) -> Vec<SetCookie> {
        if (300..400).contains(&status) {
            return signed_in.set_cookies.clone();
        }
        let mut seen = self.client.session_kept_cookies(&sent_from_now_on(signed_in));
        seen.retain(|cookie| cookie.max_age() > 0);
        Self::later(signed_in, seen)
    }

    /// Logs the person out. Only a form on a page of the application may do so. End your session if the response requires it. The
    /// person stays signed in at Clever, as Clever recommends.
    pub fn log_out(&self, request: &WebRequest) -> WebResponse {
        if let Some(refused) = self.refused(Endpoint::Logout, request) {
            return refused;
        }
        let cookies = self.client.log_out_cookies(request.cookies());
        let target = self.inside(request, &self.options.after_log_out);
        WebResponse::redirect(&target, &cookies, self.language(request)).ending_session(true)
    }

    /// The signed-in person, as JSON for scripts.
    pub fn whoami(&self, request: &WebRequest, person: Option<&SessionIdentity>) -> WebResponse {
        match person.map(serde_json::to_value) {
            Some(Ok(person)) => WebResponse::json(200, &person),
            _ => self.not_signed_in_json(request),
        }
    }

    /// The response to a request for a page that is only for signed-in people. A person who opens a page is sent to log in and
    /// comes back to it. A script (`fetch`) gets 401 with JSON. A frame or a submitted form gets 401 with a page.
    pub fn not_signed_in(&self, request: &WebRequest) -> WebResponse {
        match self.guard(request) {
            Guard::ToLogIn => WebResponse::redirect(
                &self.login_url(request, Some(&self.here(request))),
                &[],
                self.language(request),
            ),
            Guard::Json => self.not_signed_in_json(request),
            Guard::Page => {
                let said = (NOT_SIGNED_IN, words::NOT_SIGNED_IN.text(Language::English), 401);
                WebResponse::problem_page(self.problem(request, said, (None, false)), self.language(request))
                    .header(WWW_AUTHENTICATE, CHALLENGE)
            }
        }
    }

    /// The response to a signed-in person without the roles that a page requires: 403, with JSON for a script.
    pub fn not_allowed(&self, request: &WebRequest) -> WebResponse {
        if matches!(self.guard(request), Guard::Json) {
            return WebResponse::json(
                403,
                &json!({"detail": words::NOT_ALLOWED.text(Language::English), "code": NOT_ALLOWED}),
            );
        }
        let here = self.here(request);
        let said = (NOT_ALLOWED, words::NOT_ALLOWED.text(Language::English), 403);
        let mut problem = self.problem(request, said, (Some(&here), false));
        problem.home_url = Some(self.inside(request, &self.options.after_login));
        WebResponse::problem_page(problem, self.language(request))
    }

    /// The cookies to set with the response to a request whose session has a signed-in person: the last sign-in was kept.
    /// `status` is the status of the response; only a page that is shown proves that the person is not in a loop.
    pub fn session_kept(&self, request: &WebRequest, status: u16) -> Vec<SetCookie> {
        let mut cookies = self.client.session_kept_cookies(request.cookies());
        let is_page = request.method() == "GET"
            && (200..300).contains(&status)
            && self.client.refusal(Endpoint::Login, request.browser()).is_none();
        cookies.retain(|cookie| is_page || cookie.max_age() == 0);
        cookies
    }

    fn not_signed_in_json(&self, request: &WebRequest) -> WebResponse {
        let body = json!({"detail": words::NOT_SIGNED_IN.text(Language::English), "code": NOT_SIGNED_IN, "login_url": self.login_url(request, None)});
        WebResponse::json(401, &body).header(WWW_AUTHENTICATE, CHALLENGE)
    }

    /// How a guard responds: with a redirect for a person who can be sent to log in, a page for a person who would lose a form,
    /// and JSON for a script.
    fn guard(&self, request: &WebRequest) -> Guard {
        let may_go = ["GET", "HEAD"].contains(&request.method()) && request.wants_page();
        let refusal = self.client.refusal(Endpoint::Login, &request.browser_as_get());
        // The browser may request a prefetched page again, and can be redirected then.
        if may_go && refusal.is_none_or(|refusal| refusal.status != 403) {
            return Guard::ToLogIn;
        }
        if request.is_for_a_person() { Guard::Page } else { Guard::Json }
    }

    /// The response to a request that must not act: a `HEAD` request, a prefetch, a frame, or a form on another site.
    fn refused(&self, endpoint: Endpoint, request: &WebRequest) -> Option<WebResponse> {
        let refusal = self.client.refusal(endpoint, request.browser())?;
        let response = WebResponse::new(refusal.status, String::new());
        Some(match refusal.allow {
            Some(allow) => response.header(ALLOW, allow),
            None => response,
        })
    }

    fn to_clever(&self, login: &Login, request: &WebRequest) -> WebResponse {
        if login.needs_page {
            return WebResponse::page(200, pages::moved(&login.url, self.language(request)))
                .cookies(&login.set_cookies);
        }
        WebResponse::redirect(&login.url, &login.set_cookies, self.language(request))
    }

    fn denied(&self, request: &WebRequest, denied: &Denied) -> WebResponse {
        tracing::warn!("login with Clever failed: {DENIED}: Clever responded with {}", quote(&denied.error));
        let wishes = (denied.return_to.as_deref(), denied.switch_user);
        WebResponse::problem_page(
            self.problem(request, (DENIED, words::DENIED.text(Language::English), 403), wishes),
            self.language(request),
        )
        .cookies(&denied.set_cookies)
        .ending_session(denied.ends_session)
    }

    fn failed(&self, request: &WebRequest, error: &Error) -> WebResponse {
        tracing::warn!("login with Clever failed: {error}");
        let said = (error.code().as_str(), error.user_message(), error.page_status());
        let mut problem = self.problem(request, said, (error.return_to(), error.switch_user()));
        problem.retry_after = error.retry_after();
        if error.code() == ErrorCode::PageNotAllowed {
            problem.home_url = Some(self.inside(request, &self.options.after_login));
        }
        WebResponse::problem_page(problem, self.language(request))
            .cookies(error.set_cookies())
            .ending_session(error.ends_session())
    }

    /// The language of the pages: from the options, or else from the browser's `Accept-Language`.
    fn language(&self, request: &WebRequest) -> Language {
        let fixed = self.options.language.as_deref().and_then(Language::of_tag);
        fixed.unwrap_or_else(|| request.language())
    }

    /// The error page for the person, with links to the page that they wanted.
    fn problem(
        &self,
        request: &WebRequest,
        (code, sentence, status): (&str, &str, u16),
        (return_to, switch_user): (Option<&str>, bool),
    ) -> Problem {
        let next = return_to.map(as_typed);
        let (next, language) = (next.as_deref(), self.language(request));
        Problem {
            code: code.to_owned(),
            sentence: language.translated(sentence).to_owned(),
            status,
            login_url: self.login_address(request, next, switch_user),
            switch_user_url: self.login_address(request, next, true),
            home_url: None,
            retry_after: None,
            language: language.tag(),
        }
    }

    fn login_address(&self, request: &WebRequest, next: Option<&str>, switch_user: bool) -> String {
        let login = self.inside(request, &self.paths.login);
        // The login would refuse a longer one, and servers in front of the application limit the length of URLs.
        let next = next.map(as_shown).filter(|next| {
            let is_short = next.len() <= MAX_RETURN_TO_BYTES;
            if !is_short {
                let bytes = next.len();
                tracing::warn!(
                    "people continue without the page they wanted: its address has {bytes} bytes, and the limit is \
                     {MAX_RETURN_TO_BYTES}"
                );
            }
            is_short
        });
        let next = next.as_deref().map(|next| ("next", next));
        let switch_user = switch_user.then_some(("switch_user", "1"));
        let parameters: Vec<_> = next.into_iter().chain(switch_user).collect();
        with_parameters(&login, &parameters)
    }

    /// The cookies of a login that Clever accepted but that signs no one in.
    fn without_sign_in(&self, request: &WebRequest, login: &dyn Proven) -> Vec<SetCookie> {
        let sent = sent_from_now_on(login);
        let sent = if login.was_held() { request.cookies() } else { &sent };
        Self::later(login, self.client.log_out_cookies(sent))
    }

    /// The cookies of a login and these cookies: one header for each name (RFC 6265 4.1.1), and the later cookie wins.
    fn later(login: &dyn Proven, mut cookies: Vec<SetCookie>) -> Vec<SetCookie> {
        let earlier = login.set_cookies().iter();
        let earlier = earlier.filter(|cookie| cookies.iter().all(|later| later.name() != cookie.name()));
        let earlier: Vec<_> = earlier.cloned().collect();
        cookies.extend(earlier);
        cookies
    }

    /// The first redirect URI on this host; `None` when there is none, or when it is the primary one.
    fn redirect_uri_at(&self, host: Option<&str>) -> Option<&str> {
        let uris = &self.client.config().redirect_uris;
        let is_at = |uri: &str| -> Option<bool> {
            let uri = Url::parse(uri).ok()?;
            let asked = Url::parse(&format!("{}://{}/", uri.scheme(), host?)).ok()?;
            Some((uri.host_str(), uri.port()) == (asked.host_str(), asked.port()))
        };
        let position = uris.iter().position(|uri| is_at(uri) == Some(true))?;
        (position > 0).then(|| uris.get(position).map(String::as_str))?
    }

    fn here(&self, request: &WebRequest) -> String {
        format!("{}{}", self.paths.root(request.path()), request.address())
    }

    /// A path inside the application, as the browser sees it. Other targets stay unchanged.
    fn inside(&self, request: &WebRequest, target: &str) -> String {
        let root = self.paths.root(request.path());
        if target.starts_with('/') { format!("{root}{target}") } else { target.to_owned() }
    }
}

/// The `Cookie` header that the browser will send once it has the cookies of a login.
fn sent_from_now_on(login: &dyn Proven) -> String {
    let kept = login.set_cookies().iter().filter(|cookie| cookie.max_age() > 0);
    let kept: Vec<_> = kept.map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
    kept.join("; ")
}

/// A `return_to` of `finish_login`, in the shortest form that `begin_login` accepts for the same page.
fn as_typed(return_to: &str) -> Cow<'_, str> {
    let shown = as_shown(return_to);
    // Whole URLs have other rules.
    if !shown.starts_with('/') || !shown.contains('%') {
        return shown;
    }
    Cow::Owned(ENCODED.iter().fold(shown.into_owned(), |text, (escape, letter)| text.replace(escape, letter)))
}
