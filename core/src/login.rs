//! The journey of a login: out to Clever and back, and what came of it.
//!
//! Pure, as the protocol is: [`Journey`] decides, the client fetches. A login may begin here or at Clever (Portal,
//! Instant Login). One that begins at Clever arrives without a state, so nothing shows that this browser asked for it;
//! its code is left unspent and the login is begun anew from here (RFC 9700 4.7). The person is signed in at Clever
//! already and sees nothing of it.

use std::sync::Arc;

use crate::clock;
use crate::config::Config;
use crate::entropy;
use crate::error::{Error, ErrorCode, Result, quote};
use crate::protocol::address::parse_http_url;
use crate::protocol::authorize::{AuthorizeParameters, ResponseType, authorize_url};
use crate::protocol::callback::{Callback, parse_callback};
use crate::protocol::identity::Identity;
use crate::protocol::pending::{ENTROPY_BYTES, MAX_RETURN_TO_BYTES, Pending, SealingKeys, restarts_in_state};
use crate::protocol::token::Tokens;
use crate::secret::{Redacted, Secret};

/// After so many restarts in a row something is broken that another one will not mend.
const MAX_RESTARTS: u8 = 3;

/// What may be said when a login begins. Everything has a default.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LoginOptions {
    /// One of the configured redirect URIs; the primary one by default.
    pub redirect_uri: Option<String>,
    /// The district, if it is known: Clever then skips the school picker.
    pub district_id: Option<String>,
    /// Where to go after the login: a path of the application, or a URL on an allowed origin.
    pub return_to: Option<String>,
}

/// A login that has begun.
#[derive(Clone)]
pub struct Login {
    /// Send the browser there.
    pub url: String,
    /// Keep this with the browser, in a cookie or a session, until it comes back: at most 512 bytes, URL-safe.
    pub pending: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Login").field(&Redacted).finish()
    }
}

/// What came of the second leg. All of it is everyday traffic.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Somebody logged in.
    SignedIn(Box<SignedIn>),
    /// Begin anew: keep the new pending login, send the browser to its URL. The person sees nothing of it.
    Restart(Restart),
    /// Clever refused this person.
    Denied(Denied),
}

/// Somebody logged in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub identity: Identity,
    /// The tokens of this login.
    pub tokens: Tokens,
    /// Where the application wanted to go.
    pub return_to: Option<String>,
}

/// The login was begun anew.
#[derive(Clone, Debug)]
pub struct Restart {
    /// The new login.
    pub login: Login,
    /// Why: `state_missing`, `state_mismatch`, `pending_missing`, `pending_invalid`, `pending_expired` or `code_rejected`.
    pub reason: ErrorCode,
}

/// Clever refused this person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Clever's word, for example `access_denied` or `unauthorized-user`.
    pub error: String,
    /// Text that came with it through the browser: whoever made the URL wrote it.
    pub description: Option<String>,
}

/// What a step of the journey takes from outside.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// In Unix seconds.
    pub(crate) now: u64,
    pub(crate) entropy: [u8; ENTROPY_BYTES],
}

impl Moment {
    pub(crate) fn present() -> Result<Self> {
        Ok(Self { now: clock::unix_time(), entropy: entropy::bytes()? })
    }
}

/// What an arrival leads to.
pub(crate) enum Arrival {
    /// State and redirect URI are right: now, and only now, the code may be spent.
    Exchange(Exchange),
    Finished(Outcome),
}

/// A code that may be spent, and what its answer is held against.
pub(crate) struct Exchange {
    pub(crate) code: Secret,
    pub(crate) redirect_uri: String,
    pub(crate) loginas_by_admin: bool,
    pub(crate) pending: Pending,
}

/// The rules of the journey, with the configuration and the keys they need.
#[derive(Debug)]
pub(crate) struct Journey {
    pub(crate) config: Arc<Config>,
    keys: Option<SealingKeys>,
}

