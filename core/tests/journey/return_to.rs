//! A browser that resolves any `return_to` that the library accepts stays on the application's site.

use clever_sso::Config;
use clever_sso::LoginOptions;
use clever_sso::blocking::Client;
use proptest::prelude::*;
use url::Url;

use crate::scene::cases;

const APPLICATION: &str = "https://app.example/";
/// The parts of hostile targets: characters that begin, end or hide a host, and those that browsers drop or rewrite.
const PIECES: [&str; 28] = [
    "/",
    "/",
    "//",
    "\\",
    "/\\",
    ".",
    "..",
    "%2f",
    "%5C",
    "%2e",
    "%09",
    "%00",
    "\t",
    "\n",
    "\r",
    " ",
    "\u{a0}",
    "\u{2028}",
    "\u{ff0f}",
    "\u{ff3c}",
    "@",
    ":",
    "https:",
    "javascript:",
    "?",
    "#",
    "evil.example",
    "a",
];

fn client() -> Client {
    let config =
        Config::builder("client").client_secret("secret").redirect_uri("https://app.example/callback");
    Client::new(config.build().unwrap()).unwrap()
}

fn accepts(client: &Client, target: &str) -> bool {
    let mut options = LoginOptions::default();
    options.return_to = Some(target.to_owned());
    client.begin_login(&options).is_ok()
}

fn stays(target: &str) -> bool {
    let application = Url::parse(APPLICATION).unwrap();
    application.join(target).is_ok_and(|resolved| resolved.origin() == application.origin())
}

fn target() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..8);
    let hostile = pieces.prop_map(|pieces| pieces.concat());
    let path = hostile.clone().prop_map(|target| format!("/{target}"));
    prop_oneof![hostile, path, any::<String>(), any::<String>().prop_map(|text| format!("/{text}"))]
}

#[test]
fn an_accepted_return_to_never_leaves_the_application() {
    let client = client();
    proptest!(cases(4096), |(target in target())| {
        prop_assert!(!accepts(&client, &target) || stays(&target), "{target:?}");
    });
}

#[test]
fn ordinary_paths_are_accepted() {
    let client = client();
    proptest!(cases(256), |(target in "/([a-z0-9._~-]+(/[a-z0-9._~-]+){0,3})?(\\?[a-z]=[a-z0-9]{1,5})?")| {
        prop_assert!(accepts(&client, &target) && stays(&target), "{target:?}");
    });
}
