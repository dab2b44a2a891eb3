//! The addresses for the configuration of an app, a library or a product, with the different names that they have there.

use maud::{Markup, html};

/// The last part of an address, its name in the metadata of OpenID Connect, and its other usual names.
const ADDRESSES: [(&str, &str, &str); 9] = [
    (
        "",
        "issuer",
        "issuer URL, provider URL, authority, domain, base URL; in this project's libraries issuer and api_base",
    ),
    ("/.well-known/openid-configuration", "", "discovery URL, metadata URL, well-known URL"),
    ("/oauth/authorize", "authorization_endpoint", "authorization URL, authorize URL, auth URI"),
    ("/oauth/tokens", "token_endpoint", "token URL, access token URL"),
    ("/userinfo", "userinfo_endpoint", "user info URL, attributes URL, profile URL"),
    ("/oauth/certs", "jwks_uri", "JWKS URL, keys URL, token signing keys"),
    ("/oauth/tokeninfo", "", "tokeninfo: Clever's own"),
    (
        "/oauth/tokens?owner_type=district",
        "",
        "the list of district tokens: for apps that read whole districts",
    ),
    ("/v3.0/me", "", "/me: where an app without OpenID Connect asks who it is"),
];

/// All addresses, ready to be copied.
pub(super) fn table(base_url: &str) -> Markup {
    html! {
        p { "The issuer, the OAuth endpoints and the API are all below one address here; at Clever they are "
            code { "https://clever.com" } " and " code { "https://api.clever.com" } "." }
        dl.addresses {
            @for (path, member, called) in ADDRESSES {
                dt { @if !member.is_empty() { code { (member) } " " } span.hint { (called) } }
                dd { code.copy data-copy={ "the address " (base_url) (path) } { (base_url) (path) } }
            }
        }
    }
}
