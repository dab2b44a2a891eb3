use std::collections::BTreeMap;

use super::*;
use crate::protocol::pending::{LIFETIME_SECONDS, MAX_RETURN_TO_BYTES};
use url::Url;

const REDIRECT: &str = "https://app.example/cb";
const SECOND: &str = "https://app.example/second";

fn journey() -> Journey {
    let config = Config::builder("client")
        .client_secret("secret")
        .redirect_uri(REDIRECT)
        .redirect_uri(SECOND)
        .return_to_origin("https://other.example")
        .build();
    Journey::new(config.unwrap()).unwrap()
}

fn moment(now: u64) -> Moment {
    Moment { now, ..Moment::present().unwrap() }
}

fn present() -> Option<Moment> {
    Some(moment(1000))
}

fn state_of(login: &Login) -> String {
    let url = Url::parse(&login.url).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

fn back(login: &Login) -> String {
    format!("{REDIRECT}?code=abc&scope=x&state={}", state_of(login))
}

fn going_to(return_to: &str) -> LoginOptions {
    LoginOptions { return_to: Some(return_to.to_owned()), ..LoginOptions::default() }
}

/// A browser: it keeps cookies as it is told, all tabs share them.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn header(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn obey(&mut self, cookies: &[SetCookie]) {
        for cookie in cookies {
            if cookie.max_age() == 0 {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }

    fn logins(&self) -> usize {
        self.cookies.keys().filter(|name| name.starts_with("__Host-clever_login_")).count()
    }

    fn begin(&mut self, journey: &Journey, options: LoginOptions, now: u64) -> Result<Login> {
        let begun = journey.begin(&LoginOptions { cookies: Some(self.header()), ..options }, &moment(now));
        self.obey(match &begun {
            Ok(login) => &login.set_cookies,
            Err(error) => error.set_cookies(),
        });
        begun
    }

    /// The callback, up to the exchange of a code, which succeeds.
    fn arrive(&mut self, journey: &Journey, callback: &str, now: u64) -> Result<Arrival> {
        let arrival = journey.arrive(callback, Kept::Cookies(&self.header()), &moment(now));
        self.obey(match &arrival {
            Ok(Arrival::Exchange(exchange)) => &exchange.when_signed_in,
            Ok(Arrival::Finished(outcome)) => outcome.set_cookies(),
            Err(error) => error.set_cookies(),
        });
        arrival
    }
}

fn goal(arrival: Result<Arrival>) -> Option<String> {
    match arrival {
        Ok(Arrival::Exchange(exchange)) => exchange.return_to,
        Ok(Arrival::Finished(other)) => panic!("{other:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn restart(arrival: Result<Arrival>) -> Restart {
    match arrival {
        Ok(Arrival::Finished(Outcome::Restart(restart))) => restart,
        Ok(Arrival::Exchange(_)) => panic!("the code would be spent"),
        Ok(Arrival::Finished(other)) => panic!("{other:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn error(arrival: Result<Arrival>) -> ErrorCode {
    arrival.err().unwrap().code()
}

#[test]
fn a_code_is_spent_only_with_its_state_and_the_cookie_of_its_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1030)).as_deref(), Some("/a"));
    assert_eq!(browser.logins(), 0, "the cookie of a finished login goes");
    assert_eq!(restart(browser.arrive(&journey, &back(&login), 1031)).reason, ErrorCode::PendingMissing);
}

#[test]
fn an_application_can_keep_the_pending_login_by_itself() {
    let journey = journey();
    let login = journey.begin(&going_to("/a"), &moment(1000)).unwrap();
    assert_eq!(login_key_of_callback(&back(&login)).unwrap(), login.key);
    let arrive = |pending| journey.arrive(&back(&login), Kept::Pending(pending), &moment(1000));
    let Ok(Arrival::Exchange(exchange)) = arrive(Some(&*login.pending)) else { panic!("it is in order") };
    assert!(exchange.when_signed_in.is_empty() && exchange.when_failed.is_empty());
    assert_eq!(restart(arrive(None)).reason, ErrorCode::PendingMissing);
    assert_eq!(restart(arrive(Some("forged"))).reason, ErrorCode::PendingInvalid);
    let another = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    assert_eq!(restart(arrive(Some(&another.pending))).reason, ErrorCode::StateMismatch);
}

#[test]
fn a_login_that_began_at_clever_restarts_and_disturbs_no_other() {
    let (journey, mut browser) = (journey(), Browser::default());
    let ours = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    let portal = restart(browser.arrive(&journey, "code=abc&scope=x", 1000));
    assert_eq!(portal.reason, ErrorCode::StateMissing);
    assert_eq!(goal(browser.arrive(&journey, &back(&portal.login), 1001)), None);
    assert_eq!(goal(browser.arrive(&journey, &back(&ours), 1002)).as_deref(), Some("/a"));
}

#[test]
fn tabs_of_one_browser_all_arrive_in_lock_step() {
    for tabs in [2, 3, 5, 8, 10, 16, 30, 60, 100] {
        let (journey, mut browser) = (journey(), Browser::default());
        let mut open: Vec<_> = (0..tabs)
            .map(|tab| (tab, browser.begin(&journey, going_to(&format!("/{tab}")), 1000).unwrap()))
            .collect();
        let mut rounds = 0;
        while !open.is_empty() {
            rounds += 1;
            open = open
                .into_iter()
                .filter_map(|(tab, login)| step(&mut browser, &journey, tab, &login))
                .collect();
        }
        assert!(rounds <= 1 + tabs / 4, "{tabs} tabs took {rounds} redirects");
        assert_eq!(browser.logins(), 0);
    }
}

/// The callback of one tab; its next login if it restarts.
fn step(browser: &mut Browser, journey: &Journey, tab: usize, login: &Login) -> Option<(usize, Login)> {
    match browser.arrive(journey, &back(login), 1001).unwrap() {
        Arrival::Exchange(exchange) => {
            assert_eq!(exchange.return_to.unwrap(), format!("/{tab}"));
            None
        }
        Arrival::Finished(Outcome::Restart(restart)) => Some((tab, restart.login)),
        Arrival::Finished(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_browser_keeps_eight_logins_and_the_ninth_drops_the_oldest() {
    let (journey, mut browser) = (journey(), Browser::default());
    let logins: Vec<_> = (0..9)
        .map(|number| browser.begin(&journey, going_to(&format!("/{number}")), 1000 + number).unwrap())
        .collect();
    assert_eq!(browser.logins(), 8);
    assert!(!browser.cookies.contains_key(&format!("__Host-clever_login_{}", logins[0].key)));
    assert!(browser.header().len() < 2048, "{}", browser.header().len());
    for (number, login) in logins.iter().enumerate().skip(1) {
        assert_eq!(goal(browser.arrive(&journey, &back(login), 1020)).unwrap(), format!("/{number}"));
    }
}

#[test]
fn the_longest_goals_do_not_make_the_cookies_longer() {
    let (journey, mut browser) = (journey(), Browser::default());
    let long = format!("/{}", "ш".repeat(511));
    for _ in 0..20 {
        drop(browser.begin(&journey, going_to(&long), 1000).unwrap());
    }
    assert!(browser.header().len() < 2048, "{}", browser.header().len());
}

#[test]
fn nothing_is_touched_by_a_callback_that_proves_nothing() {
    let journey = journey();
    let stranger = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    let mut browser = Browser::default();
    let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    let before = browser.cookies.clone();
    let hostile = [
        "error=access_denied".to_owned(),
        "error=server_error".to_owned(),
        "error=invalid_scope&state=x".to_owned(),
        format!("error=access_denied&state={}", state_of(&stranger)),
        format!("{}&iss=https%3A%2F%2Fevil.example", back(&stranger)),
        format!("{}&state=x", back(&login)),
        "code=junk".to_owned(),
        "code=junk&state=junk".to_owned(),
        back(&stranger),
        String::new(),
    ];
    for callback in &hostile {
        let arrival = browser.arrive(&journey, callback, 1000);
        let ends = match &arrival {
            Ok(Arrival::Finished(outcome)) => outcome.ends_session(),
            Ok(Arrival::Exchange(_)) => panic!("{callback}"),
            Err(error) => error.ends_session(),
        };
        assert!(!ends, "{callback}");
        assert!(before.iter().all(|(name, value)| browser.cookies.get(name) == Some(value)), "{callback}");
    }
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1001)).as_deref(), Some("/a"));
}

#[test]
fn a_flood_of_unproven_callbacks_leaves_a_login_that_began_here() {
    let (journey, mut browser) = (journey(), Browser::default());
    let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    for second in 0..30 {
        drop(restart(browser.arrive(&journey, "code=junk", 1001 + second)));
    }
    assert_eq!(browser.logins(), 8);
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1031)).as_deref(), Some("/a"));
}

