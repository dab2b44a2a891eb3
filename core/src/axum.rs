//! Log in with Clever in axum 0.8.
//!
//! [`CleverSso::protect`] adds the login, the callback, the logout and sessions to a router. A handler that takes a [`Person`] is
//! only for signed-in people: other people are sent to log in and come back, and scripts get 401 with JSON.
//!
//! ```no_run
//! use axum::{Router, response::Html, routing::get};
//! use clever_sso::axum::tower_sessions::MemoryStore;
//! use clever_sso::axum::{Clever, CleverSso, Person, Rejection, login_required};
//! use clever_sso::{Client, Config, web::WebOptions};
//!
//! async fn home(clever: Clever, person: Option<Person>) -> Html<String> {
//!     Html(person.map_or_else(|| clever.login_button(None), |person| clever.signed_in_line(&person)))
//! }
//!
//! async fn grades(person: Person) -> Result<String, Rejection> {
//!     person.require(["teacher", "staff"])?;
//!     Ok(format!("grades for {}", person.full_name))
//! }
//!
//! # fn example() -> clever_sso::Result<Router> {
//! let config = Config::builder("client id")
//!     .client_secret("client secret")
//!     .redirect_uri("https://app.example/clever/callback");
//! let client = Client::new(config.build()?)?;
//! let clever = CleverSso::new(client, WebOptions::new(), MemoryStore::default())?;
//!
//! let teachers = Router::new().route("/staffroom", get(|| async { "coffee" })).route_layer(login_required(["teacher"]));
//! let app = Router::new().route("/", get(home)).route("/grades", get(grades)).merge(teachers);
//! let app = clever.protect(app); // the last layer, around everything
//! # Ok(app)
//! # }
//! ```
//!
//! The pages are at `/clever/login`, `/clever/logout` (for a form with `method="post"`), `/clever/whoami`, and at the path of the
//! redirect URI. Sessions are tower-sessions sessions, in any of its stores. A sign-in gives the session a new id. A session ends
//! after 12 hours, or when the browser closes.
//!
//! With axum-login, let [`CleverSso::protect_with`] put axum-login's layer around the router, and sign the person in to
//! axum-login in [`CleverSso::on_sign_in`].

mod endpoints;
mod layer;
mod neighbors;
mod people;
mod proven;
mod responses;
mod router;
mod sessions;
mod site;
mod store;

pub use people::{Allowed, Clever, Person, Rejection, Roles, login_required};
pub use proven::ProvenLogin;
pub use router::CleverSso;
pub use store::SafeStore;

pub use tower_sessions;
