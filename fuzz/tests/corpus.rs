//! Every file of the corpus passes its target, with any Rust: what was found once stays fixed.

use std::fs;
use std::path::{Path, PathBuf};

use clever_sso_fuzz::TARGETS;

/// Another folder with more inputs, such as what a long search has kept.
const MORE: &str = "CLEVER_SSO_FUZZ_CORPUS";

fn inputs(target: &str) -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let folder = std::env::var_os(MORE).map_or(own, PathBuf::from).join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = files.map(|file| file.expect("it can be listed").path()).collect();
    files.sort();
    files
}

/// Runs the inputs of one target.
#[track_caller]
fn passes(target: &str) {
    let (_, check) = TARGETS.iter().find(|(name, _)| *name == target).expect("it is a target");
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "{target} has no inputs");
    for input in inputs {
        // A target that panics names its input, which a panic inside of C would not.
        let shown = input.display().to_string();
        let data = fs::read(&input).expect("it can be read");
        let result = std::panic::catch_unwind(|| check(&data));
        assert!(result.is_ok(), "{shown}");
    }
}

macro_rules! passes {
    ($($target:ident),*) => {
        $(#[test]
        fn $target() {
            passes(stringify!($target));
        })*

        #[test]
        fn every_target_is_run() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$(stringify!($target)),*]);
        }
    };
}

passes!(
    verify, jws, json, pending, cookies, callback, jwks, answers, discovery, return_to, times, c, http, world
);
