//! Why an app cannot be registered, in sentences that say what is expected and never show a secret.

use std::fmt;

/// Why an app cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AppError {
    /// The text does not have the form `CLIENT_ID:SECRET:REDIRECT_URI[,oidc][,library]`.
    Form,
    /// The identifier is empty or has characters outside printable ASCII.
    ClientId,
    /// The secret has characters outside printable ASCII.
    ClientSecret {
        /// The app it belongs to.
        client_id: String,
    },
    /// The name has no visible character, or a line break.
    Name {
        /// The app it belongs to.
        client_id: String,
    },
    /// The emulator cannot send people to this redirect URI.
    RedirectUri {
        /// The URI as it was given. It is empty if that does not begin with `http://` or `https://`: the parts of an app may
        /// be in the wrong order, and then this is the secret.
        redirect_uri: String,
    },
    /// A redirect URI has a user name or a password in it. The URI is not shown here, because it may be a secret.
    RedirectUriUser {
        /// The app it belongs to.
        client_id: String,
    },
    /// An app has the same option twice.
    OptionTwice {
        /// The option.
        option: &'static str,
    },
    /// An app in production has a redirect URI that is not https.
    ProductionRedirectUri {
        /// The URI as it was given.
        redirect_uri: String,
    },
    /// The app is shared with a district that does not exist.
    UnknownDistrict {
        /// The identifier.
        client_id: String,
        /// The id as it was given.
        district_id: String,
    },
    /// An app of Clever Library is shared by teachers, never by districts.
    LibraryDistricts {
        /// The identifier.
        client_id: String,
    },
    /// The word after the redirect URI is not an option of an app.
    UnknownOption {
        /// The word as it was given.
        option: String,
        /// The most similar option.
        nearest: &'static str,
    },
    /// The same identifier was given with two secrets.
    TwoSecrets {
        /// The identifier.
        client_id: String,
    },
    /// An OIDC app needs a secret, because it gets its ID token in exchange for a code.
    PublicOidc {
        /// The identifier.
        client_id: String,
    },
}

impl fmt::Display for AppError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => formatter.write_str(
                "an app is written CLIENT_ID:SECRET:REDIRECT_URI, with ,oidc behind it for OpenID Connect, ,library \
                 for Clever Library, and SECRET left empty for an app of the implicit grant.",
            ),
            Self::ClientId => {
                formatter.write_str("the client id of an app must not be empty, and must be printable ASCII.")
            }
            Self::ClientSecret { client_id } => {
                write!(formatter, "the secret of the app {client_id:?} must be printable ASCII.")
            }
            Self::Name { client_id } => write!(
                formatter,
                "the name of the app {client_id:?} must be one line with something to read in it; without one, it is \
                 called by its client id."
            ),
            Self::RedirectUri { redirect_uri } => {
                match redirect_uri.as_str() {
                    "" => formatter.write_str("a redirect URI")?,
                    known => write!(formatter, "the redirect URI {known:?}")?,
                }
                formatter.write_str(
                    " must be an absolute http or https URL in printable ASCII, without a fragment, a backslash or port 0.",
                )
            }
            Self::RedirectUriUser { client_id } => write!(
                formatter,
                "a redirect URI of the app {client_id:?} has a user name or password before its host (...@): leave it out, \
                 for browsers do not pass it on."
            ),
            Self::OptionTwice { option } => write!(formatter, "an app has the option ,{option} twice."),
            Self::ProductionRedirectUri { redirect_uri } => write!(
                formatter,
                "the redirect URI {redirect_uri:?} must be https, because the app is in production."
            ),
            Self::UnknownDistrict { client_id, district_id } => write!(
                formatter,
                "the app {client_id:?} is shared with the district {district_id:?}, which does not exist."
            ),
            Self::LibraryDistricts { client_id } => write!(
                formatter,
                "the app {client_id:?} is one of Clever Library and cannot be shared with districts: leave one of \
                 the two out."
            ),
            Self::UnknownOption { option, nearest } => write!(
                formatter,
                "an app has no option {option:?}; did you mean ,{nearest}? There are ,oidc and ,library. If the comma is \
                 part of the redirect URI, write it as %2C."
            ),
            Self::TwoSecrets { client_id } => write!(
                formatter,
                "the app {client_id:?} is given with two secrets; repeat it with the same secret to add a \
                 redirect URI."
            ),
            Self::PublicOidc { client_id } => write!(
                formatter,
                "the app {client_id:?} cannot be an OpenID Connect app without a secret: give it a secret or \
                 leave oidc out."
            ),
        }
    }
}

impl std::error::Error for AppError {}
