//! A guard for several pages.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::body::EitherBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpRequest, ResponseError as _};

use super::people::{Current, Rejection};
use crate::protocol::person::{IntoRoles, RoleName};

/// Middleware for a scope or a resource, that requires a signed-in person with this role, or with one of several. With an empty
/// list (`[""; 0]`), it lets in every signed-in person.
///
/// ```
/// use actix_web::web;
/// use clever_sso::actix::login_required;
///
/// let staff = web::scope("/staff")
///     .wrap(login_required(["teacher", "staff"]))
///     .route("/coffee", web::get().to(async || "coffee"));
/// # let _ = staff;
/// ```
pub fn login_required(roles: impl IntoRoles) -> LoginRequired {
    LoginRequired { roles: roles.into_roles().into() }
}

/// The middleware that [`login_required`] returns.
#[derive(Clone, Debug)]
pub struct LoginRequired {
    roles: Arc<[RoleName]>,
}

impl<S, B> Transform<S, ServiceRequest> for LoginRequired
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, pages: S) -> Self::Future {
        ready(Ok(Guarded { pages, roles: Arc::clone(&self.roles) }))
    }
}

/// The pages behind a [`LoginRequired`].
#[derive(Debug)]
pub struct Guarded<S> {
    pages: S,
    roles: Arc<[RoleName]>,
}

impl<S> Guarded<S> {
    fn check(&self, request: &HttpRequest) -> Result<(), Rejection> {
        let person = Current::person_of(request)?;
        if self.roles.is_empty() { Ok(()) } else { person.require(&*self.roles) }
    }
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(pages);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if let Err(rejection) = self.check(request.request()) {
            let response = request.into_response(rejection.error_response()).map_into_right_body();
            return Box::pin(ready(Ok(response)));
        }
        let page = self.pages.call(request);
        Box::pin(async { page.await.map(ServiceResponse::map_into_left_body) })
    }
}
