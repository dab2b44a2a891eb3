//! Values that belong to one process, and what a fork and a signal change.
//!
//! A fork copies memory but only one thread: a runtime, a lock or a connection that the parent was using is useless in
//! the child, and a shared connection would hand one process's answer to the other. So such things live in a
//! [`PerProcess`]: a child finds that its generation is another, leaves the old value untouched and builds its own. Only
//! what has no lock can be [`Inherited`].
//!
//! - `generation`: which process this is;
//! - `signals`: no SIGPIPE comes out of a call, and threads of ours handle none of the host's;
//! - `memory`: an allocator that clears what it frees;
//! - `descriptors`: a child closes those of its parent's runtimes;
//! - `gate`: a fork waits until nobody is inside, but not for long;
//! - `lookups`: a fork waits for name lookups; `places`: how many there may be;
//! - `crypto`: a fork waits while a thread enters or leaves the crypto library.
//!
//! The only unsafe code of the crate.
#![expect(
    unsafe_code,
    reason = "a page that a fork wipes, a pointer that is replaced but never freed under a reader, signal masks, an \
              allocator, descriptors that are closed by their number, functions that run around a fork"
)]

mod crypto;
mod descriptors;
#[cfg(unix)]
mod gate;
mod generation;
mod lookups;
mod memory;
mod places;
mod signals;

use std::cell::UnsafeCell;
use std::convert::Infallible;
use std::io;
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{
    AtomicPtr, AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Release, Ordering::SeqCst,
};

pub(crate) use crypto::prepare_thread;
pub(crate) use descriptors::{Mark, Marked};
pub(crate) use generation::generation;
pub(crate) use lookups::Lookup;
pub use memory::ClearingAllocator;
pub(crate) use places::{Place, Places};
pub(crate) use signals::{HeldSigpipe, spawn};

/// Whether `error` says that a limit of the process or machine is reached, which may pass: descriptors, threads, memory,
/// ports.
pub(crate) fn is_limit(error: &io::Error) -> bool {
    #[cfg(unix)]
    const LIMITS: [i32; 6] =
        [libc::EMFILE, libc::ENFILE, libc::EAGAIN, libc::ENOMEM, libc::ENOBUFS, libc::EADDRNOTAVAIL];
    // Windows: WSAEMFILE, WSAENOBUFS, ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, ERROR_MAX_THRDS_REACHED.
    #[cfg(not(unix))]
    const LIMITS: [i32; 5] = [10024, 10055, 4, 8, 164];
    error.raw_os_error().is_some_and(|number| LIMITS.contains(&number))
}

/// A value made at first use in each process, and made anew in a forked child.
pub(crate) struct PerProcess<T> {
    slot: AtomicPtr<(u64, T)>,
    owns: PhantomData<T>,
}

