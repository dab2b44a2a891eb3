//! Runs the parts of core/src/process in every order of thread steps, with every value that Rust's memory model lets a thread
//! read, using loom. `make test-models` runs it.
//!
//! Forks are tested in `forks.rs`, not here.

#[path = "../../../src/process/exclusive.rs"]
mod exclusive;
#[path = "../../../src/process/gate.rs"]
mod gate;
#[path = "../../../src/process/inherited.rs"]
mod inherited;
#[path = "../../../src/process/per_process.rs"]
mod per_process;
#[path = "../../../src/process/permits.rs"]
mod permits;

use std::convert::Infallible;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::thread::spawn;

use exclusive::Exclusive;
use gate::Gate;
use inherited::Inherited;
use per_process::PerProcess;
use permits::Permits;

mod generation {
    /// All threads belong to one process.
    pub(crate) fn generation() -> u64 {
        1
    }
}

mod sync {
    //! loom's atomics, created on first use, because loom has no const constructors.

    use std::sync::OnceLock;
    use std::time::Duration;

    use loom::sync::atomic;
    use loom::thread;

    pub(crate) use loom::sync::atomic::Ordering;
    pub(crate) use loom::thread::yield_now;

    /// Lets another thread run.
    pub(crate) fn sleep(_: Duration) {
        thread::yield_now();
    }

    macro_rules! late {
        ($name:ident $(<$parameter:ident>)?, $value:ty) => {
            #[derive(Debug)]
            pub(crate) struct $name $(<$parameter>)? {
                first: $value,
                made: OnceLock<atomic::$name $(<$parameter>)?>,
            }

            // SAFETY: the value is only read and written through the atomic.
            unsafe impl $(<$parameter>)? Sync for $name $(<$parameter>)? {}
            // SAFETY: as above.
            unsafe impl $(<$parameter>)? Send for $name $(<$parameter>)? {}

            impl $(<$parameter>)? $name $(<$parameter>)? {
                pub(crate) const fn new(first: $value) -> Self {
                    Self { first, made: OnceLock::new() }
                }

                fn made(&self) -> &atomic::$name $(<$parameter>)? {
                    self.made.get_or_init(|| atomic::$name::new(self.first))
                }

                pub(crate) fn load(&self, order: Ordering) -> $value {
                    self.made().load(order)
                }

                pub(crate) fn store(&self, value: $value, order: Ordering) {
                    self.made().store(value, order);
                }

                pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                    self.made().swap(value, order)
                }

                pub(crate) fn compare_exchange(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.made().compare_exchange(current, new, success, failure)
                }

                pub(crate) fn fetch_update(
                    &self,
                    success: Ordering,
                    failure: Ordering,
                    change: impl FnMut($value) -> Option<$value>,
                ) -> Result<$value, $value> {
                    self.made().fetch_update(success, failure, change)
                }

                pub(crate) fn get_mut(&mut self) -> &mut $value {
                    self.first = self.made().load(Ordering::SeqCst);
                    &mut self.first
                }
            }
        };
    }

    late!(AtomicBool, bool);
    late!(AtomicU64, u64);
    late!(AtomicPtr<T>, *mut T);

    impl AtomicU64 {
        pub(crate) fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
            self.made().fetch_add(value, order)
        }

        pub(crate) fn fetch_sub(&self, value: u64, order: Ordering) -> u64 {
            self.made().fetch_sub(value, order)
        }
    }

    impl<T> Default for AtomicPtr<T> {
        fn default() -> Self {
            Self::new(std::ptr::null_mut())
        }
    }
}

/// Plain memory that loom checks: a test fails when one thread writes it while another uses it, without synchronization.
struct Watched {
    value: UnsafeCell<u64>,
    alive: Arc<AtomicU64>,
}

// SAFETY: loom checks each access.
unsafe impl Sync for Watched {}
// SAFETY: as above.
unsafe impl Send for Watched {}

impl Watched {
    fn new(value: u64, alive: &Arc<AtomicU64>) -> Self {
        alive.fetch_add(1, SeqCst);
        let watched = Self { value: UnsafeCell::new(0), alive: Arc::clone(alive) };
        // SAFETY: no other thread has a reference to it yet.
        watched.value.with_mut(|place| unsafe { *place = value });
        watched
    }

    fn read(&self) -> u64 {
        // SAFETY: loom checks that no thread writes to it at the same time.
        self.value.with(|place| unsafe { *place })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // SAFETY: loom checks that no thread reads it at the same time.
        self.value.with_mut(|place| unsafe { *place = u64::MAX });
        self.alive.fetch_sub(1, SeqCst);
    }
}

/// Two threads that create a value at the same time both get the same complete value, and the other value is freed.
fn one_value_for_a_process() {
    let alive = Arc::new(AtomicU64::new(0));
    let shared = Arc::new(PerProcess::<Watched>::new());
    // loom has to register the slot before the threads start.
    assert!(shared.try_get(|| Err(())).is_err());
    let get = |number: u64| {
        let (shared, alive) = (Arc::clone(&shared), Arc::clone(&alive));
        move || {
            let got = shared.get(|| Watched::new(number, &alive));
            (ptr::from_ref(got) as usize, got.read())
        }
    };
    let (first, second) = (spawn(get(1)), spawn(get(2)));
    let own = get(3)();
    assert_eq!((first.join().unwrap(), second.join().unwrap()), (own, own));
    assert_eq!(alive.load(SeqCst), 1);
}

