//! Which requests belong to the same login: the browser's requests for pages, the code, the access token.
//!
//! The values that connect them are stored as fingerprints: hashes with a random key that never leaves this process.
//! A fingerprint cannot be turned back into a code or a token, and none is ever shown.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

/// The maximum number of fingerprints that are kept: a login has about three.
const MOST: usize = 4000;
/// The maximum number of logins that a request without its own fingerprint can belong to.
const MOST_OPEN: usize = 64;
/// How long a person may take between two pages, in seconds. After that, the same address begins another login.
const LONGEST_PAUSE: u64 = 10 * 60;
/// An app answers a callback at once. After this many seconds, its requests belong to something else.
const UNDER_WAY: u64 = 60;

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Browser,
    App,
}

/// The kind of response, for the diagram of the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A page for the person, or data for the app.
    Shown,
    /// A redirect that stays here.
    Onward,
    /// A redirect to the app, with a code.
    Code { state: bool },
    /// A redirect to the app, with an access token in the fragment.
    Token { state: bool },
    /// A redirect to the app, with an error or nothing in it.
    Denied,
    /// This person may not use the app, but another may.
    NoAccess,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// Does the browser go back to the app with it?
    pub(crate) fn ends_at_app(self) -> bool {
        matches!(self, Self::Code { .. } | Self::Token { .. } | Self::Denied)
    }
}

/// A value that connects a request to others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Tie {
    /// The authorize request that a page leads back to.
    Target(String),
    Code(String),
    AccessToken(String),
}

/// Which request may belong to the only login in progress, if nothing else connects it to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loose {
    /// None may.
    Never,
    /// A request that follows a code: an exchange that cannot be recognized, the keys or the metadata.
    AfterCode,
    /// A request that follows an access token.
    AfterToken,
}

/// More about a request than its note says.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) side: Side,
    /// The client id of the app that it belongs to, if the app is in the world.
    pub(crate) app: Option<String>,
    /// A request to one scenario never belongs to a login at another.
    pub(crate) prefix: String,
    /// Does it begin a login, if it belongs to none yet?
    pub(crate) begins: bool,
    pub(crate) loose: Loose,
    /// The values that connect it to earlier requests.
    pub(crate) before: Vec<Tie>,
    /// The values that connect later requests to it.
    pub(crate) after: Vec<Tie>,
}

impl Trace {
    /// The trace of a request that belongs to no login.
    pub(crate) fn none(side: Side) -> Self {
        let (app, prefix, loose) = (None, String::new(), Loose::Never);
        Self { side, app, prefix, begins: false, loose, before: Vec::new(), after: Vec::new() }
    }
}

/// The logins that requests can still belong to.
#[derive(Default)]
pub(crate) struct Logins {
    key: RandomState,
    ties: HashMap<u64, u64>,
    /// The fingerprints, oldest first. Some were removed already.
    order: VecDeque<u64>,
    open: VecDeque<Open>,
    /// How many logins there were.
    begun: u64,
}

struct Open {
    number: u64,
    app: Option<String>,
    prefix: String,
    last: u64,
    stage: Loose,
}

impl Logins {
    /// The number of the login that this request belongs to, counted from 1. The app of the trace becomes the app of the login,
    /// if the request names none.
    pub(crate) fn of(&mut self, now: u64, trace: &mut Trace, outcome: Outcome) -> Option<u64> {
        let number = self.tied(now, trace).or_else(|| self.only_one(now, trace));
        let number = number.or_else(|| trace.begins.then(|| self.begin(trace)))?;
        self.go_on(now, number, trace, outcome);
        Some(number)
    }

    fn tied(&self, now: u64, trace: &Trace) -> Option<u64> {
        let number = trace.before.iter().find_map(|tie| self.ties.get(&self.key.hash_one(tie)).copied())?;
        let is_old = |open: &Open| now.saturating_sub(open.last) > LONGEST_PAUSE;
        let by_page = trace.before.iter().all(|tie| matches!(tie, Tie::Target(_)));
        let forgotten = by_page && self.open.iter().find(|open| open.number == number).is_none_or(is_old);
        (!forgotten).then_some(number)
    }

