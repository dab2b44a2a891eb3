//! An app: what RFC 6749 section 2 calls a client.
//!
//! It has an identifier, perhaps a secret, and the redirect URIs that it registered. The first URI is the primary one: logins
//! that start at Clever arrive there. Like Clever, the emulator accepts only http and https URIs and compares them character by
//! character.

use std::fmt;

use aws_lc_rs::constant_time;

use crate::world::person::UserType;

/// The scopes of a login's access token: those of a district's single sign-on at Clever. They come from the app's
/// configuration, never from the request.
pub(crate) const SCOPES: [&str; 5] = [
    "read:district_admins_basic",
    "read:school_admins_basic",
    "read:students_basic",
    "read:teachers_basic",
    "read:user_id",
];

/// An app that is registered at the emulator.
#[derive(Clone, PartialEq, Eq)]
pub struct App {
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) name: Option<String>,
    pub(super) primary_redirect_uri: String,
    pub(super) further_redirect_uris: Vec<String>,
    pub(super) oidc: bool,
    pub(super) library: bool,
    pub(super) production: bool,
    pub(super) user_types: Option<Vec<UserType>>,
    pub(super) districts: Option<Vec<String>>,
}

impl App {
    /// An app with a secret. An empty secret makes it a [public](App::public) one.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        Self {
            client_id: client_id.into(),
            client_secret: Some(client_secret.into()).filter(|secret| !secret.is_empty()),
            name: None,
            primary_redirect_uri: redirect_uri.into(),
            further_redirect_uris: Vec::new(),
            oidc: false,
            library: false,
            production: false,
            user_types: None,
            districts: None,
        }
    }

    /// An app without a secret: it gets access tokens with the implicit grant, and never a code.
    pub fn public(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::new(client_id, "", redirect_uri)
    }

    /// Sets the name that people see.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes it an OIDC app, which gets an ID token with the access token.
    #[must_use]
    pub fn with_oidc(mut self) -> Self {
        self.oidc = true;
        self
    }

    /// Makes it an app of Clever Library: teachers add it to their classes, without a district. Its logins have no ID token,
    /// even if it is an OIDC app.
    #[must_use]
    pub fn with_library(mut self) -> Self {
        self.library = true;
        self
    }

    /// Makes it an app in production: its redirect URIs must be https.
    #[must_use]
    pub fn with_production(mut self) -> Self {
        self.production = true;
        self
    }

    /// Makes it an app only for people with one of these roles.
    #[must_use]
    pub fn with_user_types(mut self, user_types: impl IntoIterator<Item = UserType>) -> Self {
        self.user_types = Some(user_types.into_iter().collect());
        self
    }

    /// Shares it only with the districts with these ids.
    #[must_use]
    pub fn with_districts<I: Into<String>>(mut self, districts: impl IntoIterator<Item = I>) -> Self {
        self.districts = Some(districts.into_iter().map(Into::into).collect());
        self
    }

    /// Registers a further redirect URI.
    #[must_use]
    pub fn with_redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.further_redirect_uris.push(redirect_uri.into());
        self
    }

    /// The identifier.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secret; a public app has none.
    pub fn client_secret(&self) -> Option<&str> {
        self.client_secret.as_deref()
    }

    /// The name that people see; without one, the identifier.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.client_id)
    }

    /// Is it an OIDC app?
    pub fn is_oidc(&self) -> bool {
        self.oidc
    }

    /// Is it an app of Clever Library?
    pub fn is_library(&self) -> bool {
        self.library
    }

    /// Does it get ID tokens? Clever sends none when a teacher gave the access, with or without OIDC.
    pub(crate) fn gets_id_tokens(&self) -> bool {
        self.oidc && !self.library
    }

    /// Is it an app without a secret?
    pub fn is_public(&self) -> bool {
        self.client_secret.is_none()
    }

    /// Where logins arrive that start at Clever, or that have no redirect URI.
    pub fn primary_redirect_uri(&self) -> &str {
        &self.primary_redirect_uri
    }

    /// Every redirect URI, the primary one first.
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary_redirect_uri).chain(&self.further_redirect_uris).map(String::as_str)
    }

    /// Is this the secret? Always false for a public app.
    pub(crate) fn has_secret(&self, presented: &str) -> bool {
        self.client_secret.as_ref().is_some_and(|secret| {
            constant_time::verify_slices_are_equal(secret.as_bytes(), presented.as_bytes()).is_ok()
        })
    }
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.as_ref().map(|_| "[redacted]"))
            .field("name", &self.name)
            .field("primary_redirect_uri", &self.primary_redirect_uri)
            .field("further_redirect_uris", &self.further_redirect_uris)
            .field("oidc", &self.oidc)
            .field("library", &self.library)
            .field("production", &self.production)
            .field("user_types", &self.user_types)
            .field("districts", &self.districts)
            .finish()
    }
}
