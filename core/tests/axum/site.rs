//! The site that the tests of all web frameworks use, in axum: `axum_site FILE-DESCRIPTOR`.
//!
//! The tests are in python/tests/frameworks; the settings come from the environment.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a program of the tests")]

use std::collections::BTreeMap;
use std::env;
use std::net::TcpListener;
use std::os::fd::FromRawFd as _;

use axum::Router;
use axum::extract::{Path, Query, RawQuery, Request};
use axum::http::Uri;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use axum::routing::{any, get};
use clever_sso::axum::tower_sessions::{MemoryStore, Session};
use clever_sso::axum::{CleverSso, Person, ProvenLogin, login_required};
use clever_sso::web::{Refused, WebOptions};
use clever_sso::{Client, Config};

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn client() -> Client {
    Client::new(Config::from_env().unwrap().build().unwrap()).unwrap()
}

async fn home(person: Option<Person>) -> Html<String> {
    let said =
        person.map_or_else(|| "nobody".to_owned(), |person| format!("signed in: {}", person.full_name));
    let said = said.replace('&', "&amp;").replace('<', "&lt;");
    Html(format!("{said}<form action=\"/clever/logout\" method=\"post\"></form>"))
}

async fn private(person: Person) -> String {
    let user_type = person.user_type.as_ref().map_or("", |user_type| user_type.as_str());
    format!("Hello, {} ({user_type})", person.full_name)
}

async fn shelf(_: Person, Path(name): Path<String>, Query(query): Query<BTreeMap<String, String>>) -> String {
    format!("shelf {name} {query:?}")
}

/// Guards a page the way many applications do. One of the ways does not say where to go after the login.
async fn vault(person: Option<Person>, RawQuery(query): RawQuery) -> Response {
    match person {
        Some(person) if person.has_role(["keeper"]) => "gold".into_response(),
        _ if query.is_some_and(|query| query.contains("bare")) => {
            Redirect::to("/clever/login").into_response()
        }
        _ => Redirect::to("/clever/login?next=/vault").into_response(),
    }
}

async fn cart(session: Session, Query(query): Query<BTreeMap<String, String>>) -> String {
    if let Some(thing) = query.get("thing") {
        session.insert("thing", thing).await.unwrap();
    }
    let thing: Option<String> = session.get("thing").await.unwrap();
    format!("in the cart: {}", thing.unwrap_or_else(|| "nothing".to_owned()))
}

async fn bye(session: Session) -> &'static str {
    session.flush().await.unwrap();
    "bye"
}

async fn expel(session: Session) -> Redirect {
    session.flush().await.unwrap();
    Redirect::to("/clever/login?next=/expel")
}

/// The application's own guard, in front of every page except the front page.
async fn guard(person: Option<Person>, uri: Uri, request: Request, next: Next) -> Response {
    if person.is_some() || uri.path() == "/" {
        return next.run(request).await;
    }
    Redirect::to(&format!("/clever/login?next={}", uri.path())).into_response()
}

async fn only_known_people(login: ProvenLogin) -> Result<Option<Response>, Refused> {
    let last = login.identity().name.last.clone().unwrap_or_default();
    if last == variable("UNWELCOME") {
        return Err(Refused::new());
    }
    if last == variable("BREAKING") {
        return Err(Refused::failed("the hook is broken"));
    }
    Ok(None)
}

fn app() -> Router {
    let mount = variable("MOUNT");
    let options = WebOptions::from_env().unwrap();
    let clever =
        CleverSso::new(client(), options, MemoryStore::default()).unwrap().on_sign_in(only_known_people);
    let staff = Router::new().route("/staffroom", get(|| async { "coffee" }));
    let mut site = Router::new()
        .route("/", get(home))
        .route("/private", any(private))
        .route("/shelf/{*name}", get(shelf))
        .merge(staff.route_layer(login_required(["teacher", "staff"])))
        .route("/vault", get(vault))
        .route("/cart", get(cart))
        .route("/bye", get(bye))
        .route("/leave", get(bye))
        .route("/expel", get(expel))
        .route("/stay", get(|| async { "here" }));
    if !variable("GUARD").is_empty() {
        site = site.layer(from_fn(guard));
    }
    let path = variable("SESSION_PATH");
    let site = if path.is_empty() {
        clever.protect(site)
    } else {
        clever.protect_with(site, |site, sessions| site.layer(sessions.with_path(path)))
    };
    // As behind a proxy that removes a prefix.
    if mount.is_empty() { site } else { Router::new().nest_service(&mount, site) }
}

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    let descriptor = env::args().nth(1).unwrap().parse().unwrap();
    // SAFETY: the tests opened the socket for this program, which does not use it anywhere else.
    #[expect(unsafe_code, reason = "std has no other way to use an inherited socket")]
    let listener = unsafe { TcpListener::from_raw_fd(descriptor) };
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, app()).await.unwrap();
}
