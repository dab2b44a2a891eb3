//! A whole login, for your own HTTP client. Nothing here uses the network, a clock or a source of random numbers.
//!
//! [`Client`](crate::Client) is built on this. Use it when your application sends its own requests: with an HTTP client that it
//! already has, on its own event loop, or in a test.
//!
//! 1. [`Journey::begin_login`]: send the browser to the login's `url`, with its `set_cookies`.
//! 2. [`Journey::finish_login`]: takes the callback and the browser's cookies, and returns the first [`Step`].
//! 3. Send the request of each step, and pass its response on, until a step is the [`Outcome`]. If Clever sent an ID token, the
//!    next step needs Clever's keys instead.
//!
//! ```
//! use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
//! use clever_sso::protocol::{Request, Response};
//! use clever_sso::{Error, ErrorCode, KeySet, Outcome};
//!
//! /// What the application brings.
//! trait Surroundings {
//!     /// Sends a request, once, and follows no redirect.
//!     fn send(&self, request: &Request) -> Option<Response>;
//!     /// Clever's keys: `protocol` says how to fetch them. Keep them for an hour.
//!     fn keys(&self) -> Result<KeySet, Error>;
//!     /// The time in Unix seconds.
//!     fn now(&self) -> u64;
//!     /// Random bytes of the operating system, new ones each time.
//!     fn entropy(&self) -> [u8; ENTROPY_BYTES];
//! }
//!
//! fn finish_login(
//!     journey: &Journey,
//!     here: &impl Surroundings,
//!     callback: &str,
//!     cookies: &str,
//! ) -> Result<Outcome, Error> {
//!     let mut step = journey.finish_login(callback, cookies, here.now(), &here.entropy())?;
//!     loop {
//!         step = match step {
//!             Step::Finished(outcome) => return Ok(outcome),
//!             Step::Send(asked) => match here.send(asked.request()) {
//!                 Some(response) => asked.response(&response, here.now(), &here.entropy())?,
//!                 None => asked.no_response(ErrorCode::NetworkConnect)?,
//!             },
//!             Step::Verify(id_token) => {
//!                 let keys = here.keys().map_err(|error| id_token.failed(error))?;
//!                 Step::Finished(id_token.verify(&keys, here.now())?)
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! Do what the client does: follow no redirects, read at most 1 MiB of a response, and never send the code exchange twice. You
//! may repeat a GET after a 429, a 5xx or a broken connection, fetch the keys during the code exchange, and fetch them again, at
//! most twice a minute, when a token does not verify ([`IdTokenCheck::needs_newer_keys`]).

use std::fmt;

use crate::error::{Error, ErrorCode, Result};
use crate::login::{Arrival, Exchange, Granted, Inputs, Kept, Login, LoginOptions, Outcome, SignedIn};
use crate::protocol::api::{self, Me, User};
use crate::protocol::authorize::ResponseType;
use crate::protocol::id_token::{Expected, verify_id_token_with};
use crate::protocol::identity::{self, Identity};
use crate::protocol::jws::KeySet;
use crate::protocol::token::{self, Tokens};
use crate::protocol::tokeninfo;
use crate::protocol::{Request, Response};
use crate::secret::Secret;
use crate::set_cookie::SetCookie;
#[cfg(feature = "client")]
use crate::stats::RequestTo;

pub use crate::login::Journey;
pub use crate::protocol::pending::ENTROPY_BYTES;

