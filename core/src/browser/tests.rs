use super::*;
use crate::secret::Secret;

fn keys() -> SealingKeys {
    SealingKeys::derive("client", &[Secret::from("secret")]).unwrap()
}

#[test]
fn foreign_and_broken_cookies_are_ignored() {
    let keys = keys();
    let header = "a; =; ;;; theme=dark; __Host-clever_login_abc=\"x\"; clever_login_abc=y; clever_loginx=z";
    let secure = Jar::read(header, &keys, true);
    assert_eq!(secure.pending("abc").collect::<Vec<_>>().len(), 1);
    assert!(!secure.has_logins(), "it cannot be opened");
    let plain = Jar::read(header, &keys, false);
    assert_eq!(plain.pending("abc").collect::<Vec<_>>(), ["y"]);
    assert_eq!(Jar::read("", &keys, true).pending("").count(), 0);
}

#[test]
fn what_cannot_be_read_makes_room_first() {
    let keys = keys();
    let entropy = |seed| [seed; crate::protocol::pending::ENTROPY_BYTES];
    let readable: Vec<_> = (0..7_u8)
        .map(|at| Pending::begin(&keys, &at.to_string(), true, u64::from(at) + 1000, &entropy(at)).unwrap().1)
        .collect();
    let mut header: Vec<_> =
        readable.iter().enumerate().map(|(key, value)| format!("clever_login_{key}={value}")).collect();
    header.insert(3, "clever_login_junk=junk".to_owned());
    let jar = Jar::read(&header.join("; "), &keys, false);
    for room in [Room::OfTheOldest, Room::OfTheYoungest] {
        let cookies = jar.add("new", "sealed".into(), 1100, None, room);
        let names: Vec<_> = cookies.iter().map(|cookie| (cookie.name(), cookie.max_age())).collect();
        let new = format!("clever_login_{}", login_key("new"));
        assert_eq!(names, [("clever_login_junk", 0), (&*new, 600)]);
    }
}

#[test]
fn a_thousand_cookies_are_read_up_to_a_bound() {
    let keys = keys();
    let header: Vec<_> = (0..1000).map(|key| format!("clever_login_{key}=x")).collect();
    assert_eq!(Jar::read(&header.join("; "), &keys, false).logins.len(), MAX_READ);
}

fn status(endpoint: Endpoint, request: BrowserRequest<'_>) -> Option<u16> {
    refusal(endpoint, &request, &["https://app.example".to_owned()]).map(|refusal| refusal.status)
}

#[test]
fn only_a_page_that_somebody_goes_to_begins_or_finishes_a_login() {
    let get = BrowserRequest { method: "GET", ..BrowserRequest::default() };
    for endpoint in [Endpoint::Login, Endpoint::Callback] {
        assert_eq!(status(endpoint, get), None);
        assert_eq!(status(endpoint, BrowserRequest { sec_fetch_mode: Some("navigate"), ..get }), None);
        assert_eq!(status(endpoint, BrowserRequest { sec_fetch_site: Some("cross-site"), ..get }), None);
        assert_eq!(status(endpoint, BrowserRequest { sec_fetch_mode: Some("no-cors"), ..get }), Some(403));
        assert_eq!(status(endpoint, BrowserRequest { sec_fetch_mode: Some("cors"), ..get }), Some(403));
        for purpose in ["prefetch", "prefetch;prerender", "Prefetch, x"] {
            assert_eq!(status(endpoint, BrowserRequest { sec_purpose: Some(purpose), ..get }), Some(503));
        }
        assert_eq!(status(endpoint, BrowserRequest { method: "HEAD", ..get }), Some(200));
        for method in ["POST", "PUT", "OPTIONS", "get", ""] {
            assert_eq!(status(endpoint, BrowserRequest { method, ..get }), Some(405));
        }
    }
}

#[test]
fn only_a_form_of_the_application_logs_out() {
    let post = BrowserRequest { method: "POST", ..BrowserRequest::default() };
    let logout = |request| status(Endpoint::Logout, request);
    assert_eq!(logout(post), None);
    assert_eq!(logout(BrowserRequest { sec_fetch_site: Some("same-origin"), ..post }), None);
    assert_eq!(logout(BrowserRequest { origin: Some("https://app.example"), ..post }), None);
    for site in ["cross-site", "same-site", "anything"] {
        assert_eq!(logout(BrowserRequest { sec_fetch_site: Some(site), ..post }), Some(403));
    }
    for origin in ["https://evil.example", "null", "http://app.example", "https://app.example.evil"] {
        assert_eq!(logout(BrowserRequest { origin: Some(origin), ..post }), Some(403));
    }
    for method in ["GET", "HEAD"] {
        assert_eq!(logout(BrowserRequest { method, ..post }), Some(405));
    }
}
