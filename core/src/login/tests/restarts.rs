//! When a login restarts, and when the restarts end.

use super::*;
use crate::protocol::pending::LIFETIME_SECONDS;

#[test]
fn a_login_longer_than_ten_minutes_restarts_and_keeps_its_return_to() {
    let (journey, mut browser) = (journey(), Browser::default());
    let options = LoginOptions { redirect_uri: Some(SECOND.into()), switch_user: true, ..going_to("/a") };
    let login = browser.begin(&journey, options, 1000).unwrap();
    let restart = restart(browser.arrive(&journey, &back(&login), 1601));
    assert_eq!((restart.reason, browser.logins()), (ErrorCode::PendingExpired, 1));
    assert!(restart.login.url.contains("confirmed=false"));
    let Ok(Arrival::Exchange(again)) = browser.arrive(&journey, &back(&restart.login), 1602) else {
        panic!("the login must be exchanged");
    };
    assert_eq!((again.redirect_uri.as_str(), again.return_to.as_deref()), (SECOND, Some("/a")));
}

#[test]
fn a_login_from_another_version_restarts() {
    let journey = journey();
    let keys = journey.keys.as_deref().unwrap();
    let older = |plain: &mut Vec<u8>| plain[0] -= 1;
    let unknown = |plain: &mut Vec<u8>| plain[11] |= 128;
    for (purpose, change, reason) in [
        ("state", &older as &dyn Fn(&mut Vec<u8>), ErrorCode::StateMismatch),
        ("state", &unknown, ErrorCode::StateMismatch),
        ("pending", &older, ErrorCode::PendingInvalid),
    ] {
        let mut browser = Browser::default();
        let login = browser.begin(&journey, LoginOptions::default(), 1000).unwrap();
        let mut state = state_of(&login);
        if purpose == "state" {
            state = keys.resealed(purpose, &state, change);
        } else {
            let cookie = browser.cookies.values_mut().next().unwrap();
            *cookie = keys.resealed(purpose, cookie, change);
        }
        let callback = format!("{REDIRECT}?code=abc&state={state}");
        let restart = restart(browser.arrive(&journey, &callback, 1001));
        assert_eq!(restart.reason, reason, "{purpose}");
        assert!(goal(browser.arrive(&journey, &back(&restart.login), 1002)).is_none(), "{purpose}");
    }
}

#[test]
fn without_cookies_a_login_goes_to_clever_three_times_and_then_fails_with_the_reason() {
    let journey = journey();
    for portal in [false, true] {
        let first = if portal {
            restart(journey.arrive(ResponseType::Code, "code=abc", Kept::Cookies(""), &at(1000))).login
        } else {
            journey.begin(ResponseType::Code, &LoginOptions::default(), &at(1000)).unwrap()
        };
        let second =
            restart(journey.arrive(ResponseType::Code, &back(&first), Kept::Cookies(""), &at(1001))).login;
        let third =
            restart(journey.arrive(ResponseType::Code, &back(&second), Kept::Cookies(""), &at(1002))).login;
        let end = journey.arrive(ResponseType::Code, &back(&third), Kept::Cookies("other=1"), &at(1003));
        assert_eq!(error(end), ErrorCode::CookiesBlocked);
    }
}

