//! Log in with Clever in actix-web 4.
//!
//! [`CleverSso::protect`] adds the login, the callback, the logout and sessions to an application. A handler that takes a
//! [`Person`] is only for signed-in people: other people are sent to log in and come back, and scripts get 401 with JSON.
//!
//! ```no_run
//! use actix_web::cookie::Key;
//! use actix_web::web::{self, Html};
//! use actix_web::{App, HttpServer};
//! use clever_sso::actix::actix_session::storage::CookieSessionStore;
//! use clever_sso::actix::{Clever, CleverSso, Person, Rejection, login_required};
//! use clever_sso::{Client, Config, web::WebOptions};
//!
//! async fn home(clever: Clever, person: Option<Person>) -> Html {
//!     Html::new(person.map_or_else(|| clever.login_button(None), |person| clever.signed_in_line(&person)))
//! }
//!
//! async fn grades(person: Person) -> Result<String, Rejection> {
//!     person.require(["teacher", "staff"])?;
//!     Ok(format!("grades for {}", person.full_name))
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::builder("client id")
//!     .client_secret("client secret")
//!     .redirect_uri("https://app.example/clever/callback");
//! let client = Client::new(config.build()?)?;
//! let key = Key::generate(); // all processes need the same key, also after a restart
//! let clever = CleverSso::new(client, WebOptions::new(), CookieSessionStore::default(), key)?;
//!
//! let server = HttpServer::new(move || {
//!     let staff = web::scope("/staff")
//!         .wrap(login_required(["teacher", "staff"]))
//!         .route("/coffee", web::get().to(async || "coffee"));
//!     let app = App::new().route("/", web::get().to(home)).route("/grades", web::get().to(grades)).service(staff);
//!     clever.protect(app) // around everything
//! });
//! server.bind(("127.0.0.1", 3000))?.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The pages are at `/clever/login`, `/clever/logout` (for a form with `method="post"`), `/clever/whoami`, and at the path of the
//! redirect URI. Sessions are those of actix-session, in any of its stores: your handlers can take its `Session`. A sign-in gives
//! the session a new key, unless the same person was already signed in. A session ends after 12 hours, or when the browser closes.
//!
//! # Choose a store
//!
//! `CookieSessionStore` keeps the encrypted session in the browser, at most 4 KB: with more, no one is signed in. The server can't
//! end such a session: a copy of its cookie works until its time is over, even after a logout, and a slow response that changes
//! the session can restore it. A store on the server, such as `RedisSessionStore`, has no such copies.
//!
//! # Differences from the feature `axum`
//!
//! - A store of actix-session can't create an entry only if it does not exist yet. So two processes that complete the same held
//!   login at the same moment both do so, and with `CookieSessionStore`, each process does so once. To prevent that, note
//!   [`HeldLogin::key`](crate::web::HeldLogin::key) where all processes see it, as
//!   [`BrowserLeg::take_held`](crate::web::BrowserLeg::take_held) explains. There is no `hold_with_tokens`, because the session
//!   may be in the browser.
//! - [`CleverSso::on_problem`] returns the HTML of the page. It can't change the status or the headers.
//! - There is no `protect_with`: the session is always that of [`CleverSso::protect`], and the hooks get no data of other
//!   middleware. So actix-identity can't be used in the hooks.

mod app;
mod arrived;
mod endpoints;
mod guard;
mod layer;
mod people;
mod proven;
mod responses;
mod sessions;
mod site;
mod store;

pub use app::CleverSso;
pub use guard::{Guarded, LoginRequired, login_required};
pub use people::{Clever, Person, Rejection};
pub use proven::ProvenLogin;

pub use actix_session;
