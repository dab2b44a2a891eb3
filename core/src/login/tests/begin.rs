//! How a login begins.

use super::*;

#[test]
fn a_long_district_is_refused_and_an_empty_one_is_unset() {
    let with = |district_id: &str| {
        let options = LoginOptions { district_id: Some(district_id.to_owned()), ..LoginOptions::default() };
        journey().begin(ResponseType::Code, &options, &at(0))
    };
    assert!(with("53ee4b8a44abc88c1c00119b").unwrap().url.contains("&district_id=53ee4b8a44abc88c1c00119b"));
    assert!(!with("").unwrap().url.contains("district_id"));
    for bad in ["a".repeat(9 * 1024), "a\0".to_owned()] {
        assert_eq!(with(&bad).unwrap_err().code(), ErrorCode::ArgumentInvalid);
    }
}

#[test]
fn only_configured_redirect_uris_are_used() {
    let options =
        LoginOptions { redirect_uri: Some("https://evil.example/cb".into()), ..LoginOptions::default() };
    assert_eq!(
        journey().begin(ResponseType::Code, &options, &at(0)).unwrap_err().code(),
        ErrorCode::RedirectUriUnknown
    );
    let options =
        LoginOptions { redirect_uri: Some("https://app.example/second".into()), ..LoginOptions::default() };
    assert!(
        journey().begin(ResponseType::Code, &options, &at(0)).unwrap().url.contains("app.example%2Fsecond")
    );
}

#[test]
fn a_missing_secret_fails_before_the_browser_is_sent_to_clever() {
    let config = Config::builder("client").redirect_uri(REDIRECT).build().unwrap();
    let journey = Journey::new(config).unwrap();
    let error = journey.begin(ResponseType::Code, &LoginOptions::default(), &at(0)).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ClientSecretMissing);
}

#[test]
fn options_are_set_one_by_one_and_debug_shows_no_cookie() {
    let options = LoginOptions::new()
        .cookies("a-cookie=1")
        .redirect_uri(SECOND)
        .district_id("d1")
        .return_to("/a-page")
        .switch_user(true)
        .has_session(true)
        .home("/a-home");
    let login = journey().begin(ResponseType::Code, &options, &at(0)).unwrap();
    for part in ["redirect_uri=https%3A%2F%2Fapp.example%2Fsecond", "district_id=d1", "confirmed=false"] {
        assert!(login.url.contains(part), "{}", login.url);
    }
    let shown = format!("{options:?}");
    assert!(shown.contains(SECOND) && shown.contains("d1"), "{shown}");
    for hidden in ["a-cookie", "a-page", "a-home"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