impl<T: Send + Sync> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { slot: AtomicPtr::new(ptr::null_mut()), owns: PhantomData }
    }

    /// This process's value, made by `build` when there is none yet. Threads that race may each make one; one wins.
    pub(crate) fn get(&self, build: impl FnOnce() -> T) -> &T {
        let Ok(value) = self.try_get(|| Ok::<T, Infallible>(build()));
        value
    }

    /// The same where making may fail: then nothing is kept, and the next caller tries again.
    pub(crate) fn try_get<E>(&self, build: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        self.try_replace(build, |_| ())
    }

    /// The same; `retire` is shown the value of another process that this one replaces, by one thread, once. It may read
    /// what never changes, and nothing that has a lock.
    pub(crate) fn try_replace<E>(
        &self,
        build: impl FnOnce() -> Result<T, E>,
        retire: impl FnOnce(&T),
    ) -> Result<&T, E> {
        let (now, seen) = (generation(), self.slot.load(Acquire));
        if let Some(value) = Self::of_generation(seen, now) {
            return Ok(value);
        }
        let made = Box::into_raw(Box::new((now, build()?)));
        Ok(match self.slot.compare_exchange(seen, made, AcqRel, Acquire) {
            Ok(_) => {
                // SAFETY: a slot is null or came from a box; a value of another process is never freed.
                if let Some((_, former)) = unsafe { seen.as_ref() } {
                    retire(former);
                }
                // SAFETY: `made` came from a box, was published just now, and is freed only by `drop`, which needs `self`.
                unsafe { &(*made).1 }
            }
            Err(winner) => {
                // SAFETY: `made` came from a box and was never published.
                drop(unsafe { Box::from_raw(made) });
                // SAFETY: as above, for the value that another thread of this process published.
                unsafe { &(*winner).1 }
            }
        })
    }

    fn of_generation<'a>(slot: *mut (u64, T), generation: u64) -> Option<&'a T> {
        // SAFETY: a slot is null or came from a box that is freed only by `drop`, which no reader can outlive.
        unsafe { slot.as_ref() }.filter(|(made_in, _)| *made_in == generation).map(|(_, value)| value)
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let slot = *self.slot.get_mut();
        // SAFETY: a slot is null or came from a box; `&mut self` says that nobody reads it any more.
        if unsafe { slot.as_ref() }.is_some_and(|(made_in, _)| *made_in == generation()) {
            // SAFETY: as above. A parent's value is left alone: its locks may be held by threads that are not here.
            drop(unsafe { Box::from_raw(slot) });
        }
    }
}

impl<T> std::fmt::Debug for PerProcess<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PerProcess(..)")
    }
}

/// A value that one thread at a time works with, and that forked children inherit.
///
/// A child of a fork in the middle of such work finds a value that is half changed, and makes another.
pub(crate) struct Exclusive<T> {
    /// The generation of the thread that works with it now; 0 when none does.
    busy: AtomicU64,
    value: UnsafeCell<T>,
}

// SAFETY: one thread at a time has access.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { busy: AtomicU64::new(0), value: UnsafeCell::new(value) }
    }

    /// Lets `work` have the value, once no other thread of this process has it: for work that takes microseconds.
    pub(crate) fn with<R>(&self, renew: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let now = generation();
        let mut expected = 0;
        while let Err(busy) = self.busy.compare_exchange(expected, now, AcqRel, Acquire) {
            if busy == now {
                std::thread::yield_now();
            }
            expected = if busy == now { 0 } else { busy };
        }
        let _done = Done(&self.busy);
        if expected != 0 {
            // SAFETY: the thread that had it is not in this process, and no other one has access.
            unsafe { ptr::write(self.value.get(), renew()) };
        }
        // SAFETY: no other thread has access before `busy` is 0 again.
        work(unsafe { &mut *self.value.get() })
    }
}

struct Done<'a>(&'a AtomicU64);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(0, Release);
    }
}

impl<T> std::fmt::Debug for Exclusive<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Exclusive(..)")
    }
}

/// A value that forked children inherit: a parent's child reads what was published before the fork.
///
/// There is no lock that a fork could leave held. A value is never changed, and one that was replaced is freed by the
/// next that is published while nobody reads.
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

    /// Shows `reader` what was published last, here or before a fork.
    pub(crate) fn read<R>(&self, reader: impl FnOnce(Option<&T>) -> R) -> R {
        let _visit = self.visitors.enter();
        // SAFETY: the pointer is null or came from a box, which is not freed during a visit that began before it was
        // replaced.
        let newest = unsafe { self.newest.load(SeqCst).as_ref() };
        reader(newest.map(|published| &published.value))
    }

    pub(crate) fn publish(&self, value: T) {
        let made = Box::into_raw(Box::new(Published { value, older: AtomicPtr::default() }));
        let visit = self.visitors.enter();
        let older = self.newest.swap(made, SeqCst);
        // SAFETY: `made` came from a box, and whoever frees it is alone: there is a visit now.
        let made = unsafe { &*made };
        made.older.store(older, SeqCst);
        // Who comes from now on finds the new value; who came before and is still here may look at an older one.
        if visit.is_the_only_one() {
            free(made.older.swap(ptr::null_mut(), SeqCst));
        }
    }
}

