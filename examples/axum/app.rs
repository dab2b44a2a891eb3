//! Log in with Clever in axum: a login button, a page that shows who you are, and a logout button.

mod pages;

use std::env;
use std::error::Error;

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use clever_sso::axum::tower_sessions::MemoryStore;
use clever_sso::axum::{Clever, CleverSso, Person, login_required};
use clever_sso::web::{Problem, WebOptions};
use clever_sso::{Client, Config};

fn app() -> clever_sso::Result<Router> {
    let client = Client::new(Config::from_env()?.build()?)?;
    let options = WebOptions::from_env()?.prefix("/").after_login("/me");
    let clever = CleverSso::new(client, options, MemoryStore::default())?.on_problem(problem);

    let lessons = Router::new().route("/lessons", get(async || Html(pages::lessons())));
    let app = Router::new()
        .route("/", get(home))
        .route("/me", get(me))
        .merge(lessons.route_layer(login_required(["teacher", "staff"])));
    Ok(clever.protect(app).layer(map_response(with_policy)))
}

/// Adds the content security policy to each response.
async fn with_policy(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(pages::POLICY);
    response.headers_mut().entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    response
}

/// The front page, with the login button.
async fn home(clever: Clever, person: Option<Person>) -> Response {
    if person.is_some() {
        return Redirect::to("/me").into_response();
    }
    Html(pages::home(&clever.login_url(None), &clever.switch_user_url(None))).into_response()
}

/// Shows who is signed in.
async fn me(clever: Clever, person: Person) -> Html<String> {
    Html(pages::me(&person, &clever.log_out_url()))
}

/// Shows a failed login in the style of this app, with a link to try again.
fn problem(problem: &Problem) -> Html<String> {
    Html(pages::problem(problem))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    axum::serve(listener, app()?).await?;
    Ok(())
}
