//! Who is signed in, in a session of tower-sessions.

use std::sync::Arc;

use tower_sessions::{Session, SessionStore, session};

use crate::protocol::identity::Identity;
use crate::web::SessionIdentity;

/// The key in a session under which the person is.
const PERSON: &str = "clever_sso";
/// The key that shows that a session came back, when an answer of the application's own sent the browser on before a sign-in.
const ANSWERED: &str = "clever_sso_answered";

pub(super) type Result<T> = std::result::Result<T, session::Error>;

/// What a request finds in its session.
#[derive(Default)]
pub(super) struct Found {
    pub(super) person: Option<SessionIdentity>,
    /// Whether it was left by a sign-in: then that was not lost.
    pub(super) came_back: bool,
    /// Whether an answer of the application's own sent the browser on before a sign-in.
    pub(super) was_answered: bool,
}

/// Looks who is signed in. A session whose time has come ends, with everything in it.
pub(super) async fn look(session: &Session) -> Result<Found> {
    // A request without a session is left alone.
    if session.id().is_none() {
        return Ok(Found::default());
    }
    let Some(value) = session.get_value(PERSON).await? else {
        let was_answered = session.get_value(ANSWERED).await?.is_some();
        return Ok(Found { person: None, came_back: was_answered, was_answered });
    };
    let person = SessionIdentity::from_session(value);
    if person.is_none() {
        end(session).await?;
    }
    Ok(Found { person, came_back: true, was_answered: false })
}

/// Ends a session: what its id opens is empty, and nothing is carried over.
///
/// `flush` alone would let a session that is filled again have the same id.
pub(super) async fn end(session: &Session) -> Result<()> {
    session.clear().await;
    session.cycle_id().await
}

/// How a person comes into a session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A new one, with a new id.
    New,
    /// The one of the same person: other tabs are on their way with it, and an id that was theirs before opens nothing more now.
    Same,
    /// The same person logged out of it while the login was under way.
    Gone,
}

/// Makes room for a person: ends the session of anybody else. Until they are signed in, it is nobody's.
pub(super) async fn make_room(
    session: &Session,
    identity: &Identity,
    store: &Arc<dyn SessionStore>,
) -> Result<Place> {
    let found = look(session).await?;
    if !found.person.is_some_and(|person| person.is(identity)) {
        end(session).await?;
        return Ok(Place::New);
    }
    let has_ended = has_ended(session, store).await?;
    session.remove_value(PERSON).await?;
    Ok(if has_ended { Place::Gone } else { Place::Same })
}

/// Whether another request ended the session since this one read it: the person logged out. To save it then would bring it back.
///
/// A session with a new id, which is not saved yet, has not ended.
pub(super) async fn has_ended(session: &Session, store: &Arc<dyn SessionStore>) -> Result<bool> {
    match session.id() {
        Some(id) => Ok(store.load(&id).await?.is_none()),
        None => Ok(false),
    }
}

pub(super) async fn sign_in(session: &Session, person: &SessionIdentity) -> Result<()> {
    session.insert(PERSON, person).await?;
    session.remove_value(ANSWERED).await.map(drop)
}

/// Lets the session show that it comes back.
pub(super) async fn note_answer(session: &Session) -> Result<()> {
    session.insert(ANSWERED, true).await
}
