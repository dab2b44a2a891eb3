use super::*;

const REDIRECT: &str = "https://app.example/cb";

fn keys(secrets: &[&str]) -> SealingKeys {
    let secrets: Vec<_> = secrets.iter().map(|text| Secret::from(*text)).collect();
    SealingKeys::derive("client", &secrets).unwrap()
}

fn entropy() -> [u8; ENTROPY_BYTES] {
    crate::entropy::bytes().unwrap()
}

fn begin(keys: &SealingKeys, return_to: Option<&str>) -> (String, Pending, String) {
    let entropy = entropy();
    let state = LoginState::new(REDIRECT, return_to, 1000).seal(keys, &entropy).unwrap();
    let (pending, sealed) = Pending::begin(keys, &state, 1000, &entropy).unwrap();
    (state, pending, sealed)
}

#[test]
fn a_sealed_login_is_decrypted_unchanged() {
    let keys = keys(&["secret"]);
    for response_type in [ResponseType::Code, ResponseType::Token] {
        let state = LoginState {
            response_type,
            redirects: 3,
            lost_sessions: 2,
            switch_user: true,
            ..LoginState::new(REDIRECT, Some("/lesson?n=1"), 1000)
        };
        let sealed = state.seal(&keys, &entropy()).unwrap();
        let opened = LoginState::open(&keys, &sealed).unwrap();
        assert!(opened == state && opened.response_type == response_type);
        assert!(opened.has_redirect_uri(REDIRECT) && !opened.has_redirect_uri("https://app.example/c"));
    }

    let (state, begun, sealed) = begin(&keys, None);
    let opened = Pending::open(&keys, &sealed).unwrap();
    assert!(opened.has_state(&state) && !opened.has_state("another"));
    assert_eq!((opened.nonce(), opened.issued_at), (begun.nonce(), 1000));
}

#[test]
fn only_a_process_with_the_key_can_finish_a_login() {
    let (state, _, sealed) = begin(&keys(&["old"]), None);
    let opens = |keys: &SealingKeys| {
        let opened = (Pending::open(keys, &sealed).is_some(), LoginState::open(keys, &state).is_some());
        assert_eq!(opened.0, opened.1);
        opened.0
    };
    assert!(opens(&keys(&["new", "old"])));
    assert!(!opens(&keys(&["new"])));
    assert!(!opens(&SealingKeys::derive("client2", &[Secret::from("old")]).unwrap()));
}

#[test]
fn any_changed_character_is_refused() {
    let keys = keys(&["secret"]);
    let (state, _, pending) = begin(&keys, Some("/x"));
    for sealed in [&state, &pending] {
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = std::str::from_utf8(&changed).unwrap();
            assert!(Pending::open(&keys, changed).is_none(), "{at}");
            assert!(LoginState::open(&keys, changed).is_none(), "{at}");
        }
    }
    for wrong in ["", "A", &pending[1..], &format!("{pending}A"), &state, &"A".repeat(10_000)] {
        assert!(Pending::open(&keys, wrong).is_none());
    }
    assert!(LoginState::open(&keys, &pending).is_none());
    assert!(SignedInMark::open(&keys, &pending).is_none());
}

#[test]
fn texts_from_another_version_are_not_read() {
    let keys = keys(&["secret"]);
    // A state that is as long as one with a loan.
    let (state, _, pending) = begin(&keys, Some("/a/page/of/the/application"));
    let signed_in = SignedInMark { at: 1000, lost_sessions: 1 }.seal(&keys, &entropy()).unwrap();
    let finished = FinishedMark { at: 1000, ..FinishedMark::default() }.seal(&keys, &entropy()).unwrap();
    let opens = |purpose: &str, change: &dyn Fn(&mut Vec<u8>)| match purpose {
        "state" => LoginState::open(&keys, &keys.resealed(purpose, &state, change)).is_some(),
        "pending" => Pending::open(&keys, &keys.resealed(purpose, &pending, change)).is_some(),
        "signed in" => SignedInMark::open(&keys, &keys.resealed(purpose, &signed_in, change)).is_some(),
        _ => FinishedMark::open(&keys, &keys.resealed(purpose, &finished, change)).is_some(),
    };
    for purpose in ["state", "pending", "signed in", "finished"] {
        for version in 0..=u8::MAX {
            assert_eq!(
                opens(purpose, &|plain| plain[0] = version),
                version == VERSION,
                "{purpose} {version}"
            );
        }
        assert!(!opens(purpose, &|plain| plain.truncate(1)), "{purpose}");
    }
    assert!(!opens("pending", &|plain| plain.push(0)) && !opens("signed in", &|plain| plain.push(0)));
    // The flags follow the version, the time and two counts.
    for bit in 0..8 {
        let is_known = bit < 6;
        assert_eq!(opens("state", &|plain| plain[11] |= 1 << bit), is_known, "{bit}");
    }
}

