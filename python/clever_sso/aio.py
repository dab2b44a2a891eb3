"""The client for asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypedDict

from clever_sso import _settings
from clever_sso._native import AsyncOperations, Client

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
        Restart,
        SetCookie,
        SignedIn,
        TokenInfo,
        Tokens,
        User,
        UserInfo,
    )

__all__ = ["AsyncClient", "ClientSettings"]


class ClientSettings(TypedDict, total=False):
    """The keyword arguments of `Client` and `AsyncClient`; `Client` explains them."""

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
    """Everything an application does with Clever, for asyncio. Make one and keep it.

    Operations that need the network are coroutines: thousands may wait at once on one event loop, and none of them
    holds it up. They are explained at `Client`, and so are the exceptions they raise. `begin_login` and what makes URLs
    are plain methods.

        client = clever_sso.AsyncClient("client id", "client secret", "https://app.example/callback")

        async def log_in(cookies: str) -> clever_sso.Login:
            return client.begin_login(cookies=cookies)

        async def callback(url: str, cookies: str) -> clever_sso.SignedIn | None:
            outcome = await client.finish_login(url, cookies)
            return outcome if isinstance(outcome, clever_sso.SignedIn) else None

    It works on asyncio and uvloop, and with anyio on either. One client may serve several loops, in several threads,
    and survives a fork: two threads of its own start with the first operation, in each process anew. At most 100
    requests are on their way at once; others wait for their turn, within their deadline (`timeout`). To cancel an
    operation drops its request.

    Args:
        client_id: As for `Client`, and so are all others.
        client_secret: As for `Client`.
        redirect_uri: As for `Client`.
        **settings: The keyword arguments of `Client`. `discover=True` asks for the discovery document while the client
            is made, which blocks: make it before the event loop runs.

    Raises:
        ConfigError: `config_invalid`, with what is wrong about which value.
    """

    __slots__ = ("__weakref__", "_client", "_operations")

    def __init__(
        self,
        client_id: str,
        client_secret: str | None = None,
        redirect_uri: str | Sequence[str] | None = None,
        **settings: Unpack[ClientSettings],
    ) -> None:
        self._client = Client(client_id, client_secret, redirect_uri, **settings)
        self._operations = AsyncOperations(self._client)

    @classmethod
    def from_env(cls) -> Self:
        """Makes a client from environment variables, as `Client.from_env` does.

        Raises:
            ConfigError: `config_invalid`, with what is wrong about which variable.
        """
        return cls(**_settings.from_environment())

    @property
    def client_id(self) -> str:
        """The client id."""
        return self._client.client_id

    @property
    def issuer(self) -> str:
        """The issuer whose people log in."""
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
        """Begins a login: send the browser to its `url`, with its `set_cookies`. No network. As `Client.begin_login`.

        Args:
            cookies: The `Cookie` header of the request.
            redirect_uri: One of the configured ones. Default: the primary one.
            district_id: The district, if it is known. Clever then skips the school picker.
            return_to: Where to go after the login: a path of the application, or a URL on its host or an allowed
                origin.
            switch_user: Whether Clever lets the person confirm who they are, for "Not you?" links.
            has_session: Whether the browser has a session of the application. `False` when you looked and found none.
            home: Where people go after a login without `return_to`: a page of your own.

        Raises:
            ConfigError: `redirect_uri_unknown`, `client_secret_missing`.
            LoginError: `session_not_kept` when sign-ins leave no session, `page_not_allowed` when somebody who is
                signed in is sent back to log in again and again.
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

    def refusal(
        self,
        endpoint: Literal["login", "callback", "logout"],
        *,
        method: str,
        headers: Mapping[str, Any] | Iterable[tuple[Any, Any]],
    ) -> Refusal | None:
        """Whether a request of a browser must not act: `None` when it may. No network. As `Client.refusal`."""
        return self._client.refusal(endpoint, method=method, headers=headers)

    def log_out_cookies(self, cookies: str | None = None) -> tuple[SetCookie, ...]:
        """The cookies to set when somebody logs out. No network. As `Client.log_out_cookies`."""
        return self._client.log_out_cookies(cookies)

    def session_kept_cookies(self, cookies: str | None = None) -> tuple[SetCookie, ...]:
        """The cookies to set when a request comes with a session. No network. As `Client.session_kept_cookies`."""
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
    ) -> str:
        """The URL that asks Clever for a code or a token. No network. As `Client.authorize_url`."""
        return self._client.authorize_url(
            response_type=response_type,
            redirect_uri=redirect_uri,
            state=state,
            nonce=nonce,
            district_id=district_id,
            switch_user=switch_user,
        )

    def instant_login_url(self, district_id: str) -> str:
        """An Instant Login link into this application for the people of a district. No network.

        As `Client.instant_login_url`.
        """
        return self._client.instant_login_url(district_id)

    def portal_url(self, district: str | None = None) -> str:
        """The Clever Portal of a district. No network. As `Client.portal_url`."""
        return self._client.portal_url(district)

    async def finish_login(
        self, callback: str, cookies: str | None = None, *, pending: str | None = None
    ) -> SignedIn | Restart | Denied:
        """Finishes a login. What came of it is a value, for all of it is everyday traffic.

        As `Client.finish_login`.

        Args:
            callback: The URL with which the browser came back, or its query.
            cookies: The `Cookie` header of the request.
            pending: In place of the cookies, for applications that keep logins in a session of their own: what was kept
                for this login, under its `key`.

        Returns:
            `SignedIn`; or `Restart`: redirect to the new login's URL; or `Denied`. Set its `set_cookies` with the
            answer, and end the session that the browser had when its `ends_session` says so. The same holds for what is
            raised.

        Raises:
            LoginError: When the callback cannot be used, or the login cannot be restarted once more.
            TokenError: When the ID token breaks a rule.
            CleverError: When Clever refuses or cannot answer.
            NetworkError: When Clever cannot be reached in time.
        """
        return await self._operations.finish_login(callback, cookies, pending)

    async def exchange_code(self, code: str, redirect_uri: str | None = None) -> Tokens:
        """Exchanges a code. As `Client.exchange_code`."""
        return await self._operations.exchange_code(code, redirect_uri)

    async def verify_id_token(
        self, token: str, *, nonce: str | None = None, access_token: str | None = None
    ) -> dict[str, Any]:
        """Verifies an ID token against Clever's keys. As `Client.verify_id_token`."""
        return await self._operations.verify_id_token(token, nonce, access_token)

    async def check_token(self, access_token: str) -> TokenInfo:
        """Asks Clever whether an access token was issued to this application. As `Client.check_token`."""
        return await self._operations.check_token(access_token)

    async def me(self, access_token: str) -> Me:
        """Who an access token belongs to. As `Client.me`."""
        return await self._operations.me(access_token)

    async def user(self, access_token: str, id: str) -> User:  # noqa: A002  (Clever calls an id an id)
        """A person's record. As `Client.user`."""
        return await self._operations.user(access_token, id)

    async def district(self, access_token: str, id: str) -> District:  # noqa: A002  (Clever calls an id an id)
        """A district's record. As `Client.district`."""
        return await self._operations.district(access_token, id)

    async def userinfo(self, access_token: str, subject: str | None = None) -> UserInfo:
        """The claims of the person that an access token belongs to. As `Client.userinfo`."""
        return await self._operations.userinfo(access_token, subject)

    async def export_keys(self) -> str:
        """Clever's keys as text, for another process of the same application. As `Client.export_keys`."""
        return await self._operations.export_keys()

    async def import_keys(self, text: str) -> None:
        """Takes keys that another process exported. No network. As `Client.import_keys`."""
        await self._operations.import_keys(text)

    async def warm_up(self) -> None:
        """Pays before the first student comes what a process pays once. As `Client.warm_up`."""
        await self._operations.warm_up()

    async def aclose(self) -> None:
        """Gives up the connections and the threads. The client can be used as before: it begins anew.

        Operations that are on their way come to their end.
        """
        self._operations = AsyncOperations(self._client)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncClient(client_id={self.client_id!r}, issuer={self.issuer!r})"

    def __reduce__(self) -> NoReturn:
        """Refuses: a client holds secrets, which must not travel with a pickle."""
        message = "an AsyncClient is neither pickled nor copied: it holds secrets and connections"
        raise TypeError(message)
