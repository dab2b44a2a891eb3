//! The callback: the query of a redirect, or the fragment of the implicit grant.
//!
//! RFC 6749 4.1.2 and 4.2.2. A repeated parameter, or two contradicting parameters, make the whole callback invalid (RFC 6749
//! 3.1): an attacker must not be able to choose which value counts.

use std::borrow::Cow;

use super::{text, token};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::Secret;

/// Longer callbacks are refused without reading them. Clever's are a few hundred bytes long.
const MAX_CALLBACK_BYTES: usize = 16 * 1024;

/// The parameters that Clever sends. All other parameters belong to the application.
pub(crate) const PARAMETERS: [&str; 9] = [
    "code",
    "access_token",
    "token_type",
    "state",
    "scope",
    "error",
    "error_description",
    "iss",
    "loginas_by_admin",
];

/// The parameters that Clever sent through the browser. They prove nothing yet.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Callback {
    /// The authorization code.
    pub code: Option<Secret>,
    /// The access token of the implicit grant.
    pub access_token: Option<Secret>,
    /// The state, if there is one: a login that begins at Clever has none.
    pub state: Option<Secret>,
    /// The scopes that Clever names.
    pub scopes: Vec<String>,
    /// The error code that was sent instead of a code or token, for example `access_denied`.
    pub error: Option<String>,
    /// Text that came with the error. The sender of the URL controls it.
    pub error_description: Option<String>,
    /// The issuer (RFC 9207), if the callback names it.
    pub issuer: Option<String>,
    /// Whether an administrator at Clever is logging in as this person.
    pub loginas_by_admin: bool,
}

/// Reads the callback: a whole URL, its query or its fragment, exactly as the browser sent it.
///
/// An access token is accepted only in a fragment, because a query appears in logs and browser histories and is sent to other
/// sites. If the callback names the token's type, it must be a bearer token.
///
/// ```
/// let callback = clever_sso::parse_callback("https://app.example/callback?code=1234&state=random")?;
/// assert!(callback.code.is_some_and(|code| code.matches("1234")));
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `callback_malformed`, `callback_duplicate`, `callback_contradictory`.
pub fn parse_callback(callback: &str) -> Result<Callback> {
    if callback.len() > MAX_CALLBACK_BYTES {
        return Err(malformed(format!(
            "it has {} bytes, at most {MAX_CALLBACK_BYTES} are allowed",
            callback.len()
        )));
    }
    let mut read = Reader::default();
    for (part, text) in parts(callback) {
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            read.take(&name, value, part)?;
        }
    }
    read.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Query,
    Fragment,
    /// Text that could be either.
    Either,
}

/// The query and the fragment. Text without an address is itself a query or a fragment.
fn parts(callback: &str) -> impl Iterator<Item = (Part, &str)> {
    let (before, fragment) = match callback.split_once('#') {
        Some((before, fragment)) => (before, Some(fragment)),
        None => (callback, None),
    };
    let query = match before.split_once('?') {
        Some((place, query)) if is_place(place) => Some((Part::Query, query)),
        None if is_address(before) => None,
        _ => Some((Part::Either, before)),
    };
    query.into_iter().chain(fragment.map(|fragment| (Part::Fragment, fragment)))
}

/// Whether `text` is the part before a query: an address, the last part of one, or nothing. A question mark inside a query is an
/// ordinary character (RFC 3986 section 3.4).
fn is_place(text: &str) -> bool {
    is_address(text) || !text.contains(['=', '&'])
}

/// Whether `text` is an address without a query, and not itself a query: a parameter's value may look like an address.
fn is_address(text: &str) -> bool {
    text.starts_with('/') || text.split(['=', '&']).next().is_some_and(|start| start.contains("://"))
}

#[derive(Default)]
struct Reader {
    seen: Vec<&'static str>,
    callback: Callback,
    token_type: Option<String>,
    token_in_query: bool,
}

