//! The apps that may send people here to log in.
//!
//! An app is what RFC 6749 section 2 calls a client: an identifier, perhaps a secret, and the redirection URIs it
//! has registered. The first URI is the primary one, where logins that start at Clever arrive. Like Clever, the
//! emulator takes http and https URIs only and compares them letter by letter.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::constant_time;
use url::Url;

use crate::app_error::AppError;
use crate::world::{District, UserType, World};

mod access;

/// What an access token of a login may read: the scopes of a district's single sign-on at Clever. They come from
/// the app's configuration, never from the request.
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
    client_id: String,
    client_secret: Option<String>,
    primary_redirect_uri: String,
    further_redirect_uris: Vec<String>,
    oidc: bool,
    library: bool,
    production: bool,
    user_types: Option<Vec<UserType>>,
    districts: Option<Vec<String>>,
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
            primary_redirect_uri: redirect_uri.into(),
            further_redirect_uris: Vec::new(),
            oidc: false,
            library: false,
            production: false,
            user_types: None,
            districts: None,
        }
    }

    /// An app without a secret: it gets access tokens by the implicit grant, and never a code.
    pub fn public(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self::new(client_id, "", redirect_uri)
    }

    /// The app that is there when no other is given: the first of the built-in world, OIDC, on port 5000 of this machine.
    pub fn built_in() -> Self {
        // A test holds that the built-in world has an app.
        World::built_in().apps().first().cloned().unwrap_or_else(|| Self::public("", ""))
    }

    /// Makes it an OIDC app, which gets an ID token beside the access token.
    #[must_use]
    pub fn with_oidc(mut self) -> Self {
        self.oidc = true;
        self
    }

    /// Makes it an app of Clever Library: teachers bring it into their classes, and no district stands behind it. Its
    /// logins have no ID token, even if it is an OIDC app.
    #[must_use]
    pub fn with_library(mut self) -> Self {
        self.library = true;
        self
    }

    /// Makes it an app that is past development: its redirection URIs must be https.
    #[must_use]
    pub fn with_production(mut self) -> Self {
        self.production = true;
        self
    }

    /// Makes it an app for whoever has one of these roles, and nobody else.
    #[must_use]
    pub fn with_user_types(mut self, user_types: impl IntoIterator<Item = UserType>) -> Self {
        self.user_types = Some(user_types.into_iter().collect());
        self
    }

    /// Shares it with the districts of these ids, and no other.
    #[must_use]
    pub fn with_districts<I: Into<String>>(mut self, districts: impl IntoIterator<Item = I>) -> Self {
        self.districts = Some(districts.into_iter().map(Into::into).collect());
        self
    }

    /// Registers a further redirection URI.
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

    /// Is it an OIDC app?
    pub fn is_oidc(&self) -> bool {
        self.oidc
    }

    /// Is it an app of Clever Library?
    pub fn is_library(&self) -> bool {
        self.library
    }

    /// Does it get ID tokens? Clever sends none when a teacher gave the access, OIDC or not.
    pub(crate) fn gets_id_tokens(&self) -> bool {
        self.oidc && !self.library
    }

    /// Is it an app without a secret?
    pub fn is_public(&self) -> bool {
        self.client_secret.is_none()
    }

    /// Where logins that start at Clever arrive, and all that name no redirection URI.
    pub fn primary_redirect_uri(&self) -> &str {
        &self.primary_redirect_uri
    }

    /// Every redirection URI, the primary one first.
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary_redirect_uri).chain(&self.further_redirect_uris).map(String::as_str)
    }

    /// Is this the secret? A public app has none that could be right.
    pub(crate) fn has_secret(&self, presented: &str) -> bool {
        self.client_secret.as_ref().is_some_and(|secret| {
            constant_time::verify_slices_are_equal(secret.as_bytes(), presented.as_bytes()).is_ok()
        })
    }

    /// Is every district it is shared with one of these?
    pub(crate) fn check_districts(&self, known: &[District]) -> Result<(), AppError> {
        let unknown = |id: &&String| known.iter().all(|district| district.id != **id);
        match self.districts.iter().flatten().find(unknown) {
            Some(id) => {
                Err(AppError::UnknownDistrict { client_id: self.client_id.clone(), district_id: id.clone() })
            }
            None => Ok(()),
        }
    }

    pub(crate) fn check(&self) -> Result<(), AppError> {
        if self.client_id.is_empty() || !is_vschar(&self.client_id) {
            return Err(AppError::ClientId);
        }
        if !self.client_secret.as_deref().is_none_or(is_vschar) {
            return Err(AppError::ClientSecret { client_id: self.client_id.clone() });
        }
        if self.oidc && self.is_public() {
            return Err(AppError::PublicOidc { client_id: self.client_id.clone() });
        }
        if self.library && self.districts.is_some() {
            return Err(AppError::LibraryDistricts { client_id: self.client_id.clone() });
        }
        self.redirect_uris().try_for_each(|redirect_uri| check_redirect_uri(redirect_uri, self.production))
    }

    fn absorb(&mut self, other: Self) -> Result<(), AppError> {
        if self.client_secret != other.client_secret {
            return Err(AppError::TwoSecrets { client_id: other.client_id });
        }
        self.oidc |= other.oidc;
        self.library |= other.library;
        self.production |= other.production;
        self.user_types = other.user_types.or(self.user_types.take());
        self.districts = other.districts.or(self.districts.take());
        self.further_redirect_uris.push(other.primary_redirect_uri);
        self.further_redirect_uris.extend(other.further_redirect_uris);
        Ok(())
    }
}

