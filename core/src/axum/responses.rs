//! The results of this crate as axum responses.

use ::axum::body::Body;
use ::axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::login::{Denied, Login, Restart};
use crate::web::WebResponse;

impl IntoResponse for WebResponse {
    fn into_response(self) -> Response {
        self.into_http().map(Body::from)
    }
}

impl IntoResponse for Error {
    /// The page for the person, in English, with its status and cookies. A response does not end the session: if you call
    /// `finish_login` yourself, end the session when [`Error::ends_session`] is true.
    /// [`CleverSso::protect`](super::CleverSso::protect) does that for you, in the person's language and with the page of
    /// `on_problem`.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebResponse::from(&self))
    }
}

impl IntoResponse for Login {
    /// The redirect to Clever, with its cookies.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebResponse::from(&self))
    }
}

impl IntoResponse for Restart {
    /// The redirect to Clever, with its cookies.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebResponse::from(&self))
    }
}

impl IntoResponse for Denied {
    /// The page for the person, in English, with its cookies. A response does not end the session: end it when `ends_session` is
    /// true. [`CleverSso::protect`](super::CleverSso::protect) does that for you, in the person's language.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebResponse::from(&self))
    }
}
