//! What the endpoints that an app calls answer otherwise.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Map, Value, json};

use super::{Answer, Call};
use crate::shared::locked;

const JSON: &str = "application/json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
/// Longer than anybody expects, and shorter than any sensible deadline.
const SLOW: Duration = Duration::from_secs(3);

pub(super) fn error_500(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(500, JSON, r#"{"error":"server_error"}"#)
}

pub(super) fn html_502(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(502, HTML, "<html><head><title>502 Bad Gateway</title></head></html>\n")
}

pub(super) fn error_503(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(503, "text/plain", "Service Unavailable\n")
}

pub(super) fn limited_with_retry_after(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(429, JSON, r#"{"error":"rate_limited"}"#).with_header(RETRY_AFTER, "1")
}

pub(super) fn limited_and_empty(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(429, "text/plain", "")
}

pub(super) fn slow(answer: Answer, _: &Call<'_>) -> Answer {
    answer.late(SLOW)
}

pub(super) fn reset(answer: Answer, _: &Call<'_>) -> Answer {
    answer.nothing()
}

pub(super) fn truncated(answer: Answer, _: &Call<'_>) -> Answer {
    answer.half()
}

pub(super) fn typed_as_html(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_header(CONTENT_TYPE, HTML)
}

pub(super) fn page_with_200(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(200, HTML, "<!DOCTYPE html>\n<title>Sign in to the network</title>\n")
}

pub(super) fn no_id_token(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.remove("id_token");
    })
}

pub(super) fn extra_fields(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.insert("expires_in".into(), 86_400.into());
        tokens.insert("scope".into(), "read:user_id".into());
        tokens.insert("something_new".into(), json!({ "nested": [1, null] }));
    })
}

pub(super) fn no_token_type(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.remove("token_type");
    })
}

pub(super) fn unknown_token_type(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.insert("token_type".into(), "mac".into());
    })
}

pub(super) fn no_access_token(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|tokens| {
        tokens.remove("access_token");
    })
}

pub(super) fn invalid_grant(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(400, JSON, r#"{"error":"invalid_grant","error_description":"invalid code"}"#)
}

pub(super) fn invalid_client(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(401, JSON, r#"{"error":"invalid_client"}"#)
}

pub(super) fn redirect(_: Answer, call: &Call<'_>) -> Answer {
    let location = format!("{}/login", call.shared.address.base_url());
    Answer::instead(302, HTML, "").with_header(axum::http::header::LOCATION, &location)
}

pub(super) fn unauthorized(_: Answer, _: &Call<'_>) -> Answer {
    Answer::instead(401, JSON, r#"{"error":"invalid_token"}"#)
}

pub(super) fn html_404(_: Answer, call: &Call<'_>) -> Answer {
    let body = format!("<!DOCTYPE html>\n<pre>Cannot GET {}</pre>\n", call.request.path());
    Answer::instead(404, HTML, body)
}

pub(super) fn another_client(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|info| {
        info.insert("client_id".into(), "another-app".into());
    })
}

pub(super) fn without_id(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|me| {
        if let Some(data) = me.get_mut("data").and_then(Value::as_object_mut) {
            data.remove("id");
        }
    })
}

pub(super) fn without_sub(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|info| {
        info.remove("sub");
    })
}

/// An id of Clever's form that nobody has.
pub(super) fn another_sub(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|info| {
        info.insert("sub".into(), "0123456789abcdef01234567".into());
    })
}

/// As OpenID Connect has it.
pub(super) fn name_as_text(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|info| {
        let part = |info: &Map<String, Value>, name| {
            info.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let name = format!("{} {}", part(info, "given_name"), part(info, "family_name"));
        info.insert("name".into(), name.into());
    })
}

pub(super) fn data_in_a_list(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|resource| {
        let data = resource.remove("data");
        resource.insert("data".into(), json!([data]));
    })
}

pub(super) fn nothing_but_the_id(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|resource| {
        let id = resource.get("data").and_then(|data| data.get("id")).cloned();
        resource.insert("data".into(), json!({ "id": id }));
    })
}

/// Counted for the access token: whoever tests at the same time has another one.
pub(super) fn twice_503(answer: Answer, call: &Call<'_>) -> Answer {
    let token = call.request.authorization("Bearer").unwrap_or_default();
    let now = call.shared.clock.now();
    let requests = locked(&call.shared.tally).count(now, call.scenario.name(), token);
    if requests > 2 { answer } else { error_503(answer, call) }
}

pub(super) fn another_issuer(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|metadata| {
        metadata.insert("issuer".into(), "https://other.example".into());
    })
}

pub(super) fn keys_on_a_bad_scheme(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|metadata| {
        metadata.insert("jwks_uri".into(), "file:///etc/passwd".into());
    })
}

/// What may stand in a key set and can verify nothing here: no objects, other kinds, other uses, too short, broken.
pub(super) fn junk_beside_the_key(answer: Answer, _: &Call<'_>) -> Answer {
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

pub(super) fn no_keys(answer: Answer, _: &Call<'_>) -> Answer {
    answer.with_object(|set| {
        set.insert("keys".into(), json!([]));
    })
}
