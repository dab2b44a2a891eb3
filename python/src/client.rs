//! `Client`: every operation, with the GIL released while it waits or computes.

use clever_sso::{
    AuthorizeOptions, Config, ConfigBuilder, LoginOptions, ResponseType, SettingNames, blocking,
};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::errors::{Result, argument_invalid};
use crate::guarded::{self, name};
use crate::hints::{Dict, Headers, NoReturn, Tuple, Typed, words};
use crate::json::strings;
use crate::login::{Finished, Login};
use crate::panics::caught;
use crate::plain::Plain;
use crate::report::Report;
use crate::repr::Repr;
use crate::request::{self, EndpointWord, Refusal};
use crate::resources::{District, Me, TokenInfo, Tokens, User, UserInfo};
use crate::set_cookie::{self, SetCookie};
use crate::settings;
use crate::stats::Stats;
use crate::text::{Flag, Number, OneOrMore, Sent, Several, Text, TextOrPath, Texts, Whole, optional};
use crate::verify::claims_dict;
use crate::waiting::{compute, is_given_up, wait, wait_at_start};

/// A client for Clever, with every operation of an application. Create one and keep it.
///
/// You can use it from many threads at once and in forked workers (gunicorn, uWSGI, Celery). It starts no
/// threads. Network calls release the GIL and react to Ctrl-C. The client sends nothing before the first network call.
///
///     client = clever_sso.Client("client id", "client secret", "https://app.example/callback")
///     client.warm_up()
///
/// Args:
///     client_id: As Clever's dashboard shows it.
///     client_secret: As Clever's dashboard shows it. Without one only the implicit grant (`begin_implicit`,
///         `finish_implicit`), `verify_id_token` and the calls with an access token are possible.
///     redirect_uri: One, or a sequence of them, exactly as registered with Clever. The first is the primary one,
///         where logins from the Clever Portal and from Instant Login links arrive.
///     issuer: The issuer in ID tokens, and the base URL of Clever's OAuth endpoints. Default `https://clever.com`.
///     api_base: The base URL of Clever's API. Default `https://api.clever.com`.
///     base_url: One URL for both issuer and API, for a local emulator.
///     timeout: The time limit for a whole call in seconds, including retries.
///     leeway: How many seconds the clocks of Clever and this machine may differ when an ID token's times are checked.
///         At most 600.
///     pending_key: The key that encrypts pending logins, at least 16 random bytes as text. By default it is derived
///         from the client secret, so any process that knows the secret can finish a login that another process
///         began. Without a client secret, `begin_implicit` needs it. On a server, use one secret key for all
///         processes; in a desktop app, make a new key each time it starts.
///     old_pending_keys: Old keys, or old client secrets. Logins that they encrypted are still accepted.
///     return_to_origins: Origins, such as `https://www.example.org`, that `return_to` may lead to, in addition to
///         paths.
///     development: Whether to allow plain http for every address, on any host. Clever allows such redirect URIs for
///         development applications, and containers reach an emulator by its name, such as `http://clever:5999`.
///     authorization_endpoint, token_endpoint, tokeninfo_endpoint, userinfo_endpoint: The URLs of these endpoints, if
///         they differ from Clever's usual ones.
///     jwks_uri: The URL of the keys that verify ID tokens. Default: the address in the issuer's discovery document.
///     discover: Whether to fetch the issuer's discovery document now and use its endpoints where you set none. For
///         OpenID Providers other than Clever.
///     ca_bundle: Extra CA certificates to trust in addition to the system's, for example for a school network that
///         inspects TLS: PEM text, or the path of a PEM file. The file is read now.
///     proxy: The URL of the proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`,
///         `https://` or `socks5h://`. It is used for every address except this machine's. Default: the environment
///         variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case, read now.
///
/// Raises:
///     ConfigError: `config_invalid`; the message names the argument and what is wrong with it.
#[pyclass(frozen, module = "clever_sso")]
#[expect(clippy::struct_field_names, reason = "`client_id` is the protocol's word")]
pub(crate) struct Client {
    core: blocking::Client,
    client_id: String,
    issuer: String,
    redirect_uris: Vec<String>,
}

impl Client {
    pub(crate) const fn core(&self) -> &blocking::Client {
        &self.core
    }
}

