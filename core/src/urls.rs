//! The plain URLs of a configured application, for those who drive the flow themselves.

use crate::config::Config;
use crate::error::Result;
use crate::protocol::authorize::{self, AuthorizeParameters, ResponseType};

/// What goes into an authorization request of one's own. Everything has a default.
#[derive(Clone, Copy, Default)]
pub struct AuthorizeOptions<'a> {
    /// A code (the default) or, for the implicit grant, a token.
    pub response_type: ResponseType,
    /// One of the configured redirect URIs; the primary one by default.
    pub redirect_uri: Option<&'a str>,
    /// Comes back unchanged; compare it with what this browser was given.
    pub state: Option<&'a str>,
    /// Comes back inside the ID token.
    pub nonce: Option<&'a str>,
    /// The district, if it is known: Clever then skips the school picker.
    pub district_id: Option<&'a str>,
    /// Whether Clever lets the person confirm who they are (`confirmed=false`).
    pub switch_user: bool,
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
    let parameters = AuthorizeParameters {
        response_type: options.response_type,
        client_id: &config.client_id,
        redirect_uri: config.redirect_uri(options.redirect_uri)?,
        state: options.state,
        nonce: options.nonce,
        district_id: options.district_id,
        switch_user: options.switch_user,
    };
    Ok(authorize::authorize_url(&config.authorization_endpoint(), &parameters))
}

pub(crate) fn instant_login_url(config: &Config, district_id: &str) -> String {
    authorize::instant_login_url(&config.instant_login_endpoint(), &config.client_id, district_id)
}

pub(crate) fn portal_url(config: &Config, district: Option<&str>) -> String {
    authorize::portal_url(&config.issuer, district)
}
