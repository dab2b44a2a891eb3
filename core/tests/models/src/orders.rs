//! Every order in which threads can take their steps in the parts of core/src/process, and every value that the memory model of
//! Rust lets them read, by loom. `make test-models` runs it.
//!
//! There is no fork here: `forks.rs` has those.

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
    /// All threads are of one process.
    pub(crate) fn generation() -> u64 {
        1
    }
}

mod sync {
    //! loom's atomics, made when they are first used: loom knows no constant ones.

    use std::sync::OnceLock;
    use std::time::Duration;

    use loom::sync::atomic;
    use loom::thread;

    pub(crate) use loom::sync::atomic::Ordering;
    pub(crate) use loom::thread::yield_now;

    /// Another thread may go on.
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

            // SAFETY: the value is read and written as that of an atomic.
            unsafe impl $(<$parameter>)? Sync for $name $(<$parameter>)? {}
            // SAFETY: the same.
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

/// Plain memory that loom watches: it fails when one thread writes it and another one uses it, and nothing orders the two.
struct Watched {
    value: UnsafeCell<u64>,
    alive: Arc<AtomicU64>,
}

// SAFETY: loom checks each access.
unsafe impl Sync for Watched {}
// SAFETY: the same.
unsafe impl Send for Watched {}

impl Watched {
    fn new(value: u64, alive: &Arc<AtomicU64>) -> Self {
        alive.fetch_add(1, SeqCst);
        let watched = Self { value: UnsafeCell::new(0), alive: Arc::clone(alive) };
        // SAFETY: no other thread knows it yet.
        watched.value.with_mut(|place| unsafe { *place = value });
        watched
    }

    fn read(&self) -> u64 {
        // SAFETY: loom checks that no thread writes it meanwhile.
        self.value.with(|place| unsafe { *place })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // SAFETY: loom checks that no thread reads it meanwhile.
        self.value.with_mut(|place| unsafe { *place = u64::MAX });
        self.alive.fetch_sub(1, SeqCst);
    }
}

/// Two threads that make a value at once both get the same one, whole, and the other one is freed.
fn one_value_for_a_process() {
    let alive = Arc::new(AtomicU64::new(0));
    let shared = Arc::new(PerProcess::<Watched>::new());
    // So that loom knows the slot before there are threads.
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

/// A value that cannot be used any more is replaced and retired once, and still there for a thread that uses it.
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

/// A reader sees a whole value that no thread frees meanwhile, never an older one than before. No value stays for good.
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
    // No thread reads now: what was replaced goes.
    inherited.publish(Watched::new(4, &alive));
    assert_eq!((read(), alive.load(SeqCst)), (4, 1));
    drop(inherited);
    assert_eq!(alive.load(SeqCst), 0);
}

/// There are never more permits than there may be, and none is lost.
fn permits_at_once() {
    // A permit has a reference without an end.
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

/// While the gate is closed, nobody is inside, and a thread that waits comes in when it is open again. With one thread that passes
/// and one that forks: of two that wait, loom would let one wait for the other forever.
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
        assert_eq!(inside.load(SeqCst), 0, "a thread came in while a fork was made");
        gate.open(1);
    }
    passing.join().unwrap();
    gate.close(1, 0);
}

/// One thread at a time works with an exclusive value, and sees what the one before it did.
fn an_exclusive_value() {
    let alive = Arc::new(AtomicU64::new(0));
    let shared = Arc::new(Exclusive::new(Watched::new(0, &alive)));
    let add = || {
        let shared = Arc::clone(&shared);
        move || {
            shared.with(
                || unreachable!("nobody forked"),
                // SAFETY: loom checks that no other thread uses it.
                |value| value.value.with_mut(|place| unsafe { *place += 1 }),
            );
        }
    };
    shared.with(|| unreachable!("nobody forked"), |value| assert_eq!(value.read(), 0));
    let (first, second) = (spawn(add()), spawn(add()));
    first.join().unwrap();
    second.join().unwrap();
    shared.with(|| unreachable!("nobody forked"), |value| assert_eq!(value.read(), 2));
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
    // More switches between threads than this find no more faults in practice, and take hours.
    let preemptions =
        std::env::args().nth(1).map_or(3, |number| number.parse().expect("a number of switches"));
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
