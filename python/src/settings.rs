//! How the keyword arguments of `Client` become a configuration.

use std::time::Duration;

use crate::errors::{Result, config_invalid};
use crate::text::{Number, Whole};
use clever_sso::SettingNames;

/// A longer deadline is a mistake, such as milliseconds.
const LONGEST_TIMEOUT: f64 = 24.0 * 3600.0;

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

pub(crate) fn timeout(names: SettingNames, seconds: &Number) -> Result<Duration> {
    let seconds = seconds.get("timeout")?;
    if seconds > 0.0 && seconds <= LONGEST_TIMEOUT {
        return Ok(Duration::from_secs_f64(seconds));
    }
    let name = names.of("timeout");
    Err(config_invalid(&format!(
        "{name} must be more than 0 s and at most {LONGEST_TIMEOUT} s, found {seconds}"
    )))
}

pub(crate) fn leeway(names: SettingNames, seconds: &Whole) -> Result<u64> {
    let name = names.of("leeway");
    let seconds = seconds.get("leeway")?.ok_or_else(|| config_invalid(&format!("{name} is too large")))?;
    u64::try_from(seconds)
        .map_err(|_| config_invalid(&format!("{name} must be at least 0 s, found {seconds}")))
}
