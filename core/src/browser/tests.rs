use super::*;
use crate::protocol::pending::Pending;
use crate::secret::Secret;

fn keys() -> Arc<SealingKeys> {
    of("client")
}

fn of(client_id: &str) -> Arc<SealingKeys> {
    Arc::new(SealingKeys::derive(client_id, &[Secret::from("secret")]).unwrap())
}

fn texts<'a>(jar: &'a Jar, key: &str) -> Vec<&'a str> {
    jar.logins_with(key).map(SealedLogin::text).collect()
}

#[test]
fn foreign_and_broken_cookies_are_ignored() {
    let keys = keys();
    let header = "a; =; ;;; theme=dark; __Host-clever_login_abc=\"x\"; clever_login_abc=y; clever_loginx=z";
    let secure = Jar::read(header, &keys, true);
    assert_eq!(secure.logins_with("abc").count(), 1);
    assert!(!secure.is_empty() && !secure.keeps_cookies(), "the cookie must not be decryptable");
    let plain = Jar::read(header, &keys, false);
    assert_eq!(texts(&plain, "abc"), ["y"]);
    assert_eq!(Jar::read("", &keys, true).logins_with("").count(), 0);
}

#[test]
fn quoted_values_and_repeated_names_are_read() {
    let keys = keys();
    let header = concat!(
        "clever_login_a=\"x\"; clever_login_a=y;clever_login_b = z ;\tclever_login_c=\"; ",
        "clever_login_d=\"\"; clever_login_e;;"
    );
    let jar = Jar::read(header, &keys, false);
    let pending = |key| texts(&jar, key);
    assert_eq!(pending("a"), ["x", "y"]);
    assert_eq!((pending("b"), pending("c"), pending("d")), (vec!["z"], vec!["\""], vec![""]));
    assert!(pending("e").is_empty());
}

#[test]
fn a_name_that_only_resembles_a_host_prefix_is_ignored() {
    let keys = keys();
    let spaces = ["\u{a0}", "\u{85}", "\u{2000}", "\u{3000}", "\u{feff}", "\u{b}", "\u{c}", "\r", "\n"];
    for before in spaces.into_iter().chain(["\u{fffd}", "\"", "=", "x,", "x=1, "]) {
        let header = format!("theme=dark; {before}__Host-clever_login_abc=planted; x={before}");
        assert_eq!(Jar::read(&header, &keys, true).logins_with("abc").count(), 0, "{before:?}");
    }
    for name in [
        "__host-clever_login_abc",
        "__Host-Clever_login_abc",
        "clever_login_abc",
        "__Secure-clever_login_abc",
        "__Host- clever_login_abc",
    ] {
        let header = format!("{name}=planted");
        assert_eq!(Jar::read(&header, &keys, true).logins_with("abc").count(), 0, "{name}");
    }
}

/// Cookies of `many` logins, sealed with these keys.
fn logins(keys: &SealingKeys, kind: &str, many: u8) -> Vec<String> {
    let entropy = |seed| [seed; crate::protocol::pending::ENTROPY_BYTES];
    let sealed = |at: u8| Pending::begin(keys, kind, u64::from(at) + 1000, &entropy(at)).map(|begun| begun.1);
    (0..many).map(|at| format!("clever_login_{kind}{at}={}", sealed(at).unwrap())).collect()
}

fn dropped(header: &[String], keys: &Arc<SealingKeys>) -> Vec<String> {
    let jar = Jar::read(&header.join("; "), keys, false).add("new", "sealed".into(), 1100);
    let (new, dropped) = jar.split_last().unwrap();
    assert_eq!((new.name(), new.max_age()), (&*format!("clever_login_{}", login_key("new")), 600));
    assert!(dropped.iter().all(|cookie| cookie.max_age() == 0));
    dropped.iter().map(|cookie| cookie.name().to_owned()).collect()
}

