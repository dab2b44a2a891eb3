//! The endpoint tokeninfo.

use std::time::Duration;

use serde_json::json;

use crate::support::{access_token, automatic, get, get_as, get_with};

#[test]
fn tokeninfo_has_only_the_app_and_the_scopes() {
    let emulator = automatic("ada");
    let answer = get_as(&emulator, &access_token(&emulator), "/oauth/tokeninfo");
    let expected = json!({
        "client_id": "oauth-app",
        "scopes": [
            "read:district_admins_basic", "read:school_admins_basic", "read:students_basic",
            "read:teachers_basic", "read:user_id",
        ],
    });
    assert_eq!((answer.status, answer.json()), (200, expected));
}

#[test]
fn an_access_token_lives_a_day() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    emulator.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(get_as(&emulator, &token, "/oauth/tokeninfo").status, 200);
    emulator.advance(Duration::from_secs(1));
    let answer = get_as(&emulator, &token, "/oauth/tokeninfo");
    assert_eq!((answer.status, &answer.json()["error"]), (401, &"invalid_token".into()));
}

#[test]
fn without_a_valid_token_in_the_header_the_answer_is_401() {
    let emulator = automatic("ada");
    let token = access_token(&emulator);
    for answer in [
        get(&emulator, "/oauth/tokeninfo"),
        get(&emulator, &format!("/oauth/tokeninfo?access_token={token}")),
        get_as(&emulator, "il0", "/oauth/tokeninfo"),
        get_as(&emulator, "", "/oauth/tokeninfo"),
        get_with(&emulator, "/oauth/tokeninfo", &[("Authorization", &format!("Basic {token}"))]),
    ] {
        assert_eq!((answer.status, &answer.json()["error"]), (401, &"invalid_token".into()));
        assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer"));
    }
}
