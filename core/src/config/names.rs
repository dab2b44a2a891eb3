//! The names of settings: an error uses the name that its caller used.

use super::table::SETTINGS;

/// The names of settings in one language or place.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingNames {
    /// The setters of [`ConfigBuilder`](super::ConfigBuilder).
    #[default]
    Rust,
    /// The setters of the C library, without their prefix.
    C,
    /// Keyword arguments in Python.
    Python,
    /// Named arguments in PHP.
    Php,
    /// Environment variables, and the settings of Django and Flask.
    Environment,
}

impl SettingNames {
    /// The name of the setting that Rust calls `setting`.
    pub fn of(self, setting: &str) -> String {
        let known = SETTINGS.iter().find(|known| known.rust == setting);
        let (c, python) = known.map_or((setting, setting), |known| (known.c, known.python));
        match self {
            Self::Rust => setting.to_owned(),
            Self::C => c.to_owned(),
            Self::Python => python.to_owned(),
            Self::Php => camel_case(python),
            Self::Environment => format!("CLEVER_{}", python.to_ascii_uppercase()),
        }
    }

    /// How to turn on development mode.
    pub(super) const fn development(self) -> &'static str {
        match self {
            Self::Rust => "development(true)",
            Self::C => "clever_sso_config_set_development",
            Self::Python => "development=True",
            Self::Php => "development: true",
            Self::Environment => "CLEVER_DEVELOPMENT=true",
        }
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut result = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1.min(word.len()));
        result.push_str(&first.to_ascii_uppercase());
        result.push_str(rest);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_names_for_settings() {
        for (names, expected) in [
            (SettingNames::Rust, ["base_url", "return_to_origin", "timeout"]),
            (SettingNames::C, ["base_url", "return_to_origin", "timeout"]),
            (SettingNames::Python, ["base_url", "return_to_origins", "timeout"]),
            (SettingNames::Php, ["baseUrl", "returnToOrigins", "timeout"]),
            (SettingNames::Environment, ["CLEVER_BASE_URL", "CLEVER_RETURN_TO_ORIGINS", "CLEVER_TIMEOUT"]),
        ] {
            assert_eq!(["base_url", "return_to_origin", "timeout"].map(|name| names.of(name)), expected);
        }
    }
}
