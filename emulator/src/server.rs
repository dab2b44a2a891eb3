//! An emulator on a socket: its start, its routes, its end.
//!
//! It has its own event loop, with a thread for each core. When the [`Emulator`] is dropped, the threads, the socket and every
//! connection are gone before the drop returns.

use std::fmt;
use std::future::{Ready, ready};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension};
use axum::http::{HeaderMap, Method};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{any, get, post};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::desk as desk_page;
use crate::endpoints::call::{Call, Shared};
use crate::endpoints::not_found::not_found;
use crate::endpoints::{
    api, authorize, control, desk, discovery, district_picker, district_tokens, login, portal, tokeninfo,
    tokens,
};
use crate::http::address::{Address, NoOrigin};
use crate::http::answer::Answer;
use crate::http::connections;
use crate::http::cookies;
use crate::http::middleware;
use crate::http::request::Request;
use crate::keys::Keys;
use crate::memory::changes::Changes;
use crate::memory::journal::Note;
use crate::memory::locked;
use crate::system::clock::Clock;
use crate::system::output::STANDARD_ERROR;
use crate::system::random::Random;
use crate::world::App;
use crate::world::{LiveWorld, Person, World};

use options::{Options, StartError};

#[cfg(feature = "__fuzz")]
pub(crate) mod in_memory;
pub(crate) mod options;

/// No request of a login is larger.
const MAXIMUM_BODY: usize = 64 * 1024;
/// The most threads that serve requests.
const MOST_THREADS: usize = 8;

