//! `clever_sso_claims`: claims about a person, readable without a JSON library.

use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use clever_sso::{Claims, Member, printable};
use serde_json::{Map, Value};

use crate::text::{borrowed, owned, required};

/// Claims about a person, from a verified ID token, an identity, or userinfo.
pub struct clever_sso_claims {
    /// Names and texts, each followed by a NUL. They share one allocation, because a busy application makes and frees many of
    /// these.
    texts: Vec<u8>,
    members: Vec<(Offset, Kept)>,
    json: CString,
}

/// Where a text starts in `texts`.
type Offset = usize;

enum Kept {
    Text(Offset),
    Integer(i64),
    Boolean(bool),
    List(Vec<Offset>),
    Object(Box<clever_sso_claims>),
    /// Values that C can only read as JSON: null, a fraction, a list with anything but strings.
    Other,
}

impl From<&Claims> for clever_sso_claims {
    fn from(claims: &Claims) -> Self {
        let mut made = Self::empty(claims.as_json());
        for (name, member) in claims.iter() {
            made.keep(name, member);
        }
        made
    }
}

impl From<&Map<String, Value>> for clever_sso_claims {
    fn from(claims: &Map<String, Value>) -> Self {
        let mut made = Self::empty(&serde_json::to_string(claims).unwrap_or_default());
        for (name, value) in claims {
            made.keep(name, Member::Other(value));
        }
        made
    }
}

impl clever_sso_claims {
    fn empty(json: &str) -> Self {
        Self {
            texts: Vec::with_capacity(json.len() + json.len() / 2),
            members: Vec::new(),
            json: owned(json),
        }
    }

    fn keep(&mut self, name: &str, member: Member<'_>) {
        let name = self.store(name);
        let kept = match member {
            Member::Text(text) => Kept::Text(self.store(text)),
            Member::Whole(number) => i64::try_from(number).map_or(Kept::Other, Kept::Integer),
            Member::Other(value) => self.kept(value),
        };
        self.members.push((name, kept));
    }

    fn kept(&mut self, value: &Value) -> Kept {
        match value {
            Value::String(text) => Kept::Text(self.store(text)),
            Value::Bool(boolean) => Kept::Boolean(*boolean),
            Value::Number(number) => {
                number.as_i64().or_else(|| whole(number.as_f64()?)).map_or(Kept::Other, Kept::Integer)
            }
            Value::Object(object) => Kept::Object(Box::new(object.into())),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(|text| self.store(text)))
                .collect::<Option<_>>()
                .map_or(Kept::Other, Kept::List),
            Value::Null => Kept::Other,
        }
    }

    fn store(&mut self, text: &str) -> Offset {
        let start = self.texts.len();
        self.texts.extend_from_slice(printable(text).as_bytes());
        self.texts.push(0);
        start
    }

    fn at(&self, offset: Offset) -> Option<&CStr> {
        self.texts.get(offset..).and_then(|rest| CStr::from_bytes_until_nul(rest).ok())
    }

    fn member(&self, name: *const c_char) -> Option<&Kept> {
        let name = owned(required(name, "name").ok()?);
        self.members.iter().find(|(known, _)| self.at(*known) == Some(&name)).map(|(_, kept)| kept)
    }

    fn list(&self, name: *const c_char) -> Option<&[Offset]> {
        match self.member(name)? {
            Kept::List(offsets) => Some(offsets),
            _ => None,
        }
    }

    pub(crate) fn json(&self) -> &CString {
        &self.json
    }
}

/// A number that is written as 1767225600.0 or 1.7672256e9 is a whole number too.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked here")]
fn whole(number: f64) -> Option<i64> {
    /// Whole numbers are exact up to this number (2^53).
    const LAST: f64 = 9_007_199_254_740_992.0;
    (number.abs() <= LAST && number.fract() == 0.0).then_some(number as i64)
}

fn lent(text: Option<&CStr>) -> *const c_char {
    text.map_or(ptr::null(), CStr::as_ptr)
}

/// A claim that is a string, for example `sub`; NULL when there is none. Borrowed from `claims`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_text(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
) -> *const c_char {
    lent(claims.and_then(|claims| match claims.member(name)? {
        Kept::Text(offset) => claims.at(*offset),
        _ => None,
    }))
}

/// Whether there is a whole-number claim with this name, for example `exp`. Its value is written to `integer`, which may be NULL;
/// 0 when there is none.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_integer(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
    integer: Option<&mut MaybeUninit<i64>>,
) -> bool {
    let found = claims.and_then(|claims| match claims.member(name)? {
        Kept::Integer(number) => Some(*number),
        _ => None,
    });
    tell(found, integer)
}

/// Whether there is a boolean claim with this name, for example `email_verified`. Its value is written to `boolean`, which may be
/// NULL; false when there is none.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_boolean(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
    boolean: Option<&mut MaybeUninit<bool>>,
) -> bool {
    let found = claims.and_then(|claims| match claims.member(name)? {
        Kept::Boolean(boolean) => Some(*boolean),
        _ => None,
    });
    tell(found, boolean)
}

fn tell<T: Default>(found: Option<T>, out: Option<&mut MaybeUninit<T>>) -> bool {
    let there = found.is_some();
    if let Some(out) = out {
        out.write(found.unwrap_or_default());
    }
    there
}