#[test]
fn unproven_callbacks_at_the_worst_moments_do_not_keep_a_person_out() {
    let (journey, mut browser) = (journey(), Browser::default());
    let junk = |browser: &mut Browser, second| {
        drop(restart(browser.arrive(&journey, "code=junk", second)));
    };
    // A hostile page fills the jar before the person comes, and adds to it just before the person comes back.
    (1000..1008).for_each(|second| junk(&mut browser, second));
    let login = browser.begin(&journey, going_to("/a"), 1010).unwrap();
    (1011..1020).for_each(|second| junk(&mut browser, second));
    assert_eq!(browser.logins(), 8);
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1020)).as_deref(), Some("/a"));
}

#[test]
fn a_cookie_that_a_sibling_subdomain_planted_is_not_looked_at() {
    let journey = journey();
    let attacker = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    let planted = format!("clever_login_{}={}", attacker.key, attacker.pending);
    let arrival = journey.arrive(&back(&attacker), Kept::Cookies(&planted), &moment(1000));
    assert_eq!(restart(arrival).reason, ErrorCode::PendingMissing);
}

#[test]
fn a_proven_refusal_ends_the_session_and_a_transient_error_does_not() {
    let (journey, mut browser) = (journey(), Browser::default());
    let denied = browser.begin(&journey, LoginOptions::default(), 1000).unwrap();
    let Ok(Arrival::Finished(outcome)) =
        browser.arrive(&journey, &back(&denied).replace("code=abc", "error=access_denied"), 1000)
    else {
        panic!("a refusal is an outcome");
    };
    assert!(outcome.ends_session() && browser.logins() == 0);
    for (word, code) in [
        ("temporarily_unavailable", ErrorCode::CallbackUnavailable),
        ("server_error", ErrorCode::CallbackUnavailable),
        ("invalid_scope", ErrorCode::CallbackRejected),
    ] {
        let login = browser.begin(&journey, LoginOptions::default(), 1000).unwrap();
        let callback = back(&login).replace("code=abc", &format!("error={word}"));
        let failed = browser.arrive(&journey, &callback, 1000).err().unwrap();
        assert_eq!((failed.code(), failed.ends_session(), browser.logins()), (code, false, 0), "{word}");
    }
}

