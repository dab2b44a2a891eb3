//! Tests that need their own process: for its environment, or because they count its descriptors and threads.

use std::process::Command;

/// Runs the ignored test `name` of this file's program alone, with these variables in its environment.
pub(crate) fn run(name: &str, environment: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--ignored", "--test-threads=1"]);
    for variable in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(variable).env_remove(variable.to_lowercase());
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// The variable that the parent process passed.
pub(crate) fn given(name: &str) -> String {
    std::env::var(name).unwrap()
}
