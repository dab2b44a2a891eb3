//! Rules for every page: it says that it is an emulator, loads nothing, runs nothing, and cannot be framed.

use crate::http::Response;
use crate::support::{FORM, authorize_target, form, get, get_with, post, session, with_pages};

const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";

/// Every page, with a name.
fn every_page() -> Vec<(&'static str, Response)> {
    let emulator = with_pages();
    let markup = session(&emulator, "markup");
    let signed_in = |target: &str| get_with(&emulator, target, &[("Cookie", &markup)]);
    let picker = authorize_target("oauth-app", "").replace("/authorize?", "/district-picker?");
    let wrong = form(&[("portal", "emulated"), ("username", "x"), ("password", "x")]);
    vec![
        ("picker", get(&emulator, &picker)),
        ("picker at login", get(&emulator, "/login")),
        (
            "login",
            get(
                &emulator,
                &format!(
                    "/login?portal=emulated&{}",
                    form(&[("target", &authorize_target("oauth-app", &format!("&district_id={DISTRICT}")))])
                ),
            ),
        ),
        ("login of Clever Library", get(&emulator, "/in/library")),
        ("login of another", signed_in("/in/island")),
        ("wrong password", post(&emulator, "/login", &[FORM], &wrong)),
        ("provider", get(&emulator, "/login/provider?portal=island")),
        ("badge", get(&emulator, "/login/badge?portal=emulated")),
        ("confirmation", signed_in(&authorize_target("oauth-app", "&confirmed=false"))),
        ("portal", signed_in("/in/emulated")),
        ("refusal", get(&emulator, "/oauth/authorize?client_id=nobody")),
        ("no access", signed_in(&authorize_target("library-app", ""))),
        ("no portal", get(&emulator, "/in/nowhere")),
        ("foreign form", post(&emulator, "/logout", &[FORM, ("Origin", "null")], "")),
    ]
}

#[test]
fn every_page_says_emulator_in_its_title_and_at_its_top() {
    for (name, page) in every_page() {
        let (head, body) = page.page().split_once("<body>").unwrap();
        assert!(head.contains(" - emulator</title>"), "{name}");
        assert!(body.starts_with("<header><strong>emulator</strong>"), "{name}");
        assert!(body.contains("This is not Clever"), "{name}");
    }
}

#[test]
fn no_page_loads_anything_or_runs_anything() {
    for (name, page) in every_page() {
        for absent in ["src=", "url(", "<script", "<link", "<img", "@import", "onclick", "style=\""] {
            assert!(!page.page().contains(absent), "{name}: {absent}");
        }
        for link in page.page().split("href=\"").chain(page.page().split("action=\"")).skip(1) {
            assert!(!link.starts_with("http") && !link.starts_with("//"), "{name}: {link}");
        }
    }
}

#[test]
fn every_page_has_the_headers_against_framing_caching_and_leaking_its_address() {
    for (name, page) in every_page() {
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{name}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{name}");
        assert!(!policy.contains("script-src"), "{name}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{name}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{name}");
        // Not `no-referrer`: browsers would then send `Origin: null` with the page's own forms.
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{name}");
    }
}

#[test]
fn every_page_has_a_language_one_heading_and_a_width() {
    for (name, page) in every_page() {
        assert!(page.page().contains(r#"<html lang="en">"#), "{name}");
        assert_eq!(page.page().matches("<h1>").count(), 1, "{name}");
        assert_eq!(page.page().matches("<main>").count(), 1, "{name}");
        assert!(page.page().contains("width=device-width"), "{name}");
    }
}

#[test]
fn every_field_has_a_label_and_every_id_is_unique() {
    for (name, page) in every_page() {
        let page = page.page();
        for input in page.split("<input ").skip(1).filter(|input| !input.starts_with(r#"type="hidden""#)) {
            let id = input.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            assert_eq!(page.matches(&format!(r#"<label for="{id}">"#)).count(), 1, "{name}: {id}");
        }
        for id in page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{name}: {id}");
        }
    }
}

#[test]
fn names_are_escaped_and_keep_their_direction() {
    for (name, page) in every_page() {
        assert!(!page.page().contains("<b>"), "{name}");
    }
    for name in ["login of another", "confirmation", "portal", "login"] {
        let (_, page) = every_page().into_iter().find(|(own, _)| *own == name).unwrap();
        assert!(
            page.page().contains(r#"dir="auto">&lt;b&gt;Bobby&lt;/b&gt; &quot;&gt;&lt;script&gt;"#),
            "{name}"
        );
    }
}
