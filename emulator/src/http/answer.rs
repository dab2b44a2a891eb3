//! The answer of an endpoint: complete and in memory, so that a scenario can still change it or interrupt it.

use std::borrow::Cow;
use std::mem;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use super::delivery::Delivery;
use super::verbatim;

/// Status, headers and body; and what happened, for the journal.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The line of the journal: what happened, and what to do about it. It is not sent, and contains nothing from the request:
    /// only words of the emulator, and data of the apps.
    pub(crate) line: Cow<'static, str>,
    /// Did a scenario change it? Then the line is about the scenario.
    pub(crate) deviates: bool,
    delivery: Delivery,
}

impl Answer {
    /// An answer with this line for the journal.
    pub(crate) fn new(
        status: StatusCode,
        headers: &[(HeaderName, &'static str)],
        body: impl Into<Bytes>,
        line: impl Into<Cow<'static, str>>,
    ) -> Self {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        Self {
            status,
            headers: headers.collect(),
            body: body.into(),
            line: line.into(),
            deviates: false,
            delivery: Delivery::Whole,
        }
    }

    /// The same answer with another line for the journal.
    pub(crate) fn with_line(self, line: impl Into<Cow<'static, str>>) -> Self {
        Self { line: line.into(), ..self }
    }

    /// Puts the answer into a response that a router can pass on.
    pub(crate) fn into_routed(mut self) -> Response {
        let mut response = Response::new(Body::empty());
        // The router may add headers of its own, such as `Allow`.
        *response.headers_mut() = mem::take(&mut self.headers);
        response.extensions_mut().insert(self);
        response
    }

    /// Takes the answer out of a response that a router passed on.
    pub(crate) fn from_routed(mut response: Response) -> Option<Self> {
        let mut answer = response.extensions_mut().remove::<Self>()?;
        answer.headers = mem::take(response.headers_mut());
        // This is the length of the empty body of the response.
        answer.headers.remove(CONTENT_LENGTH);
        Some(answer)
    }

    /// The same with another status and body. The headers stay, except those about the status or the body.
    pub(crate) fn replaced(
        mut self,
        status: u16,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        self.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.body = body.into();
        for about_the_old in [CONTENT_LENGTH, LOCATION, WWW_AUTHENTICATE] {
            self.headers.remove(about_the_old);
        }
        self.with_header(CONTENT_TYPE, content_type)
    }

    /// The same with one more header. A value that is not valid in a header is dropped.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same with another JSON object, if it is a good answer with one.
    pub(crate) fn with_object(mut self, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        if self.status == StatusCode::OK
            && let Ok(text) = std::str::from_utf8(&self.body)
            && let Ok(mut object) = verbatim::object(text)
        {
            change(&mut object);
            self.body = verbatim::written(&Value::Object(object).to_string()).into();
            // This is the length of the old body.
            self.headers.remove(CONTENT_LENGTH);
        }
        self
    }

    /// The same with another JSON text, if it is a good answer with one.
    pub(crate) fn with_text(mut self, change: impl FnOnce(&str) -> String) -> Self {
        if self.status == StatusCode::OK
            && let Ok(text) = std::str::from_utf8(&self.body)
        {
            self.body = change(text).into();
            self.headers.remove(CONTENT_LENGTH);
        }
        self
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// The same, sent later.
    pub(crate) fn late(mut self, by: Duration) -> Self {
        self.delivery = Delivery::Late(by);
        self
    }

    /// The same, but only the first half arrives.
    pub(crate) fn half(mut self) -> Self {
        self.delivery = Delivery::Half;
        self
    }

    /// The same, but nothing arrives.
    pub(crate) fn nothing(mut self) -> Self {
        self.delivery = Delivery::Nothing;
        self
    }

    /// Converts it for the server to send.
    pub(crate) async fn send(mut self) -> Response {
        let body = self.delivery.body(self.body, &mut self.headers).await;
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
