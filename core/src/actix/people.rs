//! The signed-in person, for handlers.

use std::cell::Cell;
use std::fmt;
use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};

use super::arrived::Arrived;
use super::endpoints::Call;
use super::sessions::Found;
use super::site::Site;
use crate::client::Client;
use crate::error::{Error, ErrorCode};
use crate::protocol::person::IntoRoles;
use crate::web::{HeldLogin, SessionIdentity, WebResponse};

/// Data of a request for the extractors.
pub(super) struct Current {
    site: Site,
    arrived: Rc<Arrived>,
    session: Session,
    found: Found,
    /// Whether the response may contain data about the person.
    pub(super) was_asked: Cell<bool>,
    /// Whether a login was completed, so that the response carries its cookies.
    pub(super) has_completed: Cell<bool>,
}

impl Current {
    pub(super) fn new(site: Site, arrived: Rc<Arrived>, session: Session, found: Found) -> Self {
        Self { site, arrived, session, found, was_asked: Cell::default(), has_completed: Cell::default() }
    }

    fn of(request: &HttpRequest) -> Result<Rc<Self>, Rejection> {
        request.extensions().get::<Rc<Self>>().cloned().ok_or_else(Rejection::not_protected)
    }

    /// The person of a request, or the response to a request without one.
    pub(super) fn person_of(request: &HttpRequest) -> Result<Person, Rejection> {
        let current = Self::of(request)?;
        let Some(identity) = &current.found.person else {
            return Err(Rejection::new(current.site.leg.not_signed_in(&current.arrived.asked)));
        };
        current.was_asked.set(true);
        Ok(Person { identity: Rc::new(identity.clone()), current })
    }
}

/// The signed-in person. A handler with this argument is only for signed-in people; with `Option<Person>`, it is for everyone.
///
/// People who open a page without being signed in are sent to log in and come back to the page. Scripts get 401 with JSON.
/// Because devices are shared, no cache stores the handler's responses unless they allow it.
///
/// ```
/// use clever_sso::actix::{Person, Rejection};
///
/// async fn grades(person: Person) -> Result<String, Rejection> {
///     person.require(["teacher", "staff"])?;
///     Ok(format!("The grades of {}", person.full_name))
/// }
/// ```
#[derive(Clone)]
pub struct Person {
    identity: Rc<SessionIdentity>,
    current: Rc<Current>,
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
        Err(Rejection::new(self.current.site.leg.not_allowed(&self.current.arrived.asked)))
    }
}

impl Deref for Person {
    type Target = SessionIdentity;

    fn deref(&self) -> &SessionIdentity {
        &self.identity
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Person").field(&self.identity).finish()
    }
}

impl FromRequest for Person {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Current::person_of(request))
    }
}

/// The client, and the HTML and URLs of the login pages, as a handler argument.
///
/// ```
/// use actix_web::web::Html;
/// use clever_sso::actix::Clever;
///
/// async fn welcome(clever: Clever) -> Html {
///     Html::new(clever.login_button(Some("/grades")))
/// }
/// ```
#[derive(Clone)]
pub struct Clever {
    current: Rc<Current>,
}

impl Clever {
    /// The client.
    pub fn client(&self) -> &Client {
        self.current.site.leg.client()
    }

    /// The login that [`ProvenLogin::hold`](super::ProvenLogin::hold) put on hold in this session, by its key. Without a key, the
    /// login that was held first. `None` when there is no held login, or its ten minutes are over.
    pub fn held_login(&self, key: Option<&str>) -> Option<HeldLogin> {
        let held = self.current.found.held.as_ref()?.get(key)?;
        self.current.was_asked.set(true);
        Some(held)
    }

    /// Signs in the person of a held login. Call it when they have done what you asked for. It works once in each process; with a
    /// store on the server, once in all processes, and not after a logout. It returns the response for the browser: a redirect to
    /// the page that the person wanted, or a page that says why they cannot sign in. When no login is on hold, it returns a
    /// redirect to the login.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use actix_web::web::Path;
    /// use clever_sso::actix::Clever;
    ///
    /// # fn is_right(_: &clever_sso::Identity, code: &str) -> bool { !code.is_empty() }
    /// /// The form on your page posts to it.
    /// async fn second_factor(clever: Clever, key: Path<String>, code: String) -> HttpResponse {
    ///     match clever.held_login(Some(&key)) {
    ///         Some(held) if !is_right(&held.identity, &code) => HttpResponse::Ok().body("That code is wrong."),
    ///         _ => clever.complete_login(Some(&key)).await,
    ///     }
    /// }
    /// ```
    pub async fn complete_login(&self, key: Option<&str>) -> HttpResponse {
        let Current { site, arrived, session, has_completed, .. } = &*self.current;
        has_completed.set(true);
        Call { site, arrived, session }.complete(key).await
    }

    /// The button "Log in with Clever" as HTML. After the login, the person goes to `next`, a path of the application.
    pub fn login_button(&self, next: Option<&str>) -> String {
        self.current.site.leg.login_button(&self.current.arrived.asked, next)
    }

    /// Who is signed in, with a "Not you?" link and a button to log out, as HTML.
    pub fn signed_in_line(&self, person: &SessionIdentity) -> String {
        self.current.site.leg.signed_in_line(&self.current.arrived.asked, person)
    }

    /// The URL that starts a login. After the login, the person goes to `next`.
    pub fn login_url(&self, next: Option<&str>) -> String {
        self.current.site.leg.login_url(&self.current.arrived.asked, next)
    }

    /// The URL for a "Not you?" link: Clever asks people who they are.
    pub fn switch_user_url(&self, next: Option<&str>) -> String {
        self.current.site.leg.switch_user_url(&self.current.arrived.asked, next)
    }

    /// The URL for a form that logs the person out.
    pub fn log_out_url(&self) -> String {
        self.current.site.leg.log_out_url(&self.current.arrived.asked)
    }
}

impl fmt::Debug for Clever {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Clever").field(&self.current.site.leg).finish()
    }
}

impl FromRequest for Clever {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Current::of(request).map(|current| Self { current }))
    }
}

/// The response to a person who is not allowed to see a page, as an error of a handler.
#[derive(Debug)]
pub struct Rejection(Box<WebResponse>);

impl Rejection {
    pub(super) fn new(response: WebResponse) -> Self {
        Self(Box::new(response))
    }

    /// The response of an application that is not protected.
    pub(super) fn not_protected() -> Self {
        Self::misused("the application is not protected: call CleverSso::protect with it")
    }

    /// The response of an application with a mistake that its developer can fix.
    pub(super) fn misused(detail: &str) -> Self {
        tracing::error!("{detail}");
        Self::new(WebResponse::from(&Error::with_detail(ErrorCode::ConfigInvalid, detail)))
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the page is not shown to this person: {}", self.0.as_http().status())
    }
}

impl std::error::Error for Rejection {}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        self.error_response().status()
    }

    fn error_response(&self) -> HttpResponse {
        WebResponse::clone(&self.0).into()
    }
}
