//! The async client: the only place that uses both the protocol and the transport.

use std::sync::Arc;

use tracing::Instrument as _;
use tracing::field::Empty;
use tracing::instrument::Instrumented;

use crate::ahead::Ahead;
use crate::browser::{BrowserRequest, Endpoint, Refusal};
use crate::clock::{self, Instant};
use crate::config::{Config, ConfigBuilder};
use crate::doctor::{self, Report};
use crate::error::Result;
use crate::journey::{IdTokenCheck, Journey, LoginRequest, Step};
use crate::keys::{Cached, InheritedKeys, Keys};
use crate::login::{Inputs, Kept, Login, LoginOptions, Outcome};
#[cfg(feature = "__face")]
use crate::observed;
use crate::protocol::api::{self, District, Me, User, UserInfo};
use crate::protocol::authorize::ResponseType;
use crate::protocol::discovery::{self, Metadata};
use crate::protocol::id_token::{Claims, Expected, verify_id_token_with};
use crate::protocol::jws::KeySet;
use crate::protocol::token::{self, Tokens};
use crate::protocol::tokeninfo::{self, TokenInfo};
use crate::protocol::{Request, Response};
use crate::set_cookie::SetCookie;
use crate::stats::{LoginTimer, RequestTo, Stats};
use crate::transport::Transport;
use crate::urls::{self, AuthorizeOptions};

/// The client for Clever, for async callers. Cheap to clone; make one and keep it.
///
/// It runs on the caller's tokio runtime, or on several at once: each runtime has its own connections, which end with it. So one
/// client in a `static` serves all actix workers, or all tests. Do not use it after a fork; servers that fork use
/// [`blocking::Client`](crate::blocking::Client).
///
/// Outside a tokio runtime, calls that need the network fail with `runtime_missing`.
///
/// A server that closes a connection can raise SIGPIPE on a thread of your runtime. Rust programs ignore that signal, so this has
/// no effect. If your program restores the signal's default action, block it on those threads (`Builder::on_thread_start`);
/// otherwise it ends your program. The blocking client blocks it itself.
///
/// # Panics
/// Calls that need the network panic on a runtime that was built without `enable_io` and `enable_time` (or `enable_all`).
#[derive(Clone, Debug)]
pub struct Client {
    journey: Arc<Journey>,
    keys: Arc<Keys>,
    transport: Transport,
}

impl Client {
    /// Makes a client. Nothing is sent yet.
    ///
    /// ```
    /// use clever_sso::{Client, Config};
    ///
    /// let config = Config::builder("client-id").client_secret("secret").redirect_uri("https://app.example/callback");
    /// let client = Client::new(config.build()?)?;
    /// assert_eq!(client.issuer(), "https://clever.com");
    /// # Ok::<(), clever_sso::Error>(())
    /// ```
    ///
    /// # Errors
    /// `network_tls` when this system trusts no certificates at all, `limit_reached`, `internal`.
    pub fn new(config: Config) -> Result<Self> {
        let journey = Arc::new(Journey::new(config)?);
        let keys = Arc::new(Keys::new(&journey.config, Arc::new(InheritedKeys::new()), &journey.recorder));
        Self::from_parts(journey, keys)
    }

    /// Makes a client for an OpenID Provider other than Clever, and takes the endpoints that you did not set from its discovery
    /// document. (Clever's endpoints are built in.) If the document lacks an endpoint, or has an unusable one, the call that
    /// needs it fails with `config_invalid`.
    ///
    /// ```no_run
    /// # async fn example() -> clever_sso::Result<()> {
    /// use clever_sso::Client;
    ///
    /// let config = clever_sso::Config::builder("client-id").issuer("https://op.example");
    /// let client = Client::discover(config).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `config_invalid`, `discovery_issuer`, and the errors of the provider's responses and of the network.
    pub async fn discover(builder: ConfigBuilder) -> Result<Self> {
        let metadata = Self::new(builder.clone().with_discovery(false).build()?)?.metadata().await?;
        Self::new(builder.discovered(&metadata).build()?)
    }

