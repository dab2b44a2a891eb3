//! A new user's code with only the published crates: a site with a login, without a web framework, and its test. The code makes
//! no login cookie, no state and no status by itself.

use std::collections::HashMap;
use std::error::Error;

use clever_emulator::{App, Emulator, Options};
use clever_sso::http::{Request, Response, header};
use clever_sso::web::{BrowserLeg, SessionIdentity, Step, WebOptions, WebRequest};
use clever_sso::{Client, Config};

const REDIRECT_URI: &str = "http://127.0.0.1:3000/clever/callback";

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The site.
struct Site {
    leg: BrowserLeg,
    /// The signed-in person. A real site has one for each browser.
    session: Option<SessionIdentity>,
}

impl Site {
    fn new(base_url: &str) -> clever_sso::Result<Self> {
        let config = Config::builder("my-app").client_secret("my-secret").redirect_uri(REDIRECT_URI);
        let client = Client::new(config.base_url(base_url).build()?)?;
        Ok(Self { leg: BrowserLeg::new(client, WebOptions::new().after_login("/grades"))?, session: None })
    }

    async fn response(&mut self, request: &Request<()>) -> Response<String> {
        let request = WebRequest::from(request);
        let response = match request.path() {
            path if self.leg.is_login(path) => self.leg.login(&request, self.session.is_some()),
            _ if self.leg.takes_callback(&request) => match self.leg.callback(&request).await {
                Step::Respond(response) => response,
                Step::SignIn(signed_in) => {
                    self.session = Some(self.leg.session_identity(&signed_in.identity));
                    return self.leg.admitted(&request, &signed_in).into_http();
                }
                _ => self.leg.broken(&request, None),
            },
            path if self.leg.is_log_out(path) => self.leg.log_out(&request),
            _ => match &self.session {
                Some(person) => return Response::new(format!("The grades of {}", person.full_name)),
                None => self.leg.not_signed_in(&request),
            },
        };
        if response.ends_session() {
            self.session = None;
        }
        response.into_http()
    }
}

/// A browser that keeps cookies and follows redirects.
struct Browser {
    site: Site,
    cookies: HashMap<String, String>,
}

impl Browser {
    async fn open(&mut self, method: &str, url: &str) -> Outcome<Response<String>> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let target = url.strip_prefix("http://127.0.0.1:3000").unwrap_or(url);
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(header::HOST, "127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.join("; "))
            .body(())?;
        let response = self.site.response(&request).await;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, rest) = cookie.to_str()?.split_once('=').ok_or("a cookie without a value")?;
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.cookies.retain(|_, value| !value.is_empty());
        Ok(response)
    }
}

fn location(response: &Response<String>) -> Outcome<String> {
    let location = response.headers().get(header::LOCATION).ok_or("no redirect")?;
    Ok(location.to_str()?.to_owned())
}

#[tokio::test]
async fn ada_logs_in_from_the_app_and_from_the_portal() -> Outcome<()> {
    let app = App::new("my-app", "my-secret", REDIRECT_URI).with_oidc();
    let emulator = Emulator::start(Options::new().app(app))?;
    for from_the_portal in [false, true] {
        let mut browser = Browser { site: Site::new(emulator.base_url())?, cookies: HashMap::new() };
        let mut clever = if from_the_portal {
            emulator.portal_link("my-app").ok_or("no such app")?
        } else {
            let login = location(&browser.open("GET", "/grades").await?)?;
            location(&browser.open("GET", &login).await?)?
        };
        let goal = loop {
            let callback = emulator.log_in_as("ada", &clever).ok_or("no one has this name")?;
            let next = location(&browser.open("GET", &callback).await?)?;
            if next.starts_with('/') {
                break next;
            }
            // A login from the portal restarts once.
            clever = next;
        };
        assert_eq!(goal, "/grades");
        assert_eq!(browser.open("GET", &goal).await?.body(), "The grades of Ada Ashworth");
        browser.open("POST", "/clever/logout").await?;
        assert!(location(&browser.open("GET", "/grades").await?)?.starts_with("/clever/login"));
    }
    Ok(())
}