/// A running emulator. It stops when it is dropped.
pub struct Emulator {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator; it answers when this returns.
    ///
    /// # Errors
    /// When the world, an app, the person of the automatic login or the port cannot be used.
    #[expect(clippy::disallowed_methods, reason = "the one place that starts the thread that serves")]
    pub fn start(options: Options) -> Result<Self, StartError> {
        let address = SocketAddr::new(options.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()), options.port);
        let listener = listen(address).map_err(|error| StartError::Port { address, error })?;
        let socket = listener.local_addr().map_err(StartError::System)?;
        let shared = Arc::new(shared(options, socket)?);
        let runtime = runtime().map_err(StartError::System)?;
        let (stop, stopped) = oneshot::channel();
        let routes = routes(Arc::clone(&shared));
        let watched = Arc::clone(&shared);
        runtime.spawn(async move { watched.live_world.watch().await });
        let serve = move || runtime.block_on(serve(listener, routes, stopped));
        let thread = thread::Builder::new().name("clever-emulator".into()).spawn(serve);
        Ok(Self { shared, stop: Some(stop), thread: Some(thread.map_err(StartError::System)?) })
    }

    /// The base URL, without a trailing slash: the issuer, and the host of every endpoint.
    pub fn base_url(&self) -> &str {
        self.shared.address.base_url()
    }

    /// The apps that are registered.
    pub fn apps(&self) -> Vec<App> {
        self.shared.world().apps().to_vec()
    }

    /// The person with this handle, Clever id or sign-in number.
    pub fn person(&self, name: &str) -> Option<Arc<Person>> {
        self.shared.world().person(name)
    }

    /// All people who can log in.
    pub fn people(&self) -> Vec<Arc<Person>> {
        self.shared.world().people().to_vec()
    }

    /// The emulator's time, in Unix seconds.
    pub fn now(&self) -> u64 {
        self.shared.clock.now()
    }

    /// Moves the emulator's clock forward: codes, tokens and sign-ins get older at once.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Where the icon of an app in the Clever Portal leads: the app gets a code without a state. `None` when no app has this client
    /// id.
    pub fn portal_link(&self, client_id: &str) -> Option<String> {
        let world = self.shared.world();
        Some(format!("{}{}", self.base_url(), desk_page::launch(world.app(client_id)?, None)))
    }

    /// An Instant Login link into an app, for the people of a district. `None` when no app has this client id.
    pub fn instant_login_link(&self, client_id: &str, district_id: &str) -> Option<String> {
        let world = self.shared.world();
        let link = desk_page::instant_login(world.app(client_id)?, &[("district_id", district_id)]);
        Some(format!("{}{link}", self.base_url()))
    }

    /// Acts like a browser with a signed-in person: opens the URL of a login, a portal link or an Instant Login link, and is
    /// sent back to the app. Returns the URL of the callback; `None` when there is no such person, the person may not use the
    /// app, or the URL does not belong to this emulator.
    ///
    /// ```
    /// use clever_emulator::{App, Emulator, Options};
    ///
    /// let app = App::new("my-client-id", "my-secret", "http://127.0.0.1:5000/callback").with_oidc();
    /// let emulator = Emulator::start(Options::new().app(app))?;
    /// let link = emulator.portal_link("my-client-id").unwrap();
    /// let callback = emulator.log_in_as("ada", &link).unwrap();
    /// assert!(callback.starts_with("http://127.0.0.1:5000/callback?code="));
    /// # Ok::<(), clever_emulator::StartError>(())
    /// ```
    pub fn log_in_as(&self, person: &str, url: &str) -> Option<String> {
        let person = self.person(person)?;
        let target = url.strip_prefix(self.base_url())?;
        if !["/oauth/authorize?", "/oauth/instant-login?"].iter().any(|path| target.starts_with(path)) {
            return None;
        }
        let request = Request {
            method: Method::GET,
            uri: target.parse().ok()?,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            prefix: String::new(),
        };
        authorize::location_for(&Call::new(Arc::clone(&self.shared), request), person)
    }

    /// Changes the key that signs ID tokens, as Clever may at any time. Returns the new one's id (`kid`).
    ///
    /// # Errors
    /// When no key can be made.
    pub fn rotate_keys(&self) -> Result<String, StartError> {
        let unmade = |_| StartError::System(io::Error::other("could not make a key"));
        Ok(self.shared.keys.rotate().map_err(unmade)?.key_id().to_owned())
    }

    /// The latest requests, oldest first, and the emulator's explanation of each.
    pub fn journal(&self) -> Vec<JournalEntry> {
        let journal = locked(&self.shared.journal);
        let mut entries: Vec<_> = journal.latest().map(JournalEntry::from).collect();
        entries.reverse();
        entries
    }

    /// Resets everything to its state after the start: without codes, tokens and sign-ins, and with the original clock and keys.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// How many requests this path has received, with any method and query, and any answer except to a body that is too large.
    /// The first thousand different paths are counted.
    pub fn request_count(&self, path: &str) -> u64 {
        locked(&self.shared.counts).of(path)
    }

    /// Blocks as long as the emulator runs: in a binary, until the process ends.
    pub fn wait(mut self) {
        thread::scope(|scope| {
            // There is time to make the key now. A request that needs it reports it if that fails.
            scope.spawn(|| self.shared.keys.first().map(drop));
            if let Some(thread) = self.thread.take() {
                // A panic of that thread has already been reported.
                let _ = thread.join();
            }
        });
    }
}

/// A request that the emulator answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// The number of the request, counted from 1.
    pub number: u64,
    /// When it arrived, in Unix seconds, by the emulator's clock.
    pub time: u64,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// What happened, and what to do about it.
    pub explanation: String,
}

impl From<&Note> for JournalEntry {
    fn from(note: &Note) -> Self {
        Self {
            number: note.number,
            time: note.time,
            method: note.method.clone(),
            path: note.path.clone(),
            status: note.status,
            explanation: note.line.clone(),
        }
    }
}

/// Only the address: everything else in it is either secret or long.
impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Emulator").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread may have ended by itself; then no one receives this.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        STANDARD_ERROR.flush();
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that listens")]
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Requests are short, so more than a few threads would only wait for each other.
fn runtime() -> io::Result<Runtime> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    Builder::new_multi_thread().worker_threads(cores.min(MOST_THREADS)).enable_all().build()
}

