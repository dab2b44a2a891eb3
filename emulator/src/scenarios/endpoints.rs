//! Answers of the endpoints that an app calls, changed.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::context::Context;
use crate::http::answer::Answer;
use crate::http::answer_kinds::BASIC_CHALLENGE;
use crate::memory::locked;
use crate::world::UserType;

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// Longer than expected, but shorter than any sensible deadline.
const SLOW: Duration = Duration::from_secs(3);

pub(super) fn error_500(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(500, JSON, r#"{"error":"server_error"}"#)
}

pub(super) fn html_502(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(502, HTML, "<html><head><title>502 Bad Gateway</title></head></html>\n")
}

pub(super) fn error_503(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(503, "text/plain", "Service Unavailable\n")
}

pub(super) fn limited_with_retry_after(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(429, JSON, r#"{"error":"rate_limited"}"#).with_header(RETRY_AFTER, "1")
}

pub(super) fn limited_and_empty(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(429, "text/plain", "")
}

pub(super) fn slow(answer: Answer, _: &Context<'_>) -> Answer {
    answer.late(SLOW)
}

pub(super) fn reset(answer: Answer, _: &Context<'_>) -> Answer {
    answer.nothing()
}

pub(super) fn truncated(answer: Answer, _: &Context<'_>) -> Answer {
    answer.half()
}

pub(super) fn typed_as_html(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_header(CONTENT_TYPE, HTML)
}

pub(super) fn page_with_200(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(200, HTML, "<!DOCTYPE html>\n<title>Sign in to the network</title>\n")
}

pub(super) fn no_id_token(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.remove("id_token");
    })
}

pub(super) fn extra_fields(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.insert("expires_in".into(), 86_400.into());
        tokens.insert("scope".into(), "read:user_id".into());
        tokens.insert("something_new".into(), json!({ "nested": [1, null] }));
    })
}

pub(super) fn no_token_type(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.remove("token_type");
    })
}

pub(super) fn unknown_token_type(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.insert("token_type".into(), "mac".into());
    })
}

pub(super) fn no_access_token(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.remove("access_token");
    })
}

pub(super) fn invalid_grant(answer: Answer, _: &Context<'_>) -> Answer {
    answer.replaced(400, JSON, r#"{"error":"invalid_grant","error_description":"invalid code"}"#)
}

/// With the usual challenge, which only a client that used the header gets.
pub(super) fn invalid_client(answer: Answer, context: &Context<'_>) -> Answer {
    let answer = answer.replaced(401, JSON, r#"{"error":"invalid_client"}"#);
    if context.has_authorization {
        return answer.with_header(WWW_AUTHENTICATE, BASIC_CHALLENGE);
    }
    answer
}

pub(super) fn redirect(answer: Answer, context: &Context<'_>) -> Answer {
    let location = format!("{}/login", context.emulator_url);
    answer.replaced(302, HTML, "").with_header(LOCATION, &location)
}

pub(super) fn unauthorized(answer: Answer, _: &Context<'_>) -> Answer {
    let challenge = r#"Bearer error="invalid_token""#;
    answer.replaced(401, JSON, r#"{"error":"invalid_token"}"#).with_header(WWW_AUTHENTICATE, challenge)
}

pub(super) fn html_404(answer: Answer, context: &Context<'_>) -> Answer {
    let body = format!("<!DOCTYPE html>\n<pre>Cannot GET {}</pre>\n", context.path);
    answer.replaced(404, HTML, body)
}

pub(super) fn another_client(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|info| {
        info.insert("client_id".into(), "another-app".into());
    })
}

pub(super) fn without_id(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|me| {
        if let Some(data) = me.get_mut("data").and_then(Value::as_object_mut) {
            data.remove("id");
        }
    })
}

pub(super) fn without_sub(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|info| {
        info.remove("sub");
    })
}

/// An id in Clever's form that no one has.
pub(super) fn another_sub(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|info| {
        info.insert("sub".into(), "0123456789abcdef01234567".into());
    })
}

/// As in OpenID Connect.
pub(super) fn name_as_text(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|info| {
        let part = |info: &Map<String, Value>, name| {
            info.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let name = format!("{} {}", part(info, "given_name"), part(info, "family_name"));
        info.insert("name".into(), name.into());
    })
}

