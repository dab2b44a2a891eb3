//! What the emulator has granted: authorization codes, access tokens, and sessions at the emulator itself.
//!
//! Pure: the caller passes the time and the random values. RFC 6749 section 4.1.2 says that a code is short-lived, used once,
//! and bound to the client and the redirect URI; the token endpoint checks the binding. There are no refresh tokens, because
//! Clever has none, and nothing is revoked when a code is used twice. Nothing here can be printed: its keys are secrets.

use std::sync::Arc;

use crate::keys::custom_claims::CustomClaims;
use crate::memory::expiring::Expiring;
use crate::world::Person;

/// A code lives one minute, as at Clever.
const CODE_LIFETIME: u64 = 60;
/// An access token lives 24 hours, as at Clever.
const ACCESS_TOKEN_LIFETIME: u64 = 24 * 60 * 60;
/// A sign-in at the emulator lasts two hours, as at Clever.
pub(crate) const SESSION_LIFETIME: u64 = 2 * 60 * 60;
/// How long an expired code is remembered, in seconds.
const CODE_MEMORY: u64 = 60 * 60;
/// The most codes, tokens and sessions that are remembered; one more, and the oldest is forgotten.
const MOST: usize = 10_000;
/// The most used codes that are recognized when they are sent again.
const MOST_SPENT: usize = 1000;

/// The grant of an authorization code.
pub(crate) struct CodeGrant {
    /// The app that asked for it.
    pub(crate) client_id: String,
    /// Where it was sent.
    pub(crate) redirect_uri: String,
    /// The nonce for the ID token.
    pub(crate) nonce: Option<String>,
    /// Who logged in.
    pub(crate) person: Arc<Person>,
    /// Claims that were chosen for this login.
    pub(crate) claims: CustomClaims,
}

/// The grant of an access token.
#[derive(Clone)]
pub(crate) struct Access {
    /// The app it was issued to.
    pub(crate) client_id: String,
    /// Whose token it is.
    pub(crate) person: Arc<Person>,
    /// Claims that were chosen for this login.
    pub(crate) claims: CustomClaims,
}

/// A sign-in at the emulator.
pub(crate) struct SignIn {
    /// Who signed in.
    pub(crate) person: Arc<Person>,
    /// Claims that were chosen for the next login.
    pub(crate) claims: CustomClaims,
}

/// Why a code is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worthless {
    /// It was never issued, or is forgotten.
    Unknown,
    /// It was already used.
    Spent,
    /// It expired this many seconds ago.
    Expired(u64),
}

/// All grants that have not expired.
pub(crate) struct Grants {
    codes: Expiring<CodeGrant>,
    spent_codes: Expiring<()>,
    access_tokens: Expiring<Access>,
    sessions: Expiring<SignIn>,
}

impl Default for Grants {
    fn default() -> Self {
        Self {
            codes: Expiring::remembering(CODE_LIFETIME, CODE_MEMORY, MOST),
            spent_codes: Expiring::new(CODE_MEMORY, MOST_SPENT),
            access_tokens: Expiring::remembering(ACCESS_TOKEN_LIFETIME, ACCESS_TOKEN_LIFETIME, MOST),
            sessions: Expiring::new(SESSION_LIFETIME, MOST),
        }
    }
}

impl Grants {
    /// Remembers the grant of `code`.
    pub(crate) fn issue_code(&mut self, now: u64, code: String, grant: CodeGrant) {
        self.spent_codes.take(now, &code);
        self.codes.insert(now, code, grant);
    }

    /// Returns the grant of `code`, which is now used up, no matter what the caller does next.
    pub(crate) fn spend_code(&mut self, now: u64, code: &str) -> Result<CodeGrant, Worthless> {
        if self.spent_codes.get(now, code).is_some() {
            return Err(Worthless::Spent);
        }
        if let Some(ago) = self.codes.ended(now, code) {
            return Err(Worthless::Expired(ago));
        }
        let grant = self.codes.take(now, code).ok_or(Worthless::Unknown)?;
        self.spent_codes.insert(now, code.to_owned(), ());
        Ok(grant)
    }

