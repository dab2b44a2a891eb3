//! A value that forked children inherit.

use std::marker::PhantomData;
use std::ptr;

use super::generation::generation;
use super::sync::{AtomicPtr, AtomicU64, Ordering::SeqCst};

/// A value that forked children inherit: a child reads the value that was published before the fork.
///
/// It has no lock that could stay locked after a fork. A value never changes. A replaced value is freed when a newer one is
/// published while no thread is reading.
pub(crate) struct Inherited<T> {
    newest: AtomicPtr<Published<T>>,
    visitors: Visitors,
    owns: PhantomData<T>,
}

struct Published<T> {
    value: T,
    older: AtomicPtr<Published<T>>,
}

impl<T: Send + Sync> Inherited<T> {
    pub(crate) const fn new() -> Self {
        Self {
            newest: AtomicPtr::new(ptr::null_mut()),
            visitors: Visitors(AtomicU64::new(0)),
            owns: PhantomData,
        }
    }

    /// Calls `reader` with the last published value, from this process or from before a fork.
    pub(crate) fn read<R>(&self, reader: impl FnOnce(Option<&T>) -> R) -> R {
        let _visit = self.visitors.enter();
        // SAFETY: the pointer is null or came from a box, which is not freed during a visit that began before the value was
        // replaced.
        let newest = unsafe { self.newest.load(SeqCst).as_ref() };
        reader(newest.map(|published| &published.value))
    }

    pub(crate) fn publish(&self, value: T) {
        let made = Box::into_raw(Box::new(Published { value, older: AtomicPtr::default() }));
        let visit = self.visitors.enter();
        let older = self.newest.swap(made, SeqCst);
        // SAFETY: `made` came from a box. Only the thread of the only visit frees it, and this visit is still going on.
        let made = unsafe { &*made };
        made.older.store(older, SeqCst);
        // New visitors find the new value; earlier visitors may still be reading an older one.
        if visit.is_the_only_one() {
            free(made.older.swap(ptr::null_mut(), SeqCst));
        }
    }
}

/// Frees values that no thread reads anymore.
fn free<T>(mut next: *mut Published<T>) {
    while !next.is_null() {
        // SAFETY: every pointer of the chain came from a box, and the caller guarantees that no thread reads it anymore.
        next = unsafe { Box::from_raw(next) }.older.load(SeqCst);
    }
}

/// The number of threads of this process that are reading: the generation in the high bits, the count in the low bits. A forked
/// child does not wait for its parent's threads.
struct Visitors(AtomicU64);

struct Visit<'a> {
    visitors: &'a Visitors,
    generation: u64,
}

impl Visitors {
    const BITS: u32 = 24;

    fn enter(&self) -> Visit<'_> {
        let generation = generation() << Self::BITS;
        let entered =
            |now| Some(if now >> Self::BITS == generation >> Self::BITS { now + 1 } else { generation + 1 });
        let _ = self.0.fetch_update(SeqCst, SeqCst, entered);
        Visit { visitors: self, generation }
    }
}

impl Visit<'_> {
    fn is_the_only_one(&self) -> bool {
        self.visitors.0.load(SeqCst) == self.generation + 1
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.visitors.0.fetch_sub(1, SeqCst);
    }
}

impl<T> Drop for Inherited<T> {
    fn drop(&mut self) {
        free(*self.newest.get_mut());
    }
}

impl<T> std::fmt::Debug for Inherited<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Inherited(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_value_is_inherited_and_all_values_are_freed_with_their_owner() {
        let (inherited, witness) = (Inherited::new(), std::sync::Arc::new(()));
        assert!(inherited.read(|newest| newest.is_none()));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| inherited.publish(std::sync::Arc::clone(&witness)));
            }
        });
        let last = std::sync::Arc::new(());
        inherited.publish(std::sync::Arc::clone(&last));
        assert!(inherited.read(|newest| std::sync::Arc::ptr_eq(newest.unwrap(), &last)));
        drop(inherited);
        assert_eq!((std::sync::Arc::strong_count(&witness), std::sync::Arc::strong_count(&last)), (1, 1));
    }

    #[test]
    fn a_replaced_value_is_freed_once_no_thread_reads_it() {
        let (inherited, witness) = (Inherited::new(), std::sync::Arc::new(()));
        let publish = || inherited.publish(std::sync::Arc::clone(&witness));
        for _ in 0..100 {
            publish();
            assert_eq!(std::sync::Arc::strong_count(&witness), 2);
        }
        inherited.read(|_| {
            publish();
            publish();
            assert_eq!(std::sync::Arc::strong_count(&witness), 4, "a value that is being read must stay");
        });
        publish();
        assert_eq!(std::sync::Arc::strong_count(&witness), 2);
    }

    #[test]
    fn concurrent_readers_and_publishers_see_only_complete_values() {
        let inherited = Inherited::new();
        inherited.publish(vec![0_u32; 64]);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let inherited = &inherited;
                scope.spawn(move || {
                    for round in 0..if cfg!(miri) { 20 } else { 2_000 } {
                        inherited.publish(vec![thread * 10_000 + round; 64]);
                        inherited.read(|newest| {
                            let values = newest.unwrap();
                            assert!(values.iter().all(|value| *value == values[0]));
                        });
                    }
                });
            }
        });
    }
}
