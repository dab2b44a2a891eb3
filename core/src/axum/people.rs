//! The signed-in person, for handlers.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::axum::extract::{FromRequestParts, OptionalFromRequestParts};
use ::axum::http::Extensions;
use ::axum::http::request::Parts;
use ::axum::middleware::{FromExtractorLayer, from_extractor_with_state};
use ::axum::response::{IntoResponse, Response};
use tower_sessions::Session;
use tower_sessions::session::Id;

use super::endpoints::Call;
use super::site::Site;
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::protocol::person::{IntoRoles, RoleName};
use crate::web::{HeldLogin, HeldLogins, SessionIdentity, WebRequest};

/// Data of a request for the extractors.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) site: Site,
    pub(super) request: Arc<WebRequest>,
    pub(super) session: Session,
    pub(super) sent: Option<Id>,
    pub(super) person: Option<Arc<SessionIdentity>>,
    pub(super) held: Option<Arc<HeldLogins>>,
    /// Whether the response may contain data about the person.
    pub(super) was_asked: Arc<AtomicBool>,
    /// Whether a login was completed, so that the response carries its cookies.
    pub(super) has_completed: Arc<AtomicBool>,
}

impl Current {
    fn of(parts: &Parts) -> Result<Self, Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            let detail = "the router is not protected: call CleverSso::protect with it";
            tracing::error!("{detail}");
            Rejection::new(Error::with_detail(ErrorCode::ConfigInvalid, detail).into_response())
        })
    }

    fn person(&self) -> Option<Person> {
        let person = Arc::clone(self.person.as_ref()?);
        self.was_asked.store(true, Ordering::Relaxed);
        Some(Person { identity: person, current: self.clone() })
    }
}

/// The signed-in person. A handler with this argument is only for signed-in people; with `Option<Person>`, it is for everyone.
///
/// People who open a page without being signed in are sent to log in and come back to the page. Scripts get 401 with JSON.
/// Because devices are shared, no cache stores the handler's responses unless they allow it.
///
/// ```
/// use clever_sso::axum::{Person, Rejection};
///
/// async fn grades(person: Person) -> Result<String, Rejection> {
///     person.require(["teacher", "staff"])?;
///     Ok(format!("The grades of {}", person.full_name))
/// }
/// ```
#[derive(Clone)]
pub struct Person {
    identity: Arc<SessionIdentity>,
    current: Current,
}

impl Person {
    /// Returns `Ok` only for a person who logged in with this role, or with one of several. Other people get 403; scripts get it
    /// with JSON.
    ///
    /// # Errors
    /// The 403 response, when the person has none of these roles.
    pub fn require(&self, roles: impl IntoRoles) -> Result<(), Rejection> {
        if self.has_role(roles) {
            return Ok(());
        }
        Err(Rejection::new(self.current.site.leg.not_allowed(&self.current.request).into_response()))
    }
}

impl Deref for Person {
    type Target = SessionIdentity;

    fn deref(&self) -> &SessionIdentity {
        &self.identity
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Person").field(&self.identity).finish()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let current = Current::of(parts)?;
        current
            .person()
            .ok_or_else(|| Rejection::new(current.site.leg.not_signed_in(&current.request).into_response()))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Person {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(Current::of(parts)?.person())
    }
}

/// The client, and the HTML and URLs of the login pages, as a handler argument.
///
/// ```
/// use axum::response::Html;
/// use clever_sso::axum::Clever;
///
/// async fn welcome(clever: Clever) -> Html<String> {
///     Html(clever.login_button(Some("/grades")))
/// }
/// ```
#[derive(Clone)]
pub struct Clever {
    current: Current,
    /// The request's extensions, for the application's hooks.
    extensions: Extensions,
}

impl Clever {
    /// The client.
    pub const fn client(&self) -> &Client {
        self.current.site.leg.client()
    }

    /// The login that [`ProvenLogin::hold`](super::ProvenLogin::hold) put on hold in this session, by its key. Without a key, the
    /// login that was held first. `None` when there is no held login, or its ten minutes are over.
    pub fn held_login(&self, key: Option<&str>) -> Option<HeldLogin> {
        let held = self.current.held.as_ref()?.get(key)?;
        self.current.was_asked.store(true, Ordering::Relaxed);
        Some(held)
    }

