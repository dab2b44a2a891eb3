"""The Rust core of `clever_sso`."""

from asyncio import Future
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, Final, Literal, NoReturn, final

from clever_sso.exceptions import Error

__all__ = [
    "AsyncCalls",
    "Callback",
    "Client",
    "Denied",
    "District",
    "ErrorCode",
    "Finding",
    "Identity",
    "KeySet",
    "Login",
    "Me",
    "Name",
    "Refusal",
    "Report",
    "Restart",
    "Role",
    "Sample",
    "SetCookie",
    "SignedIn",
    "Stats",
    "TokenInfo",
    "Tokens",
    "User",
    "UserInfo",
    "__version__",
    "doctor",
    "doctor_of_client",
    "doctor_of_settings",
    "error_codes",
    "is_switched_on",
    "language_of",
    "leads_to",
    "login_key",
    "observe_calls",
    "parse_callback",
    "translated",
    "verify_id_token",
]

__version__: Final[str]

@final
class Client:
    """A client for Clever, with every operation of an application. Create one and keep it.

    You can use it from many threads at once and in forked workers (gunicorn, uWSGI, Celery). It starts no
    threads. Network calls release the GIL and react to Ctrl-C. The client sends nothing before the first network call.

        client = clever_sso.Client("client id", "client secret", "https://app.example/callback")
        client.warm_up()

    Args:
        client_id: As Clever's dashboard shows it.
        client_secret: As Clever's dashboard shows it. Without one only the implicit grant (`begin_implicit`,
            `finish_implicit`), `verify_id_token` and the calls with an access token are possible.
        redirect_uri: One, or a sequence of them, exactly as registered with Clever. The first is the primary one,
            where logins from the Clever Portal and from Instant Login links arrive.
        issuer: The issuer in ID tokens, and the base URL of Clever's OAuth endpoints. Default `https://clever.com`.
        api_base: The base URL of Clever's API. Default `https://api.clever.com`.
        base_url: One URL for both issuer and API, for a local emulator.
        timeout: The time limit for a whole call in seconds, including retries.
        leeway: How many seconds the clocks of Clever and this machine may differ when an ID token's times are checked.
            At most 600.
        pending_key: The key that encrypts pending logins, at least 16 random bytes as text. By default it is derived
            from the client secret, so any process that knows the secret can finish a login that another process
            began. Without a client secret, `begin_implicit` needs it. On a server, use one secret key for all
            processes; in a desktop app, make a new key each time it starts.
        old_pending_keys: Old keys, or old client secrets. Logins that they encrypted are still accepted.
        return_to_origins: Origins, such as `https://www.example.org`, that `return_to` may lead to, in addition to
            paths.
        development: Whether to allow plain http for every address, on any host. Clever allows such redirect URIs for
            development applications, and containers reach an emulator by its name, such as `http://clever:5999`.
        authorization_endpoint, token_endpoint, tokeninfo_endpoint, userinfo_endpoint: The URLs of these endpoints, if
            they differ from Clever's usual ones.
        jwks_uri: The URL of the keys that verify ID tokens. Default: the address in the issuer's discovery document.
        discover: Whether to fetch the issuer's discovery document now and use its endpoints where you set none. For
            OpenID Providers other than Clever.
        ca_bundle: Extra CA certificates to trust in addition to the system's, for example for a school network that
            inspects TLS: PEM text, or the path of a PEM file. The file is read now.
        proxy: The URL of the proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`,
            `https://` or `socks5h://`. It is used for every address except this machine's. Default: the environment
            variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case, read now.

    Raises:
        ConfigError: `config_invalid`; the message names the argument and what is wrong with it.
    """

    def __new__(
        cls,
        client_id: str,
        client_secret: str | None = None,
        redirect_uri: str | Sequence[str] | None = None,
        *,
        issuer: str | None = None,
        api_base: str | None = None,
        base_url: str | None = None,
        timeout: float = 10.0,
        leeway: int = 60,
        pending_key: str | None = None,
        old_pending_keys: Sequence[str] = (),
        return_to_origins: Sequence[str] = (),
        development: bool = False,
        authorization_endpoint: str | None = None,
        token_endpoint: str | None = None,
        tokeninfo_endpoint: str | None = None,
        userinfo_endpoint: str | None = None,
        jwks_uri: str | None = None,
        discover: bool = False,
        ca_bundle: str | PathLike[str] | None = None,
        proxy: str | None = None,
    ) -> Client: ...
    @property
    def client_id(self) -> str:
        """The client id."""

    @property
    def issuer(self) -> str:
        """The issuer of ID tokens, such as `https://clever.com`."""

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The redirect URIs; the first is the primary one."""

    @classmethod
    def from_env(cls) -> Client:
        """Makes a client from environment variables: `CLEVER_CLIENT_ID`, `CLEVER_REDIRECT_URI` and so on.

        Every keyword argument of the class has a variable: its name in capitals after `CLEVER_`. Several redirect URIs,
        keys or origins are separated by spaces. An empty variable is unset.

            client = clever_sso.Client.from_env()
            print(client.client_id, client.issuer, client.redirect_uris)

        Raises:
            ConfigError: `config_invalid`; the message names the variable and what is wrong with it.
        """

    def begin_login(
        self,
        *,
        cookies: str | None = None,
        redirect_uri: str | None = None,
        district_id: str | None = None,
        return_to: str | None = None,
        switch_user: bool = False,
        has_session: bool | None = None,
        home: str | None = None,
    ) -> Login:
        """Begins a login: send the browser to its `url`, with its `set_cookies`. No network.

        Args:
            cookies: The `Cookie` header of the request. With it, the browser keeps at most eight logins in progress,
                and a browser that keeps losing its session gets an error instead of an endless redirect.
            redirect_uri: One of the configured ones. Default: the primary one.
            district_id: Clever's id of the district, if you know it. Clever then skips the school picker.
            return_to: Where to go after the login: a path of the application, or a URL on its host or an allowed
                origin. At most 1,024 bytes.
            switch_user: Whether Clever asks the person to confirm who they are, for "Not you?" links. Without it, the
                same person is signed in again.
            has_session: Whether the browser has a session of the application. Pass `False` if you checked and found
                none.
            home: Where people go after a login without `return_to`: your own page. If a signed-in person is sent back
                to log in again and again, they go there instead of to Clever each time.

        Raises:
            ConfigError: `redirect_uri_unknown`, `client_secret_missing`.
            LoginError: `session_not_kept` when the browser loses its session after each sign-in, `page_not_allowed`
                when a signed-in person is sent back to log in again and again.
            ArgumentError: `return_to_unsafe`.
        """

    def finish_login(
        self, callback: str, cookies: str | None = None, *, pending: str | None = None
    ) -> SignedIn | Restart | Denied:
        """Finishes a login. The outcome is a value, not an exception.

        It takes one network round trip if Clever sends an ID token and its keys are known, otherwise up to three.

        Args:
            callback: The URL that the browser came back with, or its query.
            cookies: The `Cookie` header of the request.
            pending: For applications that store logins in their own session instead of cookies: the `pending` text that
                you stored under this login's `key`.

        Returns:
            `SignedIn`, `Restart` (redirect to the new login's URL), or `Denied`. Set the outcome's `set_cookies` with
            the response, and end the browser's old session if `ends_session` is true. The exceptions have both
            attributes too.

        Raises:
            LoginError: `callback_malformed`, `callback_duplicate`, `callback_contradictory`, `callback_issuer`;
                `cookies_blocked`, `login_loop` or `pending_invalid` when the login has restarted too often.
            TokenError: The ID token breaks a rule: `id_token_expired` and the other `id_token_…` codes.
            ConfigError: `client_secret_missing`.
            CleverError: `client_rejected`, `clever_unavailable`, `rate_limited` or another of its error codes.
            NetworkError: `network_timeout`, `network_connect` or another of its error codes.
        """

    def begin_implicit(
        self,
        *,
        cookies: str | None = None,
        redirect_uri: str | None = None,
        district_id: str | None = None,
        return_to: str | None = None,
        switch_user: bool = False,
        has_session: bool | None = None,
        home: str | None = None,
    ) -> Login:
        """Begins a login with the implicit grant, for an application without a client secret. No network.

        The browser comes back with an access token in the fragment. Clever must allow your application to use it.
        Without a client secret, the client needs a `pending_key`.

        The arguments are those of `begin_login`.

        Args:
            cookies: The `Cookie` header of the request.
            redirect_uri: One of the configured ones. Default: the primary one.
            district_id: Clever's id of the district, if you know it. Clever then skips the school picker.
            return_to: Where to go after the login.
            switch_user: Whether Clever asks the person to confirm who they are.
            has_session: Whether the browser has a session of the application.
            home: Where people go after a login without `return_to`.

        Raises:
            ConfigError: `redirect_uri_unknown`; `config_invalid` when there is neither a client secret nor a
                `pending_key`.
            LoginError: As `begin_login`.
            ArgumentError: `return_to_unsafe`.
        """

    def finish_implicit(
        self, callback: str, cookies: str | None = None, *, pending: str | None = None
    ) -> SignedIn | Restart | Denied:
        """Finishes a login of `begin_implicit`. The outcome is a value, not an exception.

        A browser does not send the fragment to a server, so a page of yours must post it. The token is used only after
        Clever confirms that it was issued to this application. It takes up to three network round trips.

        Args:
            callback: The fragment that the browser came back with, or the whole URL with it.
            cookies: The `Cookie` header of the request that posted it.
            pending: For applications that store logins themselves instead of in cookies, such as a desktop app in
                memory: the `pending` text that you stored under this login's `key`.

        Returns:
            As `finish_login`.

        Raises:
            LoginError: As `finish_login`; `callback_malformed` also when the token is in the query or is not a bearer
                token.
            TokenError: `token_foreign`, `token_rejected`.
            ConfigError: `config_invalid` when there is neither a client secret nor a `pending_key`.
            CleverError: `clever_unavailable`, `rate_limited` or another of its error codes.
            NetworkError: `network_timeout`, `network_connect` or another of its error codes.
        """

    def refusal(
        self,
        endpoint: Literal["login", "callback", "logout"],
        *,
        method: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
    ) -> Refusal | None:
        """Returns a `Refusal` if you must not act on this request of a browser, otherwise `None`.

        Call it before you begin a login, finish a login, or log a person out. It keeps prefetched links, frames,
        images, scripts, and forms on other sites from using a code or logging a person out. No network.

            refusal = client.refusal("callback", method=request.method, headers=request.headers)

        Args:
            endpoint: `login`, `callback` or `logout`.
            method: The method of the request.
            headers: All headers of the request: a mapping or pairs, of str or bytes, or WSGI's `environ`.

        Raises:
            ArgumentError: `argument_invalid`, for any other `endpoint`.
        """

    def log_out_cookies(self, cookies: str | None = None) -> tuple[SetCookie, ...]:
        """Returns the cookies to set when a person logs out. No network.

        They reset the counts that detect lost sessions, so the next login does not fail with `session_not_kept`.

        Args:
            cookies: The `Cookie` header of the request.
        """

    def session_kept_cookies(self, cookies: str | None = None) -> tuple[SetCookie, ...]:
        """Returns the cookies to set when a request has a session: they record that the browser kept the last sign-in.

        Usually there are none. No network. If you don't call this, people who log out through your own code and sign in
        again four times in a minute see an error that their session is not kept.

        Set cookies with a `max_age` above 0 only when you send a page, not a redirect, an image or a response to a
        script: they mean that the person is not in a redirect loop.

        Args:
            cookies: The `Cookie` header of the request.
        """

    def authorize_url(
        self,
        *,
        response_type: Literal["code", "token"] = "code",
        redirect_uri: str | None = None,
        state: str | None = None,
        nonce: str | None = None,
        district_id: str | None = None,
        switch_user: bool = False,
        without_state: bool = False,
    ) -> str:
        """Returns the URL that asks Clever for a code or a token, for apps that run the flow themselves. No network.

        Args:
            response_type: `code`, or `token` for the implicit grant.
            redirect_uri: One of the configured ones. Default: the primary one.
            state: Clever sends it back unchanged. Compare it with the state that you stored for this browser.
            nonce: Clever puts it into the ID token.
            district_id: Clever's id of the district, if you know it. Clever then skips the school picker.
            switch_user: Whether Clever asks the person to confirm who they are.
            without_state: Confirms that you want no state. A `token` request needs either a `state` or this. A token
                that comes back without a state may belong to anyone, so do not sign a person in with it.
                `begin_implicit` makes and checks a state for you.

        Raises:
            ConfigError: `redirect_uri_unknown`.
            ArgumentError: `argument_invalid`, for any other response type, or a `token` with neither `state` nor
                `without_state`.
        """

    def instant_login_url(self, district_id: str) -> str:
        """Returns an Instant Login link to this application for the people of a district. No network.

        People who follow it arrive without a state, so `finish_login` returns `Restart` first.

        Args:
            district_id: Clever's id of the district.
        """

    def portal_url(self, district: str | None = None) -> str:
        """Returns the URL of a district's Clever Portal, or of the page where people look for their school. No network.

        Args:
            district: The short name of the district, as in the URL of its portal.
        """

    def exchange_code(self, code: str, redirect_uri: str | None = None) -> Tokens:
        """Exchanges a code for tokens, for apps that run the flow themselves. A code works once, within a minute.

        Args:
            code: The code from the callback.
            redirect_uri: The redirect URI of the authorization request. Default: the primary one.

        Raises:
            CleverError: `code_rejected`, `client_rejected`, `token_request_rejected` or another of its error codes.
            ConfigError: `redirect_uri_unknown`, `client_secret_missing`.
            NetworkError: Any of its error codes.
        """

    def verify_id_token(
        self, token: str, *, nonce: str | None = None, access_token: str | None = None
    ) -> dict[str, Any]:
        """Verifies an ID token with Clever's keys. Fetches the keys if they are not known yet.

        Args:
            token: The ID token.
            nonce: The nonce that you sent. If you pass none, the token must have none.
            access_token: The access token that came with the ID token. If you pass it, the token's `at_hash` claim, if
                present, must match.

        Returns:
            The claims.

        Raises:
            TokenError: The code of the first broken rule, for example `id_token_expired`.
            CleverError: When keys must be fetched: `discovery_issuer`, `keys_unusable` or another of its error codes.
            NetworkError: When keys must be fetched: any of its error codes.
        """

    def check_token(self, access_token: str) -> TokenInfo:
        """Asks Clever whether an access token was issued to this application.

        The implicit grant has no other protection against a token that was issued to another application: call this
        before you trust a token from a browser.

        Args:
            access_token: The access token.

        Raises:
            TokenError: `token_foreign`, `token_rejected`.
            CleverError: Any of its error codes.
            NetworkError: Any of its error codes.
        """

    def me(self, access_token: str) -> Me:
        """Asks Clever who an access token belongs to.

        Args:
            access_token: The access token.

        Raises:
            TokenError: `token_rejected`.
            CleverError: Any of its error codes.
            NetworkError: Any of its error codes.
        """

    def user(self, access_token: str, id: str) -> User:
        """Fetches a person's record.

        Args:
            access_token: The access token.
            id: The Clever id of the person.

        Raises:
            TokenError: `token_rejected`.
            ArgumentError: `argument_invalid`, when `id` cannot be a Clever id.
            CleverError: `not_found` or another of its error codes.
            NetworkError: Any of its error codes.
        """

    def district(self, access_token: str, id: str) -> District:
        """Fetches a district's record.

        Args:
            access_token: The access token.
            id: Clever's id of the district.

        Raises:
            TokenError: `token_rejected`.
            ArgumentError: `argument_invalid`, when `id` cannot be a Clever id.
            CleverError: `not_found` or another of its error codes.
            NetworkError: Any of its error codes.
        """

    def userinfo(self, access_token: str, subject: str | None = None) -> UserInfo:
        """Fetches the claims about the person that an access token belongs to (OpenID Connect Core 5.3).

        Args:
            access_token: The access token.
            subject: The `sub` of the ID token that came with the access token. A response about another person is
                refused.

        Raises:
            TokenError: `userinfo_subject`, `token_rejected`.
            CleverError: Any of its error codes.
            NetworkError: Any of its error codes.
        """

    def export_keys(self) -> str:
        """Returns Clever's keys as text, for another process of the same application.

        Fetches the keys if they are not known yet. Store the text where no one else can write: anyone who can change it
        can sign in as any person.

        Raises:
            CleverError: `discovery_issuer`, `keys_unusable` or another of its error codes.
            NetworkError: Any of its error codes.
        """

    def import_keys(self, text: str) -> None:
        """Loads keys that another process exported, unless this client has fresh ones.

        They must follow the same rules as fetched keys. No network.

        Args:
            text: The text from `export_keys`.

        Raises:
            ArgumentError: `argument_invalid` when the text was not exported for this issuer.
            CleverError: `keys_unusable`, `response_malformed`.
        """

    def warm_up(self) -> None:
        """Does one-time setup up front: fetches the discovery document and the keys.

        Raises:
            CleverError: `discovery_issuer`, `keys_unusable` or another of its error codes.
            NetworkError: Any of its error codes.
        """

    def stats(self) -> Stats:
        """Returns what this client has counted in this process: logins, requests, retries, durations. No network.

        `docs/stats.md` lists the metrics. `client.stats().to_prometheus()` returns them as text for Prometheus.
        """

    def doctor(self) -> Report:
        """Checks the whole setup: settings, network, TLS, clock, keys, credentials and redirect URIs.

        It takes at most 15 seconds, logs no one in and uses no code. The report lists the problems and contains no
        secrets. `docs/doctor.md` lists the checks.

        If your settings are so wrong that you can't create a client, call `clever_sso.doctor()`.

        Raises:
            InternalError: Any of its error codes.
        """

    def close(self) -> None:
        """Closes idle connections. You can still use the client afterwards: it opens new ones."""

    def __enter__(self) -> Client: ...
    def __exit__(self, *_exception: object) -> None: ...
    def __reduce__(self) -> NoReturn:
        """Always raises `TypeError`: a client contains secrets, which must not be pickled."""

@final
class AsyncCalls:
    """The network calls of a client, each returning an `asyncio.Future`. `AsyncClient` uses them."""

    def __new__(cls, client: Client) -> AsyncCalls: ...
    def finish_login(
        self, callback: str, cookies: str | None, pending: str | None
    ) -> Future[SignedIn | Restart | Denied]:
        """See `Client.finish_login`."""

    def finish_implicit(
        self, callback: str, cookies: str | None, pending: str | None
    ) -> Future[SignedIn | Restart | Denied]:
        """See `Client.finish_implicit`."""

    def exchange_code(self, code: str, redirect_uri: str | None) -> Future[Tokens]:
        """See `Client.exchange_code`."""

    def verify_id_token(self, token: str, nonce: str | None, access_token: str | None) -> Future[dict[str, Any]]:
        """See `Client.verify_id_token`."""

    def check_token(self, access_token: str) -> Future[TokenInfo]:
        """See `Client.check_token`."""

    def me(self, access_token: str) -> Future[Me]:
        """See `Client.me`."""

    def user(self, access_token: str, id: str) -> Future[User]:
        """See `Client.user`."""

    def district(self, access_token: str, id: str) -> Future[District]:
        """See `Client.district`."""

    def userinfo(self, access_token: str, subject: str | None) -> Future[UserInfo]:
        """See `Client.userinfo`."""

    def export_keys(self) -> Future[str]:
        """See `Client.export_keys`."""

    def import_keys(self, text: str) -> Future[None]:
        """See `Client.import_keys`."""

    def warm_up(self) -> Future[None]:
        """See `Client.warm_up`."""

    def doctor(self) -> Future[Report]:
        """See `Client.doctor`."""

@final
class Login:
    """A login in progress, from `begin_login`."""

    __match_args__: Final = ("url", "set_cookies", "key", "pending")
    @property
    def url(self) -> str:
        """The URL to send the browser to, usually Clever's.

        If a signed-in person was sent back to log in several times, it is your own page instead. Then `key` and
        `pending` are empty.
        """

    @property
    def set_cookies(self) -> tuple[SetCookie, ...]:
        """The cookies to set with the redirect."""

    @property
    def key(self) -> str:
        """For applications that keep logins in their own session: the key to store `pending` under.

        `login_key` returns the same key for the callback.
        """

    @property
    def pending(self) -> str:
        """For logins in your own session: the text to store for ten minutes. URL-safe, about 100 bytes."""

    @property
    def needs_page(self) -> bool:
        """Whether to respond with a page that continues to `url` by itself instead of a redirect.

        Browsers give up after about twenty redirects in a row. Always false if you don't pass `has_session`.
        """

@final
class SignedIn:
    """The person logged in."""

    __match_args__: Final = ("identity", "tokens", "return_to")
    @property
    def identity(self) -> Identity:
        """Who logged in."""

    @property
    def tokens(self) -> Tokens:
        """The tokens of this login."""

    @property
    def return_to(self) -> str | None:
        """The `return_to` of the login, as an ASCII path or URL."""

    @property
    def ends_session(self) -> Literal[True]:
        """Whether to end the browser's old session: always true. The new session replaces it."""

    @property
    def set_cookies(self) -> tuple[SetCookie, ...]:
        """The cookies to set with the response to the browser."""

    @property
    def switch_user(self) -> bool:
        """Whether the login began with `switch_user`.

        If you refuse this person, pass `switch_user` again to the login behind your "Try again" link.
        """

@final
class Restart:
    """The login restarts: send the browser to `login.url`, with the cookies.

    The person is already signed in at Clever and doesn't notice.
    """

    __match_args__: Final = ("login", "reason")
    @property
    def login(self) -> Login:
        """The new login."""

    @property
    def reason(self) -> str:
        """The error code that says why.

        `state_missing` (every login from the Clever Portal and from Instant Login links), `state_mismatch`,
        `pending_missing`, `pending_invalid`, `pending_expired` or `code_rejected`.
        """

    @property
    def ends_session(self) -> Literal[False]:
        """Whether to end the browser's old session: always false. The login is still in progress."""

    @property
    def set_cookies(self) -> tuple[SetCookie, ...]:
        """The cookies to set with the redirect: those of `login`."""

@final
class Denied:
    """Clever refused this person."""

    __match_args__: Final = ("error", "description")
    @property
    def error(self) -> str:
        """Clever's error word, for example `access_denied` or `unauthorized-user`."""

    @property
    def description(self) -> str | None:
        """Text that came with the error. Anyone can make a URL with any text: don't show it as Clever's."""

    @property
    def ends_session(self) -> bool:
        """Whether to end the browser's old session: only if this browser began the login that was refused."""

    @property
    def return_to(self) -> str | None:
        """The `return_to` of the login: pass it again to the login behind your "Try again" link."""

    @property
    def set_cookies(self) -> tuple[SetCookie, ...]:
        """The cookies to set with the response to the browser."""

    @property
    def switch_user(self) -> bool:
        """Whether the login began with `switch_user`: pass it again to the login behind your "Try again" link."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Identity:
    """Who logged in.

    Use the pair of `issuer` and `id` as the key of a user. Names and email addresses change and repeat.
    """

    __match_args__: Final = (
        "issuer",
        "id",
        "district_id",
        "user_type",
        "roles",
        "name",
        "unverified_email",
        "legacy_ids",
        "authorized_by",
        "proven_by",
        "loginas_by_admin",
        "claims",
    )
    @property
    def issuer(self) -> str:
        """The issuer that confirmed who this person is."""

    @property
    def id(self) -> str:
        """The Clever id (API v3)."""

    @property
    def district_id(self) -> str | None:
        """Clever's id of the district; `None` for people of Clever Library."""

    @property
    def user_type(self) -> str | None:
        """The role of this login, such as `student`; `None` when a person has several roles and did not pick one."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every known role."""

    @property
    def name(self) -> Name:
        """The name."""

    @property
    def unverified_email(self) -> str | None:
        """An unverified email address: it may belong to another person, and it may change. Never use it as a key."""

    @property
    def legacy_ids(self) -> tuple[str, ...]:
        """Ids that this person had before API v3."""

    @property
    def authorized_by(self) -> str | None:
        """Who gave the application access: `district` or `teacher`."""

    @property
    def proven_by(self) -> Literal["id_token", "me"]:
        """How this identity was proven: `id_token`, or `me` if Clever was asked with this login's access token."""

    @property
    def loginas_by_admin(self) -> bool:
        """Whether an administrator at Clever logged in as this person, according to the callback. Not proven."""

    @property
    def claims(self) -> dict[str, Any]:
        """Everything that Clever sent, as a new dict each time.

        These are the claims of the ID token, or the data of `/me` and of the person's record.
        """

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Name:
    """A person's name, as far as Clever sent it."""

    __match_args__: Final = ("first", "middle", "last")
    @property
    def first(self) -> str | None:
        """The first name."""

    @property
    def middle(self) -> str | None:
        """The middle name."""

    @property
    def last(self) -> str | None:
        """The last name; for a student in Clever Library, only the initial."""

    @property
    def full(self) -> str:
        """First, middle and last name with a space between them; empty when nothing is known."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Role:
    """One of the roles of a person."""

    __match_args__: Final = ("name", "legacy_id")
    @property
    def name(self) -> str:
        """`student`, `teacher`, `staff`, `district_admin`, `contact`, or a word that Clever added later."""

    @property
    def legacy_id(self) -> str | None:
        """The id that this person had in this role before API v3."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Callback:
    """What Clever sent through the browser. None of it is proven yet.

    Exactly one of `code`, `access_token` and `error` is set.
    """

    __match_args__: Final = (
        "code",
        "access_token",
        "state",
        "scopes",
        "error",
        "error_description",
        "issuer",
        "loginas_by_admin",
    )
    @property
    def code(self) -> str | None:
        """The authorization code."""

    @property
    def access_token(self) -> str | None:
        """The access token of the implicit grant."""

    @property
    def state(self) -> str | None:
        """The state, if there is one: a login that begins at Clever has none. Compare it with `hmac.compare_digest`."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes in the callback."""

    @property
    def error(self) -> str | None:
        """The error word instead of a code or token, for example `access_denied`."""

    @property
    def error_description(self) -> str | None:
        """Text that came with the error. Anyone can make a URL with any text: don't show it as Clever's."""

    @property
    def issuer(self) -> str | None:
        """The issuer (RFC 9207), if the callback contains it."""

    @property
    def loginas_by_admin(self) -> bool:
        """Whether an administrator at Clever is logging in as this person. Not proven."""

@final
class SetCookie:
    """A cookie that the response to the browser must set.

    Send `header` as a separate `Set-Cookie` header, or pass the parts to your framework.
    """

    __match_args__: Final = ("name", "value", "max_age", "secure", "header")
    path: Final = "/"
    """The path of every cookie of this library. A name that starts with `__Host-` allows no other."""

    http_only: Final = True
    """JavaScript cannot read a cookie of this library."""

    same_site: Final = "Lax"
    """The cookie must not be `Strict`: the browser would not send it when it comes back from Clever."""

    def __new__(cls, name: str, value: str, max_age: int, secure: bool, header: str) -> SetCookie: ...
    @property
    def name(self) -> str:
        """The name."""

    @property
    def value(self) -> str:
        """The value; empty to delete the cookie."""

    @property
    def max_age(self) -> int:
        """How long the browser keeps the cookie, in seconds; 0 deletes it."""

    @property
    def secure(self) -> bool:
        """Whether the browser sends the cookie over https only."""

    @property
    def header(self) -> str:
        """The value of the `Set-Cookie` header."""

    def __eq__(self, value: object, /) -> bool: ...
    def __getnewargs__(self) -> tuple[str, str, int, bool, str]:
        """Lets you pickle an error with cookies, for example to send it from a worker process."""

    def __hash__(self) -> int: ...

@final
class Refusal:
    """The response to send instead of acting on a request: this status and an empty body."""

    __match_args__: Final = ("status", "allow")
    @property
    def status(self) -> int:
        """The HTTP status: 200 for `HEAD`, 403, 405 or 503."""

    @property
    def allow(self) -> str | None:
        """The `Allow` header, with a 405."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Tokens:
    """The tokens from a code exchange."""

    __match_args__: Final = ("access_token", "id_token")
    @property
    def access_token(self) -> str:
        """Gives access to Clever's API for 24 hours."""

    @property
    def id_token(self) -> str | None:
        """Proves who logged in. `None` for applications without OpenID Connect and for people of Clever Library."""

@final
class TokenInfo:
    """Clever's data about an access token that was issued to this application."""

    __match_args__: Final = ("client_id", "scopes")
    @property
    def client_id(self) -> str:
        """The client id: always this application's."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Me:
    """Who an access token belongs to."""

    __match_args__: Final = ("id", "district_id", "user_type", "authorized_by")
    @property
    def id(self) -> str:
        """The Clever id."""

    @property
    def district_id(self) -> str | None:
        """Clever's id of the district; `None` for people of Clever Library."""

    @property
    def user_type(self) -> str | None:
        """The kind of account. API v3 says `user` for everyone; older versions name the role."""

    @property
    def authorized_by(self) -> str | None:
        """Who gave the application access: `district` or `teacher`."""

    @property
    def json(self) -> dict[str, Any]:
        """Everything Clever sent, as a new dict each time."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class User:
    """A person's record."""

    __match_args__: Final = ("id", "district_id", "name", "unverified_email", "roles")
    @property
    def id(self) -> str:
        """The Clever id."""

    @property
    def district_id(self) -> str | None:
        """The district."""

    @property
    def name(self) -> Name:
        """The name."""

    @property
    def unverified_email(self) -> str | None:
        """An unverified email address: it may belong to another person, and it may change. Never use it as a key."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role of this person."""

    @property
    def json(self) -> dict[str, Any]:
        """Everything Clever sent, as a new dict each time."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class District:
    """A district's record."""

    __match_args__: Final = ("id", "name")
    @property
    def id(self) -> str:
        """The district's id."""

    @property
    def name(self) -> str | None:
        """The district's name."""

    @property
    def json(self) -> dict[str, Any]:
        """Everything Clever sent, as a new dict each time."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class UserInfo:
    """The claims of a person from the userinfo endpoint."""

    __match_args__: Final = ("id",)
    @property
    def id(self) -> str:
        """The person's id at the issuer (`sub`)."""

    @property
    def json(self) -> dict[str, Any]:
        """All claims, as a new dict each time. Clever's `name` is an object."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class Stats:
    """What a client counted in this process since it was made; a forked worker starts from zero.

        stats = client.stats()
        failed = stats.value("clever_sso_logins_total", outcome="failed")
        text = stats.to_prometheus()

    `docs/stats.md` lists the numbers.
    """

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All numbers, one by one. Metrics that were never counted are left out."""

    def value(self, name: str, **labels: str) -> float:
        """Returns the sum of all series that have these labels; 0.0 if nothing was counted.

            stats.value("clever_sso_logins_total", outcome="failed", code="client_rejected")

        Args:
            name: A counter, or a histogram with `_count` or `_sum` (in seconds).
            **labels: The labels to select by: `outcome`, `code`, `endpoint`.

        Raises:
            ArgumentError: `argument_invalid`, when this version does not know the name, the label or its value.
        """

    def to_prometheus(self) -> str:
        """Returns the text that Prometheus reads: serve it as `text/plain; version=0.0.4; charset=utf-8`."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class Sample:
    """One sample of a metric, as Prometheus would read it."""

    __match_args__: Final = ("name", "labels", "value")
    @property
    def name(self) -> str:
        """The metric's name, for example `clever_sso_logins_total`.

        A histogram has samples that end in `_bucket`, `_sum` and `_count`.
        """

    @property
    def labels(self) -> dict[str, Any]:
        """The labels and their values, as a new dict each time."""

    @property
    def value(self) -> float:
        """The value: a count, or a duration in seconds."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class Report:
    """What the doctor found, ordered from cause to effect: solve the first problem first.

        report = clever_sso.doctor()
        print(report)

    It contains no secrets.
    """

    @property
    def exit_code(self) -> int:
        """The exit code for a program: 0 if everything is ok, 1 if there are warnings, 2 if there are problems."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was checked."""

    @property
    def first_problem(self) -> Finding | None:
        """The first finding that is a `problem`: the cause of the failure. `None` when nothing fails."""

    @property
    def level(self) -> Literal["ok", "warning", "problem"]:
        """The worst level among the findings: `ok`, `warning` or `problem`."""

    def to_text(self, colors: bool = False) -> str:
        """Returns the report as text for people.

        Args:
            colors: Whether to show the levels in terminal colors.
        """

    def to_json(self) -> str:
        """Returns the report as one JSON object on one line; `docs/doctor.md` describes it."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class Finding:
    """One check: what was found, and what to do."""

    __match_args__: Final = ("check", "level", "found", "advice")
    @property
    def check(self) -> str:
        """The name of the check, such as `credentials`. Names never change; `docs/doctor.md` lists them."""

    @property
    def level(self) -> Literal["ok", "warning", "problem"]:
        """The result: `ok`, `warning` or `problem`."""

    @property
    def found(self) -> str:
        """What was found."""

    @property
    def advice(self) -> str | None:
        """What to do about it, if anything."""

    def __eq__(self, value: object, /) -> bool: ...

@final
class KeySet:
    """Keys that may verify ID tokens, made once from the text of a JWKS (RFC 7517). Threads may share it.

    Broken keys and keys for other purposes are ignored.

    Args:
        jwks: The text of the JWKS.

    Raises:
        CleverError: `response_malformed` when it is not a JWKS, `keys_unusable` when no key in it can verify.
    """

    def __new__(cls, jwks: str) -> KeySet: ...
    def __len__(self) -> int: ...

@final
class ErrorCode:
    """One entry in the list of error codes; see `error_codes()`."""

    __match_args__: Final = (
        "word",
        "kind",
        "exception",
        "retryable",
        "actor",
        "sentence",
        "user_message",
        "page_status",
    )
    @property
    def word(self) -> str:
        """The error code, for example `id_token_expired`. It never changes its meaning."""

    @property
    def kind(self) -> str:
        """The group: `config`, `argument`, `login`, `token`, `clever`, `network` or `internal`."""

    @property
    def exception(self) -> type[Error]:
        """The class of the exception with this code."""

    @property
    def retryable(self) -> bool:
        """Whether the same call, or a new try of the same login, may succeed later without a change."""

    @property
    def actor(self) -> Literal["user", "app", "clever", "network"]:
        """Who can fix it: `user`, `app`, `clever` or `network`."""

    @property
    def sentence(self) -> str:
        """The sentence for the log, without the details of a specific failure."""

    @property
    def user_message(self) -> str:
        """A sentence in English that you can show to the person who logs in."""

    @property
    def page_status(self) -> int:
        """The HTTP status for the page that shows this error."""

def parse_callback(callback: str) -> Callback:
    """Parses a callback: a whole URL, its query, or the fragment of the implicit grant.

    `Client.finish_login` does this itself; this function is for apps that drive the flow themselves. No network.

    Args:
        callback: The URL that the browser came back with, or its query or fragment.

    Raises:
        LoginError: `callback_malformed`, `callback_duplicate`, `callback_contradictory`.
    """

def login_key(callback: str) -> str | None:
    """Returns the key of this callback's pending login, for applications that store logins in their own session.

        pending = session.pop(clever_sso.login_key(url), None)

    Args:
        callback: The URL that the browser came back with, or its query.

    Returns:
        The `key` of the login; `None` when the callback has no state or cannot be read.
    """

def is_switched_on(value: str | None) -> bool:
    """Returns whether a switch in a query, such as `switch_user=1`, is on.

    It is off if it is missing, empty, `0`, `false`, `no` or `off`, in any case; otherwise on.

    Args:
        value: The value of the parameter; `None` when it is missing.
    """

def leads_to(target: str, path: str) -> bool:
    """Returns whether a path or URL leads to the page at `path`, however it is encoded.

    Either may be percent-encoded (also more than once) or have dot segments, double slashes or a slash at the end. The
    query and fragment are ignored. Do not pass a `return_to` that leads to your login or logout, or each login would
    start the next one. `begin_login` itself refuses a `return_to` that leads to the callback.

    Args:
        target: The path or URL, such as a `return_to`.
        path: The path of your page.
    """

def observe_calls(on: bool) -> None:
    """Turns reports of calls to `clever_sso.opentelemetry` on or off. For that module only."""

def doctor() -> Report:
    """Checks the setup in the environment variables, even if they can't create a client.

    It reads `CLEVER_CLIENT_ID` and so on, as `Client.from_env` does. A wrong variable is the first problem in the
    report. It takes at most 15 seconds, logs no one in and uses no code. The command `python -m clever_sso doctor` does
    the same.

    Raises:
        InternalError: Any of its error codes.
    """

def doctor_of_settings(
    settings: Sequence[tuple[str, str]], findings: Sequence[tuple[str, str, str, str | None]]
) -> Report:
    """Checks a framework's settings, named as environment variables. `findings` are the framework's own."""

def doctor_of_client(client: Client, findings: Sequence[tuple[str, str, str, str | None]]) -> Report:
    """Checks the setup of a client that an application created itself."""

def verify_id_token(
    token: str,
    *,
    keys: KeySet | str,
    issuer: str,
    client_id: str,
    nonce: str | None = None,
    now: float | None = None,
    leeway: int = 60,
    access_token: str | None = None,
) -> dict[str, Any]:
    """Verifies an ID token with the given keys. It needs no client and no network.

        keys = clever_sso.KeySet(jwks)  # the text from the issuer's `jwks_uri`
        claims = clever_sso.verify_id_token(
            token, keys=keys, issuer="https://clever.com", client_id="client id", nonce=nonce
        )

    Args:
        token: The ID token.
        keys: A `KeySet`, made once, or the text of a JWKS.
        issuer: The exact issuer: `https://clever.com`.
        client_id: The client id, which must be the token's only audience.
        nonce: The nonce that you sent. If you pass none, the token must have none.
        now: The time in Unix seconds. Default: this machine's clock.
        leeway: How many seconds the clocks of the issuer and this machine may differ. At most 600.
        access_token: The access token that came with the ID token. If you pass it, the token's `at_hash` claim, if
            present, must match.

    Returns:
        The claims.

    Raises:
        TokenError: The code of the first broken rule, for example `id_token_expired`.
        CleverError: `response_malformed` or `keys_unusable`, only if `keys` is a str.
        ArgumentError: `argument_invalid` when `now` or `leeway` is out of range.
    """

def error_codes() -> dict[str, ErrorCode]:
    """Returns all error codes: a dict from each code to its entry."""

def translated(sentence: str, language: str | None) -> str:
    """Translates an English sentence of this package. Any other text is returned unchanged.

    Args:
        sentence: A sentence for people, such as `error.user_message`.
        language: A tag such as `es` or `es-MX`, or the value of an `Accept-Language` header. Every language except
            Spanish gets English.
    """

def language_of(language: str | None) -> str:
    """Returns the language to show: `es` for a person who prefers Spanish, otherwise `en`.

    Args:
        language: A tag such as `es` or `es-MX`, or the value of an `Accept-Language` header.
    """
