//! A new user's code with the published crates and axum: a site with a login, and its test. The code makes no login cookie, no
//! state and no status by itself.

use std::collections::HashMap;
use std::error::Error;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use axum::{Router, routing::get};
use clever_emulator::{App, Emulator, Options};
use clever_sso::axum::{Clever, CleverSso, Person, login_required, tower_sessions::MemoryStore};
use clever_sso::web::WebOptions;
use clever_sso::{Client, Config};
use tower::ServiceExt as _;

const REDIRECT_URI: &str = "http://127.0.0.1:3000/clever/callback";

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The site.
fn site(client: Client) -> clever_sso::Result<Router> {
    let clever = CleverSso::new(client, WebOptions::new(), MemoryStore::default())?;
    let staff = Router::new()
        .route("/staffroom", get(async || "coffee"))
        .route_layer(login_required(["teacher", "staff"]));
    let app = Router::new()
        .route("/", get(async |clever: Clever| clever.login_button(Some("/grades"))))
        .route("/grades", get(async |person: Person| format!("The grades of {}", person.full_name)))
        .merge(staff);
    Ok(clever.protect(app))
}

/// A browser that keeps cookies and follows redirects.
struct Browser {
    site: Router,
    cookies: HashMap<String, String>,
}

/// A redirect, or the text of a page.
#[derive(Debug, PartialEq)]
enum Answer {
    Redirect(String),
    Page(String),
}

impl Browser {
    async fn open(&mut self, method: &str, url: &str) -> Outcome<Answer> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(url.strip_prefix("http://127.0.0.1:3000").unwrap_or(url))
            .header(header::HOST, "127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "))
            .body(Body::empty())?;
        let response = self.site.clone().oneshot(request).await?;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str()?.split_once('=').ok_or("a cookie without a value")?;
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.cookies.retain(|_, value| !value.is_empty());
        if let Some(location) = response.headers().get(header::LOCATION) {
            return Ok(Answer::Redirect(location.to_str()?.to_owned()));
        }
        let page = to_bytes(response.into_body(), 1 << 20).await?;
        Ok(Answer::Page(String::from_utf8(page.to_vec())?))
    }

    /// Follows redirects. At Clever, the browser is this person's.
    async fn go(&mut self, person: &str, emulator: &Emulator, url: &str) -> Outcome<String> {
        let mut url = url.to_owned();
        loop {
            if url.starts_with(emulator.base_url()) {
                url = emulator.log_in_as(person, &url).ok_or("no one has this name")?;
            }
            match self.open("GET", &url).await? {
                Answer::Redirect(onwards) => url = onwards,
                Answer::Page(page) => return Ok(page),
            }
        }
    }
}

#[tokio::test]
async fn people_log_in_from_the_app_and_from_the_portal_and_log_out() -> Outcome<()> {
    let app = App::new("my-app", "my-secret", REDIRECT_URI).with_oidc();
    let emulator = Emulator::start(Options::new().app(app))?;
    let config = Config::builder("my-app").client_secret("my-secret").redirect_uri(REDIRECT_URI);
    let site = site(Client::new(config.base_url(emulator.base_url()).build()?)?)?;
    for from_the_portal in [false, true] {
        let mut browser = Browser { site: site.clone(), cookies: HashMap::new() };
        assert!(browser.go("ada", &emulator, "/").await?.contains("Log in with Clever"));
        if from_the_portal {
            let portal = emulator.portal_link("my-app").ok_or("no such app")?;
            browser.go("ada", &emulator, &portal).await?;
            assert_eq!(
                browser.open("GET", "/grades").await?,
                Answer::Page("The grades of Ada Ashworth".to_owned())
            );
        } else {
            assert_eq!(browser.go("ada", &emulator, "/grades").await?, "The grades of Ada Ashworth");
        }
        assert!(browser.go("ada", &emulator, "/staffroom").await?.contains("You cannot open this page"));
        browser.open("POST", "/clever/logout").await?;
        assert!(matches!(browser.open("GET", "/grades").await?, Answer::Redirect(_)));
        assert_eq!(browser.go("grace", &emulator, "/staffroom").await?, "coffee");
    }
    Ok(())
}
