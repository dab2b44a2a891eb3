//! The results of this crate as axum responses.

use ::axum::body::Body;
use ::axum::response::{IntoResponse, Response};

use crate::error::Error;
use crate::login::{Denied, Login, Restart};
use crate::web::WebAnswer;

impl IntoResponse for WebAnswer {
    fn into_response(self) -> Response {
        self.into_http().map(Body::from)
    }
}

impl IntoResponse for Error {
    /// The page for the person in English, with its status and cookies. A response ends no session: if you call `finish_login`
    /// yourself, end the session if [`Error::ends_session`] is true. [`CleverSso::protect`](super::CleverSso::protect) does
    /// that for you, in the language of the person, with a page of `on_problem`.
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
    /// The page for the person in English, with its cookies. A response ends no session: end it if `ends_session` is true.
    /// [`CleverSso::protect`](super::CleverSso::protect) does that for you, in the language of the person.
    fn into_response(self) -> Response {
        IntoResponse::into_response(WebAnswer::from(&self))
    }
}
