use super::*;

const NOW: u64 = 1_700_000_000;
const YEAR: u64 = 366 * 24 * 3600;

fn claims(text: &str) -> Claims {
    Claims { object: Object::read(text.as_bytes().to_vec(), &DECIDING).unwrap() }
}

fn expected() -> Expected<'static> {
    Expected::new("https://clever.com", "client id", NOW).leeway(60)
}

fn said(result: Result<()>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "good".to_owned())
}

#[test]
fn times_are_checked_to_the_second_and_the_error_says_how_far_they_are_off() {
    let times = |exp: u64, iat: u64, nbf: Option<u64>| {
        let nbf = nbf.map(|nbf| format!(r#","nbf":{nbf}"#)).unwrap_or_default();
        said(check_times(&claims(&format!(r#"{{"exp":{exp},"iat":{iat}{nbf}}}"#)), &expected()))
    };
    for good in [
        times(NOW + 600, NOW, None),
        times(NOW - 59, NOW - 600, None),
        times(NOW + 600, NOW + 60, None),
        times(NOW + 600, NOW, Some(NOW + 60)),
        times(NOW + YEAR, NOW, None),
        times(NOW + 10, NOW + 20, Some(0)),
    ] {
        assert_eq!(good, "good");
    }
    for (found, code, sentence) in [
        (
            times(NOW - 60, NOW - 600, None),
            "id_token_expired",
            "60 s behind this machine's clock, and 60 s are",
        ),
        (times(NOW - 61, NOW - 600, None), "id_token_expired", "exp is 1699999939, 61 s behind"),
        (times(NOW + 600, NOW + 61, None), "id_token_issued_at", "iat is 1700000061, 61 s ahead of"),
        (times(NOW + 600, NOW, Some(NOW + 61)), "id_token_not_yet_valid", "nbf is 1700000061, 61 s ahead of"),
        (times(NOW + YEAR + 1, NOW, None), "id_token_issued_at", "exp is more than a year after iat"),
        (times(u64::MAX, NOW, None), "id_token_issued_at", "exp is more than a year after iat"),
    ] {
        assert!(found.contains(code) && found.contains(sentence), "{found}");
    }
}

#[test]
fn a_time_is_a_number_of_seconds_from_zero_to_the_largest_exact_one() {
    for (number, found) in [
        ("0", Some(0)),
        ("0.9", Some(0)),
        ("1.7e9", Some(1_700_000_000)),
        ("1700000000.999", Some(1_700_000_000)),
        ("9.0071992547e15", Some(9_007_199_254_700_000)),
        ("9.0071992548e15", None),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("-1", None),
        ("-0.1", None),
        ("1e999", None),
        ("null", None),
        ("true", None),
        ("[1]", None),
        (r#""1700000000""#, None),
    ] {
        let read = seconds(&claims(&format!(r#"{{"exp":{number}}}"#)), "exp");
        assert_eq!(read.as_ref().ok().copied(), found, "{number}");
        if let Err(error) = read {
            assert!(
                error.to_string().contains("exp: expected Unix seconds, found something else"),
                "{error}"
            );
        }
    }
    let error = seconds(&claims("{}"), "exp").unwrap_err();
    assert!(error.to_string().contains("exp: expected Unix seconds, found none"), "{error}");
}

#[test]
fn the_leeway_is_at_most_ten_minutes() {
    let keys = KeySet::default();
    for (leeway, code) in [
        (0, ErrorCode::IdTokenMalformed),
        (600, ErrorCode::IdTokenMalformed),
        (601, ErrorCode::ArgumentInvalid),
    ] {
        let error = verify_id_token_with("no token", &keys, &expected().leeway(leeway)).unwrap_err();
        assert_eq!(error.code(), code, "{leeway}");
    }
}

#[test]
fn a_subject_must_be_visible_ascii_without_surrounding_spaces() {
    for good in ["a", " a b ".trim(), "~!", &"a".repeat(255)] {
        assert!(is_subject(good), "{good}");
        assert_eq!(said(check_subject(&claims(&format!(r#"{{"sub":"{good}"}}"#)))), "good");
    }
    for bad in ["", " ", " a", "a ", "a\u{7f}", "é", &"a".repeat(256)] {
        assert!(!is_subject(bad), "{bad}");
    }
    for bad in ["{}", r#"{"sub":5}"#, r#"{"sub":null}"#, r#"{"sub":["a"]}"#, r#"{"sub":""}"#] {
        assert!(said(check_subject(&claims(bad))).contains("expected 1 to 255 visible ASCII"), "{bad}");
    }
}

#[test]
fn issuer_audience_and_party_are_compared_byte_for_byte_and_the_error_shows_them() {
    type Check = fn(&Claims, &Expected<'_>) -> Result<()>;
    let rules: [(Check, &str, &str, &str); 3] = [
        (check_issuer, "iss", "https://clever.com", "id_token_issuer"),
        (check_audience, "aud", "client id", "id_token_audience"),
        (check_authorized_party, "azp", "client id", "id_token_authorized_party"),
    ];
    for (check, name, value, code) in rules {
        let look = |text: &str| said(check(&claims(text), &expected()));
        assert_eq!(look(&format!(r#"{{"{name}":"{value}"}}"#)), "good");
        for (found, why) in [
            (format!(r#""{value}x""#), format!("found \"{value}x\"")),
            ("5".to_owned(), "found something that is not a string".to_owned()),
            ("null".to_owned(), "found something that is not a string".to_owned()),
            (format!(r#"["{value}","b"]"#), "found a list of 2".to_owned()),
            ("[]".to_owned(), "found a list of 0".to_owned()),
        ] {
            let told = look(&format!(r#"{{"{name}":{found}}}"#));
            assert!(told.contains(code) && told.contains(&why), "{name}: {told}");
        }
        let missing = look("{}");
        assert!((missing == "good" && name == "azp") || missing.contains("found none"), "{name}: {missing}");
    }
    // Only an audience may be a list with one entry.
    assert_eq!(said(check_audience(&claims(r#"{"aud":["client id"]}"#), &expected())), "good");
    assert_ne!(said(check_authorized_party(&claims(r#"{"azp":["client id"]}"#), &expected())), "good");
    assert_ne!(said(check_issuer(&claims(r#"{"iss":["https://clever.com"]}"#), &expected())), "good");
}

#[test]
fn the_nonce_must_be_the_one_that_was_sent() {
    let look = |text: &str, sent: Option<&'static str>| {
        said(check_nonce(&claims(text), &Expected { nonce: sent, ..expected() }))
    };
    assert_eq!(look("{}", None), "good");
    assert_eq!(look(r#"{"nonce":"n"}"#, Some("n")), "good");
    for (text, sent, why) in [
        ("{}", Some("n"), "one was sent, none came back"),
        (r#"{"nonce":"n"}"#, None, "none was sent, one came back"),
        (r#"{"nonce":null}"#, None, "none was sent, one came back"),
        (r#"{"nonce":"N"}"#, Some("n"), "another one came back"),
        (r#"{"nonce":""}"#, Some("n"), "another one came back"),
        (r#"{"nonce":["n"]}"#, Some("n"), "another one came back"),
    ] {
        assert!(look(text, sent).contains(why), "{text}");
    }
}

#[test]
fn the_hash_of_the_access_token_is_compared_if_both_are_present() {
    // OpenID Connect Core 1.0, A.4.
    let (token, hash) = ("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ");
    let look = |text: &str, access_token: Option<&'static str>| {
        said(check_access_token(&claims(text), &Expected { access_token, ..expected() }))
    };
    let with_hash = format!(r#"{{"at_hash":"{hash}"}}"#);
    for good in [look(&with_hash, Some(token)), look(&with_hash, None), look("{}", Some(token))] {
        assert_eq!(good, "good");
    }
    for bad in [with_hash.as_str(), r#"{"at_hash":null}"#, r#"{"at_hash":""}"#] {
        assert!(look(bad, Some("another")).contains("id_token_access_token"), "{bad}");
    }
}

#[test]
fn claims_repeated_in_the_header_must_be_the_same() {
    let whole = claims(r#"{"iss":"i","sub":"s","aud":["a"],"exp":1}"#);
    let look = |text: &str| {
        said(check_repeated_in_header(&Object::read(text.as_bytes().to_vec(), &DECIDING).unwrap(), &whole))
    };
    assert_eq!(look("{}"), "good");
    assert_eq!(look(r#"{"iss":"i","sub":"s","aud":["a"],"exp":2}"#), "good");
    for (text, name) in [
        (r#"{"iss":"I"}"#, "iss"),
        (r#"{"sub":null}"#, "sub"),
        (r#"{"aud":"a"}"#, "aud"),
        (r#"{"iss":"i","sub":"s","aud":["a","b"]}"#, "aud"),
    ] {
        assert!(look(text).contains(&format!("{name} differs from the claim")), "{text}");
    }
}

#[test]
fn all_claims_can_be_read_and_debug_shows_none_of_them() {
    let whole = claims(r#"{"sub":"s","email":"ada@district.example","n":5}"#);
    assert_eq!(whole.as_json(), r#"{"sub":"s","email":"ada@district.example","n":5}"#);
    assert_eq!(Value::Object(whole.to_map()), serde_json::from_str::<Value>(whole.as_json()).unwrap());
    let listed: Vec<_> = whole.iter().collect();
    assert_eq!(listed[0], ("sub", Member::Text("s")));
    assert_eq!((listed.len(), listed[2]), (3, ("n", Member::Whole(5))));
    assert_eq!(
        (whole.subject(), whole.text("email"), whole.text("n")),
        ("s", Some("ada@district.example"), None)
    );
    let secret = expected().nonce("a-nonce").access_token("a-token");
    let shown = format!("{whole:?} {:?} {:?} {secret:?}", whole.object, listed[1].1);
    for hidden in ["ada", "district.example", "a-nonce", "a-token"] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("Object(3 members)") && shown.contains("https://clever.com"), "{shown}");
}
