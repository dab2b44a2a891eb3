//! The blocking client: the same operations for callers without a runtime. C and Python use it.

#[cfg(feature = "__face")]
use std::ffi::OsString;
use std::sync::Arc;

use crate::browser::{BrowserRequest, Endpoint, Refusal};
#[cfg(feature = "__face")]
use crate::config::OfVariables;
use crate::config::{Config, ConfigBuilder};
#[cfg(feature = "__face")]
use crate::doctor::Finding;
use crate::doctor::{self, Report};
use crate::error::{ErrorCode, Result};
use crate::keys::InheritedKeys;
use crate::login::{Inputs, Journey, Login, LoginOptions, Outcome};
use crate::protocol::api::{District, Me, User, UserInfo};
use crate::protocol::authorize::ResponseType;
use crate::protocol::discovery::Metadata;
use crate::protocol::id_token::Claims;
use crate::protocol::token::Tokens;
use crate::protocol::tokeninfo::TokenInfo;
use crate::runtime_pool::{self, RuntimePool};
use crate::runtimes::Runtimes;
use crate::set_cookie::SetCookie;
use crate::stats::Stats;
use crate::urls::{self, AuthorizeOptions};

/// The client for Clever, for blocking callers. Make one and keep it.
///
/// In a program with a tokio runtime, call it where blocking is allowed: in `tokio::task::spawn_blocking`, actix's `web::block`,
/// or `tokio::task::block_in_place`. Inside an async task it would block all other tasks of the thread, so its calls fail there
/// with `runtime_running`.
///
/// Threads and forked children can share it. A child shares no connection, lock or thread with its parent and makes its own, but
/// it does not need to fetch Clever's keys again. There is no background thread. A host name is resolved on a short-lived thread,
/// or on the caller's thread if no other can start.
///
/// A call never raises SIGPIPE, regardless of how the program handles that signal: it is blocked in the calling thread during the
/// call, and a pending SIGPIPE that the call caused is removed.
#[derive(Clone, Debug)]
pub struct Client {
    journey: Arc<Journey>,
    pool: Arc<RuntimePool>,
}

impl Client {
    /// Makes a client. Nothing is sent yet.
    ///
    /// ```
    /// use clever_sso::Config;
    /// use clever_sso::blocking::Client;
    ///
    /// let config = Config::builder("client-id").client_secret("secret").redirect_uri("https://app.example/callback");
    /// let client = Client::new(config.build()?)?;
    /// assert_eq!(client.issuer(), "https://clever.com");
    /// # Ok::<(), clever_sso::Error>(())
    /// ```
    ///
    /// # Errors
    /// `limit_reached`, `internal`.
    pub fn new(config: Config) -> Result<Self> {
        let journey = Arc::new(Journey::new(config)?);
        let pool = Arc::new(RuntimePool::new(Arc::clone(&journey)));
        Ok(Self { journey, pool })
    }

    /// The same client, but while its calls wait, they ask `watch` ten times a second whether to give up. If `watch` returns
    /// true, the call ends with `call_interrupted` and drops its request.
    ///
    /// A call runs on the caller's thread, and so does `watch`.
    ///
    /// ```no_run
    /// # fn example(client: clever_sso::blocking::Client) {
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// static STOPPING: AtomicBool = AtomicBool::new(false);
    ///
    /// let client = client.with_watch(|| STOPPING.load(Ordering::Relaxed));
    /// # }
    /// ```
    #[must_use]
    pub fn with_watch(self, watch: fn() -> bool) -> Self {
        let pool = Arc::new(RuntimePool::new(Arc::clone(&self.journey)).with_watch(watch));
        Self { pool, ..self }
    }

    /// Closes idle connections. The client can still be used.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) {
    /// client.close_idle();
    /// # }
    /// ```
    pub fn close_idle(&self) {
        self.pool.close_idle();
    }

    pub(crate) fn inherited(&self) -> &Arc<InheritedKeys> {
        self.pool.inherited()
    }

    pub(crate) fn runtimes(&self) -> &Arc<Runtimes> {
        self.pool.runtimes()
    }

    pub(crate) const fn journey(&self) -> &Arc<Journey> {
        &self.journey
    }

    /// The counters of this client in this process. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) {
    /// print!("{}", client.stats().to_prometheus());
    /// # }
    /// ```
    pub fn stats(&self) -> Stats {
        self.journey.recorder.read()
    }

