//! Clever's responses: discovery, the clock, keys, credentials, redirect URIs, the API.

use std::time::Duration;

use http::{StatusCode, header};
use url::Url;

use super::asker::{Asker, Setup};
use super::redirect_uris::{self, Treated};
use super::report::{Finding, Level};
use super::settings;
use super::way::Failures;
use crate::clock;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result, quote};
use crate::keys::Keys;
use crate::protocol::discovery::{self, Metadata};
use crate::protocol::jws::KeySet;
use crate::protocol::{Request, Response, api, jwks, token};
use crate::stats::RequestTo;

/// A value that is neither a code nor a token of Clever's.
const MADE_UP: &str = "clever-sso-doctor";
/// A response over a network may take longer.
const SHORT: Duration = Duration::from_secs(1);
/// Two correct clocks differ by at most this many seconds.
const WELL_SET: u64 = 10;

/// The responses of the first round.
pub(super) struct Responses<'a> {
    setup: Setup<'a>,
    discovery: Result<Metadata>,
    /// The response to a failed discovery request, in words.
    instead: Option<String>,
    api: Result<Response>,
    /// `None` if there are no credentials to check.
    token: Option<Result<Response>>,
    /// The response to each redirect URI. The last one belongs to no app.
    authorize: Vec<Result<Response>>,
}

/// Sends all requests that do not depend on other responses.
pub(super) async fn first_round<'a>(asker: &Asker, mut setup: Setup<'a>) -> Responses<'a> {
    let asked_first = match setup.discovers.take() {
        Some(builder) => {
            let response =
                asker.ask(vec![(RequestTo::Discovery, discovery::request(&setup.config.issuer))]).await.pop();
            if let Some(Ok(response)) = &response
                && let Ok(metadata) = discovery::response(response, &setup.config.issuer)
                && let Ok(config) = builder.discovered(&metadata).build()
            {
                setup.config = config;
            } else {
                // The endpoints are unknown, so no secret is sent to them.
                setup.credentials_are_usable = false;
            }
            response
        }
        None => None,
    };
    let config = &setup.config;
    let mut requests = vec![(RequestTo::Me, api::me_request(&config.api_base, MADE_UP))];
    if asked_first.is_none() {
        requests.push((RequestTo::Discovery, discovery::request(&config.issuer)));
    }
    let has_token = setup.credentials_are_usable && config.client_secret.is_some();
    if has_token {
        requests.push((RequestTo::Token, token_request(config)));
    }
    if setup.credentials_are_usable && !config.redirect_uris.is_empty() {
        let uris = config.redirect_uris.iter().take(redirect_uris::MOST).map(String::as_str);
        requests.extend(uris.chain([redirect_uris::UNREGISTERED]).map(|uri| authorize_request(config, uri)));
    }
    let mut responses = asker.ask(requests).await.into_iter();
    let mut next = || responses.next().unwrap_or_else(|| Err(Error::new(ErrorCode::Internal)));
    let api = next();
    let document = asked_first.unwrap_or_else(&mut next);
    let token = has_token.then(&mut next);
    let instead = document.as_ref().ok().map(what_it_is);
    let discovery = document.and_then(|document| discovery::response(&document, &config.issuer));
    Responses { discovery, instead, api, token, authorize: responses.collect(), setup }
}

fn token_request(config: &Config) -> Result<Request> {
    let redirect_uri = config.redirect_uris.first().map_or(redirect_uris::UNREGISTERED, String::as_str);
    token::request(
        &config.token_endpoint()?,
        &config.client_id,
        config.client_secret()?,
        MADE_UP,
        redirect_uri,
    )
}

/// Counted as a request to the issuer, because addresses for browsers are not counted separately.
fn authorize_request(config: &Config, redirect_uri: &str) -> (RequestTo, Result<Request>) {
    (RequestTo::Discovery, redirect_uris::request(config, redirect_uri))
}

/// The error, with the response that came instead of the expected one, if there is one.
fn with_response(error: &Error, address: &str, response: Option<&Result<Response>>) -> String {
    let instead = response.and_then(|response| response.as_ref().ok()).map(what_it_is);
    with_instead(error, address, instead.as_deref())
}

