//! The options of the command line, and the emulator that they start.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;
use clever_emulator::{Emulator, Options, StartError};

// A comment and not a doc comment: clap would show it as the help of the whole program.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate switch on the command line")]
pub(crate) struct Settings {
    /// The IP address to listen on [default: 127.0.0.1]
    ///
    /// With any address but a loopback one, everyone who can reach the emulator can log in as anyone and use its controls.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into(), hide_default_value = true)]
    #[arg(value_parser = address)]
    pub(crate) listen: IpAddr,

    /// The port to listen on; 0 picks a free port [default: 0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    #[arg(allow_hyphen_values = true, value_parser = port)]
    pub(crate) port: u16,

    /// The base URL that clients use, if it is not http://ADDRESS:PORT: scheme, host, and port
    ///
    /// It becomes the issuer, and requests for its host are accepted. For containers, use the name of the emulator's
    /// container, for example `http://clever:5999`.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// Accept requests for any host name, and take the issuer from each request
    ///
    /// A browser and containers can then use the same emulator under different names. This turns off the protection against
    /// web pages whose domain points to this machine (DNS rebinding).
    #[arg(long)]
    pub(crate) any_host: bool,

    /// Let web pages from any origin read discovery, keys, tokens, and tokeninfo (CORS)
    ///
    /// Pages can always read the API and /userinfo. Whether Clever allows the rest is not known.
    #[arg(long)]
    pub(crate) cors: bool,

    /// An app that people can log in to; repeat it for more apps, or to add redirect URIs to one
    ///
    /// Repeat the same client id and secret to add a redirect URI; the first one is the primary one. Add ",oidc" for an
    /// OpenID Connect app, which gets ID tokens. Add ",library" for a Clever Library app, which gets none and is only for
    /// people in Clever Library. Leave the secret empty for an app that uses the implicit grant. These apps replace the
    /// apps of the world file.
    #[arg(long = "app", value_name = "CLIENT_ID:SECRET:REDIRECT_URI[,oidc][,library]")]
    pub(crate) apps: Vec<String>,

    /// Skip the login pages: every login succeeds as this person (handle, Clever id, or sign-in number)
    ///
    /// A request to /oauth/authorize or /oauth/instant-login can pick someone else with `emulator_login=PERSON`.
    #[arg(long, value_name = "PERSON")]
    pub(crate) auto_login: Option<String>,

    /// A TOML file with people, districts, and apps; `clever-emulator init` writes one to start from
    ///
    /// When the file changes, the emulator reads it again and says so. Without this option, the built-in world is used.
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,

    /// Make runs repeatable: the same codes, tokens, session ids, and first key every time
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = seed)]
    pub(crate) seed: Option<u64>,

    /// Accept app credentials only as HTTP Basic, not in the body of a token request
    #[arg(long)]
    pub(crate) basic_only: bool,

    /// Write one line to standard error for each request; values and secrets are never shown
    #[arg(long)]
    pub(crate) log: bool,
}

/// Parses an address as people write it: also `localhost`, and an IPv6 address in brackets.
fn address(text: &str) -> Result<IpAddr, &'static str> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().map_err(|_| {
        "it must be an IP address without a port: 127.0.0.1 for this machine only, 0.0.0.0 or :: for every address"
    })
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "it must be a whole number from 0 to 65535; 0 picks a free port")
}

fn seed(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "it must be a whole number from 0 to 18446744073709551615")
}

impl Settings {
    /// Starts the emulator.
    pub(crate) fn start(self) -> Result<Emulator, StartError> {
        let mut options = Options::new().listen(self.listen).port(self.port);
        for app in &self.apps {
            options = options.app(app.parse()?);
        }
        if let Some(url) = self.public_url {
            options = options.public_url(url);
        }
        if let Some(person) = self.auto_login {
            options = options.auto_login(person);
        }
        if let Some(file) = self.world {
            options = options.world_file(file);
        }
        if let Some(seed) = self.seed {
            options = options.seed(seed);
        }
        for (given, with) in [
            (self.any_host, Options::any_host as fn(Options) -> Options),
            (self.cors, Options::cors),
            (self.basic_only, Options::basic_only),
            (self.log, Options::log),
        ] {
            options = if given { with(options) } else { options };
        }
        Emulator::start(options)
    }
}
