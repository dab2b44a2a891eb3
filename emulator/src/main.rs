//! The command line of the emulator.
//!
//! Standard output carries one line, the base URL, for the program that started it; everything for people goes to standard
//! error. SIGTERM and Ctrl-C end it: as process 1 of a container it would ignore them if it had no handlers.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use clever_emulator::{App, Emulator, Options, Person, StartError, World};
use url::form_urlencoded;

mod exec;
mod init;
mod signals;

/// A local Clever to develop and test "Log in with Clever" against.
///
/// It answers like Clever's OAuth 2.0 and OpenID Connect endpoints. None of its people are real. The first line it prints is
/// its base URL, which is also the issuer.
#[derive(Parser)]
#[command(name = "clever-emulator", version, after_help = after_help(), after_long_help = after_help())]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    settings: Settings,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
struct Settings {
    /// The IP address to listen on [default: 127.0.0.1]
    ///
    /// With any address but a loopback one, everyone who can reach the emulator can log in as anyone and use its controls.
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into(), hide_default_value = true)]
    #[arg(value_parser = address)]
    listen: IpAddr,

    /// The port to listen on; 0 picks a free port [default: 0]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,

    /// The base URL that clients use, if it is not http://ADDRESS:PORT: scheme, host, and port
    ///
    /// It becomes the issuer, and requests for its host are answered. For containers, use the name of the emulator's
    /// container, for example `http://clever:5999`.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// Answer requests for any host name, and take the issuer from each request
    ///
    /// A browser and containers can then use the same emulator under different names. This turns off the protection against
    /// web pages whose domain points to this machine (DNS rebinding).
    #[arg(long)]
    any_host: bool,

    /// Let web pages from any origin read discovery, keys, tokens, and tokeninfo (CORS)
    ///
    /// Pages can always read the API and /userinfo. Whether Clever allows the rest is not known.
    #[arg(long)]
    cors: bool,

    /// An app that people can log in to; repeat it for more apps, or to add redirect URIs to one
    ///
    /// Repeat the same client id and secret to add a redirect URI; the first one is the primary one. Add ",oidc" for an
    /// OpenID Connect app, which gets ID tokens. Add ",library" for a Clever Library app, which gets none and is only for
    /// people in Clever Library. Leave the secret empty for an app that uses the implicit grant. These apps replace the
    /// apps of the world file.
    #[arg(long = "app", value_name = "CLIENT_ID:SECRET:REDIRECT_URI[,oidc][,library]")]
    apps: Vec<String>,

    /// Skip the login pages: every login succeeds as this person (handle, Clever id, or sign-in number)
    ///
    /// A request to /oauth/authorize or /oauth/instant-login can pick someone else with `emulator_login=PERSON`.
    #[arg(long, value_name = "PERSON")]
    auto_login: Option<String>,

    /// A TOML file with people, districts, and apps; `clever-emulator init` writes one to start from
    ///
    /// When the file changes, the emulator reads it again and says so. Without this option, the built-in world is used.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Make runs repeatable: the same codes, tokens, session ids, and first key every time
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Accept app credentials only as HTTP Basic, not in the body of a token request
    #[arg(long)]
    basic_only: bool,

    /// Write one line to standard error for each request; values and secrets are never shown
    #[arg(long)]
    log: bool,
}

/// An address as people write it: `localhost` is one, and brackets belong to URLs.
fn address(text: &str) -> Result<IpAddr, &'static str> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().map_err(|_| {
        "it must be an IP address without a port: 127.0.0.1 for this machine only, 0.0.0.0 or :: for every address"
    })
}

#[derive(Subcommand)]
enum Command {
    /// Write the built-in world to a file, for you to edit and pass to --world
    Init(init::Arguments),

    /// Run a command with an emulator: `clever-emulator exec [OPTIONS] -- COMMAND`
    Exec(exec::Arguments),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    match command_line.command {
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Exec(arguments)) => exec::run(arguments),
        None => serve(command_line.settings),
    }
}

