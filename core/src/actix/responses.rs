//! The requests of actix-web for this crate, and the results of this crate as its responses.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};

use crate::error::Error;
use crate::login::{Denied, Login, Restart};
use crate::set_cookie::SetCookie;
use crate::web::{WebRequest, WebResponse};

/// Converts a request. Its types are those of an older version of the `http` crate.
pub(super) fn request_of(request: &HttpRequest) -> WebRequest {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let headers = request.headers();
    // HTTP/2 has the host in the target.
    let host = request.uri().authority().filter(|_| !headers.contains_key("host"));
    let host = host.map(|host| ("host", host.as_str().as_bytes()));
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    WebRequest::new(request.method().as_str(), target, headers.chain(host))
}

/// Converts a response.
fn response_of(response: &WebResponse) -> HttpResponse {
    let mut builder = HttpResponse::build(status_of(response));
    for (name, value) in response.as_http().headers() {
        builder.append_header((name.as_str(), value.as_bytes()));
    }
    builder.body(response.as_http().body().clone())
}

fn status_of(response: &WebResponse) -> StatusCode {
    let status = response.as_http().status().as_u16();
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn add_cookies(headers: &mut HeaderMap, cookies: &[SetCookie]) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::try_from(cookie.header()) {
            headers.append(SET_COOKIE, value);
        }
    }
}

/// Sets a header, unless the application has set it.
pub(super) fn add_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

impl From<WebResponse> for HttpResponse {
    fn from(response: WebResponse) -> Self {
        response_of(&response)
    }
}

impl Responder for WebResponse {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into()
    }
}

/// The page for the person, in English, with its status and cookies. A response does not end the session: if you call
/// `finish_login` yourself, end the session when [`Error::ends_session`] is true.
/// [`CleverSso::protect`](super::CleverSso::protect) does that for you, in the person's language and with the page of
/// `on_problem`.
impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        status_of(&WebResponse::from(self))
    }

    fn error_response(&self) -> HttpResponse {
        WebResponse::from(self).into()
    }
}

/// The redirect to Clever, with its cookies.
impl Responder for Login {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        WebResponse::from(&self).into()
    }
}

/// The redirect to Clever, with its cookies.
impl Responder for Restart {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        WebResponse::from(&self).into()
    }
}

/// The page for the person, in English, with its cookies. A response does not end the session: end it when `ends_session` is
/// true. [`CleverSso::protect`](super::CleverSso::protect) does that for you, in the person's language.
impl Responder for Denied {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        WebResponse::from(&self).into()
    }
}
