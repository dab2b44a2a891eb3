//! Whether Clever knows the redirect URIs, as far as that is visible from outside: Clever sends the browser to a login for
//! redirect URIs that it knows, and shows an error for others. Two more requests show the difference: one with an unregistered
//! address, and one without any, which Clever refuses only for reasons other than the redirect URI.

use std::fmt;

use http::{StatusCode, header};
use url::Url;

use super::report::Finding;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result, quote};
use crate::protocol::authorize::{AuthorizeParameters, ResponseType, authorize_url};
use crate::protocol::{Request, Response};

pub(super) const CHECK: &str = "redirect_uri";
/// A URI that no Clever app has registered, because no one can own such a name (RFC 6761 6.4).
pub(super) const UNREGISTERED: &str = "https://clever-sso-doctor.invalid/callback";
/// The maximum number of redirect URIs to check: more requests would take too long.
pub(super) const MOST: usize = 64;

/// The authorization request without a redirect URI. Clever then takes the first one of the app, so the redirect URI is no reason
/// to refuse it.
pub(super) fn request_without(config: &Config) -> Result<Request> {
    let mut url = Url::parse(&address(config, UNREGISTERED)?).map_err(|_| Error::new(ErrorCode::Internal))?;
    let others: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| name != "redirect_uri").collect();
    url.query_pairs_mut().clear().extend_pairs(others);
    request_to(url.as_str())
}

/// The authorization request with `redirect_uri`.
pub(super) fn request(config: &Config, redirect_uri: &str) -> Result<Request> {
    request_to(&address(config, redirect_uri)?)
}

fn address(config: &Config, redirect_uri: &str) -> Result<String> {
    let parameters = AuthorizeParameters {
        response_type: ResponseType::Code,
        client_id: &config.client_id,
        redirect_uri,
        state: None,
        nonce: None,
        district_id: None,
        switch_user: false,
    };
    Ok(authorize_url(&config.authorization_endpoint()?, &parameters))
}

fn request_to(url: &str) -> Result<Request> {
    http::Request::get(url)
        .header(header::ACCEPT, "text/html")
        .body(Vec::new())
        .map_err(|_| Error::new(ErrorCode::Internal))
}

/// Clever's response to a redirect URI.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Treated {
    /// It redirects the browser to this address (without the query).
    SentTo(String),
    ShownPage,
    Refused(u16),
    /// Its response with this status says nothing about the redirect URI.
    Unclear(u16),
}

pub(super) fn treated(response: &Response, asked: &str) -> Treated {
    let status = response.status();
    if status.is_success() {
        return Treated::ShownPage;
    }
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|location| Url::parse(asked).ok()?.join(location).ok());
    match (target.filter(|_| status.is_redirection()), status) {
        (Some(target), _) if target.query_pairs().any(|(name, _)| name == "error") => {
            Treated::Refused(status.as_u16())
        }
        (Some(mut target), _) => {
            target.set_query(None);
            target.set_fragment(None);
            Treated::SentTo(target.into())
        }
        // A gateway wants a login of its own.
        (None, StatusCode::UNAUTHORIZED) if response.headers().contains_key(header::WWW_AUTHENTICATE) => {
            Treated::Unclear(status.as_u16())
        }
        (None, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND) => {
            Treated::Refused(status.as_u16())
        }
        (None, status) => Treated::Unclear(status.as_u16()),
    }
}

/// Whether Clever knows the redirect URI with the response `own`, when the response to [`UNREGISTERED`] is `other`. `None` if that is
/// unclear.
pub(super) fn is_known(own: &Treated, other: Option<&Treated>) -> Option<bool> {
    use Treated::{Refused, SentTo, ShownPage, Unclear};
    match (own, other?) {
        (Refused(_), _) => Some(false),
        (SentTo(one), SentTo(other)) if one == other => None,
        (Unclear(_), _) | (_, Unclear(_)) | (ShownPage, ShownPage) => None,
        _ => Some(true),
    }
}

