//! Changed claims of an ID token.

use serde_json::{Map, Value, json};

use super::context::Login;

type Claims = Map<String, Value>;

/// Far beyond every leeway, in seconds.
const LONG: u64 = 60 * 60;

pub(super) fn issuer(claims: &mut Claims, _: &Login<'_>) {
    append(claims, "iss", "1");
}

pub(super) fn issuer_with_slash(claims: &mut Claims, _: &Login<'_>) {
    append(claims, "iss", "/");
}

pub(super) fn no_issuer(claims: &mut Claims, _: &Login<'_>) {
    claims.remove("iss");
}

pub(super) fn audience(claims: &mut Claims, _: &Login<'_>) {
    append(claims, "aud", "1");
}

pub(super) fn two_audiences(claims: &mut Claims, login: &Login<'_>) {
    claims.insert("aud".into(), json!([login.client_id, "another-app"]));
}

pub(super) fn no_audience(claims: &mut Claims, _: &Login<'_>) {
    claims.remove("aud");
}

pub(super) fn authorized_party(claims: &mut Claims, _: &Login<'_>) {
    claims.insert("azp".into(), "another-app".into());
}

pub(super) fn nonce(claims: &mut Claims, _: &Login<'_>) {
    claims.insert("nonce".into(), "the-nonce-of-another-login".into());
}

pub(super) fn no_nonce(claims: &mut Claims, _: &Login<'_>) {
    claims.remove("nonce");
}

pub(super) fn expired(claims: &mut Claims, login: &Login<'_>) {
    claims.insert("iat".into(), login.now.saturating_sub(2 * LONG).into());
    claims.insert("exp".into(), login.now.saturating_sub(LONG).into());
}

pub(super) fn issued_in_the_future(claims: &mut Claims, login: &Login<'_>) {
    claims.insert("iat".into(), login.now.saturating_add(LONG).into());
    claims.insert("exp".into(), login.now.saturating_add(2 * LONG).into());
}

pub(super) fn not_yet_valid(claims: &mut Claims, login: &Login<'_>) {
    claims.insert("nbf".into(), login.now.saturating_add(LONG / 2).into());
}

/// Like some JSON writers: a number with a decimal point (RFC 7519 section 2).
pub(super) fn fractional_times(claims: &mut Claims, _: &Login<'_>) {
    for name in ["iat", "exp"] {
        let time = claims.get(name).and_then(Value::as_f64);
        claims.insert(name.into(), time.into());
    }
}

pub(super) fn no_issue_time(claims: &mut Claims, _: &Login<'_>) {
    claims.remove("iat");
}

/// The hash of nothing, in the right form (OIDC Core 1.0 section 3.1.3.6).
pub(super) fn access_token_hash(claims: &mut Claims, _: &Login<'_>) {
    claims.insert("at_hash".into(), "47DEQpj8HBSa-_TImW-5JA".into());
}

pub(super) fn no_subject(claims: &mut Claims, _: &Login<'_>) {
    claims.remove("sub");
}

pub(super) fn only_standard_claims(claims: &mut Claims, _: &Login<'_>) {
    claims.retain(|name, _| ["iss", "sub", "aud", "iat", "exp", "nonce"].contains(&name.as_str()));
}

fn append(claims: &mut Claims, name: &str, what: &str) {
    if let Some(Value::String(text)) = claims.get_mut(name) {
        text.push_str(what);
    }
}
