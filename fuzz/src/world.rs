//! A world file: each person in it can be found, and an error names the line but contains no secret.

use clever_emulator::{InMemory, Options, World};

use crate::rules::{hash, is_linear};

/// Reads the bytes as a world file.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match World::from_toml(text) {
        Ok(world) => {
            assert!(!world.people().is_empty());
            for person in world.people() {
                for name in [&person.handle, &person.id, &person.sign_in_number] {
                    assert_eq!(
                        world.person(name).map(|found| found.id.clone()),
                        Some(person.id.clone()),
                        "{name}"
                    );
                }
            }
            // It can be served: every page shows it.
            if hash(data).is_multiple_of(16) {
                let handle = world.people()[0].handle.clone();
                let emulator = InMemory::new(Options::new().world(world).auto_login(handle));
                serves(&emulator.expect("the file is a world"));
            }
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.chars().any(|character| character.is_control() && character != '\n'), "{said:?}");
            for secret in secrets(text) {
                assert!(!said.contains(secret), "{said}");
            }
        }
    }
    is_linear(data, |long| drop(std::str::from_utf8(long).map(World::from_toml)));
}

fn serves(emulator: &InMemory) {
    for path in
        ["/login", "/_emulator/", "/oauth/district-picker?response_type=code&client_id=x&redirect_uri=y"]
    {
        let answer = emulator.answer(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
        assert!(answer.starts_with(b"HTTP/1.1 ") && !answer.starts_with(b"HTTP/1.1 5"), "{path}");
    }
}

/// The values of the secret member that are written without escapes.
fn secrets(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let value = line.trim().strip_prefix("client_secret")?.trim_start().strip_prefix('=')?;
        let secret = value.trim().strip_prefix('"')?.split('"').next()?;
        (secret.len() >= 16 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(secret)
    })
}
