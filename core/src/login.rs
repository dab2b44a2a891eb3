//! The journey of a login: from this application to Clever and back, and its outcome.
//!
//! Pure, like the protocol: [`Journey`] decides, the client sends requests. A login may begin here or at Clever (Portal, Instant
//! Login). A login that begins at Clever arrives without a state, so nothing proves that this browser asked for it. Its code is
//! not used, and the login restarts from here (RFC 9700 section 4.7). The person is already signed in at Clever and does not
//! notice.
//!
//! A callback is *proven* when its state belongs to a login whose cookie this browser has. Only a proven callback changes
//! anything: its own cookie, the code, the session. Any other callback restarts the login or shows an error, and changes
//! nothing. When the browser has too many logins, a login that restarts gets no cookie: it borrows the cookie of another login.

use std::sync::Arc;

use url::Url;

use crate::browser::{BrowserRequest, Endpoint, Jar, Refusal, SealedLogin, Slot, origin_of, refusal};
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result, quote};
use crate::process::make_thread_keys;
use crate::protocol::authorize::{AuthorizeParameters, ResponseType, authorize_url};
use crate::protocol::callback::{Callback, parse_callback};
use crate::protocol::pending::{FinishedMark, LoginState, Pending, SealingKeys, SignedInMark, login_key};
use crate::protocol::text::{LONGEST, check_parameter};
use crate::secret::Secret;
use crate::set_cookie::SetCookie;
#[cfg(feature = "client")]
use crate::stats::Recorder;

mod inputs;
mod outcome;
mod return_to;
mod returned;

pub(crate) use inputs::Inputs;
pub use outcome::{Denied, Login, LoginOptions, Outcome, Restart, SignedIn};
pub(crate) use return_to::as_shown;
pub use return_to::leads_to;
use return_to::{check_return_to, to_uri};
pub(crate) use returned::Kept;
use returned::{Proof, Returned};

/// How often one login may send the browser to Clever. After that, something is broken that another restart will not fix.
const MAX_REDIRECTS: u8 = 3;
/// The limit when the browser sends other cookies of this library: then this login's cookie was probably only dropped to make
/// room.
const MAX_REDIRECTS_WITH_COOKIES: u8 = 8;
/// The maximum number of sign-ins in a row that leave no person signed in.
const MAX_LOST_SESSIONS: u8 = 3;
/// How often in a row a signed-in person may be sent back to log in without seeing a page. Ten tabs that found no one signed in,
/// and whose logins all begin after the sign-in, need nine.
const MAX_RETURNS: u8 = 12;
/// After this many returns, people are no longer sent to Clever: they go straight to their page.
const MAX_RETURNS_TO_CLEVER: u8 = 2;
/// The limit for logins without a `return_to`: links to log in often have none, and guards usually have one.
const MAX_RETURNS_TO_CLEVER_WITHOUT_GOAL: u8 = 3;
/// The returns that get a page instead of a redirect: browsers give up after about twenty redirects in a row, and a page restarts
/// their count.
const RETURNS_TO_A_PAGE: [u8; 3] = [4, 7, 10];

/// The result of a callback.
pub(crate) enum Arrival {
    /// State and redirect URI are right: now, and only now, the code or the token may be used.
    Exchange(Exchange),
    Finished(Outcome),
}

/// What Clever granted, and the values that its next response is checked against.
pub(crate) struct Exchange {
    pub(crate) granted: Granted,
    pub(crate) redirect_uri: String,
    pub(crate) loginas_by_admin: bool,
    pub(crate) nonce: String,
    pub(crate) return_to: Option<String>,
    /// The cookies to set when the person is signed in.
    pub(crate) when_signed_in: Vec<SetCookie>,
    /// The cookies to set when the login fails.
    pub(crate) when_failed: Vec<SetCookie>,
    pub(crate) state: LoginState,
    proof: Proof,
    /// The browser's cookies; `None` when the application stores logins itself.
    jar: Option<Arc<Jar>>,
}

