//! The signed-in person, stored in a tower-sessions session.

use std::collections::HashMap;

use serde_json::Value;
use tower_sessions::Session;
use tower_sessions::session::{self, Id};

use super::store::Marks;
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

pub(super) type Result<T> = std::result::Result<T, session::Error>;

/// The data in a request's session.
#[derive(Default)]
pub(super) struct Found {
    /// The id that the browser sent, even if no session has it anymore.
    pub(super) sent: Option<Id>,
    pub(super) person: Option<SessionIdentity>,
    /// The logins that the application has put on hold.
    pub(super) held: Option<HeldLogins>,
    /// Whether a sign-in made this session. Then the sign-in was not lost.
    pub(super) came_back: bool,
    /// Whether a login is or was on hold, or the application's own response sent the browser elsewhere before a sign-in.
    pub(super) was_answered: bool,
}

/// Reads who is signed in. An expired session ends, with all its data.
pub(super) async fn look(session: &Session, marks: &Marks) -> Result<Found> {
    let sent = session.id();
    // A request without a session stays without one.
    if sent.is_none() {
        return Ok(Found::default());
    }
    let waits = session.get_value(HELD).await?;
    let Some(value) = session.get_value(PERSON).await? else {
        let was_answered = waits.is_some() || session.get_value(ANSWERED).await?.is_some();
        let held = waits.and_then(HeldLogins::from_session);
        return Ok(Found { sent, person: None, held, came_back: was_answered, was_answered });
    };
    let person = SessionIdentity::from_session(value);
    if person.is_none() {
        end(session, marks).await?;
        return Ok(Found { sent, came_back: true, ..Found::default() });
    }
    let held = waits.and_then(HeldLogins::from_session);
    Ok(Found { sent, person, held, came_back: true, was_answered: false })
}

/// Ends a session: its id leads to an empty session, and all data is deleted.
///
/// With `flush` alone, a session that gets new data would keep its id.
pub(super) async fn end(session: &Session, marks: &Marks) -> Result<()> {
    if let Some(id) = session.id() {
        marks.end(id).await?;
    }
    session.clear().await;
    session.cycle_id().await
}

/// The session that a person gets at a sign-in.
pub(super) enum Place {
    /// A new one, with a new id.
    New,
    /// The session of the same person with its contents, because other tabs may be using it. Their old id gives no access to new
    /// data. It has its id, if it has been saved.
    Same(Option<Id>, HashMap<String, Value>),
    /// None: the same person logged out of the session while the login was in progress.
    Gone,
}

/// Prepares the session for a person, and ends the session of any other person. Until the person is signed in, the session
/// belongs to no one. The person's own held logins move to the new session.
pub(super) async fn make_room(session: &Session, identity: &Identity, marks: &Marks) -> Result<Place> {
    let found = look(session, marks).await?;
    if !found.person.is_some_and(|person| person.is(identity)) {
        // Its id was used before this person signed in, so the session must not become a signed-in one.
        end(session, marks).await?;
        if let Some(held) = found.held.filter(|held| held.is_of(identity)) {
            session.insert(HELD, held).await?;
        }
        return Ok(Place::New);
    }
    let id = session.id();
    let kept = match id {
        Some(id) => {
            marks.begin_move(id).await?;
            marks.load(&id).await?.map(|record| record.data)
        }
        // A layer has given the session a new id, which has no data in the store yet.
        None => Some(HashMap::new()),
    };
    // The application's own pages could mistake old data for a sign-in.
    empty(session).await?;
    Ok(kept.map_or(Place::Gone, |kept| Place::Same(id, kept)))
}

/// Restores the data of the same person's previous session after they signed in again. Values that the application has set since
/// then are kept.
pub(super) async fn restore(session: &Session, before: HashMap<String, Value>) -> Result<()> {
    for (key, value) in before {
        if ![PERSON, HELD].contains(&key.as_str()) && session.get_value(&key).await?.is_none() {
            session.insert_value(&key, value).await?;
        }
    }
    Ok(())
}

