//! Log in with Clever in actix-web: a login button, a page that shows who you are, and a logout button.

mod clever;
mod pages;

use std::env;
use std::error::Error;

use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::Key;
use actix_web::http::StatusCode;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{Data, Html, Redirect};
use actix_web::{App, Either, HttpRequest, HttpResponse, HttpServer, get};
use clever_sso::web::{BrowserLeg, WebOptions};
use clever_sso::{Client, Config};

use clever::{ProblemPage, person_of, request_of, sent};

/// The front page, with the login button.
#[get("/")]
async fn home(request: HttpRequest, session: Session, leg: Data<BrowserLeg>) -> Either<Redirect, Html> {
    if person_of(&session).is_some() {
        return Either::Left(Redirect::to("/me").see_other());
    }
    let request = request_of(&request);
    let (login_url, switch_user_url) = (leg.login_url(&request, None), leg.switch_user_url(&request, None));
    Either::Right(Html::new(pages::home(&login_url, &switch_user_url)))
}

/// Shows who is signed in.
#[get("/me")]
async fn me(request: HttpRequest, session: Session, leg: Data<BrowserLeg>) -> HttpResponse {
    let request = request_of(&request);
    match person_of(&session) {
        Some(person) => shown(pages::me(&person, &leg.log_out_url(&request))),
        None => sent(leg.not_signed_in(&request)),
    }
}

/// A page for teachers only.
#[get("/lessons")]
async fn lessons(request: HttpRequest, session: Session, leg: Data<BrowserLeg>) -> HttpResponse {
    let request = request_of(&request);
    match person_of(&session) {
        Some(person) if person.has_role(["teacher", "staff"]) => shown(pages::lessons()),
        Some(_) => sent(leg.not_allowed(&request)),
        None => sent(leg.not_signed_in(&request)),
    }
}

/// The response for a page with a person's name.
fn shown(page: String) -> HttpResponse {
    HttpResponse::build(StatusCode::OK)
        .content_type("text/html; charset=utf-8")
        .insert_header(("Cache-Control", "no-store"))
        .body(page)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let client = Client::new(Config::from_env()?.build()?)?;
    let options = WebOptions::from_env()?.prefix("/").after_login("/me");
    let leg = BrowserLeg::new(client, options)?;
    // Each start makes a new key, which logs everyone out. Several processes need the same key.
    let key = Key::generate();
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse())?;
    let app = move || {
        let sessions = SessionMiddleware::builder(CookieSessionStore::default(), key.clone())
            .cookie_name(leg.session_cookie_name().to_owned())
            .cookie_secure(leg.is_secure());
        App::new()
            .app_data(Data::new(leg.clone()))
            .app_data(ProblemPage(pages::problem))
            .service(home)
            .service(me)
            .service(lessons)
            .wrap(from_fn(clever::pages))
            .wrap(sessions.build())
            .wrap(from_fn(clever::without_disguised_cookies))
            .wrap(DefaultHeaders::new().add(("Content-Security-Policy", pages::POLICY)))
    };
    HttpServer::new(app).workers(2).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}