/// The code or token that came with the callback.
pub(crate) enum Granted {
    /// A code, which is exchanged.
    Code(Secret),
    /// An access token. It may have been issued to another application.
    Token(Secret),
}

/// The rules of a login, with the configuration and keys that they need. Cheap to clone; make one and keep it.
#[derive(Clone, Debug)]
pub struct Journey {
    pub(crate) config: Arc<Config>,
    keys: Option<Arc<SealingKeys>>,
    /// The counters of the client.
    #[cfg(feature = "client")]
    pub(crate) recorder: Recorder,
}

impl Journey {
    /// The journey of this application.
    ///
    /// ```
    /// use clever_sso::Config;
    /// use clever_sso::journey::Journey;
    ///
    /// let config = Config::builder("client-id").client_secret("secret").redirect_uri("https://app.example/callback");
    /// let journey = Journey::new(config.build()?)?;
    /// # Ok::<(), clever_sso::Error>(())
    /// ```
    ///
    /// # Errors
    /// `limit_reached`, `internal`.
    pub fn new(config: Config) -> Result<Self> {
        make_thread_keys().map_err(|error| Error::no_thread_key(&error))?;
        let current = config.pending_key.as_ref().or(config.client_secret.as_ref());
        let keys = current
            .map(|current| {
                SealingKeys::derive(&config.client_id, [current].into_iter().chain(&config.old_pending_keys))
            })
            .transpose()?
            .map(|keys| Arc::new(keys.for_redirect_uris(&config.client_id, &config.redirect_uris)));
        Ok(Self {
            config: Arc::new(config),
            keys,
            #[cfg(feature = "client")]
            recorder: Recorder::new(),
        })
    }

    /// The keys for a login with this grant.
    fn keys_for(&self, response_type: ResponseType) -> Result<&Arc<SealingKeys>> {
        self.keys.as_ref().ok_or_else(|| match response_type {
            ResponseType::Code => Error::new(ErrorCode::ClientSecretMissing),
            ResponseType::Token => self.config.pending_key_missing(),
        })
    }

    /// Whether to refuse a request to one of the application's own login addresses. Returns the response to send; `None` when the
    /// request may proceed.
    ///
    /// ```
    /// use clever_sso::journey::Journey;
    /// use clever_sso::{BrowserRequest, Endpoint};
    ///
    /// fn may_log_out(journey: &Journey, request: &BrowserRequest) -> bool {
    ///     journey.refusal(Endpoint::Logout, request).is_none()
    /// }
    /// ```
    #[must_use = "a request that must not act would act"]
    pub fn refusal(&self, endpoint: Endpoint, request: &BrowserRequest) -> Option<Refusal> {
        refusal(endpoint, request, &self.own_origins())
    }

    fn own_origins(&self) -> Vec<String> {
        self.config.redirect_uris.iter().filter_map(|uri| origin_of(uri)).collect()
    }

    /// The cookies to set when the session of the last sign-in was kept. A login after that does not count as a lost session,
    /// even if it comes soon. And a person who sees a page is not in a loop.
    pub(crate) fn session_kept(&self, cookies: &str, now: impl Fn() -> Option<Inputs>) -> Vec<SetCookie> {
        self.forget(cookies, now, |mark| {
            let is_counted = mark.returns > 0 || mark.ended_sessions > 0;
            is_counted.then(|| FinishedMark { returns: 0, ended_sessions: 0, ..mark.clone() })
        })
    }

    /// The cookies to set when a person logs out: the counts do not apply to the next person, and if the callback of a switch is
    /// loaded again, Clever asks again who the person is.
    pub(crate) fn log_out(&self, cookies: &str, now: impl Fn() -> Option<Inputs>) -> Vec<SetCookie> {
        self.forget(cookies, now, |mark| {
            let is_known = mark.returns > 0 || mark.ended_sessions > 0 || mark.switched.is_some();
            is_known.then(|| FinishedMark { at: mark.at, used: mark.used.clone(), ..FinishedMark::default() })
        })
    }

