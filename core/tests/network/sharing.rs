//! Keys that one process passes to another, and keys at a configured address.

use clever_sso::{AuthorizeOptions, ErrorCode, SettingNames};
use serde_json::{Value, json};

use crate::clever::{CERTS, DISCOVERY, client, config, made, publishing, word};
use crate::server::Server;
use crate::signer::Signer;

#[test]
fn a_process_with_imported_keys_fetches_none() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let (first, second) = (client(&server.base()), client(&server.base()));
    second.import_keys(&first.export_keys().unwrap()).unwrap();
    assert!(second.verify_id_token(&Signer::first().token(&server.base()), None, None).is_ok());
    assert_eq!((server.count(DISCOVERY), server.count(CERTS)), (1, 1));
}

/// The key cache of PHP knows its own files by this.
#[test]
fn exported_keys_begin_with_the_issuer_and_the_time() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let exported = client(&server.base()).export_keys().unwrap();
    let beginning = format!("{{\"issuer\":\"{}\",\"fresh_until\":", server.base());
    assert!(exported.starts_with(&beginning), "{exported}");
}

#[test]
fn old_imported_keys_are_fetched_again() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let (first, second) = (client(&server.base()), client(&server.base()));
    let mut exported: Value = serde_json::from_str(&first.export_keys().unwrap()).unwrap();
    exported["fresh_until"] = json!(1);
    second.import_keys(&exported.to_string()).unwrap();
    assert!(second.verify_id_token(&Signer::first().token(&server.base()), None, None).is_ok());
    assert_eq!(server.count(CERTS), 2);
}

#[test]
fn text_that_is_not_an_export_for_this_issuer_is_refused() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let client = client(&server.base());
    let exported = client.export_keys().unwrap();
    let foreign = exported.replace(&server.base(), "https://evil.example");
    let members: Value = serde_json::from_str(&exported).unwrap();
    let listed = json!([members["issuer"], members["fresh_until"], members["jwks"]]).to_string();
    let nested = json!([members]).to_string();
    let twice = exported.replacen('{', &format!("{{\"issuer\":{},", members["issuer"]), 1);
    for text in ["", "{}", "[]", "null", &foreign, &listed, &nested, &twice, r#"{"keys":[]}"#] {
        assert_eq!(word(client.import_keys(text)), "argument_invalid", "{text}");
    }
    let junk = json!({ "issuer": server.base(), "fresh_until": u64::MAX, "jwks": r#"{"keys":[]}"# });
    assert_eq!(word(client.import_keys(&junk.to_string())), "keys_unusable");
}

#[test]
fn keys_at_a_configured_address_need_no_discovery() {
    let server = Server::of_answers(|request| publishing(request, Signer::first()));
    let client = made(config(&server.base()).jwks_uri(format!("{}{CERTS}", server.base())));
    client.warm_up().unwrap();
    assert_eq!((server.count(DISCOVERY), server.count(CERTS)), (0, 1));
}

#[test]
fn configured_endpoints_are_used_and_discovery_fills_in_the_rest() {
    let server = Server::of_answers(|request| {
        let mut answer = publishing(request, Signer::first());
        if request.path == DISCOVERY {
            let base = crate::clever::base(request);
            answer = crate::server::Answer::json(&json!({
                "issuer": base,
                "jwks_uri": format!("{base}{CERTS}"),
                "authorization_endpoint": format!("{base}/authorize-here"),
                "token_endpoint": format!("{base}/ignored"),
            }));
        }
        answer
    });
    let builder = config(&server.base()).token_endpoint(format!("{}/tokens-there", server.base()));
    let client = clever_sso::blocking::Client::discover(builder).unwrap();
    let url = client.begin_login(&clever_sso::LoginOptions::default()).unwrap().url;
    assert!(url.starts_with(&format!("{}/authorize-here?", server.base())), "{url}");
    client.exchange_code("code", None).unwrap_err();
    assert_eq!((server.count("/tokens-there"), server.count("/ignored")), (1, 0));
}

#[test]
fn an_unusable_discovered_endpoint_is_an_error_only_when_needed() {
    for odd in
        [json!(null), json!(7), json!("BASE/here#x"), json!("https://user:pw@op.example/"), json!("here")]
    {
        let server = Server::of_answers(move |request| {
            let base = crate::clever::base(request);
            let odd = odd.as_str().map_or_else(|| odd.clone(), |text| text.replace("BASE", &base).into());
            match &*request.path {
                DISCOVERY => crate::server::Answer::json(&json!({
                    "issuer": base,
                    "jwks_uri": format!("{base}{CERTS}"),
                    "authorization_endpoint": odd,
                    "token_endpoint": odd,
                    "userinfo_endpoint": odd,
                })),
                "/oauth/tokeninfo" => crate::clever::ours(),
                _ => publishing(request, Signer::first()),
            }
        });
        let builder = config(&server.base()).setting_names(SettingNames::Environment);
        let client = clever_sso::blocking::Client::discover(builder.clone()).unwrap();
        client.warm_up().unwrap();
        client.check_token("access-token").unwrap();
        let options = AuthorizeOptions::default();
        let refused = [
            ("authorization_endpoint", client.begin_login(&clever_sso::LoginOptions::default()).unwrap_err()),
            ("authorization_endpoint", client.authorize_url(&options).unwrap_err()),
            ("token_endpoint", client.exchange_code("code", None).unwrap_err()),
            ("userinfo_endpoint", client.userinfo("access-token", None).unwrap_err()),
        ];
        for (name, error) in refused {
            let said = format!("has no {name} that can be used");
            let remedy = format!("set CLEVER_{}", name.to_ascii_uppercase());
            assert_eq!(error.code(), ErrorCode::ConfigInvalid);
            assert!(error.to_string().contains(&said) && error.to_string().ends_with(&remedy), "{error}");
        }
        let set = builder.authorization_endpoint("https://op.example/authorize");
        let client = clever_sso::blocking::Client::discover(set).unwrap();
        assert!(client.authorize_url(&options).unwrap().starts_with("https://op.example/authorize?"));
        assert_eq!((server.count("/userinfo"), server.count("/oauth/tokens")), (0, 0));
    }
}
