//! The scenarios, grouped by the part of a login that they change.

use maud::{Markup, html};

use super::filter::{self, Filter};
use crate::scenarios::{Scenario, scenarios};

/// The prefixes of names, and the headings of their groups. A scenario with another prefix is in a group with that prefix.
const GROUPS: [(&str, &str); 8] = [
    ("id-token-", "The ID token"),
    ("keys-", "Keys that change"),
    ("discovery-", "The discovery document"),
    ("certs-", "The key set"),
    ("tokens-", "The token endpoint"),
    ("tokeninfo-", "Tokeninfo"),
    ("me-", "The API"),
    ("callback-", "The callback"),
];

pub(super) fn section(base_url: &str, filter: &Filter) -> Markup {
    let is_found = |scenario: &Scenario| filter::has_words(&filter.scenarios, &words(scenario));
    let searched = !filter.scenarios.is_empty();
    html! {
        p { "Each scenario is a complete Clever that does one thing differently. Give your app its address as the issuer (and as "
            "the base of the API), then log in. Other logins are not affected." }
        (filter::of_list(filter, "scenarios", "Search scenarios", &filter.scenarios))
        @for (title, group) in groups() {
            @let found = group.iter().any(|scenario| is_found(scenario));
            details.group open[searched && found] hidden[!found] {
                summary { h3 { (title) } " " span.hint { (group.len()) } }
                ul.scenarios { @for scenario in group { (row(base_url, scenario, !is_found(scenario))) } }
            }
        }
    }
}

/// The text that a search looks in.
fn words(scenario: &Scenario) -> String {
    [scenario.name(), scenario.what(), scenario.client(), scenario.outcome()].join(" ")
}

fn row(base_url: &str, scenario: &Scenario, hidden: bool) -> Markup {
    html! {
        li hidden[hidden] data-words=(words(scenario)) {
            strong { (scenario.name()) }
            p { (scenario.what()) }
            p.hint { "A good client: " (scenario.client()) }
            code.copy data-copy={ "the address of " (scenario.name()) } { (base_url) (scenario.prefix()) }
        }
    }
}

/// In the order of the table, each group once.
fn groups() -> Vec<(&'static str, Vec<&'static Scenario>)> {
    let mut groups: Vec<(&str, Vec<_>)> = Vec::new();
    for scenario in scenarios() {
        let title = title(scenario.name());
        match groups.iter_mut().find(|(own, _)| *own == title) {
            Some((_, group)) => group.push(scenario),
            None => groups.push((title, vec![scenario])),
        }
    }
    groups
}

fn title(name: &'static str) -> &'static str {
    let known = GROUPS.into_iter().find(|(beginning, _)| name.starts_with(beginning)).map(|(_, title)| title);
    known.unwrap_or_else(|| name.split('-').next().unwrap_or(name))
}
