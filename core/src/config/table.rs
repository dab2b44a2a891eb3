//! Every setting of a client, once: its names, its value, its default, and what it does.
//!
//! `docs/settings.md` is written from this list, and tests hold each language against it: the setters in Rust and in C, the
//! arguments in Python and PHP, the environment variables, and the tables in the guides.

/// A setting of a client.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in Rust: that of the setter of [`ConfigBuilder`](super::ConfigBuilder).
    pub rust: &'static str,
    /// Its name in C: that of the setter, without what all of them begin with.
    pub c: &'static str,
    /// Its name in Python. From this one come those in PHP and in an environment.
    pub python: &'static str,
    /// What it takes.
    pub value: SettingValue,
    /// What holds without it.
    pub default: &'static str,
    /// What it does. The comments of the setters in Rust and C begin with this.
    pub sentence: &'static str,
}

/// What a setting takes.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// A text.
    Text,
    /// One text or several.
    Texts,
    /// PEM text, or the path of a file.
    TextOrPath,
    /// Seconds, with a fraction where the language has one.
    Seconds,
    /// Whole seconds.
    WholeSeconds,
    /// On or off.
    Switch,
    /// Something to do when the client is made; a switch where a call cannot be made.
    Action,
}

use SettingValue::{Action, Seconds, Switch, Text, TextOrPath, Texts, WholeSeconds};

/// Every setting of a client, in the order of the arguments in Python and PHP.
#[doc(hidden)]
pub const SETTINGS: [Setting; 20] = [
    Setting::new("client_id", Text, "required", "The client id, as Clever's dashboard shows it."),
    Setting::new(
        "client_secret",
        Text,
        "none",
        "The client secret. Without one, only the implicit grant and checks of tokens work.",
    ),
    Setting::new(
        "redirect_uri",
        Texts,
        "none",
        "A redirect URI, exactly as registered with Clever. The first one is the primary one: logins from the Clever \
         Portal and from Instant Login links arrive there.",
    ),
    Setting::new(
        "issuer",
        Text,
        "`https://clever.com`",
        "The issuer: where the OAuth endpoints and the discovery document are.",
    ),
    Setting::new("api_base", Text, "`https://api.clever.com`", "Where Clever's API is."),
    Setting::new("base_url", Text, "none", "Issuer and API at one address, such as a local emulator's."),
    Setting::new(
        "timeout",
        Seconds,
        "10 seconds",
        "The longest time a call may take, retries included, at most a day.",
    ),
    Setting::new(
        "leeway",
        WholeSeconds,
        "60 seconds",
        "How many seconds two clocks may differ when the times in an ID token are checked, at most 600.",
    ),
    Setting::new(
        "pending_key",
        Text,
        "derived from the client secret",
        "The key that seals pending logins: at least 16 random bytes as text.",
    ),
    Setting::new(
        "old_pending_key",
        Texts,
        "none",
        "A key, or a client secret, that sealed pending logins before: those stay valid until they expire.",
    )
    .in_python("old_pending_keys"),
    Setting::new(
        "return_to_origin",
        Texts,
        "none",
        "An origin, such as `https://www.example.org`, that `return_to` may lead to, besides paths of the application.",
    )
    .in_python("return_to_origins"),
    Setting::new("development", Switch, "off", "Whether any address may be plain http, on any host."),
    Setting::new(
        "authorization_endpoint",
        Text,
        "`/oauth/authorize` at the issuer",
        "Where the browser is sent.",
    ),
    Setting::new("token_endpoint", Text, "`/oauth/tokens` at the issuer", "Where codes are exchanged."),
    Setting::new(
        "tokeninfo_endpoint",
        Text,
        "`/oauth/tokeninfo` at the issuer",
        "Where access tokens are checked.",
    ),
    Setting::new(
        "userinfo_endpoint",
        Text,
        "`/userinfo` at the API",
        "Where the claims of an access token's person are.",
    ),
    Setting::new("jwks_uri", Text, "in the issuer's discovery document", "Where the keys are."),
    Setting {
        rust: "discovered",
        ..Setting::new(
            "discover",
            Action,
            "off",
            "Asks the issuer for its discovery document, and takes from it the endpoints that are not set.",
        )
    },
    Setting::new(
        "ca_bundle",
        TextOrPath,
        "only the system's",
        "Certificates of more authorities, trusted in addition to the system's, such as those of a school network that \
         inspects TLS: PEM text, or the path of a PEM file.",
    ),
    Setting::new(
        "proxy",
        Text,
        "as `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say",
        "The proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`, `https://` or \
         `socks5h://`.",
    ),
];

impl Setting {
    const fn new(
        name: &'static str,
        value: SettingValue,
        default: &'static str,
        sentence: &'static str,
    ) -> Self {
        Self { rust: name, c: name, python: name, value, default, sentence }
    }

    const fn in_python(self, python: &'static str) -> Self {
        Self { python, ..self }
    }
}