#[test]
fn logins_of_another_application_on_the_same_host_are_kept() {
    let (own, other) = (keys(), of("other"));
    let header = [logins(&own, "own", 7), logins(&other, "other", 8)].concat();
    assert!(dropped(&header, &own).is_empty());
    let header = [logins(&own, "own", 8), logins(&other, "other", 8)].concat();
    assert_eq!(dropped(&header, &own), ["clever_login_own0"]);
}

#[test]
fn unreadable_cookies_are_dropped_when_all_applications_together_have_too_many() {
    let keys = keys();
    let header = [junk(20), logins(&keys, "own", 7)].concat();
    assert_eq!(
        dropped(&header, &keys),
        ["clever_login_junk0", "clever_login_junk1", "clever_login_junk2", "clever_login_junk3"]
    );
    // A neighbor can set a cookie with the same name over plain http: the login still counts.
    let header = [vec!["clever_login_own0=junk".to_owned()], logins(&keys, "own", 8)].concat();
    assert_eq!(dropped(&header, &keys), ["clever_login_own0"]);
}

#[test]
fn a_planted_cookie_name_never_gets_into_a_header() {
    let keys = keys();
    let long = "a".repeat(KEY_BYTES + 1);
    for key in ["é", "\u{fffd}", "a\u{1}", "a b", "a,b", "a.b", "", &long] {
        let planted: Vec<_> = (0..40).map(|_| format!("clever_login_{key}=x")).collect();
        assert!(Jar::read(&planted.join("; "), &keys, false).is_empty(), "{key:?}");
        let header = [planted, junk(20), logins(&keys, "own", 7)].concat();
        let jar = Jar::read(&header.join("; "), &keys, false);
        let cookies = jar.add("new", "sealed".into(), 1100);
        assert_eq!(cookies.len(), 5, "{key:?}");
        for header in cookies.iter().map(SetCookie::header) {
            let is_plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
            assert!(header.len() < 200 && header.bytes().all(is_plain), "{header:?}");
        }
    }
}

fn junk(many: u8) -> Vec<String> {
    (0..many).map(|number| format!("clever_login_junk{number}=junk")).collect()
}

#[test]
fn an_expired_login_is_dropped_first() {
    let keys = keys();
    let old = Pending::begin(&keys, "old", 100, &[9; crate::protocol::pending::ENTROPY_BYTES]).unwrap().1;
    let header = [logins(&keys, "own", 7), vec![format!("clever_login_old={old}")]].concat();
    assert_eq!(dropped(&header, &keys), ["clever_login_old"]);
}

#[test]
fn a_restarted_login_gets_a_free_slot_or_borrows_the_newest_login() {
    let keys = keys();
    let slot = |header: Vec<String>| {
        let jar = Jar::read(&header.join("; "), &keys, false);
        match jar.free_slot() {
            Slot::Free => "free".to_owned(),
            Slot::Taken => "taken".to_owned(),
            Slot::Of(lender) => {
                jar.logins.iter().find(|(_, login)| std::ptr::eq(login, lender)).unwrap().0.clone()
            }
        }
    };
    let own = |many| logins(&keys, "own", many);
    assert_eq!(slot(own(0)), "free");
    assert_eq!(slot(own(7)), "free");
    assert_eq!(slot(own(8)), "own7");
    assert_eq!(slot(own(10)), "own9");
    assert_eq!(slot(own(8).into_iter().rev().collect()), "own7");
    // All applications of the host together have 24. An application without a cookie still gets one.
    assert_eq!(slot([junk(22), own(1)].concat()), "free");
    assert_eq!(slot([junk(23), own(1)].concat()), "own0");
    assert_eq!(slot(junk(24)), "free");
    assert_eq!(slot(junk(u8::try_from(MAX_READ).unwrap())), "taken");
    // When two cookies have the same name, the readable one counts.
    assert_eq!(slot([vec!["clever_login_own7=junk".to_owned()], own(8)].concat()), "own7");
}

