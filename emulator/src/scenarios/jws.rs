//! Changed signatures of an ID token.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::context::Login;
use crate::http::answer::Answer;
use crate::keys::signing::{SigningKey, signing_input};
use crate::memory::locked;

/// The names for the keys that two scenarios make.
pub(super) const KEYS_ROTATED_BEFORE: &str = "keys-rotated-before-signing";
pub(super) const KEYS_ROTATED_AFTER: &str = "keys-rotated-after-login";

pub(super) const KEYS_UNDER_ONE_NAME: &str = "keys-rotated-same-kid";
pub(super) const KEYS_WITHOUT_NAMES: &str = "keys-rotated-no-kid";
/// Some keys belong to no login and no client: all share them.
const EVERYONE: &str = "";

type Token = Result<String, Unspecified>;

/// Every byte of the signature is changed.
pub(super) fn bad_signature(claims: &Value, login: &Login<'_>) -> Token {
    let token = login.key.sign(claims)?;
    let (input, signature) = token.rsplit_once('.').ok_or(Unspecified)?;
    let mut signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Unspecified)?;
    for byte in &mut signature {
        *byte ^= 0x5a;
    }
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The signature belongs to other claims.
pub(super) fn changed_after_signing(claims: &Value, login: &Login<'_>) -> Token {
    let token = login.key.sign(claims)?;
    let (_, signature) = token.rsplit_once('.').ok_or(Unspecified)?;
    let mut claims = claims.clone();
    if let Some(members) = claims.as_object_mut() {
        members.insert("sub".into(), "000000000000000000000000".into());
    }
    let header = json!({ "alg": "RS256", "kid": login.key.key_id(), "typ": "JWT" });
    Ok(format!("{}.{signature}", signing_input(&header, &claims.to_string())))
}

#[expect(clippy::unnecessary_wraps, reason = "the table holds one kind of function")]
pub(super) fn algorithm_none(claims: &Value, _: &Login<'_>) -> Token {
    Ok(format!("{}.", signing_input(&json!({ "alg": "none", "typ": "JWT" }), &claims.to_string())))
}

/// The public key as the secret of a message authentication code (RFC 8725 section 2.1).
pub(super) fn public_key_as_secret(claims: &Value, login: &Login<'_>) -> Token {
    let header = json!({ "alg": "HS256", "kid": login.key.key_id(), "typ": "JWT" });
    let input = signing_input(&header, &claims.to_string());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, login.key.public_pem()?.as_bytes());
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&secret, input.as_bytes()))))
}

pub(super) fn unknown_key_id(claims: &Value, login: &Login<'_>) -> Token {
    let header = json!({ "alg": "RS256", "kid": "nobody-publishes-this", "typ": "JWT" });
    login.key.sign_text(&header, &claims.to_string())
}

pub(super) fn no_key_id(claims: &Value, login: &Login<'_>) -> Token {
    login.key.sign_text(&json!({ "alg": "RS256", "typ": "JWT" }), &claims.to_string())
}

/// The attacker's own key in the header (RFC 7515 section 4.1.3), with the kid of the real one.
pub(super) fn key_in_header(claims: &Value, login: &Login<'_>) -> Token {
    let own = SigningKey::generate()?;
    let header = json!({ "alg": "RS256", "kid": login.key.key_id(), "typ": "JWT", "jwk": own.jwk() });
    own.sign_text(&header, &claims.to_string())
}

pub(super) fn critical_extension(claims: &Value, login: &Login<'_>) -> Token {
    let header = json!({ "alg": "RS256", "kid": login.key.key_id(), "crit": ["http://example.com/x"], "http://example.com/x": 1 });
    login.key.sign_text(&header, &claims.to_string())
}

/// The subject twice: a reader that uses the first one and a reader that uses the last one see two people.
pub(super) fn duplicate_claim(claims: &Value, login: &Login<'_>) -> Token {
    let header = json!({ "alg": "RS256", "kid": login.key.key_id(), "typ": "JWT" });
    let text = claims.to_string();
    let rest = text.strip_prefix('{').ok_or(Unspecified)?;
    login.key.sign_text(&header, &format!(r#"{{"sub":"000000000000000000000000",{rest}"#))
}

pub(super) fn two_parts(claims: &Value, login: &Login<'_>) -> Token {
    let token = login.key.sign(claims)?;
    token.rsplit_once('.').map(|(input, _)| input.to_owned()).ok_or(Unspecified)
}

/// A key only for this login, which no client can have fetched before.
pub(super) fn key_made_before_signing(claims: &Value, login: &Login<'_>) -> Token {
    login.keys.of_scenario(KEYS_ROTATED_BEFORE, login.access_token)?.sign(claims)
}

/// The first login of a client uses the old key, every later login a newer key.
pub(super) fn key_made_after_login(claims: &Value, login: &Login<'_>) -> Token {
    let logins = locked(login.tally).count(login.now, KEYS_ROTATED_AFTER, login.client_id);
    if logins == 1 {
        return login.key.sign(claims);
    }
    login.keys.of_scenario(KEYS_ROTATED_AFTER, login.client_id)?.sign(claims)
}

/// A second key with the kid of the first.
pub(super) fn second_key_under_one_name(claims: &Value, login: &Login<'_>) -> Token {
    let second = login.keys.of_scenario(KEYS_UNDER_ONE_NAME, EVERYONE)?;
    let header = json!({ "alg": "RS256", "kid": login.key.key_id(), "typ": "JWT" });
    second.sign_text(&header, &claims.to_string())
}

pub(super) fn second_key_without_name(claims: &Value, login: &Login<'_>) -> Token {
    let second = login.keys.of_scenario(KEYS_WITHOUT_NAMES, EVERYONE)?;
    second.sign_text(&json!({ "alg": "RS256", "typ": "JWT" }), &claims.to_string())
}

/// Only the newest key, with the kid of the first.
pub(super) fn one_key_under_one_name(answer: Answer) -> Answer {
    newest_key(answer, |key, first_name| {
        key.insert("kid".into(), first_name);
    })
}

pub(super) fn one_key_without_name(answer: Answer) -> Answer {
    newest_key(answer, |key, _| {
        key.remove("kid");
    })
}

fn newest_key(answer: Answer, change: impl FnOnce(&mut Map<String, Value>, Value)) -> Answer {
    answer.with_object(|set| {
        let Some(keys) = set.get_mut("keys").and_then(Value::as_array_mut) else { return };
        let first_name = keys.first().and_then(|key| key.get("kid")).cloned().unwrap_or_default();
        let Some(Value::Object(mut newest)) = keys.pop() else { return };
        change(&mut newest, first_name);
        *keys = vec![newest.into()];
    })
}
