use std::time::Duration;

use super::{Config, ConfigBuilder, SettingNames};
use crate::error::ErrorCode;

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
    assert!(detail(builder().redirect_uri("http://app.example/cb")).contains("must start with https://"));
    assert!(
        detail(builder().redirect_uri("http://127.0.0.1.evil.example/cb"))
            .contains("must start with https://")
    );
    assert!(detail(builder().redirect_uri("app.example/cb")).contains("redirect_uri"));
    assert!(detail(builder().redirect_uri("javascript:alert(1)")).contains("redirect_uri"));
    assert!(detail(builder().redirect_uri("https://app.example/cb#x")).contains("fragment"));
}

#[test]
fn values_that_are_too_long_for_a_url_are_refused() {
    assert!(detail(Config::builder("a".repeat(256))).contains("client_id must have at most 255 bytes"));
    let long = format!("https://app.example/{}", "a".repeat(2048));
    assert!(detail(builder().redirect_uri(&long)).contains("redirect_uri must have at most 2048 bytes"));
    assert!(detail(builder().base_url(&long)).contains("base_url must have at most 2048 bytes"));
}

#[test]
fn every_address_may_be_plain_http_in_development() {
    let config = builder().base_url("http://clever:5999/").development(true).build().unwrap();
    assert_eq!((config.issuer(), config.api_base.as_str()), ("http://clever:5999", "http://clever:5999"));
    assert!(builder().jwks_uri("http://keys.example/").development(true).build().is_ok());
    for text in ["ftp://clever:5999", "clever:5999", "//clever:5999", "file:///clever"] {
        assert!(
            detail(builder().base_url(text).development(true)).contains("base_url must start with https://")
        );
    }
}