    /// Makes a client for an OpenID Provider that lists its endpoints in a discovery document.
    ///
    /// ```no_run
    /// # fn example() -> clever_sso::Result<()> {
    /// use clever_sso::blocking::Client;
    ///
    /// let config = clever_sso::Config::builder("client-id").issuer("https://op.example");
    /// let client = Client::discover(config)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::discover`](crate::Client::discover); `runtime_running` inside an async task.
    pub fn discover(builder: ConfigBuilder) -> Result<Self> {
        let metadata = Self::new(builder.clone().with_discovery(false).build()?)?.metadata()?;
        Self::new(builder.discovered(&metadata).build()?)
    }

    /// The issuer that this client accepts logins from.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) {
    /// println!("people of {}", client.issuer());
    /// # }
    /// ```
    pub fn issuer(&self) -> &str {
        &self.journey.config.issuer
    }

    /// The parts of the issuer's discovery document that this crate reads.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.metadata()?.jwks_uri);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::metadata`](crate::Client::metadata); `runtime_running` inside an async task.
    pub fn metadata(&self) -> Result<Metadata> {
        self.pool.run(async |client| client.metadata().await)
    }

    /// Begins a login: send the browser to its `url` with its `set_cookies`. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let login = client.begin_login(&clever_sso::LoginOptions::new().return_to("/grades"))?;
    /// println!("Location: {}", login.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::begin_login`](crate::Client::begin_login).
    pub fn begin_login(&self, options: &LoginOptions) -> Result<Login> {
        self.begin(ResponseType::Code, options)
    }

    fn begin(&self, response_type: ResponseType, options: &LoginOptions) -> Result<Login> {
        let result = Inputs::now().and_then(|inputs| self.journey.begin(response_type, options, &inputs));
        self.journey.recorder.begun(&result);
        result
    }

    /// Finishes a login; `cookies` is the `Cookie` header of the callback's request.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let outcome = client.finish_login("https://app.example/callback?code=…&state=…", "name=value")?;
    /// if let clever_sso::Outcome::SignedIn(signed_in) = outcome {
    ///     println!("welcome, {}", signed_in.identity.name.full());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::finish_login`](crate::Client::finish_login); `runtime_running` inside an async task.
    pub fn finish_login(&self, callback: &str, cookies: &str) -> Result<Outcome> {
        self.pool.run(async |client| client.finish_login(callback, cookies).await)
    }

    /// Finishes a login whose pending login is in the application's own session.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let callback = "https://app.example/callback?code=…&state=…";
    /// # let session = std::collections::HashMap::<String, String>::new();
    /// let key = clever_sso::login_key_of_callback(callback).unwrap_or_default();
    /// let pending = session.get(&key).map(String::as_str);
    /// let outcome = client.finish_login_with_pending(callback, pending)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::finish_login`](crate::Client::finish_login); `runtime_running` inside an async task.
    pub fn finish_login_with_pending(&self, callback: &str, pending: Option<&str>) -> Result<Outcome> {
        self.pool.run(async |client| client.finish_login_with_pending(callback, pending).await)
    }

    /// Begins a login with the implicit grant, as [`Client::begin_implicit`](crate::Client::begin_implicit). No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let login = client.begin_implicit(&clever_sso::LoginOptions::new().return_to("/grades"))?;
    /// println!("Location: {}", login.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::begin_implicit`](crate::Client::begin_implicit).
    pub fn begin_implicit(&self, options: &LoginOptions) -> Result<Login> {
        self.begin(ResponseType::Token, options)
    }

    /// Finishes a login of [`begin_implicit`](Self::begin_implicit), like
    /// [`Client::finish_implicit`](crate::Client::finish_implicit).
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let fragment = "#token_type=bearer&access_token=…&state=…";
    /// let outcome = client.finish_implicit(fragment, "name=value")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::finish_implicit`](crate::Client::finish_implicit); `runtime_running` inside an async task.
    pub fn finish_implicit(&self, callback: &str, cookies: &str) -> Result<Outcome> {
        self.pool.run(async |client| client.finish_implicit(callback, cookies).await)
    }

    /// Finishes a login of the implicit grant whose pending login the application stored itself, such as a desktop app in its
    /// memory.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let fragment = "#token_type=bearer&access_token=…&state=…";
    /// # let mut kept = std::collections::HashMap::<String, String>::new();
    /// let key = clever_sso::login_key_of_callback(fragment).unwrap_or_default();
    /// let pending = kept.remove(&key);
    /// let outcome = client.finish_implicit_with_pending(fragment, pending.as_deref())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::finish_implicit`](crate::Client::finish_implicit); `runtime_running` inside an async task.
    pub fn finish_implicit_with_pending(&self, callback: &str, pending: Option<&str>) -> Result<Outcome> {
        self.pool.run(async |client| client.finish_implicit_with_pending(callback, pending).await)
    }

