//! The promises of docs/browser.md about the logins of one browser, in as few lines as possible.

/// The lifetime of a login, in seconds.
const LIFETIME: u64 = 600;
const MOST_IN_FLIGHT: usize = 8;

/// One trip of a browser to Clever.
#[derive(Clone, Debug)]
pub(crate) struct Trip {
    pub(crate) goal: Option<String>,
    pub(crate) began: u64,
    /// How often in a row its login went to Clever.
    pub(crate) count: u8,
    /// The login whose cookie proves it, if it has no cookie of its own; valid until another login ends.
    loan: Option<Loan>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Loan {
    lender: usize,
    list: usize,
}

/// The mark of the last login that ended.
#[derive(Clone, Debug, Default)]
struct Mark {
    /// When the login ended.
    at: u64,
    /// When the browser got the mark.
    came: u64,
    /// The logins that have ended with a borrowed cookie, and how often that list started over.
    used: Vec<usize>,
    list: usize,
}

/// The content of a callback, except for its state.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Said {
    /// The code that Clever gave for this state, or without a state.
    Code,
    /// A code that Clever does not know.
    JunkCode,
    Denied,
    Unavailable,
    WrongIssuer,
    TwoCodes,
}

/// The state of a callback.
#[derive(Clone, Copy, Debug)]
pub(crate) enum State {
    Missing,
    Junk,
    Of(usize),
}

/// The outcome of a callback.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fate {
    pub(crate) word: String,
    /// Where a response that is no restart leads.
    pub(crate) goal: Option<String>,
    pub(crate) ends_session: bool,
    /// The login whose person is in the new session.
    pub(crate) signed_in: Option<usize>,
    /// Whether a code was sent to Clever.
    pub(crate) spends: bool,
}

/// One browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// Whether it keeps cookies too long, because its clock is wrong.
    pub(crate) is_late: bool,
    /// The logins in progress, the oldest first.
    pub(crate) flight: Vec<usize>,
    finished: Option<Mark>,
    /// The login whose person is signed in.
    pub(crate) person: Option<usize>,
}

impl Model {
    pub(crate) fn new(is_late: bool) -> Self {
        Self { is_late, ..Self::default() }
    }

    /// Time passes, and cookies expire.
    pub(crate) fn wait(&mut self, trips: &[Trip], now: u64) {
        if !self.is_late {
            self.flight.retain(|login| now - trips[*login].began < LIFETIME);
            self.finished = self.finished.take().filter(|mark| now - mark.came < LIFETIME);
        }
    }

    pub(crate) fn drop_cookies(&mut self) {
        *self = Self::new(self.is_late);
    }

    /// Whether a callback with this state belongs to a login that this browser keeps.
    pub(crate) fn proves(&self, trips: &[Trip], state: State) -> bool {
        matches!(state, State::Of(login) if self.flight.contains(&login) || self.borrows(trips, login))
    }

    fn borrows(&self, trips: &[Trip], login: usize) -> bool {
        let is_used = self.finished.as_ref().is_some_and(|mark| mark.used.contains(&login));
        let is_lent = |loan: Loan| self.flight.contains(&loan.lender) && loan.list == self.list();
        trips[login].loan.is_some_and(is_lent) && !is_used
    }

    fn list(&self) -> usize {
        self.finished.as_ref().map_or(0, |mark| mark.list)
    }

    /// A login begins. The ninth one drops the oldest.
    pub(crate) fn begin(&mut self, trips: &mut Vec<Trip>, goal: &str, now: u64) {
        if self.flight.len() == MOST_IN_FLIGHT {
            self.flight.remove(0);
        }
        self.flight.push(trips.len());
        trips.push(Trip { goal: Some(goal.to_owned()), began: now, count: 1, loan: None });
    }

