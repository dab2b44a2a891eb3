//! The emulator's responses have the same status, members, types and headers as Clever's, except for a list of differences,
//! each with its reason.
//!
//! `tests/vectors/clever-responses.json` has responses like Clever's, written by hand. Recorded responses of Clever are private
//! data and not a part of this project. If they are on this machine, they are compared, too.

use std::collections::BTreeSet;
use std::path::Path;

use clever_emulator::Emulator;
use serde::Deserialize;
use serde_json::Value;

use crate::differences::{ALLOWED, EVERYWHERE, Recorded, differences};
use crate::http::{Headers, Response, send};
use crate::support::{CALLBACK, FORM, access_token, automatic, basic, code, form, skipped};

const WRITTEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/clever-responses.json");
const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/recorded-2023.json");
const DISTRICT: &str = "53ee4b8a44abc88c1c00119b";

#[derive(Deserialize)]
struct Recording {
    responses: Vec<Recorded>,
}

#[test]
fn the_responses_are_like_clevers_except_for_the_listed_differences() {
    compare(WRITTEN);
}

#[test]
fn the_responses_are_like_the_recorded_ones_except_for_the_listed_differences() {
    if Path::new(RECORDED).exists() {
        compare(RECORDED);
    } else {
        skipped("the recorded answers are not here");
    }
}

/// Checks both directions: every difference has a reason, and every listed difference exists.
#[track_caller]
fn compare(path: &str) {
    let recording: Recording = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(recording.responses.len(), 12);
    let emulator = automatic("grace");
    let of = |recorded| differences(recorded, &answered(&emulator, recorded));
    let found: BTreeSet<_> = recording.responses.iter().flat_map(of).collect();
    let listed =
        |place: &str, what: &str| ALLOWED.iter().any(|(own, text, _)| (*own, *text) == (place, what));
    let everywhere = |what: &str| EVERYWHERE.iter().any(|(own, _)| *own == what);
    let unlisted: Vec<_> =
        found.iter().filter(|(place, what)| !listed(place, what) && !everywhere(what)).collect();
    assert!(unlisted.is_empty(), "differences without a reason: {unlisted:#?}");
    let has = |place: &str, what: &str| found.iter().any(|(own, text)| own == place && text == what);
    let idle: Vec<_> = ALLOWED.iter().filter(|(place, what, _)| !has(place, what)).collect();
    assert!(idle.is_empty(), "reasons without a difference: {idle:#?}");
    let idle: Vec<_> =
        EVERYWHERE.iter().filter(|(what, _)| !found.iter().any(|(_, own)| own == what)).collect();
    assert!(idle.is_empty(), "reasons without a difference: {idle:#?}");
}

/// The emulator's response to the same request, about people like the recorded ones.
fn answered(emulator: &Emulator, recorded: &Recorded) -> Response {
    let url = url::Url::parse(&recorded.url).unwrap();
    let (student, teacher) = (emulator.person("theo").unwrap(), emulator.person("grace").unwrap());
    let segments: Vec<_> = url.path().split('/').skip(1).collect();
    let app = basic("oauth-app", "oauth-secret");
    let bearer = |token: String| format!("Bearer {token}");
    let (target, authorization) = match (recorded.name.as_str(), segments.as_slice()) {
        ("authentication/sso", ["oauth", "tokens"]) => return exchanged(emulator, &app),
        (_, ["oauth", "tokens"]) => {
            let only = url.query().unwrap().contains("district=").then(|| format!("district={DISTRICT}&"));
            (format!("/oauth/tokens?{}owner_type=district", only.unwrap_or_default()), app)
        }
        ("authentication/sso", ["v3.0", "users", _]) => {
            (format!("/v3.0/users/{}", teacher.id), bearer(access_token(emulator)))
        }
        (_, ["v3.0", "users", _, rest @ ..]) => {
            let path = [&["/v3.0/users", student.id.as_str()], rest].concat().join("/");
            (path, bearer(district_token(emulator)))
        }
        (_, ["v3.0", "districts"]) => (url.path().to_owned(), bearer(district_token(emulator))),
        _ => (url.path().to_owned(), bearer(access_token(emulator))),
    };
    send(emulator.base_url(), &recorded.method, &target, &[("Authorization", &authorization)], b"")
}

fn exchanged(emulator: &Emulator, app: &str) -> Response {
    let code = code(emulator, "oauth-app", "");
    let body = form(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)]);
    let headers: Headers<'_> = &[FORM, ("Authorization", app)];
    send(emulator.base_url(), "POST", "/oauth/tokens", headers, body.as_bytes())
}

fn district_token(emulator: &Emulator) -> String {
    let target = format!("/oauth/tokens?owner_type=district&district={DISTRICT}");
    let authorization = basic("oauth-app", "oauth-secret");
    let answer = send(emulator.base_url(), "GET", &target, &[("Authorization", &authorization)], b"");
    let list: Value = answer.json();
    list["data"][0]["access_token"].as_str().unwrap().to_owned()
}
