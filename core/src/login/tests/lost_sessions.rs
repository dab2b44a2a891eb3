//! Sign-ins that leave no session.

use super::*;

#[test]
fn sessions_lost_after_each_sign_in_end_with_an_error_for_a_minute() {
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
fn every_tab_ends_with_an_error_when_sessions_are_lost() {
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
fn deliberate_logins_do_not_count_as_lost_sessions() {
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
fn a_session_that_came_back_once_never_counts_as_lost() {
    let (journey, mut browser) = (journey(), Browser::default());
    let sign_in = |browser: &mut Browser| {
        let options = LoginOptions { has_session: Some(false), ..going_to("/a") };
        let login = browser.begin(&journey, options, 1000)?;
        browser.arrive(&journey, &back(&login), 1000).map(drop)
    };
    // The page after each sign-in finds the session; the application's own logout does not call this library.
    for _ in 0..20 {
        sign_in(&mut browser).unwrap();
        browser.obey(&journey.session_kept(&browser.header(), || Some(at(1000))));
    }
    // From now on, the session is lost each time.
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

/// Signs in and is sent back to log in, repeatedly. Each session comes back, and `in_session` says in turn whether a person is
/// signed in. Returns the number of sign-ins until the error.
fn sent_back(
    browser: &mut Browser,
    journey: &Journey,
    in_session: &[bool],
    mut now: u64,
    pace: u64,
) -> (u32, Error) {
    for (sign_ins, has_session) in (0..).zip(in_session.iter().cycle()) {
        assert!(sign_ins < 60, "the loop does not end");
        now += pace;
        let options = LoginOptions { has_session: Some(*has_session), ..going_to("/a?of=ada") };
        match browser.begin(journey, options, now) {
            Err(error) => return (sign_ins, error),
            Ok(login) if login.key.is_empty() => continue,
            Ok(login) => drop(goal(browser.arrive(journey, &back(&login), now))),
        }
        let kept = journey.session_kept(&browser.header(), || Some(at(now)));
        // A redirect shows no page, so it only deletes cookies.
        browser.obey(&kept.into_iter().filter(|cookie| cookie.max_age() == 0).collect::<Vec<_>>());
    }
    unreachable!("the iterator is endless")
}

#[test]
fn sessions_that_come_back_without_a_person_end_with_an_error() {
    for pace in [0, 20, 50] {
        let (journey, mut browser) = (journey(), Browser::default());
        let (sign_ins, error) = sent_back(&mut browser, &journey, &[false], 1000, pace);
        assert_eq!((sign_ins, error.code()), (u32::from(MAX_LOST_SESSIONS), ErrorCode::SessionNotKept));
        assert_eq!(error.return_to(), Some("/a?of=ada"));
        let said = error.to_string();
        assert!(
            said.ends_with("on the way to \"/a\", and the session came back with no one signed in"),
            "{said}"
        );
        let now = 1000 + pace * u64::from(sign_ins);
        assert_eq!(
            sent_back(&mut browser, &journey, &[false], now, 0).0,
            0,
            "another tab must end with the error too"
        );
        let another = LoginOptions { switch_user: true, has_session: Some(false), ..going_to("/a") };
        drop(browser.begin(&journey, another, now).unwrap());
        let later = browser.begin(
            &journey,
            LoginOptions { has_session: Some(false), ..LoginOptions::default() },
            now + 61,
        );
        assert!(later.is_ok());
    }
}

#[test]
fn a_person_who_is_only_sometimes_in_the_session_ends_with_an_error() {
    for in_session in [&[false, true][..], &[true, false], &[true, true, false], &[false, false, true]] {
        let (journey, mut browser) = (journey(), Browser::default());
        let (_, error) = sent_back(&mut browser, &journey, in_session, 1000, 0);
        assert!(matches!(error.code(), ErrorCode::SessionNotKept | ErrorCode::PageNotAllowed));
    }
}

#[test]
fn all_tabs_sign_in_after_the_applications_own_logout() {
    for in_lock_step in [true, false] {
        let (journey, mut browser) = (journey(), Browser::default());
        let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
        goal(browser.arrive(&journey, &back(&login), 1000));
        browser.obey(&journey.session_kept(&browser.header(), || Some(at(1000))));
        let mut begun = Vec::new();
        for tab in 0..8 {
            let has_session = Some(!in_lock_step && tab > 0);
            let login =
                browser.begin(&journey, LoginOptions { has_session, ..going_to("/b") }, 1000).unwrap();
            begun.push(login);
            if !in_lock_step {
                finish(&mut browser, &journey, begun.pop());
            }
        }
        for login in begun {
            finish(&mut browser, &journey, Some(login));
        }
        assert!(
            browser
                .begin(&journey, LoginOptions { has_session: Some(false), ..going_to("/b") }, 1000)
                .is_ok()
        );
    }
}

fn finish(browser: &mut Browser, journey: &Journey, login: Option<Login>) {
    if let Some(login) = login.filter(|login| !login.key.is_empty()) {
        goal(browser.arrive(journey, &back(&login), 1000));
    }
}