    /// Deletes the mark of the last sign-in, and applies `changed` to the mark of the last login. `now` is called only if there
    /// is something to change.
    fn forget(
        &self,
        cookies: &str,
        now: impl Fn() -> Option<Inputs>,
        changed: impl Fn(&FinishedMark) -> Option<FinishedMark>,
    ) -> Vec<SetCookie> {
        let Some(keys) = &self.keys else { return Vec::new() };
        let jars = [true, false].map(|secure| Jar::read(cookies, keys, secure));
        let cleared = jars.iter().filter_map(|jar| {
            let mark = jar.finished().as_ref().and_then(&changed)?;
            Some(jar.mark_finished(mark.seal(keys, &now()?.entropy).ok()?))
        });
        jars.iter().filter_map(Jar::unmark).chain(cleared).collect()
    }

    pub(crate) fn begin(
        &self,
        response_type: ResponseType,
        options: &LoginOptions,
        inputs: &Inputs,
    ) -> Result<Login> {
        let return_to = options.return_to.as_deref().map(as_shown);
        let return_to = return_to.as_deref();
        self.check_and_send(response_type, options, return_to, inputs).map_err(|error| {
            let return_to = return_to.filter(|target| self.check_return_to(target).is_ok());
            error.with_wishes(return_to.map(to_uri), options.switch_user)
        })
    }

    fn check_and_send(
        &self,
        response_type: ResponseType,
        options: &LoginOptions,
        return_to: Option<&str>,
        inputs: &Inputs,
    ) -> Result<Login> {
        let redirect_uri = self.config.redirect_uri(options.redirect_uri.as_deref())?;
        if let Some(target) = return_to {
            self.check_return_to(target)?;
        }
        let district_id = options.district_id.as_deref().filter(|id| !id.is_empty());
        check_parameter("district_id", district_id.unwrap_or_default(), LONGEST)?;
        let keys = self.keys_for(response_type)?;
        let jar = Jar::read(options.cookies.as_deref().unwrap_or_default(), keys, is_secure(redirect_uri));
        let lost_sessions =
            if options.has_session == Some(false) { jar.lost_sessions(inputs.now) } else { 0 };
        let ended_sessions = ended_sessions(options, &jar, inputs.now);
        check_sessions(lost_sessions, ended_sessions, options, return_to)?;
        let returned = count_return(options, return_to, &jar, keys, inputs)?;
        let (returns, mark) = returned.unzip();
        let returns = returns.unwrap_or(0);
        let needs_page = RETURNS_TO_A_PAGE.contains(&returns);
        let home = options.home.as_deref().filter(|home| !home.is_empty());
        let most =
            if return_to.is_some() { MAX_RETURNS_TO_CLEVER } else { MAX_RETURNS_TO_CLEVER_WITHOUT_GOAL };
        if let Some(page) = return_to.or(home).filter(|_| returns > most) {
            return Ok(Login {
                url: to_uri(page),
                set_cookies: mark.into_iter().collect(),
                key: String::new(),
                pending: String::new(),
                needs_page,
            });
        }
        let mut state = LoginState::new(redirect_uri, return_to, inputs.now);
        state.lost_sessions = lost_sessions;
        state.ended_sessions = ended_sessions;
        state.response_type = response_type;
        state.switch_user = options.switch_user;
        state.in_session = options.has_session == Some(true);
        let leg = Leg { redirect_uri, state, district_id, lender: None };
        let mut login = self.send(&leg, inputs, |state, sealed| jar.add(state, sealed, inputs.now))?;
        login.set_cookies.extend(mark);
        login.needs_page = needs_page;
        Ok(login)
    }

