//! Sign-ins that leave no session.

use super::*;

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
            browser.obey(&journey.session_kept(&browser.header(), || Some(at(1000))));
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
        browser.obey(&journey.session_kept(&browser.header(), || Some(at(1000))));
    }
    // Then the session stops sticking.
    for _ in 0..MAX_LOST_SESSIONS {
        sign_in(&mut browser).unwrap();
    }
    assert_eq!(sign_in(&mut browser).unwrap_err().code(), ErrorCode::SessionNotKept);
    assert!(
        journey
            .session_kept("theme=dark; clever_signed_in_x=1; clever_signed_in=1", || Some(at(1000)))
            .is_empty()
    );
}
