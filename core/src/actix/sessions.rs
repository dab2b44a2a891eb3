//! The signed-in person, stored in a session of actix-session.

use std::collections::HashMap;

use actix_session::{Session, SessionInsertError, SessionStatus};
use serde_json::Value;

use super::store;
use crate::login::SignedIn;
use crate::protocol::identity::Identity;
use crate::web::{BrowserLeg, HeldLogin, HeldLogins, SessionIdentity};

/// The key of the person in a session.
const PERSON: &str = "clever_sso";
/// The session key of held logins.
const HELD: &str = "clever_sso_held";
/// The session key that shows that a session came back after the application's own response sent the browser elsewhere before a
/// sign-in.
const ANSWERED: &str = "clever_sso_answered";

pub(super) type Result<T> = std::result::Result<T, SessionInsertError>;

/// The data in a request's session.
#[derive(Default)]
pub(super) struct Found {
    pub(super) person: Option<SessionIdentity>,
    /// The logins that the application has put on hold.
    pub(super) held: Option<HeldLogins>,
    /// Whether a sign-in made this session. Then the sign-in was not lost.
    pub(super) came_back: bool,
    /// Whether a login is or was on hold, or the application's own response sent the browser elsewhere before a sign-in.
    pub(super) was_answered: bool,
}

fn value(session: &Session, key: &str) -> Option<Value> {
    // A value that is not JSON counts as one from another version.
    session.contains_key(key).then(|| session.get(key).ok().flatten().unwrap_or_default())
}

/// Reads who is signed in. An expired session ends, with all its data.
pub(super) fn look(session: &Session) -> Found {
    let waits = value(session, HELD);
    let Some(person) = value(session, PERSON) else {
        let was_answered = waits.is_some() || session.contains_key(ANSWERED);
        let held = waits.and_then(HeldLogins::from_session);
        return Found { person: None, held, came_back: was_answered, was_answered };
    };
    let Some(person) = SessionIdentity::from_session(person) else {
        begin_again(session);
        return Found { came_back: true, ..Found::default() };
    };
    let held = waits.and_then(HeldLogins::from_session);
    Found { person: Some(person), held, came_back: true, was_answered: false }
}

/// Deletes all data. What is added later is saved under a new key.
fn begin_again(session: &Session) {
    session.clear();
    session.renew();
}

/// Ends a session: no data can be added to it anymore in this request, and the browser deletes its cookie.
pub(super) fn end(session: &Session) {
    session.purge();
}

/// Does not save a new session that has no data.
pub(super) fn drop_if_empty(session: &Session) {
    if session.status() == SessionStatus::Renewed && session.entries().is_empty() {
        session.purge();
    }
}

/// Prepares the session for a person, and ends the session of any other person. Until the person is signed in, the session
/// belongs to no one. The person's own held logins stay. Returns the data of the same person, for [`restore`]: other tabs may be
/// using it, so the session also keeps its key.
pub(super) fn make_room(session: &Session, identity: &Identity) -> Result<HashMap<String, String>> {
    let found = look(session);
    let kept = if found.person.is_some_and(|person| person.is(identity)) {
        let kept = session.entries().clone();
        // The application's own code could mistake old data for a sign-in.
        session.clear();
        kept
    } else {
        // Its key was used before this person signed in, so the session must not become a signed-in one.
        begin_again(session);
        HashMap::new()
    };
    if let Some(held) = found.held.filter(|held| held.is_of(identity)) {
        session.insert(HELD, held)?;
    }
    Ok(kept)
}

/// Restores the data of the same person's session after they signed in again. Values that the application has set since then are
/// kept.
pub(super) fn restore(session: &Session, before: HashMap<String, String>) -> Result<()> {
    for (key, text) in before {
        if ![PERSON, HELD, ANSWERED].contains(&key.as_str())
            && !session.contains_key(&key)
            && let Ok(value) = serde_json::from_str::<Value>(&text)
        {
            session.insert(key, value)?;
        }
    }
    Ok(())
}

pub(super) fn sign_in(session: &Session, person: &SessionIdentity) -> Result<()> {
    session.insert(PERSON, person)?;
    session.remove(ANSWERED);
    Ok(())
}

/// Holds a login in a session until the application completes it. Returns its key.
pub(super) fn hold(session: &Session, login: &SignedIn) -> Result<crate::Result<String>> {
    let others = value(session, HELD).and_then(HeldLogins::from_session);
    match HeldLogins::hold(others, login) {
        Ok((held, key)) => session.insert(HELD, held).map(|()| Ok(key)),
        Err(error) => Ok(Err(error)),
    }
}

/// The result of taking a held login.
pub(super) enum Taken {
    /// It can be completed now: the session has a new key, and only other held logins. Sign the person in.
    Login(Box<HeldLogin>),
    /// Another tab has signed the person in.
    SignedIn(Box<HeldLogin>),
    /// It is no longer on hold.
    Gone,
}

/// Takes a held login, so that no other request in this process can take it. If another request ends the session before this one
/// is finished, no one is signed in.
pub(super) fn take_held(session: &Session, leg: &BrowserLeg, key: Option<&str>) -> Result<Taken> {
    let found = look(session);
    let mut held = found.held;
    let Some(login) = leg.take_held(&mut held, key) else { return Ok(Taken::Gone) };
    let is_signed_in = found.person.is_some_and(|person| person.is(&login.identity));
    if is_signed_in {
        session.remove(HELD);
    } else {
        begin_again(session);
        store::note_continues();
    }
    if let Some(others) = held {
        session.insert(HELD, others)?;
    }
    let login = Box::new(login);
    Ok(if is_signed_in { Taken::SignedIn(login) } else { Taken::Login(login) })
}

/// Marks the session, to see later whether the browser sends it again.
pub(super) fn note_response(session: &Session) -> Result<()> {
    session.insert(ANSWERED, true)
}
