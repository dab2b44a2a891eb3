use std::time::Duration;

use super::pages;
use super::{BrowserLeg, HeldLogins, Problem, Refused, SessionIdentity, WebOptions, WebRequest, WebResponse};
use crate::sentences::Language;
use crate::{Client, Config, ErrorCode, Identity, RoleName, Secret, SignedIn, Tokens, UserType};

const CALLBACK: &str = "https://app.example/clever/callback";

fn client(redirect_uris: &[&str]) -> Client {
    let config = Config::builder("id").client_secret("a secret of the tests");
    let config = redirect_uris.iter().fold(config, |config, uri| config.redirect_uri(*uri));
    Client::new(config.build().unwrap()).unwrap()
}

fn leg(options: WebOptions) -> BrowserLeg {
    BrowserLeg::new(client(&[CALLBACK]), options).unwrap()
}

fn get(target: &str, headers: &[(&str, &str)]) -> WebRequest {
    WebRequest::new("GET", target, headers.iter().copied())
}

fn header<'a>(response: &'a WebResponse, name: &str) -> &'a str {
    response.as_http().headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn a_wrong_option_is_named_at_startup() {
    for (options, named) in [
        (WebOptions::new().prefix("clever"), "prefix must be a path"),
        (WebOptions::new().prefix("/a//b"), "prefix must be a path"),
        (WebOptions::new().after_login("//evil.example"), "after_login must be a path"),
        (WebOptions::new().after_login("javascript:alert()"), "after_login must be a path"),
        (WebOptions::new().after_login("/clever/login"), "after_login must not lead"),
        (WebOptions::new().after_login("/clever/callback?x"), "after_login must not lead"),
        (WebOptions::new().after_log_out("/clever/logout/"), "after_log_out must not lead"),
        (WebOptions::new().callback_path("/other"), "callback_path must be the end"),
        (WebOptions::new().language("fr"), "language must be en or es, found \"fr\""),
        (WebOptions::new().session_lifetime(Duration::ZERO), "session_lifetime must be"),
        (WebOptions::new().session_lifetime(Duration::MAX), "session_lifetime must be"),
    ] {
        let error = BrowserLeg::new(client(&[CALLBACK]), options).unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigInvalid);
        assert!(error.to_string().contains(named), "{error}");
    }
    let taken =
        BrowserLeg::new(client(&["https://app.example/clever/login"]), WebOptions::new()).unwrap_err();
    assert!(taken.to_string().contains("change prefix"), "{taken}");
    let nowhere = BrowserLeg::new(client(&[]), WebOptions::new()).unwrap_err();
    assert_eq!(nowhere.code(), ErrorCode::RedirectUriUnknown);
    let secretless = Client::new(Config::builder("id").redirect_uri(CALLBACK).build().unwrap()).unwrap();
    let error = BrowserLeg::new(secretless, WebOptions::new()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ClientSecretMissing);
    let ask_again = WebOptions::new().after_log_out("/clever/login");
    assert!(BrowserLeg::new(client(&[CALLBACK]), ask_again).is_ok());
}

#[test]
fn options_are_read_from_variables_and_errors_name_the_variable() {
    let read = |variables: &[(&str, &str)]| {
        WebOptions::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| Ok((*value).to_owned()))
        })
    };
    let options = read(&[
        ("CLEVER_URL_PREFIX", "/auth"),
        ("CLEVER_CALLBACK_PATH", "/clever/callback"),
        ("CLEVER_DISTRICT_ID", "53ee4b8a44abc88c1c00119b"),
        ("CLEVER_AFTER_LOGIN", "/me"),
        ("CLEVER_AFTER_LOGOUT", "/bye"),
        ("CLEVER_WAITING_PAGE", "Yes"),
        ("CLEVER_LANGUAGE", "es"),
        ("CLEVER_SESSION_SECONDS", "60"),
    ]);
    let options = options.unwrap();
    assert_eq!(options.session_lifetime, Duration::from_secs(60));
    let leg = leg(options);
    let login = leg.login(&get("/auth/login", &[]), false);
    assert!(header(&login, "location").contains("district_id=53ee4b8a44abc88c1c00119b"));
    let out = WebRequest::new("POST", "/auth/logout", [("host", "app.example")]);
    assert_eq!(header(&leg.log_out(&out), "location"), "/bye");
    assert!(leg.login_button(&get("/", &[]), None).contains("lang=\"es\""));
    for (name, value, said) in [
        ("CLEVER_URL_PREFIX", "clever", "CLEVER_URL_PREFIX must be a path"),
        ("CLEVER_CALLBACK_PATH", "/other", "CLEVER_CALLBACK_PATH must be the end"),
        ("CLEVER_AFTER_LOGIN", "//evil.example", "CLEVER_AFTER_LOGIN must be a path"),
        ("CLEVER_AFTER_LOGOUT", "/clever/callback", "CLEVER_AFTER_LOGOUT must not lead"),
        ("CLEVER_WAITING_PAGE", "maybe", "CLEVER_WAITING_PAGE cannot be read as true or false"),
        ("CLEVER_LANGUAGE", "fr", "CLEVER_LANGUAGE must be en or es"),
        ("CLEVER_SESSION_SECONDS", "0", "CLEVER_SESSION_SECONDS must be at least a second"),
        ("CLEVER_SESSION_SECONDS", "12h", "CLEVER_SESSION_SECONDS cannot be read as a whole number"),
    ] {
        let refused =
            read(&[(name, value)]).and_then(|options| BrowserLeg::new(client(&[CALLBACK]), options));
        assert!(refused.unwrap_err().to_string().contains(said), "{said}");
        assert!(
            read(&[(name, "")]).and_then(|options| BrowserLeg::new(client(&[CALLBACK]), options)).is_ok()
        );
    }
    let refused = BrowserLeg::new(client(&[CALLBACK]), read(&[]).unwrap().prefix("clever")).unwrap_err();
    assert!(
        refused.to_string().contains(": prefix must be a path"),
        "the program has set the option: {refused}"
    );
}

