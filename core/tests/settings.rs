//! `docs/settings.md` and the setters of `ConfigBuilder` must match the list of settings.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may")]

use std::fmt::Write as _;
use std::fs;

use clever_sso::{SETTINGS, Setting, SettingNames, SettingValue};

/// Set by `make settings`: write the page instead of comparing it.
const WRITE: &str = "CLEVER_SSO_WRITE_SETTINGS";

const OPENING: &str = "# Settings of a client

This page lists every setting, its default, and its name in each language. If a value is wrong, creating the client fails with `config_invalid`. The
message names the setting as you wrote it: `baseUrl` in PHP, `CLEVER_BASE_URL` for an environment variable.

The guides explain more: redirect URIs and the portal in [browser.md](browser.md), certificates, proxies
and plain http in [network.md](network.md).

`make settings` writes this page from the list in `core/src/config/table.rs`.

## Meaning

| setting | value | default | what it does |
|---|---|---|---|
";

const NAMES: &str = "
## Names in each language

Environment variables work in Python's `Client.from_env()`, PHP's `Client::fromEnv()`, Rust's `Config::from_env()` and in ASGI apps. In Flask the same names are
keys of `app.config`, in Django they are settings. Empty means unset. Separate several values with spaces. PHP also has `keyCache` and `logger`: [php.md](php.md).

| Python | environment, Flask, Django | Rust: `ConfigBuilder::` | C: `clever_sso_config_` | PHP |
|---|---|---|---|---|
";

fn page() -> String {
    let mut page = OPENING.to_owned();
    for Setting { python, value, default, sentence, .. } in SETTINGS {
        writeln!(page, "| `{python}` | {} | {default} | {sentence} |", kind(value)).unwrap();
    }
    page.push_str(NAMES);
    for setting @ Setting { python, rust, .. } in SETTINGS {
        let [variable, php] = [SettingNames::Environment, SettingNames::Php].map(|names| names.of(rust));
        let c = setter_in_c(&setting);
        let rust = if rust == "client_id" { "Config::builder" } else { rust };
        writeln!(page, "| `{python}` | `{variable}` | `{rust}` | `{c}` | `{php}` |").unwrap();
    }
    page
}

const fn kind(value: SettingValue) -> &'static str {
    match value {
        SettingValue::Text => "text",
        SettingValue::Texts => "one text or several",
        SettingValue::TextOrPath => "PEM text or a path",
        SettingValue::Seconds => "seconds; a `Duration` in Rust",
        SettingValue::WholeSeconds => "whole seconds",
        SettingValue::Switch => "true or false",
        SettingValue::Action => "true or false (in C and Rust: a function to call)",
    }
}

fn setter_in_c(setting: &Setting) -> String {
    match (setting.c, setting.value) {
        ("client_id", _) => "new".to_owned(),
        (name, SettingValue::Action) => name.to_owned(),
        (name, SettingValue::Texts) => format!("add_{name}"),
        (name, _) => format!("set_{name}"),
    }
}

/// Each public method of `ConfigBuilder` with its comment. Hidden methods are for the other languages.
fn setters() -> Vec<(String, String)> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/builder.rs");
    let (mut comment, mut hidden) = (String::new(), false);
    let mut found = Vec::new();
    for line in fs::read_to_string(source).unwrap().lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            comment += text;
        } else if let Some(rest) = line.strip_prefix("pub fn ") {
            if !hidden {
                found.push((rest.split('(').next().unwrap().to_owned(), comment.trim().to_owned()));
            }
            comment.clear();
            hidden = false;
        } else if line == "#[doc(hidden)]" {
            hidden = true;
        } else if !line.starts_with("#[") {
            comment.clear();
        }
    }
    found
}

#[test]
fn the_page_of_settings_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, page()).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == page(),
        "docs/settings.md is stale: run `make settings`"
    );
}

#[test]
fn each_setter_is_in_the_list_and_its_comment_starts_with_the_lists_sentence() {
    let setters = setters();
    for (name, comment) in &setters {
        if name == "build" {
            continue;
        }
        let listed = if name == "builder" { "client_id" } else { name };
        let setting =
            SETTINGS.iter().find(|setting| setting.rust == listed).unwrap_or_else(|| panic!("{name}"));
        if ![SettingValue::Action].contains(&setting.value) && listed != "client_id" {
            assert!(comment.starts_with(setting.sentence), "{name}: {comment}");
        }
    }
    for setting in SETTINGS {
        let name = if setting.rust == "client_id" { "builder" } else { setting.rust };
        assert!(setters.iter().any(|(known, _)| known == name), "{name}");
    }
}
