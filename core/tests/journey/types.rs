//! The common traits of the API's types, as the Rust API Guidelines require.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::str::FromStr;

use clever_sso::journey::{IdTokenCheck, Journey, LoginRequest, Step};
use clever_sso::protocol::{
    AuthorizeParameters, Response, district_response, me_response, tokeninfo_response, user_response,
    userinfo_response,
};
use clever_sso::{
    Actor, AuthorizeOptions, BrowserRequest, Callback, Claims, Client, Config, ConfigBuilder, Denied,
    District, Endpoint, Error, ErrorCode, ErrorKind, Expected, Identity, KeySet, Login, LoginOptions, Me,
    Member, Metadata, Name, Outcome, Proof, Refusal, ResponseType, Restart, Role, RoleName, Secret,
    SetCookie, SignedIn, TokenInfo, Tokens, User, UserInfo, UserType, blocking,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Can be used from any thread and in any task, and can be printed for debugging.
fn shared<T: Send + Sync + Unpin + Debug>() {}
/// Can be compared, and be the key of a map.
fn compared<T: Clone + Eq + Hash>() {}
/// Can be stored in a session.
fn kept<T: Serialize + DeserializeOwned>() {}
/// Can be converted to text and back.
fn written<T: Display + FromStr + Clone + Eq + Hash + Serialize + DeserializeOwned>() {}

macro_rules! each {
    ($check:ident: $($name:ty),* $(,)?) => {{ $($check::<$name>();)* }};
}

#[test]
fn every_type_has_the_common_traits() {
    each!(shared:
        Actor, AuthorizeOptions<'_>, AuthorizeParameters<'_>, BrowserRequest, Callback, Claims, Client, Config,
        ConfigBuilder, Denied, District, Endpoint, Error, ErrorCode, ErrorKind, Expected<'_>, IdTokenCheck,
        Identity, Journey, KeySet, Login, LoginOptions, LoginRequest, Me, Member<'_>, Metadata, Name, Outcome,
        Proof, Refusal, ResponseType, Restart, Role, RoleName, Secret, SetCookie, SignedIn, Step, TokenInfo,
        Tokens, User, UserInfo, UserType, blocking::Client,
    );
    each!(compared:
        Actor, AuthorizeOptions<'_>, AuthorizeParameters<'_>, BrowserRequest, Denied, District, Endpoint,
        ErrorCode, ErrorKind, Expected<'_>, Identity, Login, LoginOptions, Me, Member<'_>, Metadata, Name, Proof,
        Refusal, ResponseType, Restart, Role, RoleName, SetCookie, TokenInfo, User, UserInfo, UserType,
    );
    each!(kept: District, Identity, Me, Metadata, Name, Role, TokenInfo, User, UserInfo);
    each!(written: Actor, ErrorCode, ErrorKind, Proof, RoleName, UserType);
}

#[test]
fn an_error_can_be_sent_cloned_and_compared() {
    fn any<T: std::error::Error + Send + Sync + UnwindSafe + RefUnwindSafe + Clone + Eq + 'static>() {}
    any::<Error>();
}

/// Stores a value and reads it back.
fn again<T: Serialize + DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

#[test]
fn values_from_clever_are_stored_and_read_unchanged() {
    let response = |body: &str| Response::new(body.as_bytes().to_vec());
    let person = response(
        r#"{"data":{"id":"1","type":"teacher","name":{"first":"José"},"roles":{"teacher":{"legacy_id":"9"}}}}"#,
    );
    let (me, user) = (me_response(&person).unwrap(), user_response(&person, "1").unwrap());
    assert_eq!((again(&me), again(&user)), (me, user));
    let district = district_response(&response(r#"{"data":{"id":"1","name":"North"}}"#), "1").unwrap();
    assert_eq!(again(&district), district);
    let info = userinfo_response(&response(r#"{"sub":"1","name":{"first":"José"}}"#), None).unwrap();
    assert_eq!(again(&info), info);
    let body = response(r#"{"client_id":"mine","scopes":["read:user_id"]}"#);
    let token = tokeninfo_response(&body, "mine").unwrap();
    assert_eq!(again(&token), token);
}

#[test]
fn display_shows_the_id_of_an_identity_and_the_full_name_of_a_name() {
    let mut identity = Identity::new("https://clever.com", "58da8c63d7dc0ca068000478");
    identity.name.first = Some("José".into());
    identity.name.last = Some("Núñez".into());
    assert_eq!(format!("{identity}"), "58da8c63d7dc0ca068000478");
    assert_eq!(format!("{:>12}", identity.name), "  José Núñez");
    assert!(!format!("{identity:?} {:?}", identity.name).contains("Jos"));
}
