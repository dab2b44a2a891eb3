//! The command line of the emulator.
//!
//! Standard output carries one line, the base URL, for whoever started it; everything for people goes to standard
//! error. Signals have their default action, for nothing is left behind.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clever_emulator::{App, Emulator, Options, Person, StartError, World};
use url::form_urlencoded;

mod init;

/// A local stand-in for Clever, to develop and test "Log in with Clever" against.
///
/// It answers as Clever's OAuth 2.0 and OIDC endpoints do, with people who do not exist. The first line it prints is its base URL, which is also the issuer.
#[derive(Parser)]
#[command(name = "clever-emulator", version, after_help = after_help(), after_long_help = after_help())]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,

    /// The address to listen on; with any but a loopback address, whoever can reach it can be anybody
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    listen: IpAddr,

    /// The base URL by which clients know the emulator, if it is not http://ADDRESS:PORT: scheme, host and port
    ///
    /// It is the issuer then, and requests to its host may use the controls. In a network of containers it has the name of
    /// the emulator's container.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// The port to listen on; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,

    /// An app that may log people in; repeat the option for more apps, or to add redirect URIs to one
    ///
    /// The same client id again, with the same secret, adds a redirect URI; the first is the primary one. ",oidc"
    /// behind it makes an OIDC app, which gets ID tokens, ",library" an app of Clever Library, which gets none and
    /// admits nobody but the people of Clever Library. An empty secret makes an app of the implicit grant. Apps given
    /// so take the place of those of the world.
    #[arg(long = "app", value_name = "CLIENT_ID:SECRET:REDIRECT_URI[,oidc][,library]")]
    apps: Vec<String>,

    /// Skip the pages: every login succeeds at once as this person (handle, Clever id or sign-in number)
    ///
    /// A request may then choose another person by `emulator_login=PERSON` on /oauth/authorize and
    /// /oauth/instant-login.
    #[arg(long, value_name = "PERSON")]
    auto_login: Option<String>,

    /// The people, districts and apps, as a TOML file; `clever-emulator init` writes one to begin with
    ///
    /// When the file changes, the next request sees it. Without it, the built-in world is there.
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,

    /// Make the run repeatable: the same codes, tokens, session ids and first key at every start with this number
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Take the credentials of apps by HTTP Basic only, and refuse those in the body of a token request
    #[arg(long)]
    basic_only: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Write the built-in world to a file, to be edited and given by --world
    Init(init::Arguments),
}

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    if let Some(Command::Init(arguments)) = command_line.command {
        return init::run(&arguments);
    }
    let reach = reach(command_line.listen);
    match start(command_line) {
        Ok(emulator) => {
            announce(&emulator, &reach);
            emulator.wait();
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("clever-emulator: {error}\n"));
            ExitCode::from(2)
        }
    }
}

fn start(command_line: CommandLine) -> Result<Emulator, StartError> {
    let mut options = Options::new().listen(command_line.listen).port(command_line.port);
    for app in &command_line.apps {
        options = options.app(app.parse()?);
    }
    if let Some(url) = command_line.public_url {
        options = options.public_url(url);
    }
    if let Some(person) = command_line.auto_login {
        options = options.auto_login(person);
    }
    if let Some(file) = command_line.world {
        options = options.world_file(file);
    }
    if let Some(seed) = command_line.seed {
        options = options.seed(seed);
    }
    if command_line.basic_only {
        options = options.basic_only();
    }
    Emulator::start(options)
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
fn reach(address: IpAddr) -> String {
    if address.to_canonical().is_loopback() {
        return "Only this machine can reach it.".to_owned();
    }
    format!(
        "WARNING: it listens on {address}. Whoever can reach it can be anybody, and can use its controls."
    )
}

fn hints(emulator: &Emulator, reach: &str) -> String {
    let apps: String = emulator.apps().iter().map(|app| app_hint(emulator.base_url(), app)).collect();
    let people = people_table(emulator.people().iter().map(AsRef::as_ref));
    let desk =
        format!("The desk, with apps, people, scenarios and a journal: {}/_emulator/", emulator.base_url());
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