#[test]
fn a_failed_login_tells_where_it_wanted_to_go() {
    let (journey, mut browser) = (journey(), Browser::default());
    let goal = "/школа?a=1";
    let expected = Some("/%D1%88%D0%BA%D0%BE%D0%BB%D0%B0?a=1");
    for said in
        ["error=temporarily_unavailable", "error=invalid_scope", "error=x&iss=https%3A%2F%2Fevil.example"]
    {
        let login = browser.begin(&journey, going_to(goal), 1000).unwrap();
        let failed = browser.arrive(&journey, &back(&login).replace("code=abc", said), 1000).err().unwrap();
        assert_eq!(failed.return_to(), expected, "{said}");
        assert!(!format!("{failed} {failed:?}").contains("a=1"), "it may be about the person");
    }
    let login = browser.begin(&journey, going_to(goal), 1000).unwrap();
    let arrival = browser.arrive(&journey, &back(&login).replace("code=abc", "error=access_denied"), 1000);
    let Ok(Arrival::Finished(Outcome::Denied(denied))) = arrival else { panic!("a refusal is an outcome") };
    assert_eq!(denied.return_to.as_deref(), expected);
    let mut login = journey.begin(&going_to(goal), &moment(1000)).unwrap();
    let failed = loop {
        match journey.arrive(&back(&login), Kept::Cookies(""), &moment(1000)) {
            Ok(arrival) => login = restart(Ok(arrival)).login,
            Err(failed) => break failed,
        }
    };
    assert_eq!((failed.code(), failed.return_to()), (ErrorCode::CookiesBlocked, expected));
    let unknown = browser.arrive(&journey, "error=server_error&state=x", 1000).err().unwrap();
    assert_eq!(unknown.return_to(), None);
}

#[test]
fn a_failed_login_does_not_tell_of_a_goal_that_is_no_longer_allowed() {
    let mut browser = Browser::default();
    let login = browser.begin(&journey(), going_to("https://other.example/x"), 1000).unwrap();
    let narrower = Config::builder("client").client_secret("secret").redirect_uri(REDIRECT).build().unwrap();
    let callback = back(&login).replace("code=abc", "error=server_error");
    let failed = browser.arrive(&Journey::new(narrower).unwrap(), &callback, 1000).err().unwrap();
    assert_eq!(failed.return_to(), None);
}

#[test]
fn a_login_that_took_longer_than_ten_minutes_restarts_and_keeps_its_goal() {
    let (journey, mut browser) = (journey(), Browser::default());
    let options = LoginOptions { redirect_uri: Some(SECOND.into()), switch_user: true, ..going_to("/a") };
    let login = browser.begin(&journey, options, 1000).unwrap();
    let restart = restart(browser.arrive(&journey, &back(&login), 1601));
    assert_eq!((restart.reason, browser.logins()), (ErrorCode::PendingExpired, 1));
    assert!(restart.login.url.contains("confirmed=false"));
    let Ok(Arrival::Exchange(again)) = browser.arrive(&journey, &back(&restart.login), 1602) else {
        panic!("the login is in order");
    };
    assert_eq!((again.redirect_uri.as_str(), again.return_to.as_deref()), (SECOND, Some("/a")));
}

#[test]
fn with_cookies_off_the_browser_goes_to_clever_three_times_and_then_reads_why() {
    let journey = journey();
    for portal in [false, true] {
        let first = if portal {
            restart(journey.arrive("code=abc", Kept::Cookies(""), &moment(1000))).login
        } else {
            journey.begin(&LoginOptions::default(), &moment(1000)).unwrap()
        };
        let second = restart(journey.arrive(&back(&first), Kept::Cookies(""), &moment(1001))).login;
        let third = restart(journey.arrive(&back(&second), Kept::Cookies(""), &moment(1002))).login;
        let end = journey.arrive(&back(&third), Kept::Cookies("other=1"), &moment(1003));
        assert_eq!(error(end), ErrorCode::CookiesBlocked);
    }
}

/// How a login of the browser ends, after its callback has proven it.
#[derive(Clone, Copy, Debug)]
enum End {
    SignedIn,
    /// The application ends it, or the exchange of the code.
    Failed,
    Refused,
    Unavailable,
    OfAnotherIssuer,
}

impl End {
    const ALL: [Self; 5] =
        [Self::SignedIn, Self::Failed, Self::Refused, Self::Unavailable, Self::OfAnotherIssuer];

    fn reached(self, journey: &Journey, browser: &mut Browser, login: &Login, now: u64) {
        let callback = match self {
            Self::SignedIn | Self::Failed => back(login),
            Self::Refused => back(login).replace("code=abc", "error=access_denied"),
            Self::Unavailable => back(login).replace("code=abc", "error=server_error"),
            Self::OfAnotherIssuer => format!("{}&iss=https%3A%2F%2Fevil.example", back(login)),
        };
        let arrival = journey.arrive(&callback, Kept::Cookies(&browser.header()), &moment(now));
        match (self, arrival) {
            (Self::Failed, Ok(Arrival::Exchange(exchange))) => browser.obey(&exchange.when_failed),
            (Self::SignedIn, Ok(Arrival::Exchange(exchange))) => {
                browser.obey(&exchange.when_signed_in);
                browser.obey(&journey.session_kept(&browser.header(), present));
            }
            (Self::Refused, Ok(Arrival::Finished(outcome))) => browser.obey(outcome.set_cookies()),
            (_, Err(error)) => browser.obey(error.set_cookies()),
            _ => panic!("{self:?}"),
        }
    }
}

