//! The committed header must be the one that cbindgen writes from the source, and contain every exported function.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

mod layout;

/// Set by `make header`: write the header instead of comparing it.
const WRITE: &str = "CLEVER_SSO_WRITE_HEADER";

/// The version for functions that were in no release yet.
const NEW: &str = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The code between the README markers in the C example, with begin before finish, as comment lines.
fn example() -> String {
    let source = fs::read_to_string(root().join("examples/c/login.c")).unwrap();
    let mut parts: Vec<_> = source.split("/* README: begin */\n").skip(1).map(before_end).collect();
    assert_eq!(parts.len(), 2, "finish, begin");
    parts.swap(0, 1);
    parts.insert(1, String::new());
    let lines: Vec<_> =
        parts.join("\n").lines().map(|line| format!("//     {line}").trim_end().to_owned()).collect();
    lines.join("\n")
}

fn before_end(text: &str) -> String {
    let (part, _) = text.split_once("/* README: end */").unwrap();
    let indent = part.len() - part.trim_start().len();
    let lines: Vec<_> = part.trim_end().lines().map(|line| line.get(indent..).unwrap_or_default()).collect();
    lines.join("\n")
}

fn generate() -> String {
    let face = root().join("ffi");
    let config = cbindgen::Config::from_file(face.join("cbindgen.toml")).unwrap();
    let mut header = Vec::new();
    cbindgen::Builder::new().with_crate(&face).with_config(config).generate().unwrap().write(&mut header);
    let header = layout::arranged(&String::from_utf8(header).unwrap(), &face.join("src"), &since(), NEW);
    versions()
        .iter()
        .fold(header, |text, (mark, value)| text.replace(mark, value))
        .replace("@README@", &example())
}

/// The version in which each function was added, as `make abi` recorded it.
fn since() -> BTreeMap<String, String> {
    let symbols = fs::read_to_string(root().join("ffi/tests/abi/symbols.txt")).unwrap();
    let pair = |line: &str| line.split_once(' ').map(|(name, version)| (name.to_owned(), version.to_owned()));
    symbols.lines().map(|line| pair(line).unwrap()).collect()
}

/// The package version, which is not written anywhere else.
fn versions() -> [(&'static str, &'static str); 4] {
    [
        ("@VERSION@", env!("CARGO_PKG_VERSION")),
        ("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR")),
        ("@MINOR@", env!("CARGO_PKG_VERSION_MINOR")),
        ("@PATCH@", env!("CARGO_PKG_VERSION_PATCH")),
    ]
}

#[test]
fn the_committed_header_is_up_to_date() {
    let path = root().join("include/clever_sso.h");
    let fresh = generate();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "include/clever_sso.h is stale: run `make header`");
}

fn sources(folder: &Path) -> String {
    let read = |path: PathBuf| if path.is_dir() { sources(&path) } else { fs::read_to_string(path).unwrap() };
    fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap().path())).collect()
}

#[test]
fn every_exported_function_is_in_the_header() {
    let header = generate();
    let text = sources(&root().join("ffi/src"));
    let names: Vec<_> =
        text.split("pub extern \"C\" fn ").skip(1).map(|after| after.split('(').next().unwrap()).collect();
    assert!(names.len() > 100, "{}", names.len());
    for name in names {
        assert!(header.contains(&format!("{name}(")), "{name}");
    }
}
