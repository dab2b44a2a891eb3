//! People who are signed in and sent back to log in.

use super::*;
use crate::protocol::pending::LIFETIME_SECONDS;

fn in_a_session(return_to: &str) -> LoginOptions {
    LoginOptions { has_session: Some(true), ..going_to(return_to) }
}

/// Signs in at `now`, like a person that a guard has sent to log in.
fn sign_in(browser: &mut Browser, journey: &Journey, options: LoginOptions, now: u64) {
    let login = browser.begin(journey, options, now).unwrap();
    drop(browser.arrive(journey, &back(&login), now).map(goal_of));
}

fn goal_of(arrival: Arrival) -> Option<String> {
    goal(Ok(arrival))
}

/// A page that sends everyone to log in. Returns the number of logins until the error, the number of trips to Clever, and the
/// most redirects in a row when Clever adds this number of its own redirects.
fn loop_until_error(
    browser: &mut Browser,
    journey: &Journey,
    mut options: impl FnMut() -> LoginOptions,
    pace: u64,
    own: u32,
) -> (Error, u32, u32, u32) {
    let (mut now, mut returns, mut over_clever, mut redirects, mut longest) = (1000, 0, 0, 4 + own, 0);
    loop {
        now += pace;
        redirects += 1;
        longest = longest.max(redirects);
        let login = match browser.begin(journey, options(), now) {
            Ok(login) => login,
            Err(error) => return (error, returns, over_clever, longest),
        };
        returns += 1;
        assert!(returns < 100, "the loop does not end");
        redirects = if login.needs_page { 0 } else { redirects + 1 };
        if login.url.starts_with("https://clever.com/") {
            over_clever += 1;
            redirects += 2 + own;
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
        let (error, returns, over_clever, longest) =
            loop_until_error(&mut browser, &journey, options, pace, 1);
        assert_eq!((error.code(), error.return_to()), (ErrorCode::PageNotAllowed, Some("/reports?of=ada")));
        assert!(!error.ends_session() && error.set_cookies().is_empty());
        let said = error.to_string();
        assert!(said.ends_with("signed in, but \"/reports\" sends them back to log in"), "{said}");
        assert!(
            returns <= u32::from(MAX_RETURNS) + u32::from(pace == 30) * 8 && longest < 20,
            "{returns} {longest}"
        );
        assert!(over_clever <= u32::from(MAX_RETURNS_TO_CLEVER) + u32::from(pace == 30) * 8, "{over_clever}");
        // Other tabs of the same browser get the error too. Other people can log in.
        assert!(browser.begin(&journey, options(), 1000 + pace * u64::from(returns)).is_err());
        let another = LoginOptions { switch_user: true, ..options() };
        let now = 1001 + pace * u64::from(returns);
        sign_in(&mut browser, &journey, another, now);
        assert!(browser.begin(&journey, options(), now).unwrap().url.starts_with("https://clever.com/"));
    }
}

#[test]
fn a_loop_without_return_to_goes_to_the_home_page() {
    let journey = journey();
    for home in [Some("/start"), None] {
        let mut browser = Browser::default();
        sign_in(&mut browser, &journey, LoginOptions::default(), 1000);
        let options = || LoginOptions {
            has_session: Some(true),
            home: home.map(str::to_owned),
            ..LoginOptions::default()
        };
        let (error, returns, over_clever, longest) = loop_until_error(&mut browser, &journey, options, 0, 0);
        assert_eq!((error.code(), returns), (ErrorCode::PageNotAllowed, MAX_RETURNS.into()));
        let most = if home.is_some() { MAX_RETURNS_TO_CLEVER_WITHOUT_GOAL } else { MAX_RETURNS };
        assert_eq!(over_clever, u32::from(most));
        assert!(home.is_none() || longest < 20, "{longest}");
        assert!(error.to_string().contains("the page after the login sends them back"));
    }
}

#[test]
fn ten_signed_out_tabs_that_log_in_one_after_the_other_all_arrive() {
    let (journey, mut browser) = (journey(), Browser::default());
    // Each page has already sent its tab to log in, so each tab begins a login even if others have ended since.
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
fn a_person_who_sees_a_page_in_between_can_log_in_without_limit() {
    let (journey, mut browser) = (journey(), Browser::default());
    sign_in(&mut browser, &journey, going_to("/a"), 1000);
    for _ in 0..40 {
        let login = browser.begin(&journey, in_a_session("/a"), 1000).unwrap();
        assert!(login.url.starts_with("https://clever.com/") && !login.needs_page);
        goal(browser.arrive(&journey, &back(&login), 1000));
        let kept = journey.session_kept(&browser.header(), || Some(at(1000)));
        assert_eq!(kept.iter().map(SetCookie::max_age).collect::<Vec<_>>(), [0, LIFETIME_SECONDS]);
        browser.obey(&kept);
        assert!(journey.session_kept(&browser.header(), || Some(at(1000))).is_empty());
    }
}

#[test]
fn the_count_of_returns_ends_with_a_logout_a_failure_or_a_quiet_minute() {
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
    let set_cookies = journey.log_out(&logged_out.header(), || Some(at(1000)));
    logged_out.obey(&set_cookies);
    sign_in(&mut logged_out, &journey, in_a_session("/a"), 1000);
    for _ in 0..most {
        drop(logged_out.begin(&journey, in_a_session("/a"), 1000).unwrap());
    }
    assert!(logged_out.begin(&journey, in_a_session("/a"), 1000).is_err());
    // A person who was not signed in was not sent here by a page that sends signed-in people back.
    returned(&mut logged_out, most);
    assert!(logged_out.begin(&journey, in_a_session("/a"), 1000).is_err());
    let mut failed = Browser::default();
    returned(&mut failed, most - 1);
    let login = failed.begin(&journey, LoginOptions::default(), 1000).unwrap();
    drop(failed.arrive(&journey, &back(&login).replace("code=abc", "error=server_error"), 1000));
    // Clever was down: a person who tries again is not in a loop.
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
    assert!(journey.log_out("theme=dark", || Some(at(1000))).is_empty());
}
