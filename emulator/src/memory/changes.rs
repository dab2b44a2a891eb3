//! Tells the desk that something has happened, so that the desk is redrawn at once, and only then.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How many open pages may wait. One more is answered at once, and asks again a little later.
const MOST_WAITING: usize = 32;
/// No page waits longer, so that time-dependent parts are redrawn.
const LONGEST: Duration = Duration::from_secs(if cfg!(test) { 60 * 60 } else { 25 });

/// Counts events. The count never starts again, not even with a reset. It begins at a random number, so a page that
/// was open before the emulator was started again has seen another count.
pub(crate) struct Changes {
    count: watch::Sender<u64>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { count: watch::Sender::new(RandomState::new().hash_one("first")) }
    }
}

impl Changes {
    /// Something has happened.
    pub(crate) fn happened(&self) {
        self.count.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// How often something has happened.
    pub(crate) fn count(&self) -> u64 {
        *self.count.borrow()
    }

    /// Waits until the count is another than `seen`. Dropping it ends the wait, when the client or the emulator goes away.
    pub(crate) async fn after(&self, seen: u64) {
        if self.count.receiver_count() >= MOST_WAITING {
            return;
        }
        let mut receiver = self.count.subscribe();
        // The sender lives as long as `self`, and when time is up the page is drawn as well.
        let _ = timeout(LONGEST, receiver.wait_for(|count| *count != seen)).await;
    }
}

#[cfg(test)]
impl Changes {
    /// How many pages wait.
    pub(crate) fn waiting(&self) -> usize {
        self.count.receiver_count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    #[tokio::test(start_paused = true)]
    async fn a_page_waits_for_the_next_change_and_not_forever() {
        let changes = Arc::new(Changes::default());
        let seen = changes.count();
        let start = tokio::time::sleep(Duration::ZERO).deadline();
        changes.after(seen).await;
        let waited = tokio::time::sleep(Duration::ZERO).deadline() - start;
        assert!(waited >= LONGEST, "{waited:?}");
        let waiting = tokio::spawn({
            let changes = Arc::clone(&changes);
            async move { changes.after(seen).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        changes.happened();
        waiting.await.unwrap();
        assert_eq!(changes.count(), seen.wrapping_add(1));
        assert_ne!(Changes::default().count(), Changes::default().count());
        // Events before the question need no wait.
        let start = tokio::time::sleep(Duration::ZERO).deadline();
        changes.after(seen).await;
        assert_eq!(tokio::time::sleep(Duration::ZERO).deadline(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn only_so_many_pages_wait_and_one_that_leaves_makes_room() {
        let changes = Arc::new(Changes::default());
        let seen = changes.count();
        let wait = || {
            let changes = Arc::clone(&changes);
            tokio::spawn(async move { changes.after(seen).await })
        };
        let waiting: Vec<_> = (0..MOST_WAITING).map(|_| wait()).collect();
        tokio::task::yield_now().await;
        assert_eq!(changes.waiting(), MOST_WAITING);
        let start = tokio::time::sleep(Duration::ZERO).deadline();
        wait().await.unwrap();
        assert_eq!(tokio::time::sleep(Duration::ZERO).deadline(), start, "one too many is answered at once");
        for task in waiting {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(changes.waiting(), 0);
    }
}
