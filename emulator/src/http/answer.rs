//! An answer that can still be changed, and the ways in which it may fail to arrive.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use super::cut_body::CutBody;
use crate::http::responses::Why;

/// Status, headers and the whole body.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Why the endpoint answered so.
    pub(crate) why: Option<Why>,
    /// Did a scenario change it?
    pub(crate) deviates: bool,
    delivery: Delivery,
}

/// How an answer is sent.
enum Delivery {
    Whole,
    Late(Duration),
    /// The connection breaks after half of the body.
    Half,
    /// The connection breaks before the first byte.
    Nothing,
}

impl Answer {
    /// What an endpoint answered. Every body of the emulator is in memory, so none is too large.
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let why = parts.extensions.get().cloned();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            why,
            deviates: false,
            delivery: Delivery::Whole,
        }
    }

    /// The same with another status and body. The headers stay, but for those that are about the status or the body.
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

    /// The same with one more header. A value that cannot stand in a header is left out.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same with another JSON object, if it is a good answer with one.
    pub(crate) fn with_object(mut self, change: impl FnOnce(&mut Map<String, Value>)) -> Self {
        if self.status == StatusCode::OK
            && let Ok(mut object) = serde_json::from_slice::<Map<String, Value>>(&self.body)
        {
            change(&mut object);
            self.body = Value::Object(object).to_string().into();
            // The length is that of the old body.
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

    /// The same, of which only the first half arrives.
    pub(crate) fn half(mut self) -> Self {
        self.delivery = Delivery::Half;
        self
    }

    /// The same, of which nothing arrives.
    pub(crate) fn nothing(mut self) -> Self {
        self.delivery = Delivery::Nothing;
        self
    }

    /// Gives it to the server to send.
    pub(crate) async fn send(mut self) -> Response {
        let whole = self.body.len();
        let body = match self.delivery {
            Delivery::Whole => Body::from(self.body),
            Delivery::Late(by) => {
                tokio::time::sleep(by).await;
                Body::from(self.body)
            }
            Delivery::Half => {
                self.headers.insert(CONTENT_LENGTH, whole.into());
                Body::new(CutBody::after(self.body.slice(..whole / 2)))
            }
            Delivery::Nothing => {
                self.headers.insert(CONTENT_LENGTH, whole.into());
                Body::new(CutBody::at_once())
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
