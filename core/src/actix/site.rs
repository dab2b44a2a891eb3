//! The shared state of a protected application.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::HttpResponse;

use super::proven::ProvenLogin;
use crate::web::{BrowserLeg, Problem, Refused, WebResponse};

pub(super) type Later<T> = Pin<Box<dyn Future<Output = T>>>;
/// The decision of an application about a person: its own response, or `None` to continue.
pub(super) type Decision = Result<Option<HttpResponse>, Refused>;
pub(super) type Decide = dyn Fn(ProvenLogin) -> Later<Decision> + Send + Sync;
pub(super) type Show = dyn Fn(&Problem) -> String + Send + Sync;

/// The shared state that every request needs. Cheap to clone.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) leg: BrowserLeg,
    pub(super) before_sign_in: Option<Arc<Decide>>,
    pub(super) on_sign_in: Option<Arc<Decide>>,
    pub(super) on_problem: Option<Arc<Show>>,
}

impl Site {
    /// The response to send. For a failed login, it has the application's own page, if there is one.
    pub(super) fn show(&self, response: WebResponse) -> HttpResponse {
        match self.on_problem.as_deref().zip(response.problem()).map(|(show, problem)| show(problem)) {
            Some(page) => response.with_page(page).into(),
            None => response.into(),
        }
    }
}
