use super::*;

fn builder() -> ConfigBuilder {
    Config::builder("client").client_secret("secret").redirect_uri("https://app.example/cb")
}

fn detail(builder: ConfigBuilder) -> String {
    let error = builder.build().unwrap_err();
    assert_eq!(error.code(), ErrorCode::ConfigInvalid);
    error.to_string()
}

#[test]
fn the_default_is_clever() {
    let config = builder().build().unwrap();
    assert_eq!(config.issuer(), "https://clever.com");
    assert_eq!(config.api_base, "https://api.clever.com");
}

#[test]
fn a_redirect_uri_is_https_unless_loopback_or_a_development_app() {
    assert!(builder().redirect_uri("http://127.0.0.1:5000/cb").build().is_ok());
    assert!(builder().redirect_uri("http://localhost:5000/cb").build().is_ok());
    assert!(builder().redirect_uri("http://dev.example/cb").development(true).build().is_ok());
    assert!(detail(builder().redirect_uri("http://app.example/cb")).contains("must be https"));
    assert!(detail(builder().redirect_uri("http://127.0.0.1.evil.example/cb")).contains("must be https"));
    assert!(detail(builder().redirect_uri("app.example/cb")).contains("redirect_uri"));
    assert!(detail(builder().redirect_uri("javascript:alert(1)")).contains("redirect_uri"));
    assert!(detail(builder().redirect_uri("https://app.example/cb#x")).contains("fragment"));
}

#[test]
fn clever_itself_is_reached_by_https_only() {
    assert!(detail(builder().issuer("http://clever.com")).contains("must be https"));
    assert!(detail(builder().api_base("file:///etc/passwd")).contains("api_base"));
    assert!(builder().base_url("http://[::1]:4000/").build().is_ok());
}

#[test]
fn only_configured_redirect_uris_are_given_out() {
    let config = builder().redirect_uri("https://app.example/second").build().unwrap();
    assert_eq!(config.redirect_uri(None).unwrap(), "https://app.example/cb");
    assert_eq!(
        config.redirect_uri(Some("https://app.example/second")).unwrap(),
        "https://app.example/second"
    );
    let error = config.redirect_uri(Some("https://app.example/cb/")).unwrap_err();
    assert_eq!(error.code(), ErrorCode::RedirectUriUnknown);
    assert!(error.to_string().contains("slash at the end"));
    let detail = |uri| config.redirect_uri(Some(uri)).unwrap_err().to_string();
    assert!(detail("https://app.example/cb?x=1").contains("query"));
    assert!(detail("https://APP.example/cb").contains("capital letters"));
    assert!(!detail("https://app.example/other").contains("differs"));
}

#[test]
fn a_timeout_is_above_nothing_and_below_a_day() {
    assert!(detail(builder().timeout(Duration::ZERO)).contains("timeout"));
    assert!(detail(builder().timeout(Duration::MAX)).contains("timeout"));
}

#[test]
fn a_secret_copied_with_a_line_break_is_named() {
    assert!(detail(builder().client_secret("secret\n")).contains("white space"));
}

#[test]
fn debug_shows_no_secret() {
    let shown =
        format!("{:?}", builder().client_secret("hunter2").pending_key("0123456789abcdef").build().unwrap());
    assert!(!shown.contains("hunter2") && !shown.contains("0123456789abcdef"), "{shown}");
}
