"""`force_login`: signs a person in to an application under test without a login, for unit tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from clever_sso._native import Identity
from clever_sso._web.arrival import SignIn
from clever_sso._web.copies import IdentityCopy, NameCopy, NoTokens, RoleCopy, TokensCopy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clever_sso.testing.forced.swap import Swap

DISTRICT_ID = "53ee4b8a44abc88c1c00119b"


class _WithoutTokens(NoTokens):
    """Stands for the tokens, which a sign-in with `force_login` does not have."""

    _MESSAGE = "force_login talks to no Clever, so there are no tokens: name one with force_login(access_token=...)"


def make_identity(  # noqa: PLR0913  (they are keyword arguments)
    *,
    id: str = "5f3c0a9e7d1b4c2a8e6f0d13",  # noqa: A002  (as the attribute is called)
    user_type: str | None = "student",
    roles: Iterable[str] | None = None,
    first_name: str | None = "Ada",
    last_name: str | None = "Ashworth",
    district_id: str | None = DISTRICT_ID,
    legacy_ids: Iterable[str] = (),
    unverified_email: str | None = None,
    loginas_by_admin: bool = False,
    issuer: str = "https://clever.com",
    claims: dict[str, Any] | None = None,
) -> IdentityCopy:
    """Create an identity for `force_login`. Set only what matters to your test.

    Args:
        id: The Clever id.
        user_type: The role of the login; `None` for a person with several roles who did not pick one.
        roles: The names of every role. Default: the role of the login.
        first_name: The given name.
        last_name: The family name.
        district_id: The district; `None` for a person of Clever Library.
        legacy_ids: The older ids of the person.
        unverified_email: The email address.
        loginas_by_admin: Whether an administrator of Clever logged in as this person.
        issuer: The issuer of the identity.
        claims: Other data from Clever.
    """
    names = ([user_type] if user_type else []) if roles is None else roles
    return IdentityCopy(
        issuer=issuer,
        id=id,
        district_id=district_id,
        user_type=user_type,
        roles=tuple(RoleCopy(name) for name in names),
        name=NameCopy(first_name, None, last_name),
        legacy_ids=tuple(legacy_ids),
        authorized_by=None,
        proven_by="id_token",
        loginas_by_admin=loginas_by_admin,
        unverified_email=unverified_email,
        claims=dict(claims or {}),
    )


def force_login(
    client: object,
    identity: Identity | IdentityCopy | None = None,
    *,
    access_token: str | None = None,
    app: object = None,
) -> None:
    """Sign a person in without a login: no emulator, no network. For unit tests of pages behind a login.

    Your application's own code for sign-ins is called as usual: `on_sign_in`, in Django the backend with
    `CLEVER_MATCH_USER` and `CLEVER_PROVISION_USER`, and the receivers of `signed_in`. `before_sign_in` is not called.

    Args:
        client: A test client of Flask, Django or Starlette; it keeps the cookies.
        identity: The person, for example from `make_identity`. Default: a student, `make_identity()`.
        access_token: The value of `tokens.access_token` for your application's code. Default: none.
        app: The application, if the client does not know it.

    Raises:
        Refused: When the application refuses this person. Other exceptions of its code are raised as well.
        LoginNotFinished: When other code responded, for example a guard around the whole application.
        TypeError: For an unknown test client, or when `identity` is not an identity.
    """
    kind = _kind(client)
    step = _step(identity, access_token)
    if kind == "django":
        from clever_sso.testing.forced.in_django import sign_in  # noqa: PLC0415  (each framework when it is asked for)

        sign_in(client, step)
        return
    if _is_async(client):
        raise TypeError(f"{type(client).__qualname__} wants force_login_async")
    swap = _swap(kind, app or _app_of(client), step)
    with swap.active():
        cast("Any", client).get(_url(client, swap), follow_redirects=False, **_secure(client, swap))
    swap.check()


async def force_login_async(
    client: object,
    identity: Identity | IdentityCopy | None = None,
    *,
    access_token: str | None = None,
    app: object = None,
) -> None:
    """The same as `force_login`, with `httpx.AsyncClient` or `django.test.AsyncClient`."""
    kind = _kind(client)
    step = _step(identity, access_token)
    if kind == "django":
        from asgiref.sync import sync_to_async  # noqa: PLC0415  (as above)

        from clever_sso.testing.forced.in_django import sign_in  # noqa: PLC0415  (as above)

        await sync_to_async(sign_in)(client, step)
        return
    if not _is_async(client):
        raise TypeError(f"{type(client).__qualname__} wants force_login")
    swap = _swap(kind, app or _app_of(client), step)
    with swap.active():
        await cast("Any", client).get(_url(client, swap), follow_redirects=False)
    swap.check()


def _step(identity: Identity | IdentityCopy | None, access_token: str | None) -> SignIn:
    if identity is not None and not isinstance(identity, (Identity, IdentityCopy)):
        raise TypeError(f"identity must be an Identity, as make_identity() gives it, not {type(identity).__name__}")
    tokens = _WithoutTokens() if access_token is None else TokensCopy(access_token)
    return SignIn(make_identity() if identity is None else identity, tokens, None)


def _kind(client: object) -> str:
    """The framework of this test client."""
    family = {base.__module__.partition(".")[0] for base in type(client).__mro__}
    for kind, modules in (("django", {"django"}), ("asgi", {"httpx", "httpx2"}), ("flask", {"flask", "werkzeug"})):
        if family & modules:
            return kind
    raise TypeError(
        f"{type(client).__module__}.{type(client).__qualname__} is not a test client of Flask, Django, Starlette, httpx"
    )


def _is_async(client: object) -> bool:
    return any(base.__name__ == "AsyncClient" for base in type(client).__mro__)


def _app_of(client: object) -> object:
    """The application that the client asks."""
    of_httpx = getattr(client, "_transport", None)
    for holder, name in ((client, "application"), (client, "app"), (of_httpx, "app")):
        found: object = getattr(holder, name, None)
        if found is not None:
            return found
    raise TypeError(f"{type(client).__qualname__} does not tell which application it asks: force_login(app=...)")


def _swap(kind: str, app: object, step: SignIn) -> Swap:
    if kind == "flask":
        from clever_sso.testing.forced.in_flask import swapped  # noqa: PLC0415  (as above)
    else:
        from clever_sso.testing.forced.in_asgi import swapped  # noqa: PLC0415  (as above)
    return swapped(app, step)


def _is_secure(swap: Swap) -> bool:
    return urlsplit(swap.redirect_uri).scheme == "https"


def _url(client: object, swap: Swap) -> str:
    """The URL of the callback, with https if the application uses https."""
    base = str(getattr(client, "base_url", "")).rstrip("/")
    return f"https{base[4:]}{swap.path}" if base.startswith("http:") and _is_secure(swap) else base + swap.path


def _secure(client: object, swap: Swap) -> dict[str, str]:
    """The same for the test clients of Flask and werkzeug, which have no base URL."""
    if hasattr(client, "base_url") or not _is_secure(swap):
        return {}
    return {"url_scheme": "https"} if hasattr(client, "session_transaction") else {"base_url": "https://localhost"}