/// A value that is no longer usable is replaced and retired once, and stays valid for a thread that is still using it.
fn a_replaced_value_is_retired_once() {
    let alive = Arc::new(AtomicU64::new(0));
    let retired = Arc::new(AtomicU64::new(0));
    let shared = Arc::new(PerProcess::<Watched>::new());
    let former = ptr::from_ref(shared.get(|| Watched::new(0, &alive))) as usize;
    let replace = |number: u64| {
        let (shared, alive, retired) = (Arc::clone(&shared), Arc::clone(&alive), Arc::clone(&retired));
        move || {
            let Ok(got) = shared.try_replace(
                || Ok::<_, Infallible>(Watched::new(number, &alive)),
                |value| value.read() > 0,
                |former| {
                    assert_eq!(former.read(), 0);
                    retired.fetch_add(1, SeqCst);
                },
            );
            (ptr::from_ref(got) as usize, got.read())
        }
    };
    let (first, second) = (spawn(replace(1)), spawn(replace(2)));
    let (first, second) = (first.join().unwrap(), second.join().unwrap());
    assert_eq!(first, second);
    assert_ne!(first.0, former);
    assert_eq!((retired.load(SeqCst), alive.load(SeqCst)), (1, 2));
}

/// A reader sees a complete value that no thread frees while it reads, and never an older value than before. Every replaced value
/// is freed in the end.
fn readers_and_publishers_at_once() {
    let alive = Arc::new(AtomicU64::new(0));
    let inherited = Arc::new(Inherited::<Watched>::new());
    inherited.publish(Watched::new(1, &alive));
    let publish = |number: u64| {
        let (inherited, alive) = (Arc::clone(&inherited), Arc::clone(&alive));
        move || inherited.publish(Watched::new(number, &alive))
    };
    let read = || inherited.read(|newest| newest.unwrap().read());
    let (first, second) = (spawn(publish(2)), spawn(publish(3)));
    let (before, after) = (read(), read());
    assert!((1..=3).contains(&before) && (before == after || before == 1 || after > 1));
    first.join().unwrap();
    second.join().unwrap();
    // No thread is reading now, so replaced values are freed.
    inherited.publish(Watched::new(4, &alive));
    assert_eq!((read(), alive.load(SeqCst)), (4, 1));
    drop(inherited);
    assert_eq!(alive.load(SeqCst), 0);
}

/// There are never more permits than the limit, and none is lost.
fn permits_at_once() {
    // A permit holds a `'static` reference.
    let permits: &'static Permits = Box::leak(Box::new(Permits::new(1)));
    drop(permits.take());
    let held = Arc::new(AtomicU64::new(0));
    let take = || {
        let held = Arc::clone(&held);
        move || {
            if let Some(permit) = permits.take() {
                assert_eq!(held.fetch_add(1, SeqCst), 0);
                loom::thread::yield_now();
                held.fetch_sub(1, SeqCst);
                drop(permit);
            }
        }
    };
    let (first, second) = (spawn(take()), spawn(take()));
    take()();
    first.join().unwrap();
    second.join().unwrap();
    assert!(permits.take().is_some());
}

/// While the gate is closed, no thread is inside, and a waiting thread enters when it opens again. One thread passes and one
/// forks: with two waiting threads, loom would let one wait for the other forever.
fn a_fork_and_a_thread_at_a_gate() {
    let gate = Arc::new(Gate::new(Duration::MAX));
    gate.leave(gate.enter(1));
    let inside = Arc::new(AtomicU64::new(0));
    let passing = {
        let (gate, inside) = (Arc::clone(&gate), Arc::clone(&inside));
        spawn(move || {
            for _ in 0..2 {
                let round = gate.enter(1);
                inside.fetch_add(1, SeqCst);
                loom::thread::yield_now();
                inside.fetch_sub(1, SeqCst);
                gate.leave(round);
            }
        })
    };
    for _ in 0..2 {
        gate.close(1, 0);
        assert_eq!(inside.load(SeqCst), 0);
        loom::thread::yield_now();
        assert_eq!(inside.load(SeqCst), 0, "a thread entered during a fork");
        gate.open(1);
    }
    passing.join().unwrap();
    gate.close(1, 0);
}

/// One thread at a time uses an exclusive value, and sees the changes of the thread before it.
fn an_exclusive_value() {
    let alive = Arc::new(AtomicU64::new(0));
    let shared = Arc::new(Exclusive::new(Watched::new(0, &alive)));
    let add = || {
        let shared = Arc::clone(&shared);
        move || {
            shared.with(
                || unreachable!("there was no fork"),
                // SAFETY: loom checks that no other thread uses it at the same time.
                |value| value.value.with_mut(|place| unsafe { *place += 1 }),
            );
        }
    };
    shared.with(|| unreachable!("there was no fork"), |value| assert_eq!(value.read(), 0));
    let (first, second) = (spawn(add()), spawn(add()));
    first.join().unwrap();
    second.join().unwrap();
    shared.with(|| unreachable!("there was no fork"), |value| assert_eq!(value.read(), 2));
}

fn main() {
    let models: [(&str, fn()); 6] = [
        ("one value for a process", one_value_for_a_process),
        ("a replaced value is retired once", a_replaced_value_is_retired_once),
        ("readers and publishers at once", readers_and_publishers_at_once),
        ("permits at once", permits_at_once),
        ("a fork and a thread at a gate", a_fork_and_a_thread_at_a_gate),
        ("an exclusive value", an_exclusive_value),
    ];
    // In practice, more switches between threads find no more bugs, and take hours.
    let preemptions = std::env::args()
        .nth(1)
        .map_or(3, |number| number.parse().expect("the argument is a number of switches"));
    for (name, model) in models {
        let orders = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&orders);
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.check(move || {
            counted.fetch_add(1, SeqCst);
            model();
        });
        println!("{name}: {} orders", orders.load(SeqCst));
    }
}
