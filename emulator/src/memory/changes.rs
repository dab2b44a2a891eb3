//! Tells the desk that something has happened, so that the desk is redrawn at once, and only then.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How many open pages can wait. One more gets a response at once, and sends its request again a little later.
const MOST_WAITING: usize = 32;
/// The longest wait of a page, so that parts that depend on the time are redrawn.
const LONGEST: Duration = Duration::from_secs(if cfg!(test) { 60 * 60 } else { 25 });

/// Counts events. The count never restarts, not even at a reset. It begins at a random number, so a page that
/// was open before a restart of the emulator has another count.
pub(crate) struct Changes {
    count: watch::Sender<u64>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { count: watch::Sender::new(RandomState::new().hash_one("first")) }
    }
}

impl Changes {
    /// Counts an event, and wakes the waiting pages.
    pub(crate) fn happened(&self) {
        self.count.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The number of events.
    pub(crate) fn count(&self) -> u64 {
        *self.count.borrow()
    }

    /// Waits until the count differs from `seen`. Dropping the future ends the wait, if the client or the emulator ends.
    pub(crate) async fn after(&self, seen: u64) {
        if self.count.receiver_count() >= MOST_WAITING {
            return;
        }
        let mut receiver = self.count.subscribe();
        // The sender lives as long as `self`, and after a timeout the page is redrawn, too.
        let _ = timeout(LONGEST, receiver.wait_for(|count| *count != seen)).await;
    }
}

#[cfg(test)]
impl Changes {
    /// The number of waiting pages.
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
        // Events before the request need no wait.
        let start = tokio::time::sleep(Duration::ZERO).deadline();
        changes.after(seen).await;
        assert_eq!(tokio::time::sleep(Duration::ZERO).deadline(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn the_number_of_waiting_pages_is_limited_and_a_leaving_page_makes_room() {
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
