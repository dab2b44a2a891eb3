//! The cookies of a browser: a callback can use a code only with the cookie of its own login, and changes no other login.
//!
//! An input is a callback and, on a second line, a `Cookie` header. Bytes below 32 stand for values that this application made: 1
//! to 8 are the cookies of eight logins, 17 to 24 their states, 14 and 15 its markers, 16 the suffix of its cookie names.

use std::sync::LazyLock;

use clever_sso::journey::Step;
use clever_sso::protocol::pending::{FinishedMark, SignedInMark, login_key};
use clever_sso::{LoginOptions, Outcome, SetCookie, parse_callback};
use url::Url;

use crate::people::{NOW, entropy, journey, sealing_keys};
use crate::rules::{is_linear, tells_nothing};

const LOGIN: &str = "__Host-clever_login_";
const LOGINS: usize = 8;

/// The values that this application made for the browser.
struct Made {
    /// The state and the cookie of each login.
    logins: Vec<(String, String)>,
    marks: [String; 2],
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let login = |number: u8| {
        let options = LoginOptions::new().return_to(format!("/page/{number}"));
        let login = journey()
            .begin_login(&options, NOW - u64::from(number), &entropy(number))
            .expect("the login begins");
        let url = Url::parse(&login.url).expect("the login has a URL");
        let state = url
            .query_pairs()
            .find(|(name, _)| name == "state")
            .expect("the login has a state")
            .1
            .into_owned();
        (state, format!("{}={}", login.set_cookies[0].name(), login.set_cookies[0].value()))
    };
    let keys = sealing_keys();
    let name = |name: &str| format!("__Host-clever_{name}_{}", keys.application());
    let signed_in = SignedInMark { at: NOW, lost_sessions: 2 }
        .seal(keys, &entropy(31))
        .expect("the mark can be encrypted");
    let finished = FinishedMark { at: NOW, is_sign_in: true, returns: 3, ..FinishedMark::default() };
    let finished = finished.seal(keys, &entropy(32)).expect("the mark can be encrypted");
    let marks = [format!("{}={signed_in}", name("signed_in")), format!("{}={finished}", name("finished"))];
    Made { logins: (1..=8).map(login).collect(), marks }
});

/// The cookie of the login with this state.
pub fn cookie(state: &str, pending: &str) -> String {
    format!("{LOGIN}{}={pending}", login_key(state))
}

/// Finishes a login and begins one with the bytes.
pub fn check(data: &[u8]) {
    let mut lines = data.splitn(2, |byte| *byte == b'\n').map(written);
    let (callback, cookies) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let state = parse_callback(&callback).ok().and_then(|callback| callback.state);
    let state = state.as_ref().map_or("", |state| state.expose());
    let own = MADE.logins.iter().find(|(known, cookie)| known == state && cookies.contains(cookie.as_str()));
    match journey().finish_login(&callback, &cookies, NOW, &entropy(40)) {
        Ok(Step::Send(asked)) => {
            assert!(own.is_some(), "an unproven code is used: {callback} {cookies}");
            assert_eq!(asked.request().method(), "POST");
        }
        Ok(Step::Verify(_)) => panic!("no request was sent yet"),
        Ok(Step::Finished(outcome)) => {
            browser_keeps(outcome.set_cookies(), state, own.is_some());
            assert!(!outcome.ends_session() || own.is_some(), "an unproven callback ends a session");
            assert!(!matches!(outcome, Outcome::SignedIn(_)), "a person is signed in without a proof");
        }
        Err(error) => {
            browser_keeps(error.set_cookies(), state, own.is_some());
            assert!(!error.ends_session() || own.is_some(), "an unproven callback ends a session");
            let values = cookies.split(';').filter_map(|pair| Some(pair.split_once('=')?.1.trim()));
            tells_nothing(&error, values.chain([state]));
        }
    }
    begins(&cookies);
    is_linear(data, |long| begins(&written(long)));
}

/// Begins a login, logs out, and keeps a session.
fn begins(cookies: &str) {
    for has_session in [true, false] {
        let options = LoginOptions::new().cookies(cookies).has_session(has_session).home("/home");
        match journey().begin_login(&options, NOW, &entropy(41)) {
            Ok(login) => {
                sound(&login.set_cookies);
                let dropped = login.set_cookies.iter().filter(|cookie| cookie.max_age() == 0).count();
                assert!(dropped <= LOGINS, "too many headers in a response");
            }
            Err(error) => tells_nothing(&error, cookies.split(['=', ';'])),
        }
    }
    sound(&journey().log_out_cookies(cookies, NOW, &entropy(42)));
    sound(&journey().session_kept_cookies(cookies, NOW, &entropy(43)));
}

/// A callback changes only the login that it proves. It may add one login.
pub fn browser_keeps(set_cookies: &[SetCookie], state: &str, is_proven: bool) {
    sound(set_cookies);
    for cookie in set_cookies.iter().filter(|cookie| cookie.max_age() == 0) {
        let is_own = cookie.name() == format!("{LOGIN}{}", login_key(state));
        assert!(is_own && is_proven, "{} of another login is dropped", cookie.name());
    }
}

fn sound(set_cookies: &[SetCookie]) {
    for cookie in set_cookies {
        let header = cookie.header();
        assert!(header.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()), "{header}");
        assert!(cookie.name().contains("clever_"), "{header}");
        let parts: Vec<_> = header.split("; ").collect();
        assert!(
            parts.len() <= 6 && parts.contains(&"HttpOnly") && parts.contains(&"SameSite=Lax"),
            "{header}"
        );
        assert!(!cookie.name().starts_with("__Host-") || parts.contains(&"Secure"), "{header}");
        assert!(header.len() < 512, "{header}");
    }
}

/// A line of an input, with its placeholder bytes replaced.
fn written(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let mut written = String::with_capacity(line.len());
    for character in line.chars() {
        let number = usize::try_from(u32::from(character)).unwrap_or(0);
        match number {
            1..=LOGINS => written.push_str(&MADE.logins[number - 1].1),
            14 | 15 => written.push_str(&MADE.marks[number - 14]),
            16 => written.push_str(sealing_keys().application()),
            17..=24 => written.push_str(&MADE.logins[number - 17].0),
            _ => written.push(character),
        }
    }
    written
}
