//! The session store, shared by the threads of the server.

use std::cell::Cell;
use std::collections::HashMap;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;

type State = HashMap<String, String>;

tokio::task_local! {
    /// The request that is using the store.
    static CURRENT: Rc<Saving>;
}

/// What a request knows about its session when it ends.
#[derive(Default)]
struct Saving {
    /// Whether the session gets a new key only if its old key still exists.
    continues: Cell<bool>,
    has_ended: Cell<bool>,
}

/// Runs a request.
pub(super) async fn with_request<F: Future>(request: F) -> F::Output {
    CURRENT.scope(Rc::default(), request).await
}

/// The session of this request gets a new key. If another request ends it before that, nothing of it is saved.
pub(super) fn note_continues() {
    let _ = CURRENT.try_with(|saving| saving.continues.set(true));
}

/// Logs why the store failed. The middleware of actix-session tells no one.
fn logged<E: Error>(error: E) -> E {
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    tracing::error!("the session store failed: {why}");
    error
}

fn logged_source(error: anyhow::Error) -> anyhow::Error {
    tracing::error!("the session store failed: {error}");
    error
}

/// A store in which a session that another request has ended does not come back when this request saves it.
///
/// Stores create a session again if it is missing when they update it.
pub(super) struct Shared<Store>(Arc<Store>);

impl<Store> Shared<Store> {
    pub(super) fn new(store: &Arc<Store>) -> Self {
        Self(Arc::clone(store))
    }
}

impl<Store: SessionStore> Shared<Store> {
    async fn has_ended(&self, key: &SessionKey) -> Result<bool, anyhow::Error> {
        match self.0.load(key).await {
            Ok(found) => Ok(found.is_none()),
            Err(LoadError::Deserialization(_)) => Ok(false),
            Err(LoadError::Other(error)) => Err(error),
        }
    }
}

impl<Store: SessionStore> SessionStore for Shared<Store> {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let loaded = self.0.load(key).await;
        loaded.map_err(|error| if matches!(error, LoadError::Other(_)) { logged(error) } else { error })
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let has_ended = CURRENT.try_with(|saving| saving.has_ended.get()).unwrap_or_default();
        self.0.save(if has_ended { State::new() } else { state }, ttl).await.map_err(logged)
    }

    async fn update(&self, key: SessionKey, state: State, ttl: &Duration) -> Result<SessionKey, UpdateError> {
        let failed = |error| logged(UpdateError::Other(error));
        if self.has_ended(&key).await.map_err(failed)? {
            return self.0.update(key, State::new(), ttl).await.map_err(logged);
        }
        let before = SessionKey::try_from(key.as_ref().to_owned()).map_err(|error| failed(error.into()))?;
        let saved = self.0.update(key, state, ttl).await.map_err(logged)?;
        if saved != before && self.has_ended(&before).await.map_err(failed)? {
            // The session ended in the meantime, so the store created it again, with another key.
            self.0.delete(&saved).await.map_err(failed)?;
            return self.save(State::new(), ttl).await.map_err(|error| UpdateError::Other(error.into()));
        }
        Ok(saved)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> Result<(), anyhow::Error> {
        self.0.update_ttl(key, ttl).await.map_err(logged_source)
    }

    /// Deletes a session. A session with a new key is saved afterwards.
    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        if CURRENT.try_with(|saving| saving.continues.get()).unwrap_or_default() {
            let has_ended = self.has_ended(key).await.map_err(logged_source)?;
            let _ = CURRENT.try_with(|saving| saving.has_ended.set(has_ended));
        }
        self.0.delete(key).await.map_err(logged_source)
    }
}
