//! Log in with Clever in actix-web: a login button, a page that shows who you are, and a logout button.

mod pages;

use std::env;
use std::error::Error;

use actix_web::cookie::Key;
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{Html, Redirect};
use actix_web::{App, Either, HttpServer, get};
use clever_sso::actix::actix_session::storage::CookieSessionStore;
use clever_sso::actix::{Clever, CleverSso, Person, login_required};
use clever_sso::web::WebOptions;
use clever_sso::{Client, Config};

/// The front page, with the login button.
#[get("/")]
async fn home(clever: Clever, person: Option<Person>) -> Either<Redirect, Html> {
    if person.is_some() {
        return Either::Left(Redirect::to("/me").see_other());
    }
    Either::Right(Html::new(pages::home(&clever.login_url(None), &clever.switch_user_url(None))))
}

/// Shows who is signed in.
#[get("/me")]
async fn me(clever: Clever, person: Person) -> Html {
    Html::new(pages::me(&person, &clever.log_out_url()))
}

/// A page for teachers and staff only.
#[get("/lessons", wrap = r#"login_required(["teacher", "staff"])"#)]
async fn lessons() -> Html {
    Html::new(pages::lessons())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let client = Client::new(Config::from_env()?.build()?)?;
    let options = WebOptions::from_env()?.prefix("/").after_login("/me");
    // Each start makes a new key, which logs everyone out. Several processes need the same key.
    let key = Key::generate();
    let clever =
        CleverSso::new(client, options, CookieSessionStore::default(), key)?.on_problem(pages::problem);
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse())?;
    let app = move || {
        let app = App::new().service(home).service(me).service(lessons);
        clever.protect(app).wrap(DefaultHeaders::new().add(("Content-Security-Policy", pages::POLICY)))
    };
    HttpServer::new(app).workers(2).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}