#[test]
fn a_loan_ends_with_its_cookie_and_with_its_login() {
    let keys = keys();
    let read = |header: &[String]| Jar::read(&header.join("; "), &keys, false);
    let header = logins(&keys, "own", 8);
    let jar = read(&header);
    let Slot::Of(lender) = jar.free_slot() else { panic!("all slots are taken") };
    let (loan, one, two) =
        (jar.loan(lender, &jar.used()).unwrap(), LoginDigest::of("1"), LoginDigest::of("2"));
    assert!(read(&header).lender(&loan, &one).is_some());
    assert!(read(&header[..7]).lender(&loan, &one).is_none());
    assert!(read(&header[7..]).lender(&loan, &one).is_some());
    let ended = |used: Used| {
        let mark = FinishedMark { at: 1000, used, ..FinishedMark::default() };
        let mark =
            jar.mark_finished(mark.seal(&keys, &[1; crate::protocol::pending::ENTROPY_BYTES]).unwrap());
        read(&[header.clone(), vec![format!("{}={}", mark.name(), mark.value())]].concat())
    };
    assert!(
        ended(Used::default()).lender(&loan, &one).is_some(),
        "the end of another login must not end the loan"
    );
    let first = Used::default().with(one.clone());
    assert!(ended(first.clone()).lender(&loan, &one).is_none(), "the loan must end with its login");
    assert!(ended(first.clone()).lender(&loan, &two).is_some());
    let many = (0..8).fold(first, |used, login| used.with(LoginDigest::of(&format!("more {login}"))));
    assert!(ended(many.clone()).lender(&loan, &two).is_none(), "the list must have started over");
    let newer = jar.loan(lender, &many).unwrap();
    assert!(ended(many).lender(&newer, &two).is_some() && read(&header).lender(&newer, &two).is_none());
    // A login that was sealed with another key cannot be lent.
    let other = Jar::read(&header.join("; "), &of("other"), false);
    assert!(other.loan(&other.logins[7].1, &other.used()).is_none() && other.lender(&loan, &one).is_none());
}

#[test]
fn applications_on_one_host_have_separate_marks() {
    let (own, other) = (keys(), of("other"));
    let mark = Jar::read("", &own, false).mark_finished("sealed".into());
    assert_ne!(mark.name(), Jar::read("", &other, false).mark_finished("sealed".into()).name());
    let signed_in = Jar::read("", &other, false).mark("sealed".into());
    let header = format!("{}=x", signed_in.name());
    assert!(Jar::read(&header, &own, false).unmark().is_none());
    assert!(Jar::read(&header, &other, false).unmark().is_some());
}

#[test]
fn a_thousand_cookies_are_read_up_to_the_limit() {
    let keys = keys();
    let header: Vec<_> = (0..1000).map(|key| format!("clever_login_{key}=x")).collect();
    assert_eq!(Jar::read(&header.join("; "), &keys, false).logins.len(), MAX_READ);
}

fn status(endpoint: Endpoint, method: &str, headers: &[(&str, &str)]) -> Option<u16> {
    let request = BrowserRequest::new(method).with_headers(headers.iter().copied());
    refusal(endpoint, &request, &["https://app.example".to_owned()]).map(|refusal| refusal.status)
}

