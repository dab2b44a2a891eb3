//! How an answer is sent: whole, late, or cut off together with the connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body::Frame;
use tokio::time::{Sleep, sleep};

/// How an answer is sent.
#[derive(Clone, Copy)]
pub(super) enum Delivery {
    Whole,
    Late(Duration),
    /// The connection breaks after half of the body.
    Half,
    /// The connection breaks before the first byte.
    Nothing,
}

impl Delivery {
    /// The body to send. A response that is cut off still has its full length in the headers.
    pub(super) async fn body(self, body: Bytes, headers: &mut HeaderMap) -> Body {
        let cut = match self {
            Self::Whole => return Body::from(body),
            Self::Late(by) => {
                sleep(by).await;
                return Body::from(body);
            }
            Self::Half => CutBody::after(body.slice(..body.len() / 2)),
            Self::Nothing => CutBody::at_once(),
        };
        headers.insert(CONTENT_LENGTH, body.len().into());
        Body::new(cut)
    }
}

/// The pause before the connection breaks, so that the server has sent the beginning of the response.
const FLUSH: Duration = Duration::from_millis(50);

/// A body that has some bytes, then fails.
struct CutBody {
    start: Option<Bytes>,
    flush: Option<Pin<Box<Sleep>>>,
}

impl CutBody {
    /// Is cut off after `start` has been sent.
    fn after(start: Bytes) -> Self {
        Self { start: Some(start), flush: Some(Box::pin(sleep(FLUSH))) }
    }

    /// Is cut off before the head of the answer has been sent.
    fn at_once() -> Self {
        Self { start: None, flush: None }
    }
}

impl HttpBody for CutBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(start) = self.start.take() {
            return Poll::Ready(Some(Ok(Frame::data(start))));
        }
        if let Some(flush) = self.flush.as_mut()
            && flush.as_mut().poll(context).is_pending()
        {
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}
