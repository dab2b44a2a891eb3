//! One face of the library, async or blocking, with its operations by name.

use std::collections::BTreeMap;

use clever_sso::{
    AuthorizeOptions, BrowserRequest, Client, Config, Endpoint, Identity, Login, LoginOptions, Outcome,
    ResponseType, Result, SetCookie, blocking, login_key_of_callback, parse_callback,
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
            let fields = vec![
                ("message", Some(shown)),
                ("set_cookies", Some(set_cookies(error.set_cookies()))),
                ("return_to", error.return_to().map(str::to_owned)),
                ("switch_user", Some(error.switch_user().to_string())),
                ("page_status", Some(error.page_status().to_string())),
            ];
            (format!("error {}", error.code()), collected(with_end(fields, error.ends_session())))
        })
    }

    fn operation(&self, action: &str, arguments: &Fields) -> Result<(String, Fields)> {
        let optional = |name: &str| arguments.get(name).map(String::as_str);
        let required = |name: &str| optional(name).unwrap();
        let mut fields = Vec::new();
        match action {
            "begin_login" => {
                let login = tell!(self, begin_login(&login_options(arguments)))?;
                fields = login_fields(login);
            }
            "begin_implicit" => {
                fields = login_fields(tell!(self, begin_implicit(&login_options(arguments)))?);
            }
            "finish_implicit" => {
                let callback = required("callback");
                let finished = match optional("cookies") {
                    Some(cookies) => ask!(self, finish_implicit(callback, cookies)),
                    None => ask!(self, finish_implicit_with_pending(callback, optional("pending"))),
                };
                return finished.map(outcome);
            }
            "login_key" => fields.push(("key", login_key_of_callback(required("callback")))),
            "log_out" => {
                let cookies = tell!(self, log_out_cookies(required("cookies")));
                fields.push(("set_cookies", Some(set_cookies(&cookies))));
            }
            "session_kept" => {
                let cookies = tell!(self, session_kept_cookies(required("cookies")));
                fields.push(("set_cookies", Some(set_cookies(&cookies))));
            }
            "is_switched_on" => {
                fields.push(("on", Some(clever_sso::is_switched_on(optional("value")).to_string())));
            }
            "leads_to" => {
                let leads = clever_sso::leads_to(required("target"), required("path"));
                fields.push(("leads", Some(leads.to_string())));
            }
            "refusal" => {
                let refusal =
                    tell!(self, refusal(endpoint(required("endpoint")), &browser_request(arguments)));
                fields.push(("status", refusal.map(|refusal| refusal.status.to_string())));
                fields.push(("allow", refusal.and_then(|refusal| refusal.allow).map(str::to_owned)));
            }
            "finish_login" => {
                let callback = required("callback");
                let finished = match optional("cookies") {
                    Some(cookies) => ask!(self, finish_login(callback, cookies)),
                    None => ask!(self, finish_login_with_pending(callback, optional("pending"))),
                };
                return finished.map(outcome);
            }
            "authorize_url" => {
                let url = tell!(self, authorize_url(&authorize_options(arguments)))?;
                fields.push(("url", Some(url)));
            }
            "instant_login_url" => {
                fields.push(("url", Some(tell!(self, instant_login_url(required("district_id")))?)));
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
    options.cookies = arguments.get("cookies").cloned();
    options.switch_user = arguments.get("switch_user").is_some_and(|text| text == "true");
    options.has_session = arguments.get("has_session").map(|text| text == "true");
    options.home = arguments.get("home").cloned();
    options
}

fn endpoint(name: &str) -> Endpoint {
    match name {
        "login" => Endpoint::Login,
        "callback" => Endpoint::Callback,
        "logout" => Endpoint::Logout,
        other => panic!("no endpoint is called {other}"),
    }
}

/// The names of request headers in the table.
const HEADERS: [(&str, &str); 8] = [
    ("site", "Sec-Fetch-Site"),
    ("mode", "Sec-Fetch-Mode"),
    ("dest", "Sec-Fetch-Dest"),
    ("sec_purpose", "Sec-Purpose"),
    ("purpose", "Purpose"),
    ("x_purpose", "X-Purpose"),
    ("x_moz", "X-Moz"),
    ("origin", "Origin"),
];

fn browser_request(arguments: &Fields) -> BrowserRequest {
    let given = HEADERS.iter().filter_map(|(name, header)| Some((header, arguments.get(*name)?)));
    BrowserRequest::new(&arguments["method"]).with_headers(given)
}

fn login_fields(login: Login) -> Vec<(&'static str, Option<String>)> {
    let cookies = set_cookies(&login.set_cookies);
    vec![
        ("url", Some(login.url)),
        ("pending", Some(login.pending)),
        ("key", Some(login.key)),
        ("needs_page", Some(login.needs_page.to_string())),
        ("set_cookies", Some(cookies)),
    ]
}

/// `NAME=VALUE;MAX-AGE` for each cookie, separated by `|`.
fn set_cookies(cookies: &[SetCookie]) -> String {
    let shown =
        cookies.iter().map(|cookie| format!("{}={};{}", cookie.name(), cookie.value(), cookie.max_age()));
    shown.collect::<Vec<_>>().join("|")
}

fn with_end(
    mut fields: Vec<(&'static str, Option<String>)>,
    ends_session: bool,
) -> Vec<(&'static str, Option<String>)> {
    fields.push(("ends_session", Some(ends_session.to_string())));
    fields
}

fn authorize_options(arguments: &Fields) -> AuthorizeOptions<'_> {
    let optional = |name: &str| arguments.get(name).map(String::as_str);
    let implicit = optional("response_type") == Some("token");
    let response_type = if implicit { ResponseType::Token } else { ResponseType::Code };
    let mut options = AuthorizeOptions::new().response_type(response_type);
    options.without_state = optional("without_state") == Some("true");
    (options.state, options.nonce) = (optional("state"), optional("nonce"));
    options
}

fn outcome(outcome: Outcome) -> (String, Fields) {
    let (cookies, ends_session) = (set_cookies(outcome.set_cookies()), outcome.ends_session());
    let (result, mut fields) = match outcome {
        Outcome::SignedIn(signed_in) => {
            let proof = signed_in.identity.proven_by.as_str();
            let mut fields = identity(signed_in.identity);
            fields.push(("return_to", signed_in.return_to));
            fields.push(("switch_user", Some(signed_in.switch_user.to_string())));
            (format!("signed_in {proof}"), fields)
        }
        Outcome::Restart(restart) => (format!("restart {}", restart.reason), login_fields(restart.login)),
        Outcome::Denied(denied) => {
            let switch_user = Some(denied.switch_user.to_string());
            let fields = vec![("return_to", denied.return_to), ("switch_user", switch_user)];
            (format!("denied {}", denied.error), fields)
        }
    };
    fields.retain(|(name, _)| *name != "set_cookies");
    fields.push(("set_cookies", Some(cookies)));
    (result, collected(with_end(fields, ends_session)))
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

/// Several texts in one field: sorted and separated by commas.
fn joined(texts: impl IntoIterator<Item = String>) -> Option<String> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn collected(fields: Vec<(&str, Option<String>)>) -> Fields {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
