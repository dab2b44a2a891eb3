//! Several browsers with several tabs do random things. After each step, the core's decision is compared with a model.

use std::collections::BTreeSet;

use clever_sso::journey::{ENTROPY_BYTES, Journey, Step};
use clever_sso::protocol::{Request, Response};
use clever_sso::{Config, ErrorCode, Login, LoginOptions, Outcome, Result, SetCookie};
use proptest::prelude::*;

use crate::model::{Fate, Model, Said, State, Trip};
use crate::scene::{OAUTH, REDIRECT_URI, SECRET, cases, short_or_whole, state_of, word};

const BROWSERS: usize = 3;
/// The number after the last tab stands for many other tabs.
pub(crate) const TABS: usize = 3;
const LOGIN: &str = "clever_login_";

/// The callback of a tab.
type Callback = (Said, State);

/// The next event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A login begins at a link of the app.
    Begin,
    /// Eight more logins begin, so that this tab's is the oldest of nine.
    BeginEightMore,
    /// A login begins at the Clever Portal.
    Portal,
    /// Clever sends the tab back: with a code, or with something else.
    Return(Said),
    /// The tab loads its last callback again.
    Reload,
    /// The callback of a tab in another browser is opened here.
    Carry {
        from: usize,
        tab: usize,
        said: Said,
    },
    /// A callback that anyone can make.
    Unproven(Said, State),
    /// The callback of this login arrives, but its response never reaches the browser.
    Unanswered(usize),
    LogOut,
    LoseCookies,
    Wait(u64),
}

/// A browser: its cookies, and the state of its tabs.
#[derive(Clone)]
pub(crate) struct Browser {
    /// Names, values and expiration times, the oldest first.
    jar: Vec<(String, String, u64)>,
    pub(crate) model: Model,
    /// The person in its session of the app.
    session: Option<String>,
    tabs: [Tab; TABS],
}

#[derive(Clone, Default)]
struct Tab {
    at_clever: Option<usize>,
    last: Option<Callback>,
}

impl Browser {
    fn new(is_late: bool) -> Self {
        Self { jar: Vec::new(), model: Model::new(is_late), session: None, tabs: <[Tab; TABS]>::default() }
    }

