//! Findings about settings.

use super::report::Finding;
use super::report::Level;
use crate::config::Config;
use crate::error::{Error, ErrorCode};
use crate::protocol::address::{is_loopback, parse_http_url};

const CHECK: &str = "settings";

/// Whether a finding is about settings.
pub(super) fn is_about_them(finding: &Finding) -> bool {
    finding.check == CHECK
}

/// Whether a finding is a problem of a setting.
pub(super) fn is_problem_of_them(finding: &Finding) -> bool {
    is_about_them(finding) && finding.level == Level::Problem
}

/// The finding for a setting that the startup check refuses, with its message.
pub(super) fn wrong(error: &Error) -> Finding {
    let advice = match error.code() {
        ErrorCode::NetworkTls => "without certificates of authorities, no server can be trusted",
        _ => "correct this setting: no client can be made with it (docs/settings.md lists all of them)",
    };
    Finding::problem(CHECK, &detail(error), &advice)
}

/// The finding for an unreadable value in the environment.
#[cfg(feature = "__face")]
pub(super) fn unreadable(why: &str) -> Finding {
    Finding::problem(CHECK, &why, &"correct this setting, or remove it")
}

/// The finding for a variable that is not a setting.
#[cfg(feature = "__face")]
pub(super) fn misspelt(name: &str, meant: &str, is_set: bool) -> Finding {
    let found = format!("nothing reads {name}: a similar setting is {meant}");
    let level = if is_set { Level::Warning } else { Level::Problem };
    Finding::new(CHECK, level, &found, Some("rename this variable, or remove it"))
}

pub(super) fn not_begun(error: &Error) -> Finding {
    Finding::problem("process", &detail(error), &"free or raise that limit, then try again")
}

pub(super) fn nothing_left() -> Finding {
    Finding::warning(
        "discovery",
        &"not checked: these settings leave nothing to ask",
        &"correct the settings first",
    )
}

/// What is wrong with rejected credentials, if it is visible: the end of a sentence.
pub(super) fn mistake_in_credentials(config: &Config) -> Option<String> {
    let (id, secret) = (&*config.client_id, config.client_secret.as_ref()?.expose());
    let names = ["client_id", "client_secret"].map(|name| config.names().of(name));
    let is_quoted = |text: &str| {
        ['"', '\'', '`', '“', '”', '‘', '’']
            .iter()
            .any(|mark| text.starts_with(*mark) || text.ends_with(*mark))
    };
    for (name, text) in names.iter().zip([id, secret]) {
        if is_quoted(text) {
            return Some(format!(": {name} has a quotation mark at its beginning or end"));
        }
        if text.starts_with("CLEVER_") {
            return Some(format!(
                ": {name} begins with the name of a variable, which is no part of its value"
            ));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Some(format!(": {name} has a character that is not visible ASCII"));
        }
    }
    let [id_name, secret_name] = names;
    if id == secret {
        return Some(format!(": {id_name} and {secret_name} are the same"));
    }
    // Clever's client ids and secrets have this format.
    let is_hex =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex(id, 40) && is_hex(secret, 20)).then(|| format!(": {id_name} and {secret_name} look swapped"))
}

/// The detail of an error, without the sentence of its code.
fn detail(error: &Error) -> String {
    error.detail().map_or_else(|| error.code().sentence().to_owned(), str::to_owned)
}

/// Findings about valid settings that may not be what the operator intended.
pub(super) fn of(config: &Config) -> Vec<Finding> {
    let names = config.names();
    let mut findings = Vec::new();
    let redirect_uri = names.of("redirect_uri");
    if config.redirect_uris.is_empty() {
        findings.push(Finding::problem(
            CHECK,
            &format_args!("{redirect_uri} is not set: no login can begin"),
            &"set it to the address of your callback, as Clever's dashboard has it; with the implicit grant, to that of your page",
        ));
    }
    if config.client_secret.is_none() {
        let name = names.of("client_secret");
        findings.push(Finding::warning(
            CHECK,
            &format_args!(
                "{name} is not set: no login with a code can begin, from your page, the Clever Portal or Instant Login"
            ),
            &"copy the client secret from Clever's dashboard; only the implicit grant does without",
        ));
    }
    let plain = |text: &&String| is_plain(text);
    if let Some(uri) = config.redirect_uris.iter().find(plain).filter(|_| !is_plain(&config.issuer)) {
        findings.push(Finding::warning(
            CHECK,
            &format_args!("{redirect_uri} is plain http: {uri}"),
            &"Clever takes it for an app in development only; in production it must start with https://",
        ));
    }
    let bases = [&config.issuer, &config.api_base];
    if let Some(base) = bases.into_iter().find(|base| is_plain(base) && !is_of_this_machine(base)) {
        findings.push(Finding::warning(
            CHECK,
            &format_args!("{base} is plain http to another machine"),
            &"use https in production: here everyone on the network can read the client secret",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, &"every setting is valid"));
    }
    findings
}

fn is_plain(text: &str) -> bool {
    parse_http_url(text).is_ok_and(|url| url.scheme() == "http")
}

fn is_of_this_machine(text: &str) -> bool {
    parse_http_url(text).is_ok_and(|url| is_loopback(&url))
}
