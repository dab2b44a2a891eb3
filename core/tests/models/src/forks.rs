//! Forks after each step of one or two threads that are in the middle of an operation. The child process has the parent's memory
//! but only the thread that forked: it must never wait for another thread or take over a value that belongs to its parent.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::exclusive::Exclusive;
use crate::gate::Gate;
use crate::generation::forked_into;
use crate::inherited::Inherited;
use crate::per_process::PerProcess;
use crate::permits::Permits;
use crate::sync::{alone, stopped_after};

const PARENT: u64 = 1;
const CHILD: u64 = 2;

/// Runs `scene` for each pair of steps at which its two threads can be stopped, until both finish. `scene` gets the two numbers
/// of steps and returns whether each thread finished. Returns the number of forks.
fn each_fork(mut scene: impl FnMut(u64, u64) -> (bool, bool)) -> u64 {
    let mut forks = 0;
    for first in 0.. {
        for second in 0.. {
            forked_into(PARENT);
            let ended = scene(first, second);
            forks += 1;
            match ended {
                (true, true) => return forks,
                (_, true) => break,
                _ => {}
            }
        }
    }
    unreachable!("a thread never finishes")
}

#[test]
fn a_child_creates_its_own_value_and_retires_its_parents_once() {
    let forks = each_fork(|first, second| {
        let shared = PerProcess::new();
        let get = |process: u64| *shared.get(|| process);
        let ended = (
            stopped_after(first, || assert_eq!(get(PARENT), PARENT)),
            stopped_after(second, || assert_eq!(get(PARENT), PARENT)),
        );
        forked_into(CHILD);
        let mut retired = Vec::new();
        let mut replace = || {
            let Ok(value) = shared.try_replace(
                || Ok::<_, Infallible>(CHILD),
                |_| true,
                |former: &u64| retired.push(*former),
            );
            *value
        };
        assert_eq!(alone(|| (replace(), replace())), (CHILD, CHILD));
        assert!(retired == [PARENT] || (retired.is_empty() && ended != (true, true)), "{retired:?}");
        forked_into(CHILD + 1);
        assert_eq!(get(CHILD + 1), CHILD + 1);
        ended
    });
    println!("{forks} forks");
}

#[test]
fn a_child_inherits_a_complete_value_and_frees_replaced_ones() {
    let forks = each_fork(|first, second| {
        let (inherited, witness) = (Inherited::new(), Arc::new(()));
        let publish = |number: u64| inherited.publish((number, number, Arc::clone(&witness)));
        let read = || inherited.read(|newest| newest.map(|(one, same, _)| (*one, *same)));
        publish(1);
        let ended = (
            stopped_after(first, || publish(2)),
            stopped_after(second, || {
                read();
                publish(3);
            }),
        );
        forked_into(CHILD);
        alone(|| {
            let (one, same) = read().unwrap();
            assert_eq!(one, same);
            assert!((1..=3).contains(&one) && (one > 1 || !ended.0) && (one == 3 || !ended.1));
            let before = Arc::strong_count(&witness);
            publish(4);
            assert_eq!(read(), Some((4, 4)));
            // Threads of the parent that were reading do not keep their values alive in the child.
            assert!(Arc::strong_count(&witness) <= before);
            publish(5);
            assert!(Arc::strong_count(&witness) <= before);
        });
        ended
    });
    println!("{forks} forks");
}

#[test]
fn all_permits_are_free_in_a_child() {
    let forks = each_fork(|first, second| {
        let permits: &'static Permits = Box::leak(Box::new(Permits::new(2)));
        let take_and_give_back = || drop((permits.take(), permits.take()));
        let ended = (stopped_after(first, take_and_give_back), stopped_after(second, take_and_give_back));
        forked_into(CHILD);
        let taken = [permits.take(), permits.take()];
        assert!(taken.iter().all(Option::is_some) && permits.take().is_none());
        ended
    });
    println!("{forks} forks");
}

#[test]
fn a_child_passes_a_gate_that_its_parent_closed_or_is_inside() {
    let forks = each_fork(|first, second| {
        let gate = Gate::new(Duration::MAX);
        let pass = |process| {
            let round = gate.enter(process);
            gate.leave(round);
        };
        // The forking thread closes the gate before the fork and opens it afterwards. In the child, no thread opens it.
        let ended = (
            stopped_after(first, || pass(PARENT)),
            stopped_after(second, || {
                if !gate.has_anyone_inside() {
                    gate.close(PARENT, 0);
                    gate.open(PARENT);
                }
            }),
        );
        forked_into(CHILD);
        alone(|| {
            pass(CHILD);
            gate.close(CHILD, 0);
            gate.open(CHILD);
            pass(CHILD);
        });
        ended
    });
    println!("{forks} forks");
}

#[test]
fn a_child_replaces_a_value_that_was_in_use() {
    let forks = each_fork(|first, _| {
        let shared = Exclusive::new(vec![PARENT]);
        let ended = stopped_after(first, || shared.with(Vec::new, |value| value.push(PARENT)));
        forked_into(CHILD);
        let found = alone(|| shared.with(|| vec![CHILD], |value| value.clone()));
        assert!(found == [CHILD] || found == [PARENT] || found == [PARENT, PARENT], "{found:?}");
        assert_eq!(alone(|| shared.with(|| vec![CHILD + 1], |value| value.clone())), found);
        (ended, true)
    });
    println!("{forks} forks");
}