impl Journey {
    pub(crate) fn new(config: Config) -> Result<Self> {
        let current = config.pending_key.as_ref().or(config.client_secret.as_ref());
        let keys = current
            .map(|current| {
                SealingKeys::derive(&config.client_id, [current].into_iter().chain(&config.old_pending_keys))
            })
            .transpose()?;
        Ok(Self { config: Arc::new(config), keys })
    }

    fn keys(&self) -> Result<&SealingKeys> {
        self.keys.as_ref().ok_or_else(|| Error::new(ErrorCode::ClientSecretMissing))
    }

    pub(crate) fn begin(&self, options: &LoginOptions, moment: &Moment) -> Result<Login> {
        self.begin_again(options, 0, moment)
    }

    fn begin_again(&self, options: &LoginOptions, restarts: u8, moment: &Moment) -> Result<Login> {
        // The secret will be needed when the browser is back: better to miss it before anybody is sent away.
        self.config.client_secret()?;
        let redirect_uri = self.config.redirect_uri(options.redirect_uri.as_deref())?;
        let return_to = options.return_to.as_deref();
        if let Some(target) = return_to {
            check_return_to(target, &self.config.return_to_origins)?;
        }
        let Moment { now, entropy } = moment;
        let (pending, sealed) =
            Pending::begin(self.keys()?, redirect_uri, return_to, restarts, *now, entropy)?;
        let parameters = AuthorizeParameters {
            response_type: ResponseType::Code,
            client_id: &self.config.client_id,
            redirect_uri,
            state: Some(&pending.state),
            nonce: Some(&pending.nonce),
            district_id: options.district_id.as_deref(),
        };
        Ok(Login { url: authorize_url(&self.config.authorization_endpoint(), &parameters), pending: sealed })
    }

    /// Judges what the browser brought, before anything is sent to Clever.
    pub(crate) fn arrive(&self, callback: &str, pending: Option<&str>, moment: &Moment) -> Result<Arrival> {
        let callback = parse_callback(callback)?;
        self.check_issuer(&callback)?;
        if let Some(error) = callback.error {
            let description = callback.error_description;
            return Ok(Arrival::Finished(Outcome::Denied(Denied { error, description })));
        }
        let Some(code) = callback.code else {
            return Err(Error::with_detail(
                ErrorCode::CallbackMalformed,
                "an access token came where a code belongs",
            ));
        };
        let returned = Returned { keys: self.keys()?, state: callback.state, pending };
        match returned.judge(&self.config, moment.now) {
            Ok((pending, redirect_uri)) => {
                let loginas_by_admin = callback.loginas_by_admin;
                Ok(Arrival::Exchange(Exchange { code, redirect_uri, loginas_by_admin, pending }))
            }
            Err(reason) => self.restart(reason, &returned, moment).map(Arrival::Finished),
        }
    }

    /// RFC 9207 2.4: a callback that names its issuer must name the right one.
    fn check_issuer(&self, callback: &Callback) -> Result<()> {
        match &callback.issuer {
            Some(issuer) if *issuer != self.config.issuer => {
                let detail = format!("expected {}, found {}", quote(&self.config.issuer), quote(issuer));
                Err(Error::with_detail(ErrorCode::CallbackIssuer, detail))
            }
            _ => Ok(()),
        }
    }

    fn restart(&self, reason: ErrorCode, returned: &Returned<'_>, moment: &Moment) -> Result<Outcome> {
        let opened = returned.opened();
        let in_state = returned.restarts_in_state();
        if opened.is_none() && in_state >= 1 {
            // The state came back and what the browser was to keep did not, twice in a row.
            let code = if returned.pending.is_some() { reason } else { ErrorCode::CookiesBlocked };
            return Err(Error::with_detail(code, "after a restart"));
        }
        let so_far = opened
            .as_ref()
            .filter(|pending| !pending.is_expired(moment.now))
            .map_or(0, |pending| pending.restarts);
        // Only a login that took too long goes on as it began; any other pending login belongs to another journey.
        let continued = opened.filter(|_| reason == ErrorCode::PendingExpired);
        let options = LoginOptions {
            redirect_uri: continued.as_ref().and_then(|pending| redirect_uri_of(pending, &self.config)),
            return_to: continued.and_then(|pending| pending.return_to),
            ..LoginOptions::default()
        };
        self.count_and_begin(reason, so_far.max(in_state), &options, moment)
    }

