//! Who is signed in, in a session of tower-sessions.

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
/// The key in a session under which logins wait for the application to complete them.
const HELD: &str = "clever_sso_held";
/// The key that shows that a session came back, after the application's own response sent the browser elsewhere before a
/// sign-in.
const ANSWERED: &str = "clever_sso_answered";

pub(super) type Result<T> = std::result::Result<T, session::Error>;

/// The content of a request's session.
#[derive(Default)]
pub(super) struct Found {
    /// The id that the browser sent, also when no session has it anymore.
    pub(super) sent: Option<Id>,
    pub(super) person: Option<SessionIdentity>,
    /// The logins that wait for the application to complete them.
    pub(super) held: Option<HeldLogins>,
    /// Whether a sign-in made it: then the sign-in was not lost.
    pub(super) came_back: bool,
    /// Whether a login waits or waited, or an answer of the application's own sent the browser on before a sign-in.
    pub(super) was_answered: bool,
}

/// Reads who is signed in. A session that has expired ends, with all its data.
pub(super) async fn look(session: &Session, marks: &Marks) -> Result<Found> {
    let sent = session.id();
    // A request without a session is left alone.
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

/// Ends a session: its id leads to an empty session, and no data is kept.
///
/// `flush` alone would let a session that is filled again have the same id.
pub(super) async fn end(session: &Session, marks: &Marks) -> Result<()> {
    if let Some(id) = session.id() {
        marks.end(id).await?;
    }
    session.clear().await;
    session.cycle_id().await
}

/// How a person gets a session.
pub(super) enum Place {
    /// A new one, with a new id.
    New,
    /// The session of the same person, with its contents, because other tabs may be using it. Their old id gives no access to
    /// more data. With its id, if it has been saved.
    Same(Option<Id>, HashMap<String, Value>),
    /// The same person logged out of it while the login was in progress.
    Gone,
}

/// Prepares the session for a person: ends the session of any other person. Until the person is signed in, the session belongs
/// to no one. Their own logins that wait go on to the new session.
pub(super) async fn make_room(session: &Session, identity: &Identity, marks: &Marks) -> Result<Place> {
    let found = look(session, marks).await?;
    if !found.person.is_some_and(|person| person.is(identity)) {
        // Its id was given out before this person signed in, so it must not become a signed-in session.
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
        // A layer has given it a new id, under which nothing is kept yet.
        None => Some(HashMap::new()),
    };
    // The application's own pages may mistake old data for a sign-in.
    empty(session).await?;
    Ok(kept.map_or(Place::Gone, |kept| Place::Same(id, kept)))
}

/// Restores what a session of the same person held, after they signed in again. Values that the application has set since then stay.
pub(super) async fn restore(session: &Session, before: HashMap<String, Value>) -> Result<()> {
    for (key, value) in before {
        if ![PERSON, HELD].contains(&key.as_str()) && session.get_value(&key).await?.is_none() {
            session.insert_value(&key, value).await?;
        }
    }
    Ok(())
}

/// Whether another request ended the session since this request read it: the person logged out. Saving it would restore it.
///
/// A session with a new id, which is not saved yet, has not ended.
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

/// Keeps a login in a session until the application completes it. Returns its key.
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

/// How a login that waited was found.
pub(super) enum Taken {
    /// It is completed now: sign the person in, and then [`settle`] the session that has this id.
    Login(Box<HeldLogin>, Id),
    /// Another tab has signed the person in.
    SignedIn(Box<HeldLogin>),
    /// It waits no longer.
    Gone,
}

/// Takes a login out of those that wait: no other request finds it.
///
/// Another request may have completed it, or logged out, since this one read the session. So the store is asked as well.
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
    note_answer(session).await?;
    marks.begin_move(id).await?;
    // Until the person is in, the session is there for a logout to end it.
    session.save().await?;
    Ok(Taken::Login(Box::new(login), id))
}

/// Empties a session, but for logins that wait.
pub(super) async fn empty(session: &Session) -> Result<()> {
    let held = session.get_value(HELD).await?;
    session.clear().await;
    match held {
        Some(held) => session.insert_value(HELD, held).await.map(drop),
        None => Ok(()),
    }
}

/// Saves the session of a person who is in now. It had the id `before`, and gets another one if `renews`. False when another request
/// ended it meanwhile: then end it here, too.
pub(super) async fn settle(session: &Session, before: Id, renews: bool, marks: &Marks) -> Result<bool> {
    // The application may have given it a new id, as axum-login does.
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

/// Marks the session, to see whether it comes back.
pub(super) async fn note_answer(session: &Session) -> Result<()> {
    session.insert(ANSWERED, true).await
}