    /// The parts of the issuer's discovery document that this crate reads.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.metadata().await?.jwks_uri);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `discovery_issuer`, and the errors of the provider's responses and of the network.
    pub async fn metadata(&self) -> Result<Metadata> {
        let issuer = &self.config().issuer;
        discovery::response(
            &self.fetch("metadata", RequestTo::Discovery, discovery::request(issuer)?).await?,
            issuer,
        )
    }

    pub(crate) fn from_parts(journey: Arc<Journey>, keys: Arc<Keys>) -> Result<Self> {
        let transport = Transport::new(&journey.config, &journey.recorder)?;
        Ok(Self { journey, keys, transport })
    }

    /// The issuer that this client accepts logins from.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::Client) {
    /// println!("people of {}", client.issuer());
    /// # }
    /// ```
    pub fn issuer(&self) -> &str {
        &self.config().issuer
    }

    /// The counters of this client in this process. No network.
    ///
    /// ```no_run
    /// # fn example(client: &clever_sso::Client) {
    /// print!("{}", client.stats().to_prometheus());
    /// # }
    /// ```
    pub fn stats(&self) -> Stats {
        self.journey.recorder.read()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.journey.config
    }

    #[cfg(test)]
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    fn deadline(&self) -> Instant {
        clock::now() + self.config().timeout
    }

    /// Begins a login: send the browser to its `url` with its `set_cookies`. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let login = client.begin_login(&clever_sso::LoginOptions::new().return_to("/grades"))?;
    /// println!("Location: {}", login.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `redirect_uri_unknown`, `return_to_unsafe`, `argument_invalid`, `client_secret_missing`, `session_not_kept`,
    /// `page_not_allowed`, `internal`.
    pub fn begin_login(&self, options: &LoginOptions) -> Result<Login> {
        self.begin(ResponseType::Code, options)
    }

    /// Finishes a login. `callback` is the URL (or its query) that the browser came back with. `cookies` is the `Cookie` header
    /// of that request. The outcome or error has the cookies to set with the response.
    ///
    /// With several redirect URIs, pass the whole URL: a login that began at Clever continues at the redirect URI where it
    /// arrived.
    ///
    /// One network round trip when Clever sends an ID token, otherwise up to three. Keys that the client does not have yet are
    /// fetched during the code exchange.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let outcome = client.finish_login("https://app.example/callback?code=…&state=…", "name=value").await?;
    /// if let clever_sso::Outcome::SignedIn(signed_in) = outcome {
    ///     println!("welcome, {}", signed_in.identity.name.full());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The codes of the callback (`callback_…`), of a login that cannot restart again (`cookies_blocked`, `login_loop`,
    /// `pending_invalid`), of the ID token (`id_token_…`), of Clever's responses and of the network. Results that happen in
    /// normal use are an [`Outcome`], not an error.
    pub async fn finish_login(&self, callback: &str, cookies: &str) -> Result<Outcome> {
        self.finish(ResponseType::Code, callback, Kept::Cookies(cookies)).await
    }

    /// Like [`finish_login`](Self::finish_login), for applications that store pending logins in their own session: `pending` is
    /// the one stored under the key that [`login_key_of_callback`](crate::login_key_of_callback) returns. The outcome sets no
    /// cookies.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let callback = "https://app.example/callback?code=…&state=…";
    /// # let session = std::collections::HashMap::<String, String>::new();
    /// let key = clever_sso::login_key_of_callback(callback).unwrap_or_default();
    /// let pending = session.get(&key).map(String::as_str);
    /// let outcome = client.finish_login_with_pending(callback, pending).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::finish_login`].
    pub async fn finish_login_with_pending(&self, callback: &str, pending: Option<&str>) -> Result<Outcome> {
        self.finish(ResponseType::Code, callback, Kept::of_application(pending)).await
    }

