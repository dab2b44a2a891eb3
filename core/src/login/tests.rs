use super::*;
use url::Url;

const REDIRECT: &str = "https://app.example/cb";

fn journey() -> Journey {
    let config = Config::builder("client")
        .client_secret("secret")
        .redirect_uri(REDIRECT)
        .redirect_uri("https://app.example/second")
        .return_to_origin("https://other.example")
        .build();
    Journey::new(config.unwrap()).unwrap()
}

fn moment(now: u64) -> Moment {
    Moment { now, ..Moment::present().unwrap() }
}

fn state_of(login: &Login) -> String {
    let url = Url::parse(&login.url).unwrap();
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

fn back(login: &Login) -> String {
    format!("{REDIRECT}?code=abc&scope=x&state={}", state_of(login))
}

fn restart(arrival: Result<Arrival>) -> Restart {
    match arrival {
        Ok(Arrival::Finished(Outcome::Restart(restart))) => restart,
        Ok(Arrival::Exchange(_)) => panic!("the code would be spent"),
        Ok(Arrival::Finished(other)) => panic!("{other:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn error(arrival: Result<Arrival>) -> ErrorCode {
    arrival.err().unwrap().code()
}

#[test]
fn a_code_is_spent_only_with_its_state_and_pending_login() {
    let (journey, options) =
        (journey(), LoginOptions { return_to: Some("/a".into()), ..LoginOptions::default() });
    let login = journey.begin(&options, &moment(1000)).unwrap();
    let Ok(Arrival::Exchange(exchange)) = journey.arrive(&back(&login), Some(&login.pending), &moment(1030))
    else {
        panic!("the login is in order");
    };
    assert_eq!(
        (exchange.redirect_uri.as_str(), exchange.pending.return_to.as_deref()),
        (REDIRECT, Some("/a"))
    );
}

#[test]
fn a_login_that_began_at_clever_is_begun_anew_with_or_without_an_old_pending_login() {
    let journey = journey();
    let old = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap().pending;
    for pending in [None, Some(""), Some(old.as_str())] {
        let restart = restart(journey.arrive("code=abc&scope=x", pending, &moment(1000)));
        assert_eq!(restart.reason, ErrorCode::StateMissing);
        assert!(matches!(
            journey.arrive(&back(&restart.login), Some(&restart.login.pending), &moment(1001)),
            Ok(Arrival::Exchange(_))
        ));
    }
}

#[test]
fn an_attackers_code_and_state_never_finish_in_the_victims_browser() {
    let journey = journey();
    let attacker = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    let victim = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    let with = |pending| restart(journey.arrive(&back(&attacker), pending, &moment(1000))).reason;
    assert_eq!(with(Some(&*victim.pending)), ErrorCode::StateMismatch);
    assert_eq!(with(None), ErrorCode::PendingMissing);
    assert_eq!(with(Some("forged")), ErrorCode::PendingInvalid);
}

#[test]
fn a_login_that_took_longer_than_ten_minutes_is_begun_anew_and_keeps_its_goal() {
    let journey = journey();
    let second = "https://app.example/second";
    let options = LoginOptions {
        return_to: Some("/a".into()),
        redirect_uri: Some(second.into()),
        ..LoginOptions::default()
    };
    let login = journey.begin(&options, &moment(1000)).unwrap();
    let restart = restart(journey.arrive(&back(&login), Some(&login.pending), &moment(1601)));
    assert_eq!(restart.reason, ErrorCode::PendingExpired);
    let Ok(Arrival::Exchange(again)) =
        journey.arrive(&back(&restart.login), Some(&restart.login.pending), &moment(1602))
    else {
        panic!("the login is in order");
    };
    assert_eq!((again.redirect_uri.as_str(), again.pending.return_to.as_deref()), (second, Some("/a")));
}

#[test]
fn with_cookies_off_the_second_failure_is_an_error_that_says_so() {
    let journey = journey();
    let first = restart(journey.arrive("code=abc", None, &moment(1000)));
    assert_eq!(error(journey.arrive(&back(&first.login), None, &moment(1001))), ErrorCode::CookiesBlocked);
    assert_eq!(
        error(journey.arrive(&back(&first.login), Some("forged"), &moment(1001))),
        ErrorCode::PendingInvalid
    );
}

#[test]
fn no_sequence_of_arrivals_restarts_for_ever() {
    let journey = journey();
    let mut login = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    for _ in 0..MAX_RESTARTS {
        // Something on the way strips the state each time.
        login = restart(journey.arrive("code=abc", Some(&login.pending), &moment(1000))).login;
    }
    assert_eq!(error(journey.arrive("code=abc", Some(&login.pending), &moment(1000))), ErrorCode::LoginLoop);
}

#[test]
fn clevers_refusal_is_an_outcome() {
    let arrival = journey().arrive("error=unauthorized-user&error_description=no", None, &moment(1000));
    let denied = Denied { error: "unauthorized-user".into(), description: Some("no".into()) };
    assert!(matches!(arrival, Ok(Arrival::Finished(Outcome::Denied(found))) if found == denied));
}

#[test]
fn a_callback_of_another_issuer_is_refused() {
    let journey = journey();
    let login = journey.begin(&LoginOptions::default(), &moment(1000)).unwrap();
    let callback = format!("{}&iss=https%3A%2F%2Fevil.example", back(&login));
    assert_eq!(
        error(journey.arrive(&callback, Some(&login.pending), &moment(1000))),
        ErrorCode::CallbackIssuer
    );
}

#[test]
fn return_to_never_leads_to_another_site() {
    for good in ["/", "/a?b=//c#d", "/a%2F", "https://other.example/x", "https://other.example"] {
        assert!(check_return_to(good, &["https://other.example".into()]).is_ok(), "{good}");
    }
    for bad in [
        "",
        "a",
        "//evil.example",
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
        "data:,x",
        "blob:https://other.example/1",
        "https:other.example",
        "https:/other.example",
        "https://@other.example",
    ] {
        assert_eq!(
            check_return_to(bad, &["https://other.example".into()]).unwrap_err().code(),
            ErrorCode::ReturnToUnsafe,
            "{bad}"
        );
    }
}

#[test]
fn only_configured_redirect_uris_are_used() {
    let options =
        LoginOptions { redirect_uri: Some("https://evil.example/cb".into()), ..LoginOptions::default() };
    assert_eq!(journey().begin(&options, &moment(0)).unwrap_err().code(), ErrorCode::RedirectUriUnknown);
    let options =
        LoginOptions { redirect_uri: Some("https://app.example/second".into()), ..LoginOptions::default() };
    assert!(journey().begin(&options, &moment(0)).unwrap().url.contains("app.example%2Fsecond"));
}

#[test]
fn an_application_without_a_secret_is_told_before_anybody_is_sent_away() {
    let config = Config::builder("client").redirect_uri(REDIRECT).build().unwrap();
    let journey = Journey::new(config).unwrap();
    let error = journey.begin(&LoginOptions::default(), &moment(0)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ClientSecretMissing);
}