/// The host that everyone is sent to, if it belongs to someone else: `own` and `other` are as for [`is_known`], and `asked` is the
/// login address.
pub(super) fn led_away(own: &Treated, other: Option<&Treated>, asked: &str) -> Option<String> {
    let host = |address: &str| Some(Url::parse(address).ok()?.host_str()?.to_owned());
    let (Treated::SentTo(own), Some(Treated::SentTo(other))) = (own, other) else { return None };
    let (asked, own, other) = (host(asked)?, host(own)?, host(other)?);
    (own == other && !are_of_one_owner(&own, &asked)).then_some(own)
}

/// Whether one host is below the other, or both are below one name, as far as their names show it.
fn are_of_one_owner(one: &str, other: &str) -> bool {
    let is_below = |host: &str, name: &str| host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    let name_above =
        |host: &str| host.split_once('.').map(|(_, name)| name.to_owned()).filter(|name| name.contains('.'));
    let share_a_name = name_above(one).is_some_and(|name| name_above(other) == Some(name));
    one == other || is_below(one, other) || is_below(other, one) || share_a_name
}

/// Common misspellings of `uri`, and how each differs: the end of the sentence "they differ by".
pub(super) fn near(uri: &str) -> Vec<(String, &'static str)> {
    let mut near = Vec::new();
    let mut add = |other: Option<String>, why| near.extend(other.map(|other| (other, why)));
    let slash = uri.strip_suffix('/').map_or_else(|| format!("{uri}/"), str::to_owned);
    add(Some(slash), "a slash at the end");
    let scheme = uri.strip_prefix("http://").map(|rest| format!("https://{rest}"));
    add(
        scheme.or_else(|| uri.strip_prefix("https://").map(|rest| format!("http://{rest}"))),
        "http and https",
    );
    let host = |from: &str, to: &str| uri.contains(from).then(|| uri.replacen(from, to, 1));
    add(host("://www.", "://").or_else(|| host("://", "://www.")), "www.");
    add(
        host("://localhost", "://127.0.0.1").or_else(|| host("://127.0.0.1", "://localhost")),
        "the name of this machine",
    );
    add(uri.split_once('?').map(|(bare, _)| bare.to_owned()), "its query");
    let lower = uri.to_ascii_lowercase();
    add((lower != uri).then_some(lower), "capital letters");
    let listed = uri.trim_end_matches('.');
    add((listed != uri).then(|| listed.to_owned()), "a period at the end");
    if let Some((scheme, rest)) = uri.split_once("://") {
        let is_scheme = |text: &str| matches!(text, "http" | "https");
        let inner = rest.split_once("://").filter(|(inner, _)| is_scheme(inner));
        add(inner.map(|_| rest.to_owned()), "a second http:// or https://");
        let path = rest.contains("//").then(|| rest.replace("//", "/"));
        add(path.filter(|_| inner.is_none()).map(|rest| format!("{scheme}://{rest}")), "a double slash");
    }
    // Without the default port, and with the host in ASCII letters.
    let canonical = Url::parse(uri).ok().map(String::from);
    let is_new =
        |canonical: &String| ![uri, &*format!("{uri}/"), &*uri.to_ascii_lowercase()].contains(&&**canonical);
    add(canonical.filter(is_new), "the port, or how the host is written");
    near
}

/// The finding for a redirect URI when the login address does not respond as usual. Only browsers need that address.
pub(super) fn not_checked(uri: &str, why: &dyn fmt::Display) -> Finding {
    Finding::warning(
        CHECK,
        &format_args!("not checked: {}: the login address {why}", quote(uri)),
        &"open a login in a browser. If it fails there too, check status.clever.com, and the proxies and filters of your network",
    )
}

/// A login address that sends everyone to the same host of someone else.
pub(super) fn sent_away(uri: &str, host: &str, address: &str) -> Finding {
    Finding::warning(
        CHECK,
        &format_args!(
            "not checked: {}: the login address {address} sends everyone to {}",
            quote(uri),
            quote(host)
        ),
        &"open a login in a browser. If you don't see Clever's login page, sign in to the captive portal of this network, check \
          the proxy or gateway, or correct the address",
    )
}

