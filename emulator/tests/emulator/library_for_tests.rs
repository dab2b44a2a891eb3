//! The functions of the emulator for tests in Rust, without a browser and without HTTP.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::time::Duration;

use clever_emulator::Emulator;
use clever_sso::blocking::Client;
use clever_sso::{Config, LoginOptions, Outcome};

use crate::support::{automatic, with_pages};

fn client(emulator: &Emulator) -> Client {
    let apps = emulator.apps();
    let app = apps.iter().find(|app| app.client_id() == "oidc-app").unwrap();
    let config = Config::builder("oidc-app")
        .client_secret("oidc-secret")
        .redirect_uri(app.redirect_uris().next().unwrap())
        .base_url(emulator.base_url());
    Client::new(config.build().unwrap()).unwrap()
}

/// Finishes a login from its callback.
fn finish(client: &Client, emulator: &Emulator, callback: &str, cookies: &str) -> Outcome {
    match client.finish_login(callback, cookies).unwrap() {
        Outcome::Restart(again) => {
            let cookies = cookie_header(&again.login.set_cookies);
            let callback = emulator.log_in_as("ada", &again.login.url).unwrap();
            client.finish_login(&callback, &cookies).unwrap()
        }
        outcome => outcome,
    }
}

fn cookie_header(cookies: &[clever_sso::SetCookie]) -> String {
    let pairs = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value()));
    pairs.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_person_logs_in_from_the_app_the_portal_and_an_instant_login_link() {
    for emulator in [automatic("ada"), with_pages()] {
        let client = client(&emulator);
        let ada = emulator.person("ada").unwrap();
        let login = client.begin_login(&LoginOptions::new()).unwrap();
        let cookies = cookie_header(&login.set_cookies);
        let ways = [
            (login.url, cookies),
            (emulator.portal_link("oidc-app").unwrap(), String::new()),
            (
                emulator.instant_login_link("oidc-app", ada.district_id.as_deref().unwrap()).unwrap(),
                String::new(),
            ),
        ];
        for (url, cookies) in ways {
            let callback = emulator.log_in_as("ada", &url).unwrap();
            let Outcome::SignedIn(signed_in) = finish(&client, &emulator, &callback, &cookies) else {
                panic!("{url}")
            };
            assert_eq!(signed_in.identity.id, ada.id, "{url}");
        }
    }
}

#[test]
fn an_unknown_person_app_or_url_gives_no_callback() {
    let emulator = with_pages();
    let link = emulator.portal_link("oidc-app").unwrap();
    assert_eq!(emulator.log_in_as("nobody", &link), None);
    assert_eq!(emulator.log_in_as("ada", "https://clever.com/oauth/authorize?client_id=oidc-app"), None);
    assert_eq!(emulator.log_in_as("ada", &format!("{}/login", emulator.base_url())), None);
    assert_eq!(emulator.log_in_as("ada", &format!("{}/oauth/authorize?", emulator.base_url())), None);
    assert_eq!((emulator.portal_link("no-app"), emulator.instant_login_link("no-app", "1")), (None, None));
}

#[test]
fn keys_can_be_rotated_the_journal_read_and_everything_reset() {
    let emulator = automatic("ada");
    let client = client(&emulator);
    let (first, second) = (emulator.rotate_keys().unwrap(), emulator.rotate_keys().unwrap());
    assert_ne!(first, second);
    client.warm_up().unwrap();
    emulator.advance(Duration::from_secs(3600));
    let entries = emulator.journal();
    assert_eq!(
        entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(),
        ["/.well-known/openid-configuration", "/oauth/certs"]
    );
    assert!(entries.iter().all(|entry| entry.method == "GET" && entry.status == 200));
    assert!(entries.iter().all(|entry| !entry.explanation.is_empty()));
    emulator.reset();
    assert!(emulator.journal().is_empty() && emulator.request_count("/oauth/certs") == 0);
    assert!(emulator.now() < entries[0].time + 3600);
}