    /// Begins a login with the implicit grant, for an application without a client secret: the browser comes back with an access
    /// token in the fragment. Clever must allow your application to use this grant. No network.
    ///
    /// Without a client secret, [`pending_key`](crate::ConfigBuilder::pending_key) must be set. The state, the cookie and the
    /// options are the same as in [`begin_login`](Self::begin_login).
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let login = client.begin_implicit(&clever_sso::LoginOptions::new().return_to("/grades"))?;
    /// println!("Location: {}", login.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::begin_login`], and `config_invalid` when there is neither a client secret nor a pending key.
    pub fn begin_implicit(&self, options: &LoginOptions) -> Result<Login> {
        self.begin(ResponseType::Token, options)
    }

    /// Finishes a login of [`begin_implicit`](Self::begin_implicit). Browsers do not send the fragment to a server, so your page
    /// must post it. `callback` is that fragment, or the whole URL with it. `cookies` is the `Cookie` header of that request.
    ///
    /// Up to three network round trips: Clever confirms that the token was issued to this application, and says who the person
    /// is.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let fragment = "#token_type=bearer&access_token=…&state=…";
    /// let outcome = client.finish_implicit(fragment, "name=value").await?;
    /// if let clever_sso::Outcome::SignedIn(signed_in) = outcome {
    ///     println!("welcome, {}", signed_in.identity.name.full());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `callback_malformed`, also for a token in the query or a token that is not a bearer token; `token_foreign`,
    /// `token_rejected`; and the errors of [`Client::finish_login`].
    pub async fn finish_implicit(&self, callback: &str, cookies: &str) -> Result<Outcome> {
        self.finish(ResponseType::Token, callback, Kept::Cookies(cookies)).await
    }

    /// Like [`finish_implicit`](Self::finish_implicit), for applications that store pending logins themselves, such as a desktop
    /// app in its memory: `pending` is the one stored under the key that [`login_key_of_callback`](crate::login_key_of_callback)
    /// returns. The outcome sets no cookies.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let fragment = "#token_type=bearer&access_token=…&state=…";
    /// # let mut kept = std::collections::HashMap::<String, String>::new();
    /// let key = clever_sso::login_key_of_callback(fragment).unwrap_or_default();
    /// let pending = kept.remove(&key);
    /// let outcome = client.finish_implicit_with_pending(fragment, pending.as_deref()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::finish_implicit`].
    pub async fn finish_implicit_with_pending(
        &self,
        callback: &str,
        pending: Option<&str>,
    ) -> Result<Outcome> {
        self.finish(ResponseType::Token, callback, Kept::of_application(pending)).await
    }

    /// Whether to refuse a request to one of the application's own login addresses. Returns the response to send; `None` when the
    /// request may proceed. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
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

    /// The cookies to set when a person logs out. `cookies` is the `Cookie` header of the request. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
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

    /// The cookies to set when a request has a session of the application: they record that the last sign-in was kept. Usually
    /// there are none. Without this call, people who log out with the application's own logout and sign in again four times in a
    /// minute get `session_not_kept`. `cookies` is the `Cookie` header of the request. No network.
    ///
    /// Set a cookie with a `max_age` above 0 only with a page, not with a redirect, an image or a response to a script: the
    /// cookie says that the person is not in a loop.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
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

    fn begin(&self, response_type: ResponseType, options: &LoginOptions) -> Result<Login> {
        let result = Inputs::now().and_then(|inputs| self.journey.begin(response_type, options, &inputs));
        self.journey.recorder.begun(&result);
        result
    }