/// A login address that refuses every request, also without a redirect URI. `told` describes its response to that one.
pub(super) fn refuses_all(config: &Config, address: &str, status: StatusCode, told: &str) -> Finding {
    let [endpoint, issuer, id, redirect_uri] =
        ["authorization_endpoint", "issuer", "client_id", "redirect_uri"].map(|name| config.names().of(name));
    if status == StatusCode::NOT_FOUND {
        return Finding::problem(
            CHECK,
            &format_args!("there is no login at {address}: it responds to every request with HTTP 404"),
            &format_args!(
                "correct the setting that this address comes from: {endpoint}, {issuer} or the base URL"
            ),
        );
    }
    Finding::problem(
        CHECK,
        &format_args!(
            "the login address {address} refuses every request ({told}), also without a redirect URI"
        ),
        &format_args!(
            "open a login in a browser. If you see an error page of Clever, compare {id} and {redirect_uri} with Clever's \
             dashboard. If you see another page, a proxy or filter responds instead of Clever. Otherwise, correct {endpoint}"
        ),
    )
}

/// The finding about redirect URIs after the first [`MOST`], if there are any.
pub(super) fn left_out(config: &Config) -> Option<Finding> {
    let count = config.redirect_uris.len().checked_sub(MOST).filter(|count| *count > 0)?;
    Some(Finding::warning(
        CHECK,
        &format_args!(
            "not checked: {count} of the {} redirect URIs, those after the first {MOST}",
            count + MOST
        ),
        &"compare them with Clever's dashboard, character by character",
    ))
}

/// The finding for a redirect URI that Clever does not know. `instead` is a similar one that Clever knows, if one was found.
pub(super) fn unknown(uri: &str, instead: Option<(&str, &str)>, config: &Config) -> Finding {
    let setting = config.names().of("redirect_uri");
    let shown = quote(uri);
    match instead {
        Some((known, why)) => Finding::problem(
            CHECK,
            &format_args!("Clever knows {}, but not {shown}: they differ by {why}", quote(known)),
            &format_args!("make {setting} and the redirect URI in Clever's dashboard exactly the same"),
        ),
        None if are_at_one_server(uri, &config.issuer) => Finding::problem(
            CHECK,
            &format_args!("Clever does not know {shown}: it leads to Clever, not to your application"),
            &format_args!(
                "set {setting} to the address of your own callback, and add it in Clever's dashboard"
            ),
        ),
        None => Finding::problem(
            CHECK,
            &format_args!("Clever does not know {shown} as a redirect URI of this app"),
            &format_args!(
                "add it in Clever's dashboard, or correct {setting}: Clever compares every character"
            ),
        ),
    }
}

