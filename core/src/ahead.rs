//! Work that starts before it is clear that its result is needed.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// A future that makes progress while another one is awaited. Dropping it cancels the work.
pub(crate) struct Ahead<F: Future> {
    work: Pin<Box<F>>,
    done: Option<F::Output>,
}

impl<F: Future> Ahead<F> {
    /// Does not start the work yet.
    pub(crate) fn new(work: F) -> Self {
        Self { work: Box::pin(work), done: None }
    }

    /// Waits for `other`, which has priority, and makes progress on the work in the meantime.
    pub(crate) async fn during<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = pin!(other);
        poll_fn(|context| {
            let result = other.as_mut().poll(context);
            if result.is_pending()
                && self.done.is_none()
                && let Poll::Ready(done) = self.work.as_mut().poll(context)
            {
                self.done = Some(done);
            }
            result
        })
        .await
    }

    /// Waits for the rest of the work.
    pub(crate) async fn finish(self) -> F::Output {
        match self.done {
            Some(done) => done,
            None => self.work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::sync::oneshot;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn work_makes_progress_during_another_future_and_finishes_after_it() {
        let steps = RefCell::new(Vec::new());
        let mut ahead = Ahead::new(async {
            for step in ["work 1", "work 2"] {
                steps.borrow_mut().push(step);
                yield_now().await;
            }
            "done"
        });
        ahead
            .during(async {
                steps.borrow_mut().push("other");
                yield_now().await;
            })
            .await;
        assert_eq!(*steps.borrow(), ["other", "work 1"]);
        assert_eq!(ahead.finish().await, "done");
        assert_eq!(*steps.borrow(), ["other", "work 1", "work 2"]);
    }

    #[tokio::test]
    async fn work_that_finishes_early_keeps_its_result() {
        let (go, gone) = oneshot::channel();
        let mut ahead = Ahead::new(async move { go.send(()).map(|()| "done") });
        ahead.during(gone).await.unwrap();
        assert_eq!(ahead.finish().await, Ok("done"));
    }

    #[tokio::test]
    async fn unneeded_work_is_dropped() {
        let (held, dropped) = oneshot::channel::<()>();
        let mut ahead = Ahead::new(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        ahead.during(yield_now()).await;
        drop(ahead);
        assert!(dropped.await.is_err());
    }
}