fn serve(settings: Settings) -> ExitCode {
    let mut reach = reach(settings.listen, settings.any_host);
    if let Some(person) = &settings.auto_login {
        let _ = write!(reach, "\nNobody has to sign in: every login succeeds at once as {person}.");
    }
    // Before anything is printed: a program that reads the base URL may end the emulator at once.
    if let Err(error) = signals::end_process_on_request() {
        return failed(&StartError::System(error));
    }
    match settings.start() {
        Ok(emulator) => {
            announce(&emulator, &reach);
            emulator.wait();
            ExitCode::FAILURE
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &StartError) -> ExitCode {
    say(&format!("clever-emulator: {error}\n"));
    ExitCode::from(2)
}

impl Settings {
    fn start(self) -> Result<Emulator, StartError> {
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

/// The base URL for whoever started the emulator, then the hints. A reader who has gone away is no reason to stop.
fn announce(emulator: &Emulator, reach: &str) {
    let mut stdout = io::stdout();
    let _ = writeln!(stdout, "{}", emulator.base_url()).and_then(|()| stdout.flush());
    say(&hints(emulator, reach));
}

fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Who can reach it, as a sentence.
fn reach(address: IpAddr, any_host: bool) -> String {
    let mut reach = if address.to_canonical().is_loopback() {
        "Only this machine can reach it.".to_owned()
    } else {
        format!(
            "WARNING: it listens on {address}. Everyone who can reach it can log in as anyone and use its controls."
        )
    };
    if any_host {
        reach.push_str(
            "\nWARNING: with --any-host, a web page whose domain points to this machine can use the emulator too.",
        );
    }
    reach
}

fn hints(emulator: &Emulator, reach: &str) -> String {
    let apps: String = emulator.apps().iter().map(|app| app_hint(emulator.base_url(), app)).collect();
    let people = people_table(emulator.people().iter().map(AsRef::as_ref));
    let desk = format!(
        "The desk (apps, people, scenarios, and a journal of requests): {}/_emulator/",
        emulator.base_url()
    );
    format!("This is an emulator, not Clever. {reach}\n{desk}\n\n{apps}{PEOPLE}\n{people}")
}

const PEOPLE: &str = "People (the number is user name and password both):";

fn app_hint(base_url: &str, app: &App) -> String {
    let kind = match (app.is_public(), app.is_oidc()) {
        (true, _) => "implicit grant",
        (false, true) => "OpenID Connect",
        (false, false) => "OAuth 2.0",
    };
    let kind = if app.is_library() { format!("{kind}, Clever Library") } else { kind.to_owned() };
    let response_type = if app.is_public() { "token" } else { "code" };
    let client_id = app.client_id();
    let mut hint = format!("App {client_id} ({kind})\n");
    if app.name() != client_id {
        let _ = writeln!(hint, "  called {}", app.name());
    }
    // The secrets of the built-in world are known to everybody; those of the user's own apps are not shown.
    if World::built_in().apps().contains(app) {
        let secret = app.client_secret().map(|secret| format!("with the secret {secret}"));
        let secret = secret.unwrap_or_else(|| "without a secret".to_owned());
        let _ = writeln!(hint, "  built in, {secret}; give --app for one of your own");
    }
    if let Some(user_types) = app.user_types() {
        let words: Vec<_> = user_types.iter().map(|user_type| user_type.as_str()).collect();
        let _ = writeln!(hint, "  only for {}", words.join(", "));
    }
    if let Some(districts) = app.districts() {
        let _ = writeln!(hint, "  only for the districts {}", districts.join(", "));
    }
    for redirect_uri in app.redirect_uris() {
        let _ = writeln!(hint, "  redirect URI {redirect_uri}");
    }
    let client_id: String = form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
    let _ = writeln!(
        hint,
        "  try {base_url}/oauth/authorize?response_type={response_type}&client_id={client_id}\n"
    );
    hint
}

fn people_table<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    people.fold(String::new(), |mut table, person| {
        let roles: Vec<_> = person.roles().map(|role| role.user_type.as_str()).collect();
        let library = if person.is_in_library() { ", of Clever Library" } else { "" };
        let (handle, number, name) = (&person.handle, &person.sign_in_number, person.full_name());
        let _ = writeln!(table, "  {handle:<13} {number}  {name}, {}{library}", roles.join(" and "));
        table
    })
}

fn after_help() -> String {
    let people = people_table(World::built_in().people().iter().map(AsRef::as_ref));
    format!(
        "{PEOPLE}\n{people}\nExample:\n  clever-emulator --port 5999 --auto-login ada \\\n    \
         --app my-app:my-secret:http://127.0.0.1:5000/callback,oidc\n\n\
         Then set http://127.0.0.1:5999 as the issuer in the app under test."
    )
}