fn shared(options: Options, socket: SocketAddr) -> Result<Shared, StartError> {
    let address = address(socket, &options)?;
    let live_world = LiveWorld::start(options.world, options.apps)?;
    let clock = if options.stopped_clock { Clock::stopped() } else { Clock::default() };
    let world = live_world.current(&clock);
    Ok(Shared {
        address,
        auto_login: options.auto_login.map(|name| known(&world, name)).transpose()?,
        live_world,
        session_cookie: cookies::session_name(socket.port()),
        school_cookie: cookies::school_name(socket.port()),
        basic_only: options.basic_only,
        cors: options.cors,
        log: options.log,
        keys: Keys::new(options.seed.is_some()),
        random: Random::new(options.seed),
        clock,
        grants: Mutex::default(),
        rate_limits: Mutex::default(),
        counts: Mutex::default(),
        tally: Mutex::default(),
        journal: Mutex::default(),
        changes: Changes::default(),
    })
}

fn address(socket: SocketAddr, options: &Options) -> Result<Address, StartError> {
    let public_url = options.public_url.as_deref();
    Address::new(socket, public_url, options.any_host).map_err(|NoOrigin(url)| StartError::PublicUrl { url })
}

/// The name, if a person has it.
fn known(world: &World, name: String) -> Result<String, StartError> {
    if world.person(&name).is_some() {
        return Ok(name);
    }
    let handles = world.people().iter().map(|person| person.handle.clone()).collect();
    Err(StartError::UnknownPerson { name, handles })
}

async fn serve(listener: TcpListener, routes: Router, stopped: oneshot::Receiver<()>) {
    // The event loop accepts a listener that was just opened. If not, the thread ends and connections are refused.
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    tokio::select! {
        () = connections::serve(listener, routes) => (),
        _ = stopped => (),
    }
}

/// The endpoints, and the middleware around them. The middleware rewrites a path before it is looked up, so the endpoints are
/// a separate router.
fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .fallback_service(endpoints())
        .layer(from_fn_with_state(shared, middleware::answer))
        .layer(DefaultBodyLimit::max(MAXIMUM_BODY))
}

fn endpoints() -> Router {
    Router::new()
        .route("/_emulator", any(endpoint(desk::front_door)))
        .route("/_emulator/", any(endpoint(desk::show)))
        .route("/_emulator/desk/{part}", any(endpoint(desk::part)))
        .route("/_emulator/{*what}", any(endpoint(control::control)))
        .route("/", get(endpoint(login::front_door)))
        .merge(pages())
        .route("/.well-known/openid-configuration", get(endpoint(discovery::metadata)))
        .route("/oauth/certs", get(endpoint(discovery::key_set)))
        .route("/oauth/authorize", get(endpoint(authorize::authorize)))
        .route("/oauth/instant-login", get(endpoint(authorize::instant_login)))
        .route("/oauth/tokens", get(endpoint(district_tokens::list)).post(endpoint(tokens::exchange)))
        .route("/oauth/tokeninfo", get(endpoint(tokeninfo::tokeninfo)))
        .merge(resources())
        .fallback(endpoint(not_found))
        .method_not_allowed_fallback(endpoint(not_found))
}

/// What people see.
fn pages() -> Router {
    Router::new()
        .route("/in/{short_name}", get(endpoint(portal::show)))
        .route("/login", get(endpoint(login::show)).post(endpoint(login::sign_in)))
        .route(
            "/login/provider",
            get(endpoint(login::provider::show)).post(endpoint(login::provider::sign_in)),
        )
        .route("/login/badge", get(endpoint(login::badge::show)).post(endpoint(login::badge::sign_in)))
        .route("/login/claims", post(endpoint(login::claims::sign_in)))
        .route("/logout", post(endpoint(login::sign_out)))
        .route(
            "/oauth/district-picker",
            get(endpoint(district_picker::show)).post(endpoint(district_picker::choose)),
        )
}