    fn header(&self) -> String {
        self.jar.iter().map(|(name, value, _)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn obey(&mut self, cookies: &[SetCookie], now: u64) {
        for cookie in cookies {
            let held = self.jar.iter().position(|(name, ..)| name == cookie.name());
            let until = now + u64::from(cookie.max_age());
            let new = (cookie.name().to_owned(), cookie.value().to_owned(), until);
            match (held, cookie.max_age()) {
                (Some(held), 0) => drop(self.jar.remove(held)),
                (None, 0) => {}
                (Some(held), _) => self.jar[held] = new,
                (None, _) => self.jar.push(new),
            }
        }
    }

    fn logins(&self) -> Vec<&str> {
        self.jar.iter().filter_map(|(name, ..)| name.strip_prefix(LOGIN)).collect()
    }
}

/// The app, Clever, the clock and the browsers.
#[derive(Clone)]
pub(crate) struct World {
    journey: Journey,
    pub(crate) now: u64,
    draws: u64,
    pub(crate) browsers: Vec<Browser>,
    /// All logins that went to Clever, in the model and in the core.
    pub(crate) trips: Vec<Trip>,
    logins: Vec<Login>,
    pub(crate) spent: BTreeSet<usize>,
    /// The logins that signed a person in.
    completed: BTreeSet<usize>,
    /// The outcome of the last callback.
    pub(crate) fate: Option<Fate>,
}

impl World {
    pub(crate) fn new() -> Self {
        let config = Config::builder(OAUTH).client_secret(SECRET).redirect_uri(REDIRECT_URI).build().unwrap();
        Self {
            journey: Journey::new(config).unwrap(),
            now: 1_800_000_000,
            draws: 0,
            browsers: (0..BROWSERS).map(|number| Browser::new(number == 0)).collect(),
            trips: Vec::new(),
            logins: Vec::new(),
            spent: BTreeSet::new(),
            completed: BTreeSet::new(),
            fate: None,
        }
    }

    /// Not random, but different each time.
    fn entropy(&mut self) -> [u8; ENTROPY_BYTES] {
        self.draws += 1;
        let mut entropy = [0; ENTROPY_BYTES];
        entropy
            .iter_mut()
            .zip(self.draws.to_le_bytes().into_iter().cycle())
            .for_each(|(to, from)| *to = from);
        entropy
    }

    pub(crate) fn happen(&mut self, browser: usize, tab: usize, event: &Event) {
        let at_clever = |world: &Self, browser: usize, tab: usize, said| {
            let login = world.browsers[browser].tabs[tab].at_clever?;
            Some((said, State::Of(login)))
        };
        let callback = match event {
            Event::Begin => return self.begin(browser, tab),
            Event::BeginEightMore => return (0..8).for_each(|_| self.begin(browser, TABS)),
            Event::Portal => Some((Said::Code, State::Missing)),
            Event::Return(said) => at_clever(self, browser, tab, *said),
            Event::Reload => self.browsers[browser].tabs[tab].last,
            Event::Carry { from, tab: other, said } => at_clever(self, *from, *other, *said),
            Event::Unproven(said, state) => Some((*said, *state)),
            // Only existing logins.
            Event::Unanswered(login) if *login >= self.logins.len() => None,
            Event::Unanswered(login) => {
                let callback = self.callback(Said::Code, State::Of(*login));
                let header = self.browsers[browser].header();
                drop(self.finish(&callback, &header));
                return;
            }
            Event::LogOut => return self.log_out(browser),
            Event::LoseCookies => {
                let browser = &mut self.browsers[browser];
                browser.jar.clear();
                browser.session = None;
                return browser.model.drop_cookies();
            }
            Event::Wait(seconds) => return self.wait(*seconds),
        };
        if let Some(callback) = callback {
            self.arrive(browser, tab, callback);
        }
    }

    /// The state without the bytes that differ each time: two worlds with the same key continue in the same way.
    pub(crate) fn key(&self) -> String {
        let models: Vec<_> = self.browsers.iter().map(|browser| &browser.model).collect();
        format!("{:?}", (self.now, models, &self.trips, &self.spent))
    }

    fn begin(&mut self, browser: usize, tab: usize) {
        let mut options = LoginOptions::default();
        options.cookies = Some(self.browsers[browser].header());
        options.return_to = Some(format!("/{browser}/{tab}"));
        let entropy = self.entropy();
        let login = self.journey.begin_login(&options, self.now, &entropy).unwrap();
        let held = &mut self.browsers[browser];
        held.obey(&login.set_cookies, self.now);
        held.model.begin(&mut self.trips, &format!("/{browser}/{tab}"), self.now);
        self.send(browser, tab, login);
    }

    /// The tab goes to Clever.
    fn send(&mut self, browser: usize, tab: usize, login: Login) {
        if let Some(tab) = self.browsers[browser].tabs.get_mut(tab) {
            tab.at_clever = Some(self.logins.len());
        }
        self.logins.push(login);
    }

    fn log_out(&mut self, browser: usize) {
        let entropy = self.entropy();
        let held = &mut self.browsers[browser];
        let cookies = self.journey.log_out_cookies(&held.header(), self.now, &entropy);
        held.obey(&cookies, self.now);
        (held.session, held.model.person) = (None, None);
    }

    fn wait(&mut self, seconds: u64) {
        self.now += seconds;
        for browser in &mut self.browsers {
            browser.model.wait(&self.trips, self.now);
            if !browser.model.is_late {
                browser.jar.retain(|(_, _, until)| self.now < *until);
            }
        }
    }

    fn arrive(&mut self, number: usize, tab: usize, (said, state): Callback) {
        let before = self.browsers[number].jar.clone();
        let is_proven = self.browsers[number].model.proves(&self.trips, state);
        let is_spent = matches!(state, State::Of(login) if self.spent.contains(&login));
        let own = match state {
            State::Of(login) => format!("{LOGIN}{}", self.logins[login].key),
            _ => String::new(),
        };
        let (callback, header) = (self.callback(said, state), self.browsers[number].header());
        let (outcome, spends) = self.finish(&callback, &header);
        let browser = &mut self.browsers[number];
        let told = if is_spent && matches!(said, Said::Code) { Said::JunkCode } else { said };
        let expected = browser.model.arrive(&mut self.trips, told, state, self.now);
        let cookies = match &outcome {
            Ok(outcome) => outcome.set_cookies(),
            Err(error) => error.set_cookies(),
        };
        browser.obey(cookies, self.now);
        let found = Fate { spends, ..fate(&outcome) };
        assert_eq!(found, expected, "{said:?} {state:?}");
        if found.ends_session {
            browser.session = found.signed_in.map(person);
        }
        if let Some(login) = found.signed_in {
            assert!(self.completed.insert(login), "{login} signs in for the second time");
        }
        browser.tabs[tab].last = Some((said, state));
        // Only a proven callback sets a mark and deletes its own login. No callback changes another one.
        for cookie in cookies {
            let held = before.iter().any(|(name, ..)| name == cookie.name());
            let may_touch = cookie.name() == own
                || cookie.name().starts_with("clever_signed_in_")
                || cookie.name().starts_with("clever_finished_");
            assert!(
                if is_proven { may_touch || !held } else { !held && cookie.max_age() > 0 },
                "{said:?} {state:?}: {cookie:?}"
            );
            assert!(cookie.max_age() > 0 || held, "{said:?} {state:?}: {cookie:?} is not there");
        }
        self.fate = Some(found);
        match outcome {
            Ok(Outcome::Restart(restart)) => self.send(number, tab, restart.login),
            Ok(Outcome::SignedIn(_)) => self.show_page(number, tab),
            _ => {}
        }
    }

    /// The page after a sign-in has the new session.
    fn show_page(&mut self, number: usize, tab: usize) {
        let entropy = self.entropy();
        let browser = &mut self.browsers[number];
        let cookies = self.journey.session_kept_cookies(&browser.header(), self.now, &entropy);
        browser.obey(&cookies, self.now);
        browser.tabs[tab].at_clever = None;
    }

    fn callback(&self, said: Said, state: State) -> String {
        let (state, code) = match state {
            State::Missing => (String::new(), "portal".to_owned()),
            State::Junk => ("&state=junk".to_owned(), "junk".to_owned()),
            State::Of(login) => {
                (format!("&state={}", state_of(&self.logins[login])), format!("good-{login}"))
            }
        };
        let said = match said {
            Said::Code => format!("code={code}"),
            Said::JunkCode => "code=junk".to_owned(),
            Said::Denied => "error=access_denied".to_owned(),
            Said::Unavailable => "error=temporarily_unavailable".to_owned(),
            Said::WrongIssuer => format!("code={code}&iss=https%3A%2F%2Fevil.example"),
            Said::TwoCodes => format!("code={code}&code=junk"),
        };
        format!("{REDIRECT_URI}?{said}{state}")
    }

    /// Finishes a login. Returns the result, and whether a code was sent to Clever.
    fn finish(&mut self, callback: &str, cookies: &str) -> (Result<Outcome>, bool) {
        let mut spends = false;
        let entropy = self.entropy();
        let mut next = self.journey.finish_login(callback, cookies, self.now, &entropy);
        loop {
            next = match next {
                Err(error) => return (Err(error), spends),
                Ok(Step::Finished(outcome)) => return (Ok(outcome), spends),
                Ok(Step::Verify(_)) => unreachable!("there is no ID token"),
                Ok(Step::Send(asked)) => {
                    spends = true;
                    let answer = self.clever(asked.request());
                    let entropy = self.entropy();
                    match answer {
                        Some(response) => asked.response(&response, self.now, &entropy),
                        None => asked.no_response(ErrorCode::NetworkConnect),
                    }
                }
            }
        }
    }

    /// Clever's response: each login is for another person, and each code works once.
    fn clever(&mut self, request: &Request) -> Option<Response> {
        let (status, body) = match request.uri().path() {
            "/oauth/tokens" => {
                let body = str::from_utf8(request.body()).unwrap();
                let good = body.split('&').find_map(|pair| pair.strip_prefix("code=good-"));
                let login =
                    good.and_then(|login| login.parse().ok()).filter(|login| self.spent.insert(*login));
                login.map_or((400, r#"{"error":"invalid_grant"}"#.to_owned()), |login: usize| {
                    (200, format!(r#"{{"access_token":"{}"}}"#, person(login)))
                })
            }
            "/v3.0/me" => {
                let token = request.headers()["authorization"].to_str().unwrap();
                let person = token.strip_prefix("Bearer ").unwrap();
                (200, format!(r#"{{"type":"user","data":{{"id":"{person}"}}}}"#))
            }
            // The login continues without the record.
            _ => return None,
        };
        Some(http::Response::builder().status(status).body(body.into_bytes()).unwrap())
    }

    /// Every browser matches its model, whatever the others did.
    pub(crate) fn check(&self) {
        for browser in &self.browsers {
            let flight: Vec<_> = browser.model.flight.iter().map(|login| &*self.logins[*login].key).collect();
            assert_eq!(browser.logins(), flight);
            assert!(flight.len() <= 8, "{}", flight.len());
            assert!(browser.header().len() < 2048, "{}", browser.header().len());
            assert_eq!(browser.session, browser.model.person.map(person));
        }
    }
}

/// The person who logs in with this login.
fn person(login: usize) -> String {
    format!("{login:024x}")
}

fn fate(outcome: &Result<Outcome>) -> Fate {
    let (goal, ends_session) = match outcome {
        Ok(Outcome::SignedIn(signed_in)) => (signed_in.return_to.as_deref(), true),
        Ok(Outcome::Denied(denied)) => (denied.return_to.as_deref(), denied.ends_session),
        Ok(Outcome::Restart(_)) => (None, false),
        Err(error) => (error.return_to(), error.ends_session()),
    };
    let signed_in = match outcome {
        Ok(Outcome::SignedIn(signed_in)) => Some(usize::from_str_radix(&signed_in.identity.id, 16).unwrap()),
        _ => None,
    };
    let goal = goal.map(str::to_owned);
    Fate { word: word(outcome), goal, ends_session, signed_in, spends: false }
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        6 => Just(Said::Code),
        2 => Just(Said::JunkCode),
        1 => Just(Said::Denied),
        1 => Just(Said::Unavailable),
        1 => Just(Said::WrongIssuer),
        1 => Just(Said::TwoCodes),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::Begin),
        1 => Just(Event::BeginEightMore),
        2 => Just(Event::Portal),
        8 => said().prop_map(Event::Return),
        2 => Just(Event::Reload),
        3 => (0..BROWSERS, 0..TABS, said()).prop_map(|(from, tab, said)| Event::Carry { from, tab, said }),
        1 => (0..4_usize).prop_map(Event::Unanswered),
        2 => (said(), prop::sample::select(vec![State::Missing, State::Junk]))
            .prop_map(|(said, state)| Event::Unproven(said, state)),
        1 => Just(Event::LogOut),
        2 => Just(Event::LoseCookies),
        2 => prop::sample::select(vec![1, 59, 300, 599, 600, 601]).prop_map(Event::Wait),
    ]
}

/// The events of one tab: some events once, or a few of them repeatedly, like a redirect loop.
fn turn() -> impl Strategy<Value = (usize, usize, Vec<Event>)> {
    let events = prop_oneof![
        8 => event().prop_map(|event| vec![event]),
        1 => (prop::collection::vec(event(), 1..4), 2_usize..10).prop_map(|(events, times)| events.repeat(times)),
        2 => (
            prop::sample::select(vec![Event::Begin, Event::Portal]),
            prop::sample::select(vec![Event::LoseCookies, Event::BeginEightMore, Event::Return(Said::JunkCode)]),
            3_usize..10
        )
            .prop_map(|(start, mishap, times)| {
                let start = [start];
                start.into_iter().chain([mishap, Event::Return(Said::Code)].repeat(times)).collect()
            }),
    ];
    (0..BROWSERS, 0..TABS, events)
}

#[test]
fn browsers_do_what_the_model_says_in_any_interleaving() {
    proptest!(cases(short_or_whole(48, 2000)), |(turns in prop::collection::vec(turn(), 0..60))| {
        let mut world = World::new();
        for (browser, tab, events) in turns {
            for event in events {
                world.happen(browser, tab, &event);
                world.check();
            }
        }
    });
}