fn with_instead(error: &Error, address: &str, instead: Option<&str>) -> String {
    let text = match error.code() {
        // The sentences of these codes are about access tokens.
        ErrorCode::NotFound => "not_found: there is nothing at this address".to_owned(),
        ErrorCode::TokenRejected => "token_rejected: the server there requires a login".to_owned(),
        _ => error.to_string(),
    };
    match (instead, error.http_status()) {
        (Some(instead), Some(status)) => {
            // Both texts contain the status.
            let said = text.strip_suffix(&format!(" (HTTP {status})")).unwrap_or(&text);
            format!("{said} ({address}: {instead})")
        }
        _ => text,
    }
}

/// The status and content type of a response, without its body.
fn what_it_is(response: &Response) -> String {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let kind = header(header::CONTENT_TYPE).map(|kind| format!(", {}", quote(kind))).unwrap_or_default();
    let target = header(header::LOCATION).and_then(|location| Url::parse(location).ok());
    let target = target.and_then(|target| target.host_str().map(|host| format!(" to {}", quote(host))));
    format!("HTTP {}{kind}{}", response.status().as_u16(), target.unwrap_or_default())
}

impl Responses<'_> {
    pub(super) const fn config(&self) -> &Config {
        &self.setup.config
    }

    /// A limit of this process or machine that a request reached.
    pub(super) fn limit(&self) -> Option<&Error> {
        let others = self
            .token
            .iter()
            .chain(&self.authorize)
            .chain([&self.api])
            .filter_map(|response| response.as_ref().err());
        self.discovery
            .as_ref()
            .err()
            .into_iter()
            .chain(others)
            .find(|error| error.code() == ErrorCode::LimitReached)
    }

    /// The failures at the issuer and at the API.
    pub(super) fn failures(&self) -> Failures<'_> {
        let config = self.config();
        [(&config.issuer, self.discovery.as_ref().err()), (&config.api_base, self.api.as_ref().err())]
    }

    /// All findings, after a second round. `found` already contains the findings about the connection to Clever.
    pub(super) async fn judged(&self, asker: &Asker, found: &mut Vec<Finding>) {
        let way_is_open = !found.iter().any(|finding| {
            finding.level == Level::Problem
                && matches!(&*finding.check, "process" | "name" | "proxy" | "connect" | "tls")
        });
        let failed = |check: &str, error: &Error, told: &str| match error.code() {
            ErrorCode::NetworkConnect
            | ErrorCode::NetworkName
            | ErrorCode::NetworkTls
            | ErrorCode::NetworkTimeout
            | ErrorCode::LimitReached
                if !way_is_open =>
            {
                Finding::new(check, Level::Warning, "not checked: solve the problem above first", None)
            }
            code => match error.retry_after().filter(|_| code == ErrorCode::RateLimited) {
                Some(wait) => {
                    Finding::problem(check, &told, &format_args!("wait {} s, then try again", wait.as_secs()))
                }
                None if code == ErrorCode::NetworkTimeout && self.config().timeout < SHORT => {
                    let (name, seconds) =
                        (self.config().names().of("timeout"), self.config().timeout.as_secs_f64());
                    Finding::problem(
                        check,
                        &told,
                        &format_args!(
                            "{name} is {seconds} s: set it to 10 s. If that does not help, {}",
                            advice(code, None)
                        ),
                    )
                }
                None => Finding::problem(check, &told, &advice(code, error.http_status())),
            },
        };
        found.push(self.discovery(&failed));
        found.extend(self.clock(asker));
        let SecondRound { keys, variants, refusal } = self.second_round(asker).await;
        found.extend(self.keys(keys, &failed));
        let credentials = self.credentials(&failed);
        let are_rejected = credentials.as_ref().is_some_and(|finding| finding.level == Level::Problem);
        found.extend(credentials);
        // Clever may refuse every request of an app that it does not know.
        match refusal.filter(|response| !are_rejected || response.status() == StatusCode::NOT_FOUND) {
            Some(response) => found.push(redirect_uris::refuses_all(
                self.config(),
                &self.login_address(),
                response.status(),
                &what_it_is(&response),
            )),
            None => self.redirect_uris(&variants, are_rejected, &failed, found),
        }
        found.push(self.api(&failed));
        found.push(self.oidc());
    }

    fn discovery(&self, failed: Failed<'_>) -> Finding {
        let config = self.config();
        let metadata = match &self.discovery {
            Ok(metadata) => metadata,
            Err(error) => {
                let address = format!("{}{}", config.issuer, discovery::PATH);
                return failed("discovery", error, &with_instead(error, &address, self.instead.as_deref()));
            }
        };
        let differs = |own: Result<String>, theirs: &Option<String>| {
            theirs.as_ref().is_some_and(|theirs| own.is_ok_and(|own| own != *theirs))
        };
        for (name, own, theirs) in [
            ("authorization_endpoint", config.authorization_endpoint(), &metadata.authorization_endpoint),
            ("token_endpoint", config.token_endpoint(), &metadata.token_endpoint),
        ] {
            if differs(own, theirs) {
                let theirs = quote(theirs.as_deref().unwrap_or_default());
                return Finding::warning(
                    "discovery",
                    &format_args!(
                        "{} has {name} at {theirs}, but this client uses another address",
                        config.issuer
                    ),
                    &format_args!(
                        "set {} to that address, or remove it if it is set, or read the endpoints from discovery ({})",
                        config.names().of(name),
                        config.names().of("discovered")
                    ),
                );
            }
        }
        Finding::ok("discovery", &format_args!("{} has a valid discovery document", config.issuer))
    }

    fn clock(&self, asker: &Asker) -> Option<Finding> {
        let skew = asker.transport.clock_skew()?;
        let (by, way) = (skew.unsigned_abs(), if skew > 0 { "behind" } else { "ahead of" });
        let found = format!("this machine's clock is {by} s {way} Clever's");
        let leeway = self.config().leeway;
        let advice = format!("set the clock with NTP: logins fail if it differs by more than {leeway} s");
        Some(match by {
            by if by > leeway => Finding::problem("clock", &found, &advice),
            by if by > WELL_SET => Finding::warning("clock", &found, &advice),
            _ => Finding::ok("clock", &found),
        })
    }

    /// Fetches the keys from the address in the discovery document and from the configured one, and tries similar redirect URIs.
    async fn second_round(&self, asker: &Asker) -> SecondRound {
        let config = self.config();
        let published = self.discovery.as_ref().ok().map(|metadata| metadata.jwks_uri.clone());
        let set = config.jwks_uri().map(str::to_owned).filter(|set| Some(set) != published.as_ref());
        let expected = published.or_else(|| config.expected_jwks_uri().filter(|_| set.is_none()));
        let addresses = [expected, set];
        let near = |of| redirect_uris::near(of).into_iter().map(move |near| Variant::new(of, near));
        let mut variants: Vec<_> = self.unknown_redirect_uris().into_iter().flat_map(near).collect();
        let mut requests: Vec<_> =
            addresses.iter().flatten().map(|uri| (RequestTo::Keys, jwks::request(uri))).collect();
        requests.extend(variants.iter().map(|variant| authorize_request(config, &variant.uri)));
        let may_refuse_all = self.may_refuse_all();
        let without = may_refuse_all.then(|| (RequestTo::Discovery, redirect_uris::request_without(config)));
        requests.extend(without);
        let mut responses = asker.ask(requests).await.into_iter();
        let keys = addresses
            .map(|address| address.and_then(|address| Some(OfKeys { response: responses.next()?, address })));
        for (variant, response) in variants.iter_mut().zip(responses.by_ref()) {
            variant.is_known = response.is_ok_and(|response| self.is_known(&response) == Some(true));
        }
        let without = responses.next().filter(|_| may_refuse_all).and_then(Result::ok);
        let knows_one = variants.iter().any(|variant| variant.is_known);
        SecondRound {
            keys,
            variants,
            refusal: without.filter(|response| !knows_one && self.is_refusal(response)),
        }
    }

    fn is_refusal(&self, response: &Response) -> bool {
        matches!(self.treated(response), Treated::Refused(_))
    }

    /// Whether the login address refuses every redirect URI. Then it may refuse every request.
    fn may_refuse_all(&self) -> bool {
        let is_refusal =
            |response: &Result<Response>| response.as_ref().is_ok_and(|response| self.is_refusal(response));
        !self.authorize.is_empty() && self.authorize.iter().all(is_refusal)
    }

    fn keys(&self, responses: [Option<OfKeys>; 2], failed: Failed<'_>) -> Option<Finding> {
        let read = |of: OfKeys| {
            let keys = of.response.as_ref().map_err(Clone::clone).and_then(jwks::response);
            keys.map_err(|error| (with_response(&error, &of.address, Some(&of.response)), error))
        };
        let [published, set] = responses.map(|response| response.map(read));
        let own = self.setup.keys.and_then(Keys::known);
        let text = match (&set, &published) {
            (Some(set), published) => match (set, published) {
                (Err((told, error)), _) => return Some(failed("keys", error, told)),
                (Ok(set), Some(Ok(published)))
                    if !jwks::described(set).is_empty() && !share_a_key(set, published) =>
                {
                    let jwks_uri = self.config().names().of("jwks_uri");
                    return Some(Finding::problem(
                        "keys",
                        &format_args!(
                            "{jwks_uri} has {}, but the keys were changed: discovery has {}",
                            told(set),
                            told(published)
                        ),
                        &format_args!(
                            "remove {jwks_uri}: the discovery document has the address of the keys"
                        ),
                    ));
                }
                (Ok(set), _) => set,
            },
            (None, Some(Ok(published))) => published,
            (None, Some(Err((told, error)))) => return Some(failed("keys", error, told)),
            (None, None) => return None,
        };
        if let Err(error) = KeySet::parse(text) {
            return Some(failed("keys", &error, &error.to_string()));
        }
        let found = told(text);
        Some(match own {
            Some(own) if !share_a_key(&own.jwks, text) => Finding::warning(
                "keys",
                &format_args!(
                    "{found}: the keys were changed since this process fetched {}",
                    told(&own.jwks)
                ),
                &"nothing, if logins work: this process fetches them again at the next login",
            ),
            Some(own) => {
                let left = own.fresh_until.saturating_duration_since(clock::now()).as_secs();
                Finding::ok(
                    "keys",
                    &format_args!("{found}; this process knows them and fetches them again in {left} s"),
                )
            }
            None => Finding::ok("keys", &found),
        })
    }

    fn credentials(&self, failed: Failed<'_>) -> Option<Finding> {
        const CHECK: &str = "credentials";
        let names = self.config().names();
        let (id, secret) = (names.of("client_id"), names.of("client_secret"));
        let response = match &self.token {
            Some(response) => response.as_ref().map_err(Clone::clone).and_then(token::response),
            None if self.setup.credentials_are_usable => return None,
            None => {
                return Some(Finding::warning(
                    CHECK,
                    &"not checked: they cannot be used",
                    &"correct the settings first",
                ));
            }
        };
        Some(match response {
            Err(error) if error.code() == ErrorCode::CodeRejected => {
                Finding::ok(CHECK, &"Clever accepts the client id and secret")
            }
            Err(error) if error.code() == ErrorCode::ClientRejected => Finding::problem(
                CHECK,
                &format_args!(
                    "Clever does not accept the client id and secret{}",
                    settings::mistake_in_credentials(self.config()).unwrap_or_default()
                ),
                &format_args!(
                    "copy the client id into {id} and the client secret into {secret}, from Clever's dashboard and without quotation \
                     marks; a replaced secret no longer works{}",
                    self.if_a_page_came()
                ),
            ),
            Err(error) => {
                let address = self.config().token_endpoint().unwrap_or_default();
                failed(CHECK, &error, &with_response(&error, &address, self.token.as_ref()))
            }
            Ok(_) => Finding::problem(
                CHECK,
                &"the server sends tokens for a made-up code: this is not Clever",
                &"correct the address of the token endpoint",
            ),
        })
    }

    /// The end of the advice for rejected credentials if the response may not be Clever's, which sends JSON here.
    fn if_a_page_came(&self) -> &'static str {
        match &self.token {
            Some(Ok(response)) if token::is_page(response) => {
                ". The response is a web page, so a proxy or gateway may have sent it: let this server reach Clever without it"
            }
            _ => "",
        }
    }

    fn treated(&self, response: &Response) -> Treated {
        redirect_uris::treated(response, &self.login_address())
    }

    fn login_address(&self) -> String {
        self.config().authorization_endpoint().unwrap_or_default()
    }

    /// How a redirect URI is treated that belongs to no app.
    fn treated_unregistered(&self) -> Option<Treated> {
        self.authorize.last()?.as_ref().ok().map(|other| self.treated(other))
    }

    fn is_known(&self, response: &Response) -> Option<bool> {
        redirect_uris::is_known(&self.treated(response), self.treated_unregistered().as_ref())
    }

    /// The host of someone else that the login address sends everyone to.
    fn led_away(&self, response: &Response) -> Option<String> {
        redirect_uris::led_away(
            &self.treated(response),
            self.treated_unregistered().as_ref(),
            &self.login_address(),
        )
    }

    /// Each redirect URI, and the response to it.
    fn asked_redirect_uris(&self) -> impl Iterator<Item = (&str, &Result<Response>)> {
        let responses = self.authorize.split_last().map(|(_, responses)| responses).unwrap_or_default();
        self.config().redirect_uris.iter().map(String::as_str).zip(responses)
    }

    fn unknown_redirect_uris(&self) -> Vec<&str> {
        let is_unknown = |response: &Result<Response>| {
            response.as_ref().is_ok_and(|response| self.is_known(response) == Some(false))
        };
        self.asked_redirect_uris().filter(|(_, response)| is_unknown(response)).map(|(uri, _)| uri).collect()
    }

    fn redirect_uris(
        &self,
        variants: &[Variant],
        credentials_are_rejected: bool,
        failed: Failed<'_>,
        found: &mut Vec<Finding>,
    ) {
        const CHECK: &str = redirect_uris::CHECK;
        for (uri, response) in self.asked_redirect_uris() {
            let response = match response {
                Ok(response) => response,
                Err(error) if error.code() == ErrorCode::ConfigInvalid => {
                    found.push(failed(CHECK, error, &error.to_string()));
                    break;
                }
                Err(error) => {
                    let finding = failed(CHECK, error, "");
                    let of_itself =
                        || redirect_uris::not_checked(uri, &format_args!("does not respond: {error}"));
                    found.push(if finding.level == Level::Problem { of_itself() } else { finding });
                    continue;
                }
            };
            if let Some(host) = self.led_away(response) {
                found.push(redirect_uris::sent_away(uri, &host, &self.login_address()));
                continue;
            }
            found.push(match self.is_known(response) {
                Some(true) => Finding::ok(CHECK, &format_args!("Clever knows {}", quote(uri))),
                Some(false) if credentials_are_rejected => Finding::warning(
                    CHECK,
                    &format_args!("not checked: Clever may not know the app of {}", quote(uri)),
                    &"solve the problem above first",
                ),
                Some(false) => {
                    let instead = variants.iter().find(|variant| variant.is_known && variant.of == uri);
                    let instead = instead.map(|variant| (variant.uri.as_str(), variant.why));
                    redirect_uris::unknown(uri, instead, self.config())
                }
                None if matches!(self.treated(response), Treated::Unclear(_)) => {
                    redirect_uris::not_checked(uri, &format_args!("responds with {}", what_it_is(response)))
                }
                None => Finding::ok(
                    CHECK,
                    &format_args!(
                        "{} has a valid form; only a login shows whether Clever knows it",
                        quote(uri)
                    ),
                ),
            });
        }
        found.extend(redirect_uris::left_out(self.config()).filter(|_| !self.authorize.is_empty()));
    }

    fn api(&self, failed: Failed<'_>) -> Finding {
        const CHECK: &str = "api";
        let base = &self.config().api_base;
        match self.api.as_ref().map_err(Clone::clone).and_then(api::me_response) {
            Err(error) if error.code() == ErrorCode::TokenRejected => {
                Finding::ok(CHECK, &format_args!("{base} responds, and refuses a made-up token"))
            }
            Err(error) if error.code() == ErrorCode::NotFound => Finding::problem(
                CHECK,
                &format_args!("{base} is not Clever's API: it has no /me (404)"),
                &format_args!(
                    "set {} to https://api.clever.com, or remove it",
                    self.config().names().of("api_base")
                ),
            ),
            Err(error) => failed(CHECK, &error, &with_response(&error, base, Some(&self.api))),
            Ok(_) => Finding::problem(
                CHECK,
                &format_args!("{base} accepts a made-up token: this is not Clever"),
                &"correct the address",
            ),
        }
    }

    fn oidc(&self) -> Finding {
        const CHECK: &str = "oidc";
        match self.setup.keys {
            Some(keys) if !keys.are_wanted() => Finding::warning(
                CHECK,
                &"the last login had no ID token: OpenID Connect is not enabled for this app",
                &"ask Clever's support to enable OpenID Connect: a login then needs one request instead of three",
            ),
            _ => Finding::ok(
                CHECK,
                &"only a login shows whether OpenID Connect is enabled for this app; logins work either way",
            ),
        }
    }
}

