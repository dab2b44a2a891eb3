//! Many tabs of one browser, which share its cookies, with a real emulator: each ends signed in, at its own page.

use std::collections::BTreeMap;

use clever_sso::blocking::Client;
use clever_sso::{Login, LoginOptions, Outcome, SetCookie};
use proptest::prelude::*;

use crate::scene::{OIDC, REDIRECT_URI, cases, client, emulator, short_or_whole, visit};

/// The cookies of a browser. All of its tabs share them.
#[derive(Default)]
struct Jar(BTreeMap<String, String>);

impl Jar {
    fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn obey(&mut self, cookies: &[SetCookie]) {
        for cookie in cookies {
            match cookie.max_age() {
                0 => drop(self.0.remove(cookie.name())),
                _ => drop(self.0.insert(cookie.name().to_owned(), cookie.value().to_owned())),
            }
        }
        assert!(self.logins() <= 8, "{}", self.logins());
        assert!(self.header().len() < 2048, "{}", self.header().len());
    }

    fn logins(&self) -> usize {
        self.0.keys().filter(|name| name.starts_with("clever_login_")).count()
    }
}

/// The state of a tab.
#[derive(Clone)]
enum Tab {
    Closed,
    AtClever(Login),
    Back(String),
    SignedIn,
}

/// How a tab starts.
#[derive(Clone, Copy, Debug)]
enum Start {
    Page,
    Portal,
}

/// One browser and the next step of each tab.
struct Browser<'a> {
    client: &'a Client,
    jar: Jar,
    tabs: Vec<Tab>,
    starts: Vec<Start>,
}

impl<'a> Browser<'a> {
    fn new(client: &'a Client, starts: Vec<Start>) -> Self {
        Self { client, jar: Jar::default(), tabs: vec![Tab::Closed; starts.len()], starts }
    }

    fn go_on(&mut self, tab: usize) {
        self.tabs[tab] = match std::mem::replace(&mut self.tabs[tab], Tab::SignedIn) {
            Tab::Closed => match self.starts[tab] {
                Start::Page => Tab::AtClever(self.begin(tab)),
                // No request to the emulator is needed: a login from the portal arrives with a code and without a state.
                Start::Portal => {
                    Tab::Back(format!("{REDIRECT_URI}?code=0000000000000000000000000000000000000000"))
                }
            },
            Tab::AtClever(login) => Tab::Back(visit(&login)),
            Tab::Back(callback) => self.finish(tab, &callback),
            Tab::SignedIn => Tab::SignedIn,
        };
    }

    fn begin(&mut self, tab: usize) -> Login {
        let mut options = LoginOptions::default();
        options.cookies = Some(self.jar.header());
        options.return_to = Some(format!("/{tab}"));
        let login = self.client.begin_login(&options).unwrap();
        self.jar.obey(&login.set_cookies);
        login
    }

    fn finish(&mut self, tab: usize, callback: &str) -> Tab {
        let outcome = self.client.finish_login(callback, &self.jar.header()).unwrap();
        self.jar.obey(outcome.set_cookies());
        match outcome {
            Outcome::SignedIn(signed_in) => {
                let own = matches!(self.starts[tab], Start::Page).then(|| format!("/{tab}"));
                assert_eq!(signed_in.return_to, own);
                Tab::SignedIn
            }
            Outcome::Restart(restart) => Tab::AtClever(restart.login),
            Outcome::Denied(denied) => unreachable!("no person is refused: {denied:?}"),
        }
    }

    fn is_done(&self) -> bool {
        self.tabs.iter().all(|tab| matches!(tab, Tab::SignedIn))
    }

    /// Runs each step in every tab before the next step in any tab.
    fn in_lock_step(&mut self) {
        while !self.is_done() {
            (0..self.tabs.len()).for_each(|tab| self.go_on(tab));
        }
    }

    /// Runs the tabs in the order of `turns`, then the remaining tabs.
    fn in_turns(&mut self, turns: &[prop::sample::Index]) {
        for turn in turns {
            self.go_on(turn.index(self.tabs.len()));
        }
        self.in_lock_step();
    }
}

fn start() -> impl Strategy<Value = Start> {
    prop_oneof![Just(Start::Page), Just(Start::Portal)]
}

#[test]
fn tabs_of_one_browser_in_lock_step_all_arrive() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    for tabs in [2, 3, 5, 10] {
        for start in [Start::Page, Start::Portal] {
            let mut browser = Browser::new(&client, vec![start; tabs]);
            browser.in_lock_step();
            assert_eq!(browser.jar.logins(), 0);
        }
    }
}

#[test]
fn tabs_of_one_browser_all_arrive_in_any_interleaving() {
    let emulator = emulator();
    let client = client(&emulator, OIDC);
    let starts = prop::sample::select(vec![2_usize, 3, 5, 10])
        .prop_flat_map(|tabs| prop::collection::vec(start(), tabs..=tabs));
    let turns = prop::collection::vec(any::<prop::sample::Index>(), 0..60);
    proptest!(cases(short_or_whole(64, 1000)), |(starts in starts, turns in turns)| {
        let mut browser = Browser::new(&client, starts);
        browser.in_turns(&turns);
        prop_assert_eq!(browser.jar.logins(), 0);
    });
}
