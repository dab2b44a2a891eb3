//! Log in with Clever in axum.
//!
//! [`CleverSso::protect`] gives a router the login, the callback, the log out and sessions. A handler that takes a [`Person`]
//! is only for people who are signed in: others are sent to log in and come back, and scripts get 401 with JSON.
//!
//! ```no_run
//! use axum::{Router, response::Html, routing::get};
//! use clever_sso::axum::tower_sessions::MemoryStore;
//! use clever_sso::axum::{Clever, CleverSso, Person, Rejection, login_required};
//! use clever_sso::{Client, Config, web::WebOptions};
//!
//! async fn home(clever: Clever, person: Option<Person>) -> Html<String> {
//!     Html(person.map_or_else(|| clever.login_button(None), |person| clever.signed_in_line(&person)))
//! }
//!
//! async fn grades(person: Person) -> Result<String, Rejection> {
//!     person.require(["teacher", "staff"])?;
//!     Ok(format!("grades for {}", person.full_name))
//! }
//!
//! # fn example() -> clever_sso::Result<Router> {
//! let config = Config::builder("client id")
//!     .client_secret("client secret")
//!     .redirect_uri("https://app.example/clever/callback");
//! let client = Client::new(config.build()?)?;
//! let clever = CleverSso::new(client, WebOptions::new(), MemoryStore::default())?;
//!
//! let teachers = Router::new().route("/staffroom", get(|| async { "coffee" })).route_layer(login_required(["teacher"]));
//! let app = Router::new().route("/", get(home)).route("/grades", get(grades)).merge(teachers);
//! let app = clever.protect(app); // the last layer, around everything
//! # Ok(app)
//! # }
//! ```
//!
//! The pages are at `/clever/login`, `/clever/logout` (for a form with `method="post"`), `/clever/whoami`, and at the path of
//! the redirect URI. Sessions are those of tower-sessions, in any of its stores; a sign-in gives a session a new id, and it ends
//! after 12 hours, or with the browser.
//!
//! With axum-login, let [`CleverSso::protect_with`] put its layer around the router, and sign the person in there with
//! [`CleverSso::on_sign_in`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ::axum::Router;
use ::axum::body::Body;
use ::axum::middleware::{from_fn, from_fn_with_state};
use ::axum::response::{IntoResponse, Response};
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use crate::client::Client;
use crate::error::{Error, Result};
use crate::login::{Denied, Login, Restart};
use crate::web::{BrowserLeg, Problem, Refused, WebAnswer, WebOptions};

mod endpoints;
mod neighbors;
mod people;
mod proven;
mod sessions;

pub use people::{Allowed, Clever, Person, Rejection, Roles, login_required};
pub use proven::ProvenLogin;

pub use tower_sessions;

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Decide = dyn Fn(ProvenLogin) -> Later<std::result::Result<Option<Response>, Refused>> + Send + Sync;
type Show = dyn Fn(&Problem) -> Response + Send + Sync;

/// Login, callback and log out for a router, with sessions in a store of tower-sessions.
#[must_use = "protect a router with it"]
pub struct CleverSso<Store> {
    site: Site,
    store: Store,
}

/// What every request needs. Cheap to clone.
#[derive(Clone)]
struct Site {
    leg: BrowserLeg,
    store: Arc<dyn SessionStore>,
    before_sign_in: Option<Arc<Decide>>,
    on_sign_in: Option<Arc<Decide>>,
    on_problem: Option<Arc<Show>>,
}

impl<Store: SessionStore + Clone> CleverSso<Store> {
    /// Checks the options. `store` keeps the sessions: `MemoryStore` for one process, else one that all processes share.
    ///
    /// # Errors
    /// As [`BrowserLeg::new`].
    pub fn new(client: Client, options: WebOptions, store: Store) -> Result<Self> {
        let site = Site {
            leg: BrowserLeg::new(client, options)?,
            store: Arc::new(store.clone()),
            before_sign_in: None,
            on_sign_in: None,
            on_problem: None,
        };
        Ok(Self { site, store })
    }

    /// Lets `decide` decide about each person who proved a login, before they are signed in: `None` lets them in. A response is sent
    /// to the browser, and nobody is signed in; so is [`Refused`], as a page for the person. An [`Error`] of a question to
    /// Clever's API becomes one with `?`.
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

    /// Calls `act` with each person who is signed in now: their session is new, and may be added to. What it returns is as for
    /// [`before_sign_in`](Self::before_sign_in): a response is sent instead of the redirect, and the person stays signed in;
    /// with [`Refused`] nobody is.
    pub fn on_sign_in<F, Decision>(mut self, act: F) -> Self
    where
        F: Fn(ProvenLogin) -> Decision + Send + Sync + 'static,
        Decision: Future<Output = std::result::Result<Option<Response>, Refused>> + Send + 'static,
    {
        self.site.on_sign_in = Some(Arc::new(move |login| Box::pin(act(login))));
        self
    }

    /// Lets `show` make the page of a failed login.
    pub fn on_problem<F, Page>(mut self, show: F) -> Self
    where
        F: Fn(&Problem) -> Page + Send + Sync + 'static,
        Page: IntoResponse,
    {
        self.site.on_problem = Some(Arc::new(move |problem| show(problem).into_response()));
        self
    }

    /// The router with the login, the callback, the log out and sessions around it. Put no layer around it that answers by itself or
    /// changes paths.
    pub fn protect<S>(self, router: Router<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.protect_with(router, Router::layer)
    }

    /// The same, where another layer brings the sessions: that of axum-login, for example.
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
        sessions: impl FnOnce(Router<S>, SessionManagerLayer<Store>) -> Router<S>,
    ) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let is_secure = self.site.leg.is_secure();
        let layer = SessionManagerLayer::new(self.store)
            // A cookie of this name comes from this host only, and over https only.
            .with_name(self.site.leg.session_cookie_name())
            .with_secure(is_secure)
            .with_http_only(true)
            // With Strict the browser would not send it when it comes back from Clever.
            .with_same_site(SameSite::Lax)
            .with_expiry(Expiry::OnSessionEnd);
        let router = router.layer(from_fn_with_state(self.site, endpoints::around));
        sessions(router, layer).layer(from_fn(neighbors::without_disguised_cookies))
    }
}

impl<Store> fmt::Debug for CleverSso<Store> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CleverSso").field("leg", &self.site.leg).finish_non_exhaustive()
    }
}

impl IntoResponse for WebAnswer {
    fn into_response(self) -> Response {
        self.into_http().map(Body::from)
    }
}

impl IntoResponse for Error {
    /// The page for the person, with its status and cookies.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebAnswer::from(&self))
    }
}

impl IntoResponse for Login {
    /// The redirect to Clever, with its cookies.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebAnswer::from(&self))
    }
}

impl IntoResponse for Restart {
    /// The redirect to Clever, with its cookies.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebAnswer::from(&self))
    }
}

impl IntoResponse for Denied {
    /// The page for the person, with its cookies.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebAnswer::from(&self))
    }
}