/// How a login ends after its callback has proven it.
#[derive(Clone, Copy, Debug)]
enum End {
    SignedIn,
    /// With an error of the application or of the code exchange.
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
        let arrival =
            journey.arrive(ResponseType::Code, &callback, Kept::Cookies(&browser.header()), &at(now));
        match (self, arrival) {
            (Self::Failed, Ok(Arrival::Exchange(exchange))) => browser.obey(&exchange.when_failed),
            (Self::SignedIn, Ok(Arrival::Exchange(exchange))) => {
                browser.obey(&exchange.when_signed_in);
                browser.obey(&journey.session_kept(&browser.header(), || Some(at(1000))));
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

/// Goes to Clever without cookies as often as allowed: the next restart would be one too many.
fn used_up(journey: &Journey, now: u64) -> Login {
    let mut login = journey.begin(ResponseType::Code, &LoginOptions::default(), &at(now)).unwrap();
    for _ in 1..MAX_REDIRECTS {
        login = restart(journey.arrive(ResponseType::Code, &back(&login), Kept::Cookies(""), &at(now))).login;
    }
    login
}

#[test]
fn an_exhausted_callback_blames_cookies_only_in_a_browser_without_cookies() {
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
    // In a browser without cookies, the login blames cookies for ten minutes.
    let hostile = used_up(&journey, 1000);
    let nothing =
        |now| journey.arrive(ResponseType::Code, &back(&hostile), Kept::Cookies("theme=dark"), &at(now));
    assert_eq!(error(nothing(1600)), ErrorCode::CookiesBlocked);
    drop(restart(nothing(1601)));
}

#[test]
fn a_loop_in_a_browser_with_other_cookies_ends_without_blaming_cookies() {
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
        // From now on, something between the browser and the application removes the cookies that the callback sets.
        let header = browser.header();
        let mut login = journey.begin(ResponseType::Code, &going_to("/b"), &at(1001)).unwrap();
        let mut redirects = 1;
        let failed = loop {
            match journey.arrive(ResponseType::Code, &back(&login), Kept::Cookies(&header), &at(1001)) {
                Ok(arrival) => login = restart(Ok(arrival)).login,
                Err(failed) => break failed,
            }
            redirects += 1;
        };
        assert_eq!((redirects, failed.code()), (most, ErrorCode::LoginLoop), "{kept}");
    }
}

#[test]
fn codes_that_are_never_accepted_end_with_login_loop() {
    let (journey, mut browser) = (journey(), Browser::default());
    let mut login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    for redirects in 1..=MAX_REDIRECTS {
        let header = browser.header();
        let arrival = journey.arrive(ResponseType::Code, &back(&login), Kept::Cookies(&header), &at(1000));
        let Ok(Arrival::Exchange(exchange)) = arrival else { panic!("the login must be exchanged") };
        match journey.restart_after_exchange(&exchange, &at(1000)) {
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
    // It does not ask again after a login in another tab, nor after its own restart.
    for _ in 0..2 {
        let another = browser.begin(&journey, going_to("/b"), 1001).unwrap();
        goal(browser.arrive(&journey, &back(&another), 1001));
        let again = restart(browser.arrive(&journey, &back(&login), 1001));
        assert!(!asks(&again));
        goal(browser.arrive(&journey, &back(&again.login), 1001));
    }
    // After a logout, it does ask: the next person at this device may be someone else.
    browser.obey(&journey.log_out(&browser.header(), || Some(at(1000))));
    assert!(asks(&restart(browser.arrive(&journey, &back(&login), 1001))));
    // It also asks for a switch that was refused, and for another switch that only lost its cookie.
    let mut browser = Browser::default();
    let refused = browser.begin(&journey, switching(), 1000).unwrap();
    drop(browser.arrive(&journey, &back(&refused).replace("code=abc", "error=access_denied"), 1000));
    assert!(asks(&restart(browser.arrive(&journey, &back(&refused), 1000))));
    let stranger = journey.begin(ResponseType::Code, &switching(), &at(1000)).unwrap();
    let login = browser.begin(&journey, switching(), 1000).unwrap();
    goal(browser.arrive(&journey, &back(&login), 1000));
    assert!(asks(&restart(browser.arrive(&journey, &back(&stranger), 1000))));
}

#[test]
fn a_restart_drops_a_return_to_that_is_no_longer_allowed() {
    let mut browser = Browser::default();
    let login = browser.begin(&journey(), going_to("https://other.example/x"), 1000).unwrap();
    let narrower = Config::builder("client").client_secret("secret").redirect_uri(REDIRECT).build().unwrap();
    let narrower = Journey::new(narrower).unwrap();
    let restart = restart(narrower.arrive(ResponseType::Code, &back(&login), Kept::Cookies(""), &at(1000)));
    let kept = Kept::Pending(Some(&restart.login.pending));
    assert_eq!(goal(narrower.arrive(ResponseType::Code, &back(&restart.login), kept, &at(1000))), None);
}

#[test]
fn a_login_from_the_portal_restarts_where_the_browser_arrived() {
    let journey = journey();
    for (callback, redirect_uri) in [
        (format!("{SECOND}?code=abc"), SECOND),
        ("https://APP.example:443/second?code=abc&state=junk#".to_owned(), SECOND),
        (format!("{REDIRECT}?code=abc"), REDIRECT),
        ("code=abc".to_owned(), REDIRECT),
        ("/second?code=abc".to_owned(), REDIRECT),
        ("https://evil.example/second?code=abc".to_owned(), REDIRECT),
    ] {
        let login =
            restart(journey.arrive(ResponseType::Code, &callback, Kept::Cookies(""), &at(1000))).login;
        let url = Url::parse(&login.url).unwrap();
        let found = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
        assert_eq!(found, redirect_uri, "{callback}");
        assert!(
            restart(journey.arrive(ResponseType::Code, &back(&login), Kept::Cookies(""), &at(1001)))
                .login
                .url
                .contains("second")
                == (redirect_uri == SECOND)
        );
    }
}
