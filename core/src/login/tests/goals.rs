//! Where a login may lead.

use super::*;
use crate::protocol::pending::MAX_RETURN_TO_BYTES;

#[test]
fn return_to_may_be_an_iri_or_a_url_of_the_application_itself() {
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
        let error = journey.begin(ResponseType::Code, &going_to(circle), &at(1000)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ReturnToUnsafe, "{circle}");
        let another_host = circle.starts_with("//");
        assert!(another_host || error.to_string().contains("leads back to the callback"), "{error}");
    }
    for other in ["/", "/cb2", "/x/cb", "/cb/x", "/x?next=/cb", "/CB", "https://other.example/cb"] {
        assert!(journey.begin(ResponseType::Code, &going_to(other), &at(1000)).is_ok(), "{other}");
    }
    // A login that began before the redirect URI was configured.
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
    let is_allowed = |target| journey.begin(ResponseType::Code, &going_to(target), &at(1000)).is_ok();
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
fn the_length_of_return_to_is_counted_as_a_browser_shows_it() {
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
                journey.begin(ResponseType::Code, &too_long, &at(1000)).unwrap_err().code(),
                ErrorCode::ReturnToUnsafe
            );
        }
    }
    // Escapes that are not letters count with their full length.
    for text in ["%41", "%ff", "%C2%A0", "%E2%80%A8", "%c2%85", "%", "%é", "%25D1"] {
        let shown = as_shown(text);
        assert!(shown.eq_ignore_ascii_case(text), "{shown}");
    }
    assert_eq!(as_shown("/%D1%88%ffx%2F%D1%88%C2%A0?%e5%ad%97#%F0%9F%98%80%F0"), "/ш%FFx%2Fш%C2%A0?字#😀%F0");
}

#[test]
fn leads_to_recognizes_a_path_in_any_encoding() {
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
    assert!(leads_to("/login%3Fx", "/login"), "decoded twice, this has a query");
    let deep = format!("/{}6cogin", "%".to_owned() + &"25".repeat(100_000));
    assert!(leads_to(&deep, "/login"));
}