    /// Finishes a login, counts it, and traces it as a span.
    async fn finish(&self, response_type: ResponseType, callback: &str, kept: Kept<'_>) -> Result<Outcome> {
        let call = match response_type {
            ResponseType::Code => "finish_login",
            ResponseType::Token => "finish_implicit",
        };
        let span = tracing::info_span!(
            "clever_sso",
            call,
            "clever_sso.outcome" = Empty,
            "clever_sso.code" = Empty,
            "error.type" = Empty,
            otel.status_code = Empty,
        );
        note_call(call);
        let timer = LoginTimer::start(&self.journey.recorder);
        let result = self.finish_here(response_type, callback, kept).instrument(span.clone()).await;
        let end = timer.end(&result);
        #[cfg(feature = "__face")]
        observed::note(|seen| (seen.outcome, seen.code) = (Some(end.outcome()), end.code()));
        span.record("clever_sso.outcome", end.outcome());
        if let Some(code) = end.code() {
            span.record("clever_sso.code", code.as_str());
        }
        if let Err(error) = &result {
            span.record("error.type", error.code().as_str()).record("otel.status_code", "ERROR");
        }
        result
    }

    async fn finish_here(
        &self,
        response_type: ResponseType,
        callback: &str,
        kept: Kept<'_>,
    ) -> Result<Outcome> {
        let first = self.journey.finish(response_type, callback, kept, &Inputs::now()?)?;
        let deadline = self.deadline();
        let exchange = match first {
            Step::Send(exchange) if response_type == ResponseType::Code => exchange,
            // Nothing here needs the keys.
            _ => return self.go_on(first, deadline).await,
        };
        // An unneeded fetch is dropped at the end of the call: when the exchange fails, or returns no ID token.
        let mut keys = Ahead::new(self.keys.ahead(&self.transport, deadline));
        match keys.during(self.ask(exchange, deadline)).await? {
            Step::Verify(id_token) => {
                self.keys.learn(true);
                let known = match keys.finish().await {
                    Some(known) => known,
                    None => self.known_keys(clock::now(), deadline).await,
                };
                self.sign_in(&id_token, known, deadline).await
            }
            next => {
                drop(keys);
                if matches!(next, Step::Send(_)) {
                    self.keys.learn(false);
                }
                self.go_on(next, deadline).await
            }
        }
    }

    async fn go_on(&self, mut step: Step, deadline: Instant) -> Result<Outcome> {
        loop {
            step = match step {
                Step::Finished(outcome) => {
                    if let Outcome::Restart(restart) = &outcome {
                        tracing::debug!(reason = restart.reason.as_str(), "the login restarts");
                    }
                    return Ok(outcome);
                }
                Step::Send(asked) => self.ask(asked, deadline).await?,
                Step::Verify(id_token) => {
                    let known = self.known_keys(clock::now(), deadline).await;
                    return self.sign_in(&id_token, known, deadline).await;
                }
            }
        }
    }

    async fn ask(&self, asked: LoginRequest, deadline: Instant) -> Result<Step> {
        let sent = self.transport.send(asked.to(), asked.request(), deadline).await;
        match sent.and_then(|response| Ok((response, Inputs::now()?))) {
            Ok((response, Inputs { now, entropy })) => asked.response(&response, now, &entropy),
            Err(error) => asked.failed(error),
        }
    }

    async fn sign_in(
        &self,
        id_token: &IdTokenCheck,
        known: Result<Arc<Cached>>,
        deadline: Instant,
    ) -> Result<Outcome> {
        let known = known.map_err(|error| id_token.failed(error))?;
        let now = clock::unix_time();
        self.verify(known, deadline, |keys| id_token.verify(keys, now)).await
    }

    /// The URL that asks Clever for a code or a token, for applications that drive the flow themselves. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let url = client.authorize_url(&clever_sso::AuthorizeOptions::new().state("random"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `redirect_uri_unknown`.
    pub fn authorize_url(&self, options: &AuthorizeOptions<'_>) -> Result<String> {
        urls::authorize_url(self.config(), options)
    }

    /// An Instant Login link into this application for the people of a district. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let url = client.instant_login_url("53ee4b8a44abc88c1c00119b")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `argument_invalid` when the district is too long for a URL.
    pub fn instant_login_url(&self, district_id: &str) -> Result<String> {
        urls::instant_login_url(self.config(), district_id)
    }