/// The API. Clever has a separate host for it, which answers every path.
fn resources() -> Router {
    let unversioned = ["/me", "/userinfo"].map(str::to_owned);
    let versioned = api::Version::ALL.map(|version| format!("/{}/{{*path}}", version.as_str()));
    let add = |router: Router<_>, path: &String| router.route(path, any(endpoint(api::api)));
    unversioned.iter().chain(&versioned).fold(Router::new(), add)
}

/// Makes an axum handler of an endpoint. Endpoints are plain functions, because none of them waits for anything.
fn endpoint(
    answer: fn(&Call) -> Answer,
) -> impl Fn(Extension<Arc<Call>>) -> Ready<Response> + Clone + Send + Sync {
    move |Extension(call)| ready(answer(&call).into_routed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::sync::mpsc;

    /// A limit that only a hang reaches.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// The status line of the answer to a GET.
    fn status(emulator: &Emulator, target: &str) -> String {
        let mut stream = TcpStream::connect(emulator.base_url().strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn neither_the_start_nor_a_page_creates_a_key() {
        let emulator = Emulator::start(Options::new()).unwrap();
        assert!(status(&emulator, "/login").contains("200"));
        assert!(!emulator.shared.keys.has_first());
        assert!(status(&emulator, "/oauth/certs").contains("200"));
        assert!(emulator.shared.keys.has_first());
    }

    #[test]
    fn pages_respond_while_a_key_is_created() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let ((begun, has_begun), (finish, may_finish)) = (mpsc::channel(), mpsc::channel());
        thread::scope(|scope| {
            let keys = &emulator.shared.keys;
            scope.spawn(move || {
                keys.first_by(|| {
                    begun.send(()).unwrap();
                    may_finish.recv_timeout(PATIENCE).unwrap();
                    crate::keys::signing::SigningKey::development()
                })
            });
            has_begun.recv_timeout(PATIENCE).unwrap();
            assert!(status(&emulator, "/login").contains("200"));
            assert!(!keys.has_first(), "the key is not there yet");
            finish.send(()).unwrap();
        });
        assert!(status(&emulator, "/oauth/certs").contains("200"));
    }

    /// Pages that wait for what happens next, once all of them do.
    fn waiting(emulator: &Emulator, number: usize) -> Vec<TcpStream> {
        let address = emulator.base_url().strip_prefix("http://").unwrap();
        let ask = |_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let seen = emulator.shared.changes.count();
            write!(stream, "GET /_emulator/desk/live?seen={seen} HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .unwrap();
            stream
        };
        let streams = (0..number).map(ask).collect();
        wait_for(|| emulator.shared.changes.waiting() == number);
        streams
    }

    #[track_caller]
    fn wait_for(condition: impl Fn() -> bool) {
        let (_sender, never) = mpsc::channel::<()>();
        let pause = Duration::from_millis(10);
        let looks = PATIENCE.as_millis() / pause.as_millis();
        for _ in 0..looks {
            if condition() {
                return;
            }
            // Nothing is ever sent: this only waits.
            let _ = never.recv_timeout(pause);
        }
        panic!("waited a minute");
    }

    #[test]
    fn a_page_that_leaves_stops_waiting_at_once() {
        let emulator = Emulator::start(Options::new()).unwrap();
        drop(waiting(&emulator, 20));
        wait_for(|| emulator.shared.changes.waiting() == 0);
    }

    #[test]
    fn the_emulator_stops_without_waiting_for_open_pages() {
        let emulator = Emulator::start(Options::new()).unwrap();
        let streams = waiting(&emulator, 8);
        drop(emulator);
        for mut stream in streams {
            let mut rest = Vec::new();
            let ended = stream.read_to_end(&mut rest).map_err(|error| error.kind());
            assert!(!matches!(ended, Err(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)));
            assert!(rest.is_empty());
        }
    }
}