    /// Clever did not take the code: it was spent by a refresh, the back button or another device, or a minute passed.
    pub(crate) fn restart_after_exchange(&self, spent: &Exchange, moment: &Moment) -> Result<Outcome> {
        let options = LoginOptions {
            redirect_uri: Some(spent.redirect_uri.clone()),
            return_to: spent.pending.return_to.clone(),
            ..LoginOptions::default()
        };
        self.count_and_begin(ErrorCode::CodeRejected, spent.pending.restarts, &options, moment)
    }

    fn count_and_begin(
        &self,
        reason: ErrorCode,
        so_far: u8,
        options: &LoginOptions,
        moment: &Moment,
    ) -> Result<Outcome> {
        if so_far >= MAX_RESTARTS {
            let detail = format!("{so_far} restarts, the last one for {reason}");
            return Err(Error::with_detail(ErrorCode::LoginLoop, detail));
        }
        Ok(Outcome::Restart(Restart { login: self.begin_again(options, so_far + 1, moment)?, reason }))
    }
}

/// What came back with a code.
struct Returned<'a> {
    keys: &'a SealingKeys,
    state: Option<Secret>,
    pending: Option<&'a str>,
}

impl Returned<'_> {
    fn opened(&self) -> Option<Pending> {
        self.pending.and_then(|sealed| Pending::open(self.keys, sealed))
    }

    fn restarts_in_state(&self) -> u8 {
        self.state.as_ref().and_then(|state| restarts_in_state(self.keys, state.expose())).unwrap_or(0)
    }

    /// Whether this browser began this login, and where it was to come back; otherwise the reason for a restart.
    fn judge(&self, config: &Config, now: u64) -> std::result::Result<(Pending, String), ErrorCode> {
        let state = self.state.as_ref().ok_or(ErrorCode::StateMissing)?;
        self.pending.ok_or(ErrorCode::PendingMissing)?;
        let pending = self.opened().ok_or(ErrorCode::PendingInvalid)?;
        if !pending.has_state(state.expose()) {
            return Err(ErrorCode::StateMismatch);
        }
        if pending.is_expired(now) {
            return Err(ErrorCode::PendingExpired);
        }
        let redirect_uri = redirect_uri_of(&pending, config).ok_or(ErrorCode::PendingInvalid)?;
        Ok((pending, redirect_uri))
    }
}

/// Where a login was to come back. One that has left the configuration since must not be sent to Clever again.
fn redirect_uri_of(pending: &Pending, config: &Config) -> Option<String> {
    config.redirect_uris.iter().find(|uri| pending.has_redirect_uri(uri)).cloned()
}

/// No open redirect: a path of this application, or a URL on an origin that was allowed.
///
/// Browsers read `//host`, `/\host` and paths with tabs in them as another host.
fn check_return_to(target: &str, origins: &[String]) -> Result<()> {
    let unsafe_target = |why: &str| Err(Error::with_detail(ErrorCode::ReturnToUnsafe, why));
    if target.len() > MAX_RETURN_TO_BYTES {
        return unsafe_target(&format!("it is longer than {MAX_RETURN_TO_BYTES} bytes"));
    }
    if target.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return unsafe_target("it has white space, control characters or a backslash");
    }
    if let Some(path) = target.strip_prefix('/') {
        let lower = path.to_ascii_lowercase();
        let other_host = ["/", "%2f", "%5c"].iter().any(|start| lower.starts_with(start));
        return if other_host { unsafe_target("it names another host") } else { Ok(()) };
    }
    let allowed =
        parse_http_url(target).is_ok_and(|url| origins.contains(&url.origin().ascii_serialization()));
    if allowed { Ok(()) } else { unsafe_target("it is no path, and its origin is not allowed") }
}

#[cfg(test)]
mod tests;