/// Frees values that nobody looks at any more.
fn free<T>(mut next: *mut Published<T>) {
    while !next.is_null() {
        // SAFETY: every pointer of the chain came from a box, and the caller says that nobody reads it any more.
        next = unsafe { Box::from_raw(next) }.older.load(SeqCst);
    }
}

/// How many threads of this process are inside: the generation, and below it a count. A forked child does not wait for
/// threads of its parent.
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
    fn one_process_has_one_generation() {
        assert_eq!(generation(), generation());
        assert_eq!(std::thread::scope(|scope| scope.spawn(generation).join().unwrap()), generation());
    }

    #[test]
    fn a_value_that_could_not_be_made_is_made_by_the_next_caller() {
        let shared = PerProcess::new();
        assert_eq!(shared.try_get(|| Err("not yet")), Err("not yet"));
        assert_eq!(shared.try_get(|| Ok::<_, &str>(7)), Ok(&7));
        assert_eq!(shared.try_get(|| Err("too late")), Ok(&7));
    }

    #[test]
    fn a_value_of_another_process_is_shown_once_to_who_replaces_it() {
        let shared = PerProcess::new();
        let retired = AtomicU64::new(0);
        let replace = |value| {
            let Ok(value) = shared.try_replace(
                || Ok::<u64, Infallible>(value),
                |former| {
                    retired.fetch_add(*former, SeqCst);
                },
            );
            *value
        };
        assert_eq!((replace(1), replace(2), retired.load(SeqCst)), (1, 1, 0));
        // SAFETY: the slot came from a box, and no other thread has it.
        unsafe { (*shared.slot.load(SeqCst)).0 += 1_000_000 };
        let values: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (10..18).map(|value| scope.spawn(move || replace(value))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(values.iter().all(|value| *value == values[0] && *value >= 10));
        assert_eq!(retired.load(SeqCst), 1);
    }

    #[test]
    fn racing_threads_get_one_value() {
        let shared = PerProcess::new();
        let addresses: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    scope.spawn({
                        let shared = &shared;
                        move || ptr::from_ref(shared.get(|| n)) as usize
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(addresses.iter().all(|address| *address == addresses[0]));
    }

    #[test]
    fn threads_work_with_an_exclusive_value_one_at_a_time() {
        let (shared, never) = (Exclusive::new(0_u32), || panic!("nobody forked"));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1000).for_each(|_| shared.with(never, |value| *value += 1)));
            }
        });
        assert_eq!(shared.with(never, |value| *value), 8000);
    }

    #[test]
    fn a_value_that_a_thread_of_the_parent_was_changing_is_made_anew() {
        let shared = Exclusive::new(7);
        shared.busy.store(generation() + 1, SeqCst);
        assert_eq!(shared.with(|| 8, |value| *value), 8);
        assert_eq!(shared.with(|| 9, |value| *value), 8);
    }

    #[test]
    fn the_newest_value_is_inherited_and_all_are_freed_with_their_owner() {
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
    fn what_was_replaced_is_freed_once_nobody_reads_it() {
        let (inherited, witness) = (Inherited::new(), std::sync::Arc::new(()));
        let publish = || inherited.publish(std::sync::Arc::clone(&witness));
        for _ in 0..100 {
            publish();
            assert_eq!(std::sync::Arc::strong_count(&witness), 2);
        }
        inherited.read(|_| {
            publish();
            publish();
            assert_eq!(std::sync::Arc::strong_count(&witness), 4, "one that is read stays");
        });
        publish();
        assert_eq!(std::sync::Arc::strong_count(&witness), 2);
    }

    #[test]
    fn threads_that_read_and_publish_at_once_see_whole_values_only() {
        let inherited = Inherited::new();
        inherited.publish(vec![0_u32; 64]);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let inherited = &inherited;
                scope.spawn(move || {
                    for round in 0..2_000 {
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
