use std::net::TcpListener;
use std::task::Poll;

use clever_emulator::{App, Emulator, Options};

use super::*;
use crate::client::Client;
use crate::error::ErrorCode;

const SECRET: &str = "5ec4e7a15ec4e7a15ec4e7a15ec4e7a15ec4e7a1";
const CALLBACK: &str = "http://localhost:9/callback";

fn emulator() -> Emulator {
    Emulator::start(Options::new().app(App::new("client", SECRET, CALLBACK))).unwrap()
}

fn builder(base_url: &str) -> ConfigBuilder {
    Config::builder("client").client_secret(SECRET).redirect_uri(CALLBACK).base_url(base_url)
}

fn client(emulator: &Emulator) -> Client {
    Client::new(builder(emulator.base_url()).build().unwrap()).unwrap()
}

fn level_of(report: &Report, check: &str) -> Level {
    let found = report.findings().iter().find(|finding| finding.check == check);
    found.unwrap_or_else(|| panic!("{check} is missing in {report}")).level
}

#[tokio::test]
async fn every_check_of_a_valid_setup_is_ok() {
    const CHECKS: [&str; 11] = [
        "settings",
        "process",
        "connect",
        "discovery",
        "clock",
        "keys",
        "credentials",
        "redirect_uri",
        "api",
        "oidc",
        "versions",
    ];
    let emulator = emulator();
    let reports = [client(&emulator).doctor().await, builder(emulator.base_url()).doctor().await];
    for report in reports.map(Result::unwrap) {
        let checks: Vec<_> = report.findings().iter().map(|finding| finding.check.as_str()).collect();
        assert_eq!((checks.as_slice(), report.exit_code()), (CHECKS.as_slice(), 0), "{report}");
        assert!(!report.to_json().contains(SECRET));
    }
}

#[tokio::test]
async fn a_report_on_a_client_includes_its_keys_and_does_not_change_it() {
    let (emulator, other) = (emulator(), emulator());
    let client = client(&emulator);
    client.warm_up().await.unwrap();
    let report = client.doctor().await.unwrap();
    assert!(report.to_text(false).contains("this process knows them"), "{report}");
    client.keys().learn(false);
    let report = client.doctor().await.unwrap();
    assert_eq!(level_of(&report, "oidc"), Level::Warning, "{report}");
    assert!(!client.keys().are_wanted());

    // As if the keys had changed since then: another issuer's keys, under this issuer's name.
    let config = builder(other.base_url()).build().unwrap();
    let theirs = Client::new(config).unwrap().export_keys().await.unwrap();
    let client = self::client(&emulator);
    client.import_keys(&theirs.replace(other.base_url(), emulator.base_url())).unwrap();
    let report = client.doctor().await.unwrap();
    assert_eq!(level_of(&report, "keys"), Level::Warning, "{report}");
    assert!(report.to_text(false).contains("the keys were changed"), "{report}");
}

#[tokio::test]
async fn a_wrong_setting_is_the_first_problem_and_the_rest_is_still_checked() {
    let emulator = emulator();
    let good = || builder(emulator.base_url());
    for (builder, said) in [
        (good().redirect_uri("app.example"), "redirect_uri must start with https://"),
        (good().client_secret(" secret"), "client_secret begins or ends with white space"),
        (good().leeway(601), "leeway must be from 0 to 600 s"),
        (good().return_to_origin("app.example"), "return_to_origin must start with https://"),
    ] {
        let report = builder.doctor().await.unwrap();
        let first = report.first_problem().unwrap();
        assert!(first.check == "settings" && first.found.starts_with(said), "{report}");
        assert_eq!(level_of(&report, "keys"), Level::Ok, "{report}");
    }
    let report = good().ca_bundle("/no/such/file").doctor().await.unwrap();
    assert!(report.first_problem().unwrap().found.contains("/no/such/file"), "{report}");
    assert_eq!(level_of(&report, "discovery"), Level::Warning, "{report}");
}

#[tokio::test]
async fn no_secret_is_sent_when_the_token_endpoint_is_unknown() {
    let emulator = emulator();
    let secrets_sent = || emulator.request_count("/oauth/tokens");
    let good = || builder(emulator.base_url());
    let unreadable = Finding::new("settings", Level::Problem, "token_endpoint cannot be read", None);
    let nowhere = good().issuer(format!("{}/nowhere", emulator.base_url()));
    for (builder, findings) in [(good(), vec![unreadable]), (nowhere.with_discovery(true), Vec::new())] {
        let report = of_builder(builder, findings).await.unwrap();
        assert_eq!((report.level(), secrets_sent()), (Level::Problem, 0), "{report}");
    }
    let report = good().with_discovery(true).doctor().await.unwrap();
    assert_eq!((report.level(), secrets_sent()), (Level::Ok, 1), "{report}");
}

