//! Where a person goes after a sign-in: only ever a path of the emulator.

use url::form_urlencoded;

use crate::http::parameters::{Parameters, escaped};
use crate::http::request::Request;
use crate::world::{App, World};

/// The target of a request, if it is valid.
pub(super) fn of(parameters: &Parameters) -> Option<&str> {
    parameters.get("target").filter(|target| is_own_path(target))
}

/// The request itself as a target: it is repeated after a sign-in.
pub(super) fn here(request: &Request) -> String {
    let target = request.uri.path_and_query().map_or("/", |target| target.as_str());
    format!("{}{target}", request.prefix)
}

/// The login page that leads to this target; of the home with this short name, if it is known.
pub(super) fn login_page(short_name: Option<&str>, target: &str) -> String {
    let portal = short_name.map(|short_name| format!("portal={}&", escaped(short_name))).unwrap_or_default();
    format!("/login?{portal}target={}", escaped(target))
}

/// The app that is waiting behind a target.
pub(super) fn app<'a>(world: &'a World, target: Option<&str>) -> Option<&'a App> {
    let (path, query) = target?.split_once('?')?;
    if !path.ends_with("/oauth/authorize") && !path.ends_with("/oauth/instant-login") {
        return None;
    }
    let client_id = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "client_id")?.1;
    world.app(&client_id)
}

/// The same target with `confirmed=true`; everything else in it stays exactly the same.
pub(super) fn confirmed(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_confirmed =
        |pair: &&str| form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| name == "confirmed");
    let others = query.split('&').filter(|pair| !pair.is_empty() && !is_confirmed(pair));
    let pairs: Vec<_> = others.chain(["confirmed=true"]).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// Is this a path of the emulator that no browser reads as another host? Two slashes begin a host, browsers read a backslash as
/// a slash, and they first drop tabs and line feeds.
fn is_own_path(target: &str) -> bool {
    target.starts_with('/')
        && !target.starts_with("//")
        && target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_path_of_the_emulator() {
        for target in ["/", "/login", "/oauth/authorize?redirect_uri=http%3A%2F%2Fa%2F&x=//y"] {
            assert!(is_own_path(target), "{target}");
        }
    }

    #[test]
    fn other_texts_are_not_targets() {
        let hostile = [
            "",
            "x",
            "//evil",
            "/\\evil",
            "/\t/evil",
            "/\n/evil",
            "http://evil",
            "\\\\evil",
            " /x",
            "/é",
            "/a b",
        ];
        for target in hostile {
            assert!(!is_own_path(target), "{target:?}");
        }
    }

    #[test]
    fn a_confirmed_target_has_confirmed_once_and_keeps_the_rest_unchanged() {
        for (target, expected) in [
            ("/a?state=a+b%2f&confirmed=false", "/a?state=a+b%2f&confirmed=true"),
            ("/a?%63onfirmed=false&state=s", "/a?state=s&confirmed=true"),
            ("/a", "/a?confirmed=true"),
        ] {
            assert_eq!(confirmed(target), expected);
        }
    }

    #[test]
    fn only_the_targets_of_logins_belong_to_an_app() {
        let world = World::built_in();
        let name = |target: &str| app(&world, Some(target)).map(|app| app.name().to_owned());
        let word_garden = "client_id=e3a91c57d0b846f2a5c8";
        assert_eq!(name(&format!("/oauth/authorize?x=1&{word_garden}")), Some("Word Garden".to_owned()));
        assert_eq!(name(&format!("/s/x/oauth/instant-login?{word_garden}")), Some("Word Garden".to_owned()));
        assert_eq!(name(&format!("/in/emulated?{word_garden}")), None);
        assert_eq!(name("/oauth/authorize?client_id=nobody"), None);
    }
}