    /// Whether to refuse a request to one of the application's own login addresses. Returns the response to send; `None` when the
    /// request may proceed. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// use clever_sso::{BrowserRequest, Endpoint};
    ///
    /// let request = BrowserRequest::new("GET").with_headers([("Sec-Purpose", "prefetch")]);
    /// if let Some(refusal) = client.refusal(Endpoint::Callback, &request) {
    ///     println!("respond with status {}", refusal.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "a request that must not act would act"]
    pub fn refusal(&self, endpoint: Endpoint, request: &BrowserRequest) -> Option<Refusal> {
        self.journey.refusal(endpoint, request)
    }

    /// The cookies to set when a person logs out. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// for cookie in client.log_out_cookies("name=value") {
    ///     println!("Set-Cookie: {}", cookie.header());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "the browser must get them"]
    pub fn log_out_cookies(&self, cookies: &str) -> Vec<SetCookie> {
        self.journey.log_out(cookies, || Inputs::now().ok())
    }

    /// The cookies to set when a request has a session of the application, like
    /// [`Client::session_kept_cookies`](crate::Client::session_kept_cookies). No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// for cookie in client.session_kept_cookies("name=value") {
    ///     println!("Set-Cookie: {}", cookie.header());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "the browser must get them"]
    pub fn session_kept_cookies(&self, cookies: &str) -> Vec<SetCookie> {
        self.journey.session_kept(cookies, || Inputs::now().ok())
    }

    /// The URL that asks Clever for a code or a token. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let url = client.authorize_url(&clever_sso::AuthorizeOptions::new().state("random"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `redirect_uri_unknown`.
    pub fn authorize_url(&self, options: &AuthorizeOptions<'_>) -> Result<String> {
        urls::authorize_url(&self.journey.config, options)
    }

    /// An Instant Login link into this application for the people of a district. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let url = client.instant_login_url("53ee4b8a44abc88c1c00119b")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `argument_invalid` when the district is too long for a URL.
    pub fn instant_login_url(&self, district_id: &str) -> Result<String> {
        urls::instant_login_url(&self.journey.config, district_id)
    }

    /// The portal of a district by its short name, or the page where people look for their school. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let url = client.portal_url(Some("short-name"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `argument_invalid` when the district is too long for a URL.
    pub fn portal_url(&self, district: Option<&str>) -> Result<String> {
        urls::portal_url(&self.journey.config, district)
    }

    /// Exchanges a code for tokens.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let tokens = client.exchange_code("code", None)?;
    /// let me = client.me(tokens.access_token.expose())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::exchange_code`](crate::Client::exchange_code); `runtime_running` inside an async task.
    pub fn exchange_code(&self, code: &str, redirect_uri: Option<&str>) -> Result<Tokens> {
        self.pool.run(async |client| client.exchange_code(code, redirect_uri).await)
    }

    /// Verifies an ID token against Clever's keys.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let claims = client.verify_id_token("ID token", Some("nonce"), None)?;
    /// println!("{}", claims.subject());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::verify_id_token`](crate::Client::verify_id_token); `runtime_running` inside an async task.
    pub fn verify_id_token(
        &self,
        token: &str,
        nonce: Option<&str>,
        access_token: Option<&str>,
    ) -> Result<Claims> {
        self.pool.run(async |client| client.verify_id_token(token, nonce, access_token).await)
    }

    /// Asks Clever whether an access token was issued to this application.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// println!("{:?}", client.check_token("access token")?.scopes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::check_token`](crate::Client::check_token); `runtime_running` inside an async task.
    pub fn check_token(&self, access_token: &str) -> Result<TokenInfo> {
        self.pool.run(async |client| client.check_token(access_token).await)
    }

    /// The owner of an access token.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.me("access token")?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::me`](crate::Client::me); `runtime_running` inside an async task.
    pub fn me(&self, access_token: &str) -> Result<Me> {
        self.pool.run(async |client| client.me(access_token).await)
    }

    /// A person's record.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// println!("{:?}", client.user("access token", "58da8c63d7dc0ca06800043c")?.roles);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::user`](crate::Client::user); `runtime_running` inside an async task.
    pub fn user(&self, access_token: &str, id: &str) -> Result<User> {
        self.pool.run(async |client| client.user(access_token, id).await)
    }

