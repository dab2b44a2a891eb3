//! The rules for the values of the configuration.

use url::Url;

use super::names::SettingNames;
use crate::error::{Error, ErrorCode, Result, may_be_secret, quote_setting};
use crate::protocol::address::{LONGEST_ADDRESS, NO_FRAGMENT, is_loopback, parse_http_url, parse_origin};
use crate::protocol::{authorize, callback};
use crate::secret::Secret;

pub(super) fn invalid(detail: impl Into<String>) -> Error {
    Error::with_detail(ErrorCode::ConfigInvalid, detail)
}

/// The value that was found, for a message. A value with credentials is not shown, and neither is a value that does not look like
/// an address, because it may be a secret in the wrong setting.
fn found(text: &str) -> String {
    let shown = quote_setting(text).filter(|_| text.contains([':', '/', '.']));
    shown.map(|shown| format!(", found {shown}")).unwrap_or_default()
}

pub(super) fn check_secret(name: &str, secret: Option<&Secret>, shortest: usize) -> Result<()> {
    let Some(secret) = secret.map(Secret::expose) else { return Ok(()) };
    if secret.len() < shortest {
        let expected =
            if shortest == 1 { "not be empty".to_owned() } else { format!("have at least {shortest} bytes") };
        return Err(invalid(format!("{name} must {expected}")));
    }
    if secret.trim() != secret {
        return Err(invalid(format!("{name} begins or ends with white space")));
    }
    Ok(())
}

/// The rules for the addresses of one configuration.
pub(super) struct Addresses {
    pub(super) names: SettingNames,
    pub(super) development: bool,
}

impl Addresses {
    fn wrong(&self, setting: &str, why: &str, text: &str) -> Error {
        invalid(format!("{} {why}{}", self.names.of(setting), found(text)))
    }

    fn must_be_https(&self, setting: &str, text: &str) -> Error {
        let why = format!(
            "must start with https:// (plain http is allowed for localhost, or with {})",
            self.names.development()
        );
        self.wrong(setting, &why, text)
    }

    /// An address that the transport may use: https, or plain http to this machine and in development.
    pub(super) fn check_url(&self, setting: &str, text: &str) -> Result<Url> {
        if text.len() > LONGEST_ADDRESS {
            let why = format!("must have at most {LONGEST_ADDRESS} bytes, found {}", text.len());
            return Err(invalid(format!("{} {why}", self.names.of(setting))));
        }
        let plain = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"));
        let url = match parse_http_url(text) {
            Err("must start with https://") => return Err(self.must_be_https(setting, text)),
            result => result.map_err(|why| self.wrong(setting, why, text))?,
        };
        if plain && !self.development && !is_loopback(&url) {
            return Err(self.must_be_https(setting, text));
        }
        if url.fragment().is_some() {
            return Err(self.wrong(setting, NO_FRAGMENT, text));
        }
        Ok(url)
    }

    /// A base URL in canonical form, without a trailing slash: endpoints are appended to it.
    pub(super) fn check_base(&self, setting: &str, text: &str) -> Result<String> {
        let url = self.check_url(setting, text)?;
        if url.query().is_some() {
            return Err(self.wrong(setting, "must have no query (?)", text));
        }
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }

    /// One address of a setting that takes several: a comma or semicolon between them would become a part of one.
    fn check_is_one(&self, setting: &str, text: &str) -> Result<()> {
        let ends = |rest: &str| rest.is_empty() || rest.starts_with("http:") || rest.starts_with("https:");
        if !text.match_indices([',', ';']).any(|(at, _)| ends(&text[at + 1..])) {
            return Ok(());
        }
        let why = if self.names == SettingNames::Environment {
            "must have spaces between several URLs, not commas or semicolons"
        } else {
            "must be one URL, without a comma or semicolon after it"
        };
        Err(self.wrong(setting, why, text))
    }

    /// A redirect URI. It is not changed, because Clever compares it byte by byte with the registered one.
    pub(super) fn check_redirect_uri(&self, text: &str) -> Result<()> {
        const SETTING: &str = "redirect_uri";
        self.check_is_one(SETTING, text)?;
        if let Some(scheme) = custom_scheme(text) {
            let why = format!(
                "must start with https://, not with a custom scheme ({scheme}) that any app on a device can claim; use an \
                 https link that your app owns (Universal Link, App Link) in a mobile app, http://127.0.0.1 (loopback) in a \
                 desktop program, or https://EXTENSION-ID.chromiumapp.org/ in a browser extension"
            );
            return Err(self.wrong(SETTING, &why, text));
        }
        let url = self.check_url(SETTING, text)?;
        if url.host_str().is_some_and(|host| host.contains('*')) {
            return Err(self.wrong(SETTING, "must name one host: wildcards are not supported", text));
        }
        self.check_query(SETTING, text, &url, &callback::PARAMETERS)
    }

    /// The address of the authorization endpoint. The parameters of a request are added to it.
    pub(super) fn check_authorization_endpoint(&self, setting: &str, text: &str, url: &Url) -> Result<()> {
        self.check_query(setting, text, url, &authorize::PARAMETERS)
    }

    /// A repeated parameter makes every login fail (RFC 6749 3.1), so the query of this address must not have any of `taken`.
    fn check_query(&self, setting: &str, text: &str, url: &Url, taken: &[&str]) -> Result<()> {
        match url.query_pairs().find(|(name, _)| taken.contains(&&**name)) {
            None => Ok(()),
            Some((name, _)) => {
                let why = format!("must not have the parameter {name} in its query: each login adds its own");
                Err(self.wrong(setting, &why, text))
            }
        }
    }

    pub(super) fn check_origin(&self, text: &str) -> Result<String> {
        const SETTING: &str = "return_to_origin";
        self.check_is_one(SETTING, text)?;
        parse_origin(text).map_err(|why| self.wrong(SETTING, why, text))
    }
}

/// An app's custom scheme. `localhost:5000` has a port, not a scheme.
fn custom_scheme(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let url = Url::parse(text).ok()?;
    let is_port = rest.starts_with(|c: char| c.is_ascii_digit());
    let is_custom = !is_port && !matches!(url.scheme(), "http" | "https") && !may_be_secret(text);
    is_custom.then(|| format!("{scheme}:"))
}
