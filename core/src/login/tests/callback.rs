//! What a callback proves, and what it may change.

use super::*;

#[test]
fn a_code_is_used_only_with_the_state_and_the_cookie_of_its_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1030)).as_deref(), Some("/a"));
    assert_eq!(browser.logins(), 0, "the cookie of a finished login must be deleted");
    assert_eq!(restart(browser.arrive(&journey, &back(&login), 1031)).reason, ErrorCode::PendingMissing);
}

#[test]
fn an_application_can_store_the_pending_login_itself() {
    let journey = journey();
    let login = journey.begin(ResponseType::Code, &going_to("/a"), &at(1000)).unwrap();
    assert_eq!(login_key_of_callback(&back(&login)).unwrap(), login.key);
    let arrive =
        |pending| journey.arrive(ResponseType::Code, &back(&login), Kept::Pending(pending), &at(1000));
    let Ok(Arrival::Exchange(exchange)) = arrive(Some(&*login.pending)) else {
        panic!("the login must be exchanged")
    };
    assert!(exchange.when_signed_in.is_empty() && exchange.when_failed.is_empty());
    assert_eq!(restart(arrive(None)).reason, ErrorCode::PendingMissing);
    assert_eq!(restart(arrive(Some("forged"))).reason, ErrorCode::PendingInvalid);
    let another = journey.begin(ResponseType::Code, &LoginOptions::default(), &at(1000)).unwrap();
    assert_eq!(restart(arrive(Some(&another.pending))).reason, ErrorCode::StateMismatch);
}

#[test]
fn a_login_from_clever_restarts_and_changes_no_other_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let ours = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    let portal = restart(browser.arrive(&journey, "code=abc&scope=x", 1000));
    assert_eq!(portal.reason, ErrorCode::StateMissing);
    assert_eq!(goal(browser.arrive(&journey, &back(&portal.login), 1001)), None);
    assert_eq!(goal(browser.arrive(&journey, &back(&ours), 1002)).as_deref(), Some("/a"));
}

#[test]
fn an_unproven_callback_changes_nothing() {
    for logins in [1, 7, 8, 10] {
        for (from_portal, already_ended) in [(false, false), (true, false), (false, true), (true, true)] {
            touches_nothing(logins, from_portal, already_ended);
        }
    }
}

/// With this number of logins in progress, which all began before the browser sent any cookie back.
fn touches_nothing(logins: usize, from_portal: bool, already_ended: bool) {
    let journey = journey();
    let stranger = journey.begin(ResponseType::Code, &LoginOptions::default(), &at(1000)).unwrap();
    let mut browser = Browser::default();
    if already_ended {
        let ended = browser.begin(&journey, going_to("/"), 999).unwrap();
        goal(browser.arrive(&journey, &back(&ended), 999));
    }
    let empty = browser.header();
    let open: Vec<_> = (0..logins)
        .map(|_| {
            let login = if from_portal {
                restart(journey.arrive(ResponseType::Code, "code=abc", Kept::Cookies(&empty), &at(1000)))
                    .login
            } else {
                journey
                    .begin(
                        ResponseType::Code,
                        &LoginOptions { cookies: Some(empty.clone()), ..going_to("/a") },
                        &at(1000),
                    )
                    .unwrap()
            };
            browser.obey(&login.set_cookies);
            login
        })
        .collect();
    assert_eq!(browser.logins(), logins);
    let login = open.last().unwrap();
    let before = browser.cookies.clone();
    let hostile = [
        "error=access_denied".to_owned(),
        "error=server_error".to_owned(),
        "error=invalid_scope&state=x".to_owned(),
        format!("error=access_denied&state={}", state_of(&stranger)),
        format!("{}&iss=https%3A%2F%2Fevil.example", back(&stranger)),
        format!("{}&state=x", back(login)),
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
        assert!(browser.logins() <= logins.max(8), "{callback}");
    }
    for login in &open {
        let expected = (!from_portal).then_some("/a");
        assert_eq!(goal(browser.arrive(&journey, &back(login), 1001)).as_deref(), expected);
    }
}