/// Makes the finding for a check whose request failed, from the error and its text.
type Failed<'a> = &'a dyn Fn(&str, &Error, &str) -> Finding;

/// The results of the second round.
struct SecondRound {
    /// The keys where discovery has them, and those where a setting has them.
    keys: [Option<OfKeys>; 2],
    /// What other forms of the redirect URIs lead to.
    variants: Vec<Variant>,
    /// The response to a login without a redirect URI, if the login address refuses every request.
    refusal: Option<Response>,
}

/// A response with keys, and its address.
struct OfKeys {
    address: String,
    response: Result<Response>,
}

/// A redirect URI that is similar to a configured one.
struct Variant {
    of: String,
    uri: String,
    why: &'static str,
    is_known: bool,
}

impl Variant {
    fn new(of: &str, (uri, why): (String, &'static str)) -> Self {
        Self { of: of.to_owned(), uri, why, is_known: false }
    }
}

fn share_a_key(one: &str, other: &str) -> bool {
    let others = jwks::described(other);
    jwks::described(one).iter().any(|key| others.contains(key))
}

/// The keys of a set, described for the report.
fn told(text: &str) -> String {
    let keys = jwks::described(text);
    let each = keys.iter().take(8).map(|(kid, bits)| {
        format!("{} ({bits} bits)", kid.as_deref().map_or_else(|| "one without a kid".to_owned(), quote))
    });
    let each: Vec<_> = each.collect();
    let plural = if keys.len() == 1 { "" } else { "s" };
    format!("{} key{plural}: {}", keys.len(), each.join(", "))
}

/// What to do about an error with this code. `status` is that of the response, if there is one.
fn advice(code: ErrorCode, status: Option<u16>) -> &'static str {
    // RFC 6585 6.
    const NETWORK_AUTHENTICATION_REQUIRED: u16 = 511;

