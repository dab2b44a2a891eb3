//! The current world: a file that has changed is read again.
//!
//! A running emulator looks at the file's modification time and size twice a second. A request looks too, at most every 200
//! milliseconds of the emulator's clock, so that it is answered from what the file says now. A wrong text changes nothing.
//! Standard error reports both. Codes, tokens and sign-ins stay with the people, who are recognized by their Clever ids. People
//! and apps from the control API stay too.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::additions::Addition;
use super::apps::App;
use super::error::LoadError;
use super::model::World;
use super::person::Person;
use crate::memory::locked;
use crate::system::clock::Clock;
use crate::system::output::STANDARD_ERROR;

/// In milliseconds.
const PAUSE: u64 = 200;
/// The time between two checks without a request.
const LOOKS_APART: Duration = Duration::from_millis(500);
/// How many people and apps can be added, so that a long run does not fill the memory.
const MOST_ADDED: usize = 1000;

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
    /// The world of its source.
    base: World,
    added: Vec<Addition>,
    /// Source and additions together.
    world: Arc<World>,
    stamp: Option<Stamp>,
    next_look: u64,
}

/// Identifies the content of a file without reading it. The time alone is too coarse on some systems.
type Stamp = (SystemTime, u64);

impl LiveWorld {
    /// The world of this source, with these apps instead of its own if there are any.
    pub(crate) fn start(source: Source, given_apps: Vec<App>) -> Result<Self, LoadError> {
        let (world, file) = match source {
            Source::BuiltIn => (World::built_in(), None),
            Source::Given(world) => (world, None),
            Source::File(path) => (World::default(), Some(path)),
        };
        // The stamp is taken before the text is read, so a change in between is noticed.
        let stamp = file.as_deref().and_then(stamp);
        let base = match &file {
            Some(path) => read(path, &given_apps)?,
            None => world.with_apps(&given_apps)?,
        };
        let world = Arc::new(base.clone());
        let state = State { base, added: Vec::new(), world, stamp, next_look: 0 };
        Ok(Self { file, given_apps, state: Mutex::new(state) })
    }

    /// The current world.
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

    /// Checks the file again and again, independent of the emulator's clock. A file that is being written is not read until it
    /// looks the same twice.
    pub(crate) async fn watch(&self) {
        let Some(path) = &self.file else { return };
        let mut before = stamp(path);
        loop {
            tokio::time::sleep(LOOKS_APART).await;
            let now = stamp(path);
            if now == before {
                self.look(path, &mut locked(&self.state));
            }
            before = now;
        }
    }

    /// Adds the person that this object describes, or says what is wrong with it.
    pub(crate) fn add_person(&self, members: Map<String, Value>) -> Result<Arc<Person>, String> {
        let mut state = locked(&self.state);
        let person = Arc::new(state.world.new_person(members)?);
        state.add(Addition::Person(Arc::clone(&person)))?;
        Ok(person)
    }

    /// Adds the app that this object describes, or says what is wrong with it. The identifier and secret of an existing app add
    /// redirect URIs to it.
    pub(crate) fn add_app(&self, members: &Map<String, Value>) -> Result<App, String> {
        let mut state = locked(&self.state);
        let app = state.world.new_app(members)?;
        let client_id = app.client_id().to_owned();
        state.add(Addition::App(app))?;
        state.world.app(&client_id).cloned().ok_or_else(|| "the app could not be added.".to_owned())
    }

    /// Removes the additions.
    pub(crate) fn reset(&self) {
        let mut state = locked(&self.state);
        state.added.clear();
        state.world = Arc::new(state.base.clone());
    }

    fn look(&self, path: &Path, state: &mut State) {
        let stamp = stamp(path);
        if stamp == state.stamp {
            return;
        }
        state.stamp = stamp;
        // Reading a pipe may take forever, and no request would be answered.
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            say(&format!("{} is no longer a regular file. The old world stays.", path.display()));
            return;
        }
        match read(path, &self.given_apps) {
            Ok(world) => {
                let (people, apps) = (world.people().len(), world.apps().len());
                let lost = state.take(world);
                say(&format!("{} was read again: {people} people, {apps} apps.", path.display()));
                for reason in lost {
                    say(&format!("some people or apps from the control API were removed: {reason}."));
                }
            }
            Err(error) => say(&format!("{error} The old world stays.")),
        }
    }
}

impl State {
    fn add(&mut self, addition: Addition) -> Result<(), String> {
        if self.added.len() >= MOST_ADDED {
            return Err(format!(
                "{MOST_ADDED} people and apps have been added; reset the emulator to add more."
            ));
        }
        self.world = Arc::new(World::clone(&self.world).with(&addition)?);
        self.added.push(addition);
        Ok(())
    }

    /// Replaces the world of the source with another one. Additions that no longer fit are removed, for the returned reasons.
    fn take(&mut self, base: World) -> Vec<String> {
        let (mut world, mut reasons) = (base.clone(), Vec::new());
        self.added.retain(|addition| match world.clone().with(addition) {
            Ok(more) => {
                world = more;
                true
            }
            Err(reason) => {
                reasons.push(reason);
                false
            }
        });
        self.base = base;
        self.world = Arc::new(world);
        reasons
    }
}

fn say(text: &str) {
    STANDARD_ERROR.say(format!("clever-emulator: {text}\n"));
}

fn read(path: &Path, given_apps: &[App]) -> Result<World, LoadError> {
    Ok(World::from_file(path)?.with_apps(given_apps)?)
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
