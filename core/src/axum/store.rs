//! The session store, made safe for simultaneous requests of one browser.
//!
//! A store can load, create, save and delete a record, but only in separate steps, and another process may do anything between
//! two steps. So each of two competing requests first writes a mark and then looks for the other's mark. In whatever order the
//! steps happen, at least one of the two sees the other. The marks are records in the same store, and expire on their own:
//!
//! - a session has **ended**: data that is saved to it afterwards is deleted again;
//! - a session is **moving**, or has **moved**: it continues under another id, and ending it ends both;
//! - a login is **taken**: no other request completes it.
//!
//! The id of a mark is a hash of the session's id or the login's key, so only callers that know those can compute it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use crate::clock::unix_time;
use crate::entropy;

/// A request that writes to a session when it finishes takes less time than this.
const AN_HOUR: Duration = Duration::hours(1);
/// A logout request that was sent before the browser got the new id arrives within this time.
const A_MINUTE: Duration = Duration::minutes(1);
/// The content of a mark.
const MARK: &str = "clever_sso_mark";

/// A session store in which an ended session never comes back, even if another request saves to it at the same time.
///
/// [`CleverSso::protect_with`](super::CleverSso::protect_with) passes it to your layer.
#[derive(Clone)]
pub struct SafeStore<Store>(Store);

impl<Store: SessionStore> SafeStore<Store> {
    pub(super) const fn new(store: Store) -> Self {
        Self(store)
    }
}

/// Without the store, which may print its sessions.
impl<Store> fmt::Debug for SafeStore<Store> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SafeStore(..)")
    }
}

#[async_trait]
impl<Store: SessionStore> SessionStore for SafeStore<Store> {
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.0.create(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.0.save(record).await?;
        if self.0.load(&ended(record.id)).await?.is_some() {
            self.0.delete(&record.id).await?;
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.0.load(id).await
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.delete(id).await
    }
}

/// The marks in a store.
#[derive(Clone)]
pub(super) struct Marks(Arc<dyn SessionStore>);

impl Marks {
    pub(super) fn new(store: impl SessionStore) -> Self {
        Self(Arc::new(store))
    }

    /// The current record of a session in the store.
    pub(super) async fn load(&self, id: &Id) -> Result<Option<Record>> {
        self.0.load(id).await
    }

    /// Marks a session as ended. Delete it afterwards.
    ///
    /// Does nothing for ids without a session: anyone can make up such ids.
    pub(super) async fn end(&self, id: Id) -> Result<()> {
        if self.0.load(&id).await?.is_some() && self.read(&ended(id)).await?.is_none() {
            self.write(ended(id), Value::Null, AN_HOUR).await?;
        }
        Ok(())
    }

    /// Ends the session. If it is moving or has moved, also ends and deletes the session that it continues as.
    pub(super) async fn end_wherever(&self, id: Id) -> Result<()> {
        if self.0.load(&id).await?.is_none() && self.read(&moving(id)).await?.is_none() {
            return Ok(());
        }
        self.write(ended(id), Value::Null, AN_HOUR).await?;
        if let Some(new) = self.read(&moved(id)).await?.and_then(|new| new.as_str()?.parse().ok()) {
            self.write(ended(new), Value::Null, AN_HOUR).await?;
            self.0.delete(&new).await?;
        }
        Ok(())
    }

    /// Marks a session that may get another id soon.
    pub(super) async fn begin_move(&self, id: Id) -> Result<()> {
        self.write(moving(id), Value::Null, AN_HOUR).await.map(drop)
    }

    /// Marks a session as continued under another id, which is already saved. Returns false when the session has ended: then end
    /// the session with the new id too.
    pub(super) async fn move_to(&self, id: Id, new: Id) -> Result<bool> {
        self.write(moved(id), new.to_string().into(), A_MINUTE).await?;
        Ok(self.read(&ended(id)).await?.is_none())
    }

    /// Marks a login as taken, for as long as it could be on hold. Returns false when another request has taken it or is taking
    /// it.
    ///
    /// Most stores only create a record when it does not exist yet: the request that creates the first mark takes the login.
    /// Other stores overwrite the record: there, the request that wrote the first mark last takes the login, unless an earlier
    /// one has already reached the second mark (the splitter of Moir and Anderson).
    pub(super) async fn take(&self, login: &str) -> Result<bool> {
        let random = entropy::bytes::<16>().map_err(|error| Error::Backend(error.to_string()))?;
        let own: Value = i128::from_le_bytes(random).to_string().into();
        let [first, second] = ["first", "second"].map(|which| mark(which, login.as_bytes()));
        Ok(self.write(first, own.clone(), AN_HOUR).await?
            && self.read(&second).await?.is_none()
            && self.write(second, Value::Null, AN_HOUR).await?
            && self.read(&first).await? == Some(own))
    }

    async fn read(&self, mark: &Id) -> Result<Option<Value>> {
        Ok(self.0.load(mark).await?.and_then(|mut record| record.data.remove(MARK)))
    }

    /// Writes a mark. Returns false when it already exists, if the store can detect that.
    async fn write(&self, mark: Id, content: Value, lifetime: Duration) -> Result<bool> {
        let now =
            OffsetDateTime::UNIX_EPOCH + Duration::seconds(unix_time().try_into().unwrap_or(i64::MAX / 2));
        let data = HashMap::from([(MARK.to_owned(), content)]);
        let mut record = Record { id: mark, data, expiry_date: now + lifetime };
        self.0.create(&mut record).await?;
        if record.id == mark {
            return Ok(true);
        }
        // The id was taken, so the store saved the mark under another one.
        self.0.delete(&record.id).await?;
        Ok(false)
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Marks(..)")
    }
}

fn ended(session: Id) -> Id {
    mark("ended", &session.0.to_le_bytes())
}

fn moving(session: Id) -> Id {
    mark("moving", &session.0.to_le_bytes())
}

fn moved(session: Id) -> Id {
    mark("moved", &session.0.to_le_bytes())
}

fn mark(kind: &str, of: &[u8]) -> Id {
    let hash = digest(&SHA256, &[b"clever_sso ", kind.as_bytes(), b" ", of].concat());
    let mut id = [0; 16];
    id.copy_from_slice(&hash.as_ref()[..16]);
    Id(i128::from_le_bytes(id))
}
