//! The middlewares around every page: the session, the login pages, and the data for the extractors.

use std::rc::Rc;

use actix_session::SessionExt as _;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _};

use super::arrived::Arrived;
use super::endpoints::Call;
use super::people::{Current, Rejection};
use super::proven::Login;
use super::responses::{add_cookies, add_default, request_of};
use super::sessions;
use super::site::Site;
use super::store;
use crate::error::{Error as Failure, ErrorCode};
use crate::web::{BrowserLeg, Refused, WebResponse, plain_cookies};

/// The longest name and value of a cookie that browsers keep.
const LARGEST_COOKIE: usize = 4096;

/// Around the sessions: removes cookies that other hosts of the domain could have planted, before the session is read, and shows a
/// page when the session cannot be read or saved.
pub(super) async fn outside(
    site: Site,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, Error> {
    let cookies = plain_cookies(request.headers().get_all(COOKIE).map(HeaderValue::as_bytes));
    let session =
        cookies.as_deref().and_then(|cookies| sent_session(cookies, site.leg.session_cookie_name()));
    request.headers_mut().remove(COOKIE);
    if let Some(cookies) = cookies.and_then(|cookies| HeaderValue::try_from(cookies).ok()) {
        request.headers_mut().insert(COOKIE, cookies);
    }
    // actix-web parses the cookies of a request once, and keeps them.
    if request.cookie(site.leg.session_cookie_name()) != session {
        let response =
            misused("middleware around `protect` reads cookies: wrap it around the application before");
        return Ok(request.into_response(response));
    }
    if request.extensions().contains::<Rc<Arrived>>() {
        return Ok(request.into_response(misused("call `protect` only once for an application")));
    }
    let arrived = Rc::new(Arrived::new(request_of(request.request())));
    request.extensions_mut().insert(Rc::clone(&arrived));
    match store::with_request(next.call(request)).await {
        Ok(response) => Ok(match too_large(&site.leg, response.headers(), &arrived) {
            Some(page) => {
                let page = without_session(&site, &arrived, page);
                ServiceResponse::new(response.into_parts().0, page)
            }
            None => response,
        }),
        Err(error) if arrived.has_failed_inside.get() => Err(error),
        // The store has logged why.
        Err(_) => {
            let login = arrived.login.borrow();
            let page = site.leg.broken(&arrived.asked, login.as_ref().map(Login::proven));
            let page = without_session(&site, &arrived, page);
            Err(InternalError::from_response("the session store failed", page).into())
        }
    }
}

/// The session cookie in a `Cookie` header, as actix-web parses it.
fn sent_session(cookies: &[u8], name: &str) -> Option<Cookie<'static>> {
    let pairs = std::str::from_utf8(cookies).ok()?.split(';').map(str::trim);
    let mut cookies = pairs.filter_map(|pair| Cookie::parse_encoded(pair).ok());
    cookies.find(|cookie| cookie.name() == name).map(Cookie::into_owned)
}

/// The response when the application does not use this module as its documentation says.
fn misused(detail: &str) -> HttpResponse {
    Rejection::misused(detail).error_response()
}

/// The page for a person whose new session does not fit into a cookie. The browser would drop the cookie and keep the previous
/// person's.
fn too_large(leg: &BrowserLeg, headers: &HeaderMap, arrived: &Arrived) -> Option<WebResponse> {
    let login = arrived.login.borrow();
    let sessions = headers.get_all(SET_COOKIE).filter_map(|cookie| {
        let pair = cookie.as_bytes().split(|byte| *byte == b';').next()?;
        pair.strip_prefix(leg.session_cookie_name().as_bytes())?.strip_prefix(b"=")
    });
    let length = sessions.map(<[u8]>::len).max()? + leg.session_cookie_name().len();
    if length <= LARGEST_COOKIE {
        return None;
    }
    let detail = format!(
        "the session cookie would have {length} bytes, and browsers drop cookies of more than {LARGEST_COOKIE}: put less \
         into the session, or use a store on the server"
    );
    let Some(login) = login.as_ref() else {
        // The browser keeps the session as it was before this page.
        tracing::error!("{detail}");
        return None;
    };
    let why = Refused::from(Failure::with_detail(ErrorCode::ConfigInvalid, detail));
    Some(leg.refused_sign_in(&arrived.asked, login.proven(), &why))
}

/// A page instead of a response. If the previous person must not stay signed in, the browser deletes the session cookie.
fn without_session(site: &Site, arrived: &Arrived, page: WebResponse) -> HttpResponse {
    let mut response = site.show(page);
    if arrived.replaces_person.get() {
        let mut cookie = Cookie::build(site.leg.session_cookie_name(), "")
            .path("/")
            .secure(site.leg.is_secure())
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish();
        cookie.make_removal();
        if let Ok(cookie) = HeaderValue::try_from(cookie.to_string()) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// Inside the sessions: responds to requests to the login pages, and checks the session around every other page.
pub(super) async fn inside<B: MessageBody + 'static>(
    site: Site,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, Error> {
    let session = request.get_session();
    let arrived = request.extensions().get::<Rc<Arrived>>().cloned();
    let Some(arrived) = arrived else { return Err(Rejection::not_protected().into()) };
    let found = sessions::look(&session);
    let call = Call { site: &site, arrived: &arrived, session: &session };
    if let Some(response) = call.response(&found).await {
        sessions::drop_if_empty(&session);
        return Ok(request.into_response(response));
    }
    let came_back = found.came_back;
    let current = Rc::new(Current::new(site.clone(), Rc::clone(&arrived), session.clone(), found));
    request.extensions_mut().insert(Rc::clone(&current));
    let had_data = !session.entries().is_empty();
    let response = next.call(request).await;
    arrived.has_failed_inside.set(response.is_err());
    let mut response = response?.map_into_boxed_body();
    // Another `SessionMiddleware` takes the map out of the session. A cleared map would keep its memory.
    if had_data && session.entries().capacity() == 0 {
        let detail =
            "the application has its own SessionMiddleware: remove it, because `protect` has the sessions";
        return Ok(ServiceResponse::new(response.into_parts().0, misused(detail)));
    }
    sessions::drop_if_empty(&session);
    if came_back && !current.has_completed.get() {
        let cookies = site.leg.session_kept(&arrived.asked, response.status().as_u16());
        add_cookies(response.headers_mut(), &cookies);
    }
    if current.was_asked.get() {
        // Devices are shared: the back button must not show a page of the previous person.
        add_default(response.headers_mut(), CACHE_CONTROL, "no-store");
    }
    Ok(response)
}