    /// Is this a code, valid or not?
    pub(crate) fn is_code(&self, now: u64, text: &str) -> bool {
        self.codes.get(now, text).is_some()
            || self.codes.ended(now, text).is_some()
            || self.spent_codes.get(now, text).is_some()
    }

    /// Remembers the grant of `token`.
    pub(crate) fn issue_access_token(&mut self, now: u64, token: String, access: Access) {
        self.access_tokens.insert(now, token, access);
    }

    /// The grant of `token`.
    pub(crate) fn access(&self, now: u64, token: &str) -> Option<&Access> {
        self.access_tokens.get(now, token)
    }

    /// How many seconds ago this access token expired, if it was valid before.
    pub(crate) fn access_ended(&self, now: u64, token: &str) -> Option<u64> {
        self.access_tokens.ended(now, token)
    }

    /// Makes an access token invalid.
    pub(crate) fn end_access(&mut self, now: u64, token: &str) {
        self.access_tokens.take(now, token);
    }

    /// Ends every sign-in at the emulator.
    pub(crate) fn sign_everyone_out(&mut self) {
        self.sessions = Expiring::new(SESSION_LIFETIME, MOST);
    }

    /// Signs a person in at the emulator.
    pub(crate) fn sign_in(&mut self, now: u64, session: String, sign_in: SignIn) {
        self.sessions.insert(now, session, sign_in);
    }

    /// Takes the claims that were chosen for the next login of this session.
    pub(crate) fn take_claims(&mut self, now: u64, session: &str) -> CustomClaims {
        self.sessions.get_mut(now, session)?.0.claims.take()
    }

    /// Who is signed in at the emulator.
    pub(crate) fn signed_in(&self, now: u64, session: &str) -> Option<&Arc<Person>> {
        self.sessions.get(now, session).map(|sign_in| &sign_in.person)
    }

    /// Ends a sign-in.
    pub(crate) fn sign_out(&mut self, now: u64, session: &str) {
        self.sessions.take(now, session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn ada() -> Arc<Person> {
        World::built_in().person("ada").unwrap()
    }

    fn grants_with_code() -> Grants {
        let mut grants = Grants::default();
        let grant = CodeGrant {
            client_id: "app".into(),
            redirect_uri: "http://127.0.0.1/".into(),
            nonce: None,
            person: ada(),
            claims: None,
        };
        grants.issue_code(1000, "code".into(), grant);
        grants
    }

    #[test]
    fn a_code_can_be_used_once() {
        let mut grants = grants_with_code();
        assert!(grants.spend_code(1001, "code").is_ok());
        assert_eq!(grants.spend_code(1001, "code").err(), Some(Worthless::Spent));
        assert_eq!(grants.spend_code(1061, "code").err(), Some(Worthless::Spent));
        assert_eq!(grants.spend_code(1001, "other").err(), Some(Worthless::Unknown));
    }

    #[test]
    fn a_code_lives_one_minute() {
        assert!(grants_with_code().spend_code(1059, "code").is_ok());
        assert_eq!(grants_with_code().spend_code(1072, "code").err(), Some(Worthless::Expired(12)));
    }

    #[test]
    fn an_access_token_lives_a_day() {
        let mut grants = Grants::default();
        grants.issue_access_token(
            1000,
            "il".into(),
            Access { client_id: "app".into(), person: ada(), claims: None },
        );
        assert!(grants.access(1000 + 86_399, "il").is_some());
        assert!(grants.access(1000 + 86_400, "il").is_none());
        assert_eq!(grants.access_ended(1000 + 86_405, "il"), Some(5));
    }

    #[test]
    fn a_session_lasts_two_hours_or_until_sign_out() {
        let mut grants = Grants::default();
        grants.sign_in(1000, "cookie".into(), SignIn { person: ada(), claims: None });
        assert!(grants.signed_in(1000 + 7199, "cookie").is_some());
        assert!(grants.signed_in(1000 + 7200, "cookie").is_none());
        grants.sign_out(1001, "cookie");
        assert!(grants.signed_in(1001, "cookie").is_none());
    }
}
