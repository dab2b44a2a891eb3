//! A world file that changes while the emulator runs.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clever_emulator::{Emulator, Options, World};
use serde_json::json;

use crate::support::{
    FORM, asks_who_it_is, authorize_target, code, exchange, form, get, get_as, get_with, options, post,
    tokens,
};

/// An emulator and its world file, which is deleted with it.
struct Edited {
    emulator: Emulator,
    file: PathBuf,
}

impl Edited {
    fn new(name: &str, options: Options) -> Self {
        let file = std::env::temp_dir().join(format!("clever-emulator-{name}-{}.toml", std::process::id()));
        fs::write(&file, World::built_in_toml()).unwrap();
        let emulator = Emulator::start(options.world_file(&file)).unwrap();
        Self { emulator, file }
    }

    /// Replaces the text, and moves the emulator's clock beyond the pause between two checks of the file.
    fn write(&self, text: &str) {
        fs::write(&self.file, text).unwrap();
        self.emulator.advance(Duration::from_millis(200));
    }

    fn edit(&self, old: &str, new: &str) {
        assert!(World::built_in_toml().contains(old), "{old}");
        self.write(&World::built_in_toml().replacen(old, new, 1));
    }

    /// Removes Ada's table, and nothing else.
    fn remove_ada(&self) {
        let (before, rest) = World::built_in_toml().split_once("[[person]]\nhandle = \"ada\"").unwrap();
        let (_, after) = rest.split_once("[[person]]").unwrap();
        self.write(&format!("{before}[[person]]{after}"));
    }
}

impl Drop for Edited {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}

fn first_name(edited: &Edited, token: &str) -> serde_json::Value {
    get_as(&edited.emulator, token, "/userinfo").json()["name"]["first"].clone()
}

#[cfg(unix)]
#[test]
fn a_pipe_instead_of_the_world_file_delays_no_response() {
    let edited = Edited::new("pipe", options());
    fs::remove_file(&edited.file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&edited.file).status().unwrap().success());
    edited.emulator.advance(Duration::from_millis(200));
    assert_eq!(get(&edited.emulator, "/healthz").status, 200);
    assert!(edited.emulator.person("ada").is_some());
    fs::remove_file(&edited.file).unwrap();
    edited.edit("given_name = \"Ada\"", "given_name = \"Adelheid\"");
    assert_eq!(edited.emulator.person("ada").unwrap().given_name, "Adelheid");
}

#[test]
fn an_older_token_reads_the_changed_data_at_the_next_request() {
    let edited = Edited::new("change", options().auto_login("ada"));
    let (emulator, earlier) = (&edited.emulator, code(&edited.emulator, "oidc-app", ""));
    let tokens = tokens(emulator, "oidc-app", "");
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(first_name(&edited, token), "Ada");
    edited.edit("given_name = \"Ada\"", "given_name = \"Adelheid\"");
    assert_eq!(first_name(&edited, token), "Adelheid");
    let later = exchange(emulator, "oidc-app", &earlier).json();
    assert_eq!(first_name(&edited, later["access_token"].as_str().unwrap()), "Adelheid");
    assert_eq!(emulator.person("ada").unwrap().given_name, "Adelheid");
}

#[test]
fn a_session_stays_signed_in_after_a_change_of_the_file() {
    let edited = Edited::new("session", options());
    let body = form(&[("username", "510001"), ("password", "510001")]);
    let answer = post(&edited.emulator, "/login", &[FORM], &body);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    edited.edit("given_name = \"Ada\"", "given_name = \"Adelheid\"");
    let page = get_with(&edited.emulator, "/login", &[("Cookie", &cookie)]);
    assert!(page.page().contains(r#"Signed in as <strong dir="auto">Adelheid Ashworth"#));
    edited.remove_ada();
    let answer = get_with(&edited.emulator, &authorize_target("oauth-app", ""), &[("Cookie", &cookie)]);
    assert!(asks_who_it_is(&answer));
}

#[test]
fn grants_of_a_removed_person_are_invalid_until_the_person_is_back() {
    let edited = Edited::new("gone", options().auto_login("ada"));
    let emulator = &edited.emulator;
    let (code, tokens) = (code(emulator, "oauth-app", ""), tokens(emulator, "oauth-app", ""));
    let token = tokens["access_token"].as_str().unwrap();
    edited.remove_ada();
    assert_eq!(get_as(emulator, token, "/v3.0/me").status, 401);
    assert_eq!(exchange(emulator, "oauth-app", &code).status, 400);
    let answer = get(emulator, &authorize_target("oauth-app", ""));
    assert!(answer.status == 400 && answer.page().contains("No person has the name &quot;ada&quot;"));
    edited.write(World::built_in_toml());
    assert_eq!(get_as(emulator, token, "/v3.0/me").status, 200);
}

#[test]
fn a_token_stays_valid_when_its_person_loses_access_to_the_app() {
    let edited = Edited::new("access", Options::new().auto_login("ada"));
    let target = "/oauth/authorize?response_type=token&client_id=e3a91c57d0b846f2a5c8";
    let location = get(&edited.emulator, target).location().to_owned();
    let token = location.split("access_token=").nth(1).unwrap().split('&').next().unwrap();
    edited.edit("oidc = true", "oidc = true\nuser_types = [\"teacher\"]");
    assert_eq!(get(&edited.emulator, target).status, 403);
    assert_eq!(get_as(&edited.emulator, token, "/v3.0/me").status, 200);
}

#[test]
fn an_invalid_file_changes_nothing_and_the_next_valid_one_is_used() {
    let edited = Edited::new("broken", options().auto_login("ada"));
    let tokens = tokens(&edited.emulator, "oauth-app", "");
    let token = tokens["access_token"].as_str().unwrap();
    for broken in ["", "[[person", "[[person]]\nhandle = \"ada\"\n"] {
        edited.write(broken);
        assert_eq!(first_name(&edited, token), "Ada", "{broken}");
    }
    fs::remove_file(&edited.file).unwrap();
    edited.emulator.advance(Duration::from_millis(200));
    assert_eq!(first_name(&edited, token), "Ada");
    edited.edit("given_name = \"Ada\"", "given_name = \"Adelheid\"");
    assert_eq!(first_name(&edited, token), "Adelheid");
}

#[test]
fn apps_of_the_file_are_also_reloaded() {
    let edited = Edited::new("apps", Options::new().auto_login("ada"));
    let target = "/oauth/authorize?response_type=code&client_id=e3a91c57d0b846f2a5c8";
    assert_eq!(get(&edited.emulator, target).status, 302);
    edited.edit("oidc = true", "oidc = true\nuser_types = [\"teacher\"]");
    assert_eq!(get(&edited.emulator, target).status, 403);
    edited.edit("e3a91c57d0b846f2a5c8", "another-client-id");
    assert_eq!(get(&edited.emulator, target).status, 400);
    assert_eq!(edited.emulator.apps()[0].client_id(), "another-client-id");
}

#[test]
fn apps_from_the_options_stay_when_the_file_changes() {
    let edited = Edited::new("given", options().auto_login("ada"));
    edited.edit("given_name = \"Ada\"", "given_name = \"Adelheid\"");
    let tokens = tokens(&edited.emulator, "oauth-app", "");
    let name = first_name(&edited, tokens["access_token"].as_str().unwrap());
    assert_eq!((name, edited.emulator.apps().len()), (json!("Adelheid"), 4));
}