#[test]
fn urls_include_a_prefix_that_a_proxy_removes() {
    let uri = "https://app.example/school/clever/callback";
    for options in [WebOptions::new(), WebOptions::new().callback_path("/clever/callback")] {
        let leg = BrowserLeg::new(client(&[uri]), options).unwrap();
        let request = get("/grades", &[]);
        assert!(leg.is_login("/clever/login") && leg.is_callback("/clever/callback"));
        assert_eq!(leg.login_url(&request, None), "/school/clever/login");
        assert_eq!(
            header(&leg.not_signed_in(&request), "location"),
            "/school/clever/login?next=%2Fschool%2Fgrades"
        );
    }
    // If the request has the prefix, no proxy removed it.
    let leg = BrowserLeg::new(client(&[uri]), WebOptions::new().prefix("/school/clever")).unwrap();
    assert!(leg.is_login("/school/clever/login/"));
    assert_eq!(leg.login_url(&get("/school/grades", &[]), None), "/school/clever/login");
}

#[test]
fn a_callback_at_the_root_does_not_replace_the_front_page() {
    let leg = BrowserLeg::new(client(&["https://app.example"]), WebOptions::new()).unwrap();
    for (target, is_callback) in
        [("/", false), ("/?lesson=1", false), ("/?code=a", true), ("/?error=b", true), ("/x?code=a", false)]
    {
        assert_eq!(leg.takes_callback(&get(target, &[])), is_callback, "{target}");
    }
}

#[test]
fn signed_out_pages_are_redirected_and_scripts_get_401() {
    let leg = leg(WebOptions::new());
    let navigates =
        [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Accept", "text/html,*/*;q=0.8")];
    for (method, headers, status) in [
        ("GET", vec![], 303),
        ("GET", navigates.to_vec(), 303),
        ("HEAD", navigates.to_vec(), 303),
        ("GET", vec![("Accept", "*/*")], 303),
        ("GET", vec![("Accept", "text/html;q=0.9,application/json;q=0.8")], 303),
        ("GET", vec![("Accept", "text/html;q=0.5, application/json")], 401),
        ("GET", vec![("Accept", "application/json")], 401),
        ("GET", vec![("Accept", "*/*"), ("X-Requested-With", "XMLHttpRequest")], 401),
        ("GET", vec![("Sec-Fetch-Mode", "cors")], 401),
        ("GET", vec![("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe")], 401),
        ("POST", vec![], 401),
    ] {
        let response = leg.not_signed_in(&WebRequest::new(method, "/a?b=ä", headers.clone()));
        assert_eq!(response.as_http().status(), status, "{method} {headers:?}");
        assert_eq!(header(&response, "cache-control"), "no-store");
        if status == 303 {
            assert_eq!(header(&response, "location"), "/clever/login?next=%2Fa%3Fb%3D%C3%A4");
        } else {
            assert!(header(&response, "www-authenticate").starts_with("Session"));
            assert_eq!(header(&response, "content-type"), "application/json");
            assert!(response.as_http().body().contains("\"login_url\":\"/clever/login\""));
        }
    }
    // The response to a person's submitted form is not JSON.
    let form = leg.not_signed_in(&WebRequest::new("POST", "/a", navigates));
    assert_eq!(
        (form.as_http().status().as_u16(), header(&form, "content-type")),
        (401, "text/html; charset=utf-8")
    );
    assert_eq!(form.problem().map(|problem| problem.code.as_str()), Some("not_signed_in"));
    assert_eq!(leg.not_allowed(&get("/a", &[])).as_http().status(), 403);
    let told = leg.not_allowed(&get("/a", &[("Sec-Fetch-Mode", "cors")]));
    assert_eq!((told.as_http().status().as_u16(), header(&told, "content-type")), (403, "application/json"));
}

