//! A gate that a fork closes: the fork waits until no thread is inside, and threads wait outside until the fork is done.
//!
//! Neither side waits for long, because each may need the other to continue: a fork handler of the host may want a lock that a
//! thread in one of our calls has locked. A fork passes two gates and waits at most a second, half of it at each.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::generation::generation;
use super::sync::{AtomicBool, AtomicU64, Ordering::SeqCst, sleep};

/// For threads that call the system's resolver.
pub(super) static LOOKUPS: Gate = Gate::new(PATIENCE);
/// For threads in brief work that takes a lock of another library.
pub(super) static BRIEF: Gate = Gate::new(PATIENCE);

thread_local! {
    /// The number of running lookups that belong to this thread: a fork that interrupts one must not wait for it.
    pub(super) static LOOKUPS_OF_THIS_THREAD: Cell<u64> = const { Cell::new(0) };
}

/// The pause between two checks of the other threads.
const PAUSE: Duration = Duration::from_millis(1);
/// Longer than any lock is held, even if many threads share one core. With one pause that takes too long, it is half a second.
const PATIENCE: Duration = Duration::from_millis(450);

/// Registers the fork handlers. If threads race, each may register them: the gates count.
pub(super) fn register() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.load(SeqCst) {
        // SAFETY: the functions take no arguments, return, and live as long as the library, which is never unloaded.
        let refused = unsafe { libc::pthread_atfork(Some(before), Some(after), None) };
        DONE.store(refused == 0, SeqCst);
    }
}

/// Runs brief work that no fork may interrupt, because it takes a lock of another library.
pub fn while_no_fork_is_made<T>(work: impl FnOnce() -> T) -> T {
    register();
    let _inside = Inside(BRIEF.enter(generation()));
    work()
}

struct Inside(Round);

impl Drop for Inside {
    fn drop(&mut self) {
        BRIEF.leave(self.0);
    }
}

/// Closes the lookup gate first: lookups may take long, and brief work must not wait for them.
extern "C" fn before() {
    LOOKUPS.close(generation(), LOOKUPS_OF_THIS_THREAD.get());
    BRIEF.close(generation(), 0);
}

/// Called in the parent. In a child, the gates are open because it has another generation.
extern "C" fn after() {
    BRIEF.open(generation());
    LOOKUPS.open(generation());
}

/// Has no lock that could stay locked after a fork. A single number contains the count of forks in progress, the count of threads
/// inside, the process, and the round.
pub(super) struct Gate {
    state: AtomicU64,
    patience: Duration,
}

/// Threads that enter in one round are counted together. A round ends when a fork has waited for them without success, or in a
/// forked child: threads that are still inside no longer count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Round {
    process: u64,
    number: u64,
}

#[derive(Clone, Copy)]
struct State {
    round: Round,
    forks: u64,
    inside: u64,
}

impl State {
    const BITS: [u32; 4] = [24, 12, 8, 20];

    const fn low(value: u64, bits: u32) -> u64 {
        value & ((1 << bits) - 1)
    }

    /// Unpacks the number, if it belongs to this process; otherwise everything is zero.
    const fn read(packed: u64, process: u64) -> Self {
        let [of_process, of_number, of_forks, of_inside] = Self::BITS;
        let process = Self::low(process, of_process);
        if packed >> (of_number + of_forks + of_inside) != process {
            return Self { round: Round { process, number: 0 }, forks: 0, inside: 0 };
        }
        Self {
            round: Round { process, number: Self::low(packed >> (of_forks + of_inside), of_number) },
            forks: Self::low(packed >> of_inside, of_forks),
            inside: Self::low(packed, of_inside),
        }
    }

    const fn packed(self) -> u64 {
        let [_, of_number, of_forks, of_inside] = Self::BITS;
        let Self { round, forks, inside } = self;
        ((((round.process << of_number) | Self::low(round.number, of_number)) << of_forks
            | Self::low(forks, of_forks))
            << of_inside)
            | Self::low(inside, of_inside)
    }
}

