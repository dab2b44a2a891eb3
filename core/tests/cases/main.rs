//! Runs the table `tests/cases/cases.toml` through the async and the blocking client.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod browser;
mod face;
mod servers;
mod table;

use std::collections::HashMap;

use browser::Browser;
use clever_emulator::{App, Emulator, Options};
use face::{Face, Fields};
use table::{Case, Step, Table};

/// Shorter secrets would be found in texts by chance.
const SHORTEST_SECRET: usize = 12;

#[test]
fn every_case_has_the_expected_result_with_the_blocking_client() {
    run_all(Face::blocking);
}

#[test]
fn every_case_has_the_expected_result_with_the_async_client() {
    run_all(Face::in_runtime);
}

fn run_all(make: impl Fn(clever_sso::Config) -> Face) {
    let table = Table::read();
    let emulator = Emulator::start(options(&table)).unwrap();
    let html = servers::html_server();
    let bases = HashMap::from([
        ("emulator", emulator.base_url().to_owned()),
        ("closed", servers::closed_port()),
        ("html", html.clone()),
    ]);
    let clients: HashMap<_, _> =
        table.clients.keys().map(|name| (name.as_str(), make(table.config(name, &bases)))).collect();
    assert!(table.cases.len() > 30);
    for case in &table.cases {
        let (known, jars) = (Fields::new(), HashMap::new());
        Run { table: &table, clients: &clients, base: emulator.base_url(), known, jars }.case(case);
    }
}

fn options(table: &Table) -> Options {
    let options = Options::new().auto_login(&table.auto_login);
    table.apps.values().fold(options, |options, app| {
        let made = match app.secret.as_str() {
            "" => App::public(&app.client_id, &app.redirect_uri),
            secret => App::new(&app.client_id, secret, &app.redirect_uri),
        };
        let made = if app.oidc { made.with_oidc() } else { made };
        options.app(if app.library { made.with_library() } else { made })
    })
}

struct Run<'a> {
    table: &'a Table,
    clients: &'a HashMap<&'a str, Face>,
    base: &'a str,
    known: Fields,
    /// The browsers, each with the cookies that all of its tabs share.
    jars: HashMap<String, Fields>,
}

impl Run<'_> {
    fn case(&mut self, case: &Case) {
        for (number, step) in case.steps.iter().enumerate() {
            let place = format!("{}, step {} ({})", case.name, number + 1, step.action);
            let (result, fields) = self.step(step.client.as_deref().unwrap_or(&case.client), step);
            assert_eq!(result, step.expect, "{place}");
            self.check_silence(&fields, &place);
            for (name, expected) in &step.fields {
                assert_eq!(fields.get(name), Some(&self.filled(expected)), "{place}: {name}");
            }
            for name in &step.absent {
                assert_eq!(fields.get(name), None, "{place}: {name}");
            }
            self.remember(fields, step.save.as_deref());
        }
    }

    fn step(&mut self, client: &str, step: &Step) -> (String, Fields) {
        let mut arguments: Fields =
            step.arguments.iter().map(|(name, value)| (name.clone(), self.filled(value))).collect();
        let jar = arguments.remove("jar");
        if let Some(jar) = &jar {
            let cookies = self.jars.entry(jar.clone()).or_default();
            let header: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            arguments.insert("cookies".to_owned(), header.join("; "));
        }
        let (result, mut fields) = match step.action.as_str() {
            "browse" => Browser::go(&signed_in_user(arguments["url"].clone(), &arguments)),
            "portal" => Browser::go(&signed_in_user(self.portal_link(client), &arguments)),
            action => self.clients[client].call(action, &arguments),
        };
        let set_cookies = fields.remove("set_cookies");
        if let (Some(jar), Some(set_cookies)) = (jar, set_cookies) {
            fields.insert("logins".to_owned(), self.obey(&jar, &set_cookies).to_string());
        }
        (result, fields)
    }

    /// Sets the cookies in a jar. Returns how many logins are in progress there.
    fn obey(&mut self, jar: &str, set_cookies: &str) -> usize {
        let cookies = self.jars.get_mut(jar).unwrap();
        for cookie in set_cookies.split('|').filter(|cookie| !cookie.is_empty()) {
            let (pair, max_age) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match max_age {
                "0" => drop(cookies.remove(name)),
                _ => drop(cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        cookies.keys().filter(|name| name.starts_with("clever_login_")).count()
    }

    /// The link that a person clicks in the Clever Portal: no state, no nonce.
    fn portal_link(&self, client: &str) -> String {
        let app = &self.table.apps[&self.table.clients[client].app];
        format!(
            "{}/oauth/authorize?channel=clever-portal&client_id={}&confirmed=true&district_id={}&redirect_uri={}&response_type=code",
            self.base, app.client_id, self.table.district_id, app.redirect_uri
        )
    }

    fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.known {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
    }

    /// No message contains a code, a token, a state, a pending login or a secret.
    fn check_silence(&self, fields: &Fields, place: &str) {
        let Some(message) = fields.get("message") else { return };
        let secrets = self.table.apps.values().map(|app| &app.secret);
        let given = self.known.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value);
        for secret in secrets.chain(given).filter(|secret| secret.len() >= SHORTEST_SECRET) {
            assert!(!message.contains(secret.as_str()), "{place}: {message}");
        }
    }

    fn remember(&mut self, fields: Fields, save: Option<&str>) {
        for (name, value) in fields {
            if let Some(prefix) = save {
                self.known.insert(format!("{prefix}.{name}"), value.clone());
            }
            self.known.insert(name, value);
        }
    }
}

/// The URL with the person who uses the browser; without a person, the table's default one.
fn signed_in_user(mut url: String, arguments: &Fields) -> String {
    for (name, parameter) in
        [("person", "emulator_login"), ("admin", "emulator_admin"), ("claims", "emulator_claims")]
    {
        if let Some(value) = arguments.get(name) {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            url = format!("{url}&{parameter}={value}");
        }
    }
    url
}

fn is_secret(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    ["code", "state", "pending", "access_token", "id_token", "callback"].contains(&name)
}
