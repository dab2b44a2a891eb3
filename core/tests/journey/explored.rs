//! Explores all orders of a few events in the logins of two browsers, without randomness.
//!
//! The world and its model are those of `browsers`, which compares both after each step. Tabs need no names here: the callback of
//! any login may arrive at any time and in any browser, as if each login had its own tab that is reloaded, restored or copied.
//! States that were reached before are not explored again.

use std::collections::HashSet;

use crate::browsers::{Event, TABS, World};
use crate::model::{Said, State};
use crate::scene::short_or_whole;

/// The second browser, whose clock is right. The first one keeps cookies too long.
const OWN: usize = 1;
const OTHER: usize = 0;
/// More logins than this are not followed: with three, one can be older, one younger and one restarted.
const LOGINS: usize = 3;
/// A login may restart this many times at most, with or without other cookies.
const MOST_RESTARTS: usize = 8;
const MOST_RESTARTS_WITHOUT_COOKIES: usize = 3;

const SAID: [Said; 4] = [Said::Code, Said::JunkCode, Said::Denied, Said::Unavailable];

#[derive(Clone)]
struct Explored {
    world: World,
    /// The browser in which each login began.
    origins: Vec<usize>,
    is_crowded: bool,
    path: Vec<(usize, Event)>,
}

impl Explored {
    fn new() -> Self {
        Self { world: World::new(), origins: Vec::new(), is_crowded: false, path: Vec::new() }
    }

    /// Everything that can happen next.
    fn events(&self) -> Vec<(usize, Event)> {
        let mut events = vec![(OWN, Event::LogOut), (OWN, Event::LoseCookies), (OWN, Event::Wait(601))];
        // Nine more would behave like eight more.
        if !self.is_crowded {
            events.push((OWN, Event::BeginEightMore));
        }
        for browser in [OWN, OTHER] {
            if self.followed().count() < LOGINS {
                events.extend([(browser, Event::Begin), (browser, Event::Portal)]);
            }
            for login in self.followed() {
                let callbacks = SAID.map(|said| (browser, Event::Unproven(said, State::Of(login))));
                events.extend(callbacks);
                events.push((browser, Event::Unanswered(login)));
            }
        }
        events
    }

    /// The logins that are not of a crowd.
    fn followed(&self) -> impl Iterator<Item = usize> {
        let crowd = format!("/{TABS}");
        let is_of_a_crowd =
            move |goal: &Option<String>| goal.as_ref().is_some_and(|goal| goal.ends_with(&crowd));
        let trips = self.world.trips.iter().enumerate();
        trips.filter(move |(_, trip)| !is_of_a_crowd(&trip.goal)).map(|(login, _)| login).take(LOGINS)
    }

    fn after(&self, browser: usize, event: Event) -> Self {
        let mut next = self.clone();
        next.path.push((browser, event));
        let should_sign_in = next.should_sign_in(browser, event);
        next.world.fate = None;
        next.world.happen(browser, 0, &event);
        next.world.check();
        next.is_crowded |= matches!(event, Event::BeginEightMore);
        next.origins.resize(next.world.trips.len(), browser);
        let signed_in = next.world.fate.as_ref().and_then(|fate| fate.signed_in);
        if let (Some(login), Event::Unproven(_, State::Of(asked))) = (signed_in, event) {
            assert_eq!((login, next.origins[login]), (asked, browser), "{:?}", next.path);
        }
        assert_eq!(signed_in.is_some(), should_sign_in, "{:?}", next.path);
        next
    }

    /// Whether the event is a valid code that comes back in time to the browser that has the cookie of its login.
    fn should_sign_in(&self, browser: usize, event: Event) -> bool {
        let Event::Unproven(Said::Code, state @ State::Of(login)) = event else { return false };
        let is_in_time = self.world.now - self.world.trips[login].began <= 600;
        let is_proven = self.world.browsers[browser].model.proves(&self.world.trips, state);
        is_proven && is_in_time && !self.world.spent.contains(&login)
    }

    /// Even if the same thing goes wrong again and again, the person sees a page in the end.
    fn ends(&self, mishaps: &[Event], said: Said, most: usize) {
        let Some(mut login) = self.followed().last() else { return };
        let mut next = self.clone();
        let browser = next.origins[login];
        for _ in 0..=most {
            let known = next.world.trips.len();
            for mishap in mishaps {
                next.world.happen(browser, 0, mishap);
            }
            let begun = next.world.trips.len() - known;
            next.world.happen(browser, 0, &Event::Unproven(said, State::Of(login)));
            next.world.check();
            if next.world.trips.len() == known + begun {
                return;
            }
            login = next.world.trips.len() - 1;
        }
        panic!("still restarting after {:?} and then {mishaps:?} {said:?}", self.path);
    }
}

/// Explores all states within this number of events after `start`. Returns the number of states and of steps.
fn explore(start: Explored, depth: u32, crowded: u32) -> (usize, usize) {
    let (mut seen, mut states, mut steps) = (HashSet::new(), vec![start], 0);
    for length in 1..=depth {
        let mut next = Vec::new();
        for state in &states {
            for (browser, event) in state.events() {
                let reached = state.after(browser, event);
                steps += 1;
                if !seen.insert((reached.world.key(), reached.origins.clone())) {
                    continue;
                }
                reached.ends(&[Event::LoseCookies], Said::Code, MOST_RESTARTS_WITHOUT_COOKIES);
                reached.ends(&[], Said::JunkCode, MOST_RESTARTS_WITHOUT_COOKIES);
                if length <= crowded {
                    // Wait a second: a login that began in the same second in which another one ended is not counted.
                    reached.ends(&[Event::Wait(1), Event::BeginEightMore], Said::Code, MOST_RESTARTS);
                }
                next.push(reached);
            }
        }
        states = next;
    }
    (seen.len(), steps)
}

#[test]
fn every_order_of_events_matches_the_model_and_ends() {
    let (depth, crowded) = (short_or_whole(3, 5), short_or_whole(1, 2));
    let (states, steps) = explore(Explored::new(), depth, crowded);
    println!("{depth} events: {states} states, {steps} steps");
    assert!(states > 500 && steps > 1000, "{states} {steps}");
}

#[test]
fn every_order_of_events_after_two_tabs_went_to_clever_matches_the_model() {
    let depth = short_or_whole(3, 4);
    let tabs = Explored::new().after(OWN, Event::Begin).after(OWN, Event::Begin);
    let (states, steps) = explore(tabs, depth, 1);
    println!("two tabs and {depth} events: {states} states, {steps} steps");
    assert!(states > 1000 && steps > 3000, "{states} {steps}");
}