#[test]
fn the_page_of_a_finished_login_may_be_reloaded_any_number_of_times() {
    for (end, seconds) in End::ALL.into_iter().flat_map(|end| [(end, 0), (end, 5), (end, 700)]) {
        let (journey, mut browser) = (journey(), Browser::default());
        let mut now = 1000;
        let mut login = browser.begin(&journey, going_to("/a"), now).unwrap();
        for _ in 0..30 {
            end.reached(&journey, &mut browser, &login, now);
            assert_eq!(browser.logins(), 0, "{end:?}");
            now += seconds;
            if seconds > u64::from(LIFETIME_SECONDS) {
                browser.cookies.clear();
            }
            let reloaded = restart(browser.arrive(&journey, &back(&login), now));
            assert_eq!(reloaded.reason, ErrorCode::PendingMissing, "{end:?}");
            login = reloaded.login;
        }
    }
}

/// Goes to Clever without cookies, until another restart would be one too many.
fn used_up(journey: &Journey, now: u64) -> Login {
    let mut login = journey.begin(&LoginOptions::default(), &moment(now)).unwrap();
    for _ in 1..MAX_REDIRECTS {
        login = restart(journey.arrive(&back(&login), Kept::Cookies(""), &moment(now))).login;
    }
    login
}

#[test]
fn a_link_whose_login_is_used_up_says_nothing_of_cookies_to_a_browser_that_keeps_them() {
    let journey = journey();
    for end in End::ALL {
        let mut browser = Browser::default();
        let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
        let hostile = used_up(&journey, 1000);
        drop(restart(browser.arrive(&journey, &back(&hostile), 1001)));
        end.reached(&journey, &mut browser, &login, 1002);
        drop(restart(browser.arrive(&journey, &back(&hostile), 1003)));
        drop(restart(browser.arrive(&journey, &back(&used_up(&journey, 1004)), 1004)));
    }
    // To one that keeps nothing, it does so for ten minutes.
    let hostile = used_up(&journey, 1000);
    let nothing = |now| journey.arrive(&back(&hostile), Kept::Cookies("theme=dark"), &moment(now));
    assert_eq!(error(nothing(1600)), ErrorCode::CookiesBlocked);
    drop(restart(nothing(1601)));
}

#[test]
fn a_loop_of_a_browser_that_keeps_other_cookies_ends_and_does_not_say_that_it_blocks_them() {
    let journey = journey();
    for (kept, most) in [
        ("finished", MAX_REDIRECTS_WITH_COOKIES),
        ("login", MAX_REDIRECTS_WITH_COOKIES),
        ("junk", MAX_REDIRECTS),
    ] {
        let mut browser = Browser::default();
        let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
        match kept {
            "finished" => End::Failed.reached(&journey, &mut browser, &login, 1000),
            "junk" => browser.cookies.values_mut().for_each(|value| *value = "junk".to_owned()),
            _ => {}
        }
        // Something between the browser and the application drops what the callback sets from now on.
        let header = browser.header();
        let mut login = journey.begin(&going_to("/b"), &moment(1001)).unwrap();
        let mut redirects = 1;
        let failed = loop {
            match journey.arrive(&back(&login), Kept::Cookies(&header), &moment(1001)) {
                Ok(arrival) => login = restart(Ok(arrival)).login,
                Err(failed) => break failed,
            }
            redirects += 1;
        };
        assert_eq!((redirects, failed.code()), (most, ErrorCode::LoginLoop), "{kept}");
    }
}

#[test]
fn a_code_that_is_never_accepted_ends_as_a_loop() {
    let (journey, mut browser) = (journey(), Browser::default());
    let mut login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    for redirects in 1..=MAX_REDIRECTS {
        let header = browser.header();
        let arrival = journey.arrive(&back(&login), Kept::Cookies(&header), &moment(1000));
        let Ok(Arrival::Exchange(exchange)) = arrival else { panic!("it is in order") };
        match journey.restart_after_exchange(&exchange, &moment(1000)) {
            Ok(Outcome::Restart(restart)) => {
                assert!(redirects < MAX_REDIRECTS);
                browser.obey(&restart.login.set_cookies);
                assert_eq!(browser.logins(), 1);
                login = restart.login;
            }
            other => {
                assert_eq!((redirects, other.unwrap_err().code()), (MAX_REDIRECTS, ErrorCode::LoginLoop));
            }
        }
    }
}

#[test]
fn a_session_that_is_lost_after_each_sign_in_ends_with_an_error_for_a_minute() {
    let (journey, mut browser) = (journey(), Browser::default());
    let without_session = || LoginOptions { has_session: Some(false), ..going_to("/a") };
    for lost in 0..MAX_LOST_SESSIONS {
        let login = browser.begin(&journey, without_session(), 1000 + u64::from(lost)).unwrap();
        goal(browser.arrive(&journey, &back(&login), 1000 + u64::from(lost)));
    }
    let end = browser.begin(&journey, without_session(), 1010).unwrap_err();
    assert_eq!((end.code(), end.return_to()), (ErrorCode::SessionNotKept, Some("/a")));
    assert!(browser.begin(&journey, without_session(), 1011).is_err());
    assert!(browser.begin(&journey, without_session(), 1100).is_ok());
}

#[test]
fn no_tab_goes_on_when_a_session_does_not_stick() {
    for tabs in [2, 3, 5, 8] {
        let (journey, mut browser) = (journey(), Browser::default());
        let without_session = || LoginOptions { has_session: Some(false), ..going_to("/a") };
        for _ in 0..MAX_LOST_SESSIONS {
            let begun: Vec<_> =
                (0..tabs).map(|_| browser.begin(&journey, without_session(), 1000).unwrap()).collect();
            for login in begun {
                goal(browser.arrive(&journey, &back(&login), 1000));
            }
        }
        for tab in 0..tabs {
            let end = browser.begin(&journey, without_session(), 1000).map(drop).unwrap_err();
            assert_eq!(end.code(), ErrorCode::SessionNotKept, "tab {tab} of {tabs}");
        }
    }
}