    /// Sends the browser to Clever.
    fn send(
        &self,
        leg: &Leg<'_>,
        inputs: &Inputs,
        set_cookies: impl FnOnce(&str, String) -> Vec<SetCookie>,
    ) -> Result<Login> {
        let response_type = leg.state.response_type;
        let is_code = response_type == ResponseType::Code;
        if is_code {
            // The secret is needed when the browser comes back: if it is missing, fail before sending the person away.
            self.config.client_secret()?;
        }
        let keys = self.keys_for(response_type)?;
        let state = leg.state.seal(keys, &inputs.entropy)?;
        let (pending, sealed) = match leg.lender {
            Some(lender) => {
                let pending = lender.lend(&state, inputs.now);
                let sealed = pending.seal(keys, &inputs.entropy)?;
                (pending, sealed)
            }
            None => Pending::begin(keys, &state, inputs.now, &inputs.entropy)?,
        };
        // The nonce comes back in an ID token, which only a code gives.
        let nonce = is_code.then(|| pending.nonce());
        let parameters = AuthorizeParameters {
            response_type,
            client_id: &self.config.client_id,
            redirect_uri: leg.redirect_uri,
            state: Some(&state),
            nonce: nonce.as_deref(),
            district_id: leg.district_id,
            switch_user: leg.state.switch_user,
        };
        Ok(Login {
            url: authorize_url(&self.config.authorization_endpoint()?, &parameters),
            set_cookies: set_cookies(&state, sealed.clone()),
            key: login_key(&state),
            pending: sealed,
            needs_page: false,
        })
    }

    /// Checks the callback, before anything is sent to Clever.
    pub(crate) fn arrive(
        &self,
        response_type: ResponseType,
        callback: &str,
        kept: Kept<'_>,
        inputs: &Inputs,
    ) -> Result<Arrival> {
        let arrived_at = self.arrived_at(callback).map(str::to_owned);
        let callback = parse_callback(callback)?;
        let keys = self.keys_for(response_type)?;
        let returned = self.returned(response_type, keys, &callback, kept, arrived_at.as_deref(), inputs.now);
        let known = returned.state.known();
        self.judge(keys, callback, &returned, inputs).map_err(|error| {
            let switch_user = known.is_some_and(|state| state.switch_user);
            error.with_wishes(self.goal(known).map(to_uri), switch_user)
        })
    }

    fn judge(
        &self,
        keys: &SealingKeys,
        callback: Callback,
        returned: &Returned,
        inputs: &Inputs,
    ) -> Result<Arrival> {
        let when_finished = returned.finish(keys, inputs)?;
        // Only Clever and this browser know the state of a proven login, so no stranger can cause this failure.
        let failed = |error: Error| error.with_browser_leg(when_finished.clone(), returned.is_proven());
        self.check_issuer(&callback).map_err(failed)?;
        if let Some(error) = callback.error {
            let return_to = self.goal(returned.state.known()).map(to_uri);
            let description = callback.error_description;
            return returned.refused(error, description, return_to, when_finished).map(Arrival::Finished);
        }
        let granted = match returned.response_type {
            ResponseType::Code => callback.code.map(Granted::Code),
            ResponseType::Token => callback.access_token.map(Granted::Token),
        };
        let Some(granted) = granted else {
            let detail = match returned.response_type {
                ResponseType::Code => "an access token arrived instead of a code",
                ResponseType::Token => "a code came where an access token belongs",
            };
            return Err(failed(Error::with_detail(ErrorCode::CallbackMalformed, detail)));
        };
        let reason = match returned.proven() {
            Ok((state, pending)) => match self.redirect_uri_of(state) {
                Some(redirect_uri) => {
                    let login = (state, pending, redirect_uri);
                    let exchange = self.exchange(granted, returned, login, when_finished, inputs)?;
                    let loginas_by_admin = callback.loginas_by_admin;
                    return Ok(Arrival::Exchange(Exchange { loginas_by_admin, ..exchange }));
                }
                None => ErrorCode::PendingInvalid,
            },
            Err(reason) => reason,
        };
        self.restart(reason, returned, when_finished, inputs).map(Arrival::Finished)
    }

