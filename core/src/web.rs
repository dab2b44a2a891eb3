//! Login pages for frameworks without their own module here, with types of the [`http`] crate.
//!
//! [`BrowserLeg`] handles the requests to the login, the callback and the logout. It refuses requests that must not act, sets the
//! cookies of each outcome and each error, makes the pages that people see, and tells when to end the session of the browser.
//! Your code passes requests in, sends the responses, and stores a [`SessionIdentity`] in a session.
//!
//! ```no_run
//! use clever_sso::web::{BrowserLeg, SessionIdentity, Step, WebOptions, WebRequest, plain_cookies};
//! use http::header::{CACHE_CONTROL, COOKIE, HeaderValue, SET_COOKIE};
//!
//! # trait Session { fn value(&self) -> Option<serde_json::Value>; fn end(&self); fn start(&self, person: SessionIdentity); }
//! # type Open<'a> = &'a dyn Fn(Option<Vec<u8>>) -> Box<dyn Session>;
//! # async fn example(client: clever_sso::Client, open_session: Open<'_>, request: http::Request<()>) -> clever_sso::Result<http::Response<String>> {
//! let leg = BrowserLeg::new(client, WebOptions::new().after_login("/me"))?; // once, when the application starts
//!
//! // Your session, from cookies among which no other cookie passes for its own.
//! let cookies = request.headers().get_all(COOKIE).iter().map(HeaderValue::as_bytes);
//! let session = open_session(plain_cookies(cookies));
//! let kept = session.value();
//! let came_back = kept.is_some();
//! let person = kept.and_then(SessionIdentity::from_session);
//! if came_back && person.is_none() {
//!     session.end(); // its time is over
//! }
//!
//! let request = WebRequest::from(&request);
//! let response = match request.path() {
//!     path if leg.is_login(path) => leg.login(&request, person.is_some()),
//!     _ if leg.takes_callback(&request) => match leg.callback(&request).await {
//!         Step::Respond(response) => response,
//!         Step::SignIn(signed_in) => {
//!             session.end(); // no data of the last person stays
//!             session.start(leg.session_identity(&signed_in.identity)); // with a new id
//!             leg.admitted(&request, &signed_in)
//!         }
//!         _ => leg.broken(&request, None), // for what a newer version adds
//!     },
//!     path if leg.is_log_out(path) => leg.log_out(&request),
//!     path if leg.is_whoami(path) => leg.whoami(&request, person.as_ref()),
//!     _ => match person {
//!         None => leg.not_signed_in(&request),
//!         Some(person) => {
//!             let mut page = http::Response::new(format!("Hello, {}", person.full_name));
//!             // Devices are shared: the back button must not show a page of the previous person.
//!             page.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
//!             for cookie in leg.session_kept(&request, page.status().as_u16()) {
//!                 page.headers_mut().extend(HeaderValue::try_from(cookie.header()).map(|value| (SET_COOKIE, value)));
//!             }
//!             return Ok(page);
//!         }
//!     },
//! };
//! if response.ends_session() {
//!     session.end();
//! }
//! # Ok(response.into_http())
//! # }
//! ```

mod browser_leg;
mod held;
#[cfg(any(feature = "axum", feature = "actix"))]
pub(crate) mod hook;
mod identity;
mod options;
mod pages;
mod problem;
mod request;
mod response;

pub use browser_leg::{BrowserLeg, Refused};
pub use held::{HeldLogin, HeldLogins, Proven};
pub use identity::SessionIdentity;
pub use options::WebOptions;
pub use problem::Problem;
pub use request::{WebRequest, plain_cookies};
pub use response::{Step, WebResponse};

#[cfg(test)]
mod tests;