#[pymethods]
impl Client {
    #[new]
    #[pyo3(
        signature = (
            client_id=Text::left_out(), client_secret=None, redirect_uri=None, *, issuer=None,
            api_base=None, base_url=None, timeout=Number::of(10.0), leeway=Whole::of(60), pending_key=None,
            old_pending_keys=Several::default().into(), return_to_origins=Several::default().into(),
            development=Flag(Ok(false)), authorization_endpoint=None, token_endpoint=None,
            tokeninfo_endpoint=None, userinfo_endpoint=None, jwks_uri=None, discover=Flag(Ok(false)),
            ca_bundle=None, proxy=None, named_by=None, **others,
        ),
        text_signature = "(client_id, client_secret=None, redirect_uri=None, *, issuer=None, api_base=None, \
            base_url=None, timeout=10.0, leeway=60, pending_key=None, old_pending_keys=(), return_to_origins=(), \
            development=False, authorization_endpoint=None, token_endpoint=None, tokeninfo_endpoint=None, \
            userinfo_endpoint=None, jwks_uri=None, discover=False, ca_bundle=None, proxy=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
    fn new(
        py: Python<'_>,
        client_id: Text,
        client_secret: Option<Text>,
        redirect_uri: Option<OneOrMore<'_>>,
        issuer: Option<Text>,
        api_base: Option<Text>,
        base_url: Option<Text>,
        timeout: Number<'_>,
        leeway: Whole<'_>,
        pending_key: Option<Text>,
        old_pending_keys: Texts<'_>,
        return_to_origins: Texts<'_>,
        development: Flag,
        authorization_endpoint: Option<Text>,
        token_endpoint: Option<Text>,
        tokeninfo_endpoint: Option<Text>,
        userinfo_endpoint: Option<Text>,
        jwks_uri: Option<Text>,
        discover: Flag,
        ca_bundle: Option<TextOrPath<'_>>,
        proxy: Option<Text>,
        named_by: Option<Text>,
        others: Option<Bound<'_, PyDict>>,
    ) -> Result<Self> {
        if let Some(others) = others {
            settings::refuse_unknown("Client", &others)?;
        }
        // `_settings.arguments` says so when it took them from an environment or a framework's configuration.
        let names = if named_by.is_some_and(|word| word.is("environment")) {
            SettingNames::Environment
        } else {
            SettingNames::Python
        };
        let redirect_uris = redirect_uri.map(|given| given.read()).transpose()?.unwrap_or_default();
        let (old_pending_keys, return_to_origins) =
            (old_pending_keys.value.read()?, return_to_origins.value.read()?);
        let mut builder = Config::builder(client_id.setting(names, "client_id")?)
            .setting_names(names)
            .timeout_seconds(settings::number(names, "timeout", timeout.get("timeout")?)?)
            .leeway_seconds(settings::number(names, "leeway", leeway.get("leeway")?)?)
            .development(development.get("development")?);
        settings::set!(
            builder,
            names,
            [
                client_secret,
                // Both at once first, so that one of them can still be elsewhere.
                base_url,
                issuer,
                api_base,
                pending_key,
                authorization_endpoint,
                token_endpoint,
                tokeninfo_endpoint,
                userinfo_endpoint,
                jwks_uri,
                ca_bundle,
                proxy,
            ]
        );
        settings::add!(
            builder,
            names,
            [
                redirect_uris => redirect_uri,
                old_pending_keys => old_pending_key,
                return_to_origins => return_to_origin,
            ]
        );
        let redirect_uris =
            redirect_uris.iter().map(|uri| uri.setting(names, "redirect_uri")).collect::<Result<_>>()?;
        let make = |builder: ConfigBuilder| {
            compute(py, || {
                let config = builder.build()?;
                let names = (config.client_id().to_owned(), config.issuer().to_owned());
                Ok((blocking::Client::new(config)?.with_watch(is_given_up), names))
            })
        };
        let (mut core, (client_id, issuer)) = make(builder.clone())?;
        if discover.get("discover")? {
            let metadata = wait_at_start(py, || core.metadata())?;
            core = make(builder.discovered(&metadata))?.0;
        }
        Ok(Self { core, client_id, issuer, redirect_uris })
    }

