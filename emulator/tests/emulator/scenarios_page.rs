//! `docs/scenarios.md` says what the table of scenarios says.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;

use clever_emulator::{Scenario, scenarios};

/// Write the page instead of comparing it.
const WRITE: &str = "CLEVER_EMULATOR_WRITE_SCENARIOS";

const OPENING: &str = "# Scenarios

Each of these is a whole Clever that does exactly one thing otherwise. Its base URL is that of the emulator with `/s/NAME` behind
it: give the client under test `http://127.0.0.1:PORT/s/NAME` as its base URL (issuer, discovery and API are all below it), log
somebody in, and compare. Tests may run at the same time: what a scenario must remember, it remembers for one access token, one
code or one app. `GET /_emulator/scenarios` lists the same as JSON, with every base URL; the plain base URL is not touched.

*Outcome* is what happens to the call in this project's client: `error` and `restart` with the error code of
[errors.md](errors.md) behind it, or `signed_in`, `denied`, `ok`. The call is a login to its end; for `tokeninfo-…`,
`me-…`, `user-…`, `district-…` and `userinfo-…` it is that call with the access token of a login.

This page is written from the table in `emulator/src/scenarios/table.rs` by
`CLEVER_EMULATOR_WRITE_SCENARIOS=1 cargo test -p clever-emulator --test emulator page`.

| name | what this Clever does | what a good client does | outcome |
|---|---|---|---|
";

const MEMBERS: &str = "
## One member at a time

Members that only describe somebody, and decide nothing, never keep a person out. Each row is three scenarios: the member is
missing, null, or of another JSON type (a number instead of a string, an object or a list; the string `\"true\"` instead of a
boolean). A good client does without the member, and the outcome is the same as without a scenario.

The name is the path to the member. A member of a role or of a link is changed in every role or link (`user-data-roles-legacy-id-…`), and
`…-each-…` changes the entries of a list, or the roles themselves. A client that takes its addresses from the discovery document
needs `authorization_endpoint` and `token_endpoint` there, and fails with `config_invalid` without them.

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
fn every_code_word_of_the_page_is_in_the_catalogue() {
    for scenario in scenarios() {
        if let Some((_, word)) = scenario.outcome().split_once(' ') {
            assert!(clever_sso::ErrorCode::ALL.iter().any(|code| code.as_str() == word), "{word}");
        }
    }
}