#[test]
fn pages_are_in_the_language_of_the_browser() {
    let leg = leg(WebOptions::new());
    for (accepted, tag) in [
        ("", "en"),
        ("es", "es"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("fr, es;q=0.5", "es"),
        ("de", "en"),
        ("es;q=0", "en"),
    ] {
        let response = leg.not_allowed(&get("/a", &[("Accept-Language", accepted)]));
        assert!(response.as_http().body().contains(&format!("<html lang=\"{tag}\">")), "{accepted}");
        assert_eq!(response.problem().map(|problem| problem.language), Some(tag));
    }
}

#[test]
fn a_configured_language_is_used_for_every_page() {
    for (set, accepted, tag) in
        [("es", "en", "es"), ("en", "es", "en"), ("es-MX", "", "es"), ("", "es", "es")]
    {
        let response =
            leg(WebOptions::new().language(set)).not_allowed(&get("/a", &[("Accept-Language", accepted)]));
        assert!(response.as_http().body().contains(&format!("<html lang=\"{tag}\">")), "{set} {accepted}");
        assert_eq!(response.problem().map(|problem| problem.language), Some(tag));
    }
}

#[test]
fn names_and_urls_in_pages_are_escaped() {
    let leg = leg(WebOptions::new());
    let request = get("/a?\"><script>", &[]);
    let mut person = person(None, &[]);
    "<b>'\"&".clone_into(&mut person.full_name);
    let line = leg.signed_in_line(&request, &person);
    assert!(line.contains("&lt;b&gt;&#x27;&quot;&amp;") && !line.contains("<script>"), "{line}");
    assert!(leg.login_button(&request, Some("/a\"b")).contains("next=%2Fa%22b"));
    let response = leg.not_allowed(&request);
    assert!(!response.as_http().body().contains("<script>"));
    assert!(
        header(&response, "content-security-policy").starts_with("default-src 'none'; style-src 'sha256-")
    );
}

/// Set by `make sentences`: write the pages instead of comparing them.
const WRITE: &str = "CLEVER_SSO_WRITE_PAGES";

/// The browser tests show these files, with their headers, and check that the pages are accessible.
#[test]
fn the_pages_match_the_files_of_the_browser_tests() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages");
    for language in [Language::English, Language::Spanish] {
        let leg = leg(WebOptions::new().language(language.tag()));
        let request = get("/grades", &[("Sec-Fetch-Mode", "navigate")]);
        let sent = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Accept", "text/html")];
        let form = WebRequest::new("POST", "/grades", sent);
        let mut ada = person(Some("student"), &["student"]);
        "Ada Ashworth".clone_into(&mut ada.full_name);
        let snippets =
            format!("{}\n{}", leg.login_button(&request, None), leg.signed_in_line(&request, &ada));
        for (name, response) in [
            ("refused", leg.refused_sign_in(&request, &signed_in(Some("/grades")), &Refused::new())),
            ("not-allowed", leg.not_allowed(&request)),
            ("not-signed-in", leg.not_signed_in(&form)),
            ("waiting", WebResponse::page(200, pages::waiting("/clever/callback?clever_waited=1", language))),
            ("snippets", WebResponse::page(200, snippets)),
        ] {
            let headers = ["content-type", "content-security-policy", "referrer-policy"]
                .map(|name| format!("{name}: {}\n", header(&response, name)));
            let shown = format!("{}\n{}\n", headers.concat(), response.as_http().body().trim_end());
            let path = format!("{folder}/{name}-{}.http", language.tag());
            if std::env::var_os(WRITE).is_some() {
                std::fs::write(&path, &shown).unwrap();
            }
            assert!(
                std::fs::read_to_string(&path).unwrap_or_default() == shown,
                "{path} is stale: run `make sentences`"
            );
        }
    }
}

#[test]
fn an_applications_own_page_keeps_status_and_cookies() {
    let response = leg(WebOptions::new()).not_allowed(&get("/a", &[])).with_page("<p>mine");
    assert_eq!((response.as_http().status().as_u16(), response.as_http().body().as_str()), (403, "<p>mine"));
    assert_eq!(header(&response, "content-security-policy"), "");
    assert_eq!(response.problem().map(Problem::status_code), Some(http::StatusCode::FORBIDDEN));
}