    /// Makes a client from environment variables: `CLEVER_CLIENT_ID`, `CLEVER_REDIRECT_URI` and so on.
    ///
    /// Every keyword argument of the class has a variable: its name in capitals after `CLEVER_`. Several redirect URIs,
    /// keys or origins are separated by spaces. An empty variable is unset.
    ///
    ///     client = clever_sso.Client.from_env()
    ///     print(client.client_id, client.issuer, client.redirect_uris)
    ///
    /// Raises:
    ///     ConfigError: `config_invalid`; the message names the variable and what is wrong with it.
    #[classmethod]
    fn from_env<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, Self>> {
        let py = class.py();
        let settings = guarded::import(py, c"clever_sso._settings")?;
        let arguments = guarded::call_method(&settings, name!(py, "from_environment"), [])?;
        let made = guarded::call_with(class, &guarded::tuple(py, [])?, Some(arguments.cast::<PyDict>()?))?;
        Ok(made.cast_into::<Self>()?)
    }

    /// The client id.
    #[getter]
    fn client_id(&self) -> Plain<&str> {
        Plain(&self.client_id)
    }

    /// The issuer of ID tokens, such as `https://clever.com`.
    #[getter]
    fn issuer(&self) -> Plain<&str> {
        Plain(&self.issuer)
    }

    /// The redirect URIs; the first is the primary one.
    #[getter]
    fn redirect_uris<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, String>> {
        strings(py, &self.redirect_uris)
    }

