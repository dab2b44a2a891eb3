//! Many logins of one browser at the same time.

use super::*;

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
fn a_long_return_to_does_not_make_the_cookies_longer() {
    let (journey, mut browser) = (journey(), Browser::default());
    let long = format!("/{}", "ш".repeat(511));
    for _ in 0..20 {
        drop(browser.begin(&journey, going_to(&long), 1000).unwrap());
    }
    assert!(browser.header().len() < 2048, "{}", browser.header().len());
}

#[test]
fn many_unproven_callbacks_drop_no_login_that_began_here() {
    let (journey, mut browser) = (journey(), Browser::default());
    let login = browser.begin(&journey, going_to("/a"), 1000).unwrap();
    for second in 0..30 {
        drop(restart(browser.arrive(&journey, "code=junk", 1001 + second)));
    }
    assert_eq!(browser.logins(), 8);
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1031)).as_deref(), Some("/a"));
}

#[test]
fn unproven_callbacks_at_the_worst_times_do_not_stop_a_login() {
    let (journey, mut browser) = (journey(), Browser::default());
    let junk = |browser: &mut Browser, second| {
        drop(restart(browser.arrive(&journey, "code=junk", second)));
    };
    // A hostile page fills the cookie jar before the person logs in, and adds to it just before the person comes back.
    (1000..1008).for_each(|second| junk(&mut browser, second));
    let login = browser.begin(&journey, going_to("/a"), 1010).unwrap();
    (1011..1020).for_each(|second| junk(&mut browser, second));
    assert_eq!(browser.logins(), 8);
    assert_eq!(goal(browser.arrive(&journey, &back(&login), 1020)).as_deref(), Some("/a"));
    // A login from the portal arrives too, while the hostile page holds all slots.
    junk(&mut browser, 1021);
    let portal = restart(browser.arrive(&journey, "code=abc", 1022)).login;
    junk(&mut browser, 1023);
    assert_eq!(goal(browser.arrive(&journey, &back(&portal), 1024)), None);
}

#[test]
fn nine_tabs_each_of_two_applications_on_one_host_all_arrive_in_lock_step() {
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
fn ten_tabs_from_the_portal_arrive_while_eight_logins_are_in_progress() {
    let (journey, mut browser) = (journey(), Browser::default());
    for _ in 0..8 {
        drop(browser.begin(&journey, going_to("/waits"), 1000).unwrap());
    }
    let mut open: Vec<_> =
        (0..10).map(|_| restart(browser.arrive(&journey, "code=abc", 1001)).login).collect();
    for left in [1, 0] {
        open.retain_mut(|login| match browser.arrive(&journey, &back(login), 1002).unwrap() {
            Arrival::Finished(Outcome::Restart(restart)) => {
                *login = restart.login;
                true
            }
            _ => false,
        });
        assert_eq!((open.len(), browser.logins()), (left, 8));
    }
}

#[test]
fn six_applications_with_one_client_id_sign_in_at_once_and_lose_no_session() {
    let journeys = [1, 2, 3, 4, 5, 6].map(|number| {
        let uri = format!("https://app.example/{number}/cb");
        Journey::new(Config::builder("client").client_secret("secret").redirect_uri(uri).build().unwrap())
            .unwrap()
    });
    let mut browser = Browser::default();
    for round in 0..3 {
        for journey in &journeys {
            let options = LoginOptions { has_session: Some(false), ..LoginOptions::default() };
            let login = browser.begin(journey, options, 1000 + round * 10).unwrap();
            let callback = format!("{}?code=abc&state={}", journey.config.redirect_uris[0], state_of(&login));
            assert_eq!(goal(browser.arrive(journey, &callback, 1001 + round * 10)), None);
        }
    }
}

/// Opens the callback of one tab. Returns its next login if it restarts.
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
