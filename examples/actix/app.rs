//! Log in with Clever in actix-web: a login button, a page that shows who you are, and a logout button.

mod clever;
mod pages;

use std::env;
use std::error::Error;

use actix_session::SessionMiddleware;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::Key;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{Data, Html, Redirect};
use actix_web::{App, Either, HttpRequest, HttpResponse, HttpServer, get};
use clever_sso::web::{BrowserLeg, WebOptions};
use clever_sso::{Client, Config};

use clever::{ProblemPage, person_of, request_of, sent};

/// The front page, with the login button.
#[get("/")]
async fn home(request: HttpRequest, leg: Data<BrowserLeg>) -> Either<Redirect, Html> {
    if person_of(&request).is_some() {
        return Either::Left(Redirect::to("/me").see_other());
    }
    let request = request_of(&request);
    let (login_url, switch_user_url) = (leg.login_url(&request, None), leg.switch_user_url(&request, None));
    Either::Right(Html::new(pages::home(&login_url, &switch_user_url)))
}

/// Shows who is signed in.
#[get("/me")]
async fn me(request: HttpRequest, leg: Data<BrowserLeg>) -> Either<Html, HttpResponse> {
    let asked = request_of(&request);
    match person_of(&request) {
        Some(person) => Either::Left(Html::new(pages::me(&person, &leg.log_out_url(&asked)))),
        None => Either::Right(sent(leg.not_signed_in(&asked))),
    }
}

/// A page for teachers only.
#[get("/lessons")]
async fn lessons(request: HttpRequest, leg: Data<BrowserLeg>) -> Either<Html, HttpResponse> {
    let asked = request_of(&request);
    match person_of(&request) {
        Some(person) if person.has_role(["teacher", "staff"]) => Either::Left(Html::new(pages::lessons())),
        Some(_) => Either::Right(sent(leg.not_allowed(&asked))),
        None => Either::Right(sent(leg.not_signed_in(&asked))),
    }
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
