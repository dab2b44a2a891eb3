//! A callback: the login that it belongs to, and whether this browser began that login.

use std::sync::Arc;

use crate::browser::{Jar, SealedLogin};
use crate::error::{Error, ErrorCode, Result, quote};
use crate::protocol::authorize::ResponseType;
use crate::protocol::pending::{
    FinishedMark, LIFETIME_SECONDS, LoginDigest, LoginState, Pending, SealingKeys, Used, login_key,
};
use crate::set_cookie::SetCookie;

use super::inputs::Inputs;
use super::outcome::{Denied, Outcome};

/// The browser's cookies, or the pending login.
#[derive(Clone, Copy)]
pub(crate) enum Kept<'a> {
    /// The `Cookie` header of the callback's request.
    Cookies(&'a str),
    /// The pending login that the application stored itself.
    Pending(Option<&'a str>),
}

impl<'a> Kept<'a> {
    /// The stored pending login; empty means none.
    pub(crate) fn of_application(pending: Option<&'a str>) -> Self {
        Self::Pending(pending.filter(|sealed| !sealed.is_empty()))
    }
}

/// The state of a callback, with the browser's cookies.
pub(super) struct Returned {
    /// The grant of the login.
    pub(super) response_type: ResponseType,
    pub(super) state: State,
    /// The browser's cookies; `None` when the application stores logins itself.
    pub(super) jar: Option<Arc<Jar>>,
    pub(super) pending: Held,
    /// The redirect URI where the browser arrived, or the primary one.
    pub(super) arrived_at: Option<String>,
}

/// The `state` parameter.
pub(super) enum State {
    Missing,
    /// Not made by this application, or with an unknown key, or for another grant.
    Foreign,
    Known {
        text: String,
        state: LoginState,
    },
}

/// The pending login for a state.
pub(super) enum Held {
    Missing,
    /// It cannot be decrypted.
    Invalid,
    /// It belongs to another state.
    OfAnotherLogin,
    /// It proves that this browser began the login.
    Proof {
        pending: Pending,
        is_expired: bool,
        /// Whether it is the cookie of another login that this one borrows.
        is_borrowed: bool,
    },
}

impl Returned {
    /// `is_secure` returns whether a login with this state came back over https. A state of a grant other than `response_type` is
    /// foreign.
    pub(super) fn read(
        keys: &Arc<SealingKeys>,
        state: Option<&str>,
        kept: Kept<'_>,
        now: u64,
        arrived_at: Option<&str>,
        response_type: ResponseType,
        is_secure: impl FnOnce(Option<&LoginState>) -> bool,
    ) -> Self {
        let state = match state {
            None => State::Missing,
            Some(text) => LoginState::open(keys, text)
                .filter(|state| state.response_type == response_type)
                .map_or(State::Foreign, |state| State::Known { text: text.to_owned(), state }),
        };
        let arrived_at = arrived_at.map(str::to_owned);
        match kept {
            Kept::Cookies(header) => {
                let jar = Jar::read(header, keys, is_secure(state.known()));
                let pending = match &state {
                    State::Known { text, state: known } => Held::borrowed(&jar, text, known, now)
                        .unwrap_or_else(|| Held::read(keys, &state, jar.logins_with(&login_key(text)), now)),
                    _ => Held::Missing,
                };
                Self { response_type, pending, state, jar: Some(Arc::new(jar)), arrived_at }
            }
            Kept::Pending(pending) => {
                let sealed = pending.map(SealedLogin::new);
                let pending = Held::read(keys, &state, sealed.iter(), now);
                Self { response_type, pending, state, jar: None, arrived_at }
            }
        }
    }

    /// The login, if this browser began it; otherwise the reason for a restart.
    pub(super) fn proven(&self) -> std::result::Result<(&LoginState, &Pending), ErrorCode> {
        match (&self.state, &self.pending) {
            (State::Missing, _) => Err(ErrorCode::StateMissing),
            (State::Known { state, .. }, Held::Proof { pending, is_expired: false, .. }) => {
                Ok((state, pending))
            }
            (State::Known { .. }, Held::Proof { .. }) => Err(ErrorCode::PendingExpired),
            (State::Known { .. }, Held::Missing) => Err(ErrorCode::PendingMissing),
            (_, Held::Invalid) => Err(ErrorCode::PendingInvalid),
            _ => Err(ErrorCode::StateMismatch),
        }
    }

    /// How often in a row the login has sent the browser to Clever, if known.
    ///
    /// The count starts over when this browser has finished a login since then: its cookies work, so this is the callback of an
    /// old page, or this login's cookie was dropped to make room for another tab's. It also starts over after ten minutes,
    /// because no loop takes that long.
    pub(super) fn redirects(&self, now: u64) -> u8 {
        match (&self.state, &self.pending) {
            (State::Known { state, .. }, Held::Proof { is_expired: false, .. }) => state.redirects,
            (State::Known { state, .. }, held) => {
                let finished_at = self.jar.as_deref().and_then(Jar::finished_at);
                let starts_again = matches!(held, Held::Proof { .. })
                    || finished_at.is_some_and(|at| at >= state.issued_at)
                    || now.abs_diff(state.issued_at) > LIFETIME_SECONDS.into();
                if starts_again { 0 } else { state.redirects }
            }
            _ => 0,
        }
    }

    /// Whether the browser has other cookies of this application: then this login's cookie was only dropped to make room for
    /// another one.
    pub(super) fn keeps_others(&self) -> bool {
        !self.is_proven() && self.jar.as_deref().is_some_and(Jar::keeps_cookies)
    }

    /// Whether the browser sent no cookies of this library at all.
    pub(super) fn has_no_cookies(&self) -> bool {
        self.jar.as_deref().is_none_or(Jar::is_empty)
    }

    pub(super) fn is_proven(&self) -> bool {
        matches!(self.pending, Held::Proof { .. })
    }

    /// What this callback proves, and by which cookie.
    pub(super) fn proof(&self) -> Proof {
        match (&self.state, &self.pending) {
            (State::Known { text, .. }, Held::Proof { is_borrowed: true, .. }) => {
                Proof::Borrowed(LoginDigest::of(text))
            }
            (State::Known { text, .. }, Held::Proof { .. }) => Proof::Own(login_key(text)),
            _ => Proof::None,
        }
    }

    /// The cookies to set when a proven login ends, successfully or not: its own cookie is deleted, and a mark records that a
    /// login has ended. Empty for a callback that proves nothing.
    pub(super) fn finish(&self, keys: &SealingKeys, inputs: &Inputs) -> Result<Vec<SetCookie>> {
        self.finish_as(&FinishedMark::default(), keys, inputs)
    }

    /// The cookies to set when a proven login signs a person in.
    pub(super) fn signed_in(&self, keys: &SealingKeys, inputs: &Inputs) -> Result<Vec<SetCookie>> {
        let mut mark = FinishedMark { is_sign_in: true, ..FinishedMark::default() };
        if let State::Known { text, state } = &self.state {
            if state.switch_user {
                // Clever has asked the person who they are, so they are not in a loop.
                mark.switched = Some(LoginDigest::of(text));
            } else {
                // A login in another tab, or a restart after a reload, must not change which callback belongs to the switch.
                mark.switched = self.jar.as_ref().and_then(|jar| jar.finished()?.switched);
                mark.ended_sessions = state.ended_sessions;
                // A person who was not signed in was not sent here by a page that sends signed-in people back.
                let jar = self.jar.as_ref().filter(|_| state.in_session);
                mark.returns = jar.map_or(0, |jar| jar.returns_so_far(inputs.now));
            }
        }
        self.finish_as(&mark, keys, inputs)
    }

    fn finish_as(&self, mark: &FinishedMark, keys: &SealingKeys, inputs: &Inputs) -> Result<Vec<SetCookie>> {
        let (Some(jar), Some(state), true) = (&self.jar, self.state.known(), self.is_proven()) else {
            return Ok(Vec::new());
        };
        let proof = self.proof();
        let own = if let Proof::Own(key) = &proof { Some(jar.delete(key)) } else { None };
        // The two requests may have been handled by machines with different clocks.
        let (at, used) = (inputs.now.max(state.issued_at), proof.used(jar));
        let mark = FinishedMark { at, used, ..mark.clone() };
        Ok(own.into_iter().chain([jar.mark_finished(mark.seal(keys, &inputs.entropy)?)]).collect())
    }

    /// The state to restart with. If a person has already signed in with this login, Clever has asked who they are, and must not
    /// ask again just because the page is reloaded.
    pub(super) fn to_repeat(&self) -> Option<LoginState> {
        let State::Known { text, state } = &self.state else { return None };
        let has_switched = self.jar.as_ref().is_some_and(|jar| jar.has_switched(text));
        let mut state = state.clone();
        state.switch_user &= !has_switched;
        Some(state)
    }

    /// The outcome when Clever sent an error instead of a code (RFC 6749 section 4.1.2.1).
    pub(super) fn refused(
        &self,
        error: String,
        description: Option<String>,
        return_to: Option<String>,
        set_cookies: Vec<SetCookie>,
    ) -> Result<Outcome> {
        let code = match error.as_str() {
            "temporarily_unavailable" | "server_error" => ErrorCode::CallbackUnavailable,
            "invalid_request"
            | "invalid_client"
            | "invalid_scope"
            | "unauthorized_client"
            | "unsupported_response_type"
            | "invalid_request_uri"
            | "invalid_request_object"
            | "request_not_supported"
            | "request_uri_not_supported" => ErrorCode::CallbackRejected,
            _ => {
                let ends_session = self.is_proven();
                let switch_user = self.state.known().is_some_and(|state| state.switch_user);
                let denied = Denied { error, description, ends_session, return_to, switch_user, set_cookies };
                return Ok(Outcome::Denied(denied));
            }
        };
        // This error is not about the person, so the session stays.
        Err(Error::with_detail(code, quote(&error)).with_browser_leg(set_cookies, false))
    }
}

impl State {
    pub(super) const fn known(&self) -> Option<&LoginState> {
        match self {
            Self::Known { state, .. } => Some(state),
            _ => None,
        }
    }
}

/// What a callback proves, and by which cookie.
pub(crate) enum Proof {
    /// Nothing.
    None,
    /// The login with this key, proven by its own cookie.
    Own(String),
    /// A login, proven by the cookie that it borrows.
    Borrowed(LoginDigest),
}

impl Proof {
    /// The list of used loans after this login has ended.
    pub(super) fn used(&self, jar: &Jar) -> Used {
        match self {
            Self::Borrowed(login) => jar.used().with(login.clone()),
            Self::Own(_) | Self::None => jar.used(),
        }
    }
}

impl Held {
    /// The proof of a login that borrows a cookie, if the browser still has that cookie.
    fn borrowed(jar: &Jar, text: &str, state: &LoginState, now: u64) -> Option<Self> {
        let pending = jar.lender(state.loan.as_ref()?, &LoginDigest::of(text))?.lend(text, state.issued_at);
        Some(Self::Proof { is_expired: pending.is_expired(now), pending, is_borrowed: true })
    }

    fn read<'a>(
        keys: &SealingKeys,
        state: &State,
        sealed: impl Iterator<Item = &'a SealedLogin>,
        now: u64,
    ) -> Self {
        let mut best = Self::Missing;
        // On plain http, a sibling host can add a cookie with the same name: at most one of them is the right one.
        for sealed in sealed {
            best = match (sealed.open(keys), state) {
                (Some(pending), State::Known { text, .. }) if pending.has_state(text) => {
                    let is_expired = pending.is_expired(now);
                    return Self::Proof { pending: pending.clone(), is_expired, is_borrowed: false };
                }
                (Some(_), _) => Self::OfAnotherLogin,
                (None, _) => Self::Invalid,
            };
        }
        best
    }
}