/// Whether another request has ended the session since this request read it, by a logout. Saving the session would restore it.
///
/// A session with a new id that is not saved yet has not ended.
pub(super) async fn has_ended(session: &Session, marks: &Marks) -> Result<bool> {
    match session.id() {
        Some(id) => Ok(marks.load(&id).await?.is_none()),
        None => Ok(false),
    }
}

pub(super) async fn sign_in(session: &Session, person: &SessionIdentity) -> Result<()> {
    session.insert(PERSON, person).await?;
    session.remove_value(ANSWERED).await.map(drop)
}

/// Holds a login in a session until the application completes it. Returns its key.
pub(super) async fn hold(
    session: &Session,
    login: &SignedIn,
    with_tokens: bool,
) -> Result<crate::Result<String>> {
    let others = session.get_value(HELD).await?.and_then(HeldLogins::from_session);
    let held = if with_tokens {
        HeldLogins::hold_with_tokens(others, login)
    } else {
        HeldLogins::hold(others, login)
    };
    match held {
        Ok((held, key)) => session.insert(HELD, held).await.map(|()| Ok(key)),
        Err(error) => Ok(Err(error)),
    }
}

/// The result of taking a held login.
pub(super) enum Taken {
    /// It can be completed now: sign the person in, and then [`settle`] the session that has this id.
    Login(Box<HeldLogin>, Id),
    /// Another tab has signed the person in.
    SignedIn(Box<HeldLogin>),
    /// It is no longer on hold.
    Gone,
}

/// Takes a held login, so that no other request can take it.
///
/// Another request may have completed it, or logged out, since this one read the session. So this checks the store as well.
pub(super) async fn take_held(
    session: &Session,
    leg: &BrowserLeg,
    key: Option<&str>,
    marks: &Marks,
) -> Result<Taken> {
    let found = look(session, marks).await?;
    let Some(wanted) = found.held.as_ref().and_then(|held| held.get(key)) else { return Ok(Taken::Gone) };
    let stored = match session.id() {
        Some(id) => marks.load(&id).await?.map(|record| (id, record)),
        None => None,
    };
    let Some((id, mut record)) = stored else { return Ok(Taken::Gone) };
    let mut held = record.data.remove(HELD).and_then(HeldLogins::from_session);
    let Some(login) = leg.take_held(&mut held, Some(&wanted.key)) else { return Ok(Taken::Gone) };
    if !marks.take(&login.key).await? {
        return Ok(Taken::Gone);
    }
    match held {
        Some(held) => session.insert(HELD, held).await?,
        None => session.remove_value(HELD).await.map(drop)?,
    }
    if found.person.is_some_and(|person| person.is(&login.identity)) {
        return Ok(Taken::SignedIn(Box::new(login)));
    }
    note_response(session).await?;
    marks.begin_move(id).await?;
    // The session must be in the store until the person is signed in, so that a logout can end it.
    session.save().await?;
    Ok(Taken::Login(Box::new(login), id))
}

/// Empties a session, except for held logins.
pub(super) async fn empty(session: &Session) -> Result<()> {
    let held = session.get_value(HELD).await?;
    session.clear().await;
    match held {
        Some(held) => session.insert_value(HELD, held).await.map(drop),
        None => Ok(()),
    }
}

/// Saves the session of a person who is now signed in. It had the id `before`, and gets another id if `renews`. Returns false
/// when another request has ended it in the meantime: then end it here too.
pub(super) async fn settle(session: &Session, before: Id, renews: bool, marks: &Marks) -> Result<bool> {
    // The application may have changed the id, as axum-login does.
    if session.id() == Some(before) {
        if has_ended(session, marks).await? {
            return Ok(false);
        }
        if renews {
            session.cycle_id().await?;
        }
    }
    session.save().await?;
    match session.id() {
        Some(new) if new != before => Ok(marks.move_to(before, new).await?),
        _ => Ok(!has_ended(session, marks).await?),
    }
}

/// Marks the session, to see later whether the browser sends it again.
pub(super) async fn note_response(session: &Session) -> Result<()> {
    session.insert(ANSWERED, true).await
}