    fn exchange(
        &self,
        granted: Granted,
        returned: &Returned,
        (state, pending, redirect_uri): (&LoginState, &Pending, &str),
        when_failed: Vec<SetCookie>,
        inputs: &Inputs,
    ) -> Result<Exchange> {
        let keys = self.keys_for(state.response_type)?;
        let mark = SignedInMark { at: inputs.now, lost_sessions: state.lost_sessions.saturating_add(1) };
        let mark = mark.seal(keys, &inputs.entropy)?;
        let mark = returned.jar.as_ref().map(|jar| jar.mark(mark));
        Ok(Exchange {
            granted,
            redirect_uri: redirect_uri.to_owned(),
            loginas_by_admin: false,
            nonce: pending.nonce(),
            return_to: self.goal(Some(state)).map(to_uri),
            when_signed_in: returned.signed_in(keys, inputs)?.into_iter().chain(mark).collect(),
            when_failed,
            state: state.clone(),
            proof: returned.proof(),
            jar: returned.jar.clone(),
        })
    }

    /// RFC 9207 section 2.4: a callback that names its issuer must name the right one.
    fn check_issuer(&self, callback: &Callback) -> Result<()> {
        match &callback.issuer {
            Some(issuer) if *issuer != self.config.issuer => {
                let detail = format!("expected {}, found {}", quote(&self.config.issuer), quote(issuer));
                Err(Error::with_detail(ErrorCode::CallbackIssuer, detail))
            }
            _ => Ok(()),
        }
    }

    fn primary(&self) -> Option<&str> {
        self.config.redirect_uris.first().map(String::as_str)
    }

    /// The redirect URI of a login; `None` when it is no longer configured, because it must not be sent to Clever then.
    fn redirect_uri_of(&self, state: &LoginState) -> Option<&str> {
        self.config.redirect_uris.iter().find(|uri| state.has_redirect_uri(uri)).map(String::as_str)
    }

    /// The redirect URI that the browser came back to, if the callback shows it.
    fn arrived_at(&self, callback: &str) -> Option<&str> {
        let at = without_query(callback)?;
        self.config
            .redirect_uris
            .iter()
            .find(|uri| without_query(uri).as_ref() == Some(&at))
            .map(String::as_str)
    }

    fn returned(
        &self,
        response_type: ResponseType,
        keys: &Arc<SealingKeys>,
        callback: &Callback,
        kept: Kept<'_>,
        arrived_at: Option<&str>,
        now: u64,
    ) -> Returned {
        let state = callback.state.as_ref().map(Secret::expose);
        let arrived_at = arrived_at.or_else(|| self.primary());
        Returned::read(keys, state, kept, now, arrived_at, response_type, |state| {
            let redirect_uri = state.and_then(|state| self.redirect_uri_of(state)).or(arrived_at);
            redirect_uri.is_some_and(is_secure)
        })
    }

    fn restart(
        &self,
        reason: ErrorCode,
        returned: &Returned,
        when_finished: Vec<SetCookie>,
        inputs: &Inputs,
    ) -> Result<Outcome> {
        let redirects = returned.redirects(inputs.now);
        if redirects >= if returned.keeps_others() { MAX_REDIRECTS_WITH_COOKIES } else { MAX_REDIRECTS } {
            let code = match reason {
                ErrorCode::PendingMissing if returned.has_no_cookies() => ErrorCode::CookiesBlocked,
                ErrorCode::PendingInvalid => reason,
                _ => ErrorCode::LoginLoop,
            };
            return Err(too_often(code, redirects, reason).with_browser_leg(when_finished, false));
        }
        let (proof, known) = (returned.proof(), returned.to_repeat());
        let again = Again {
            reason,
            response_type: returned.response_type,
            known: known.as_ref(),
            arrived_at: returned.arrived_at.as_deref(),
            redirects,
        };
        self.send_again(&again, returned.jar.as_deref(), &proof, inputs)
    }

