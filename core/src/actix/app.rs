//! Protects an application.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::SessionStore;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Key, SameSite, time};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse};

use super::layer;
use super::proven::ProvenLogin;
use super::site::Site;
use super::store::Shared;
use crate::client::Client;
use crate::error::Result;
use crate::web::{BrowserLeg, Problem, Refused, WebOptions};

/// Login, callback and logout for an application, with sessions in a store of actix-session. Cheap to clone; make one, and share
/// it with all threads of the server.
///
/// ```
/// use actix_web::{App, HttpServer, cookie::Key, web};
/// use clever_sso::actix::{CleverSso, Person, actix_session::storage::CookieSessionStore};
/// use clever_sso::web::WebOptions;
///
/// async fn serve(client: clever_sso::Client, key: Key) -> Result<(), Box<dyn std::error::Error>> {
///     let clever = CleverSso::new(client, WebOptions::new(), CookieSessionStore::default(), key)?;
///     let hello = async |person: Person| format!("Hello, {}", person.full_name);
///     let server = HttpServer::new(move || clever.protect(App::new().route("/", web::get().to(hello))));
///     Ok(server.bind(("127.0.0.1", 3000))?.run().await?)
/// }
/// ```
#[must_use = "protect an application with it"]
pub struct CleverSso<Store> {
    site: Site,
    store: Arc<Store>,
    key: Key,
    lifetime: Duration,
}

impl<Store: SessionStore + 'static> CleverSso<Store> {
    /// Checks the options. `store` stores the sessions: `CookieSessionStore` in the browser, any other store on the server. `key`
    /// encrypts the session cookies: make it once with `Key::generate`, keep its bytes with your secrets, and read them with
    /// `Key::try_from`. With another key, all people are logged out. So all processes need the same key.
    ///
    /// ```no_run
    /// # fn example(client: clever_sso::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use actix_web::cookie::Key;
    /// use clever_sso::actix::{CleverSso, actix_session::storage::CookieSessionStore};
    /// use clever_sso::web::WebOptions;
    ///
    /// let key = Key::try_from(std::fs::read("session.key")?.as_slice())?; // 64 random bytes
    /// let options = WebOptions::new().after_login("/grades");
    /// let clever = CleverSso::new(client, options, CookieSessionStore::default(), key)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`BrowserLeg::new`].
    pub fn new(client: Client, options: WebOptions, store: Store, key: Key) -> Result<Self> {
        let lifetime = options.session_lifetime;
        let leg = BrowserLeg::new(client, options)?;
        let site = Site { leg, before_sign_in: None, on_sign_in: None, on_problem: None };
        Ok(Self { site, store: Arc::new(store), key, lifetime })
    }

    /// Calls `decide` for each person who proved a login, before they are signed in. `None` signs them in. A response is sent to
    /// the browser, and the person is not signed in. [`Refused`] shows a page to the person. With `?`, an [`Error`](crate::Error)
    /// of a request to Clever's API shows a page too.
    ///
    /// ```no_run
    /// use clever_sso::actix::{CleverSso, ProvenLogin, actix_session::storage::SessionStore};
    /// use clever_sso::web::Refused;
    ///
    /// # fn example<Store: SessionStore + 'static>(clever: CleverSso<Store>) -> CleverSso<Store> {
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
        Decision: Future<Output = std::result::Result<Option<HttpResponse>, Refused>> + 'static,
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
        Decision: Future<Output = std::result::Result<Option<HttpResponse>, Refused>> + 'static,
    {
        self.site.on_sign_in = Some(Arc::new(move |login| Box::pin(act(login))));
        self
    }

    /// Calls `show` to make the page for a failed login, as HTML. It gets the status of the problem, and the required cookies and
    /// headers.
    ///
    /// ```no_run
    /// use clever_sso::actix::{CleverSso, actix_session::storage::SessionStore};
    /// use clever_sso::web::Problem;
    ///
    /// # fn escape(text: &str) -> &str { text }
    /// # fn example<Store: SessionStore + 'static>(clever: CleverSso<Store>) -> CleverSso<Store> {
    /// clever.on_problem(|problem: &Problem| {
    ///     let (sentence, code) = (escape(&problem.sentence), escape(&problem.code));
    ///     format!("<h1>Please try again</h1><p role=alert>{sentence} <code>{code}</code>")
    /// })
    /// # }
    /// ```
    pub fn on_problem<F>(mut self, show: F) -> Self
    where
        F: Fn(&Problem) -> String + Send + Sync + 'static,
    {
        self.site.on_problem = Some(Arc::new(show));
        self
    }

    /// Adds the login, the callback, the logout and sessions to the application. Do not wrap the result in middleware that
    /// responds by itself, changes paths or reads cookies. The application's own middleware belongs inside: wrap it around the
    /// application before. A `Logger` around the result would also log the codes in the URLs of callbacks.
    ///
    /// The application needs no `SessionMiddleware`: with one of its own, pages for signed-in people respond with status 500.
    ///
    /// ```
    /// use actix_web::dev::{ServiceFactory, ServiceRequest};
    /// use actix_web::middleware::Logger;
    /// use actix_web::{App, Error};
    /// use clever_sso::actix::{CleverSso, actix_session::storage::CookieSessionStore};
    ///
    /// fn app(
    ///     clever: &CleverSso<CookieSessionStore>,
    /// ) -> App<impl ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>> {
    ///     clever.protect(App::new().wrap(Logger::default()))
    /// }
    /// ```
    pub fn protect<T, B>(
        &self,
        app: App<T>,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        > + use<T, B, Store>,
    >
    where
        T: ServiceFactory<
                ServiceRequest,
                Config = (),
                Response = ServiceResponse<B>,
                Error = Error,
                InitError = (),
            > + 'static,
        T::Service: 'static,
        B: MessageBody + 'static,
    {
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let leg = &self.site.leg;
        let sessions = SessionMiddleware::builder(Shared::new(&self.store), self.key.clone())
            // Only this host can set a cookie with this name, and only over https.
            .cookie_name(leg.session_cookie_name().to_owned())
            .cookie_secure(leg.is_secure())
            .cookie_http_only(true)
            // With Strict, the browser would not send the cookie when it comes back from Clever.
            .cookie_same_site(SameSite::Lax)
            .cookie_content_security(CookieContentSecurity::Private)
            .session_lifecycle(BrowserSession::default().state_ttl(time::Duration::seconds(lifetime)));
        let (outer, inner) = (self.site.clone(), self.site.clone());
        app.wrap(from_fn(move |request: ServiceRequest, next: Next<B>| {
            layer::inside(inner.clone(), request, next)
        }))
        .wrap(sessions.build())
        .wrap(from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            layer::outside(outer.clone(), request, next)
        }))
    }
}

impl<Store> Clone for CleverSso<Store> {
    fn clone(&self) -> Self {
        let Self { site, store, key, lifetime } = self;
        Self { site: site.clone(), store: Arc::clone(store), key: key.clone(), lifetime: *lifetime }
    }
}

/// Without the key and the sessions.
impl<Store> fmt::Debug for CleverSso<Store> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CleverSso").field("leg", &self.site.leg).finish_non_exhaustive()
    }
}
