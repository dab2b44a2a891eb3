//! Held logins: the application completes them after a second factor, a consent, or a signup form.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::{Zeroize as _, ZeroizeOnDrop};

use crate::clock::unix_time;
use crate::entropy;
use crate::error::Result;
use crate::login::SignedIn;
use crate::process::Exclusive;
use crate::protocol::identity::Identity;
use crate::protocol::token::Tokens;
use crate::secret::Redacted;
use crate::set_cookie::SetCookie;

/// Another number means that another version wrote the session: the person logs in again.
const FORMAT: u8 = 1;
const TEN_MINUTES: u64 = 10 * 60;
/// The maximum for one person in one browser. The oldest are dropped.
const MOST_HELD: usize = 8;
/// How many completed logins are remembered before the expired ones are removed.
const MOST_COMPLETED: usize = 10_000;

/// A login that Clever proved: a [`SignedIn`], or a [`HeldLogin`] that was on hold since then.
pub trait Proven: sealed::Kept + Sync {
    /// The person's identity.
    fn identity(&self) -> &Identity;
    /// Where the person wanted to go; `None` means the default page after a login.
    fn return_to(&self) -> Option<&str>;
    /// Whether a "Not you?" link started the login.
    fn switch_user(&self) -> bool;
    /// The cookies to set with the response.
    fn set_cookies(&self) -> &[SetCookie];
}

pub(super) mod sealed {
    pub trait Kept {
        /// Whether the login was held: then the browser already has its cookies.
        fn was_held(&self) -> bool;
    }
}

impl sealed::Kept for SignedIn {
    fn was_held(&self) -> bool {
        false
    }
}

impl Proven for SignedIn {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn return_to(&self) -> Option<&str> {
        self.return_to.as_deref()
    }

    fn switch_user(&self) -> bool {
        self.switch_user
    }

    fn set_cookies(&self) -> &[SetCookie] {
        &self.set_cookies
    }
}

impl<L: Proven + ?Sized> sealed::Kept for Box<L> {
    fn was_held(&self) -> bool {
        (**self).was_held()
    }
}

/// For the box in [`Step::SignIn`](super::Step::SignIn).
impl<L: Proven + Send + ?Sized> Proven for Box<L> {
    fn identity(&self) -> &Identity {
        (**self).identity()
    }

    fn return_to(&self) -> Option<&str> {
        (**self).return_to()
    }

    fn switch_user(&self) -> bool {
        (**self).switch_user()
    }

    fn set_cookies(&self) -> &[SetCookie] {
        (**self).set_cookies()
    }
}

/// A login that was on hold in a browser's session.
#[derive(Clone)]
#[non_exhaustive]
pub struct HeldLogin {
    /// The person's identity. It has an email address and claims only after [`HeldLogins::hold_with_tokens`].
    pub identity: Identity,
    /// The tokens, after [`HeldLogins::hold_with_tokens`].
    pub tokens: Option<Tokens>,
    /// Where the person wanted to go; `None` means the default page after a login.
    pub return_to: Option<String>,
    /// Whether a "Not you?" link started the login.
    pub switch_user: bool,
    /// Its key, for the URL of your page. It is not a secret: it works only in the session that holds the login.
    pub key: String,
    /// When the login expires, in Unix seconds.
    pub ends_at: u64,
}

impl sealed::Kept for HeldLogin {
    fn was_held(&self) -> bool {
        true
    }
}

impl Proven for HeldLogin {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn return_to(&self) -> Option<&str> {
        self.return_to.as_deref()
    }

    fn switch_user(&self) -> bool {
        self.switch_user
    }

    fn set_cookies(&self) -> &[SetCookie] {
        &[]
    }
}

impl fmt::Debug for HeldLogin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HeldLogin")
            .field("identity", &self.identity)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

