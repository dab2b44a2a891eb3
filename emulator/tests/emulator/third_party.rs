//! `docs/third-party.md` has the values of the emulator's metadata, with Clever's hosts instead of the emulator's.

use serde_json::Value;

use crate::support::{get, with_pages};

const PAGE: &str = include_str!("../../../docs/third-party.md");
const METADATA: &str = "/.well-known/openid-configuration";
const PRODUCTS: [&str; 7] = [
    "Amazon Cognito",
    "Auth0",
    "Keycloak",
    "mod_auth_openidc",
    "Microsoft Entra External ID",
    "Okta",
    "Firebase and Google Identity Platform",
];

/// The metadata with Clever's hosts: everything on one host, except userinfo, which is on the API's host.
struct Clever(Value);

impl Clever {
    fn read() -> Self {
        let emulator = with_pages();
        let mut metadata = get(&emulator, METADATA).json();
        for (member, value) in metadata.as_object_mut().unwrap() {
            let host =
                if member == "userinfo_endpoint" { "https://api.clever.com" } else { "https://clever.com" };
            if let Some(text) = value.as_str() {
                *value = text.replace(emulator.base_url(), host).into();
            }
        }
        metadata["metadata"] = format!("{}{METADATA}", metadata["issuer"].as_str().unwrap()).into();
        Self(metadata)
    }

    /// Does this member have this value, alone or in a list?
    fn says(&self, member: &str, value: &str) -> bool {
        match &self.0[member] {
            Value::Array(values) => values.iter().any(|known| known == value),
            known => known == value,
        }
    }
}

/// The last text that is formatted as code.
fn code(cell: &str) -> Option<&str> {
    cell.trim_end().strip_suffix('`')?.rsplit_once('`').map(|(_, code)| code)
}

/// Value and source of every row of every table, in this part of the page.
fn rows(part: &str) -> Vec<(&str, &str)> {
    let rows = part.lines().filter(|line| line.starts_with('|')).filter_map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        (cells.len() == 3 && !cells[1].starts_with('-') && cells[1] != "value").then(|| (cells[1], cells[2]))
    });
    rows.collect()
}

fn section(product: &str) -> &'static str {
    let heading = format!("\n## {product}\n");
    let start =
        PAGE.find(&heading).unwrap_or_else(|| panic!("there is no section {product}")) + heading.len();
    PAGE[start..].split("\n## ").next().unwrap()
}

#[test]
fn every_value_with_a_source_is_the_value_in_the_metadata() {
    let clever = Clever::read();
    let mut checked = 0;
    for (value, source) in rows(PAGE) {
        let Some(member) = code(source) else { continue };
        let value = code(value).unwrap_or_else(|| panic!("{value} is not formatted as code"));
        assert!(clever.0.get(member).is_some(), "the metadata has no {member}");
        assert!(clever.says(member, value), "{member} is not {value} but {}", clever.0[member]);
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn every_address_of_clever_has_a_source() {
    let clever = Clever::read();
    let addresses = |host: &'static str| PAGE.match_indices(host).map(|(place, _)| &PAGE[place..]);
    let mut count = 0;
    for rest in addresses("https://clever.com").chain(addresses("https://api.clever.com")) {
        let address = rest.split(['`', ' ', '\n', ')']).next().unwrap();
        let known = clever.0.as_object().unwrap().values().any(|value| value == address);
        assert!(known, "the metadata does not have {address}");
        count += 1;
    }
    let with_source = rows(PAGE).into_iter().filter(|(value, _)| value.contains("clever.com"));
    assert!(with_source.clone().all(|(_, source)| code(source).is_some()));
    assert_eq!(with_source.count(), count, "an address is outside the tables, where it is not compared");
}

#[test]
fn every_product_has_all_the_values_that_it_needs() {
    for product in PRODUCTS {
        let section = section(product);
        let sources: Vec<_> = rows(section).into_iter().filter_map(|(_, source)| code(source)).collect();
        assert!(sources.contains(&"issuer") || sources.contains(&"metadata"), "{product}");
        assert!(sources.contains(&"scopes_supported") && sources.contains(&"claims_supported"), "{product}");
        assert!(section.contains("those of the app | Clever's dashboard"), "{product}");
        assert!(section.contains("Callback to register at Clever"), "{product}");
    }
    assert_eq!(PAGE.matches("\n## ").count(), PRODUCTS.len() + 1);
}
