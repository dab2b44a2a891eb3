//! `--world`, `init`, and the world in the documentation.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use clever_emulator::{Emulator, Options, World};

use crate::binary::{ended, start};
use crate::http;

/// A separate directory for each test, which is deleted with it.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("clever-emulator-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        Self(directory)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn init_writes_a_file_that_is_the_built_in_world() {
    let directory = Directory::new("init");
    let file = directory.join("own.toml");
    let (code, stdout, stderr) = ended(&["init", file.to_str().unwrap()]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""));
    assert!(stderr.contains("--world"), "{stderr}");
    assert_eq!(World::from_file(&file).unwrap(), World::built_in());
    assert_eq!(fs::read_to_string(&file).unwrap(), World::built_in_toml());
}

#[test]
fn init_overwrites_a_file_only_with_force() {
    let directory = Directory::new("force");
    let file = directory.join("own.toml");
    fs::write(&file, "mine").unwrap();
    let (code, _, stderr) = ended(&["init", file.to_str().unwrap()]);
    assert!(code == Some(2) && stderr.contains("--force"), "{stderr}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(ended(&["init", "--force", file.to_str().unwrap()]).0, Some(0));
    assert_eq!(World::from_file(&file).unwrap(), World::built_in());
}

#[test]
fn init_writes_to_standard_output() {
    let (code, stdout, stderr) = ended(&["init", "-"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), World::built_in_toml(), ""));
}

#[test]
fn a_wrong_world_file_is_reported_with_line_and_reason_and_exit_code_2() {
    let directory = Directory::new("wrong");
    let file = directory.join("own.toml");
    fs::write(&file, World::built_in_toml().replacen("handle = \"ada\"", "handel = \"ada\"", 1)).unwrap();
    let line = World::built_in_toml().lines().position(|line| line == "handle = \"ada\"").unwrap() + 1;
    let (code, stdout, stderr) = ended(&["--world", file.to_str().unwrap()]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains(&format!("own.toml:{line}: unknown field `handel`")), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let (code, _, stderr) = ended(&["--world", directory.join("absent.toml").to_str().unwrap()]);
    assert!(code == Some(2) && stderr.contains("absent.toml: the file cannot be read"), "{stderr}");
}

#[test]
fn the_binary_reloads_its_world_file_and_reports_a_wrong_one_on_standard_error() {
    let directory = Directory::new("again");
    let file = directory.join("own.toml");
    fs::write(&file, World::built_in_toml()).unwrap();
    let (mut running, line) = start(&["--world", file.to_str().unwrap()]);
    // The emulator checks the file again when a part of a second has passed on its clock.
    let page_has = |text: &str| {
        let own = line.trim().strip_prefix("http://").unwrap();
        let request = format!(
            "POST /_emulator/clock HTTP/1.1\r\nHost: {own}\r\nContent-Type: application/json\r\n\
             Content-Length: 13\r\nConnection: close\r\n\r\n{{\"advance\":1}}"
        );
        assert_eq!(http::parse(&http::raw(line.trim(), request.as_bytes())).status, 200);
        http::send(line.trim(), "GET", "/login", &[], b"").page().contains(text)
    };
    assert!(page_has("Ada Ashworth"));
    fs::write(&file, World::built_in_toml().replacen("\"Ada\"", "\"Adelheid\"", 1)).unwrap();
    assert!(page_has("Adelheid Ashworth"));
    fs::write(&file, "nonsense").unwrap();
    assert!(page_has("Adelheid Ashworth"));
    let stderr = BufReader::new(running.0.stderr.take().unwrap());
    let told = stderr.lines().map(Result::unwrap).find(|line| line.contains("own.toml:1: ")).unwrap();
    assert!(told.ends_with("The old world stays."), "{told}");
}

#[test]
fn the_world_in_the_documentation_is_valid() {
    let documentation = include_str!("../../../docs/emulator.md");
    let (_, rest) = documentation.split_once("```toml\n").unwrap();
    let world = World::from_toml(rest.split_once("```").unwrap().0).unwrap();
    let emulator = Emulator::start(Options::new().world(world.clone()).auto_login("ada")).unwrap();
    assert_eq!(emulator.apps(), world.apps());
    let client_id = world.apps()[0].client_id();
    let target = format!("/oauth/authorize?response_type=code&client_id={client_id}");
    assert_eq!(http::send(emulator.base_url(), "GET", &target, &[], b"").status, 302);
}
