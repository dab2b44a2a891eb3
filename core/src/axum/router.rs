//! Protects a router.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ::axum::Router;
use ::axum::middleware::{from_fn, from_fn_with_state};
use ::axum::response::{IntoResponse, Response};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use super::layer;
use super::neighbors;
use super::proven::ProvenLogin;
use super::site::Site;
use super::store::{Marks, SafeStore};
use crate::client::Client;
use crate::error::{Error, ErrorCode, Result};
use crate::web::{BrowserLeg, Problem, Refused, WebOptions};

/// The time for which tower-sessions stores a session that ends when the browser closes.
const LONGEST_SESSION: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Login, callback and logout for a router, with sessions in a tower-sessions store.
///
/// ```
/// use axum::{Router, routing::get};
/// use clever_sso::axum::{CleverSso, Person, tower_sessions::MemoryStore};
/// use clever_sso::web::WebOptions;
///
/// fn app(client: clever_sso::Client) -> clever_sso::Result<Router> {
///     let clever = CleverSso::new(client, WebOptions::new(), MemoryStore::default())?;
///     Ok(clever.protect(Router::new().route("/", get(async |person: Person| format!("Hello, {}", person.full_name)))))
/// }
/// ```
#[must_use = "protect a router with it"]
pub struct CleverSso<Store> {
    site: Site,
    store: Store,
}

impl<Store: SessionStore + Clone> CleverSso<Store> {
    /// Checks the options. `store` stores the sessions: `MemoryStore` for one process, otherwise a store that all processes
    /// share.
    ///
    /// ```no_run
    /// # fn example(client: clever_sso::Client) -> clever_sso::Result<()> {
    /// use clever_sso::axum::{CleverSso, tower_sessions::MemoryStore};
    /// use clever_sso::web::WebOptions;
    ///
    /// let clever = CleverSso::new(client, WebOptions::new().after_login("/grades"), MemoryStore::default())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`BrowserLeg::new`], and `config_invalid` for a `session_lifetime` of more than 14 days, because tower-sessions does
    /// not store a session that ends with the browser for longer than that.
    pub fn new(client: Client, options: WebOptions, store: Store) -> Result<Self> {
        if options.session_lifetime > LONGEST_SESSION {
            let name = options.name_of("session_lifetime");
            let detail =
                format!("{name} must be at most 14 days: tower-sessions stores a session for no longer");
            return Err(Error::with_detail(ErrorCode::ConfigInvalid, detail));
        }
        let site = Site {
            leg: BrowserLeg::new(client, options)?,
            marks: Marks::new(store.clone()),
            before_sign_in: None,
            on_sign_in: None,
            on_problem: None,
        };
        Ok(Self { site, store })
    }

    /// Calls `decide` for each person who proved a login, before they are signed in. `None` signs them in. A response is sent to
    /// the browser, and the person is not signed in. [`Refused`] shows a page to the person. With `?`, an [`Error`](crate::Error)
    /// of a request to Clever's API shows a page too.
    ///
    /// ```no_run
    /// use clever_sso::axum::{CleverSso, ProvenLogin, tower_sessions::MemoryStore};
    /// use clever_sso::web::Refused;
    ///
    /// # fn example(clever: CleverSso<MemoryStore>) -> CleverSso<MemoryStore> {
    /// clever.before_sign_in(async |login: ProvenLogin| {
    ///     if login.identity().district_id.is_none() {
    ///         return Err(Refused::with_sentence("This app is for schools. Please log in with your school's account."));
    ///     }
    ///     Ok(None)
    /// })
    /// # }
    /// ```
    pub fn before_sign_in<F, Decision>(mut self, decide: F) -> Self
    where
        F: Fn(ProvenLogin) -> Decision + Send + Sync + 'static,
        Decision: Future<Output = std::result::Result<Option<Response>, Refused>> + Send + 'static,
    {
        self.site.before_sign_in = Some(Arc::new(move |login| Box::pin(decide(login))));
        self
    }

    /// Calls `act` for each person who has just been signed in. Their session is new, and you can add data to it. The result
    /// works like that of [`before_sign_in`](Self::before_sign_in): a response is sent instead of the redirect, and the person
    /// stays signed in; [`Refused`] signs the person out.
    pub fn on_sign_in<F, Decision>(mut self, act: F) -> Self
    where
        F: Fn(ProvenLogin) -> Decision + Send + Sync + 'static,
        Decision: Future<Output = std::result::Result<Option<Response>, Refused>> + Send + 'static,
    {
        self.site.on_sign_in = Some(Arc::new(move |login| Box::pin(act(login))));
        self
    }

    /// Calls `show` to make the page for a failed login. A page with status 200, such as from `Html`, gets the status of the
    /// problem. Every page gets the required cookies and headers.
    ///
    /// ```no_run
    /// use axum::response::Html;
    /// use clever_sso::axum::{CleverSso, tower_sessions::MemoryStore};
    /// use clever_sso::web::Problem;
    ///
    /// # fn escape(text: &str) -> &str { text }
    /// # fn example(clever: CleverSso<MemoryStore>) -> CleverSso<MemoryStore> {
    /// clever.on_problem(|problem: &Problem| {
    ///     let (sentence, code) = (escape(&problem.sentence), escape(&problem.code));
    ///     Html(format!("<h1>Please try again</h1><p role=alert>{sentence} <code>{code}</code>"))
    /// })
    /// # }
    /// ```
    pub fn on_problem<F, Page>(mut self, show: F) -> Self
    where
        F: Fn(&Problem) -> Page + Send + Sync + 'static,
        Page: IntoResponse,
    {
        self.site.on_problem = Some(Arc::new(move |problem| show(problem).into_response()));
        self
    }

    /// Adds the login, the callback, the logout and sessions to the router. Do not wrap the result in a layer that responds by
    /// itself or changes paths.
    pub fn protect<S>(self, router: Router<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.protect_with(router, Router::layer)
    }

    /// Like [`protect`](Self::protect), when another layer provides the sessions, such as axum-login's. Do not use
    /// `with_always_save`: a slow response would restore a session that has ended in the meantime.
    ///
    /// ```no_run
    /// use axum::Router;
    /// use axum_login::{AuthManagerLayerBuilder, AuthnBackend};
    /// use clever_sso::axum::{CleverSso, tower_sessions::MemoryStore};
    ///
    /// fn app(clever: CleverSso<MemoryStore>, backend: impl AuthnBackend + 'static, router: Router) -> Router {
    ///     clever.protect_with(router, |router, sessions| {
    ///         router.layer(AuthManagerLayerBuilder::new(backend, sessions).build())
    ///     })
    /// }
    /// ```
    pub fn protect_with<S>(
        self,
        router: Router<S>,
        sessions: impl FnOnce(Router<S>, SessionManagerLayer<SafeStore<Store>>) -> Router<S>,
    ) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let is_secure = self.site.leg.is_secure();
        let layer = SessionManagerLayer::new(SafeStore::new(self.store))
            // Only this host can set a cookie with this name, and only over https.
            .with_name(self.site.leg.session_cookie_name())
            .with_secure(is_secure)
            .with_http_only(true)
            // With Strict, the browser would not send the cookie when it comes back from Clever.
            .with_same_site(SameSite::Lax)
            .with_expiry(Expiry::OnSessionEnd);
        let router = router.layer(from_fn_with_state(self.site, layer::around));
        sessions(router, layer).layer(from_fn(neighbors::without_disguised_cookies))
    }
}

impl<Store> fmt::Debug for CleverSso<Store> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CleverSso").field("leg", &self.site.leg).finish_non_exhaustive()
    }
}