/// The number of strings in a claim that is a list of strings; 0 when there is no such claim.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_list_count(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
) -> usize {
    claims.and_then(|claims| claims.list(name)).map_or(0, <[Offset]>::len)
}

/// A string in a claim that is a list of strings, counted from 0; NULL after the last one. Borrowed from `claims`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_list_text(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
    index: usize,
) -> *const c_char {
    lent(claims.and_then(|claims| claims.at(*claims.list(name)?.get(index)?)))
}

/// A claim that is an object, for example `name` with `first` and `last` in it; NULL when there is none.
/// Borrowed from `claims`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_object(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
) -> Option<&clever_sso_claims> {
    match claims?.member(name)? {
        Kept::Object(object) => Some(object),
        _ => None,
    }
}

/// The number of claims of any type.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_count(claims: Option<&clever_sso_claims>) -> usize {
    claims.map_or(0, |claims| claims.members.len())
}

/// The name of a claim, counted from 0; NULL after the last one. Borrowed from `claims`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_name(claims: Option<&clever_sso_claims>, index: usize) -> *const c_char {
    lent(claims.and_then(|claims| claims.at(claims.members.get(index)?.0)))
}

/// All claims as one JSON object. Borrowed from `claims`; NULL when `claims` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_json(claims: Option<&clever_sso_claims>) -> *const c_char {
    borrowed(claims.map(|claims| &claims.json))
}

/// Frees claims from `clever_sso_verify_id_token` or `clever_sso_verify_id_token_with`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_free(claims: Option<Box<clever_sso_claims>>) {
    drop(claims);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: &Value) -> clever_sso_claims {
        value.as_object().unwrap().into()
    }

    #[test]
    fn each_claim_is_found_only_as_its_own_type() {
        let claims = claims(&json!({ "text": "a\u{0}b", "number": -7, "yes": true, "list": ["x", "y"],
            "mixed": [1, "x"], "object": { "inner": "deep" }, "nothing": null, "fraction": 1.5, "huge": u64::MAX }));
        let kinds = |name: &CStr| {
            let (claims, name) = (Some(&claims), name.as_ptr());
            [
                !clever_sso_claims_text(claims, name).is_null(),
                clever_sso_claims_integer(claims, name, None),
                clever_sso_claims_boolean(claims, name, None),
                clever_sso_claims_list_count(claims, name) > 0,
                clever_sso_claims_object(claims, name).is_some(),
            ]
        };
        assert_eq!(kinds(c"text"), [true, false, false, false, false]);
        assert_eq!(kinds(c"number"), [false, true, false, false, false]);
        assert_eq!(kinds(c"yes"), [false, false, true, false, false]);
        assert_eq!(kinds(c"list"), [false, false, false, true, false]);
        assert_eq!(kinds(c"object"), [false, false, false, false, true]);
        for other in [c"mixed", c"nothing", c"fraction", c"huge", c"none", c""] {
            assert_eq!(kinds(other), [false; 5], "{other:?}");
        }
        assert_eq!(clever_sso_claims_count(Some(&claims)), 9);
    }

    #[test]
    fn text_with_a_nul_is_not_cut_off_and_whole_numbers_are_read_in_any_form() {
        let claims = claims(
            &json!({ "a\u{0}b": "A\u{0}d\u{1b}a\n", "exp": 1_767_225_600.0, "half": 0.5, "far": 1e300 }),
        );
        assert!(claims.member(c"a".as_ptr()).is_none());
        let Some(Kept::Text(text)) = claims.member(c"a\xef\xbf\xbdb".as_ptr()) else { panic!("no text") };
        assert_eq!(claims.at(*text).unwrap().to_str(), Ok("A\u{fffd}d\u{fffd}a "));
        let Some(Kept::Integer(seconds)) = claims.member(c"exp".as_ptr()) else { panic!("no integer") };
        assert_eq!(*seconds, 1_767_225_600);
        assert!(matches!(claims.member(c"half".as_ptr()), Some(Kept::Other)));
        assert!(matches!(claims.member(c"far".as_ptr()), Some(Kept::Other)));
    }

    #[test]
    fn a_missing_number_is_zero() {
        let (claims, mut number) = (claims(&json!({ "exp": 5 })), MaybeUninit::new(9));
        assert!(clever_sso_claims_integer(Some(&claims), c"exp".as_ptr(), Some(&mut number)));
        // SAFETY: the call wrote it, as it always does.
        assert_eq!(unsafe { number.assume_init() }, 5);
        assert!(!clever_sso_claims_integer(Some(&claims), c"iat".as_ptr(), Some(&mut number)));
        // SAFETY: as above.
        assert_eq!(unsafe { number.assume_init() }, 0);
    }

    #[test]
    fn lists_and_objects_are_read_without_json() {
        let claims = claims(&json!({ "aud": ["a", "b"], "name": { "first": "Ada" } }));
        assert_eq!(claims.list(c"aud".as_ptr()).unwrap().len(), 2);
        assert!(clever_sso_claims_list_text(Some(&claims), c"aud".as_ptr(), 2).is_null());
        let Some(Kept::Object(name)) = claims.member(c"name".as_ptr()) else { panic!("no object") };
        let Some(Kept::Text(first)) = name.member(c"first".as_ptr()) else { panic!("no text") };
        assert_eq!(name.at(*first), Some(c"Ada"));
        assert_eq!(name.json().to_str(), Ok(r#"{"first":"Ada"}"#));
    }
}