    /// Begins a login: send the browser to its `url`, with its `set_cookies`. No network.
    ///
    /// Args:
    ///     cookies: The `Cookie` header of the request. With it, the browser keeps at most eight logins in progress,
    ///         and a browser that keeps losing its session gets an error instead of an endless redirect.
    ///     redirect_uri: One of the configured ones. Default: the primary one.
    ///     district_id: Clever's id of the district, if you know it. Clever then skips the school picker.
    ///     return_to: Where to go after the login: a path of the application, or a URL on its host or an allowed
    ///         origin. At most 1,024 bytes.
    ///     switch_user: Whether Clever asks the person to confirm who they are, for "Not you?" links. Without it, the
    ///         same person is signed in again.
    ///     has_session: Whether the browser has a session of the application. Pass `False` if you checked and found
    ///         none.
    ///     home: Where people go after a login without `return_to`: your own page. If a signed-in person is sent back
    ///         to log in again and again, they go there instead of to Clever each time.
    ///
    /// Raises:
    ///     ConfigError: `redirect_uri_unknown`, `client_secret_missing`.
    ///     LoginError: `session_not_kept` when the browser loses its session after each sign-in, `page_not_allowed`
    ///         when a signed-in person is sent back to log in again and again.
    ///     ArgumentError: `return_to_unsafe`.
    #[pyo3(signature = (
        *, cookies=None, redirect_uri=None, district_id=None, return_to=None, switch_user=Flag(Ok(false)),
        has_session=None, home=None
    ))]
    #[pyo3(text_signature = "($self, *, cookies=None, redirect_uri=None, district_id=None, return_to=None, \
            switch_user=False, has_session=None, home=None)")]
    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
    fn begin_login(
        &self,
        py: Python<'_>,
        cookies: Option<Sent>,
        redirect_uri: Option<Text>,
        district_id: Option<Text>,
        return_to: Option<Text>,
        switch_user: Flag,
        has_session: Option<Flag>,
        home: Option<Text>,
    ) -> Result<Login> {
        let options =
            login_options(cookies, redirect_uri, district_id, return_to, switch_user, has_session, home)?;
        Ok(compute(py, || self.core.begin_login(&options))?.into())
    }

    /// Finishes a login. The outcome is a value, not an exception.
    ///
    /// It takes one network round trip if Clever sends an ID token and its keys are known, otherwise up to three.
    ///
    /// Args:
    ///     callback: The URL that the browser came back with, or its query.
    ///     cookies: The `Cookie` header of the request.
    ///     pending: For applications that store logins in their own session instead of cookies: the `pending` text that
    ///         you stored under this login's `key`.
    ///
    /// Returns:
    ///     `SignedIn`, `Restart` (redirect to the new login's URL), or `Denied`. Set the outcome's `set_cookies` with
    ///     the response, and end the browser's old session if `ends_session` is true. The exceptions have both
    ///     attributes too.
    ///
    /// Raises:
    ///     LoginError: `callback_malformed`, `callback_duplicate`, `callback_contradictory`, `callback_issuer`;
    ///         `cookies_blocked`, `login_loop` or `pending_invalid` when the login has restarted too often.
    ///     TokenError: The ID token breaks a rule: `id_token_expired` and the other `id_token_…` codes.
    ///     ConfigError: `client_secret_missing`.
    ///     CleverError: `client_rejected`, `clever_unavailable`, `rate_limited` or another of its error codes.
    ///     NetworkError: `network_timeout`, `network_connect` or another of its error codes.
    #[pyo3(signature = (callback, cookies=None, *, pending=None))]
    fn finish_login(
        &self,
        py: Python<'_>,
        callback: Text,
        cookies: Option<Sent>,
        pending: Option<Text>,
    ) -> Result<Finished> {
        let (callback, pending) = (callback.get("callback")?, optional(pending.as_ref(), "pending")?);
        let cookies = one_of(cookies, pending.as_ref())?;
        let finished = wait(py, || match pending {
            Some(pending) => self.core.finish_login_with_pending(callback, Some(pending)),
            None => self.core.finish_login(callback, &cookies),
        })?;
        Ok(Finished::new(py, finished)?)
    }

    /// Begins a login with the implicit grant, for an application without a client secret. No network.
    ///
    /// The browser comes back with an access token in the fragment. Clever must allow your application to use it.
    /// Without a client secret, the client needs a `pending_key`.
    ///
    /// The arguments are those of `begin_login`.
    ///
    /// Args:
    ///     cookies: The `Cookie` header of the request.
    ///     redirect_uri: One of the configured ones. Default: the primary one.
    ///     district_id: Clever's id of the district, if you know it. Clever then skips the school picker.
    ///     return_to: Where to go after the login.
    ///     switch_user: Whether Clever asks the person to confirm who they are.
    ///     has_session: Whether the browser has a session of the application.
    ///     home: Where people go after a login without `return_to`.
    ///
    /// Raises:
    ///     ConfigError: `redirect_uri_unknown`; `config_invalid` when there is neither a client secret nor a
    ///         `pending_key`.
    ///     LoginError: As `begin_login`.
    ///     ArgumentError: `return_to_unsafe`.
    #[pyo3(signature = (
        *, cookies=None, redirect_uri=None, district_id=None, return_to=None, switch_user=Flag(Ok(false)),
        has_session=None, home=None
    ))]
    #[pyo3(text_signature = "($self, *, cookies=None, redirect_uri=None, district_id=None, return_to=None, \
            switch_user=False, has_session=None, home=None)")]
    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
    fn begin_implicit(
        &self,
        py: Python<'_>,
        cookies: Option<Sent>,
        redirect_uri: Option<Text>,
        district_id: Option<Text>,
        return_to: Option<Text>,
        switch_user: Flag,
        has_session: Option<Flag>,
        home: Option<Text>,
    ) -> Result<Login> {
        let options =
            login_options(cookies, redirect_uri, district_id, return_to, switch_user, has_session, home)?;
        Ok(compute(py, || self.core.begin_implicit(&options))?.into())
    }

    /// Finishes a login of `begin_implicit`. The outcome is a value, not an exception.
    ///
    /// A browser does not send the fragment to a server, so a page of yours must post it. The token is used only after
    /// Clever confirms that it was issued to this application. It takes up to three network round trips.
    ///
    /// Args:
    ///     callback: The fragment that the browser came back with, or the whole URL with it.
    ///     cookies: The `Cookie` header of the request that posted it.
    ///     pending: For applications that store logins themselves instead of in cookies, such as a desktop app in
    ///         memory: the `pending` text that you stored under this login's `key`.
    ///
    /// Returns:
    ///     As `finish_login`.
    ///
    /// Raises:
    ///     LoginError: As `finish_login`; `callback_malformed` also when the token is in the query or is not a bearer
    ///         token.
    ///     TokenError: `token_foreign`, `token_rejected`.
    ///     ConfigError: `config_invalid` when there is neither a client secret nor a `pending_key`.
    ///     CleverError: `clever_unavailable`, `rate_limited` or another of its error codes.
    ///     NetworkError: `network_timeout`, `network_connect` or another of its error codes.
    #[pyo3(signature = (callback, cookies=None, *, pending=None))]
    fn finish_implicit(
        &self,
        py: Python<'_>,
        callback: Text,
        cookies: Option<Sent>,
        pending: Option<Text>,
    ) -> Result<Finished> {
        let (callback, pending) = (callback.get("callback")?, optional(pending.as_ref(), "pending")?);
        let cookies = one_of(cookies, pending.as_ref())?;
        let finished = wait(py, || match pending {
            Some(pending) => self.core.finish_implicit_with_pending(callback, Some(pending)),
            None => self.core.finish_implicit(callback, &cookies),
        })?;
        Ok(Finished::new(py, finished)?)
    }

    /// Returns a `Refusal` if you must not act on this request of a browser, otherwise `None`.
    ///
    /// Call it before you begin a login, finish a login, or log a person out. It keeps prefetched links, frames,
    /// images, scripts, and forms on other sites from using a code or logging a person out. No network.
    ///
    ///     refusal = client.refusal("callback", method=request.method, headers=request.headers)
    ///
    /// Args:
    ///     endpoint: `login`, `callback` or `logout`.
    ///     method: The method of the request.
    ///     headers: All headers of the request: a mapping or pairs, of str or bytes, or WSGI's `environ`.
    ///
    /// Raises:
    ///     ArgumentError: `argument_invalid`, for any other `endpoint`.
    #[pyo3(signature = (endpoint, *, method, headers))]
    fn refusal(
        &self,
        endpoint: Typed<Text, EndpointWord>,
        method: Sent,
        headers: Typed<Bound<'_, PyAny>, Headers>,
    ) -> Result<Option<Refusal>> {
        let endpoint = request::endpoint(endpoint.value.get("endpoint")?)?;
        Ok(self
            .core
            .refusal(endpoint, &request::read(&method.get("method")?, &headers.value)?)
            .map(Into::into))
    }

    /// Returns the cookies to set when a person logs out. No network.
    ///
    /// They reset the counts that detect lost sessions, so the next login does not fail with `session_not_kept`.
    ///
    /// Args:
    ///     cookies: The `Cookie` header of the request.
    #[pyo3(signature = (cookies=None))]
    fn log_out_cookies<'py>(
        &self,
        py: Python<'py>,
        cookies: Option<Sent>,
    ) -> PyResult<Tuple<'py, SetCookie>> {
        let cookies = sent(cookies)?;
        set_cookie::tuple(py, &set_cookie::all(&self.core.log_out_cookies(&cookies)))
    }

    /// Returns the cookies to set when a request has a session: they record that the browser kept the last sign-in.
    ///
    /// Usually there are none. No network. If you don't call this, people who log out through your own code and sign in
    /// again four times in a minute see an error that their session is not kept.
    ///
    /// Set cookies with a `max_age` above 0 only when you send a page, not a redirect, an image or a response to a
    /// script: they mean that the person is not in a redirect loop.
    ///
    /// Args:
    ///     cookies: The `Cookie` header of the request.
    #[pyo3(signature = (cookies=None))]
    fn session_kept_cookies<'py>(
        &self,
        py: Python<'py>,
        cookies: Option<Sent>,
    ) -> PyResult<Tuple<'py, SetCookie>> {
        let cookies = sent(cookies)?;
        set_cookie::tuple(py, &set_cookie::all(&self.core.session_kept_cookies(&cookies)))
    }

    /// Returns the URL that asks Clever for a code or a token, for apps that run the flow themselves. No network.
    ///
    /// Args:
    ///     response_type: `code`, or `token` for the implicit grant.
    ///     redirect_uri: One of the configured ones. Default: the primary one.
    ///     state: Clever sends it back unchanged. Compare it with the state that you stored for this browser.
    ///     nonce: Clever puts it into the ID token.
    ///     district_id: Clever's id of the district, if you know it. Clever then skips the school picker.
    ///     switch_user: Whether Clever asks the person to confirm who they are.
    ///     without_state: Confirms that you want no state. A `token` request needs either a `state` or this. A token
    ///         that comes back without a state may belong to anyone, so do not sign a person in with it.
    ///         `begin_implicit` makes and checks a state for you.
    ///
    /// Raises:
    ///     ConfigError: `redirect_uri_unknown`.
    ///     ArgumentError: `argument_invalid`, for any other response type, or a `token` with neither `state` nor
    ///         `without_state`.
    #[pyo3(signature = (
        *, response_type=None.into(), redirect_uri=None, state=None, nonce=None, district_id=None,
        switch_user=Flag(Ok(false)), without_state=Flag(Ok(false))
    ))]
    #[pyo3(text_signature = "($self, *, response_type='code', redirect_uri=None, state=None, nonce=None, \
            district_id=None, switch_user=False, without_state=False)")]
    #[expect(clippy::too_many_arguments, reason = "they are keyword arguments in Python")]
    fn authorize_url(
        &self,
        response_type: Typed<Option<Text>, ResponseTypeWord>,
        redirect_uri: Option<Text>,
        state: Option<Text>,
        nonce: Option<Text>,
        district_id: Option<Text>,
        switch_user: Flag,
        without_state: Flag,
    ) -> Result<Plain<String>> {
        let mut options = AuthorizeOptions::new();
        options.response_type =
            read_response_type(optional(response_type.value.as_ref(), "response_type")?.unwrap_or("code"))?;
        options.redirect_uri = optional(redirect_uri.as_ref(), "redirect_uri")?;
        options.state = optional(state.as_ref(), "state")?;
        options.nonce = optional(nonce.as_ref(), "nonce")?;
        options.district_id = optional(district_id.as_ref(), "district_id")?;
        options.switch_user = switch_user.get("switch_user")?;
        options.without_state = without_state.get("without_state")?;
        Ok(caught(|| self.core.authorize_url(&options))?.into())
    }

    /// Returns an Instant Login link to this application for the people of a district. No network.
    ///
    /// People who follow it arrive without a state, so `finish_login` returns `Restart` first.
    ///
    /// Args:
    ///     district_id: Clever's id of the district.
    fn instant_login_url(&self, district_id: Text) -> Result<Plain<String>> {
        let district_id = district_id.get("district_id")?;
        Ok(caught(|| self.core.instant_login_url(district_id))?.into())
    }

    /// Returns the URL of a district's Clever Portal, or of the page where people look for their school. No network.
    ///
    /// Args:
    ///     district: The short name of the district, as in the URL of its portal.
    #[pyo3(signature = (district=None))]
    fn portal_url(&self, district: Option<Text>) -> Result<Plain<String>> {
        let district = optional(district.as_ref(), "district")?;
        Ok(caught(|| self.core.portal_url(district))?.into())
    }

    /// Exchanges a code for tokens, for apps that run the flow themselves. A code works once, within a minute.
    ///
    /// Args:
    ///     code: The code from the callback.
    ///     redirect_uri: The redirect URI of the authorization request. Default: the primary one.
    ///
    /// Raises:
    ///     CleverError: `code_rejected`, `client_rejected`, `token_request_rejected` or another of its error codes.
    ///     ConfigError: `redirect_uri_unknown`, `client_secret_missing`.
    ///     NetworkError: Any of its error codes.
    #[pyo3(signature = (code, redirect_uri=None))]
    fn exchange_code(&self, py: Python<'_>, code: Text, redirect_uri: Option<Text>) -> Result<Tokens> {
        let (code, redirect_uri) = (code.get("code")?, optional(redirect_uri.as_ref(), "redirect_uri")?);
        Ok(Tokens(wait(py, || self.core.exchange_code(code, redirect_uri))?))
    }

    /// Verifies an ID token with Clever's keys. Fetches the keys if they are not known yet.
    ///
    /// Args:
    ///     token: The ID token.
    ///     nonce: The nonce that you sent. If you pass none, the token must have none.
    ///     access_token: The access token that came with the ID token. If you pass it, the token's `at_hash` claim, if
    ///         present, must match.
    ///
    /// Returns:
    ///     The claims.
    ///
    /// Raises:
    ///     TokenError: The code of the first broken rule, for example `id_token_expired`.
    ///     CleverError: When keys must be fetched: `discovery_issuer`, `keys_unusable` or another of its error codes.
    ///     NetworkError: When keys must be fetched: any of its error codes.
    #[pyo3(signature = (token, *, nonce=None, access_token=None))]
    fn verify_id_token<'py>(
        &self,
        py: Python<'py>,
        token: Text,
        nonce: Option<Text>,
        access_token: Option<Text>,
    ) -> Result<Dict<'py>> {
        let (token, nonce) = (token.get("token")?, optional(nonce.as_ref(), "nonce")?);
        let access_token = optional(access_token.as_ref(), "access_token")?;
        let claims = wait(py, || self.core.verify_id_token(token, nonce, access_token))?;
        Ok(claims_dict(py, &claims)?)
    }

    /// Asks Clever whether an access token was issued to this application.
    ///
    /// The implicit grant has no other protection against a token that was issued to another application: call this
    /// before you trust a token from a browser.
    ///
    /// Args:
    ///     access_token: The access token.
    ///
    /// Raises:
    ///     TokenError: `token_foreign`, `token_rejected`.
    ///     CleverError: Any of its error codes.
    ///     NetworkError: Any of its error codes.
    fn check_token(&self, py: Python<'_>, access_token: Text) -> Result<TokenInfo> {
        let access_token = access_token.get("access_token")?;
        Ok(wait(py, || self.core.check_token(access_token))?.into())
    }

    /// Asks Clever who an access token belongs to.
    ///
    /// Args:
    ///     access_token: The access token.
    ///
    /// Raises:
    ///     TokenError: `token_rejected`.
    ///     CleverError: Any of its error codes.
    ///     NetworkError: Any of its error codes.
    fn me(&self, py: Python<'_>, access_token: Text) -> Result<Me> {
        let access_token = access_token.get("access_token")?;
        Ok(Me(wait(py, || self.core.me(access_token))?))
    }

    /// Fetches a person's record.
    ///
    /// Args:
    ///     access_token: The access token.
    ///     id: The Clever id of the person.
    ///
    /// Raises:
    ///     TokenError: `token_rejected`.
    ///     ArgumentError: `argument_invalid`, when `id` cannot be a Clever id.
    ///     CleverError: `not_found` or another of its error codes.
    ///     NetworkError: Any of its error codes.
    fn user(&self, py: Python<'_>, access_token: Text, id: Text) -> Result<User> {
        let (access_token, id) = (access_token.get("access_token")?, id.get("id")?);
        Ok(User(wait(py, || self.core.user(access_token, id))?))
    }

    /// Fetches a district's record.
    ///
    /// Args:
    ///     access_token: The access token.
    ///     id: Clever's id of the district.
    ///
    /// Raises:
    ///     TokenError: `token_rejected`.
    ///     ArgumentError: `argument_invalid`, when `id` cannot be a Clever id.
    ///     CleverError: `not_found` or another of its error codes.
    ///     NetworkError: Any of its error codes.
    fn district(&self, py: Python<'_>, access_token: Text, id: Text) -> Result<District> {
        let (access_token, id) = (access_token.get("access_token")?, id.get("id")?);
        Ok(District(wait(py, || self.core.district(access_token, id))?))
    }

    /// Fetches the claims about the person that an access token belongs to (OpenID Connect Core 5.3).
    ///
    /// Args:
    ///     access_token: The access token.
    ///     subject: The `sub` of the ID token that came with the access token. A response about another person is
    ///         refused.
    ///
    /// Raises:
    ///     TokenError: `userinfo_subject`, `token_rejected`.
    ///     CleverError: Any of its error codes.
    ///     NetworkError: Any of its error codes.
    #[pyo3(signature = (access_token, subject=None))]
    fn userinfo(&self, py: Python<'_>, access_token: Text, subject: Option<Text>) -> Result<UserInfo> {
        let (access_token, subject) =
            (access_token.get("access_token")?, optional(subject.as_ref(), "subject")?);
        Ok(UserInfo(wait(py, || self.core.userinfo(access_token, subject))?))
    }

    /// Returns Clever's keys as text, for another process of the same application.
    ///
    /// Fetches the keys if they are not known yet. Store the text where no one else can write: anyone who can change it
    /// can sign in as any person.
    ///
    /// Raises:
    ///     CleverError: `discovery_issuer`, `keys_unusable` or another of its error codes.
    ///     NetworkError: Any of its error codes.
    fn export_keys(&self, py: Python<'_>) -> Result<Plain<String>> {
        wait(py, || self.core.export_keys()).map(Plain)
    }

    /// Loads keys that another process exported, unless this client has fresh ones.
    ///
    /// They must follow the same rules as fetched keys. No network.
    ///
    /// Args:
    ///     text: The text from `export_keys`.
    ///
    /// Raises:
    ///     ArgumentError: `argument_invalid` when the text was not exported for this issuer.
    ///     CleverError: `keys_unusable`, `response_malformed`.
    fn import_keys(&self, py: Python<'_>, text: Text) -> Result<()> {
        let text = text.get("text")?;
        compute(py, || self.core.import_keys(text))
    }

    /// Does one-time setup up front: fetches the discovery document and the keys.
    ///
    /// Raises:
    ///     CleverError: `discovery_issuer`, `keys_unusable` or another of its error codes.
    ///     NetworkError: Any of its error codes.
    fn warm_up(&self, py: Python<'_>) -> Result<()> {
        wait_at_start(py, || self.core.warm_up())
    }

    /// Returns what this client has counted in this process: logins, requests, retries, durations. No network.
    ///
    /// `docs/stats.md` lists the metrics. `client.stats().to_prometheus()` returns them as text for Prometheus.
    fn stats(&self, py: Python<'_>) -> Result<Stats> {
        compute(py, || Ok(Stats::from(self.core.stats())))
    }

    /// Checks the whole setup: settings, network, TLS, clock, keys, credentials and redirect URIs.
    ///
    /// It takes at most 15 seconds, logs no one in and uses no code. The report lists the problems and contains no
    /// secrets. `docs/doctor.md` lists the checks.
    ///
    /// If your settings are so wrong that you can't create a client, call `clever_sso.doctor()`.
    ///
    /// Raises:
    ///     InternalError: Any of its error codes.
    fn doctor(&self, py: Python<'_>) -> Result<Report> {
        Ok(Report::with_interpreter(wait(py, || self.core.doctor())?))
    }

    /// Closes idle connections. You can still use the client afterwards: it opens new ones.
    fn close(&self, py: Python<'_>) -> Result<()> {
        compute(py, || {
            self.core.close_idle();
            Ok(())
        })
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_exception: "object"))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) -> Result<()> {
        self.close(py)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Client").text("client_id", &self.client_id).text("issuer", &self.issuer).finish()
    }

    /// Always raises `TypeError`: a client contains secrets, which must not be pickled.
    #[expect(clippy::unused_self, reason = "a method of Python's")]
    fn __reduce__(&self, py: Python<'_>) -> PyResult<Typed<(), NoReturn>> {
        Err(guarded::error::<PyTypeError>(
            py,
            "a Client cannot be pickled or copied: it holds secrets and connections. Make one in each process, or \
             share this one: threads and forked workers may",
        ))
    }
}

