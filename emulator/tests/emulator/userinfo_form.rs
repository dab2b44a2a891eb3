//! Userinfo with the access token in the form of a POST (RFC 6750 section 2.2).

use crate::control::journal;
use crate::http::Response;
use crate::support::{FORM, access_token, automatic, form, get_as, post};
use clever_emulator::Emulator;

fn userinfo(emulator: &Emulator, headers: &[(&str, &str)], body: &str) -> Response {
    post(emulator, "/userinfo", headers, body)
}

#[test]
fn the_token_can_be_in_the_form_of_a_post() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let expected = get_as(&emulator, &token, "/userinfo").body;
    let body = form(&[("access_token", &token)]);
    for content_type in [FORM.1, "Application/X-WWW-Form-Urlencoded; charset=UTF-8"] {
        let answer = userinfo(&emulator, &[("Content-Type", content_type)], &body);
        assert_eq!((answer.status, answer.body), (200, expected.clone()), "{content_type}");
    }
    let remaining = |answer: &Response| answer.header("x-ratelimit-remaining").map(str::to_owned);
    assert_eq!(
        remaining(&userinfo(&emulator, &[FORM], &body)).unwrap(),
        "1196",
        "both ways count as the same token"
    );
    let bearer = format!("Bearer {token}");
    assert_eq!(userinfo(&emulator, &[FORM, ("Authorization", &bearer)], "").status, 200);
}

#[test]
fn a_token_sent_in_two_ways_or_in_the_query_is_refused() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    let bearer = format!("Bearer {token}");
    let once = form(&[("access_token", &token)]);
    let twice = form(&[("access_token", &token), ("access_token", &token)]);
    for (headers, body) in [(&[FORM, ("Authorization", &bearer[..])][..], &once), (&[FORM], &twice)] {
        let answer = userinfo(&emulator, headers, body);
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()));
        assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_request""#));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    let explanation = journal(&emulator).last().unwrap()["explanation"].as_str().unwrap().to_owned();
    assert!(explanation.contains("send it once") && !explanation.contains(&token), "{explanation}");
    let empty = form(&[("access_token", "")]);
    for (headers, body) in [
        (&[FORM][..], "access_token=wrong"),
        (&[FORM], &empty),
        (&[], &once),
        (&[("Content-Type", "text/plain")], &once),
        (&[("Content-Type", "application/json")], &serde_json::json!({ "access_token": token }).to_string()),
    ] {
        assert_eq!(userinfo(&emulator, headers, body).status, 401, "{headers:?}");
    }
    assert_eq!(post(&emulator, "/oauth/tokeninfo", &[FORM], &once).status, 404);
    assert_eq!(post(&emulator, &format!("/userinfo?{once}"), &[FORM], "").status, 401);
}

#[test]
fn a_scenario_also_counts_a_token_in_the_form() {
    let emulator = automatic("ada");
    let body = form(&[("access_token", &access_token(&emulator))]);
    let answer = post(&emulator, "/s/userinfo-500/userinfo", &[FORM], &body);
    assert_eq!(answer.status, 500);
}
