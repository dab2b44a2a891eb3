//! A person who proved a login, for the hooks of an application.

use ::axum::http::Extensions;
use tower_sessions::Session;

use crate::client::Client;
use crate::login::SignedIn;
use crate::protocol::identity::Identity;
use crate::protocol::token::Tokens;

/// A login that Clever proved: what [`before_sign_in`](super::CleverSso::before_sign_in) decides about, and
/// [`on_sign_in`](super::CleverSso::on_sign_in) acts on.
///
/// ```
/// use axum::response::Response;
/// use clever_sso::axum::ProvenLogin;
/// use clever_sso::web::Refused;
///
/// async fn only_our_district(login: ProvenLogin) -> Result<Option<Response>, Refused> {
///     let is_ours = login.identity().district_id.as_deref() == Some("53ee4b8a44abc88c1c00119b");
///     if is_ours { Ok(None) } else { Err(Refused::new()) }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct ProvenLogin {
    pub(super) signed_in: SignedIn,
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) extensions: Extensions,
}

impl ProvenLogin {
    /// Who it is.
    pub const fn identity(&self) -> &Identity {
        &self.signed_in.identity
    }

    /// The tokens of this login.
    pub const fn tokens(&self) -> &Tokens {
        &self.signed_in.tokens
    }

    /// Where the person wanted to go; `None` for the page after a login.
    pub fn return_to(&self) -> Option<&str> {
        self.signed_in.return_to.as_deref()
    }

    /// Whether the login was begun by a "Not you?" link.
    pub const fn switch_user(&self) -> bool {
        self.signed_in.switch_user
    }

    /// The client, for questions to Clever's API. Let its errors pass with `?`: the person gets a page that says so.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The session of this browser. It holds nothing of anybody else.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The extensions of the request, with what the layers of the application put there: the `AuthSession` of axum-login, for
    /// example.
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}
