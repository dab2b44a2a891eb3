//! A proven login, for the hooks of an application.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use actix_session::Session;

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
/// use actix_web::HttpResponse;
/// use clever_sso::actix::ProvenLogin;
/// use clever_sso::web::Refused;
///
/// async fn only_our_district(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
///     let is_ours = login.identity().district_id.as_deref() == Some("53ee4b8a44abc88c1c00119b");
///     if is_ours { Ok(None) } else { Err(Refused::new()) }
/// }
/// ```
#[derive(Clone)]
pub struct ProvenLogin {
    pub(super) login: Login,
    pub(super) client: Client,
    pub(super) session: Session,
    /// Whether the login was put on hold. Only used before the sign-in.
    pub(super) is_held: Option<Rc<Cell<bool>>>,
}

/// Without the session, which contains held logins.
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
    pub(super) fn proven(&self) -> &dyn Proven {
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

    /// The tokens of this login; `None` for a held login.
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
    /// Returns the key of the held login: put it into the URL of your page. Each tab can hold its own login, up to eight. Fewer fit
    /// into the session of a `CookieSessionStore` if people return to pages with long URLs: one more login then ends with a page.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use actix_web::http::header::LOCATION;
    /// use clever_sso::actix::ProvenLogin;
    /// use clever_sso::web::Refused;
    ///
    /// async fn ask_for_code(login: ProvenLogin) -> Result<Option<HttpResponse>, Refused> {
    ///     let page = format!("/second-factor/{}", login.hold()?);
    ///     Ok(Some(HttpResponse::SeeOther().insert_header((LOCATION, page)).finish()))
    /// }
    /// ```
    ///
    /// # Errors
    /// When the operating system provides no random numbers, and outside [`before_sign_in`](super::CleverSso::before_sign_in).
    /// Pass these errors on with `?`.
    pub fn hold(&self) -> Result<String, Refused> {
        let (Some(is_held), Login::Now(signed_in)) = (&self.is_held, &self.login) else {
            return Err(Refused::failed(
                "`hold` works only in before_sign_in: here, the person is already signed in",
            ));
        };
        let key = sessions::hold(&self.session, signed_in).map_err(Refused::failed)??;
        is_held.set(true);
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
}
