//! A console login with Clever, on the async client.
//!
//! ```sh
//! CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=... \
//!     cargo run -p example-rust -- [login|portal|instant|implicit]
//! ```
//!
//! It prints `open URL` and reads the URL that the browser came back with. `CLEVER_BASE_URL` points it at a local
//! emulator; `CLEVER_DISTRICT_ID` names a district for `login`, and is needed for `instant`.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::{
    AuthorizeOptions, BrowserRequest, Client, Config, Endpoint, ErrorCode, Identity, Login, LoginOptions,
    Outcome, Refusal, ResponseType, Secret, SetCookie, SignedIn, parse_callback,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The person's browser opens the URL. A web application sends a redirect instead.
fn visit(url: &str) -> Result<String> {
    println!("open {url}");
    std::io::stdout().flush()?;
    let mut callback = String::new();
    match std::io::stdin().lock().read_line(&mut callback)? {
        0 => Err("the browser did not come back".into()),
        _ => Ok(callback.trim_end().to_owned()),
    }
}

fn variable(name: &str) -> Result<String> {
    env::var(name).map_err(|_| format!("set {name}").into())
}

/// The person's browser. A web application sends it redirects, pages, and a `Set-Cookie` header for each cookie.
struct Browser {
    url: String,
    request: BrowserRequest,
    kept: BTreeMap<String, String>,
    /// Who is signed in.
    session: Option<Identity>,
    /// The exit status, once the browser shows a page.
    status: Option<ExitCode>,
}

impl Browser {
    /// A browser that opens a URL of the application.
    fn at(url: String) -> Self {
        let request = BrowserRequest::new("GET").with_headers([("Sec-Fetch-Mode", "navigate")]);
        Self { url, request, kept: BTreeMap::new(), session: None, status: None }
    }

    /// The `Cookie` header of its requests.
    fn cookies(&self) -> String {
        self.kept.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, cookies: &[SetCookie]) {
        for cookie in cookies {
            if cookie.max_age() == 0 {
                self.kept.remove(cookie.name());
            } else {
                self.kept.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }

    /// Sends the browser to Clever, and reads where it comes back.
    fn send(&mut self, login: &Login) -> Result<()> {
        self.keep(&login.set_cookies);
        self.url = visit(&login.url)?;
        Ok(())
    }

    /// Lets a request act, or responds with only the status of the refusal.
    fn allow(refusal: Option<Refusal>) -> Result<()> {
        refusal.map_or(Ok(()), |refusal| Err(format!("refused: {}", refusal.status).into()))
    }

    /// Shows who signed in. A web application starts a new session here, without any data of the old one.
    fn sign_in(&mut self, signed_in: Box<SignedIn>) -> Result<()> {
        self.keep(&signed_in.set_cookies);
        self.status = Some(welcome(&signed_in.identity));
        self.session = Some(signed_in.identity);
        Ok(std::io::stdout().flush()?)
    }

    /// Shows what went wrong. Devices are shared: the next person must not continue in the session of the last one.
    fn show(&mut self, status: ExitCode, cookies: &[SetCookie], ends_session: bool) -> Result<()> {
        self.keep(cookies);
        if ends_session {
            self.session = None;
        }
        self.status = Some(status);
        Ok(std::io::stdout().flush()?)
    }
}

// README: begin
fn log_in(client: &Client, browser: &mut Browser) -> Result<()> {
    Browser::allow(client.refusal(Endpoint::Login, &browser.request))?;
    browser.send(&client.begin_login(&options(browser))?)
}

async fn callback(client: &Client, browser: &mut Browser) -> Result<()> {
    Browser::allow(client.refusal(Endpoint::Callback, &browser.request))?; // a prefetch uses no code
    match client.finish_login(&browser.url, &browser.cookies()).await {
        Ok(Outcome::SignedIn(signed_in)) => browser.sign_in(signed_in),
        Ok(Outcome::Restart(again)) => browser.send(&again.login),
        Ok(Outcome::Denied(no)) => browser.show(sorry(&no.error), &no.set_cookies, no.ends_session),
        Err(error) => browser.show(fail(&error), error.set_cookies(), error.ends_session()),
    }
}
// README: end

/// Handles the browser's callbacks until it shows a page. `finish_login` ends a login that restarts too often.
async fn come_back(client: &Client, mut browser: Browser) -> Result<ExitCode> {
    loop {
        if let Some(status) = browser.status {
            return Ok(status);
        }
        callback(client, &mut browser).await?;
    }
}

fn options(browser: &Browser) -> LoginOptions {
    let options = LoginOptions::new().cookies(browser.cookies()).has_session(browser.session.is_some());
    match env::var("CLEVER_DISTRICT_ID") {
        Ok(district_id) => options.district_id(district_id),
        Err(_) => options,
    }
}

fn fail(error: &clever_sso::Error) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn sorry(error: &str) -> ExitCode {
    println!("denied: {error}");
    ExitCode::FAILURE
}

fn welcome(identity: &Identity) -> ExitCode {
    greet(identity, identity.proven_by.as_str())
}

fn greet(identity: &Identity, proof: &str) -> ExitCode {
    let user_type = identity.user_type.as_ref().map_or("several roles", |user_type| user_type.as_str());
    let district = identity.district_id.as_deref().unwrap_or("none");
    println!(
        "signed in: {} ({user_type}, id {}, district {district}, proven by {proof})",
        identity.name.full(),
        identity.id
    );
    ExitCode::SUCCESS
}

/// The implicit grant. Trust the token only with your own state, and only after Clever has confirmed that it was issued to this
/// app.
async fn implicit(client: &Client) -> Result<ExitCode> {
    let state = Secret::new(random_state()?);
    let options = AuthorizeOptions::new().response_type(ResponseType::Token).state(state.expose());
    let callback = parse_callback(&visit(&client.authorize_url(&options)?)?)?;
    if !callback.state.is_some_and(|returned| state.matches(returned.expose())) {
        return Err(format!("{}: the callback belongs to another login", ErrorCode::StateMismatch).into());
    }
    let Some(access_token) = callback.access_token else {
        return Ok(sorry(callback.error.as_deref().unwrap_or("no token")));
    };
    client.check_token(access_token.expose()).await?;
    let me = client.me(access_token.expose()).await?;
    let user = client.user(access_token.expose(), &me.id).await?;
    let identity = clever_sso::protocol::identity_from_api(client.issuer(), &me, Some(&user));
    Ok(greet(&identity, "tokeninfo"))
}

/// Your own state: 128 random bits.
fn random_state() -> Result<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no random numbers")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

async fn run(entry: &str) -> Result<ExitCode> {
    let client = Client::new(Config::from_env()?.build()?)?;
    match entry {
        "login" => {
            let mut browser = Browser::at(String::new());
            log_in(&client, &mut browser)?;
            come_back(&client, browser).await
        }
        "portal" => come_back(&client, Browser::at(visit(&client.portal_url(None)?)?)).await,
        "instant" => {
            let url = client.instant_login_url(&variable("CLEVER_DISTRICT_ID")?)?;
            come_back(&client, Browser::at(visit(&url)?)).await
        }
        "implicit" => implicit(&client).await,
        other => Err(format!("unknown entry {other}: use login, portal, instant or implicit").into()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let entry = env::args().nth(1).unwrap_or_else(|| "login".to_owned());
    run(&entry).await.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}