#[test]
fn people_who_log_in_again_on_purpose_do_not_lose_a_session() {
    let (journey, mut browser) = (journey(), Browser::default());
    for attempt in 0..20 {
        let has_session = attempt % 2 == 0;
        let options = LoginOptions { has_session: Some(has_session), ..LoginOptions::default() };
        let login = browser.begin(&journey, options, 1000).unwrap();
        goal(browser.arrive(&journey, &back(&login), 1000));
        if has_session {
            browser.obey(&journey.session_kept(&browser.header(), present));
        }
    }
    for now in 1..20 {
        let options = LoginOptions { has_session: Some(false), ..LoginOptions::default() };
        let login = browser.begin(&journey, options, now * 100_000).unwrap();
        goal(browser.arrive(&journey, &back(&login), now * 100_000));
    }
}

#[test]
fn a_session_that_was_seen_once_is_not_lost_however_soon_the_next_login_comes() {
    let (journey, mut browser) = (journey(), Browser::default());
    let sign_in = |browser: &mut Browser| {
        let options = LoginOptions { has_session: Some(false), ..going_to("/a") };
        let login = browser.begin(&journey, options, 1000)?;
        browser.arrive(&journey, &back(&login), 1000).map(drop)
    };
    // The page after each sign-in finds the session; the application's own log out knows nothing of this library.
    for _ in 0..20 {
        sign_in(&mut browser).unwrap();
        browser.obey(&journey.session_kept(&browser.header(), present));
    }
    // Then the session stops sticking.
    for _ in 0..MAX_LOST_SESSIONS {
        sign_in(&mut browser).unwrap();
    }
    assert_eq!(sign_in(&mut browser).unwrap_err().code(), ErrorCode::SessionNotKept);
    assert!(journey.session_kept("theme=dark; clever_signed_in_x=1; clever_signed_in=1", present).is_empty());
}

fn in_a_session(return_to: &str) -> LoginOptions {
    LoginOptions { has_session: Some(true), ..going_to(return_to) }
}

/// Signs in at `now`, as a guard makes a person do.
fn sign_in(browser: &mut Browser, journey: &Journey, options: LoginOptions, now: u64) {
    let login = browser.begin(journey, options, now).unwrap();
    drop(browser.arrive(journey, &back(&login), now).map(goal_of));
}

fn goal_of(arrival: Arrival) -> Option<String> {
    goal(Ok(arrival))
}

/// A page that sends everybody to log in: how often until the error, how often over Clever, and the longest row of redirects when a
/// login has six of them.
fn loop_until_error(
    browser: &mut Browser,
    journey: &Journey,
    mut options: impl FnMut() -> LoginOptions,
    pace: u64,
) -> (Error, u32, u32, u32) {
    let (mut now, mut returns, mut over_clever, mut redirects, mut longest) = (1000, 0, 0, 6, 0);
    loop {
        now += pace;
        redirects += 1;
        longest = longest.max(redirects);
        let login = match browser.begin(journey, options(), now) {
            Ok(login) => login,
            Err(error) => return (error, returns, over_clever, longest),
        };
        returns += 1;
        assert!(returns < 100, "no end");
        redirects = if login.needs_page { 0 } else { redirects + 1 };
        if login.url.starts_with("https://clever.com/") {
            over_clever += 1;
            redirects += 4;
            drop(browser.arrive(journey, &back(&login), now).map(goal_of));
        } else {
            assert!(login.key.is_empty() && login.pending.is_empty());
        }
        longest = longest.max(redirects);
    }
}

#[test]
fn a_page_that_sends_signed_in_people_back_to_log_in_ends_with_an_error() {
    let journey = journey();
    for pace in [0, 3, 30] {
        let mut browser = Browser::default();
        sign_in(&mut browser, &journey, going_to("/reports?of=ada"), 1000);
        let options = || in_a_session("/reports?of=ada");
        let (error, returns, over_clever, longest) = loop_until_error(&mut browser, &journey, options, pace);
        assert_eq!((error.code(), error.return_to()), (ErrorCode::PageNotAllowed, Some("/reports?of=ada")));
        assert!(!error.ends_session() && error.set_cookies().is_empty());
        let said = error.to_string();
        assert!(said.ends_with("signed in, but \"/reports\" sends them back to log in"), "{said}");
        assert!(
            returns <= u32::from(MAX_RETURNS) + u32::from(pace == 30) * 4 && longest < 20,
            "{returns} {longest}"
        );
        assert!(over_clever <= u32::from(MAX_RETURNS_TO_CLEVER) + u32::from(pace == 30) * 4, "{over_clever}");
        // Tabs of the same browser end there, too, and each other person can log in.
        assert!(browser.begin(&journey, options(), 1000 + pace * u64::from(returns)).is_err());
        let another = LoginOptions { switch_user: true, ..options() };
        let now = 1001 + pace * u64::from(returns);
        sign_in(&mut browser, &journey, another, now);
        assert!(browser.begin(&journey, options(), now).unwrap().url.starts_with("https://clever.com/"));
    }
}

#[test]
fn a_loop_without_a_goal_goes_to_the_page_after_the_login() {
    let journey = journey();
    for home in [Some("/start"), None] {
        let mut browser = Browser::default();
        sign_in(&mut browser, &journey, LoginOptions::default(), 1000);
        let options = || LoginOptions {
            has_session: Some(true),
            home: home.map(str::to_owned),
            ..LoginOptions::default()
        };
        let (error, returns, over_clever, longest) = loop_until_error(&mut browser, &journey, options, 0);
        assert_eq!((error.code(), returns), (ErrorCode::PageNotAllowed, MAX_RETURNS.into()));
        let most = if home.is_some() { MAX_RETURNS_TO_CLEVER_WITHOUT_GOAL } else { MAX_RETURNS };
        assert_eq!(over_clever, u32::from(most));
        assert!(home.is_none() || longest < 20, "{longest}");
        assert!(error.to_string().contains("the page after the login sends them back"));
    }
}

