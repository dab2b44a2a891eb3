//! Clever's responses: every reader gets the same bytes. A reader accepts only data in the documented format that belongs to the
//! requested person, and no error quotes the response.
//!
//! The first line of an input is the status and the content type, the rest is the body.

use clever_sso::fuzzing::read_lenient;
use clever_sso::protocol::{
    Response, district_response, identity_from_api, me_response, own_user_response, person_response,
    token_response, tokeninfo_response, user_response, userinfo_response,
};
use clever_sso::{Error, Role};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::people::{CLIENT_ID, ISSUER};
use crate::rules::{is_linear, tells_nothing};

/// Reads the bytes with every reader.
pub fn check(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let (head, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    read(&response(head, body));
    is_linear(body, |long| read_all(&response(head, long)));
}

fn response(head: &[u8], body: &[u8]) -> Response {
    let mut response = Response::new(body.to_vec());
    let head = String::from_utf8_lossy(head);
    let (status, kind) = head.split_once(' ').unwrap_or((&head, ""));
    let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    if let Ok(kind) = HeaderValue::from_str(kind) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn read_all(response: &Response) {
    let _ = (me_response(response), user_response(response, "1"), district_response(response, "1"));
    let _ = (
        userinfo_response(response, None),
        tokeninfo_response(response, CLIENT_ID),
        token_response(response),
    );
}

fn read(response: &Response) {
    let is_good = response.status().is_success() && response.status() != StatusCode::PARTIAL_CONTENT;
    let body = read_lenient(response.body()).filter(|_| is_good);
    let told = ["error", "type", "client_id"];
    let secrets = body_texts(response.body(), &told);
    let refused = |error: Error| tells_nothing(&error, secrets.iter().map(String::as_str));
    let data = |name: &str| body.as_ref().and_then(|body| body.get("data")?.get(name)?.as_str());

    match me_response(response) {
        Ok(me) => {
            assert_eq!(Some(me.id.as_str()), data("id"));
            is_id(&me.id);
            is_identifier(me.district_id.iter().chain(&me.authorized_by));
            is_kept(&me);
            let shown = format!("{me:?}");
            let is_shown = |text: &String| text.len() >= 24 && !me.id.contains(text) && shown.contains(text);
            assert!(!secrets.iter().any(is_shown), "{shown}");
            let identity = identity_from_api(ISSUER, &me, None);
            assert_eq!((identity.id.as_str(), identity.roles.len()), (me.id.as_str(), 0));
            let again = Response::new(serde_json::json!({ "data": me.json }).to_string().into_bytes());
            assert_eq!(me_response(&again).map(|again| again.id), Ok(me.id.clone()));
            of_person(response, &me.id);
            if let Ok(person) = person_response(response) {
                assert_eq!(person, me);
            }
        }
        Err(error) => {
            assert!(person_response(response).is_err());
            refused(error);
        }
    }
    match userinfo_response(response, None) {
        Ok(info) => {
            assert!((1..=255).contains(&info.id.len()) && info.id.is_ascii() && info.id.trim() == info.id);
            assert_eq!(Some(info.id.as_str()), body.as_ref().and_then(|body| body.get("sub")?.as_str()));
            assert_eq!(userinfo_response(response, Some(&info.id)).as_ref(), Ok(&info));
            assert!(userinfo_response(response, Some(&format!("{}x", info.id))).is_err());
            is_kept(&info);
        }
        Err(error) => refused(error),
    }
    match tokeninfo_response(response, CLIENT_ID) {
        Ok(info) => {
            assert_eq!(body.as_ref().and_then(|body| body["client_id"].as_str()), Some(CLIENT_ID));
            assert_eq!(info.client_id, CLIENT_ID);
            is_identifier(&info.scopes);
            is_kept(&info);
        }
        Err(error) => refused(error),
    }
    match token_response(response) {
        Ok(tokens) => {
            let token = tokens.access_token.expose();
            assert!(is_good && !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(tokens.id_token.is_none_or(|token| !token.expose().is_empty()));
        }
        Err(error) => refused(error),
    }
}

/// Reads the body as a person's record and as a district's, once with the id in it and once with a different id.
fn of_person(response: &Response, id: &str) {
    let other = format!("{id}0");
    let user = user_response(response, id).expect("the record has this id");
    assert_eq!(user.id, id);
    assert_eq!(own_user_response(response, id).expect("the record is the person's").as_ref(), Some(&user));
    assert!(user_response(response, &other).is_err() && own_user_response(response, &other).is_err());
    is_identifier(&user.district_id);
    let name = [&user.name.first, &user.name.middle, &user.name.last];
    let shown = name.into_iter().chain([&user.unverified_email]).flatten();
    assert!(!shown.flat_map(|text| text.chars()).any(char::is_control), "{:?}", user.name);
    let is_word = |role: &Role| role.name.as_str().bytes().all(|byte| (b' '..=b'~').contains(&byte));
    assert!(user.roles.iter().all(is_word));
    is_identifier(user.roles.iter().filter_map(|role| role.legacy_id.as_ref()));
    for role in &user.roles {
        let roles = &user.json["roles"];
        let named = roles.as_object().into_iter().flatten().any(|(name, value)| {
            value.is_object() && name.replace(' ', "_") == role.name.as_str().replace(' ', "_")
        });
        assert!(named, "{role:?} {roles}");
    }
    is_kept(&user);
    let district = district_response(response, id).expect("the record has this id");
    assert!(district.id == id && district_response(response, &other).is_err());
    is_kept(&district);
}

fn is_id(id: &str) {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    assert!((1..=128).contains(&id.len()) && id.bytes().all(is_id), "{id:?}");
}

fn is_identifier<'a>(texts: impl IntoIterator<Item = &'a String>) {
    for text in texts {
        assert!(
            (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()),
            "{text:?}"
        );
    }
}

/// A session stores the value as JSON and reads the same value back.
fn is_kept<T: Serialize + DeserializeOwned>(value: &T) {
    let kept = serde_json::to_value(value).expect("the value can be stored as JSON");
    let read: T = serde_json::from_value(kept.clone()).expect("the stored value can be read");
    assert_eq!(serde_json::to_value(&read).ok(), Some(kept));
}

/// All strings in a body, except those of the members in `told`.
fn body_texts(body: &[u8], told: &[&str]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut values: Vec<Value> = read_lenient(body).into_iter().collect();
    while let Some(value) = values.pop() {
        match value {
            Value::String(text) => texts.push(text),
            Value::Array(list) => values.extend(list),
            Value::Object(map) => {
                values.extend(
                    map.into_iter()
                        .filter(|(name, _)| !told.contains(&name.as_str()))
                        .map(|(_, value)| value),
                );
            }
            _ => {}
        }
    }
    texts
}
