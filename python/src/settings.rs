//! How the keyword arguments of `Client` become a configuration.

use crate::errors::{Result, config_invalid};
use crate::text::ENDLESS;
use clever_sso::SettingNames;

/// Hands each argument that is given to the setter of its name.
macro_rules! set {
    ($builder:ident, $names:ident, [$($argument:ident),+ $(,)?]) => {
        $(if let Some(value) = $argument {
            $builder = $builder.$argument(value.setting($names, stringify!($argument))?);
        })+
    };
}

/// Hands each text of a list to the setter that adds one.
macro_rules! add {
    ($builder:ident, $names:ident, [$($arguments:ident => $setter:ident),+ $(,)?]) => {
        $(for value in &$arguments {
            $builder = $builder.$setter(value.setting($names, stringify!($setter))?);
        })+
    };
}

pub(crate) use {add, set};

/// A number that Rust can hold; the core says whether it can be used.
pub(crate) fn number<T: Copy>(names: SettingNames, name: &str, given: Option<T>) -> Result<T> {
    given.ok_or_else(|| config_invalid(&format!("{} cannot be {ENDLESS}", names.of(name))))
}