/// The held logins of one person, as the session of their browser stores them (serde). Each lasts ten minutes. Each tab has its
/// own, up to eight. The person is not signed in.
///
/// ```
/// use clever_sso::SignedIn;
/// use clever_sso::web::{BrowserLeg, HeldLogins, WebResponse, WebRequest};
/// use serde_json::Value;
///
/// # trait Session { fn value(&self, key: &str) -> Option<Value>; fn end(&self); fn insert(&self, key: &str, value: impl serde::Serialize); }
/// /// Instead of signing the person in: the browser goes to a page of yours.
/// fn ask_for_code(leg: &BrowserLeg, request: &WebRequest, signed_in: &SignedIn, session: &impl Session) -> clever_sso::Result<WebResponse> {
///     let others = session.value("held").and_then(HeldLogins::from_session);
///     let (held, key) = HeldLogins::hold(others, signed_in)?;
///     session.end(); // nothing of the person before is carried over
///     session.insert("held", &held);
///     Ok(leg.held(request, signed_in, &format!("/second-factor/{key}")))
/// }
///
/// /// That page, when the code is right.
/// fn let_in(leg: &BrowserLeg, request: &WebRequest, key: &str, session: &impl Session) -> WebResponse {
///     let mut others = session.value("held").and_then(HeldLogins::from_session);
///     let Some(held) = leg.take_held(&mut others, Some(key)) else { return leg.log_in_again(request) };
///     session.end();
///     session.insert("clever", leg.session_identity(&held.identity)); // in a session with a new id
///     if let Some(others) = others {
///         session.insert("held", others);
///     }
///     leg.admitted(request, &held)
/// }
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct HeldLogins {
    format: u8,
    identity: Identity,
    tokens: Option<KeptTokens>,
    logins: Vec<Waiting>,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptTokens {
    access_token: String,
    id_token: Option<String>,
}

impl Drop for KeptTokens {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.id_token.zeroize();
    }
}

impl ZeroizeOnDrop for KeptTokens {}

#[derive(Clone, Serialize, Deserialize)]
struct Waiting {
    key: String,
    ends_at: u64,
    return_to: Option<String>,
    switch_user: bool,
}

impl HeldLogins {
    /// Reads a session value that [`serde`] wrote. `None` when no login is on hold anymore.
    pub fn from_session(value: Value) -> Option<Self> {
        serde_json::from_value::<Self>(value).ok().and_then(Self::waiting)
    }

    /// Holds a login for ten minutes, together with other held logins of the same person; those of other people are dropped.
    /// Returns the value to store in the session, and the key of the login: put it into the URL of your page, so that each tab
    /// ends at its own page.
    ///
    /// No token, email address or claim is stored.
    ///
    /// ```
    /// use clever_sso::SignedIn;
    /// use clever_sso::web::HeldLogins;
    /// use serde_json::Value;
    ///
    /// /// What to keep in the session, and the page to go to.
    /// fn wait(kept: Option<Value>, signed_in: &SignedIn) -> clever_sso::Result<(HeldLogins, String)> {
    ///     let (held, key) = HeldLogins::hold(kept.and_then(HeldLogins::from_session), signed_in)?;
    ///     Ok((held, format!("/second-factor/{key}")))
    /// }
    /// ```
    ///
    /// # Errors
    /// `internal` when the operating system provides no random numbers.
    pub fn hold(others: Option<Self>, signed_in: &SignedIn) -> Result<(Self, String)> {
        Self::add(others, signed_in, None)
    }

    /// Like [`hold`](Self::hold), and also stores the tokens, the email address and the claims: only for sessions that the server
    /// stores.
    ///
    /// ```
    /// use clever_sso::SignedIn;
    /// use clever_sso::web::HeldLogins;
    ///
    /// fn has_tokens(signed_in: &SignedIn) -> clever_sso::Result<bool> {
    ///     let (held, key) = HeldLogins::hold_with_tokens(None, signed_in)?;
    ///     Ok(held.get(Some(&key)).is_some_and(|login| login.tokens.is_some()))
    /// }
    /// ```
    ///
    /// # Errors
    /// `internal` when the operating system provides no random numbers.
    pub fn hold_with_tokens(others: Option<Self>, signed_in: &SignedIn) -> Result<(Self, String)> {
        Self::add(others, signed_in, Some(&signed_in.tokens))
    }

    pub(crate) fn add(
        others: Option<Self>,
        login: &dyn Proven,
        tokens: Option<&Tokens>,
    ) -> Result<(Self, String)> {
        let key = URL_SAFE_NO_PAD.encode(entropy::bytes::<12>()?);
        let mut logins =
            others.filter(|others| others.is_of(login.identity())).map_or_else(Vec::new, |o| o.logins);
        logins.push(Waiting {
            key: key.clone(),
            ends_at: unix_time().saturating_add(TEN_MINUTES),
            return_to: login.return_to().map(str::to_owned),
            switch_user: login.switch_user(),
        });
        logins.drain(..logins.len().saturating_sub(MOST_HELD));
        let mut identity = login.identity().clone();
        if tokens.is_none() {
            (identity.unverified_email, identity.claims) = (None, Map::new());
        }
        let tokens = tokens.map(|tokens| KeptTokens {
            access_token: tokens.access_token.expose().to_owned(),
            id_token: tokens.id_token.as_ref().map(|token| token.expose().to_owned()),
        });
        Ok((Self { format: FORMAT, identity, tokens, logins }, key))
    }