    /// Signs in the person of a held login. Call it when they have done what you asked for. It works once, across all processes
    /// that share the session store, and not after a logout. It returns the response for the browser: a redirect to the page that
    /// the person wanted, or a page that says why they cannot sign in. When no login is on hold, it returns a redirect to the
    /// login.
    ///
    /// ```
    /// use axum::extract::Path;
    /// use axum::response::{Html, IntoResponse, Response};
    /// use clever_sso::axum::Clever;
    ///
    /// # fn is_right(_: &clever_sso::Identity, code: &str) -> bool { !code.is_empty() }
    /// /// The form on your page posts to it.
    /// async fn second_factor(clever: Clever, Path(key): Path<String>, code: String) -> Response {
    ///     match clever.held_login(Some(&key)) {
    ///         Some(held) if !is_right(&held.identity, &code) => Html("That code is wrong.").into_response(),
    ///         _ => clever.complete_login(Some(&key)).await,
    ///     }
    /// }
    /// ```
    pub async fn complete_login(&self, key: Option<&str>) -> Response {
        let Current { site, request, session, sent, has_completed, .. } = &self.current;
        has_completed.store(true, Ordering::Relaxed);
        Call { site, request, session, sent: *sent }.complete(key, &self.extensions).await
    }

    /// The button "Log in with Clever" as HTML. After the login, the person goes to `next`, a path of the application.
    pub fn login_button(&self, next: Option<&str>) -> String {
        self.current.site.leg.login_button(&self.current.request, next)
    }

    /// Who is signed in, with a "Not you?" link and a button to log out, as HTML.
    pub fn signed_in_line(&self, person: &SessionIdentity) -> String {
        self.current.site.leg.signed_in_line(&self.current.request, person)
    }

    /// The URL that starts a login. After the login, the person goes to `next`.
    pub fn login_url(&self, next: Option<&str>) -> String {
        self.current.site.leg.login_url(&self.current.request, next)
    }

    /// The URL for a "Not you?" link: Clever asks people who they are.
    pub fn switch_user_url(&self, next: Option<&str>) -> String {
        self.current.site.leg.switch_user_url(&self.current.request, next)
    }

    /// The URL for a form that logs the person out.
    pub fn log_out_url(&self) -> String {
        self.current.site.leg.log_out_url(&self.current.request)
    }
}

impl std::fmt::Debug for Clever {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Clever").field(&self.current.site.leg).finish()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Clever {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Ok(Self { current: Current::of(parts)?, extensions: parts.extensions.clone() })
    }
}

/// The response to a person who is not allowed to see a page.
#[derive(Debug)]
pub struct Rejection(Box<Response>);

impl Rejection {
    fn new(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// The roles required by [`login_required`].
#[derive(Clone, Debug)]
pub struct Roles(Arc<[RoleName]>);

/// Lets a request pass if the person has one of the [`Roles`]. Without roles, every signed-in person passes.
#[derive(Debug)]
pub struct Allowed;

impl FromRequestParts<Roles> for Allowed {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, roles: &Roles) -> Result<Self, Rejection> {
        let person = <Person as FromRequestParts<Roles>>::from_request_parts(parts, roles).await?;
        if !roles.0.is_empty() {
            person.require(&*roles.0)?;
        }
        Ok(Self)
    }
}

/// A layer for `route_layer` that requires a signed-in person with this role, or with one of several. With an empty list
/// (`[""; 0]`), it lets in every signed-in person.
///
/// ```
/// use axum::{Router, routing::get};
/// use clever_sso::axum::login_required;
///
/// let staff: Router = Router::new()
///     .route("/staffroom", get(|| async { "coffee" }))
///     .route_layer(login_required(["teacher", "staff"]));
/// ```
pub fn login_required(roles: impl IntoRoles) -> FromExtractorLayer<Allowed, Roles> {
    from_extractor_with_state(Roles(roles.into_roles().into()))
}
