//! A body that is cut off, together with the connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use http_body::Frame;
use tokio::time::{Sleep, sleep};

/// Long enough for the server to send the beginning; otherwise it would drop that together with the connection.
const FLUSH: Duration = Duration::from_millis(50);

/// Some bytes, then a failure.
pub(super) struct CutBody {
    start: Option<Bytes>,
    flush: Option<Pin<Box<Sleep>>>,
}

impl CutBody {
    /// Is cut off after `start` has been sent.
    pub(super) fn after(start: Bytes) -> Self {
        Self { start: Some(start), flush: Some(Box::pin(sleep(FLUSH))) }
    }

    /// Is cut off before the head of the answer has been sent.
    pub(super) fn at_once() -> Self {
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
