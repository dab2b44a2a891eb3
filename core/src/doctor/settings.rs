//! Findings about settings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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
        ErrorCode::NetworkTls => {
            "install the system's certificates of authorities (the package ca-certificates), or set SSL_CERT_FILE to a file with them"
        }
        _ => "correct this setting, or the application cannot start (docs/settings.md lists all settings)",
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
        &"not checked: there is no address that can be checked",
        &"correct the settings first",
    )
}

/// What is wrong with rejected credentials, if it is visible: the end of a sentence.
pub(super) fn mistake_in_credentials(config: &Config) -> Option<String> {
    let (id, secret) = (&*config.client_id, config.client_secret.as_ref()?.expose());
    let names = ["client_id", "client_secret"].map(|name| config.names().of(name));
    for (name, text) in names.iter().zip([id, secret]) {
        if let Some(mistake) = mistake_in_value(text) {
            return Some(format!(": {name} {mistake}"));
        }
    }
    let [id_name, secret_name] = names;
    if id == secret {
        return Some(format!(": {id_name} and {secret_name} are the same"));
    }
    if secret.contains(id) {
        return Some(format!(": {secret_name} contains {id_name}"));
    }
    // Clever's client ids and secrets have this format.
    let is_hex =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex(id, 40) && is_hex(secret, 20)).then(|| format!(": {id_name} and {secret_name} look swapped"))
}

/// What shows that a text is no client id and no client secret of Clever's, which are words of letters and digits: the end of a
/// sentence that begins with the setting's name.
fn mistake_in_value(text: &str) -> Option<&'static str> {
    /// Words that stand for a value that was never filled in.
    const FILLERS: [&str; 12] = [
        "changeme",
        "clientid",
        "clientsecret",
        "example",
        "none",
        "null",
        "placeholder",
        "redacted",
        "secret",
        "test",
        "todo",
        "undefined",
    ];

    let quotation_marks = ['"', '\'', '`', '“', '”', '‘', '’'];
    if text.starts_with(quotation_marks) || text.ends_with(quotation_marks) {
        return Some("has a quotation mark at its beginning or end");
    }
    if text.starts_with("CLEVER_") {
        return Some("begins with the name of a variable, which is no part of its value");
    }
    let is_variable = |text: &str| text.starts_with('$') || (text.starts_with('%') && text.ends_with('%'));
    if is_variable(text) || text.contains("${") || text.contains("{{") {
        return Some("is the name of a variable, which nothing replaced by its value");
    }
    let mut characters = text.chars();
    let first = characters.next()?;
    if characters.all(|other| other == first) {
        return Some("is one character, repeated, as pages show a hidden value");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some("has a character that is not visible ASCII");
    }
    let word: String =
        text.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    let word = word.trim_start_matches("your").trim_start_matches("clever");
    if FILLERS.contains(&word) && text.len() < 32 {
        return Some("looks like a sample value");
    }
    if text.starts_with(['/', '~', '.']) || text.contains("://") || text.contains(":\\") {
        return Some("looks like a path or an address instead of the value there");
    }
    if ["arn:", "vault:", "op:", "ssm:", "kv:", "projects/"].iter().any(|start| text.starts_with(start)) {
        return Some("looks like the name of a secret in a vault instead of its value");
    }
    let decoded = STANDARD.decode(text).ok().filter(|decoded| decoded.len() >= 16)?;
    let is_text = decoded.trim_ascii_end().iter().all(u8::is_ascii_graphic);
    is_text.then_some("looks like base64 of the value instead of the value itself")
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
            &"set it to the address of your callback, exactly as in Clever's dashboard. With the implicit grant, set it to the \
              address of your page",
        ));
    }
    if config.client_secret.is_none() {
        let name = names.of("client_secret");
        findings.push(Finding::warning(
            CHECK,
            &format_args!(
                "{name} is not set: no login with a code can begin, neither on your page nor in the Clever Portal"
            ),
            &"copy the client secret from Clever's dashboard. Only the implicit grant needs none",
        ));
    }
    let plain = |text: &&String| is_plain(text);
    if let Some(uri) = config.redirect_uris.iter().find(plain).filter(|_| !is_plain(&config.issuer)) {
        findings.push(Finding::warning(
            CHECK,
            &format_args!("{redirect_uri} is plain http: {uri}"),
            &"Clever accepts this only for an app in development. In production, use https://",
        ));
    }
    let bases = [&config.issuer, &config.api_base];
    if let Some(base) = bases.into_iter().find(|base| is_plain(base) && !is_of_this_machine(base)) {
        findings.push(Finding::warning(
            CHECK,
            &format_args!("{base} is plain http to another machine"),
            &"use https in production: now everyone on the network between can read the client secret",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_credential_is_described() {
        let encoded = STANDARD.encode("fedcba98fedcba98fedcba98fedcba98fedcba98\n");
        for (text, said) in [
            ("\"fedcba98\"", "quotation mark"),
            ("CLEVER_CLIENT_SECRET=fedcba98", "name of a variable"),
            ("$CLEVER_SECRET", "nothing replaced"),
            ("${CLEVER_SECRET}", "nothing replaced"),
            ("%CLEVER_SECRET%", "nothing replaced"),
            ("{{ clever.secret }}", "nothing replaced"),
            ("${{ secrets.CLEVER }}", "nothing replaced"),
            ("****************", "hidden value"),
            ("••••••••", "hidden value"),
            ("fedcba98\u{200b}", "not visible ASCII"),
            ("changeme", "sample"),
            ("your-client-secret", "sample"),
            ("YOUR_CLEVER_CLIENT_ID", "sample"),
            ("None", "sample"),
            ("/run/secrets/clever", "path"),
            ("C:\\clever\\secret.txt", "path"),
            ("https://vault.example/clever", "path or an address"),
            ("arn:aws:secretsmanager:us-east-1:1:secret:clever", "vault"),
            ("projects/1/secrets/clever/versions/1", "vault"),
            (&encoded, "base64"),
        ] {
            let mistake = mistake_in_value(text).unwrap_or_default();
            assert!(mistake.contains(said), "{text}: {mistake}");
        }
        for text in [
            "",
            "4c63c1cf623dce82caac",
            "95feddd6a1b1c5bb01a08c8a17dc4eff5d3e5b7e",
            "aSecretOfAnotherProvider_1",
        ] {
            assert_eq!(mistake_in_value(text), None, "{text}");
        }
    }
}
