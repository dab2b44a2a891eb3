//! The callback: exactly one of code, token and error, no parameter twice. Written out and parsed again, it is the same.

use clever_sso::{Callback, login_key_of_callback, parse_callback};
use url::form_urlencoded::{Serializer, parse};

use crate::people::REDIRECT_URI;
use crate::rules::{is_linear, tells_nothing};

/// Longer callbacks are rejected. A callback can become longer when it is written out again.
const LONGEST: usize = 16 * 1024;

/// Reads the bytes as a callback.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match parse_callback(&text) {
        Ok(callback) => {
            is_sound(&callback);
            let written = written(&callback);
            if written.len() > LONGEST {
                return;
            }
            let again = parse_callback(&written).expect("a written callback can be read");
            assert_eq!(fields(&again), fields(&callback), "{written}");
            assert_eq!(login_key_of_callback(&text).is_some(), callback.state.is_some());
            for name in ["code", "error", "state", "access_token"] {
                let twice = format!("{written}&{name}=x&{name}=x");
                assert!(parse_callback(&twice).is_err(), "{twice}");
            }
            let shown = format!("{callback:?}");
            for secret in [&callback.code, &callback.access_token, &callback.state].into_iter().flatten() {
                let secret = secret.expose();
                let others = [
                    callback.error.as_deref(),
                    callback.error_description.as_deref(),
                    callback.issuer.as_deref(),
                ];
                let is_told = others.into_iter().flatten().chain(callback.scopes.iter().map(String::as_str));
                let is_told = is_told.into_iter().any(|told| format!("{told:?}").contains(secret));
                assert!(secret.len() < 24 || is_told || !shown.contains(secret), "{shown}");
            }
        }
        Err(error) => {
            let values: Vec<_> = parse(data).map(|(_, value)| value.into_owned()).collect();
            tells_nothing(&error, values.iter().map(String::as_str));
            assert_eq!(login_key_of_callback(&text), None);
        }
    }
    is_linear(data, |long| drop(parse_callback(&String::from_utf8_lossy(long))));
}

fn is_sound(callback: &Callback) {
    let Callback { code, access_token, error, .. } = callback;
    let said = [code.is_some(), access_token.is_some(), error.is_some()];
    assert_eq!(said.iter().filter(|said| **said).count(), 1);
    let texts = [code, access_token].into_iter().flatten().map(clever_sso::Secret::expose);
    let shown = [error, &callback.error_description].into_iter().flatten().map(String::as_str);
    for text in texts.chain(shown).chain(callback.scopes.iter().map(String::as_str)) {
        assert!(!text.is_empty() && !text.chars().any(char::is_control), "{text:?}");
    }
    assert!(
        access_token.as_ref().is_none_or(|token| token.expose().bytes().all(|byte| byte.is_ascii_graphic()))
    );
}

type Fields<'a> = ([Option<&'a str>; 6], &'a [String], bool);

fn fields(callback: &Callback) -> Fields<'_> {
    let [code, token, state] = [&callback.code, &callback.access_token, &callback.state]
        .map(|secret| secret.as_ref().map(clever_sso::Secret::expose));
    let [error, description, issuer] =
        [&callback.error, &callback.error_description, &callback.issuer].map(Option::as_deref);
    ([code, token, state, error, description, issuer], &callback.scopes, callback.loginas_by_admin)
}

/// The callback as a query or, with a token, as a fragment.
fn written(callback: &Callback) -> String {
    let (texts, scopes, by_admin) = fields(callback);
    let names = ["code", "access_token", "state", "error", "error_description", "iss"];
    let mut query = Serializer::new(String::new());
    for (name, text) in names.into_iter().zip(texts) {
        if let Some(text) = text {
            query.append_pair(name, text);
        }
    }
    query.append_pair("scope", &scopes.join(" "));
    query.append_pair("loginas_by_admin", if by_admin { "true" } else { "" });
    let part = if callback.access_token.is_some() { '#' } else { '?' };
    format!("{REDIRECT_URI}{part}{}", query.finish())
}
