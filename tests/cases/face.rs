//! One way of calling the library: async or blocking, the operations by their names.

use std::collections::BTreeMap;

use clever_sso::{
    AuthorizeOptions, Client, Config, Identity, LoginOptions, Outcome, ResponseType, Result, blocking,
    parse_callback,
};
use tokio::runtime::{Builder, Runtime};

pub(crate) type Fields = BTreeMap<String, String>;

pub(crate) enum Face {
    Async(Client, Runtime),
    Blocking(blocking::Client),
}

macro_rules! ask {
    ($face:expr, $operation:ident($($argument:expr),*)) => {
        match $face {
            Face::Async(client, runtime) => runtime.block_on(client.$operation($($argument),*)),
            Face::Blocking(client) => client.$operation($($argument),*),
        }
    };
}

macro_rules! tell {
    ($face:expr, $operation:ident($($argument:expr),*)) => {
        match $face {
            Face::Async(client, _) => client.$operation($($argument),*),
            Face::Blocking(client) => client.$operation($($argument),*),
        }
    };
}

impl Face {
    pub(crate) fn blocking(config: Config) -> Self {
        Self::Blocking(blocking::Client::new(config).unwrap())
    }

    pub(crate) fn in_runtime(config: Config) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self::Async(Client::new(config).unwrap(), runtime)
    }

    pub(crate) fn call(&self, action: &str, arguments: &Fields) -> (String, Fields) {
        self.operation(action, arguments).unwrap_or_else(|error| {
            let shown = format!("{error} {error:?} {}", error.user_message());
            (format!("error {}", error.code()), Fields::from([("message".to_owned(), shown)]))
        })
    }

    fn operation(&self, action: &str, arguments: &Fields) -> Result<(String, Fields)> {
        let optional = |name: &str| arguments.get(name).map(String::as_str);
        let required = |name: &str| optional(name).unwrap();
        let mut fields = Vec::new();
        match action {
            "begin_login" => {
                let login = tell!(self, begin_login(&login_options(arguments)))?;
                fields.extend([("url", Some(login.url)), ("pending", Some(login.pending))]);
            }
            "finish_login" => {
                return ask!(self, finish_login(required("callback"), optional("pending"))).map(outcome);
            }
            "authorize_url" => {
                let url = tell!(self, authorize_url(&authorize_options(arguments)))?;
                fields.push(("url", Some(url)));
            }
            "instant_login_url" => {
                fields.push(("url", Some(tell!(self, instant_login_url(required("district_id"))))));
            }
            "parse_callback" => {
                let callback = parse_callback(required("callback"))?;
                let text =
                    |secret: Option<clever_sso::Secret>| secret.map(|secret| secret.expose().to_owned());
                fields.extend([
                    ("code", text(callback.code)),
                    ("state", text(callback.state)),
                    ("access_token", text(callback.access_token)),
                    ("error", callback.error),
                ]);
            }
            "exchange_code" => {
                let tokens = ask!(self, exchange_code(required("code"), optional("redirect_uri")))?;
                fields.push(("access_token", Some(tokens.access_token.expose().to_owned())));
                fields.push(("id_token", tokens.id_token.map(|token| token.expose().to_owned())));
            }
            "verify_id_token" => {
                let (nonce, access_token) = (optional("nonce"), optional("access_token"));
                let claims = ask!(self, verify_id_token(required("token"), nonce, access_token))?;
                fields.push(("subject", Some(claims.subject().to_owned())));
            }
            "check_token" => {
                fields
                    .push(("client_id", Some(ask!(self, check_token(required("access_token")))?.client_id)));
            }
            "me" => fields.push(("id", Some(ask!(self, me(required("access_token")))?.id))),
            "user" => {
                let user = ask!(self, user(required("access_token"), required("id")))?;
                fields.extend([("id", Some(user.id)), ("name", Some(user.name.full()))]);
            }
            "district" => {
                let district = ask!(self, district(required("access_token"), required("id")))?;
                fields.extend([("id", Some(district.id)), ("name", district.name)]);
            }
            "userinfo" => {
                let userinfo = ask!(self, userinfo(required("access_token"), optional("subject")))?;
                fields.push(("id", Some(userinfo.id)));
            }
            "export_keys" => fields.push(("keys", Some(ask!(self, export_keys())?))),
            "import_keys" => tell!(self, import_keys(required("keys")))?,
            "warm_up" => ask!(self, warm_up())?,
            other => panic!("no step is called {other}"),
        }
        Ok(("ok".to_owned(), collected(fields)))
    }
}

fn login_options(arguments: &Fields) -> LoginOptions {
    let mut options = LoginOptions::default();
    options.redirect_uri = arguments.get("redirect_uri").cloned();
    options.district_id = arguments.get("district_id").cloned();
    options.return_to = arguments.get("return_to").cloned();
    options
}

fn authorize_options(arguments: &Fields) -> AuthorizeOptions<'_> {
    let optional = |name: &str| arguments.get(name).map(String::as_str);
    let implicit = optional("response_type") == Some("token");
    AuthorizeOptions {
        response_type: if implicit { ResponseType::Token } else { ResponseType::Code },
        state: optional("state"),
        nonce: optional("nonce"),
        ..AuthorizeOptions::default()
    }
}

fn outcome(outcome: Outcome) -> (String, Fields) {
    match outcome {
        Outcome::SignedIn(signed_in) => {
            let proof = signed_in.identity.proven_by.as_str();
            let mut fields = identity(signed_in.identity);
            fields.push(("return_to", signed_in.return_to));
            (format!("signed_in {proof}"), collected(fields))
        }
        Outcome::Restart(restart) => {
            let fields = vec![("url", Some(restart.login.url)), ("pending", Some(restart.login.pending))];
            (format!("restart {}", restart.reason), collected(fields))
        }
        Outcome::Denied(denied) => (format!("denied {}", denied.error), Fields::new()),
    }
}

fn identity(identity: Identity) -> Vec<(&'static str, Option<String>)> {
    let roles = identity.roles.iter().map(|role| role.name.as_str().to_owned());
    vec![
        ("roles", joined(roles)),
        ("id", Some(identity.id)),
        ("name", Some(identity.name.full())),
        ("district_id", identity.district_id),
        ("user_type", identity.user_type.map(|user_type| user_type.as_str().to_owned())),
        ("unverified_email", identity.unverified_email),
        ("legacy_ids", joined(identity.legacy_ids)),
        ("authorized_by", identity.authorized_by),
        ("loginas_by_admin", Some(identity.loginas_by_admin.to_string())),
    ]
}

/// Several texts in one field: sorted, with commas between them.
fn joined(texts: impl IntoIterator<Item = String>) -> Option<String> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn collected(fields: Vec<(&str, Option<String>)>) -> Fields {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