impl Journey {
    /// Begins a login: send the browser to its `url` with its `set_cookies`.
    ///
    /// `now` is in Unix seconds; `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) -> clever_sso::Result<()> {
    /// let login = journey.begin_login(&clever_sso::LoginOptions::new().return_to("/grades"), now, &entropy)?;
    /// println!("Location: {}", login.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `redirect_uri_unknown`, `return_to_unsafe`, `argument_invalid`, `client_secret_missing`, `session_not_kept`,
    /// `page_not_allowed`, `internal`.
    pub fn begin_login(
        &self,
        options: &LoginOptions,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<Login> {
        self.begin(ResponseType::Code, options, &Inputs { now, entropy: *entropy })
    }

    /// Finishes a login. `callback` is the URL (or its query) that the browser came back with. `cookies` is the `Cookie` header
    /// of that request. The outcome or error has the cookies to set with the response.
    ///
    /// `now` is in Unix seconds; `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) -> clever_sso::Result<()> {
    /// let callback = "https://app.example/callback?code=…&state=…";
    /// if let Step::Send(asked) = journey.finish_login(callback, "name=value", now, &entropy)? {
    ///     println!("{} {}", asked.request().method(), asked.request().uri());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The codes of the callback (`callback_…`), and of a login that cannot restart again (`cookies_blocked`, `login_loop`,
    /// `pending_invalid`).
    pub fn finish_login(
        &self,
        callback: &str,
        cookies: &str,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<Step> {
        let inputs = Inputs { now, entropy: *entropy };
        self.finish(ResponseType::Code, callback, Kept::Cookies(cookies), &inputs)
    }

    /// Like [`finish_login`](Self::finish_login), for applications that store pending logins in their own session: `pending` is
    /// the one stored under the key that [`login_key_of_callback`](crate::login_key_of_callback) returns. The outcome sets no
    /// cookies.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) -> clever_sso::Result<()> {
    /// let callback = "https://app.example/callback?code=…&state=…";
    /// # let session = std::collections::HashMap::<String, String>::new();
    /// let key = clever_sso::login_key_of_callback(callback).unwrap_or_default();
    /// let pending = session.get(&key).map(String::as_str);
    /// let step = journey.finish_login_with_pending(callback, pending, now, &entropy)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Journey::finish_login`].
    pub fn finish_login_with_pending(
        &self,
        callback: &str,
        pending: Option<&str>,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<Step> {
        let inputs = Inputs { now, entropy: *entropy };
        self.finish(ResponseType::Code, callback, Kept::of_application(pending), &inputs)
    }

    /// Begins a login with the implicit grant, for an application without a client secret: the browser comes back with an access
    /// token in the fragment. Clever must allow your application to use this grant.
    ///
    /// `now` is in Unix seconds; `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) -> clever_sso::Result<()> {
    /// let login = journey.begin_implicit(&clever_sso::LoginOptions::new().return_to("/grades"), now, &entropy)?;
    /// println!("Location: {}", login.url);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Journey::begin_login`], and `config_invalid` when there is neither a client secret nor a pending key.
    pub fn begin_implicit(
        &self,
        options: &LoginOptions,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<Login> {
        self.begin(ResponseType::Token, options, &Inputs { now, entropy: *entropy })
    }

    /// Finishes a login of [`begin_implicit`](Self::begin_implicit). `callback` is the URL that the browser came back with,
    /// including its fragment, or the fragment alone. `cookies` is the `Cookie` header of the request that sent it.
    ///
    /// `now` is in Unix seconds; `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) -> clever_sso::Result<()> {
    /// let fragment = "#token_type=bearer&access_token=…&state=…";
    /// if let Step::Send(asked) = journey.finish_implicit(fragment, "name=value", now, &entropy)? {
    ///     println!("{} {}", asked.request().method(), asked.request().uri());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Journey::finish_login`].
    pub fn finish_implicit(
        &self,
        callback: &str,
        cookies: &str,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<Step> {
        let inputs = Inputs { now, entropy: *entropy };
        self.finish(ResponseType::Token, callback, Kept::Cookies(cookies), &inputs)
    }

    /// Like [`finish_implicit`](Self::finish_implicit), for applications that store pending logins themselves, such as a desktop
    /// app in its memory: `pending` is the one stored under the key that [`login_key_of_callback`](crate::login_key_of_callback)
    /// returns. The outcome sets no cookies.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) -> clever_sso::Result<()> {
    /// let fragment = "#token_type=bearer&access_token=…&state=…";
    /// # let mut kept = std::collections::HashMap::<String, String>::new();
    /// let key = clever_sso::login_key_of_callback(fragment).unwrap_or_default();
    /// let pending = kept.remove(&key); // it works as often as it is passed
    /// let step = journey.finish_implicit_with_pending(fragment, pending.as_deref(), now, &entropy)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Journey::finish_login`].
    pub fn finish_implicit_with_pending(
        &self,
        callback: &str,
        pending: Option<&str>,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Result<Step> {
        let inputs = Inputs { now, entropy: *entropy };
        self.finish(ResponseType::Token, callback, Kept::of_application(pending), &inputs)
    }

    /// The cookies to set when a person logs out. `cookies` is the `Cookie` header of the request.
    ///
    /// `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) {
    /// for cookie in journey.log_out_cookies("name=value", now, &entropy) {
    ///     println!("Set-Cookie: {}", cookie.header());
    /// }
    /// # }
    /// ```
    #[must_use = "the browser must get them"]
    pub fn log_out_cookies(&self, cookies: &str, now: u64, entropy: &[u8; ENTROPY_BYTES]) -> Vec<SetCookie> {
        self.log_out(cookies, || Some(Inputs { now, entropy: *entropy }))
    }

    /// The cookies to set when a request has a session of the application, like
    /// [`Client::session_kept_cookies`](crate::Client::session_kept_cookies).
    ///
    /// `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// ```no_run
    /// # use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
    /// # fn example(journey: &Journey, now: u64, entropy: [u8; ENTROPY_BYTES]) {
    /// for cookie in journey.session_kept_cookies("name=value", now, &entropy) {
    ///     println!("Set-Cookie: {}", cookie.header());
    /// }
    /// # }
    /// ```
    #[must_use = "the browser must get them"]
    pub fn session_kept_cookies(
        &self,
        cookies: &str,
        now: u64,
        entropy: &[u8; ENTROPY_BYTES],
    ) -> Vec<SetCookie> {
        self.session_kept(cookies, || Some(Inputs { now, entropy: *entropy }))
    }

    /// The request that exchanges a code.
    pub(crate) fn code_exchange(&self, code: &str, redirect_uri: &str) -> Result<Request> {
        let config = &self.config;
        let secret = config.client_secret()?;
        token::request(&config.token_endpoint()?, &config.client_id, secret, code, redirect_uri)
    }

    /// The request that checks which application a token was issued to.
    pub(crate) fn token_check(&self, access_token: &str) -> Result<Request> {
        tokeninfo::request(&self.config.tokeninfo_endpoint(), access_token)
    }

    pub(crate) fn finish(
        &self,
        response_type: ResponseType,
        callback: &str,
        kept: Kept<'_>,
        inputs: &Inputs,
    ) -> Result<Step> {
        match self.arrive(response_type, callback, kept, inputs)? {
            Arrival::Finished(outcome) => Ok(Step::Finished(outcome)),
            Arrival::Exchange(exchange) => {
                let login = Box::new(Proven { journey: self.clone(), exchange });
                let Exchange { granted, redirect_uri, .. } = &login.exchange;
                let (request, question) = match granted {
                    Granted::Code(code) => {
                        (self.code_exchange(code.expose(), redirect_uri), Question::Tokens)
                    }
                    Granted::Token(token) => {
                        let tokens = Tokens { access_token: token.clone(), id_token: None };
                        (self.token_check(token.expose()), Question::Check(tokens))
                    }
                };
                let request = Box::new(request.map_err(|error| login.failed(error))?);
                Ok(Step::Send(LoginRequest { request, question, login }))
            }
        }
    }
}

/// The next step of a login that is being finished.
///
/// A new variant would be a breaking change, so the compiler makes sure that you handle all of them.
#[derive(Debug)]
#[must_use = "the browser waits for a response"]
pub enum Step {
    /// The login is finished.
    Finished(Outcome),
    /// A request to send.
    Send(LoginRequest),
    /// An ID token to verify with Clever's keys.
    Verify(IdTokenCheck),
}

/// A request to Clever, waiting for its response.
///
/// ```
/// use clever_sso::journey::{ENTROPY_BYTES, LoginRequest, Step};
/// use clever_sso::protocol::{Request, Response};
/// use clever_sso::{ErrorCode, Result};
///
/// fn ask(
///     asked: LoginRequest,
///     send: impl Fn(&Request) -> Option<Response>,
///     now: u64,
///     entropy: &[u8; ENTROPY_BYTES],
/// ) -> Result<Step> {
///     match send(asked.request()) {
///         Some(response) => asked.response(&response, now, entropy),
///         None => asked.no_response(ErrorCode::NetworkConnect),
///     }
/// }
/// ```
#[must_use = "the login continues with the response"]
pub struct LoginRequest {
    request: Box<Request>,
    question: Question,
    login: Box<Proven>,
}

/// The purpose of the request.
enum Question {
    /// Exchanges the code.
    Tokens,
    /// Checks that the token of the implicit grant was issued to this application.
    Check(Tokens),
    /// Fetches the owner of the tokens, because there is no ID token.
    Person(Tokens),
    /// Fetches the record of that person.
    Record(Tokens, Me),
}

impl LoginRequest {
    /// The request. Send it only once: it may exchange the code.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Takes the response and returns the next step.
    ///
    /// `now` is in Unix seconds; `entropy` is random bytes from the operating system. Use them for nothing else.
    ///
    /// # Errors
    /// The errors of Clever's responses. The error also says what it means for the browser.
    pub fn response(self, response: &Response, now: u64, entropy: &[u8; ENTROPY_BYTES]) -> Result<Step> {
        let Self { question, login, .. } = self;
        let next = match question {
            Question::Tokens => login.after_exchange(response, &Inputs { now, entropy: *entropy }),
            Question::Check(tokens) => login.after_check(response, tokens),
            Question::Person(tokens) => login.after_me(response, tokens),
            Question::Record(tokens, me) => login.after_user(response, tokens, &me),
        };
        Ok(match next.map_err(|error| login.failed(error))? {
            Next::Ask(request, question) => Step::Send(Self { request, question, login }),
            Next::Verify(tokens, id_token) => Step::Verify(IdTokenCheck { tokens, id_token, login }),
            Next::Finish(outcome) => Step::Finished(outcome),
        })
    }

    /// Returns the next step when the request could not be sent or got no response. `why` is one of the `network_…` codes. The
    /// login fails, unless only the person's name and roles are missing.
    ///
    /// # Errors
    /// The code, with what it means for the browser.
    pub fn no_response(self, why: ErrorCode) -> Result<Step> {
        self.failed(Error::new(why))
    }

    #[cfg(feature = "client")]
    pub(crate) const fn to(&self) -> RequestTo {
        match self.question {
            Question::Tokens => RequestTo::Token,
            Question::Check(_) => RequestTo::Tokeninfo,
            Question::Person(_) => RequestTo::Me,
            Question::Record(..) => RequestTo::User,
        }
    }

    pub(crate) fn failed(self, error: Error) -> Result<Step> {
        let Self { question, login, .. } = self;
        match question {
            Question::Record(tokens, me) => {
                Ok(Step::Finished(login.described(tokens, &me, None, &error.to_string())))
            }
            Question::Tokens | Question::Check(_) | Question::Person(_) => Err(login.failed(error)),
        }
    }
}

impl fmt::Debug for LoginRequest {
    /// The request contains the code or a token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LoginRequest({} {})", self.request.method(), self.request.uri().path())
    }
}

/// An ID token, waiting for the keys to verify it with.
///
/// ```
/// use clever_sso::journey::IdTokenCheck;
/// use clever_sso::{KeySet, Outcome, Result};
///
/// fn sign_in(
///     id_token: &IdTokenCheck,
///     known: &KeySet,
///     fetch: impl Fn() -> Result<KeySet>,
///     now: u64,
/// ) -> Result<Outcome> {
///     match id_token.verify(known, now) {
///         Err(error) if IdTokenCheck::needs_newer_keys(&error) => {
///             let newer = fetch().map_err(|error| id_token.failed(error))?;
///             id_token.verify(&newer, now)
///         }
///         outcome => outcome,
///     }
/// }
/// ```
#[must_use = "the login continues when the token is verified"]
pub struct IdTokenCheck {
    tokens: Tokens,
    id_token: Secret,
    login: Box<Proven>,
}

impl IdTokenCheck {
    /// Verifies the ID token and signs the person in.
    ///
    /// `now` is in Unix seconds.
    ///
    /// # Errors
    /// The `id_token_…` code of the first broken rule. The error also says what it means for the browser.
    pub fn verify(&self, keys: &KeySet, now: u64) -> Result<Outcome> {
        let (config, exchange) = (&self.login.journey.config, &self.login.exchange);
        let expected = Expected {
            issuer: &config.issuer,
            client_id: &config.client_id,
            nonce: Some(&exchange.nonce),
            now,
            leeway: config.leeway,
            access_token: Some(self.tokens.access_token.expose()),
        };
        let claims = verify_id_token_with(self.id_token.expose(), keys, &expected)
            .map_err(|error| self.failed(error))?;
        Ok(self.login.signed_in(identity::from_claims(&config.issuer, &claims), self.tokens.clone()))
    }

    /// Whether newer keys may verify a token that failed with this error: Clever may have changed its keys since you fetched
    /// them, even under the same `kid`. Fetch the keys again, at most twice a minute, and verify the token once more.
    pub const fn needs_newer_keys(error: &Error) -> bool {
        matches!(error.code(), ErrorCode::IdTokenKeyUnknown | ErrorCode::IdTokenSignature)
    }

    /// Adds to an error what it means for the browser, when you could not fetch the keys and this login has failed.
    #[must_use]
    pub fn failed(&self, error: Error) -> Error {
        self.login.failed(error)
    }
}

impl fmt::Debug for IdTokenCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdTokenCheck(..)")
    }
}

/// A login that its state and cookie have proven. If it fails from here on, the old session ends.
struct Proven {
    journey: Journey,
    exchange: Exchange,
}

impl Proven {
    /// The step after the code exchange, which Clever accepted or rejected.
    fn after_exchange(&self, response: &Response, inputs: &Inputs) -> Result<Next> {
        match token::response(response) {
            Err(error) if error.code() == ErrorCode::CodeRejected => {
                self.journey.restart_after_exchange(&self.exchange, inputs).map(Next::Finish)
            }
            Err(error) => Err(error),
            Ok(tokens) => {
                if let Some(id_token) = tokens.id_token.clone() {
                    return Ok(Next::Verify(tokens, id_token));
                }
                self.who(tokens)
            }
        }
    }

    /// The step after the check which application the token was issued to.
    fn after_check(&self, response: &Response, tokens: Tokens) -> Result<Next> {
        tokeninfo::response(response, &self.journey.config.client_id)?;
        self.who(tokens)
    }

    fn who(&self, tokens: Tokens) -> Result<Next> {
        let request = api::me_request(&self.journey.config.api_base, tokens.access_token.expose())?;
        Ok(Next::Ask(Box::new(request), Question::Person(tokens)))
    }

    /// The step after the response with the token's owner.
    fn after_me(&self, response: &Response, tokens: Tokens) -> Result<Next> {
        let me = api::person_response(response)?;
        let api_base = &self.journey.config.api_base;
        let request = api::user_request(api_base, tokens.access_token.expose(), &me.id)?;
        Ok(Next::Ask(Box::new(request), Question::Record(tokens, me)))
    }

    fn after_user(&self, response: &Response, tokens: Tokens, me: &Me) -> Result<Next> {
        let user = api::own_user_response(response, &me.id)?;
        Ok(Next::Finish(self.described(tokens, me, user.as_ref(), &response.status().to_string())))
    }

    /// Signs the person in. Their record only adds details to `/me`, so the login continues without it.
    fn described(&self, tokens: Tokens, me: &Me, user: Option<&User>, why: &str) -> Outcome {
        if user.is_none() {
            tracing::warn!(
                "a person signs in without name and roles: GET /users/{{id}} returned no user: {why}"
            );
        }
        self.signed_in(identity::from_api(&self.journey.config.issuer, me, user), tokens)
    }

    fn signed_in(&self, mut identity: Identity, tokens: Tokens) -> Outcome {
        let Exchange { loginas_by_admin, return_to, state, when_signed_in, .. } = &self.exchange;
        identity.loginas_by_admin = *loginas_by_admin;
        let (return_to, set_cookies) = (return_to.clone(), when_signed_in.clone());
        let switch_user = state.switch_user;
        Outcome::SignedIn(Box::new(SignedIn { identity, tokens, return_to, switch_user, set_cookies }))
    }

    fn failed(&self, error: Error) -> Error {
        let Exchange { when_failed, return_to, state, .. } = &self.exchange;
        error.with_browser_leg(when_failed.clone(), true).with_wishes(return_to.clone(), state.switch_user)
    }
}

/// The step after a response.
enum Next {
    Ask(Box<Request>, Question),
    Verify(Tokens, Secret),
    Finish(Outcome),
}
