//! What every web application does with a login, in types of the [`http`] crate: for a framework that has no module here.
//!
//! [`BrowserLeg`] answers the requests to the login, the callback and the log out. It decides which requests may act, sets
//! the cookies of each outcome and each error, makes the pages that people see, and knows when the session of the browser
//! has to end. Your code carries requests in and answers out, and keeps a [`SessionIdentity`] in a session.
//!
//! ```no_run
//! use clever_sso::web::{BrowserLeg, SessionIdentity, Step, WebAnswer, WebOptions, WebRequest};
//!
//! # trait Session { fn person(&self) -> Option<SessionIdentity>; fn end(&self); fn start(&self, person: SessionIdentity); }
//! # async fn example(client: clever_sso::Client, session: &dyn Session, request: http::Request<()>) -> clever_sso::Result<http::Response<String>> {
//! let leg = BrowserLeg::new(client, WebOptions::new().after_login("/me"))?; // once, when the application starts
//!
//! let request = WebRequest::from(&request);
//! let answer = match request.path() {
//!     path if leg.is_login(path) => leg.login(&request, session.person().is_some()),
//!     path if leg.is_callback(path) => match leg.callback(&request).await {
//!         Step::Answer(answer) => answer,
//!         Step::SignIn(signed_in) => {
//!             session.end(); // nothing of the person before is carried over
//!             session.start(leg.session_identity(&signed_in.identity));
//!             leg.admitted(&request, &signed_in)
//!         }
//!     },
//!     path if leg.is_log_out(path) => leg.log_out(&request),
//!     _ if session.person().is_none() => leg.not_signed_in(&request),
//!     _ => return Ok(http::Response::new("a page".to_owned())),
//! };
//! if answer.ends_session() {
//!     session.end();
//! }
//! # Ok(answer.into_http())
//! # }
//! ```

mod answer;
mod browser_leg;
mod identity;
mod options;
mod pages;
mod problem;
mod request;
mod spanish;

pub use answer::{Step, WebAnswer};
pub use browser_leg::{BrowserLeg, Refused};
pub use identity::SessionIdentity;
pub use options::WebOptions;
pub use problem::Problem;
pub use request::{WebRequest, plain_cookies};

#[cfg(test)]
mod tests;
