//! `clever-emulator init`: the built-in world as a file, to be edited.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clever_emulator::World;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The file to write; - means standard output
    #[arg(default_value = "world.toml")]
    file: PathBuf,

    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

/// Writes the file, or says why it cannot.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let file = arguments.file.display();
    let written = write(&arguments.file, arguments.force);
    let hint = match &written {
        Ok(()) if arguments.file == Path::new("-") => return ExitCode::SUCCESS,
        Ok(()) => format!("Edit {file}, then start clever-emulator --world {file}.\n"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            format!(
                "clever-emulator: {file} already exists. Choose another name, or overwrite it with --force.\n"
            )
        }
        Err(error) => format!("clever-emulator: cannot write {file}: {error}.\n"),
    };
    super::output::say(&hint);
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

fn write(file: &Path, force: bool) -> io::Result<()> {
    let text = World::built_in_toml().as_bytes();
    if file == Path::new("-") {
        let mut stdout = io::stdout();
        return stdout.write_all(text).and_then(|()| stdout.flush());
    }
    let mut options = OpenOptions::new();
    let options = options.write(true);
    let options = if force { options.create(true).truncate(true) } else { options.create_new(true) };
    options.open(file)?.write_all(text)
}