impl Gate {
    pub(super) const fn new(patience: Duration) -> Self {
        Self { state: AtomicU64::new(0), patience }
    }

    fn state(&self, process: u64) -> State {
        State::read(self.state.load(SeqCst), process)
    }

    fn change(&self, process: u64, change: impl Fn(State) -> State) -> State {
        let packed = |now| Some(change(State::read(now, process)).packed());
        let (Ok(before) | Err(before)) = self.state.fetch_update(SeqCst, SeqCst, packed);
        change(State::read(before, process))
    }

    /// Enters the gate. Waits while a fork is in progress, but not for long.
    pub(super) fn enter(&self, process: u64) -> Round {
        let inside = |state: State| State { inside: state.inside + 1, ..state };
        let mut round = None;
        // Checking for a fork and being counted must be one step: a fork that starts in between would not wait.
        pause_while(self.patience, &Real, || {
            let no_fork = |now| Some(State::read(now, process)).filter(|state| state.forks == 0);
            let entered = self.state.fetch_update(SeqCst, SeqCst, |now| Some(inside(no_fork(now)?).packed()));
            round = entered.ok().map(|before| State::read(before, process).round);
            round.is_none()
        });
        round.unwrap_or_else(|| self.change(process, inside).round)
    }

    pub(super) fn leave(&self, round: Round) {
        let inside = |state: State| state.inside.saturating_sub(u64::from(state.round == round));
        self.change(generation(), |state| State { inside: inside(state), ..state });
    }

    /// Closes the gate, and waits until only `own` threads are inside, but not for long.
    pub(super) fn close(&self, process: u64, own: u64) {
        self.change(process, |state| State { forks: state.forks + 1, ..state });
        if !pause_while(self.patience, &Real, || self.state(process).inside > own) {
            self.change(process, |State { round, forks, .. }| State {
                round: Round { number: round.number + 1, ..round },
                forks,
                inside: 0,
            });
        }
    }

    #[cfg(test)]
    pub(super) fn has_anyone_inside(&self) -> bool {
        self.state(generation()).inside > 0
    }

    pub(super) fn open(&self, process: u64) {
        self.change(process, |state| State { forks: state.forks.saturating_sub(1), ..state });
    }
}

/// Waits while the condition is true, but at most one pause longer than the patience. Returns whether the condition ended first.
fn pause_while(patience: Duration, time: &impl Time, mut condition: impl FnMut() -> bool) -> bool {
    let begun = time.now();
    while condition() {
        if time.now().saturating_duration_since(begun) >= patience {
            return false;
        }
        time.pause();
    }
    true
}

/// The clock and its pauses. Not those of `clock.rs`: during a fork, no runtime may be used.
trait Time {
    fn now(&self) -> Instant;
    fn pause(&self);
}

struct Real;

impl Time for Real {
    #[expect(clippy::disallowed_methods, reason = "not a protocol time: how long a fork has waited")]
    fn now(&self) -> Instant {
        Instant::now()
    }

    #[expect(clippy::disallowed_methods, reason = "waiting for an event would need a lock")]
    fn pause(&self) {
        sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};
    use std::thread::{Scope, scope};

    use super::*;

    /// The process of these tests; `leave` checks the real one.
    fn here() -> u64 {
        generation()
    }