    /// Whether these logins belong to the person of `identity`.
    pub fn is_of(&self, identity: &Identity) -> bool {
        (&self.identity.issuer, &self.identity.id) == (&identity.issuer, &identity.id)
    }

    /// The login with this key; without a key, the login that was held first.
    pub fn get(&self, key: Option<&str>) -> Option<HeldLogin> {
        let found = self.logins.iter().find(|login| key.is_none_or(|key| login.key == key))?;
        let tokens = self.tokens.as_ref().map(|kept| Tokens {
            access_token: kept.access_token.as_str().into(),
            id_token: kept.id_token.as_deref().map(Into::into),
        });
        Some(HeldLogin {
            identity: self.identity.clone(),
            tokens,
            return_to: found.return_to.clone(),
            switch_user: found.switch_user,
            key: found.key.clone(),
            ends_at: found.ends_at,
        })
    }

    /// The logins that have not expired; `None` when there are none.
    fn waiting(mut self) -> Option<Self> {
        let now = unix_time();
        self.logins.retain(|login| login.ends_at > now);
        (self.format == FORMAT && !self.logins.is_empty()).then_some(self)
    }
}

impl fmt::Debug for HeldLogins {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HeldLogins")
            .field("identity", &self.identity)
            .field("tokens", &self.tokens.as_ref().map(|_| Redacted))
            .field("count", &self.logins.len())
            .finish_non_exhaustive()
    }
}

/// The logins that this process has completed: a browser that stores its session may send an old copy again, and two requests may
/// complete one login at the same time. A forked child starts with its parent's.
#[derive(Debug)]
pub(super) struct Completed(Exclusive<HashMap<String, u64>>);

impl Default for Completed {
    fn default() -> Self {
        Self(Exclusive::new(HashMap::new()))
    }
}

impl Completed {
    /// Takes a held login. It works once for each login.
    pub(super) fn take(&self, others: &mut Option<HeldLogins>, key: Option<&str>) -> Option<HeldLogin> {
        let mut logins = others.take()?;
        let found = logins.get(key);
        if let Some(found) = &found {
            logins.logins.retain(|login| login.key != found.key);
        }
        *others = logins.waiting();
        found.filter(|login| self.add(login))
    }

