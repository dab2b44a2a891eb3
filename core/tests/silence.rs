//! No value of a login shows a secret, a token, a code, an email or a name when it is printed for debugging.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may")]

#[path = "cases/browser.rs"]
mod browser;
mod face {
    //! The fields of a step, for the browser's file.
    pub(crate) type Fields = std::collections::BTreeMap<String, String>;
}

use std::fmt::Debug;

use browser::Browser;
use clever_emulator::{App, Emulator, Options};
use clever_sso::blocking::Client;
use clever_sso::{AuthorizeOptions, Config, LoginOptions, Outcome, Secret, SignedIn, parse_callback};

const CLIENT_ID: &str = "0d1c0d1c0d1c0d1c0d1c";
const CLIENT_SECRET: &str = "5ec4e7a15ec4e7a15ec4e7a15ec4e7a15ec4e7a1";
const PENDING_KEY: &str = "sixteen-bytes-or-more";
const PROXY_PASSWORD: &str = "proxy-password";
const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";

/// Prints values, and checks what must not be in them.
#[derive(Default)]
struct Witness {
    shown: Vec<String>,
    secrets: Vec<String>,
}

impl Witness {
    fn show(&mut self, value: &dyn Debug) {
        self.shown.push(format!("{value:?} {value:#?}"));
    }

    fn must_not_see(&mut self, secret: &str) {
        assert!(secret.len() >= 3, "{secret:?} would be found by chance");
        self.secrets.push(secret.to_owned());
    }

    fn judge(&self) {
        assert!(self.shown.len() > 15 && self.secrets.len() > 10);
        for shown in &self.shown {
            let told = self.secrets.iter().find(|secret| shown.contains(secret.as_str()));
            assert!(told.is_none(), "{told:?} in {shown}");
        }
    }
}

fn log_in(client: &Client, witness: &mut Witness) -> SignedIn {
    let login = client.begin_login(&LoginOptions::default()).unwrap();
    let (_, returned) = Browser::go(&login.url);
    for name in ["code", "state"] {
        witness.must_not_see(&returned[name]);
    }
    witness.must_not_see(&login.pending);
    witness.show(&login);
    witness.show(&parse_callback(&returned["callback"]).unwrap());
    let Ok(Outcome::SignedIn(signed_in)) =
        client.finish_login_with_pending(&returned["callback"], Some(&login.pending))
    else {
        unreachable!("the login is valid");
    };
    let again = client.finish_login_with_pending(&returned["callback"], Some(&login.pending)).unwrap();
    assert!(matches!(again, Outcome::Restart(_)));
    witness.show(&again);
    *signed_in
}

#[test]
fn debug_output_contains_no_secret() {
    let app = App::new(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI).with_oidc();
    let emulator = Emulator::start(Options::new().app(app).auto_login("ada")).unwrap();
    let mut witness = Witness::default();
    let builder = Config::builder(CLIENT_ID)
        .client_secret(CLIENT_SECRET)
        .redirect_uri(REDIRECT_URI)
        .pending_key(PENDING_KEY)
        .old_pending_key(CLIENT_SECRET)
        .proxy(format!("http://someone:{PROXY_PASSWORD}@proxy.example:3128"))
        .base_url(emulator.base_url());
    for secret in [CLIENT_SECRET, PENDING_KEY, PROXY_PASSWORD] {
        witness.must_not_see(secret);
    }
    witness.show(&builder);
    let config = builder.build().unwrap();
    witness.show(&config);
    let client = Client::new(config.clone()).unwrap();
    witness.show(&client);
    let signed_in = log_in(&client, &mut witness);
    let access_token = signed_in.tokens.access_token.expose().to_owned();
    let id_token = signed_in.tokens.id_token.as_ref().map(Secret::expose).unwrap().to_owned();
    let email = signed_in.identity.unverified_email.clone().unwrap();
    for secret in [&*access_token, &id_token, &email, "Ada", "Ashworth"] {
        witness.must_not_see(secret);
    }
    show_what_a_token_opens(&client, &signed_in, &mut witness);
    witness.show(&client.verify_id_token(&id_token, None, None).unwrap_err());
    witness.show(&client.exchange_code(&access_token, None).unwrap_err());
    witness.show(&client);
    witness.show(&clever_sso::Client::new(config).unwrap());
    witness.judge();
}

fn show_what_a_token_opens(client: &Client, signed_in: &SignedIn, witness: &mut Witness) {
    let access_token = signed_in.tokens.access_token.expose();
    let me = client.me(access_token).unwrap();
    witness.show(&client.user(access_token, &me.id).unwrap());
    witness.show(&client.district(access_token, me.district_id.as_deref().unwrap()).unwrap());
    witness.show(&client.userinfo(access_token, Some(&me.id)).unwrap());
    witness.show(&client.check_token(access_token).unwrap());
    witness.show(&me);
    witness.show(signed_in);
    witness.show(&signed_in.identity.name);
    let options = AuthorizeOptions::new().state(access_token).nonce(access_token);
    witness.show(&options);
}
