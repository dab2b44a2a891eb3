//! A new user's code with the published crates and actix-web: a site with a login, and its test. The code makes no login cookie,
//! no state and no status by itself.

use std::collections::HashMap;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use actix_web::cookie::Key;
use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use actix_web::web::Html;
use actix_web::{App as Site, HttpServer, get};
use clever_emulator::{App, Emulator, Options};
use clever_sso::actix::actix_session::storage::CookieSessionStore;
use clever_sso::actix::{Clever, CleverSso, Person, login_required};
use clever_sso::web::WebOptions;
use clever_sso::{Client, Config};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[get("/")]
async fn home(clever: Clever) -> Html {
    Html::new(clever.login_button(Some("/grades")))
}

#[get("/grades")]
async fn grades(person: Person) -> String {
    format!("The grades of {}", person.full_name)
}

#[get("/staffroom", wrap = r#"login_required(["teacher", "staff"])"#)]
async fn staffroom() -> &'static str {
    "coffee"
}

/// Starts the site in its own thread.
fn serve(client: Client, listener: TcpListener) -> Outcome<ServerHandle> {
    let clever = CleverSso::new(client, WebOptions::new(), CookieSessionStore::default(), Key::generate())?;
    let app = move || clever.protect(Site::new().service(home).service(grades).service(staffroom));
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async {
            let server = HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run();
            drop(send.send(server.handle()));
            server.await
        })
    });
    Ok(receive.recv()?)
}

/// A browser that keeps cookies and follows redirects.
struct Browser {
    site: String,
    cookies: HashMap<String, String>,
}

/// A redirect, or the text of a page.
#[derive(Debug, PartialEq)]
enum Answer {
    Redirect(String),
    Page(String),
}

impl Browser {
    fn open(&mut self, method: &str, url: &str) -> Outcome<Answer> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (target, site) = (url.strip_prefix(&format!("http://{}", self.site)).unwrap_or(url), &self.site);
        let headers = [format!("Host: {site}"), format!("Cookie: {}", cookies.join("; "))];
        let mut stream = TcpStream::connect(site)?;
        let request = format!(
            "{method} {target} HTTP/1.1\r\n{}\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n\r\n",
            headers.join("\r\n")
        );
        stream.write_all(request.as_bytes())?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let (head, page) = response.split_once("\r\n\r\n").ok_or("no response")?;
        let mut location = None;
        for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("set-cookie") {
                let (name, rest) = value.split_once('=').ok_or("a cookie without a value")?;
                self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
            } else if name.eq_ignore_ascii_case("location") {
                location = Some(value.to_owned());
            }
        }
        self.cookies.retain(|_, value| !value.is_empty());
        Ok(location.map_or_else(|| Answer::Page(page.to_owned()), Answer::Redirect))
    }

    /// Follows redirects. At Clever, the browser is this person's.
    fn go(&mut self, person: &str, emulator: &Emulator, url: &str) -> Outcome<String> {
        let mut url = url.to_owned();
        loop {
            if url.starts_with(emulator.base_url()) {
                url = emulator.log_in_as(person, &url).ok_or("no one has this name")?;
            }
            match self.open("GET", &url)? {
                Answer::Redirect(onwards) => url = onwards,
                Answer::Page(page) => return Ok(page),
            }
        }
    }
}

#[test]
fn people_log_in_from_the_app_and_from_the_portal_and_log_out() -> Outcome<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let redirect_uri = format!("http://{address}/clever/callback");
    let emulator =
        Emulator::start(Options::new().app(App::new("my-app", "my-secret", &redirect_uri).with_oidc()))?;
    let config = Config::builder("my-app").client_secret("my-secret").redirect_uri(redirect_uri);
    let server = serve(Client::new(config.base_url(emulator.base_url()).build()?)?, listener)?;
    for from_the_portal in [false, true] {
        let mut browser = Browser { site: address.clone(), cookies: HashMap::new() };
        assert!(browser.go("ada", &emulator, "/")?.contains("Log in with Clever"));
        if from_the_portal {
            let portal = emulator.portal_link("my-app").ok_or("no such app")?;
            browser.go("ada", &emulator, &portal)?;
            assert_eq!(
                browser.open("GET", "/grades")?,
                Answer::Page("The grades of Ada Ashworth".to_owned())
            );
        } else {
            assert_eq!(browser.go("ada", &emulator, "/grades")?, "The grades of Ada Ashworth");
        }
        assert!(browser.go("ada", &emulator, "/staffroom")?.contains("You cannot open this page"));
        browser.open("POST", "/clever/logout")?;
        assert!(matches!(browser.open("GET", "/grades")?, Answer::Redirect(_)));
        assert_eq!(browser.go("grace", &emulator, "/staffroom")?, "coffee");
    }
    System::new().block_on(server.stop(true));
    Ok(())
}