#[test]
fn only_a_page_that_a_person_opens_begins_or_finishes_a_login() {
    for endpoint in [Endpoint::Login, Endpoint::Callback] {
        let get = |headers: &[(&str, &str)]| status(endpoint, "GET", headers);
        assert_eq!(get(&[]), None);
        assert_eq!(get(&[("Sec-Fetch-Site", "cross-site")]), None);
        assert_eq!(get(&[("Sec-Fetch-Mode", "navigate")]), None);
        assert_eq!(get(&[("Sec-Fetch-Dest", "document")]), None);
        assert_eq!(get(&[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")]), None);
        // A service worker forwards the navigation (w3c/ServiceWorker issue 1803).
        assert_eq!(get(&[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "empty")]), None);
        for mode in ["no-cors", "cors", "same-origin", "websocket", "nested-navigate", "anything"] {
            assert_eq!(get(&[("Sec-Fetch-Mode", mode)]), Some(403), "{mode}");
            assert_eq!(get(&[("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", "document")]), Some(403), "{mode}");
        }
        for dest in
            ["iframe", "frame", "fencedframe", "embed", "object", "image", "script", "style", "anything"]
        {
            assert_eq!(get(&[("Sec-Fetch-Dest", dest)]), Some(403), "{dest}");
            assert_eq!(get(&[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", dest)]), Some(403), "{dest}");
        }
        assert_eq!(get(&[("Sec-Fetch-Dest", "empty")]), Some(403));
        assert_eq!(get(&[("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty")]), Some(403));
        assert_eq!(status(endpoint, "HEAD", &[]), Some(200));
        for method in ["POST", "PUT", "OPTIONS", "get", ""] {
            assert_eq!(status(endpoint, method, &[]), Some(405));
        }
    }
}

#[test]
fn a_prefetched_page_neither_begins_nor_finishes_a_login() {
    for endpoint in [Endpoint::Login, Endpoint::Callback] {
        for (name, value) in [
            ("Sec-Purpose", "prefetch"),
            ("Sec-Purpose", "prefetch;prerender"),
            ("Sec-Purpose", "prefetch;anonymous-client-ip"),
            ("Sec-Purpose", "Prefetch, x"),
            ("Purpose", "prefetch"),
            ("Purpose", "preview"),
            ("X-Purpose", "preview"),
            ("X-Purpose", ": preview"),
            ("X-Purpose", "prefetch"),
            ("X-Moz", "prefetch"),
            ("x-moz", " Prefetch "),
            ("HTTP_X_MOZ", "prefetch"),
        ] {
            assert_eq!(status(endpoint, "GET", &[(name, value)]), Some(503), "{name}: {value}");
            let others =
                [("Sec-Purpose", ""), ("Purpose", ""), ("Sec-Fetch-Mode", "navigate"), (name, value)];
            assert_eq!(status(endpoint, "GET", &others), Some(503), "{name}: {value}");
        }
        for (name, value) in
            [("Sec-Purpose", ""), ("Purpose", "a"), ("X-Purpose", "prefetched"), ("X-Moz", "livebookmarks")]
        {
            assert_eq!(status(endpoint, "GET", &[(name, value)]), None, "{name}: {value}");
        }
    }
}

#[test]
fn only_a_form_of_the_application_logs_out() {
    let logout = |headers: &[(&str, &str)]| status(Endpoint::Logout, "POST", headers);
    assert_eq!(logout(&[]), None);
    assert_eq!(logout(&[("Sec-Fetch-Site", "same-origin")]), None);
    assert_eq!(logout(&[("sec-fetch-site", "same-origin"), ("Origin", "null")]), None);
    assert_eq!(logout(&[("Origin", "https://app.example")]), None);
    assert_eq!(logout(&[("Sec-Fetch-Site", ""), ("Origin", "https://app.example")]), None);
    for site in ["cross-site", "same-site", "anything", "same-origin, same-origin"] {
        assert_eq!(logout(&[("Sec-Fetch-Site", site)]), Some(403));
    }
    assert_eq!(
        logout(&[("Sec-Fetch-Site", "cross-site"), ("HTTP_SEC_FETCH_SITE", "same-origin")]),
        Some(403)
    );
    for origin in ["https://evil.example", "null", "http://app.example", "https://app.example.evil"] {
        assert_eq!(logout(&[("Origin", origin)]), Some(403));
    }
    for method in ["GET", "HEAD"] {
        assert_eq!(status(Endpoint::Logout, method, &[]), Some(405));
    }
}

#[test]
fn headers_that_do_not_matter_are_ignored() {
    assert!(
        BrowserRequest::is_known_header("sec-FETCH-dest") && BrowserRequest::is_known_header("HTTP_ORIGIN")
    );
    for name in ["", "Cookie", "HTTP_", "Sec-Fetch-User", "X-Origin"] {
        assert!(!BrowserRequest::is_known_header(name), "{name}");
        assert_eq!(status(Endpoint::Login, "GET", &[(name, "prefetch")]), None);
    }
}