#[test]
fn ten_tabs_that_found_nobody_and_go_on_one_after_the_other_all_arrive() {
    let (journey, mut browser) = (journey(), Browser::default());
    // Each page has answered already: log in first. So each of these begins a login, however many others have ended since.
    sign_in(&mut browser, &journey, going_to("/same"), 1000);
    for tab in 1..10 {
        let login = browser.begin(&journey, in_a_session("/same"), 1000).unwrap();
        if login.url == "/same" {
            continue;
        }
        assert_eq!(goal(browser.arrive(&journey, &back(&login), 1000)).as_deref(), Some("/same"), "{tab}");
    }
    assert_eq!(browser.logins(), 0);
}

#[test]
fn somebody_who_sees_a_page_in_between_may_log_in_any_number_of_times() {
    let (journey, mut browser) = (journey(), Browser::default());
    sign_in(&mut browser, &journey, going_to("/a"), 1000);
    for _ in 0..40 {
        let login = browser.begin(&journey, in_a_session("/a"), 1000).unwrap();
        assert!(login.url.starts_with("https://clever.com/") && !login.needs_page);
        goal(browser.arrive(&journey, &back(&login), 1000));
        let kept = journey.session_kept(&browser.header(), present);
        assert_eq!(kept.iter().map(SetCookie::max_age).collect::<Vec<_>>(), [0, LIFETIME_SECONDS]);
        browser.obey(&kept);
        assert!(journey.session_kept(&browser.header(), present).is_empty());
    }
}

#[test]
fn what_is_counted_ends_with_a_log_out_a_failure_and_a_quiet_minute() {
    let journey = journey();
    let returned = |browser: &mut Browser, times: u32| {
        sign_in(browser, &journey, going_to("/a"), 1000);
        for _ in 0..times {
            drop(browser.begin(&journey, in_a_session("/a"), 1000).unwrap());
        }
    };
    let most = u32::from(MAX_RETURNS);
    let mut logged_out = Browser::default();
    returned(&mut logged_out, most);
    let set_cookies = journey.log_out(&logged_out.header(), present);
    logged_out.obey(&set_cookies);
    sign_in(&mut logged_out, &journey, in_a_session("/a"), 1000);
    for _ in 0..most {
        drop(logged_out.begin(&journey, in_a_session("/a"), 1000).unwrap());
    }
    assert!(logged_out.begin(&journey, in_a_session("/a"), 1000).is_err());
    // Somebody who was not signed in comes from no page that sends signed-in people here.
    returned(&mut logged_out, most);
    assert!(logged_out.begin(&journey, in_a_session("/a"), 1000).is_err());
    let mut failed = Browser::default();
    returned(&mut failed, most - 1);
    let login = failed.begin(&journey, LoginOptions::default(), 1000).unwrap();
    drop(failed.arrive(&journey, &back(&login).replace("code=abc", "error=server_error"), 1000));
    // Clever was down: who tries again is in no loop.
    for _ in 0..20 {
        assert!(
            failed.begin(&journey, in_a_session("/a"), 1000).unwrap().url.starts_with("https://clever.com")
        );
    }
    let mut quiet = Browser::default();
    returned(&mut quiet, most);
    let login = quiet.begin(&journey, in_a_session("/a"), 1061).unwrap();
    goal(quiet.arrive(&journey, &back(&login), 1121));
    assert!(quiet.begin(&journey, in_a_session("/a"), 1200).is_ok());
    assert!(journey.log_out("theme=dark", present).is_empty());
}

#[test]
fn the_callback_of_a_finished_switch_restarts_without_asking_again() {
    let journey = journey();
    let switching = || LoginOptions { switch_user: true, ..going_to("/a") };
    let asks = |restart: &Restart| restart.login.url.contains("confirmed=false");
    let mut browser = Browser::default();
    let login = browser.begin(&journey, switching(), 1000).unwrap();
    goal(browser.arrive(&journey, &back(&login), 1000));
    for _ in 0..5 {
        let again = restart(browser.arrive(&journey, &back(&login), 1001));
        assert_eq!((again.reason, asks(&again)), (ErrorCode::PendingMissing, false));
    }
    // Not after a log out: the next person at this device is somebody else.
    browser.obey(&journey.log_out(&browser.header(), present));
    assert!(asks(&restart(browser.arrive(&journey, &back(&login), 1001))));
    // Not for a switch that was refused, nor for another one that only lost its place.
    let mut browser = Browser::default();
    let refused = browser.begin(&journey, switching(), 1000).unwrap();
    drop(browser.arrive(&journey, &back(&refused).replace("code=abc", "error=access_denied"), 1000));
    assert!(asks(&restart(browser.arrive(&journey, &back(&refused), 1000))));
    let stranger = journey.begin(&switching(), &moment(1000)).unwrap();
    let login = browser.begin(&journey, switching(), 1000).unwrap();
    goal(browser.arrive(&journey, &back(&login), 1000));
    assert!(asks(&restart(browser.arrive(&journey, &back(&stranger), 1000))));
}

