//! Runs the short form of `src/refresh`; `make test-models` runs the whole one.

use std::process::Command;

#[test]
fn keys_are_refreshed_well_in_each_order() {
    let output = Command::new(env!("CARGO_BIN_EXE_refresh")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