fn login_options(
    cookies: Option<Sent>,
    redirect_uri: Option<Text>,
    district_id: Option<Text>,
    return_to: Option<Text>,
    switch_user: Flag,
    has_session: Option<Flag>,
    home: Option<Text>,
) -> Result<LoginOptions> {
    let mut options = LoginOptions::default();
    options.cookies = cookies.map(|cookies| cookies.get("cookies")).transpose()?;
    options.redirect_uri = optional(redirect_uri.as_ref(), "redirect_uri")?.map(str::to_owned);
    options.district_id = optional(district_id.as_ref(), "district_id")?.map(str::to_owned);
    options.return_to = optional(return_to.as_ref(), "return_to")?.map(str::to_owned);
    options.switch_user = switch_user.get("switch_user")?;
    options.has_session = has_session.map(|known| known.get("has_session")).transpose()?;
    options.home = optional(home.as_ref(), "home")?.map(str::to_owned);
    Ok(options)
}

/// The `Cookie` header, unless the application stores logins itself.
pub(crate) fn one_of(cookies: Option<Sent>, pending: Option<&impl Sized>) -> Result<String> {
    match (cookies, pending) {
        (Some(_), Some(_)) => Err(argument_invalid("give either cookies or pending")),
        (cookies, _) => sent(cookies),
    }
}

fn sent(cookies: Option<Sent>) -> Result<String> {
    cookies.map_or_else(|| Ok(String::new()), |cookies| cookies.get("cookies"))
}

words!(ResponseTypeWord: "code", "token");

fn read_response_type(word: &str) -> Result<ResponseType> {
    match word {
        "code" => Ok(ResponseType::Code),
        "token" => Ok(ResponseType::Token),
        _ => Err(argument_invalid("response_type must be \"code\" or \"token\"")),
    }
}