#[test]
fn two_applications_of_one_host_let_nine_tabs_each_arrive_in_lock_step() {
    let other = Config::builder("other").client_secret("secret").redirect_uri(REDIRECT).build().unwrap();
    let (journeys, mut browser) = ([journey(), Journey::new(other).unwrap()], Browser::default());
    let mut open = Vec::new();
    for tab in 0..9 {
        for (application, journey) in journeys.iter().enumerate() {
            let login = browser.begin(journey, going_to(&format!("/{tab}")), 1000).unwrap();
            open.push((application, tab, login));
        }
    }
    assert!(browser.header().len() < 4096, "{}", browser.header().len());
    while !open.is_empty() {
        open = open
            .into_iter()
            .filter_map(|(application, tab, login)| {
                let (tab, login) = step(&mut browser, &journeys[application], tab, &login)?;
                Some((application, tab, login))
            })
            .collect();
    }
    assert_eq!(browser.logins(), 0);
}

#[test]
fn the_goal_may_be_an_iri_or_a_url_of_the_application_itself() {
    let (journey, mut browser) = (journey(), Browser::default());
    for (goal_given, expected) in [
        ("/школа?q=é#ü", "/%D1%88%D0%BA%D0%BE%D0%BB%D0%B0?q=%C3%A9#%C3%BC"),
        ("/a%20b?x=%7B", "/a%20b?x=%7B"),
        ("https://app.example/lesson?n=1", "https://app.example/lesson?n=1"),
        ("https://app.example:443/ш", "https://app.example/%D1%88"),
        ("https://other.example/x", "https://other.example/x"),
    ] {
        let login = browser.begin(&journey, going_to(goal_given), 1000).unwrap();
        assert_eq!(goal(browser.arrive(&journey, &back(&login), 1000)).as_deref(), Some(expected));
    }
}

#[test]
fn a_restart_does_not_lead_where_the_configuration_no_longer_allows() {
    let mut browser = Browser::default();
    let login = browser.begin(&journey(), going_to("https://other.example/x"), 1000).unwrap();
    let narrower = Config::builder("client").client_secret("secret").redirect_uri(REDIRECT).build().unwrap();
    let narrower = Journey::new(narrower).unwrap();
    let restart = restart(narrower.arrive(&back(&login), Kept::Cookies(""), &moment(1000)));
    let kept = Kept::Pending(Some(&restart.login.pending));
    assert_eq!(goal(narrower.arrive(&back(&restart.login), kept, &moment(1000))), None);
}

#[test]
fn a_callback_of_another_issuer_is_refused_and_ends_a_proven_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let (ours, other) =
        [1, 2].map(|_| browser.begin(&journey, LoginOptions::default(), 1000).unwrap()).into();
    let stranger = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    for (login, is_proven) in [(&stranger, false), (&ours, true)] {
        for said in ["code=abc", "error=access_denied", "error=server_error"] {
            let callback =
                format!("{}&iss=https%3A%2F%2Fevil.example", back(login).replace("code=abc", said));
            let before = browser.cookies.clone();
            let failed = browser.arrive(&journey, &callback, 1000).err().unwrap();
            assert_eq!(
                (failed.code(), failed.ends_session()),
                (ErrorCode::CallbackIssuer, is_proven),
                "{said}"
            );
            assert_eq!(browser.logins(), if is_proven { 1 } else { 2 });
            browser.cookies = before;
        }
    }
    assert_eq!(goal(browser.arrive(&journey, &back(&other), 1000)), None);
}

#[test]
fn return_to_never_leads_to_another_site() {
    for good in ["/", "/a?b=//c#d", "/a%2F", "https://other.example/x", "https://other.example"] {
        assert!(check_return_to(good, &["https://other.example".into()], &[]).is_ok(), "{good}");
    }
    for bad in [
        "",
        "a",
        "//evil.example",
        "/a\0b",
        "/a\u{1}",
        "/a\u{7f}",
        "/a\u{9b}",
        "/\\evil.example",
        "\\\\evil",
        "/%5Cevil",
        "/%2fevil",
        "/\tevil",
        " /a",
        "/a\nb",
        "https://evil.example/",
        "https://other.example@evil.example/",
        "https://u@other.example/",
        "http://other.example/",
        "https://other.example.evil.example/",
        "javascript:alert(1)",
        "blob:https://other.example/0",
        "ftp://other.example/",
        "data:,x",
        "blob:https://other.example/1",
        "https:other.example",
        "https:/other.example",
        "https://@other.example",
    ] {
        assert_eq!(
            check_return_to(bad, &["https://other.example".into()], &[]).unwrap_err().code(),
            ErrorCode::ReturnToUnsafe,
            "{bad}"
        );
    }
}

#[test]
fn return_to_never_leads_back_to_the_callback() {
    let journey = journey();
    for circle in [
        "/cb",
        "/cb/",
        "/cb?code=a&state=b",
        "/cb#x",
        "/cb%3Fcode=a",
        "//cb",
        "/./cb",
        "/x/../cb",
        "/x/%2e%2E/cb",
        "/%63b",
        "/%2563b",
        "/%252563b",
        "/%25%36%33b",
        "/c%62//",
        "/x%2f..%2fcb",
        "/second?x",
        "https://app.example/cb?code=a",
        "https://app.example//cb",
        "https://APP.example:443/%63b",
        "HTTPS://app.example/cb",
    ] {
        let error = journey.begin(&going_to(circle), &moment(1000)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ReturnToUnsafe, "{circle}");
        let another_host = circle.starts_with("//");
        assert!(another_host || error.to_string().contains("leads back to the callback"), "{error}");
    }
    for other in ["/", "/cb2", "/x/cb", "/cb/x", "/x?next=/cb", "/CB", "https://other.example/cb"] {
        assert!(journey.begin(&going_to(other), &moment(1000)).is_ok(), "{other}");
    }
    // A login that began before the redirect URI was set.
    let mut browser = Browser::default();
    let login = browser.begin(&journey, going_to("/later"), 1000).unwrap();
    let config = Config::builder("client").client_secret("secret").redirect_uri(REDIRECT);
    let config = config.redirect_uri("https://app.example/later").build().unwrap();
    assert_eq!(goal(browser.arrive(&Journey::new(config).unwrap(), &back(&login), 1000)), None);
}

