//! Every setting of a client, once: its names, its value, its default, and what it does.
//!
//! `docs/settings.md` is generated from this list. Tests compare each language with it: the setters in Rust and in C, the
//! arguments in Python and PHP, the environment variables, and the tables in the guides.

/// A setting of a client.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in Rust: the name of the setter of [`ConfigBuilder`](super::ConfigBuilder).
    pub rust: &'static str,
    /// Its name in C: the name of the setter, without the prefix that all setters share.
    pub c: &'static str,
    /// Its name in Python. The names in PHP and in the environment are derived from it.
    pub python: &'static str,
    /// The type of its value.
    pub value: SettingValue,
    /// Its default.
    pub default: &'static str,
    /// What it does. The comments of the setters in Rust and C start with this sentence.
    pub sentence: &'static str,
}

/// The type of a setting's value.
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
    /// An action when the client is made; a switch where a call is not possible.
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
        "The largest allowed difference between the clocks, in seconds, when the times in an ID token are checked. At \
         most 600.",
    ),
    Setting::new(
        "pending_key",
        Text,
        "derived from the client secret",
        "The key that encrypts pending logins: at least 16 random bytes as text.",
    ),
    Setting::new(
        "old_pending_key",
        Texts,
        "none",
        "An old key, or an old client secret. Pending logins that were encrypted with it stay valid until they expire.",
    )
    .in_python("old_pending_keys"),
    Setting::new(
        "return_to_origin",
        Texts,
        "none",
        "An origin, such as `https://www.example.org`, that `return_to` may lead to, in addition to paths of the application.",
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
        "Where to fetch the claims of the person that an access token belongs to.",
    ),
    Setting::new("jwks_uri", Text, "in the issuer's discovery document", "Where the keys are."),
    Setting {
        rust: "discovered",
        ..Setting::new(
            "discover",
            Action,
            "off",
            "Fetches the issuer's discovery document, and takes from it the endpoints that you did not set.",
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
