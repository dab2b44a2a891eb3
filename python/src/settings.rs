//! How the keyword arguments of `Client` become a configuration.

use crate::errors::{Failure, Result, config_invalid};
use crate::guarded;
use crate::text::ENDLESS;
use clever_sso::SettingNames;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// The arguments of `Client` as users know them.
const ARGUMENTS: [&str; 20] = [
    "client_id",
    "client_secret",
    "redirect_uri",
    "issuer",
    "api_base",
    "base_url",
    "timeout",
    "leeway",
    "pending_key",
    "old_pending_keys",
    "return_to_origins",
    "development",
    "authorization_endpoint",
    "token_endpoint",
    "tokeninfo_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "discover",
    "ca_bundle",
    "proxy",
];

/// Refuses the first unknown keyword, and names the most similar argument.
pub(crate) fn refuse_unknown(class: &str, others: &Bound<'_, PyDict>) -> Result<()> {
    let Some((name, _)) = others.iter().next() else { return Ok(()) };
    let name = name.cast::<PyString>().map_err(PyErr::from)?;
    let name = guarded::lossy(name)?;
    let advice = match nearest(&name) {
        Some(known) => format!("is it '{known}'?"),
        None => format!("it has {}", ARGUMENTS.join(", ")),
    };
    Err(Failure::Type(format!("{class} has no argument '{name}': {advice}")))
}

/// The argument that a misspelled name was probably meant to be: one that differs in a few letters, or has the same
/// ending.
fn nearest(name: &str) -> Option<&'static str> {
    let word = if name.len() < 64 { name.to_lowercase() } else { return None };
    let distance = |known: &&&str| strsim::damerau_levenshtein(known, &word);
    let few = |known: &&&str| distance(known) <= 1 + word.len() / 4;
    let close = ARGUMENTS.iter().filter(few).min_by_key(distance);
    let tail = || ARGUMENTS.iter().find(|known| word.len() > 2 && known.ends_with(&word));
    close.or_else(tail).copied()
}

/// Passes each given argument to the setter of its name.
macro_rules! set {
    ($builder:ident, $names:ident, [$($argument:ident),+ $(,)?]) => {
        $(if let Some(value) = $argument {
            $builder = $builder.$argument(value.setting($names, stringify!($argument))?);
        })+
    };
}

/// Passes each text of a list to the setter that adds one.
macro_rules! add {
    ($builder:ident, $names:ident, [$($arguments:ident => $setter:ident),+ $(,)?]) => {
        $(for value in &$arguments {
            $builder = $builder.$setter(value.setting($names, stringify!($setter))?);
        })+
    };
}

pub(crate) use {add, set};

/// Checks that a number fits a Rust type. The core checks whether the value is allowed.
pub(crate) fn number<T: Copy>(names: SettingNames, name: &str, given: Option<T>) -> Result<T> {
    given.ok_or_else(|| config_invalid(&format!("{} cannot be {ENDLESS}", names.of(name))))
}
