//! The site that the tests of all web frameworks use, in actix-web: `actix_site FILE-DESCRIPTOR`.
//!
//! The tests are in python/tests/frameworks; the settings come from the environment.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a program of the tests")]

use std::collections::BTreeMap;
use std::env;
use std::net::TcpListener;
use std::os::fd::FromRawFd as _;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::Key;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use actix_web::middleware::{Next, from_fn};
use actix_web::rt::System;
use actix_web::web::{self, Html, Path, Query};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use clever_sso::actix::actix_session::Session;
use clever_sso::actix::actix_session::storage::CookieSessionStore;
use clever_sso::actix::{CleverSso, Person, ProvenLogin, login_required};
use clever_sso::web::{Refused, WebOptions};
use clever_sso::{Client, Config};

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn redirect(page: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, page)).finish()
}

async fn home(person: Option<Person>) -> Html {
    let said =
        person.map_or_else(|| "nobody".to_owned(), |person| format!("signed in: {}", person.full_name));
    let said = said.replace('&', "&amp;").replace('<', "&lt;");
    Html::new(format!("{said}<form action=\"/clever/logout\" method=\"post\"></form>"))
}

async fn private(person: Person) -> String {
    let user_type = person.user_type.as_ref().map_or("", |user_type| user_type.as_str());
    format!("Hello, {} ({user_type})", person.full_name)
}

async fn shelf(_: Person, name: Path<String>, query: Query<BTreeMap<String, String>>) -> String {
    format!("shelf {name} {:?}", query.0)
}

/// Guards a page the way many applications do. One of the ways does not say where to go after the login.
async fn vault(person: Option<Person>, request: HttpRequest) -> HttpResponse {
    match person {
        Some(person) if person.has_role(["keeper"]) => HttpResponse::Ok().body("gold"),
        _ if request.query_string().contains("bare") => redirect("/clever/login"),
        _ => redirect("/clever/login?next=/vault"),
    }
}

async fn cart(session: Session, query: Query<BTreeMap<String, String>>) -> String {
    if let Some(thing) = query.get("thing") {
        session.insert("thing", thing).unwrap();
    }
    let thing: Option<String> = session.get("thing").unwrap();
    format!("in the cart: {}", thing.unwrap_or_else(|| "nothing".to_owned()))
}

async fn bye(session: Session) -> &'static str {
    session.purge();
    "bye"
}

async fn expel(session: Session) -> HttpResponse {
    session.purge();
    redirect("/clever/login?next=/expel")
}

/// The application's own guard, in front of every page except the front page.
async fn guard(
    person: Option<Person>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if variable("GUARD").is_empty() || person.is_some() || request.path() == "/" {
        drop(person);
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let login = redirect(&format!("/clever/login?next={}", request.path()));
    Ok(request.into_response(login))
}

/// As a session cookie that is set for another path.
async fn with_path(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let path = variable("SESSION_PATH");
    if !path.is_empty() {
        let cookies: Vec<_> = response.headers_mut().remove(SET_COOKIE).collect();
        for cookie in cookies {
            let text = cookie.to_str().unwrap();
            let moved = text.replace("Path=/", &format!("Path={path}"));
            let cookie = if text.starts_with("session=") { moved } else { text.to_owned() };
            response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).unwrap());
        }
    }
    Ok(response)
}

/// As behind a proxy that removes a prefix.
async fn without_prefix(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let target = request.uri().path_and_query().unwrap().as_str();
    let inside = target.strip_prefix(&variable("MOUNT")).unwrap_or(target);
    let inside: Uri =
        if inside.starts_with('/') { inside.to_owned() } else { format!("/{inside}") }.parse().unwrap();
    request.match_info_mut().get_mut().update(&inside);
    request.head_mut().uri = inside;
    next.call(request).await
}

async fn only_known_people(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
    let last = login.identity().name.last.clone().unwrap_or_default();
    if last == variable("UNWELCOME") {
        return Err(Refused::new());
    }
    if last == variable("BREAKING") {
        return Err(Refused::failed("the hook is broken"));
    }
    Ok(None)
}

fn main() {
    tracing_subscriber::fmt().with_ansi(false).with_writer(std::io::stderr).init();
    let descriptor = env::args().nth(1).unwrap().parse().unwrap();
    // SAFETY: the tests opened the socket for this program, which does not use it anywhere else.
    #[expect(unsafe_code, reason = "std has no other way to use an inherited socket")]
    let listener = unsafe { TcpListener::from_raw_fd(descriptor) };
    let client = Client::new(Config::from_env().unwrap().build().unwrap()).unwrap();
    let options = WebOptions::from_env().unwrap();
    let clever = CleverSso::new(client, options, CookieSessionStore::default(), Key::generate()).unwrap();
    let clever = clever.on_sign_in(only_known_people);
    let app = move || {
        let staffroom =
            web::resource("/staffroom").wrap(login_required(["teacher", "staff"])).to(async || "coffee");
        let app = App::new()
            .route("/", web::to(home))
            .route("/private", web::to(private))
            .route("/shelf/{name:.*}", web::get().to(shelf))
            .service(staffroom)
            .route("/vault", web::get().to(vault))
            .route("/cart", web::get().to(cart))
            .route("/bye", web::get().to(bye))
            .route("/leave", web::get().to(bye))
            .route("/expel", web::get().to(expel))
            .route("/stay", web::get().to(async || "here"));
        clever.protect(app.wrap(from_fn(guard))).wrap(from_fn(with_path)).wrap(from_fn(without_prefix))
    };
    System::new().block_on(HttpServer::new(app).workers(2).listen(listener).unwrap().run()).unwrap();
}