#[test]
fn many_unproven_callbacks_change_no_login_of_another_application() {
    let other = Config::builder("other").client_secret("secret").redirect_uri(REDIRECT).build().unwrap();
    let (journey, other, mut browser) = (journey(), Journey::new(other).unwrap(), Browser::default());
    // Three applications of this host have eight logins each, so they use all slots of the host.
    let open: Vec<_> =
        (0..24).map(|_| other.begin(ResponseType::Code, &going_to("/b"), &at(1000)).unwrap()).collect();
    for login in &open {
        browser.obey(&login.set_cookies);
    }
    let before = browser.cookies.clone();
    let portals: Vec<_> =
        (0..30).map(|_| restart(browser.arrive(&journey, "code=junk", 1001)).login).collect();
    assert!(before.iter().all(|(name, value)| browser.cookies.get(name) == Some(value)));
    assert_eq!(browser.logins(), 25, "an application without a login in progress must get one");
    assert_eq!(goal(browser.arrive(&journey, &back(&portals[29]), 1002)), None);
    assert_eq!(goal(browser.arrive(&journey, &back(&portals[0]), 1002)), None);
    assert_eq!(browser.logins(), 24);
}

#[test]
fn a_login_without_a_free_slot_signs_in_and_drops_no_other_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let waiting: Vec<_> = (0..8)
        .map(|number| browser.begin(&journey, going_to(&format!("/{number}")), 1000 + number).unwrap())
        .collect();
    let first = restart(browser.arrive(&journey, "code=abc", 1010));
    let second = restart(browser.arrive(&journey, "code=abc", 1010));
    assert!(first.login.set_cookies.is_empty() && second.login.set_cookies.is_empty());
    let nonce = |login: &Login| {
        let url = Url::parse(&login.url).unwrap();
        url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned()
    };
    let callback = back(&first.login);
    // Neither a browser with logins of its own, nor one without the borrowed cookie, can finish the login.
    let mut stranger = Browser::default();
    (0..8).for_each(|_| drop(stranger.begin(&journey, going_to("/"), 1000).unwrap()));
    assert_eq!(restart(stranger.arrive(&journey, &callback, 1011)).reason, ErrorCode::PendingMissing);
    let lender = format!("__Host-clever_login_{}", waiting[7].key);
    let mut without = Browser { cookies: browser.cookies.clone() };
    drop(without.cookies.remove(&lender).unwrap());
    assert_eq!(restart(without.arrive(&journey, &callback, 1011)).reason, ErrorCode::PendingMissing);
    let Ok(Arrival::Exchange(exchange)) = browser.arrive(&journey, &callback, 1011) else {
        panic!("this browser began the login");
    };
    assert_eq!((exchange.nonce, exchange.return_to), (nonce(&first.login), None));
    assert_eq!(browser.logins(), 8);
    // The first login works once, and so does the second.
    assert_ne!(nonce(&first.login), nonce(&second.login));
    assert_eq!(restart(browser.arrive(&journey, &callback, 1012)).reason, ErrorCode::PendingMissing);
    assert_eq!(goal(browser.arrive(&journey, &back(&second.login), 1012)), None);
    for login in [&first.login, &second.login] {
        assert_eq!(restart(browser.arrive(&journey, &back(login), 1013)).reason, ErrorCode::PendingMissing);
    }
    for (number, login) in waiting.iter().enumerate() {
        assert_eq!(goal(browser.arrive(&journey, &back(login), 1020)).unwrap(), format!("/{number}"));
    }
}

#[test]
fn a_login_without_a_slot_restarts_when_its_code_is_refused() {
    let (journey, mut browser) = (journey(), Browser::default());
    (0..8).for_each(|_| drop(browser.begin(&journey, going_to("/"), 1000).unwrap()));
    let login = restart(browser.arrive(&journey, "code=abc", 1000)).login;
    let header = browser.header();
    let Ok(Arrival::Exchange(exchange)) =
        journey.arrive(ResponseType::Code, &back(&login), Kept::Cookies(&header), &at(1001))
    else {
        panic!("this browser began the login");
    };
    let Ok(Outcome::Restart(again)) = journey.restart_after_exchange(&exchange, &at(1001)) else {
        panic!("the login must restart");
    };
    browser.obey(&again.login.set_cookies);
    assert_eq!(restart(browser.arrive(&journey, &back(&login), 1002)).reason, ErrorCode::PendingMissing);
    assert_eq!((goal(browser.arrive(&journey, &back(&again.login), 1002)), browser.logins()), (None, 8));
}