    /// A callback arrives. If its login restarts, the new one is the last of `trips`.
    pub(crate) fn arrive(&mut self, trips: &mut Vec<Trip>, said: Said, state: State, now: u64) -> Fate {
        let trip = if let State::Of(login) = state { Some(trips[login].clone()) } else { None };
        let held = match state {
            State::Of(login) if self.proves(trips, state) => Some(login),
            _ => None,
        };
        let is_expired = |trip: &Trip| now - trip.began > LIFETIME;
        let goal = trip.as_ref().and_then(|trip| trip.goal.clone());
        let ended = |word: &str, ends| Fate {
            word: word.to_owned(),
            goal: goal.clone(),
            ends_session: ends && held.is_some(),
            ..Fate::default()
        };
        let fate = match said {
            Said::TwoCodes => return Fate { word: "error callback_duplicate".to_owned(), ..Fate::default() },
            Said::WrongIssuer => ended("error callback_issuer", true),
            Said::Denied => ended("denied", true),
            Said::Unavailable => ended("error callback_unavailable", false),
            Said::Code | Said::JunkCode => match (&trip, held) {
                (Some(trip), Some(_)) if is_expired(trip) => {
                    return self.restart(trips, (held, goal), 0, now, "pending_expired");
                }
                (Some(_), Some(_)) if matches!(said, Said::Code) => {
                    Fate { signed_in: held, spends: true, ..ended("signed_in", true) }
                }
                (Some(trip), Some(_)) if trip.count < 3 => {
                    let restart = self.restart(trips, (held, goal), trip.count, now, "code_rejected");
                    return Fate { spends: true, ..restart };
                }
                (Some(_), Some(_)) => Fate { spends: true, ..ended("error login_loop", true) },
                (Some(trip), None) => {
                    let is_over =
                        is_expired(trip) || self.finished.as_ref().is_some_and(|mark| mark.at >= trip.began);
                    let count = if is_over { 0 } else { trip.count };
                    match (count, self.flight.is_empty() && self.finished.is_none()) {
                        (3.., true) => ended("error cookies_blocked", false),
                        (8.., false) => ended("error login_loop", false),
                        _ => return self.restart(trips, (None, goal), count, now, "pending_missing"),
                    }
                }
                (None, _) => {
                    let is_junk = matches!(state, State::Junk);
                    let why = if is_junk { "state_mismatch" } else { "state_missing" };
                    return self.restart(trips, (None, None), 0, now, why);
                }
            },
        };
        if let Some(login) = held {
            self.flight.retain(|other| *other != login);
            self.mark(trips, login, now, now);
        }
        if fate.ends_session {
            self.person = fate.signed_in;
        }
        fate
    }

    /// A login goes to Clever once more and replaces the one that this browser proved, if it did. It drops no other login: when
    /// all slots are taken, it borrows the cookie of the newest.
    fn restart(
        &mut self,
        trips: &mut Vec<Trip>,
        (proven, goal): (Option<usize>, Option<String>),
        count: u8,
        now: u64,
        why: &str,
    ) -> Fate {
        self.flight.retain(|login| Some(*login) != proven);
        if let Some(login) = proven.filter(|login| trips[*login].loan.is_some()) {
            self.mark(trips, login, self.finished.as_ref().map_or(now, |mark| mark.at), now);
        }
        let loan = if self.flight.len() < MOST_IN_FLIGHT {
            self.flight.push(trips.len());
            None
        } else {
            self.flight.last().map(|lender| Loan { lender: *lender, list: self.list() })
        };
        trips.push(Trip { goal, began: now, count: count + 1, loan });
        Fate { word: format!("restart {why}"), ..Fate::default() }
    }

    /// A login has ended, and its loan with it.
    fn mark(&mut self, trips: &[Trip], login: usize, at: u64, now: u64) {
        let mut mark = Mark { at, came: now, ..self.finished.take().unwrap_or_default() };
        if trips[login].loan.is_some() {
            if mark.used.len() == MOST_IN_FLIGHT {
                mark.used.clear();
                mark.list += 1;
            }
            mark.used.push(login);
        }
        self.finished = Some(mark);
    }
}