#[tokio::test]
async fn a_missing_setting_is_reported_with_the_logins_that_cannot_begin() {
    let emulator = emulator();
    let bare = || Config::builder("client").base_url(emulator.base_url());
    let without_address = bare().client_secret(SECRET).doctor().await.unwrap();
    for report in [without_address, bare().doctor().await.unwrap()] {
        let first = report.first_problem().unwrap();
        assert!(first.check == "settings" && first.found == "redirect_uri is not set: no login can begin");
    }
    // As for the implicit grant.
    let report = bare().redirect_uri(CALLBACK).doctor().await.unwrap();
    assert_eq!((level_of(&report, "settings"), report.exit_code()), (Level::Warning, 1), "{report}");
    assert!(report.findings()[0].found.starts_with("client_secret is not set: no login with a code"));
}

#[tokio::test]
async fn redirect_uris_are_tried_up_to_a_reported_limit() {
    let uri = |number: usize| format!("{CALLBACK}/{number}");
    let app =
        (0..70).fold(App::new("client", SECRET, CALLBACK), |app, number| app.with_redirect_uri(uri(number)));
    let emulator = Emulator::start(Options::new().app(app)).unwrap();
    let with = |count: usize| {
        (0..count - 1).fold(builder(emulator.base_url()), |builder, number| builder.redirect_uri(uri(number)))
    };
    let known = |report: &Report| report.to_text(false).matches("redirect_uri: Clever knows").count();
    let report = with(64).doctor().await.unwrap();
    assert_eq!((known(&report), report.exit_code()), (64, 0), "{report}");
    let report = with(70).doctor().await.unwrap();
    assert_eq!((known(&report), report.exit_code()), (64, 1), "{report}");
    assert!(
        report.to_text(false).contains("not checked: 6 of the 70 redirect URIs, those after the first 64")
    );
    // Only the last one is wrong.
    let report = with(20).redirect_uri("http://localhost:9/elsewhere").doctor().await.unwrap();
    let first = report.first_problem().unwrap();
    assert!(first.check == "redirect_uri" && first.found.contains("elsewhere"), "{report}");
}

/// The clock of this test advances by itself whenever nothing else happens.
#[tokio::test(start_paused = true)]
async fn a_report_on_a_silent_server_ends_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", silent.local_addr().unwrap());
    for discovers in [false, true] {
        let begun = clock::now();
        let builder = builder(&base_url).timeout(Duration::from_secs(60)).with_discovery(discovers);
        let report = builder.doctor().await.unwrap();
        assert!(clock::now() - begun < Duration::from_secs(15));
        let first = report.first_problem().unwrap();
        assert!(matches!(&*first.check, "connect" | "discovery"), "{report}");
    }
}

#[test]
fn a_call_outside_a_runtime_is_an_error_instead_of_a_report() {
    let emulator = emulator();
    let waker = std::task::Waker::noop();
    let (client, mut context) = (client(&emulator), std::task::Context::from_waker(waker));
    let Poll::Ready(outside) = std::pin::pin!(client.doctor()).poll(&mut context) else {
        panic!("the call waits")
    };
    assert_eq!(outside.unwrap_err().code(), ErrorCode::RuntimeMissing);
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_call_in_an_async_task_is_an_error_instead_of_a_report() {
    use crate::{LoginOptions, blocking};

    let emulator = emulator();
    let here = blocking::Client::new(builder(emulator.base_url()).build().unwrap()).unwrap();
    assert_eq!(here.doctor().unwrap().exit_code(), 0);
    assert_eq!(blocking::doctor(builder(emulator.base_url())).unwrap().exit_code(), 0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        assert_eq!(here.doctor().unwrap_err().code(), ErrorCode::RuntimeRunning);
        let alone = blocking::doctor(builder(emulator.base_url()));
        assert_eq!(alone.unwrap_err().code(), ErrorCode::RuntimeRunning);
    });
    assert!(here.begin_login(&LoginOptions::new()).is_ok());
}
