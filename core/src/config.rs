//! The configuration: checked once, then immutable.

mod builder;
mod checks;
mod endpoints;
mod environment;
mod names;
#[cfg(feature = "client")]
pub(crate) mod proxies;
mod settings;
mod table;
#[cfg(feature = "client")]
pub(crate) mod trust;
mod variables;

pub use builder::ConfigBuilder;
#[cfg(feature = "client")]
pub(crate) use builder::Examined;
pub use names::SettingNames;
pub use settings::Config;
pub use table::{SETTINGS, Setting, SettingValue};
#[cfg(feature = "__face")]
pub(crate) use variables::OfVariables;
#[cfg(feature = "web")]
pub(crate) use {environment::variable, variables::OF_PAGES, variables::switch};

#[cfg(test)]
mod tests;