#[test]
fn a_refused_login_without_a_slot_ends_the_session_once() {
    let (journey, mut browser) = (journey(), Browser::default());
    (0..8).for_each(|_| drop(browser.begin(&journey, going_to("/"), 1000).unwrap()));
    let login = restart(browser.arrive(&journey, "code=abc", 1000)).login;
    let refused = back(&login).replace("code=abc", "error=access_denied");
    for is_proven in [true, false] {
        let Ok(Arrival::Finished(outcome)) = browser.arrive(&journey, &refused, 1001) else {
            panic!("a refusal is an outcome");
        };
        assert_eq!((outcome.ends_session(), browser.logins()), (is_proven, 8));
    }
}

#[test]
fn a_cookie_planted_by_a_sibling_subdomain_is_ignored() {
    let journey = journey();
    let attacker = journey.begin(ResponseType::Code, &LoginOptions::default(), &at(1000)).unwrap();
    let planted = format!("clever_login_{}={}", attacker.key, attacker.pending);
    let arrival = journey.arrive(ResponseType::Code, &back(&attacker), Kept::Cookies(&planted), &at(1000));
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
fn a_failed_login_returns_its_return_to() {
    let (journey, mut browser) = (journey(), Browser::default());
    let goal = "/школа?a=1";
    let expected = Some("/%D1%88%D0%BA%D0%BE%D0%BB%D0%B0?a=1");
    for said in
        ["error=temporarily_unavailable", "error=invalid_scope", "error=x&iss=https%3A%2F%2Fevil.example"]
    {
        let login = browser.begin(&journey, going_to(goal), 1000).unwrap();
        let failed = browser.arrive(&journey, &back(&login).replace("code=abc", said), 1000).err().unwrap();
        assert_eq!(failed.return_to(), expected, "{said}");
        assert!(!format!("{failed} {failed:?}").contains("a=1"), "the query may be about the person");
    }
    let login = browser.begin(&journey, going_to(goal), 1000).unwrap();
    let arrival = browser.arrive(&journey, &back(&login).replace("code=abc", "error=access_denied"), 1000);
    let Ok(Arrival::Finished(Outcome::Denied(denied))) = arrival else { panic!("a refusal is an outcome") };
    assert_eq!(denied.return_to.as_deref(), expected);
    let mut login = journey.begin(ResponseType::Code, &going_to(goal), &at(1000)).unwrap();
    let failed = loop {
        match journey.arrive(ResponseType::Code, &back(&login), Kept::Cookies(""), &at(1000)) {
            Ok(arrival) => login = restart(Ok(arrival)).login,
            Err(failed) => break failed,
        }
    };
    assert_eq!((failed.code(), failed.return_to()), (ErrorCode::CookiesBlocked, expected));
    let unknown = browser.arrive(&journey, "error=server_error&state=x", 1000).err().unwrap();
    assert_eq!(unknown.return_to(), None);
}

#[test]
fn a_failed_login_returns_no_return_to_that_is_no_longer_allowed() {
    let mut browser = Browser::default();
    let login = browser.begin(&journey(), going_to("https://other.example/x"), 1000).unwrap();
    let narrower = Config::builder("client").client_secret("secret").redirect_uri(REDIRECT).build().unwrap();
    let callback = back(&login).replace("code=abc", "error=server_error");
    let failed = browser.arrive(&Journey::new(narrower).unwrap(), &callback, 1000).err().unwrap();
    assert_eq!(failed.return_to(), None);
}

#[test]
fn a_callback_of_another_issuer_is_refused_and_ends_a_proven_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let (ours, other) =
        [1, 2].map(|_| browser.begin(&journey, LoginOptions::default(), 1000).unwrap()).into();
    let stranger = journey.begin(ResponseType::Code, &LoginOptions::default(), &at(1000)).unwrap();
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
