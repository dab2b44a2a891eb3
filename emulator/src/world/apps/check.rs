//! The rules for an app.

use url::Url;

use super::app::App;
use super::error::AppError;
use crate::world::district::District;

impl App {
    /// Are all its districts in this list?
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
        if self.name.as_deref().is_some_and(|name| !is_name(name)) {
            return Err(AppError::Name { client_id: self.client_id.clone() });
        }
        if self.oidc && self.is_public() {
            return Err(AppError::PublicOidc { client_id: self.client_id.clone() });
        }
        if self.library && self.districts.is_some() {
            return Err(AppError::LibraryDistricts { client_id: self.client_id.clone() });
        }
        if self.redirect_uris().any(names_a_user) {
            return Err(AppError::RedirectUriUser { client_id: self.client_id.clone() });
        }
        self.redirect_uris().try_for_each(|redirect_uri| check_redirect_uri(redirect_uri, self.production))
    }
}

/// The characters RFC 6749 appendix A.1 and A.2 allow in identifiers and secrets.
fn is_vschar(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Checks that people can read the name.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_control)
}

/// Is there a user name or a password before the host? Browsers do not pass it on, so no app gets it.
fn names_a_user(redirect_uri: &str) -> bool {
    let behind_scheme = redirect_uri.split_once(':').map_or(redirect_uri, |(_, rest)| rest);
    let authority = behind_scheme.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next();
    authority.is_some_and(|authority| authority.contains('@'))
}

/// The part of a redirect URI that an error may repeat: only a web address, because anything else may be a secret in the wrong
/// place.
pub(crate) fn shown(redirect_uri: &str) -> &str {
    let begins_with = |scheme: &str| {
        redirect_uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if begins_with("http://") || begins_with("https://") { redirect_uri } else { "" }
}

/// An absolute URI without a fragment (RFC 6749 section 3.1.2), valid in a `Location` header as it is. A URI that only browsers
/// can repair (`http:/host`, a backslash) is not valid: clients read another host in it. For an app in production, it must be
/// https.
fn check_redirect_uri(redirect_uri: &str, production: bool) -> Result<(), AppError> {
    // No browser connects to port 0.
    let url = Url::parse(redirect_uri).ok().filter(|url| url.port() != Some(0));
    let scheme = url.map(|url| url.scheme().to_owned()).unwrap_or_default();
    let has_host = redirect_uri.split_once("://").is_some_and(|(_, rest)| !rest.starts_with('/'));
    let is_web = has_host && ["http", "https"].contains(&scheme.as_str());
    if !is_web || redirect_uri.bytes().any(|byte| !byte.is_ascii_graphic() || [b'#', b'\\'].contains(&byte)) {
        return Err(AppError::RedirectUri { redirect_uri: shown(redirect_uri).to_owned() });
    }
    if production && scheme != "https" {
        return Err(AppError::ProductionRedirectUri { redirect_uri: redirect_uri.to_owned() });
    }
    Ok(())
}
