//! Compares the public API of `clever-sso` with `core/tests/api/clever-sso.txt`, so that no one breaks other people's code
//! unknowingly, and checks that each operation has an example. `make test-api` and `make api` run it on the crate's documentation
//! as JSON.
#![expect(clippy::disallowed_methods, reason = "it reads and writes files")]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use public_api::Builder;
use serde_json::Value;

/// With fewer operations than this, the documentation was not read correctly.
const FEWEST_OPERATIONS: usize = 100;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("{faults}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Returns what is wrong; empty when nothing is.
fn run(arguments: &[String]) -> Outcome<String> {
    let (written, documentation, may_write) = match arguments {
        [json, written] => (written, json, false),
        [write, json, written] if write == "--write" => (written, json, true),
        _ => return Err("usage: clever-sso-api [--write] DOCUMENTATION.json API.txt".into()),
    };
    let api = public_api(documentation)?;
    if may_write {
        fs::write(written, &api)?;
    }
    let mut faults = changes(&fs::read_to_string(written)?, &api);
    let json: Value = serde_json::from_str(&fs::read_to_string(documentation)?)?;
    let (operations, without) = operations(&json)?;
    if operations < FEWEST_OPERATIONS {
        return Err(format!("only {operations} operations are found in {documentation}").into());
    }
    for name in without {
        writeln!(faults, "{name} has no example in its documentation")?;
    }
    Ok(faults)
}

fn public_api(documentation: &str) -> Outcome<String> {
    let builder =
        Builder::from_rustdoc_json(documentation).omit_blanket_impls(true).omit_auto_trait_impls(true);
    let api = builder.build().map_err(|error| {
        format!(
            "this Rust writes its documentation in another form than the crate `public-api` reads: {error}"
        )
    })?;
    // Items that the compiler adds to a derived `PartialEq` for its own use.
    let items = api.items().map(|item| format!("{item}\n"));
    Ok(items.filter(|item| !item.contains("::StructuralPartialEq for ")).collect())
}

/// The differences, for the person who decides what they mean for users.
fn changes(written: &str, found: &str) -> String {
    let lines = |text| str::lines(text).collect::<BTreeSet<_>>();
    let (written, found) = (lines(written), lines(found));
    if written == found {
        return String::new();
    }
    let list = |sign: char, lines: BTreeSet<&&str>| {
        lines.into_iter().fold(String::new(), |list, line| list + &format!("{sign} {line}\n"))
    };
    format!(
        "The public API of clever-sso has changed. What is gone (-), or is there in another form (- and +), breaks the code of others: \
         it belongs in a new major version (0.x: minor), and in CHANGELOG.md. Run `make api` to write the new one down.\n{}{}",
        list('-', written.difference(&found).collect()),
        list('+', found.difference(&written).collect())
    )
}

/// The number of operations, and those without an example. Each operation that can fail must have its own example, or be called
/// in the example of its type. For others, the example of the type is enough.
fn operations(json: &Value) -> Outcome<(usize, Vec<String>)> {
    let index = json.get("index").and_then(Value::as_object).ok_or("no index in the documentation")?;
    let ours = || index.values().filter(|item| item["crate_id"] == 0);
    let methods: BTreeMap<_, _> = ours()
        .map(|item| &item["inner"]["impl"])
        .flat_map(|implementation| items(implementation).map(move |method| (method, implementation)))
        .collect();
    let of_traits: HashSet<_> = ours().flat_map(|item| items(&item["inner"]["trait"])).collect();
    let (mut count, mut without) = (0, Vec::new());
    for item in ours().filter(|item| item["inner"]["function"].is_object()) {
        let id = item["id"].to_string();
        let implementation = methods.get(&id);
        let of_other_trait = implementation.is_some_and(|found| !found["trait"].is_null());
        if of_other_trait || of_traits.contains(&id) {
            continue;
        }
        count += 1;
        let of = implementation.and_then(|found| index.get(&found["for"]["resolved_path"]["id"].to_string()));
        let name = item["name"].as_str().unwrap_or_default();
        let calls_it = |docs: &str| docs.contains(&format!(".{name}("));
        let by_type = of.is_some_and(|of| {
            has_example(of) && (!can_fail(item) || of["docs"].as_str().is_some_and(calls_it))
        });
        if !has_example(item) && !by_type {
            let type_name = of.and_then(|of| of["name"].as_str()).map(|name| format!("{name}::"));
            without.push(format!("{}{name}", type_name.unwrap_or_default()));
        }
    }
    without.sort();
    Ok((count, without))
}

fn items(of: &Value) -> impl Iterator<Item = String> {
    of["items"].as_array().into_iter().flatten().map(Value::to_string)
}

fn has_example(item: &Value) -> bool {
    item["docs"].as_str().is_some_and(|docs| docs.contains("```"))
}

fn can_fail(function: &Value) -> bool {
    let output = &function["inner"]["function"]["sig"]["output"]["resolved_path"]["path"];
    output.as_str().is_some_and(|path| path.ends_with("Result"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn function(id: u32, name: &str, docs: &str, output: &str) -> Value {
        let sig = json!({ "output": { "resolved_path": { "path": output } } });
        json!({ "id": id, "crate_id": 0, "name": name, "docs": docs, "inner": { "function": { "sig": sig } } })
    }

    #[test]
    fn an_operation_without_an_example_is_found() {
        let of = json!({ "resolved_path": { "id": 1 } });
        let json = json!({ "index": {
            "1": { "id": 1, "crate_id": 0, "name": "Client", "docs": "```\n```", "inner": { "struct": {} } },
            "2": { "id": 2, "crate_id": 0, "inner": { "impl": { "trait": null, "for": of, "items": [3, 4] } } },
            "3": function(3, "issuer", "", "String"),
            "4": function(4, "me", "", "clever_sso::Result"),
            "5": { "id": 5, "crate_id": 0, "inner": { "impl": { "trait": {}, "for": of, "items": [6] } } },
            "6": function(6, "fmt", "", "fmt::Result"),
            "7": function(7, "with_example", "```\n```", "Result"),
            "8": function(8, "free", "No example.", "bool"),
            "9": { "id": 9, "crate_id": 7, "name": "not_ours", "inner": { "function": {} } },
        }});
        assert_eq!(operations(&json).unwrap(), (4, vec!["Client::me".to_owned(), "free".to_owned()]));
    }

    #[test]
    fn a_changed_api_is_reported_and_an_unchanged_one_is_not() {
        assert_eq!(changes("a\nb\n", "a\nb\n"), "");
        let told = changes("pub fn a()\npub fn b()\n", "pub fn a()\npub fn b(u8)\n");
        assert!(told.ends_with("- pub fn b()\n+ pub fn b(u8)\n") && told.contains("make api"), "{told}");
    }
}
