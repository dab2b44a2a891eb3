//! A bound on what one process does at once.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use super::generation::generation;

/// So many places and no more; nobody waits for one. A forked child finds all of them free: what took them is its parent's.
#[derive(Debug)]
pub(crate) struct Places {
    most: u64,
    /// The generation, and below it how many are taken: one number, so that a fork finds no lock.
    taken: AtomicU64,
}

/// A place that is taken while this lives.
#[derive(Debug)]
pub(crate) struct Place {
    places: &'static Places,
    generation: u64,
}

const BITS: u32 = 24;

impl Places {
    /// `most` is far below 2^24.
    pub(crate) const fn new(most: u64) -> Self {
        Self { most, taken: AtomicU64::new(0) }
    }

    /// How many there are, taken or free.
    pub(crate) const fn most(&self) -> u64 {
        self.most
    }

    /// A place, unless all are taken.
    pub(crate) fn take(&'static self) -> Option<Place> {
        let generation = generation();
        let one_more = |now| {
            let taken = if now >> BITS == generation { now & ((1 << BITS) - 1) } else { 0 };
            (taken < self.most).then_some((generation << BITS) | (taken + 1))
        };
        self.taken.fetch_update(SeqCst, SeqCst, one_more).ok().map(|_| Place { places: self, generation })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // In a child, or where a child of a child has started to count again, it is not among those that are taken.
        let one_less = |now: u64| (now >> BITS == self.generation).then_some(now - 1);
        let _ = self.places.taken.fetch_update(SeqCst, SeqCst, one_less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_up_is_free() {
        static PLACES: Places = Places::new(2);
        let first = PLACES.take().unwrap();
        let second = PLACES.take().unwrap();
        assert!(PLACES.take().is_none() && PLACES.take().is_none());
        drop(first);
        let third = PLACES.take().unwrap();
        assert!(PLACES.take().is_none());
        drop((second, third));
        assert!([PLACES.take(), PLACES.take()].iter().all(Option::is_some));
    }

    #[test]
    fn threads_that_race_never_take_more() {
        static PLACES: Places = Places::new(3);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        let place = PLACES.take();
                        assert!(PLACES.taken.load(SeqCst) & ((1 << BITS) - 1) <= 3);
                        drop(place);
                    }
                });
            }
        });
        assert_eq!(PLACES.taken.load(SeqCst) & ((1 << BITS) - 1), 0);
    }

    #[test]
    fn a_child_finds_all_of_them_free_and_gives_up_none_of_its_parents() {
        static PLACES: Places = Places::new(1);
        let mut of_the_parent = PLACES.take().unwrap();
        of_the_parent.generation += 1;
        PLACES.taken.fetch_add(1 << BITS, SeqCst);
        let own = PLACES.take().unwrap();
        drop(of_the_parent);
        assert!(PLACES.take().is_none());
        drop(own);
        assert!(PLACES.take().is_some());
    }
}