impl Reader {
    fn take(&mut self, name: &str, value: Cow<'_, str>, part: Part) -> Result<()> {
        // Other parameters belong to the application, which may have its own in the redirect URI.
        let Some(name) = PARAMETERS.into_iter().find(|known| *known == name) else { return Ok(()) };
        if self.seen.contains(&name) {
            return Err(Error::with_detail(ErrorCode::CallbackDuplicate, name));
        }
        self.seen.push(name);
        // Bytes that are not UTF-8 have been replaced. That is fine in a description, but a changed code or state must not be
        // used.
        let decides = matches!(name, "code" | "access_token" | "state" | "iss");
        if decides && value.contains(char::REPLACEMENT_CHARACTER) {
            return Err(malformed(format!("{name} is not UTF-8")));
        }
        // A control character would not reach Clever, C or a header unchanged. A state is only compared, so it may have some.
        if matches!(name, "code" | "access_token") && value.chars().any(char::is_control) {
            return Err(malformed(format!("{name} has control characters")));
        }
        if name == "access_token" && !token::is_token(&value) {
            return Err(malformed("this cannot be an access token"));
        }
        if !value.is_empty() {
            self.token_in_query |= name == "access_token" && part == Part::Query;
            self.store(name, value.into_owned());
        }
        Ok(())
    }

    fn store(&mut self, name: &str, value: String) {
        let callback = &mut self.callback;
        match name {
            "code" => callback.code = Some(value.into()),
            "access_token" => callback.access_token = Some(value.into()),
            "state" => callback.state = Some(value.into()),
            "token_type" => self.token_type = Some(value),
            "scope" => {
                callback.scopes =
                    value.split_whitespace().filter_map(text::identifier).map(str::to_owned).collect();
            }
            // The sender of the URL controls these values, and people see them.
            "error" => callback.error = Some(text::printable(&value).into_owned()),
            "error_description" => callback.error_description = text::shown(&value),
            "iss" => callback.issuer = Some(value),
            _ => callback.loginas_by_admin = value == "true",
        }
    }

    fn finish(self) -> Result<Callback> {
        let Callback { code, access_token, error, .. } = &self.callback;
        let said =
            [("code", code.is_some()), ("access_token", access_token.is_some()), ("error", error.is_some())];
        let names: Vec<_> = said.into_iter().filter_map(|(name, there)| there.then_some(name)).collect();
        // RFC 6749 7.1: a token of an unknown type must not be used.
        let bearer = self.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        match names[..] {
            [] => Err(malformed("code, access_token and error are all missing")),
            ["access_token"] if self.token_in_query => {
                Err(malformed("an access token must be in the fragment, not in the query"))
            }
            ["access_token"] if !bearer => Err(malformed("token_type is not \"bearer\"")),
            [_] => Ok(self.callback),
            _ => Err(Error::with_detail(ErrorCode::CallbackContradictory, names.join(" and "))),
        }
    }
}

