//! A console login with Clever, on the async client.
//!
//! ```sh
//! CLEVER_CLIENT_ID=... CLEVER_CLIENT_SECRET=... CLEVER_REDIRECT_URI=... \
//!     cargo run -p example-rust -- [login|portal|instant|implicit]
//! ```
//!
//! It prints `open URL` and reads the URL with which the browser came back. `CLEVER_BASE_URL` points it at a local
//! emulator; `CLEVER_DISTRICT_ID` names a district for `login`, and is needed for `instant`.

use std::env;
use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clever_sso::{
    AuthorizeOptions, Client, Config, ErrorCode, Identity, Login, LoginOptions, Outcome, ResponseType,
    Secret, parse_callback,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The person's browser: it goes where it is sent; a web application redirects instead.
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

fn client_from_environment() -> Result<Client> {
    let mut config =
        Config::builder(variable("CLEVER_CLIENT_ID")?).redirect_uri(variable("CLEVER_REDIRECT_URI")?);
    if let Ok(secret) = env::var("CLEVER_CLIENT_SECRET") {
        config = config.client_secret(secret);
    }
    if let Ok(base_url) = env::var("CLEVER_BASE_URL") {
        config = config.base_url(base_url);
    }
    Ok(Client::new(config.build()?)?)
}

// README: begin
async fn log_in(client: &Client) -> Result<ExitCode> {
    go(client, client.begin_login(&options())?).await
}

async fn go(client: &Client, login: Login) -> Result<ExitCode> {
    arrive(client, visit(&login.url)?, Some(login.pending)).await // a web application keeps `pending` in a cookie
}

async fn arrive(client: &Client, callback: String, pending: Option<String>) -> Result<ExitCode> {
    match client.finish_login_with_pending(&callback, pending.as_deref()).await? {
        Outcome::SignedIn(signed_in) => Ok(welcome(&signed_in.identity)),
        Outcome::Restart(again) => Box::pin(go(client, again.login)).await,
        Outcome::Denied(denied) => Ok(sorry(&denied.error)),
    }
}
// README: end

fn options() -> LoginOptions {
    let mut options = LoginOptions::default();
    options.district_id = env::var("CLEVER_DISTRICT_ID").ok();
    options
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

/// The implicit grant: the token is believed only with our own state, and only after Clever said that it is ours.
async fn implicit(client: &Client) -> Result<ExitCode> {
    let state = Secret::new(random_state()?);
    let options = AuthorizeOptions {
        response_type: ResponseType::Token,
        state: Some(state.expose()),
        ..AuthorizeOptions::default()
    };
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
    let identity = clever_sso::protocol::identity::from_api(client.issuer(), &me, Some(&user));
    Ok(greet(&identity, "tokeninfo"))
}

/// A state of one's own: 128 random bits.
fn random_state() -> Result<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "no random numbers")?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

async fn run(entry: &str) -> Result<ExitCode> {
    let client = client_from_environment()?;
    match entry {
        "login" => log_in(&client).await,
        "portal" => arrive(&client, visit(&client.portal_url(None))?, None).await,
        "instant" => {
            let url = client.instant_login_url(&variable("CLEVER_DISTRICT_ID")?);
            arrive(&client, visit(&url)?, None).await
        }
        "implicit" => implicit(&client).await,
        other => Err(format!("{other} is no entry: login, portal, instant or implicit").into()),
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
