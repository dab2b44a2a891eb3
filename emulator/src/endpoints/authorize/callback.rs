//! The callback: the redirect URI with Clever's answer in it.
//!
//! A code is in the query (RFC 6749 section 4.1.2), a token in the fragment (section 4.2.2), each in the order in which Clever
//! writes it, with spaces as `%20`. There is no `iss` parameter (RFC 9207), because Clever sends none. What is added for an
//! administrator comes last, because its real position is unknown.

use crate::http::parameters::encoded;
use crate::world::SCOPES;

/// The data in a callback besides the code or token.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    /// As it was sent.
    pub(super) state: Option<&'a str>,
    /// Did an administrator log in as this person?
    pub(super) loginas_by_admin: bool,
}

/// `redirect_uri` with a code, keeping the query it has.
pub(super) fn with_code(redirect_uri: &str, code: &str, beside: Beside<'_>) -> String {
    let scope = SCOPES.join(" ");
    let mut parameters = vec![("code", code), ("scope", &scope)];
    parameters.extend(beside.state());
    parameters.extend(beside.admin());
    in_query(redirect_uri, &parameters)
}

/// `redirect_uri` with an access token.
pub(super) fn with_token(redirect_uri: &str, access_token: &str, beside: Beside<'_>) -> String {
    let scope = SCOPES.join(" ");
    let mut parameters = vec![("token_type", "bearer")];
    parameters.extend(beside.state());
    parameters.extend([("access_token", access_token), ("scope", &scope)]);
    parameters.extend(beside.admin());
    in_fragment(redirect_uri, &parameters)
}

/// `redirect_uri` with an error word instead of a code or a token (RFC 6749 sections 4.1.2.1 and 4.2.2.1).
pub(super) fn with_error(redirect_uri: &str, error: &str, fragment: bool, state: Option<&str>) -> String {
    let mut parameters = vec![("error", error)];
    parameters.extend(Beside { state, loginas_by_admin: false }.state());
    if fragment { in_fragment(redirect_uri, &parameters) } else { in_query(redirect_uri, &parameters) }
}

impl<'a> Beside<'a> {
    fn state(self) -> Option<(&'static str, &'a str)> {
        self.state.map(|state| ("state", state))
    }

    fn admin(self) -> Option<(&'static str, &'static str)> {
        self.loginas_by_admin.then_some(("loginas_by_admin", "true"))
    }
}

fn in_query(redirect_uri: &str, parameters: &[(&str, &str)]) -> String {
    let separator = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{separator}{}", encoded(parameters))
}

fn in_fragment(redirect_uri: &str, parameters: &[(&str, &str)]) -> String {
    format!("{redirect_uri}#{}", encoded(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: &str = "scope=read%3Adistrict_admins_basic%20read%3Aschool_admins_basic%20\
                         read%3Astudents_basic%20read%3Ateachers_basic%20read%3Auser_id";

    const NOTHING: Beside<'_> = Beside { state: None, loginas_by_admin: false };

    fn state(state: &str) -> Beside<'_> {
        Beside { state: Some(state), ..NOTHING }
    }

    #[test]
    fn the_order_is_code_scope_state() {
        let url = with_code("http://a/b", "c0de", state("s"));
        assert_eq!(url, format!("http://a/b?code=c0de&{SCOPE}&state=s"));
    }

    #[test]
    fn without_a_state_the_callback_has_none() {
        assert_eq!(with_code("http://a/b", "c0de", NOTHING), format!("http://a/b?code=c0de&{SCOPE}"));
        assert_eq!(with_error("http://a/b", "e", false, None), "http://a/b?error=e");
    }

    #[test]
    fn the_query_of_the_redirection_uri_is_kept() {
        assert!(with_code("http://a/b?x=1", "c", NOTHING).starts_with("http://a/b?x=1&code=c&"));
        assert!(with_code("http://a/b?", "c", NOTHING).starts_with("http://a/b?code=c&"));
        assert!(with_code("http://a/b?x=1&", "c", NOTHING).starts_with("http://a/b?x=1&code=c&"));
        assert_eq!(with_error("http://a/b?x=1", "e", false, Some("s")), "http://a/b?x=1&error=e&state=s");
    }

    #[test]
    fn any_state_comes_back_unchanged() {
        let url = with_code("http://a/b", "c", state("a b&c=d#é\r\n"));
        assert!(url.ends_with("&state=a%20b%26c%3Dd%23%C3%A9%0D%0A"));
    }

    #[test]
    fn a_token_or_the_error_instead_of_it_is_in_the_fragment() {
        let url = with_token("http://a/b", "il1", state("s"));
        assert_eq!(url, format!("http://a/b#token_type=bearer&state=s&access_token=il1&{SCOPE}"));
        assert_eq!(with_error("http://a/b", "e", true, Some("s")), "http://a/b#error=e&state=s");
    }

    #[test]
    fn the_parameter_for_an_administrator_comes_last() {
        let admin = Beside { loginas_by_admin: true, ..state("s") };
        for url in [with_code("http://a/b", "c", admin), with_token("http://a/b", "il1", admin)] {
            assert!(url.ends_with("&loginas_by_admin=true") && url.contains("state=s"), "{url}");
        }
    }
}
