//! How keys are refreshed, in every order: `core/src/keys.rs` as it is, with tokio's lock and clock, and a server, other threads and
//! a time that do what this program chooses.

// As a test, it would bring the tests of these files, which need all of the core.
#![cfg(not(test))]

mod choices;
mod process;
mod stubs;
mod world;

#[path = "../../../../src"]
mod source {
    pub(crate) mod ahead;
    pub(crate) mod keys;
}

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::task::unconstrained;

use choices::Choices;
use source::{ahead, keys};
use stubs::{clock, config, error, protocol, runtimes, shared, stats, transport};
use world::{Call, Known, Scene, run};

/// Some calls, and what may happen meanwhile.
fn scenes(faults: u32) -> Vec<Scene> {
    let second = Duration::from_secs(1);
    let without = |name, calls| Scene {
        name,
        known: Known::Nothing,
        calls,
        tick: second,
        ticks: 3,
        faults,
        is_discovered: false,
    };
    // A call ends after two ticks, and a cooldown after three.
    let with = |name, known, calls| Scene { known, tick: 10 * second, ticks: 4, ..without(name, calls) };
    let (current, patient, import) = ((Call::Current, 2), (Call::Current, 4), (Call::Import, 2));
    let (newer, newest) = ((Call::Newer, 2), (Call::Newest, 2));
    let more = |scene| Scene { faults: faults + 1, ..scene };
    vec![
        more(without("no keys, two calls", vec![patient; 2])),
        more(without("no keys, one call and another process", vec![patient, import])),
        more(with("stale keys, one call and another process", Known::Stale, vec![current, import])),
        more(with("stale keys, and a token", Known::Stale, vec![current, newer])),
        more(with("two tokens", Known::Fresh, vec![newer; 2])),
        without("no keys", vec![patient; 3]),
        without("no keys, and different deadlines", vec![(Call::Current, 2), patient, patient]),
        Scene {
            ticks: 1,
            is_discovered: true,
            ..without("keys and discovery at once", vec![(Call::Ahead, 2); 2])
        },
        without("no keys, but another process has some", vec![patient, patient, import]),
        with("stale keys", Known::Stale, vec![current; 3]),
        with("stale keys, and another process has fresh ones", Known::Stale, vec![current, current, import]),
        with("stale keys, and a token that does not verify", Known::Stale, vec![current, current, newest]),
        with("a token that does not verify", Known::Fresh, vec![newer, newer, current]),
        with("tokens that do not verify", Known::Fresh, vec![newer; 3]),
    ]
}

fn main() {
    let usual_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        eprintln!("{}", world::story());
        usual_hook(info);
    }));
    // How much may go wrong in every order, how many random orders there are, and how much may go wrong in those.
    let (faults, orders, random_faults) = match std::env::args().nth(1).as_deref() {
        None => (0, 5_000, 3),
        Some("whole") => (1, 100_000, 4),
        Some(other) => panic!("expected nothing or `whole`, not {other}"),
    };
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    // tokio makes a task yield now and then, but these runs may not.
    runtime.block_on(unconstrained(async {
        for (scene, worse) in scenes(faults).iter().zip(scenes(random_faults)) {
            let (mut choices, mut runs) = (run(scene, Choices::all()).await, 1_u64);
            while choices.go_on() {
                choices = run(scene, choices).await;
                runs += 1;
            }
            for order in 0..orders {
                run(&worse, Choices::random(order)).await;
            }
            println!("{}: {runs} orders, and {orders} random ones", scene.name);
        }
    }));
}