/// `CLIENT_ID:SECRET:REDIRECT_URI`, with `,oidc` behind it for an OIDC app and `,library` for one of Clever Library, in
/// either order. Only the first two colons divide, because the URI has colons of its own.
impl FromStr for App {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let mut parts = text.splitn(3, ':');
        let (Some(client_id), Some(secret), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(AppError::Form);
        };
        let (rest, last) = without_kind(rest);
        let (redirect_uri, first) = without_kind(rest);
        let mut app = Self::new(client_id, secret, redirect_uri);
        for kind in [first, last].into_iter().flatten() {
            app = if kind == OIDC { app.with_oidc() } else { app.with_library() };
        }
        app.check().map(|()| app)
    }
}

const OIDC: &str = ",oidc";
const LIBRARY: &str = ",library";

/// The text without the kind of app that stands at its end, and that kind.
fn without_kind(text: &str) -> (&str, Option<&'static str>) {
    let kind = [OIDC, LIBRARY].into_iter().find(|kind| text.ends_with(kind));
    (kind.and_then(|kind| text.strip_suffix(kind)).unwrap_or(text), kind)
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("client_id", &self.client_id)
            .field("client_secret", &self.client_secret.as_ref().map(|_| "[redacted]"))
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

/// Every registered app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Apps(Vec<App>);

impl Apps {
    /// Registers the apps; the same identifier again adds redirection URIs. None at all means the built-in one.
    pub(crate) fn register(given: Vec<App>) -> Result<Self, AppError> {
        let given = if given.is_empty() { vec![App::built_in()] } else { given };
        let mut apps = Self(Vec::new());
        for app in given {
            app.check()?;
            apps.add(app)?;
        }
        // What was right by itself may be wrong together.
        apps.0.iter().try_for_each(App::check)?;
        Ok(apps)
    }

    pub(crate) fn add(&mut self, app: App) -> Result<(), AppError> {
        if let Some(known) = self.0.iter_mut().find(|known| known.client_id == app.client_id) {
            return known.absorb(app);
        }
        self.0.push(app);
        Ok(())
    }

    /// The app with this identifier.
    pub(crate) fn get(&self, client_id: &str) -> Option<&App> {
        self.0.iter().find(|app| app.client_id == client_id)
    }

    /// Every app, in the order given.
    pub(crate) fn all(&self) -> &[App] {
        &self.0
    }
}

/// The characters RFC 6749 appendix A.1 and A.2 allow in identifiers and secrets.
fn is_vschar(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// An absolute URI without a fragment (RFC 6749 section 3.1.2), fit to stand in a `Location` header as it is. That of an
/// app in production must be https.
fn check_redirect_uri(redirect_uri: &str, production: bool) -> Result<(), AppError> {
    let scheme = Url::parse(redirect_uri).map(|url| url.scheme().to_owned()).unwrap_or_default();
    let is_web = ["http", "https"].contains(&scheme.as_str());
    if !is_web || redirect_uri.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'#') {
        return Err(AppError::RedirectUri { redirect_uri: redirect_uri.to_owned() });
    }
    if production && scheme != "https" {
        return Err(AppError::ProductionRedirectUri { redirect_uri: redirect_uri.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> App {
        text.parse().unwrap()
    }

    fn refused(text: &str) -> AppError {
        text.parse::<App>().unwrap_err()
    }

    #[test]
    fn only_the_first_two_colons_divide() {
        let app = parsed("id:secret:http://127.0.0.1:5000/a:b,oidc");
        assert_eq!((app.client_id(), app.client_secret()), ("id", Some("secret")));
        assert_eq!(app.primary_redirect_uri(), "http://127.0.0.1:5000/a:b");
        assert!(app.is_oidc());
    }

    #[test]
    fn without_oidc_behind_it_an_app_is_an_oauth_app() {
        assert!(!parsed("id:secret:https://app.example/").is_oidc());
    }

    #[test]
    fn oidc_and_library_stand_behind_an_app_in_either_order() {
        let kinds = |text: &str| {
            let app = parsed(&format!("id:secret:https://app.example/{text}"));
            assert_eq!(app.primary_redirect_uri(), "https://app.example/", "{text}");
            (app.is_oidc(), app.is_library())
        };
        assert_eq!(
            (kinds(""), kinds(",oidc"), kinds(",library")),
            ((false, false), (true, false), (false, true))
        );
        assert_eq!((kinds(",oidc,library"), kinds(",library,oidc")), ((true, true), (true, true)));
    }

    #[test]
    fn the_redirect_uris_of_an_app_in_production_are_https() {
        let app = |uri| App::new("id", "s", uri).with_production();
        assert!(Apps::register(vec![app("https://a.example/")]).is_ok());
        let together = vec![App::new("id", "s", "http://a.example/"), app("https://a.example/")];
        for apps in [vec![app("http://a.example/")], together] {
            assert!(matches!(Apps::register(apps), Err(AppError::ProductionRedirectUri { .. })));
        }
    }

    #[test]
    fn an_empty_secret_makes_a_public_app_that_no_secret_opens() {
        let app = parsed("id::https://app.example/");
        assert!(app.is_public());
        assert!(!app.has_secret(""));
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let app = parsed("id:secret:https://app.example/");
        assert!(app.has_secret("secret"));
        for wrong in ["", "secre", "secret ", "Secret"] {
            assert!(!app.has_secret(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn malformed_apps_are_refused() {
        for text in ["", "id", "id:secret", "id,secret,uri"] {
            assert_eq!(refused(text), AppError::Form, "{text:?}");
        }
        assert_eq!(refused(":secret:https://app.example/"), AppError::ClientId);
        assert_eq!(refused("ïd:secret:https://app.example/"), AppError::ClientId);
        assert!(matches!(refused("id:sécret:https://app.example/"), AppError::ClientSecret { .. }));
        assert!(matches!(refused("id::https://app.example/,oidc"), AppError::PublicOidc { .. }));
    }

    #[test]
    fn redirect_uris_are_absolute_web_addresses_without_a_fragment() {
        for uri in ["", "/callback", "app.example/callback", "myapp://x", "javascript:alert(1)", "http://"] {
            assert!(matches!(refused(&format!("id:s:{uri}")), AppError::RedirectUri { .. }), "{uri:?}");
        }
        for uri in
            ["https://a.example/#x", "https://a.example/ x", "https://a.example/é", "https://a.example/\n"]
        {
            assert!(matches!(refused(&format!("id:s:{uri}")), AppError::RedirectUri { .. }), "{uri:?}");
        }
    }

    #[test]
    fn no_error_prints_the_secret() {
        for text in ["id:hidden", "id:hidden:nowhere", "id:hid\u{e9}den:https://app.example/"] {
            assert!(!refused(text).to_string().contains("hid"), "{text:?}");
        }
        assert!(!format!("{:?}", parsed("id:hidden:https://app.example/")).contains("hidden"));
    }

    #[test]
    fn the_same_app_again_adds_a_redirect_uri() {
        let apps = Apps::register(vec![parsed("id:s:https://a.example/"), parsed("id:s:https://b.example/")]);
        let apps = apps.unwrap();
        let uris: Vec<_> = apps.get("id").unwrap().redirect_uris().collect();
        assert_eq!(uris, ["https://a.example/", "https://b.example/"]);
        assert_eq!(apps.all().len(), 1);
    }

    #[test]
    fn the_same_app_with_another_secret_is_refused() {
        let apps = Apps::register(vec![parsed("id:s:https://a.example/"), parsed("id:t:https://b.example/")]);
        assert!(matches!(apps, Err(AppError::TwoSecrets { .. })));
    }

    #[test]
    fn without_apps_the_built_in_one_is_there() {
        let apps = Apps::register(Vec::new()).unwrap();
        let app = apps.all().first().unwrap();
        assert_eq!((app.client_id().len(), app.client_secret().unwrap().len()), (20, 40));
        assert!(app.is_oidc());
    }
}
