"""Several hosts in one application: each has its own redirect URI, and some have their own client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from clever_sso import AsyncClient, Client
from clever_sso._web.hosts import at_host, redirect_uri_at, settings_of_hosts
from clever_sso.exceptions import ConfigError
from harness.browser import Browser
from harness.emulator import App, running
from running import CLIENT_ID, CLIENT_SECRET, path_of

ADA = "510001"
A, B, C = (f"https://{name}.example/clever/callback" for name in "abc")
OTHER = ("another-client", "another-secret")
# The response to a path on a host: status, Location, text.
Get = Callable[[str, str], tuple[int, str, str]]


@pytest.fixture(scope="module")
def two_apps() -> Iterator[str]:
    with running([App(CLIENT_ID, CLIENT_SECRET, A, oidc=True), App(*OTHER, B, oidc=True)]) as emulator:
        yield emulator


def in_flask(clever: str, override: Any, redirect_uris: list[str], hosts: dict[str, Any]) -> Get:
    pytest.importorskip("flask")
    from flask_app import make_app

    app, _ = make_app(clever, CLEVER_REDIRECT_URI=redirect_uris, CLEVER_HOSTS=hosts)
    client = app.test_client()

    def get(host: str, path: str) -> tuple[int, str, str]:
        answer = client.get(path, base_url=f"https://{host}")
        return answer.status_code, answer.headers.get("Location", ""), answer.text

    return get


def in_django(clever: str, override: Any, redirect_uris: list[str], hosts: dict[str, Any]) -> Get:
    pytest.importorskip("django")
    from django.test import Client as Visitor

    override(CLEVER_BASE_URL=clever, CLEVER_REDIRECT_URI=redirect_uris, CLEVER_HOSTS=hosts, ALLOWED_HOSTS=["*"])
    # Cookies belong to one host by default.
    visitors: dict[str, Any] = {}

    def get(host: str, path: str) -> tuple[int, str, str]:
        answer = visitors.setdefault(host, Visitor()).get(path, headers={"host": host}, secure=True)
        return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()

    return get


def in_asgi(clever: str, override: Any, redirect_uris: list[str], hosts: dict[str, Any]) -> Get:
    pytest.importorskip("starlette")
    pytest.importorskip("httpx2")
    from clever_sso.asgi import CleverSso, current_identity
    from starlette.applications import Starlette
    from starlette.middleware.sessions import SessionMiddleware
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route
    from starlette.testclient import TestClient

    def made(settings: dict[str, Any]) -> AsyncClient:
        read = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": redirect_uris}
        own = {name.removeprefix("CLEVER_").lower(): value for name, value in settings.items()}
        return AsyncClient(**{**read, "base_url": clever, **own})

    async def who(request: Request) -> Response:
        identity = current_identity(request)
        return PlainTextResponse(identity.full_name if identity else "nobody")

    app = Starlette(routes=[Route("/who", who)])
    CleverSso(made({}), clients={host: made(own) for host, own in hosts.items()}).install(app)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    client = TestClient(app, follow_redirects=False)

    def get(host: str, path: str) -> tuple[int, str, str]:
        answer = client.get(f"https://{host}{path}")
        return answer.status_code, answer.headers.get("location", ""), answer.text

    return get


@pytest.fixture(params=["flask", "django", "asgi"])
def site(request: pytest.FixtureRequest, override: Any) -> Any:
    kind = request.param
    if kind == "django":
        request.getfixturevalue("untouched")
    made = {"flask": in_flask, "django": in_django, "asgi": in_asgi}[kind]
    return lambda clever, redirect_uris, hosts=None: made(clever, override, redirect_uris, hosts or {})


def asked(location: str) -> tuple[str, str]:
    """The client id and the redirect URI in a request to Clever."""
    query = parse_qs(urlsplit(location).query)
    return query["client_id"][0], query["redirect_uri"][0]


def test_a_login_comes_back_to_the_host_where_it_began(site: Any, two_apps: str) -> None:
    get = site(two_apps, [A, B])
    for host, uri in [("a.example", A), ("b.example", B), ("B.Example:443", B), ("elsewhere.example", A)]:
        assert asked(get(host, "/clever/login")[1]) == (CLIENT_ID, uri)
        # From the portal.
        assert asked(get(host, "/clever/callback?code=x")[1]) == (CLIENT_ID, uri)


def test_on_no_host_does_a_foreign_callback_drop_a_login_in_progress(site: Any, two_apps: str) -> None:
    # Not only on the first host.
    get = site(two_apps, [B, A])
    begun = get("a.example", "/clever/login?next=/mine")[1]
    for _ in range(9):
        assert asked(get("a.example", "/clever/callback?code=x")[1]) == (CLIENT_ID, A)
    # Otherwise the login would restart.
    assert get("a.example", path_of(Browser(two_apps, ADA).callback(begun)))[:2] == (303, "/mine")


def test_each_host_has_its_client(site: Any, two_apps: str) -> None:
    own = {"CLEVER_CLIENT_ID": OTHER[0], "CLEVER_CLIENT_SECRET": OTHER[1], "CLEVER_REDIRECT_URI": B}
    get = site(two_apps, [A], {"b.example": own})
    for host, client, uri in [("a.example", CLIENT_ID, A), ("b.example", OTHER[0], B), ("c.example", CLIENT_ID, A)]:
        location = get(host, "/clever/login")[1]
        assert asked(location) == (client, uri)
        if host == "c.example":
            continue
        status, goal, _ = get(host, path_of(Browser(two_apps, ADA).callback(location)))
        assert (status, goal) == (303, "/")
        assert get(host, "/who")[2] == "Ada Ashworth"


@pytest.mark.parametrize("kind", [in_flask, in_asgi], ids=["flask", "asgi"])
def test_the_callback_of_a_host_can_have_another_path(kind: Any, override: Any) -> None:
    elsewhere = "https://b.example/elsewhere/back"
    with running([App(CLIENT_ID, CLIENT_SECRET, A, oidc=True), App(*OTHER, elsewhere, oidc=True)]) as clever:
        own = {"CLEVER_CLIENT_ID": OTHER[0], "CLEVER_CLIENT_SECRET": OTHER[1], "CLEVER_REDIRECT_URI": elsewhere}
        get = kind(clever, override, [A], {"b.example": own})
        back = path_of(Browser(clever, ADA).callback(get("b.example", "/clever/login")[1]))
        assert back.startswith("/elsewhere/back?")
        assert get("b.example", back)[0] == 303
        assert get("b.example", "/who")[2] == "Ada Ashworth"
        assert get("a.example", back)[0] == 404


def test_a_login_with_one_client_is_not_accepted_by_another(site: Any, two_apps: str) -> None:
    own = {"CLEVER_CLIENT_ID": OTHER[0], "CLEVER_CLIENT_SECRET": OTHER[1], "CLEVER_REDIRECT_URI": B}
    get = site(two_apps, [A], {"b.example": own})
    at_a = get("a.example", "/clever/login")[1]
    back = path_of(Browser(two_apps, ADA).callback(at_a))
    status, location, _ = get("b.example", back)
    assert (status, asked(location)) == (303, (OTHER[0], B))
    assert get("b.example", "/who")[2] == "nobody"


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ("b.example", "must be a dict"),
        ({"b.example": "client"}, "must be a dict"),
        ({"https://b.example": {}}, "which is not a host"),
        ({"": {}}, "which is not a host"),
        ({"b.example": {"CLEVER_CLIENT_IT": "x"}}, "'CLEVER_CLIENT_IT', which is not a client setting"),
        ({"b.example": {"CLEVER_TIMEOUT": "soon"}}, "CLEVER_TIMEOUT"),
    ],
)
def test_a_wrong_host_setting_is_named(hosts: Any, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        settings_of_hosts({"CLEVER_CLIENT_ID": "a", "CLEVER_HOSTS": hosts})
    assert words in str(raised.value)


def test_a_host_without_a_redirect_uri_or_secret_is_named_at_startup(two_apps: str) -> None:
    pytest.importorskip("flask")
    from flask_app import make_app

    with pytest.raises(ConfigError, match="CLEVER_CLIENT_SECRET"):
        make_app(two_apps, CLEVER_CLIENT_SECRET=None, CLEVER_HOSTS={"b.example": {"CLEVER_REDIRECT_URI": B}})


def test_hosts_use_the_shared_settings() -> None:
    shared = {
        "CLEVER_CLIENT_ID": "a",
        "CLEVER_TIMEOUT": 3,
        "CLEVER_HOSTS": {"B.example:443": {"CLEVER_CLIENT_ID": "b"}},
    }
    ((host, arguments),) = settings_of_hosts(shared).items()
    assert (host, arguments["client_id"], arguments["timeout"]) == ("b.example", "b", 3.0)
    assert Client(**arguments).client_id == "b"


def test_the_host_header_only_selects_configured_values() -> None:
    assert redirect_uri_at([A, B], None) is None
    assert redirect_uri_at([A, B], "a.example") is None
    assert redirect_uri_at([A, B], "b.example") == B
    assert redirect_uri_at([A, B], "b.example.evil.example") is None
    assert redirect_uri_at([], "a.example") is None
    assert at_host({"b.example": 1}, "B.example", 0) == 1
    assert at_host({"b.example": 1}, "evil.example", 0) == 0
    assert at_host({}, None, 0) == 0