    /// A district's record.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// println!("{:?}", client.district("access token", "53ee4b8a44abc88c1c00119b")?.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::district`](crate::Client::district); `runtime_running` inside an async task.
    pub fn district(&self, access_token: &str, id: &str) -> Result<District> {
        self.pool.run(async |client| client.district(access_token, id).await)
    }

    /// The claims of the person that an access token belongs to.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.userinfo("access token", None)?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::userinfo`](crate::Client::userinfo); `runtime_running` inside an async task.
    pub fn userinfo(&self, access_token: &str, subject: Option<&str>) -> Result<UserInfo> {
        self.pool.run(async |client| client.userinfo(access_token, subject).await)
    }

    /// Checks the whole setup (settings, network, clock, keys, credentials) and reports what is wrong and what to do. It takes at
    /// most 15 seconds, logs no one in, and uses no login code. If a client cannot be made from your settings, use [`doctor`].
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let report = client.doctor()?;
    /// print!("{}", report.to_text(false));
    /// std::process::exit(report.exit_code().into());
    /// # }
    /// ```
    ///
    /// # Errors
    /// `runtime_running` inside an async task. Problems with the setup are in the report, not in the error.
    pub fn doctor(&self) -> Result<Report> {
        reported(self.pool.run(async |client| client.doctor().await))
    }

    /// Clever's keys as text, for another process of the same application.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// let text = client.export_keys()?;
    /// client.import_keys(&text)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::export_keys`](crate::Client::export_keys); `runtime_running` inside an async task.
    pub fn export_keys(&self) -> Result<String> {
        self.pool.run(async |client| client.export_keys().await)
    }

    /// Imports keys that another process exported. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// client.import_keys("what export_keys gave another process")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::import_keys`](crate::Client::import_keys).
    pub fn import_keys(&self, text: &str) -> Result<()> {
        self.pool.keys().import(text)
    }

    /// Does one-time setup up front: fetches discovery and keys.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::blocking::Client) -> clever_sso::Result<()> {
    /// client.warm_up()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::warm_up`](crate::Client::warm_up); `runtime_running` inside an async task.
    pub fn warm_up(&self) -> Result<()> {
        self.pool.run(async |client| client.warm_up().await)
    }
}

/// Checks the whole setup, like [`Client::doctor`], even when no client can be made from these settings: the first problem then
/// says what is wrong with them.
///
/// ```no_run
/// # fn example() -> clever_sso::Result<()> {
/// let report = clever_sso::blocking::doctor(clever_sso::Config::builder("client-id").redirect_uri("app.example/callback"))?;
/// assert_eq!(report.first_problem().map(|problem| problem.check.as_str()), Some("settings"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `runtime_running` inside an async task.
pub fn doctor(builder: ConfigBuilder) -> Result<Report> {
    reported(runtime_pool::run_alone(doctor::of_builder(builder, Vec::new()), None))
}

/// Like [`doctor`], for settings whose endpoints come from discovery. The doctor fetches that document within its own time.
///
/// # Errors
/// As [`doctor`].
#[cfg(feature = "__face")]
#[doc(hidden)]
pub fn doctor_with_discovery(builder: ConfigBuilder) -> Result<Report> {
    doctor(builder.with_discovery(true))
}

/// Checks the setup in the environment variables `CLEVER_CLIENT_ID` and so on.
///
/// # Errors
/// As [`doctor`]; `call_interrupted` when `watch` says so.
#[cfg(feature = "__face")]
#[doc(hidden)]
pub fn doctor_of_environment(watch: Option<fn() -> bool>) -> Result<Report> {
    reported(runtime_pool::run_alone(doctor::of_environment(), watch))
}

/// Checks the setup in settings that are named like these variables. `findings` are the caller's own findings.
///
/// # Errors
/// As [`doctor_of_environment`].
#[cfg(feature = "__face")]
#[doc(hidden)]
pub fn doctor_of_variables(
    variable: &dyn Fn(&str) -> Option<OsString>,
    findings: Vec<Finding>,
    watch: Option<fn() -> bool>,
) -> Result<Report> {
    reported(runtime_pool::run_alone(doctor::of_variables(OfVariables::of(variable), findings), watch))
}

/// A report in every case except a mistake of the caller: when no call can be made, the report says why.
fn reported(checked: Result<Report>) -> Result<Report> {
    checked.or_else(|error| match error.code() {
        ErrorCode::RuntimeRunning | ErrorCode::CallInterrupted => Err(error),
        _ => Ok(doctor::of_failure(&error)),
    })
}
