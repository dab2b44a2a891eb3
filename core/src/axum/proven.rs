//! A proven login, for the hooks of an application.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::axum::http::Extensions;
use tower_sessions::Session;

use super::sessions;
use crate::client::Client;
use crate::login::SignedIn;
use crate::protocol::identity::Identity;
use crate::protocol::token::Tokens;
use crate::web::{HeldLogin, Proven, Refused};

/// A login that Clever proved. [`before_sign_in`](super::CleverSso::before_sign_in) decides about it, and
/// [`on_sign_in`](super::CleverSso::on_sign_in) acts on it.
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
#[derive(Clone)]
pub struct ProvenLogin {
    pub(super) login: Login,
    pub(super) client: Client,
    pub(super) session: Session,
    pub(super) extensions: Extensions,
    /// Whether the login was put on hold. Only used before the sign-in.
    pub(super) is_held: Option<Arc<AtomicBool>>,
}

/// Without the session, which contains the tokens of held logins; some stores print all their sessions.
impl fmt::Debug for ProvenLogin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ProvenLogin").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Where the proof comes from.
#[derive(Clone, Debug)]
pub(super) enum Login {
    Now(SignedIn),
    /// The login was on hold in the session.
    Held(HeldLogin),
}

impl Login {
    fn proven(&self) -> &dyn Proven {
        match self {
            Self::Now(signed_in) => signed_in,
            Self::Held(held) => held,
        }
    }
}

impl ProvenLogin {
    /// The person's identity. In a held login ([`hold`](Self::hold)), it has neither email address nor claims.
    pub fn identity(&self) -> &Identity {
        self.login.proven().identity()
    }

    /// The tokens of this login; `None` for a held login that was stored without them.
    pub const fn tokens(&self) -> Option<&Tokens> {
        match &self.login {
            Login::Now(signed_in) => Some(&signed_in.tokens),
            Login::Held(held) => held.tokens.as_ref(),
        }
    }

    /// The page that the person wanted; `None` means the default page after a login.
    pub fn return_to(&self) -> Option<&str> {
        self.login.proven().return_to()
    }

    /// Whether a "Not you?" link started the login.
    pub fn switch_user(&self) -> bool {
        self.login.proven().switch_user()
    }

    /// Puts this login on hold, in this browser's session, for ten minutes: for a second factor, a consent, or a signup form.
    /// Return a response from [`before_sign_in`](super::CleverSso::before_sign_in) afterwards, such as a redirect to your page.
    /// No one is signed in until [`Clever::complete_login`](super::Clever::complete_login) signs the person in.
    ///
    /// Returns the key of the held login: put it into the URL of your page. Each tab can hold its own login, up to eight.
    ///
    /// ```
    /// use axum::response::{IntoResponse, Redirect, Response};
    /// use clever_sso::axum::ProvenLogin;
    /// use clever_sso::web::Refused;
    ///
    /// async fn ask_for_code(login: ProvenLogin) -> Result<Option<Response>, Refused> {
    ///     let key = login.hold().await?;
    ///     Ok(Some(Redirect::to(&format!("/second-factor/{key}")).into_response()))
    /// }
    /// ```
    ///
    /// # Errors
    /// When the session store fails, and outside [`before_sign_in`](super::CleverSso::before_sign_in). Pass these errors on with
    /// `?`.
    pub async fn hold(&self) -> Result<String, Refused> {
        self.keep(false).await
    }

    /// Like [`hold`](Self::hold), and also stores the tokens, the email address and the claims in the session store.
    ///
    /// ```
    /// use axum::response::{IntoResponse, Redirect, Response};
    /// use clever_sso::axum::ProvenLogin;
    /// use clever_sso::web::Refused;
    ///
    /// async fn ask_for_consent(login: ProvenLogin) -> Result<Option<Response>, Refused> {
    ///     let key = login.hold_with_tokens().await?;
    ///     Ok(Some(Redirect::to(&format!("/consent/{key}")).into_response()))
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub async fn hold_with_tokens(&self) -> Result<String, Refused> {
        self.keep(true).await
    }

    async fn keep(&self, with_tokens: bool) -> Result<String, Refused> {
        let (Some(is_held), Login::Now(signed_in)) = (&self.is_held, &self.login) else {
            return Err(Refused::failed(
                "`hold` works only in before_sign_in: here, the person is already signed in",
            ));
        };
        let key = sessions::hold(&self.session, signed_in, with_tokens).await.map_err(Refused::failed)??;
        is_held.store(true, Ordering::Relaxed);
        Ok(key)
    }

    /// The client, for requests to Clever's API. Return its errors with `?`: the person gets an error page.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// This browser's session. It never contains data of another person.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The extensions of the request, including those of the application's own layers: for example, axum-login's `AuthSession`.
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}
