//! Runs every file of the corpus through its target, with any Rust toolchain, so that a fixed bug stays fixed.

use std::fs;
use std::path::{Path, PathBuf};

use clever_sso_fuzz::TARGETS;

/// Another folder with inputs, such as those from a long run.
const MORE: &str = "CLEVER_SSO_FUZZ_CORPUS";

fn inputs(target: &str) -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let folder = std::env::var_os(MORE).map_or(own, PathBuf::from).join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = files.map(|file| file.expect("the folder can be listed").path()).collect();
    files.sort();
    files
}

/// Runs all inputs of one target.
#[track_caller]
fn passes(target: &str) {
    let (_, check) = TARGETS.iter().find(|(name, _)| *name == target).expect("the name is a target");
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "{target} has no inputs");
    for input in inputs {
        // A panic in the target is reported with its input. An abort inside C would not be.
        let shown = input.display().to_string();
        let data = fs::read(&input).expect("the input can be read");
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
        fn every_target_is_tested() {
            assert_eq!(TARGETS.map(|(name, _)| name), [$(stringify!($target)),*]);
        }
    };
}

passes!(
    verify, jws, json, pending, cookies, callback, jwks, answers, discovery, return_to, times, c, http, world
);