#[test]
fn a_redirect_uri_with_a_query_shares_its_path_with_other_pages() {
    let config = Config::builder("client").client_secret("secret");
    let config = config.redirect_uri("https://app.example/index.php?r=clever/back&x").build().unwrap();
    let journey = Journey::new(config).unwrap();
    let is_allowed = |target| journey.begin(&going_to(target), &moment(1000)).is_ok();
    for other in
        ["/index.php", "/index.php?r=lesson", "/index.php?r=lesson&x#r=clever/back", "/?r=clever/back&x="]
    {
        assert!(is_allowed(other), "{other}");
    }
    for circle in
        ["/index.php?r=clever/back&x", "/index.php?code=a&x=&r=clever%2fback", "//index.php?r=clever/back&x"]
    {
        assert!(!is_allowed(circle), "{circle}");
    }
}

#[test]
fn the_length_of_a_goal_is_that_of_what_a_browser_shows() {
    let (journey, mut browser) = (journey(), Browser::default());
    for letter in ["ш", "é", "字", "😀"] {
        let longest = (MAX_RETURN_TO_BYTES - 1) / letter.len();
        let encoded = to_uri(letter);
        for (text, encoding) in
            [(letter, "plain"), (&*encoded, "encoded"), (&*encoded.to_lowercase(), "in small letters")]
        {
            let login =
                browser.begin(&journey, going_to(&format!("/{}", text.repeat(longest))), 1000).unwrap();
            let expected = format!("/{}", encoded.repeat(longest));
            assert_eq!(goal(browser.arrive(&journey, &back(&login), 1000)).unwrap(), expected, "{encoding}");
            let too_long = going_to(&format!("/{}", text.repeat(longest + 1)));
            assert_eq!(
                journey.begin(&too_long, &moment(1000)).unwrap_err().code(),
                ErrorCode::ReturnToUnsafe
            );
        }
    }
    // What no letter hides behind counts as it stands.
    for text in ["%41", "%ff", "%C2%A0", "%E2%80%A8", "%c2%85", "%", "%é", "%25D1"] {
        let shown = as_shown(text);
        assert!(shown.eq_ignore_ascii_case(text), "{shown}");
    }
    assert_eq!(as_shown("/%D1%88%ffx%2F%D1%88%C2%A0?%e5%ad%97#%F0%9F%98%80%F0"), "/ш%FFx%2Fш%C2%A0?字#😀%F0");
}

#[test]
fn a_path_is_the_same_however_it_is_written() {
    for (target, path) in [
        ("/login", "/login"),
        ("/login?next=/login", "/login"),
        ("/%6c%6Fgin/", "/login"),
        ("/%25%32%35%36%63ogin", "/login"),
        ("https://app.example/login#x", "/login"),
        ("https://app.example?x", "/"),
        ("", "/"),
        ("/..", "/"),
        ("/app/x/../login", "/app//login/"),
        ("/x\\..\\login", "/login"),
        ("/x%3F/../login", "/login"),
        ("/x%23/%2e%2e/login?y", "/login"),
        ("/%D1%88", "/ш"),
    ] {
        assert!(leads_to(target, path) && leads_to(path, target), "{target} {path}");
    }
    for (target, path) in [
        ("/login2", "/login"),
        ("/x?y=://app.example/login", "/login"),
        ("/Login", "/login"),
        ("/login/x", "/login"),
    ] {
        assert!(!leads_to(target, path), "{target} {path}");
    }
    assert!(leads_to("/login%3Fx", "/login"), "decoded twice, this is a query");
    let deep = format!("/{}6cogin", "%".to_owned() + &"25".repeat(100_000));
    assert!(leads_to(&deep, "/login"));
}

#[test]
fn a_district_that_is_too_long_for_a_url_is_refused_and_an_empty_one_is_none() {
    let with = |district_id: &str| {
        let options = LoginOptions { district_id: Some(district_id.to_owned()), ..LoginOptions::default() };
        journey().begin(&options, &moment(0))
    };
    assert!(with("53ee4b8a44abc88c1c00119b").unwrap().url.contains("&district_id=53ee4b8a44abc88c1c00119b"));
    assert!(!with("").unwrap().url.contains("district_id"));
    for bad in ["a".repeat(9 * 1024), "a\0".to_owned()] {
        assert_eq!(with(&bad).unwrap_err().code(), ErrorCode::ArgumentInvalid);
    }
}

#[test]
fn only_configured_redirect_uris_are_used() {
    let options =
        LoginOptions { redirect_uri: Some("https://evil.example/cb".into()), ..LoginOptions::default() };
    assert_eq!(journey().begin(&options, &moment(0)).unwrap_err().code(), ErrorCode::RedirectUriUnknown);
    let options =
        LoginOptions { redirect_uri: Some("https://app.example/second".into()), ..LoginOptions::default() };
    assert!(journey().begin(&options, &moment(0)).unwrap().url.contains("app.example%2Fsecond"));
}

#[test]
fn an_application_without_a_secret_is_told_before_anybody_is_sent_away() {
    let config = Config::builder("client").redirect_uri(REDIRECT).build().unwrap();
    let journey = Journey::new(config).unwrap();
    let error = journey.begin(&LoginOptions::default(), &moment(0)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ClientSecretMissing);
}