    /// Restarts a login whose code Clever rejected: a reload, the back button or another device has used it, or it is more than a
    /// minute old.
    pub(crate) fn restart_after_exchange(&self, spent: &Exchange, inputs: &Inputs) -> Result<Outcome> {
        let redirects = spent.state.redirects;
        if redirects >= MAX_REDIRECTS {
            return Err(too_often(ErrorCode::LoginLoop, redirects, ErrorCode::CodeRejected));
        }
        let again = Again {
            reason: ErrorCode::CodeRejected,
            response_type: spent.state.response_type,
            known: Some(&spent.state),
            arrived_at: None,
            redirects,
        };
        self.send_again(&again, spent.jar.as_deref(), &spent.proof, inputs)
    }

    /// Sends the browser to Clever once more, with the `return_to` of its login if the state is readable. If it is not, the login
    /// returns to the redirect URI where the browser arrived: a login from the portal stays on its host.
    fn send_again(
        &self,
        again: &Again<'_>,
        jar: Option<&Jar>,
        proof: &Proof,
        inputs: &Inputs,
    ) -> Result<Outcome> {
        let Again { reason, response_type, known, arrived_at, redirects } = *again;
        let redirect_uri = known.map_or(arrived_at, |state| self.redirect_uri_of(state));
        let redirect_uri = self.config.redirect_uri(redirect_uri)?;
        let mut state = LoginState::new(redirect_uri, self.goal(known), inputs.now);
        state.response_type = response_type;
        state.redirects = redirects.saturating_add(1);
        state.lost_sessions = known.map_or(0, |state| state.lost_sessions);
        state.ended_sessions = known.map_or(0, |state| state.ended_sessions);
        state.switch_user = known.is_some_and(|state| state.switch_user);
        state.in_session = known.is_some_and(|state| state.in_session);
        let (leaves, slot) = match (jar, proof) {
            (None, _) => (None, Slot::Taken),
            (Some(jar), Proof::Own(key)) => (Some(jar.delete(key)), Slot::Free),
            (Some(jar), Proof::Borrowed(_)) => {
                (Some(end_loan(jar, proof, self.keys_for(response_type)?, inputs)?), jar.free_slot())
            }
            (Some(jar), Proof::None) => (None, jar.free_slot()),
        };
        let lender = if let Slot::Of(lender) = slot { Some(lender) } else { None };
        state.loan = lender.zip(jar).and_then(|(lender, jar)| jar.loan(lender, &proof.used(jar)));
        let leg = Leg { redirect_uri, state, district_id: None, lender };
        let login = self.send(&leg, inputs, |state, sealed| {
            let own = jar.filter(|_| matches!(slot, Slot::Free)).map(|jar| jar.keep(state, sealed));
            own.into_iter().chain(leaves).collect()
        })?;
        Ok(Outcome::Restart(Restart { login, reason }))
    }

    /// The `return_to` of a login, checked again, because it may no longer be allowed.
    fn goal<'s>(&self, known: Option<&'s LoginState>) -> Option<&'s str> {
        let return_to = known.and_then(|state| state.return_to.as_deref());
        return_to.filter(|target| self.check_return_to(target).is_ok())
    }

    fn check_return_to(&self, target: &str) -> Result<()> {
        let origins = [self.own_origins(), self.config.return_to_origins.clone()].concat();
        check_return_to(target, &origins, &self.config.redirect_uris)
    }
}

/// One trip of the browser to Clever.
struct Leg<'a> {
    redirect_uri: &'a str,
    state: LoginState,
    district_id: Option<&'a str>,
    /// The login whose cookie this login borrows.
    lender: Option<&'a SealedLogin>,
}

/// Why and how a login restarts.
#[derive(Clone, Copy)]
struct Again<'a> {
    reason: ErrorCode,
    response_type: ResponseType,
    /// The state of the login that restarts, if it is readable.
    known: Option<&'a LoginState>,
    /// The redirect URI where the browser arrived.
    arrived_at: Option<&'a str>,
    redirects: u8,
}

