//! An app in the text of a world.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use toml::Spanned;

use super::checks::{Lines, Text, check_district, user_type};
use crate::world::apps::{App, AppError, shown};
use crate::world::district::District;
use crate::world::error::WorldError;

/// `[[app]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppTable {
    client_id: Text,
    client_secret: Option<SecretText>,
    name: Option<Text>,
    redirect_uris: Spanned<Vec<Text>>,
    #[serde(default)]
    oidc: bool,
    #[serde(default)]
    library: bool,
    #[serde(default)]
    production: bool,
    user_types: Option<Vec<Text>>,
    districts: Option<Vec<Text>>,
}

impl AppTable {
    pub(super) fn client_id(&self) -> &Text {
        &self.client_id
    }

    /// The checked app.
    pub(super) fn app(&self, lines: &Lines<'_>, districts: &[District]) -> Result<App, WorldError> {
        let mut app = self.with_redirect_uris(lines)?;
        if let Some(name) = &self.name {
            app = app.with_name(name.get_ref());
        }
        if self.oidc {
            app = app.with_oidc();
        }
        if self.library {
            app = app.with_library();
        }
        if self.production {
            app = app.with_production();
        }
        if let Some(words) = &self.user_types {
            let user_types = words.iter().map(|word| user_type(lines, word));
            app = app.with_user_types(user_types.collect::<Result<Vec<_>, _>>()?);
        }
        if let Some(ids) = &self.districts {
            ids.iter().try_for_each(|id| check_district(lines, id, districts))?;
            app = app.with_districts(ids.iter().map(Spanned::get_ref));
        }
        app.check().map_err(|error| lines.wrong(self.place(&error), error.to_string()))?;
        Ok(app)
    }

    fn with_redirect_uris(&self, lines: &Lines<'_>) -> Result<App, WorldError> {
        let mut uris = self.redirect_uris.get_ref().iter().map(Spanned::get_ref);
        let none = || lines.wrong(&self.redirect_uris, "an app needs at least one redirect URI.");
        let secret = self.client_secret.as_ref().map_or("", |SecretText(text)| text);
        let app = App::new(self.client_id.get_ref(), secret, uris.next().ok_or_else(none)?);
        Ok(uris.fold(app, App::with_redirect_uri))
    }

    /// The position of this error: the wrong name or redirect URI, or else the beginning of the app.
    fn place(&self, error: &AppError) -> &Text {
        let named = match error {
            AppError::RedirectUri { redirect_uri } => {
                self.redirect_uris.get_ref().iter().find(|uri| shown(uri.get_ref()) == redirect_uri)
            }
            AppError::ProductionRedirectUri { redirect_uri } => {
                self.redirect_uris.get_ref().iter().find(|uri| uri.get_ref() == redirect_uri)
            }
            AppError::Name { .. } => self.name.as_ref(),
            _ => None,
        };
        named.unwrap_or(&self.client_id)
    }
}

/// A string that no error repeats: its `expecting` differs from a name's.
struct SecretText(String);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(OfSecret)
    }
}

struct OfSecret;

impl Visitor<'_> for OfSecret {
    type Value = SecretText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a secret as a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SecretText, E> {
        Ok(SecretText(text.to_owned()))
    }
}