    /// Adds a login. Returns whether it is new.
    fn add(&self, login: &HeldLogin) -> bool {
        let now = unix_time();
        self.0.with(HashMap::new, |completed| {
            if completed.len() >= MOST_COMPLETED {
                completed.retain(|_, ends_at| *ends_at > now);
            }
            completed.insert(login.key.clone(), login.ends_at).is_none()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn signed_in(id: &str, return_to: &str) -> SignedIn {
        let mut identity = Identity::new("https://clever.com", id);
        identity.unverified_email = Some("ada@school.example".to_owned());
        identity.claims.insert("sub".to_owned(), id.into());
        let tokens = Tokens { access_token: Secret::new("hunter2"), id_token: Some(Secret::new("hunter3")) };
        SignedIn {
            identity,
            tokens,
            return_to: Some(return_to.to_owned()),
            switch_user: true,
            set_cookies: Vec::new(),
        }
    }

    fn kept(held: &HeldLogins) -> Value {
        serde_json::to_value(held).unwrap()
    }

    #[test]
    fn each_tab_holds_its_own_login_and_the_oldest_are_dropped() {
        let (mut held, mut keys) = (None, Vec::new());
        for number in 0..10 {
            let (all, key) = HeldLogins::hold(held, &signed_in("ada", &format!("/{number}"))).unwrap();
            keys.push(key);
            held = HeldLogins::from_session(kept(&all));
        }
        let found = held.as_ref().unwrap();
        let goals = keys.iter().map(|key| found.get(Some(key)).and_then(|login| login.return_to));
        let expected = (0..10).map(|number| (number > 1).then(|| format!("/{number}")));
        assert!(goals.eq(expected));
        assert_eq!(found.get(None).unwrap().return_to.as_deref(), Some("/2"));
        assert!(found.get(Some("another")).is_none());
        let (jose, _) = HeldLogins::hold(held, &signed_in("jose", "/a")).unwrap();
        assert_eq!(jose.logins.len(), 1, "no login of another person may be kept");
    }

    #[test]
    fn tokens_email_and_claims_are_stored_only_by_hold_with_tokens() {
        let (held, _) = HeldLogins::hold(None, &signed_in("ada", "/a")).unwrap();
        let text = kept(&held).to_string();
        assert!(
            !text.contains("hunter") && !text.contains("school.example") && !text.contains("sub"),
            "{text}"
        );
        assert!(held.get(None).unwrap().tokens.is_none());
        let (held, _) = HeldLogins::hold_with_tokens(None, &signed_in("ada", "/a")).unwrap();
        let login = HeldLogins::from_session(kept(&held)).unwrap().get(None).unwrap();
        let tokens = login.tokens.as_ref().unwrap();
        assert!(
            tokens.access_token.matches("hunter2") && tokens.id_token.as_ref().unwrap().matches("hunter3")
        );
        assert_eq!(login.identity.unverified_email.as_deref(), Some("ada@school.example"));
        let shown = format!("{held:?} {login:?}");
        assert!(!shown.contains("hunter") && !shown.contains("school.example"), "{shown}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn tokens_are_not_left_in_memory() {
        use std::os::unix::fs::FileExt as _;

        let (held, _) = HeldLogins::hold_with_tokens(None, &signed_in("ada", "/a")).unwrap();
        let mut held = Some(held);
        let kept = held.as_mut().unwrap().tokens.as_mut().unwrap();
        let (access_token, id_token) = ("an-access-token ".repeat(20), "an-id-token ".repeat(20));
        (kept.access_token, kept.id_token) = (access_token.clone(), Some(id_token.clone()));
        let places =
            [kept.access_token.as_ptr(), kept.id_token.as_ref().unwrap().as_ptr()].map(<*const u8>::addr);
        drop(held);
        let memory = std::fs::File::open("/proc/self/mem").unwrap();
        for (place, token) in places.into_iter().zip([access_token, id_token]) {
            // The allocator writes to the start of freed memory.
            let mut left = [0; 64];
            memory.read_exact_at(&mut left, (place + 100) as u64).unwrap();
            assert_ne!(left, token.as_bytes()[100..164]);
        }
    }

    #[test]
    fn an_expired_held_login_or_one_from_another_version_is_gone() {
        let (held, _) = HeldLogins::hold(None, &signed_in("ada", "/a")).unwrap();
        let left = held.get(None).unwrap().ends_at - unix_time();
        assert!((TEN_MINUTES - 60..=TEN_MINUTES).contains(&left), "{left}");
        let mut over = kept(&held);
        over["logins"][0]["ends_at"] = 1.into();
        let mut other = kept(&held);
        other["format"] = 9.into();
        for value in [over, other, Value::Null, true.into()] {
            assert!(HeldLogins::from_session(value).is_none());
        }
    }

    #[test]
    fn a_held_login_is_completed_once_even_with_a_copy_of_its_session() {
        let completed = Completed::default();
        let (held, first) = HeldLogins::hold(None, &signed_in("ada", "/1")).unwrap();
        let (held, second) = HeldLogins::hold(Some(held), &signed_in("ada", "/2")).unwrap();
        let mut session = Some(held.clone());
        assert_eq!(completed.take(&mut session, Some(&second)).unwrap().return_to.as_deref(), Some("/2"));
        assert!(completed.take(&mut session, Some(&second)).is_none());
        assert!(
            completed.take(&mut Some(held), Some(&second)).is_none(),
            "a copy of the session must not complete the login again"
        );
        assert_eq!(completed.take(&mut session, None).unwrap().key, first);
        assert!(session.is_none(), "no held login may be left");
        assert!(completed.take(&mut session, None).is_none());
    }

    #[test]
    fn the_list_of_completed_logins_has_a_maximum_length() {
        let completed = Completed::default();
        let (held, _) = HeldLogins::hold(None, &signed_in("ada", "/1")).unwrap();
        let mut login = held.get(None).unwrap();
        for number in 0..MOST_COMPLETED {
            (login.key, login.ends_at) = (number.to_string(), 1);
            assert!(completed.add(&login));
        }
        login.key = "the last".to_owned();
        assert!(completed.add(&login));
        assert_eq!(completed.0.with(HashMap::new, |known| known.len()), 1);
    }
}
