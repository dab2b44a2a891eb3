//! The way back to the app: the redirection URI with Clever's answer in it.
//!
//! In the query for a code (RFC 6749 section 4.1.2), in the fragment for a token (section 4.2.2), each in the order
//! Clever writes it, with spaces as `%20`. There is no `iss` parameter (RFC 9207), for Clever sends none.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::apps::SCOPES;

/// All but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// `redirect_uri` with a code, keeping the query it has.
pub(super) fn with_code(redirect_uri: &str, code: &str, state: Option<&str>) -> String {
    let scope = SCOPES.join(" ");
    let mut parameters = vec![("code", code), ("scope", &scope)];
    parameters.extend(state.map(|state| ("state", state)));
    let separator = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{separator}{}", encoded(&parameters))
}

/// `redirect_uri` with an access token.
pub(super) fn with_token(redirect_uri: &str, access_token: &str, state: Option<&str>) -> String {
    let scope = SCOPES.join(" ");
    let mut parameters = vec![("token_type", "bearer")];
    parameters.extend(state.map(|state| ("state", state)));
    parameters.extend([("access_token", access_token), ("scope", &scope)]);
    format!("{redirect_uri}#{}", encoded(&parameters))
}

/// One value, ready to stand in a query.
pub(super) fn escaped(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", escaped(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: &str = "scope=read%3Adistrict_admins_basic%20read%3Aschool_admins_basic%20\
                         read%3Astudents_basic%20read%3Ateachers_basic%20read%3Auser_id";

    #[test]
    fn the_order_is_code_scope_state() {
        let url = with_code("http://a/b", "c0de", Some("s"));
        assert_eq!(url, format!("http://a/b?code=c0de&{SCOPE}&state=s"));
    }

    #[test]
    fn without_a_state_there_is_none_in_the_answer() {
        assert_eq!(with_code("http://a/b", "c0de", None), format!("http://a/b?code=c0de&{SCOPE}"));
    }

    #[test]
    fn the_query_of_the_redirection_uri_is_kept() {
        assert!(with_code("http://a/b?x=1", "c", None).starts_with("http://a/b?x=1&code=c&"));
        assert!(with_code("http://a/b?", "c", None).starts_with("http://a/b?code=c&"));
        assert!(with_code("http://a/b?x=1&", "c", None).starts_with("http://a/b?x=1&code=c&"));
    }

    #[test]
    fn a_state_comes_back_as_it_was_whatever_is_in_it() {
        let url = with_code("http://a/b", "c", Some("a b&c=d#é\r\n"));
        assert!(url.ends_with("&state=a%20b%26c%3Dd%23%C3%A9%0D%0A"));
    }

    #[test]
    fn a_token_is_in_the_fragment() {
        let url = with_token("http://a/b", "il1", Some("s"));
        assert_eq!(url, format!("http://a/b#token_type=bearer&state=s&access_token=il1&{SCOPE}"));
    }
}
