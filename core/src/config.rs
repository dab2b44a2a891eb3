//! What the operator knows: checked once, immutable after.

mod builder;
mod checks;
mod endpoints;
mod environment;
mod names;
pub(crate) mod proxies;
mod settings;
pub(crate) mod trust;

pub use builder::ConfigBuilder;
pub use names::SettingNames;
pub use settings::Config;

#[cfg(test)]
mod tests;
