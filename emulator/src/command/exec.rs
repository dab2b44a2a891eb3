//! `clever-emulator exec -- COMMAND`: runs an emulator as long as a command runs, and gives the command its settings in the
//! environment.

use std::ffi::OsString;
use std::io;
use std::process::{ExitCode, ExitStatus};

use clap::Args;
use clever_emulator::{App, Emulator, needs_development};
use tokio::process::{Child, Command};

use super::output::{failed, reach, say};
use super::settings::Settings;
use super::signals;
use forwarding::{InheritedMask, Signals};

mod forwarding;

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: Settings,

    /// The command to run, and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

const AFTER_HELP: &str = "\
The command gets these environment variables. They describe the first app:
  CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET (not for an app without a secret)
  CLEVER_REDIRECT_URI  the redirect URIs, separated by spaces
  CLEVER_BASE_URL      the emulator: the issuer, the OAuth endpoints, and the API
  CLEVER_DEVELOPMENT   true, if one of these addresses is plain http on another host

The emulator ends when the command ends, and exits with the command's exit code.

Example:
  clever-emulator exec --auto-login ada -- pytest";

/// The exit codes of shells for a command that cannot be run or is not found.
const NOT_RUNNABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Settings of this project's libraries that are not set here, and would point to another Clever.
const OF_ANOTHER_CLEVER: [&str; 9] = [
    "CLEVER_CLIENT_SECRET",
    "CLEVER_ISSUER",
    "CLEVER_API_BASE",
    "CLEVER_AUTHORIZATION_ENDPOINT",
    "CLEVER_TOKEN_ENDPOINT",
    "CLEVER_TOKENINFO_ENDPOINT",
    "CLEVER_USERINFO_ENDPOINT",
    "CLEVER_JWKS_URI",
    "CLEVER_DISCOVER",
];

/// Runs the command, and exits with the same exit code.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    let Arguments { settings, command } = arguments;
    let Some((program, rest)) = command.split_first() else { return ExitCode::from(2) };
    let reach = reach(settings.listen, settings.any_host);
    let inherited = InheritedMask::found();
    let emulator = match settings.start() {
        Ok(emulator) => emulator,
        Err(error) => return failed(&error),
    };
    say(&format!("clever-emulator: running at {0}, desk at {0}/_emulator/\n{reach}\n", emulator.base_url()));
    let mut command = Command::new(program);
    command.args(rest);
    set_environment(&mut command, &emulator);
    let ended = signals::runtime().and_then(|runtime| {
        runtime.block_on(async {
            let signals = Signals::for_command(&mut command, inherited)?;
            let child = command.spawn()?;
            to_its_end(child, signals).await
        })
    });
    match ended {
        Ok(status) => exit_code(status),
        Err(error) => {
            say(&format!("clever-emulator: cannot run {}: {error}.\n", program.display()));
            ExitCode::from(if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE })
        }
    }
}

fn set_environment(command: &mut Command, emulator: &Emulator) {
    // Settings of another Clever must not be mixed with these.
    for other in OF_ANOTHER_CLEVER {
        command.env_remove(other);
    }
    if let Some(app) = emulator.apps().first() {
        command.env("CLEVER_CLIENT_ID", app.client_id());
        command.env("CLEVER_REDIRECT_URI", app.redirect_uris().collect::<Vec<_>>().join(" "));
        if let Some(secret) = App::client_secret(app) {
            command.env("CLEVER_CLIENT_SECRET", secret);
        }
    }
    command.env("CLEVER_BASE_URL", emulator.base_url());
    if declares_development(emulator) {
        command.env("CLEVER_DEVELOPMENT", "true");
    }
}

/// Whether one of the addresses is plain http on another host: only then do the libraries need the development setting.
fn declares_development(emulator: &Emulator) -> bool {
    let apps = emulator.apps();
    let redirect_uris = apps.first().into_iter().flat_map(App::redirect_uris);
    redirect_uris.chain([emulator.base_url()]).any(needs_development)
}

/// Waits for the command. A command that is only stopped (SIGSTOP) has not ended.
async fn to_its_end(mut child: Child, mut signals: Signals) -> io::Result<ExitStatus> {
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => signal.pass_on(&child),
        }
    }
}

/// Like a shell: the command's exit code, or 128 plus the number of the signal that ended it.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(u8::try_from(signal.saturating_add(128)).unwrap_or(u8::MAX));
    }
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
