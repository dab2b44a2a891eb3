//! A district in the text of a world.

use serde::Deserialize;
use toml::Spanned;

use super::checks::{Lines, Names, Text, check_id};
use super::table::Table;
use crate::world::district::{District, LoginMethod};
use crate::world::error::WorldError;
use crate::world::home::LIBRARY;

/// The name of an identity provider without a name.
const IDENTITY_PROVIDER: &str = "School Directory";
/// A longer name is hard to type, and the journal would not show it.
const LONGEST_SHORT_NAME: usize = 30;

/// `[[district]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DistrictTable {
    id: Text,
    name: String,
    short_name: Option<Text>,
    login_methods: Option<Spanned<Vec<Text>>>,
    identity_provider: Option<Text>,
    #[serde(default)]
    sandbox: bool,
}

/// All districts, checked.
pub(super) fn districts(
    lines: &Lines<'_>,
    tables: &[Table<DistrictTable>],
) -> Result<Vec<District>, WorldError> {
    let (mut ids, mut short_names) = (Names::new(lines), Names::new(lines));
    for table in tables {
        check_id(lines, &table.id)?;
        ids.take("district id", &table.id)?;
        short_names.take("short name", table.short_name())?;
    }
    tables.iter().map(|table| table.district(lines)).collect()
}

impl DistrictTable {
    /// The id is used if there is none.
    fn short_name(&self) -> &Text {
        self.short_name.as_ref().unwrap_or(&self.id)
    }

    fn district(&self, lines: &Lines<'_>) -> Result<District, WorldError> {
        check_short_name(lines, self.short_name())?;
        let identity_provider = self.identity_provider.as_ref();
        if let Some(name) = identity_provider.filter(|name| name.get_ref().trim().is_empty()) {
            return Err(lines.wrong(
                name,
                "the name of an identity provider must not be empty: it is the text of its button.",
            ));
        }
        Ok(District {
            id: self.id.get_ref().clone(),
            name: self.name.clone(),
            short_name: self.short_name().get_ref().clone(),
            login_methods: self.login_methods(lines)?,
            identity_provider: identity_provider.map_or(IDENTITY_PROVIDER, |name| name.get_ref()).to_owned(),
            sandbox: self.sandbox,
        })
    }

    fn login_methods(&self, lines: &Lines<'_>) -> Result<Vec<LoginMethod>, WorldError> {
        let Some(words) = &self.login_methods else { return Ok(LoginMethod::ALL.to_vec()) };
        if words.get_ref().is_empty() {
            return Err(lines.wrong(
                words,
                "without a login method, no one could sign in; omit login_methods to allow all.",
            ));
        }
        let mut taken = Names::new(lines);
        let method = |word| {
            taken.take("login method", word)?;
            login_method(lines, word)
        };
        words.get_ref().iter().map(method).collect()
    }
}

fn login_method(lines: &Lines<'_>, word: &Text) -> Result<LoginMethod, WorldError> {
    LoginMethod::from_word(word.get_ref()).ok_or_else(|| {
        let known = LoginMethod::ALL.map(LoginMethod::as_str).join(", ");
        lines.wrong(word, format!("there is no login method {:?}; they are {known}.", word.get_ref()))
    })
}

fn check_short_name(lines: &Lines<'_>, name: &Text) -> Result<(), WorldError> {
    let text = name.get_ref().as_str();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text == LIBRARY {
        return Err(lines.wrong(name, "the short name \"library\" belongs to Clever Library."));
    }
    if text.len() <= LONGEST_SHORT_NAME && text.bytes().all(plain) {
        return Ok(());
    }
    let reason = format!(
        "the short name {text:?} must be at most {LONGEST_SHORT_NAME} of the letters a to z, digits and hyphens."
    );
    Err(lines.wrong(name, reason))
}
