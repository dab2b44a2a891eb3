//! The filters of the desk. They are in the URL, so they work without the script, and links keep them.

use maud::{Markup, html};

use crate::http::parameters::Parameters;
use crate::memory::journal::Note;
use crate::world::World;

/// The filters; an empty filter shows everything.
#[derive(Default)]
pub(crate) struct Filter {
    /// Requests and logins of the app with this client id.
    pub(super) app: String,
    /// Only failed requests and logins.
    pub(super) failed: bool,
    /// The search for people.
    pub(super) people: String,
    /// The search for scenarios.
    pub(super) scenarios: String,
}

impl Filter {
    /// Reads the filters from the query of a page.
    pub(crate) fn of(parameters: &Parameters) -> Self {
        let text = |name| parameters.get(name).unwrap_or_default().to_owned();
        Self {
            app: text("app"),
            failed: parameters.get("failed").is_some(),
            people: text("people"),
            scenarios: text("scenarios"),
        }
    }

    pub(super) fn is_of_app(&self, app: Option<&str>) -> bool {
        self.app.is_empty() || app == Some(&self.app)
    }

    pub(super) fn shows(&self, note: &Note) -> bool {
        self.is_of_app(note.app.as_deref()) && (!self.failed || note.is_failure())
    }

    /// The other parts of the filter, so that a form keeps them.
    pub(super) fn hidden(&self, own: &[&str]) -> Markup {
        let failed = if self.failed { "true" } else { "" };
        let all = [
            ("app", &self.app[..]),
            ("failed", failed),
            ("people", &self.people),
            ("scenarios", &self.scenarios),
        ];
        html! {
            @for (name, value) in all {
                @if !own.contains(&name) && !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
        }
    }
}

/// The form that filters logins and journal.
pub(super) fn of_activity(filter: &Filter, world: &World) -> Markup {
    html! {
        form #activity .tools method="get" action="/_emulator/#logins" role="search" aria-label="Logins and journal" {
            (filter.hidden(&["app", "failed"]))
            div {
                label for="activity-app" { "App" }
                select #activity-app name="app" {
                    option value="" { "all apps" }
                    @for app in world.apps() {
                        option value=(app.client_id()) selected[app.client_id() == filter.app] { (app.name()) }
                    }
                }
            }
            label.check { input type="checkbox" name="failed" value="true" checked[filter.failed]; " Failed only" }
            button.plain { "Show" }
        }
    }
}

/// The form that looks for people or scenarios.
pub(super) fn of_list(filter: &Filter, name: &str, label: &str, value: &str) -> Markup {
    let id = format!("{name}-search");
    html! {
        form.tools method="get" action={ "/_emulator/#" (name) } role="search" aria-label=(label) data-list=(name) {
            (filter.hidden(&[name]))
            div {
                label for=(id) { (label) }
                input id=(id) type="search" name=(name) value=(value) autocomplete="off" spellcheck="false";
            }
            button.plain aria-label={ "Search: " (label) } { "Search" }
            p.hint role="status" data-count=(name) {}
        }
    }
}

/// Whether every word of the search is in the text. An empty search finds every text.
pub(super) fn has_words(search: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| text.contains(word))
}