#[test]
fn an_error_names_the_setting_and_how_to_allow_its_value() {
    let plain = || Config::builder("client").base_url("http://clever:5999");
    for (names, expected) in [
        (SettingNames::Rust, ["base_url must", "development(true)"]),
        (SettingNames::C, ["base_url must", "clever_sso_config_set_development"]),
        (SettingNames::Python, ["base_url must", "development=True"]),
        (SettingNames::Php, ["baseUrl must", "development: true"]),
        (SettingNames::Environment, ["CLEVER_BASE_URL must", "CLEVER_DEVELOPMENT=true"]),
    ] {
        let shown = detail(plain().setting_names(names));
        assert!(expected.iter().all(|words| shown.contains(words)), "{shown}");
        assert!(shown.contains(r#"found "http://clever:5999""#), "{shown}");
    }
    assert!(
        detail(plain().api_base("https://api.example")).contains("base_url"),
        "base_url still sets the issuer"
    );
    assert!(detail(builder().issuer("http://clever:5999")).contains("issuer must"));
    assert!(detail(builder().api_base("http://clever:5999")).contains("api_base must"));
    let environment = |builder: ConfigBuilder| detail(builder.setting_names(SettingNames::Environment));
    for (builder, name) in [
        (Config::builder(""), "CLEVER_CLIENT_ID"),
        (builder().client_secret(""), "CLEVER_CLIENT_SECRET"),
        (builder().pending_key("short"), "CLEVER_PENDING_KEY"),
        (builder().redirect_uri("/callback"), "CLEVER_REDIRECT_URI"),
        (builder().return_to_origin("app.example"), "CLEVER_RETURN_TO_ORIGINS"),
        (builder().token_endpoint("http://op.example/token"), "CLEVER_TOKEN_ENDPOINT"),
        (builder().jwks_uri("keys"), "CLEVER_JWKS_URI"),
        (builder().timeout(Duration::ZERO), "CLEVER_TIMEOUT"),
        (builder().leeway(601), "CLEVER_LEEWAY"),
        #[cfg(feature = "client")]
        (builder().ca_bundle("/no/such/file"), "CLEVER_CA_BUNDLE"),
        #[cfg(feature = "client")]
        (builder().proxy("gopher://proxy"), "CLEVER_PROXY"),
        (
            builder().base_url("https://a.example").issuer("https://b.example").api_base("https://c.example"),
            "CLEVER_BASE_URL",
        ),
    ] {
        let shown = environment(builder);
        assert!(shown.contains(name), "{name}: {shown}");
    }
}

#[test]
fn addresses_are_kept_in_canonical_form() {
    let config = builder()
        .issuer("HTTPS://Clever.COM:443/")
        .api_base("https://Écoles.example/api/")
        .token_endpoint("https://OP.example:443/token?tenant=1")
        .return_to_origin("https://WWW.example.org:443/")
        .build()
        .unwrap();
    assert_eq!(config.issuer, "https://clever.com");
    assert_eq!(config.api_base, "https://xn--coles-9ra.example/api");
    assert_eq!(config.token_endpoint().unwrap(), "https://op.example/token?tenant=1");
    assert_eq!(config.return_to_origins, ["https://www.example.org"]);
}

#[test]
fn an_address_with_credentials_or_tricks_is_refused_and_not_shown() {
    type Set = fn(ConfigBuilder, &str) -> ConfigBuilder;
    let settings: [Set; 9] = [
        |builder, text| builder.base_url(text),
        |builder, text| builder.issuer(text),
        |builder, text| builder.api_base(text),
        |builder, text| builder.authorization_endpoint(text),
        |builder, text| builder.token_endpoint(text),
        |builder, text| builder.userinfo_endpoint(text),
        |builder, text| builder.jwks_uri(text),
        |builder, text| builder.redirect_uri(text),
        |builder, text| builder.return_to_origin(text),
    ];
    for set in settings {
        for text in [
            "https://:hunter2@host.example",
            "https://hunter2@host.example",
            "https://@host.example",
            "http://127.0.0.1\\.evil.example",
            "https:host.example",
            "https:///host.example",
            " https://host.example",
            "https://host.example/\n",
            "https://host.example/#x",
            "blob:https://host.example/1",
            "https://host.example:0",
            "",
        ] {
            let shown = detail(set(builder().development(true), text));
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
    let shown = detail(builder().redirect_uri("95feddd6a1b1c5bb01a08c8a17dc4eff5d3e5b7e"));
    assert!(!shown.contains("95fe"), "a secret in the wrong place: {shown}");
}

#[test]
fn a_redirect_uri_is_not_changed() {
    for uri in [
        "https://App.Example/Cb",
        "https://app.example:443/cb",
        "https://app.example",
        "https://app.example/a%2fb?x=1",
    ] {
        let config = Config::builder("client").redirect_uri(uri).build().unwrap();
        assert_eq!(config.redirect_uri(None).unwrap(), uri);
    }
}

#[test]
fn a_comma_between_addresses_is_not_a_part_of_one() {
    for (text, is_one) in [
        ("https://a.example,https://b.example", false),
        ("https://a.example;http://b.example", false),
        ("https://a.example,", false),
        ("https://a.example;", false),
        ("https://a.example/b,c;d?e=,f", true),
        ("https://a.example/https:,/http", true),
    ] {
        let config = || builder().redirect_uri(text);
        assert_eq!(config().build().is_ok(), is_one, "{text}");
        if !is_one {
            let shown = detail(config());
            assert!(
                shown.contains("redirect_uri must be one URL, without a comma or semicolon after it, found"),
                "{shown}"
            );
            let shown = detail(config().setting_names(SettingNames::Environment));
            assert!(
                shown.contains("CLEVER_REDIRECT_URI must have spaces between several URLs, not commas"),
                "{shown}"
            );
            let shown = detail(builder().return_to_origin(text));
            assert!(shown.contains("return_to_origin must be one URL, without a comma"), "{shown}");
        }
    }
}

#[test]
fn a_redirect_uri_with_a_custom_scheme_gets_an_error_with_advice() {
    for uri in [
        "myapp://callback",
        "com.example.app:/callback",
        "urn:ietf:wg:oauth:2.0:oob",
        "chrome-extension://abc/x",
    ] {
        let shown = detail(builder().redirect_uri(uri));
        assert!(shown.contains("custom scheme"), "{shown}");
        for way in ["https link that your app owns (Universal Link", "http://127.0.0.1", ".chromiumapp.org/"]
        {
            assert!(shown.contains(way), "{way}: {shown}");
        }
    }
    assert!(detail(builder().redirect_uri("localhost:5000/cb")).contains("must start with https://"));
    assert!(detail(builder().redirect_uri("https://*.example/cb")).contains("wildcards"));
    assert!(detail(builder().return_to_origin("https://*.example")).contains("wildcards"));
}

#[test]
fn a_login_without_a_secret_gets_an_error_that_names_the_missing_setting() {
    for (names, setting) in [
        (SettingNames::Rust, "pending_key is missing"),
        (SettingNames::Php, "pendingKey is missing: without clientSecret"),
        (SettingNames::Environment, "CLEVER_PENDING_KEY is missing: without CLEVER_CLIENT_SECRET"),
    ] {
        let config = Config::builder("client").setting_names(names).build().unwrap();
        let error = config.pending_key_missing();
        assert_eq!(error.code(), ErrorCode::ConfigInvalid);
        assert!(error.to_string().contains(setting), "{error}");
    }
}

#[test]
fn a_query_that_would_make_every_login_fail_is_refused() {
    for name in ["code", "state", "error", "iss", "scope", "loginas_by_admin"] {
        let shown = detail(builder().redirect_uri(format!("https://app.example/cb?x=1&{name}=2")));
        assert!(shown.contains(&format!("must not have the parameter {name} in its query")), "{shown}");
    }
    for name in ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce"] {
        let shown = detail(builder().authorization_endpoint(format!("https://op.example/a?{name}=2")));
        assert!(shown.contains("authorization_endpoint must not have the parameter"), "{shown}");
    }
    let own = builder()
        .redirect_uri("https://app.example/index.php?route=callback&client_id=1")
        .authorization_endpoint("https://op.example/a?policy=x&code=1")
        .token_endpoint("https://op.example/t?client_id=1");
    assert!(own.build().is_ok());
}

#[test]
fn clever_is_only_reached_over_https() {
    assert!(detail(builder().issuer("http://clever.com")).contains("must start with https://"));
    assert!(detail(builder().api_base("file:///etc/passwd")).contains("api_base"));
    assert!(builder().base_url("http://[::1]:4000/").build().is_ok());
}

#[test]
fn only_configured_redirect_uris_are_returned() {
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
fn a_timeout_is_more_than_zero_and_at_most_a_day() {
    assert!(detail(builder().timeout(Duration::ZERO)).contains("timeout"));
    assert!(detail(builder().timeout(Duration::MAX)).contains("timeout"));
    assert!(
        builder().timeout_seconds(0.001).build().is_ok()
            && builder().timeout_seconds(86_400.0).build().is_ok()
    );
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

#[test]
fn an_invalid_number_is_shown_as_it_was_given() {
    for (seconds, found) in [
        (-1.0, "-1"),
        (0.0, "0"),
        (-0.5, "-0.5"),
        (1e-10, "1e-10"),
        (86_400.5, "86400.5"),
        (1e300, "1e300"),
        (-1e300, "-1e300"),
        (f64::MAX, "1.7976931348623157e308"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
    ] {
        let expected = format!("timeout must be more than 0 s and at most 86400 s, found {found}");
        for names in [SettingNames::Rust, SettingNames::C, SettingNames::Python, SettingNames::Php] {
            assert!(detail(builder().setting_names(names).timeout_seconds(seconds)).ends_with(&expected));
        }
    }
    for (duration, found) in [(Duration::ZERO, "0ns"), (Duration::from_millis(86_400_001), "86400.001s")] {
        assert!(detail(builder().timeout(duration)).ends_with(&format!("found {found}")));
    }
    for (seconds, found) in
        [(-1, "-1"), (601, "601"), (i64::MIN, "-9223372036854775808"), (i64::MAX, "9223372036854775807")]
    {
        let expected = format!("leeway must be from 0 to 600 s, found {found}");
        assert!(detail(builder().leeway_seconds(seconds)).ends_with(&expected));
    }
    // The last call counts.
    assert!(builder().timeout_seconds(-1.0).timeout(Duration::from_secs(1)).build().is_ok());
    assert!(builder().leeway_seconds(-1).leeway(1).build().is_ok());
}
