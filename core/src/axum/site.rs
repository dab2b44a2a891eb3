//! The shared state of a protected router.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use ::axum::response::Response;

use super::proven::ProvenLogin;
use super::store::Marks;
use crate::web::{BrowserLeg, Problem, Refused};

pub(super) type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// The decision of an application about a person: its own response, or `None` to continue.
pub(super) type Decision = Result<Option<Response>, Refused>;
pub(super) type Decide = dyn Fn(ProvenLogin) -> Later<Decision> + Send + Sync;
pub(super) type Show = dyn Fn(&Problem) -> Response + Send + Sync;

/// The shared state that every request needs. Cheap to clone.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) leg: BrowserLeg,
    pub(super) marks: Marks,
    pub(super) before_sign_in: Option<Arc<Decide>>,
    pub(super) on_sign_in: Option<Arc<Decide>>,
    pub(super) on_problem: Option<Arc<Show>>,
}
