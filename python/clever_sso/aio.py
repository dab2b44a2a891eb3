"""The client for asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypedDict, cast

from clever_sso import _settings
from clever_sso._native import AsyncCalls, Client

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from clever_sso._native import (
        Denied,
        District,
        Login,
        Me,
        Refusal,
        Report,
        Restart,
        SetCookie,
        SignedIn,
        Stats,
        TokenInfo,
        Tokens,
        User,
        UserInfo,
    )

__all__ = ["AsyncClient", "ClientSettings"]


class ClientSettings(TypedDict, total=False):
    """The keyword arguments of `Client` and `AsyncClient`; see `Client`."""

    issuer: str | None
    api_base: str | None
    base_url: str | None
    timeout: float
    leeway: int
    pending_key: str | None
    old_pending_keys: Sequence[str]
    return_to_origins: Sequence[str]
    development: bool
    authorization_endpoint: str | None
    token_endpoint: str | None
    tokeninfo_endpoint: str | None
    userinfo_endpoint: str | None
    jwks_uri: str | None
    discover: bool
    ca_bundle: str | PathLike[str] | None
    proxy: str | None


class AsyncClient:
    """A client for Clever, for asyncio. Create one and keep it.

    Methods that need the network are coroutines: thousands of them can wait at once and none blocks the event loop.
    `begin_login` and the methods that only build URLs are plain methods.

        client = clever_sso.AsyncClient("client id", "client secret", "https://app.example/callback")

        async def log_in(cookies: str) -> clever_sso.Login:
            return client.begin_login(cookies=cookies)

        async def callback(url: str, cookies: str) -> clever_sso.SignedIn | None:
            outcome = await client.finish_login(url, cookies)
            return outcome if isinstance(outcome, clever_sso.SignedIn) else None

    It works with asyncio and uvloop, and with anyio on either. One client can serve several event loops, in several
    threads, and works after a fork. The first network call in each process starts two background threads. At most 100
    requests run at once; others wait for their turn, within their time limit (`timeout`). If you cancel a call, its
    request is dropped.

    Args:
        client_id: As for `Client`.
        client_secret: As for `Client`.
        redirect_uri: As for `Client`.
        **settings: The keyword arguments of `Client`. `discover=True` fetches the discovery document in the
            constructor, which blocks: create the client before the event loop runs.

    Raises:
        ConfigError: `config_invalid`; the message names the argument and what is wrong with it.
    """

    __slots__ = ("__weakref__", "_calls", "_client")

    # `make stubs` writes the docstrings of the methods that `Client` has too.

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        redirect_uri: str | Sequence[str] | None = None,
        **settings: Unpack[ClientSettings],
    ) -> None:
        try:
            unknown = [name for name in settings if name not in {*_settings.ARGUMENTS, "named_by"}]
            _settings.check_keywords("AsyncClient", unknown, _settings.ARGUMENTS)
            self._client = Client(client_id, client_secret, redirect_uri, **settings)
        except BaseException:
            # Error pages and error emails show the local variables of this frame.
            client_secret = redirect_uri = None
            cast("dict[str, Any]", settings).clear()
            raise
        self._calls = AsyncCalls(self._client)

    @classmethod
    def from_env(cls) -> Self:
        """Makes a client from environment variables, as `Client.from_env` does.

        Raises:
            ConfigError: `config_invalid`; the message names the variable and what is wrong with it.
        """
        return cls(**_settings.from_environment())

    @property
    def client_id(self) -> str:
        """The client id."""
        return self._client.client_id

    @property
    def issuer(self) -> str:
        """The issuer of ID tokens, such as `https://clever.com`."""
        return self._client.issuer

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """The redirect URIs; the first is the primary one."""
        return self._client.redirect_uris

    def begin_login(  # noqa: PLR0913  (they are keyword arguments)
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
        return self._client.begin_login(
            cookies=cookies,
            redirect_uri=redirect_uri,
            district_id=district_id,
            return_to=return_to,
            switch_user=switch_user,
            has_session=has_session,
            home=home,
        )

    def begin_implicit(  # noqa: PLR0913  (they are keyword arguments)
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
        return self._client.begin_implicit(
            cookies=cookies,
            redirect_uri=redirect_uri,
            district_id=district_id,
            return_to=return_to,
            switch_user=switch_user,
            has_session=has_session,
            home=home,
        )

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
        return self._client.refusal(endpoint, method=method, headers=headers)

    def log_out_cookies(self, cookies: str | None = None) -> tuple[SetCookie, ...]:
        """Returns the cookies to set when a person logs out. No network.

        They reset the counts that detect lost sessions, so the next login does not fail with `session_not_kept`.

        Args:
            cookies: The `Cookie` header of the request.
        """
        return self._client.log_out_cookies(cookies)

    def session_kept_cookies(self, cookies: str | None = None) -> tuple[SetCookie, ...]:
        """Returns the cookies to set when a request has a session: they record that the browser kept the last sign-in.

        Usually there are none. No network. If you don't call this, people who log out through your own code and sign in
        again four times in a minute see an error that their session is not kept.

        Set cookies with a `max_age` above 0 only when you send a page, not a redirect, an image or a response to a
        script: they mean that the person is not in a redirect loop.

        Args:
            cookies: The `Cookie` header of the request.
        """
        return self._client.session_kept_cookies(cookies)

    def authorize_url(  # noqa: PLR0913  (they are keyword arguments)
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
        return self._client.authorize_url(
            response_type=response_type,
            redirect_uri=redirect_uri,
            state=state,
            nonce=nonce,
            district_id=district_id,
            switch_user=switch_user,
            without_state=without_state,
        )

    def instant_login_url(self, district_id: str) -> str:
        """Returns an Instant Login link to this application for the people of a district. No network.

        People who follow it arrive without a state, so `finish_login` returns `Restart` first.

        Args:
            district_id: Clever's id of the district.
        """
        return self._client.instant_login_url(district_id)

    def portal_url(self, district: str | None = None) -> str:
        """Returns the URL of a district's Clever Portal, or of the page where people look for their school. No network.

        Args:
            district: The short name of the district, as in the URL of its portal.
        """
        return self._client.portal_url(district)

    def stats(self) -> Stats:
        """Returns what this client has counted in this process: logins, requests, retries, durations. No network.

        `docs/stats.md` lists the metrics. `client.stats().to_prometheus()` returns them as text for Prometheus.
        """
        return self._client.stats()

    async def finish_login(
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
        return await self._calls.finish_login(callback, cookies, pending)

    async def finish_implicit(
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
        return await self._calls.finish_implicit(callback, cookies, pending)

    async def exchange_code(self, code: str, redirect_uri: str | None = None) -> Tokens:
        """Exchanges a code for tokens, for apps that run the flow themselves. A code works once, within a minute.

        Args:
            code: The code from the callback.
            redirect_uri: The redirect URI of the authorization request. Default: the primary one.

        Raises:
            CleverError: `code_rejected`, `client_rejected`, `token_request_rejected` or another of its error codes.
            ConfigError: `redirect_uri_unknown`, `client_secret_missing`.
            NetworkError: Any of its error codes.
        """
        return await self._calls.exchange_code(code, redirect_uri)

    async def verify_id_token(
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
        return await self._calls.verify_id_token(token, nonce, access_token)

    async def check_token(self, access_token: str) -> TokenInfo:
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
        return await self._calls.check_token(access_token)

    async def me(self, access_token: str) -> Me:
        """Asks Clever who an access token belongs to.

        Args:
            access_token: The access token.

        Raises:
            TokenError: `token_rejected`.
            CleverError: Any of its error codes.
            NetworkError: Any of its error codes.
        """
        return await self._calls.me(access_token)

    async def user(self, access_token: str, id: str) -> User:  # noqa: A002  (Clever calls an id an id)
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
        return await self._calls.user(access_token, id)

    async def district(self, access_token: str, id: str) -> District:  # noqa: A002  (Clever calls an id an id)
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
        return await self._calls.district(access_token, id)

    async def userinfo(self, access_token: str, subject: str | None = None) -> UserInfo:
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
        return await self._calls.userinfo(access_token, subject)

    async def export_keys(self) -> str:
        """Returns Clever's keys as text, for another process of the same application.

        Fetches the keys if they are not known yet. Store the text where no one else can write: anyone who can change it
        can sign in as any person.

        Raises:
            CleverError: `discovery_issuer`, `keys_unusable` or another of its error codes.
            NetworkError: Any of its error codes.
        """
        return await self._calls.export_keys()

    async def import_keys(self, text: str) -> None:
        """Loads keys that another process exported, unless this client has fresh ones.

        They must follow the same rules as fetched keys. No network.

        Args:
            text: The text from `export_keys`.

        Raises:
            ArgumentError: `argument_invalid` when the text was not exported for this issuer.
            CleverError: `keys_unusable`, `response_malformed`.
        """
        await self._calls.import_keys(text)

    async def warm_up(self) -> None:
        """Does one-time setup up front: fetches the discovery document and the keys.

        Raises:
            CleverError: `discovery_issuer`, `keys_unusable` or another of its error codes.
            NetworkError: Any of its error codes.
        """
        await self._calls.warm_up()

    async def doctor(self) -> Report:
        """Checks the whole setup: settings, network, TLS, clock, keys, credentials and redirect URIs.

        It takes at most 15 seconds, logs no one in and uses no code. The report lists the problems and contains no
        secrets. `docs/doctor.md` lists the checks.

        If your settings are so wrong that you can't create a client, call `clever_sso.doctor()`.

        Raises:
            InternalError: Any of its error codes.
        """
        return await self._calls.doctor()

    async def aclose(self) -> None:
        """Closes the connections and ends the threads. You can still use the client afterwards: it starts new ones.

        Calls that are still running continue to their end.
        """
        self._calls = AsyncCalls(self._client)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        if not hasattr(self, "_client"):
            # An error page about refused settings may show this object.
            return "AsyncClient()"
        return f"AsyncClient(client_id={self.client_id!r}, issuer={self.issuer!r})"

    def __reduce__(self) -> NoReturn:
        """Always raises `TypeError`: a client contains secrets, which must not be pickled."""
        message = "an AsyncClient cannot be pickled or copied: it holds secrets and connections"
        raise TypeError(message)
