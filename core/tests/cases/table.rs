//! The format of the table.

use std::collections::{BTreeMap, HashMap};

use clever_sso::Config;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Table {
    pub(crate) auto_login: String,
    pub(crate) district_id: String,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) clients: BTreeMap<String, Settings>,
    #[serde(rename = "case")]
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uri: String,
    pub(crate) oidc: bool,
    #[serde(default)]
    pub(crate) library: bool,
}

#[derive(Deserialize)]
pub(crate) struct Settings {
    pub(crate) app: String,
    client_id: Option<String>,
    secret: Option<String>,
    redirect_uri: Option<String>,
    pending_key: Option<String>,
    base: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) client: String,
    pub(crate) steps: Vec<Step>,
}

#[derive(Deserialize)]
pub(crate) struct Step {
    #[serde(rename = "do")]
    pub(crate) action: String,
    pub(crate) expect: String,
    pub(crate) client: Option<String>,
    pub(crate) save: Option<String>,
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) absent: Vec<String>,
    #[serde(flatten)]
    pub(crate) arguments: BTreeMap<String, String>,
}

impl Table {
    pub(crate) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases/cases.toml");
        toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    pub(crate) fn config(&self, name: &str, bases: &HashMap<&str, String>) -> Config {
        let settings = &self.clients[name];
        let app = &self.apps[&settings.app];
        let base = &bases[settings.base.as_deref().unwrap_or("emulator")];
        let mut config = Config::builder(settings.client_id.as_ref().unwrap_or(&app.client_id))
            .redirect_uri(settings.redirect_uri.as_ref().unwrap_or(&app.redirect_uri))
            .base_url(base);
        let secret = settings.secret.as_ref().unwrap_or(&app.secret);
        if !secret.is_empty() {
            config = config.client_secret(secret.as_str());
        }
        if let Some(key) = &settings.pending_key {
            config = config.pending_key(key.as_str());
        }
        config.build().unwrap()
    }
}
