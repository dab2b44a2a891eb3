//! The output of the command line: one line on standard output for the program that started it, and everything for people on
//! standard error.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::process::ExitCode;

use clever_emulator::{App, Emulator, Person, STANDARD_ERROR, STANDARD_OUTPUT, StartError, World};
use url::form_urlencoded;

/// Writes to standard error. If nothing reads it, this does not wait.
pub(crate) fn say(text: &str) {
    STANDARD_ERROR.say(text.to_owned());
}

/// Waits until all output is written, or until the reader stops. The end of the process does not wait for it.
pub(crate) fn flush() {
    STANDARD_OUTPUT.flush();
    STANDARD_ERROR.flush();
}

/// Prints why the emulator did not start.
pub(crate) fn failed(error: &StartError) -> ExitCode {
    // The library makes these sentences, and does not know the command line options, so add their names.
    let option = match error {
        StartError::App(_) => "--app: ",
        StartError::World(_) => "--world: ",
        StartError::UnknownPerson { .. } => "--auto-login: ",
        StartError::PublicUrl { .. } => "--public-url: ",
        _ => "",
    };
    say(&format!("clever-emulator: {option}{error}\n"));
    ExitCode::from(2)
}

/// Prints the base URL for the program that started the emulator, then hints for people. It continues if nothing reads them.
pub(crate) fn announce(emulator: &Emulator, reach: &str) {
    STANDARD_OUTPUT.say(format!("{}\n", emulator.base_url()));
    // At a terminal, it appears before the hints.
    STANDARD_OUTPUT.flush();
    say(&hints(emulator, reach));
}

/// Prints who can reach the emulator.
pub(crate) fn reach(address: IpAddr, any_host: bool) -> String {
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

/// The title of the table of people.
pub(crate) const PEOPLE: &str = "People (the number is both the user name and the password):";

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
    // The secrets of the built-in world are public. Those of the user's own apps are not shown.
    if World::built_in().apps().contains(app) {
        let secret = app.client_secret().map(|secret| format!("with the secret {secret}"));
        let secret = secret.unwrap_or_else(|| "without a secret".to_owned());
        let _ = writeln!(hint, "  built in, {secret}; use --app for your own");
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

/// All people of the world, one line each.
pub(crate) fn people_table<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    people.fold(String::new(), |mut table, person| {
        let roles: Vec<_> = person.roles().map(|role| role.user_type.as_str()).collect();
        let library = if person.is_in_library() { ", of Clever Library" } else { "" };
        let (handle, number, name) = (&person.handle, &person.sign_in_number, person.full_name());
        let _ = writeln!(table, "  {handle:<13} {number}  {name}, {}{library}", roles.join(" and "));
        table
    })
}
