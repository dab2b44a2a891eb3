//! The command line of the emulator.
//!
//! Standard output gets one line, the base URL, for the program that started it. Everything for people goes to standard error.
//! SIGTERM and Ctrl-C end it: without handlers, process 1 of a container would ignore them.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clever_emulator::{StartError, World};

use command::output::{PEOPLE, announce, failed, flush, people_table, reach, say};
use command::settings::Settings;
use command::{exec, init, signals};

mod command;

/// A local Clever to develop and test "Log in with Clever" against.
///
/// It works like Clever's OAuth 2.0 and OpenID Connect endpoints. None of its people are real. The first line it prints is
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

#[derive(Subcommand)]
enum Command {
    /// Write the built-in world to a file, for you to edit and pass to --world
    Init(init::Arguments),

    /// Run a command with an emulator: `clever-emulator exec [OPTIONS] -- COMMAND`
    Exec(exec::Arguments),
}

fn main() -> ExitCode {
    let code = match CommandLine::try_parse() {
        Ok(command_line) => run(command_line),
        Err(error) if error.use_stderr() => {
            say(&error.to_string());
            ExitCode::from(2)
        }
        // Wait for the reader of requested output, such as the help.
        Err(help) => help.exit(),
    };
    flush();
    code
}

fn run(command_line: CommandLine) -> ExitCode {
    match command_line.command {
        Some(Command::Init(arguments)) => init::run(&arguments),
        Some(Command::Exec(arguments)) => exec::run(arguments),
        None => serve(command_line.settings),
    }
}

fn serve(settings: Settings) -> ExitCode {
    let mut reach = reach(settings.listen, settings.any_host);
    if let Some(person) = &settings.auto_login {
        let _ = write!(reach, "\nNo sign-in is needed: every login succeeds at once as {person}.");
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

fn after_help() -> String {
    let people = people_table(World::built_in().people().iter().map(AsRef::as_ref));
    format!(
        "{PEOPLE}\n{people}\nExample:\n  clever-emulator --port 5999 --auto-login ada \\\n    \
         --app my-app:my-secret:http://127.0.0.1:5000/callback,oidc\n\n\
         Then set http://127.0.0.1:5999 as the issuer in the app under test."
    )
}
