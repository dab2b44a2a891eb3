//! The URLs that send a browser to Clever: authorize, Instant Login, portal.

use url::form_urlencoded::Serializer;

use super::address::with_query;

/// What the callback contains (OAuth 2.0, RFC 6749 3.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseType {
    /// A code, which the server exchanges: the authorization code grant.
    #[default]
    Code,
    /// An access token, in the fragment: the implicit grant, for applications without a secret.
    Token,
}

/// The parameters of an authorization request (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AuthorizeParameters<'a> {
    /// `code` or `token`.
    pub response_type: ResponseType,
    /// The client id.
    pub client_id: &'a str,
    /// Where the browser comes back to. It must be registered with Clever.
    pub redirect_uri: &'a str,
    /// Sent back unchanged in the callback.
    pub state: Option<&'a str>,
    /// Sent back inside the ID token.
    pub nonce: Option<&'a str>,
    /// The district, if known: Clever then skips the school picker.
    pub district_id: Option<&'a str>,
    /// Whether Clever asks the person to confirm who they are.
    pub switch_user: bool,
}

impl<'a> AuthorizeParameters<'a> {
    /// A request for a code. Set the other fields that you need.
    ///
    /// ```
    /// use clever_sso::protocol::AuthorizeParameters;
    ///
    /// let mut parameters = AuthorizeParameters::new("client-id", "https://app.example/callback");
    /// parameters.state = Some("random");
    /// ```
    pub fn new(client_id: &'a str, redirect_uri: &'a str) -> Self {
        Self { client_id, redirect_uri, ..Self::default() }
    }
}

impl std::fmt::Debug for AuthorizeParameters<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AuthorizeParameters")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The parameters that [`authorize_url`] adds to the endpoint's query. A parameter must not be repeated (RFC 6749 3.1).
pub(crate) const PARAMETERS: [&str; 8] =
    ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "district_id", "confirmed"];

/// The URL of the authorization request at `endpoint`.
///
/// ```
/// use clever_sso::protocol::{AuthorizeParameters, authorize_url};
///
/// let parameters = AuthorizeParameters::new("client-id", "https://app.example/callback");
/// let url = authorize_url("https://clever.com/oauth/authorize", &parameters);
/// assert!(url.starts_with("https://clever.com/oauth/authorize?response_type=code&client_id=client-id&"));
/// ```
pub fn authorize_url(endpoint: &str, parameters: &AuthorizeParameters<'_>) -> String {
    let response_type = match parameters.response_type {
        ResponseType::Code => "code",
        ResponseType::Token => "token",
    };
    let mut query = Serializer::new(String::new());
    query
        .append_pair("response_type", response_type)
        .append_pair("client_id", parameters.client_id)
        .append_pair("redirect_uri", parameters.redirect_uri);
    let is_code = parameters.response_type == ResponseType::Code;
    let optional = [
        // Clever ignores the scope. Other OpenID Providers need it to send an ID token, which only a code gives.
        ("scope", is_code.then_some("openid")),
        ("state", parameters.state),
        ("nonce", parameters.nonce),
        ("district_id", parameters.district_id),
        ("confirmed", parameters.switch_user.then_some("false")),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    with_query(endpoint, &query.finish())
}

/// An Instant Login link: a login that begins at Clever and arrives without a state.
///
/// ```
/// use clever_sso::protocol::instant_login_url;
///
/// let url = instant_login_url("https://clever.com/oauth/instant-login", "client-id", "58da");
/// assert_eq!(url, "https://clever.com/oauth/instant-login?client_id=client-id&district_id=58da");
/// ```
pub fn instant_login_url(endpoint: &str, client_id: &str, district_id: &str) -> String {
    let query = Serializer::new(String::new())
        .append_pair("client_id", client_id)
        .append_pair("district_id", district_id)
        .finish();
    with_query(endpoint, &query)
}

/// The portal of a district by its short name; without a name, the page that asks for the school.
///
/// ```
/// use clever_sso::protocol::portal_url;
///
/// assert_eq!(portal_url("https://clever.com", Some("springfield")), "https://clever.com/in/springfield");
/// assert_eq!(portal_url("https://clever.com", None), "https://clever.com/login");
/// ```
pub fn portal_url(issuer: &str, district: Option<&str>) -> String {
    match district {
        None => format!("{issuer}/login"),
        Some(name) => {
            let escaped: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
            format!("{issuer}/in/{}", escaped.replace('+', "%20"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_request_has_only_the_given_parameters() {
        let parameters = AuthorizeParameters {
            client_id: "client",
            redirect_uri: "https://app.example/cb?x=1",
            state: Some("a b&c"),
            ..AuthorizeParameters::default()
        };
        assert_eq!(
            authorize_url("https://clever.com/oauth/authorize", &parameters),
            "https://clever.com/oauth/authorize?response_type=code&client_id=client\
             &redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1&scope=openid&state=a+b%26c"
        );
    }

    #[test]
    fn all_parameters_of_a_request_are_listed() {
        let all = AuthorizeParameters {
            state: Some("s"),
            nonce: Some("n"),
            district_id: Some("d"),
            switch_user: true,
            ..AuthorizeParameters::default()
        };
        let url = url::Url::parse(&authorize_url("https://clever.com/", &all)).unwrap();
        let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, PARAMETERS);
    }

    #[test]
    fn the_query_of_an_endpoint_is_kept() {
        let parameters = AuthorizeParameters { client_id: "c", redirect_uri: "r", ..Default::default() };
        let url = authorize_url("https://login.example/authorize?policy=x", &parameters);
        assert!(url.starts_with("https://login.example/authorize?policy=x&response_type=code&"), "{url}");
        assert_eq!(
            instant_login_url("https://login.example/instant?policy=x", "c", "d"),
            "https://login.example/instant?policy=x&client_id=c&district_id=d"
        );
    }

    #[test]
    fn a_district_cannot_leave_its_path_segment() {
        assert_eq!(
            portal_url("https://clever.com", Some("a/../b c?d")),
            "https://clever.com/in/a%2F..%2Fb%20c%3Fd"
        );
        assert_eq!(portal_url("https://clever.com", None), "https://clever.com/login");
    }
}
