//! The plain URLs of a configured application, for applications that drive the flow themselves.

use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::authorize::{self, AuthorizeParameters, ResponseType};
use crate::protocol::text::{LONGEST, LONGEST_STATE, check_parameter};

/// Options for your own authorization request. Everything has a default.
///
/// ```
/// use clever_sso::{AuthorizeOptions, ResponseType};
///
/// let options = AuthorizeOptions::new().response_type(ResponseType::Token).state("random");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub struct AuthorizeOptions<'a> {
    /// A code (the default) or, for the implicit grant, a token.
    pub response_type: ResponseType,
    /// One of the configured redirect URIs; the primary one by default.
    pub redirect_uri: Option<&'a str>,
    /// Sent back unchanged: compare it with the state that you gave to this browser.
    pub state: Option<&'a str>,
    /// Declares that the missing state is intentional. A token that comes back without a state may belong to anyone: do not sign
    /// a person in with it.
    pub without_state: bool,
    /// Sent back inside the ID token.
    pub nonce: Option<&'a str>,
    /// The district, if known: Clever then skips the school picker.
    pub district_id: Option<&'a str>,
    /// Whether Clever asks the person to confirm who they are (`confirmed=false`).
    pub switch_user: bool,
}

impl<'a> AuthorizeOptions<'a> {
    /// The default options.
    pub fn new() -> Self {
        Self::default()
    }

    /// A code or, for the implicit grant, a token.
    pub const fn response_type(mut self, response_type: ResponseType) -> Self {
        self.response_type = response_type;
        self
    }

    /// One of the configured redirect URIs.
    pub const fn redirect_uri(mut self, redirect_uri: &'a str) -> Self {
        self.redirect_uri = Some(redirect_uri);
        self
    }

    /// Sent back unchanged.
    pub const fn state(mut self, state: &'a str) -> Self {
        self.state = Some(state);
        self
    }

    /// Declares that the missing state is intentional: needed for a token.
    pub const fn without_state(mut self, yes: bool) -> Self {
        self.without_state = yes;
        self
    }

    /// Sent back inside the ID token.
    pub const fn nonce(mut self, nonce: &'a str) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// The district, if known.
    pub const fn district_id(mut self, district_id: &'a str) -> Self {
        self.district_id = Some(district_id);
        self
    }

    /// Whether Clever asks the person to confirm who they are.
    pub const fn switch_user(mut self, yes: bool) -> Self {
        self.switch_user = yes;
        self
    }
}

impl std::fmt::Debug for AuthorizeOptions<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AuthorizeOptions")
            .field("response_type", &self.response_type)
            .finish_non_exhaustive()
    }
}

pub(crate) fn authorize_url(config: &Config, options: &AuthorizeOptions<'_>) -> Result<String> {
    for (name, value, longest) in [
        ("state", options.state, LONGEST_STATE),
        ("nonce", options.nonce, LONGEST),
        ("district_id", options.district_id, LONGEST),
    ] {
        check_parameter(name, value.unwrap_or_default(), longest)?;
    }
    let has_state = options.state.is_some_and(|state| !state.is_empty());
    let is_token = options.response_type == ResponseType::Token;
    let wrong = match (has_state, options.without_state) {
        (true, true) => Some("state and without_state exclude each other"),
        (false, false) if is_token => Some(
            "a token needs a state, which you compare when it comes back: begin_implicit does that by itself; without_state \
             says that you want none",
        ),
        _ => None,
    };
    if let Some(wrong) = wrong {
        return Err(Error::with_detail(ErrorCode::ArgumentInvalid, wrong));
    }
    let parameters = AuthorizeParameters {
        response_type: options.response_type,
        client_id: &config.client_id,
        redirect_uri: config.redirect_uri(options.redirect_uri)?,
        state: options.state,
        nonce: options.nonce,
        district_id: options.district_id,
        switch_user: options.switch_user,
    };
    Ok(authorize::authorize_url(&config.authorization_endpoint()?, &parameters))
}

pub(crate) fn instant_login_url(config: &Config, district_id: &str) -> Result<String> {
    check_parameter("district_id", district_id, LONGEST)?;
    Ok(authorize::instant_login_url(&config.instant_login_endpoint(), &config.client_id, district_id))
}

pub(crate) fn portal_url(config: &Config, district: Option<&str>) -> Result<String> {
    check_parameter("district", district.unwrap_or_default(), LONGEST)?;
    Ok(authorize::portal_url(&config.issuer, district))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_request_without_a_state_needs_without_state() {
        let config = Config::builder("client").redirect_uri("https://app.example/cb").build().unwrap();
        let token = AuthorizeOptions::new().response_type(ResponseType::Token);
        for refused in [token, token.state(""), token.state("s").without_state(true)] {
            let error = authorize_url(&config, &refused).unwrap_err();
            assert_eq!(error.code(), ErrorCode::ArgumentInvalid);
            assert!(error.to_string().contains("without_state"), "{error}");
        }
        for fine in [token.without_state(true), token.state("s"), AuthorizeOptions::new()] {
            let url = authorize_url(&config, &fine).unwrap();
            assert_eq!(url.contains("scope=openid"), fine.response_type == ResponseType::Code, "{url}");
            assert_eq!(url.contains("state="), fine.state.is_some(), "{url}");
        }
    }

    #[test]
    fn a_value_that_is_too_long_for_a_url_is_refused_with_its_name() {
        let config = Config::builder("client").redirect_uri("https://app.example/cb").build().unwrap();
        let long = "a".repeat(LONGEST_STATE + 1);
        let with = |state, nonce, district_id| {
            authorize_url(&config, &AuthorizeOptions { state, nonce, district_id, ..Default::default() })
        };
        let all = [
            ("state", with(Some(&*long), None, None)),
            ("nonce", with(None, Some(&long), None)),
            ("district_id", with(None, None, Some(&long))),
            ("district_id", instant_login_url(&config, &long)),
            ("district", portal_url(&config, Some(&long))),
        ];
        for (name, refused) in all {
            let error = refused.unwrap_err();
            assert_eq!(error.code(), ErrorCode::ArgumentInvalid);
            assert!(error.to_string().contains(&format!(": {name} must have at most")), "{error}");
        }
        assert!(with(Some(&long[1..]), Some("n"), Some("53ee4b8a44abc88c1c00119b")).is_ok());
    }
}