#[test]
fn a_redirect_to_a_long_url_becomes_a_page() {
    let leg = leg(WebOptions::new());
    let response = leg.not_signed_in(&get(&format!("/{}", "%D1%88".repeat(500)), &[]));
    assert_eq!(response.as_http().status(), 303, "500 letters must fit into a redirect");
    let long = "/".to_owned() + &"x".repeat(3000);
    assert_eq!(header(&leg.not_signed_in(&get(&long, &[])), "location"), "/clever/login");
    let login = crate::Login {
        url: format!("https://clever.com/{}", "x".repeat(4000)),
        set_cookies: Vec::new(),
        key: String::new(),
        pending: String::new(),
        needs_page: false,
    };
    let response = WebResponse::from(&login);
    assert_eq!(response.as_http().status(), 200);
    assert!(
        response.as_http().body().contains("http-equiv=\"refresh\" content=\"0; url=https://clever.com/x")
    );
}

fn person(user_type: Option<&str>, roles: &[&str]) -> SessionIdentity {
    let mut identity = Identity::new("https://clever.com", "1");
    identity.user_type = user_type.map(UserType::from);
    identity.roles = roles.iter().map(|role| crate::Role::new(*role)).collect();
    SessionIdentity::new(&identity, Duration::from_secs(60))
}

fn signed_in(return_to: Option<&str>) -> SignedIn {
    SignedIn {
        identity: Identity::new("https://clever.com", "1"),
        tokens: Tokens { access_token: Secret::new("hunter2"), id_token: None },
        return_to: return_to.map(str::to_owned),
        switch_user: false,
        set_cookies: Vec::new(),
    }
}

#[test]
fn the_role_of_the_login_counts_or_all_roles_when_it_is_unknown() {
    assert!(person(Some("teacher"), &["teacher", "contact"]).has_role(["staff", "teacher"]));
    assert!(!person(Some("teacher"), &["teacher", "contact"]).has_role([RoleName::Contact]));
    assert!(person(None, &["teacher", "contact"]).has_role(["contact"]));
    assert!(!person(None, &[]).has_role(["contact"]));
    assert!(!person(Some("teacher"), &["teacher"]).has_role([] as [&str; 0]));
    assert!(
        person(Some("teacher"), &[]).has_role("teacher")
            && !person(None, &["staff"]).has_role(RoleName::Teacher)
    );
}

#[test]
fn an_expired_or_foreign_session_has_no_person() {
    let kept = serde_json::to_value(person(Some("student"), &["student"])).unwrap();
    let found = SessionIdentity::from_session(kept.clone()).unwrap();
    assert_eq!(found.user_type, Some(UserType::Student));
    for (member, value) in [("ends_at", 1.into()), ("format", 9.into()), ("id", serde_json::Value::Null)] {
        let mut changed = kept.clone();
        changed[member] = value;
        assert_eq!(SessionIdentity::from_session(changed), None, "{member}");
    }
    assert!(!format!("{found:?}").contains("full_name"));
}

#[test]
fn a_held_login_redirects_to_the_applications_page_and_is_completed_once() {
    let leg = leg(WebOptions::new().after_login("/home"));
    let mut signed_in = signed_in(Some("/grades"));
    let request = get("/clever/callback", &[]);
    let (held, key) = HeldLogins::hold(None, &signed_in).unwrap();
    let waits = leg.held(&request, &signed_in, &format!("/code/{key}"));
    assert_eq!((waits.as_http().status().as_u16(), waits.ends_session()), (303, false));
    assert_eq!(header(&waits, "location"), format!("/code/{key}"));
    signed_in.return_to = None;
    let (held, other) = HeldLogins::hold(Some(held), &signed_in).unwrap();
    let kept = serde_json::to_value(&held).unwrap();
    let mut session = HeldLogins::from_session(kept.clone());
    let login = leg.take_held(&mut session, Some(&key)).unwrap();
    assert_eq!(header(&leg.admitted(&request, &login), "location"), "/grades");
    let refused = leg.refused_sign_in(&request, &login, &Refused::new());
    assert_eq!((refused.as_http().status().as_u16(), refused.ends_session()), (403, true));
    assert!(refused.as_http().body().contains("next=%2Fgrades"));
    // A browser that stores its session may send an old copy again, to any worker of this process.
    assert!(leg.clone().take_held(&mut HeldLogins::from_session(kept), Some(&key)).is_none());
    let again = leg.log_in_again(&request);
    assert_eq!((header(&again, "location"), header(&again, "cache-control")), ("/clever/login", "no-store"));
    let login = leg.take_held(&mut session, Some(&other)).unwrap();
    assert_eq!(header(&leg.admitted(&request, &login), "location"), "/home");
    assert!(session.is_none());
}