    /// The portal of a district by its short name, or the page where people look for their school. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let url = client.portal_url(Some("short-name"))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `argument_invalid` when the district is too long for a URL.
    pub fn portal_url(&self, district: Option<&str>) -> Result<String> {
        urls::portal_url(self.config(), district)
    }

    /// Exchanges a code for tokens, for applications that drive the flow themselves. A code works once, within a minute.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let tokens = client.exchange_code("code", None).await?;
    /// let me = client.me(tokens.access_token.expose()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `code_rejected`, `client_rejected`, `redirect_uri_unknown`, and the errors of Clever's responses and of the network.
    pub async fn exchange_code(&self, code: &str, redirect_uri: Option<&str>) -> Result<Tokens> {
        let request = self.journey.code_exchange(code, self.config().redirect_uri(redirect_uri)?)?;
        token::response(&self.fetch("exchange_code", RequestTo::Token, request).await?)
    }

    /// Verifies an ID token with Clever's keys, and fetches the keys first if the client does not have them yet.
    ///
    /// `nonce` is the nonce that was sent; without one, the token must have none.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let claims = client.verify_id_token("ID token", Some("nonce"), None).await?;
    /// println!("{}", claims.subject());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The `id_token_…` code of the first broken rule; network errors when keys must be fetched.
    pub async fn verify_id_token(
        &self,
        token: &str,
        nonce: Option<&str>,
        access_token: Option<&str>,
    ) -> Result<Claims> {
        let now = clock::now();
        let deadline = now + self.config().timeout;
        let known = self.known_keys(now, deadline).await?;
        let Config { issuer, client_id, leeway, .. } = self.config();
        let expected =
            Expected { issuer, client_id, nonce, now: clock::unix_time(), leeway: *leeway, access_token };
        self.verify(known, deadline, |keys| verify_id_token_with(token, keys, &expected)).await
    }

    async fn known_keys(&self, now: Instant, deadline: Instant) -> Result<Arc<Cached>> {
        match self.keys.fresh_at(now) {
            Some(fresh) => Ok(fresh),
            // Boxed, because this future is large and rarely needed.
            None => Box::pin(traced("keys", self.keys.current(&self.transport, deadline))).await,
        }
    }

    /// Verifies with the cached keys, and with newer keys if those do not verify the token.
    async fn verify<T>(
        &self,
        known: Arc<Cached>,
        deadline: Instant,
        verify_with: impl Fn(&KeySet) -> Result<T>,
    ) -> Result<T> {
        let mut result = verify_with(&known.set);
        if result.as_ref().is_err_and(IdTokenCheck::needs_newer_keys)
            && let Some(newer) = Box::pin(self.keys.newer(&known, &self.transport, deadline)).await
        {
            result = verify_with(&newer.set);
        }
        result.map_err(|error| error.with_clock_skew(self.transport.clock_skew(), self.config().leeway))
    }

    /// Asks Clever whether an access token was issued to this application. With the implicit grant, this is the only protection
    /// against tokens of other applications.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{:?}", client.check_token("access token").await?.scopes);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `token_foreign`, `token_rejected`, and the errors of Clever's responses and of the network.
    pub async fn check_token(&self, access_token: &str) -> Result<TokenInfo> {
        let request = self.journey.token_check(access_token)?;
        tokeninfo::response(
            &self.fetch("check_token", RequestTo::Tokeninfo, request).await?,
            &self.config().client_id,
        )
    }

    /// The owner of an access token.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.me("access token").await?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `token_rejected`, and the errors of Clever's responses and of the network.
    pub async fn me(&self, access_token: &str) -> Result<Me> {
        let request = api::me_request(&self.config().api_base, access_token)?;
        api::me_response(&self.fetch("me", RequestTo::Me, request).await?)
    }

