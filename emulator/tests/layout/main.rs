//! No crate has a circle of imports, so a file can be read, moved and tested without the files that use it.
//!
//! - `tokens`: Rust source as tokens, without comments, strings and unit tests;
//! - `crates`: the files of a crate and what each imports;
//! - `graph`: circles in a graph.

#[cfg(test)]
mod crates;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod tokens;

#[cfg(test)]
use std::path::{Path, PathBuf};

#[cfg(test)]
fn source(member: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(member).join("src")
}

#[cfg(test)]
#[track_caller]
fn assert_no_circle(member: &str, root: &str) {
    let imports = crates::imports(&source(member), root);
    assert!(imports.len() > 1, "{member}/src/{root} has no modules: was it read?");
    let circles = graph::circles(&imports);
    assert!(circles.is_empty(), "circles of imports in {member}/src: {circles:#?}");
}

#[test]
fn the_emulator_imports_in_one_direction() {
    assert_no_circle("emulator", "lib.rs");
    assert_no_circle("emulator", "main.rs");
}

/// The layers of the emulator, from the lowest. A file may import from its own layer and from those below.
#[cfg(test)]
const LAYERS: [&[&str]; 7] = [
    &["system.rs", "system/"],
    &["http.rs", "http/"],
    &["memory.rs", "memory/", "keys.rs", "keys/", "world.rs", "world/"],
    &["pages.rs", "pages/", "desk.rs", "desk/", "scenarios.rs", "scenarios/"],
    &["endpoints.rs", "endpoints/"],
    &["http/middleware.rs"],
    &["server.rs", "server/", "lib.rs"],
];

#[cfg(test)]
fn layer(file: &str) -> usize {
    let is_in = |layer: &&[&str]| layer.iter().any(|name| file.starts_with(name));
    LAYERS.iter().rposition(is_in).unwrap_or_else(|| panic!("{file} is in no layer"))
}

#[test]
fn no_layer_of_the_emulator_imports_from_a_higher_layer() {
    for (file, imported) in crates::imports(&source("emulator"), "lib.rs") {
        for other in imported {
            assert!(layer(&other) <= layer(&file), "{file} imports from {other}, which is in a higher layer");
        }
    }
}

#[test]
fn core_imports_in_one_direction() {
    assert_no_circle("core", "lib.rs");
}

#[test]
fn the_c_library_imports_in_one_direction() {
    assert_no_circle("ffi", "lib.rs");
}

#[test]
fn the_python_module_imports_in_one_direction() {
    assert_no_circle("python", "lib.rs");
}
