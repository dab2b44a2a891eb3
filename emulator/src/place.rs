//! What a path is, in one word. Scenarios and the journal speak of places; the server alone speaks of routes.

/// A place where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where a browser gets a code or a token.
    Authorize,
    /// Where a code becomes tokens.
    Tokens,
    /// Where a token tells its app.
    Tokeninfo,
    /// Who a token belongs to.
    Me,
    /// The discovery document.
    Metadata,
    /// The public keys.
    KeySet,
    /// Everything else.
    Elsewhere,
}

impl Place {
    /// The place of this path, which is below the base URL.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            "/oauth/authorize" | "/oauth/instant-login" => Self::Authorize,
            "/oauth/tokens" => Self::Tokens,
            "/oauth/tokeninfo" => Self::Tokeninfo,
            "/v3.0/me" | "/v3.1/me" => Self::Me,
            "/.well-known/openid-configuration" => Self::Metadata,
            "/oauth/certs" => Self::KeySet,
            _ => Self::Elsewhere,
        }
    }
}
