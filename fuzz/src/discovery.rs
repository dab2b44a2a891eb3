//! The discovery document: it must come from the issuer and contain only allowed addresses.

use clever_sso::Metadata;
use clever_sso::protocol::{Response, discovery_response};
use serde_json::Value;
use url::{Host, Url};

use crate::people::ISSUER;
use crate::plain::plain;
use crate::rules::{is_linear, tells_nothing};

/// Reads the bytes as the issuer's document.
pub fn check(data: &[u8]) {
    let read = |body: &[u8]| discovery_response(&Response::new(body.to_vec()), ISSUER);
    let plain = plain(data);
    match read(data) {
        Ok(metadata) => {
            assert!(plain.is_none_or(|document| document["issuer"] == ISSUER));
            let Metadata { jwks_uri, authorization_endpoint, token_endpoint, userinfo_endpoint, .. } =
                &metadata;
            let others = [authorization_endpoint, token_endpoint, userinfo_endpoint];
            for address in others.into_iter().flatten().chain([jwks_uri]) {
                may_be_asked(address);
            }
            let mut document = serde_json::to_value(&metadata).expect("the document can be stored as JSON");
            assert_eq!(serde_json::from_value::<Metadata>(document.clone()).ok().as_ref(), Some(&metadata));
            document["issuer"] = ISSUER.into();
            assert_eq!(read(document.to_string().as_bytes()).as_ref(), Ok(&metadata));
        }
        Err(error) => {
            let members = plain.as_ref().and_then(Value::as_object).into_iter().flatten();
            let told: Vec<_> = ["issuer", "jwks_uri"]
                .iter()
                .filter_map(|name| plain.as_ref()?.get(name)?.as_str())
                .collect();
            let texts = members.filter_map(|(_, value)| value.as_str());
            let texts = texts.filter(|text| !told.iter().any(|told| told.contains(text)));
            let secret = plain.as_ref().filter(|document| document["issuer"] == ISSUER).and_then(password);
            tells_nothing(&error, texts.chain(secret));
        }
    }
    is_linear(data, |long| drop(read(long)));
}

/// The username or password in the address of the keys, unless the rest of the address contains the same text.
fn password(document: &Value) -> Option<&str> {
    let (_, rest) = document["jwks_uri"].as_str()?.split_once("//")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let (secret, host) = authority.rsplit_once('@')?;
    let after = &rest[authority.len()..];
    (!host.contains(secret) && !after.contains(secret)).then_some(secret)
}

fn may_be_asked(address: &str) {
    let url = Url::parse(address).expect("the endpoint is a URL");
    assert_eq!(url.as_str(), address, "the URL must be in canonical form");
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    assert!(url.scheme() == "https" || url.scheme() == "http" && is_loopback, "{address}");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{address}");
    assert!(
        address.len() <= 2048 && address.is_ascii() && !address.contains(char::is_whitespace),
        "{address}"
    );
}