/// Whether two addresses have the same host and port.
fn are_at_one_server(one: &str, other: &str) -> bool {
    let place = |address: &str| {
        let url = Url::parse(address).ok()?;
        Some((url.host_str()?.to_owned(), url.port_or_known_default()))
    };
    place(one).is_some_and(|one| place(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, location: Option<&str>) -> Response {
        let mut response = http::Response::builder().status(status);
        if let Some(location) = location {
            response = response.header(header::LOCATION, location);
        }
        response.body(Vec::new()).unwrap()
    }

    #[test]
    fn clevers_treatment_of_a_redirect_uri_is_read_from_status_and_location() {
        let asked = "https://clever.com/oauth/authorize?client_id=x";
        for (status, location, expected) in [
            (200, None, Treated::ShownPage),
            (
                302,
                Some("/oauth/district-picker?client_id=x"),
                Treated::SentTo("https://clever.com/oauth/district-picker".into()),
            ),
            (
                303,
                Some("https://app.example/cb?code=secret#x"),
                Treated::SentTo("https://app.example/cb".into()),
            ),
            (302, Some("/oauth/error?error=invalid_request"), Treated::Refused(302)),
            (302, None, Treated::Unclear(302)),
            (400, None, Treated::Refused(400)),
            (401, None, Treated::Refused(401)),
            (404, None, Treated::Refused(404)),
            (403, None, Treated::Unclear(403)),
            (429, None, Treated::Unclear(429)),
            (502, None, Treated::Unclear(502)),
        ] {
            assert_eq!(treated(&response(status, location), asked), expected, "{status} {location:?}");
        }
    }

    #[test]
    fn a_redirect_uri_is_known_if_it_is_treated_differently_than_an_unregistered_one() {
        let (login, error) = (Treated::SentTo("/login".into()), Treated::SentTo("/error".into()));
        let (refused, page, unclear) = (Treated::Refused(400), Treated::ShownPage, Treated::Unclear(403));
        for (own, other, known) in [
            (&login, Some(&refused), Some(true)),
            (&login, Some(&page), Some(true)),
            (&login, Some(&error), Some(true)),
            (&page, Some(&refused), Some(true)),
            (&refused, Some(&refused), Some(false)),
            (&refused, Some(&login), Some(false)),
            (&login, Some(&login), None),
            (&page, Some(&page), None),
            (&unclear, Some(&refused), None),
            (&login, Some(&unclear), None),
            (&login, None, None),
        ] {
            assert_eq!(is_known(own, other), known, "{own:?} {other:?}");
        }
    }

    #[test]
    fn a_gateway_that_wants_a_login_of_its_own_says_nothing_about_an_address() {
        let mut response = response(401, None);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, "Basic".parse().unwrap());
        assert_eq!(treated(&response, "https://clever.com/oauth/authorize"), Treated::Unclear(401));
    }

    #[test]
    fn a_host_of_someone_else_that_everyone_is_sent_to_is_found() {
        let asked = "https://clever.com/oauth/authorize";
        let to = |address: &str| Treated::SentTo(address.into());
        let portal = to("http://portal.example/login?of=guests");
        assert_eq!(led_away(&portal, Some(&portal), asked).as_deref(), Some("portal.example"));
        // Its page may differ from request to request.
        let again = to("http://portal.example/login/2");
        assert_eq!(led_away(&again, Some(&portal), asked).as_deref(), Some("portal.example"));
        for (own, other) in [
            (to("https://clever.com/login"), Some(to("https://clever.com/login"))),
            (to("https://accounts.clever.com/"), Some(to("https://accounts.clever.com/"))),
            (portal, Some(to("https://clever.com/error"))),
            (to("http://portal.example/"), Some(Treated::Refused(400))),
            (to("http://portal.example/"), None),
            (Treated::ShownPage, Some(Treated::ShownPage)),
        ] {
            assert_eq!(led_away(&own, other.as_ref(), asked), None, "{own:?} {other:?}");
        }
        for (one, other, expected) in [
            ("login.example.org", "accounts.example.org", true),
            ("example.org", "accounts.example.org", true),
            ("a.example.org", "example.org", true),
            ("badexample.org", "example.org", false),
            ("clever.example", "portal.example", false),
            ("127.0.0.1", "127.0.0.2", false),
        ] {
            assert_eq!(are_of_one_owner(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn similar_redirect_uris_are_tried() {
        let near_of = |uri: &str| near(uri).into_iter().map(|(other, _)| other).collect::<Vec<_>>();
        assert_eq!(
            near_of("https://app.example/CB?a=b"),
            [
                "https://app.example/CB?a=b/",
                "http://app.example/CB?a=b",
                "https://www.app.example/CB?a=b",
                "https://app.example/CB",
                "https://app.example/cb?a=b",
            ]
        );
        for (uri, meant) in [
            ("https://app.example/cb.", "https://app.example/cb"),
            ("https://https://app.example/cb", "https://app.example/cb"),
            ("https://app.example//cb", "https://app.example/cb"),
            ("https://app.example:443/cb", "https://app.example/cb"),
            ("https://schüler.example/cb", "https://xn--schler-5ya.example/cb"),
            ("https://App.example/CB", "https://app.example/CB"),
        ] {
            assert!(near_of(uri).contains(&meant.to_owned()), "{uri}: {:?}", near_of(uri));
        }
        assert_eq!(
            near_of("http://localhost:5000/cb/"),
            [
                "http://localhost:5000/cb",
                "https://localhost:5000/cb/",
                "http://www.localhost:5000/cb/",
                "http://127.0.0.1:5000/cb/",
            ]
        );
    }
}