#[test]
fn the_pending_login_has_a_fixed_length_and_the_state_a_maximum() {
    let keys = keys(&["secret"]);
    let longest = format!("/{}", "x".repeat(MAX_RETURN_TO_BYTES - 1));
    for return_to in [None, Some("/a"), Some(longest.as_str())] {
        let (state, _, sealed) = begin(&keys, return_to);
        assert_eq!(sealed.len(), PENDING_BYTES);
        assert_eq!(LoginState::open(&keys, &state).unwrap().return_to.as_deref(), return_to);
        let loan = Some(Loan::of(&sealed, &Used::default()));
        let state = LoginState { loan, ..LoginState::open(&keys, &state).unwrap() };
        let text = state.seal(&keys, &entropy()).unwrap();
        assert!(text.len() <= MAX_STATE_BYTES);
        assert_eq!(LoginState::open(&keys, &text).unwrap(), state);
    }
    let too_long = LoginState::new(REDIRECT, Some(&format!("{longest}x")), 0).seal(&keys, &entropy());
    assert_eq!(too_long.unwrap_err().code(), ErrorCode::ReturnToUnsafe);
}

#[test]
fn a_pending_login_is_valid_for_ten_minutes() {
    let (_, begun, _) = begin(&keys(&["secret"]), None);
    assert!(!begun.is_expired(1600) && begun.is_expired(1601));
    assert!(!begun.is_expired(990) && begun.is_expired(0));
}

#[test]
fn a_loan_is_only_valid_for_its_cookie_and_its_list() {
    let used = |many: usize| {
        (0..many).fold(Used::default(), |used, login| used.with(LoginDigest::of(&login.to_string())))
    };
    let loan = Loan::of("sealed", &used(0));
    assert!(loan == Loan::of("sealed", &used(MAX_USED)));
    assert!(loan != Loan::of("sealed", &used(MAX_USED + 1)) && loan != Loan::of("other", &used(0)));
    assert!(used(MAX_USED).has(&LoginDigest::of("0")) && !used(MAX_USED).has(&LoginDigest::of("8")));
    let keys = keys(&["secret"]);
    for many in [0, 1, MAX_USED, MAX_USED + 1, 3 * MAX_USED] {
        for switched in [None, Some(LoginDigest::of("state"))] {
            let mark =
                FinishedMark { at: 1000, returns: 12, switched, used: used(many), ..FinishedMark::default() };
            let sealed = mark.seal(&keys, &entropy()).unwrap();
            assert!(sealed.len() <= MAX_FINISHED_BYTES);
            assert_eq!(FinishedMark::open(&keys, &sealed).unwrap(), mark);
        }
    }
    let nonce = Pending::borrowing("sealed", "state", 1000).nonce();
    for (lender, state) in [("other", "state"), ("sealed", "other")] {
        assert_ne!(Pending::borrowing(lender, state, 1000).nonce(), nonce);
    }
}

#[test]
fn applications_of_one_client_have_different_names() {
    let name = |uris: &[&str]| {
        let uris: Vec<_> = uris.iter().map(|uri| (*uri).to_owned()).collect();
        keys(&["secret"]).for_redirect_uris("client", &uris).application().to_owned()
    };
    assert_eq!(name(&["https://a.example/x/cb", "https://a.example/cb"]).len(), APPLICATION_BYTES);
    assert_eq!(
        name(&["https://a.example/x/cb", "https://a.example/cb"]),
        name(&["https://a.example/cb", "https://a.example/x/cb"])
    );
    assert_ne!(name(&["https://a.example/x/cb"]), name(&["https://a.example/cb"]));
    let other = keys(&["secret"]).for_redirect_uris("other", &["https://a.example/cb".to_owned()]);
    assert_ne!(other.application(), name(&["https://a.example/cb"]));
}

#[test]
fn the_key_of_a_login_fits_a_cookie_name_and_hides_the_state() {
    let key = login_key("some state");
    assert_eq!(key.len(), KEY_BYTES);
    assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    assert_ne!(key, login_key("some statf"));
}

#[test]
fn debug_shows_no_secret_and_no_return_to() {
    let keys = keys(&["hunter2"]);
    let (state, pending, _) = begin(&keys, Some("/private"));
    let shown = format!("{:?} {pending:?} {keys:?}", LoginState::open(&keys, &state));
    assert!(!shown.contains("private") && !shown.contains(&pending.nonce()) && !shown.contains("hunter2"));
}

#[test]
fn sealing_without_a_secret_is_an_error() {
    let error = SealingKeys::derive("client", []).unwrap_err();
    assert_eq!(error.code(), ErrorCode::ClientSecretMissing);
}
