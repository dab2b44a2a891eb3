//! What to check, and sending several requests at the same time.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use crate::clock::Instant;
use crate::config::{Config, ConfigBuilder};
use crate::error::Result;
use crate::keys::Keys;
use crate::protocol::{Request, Response};
use crate::stats::RequestTo;
use crate::transport::{Transport, Witness};

/// What to check.
pub(super) struct Setup<'a> {
    pub(super) config: Config,
    /// The key cache of a client, if there is a client.
    pub(super) keys: Option<&'a Keys>,
    pub(super) credentials_are_usable: bool,
    /// The builder, if endpoints come from discovery.
    pub(super) discovers: Option<ConfigBuilder>,
}

/// The maximum number of simultaneous requests, and therefore of connections to a host.
const AT_ONCE: usize = 12;

/// Sends requests, each once and before its deadline.
pub(super) struct Asker {
    pub(super) transport: Transport,
    pub(super) witness: Option<Arc<Witness>>,
    pub(super) deadline: Instant,
}

impl Asker {
    pub(super) fn new(config: &Config, deadline: Instant) -> Result<Self> {
        let (transport, witness) = Transport::witnessed(config)?;
        Ok(Self { transport, witness, deadline })
    }

    /// Sends all requests. Returns their responses in the same order.
    pub(super) async fn ask(&self, requests: Vec<(RequestTo, Result<Request>)>) -> Vec<Result<Response>> {
        let mut left = requests.into_iter().map(|(to, request)| -> Work<'_, Result<Response>> {
            Box::pin(async move { self.transport.send(to, &request?, self.deadline).await })
        });
        let mut responses = Vec::new();
        while left.len() > 0 {
            responses.extend(together(left.by_ref().take(AT_ONCE).collect()).await);
        }
        responses
    }
}

/// A boxed future.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs all futures at the same time. Returns their results in the same order.
pub(super) async fn together<T: Send>(mut works: Vec<Work<'_, T>>) -> Vec<T> {
    let mut results: Vec<Option<T>> = works.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut is_done = true;
        for (work, result) in works.iter_mut().zip(&mut results) {
            if result.is_none() {
                match work.as_mut().poll(context) {
                    Poll::Ready(found) => *result = Some(found),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}