pub(super) fn data_in_a_list(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|resource| {
        let data = resource.remove("data");
        resource.insert("data".into(), json!([data]));
    })
}

pub(super) fn nothing_but_the_id(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|resource| {
        let id = resource.get("data").and_then(|data| data.get("id")).cloned();
        resource.insert("data".into(), json!({ "id": id }));
    })
}

/// Counted for each access token: another test at the same time has a different one.
pub(super) fn twice_503(answer: Answer, scenario: &str, context: &Context<'_>) -> Answer {
    let token = context.access_token.as_deref().unwrap_or_default();
    let requests = locked(context.tally).count(context.now, scenario, token);
    if requests > 2 { answer } else { error_503(answer, context) }
}

pub(super) fn another_issuer(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|metadata| {
        metadata.insert("issuer".into(), "https://other.example".into());
    })
}

pub(super) fn keys_on_a_bad_scheme(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|metadata| {
        metadata.insert("jwks_uri".into(), "file:///etc/passwd".into());
    })
}

/// Entries of a key set that cannot verify anything: not objects, of other kinds, for other uses, too short, broken.
pub(super) fn junk_beside_the_key(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|set| {
        let Some(keys) = set.get_mut("keys").and_then(Value::as_array_mut) else { return };
        let mut encryption = keys.first().cloned().unwrap_or_default();
        if let Some(members) = encryption.as_object_mut() {
            members.insert("use".into(), "enc".into());
        }
        let junk = [
            Value::Null,
            json!("a key"),
            json!({}),
            json!({ "kty": "oct", "kid": "secret", "k": "c2VjcmV0" }),
            json!({ "kty": "RSA", "kid": "short", "use": "sig", "n": "AQAB", "e": "AQAB" }),
            json!({ "kty": "RSA", "kid": "broken", "use": "sig", "n": "!", "e": "AQAB" }),
            json!({ "kty": "NEW", "kid": "unheard-of" }),
            encryption,
        ];
        keys.splice(0..0, junk);
    })
}

pub(super) fn no_keys(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|set| {
        set.insert("keys".into(), json!([]));
    })
}

/// Keys without a kid, although ID tokens have one.
pub(super) fn keys_without_names(answer: Answer, _: &Context<'_>) -> Answer {
    with_each_key(answer, |key| {
        key.remove("kid");
    })
}

/// A modulus with a zero byte before it, as some servers write it. It is the same number.
pub(super) fn leading_zero(answer: Answer, _: &Context<'_>) -> Answer {
    with_each_key(answer, |key| with_modulus(key, |modulus| URL_SAFE_NO_PAD.encode([&[0], modulus].concat())))
}

/// A modulus with the padding that RFC 7515 section 2 leaves out.
pub(super) fn padded(answer: Answer, _: &Context<'_>) -> Answer {
    with_each_key(answer, |key| with_modulus(key, |modulus| URL_SAFE.encode(modulus)))
}

fn with_modulus(key: &mut Map<String, Value>, write: impl Fn(&[u8]) -> String) {
    let modulus = key.get("n").and_then(Value::as_str).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    if let Some(modulus) = modulus {
        key.insert("n".into(), write(&modulus).into());
    }
}

fn with_each_key(answer: Answer, change: impl Fn(&mut Map<String, Value>)) -> Answer {
    answer.with_object(|set| {
        let keys = set.get_mut("keys").and_then(Value::as_array_mut).into_iter().flatten();
        keys.filter_map(Value::as_object_mut).for_each(change);
    })
}

/// Each role that the person does not have, as null: Clever's own API description allows it.
pub(super) fn other_roles_null(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_object(|resource| {
        let data = resource.get_mut("data").and_then(Value::as_object_mut);
        let roles = data.and_then(|data| data.get_mut("roles")).and_then(Value::as_object_mut);
        if let Some(roles) = roles {
            for user_type in UserType::ALL {
                roles.entry(user_type.as_str()).or_insert(Value::Null);
            }
        }
    })
}

/// A first name that was cut inside an emoji: the first half of a surrogate pair, which UTF-8 cannot represent.
pub(super) fn name_cut_in_emoji(answer: Answer, _: &Context<'_>) -> Answer {
    answer.with_text(|text| text.replacen(r#""first":""#, r#""first":"\ud83d"#, 1))
}