fn malformed(detail: impl Into<String>) -> Error {
    Error::with_detail(ErrorCode::CallbackMalformed, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(callback: &str) -> String {
        parse_callback(callback).unwrap().code.unwrap().expose().to_owned()
    }

    fn error_of(callback: &str) -> ErrorCode {
        parse_callback(callback).unwrap_err().code()
    }

    #[test]
    fn a_url_a_query_and_a_query_without_question_mark_are_read_the_same() {
        for callback in [
            "https://app.example/cb?code=abc&state=s",
            "/cb?code=abc&state=s",
            "?code=abc",
            "code=abc&iss=https://clever.com",
        ] {
            assert_eq!(code_of(callback), "abc", "{callback}");
        }
    }

    #[test]
    fn a_question_mark_inside_a_query_is_an_ordinary_character() {
        for callback in [
            "code=abc&extra=a?b=c",
            "?code=abc&extra=a?b=c",
            "https://app.example/cb?code=abc&extra=a?b=c",
            "/cb=1?code=abc&extra=a?b=c",
            "callback?code=abc&extra=a?b=c",
            "next=https://app.example/?a=1&code=abc",
        ] {
            assert_eq!(code_of(callback), "abc", "{callback}");
        }
    }

    #[test]
    fn the_token_of_the_implicit_grant_is_read_from_the_fragment() {
        let text =
            "https://app.example/cb#token_type=bearer&state=s&access_token=il1&scope=read%3Auser_id%20b";
        let callback = parse_callback(text).unwrap();
        assert_eq!(callback.access_token.unwrap().expose(), "il1");
        assert_eq!(callback.scopes, ["read:user_id", "b"]);
    }

    #[test]
    fn a_repeated_parameter_is_refused_even_with_the_same_value() {
        assert_eq!(error_of("code=a&code=a"), ErrorCode::CallbackDuplicate);
        assert_eq!(error_of("code=&code=a"), ErrorCode::CallbackDuplicate);
        assert_eq!(error_of("https://app.example/cb?state=a&code=x#state=b"), ErrorCode::CallbackDuplicate);
        assert_eq!(error_of("code=a&c%6fde=b"), ErrorCode::CallbackDuplicate);
    }

    #[test]
    fn contradicting_parameters_are_refused() {
        for callback in ["code=a&error=access_denied", "code=a&access_token=b", "?code=a#access_token=b"] {
            assert_eq!(error_of(callback), ErrorCode::CallbackContradictory, "{callback}");
        }
    }

    #[test]
    fn a_callback_without_code_token_or_error_is_malformed() {
        for callback in ["", "?", "code=", "state=s", "https://app.example/code", "/code=a", "code=%ff"] {
            assert_eq!(error_of(callback), ErrorCode::CallbackMalformed, "{callback}");
        }
        assert_eq!(error_of(&format!("code={}", "a".repeat(20_000))), ErrorCode::CallbackMalformed);
    }

    #[test]
    fn an_access_token_counts_only_as_a_bearer_token_in_a_fragment() {
        let token = |callback: &str| parse_callback(callback).map(|callback| callback.access_token.is_some());
        for good in ["#access_token=a&state=s", "/cb?x=1#token_type=Bearer&access_token=a", "access_token=a"]
        {
            assert_eq!(token(good), Ok(true), "{good}");
        }
        for refused in [
            "?access_token=a",
            "https://app.example/cb?access_token=a&token_type=bearer",
            "/cb?access_token=a#state=s",
            "#access_token=a&token_type=mac",
            "?token_type=DPoP#access_token=a",
            "#access_token=a&token_type=bearer%20",
            "#access_token=a%20b",
            "#access_token=%C3%A9",
        ] {
            assert_eq!(error_of(refused), ErrorCode::CallbackMalformed, "{refused}");
        }
        assert_eq!(
            error_of("#access_token=a&token_type=mac&token_type=bearer"),
            ErrorCode::CallbackDuplicate
        );
        assert_eq!(code_of("code=a&token_type=mac"), "a");
    }

    #[test]
    fn control_characters_are_neither_shown_nor_sent() {
        for callback in ["code=a%00b", "code=%0d%0ax", "#access_token=a%7f"] {
            assert_eq!(error_of(callback), ErrorCode::CallbackMalformed, "{callback}");
        }
        let denied =
            parse_callback("error=a%0aforged&error_description=%1b%5b31m%00%e2%80%aex&scope=a%00+b").unwrap();
        assert_eq!(denied.error.as_deref(), Some("a forged"));
        assert_eq!(denied.error_description.as_deref(), Some("\u{fffd}[31m\u{fffd}\u{fffd}x"));
        assert_eq!(denied.scopes, ["b"]);
    }

    #[test]
    fn invalid_utf_8_is_repaired_unless_it_decides() {
        for name in ["scope", "loginas_by_admin", "error_description"] {
            assert_eq!(code_of(&format!("code=abc&state=s&{name}=Ren%E9")), "abc", "{name}");
        }
        let denied =
            parse_callback("error=access_denied&error_description=f%FCr+%EF%BF%BD&scope=a+%ff").unwrap();
        assert_eq!(denied.error.as_deref(), Some("access_denied"));
        assert_eq!(denied.error_description.as_deref(), Some("f\u{fffd}r \u{fffd}"));
        assert_eq!(parse_callback("error=%ff").unwrap().error.as_deref(), Some("\u{fffd}"));
        for decides in ["code=%ff", "code=a&state=%ff", "code=a&iss=%ff", "#access_token=%ff"] {
            assert_eq!(error_of(decides), ErrorCode::CallbackMalformed, "{decides}");
        }
        assert_eq!(error_of("#access_token=a&token_type=%ff"), ErrorCode::CallbackMalformed);
    }

    #[test]
    fn parameters_of_the_application_are_ignored() {
        assert_eq!(code_of("/cb?tab=1&tab=2&code=abc"), "abc");
    }

    #[test]
    fn debug_shows_no_code_and_no_token() {
        let shown = format!("{:?}", parse_callback("code=hunter2&state=hunter3").unwrap());
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