    fn told_when_done<'scope>(
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() + Send + 'scope,
    ) -> Receiver<()> {
        let (done, told) = channel();
        scope.spawn(move || {
            work();
            done.send(())
        });
        told
    }

    fn counts(gate: &Gate, process: u64) -> (u64, u64) {
        let State { forks, inside, .. } = gate.state(process);
        (forks, inside)
    }

    #[test]
    fn a_fork_waits_for_threads_inside_and_other_threads_wait_for_the_fork() {
        let gate = Gate::new(Duration::MAX);
        let round = gate.enter(here());
        scope(|scope| {
            let closed = told_when_done(scope, || gate.close(here(), 0));
            while counts(&gate, here()).0 == 0 {
                Real.pause();
            }
            let entered = told_when_done(scope, || {
                gate.enter(here());
            });
            assert!(closed.try_recv().is_err());
            gate.leave(round);
            closed.recv().unwrap();
            assert!(entered.try_recv().is_err());
            gate.open(here());
            entered.recv().unwrap();
        });
        assert_eq!(counts(&gate, here()), (0, 1));
    }

    /// A clock whose pauses take as long as on a busy machine.
    struct Slow(Cell<Instant>);

    impl Time for Slow {
        fn now(&self) -> Instant {
            self.0.get()
        }

        fn pause(&self) {
            self.0.set(self.0.get() + Duration::from_millis(40));
        }
    }

    #[test]
    fn a_fork_waits_at_most_a_second_at_both_gates_even_with_slow_pauses() {
        let begun = Real.now();
        let slow = Slow(Cell::new(begun));
        for gate in [&LOOKUPS, &BRIEF] {
            assert!(!pause_while(gate.patience, &slow, || true));
        }
        let waited = slow.now() - begun;
        assert!(waited >= 2 * PATIENCE && waited <= Duration::from_secs(1), "{waited:?}");
        // The fork waits for work that ends in this time.
        let looks = Cell::new(0);
        assert!(pause_while(PATIENCE, &slow, || looks.replace(looks.get() + 1) < 5));
    }

    #[test]
    fn neither_a_fork_nor_a_thread_waits_forever() {
        let gate = Gate::new(Duration::ZERO);
        let silent = gate.enter(here());
        gate.close(here(), 0);
        // A fork handler of the host may wait for the thread that makes this lookup.
        let meanwhile = gate.enter(here());
        gate.open(here());
        assert_eq!(counts(&gate, here()), (0, 1));
        gate.leave(silent);
        assert_eq!(counts(&gate, here()), (0, 1), "the thread must no longer count");
        gate.leave(meanwhile);
        assert_eq!(counts(&gate, here()), (0, 0));
    }

    #[test]
    fn one_fork_waits_for_a_silent_server_and_the_next_does_not() {
        let (gate, patient) = (Gate::new(Duration::ZERO), Gate::new(Duration::MAX));
        gate.enter(here());
        gate.close(here(), 0);
        gate.open(here());
        patient.state.store(gate.state.load(SeqCst), SeqCst);
        patient.close(here(), 0);
    }

    #[test]
    fn a_fork_does_not_wait_for_the_thread_that_makes_it() {
        let gate = Gate::new(Duration::MAX);
        gate.enter(here());
        gate.close(here(), 1);
        assert_eq!(counts(&gate, here()), (1, 1));
    }

    #[test]
    fn the_gate_is_open_and_empty_in_a_child() {
        let gate = Gate::new(Duration::MAX);
        let parent = here() + 1;
        gate.enter(parent);
        gate.change(parent, |state| State { forks: 2, ..state });
        assert_eq!(counts(&gate, here()), (0, 0));
        // A fork that began before the one that made this child ends here too.
        gate.open(here());
        let round = gate.enter(here());
        assert_eq!(counts(&gate, here()), (0, 1));
        gate.leave(Round { process: parent, number: 0 });
        assert_eq!(counts(&gate, here()), (0, 1));
        gate.leave(round);
        gate.close(here(), 0);
        assert_eq!(counts(&gate, here()), (1, 0));
    }

    #[test]
    fn a_packed_state_is_unpacked_unchanged() {
        let state =
            State { round: Round { process: 0x00AB_CDEF, number: 0xFFF }, forks: 255, inside: 0xFFFFF };
        let read = State::read(state.packed(), 0x1_00AB_CDEF);
        assert_eq!((read.round, read.forks, read.inside), (state.round, state.forks, state.inside));
    }
}
