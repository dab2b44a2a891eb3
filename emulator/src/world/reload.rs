//! The world as of now: a file that has changed is read again.
//!
//! Nothing waits for changes. Whoever asks for the world looks at the file's modification time and size, and not even
//! that more often than every 200 milliseconds of the emulator's clock. A text that is wrong changes nothing, and is told
//! of once. What was granted stays with the people, who are known by their Clever ids.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::World;
use crate::apps::App;
use crate::clock::Clock;
use crate::options::StartError;
use crate::shared::locked;

/// In milliseconds.
const PAUSE: u64 = 200;

/// Where a world comes from.
#[derive(Debug, Clone, Default)]
pub(crate) enum Source {
    /// The emulator itself.
    #[default]
    BuiltIn,
    /// The program that starts it.
    Given(World),
    /// A file, which is read again when it changes.
    File(PathBuf),
}

/// A world that may change.
pub(crate) struct LiveWorld {
    file: Option<PathBuf>,
    given_apps: Vec<App>,
    state: Mutex<State>,
}

struct State {
    world: Arc<World>,
    stamp: Option<Stamp>,
    next_look: u64,
}

/// What tells one text of a file from another without reading it. The time alone is too coarse on some systems.
type Stamp = (SystemTime, u64);

impl LiveWorld {
    /// The world of this source, with these apps in the place of its own if there are any.
    pub(crate) fn start(source: Source, given_apps: Vec<App>) -> Result<Self, StartError> {
        let (world, file) = match source {
            Source::BuiltIn => (World::built_in(), None),
            Source::Given(world) => (world, None),
            Source::File(path) => (World::default(), Some(path)),
        };
        // The stamp is taken before the text is read: a change in between is then seen as one.
        let stamp = file.as_deref().and_then(stamp);
        let world = match &file {
            Some(path) => read(path, &given_apps)?,
            None => world.with_apps(&given_apps)?,
        };
        let state = State { world: Arc::new(world), stamp, next_look: 0 };
        Ok(Self { file, given_apps, state: Mutex::new(state) })
    }

    /// The world as of now.
    pub(crate) fn current(&self, clock: &Clock) -> Arc<World> {
        let mut state = locked(&self.state);
        if let Some(path) = &self.file {
            let now = clock.now_in_milliseconds();
            if now >= state.next_look {
                state.next_look = now.saturating_add(PAUSE);
                self.look(path, &mut state);
            }
        }
        Arc::clone(&state.world)
    }

    fn look(&self, path: &Path, state: &mut State) {
        let stamp = stamp(path);
        if stamp == state.stamp {
            return;
        }
        state.stamp = stamp;
        match read(path, &self.given_apps) {
            Ok(world) => state.world = Arc::new(world),
            Err(error) => {
                // Nobody may be reading standard error, and that is no reason to stop.
                let _ = writeln!(io::stderr(), "clever-emulator: {error} The world stays as it was.");
            }
        }
    }
}

fn read(path: &Path, given_apps: &[App]) -> Result<World, StartError> {
    Ok(World::from_file(path)?.with_apps(given_apps)?)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
