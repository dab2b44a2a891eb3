//! The options of an emulator, and why it may not start.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::world::{App, AppError, LoadError, Source, World, WorldError};

/// The options of an emulator. [`Options::default`] is complete: a free port, the built-in world, and people who sign in on the
/// pages.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate switch on the command line")]
pub struct Options {
    pub(crate) listen: Option<IpAddr>,
    pub(crate) port: u16,
    pub(crate) public_url: Option<String>,
    pub(crate) apps: Vec<App>,
    pub(crate) auto_login: Option<String>,
    pub(crate) world: Source,
    pub(crate) seed: Option<u64>,
    pub(crate) basic_only: bool,
    pub(crate) stopped_clock: bool,
    pub(crate) any_host: bool,
    pub(crate) cors: bool,
    pub(crate) log: bool,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Listens on this address instead of 127.0.0.1, for example in a container. Anyone who can reach it can log in as anyone
    /// and use its controls: use an address other than loopback only in an isolated network.
    #[must_use]
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// The base URL that clients use, if it is not `http://ADDRESS:PORT`: scheme, host and port. It is the issuer, and its host
    /// may use the controls.
    #[must_use]
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Listens on this port; 0, the default, uses a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Registers an app. The same client id again, with the same secret, adds redirect URIs to it. These apps
    /// replace those of the world.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Uses this world instead of the built-in one.
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = Source::Given(world);
        self
    }

    /// Uses the world of this file, and reads it again when it changes. If the new text is wrong, standard error says why, and
    /// the old world stays.
    #[must_use]
    pub fn world_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.world = Source::File(path.into());
        self
    }

    /// Skips the pages: every login succeeds at once as this person, named by handle, Clever id or sign-in number.
    ///
    /// A request to `/oauth/authorize` or `/oauth/instant-login` may then choose another person with `emulator_login=PERSON`,
    /// and add `emulator_admin=true` for an administrator who logs in as that person.
    #[must_use]
    pub fn auto_login(mut self, person: impl Into<String>) -> Self {
        self.auto_login = Some(person.into());
        self
    }

    /// Accepts the credentials of apps at the token endpoint only as HTTP Basic, and refuses those in a body.
    ///
    /// We don't know if Clever accepts them in a body. An app that works with this option works in both cases.
    #[must_use]
    pub fn basic_only(mut self) -> Self {
        self.basic_only = true;
        self
    }

    /// Stops the emulator's clock at the time of the start: it moves only by [`Emulator::advance`](crate::Emulator::advance)
    /// and by `POST /_emulator/clock`.
    ///
    /// Then a test of an expiry has the same result on a busy machine. Tokens have the stopped time.
    #[must_use]
    pub fn stopped_clock(mut self) -> Self {
        self.stopped_clock = true;
        self
    }

    /// Accepts every name in `Host`, and takes the issuer and the URLs in documents from it, so that a browser and containers
    /// can use one emulator under different names.
    ///
    /// This turns off the protection against web pages whose name points to this machine (DNS rebinding).
    #[must_use]
    pub fn any_host(mut self) -> Self {
        self.any_host = true;
        self
    }

    /// Lets web pages of every origin read the discovery document, the keys, tokens and tokeninfo (CORS). They may always read
    /// the API, as with Clever. We don't know if Clever allows the rest.
    #[must_use]
    pub fn cors(mut self) -> Self {
        self.cors = true;
        self
    }

    /// Writes the journal's line for each request to standard error, without values and secrets.
    #[must_use]
    pub fn log(mut self) -> Self {
        self.log = true;
        self
    }

    /// Makes a run repeatable: codes, tokens and session ids come from this seed, and the first key is a built-in one.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}

/// Why an emulator did not start. Its text is one sentence that says what would be right.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// An app cannot be registered.
    App(AppError),
    /// The world cannot be used.
    World(WorldError),
    /// No person has this name.
    UnknownPerson {
        /// The name as it was given.
        name: String,
        /// The existing handles.
        handles: Vec<String>,
    },
    /// The address and port cannot be listened on.
    Port {
        /// Both as they were given.
        address: SocketAddr,
        /// The error of the system.
        error: io::Error,
    },
    /// The public URL is not a URL, or has more than scheme, host and port.
    PublicUrl {
        /// The URL as it was given, without a user name or password.
        url: String,
    },
    /// The system could not provide a thread or an event loop.
    System(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(error) => error.fmt(formatter),
            Self::World(error) => error.fmt(formatter),
            Self::UnknownPerson { name, handles } => {
                let near = |handle: &&String| strsim::damerau_levenshtein(handle, name);
                let nearest = handles.iter().min_by_key(near).filter(|handle| near(handle) <= 2);
                let hint = nearest.map(|handle| format!(" Did you mean {handle}?")).unwrap_or_default();
                write!(
                    formatter,
                    "there is no person {name:?}.{hint} Give a Clever id, a sign-in number, or one of these handles: {}.",
                    handles.join(", ")
                )
            }
            Self::Port { address, error } => {
                let port = address.port();
                match error.kind() {
                    io::ErrorKind::AddrInUse => write!(
                        formatter,
                        "another program already listens on {address}, perhaps a second emulator. Stop it, or choose \
                         another port: --port {} or, for any free one, --port 0.",
                        port.checked_add(1).unwrap_or(5999)
                    ),
                    io::ErrorKind::PermissionDenied => write!(
                        formatter,
                        "this user may not listen on {address} ({error}). Choose another port: --port 5999 or, for any \
                         free one, --port 0."
                    ),
                    io::ErrorKind::AddrNotAvailable => write!(
                        formatter,
                        "this machine has no address {} to listen on. Choose another one: --listen 127.0.0.1 for this \
                         machine only, --listen 0.0.0.0 for every address.",
                        address.ip()
                    ),
                    _ => write!(
                        formatter,
                        "cannot listen on {address} ({error}). Choose another port with --port or another address with \
                         --listen."
                    ),
                }
            }
            Self::PublicUrl { url } => write!(
                formatter,
                "the public URL {url:?} must be http or https, a host and perhaps a port from 1 to 65535, without a path: \
                 http://clever:5999, for example."
            ),
            Self::System(error) => {
                write!(formatter, "the system could not provide what the emulator needs: {error}.")
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::App(error) => Some(error),
            Self::World(error) => Some(error),
            Self::Port { error, .. } | Self::System(error) => Some(error),
            Self::UnknownPerson { .. } | Self::PublicUrl { .. } => None,
        }
    }
}

impl From<AppError> for StartError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<LoadError> for StartError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::World(error) => Self::World(error),
            LoadError::App(error) => Self::App(error),
        }
    }
}