    fn only_one(&self, now: u64, trace: &Trace) -> Option<u64> {
        if trace.loose == Loose::Never {
            return None;
        }
        let fits = |open: &&Open| {
            open.prefix == trace.prefix
                && now.saturating_sub(open.last) <= UNDER_WAY
                && (open.stage == trace.loose || (open.stage == Loose::AfterToken && trace.app.is_none()))
                && (trace.app.is_none() || trace.app == open.app)
        };
        let mut fitting = self.open.iter().filter(fits);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first.number)
    }

    fn begin(&mut self, trace: &Trace) -> u64 {
        self.begun = self.begun.saturating_add(1);
        let open = Open {
            number: self.begun,
            app: trace.app.clone(),
            prefix: trace.prefix.clone(),
            last: 0,
            stage: Loose::Never,
        };
        if self.open.len() >= MOST_OPEN {
            self.open.pop_front();
        }
        self.open.push_back(open);
        self.begun
    }

    fn go_on(&mut self, now: u64, number: u64, trace: &mut Trace, outcome: Outcome) {
        let issues_token = trace.after.iter().any(|tie| matches!(tie, Tie::AccessToken(_)));
        if let Some(open) = self.open.iter_mut().find(|open| open.number == number) {
            open.last = now;
            if trace.app.is_none() {
                trace.app.clone_from(&open.app);
            }
            match outcome {
                _ if issues_token => open.stage = Loose::AfterToken,
                Outcome::Code { .. } => open.stage = Loose::AfterCode,
                _ => {}
            }
        }
        for tie in &trace.after {
            self.tie(self.key.hash_one(tie), number);
        }
        for tie in &trace.before {
            let fingerprint = self.key.hash_one(tie);
            // The same address begins another login after this one has gone back to the app or ended.
            let is_over = matches!(tie, Tie::Target(_))
                && (outcome.ends_at_app() || (outcome == Outcome::Refused && trace.begins));
            if is_over {
                self.ties.remove(&fingerprint);
            } else if !self.ties.contains_key(&fingerprint) || trace.begins {
                self.tie(fingerprint, number);
            }
        }
    }

    fn tie(&mut self, fingerprint: u64, number: u64) {
        if self.ties.insert(fingerprint, number).is_none() {
            self.order.push_back(fingerprint);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.ties.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(target: &str, begins: bool, after: Vec<Tie>) -> Trace {
        let (app, before) = (Some("app".to_owned()), vec![Tie::Target(target.to_owned())]);
        Trace { app, begins, before, after, ..Trace::none(Side::Browser) }
    }

    fn exchange(code: &str, token: Option<&str>) -> Trace {
        let after = token.map(|token| Tie::AccessToken(token.to_owned())).into_iter().collect();
        let (app, before) = (Some("app".to_owned()), vec![Tie::Code(code.to_owned())]);
        let (begins, loose) = if token.is_some() { (true, Loose::Never) } else { (false, Loose::AfterCode) };
        Trace { app, begins, loose, before, after, ..Trace::none(Side::App) }
    }

    fn with_token(token: &str) -> Trace {
        let before = vec![Tie::AccessToken(token.to_owned())];
        Trace { loose: Loose::AfterToken, before, ..Trace::none(Side::App) }
    }

    fn keys() -> Trace {
        Trace { loose: Loose::AfterCode, ..Trace::none(Side::App) }
    }

    const CODE: Outcome = Outcome::Code { state: true };

    fn granted(logins: &mut Logins, now: u64, target: &str, code: &str) -> Option<u64> {
        logins.of(now, &mut browser(target, true, vec![Tie::Code(code.to_owned())]), CODE)
    }

    #[test]
    fn a_login_goes_from_the_authorize_request_through_the_pages_to_the_token() {
        let mut logins = Logins::default();
        assert_eq!(logins.of(0, &mut browser("a", true, vec![]), Outcome::Onward), Some(1));
        assert_eq!(logins.of(20, &mut browser("a", false, vec![]), Outcome::Shown), Some(1));
        assert_eq!(granted(&mut logins, 30, "b", "other"), Some(2), "of another tab");
        assert_eq!(granted(&mut logins, 40, "a", "code"), Some(1));
        assert_eq!(logins.of(41, &mut exchange("code", Some("token")), Outcome::Shown), Some(1));
        let mut me = with_token("token");
        assert_eq!(logins.of(42, &mut me, Outcome::Shown), Some(1));
        assert_eq!(me.app.as_deref(), Some("app"), "the request names none");
    }

    #[test]
    fn the_same_url_begins_another_login_when_the_first_has_ended_or_was_abandoned() {
        let mut logins = Logins::default();
        assert_eq!(granted(&mut logins, 0, "portal", "one"), Some(1));
        assert_eq!(granted(&mut logins, 5, "portal", "two"), Some(2));
        assert_eq!(logins.of(9, &mut browser("wrong", true, vec![]), Outcome::Refused), Some(3));
        assert_eq!(logins.of(9, &mut browser("wrong", true, vec![]), Outcome::Refused), Some(4));
        assert_eq!(logins.of(9, &mut browser("a", true, vec![]), Outcome::NoAccess), Some(5));
        assert_eq!(
            logins.of(9, &mut browser("a", false, vec![]), Outcome::Refused),
            Some(5),
            "a wrong password"
        );
        assert_eq!(granted(&mut logins, 9, "a", "three"), Some(5), "of someone else");
        assert_eq!(logins.of(10, &mut browser("left", true, vec![]), Outcome::Onward), Some(6));
        assert_eq!(
            logins.of(11 + LONGEST_PAUSE, &mut browser("left", true, vec![]), Outcome::Onward),
            Some(7)
        );
        assert_eq!(logins.of(12, &mut browser("nowhere", false, vec![]), Outcome::Shown), None);
    }

    #[test]
    fn an_unknown_code_belongs_to_the_only_login_that_waits_for_a_code() {
        let mut logins = Logins::default();
        assert_eq!(logins.of(0, &mut exchange("cut", None), Outcome::Refused), None);
        granted(&mut logins, 0, "a", "code");
        assert_eq!(logins.of(1, &mut exchange("cut", None), Outcome::Refused), Some(1));
        assert_eq!(logins.of(2 + UNDER_WAY, &mut exchange("later", None), Outcome::Refused), None);
        granted(&mut logins, 100, "b", "second");
        granted(&mut logins, 100, "c", "third");
        assert_eq!(logins.of(101, &mut exchange("whose", None), Outcome::Refused), None, "two wait");
        assert_eq!(logins.of(101, &mut exchange("made by a control", Some("t")), Outcome::Shown), Some(4));
    }

    #[test]
    fn a_request_for_keys_belongs_to_the_only_login_in_progress_at_the_same_address() {
        let mut logins = Logins::default();
        assert_eq!(logins.of(0, &mut keys(), Outcome::Shown), None);
        logins.of(0, &mut browser("a", true, vec![]), Outcome::Onward);
        assert_eq!(logins.of(0, &mut keys(), Outcome::Shown), None, "no one has signed in yet");
        granted(&mut logins, 0, "a", "code");
        logins.of(1, &mut exchange("code", Some("token")), Outcome::Shown);
        assert_eq!(logins.of(1, &mut keys(), Outcome::Shown), Some(1));
        let elsewhere = &mut Trace { prefix: "/s/me-500".into(), ..keys() };
        assert_eq!(logins.of(1, elsewhere, Outcome::Shown), None);
        assert_eq!(logins.of(1, &mut with_token("cut"), Outcome::Refused), Some(1));
    }

    #[test]
    fn the_number_of_remembered_logins_is_limited() {
        let mut logins = Logins::default();
        for number in 0..10_000 {
            granted(&mut logins, 0, &number.to_string(), &format!("code {number}"));
        }
        assert!(logins.ties.len() <= MOST && logins.order.len() <= MOST && logins.open.len() <= MOST_OPEN);
        assert_eq!(logins.of(0, &mut exchange("code 1", None), Outcome::Refused), None);
        assert_eq!(logins.of(0, &mut exchange("code 9999", None), Outcome::Refused), Some(10_000));
    }
}
