//! `docs/scenarios.md` is up to date with the table of scenarios.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;

use clever_emulator::{Scenario, scenarios};

/// Write the page instead of comparing it.
const WRITE: &str = "CLEVER_EMULATOR_WRITE_SCENARIOS";

const OPENING: &str = "# Scenarios

Each scenario is a whole Clever that does exactly one thing differently. Its base URL is the emulator's with `/s/NAME` at the end.
Set `http://127.0.0.1:PORT/s/NAME` as the base URL of the client under test (for issuer, discovery and API), log
a person in, and compare. Tests can run at the same time: a scenario remembers things for one access token, one
code or one app only. `GET /_emulator/scenarios` returns this list as JSON, with every base URL. The plain base URL is not affected.

*Outcome* is the result of the call in this project's client: `error` or `restart` with the error code of
[errors.md](errors.md), or `signed_in`, `denied`, `ok`. The call is a complete login. For `tokeninfo-…`,
`me-…`, `user-…`, `district-…` and `userinfo-…` it is that call with the access token of a login.

`make scenarios` writes this page from the table in `emulator/src/scenarios/table.rs`.

| name | what this Clever does | what a good client does | outcome |
|---|---|---|---|
";

const MEMBERS: &str = "
## One member at a time

Members that only describe a person never stop a login. Each row is three scenarios: the member is
missing, null, or of another JSON type (a number instead of a string, an object or a list; the string `\"true\"` instead of a
boolean). A good client works without the member, and the outcome is the same as without a scenario.

The name is the path to the member. A member of a role or of a link is changed in every role or link (`user-data-roles-legacy-id-…`), and
`…-each-…` changes the entries of a list, or the roles themselves. A client that reads its endpoints from the discovery document
needs `authorization_endpoint` and `token_endpoint` there. Without them it fails with `config_invalid`.

| missing | null | of another type | outcome |
|---|---|---|---|
";

fn page() -> String {
    let (members, others): (Vec<_>, Vec<_>) = scenarios().iter().partition(|own| own.is_about_a_member());
    let page = others.iter().fold(OPENING.to_owned(), |mut page, scenario| {
        let (name, what) = (scenario.name(), scenario.what());
        writeln!(page, "| `{name}` | {what} | {} | `{}` |", scenario.client(), scenario.outcome()).unwrap();
        page
    });
    members.chunks(3).fold(page + MEMBERS, |mut page, chunk| {
        let names =
            chunk.iter().map(|scenario| format!("`{}`", scenario.name())).collect::<Vec<_>>().join(" | ");
        let outcomes: HashSet<_> = chunk.iter().map(|scenario| Scenario::outcome(scenario)).collect();
        assert_eq!(outcomes.len(), 1, "{names}");
        writeln!(page, "| {names} | `{}` |", chunk[0].outcome()).unwrap();
        page
    })
}

#[test]
fn the_page_of_scenarios_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scenarios.md");
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, page()).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap_or_default() == page(),
        "docs/scenarios.md is stale: write it again"
    );
}

#[test]
fn every_error_code_of_the_page_is_in_the_catalogue() {
    for scenario in scenarios() {
        if let Some((_, word)) = scenario.outcome().split_once(' ') {
            assert!(clever_sso::ErrorCode::ALL.iter().any(|code| code.as_str() == word), "{word}");
        }
    }
}