    /// A person's record.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{:?}", client.user("access token", "58da8c63d7dc0ca06800043c").await?.roles);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `token_rejected`, `not_found`, and the errors of Clever's responses and of the network.
    pub async fn user(&self, access_token: &str, id: &str) -> Result<User> {
        let request = api::user_request(&self.config().api_base, access_token, id)?;
        api::user_response(&self.fetch("user", RequestTo::User, request).await?, id)
    }

    /// A district's record.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{:?}", client.district("access token", "53ee4b8a44abc88c1c00119b").await?.name);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `token_rejected`, `not_found`, and the errors of Clever's responses and of the network.
    pub async fn district(&self, access_token: &str, id: &str) -> Result<District> {
        let request = api::district_request(&self.config().api_base, access_token, id)?;
        api::district_response(&self.fetch("district", RequestTo::District, request).await?, id)
    }

    /// The claims of the person that an access token belongs to (OpenID Connect Core 5.3).
    ///
    /// `subject` is the subject of the ID token that came with the access token: a response about another person is refused
    /// (section 5.3.2).
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.userinfo("access token", None).await?.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `userinfo_subject`, `token_rejected`, and the errors of Clever's responses and of the network.
    pub async fn userinfo(&self, access_token: &str, subject: Option<&str>) -> Result<UserInfo> {
        let request = api::userinfo_request(&self.config().userinfo_endpoint()?, access_token)?;
        api::userinfo_response(&self.fetch("userinfo", RequestTo::Userinfo, request).await?, subject)
    }

    /// Does one-time setup up front: fetches discovery and keys.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// client.warm_up().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `discovery_issuer`, `keys_unusable`, and the errors of Clever's responses and of the network.
    pub async fn warm_up(&self) -> Result<()> {
        traced("warm_up", self.keys.current(&self.transport, self.deadline())).await.map(drop)
    }

    /// Checks the whole setup (settings, network, clock, keys, credentials) and reports what is wrong and what to do. It takes at
    /// most 15 seconds, logs no one in, and uses no login code. If a client cannot be made from your settings, use
    /// [`ConfigBuilder::doctor`](crate::ConfigBuilder::doctor).
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// println!("{}", client.doctor().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `runtime_missing`. Problems with the setup are in the report, not in the error.
    pub async fn doctor(&self) -> Result<Report> {
        doctor::of_client(self.config(), &self.keys).await
    }

    /// Clever's keys as text, for another process of the same application: PHP workers can share them. The client fetches the
    /// keys first if it does not have them yet. Store the text where no other user can write: anyone who can change it can sign
    /// in as anyone.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// let text = client.export_keys().await?;
    /// client.import_keys(&text)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::warm_up`].
    pub async fn export_keys(&self) -> Result<String> {
        let current = self.keys.current(&self.transport, self.deadline());
        self.keys.export(&*traced("export_keys", current).await?)
    }

    /// Imports keys that another process exported, unless the client has fresh ones. They must pass the same checks as fetched
    /// keys. No network.
    ///
    /// ```no_run
    /// # async fn example(client: &clever_sso::Client) -> clever_sso::Result<()> {
    /// client.import_keys("what export_keys gave another process")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `argument_invalid` when the text was not exported for this issuer; `keys_unusable`, `response_malformed`.
    pub fn import_keys(&self, text: &str) -> Result<()> {
        self.keys.import(text)
    }

    async fn fetch(&self, call: &'static str, to: RequestTo, request: Request) -> Result<Response> {
        traced(call, self.transport.send(to, &request, self.deadline())).await
    }
}

/// Runs a call that needs the network in a tracing span.
fn traced<F: Future>(call: &'static str, work: F) -> Instrumented<F> {
    note_call(call);
    work.instrument(tracing::info_span!("clever_sso", call))
}

/// For a language binding that observes this call. The calls inside it have other names.
#[cfg_attr(
    not(feature = "__face"),
    expect(clippy::missing_const_for_fn, unused_variables, reason = "a face uses it")
)]
fn note_call(call: &'static str) {
    #[cfg(feature = "__face")]
    observed::note(|seen| {
        seen.call.get_or_insert(call);
    });
}