/// The key of the pending login of this callback, for applications that store logins themselves. `None` when the callback has no
/// state or is unreadable.
///
/// ```
/// use clever_sso::login_key_of_callback;
///
/// assert!(login_key_of_callback("https://app.example/callback?code=1234&state=random").is_some());
/// assert_eq!(login_key_of_callback("https://app.example/callback?code=1234"), None);
/// ```
pub fn login_key_of_callback(callback: &str) -> Option<String> {
    Some(login_key(parse_callback(callback).ok()?.state?.expose()))
}

/// How many sign-ins in a row (the last one just now) left a session that came back without a signed-in person, because the
/// application ended it before it showed a page. A session that did not come back is counted elsewhere and resets this count, and
/// so does a signed-in person.
fn ended_sessions(options: &LoginOptions, jar: &Jar, now: u64) -> u8 {
    let is_known = options.has_session.is_some() && !options.switch_user;
    let Some(mark) = jar.recent_sign_in(now).filter(|_| is_known) else { return 0 };
    let is_ended = options.has_session == Some(false) && jar.lost_sessions(now) == 0;
    mark.ended_sessions.saturating_add(is_ended.into())
}

/// Fails if sign-ins leave no person signed in. The marks last for a minute, so the other tabs of this browser end here too
/// instead of starting a new count.
fn check_sessions(lost: u8, ended: u8, options: &LoginOptions, return_to: Option<&str>) -> Result<()> {
    let (count, reason) = if lost >= MAX_LOST_SESSIONS {
        (lost, "no request came with the session")
    } else if ended >= MAX_LOST_SESSIONS && options.has_session == Some(false) {
        (ended, "the session came back with no one signed in")
    } else {
        return Ok(());
    };
    let detail = format!("{count} sign-ins in a row on the way to {}, and {reason}", page_of(return_to));
    Err(Error::with_detail(ErrorCode::SessionNotKept, detail))
}

/// Counts how often a signed-in person was sent back to log in soon after the sign-in. Returns the count and the cookie that
/// stores it; `None` when this is no such return.
fn count_return(
    options: &LoginOptions,
    return_to: Option<&str>,
    jar: &Jar,
    keys: &SealingKeys,
    inputs: &Inputs,
) -> Result<Option<(u8, SetCookie)>> {
    let is_return = options.has_session == Some(true) && !options.switch_user;
    let Some(mut mark) = jar.recent_sign_in(inputs.now).filter(|_| is_return) else { return Ok(None) };
    if mark.returns >= MAX_RETURNS {
        let detail = format!("signed in, but {} sends them back to log in", page_of(return_to));
        return Err(Error::with_detail(ErrorCode::PageNotAllowed, detail));
    }
    mark.returns = mark.returns.saturating_add(1);
    let sealed = mark.seal(keys, &inputs.entropy)?;
    Ok(Some((mark.returns, jar.mark_finished(sealed))))
}

/// The page that a login leads to, for the log. Without the query, which may be about the person.
fn page_of(return_to: Option<&str>) -> String {
    let page = return_to.map(|target| target.split(['?', '#']).next().unwrap_or_default());
    page.map_or_else(|| "the page after the login".to_owned(), quote)
}

/// Adds a login that borrowed a cookie to the list of ended logins, so that its callback proves nothing when it is loaded again.
fn end_loan(jar: &Jar, proof: &Proof, keys: &SealingKeys, inputs: &Inputs) -> Result<SetCookie> {
    let mark = jar.finished().unwrap_or_else(|| FinishedMark { at: inputs.now, ..FinishedMark::default() });
    let mark = FinishedMark { used: proof.used(jar), ..mark };
    Ok(jar.mark_finished(mark.seal(keys, &inputs.entropy)?))
}

fn too_often(code: ErrorCode, redirects: u8, reason: ErrorCode) -> Error {
    Error::with_detail(code, format!("{redirects} redirects to Clever, then {reason}"))
}

fn without_query(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

fn is_secure(redirect_uri: &str) -> bool {
    Url::parse(redirect_uri).is_ok_and(|url| url.scheme() == "https")
}

#[cfg(test)]
mod tests;