    match code {
        ErrorCode::CleverUnavailable if status == Some(NETWORK_AUTHENTICATION_REQUIRED) => {
            "sign in to the captive portal of this network, or ask its administrator to let this server reach Clever without it"
        }
        ErrorCode::ResponseHtml | ErrorCode::ResponseRedirect | ErrorCode::TokenRejected => {
            "another server responds instead of Clever: sign in to the captive portal of this network, ask the administrator of the \
             proxy or gateway to let this server reach Clever, or correct the address"
        }
        ErrorCode::KeysUnusable => {
            "ID tokens need an RSA key of 2048 bits or more: correct the address of the keys"
        }
        ErrorCode::RequestRejected => {
            "Clever itself does not refuse this request: correct the address, or ask the administrator of your network's filter or \
             gateway to let this server reach Clever"
        }
        ErrorCode::DiscoveryIssuer => {
            "set the issuer to exactly the one in the document. If that is empty, another server responds: correct the address"
        }
        ErrorCode::NotFound => {
            "correct the setting that this address comes from: the issuer, the base URL or the endpoint"
        }
        ErrorCode::NetworkTimeout => {
            "check the network, the proxy and status.clever.com. A longer timeout does not solve the cause"
        }
        ErrorCode::ConfigInvalid => "set what is missing, or correct the issuer",
        ErrorCode::RateLimited => "wait a minute, then try again",
        ErrorCode::CleverUnavailable => {
            "check status.clever.com. If Clever works there, a proxy or gateway of your network sent this response: ask its \
             administrator"
        }
        _ => {
            "check that the address leads to Clever: https or http, the host and the port. If it does, check the firewalls and \
             filters of your network"
        }
    }
}
