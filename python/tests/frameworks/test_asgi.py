"""Tests only for ASGI, in addition to the common tests of all frameworks."""

from __future__ import annotations

import asyncio
import logging
import pydoc
import time
from collections.abc import Iterator
from typing import Any

import pytest
from harness.browser import Browser
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, path_of, refusal

pytest.importorskip("starlette")
pytest.importorskip("httpx2")
import clever_sso.asgi
import starlette
from clever_sso import AsyncClient
from clever_sso.asgi import CleverSso, Problem, Refused, SignIn, current_identity
from clever_sso.exceptions import ConfigError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

ADA, JOSE = "510001", "510003"
KEY = "a key for tests only"


def make_app(clever: str, **options: Any) -> tuple[Starlette, CleverSso]:
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever), **options)

    async def who(request: Request) -> Response:
        identity = current_identity(request)
        return PlainTextResponse(identity.full_name if identity else "nobody")

    async def guarded(request: Request) -> Response:
        return PlainTextResponse((await extension.required(request)).full_name)

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        identity = current_identity(socket)
        await socket.send_text(identity.full_name if identity else "nobody")
        await socket.close()

    app = Starlette(routes=[Route("/who", who), Route("/guarded", guarded), WebSocketRoute("/talk", talk)])
    extension.install(app)
    return app, extension


def with_sessions(app: Starlette) -> TestClient:
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def be_refused(client: TestClient) -> Any:
    """Begin a login that Clever refuses."""
    begun = client.get("/clever/login")
    return client.get("/clever/callback" + refusal(begun.headers["location"]))


@pytest.fixture
def made(clever: str) -> Iterator[tuple[TestClient, CleverSso]]:
    app, extension = make_app(clever)
    with with_sessions(app) as client:
        yield client, extension


def test_cache_headers_of_a_view_are_kept(clever: str) -> None:
    app, _ = make_app(clever)

    async def own(request: Request) -> Response:
        return PlainTextResponse(str(current_identity(request)), headers={"Cache-Control": "private, max-age=60"})

    async def everyone(_: Request) -> Response:
        return PlainTextResponse("hello")

    app.router.routes.extend([Route("/own", own), Route("/everyone", everyone)])
    with with_sessions(app) as client:
        log_in(client, clever)
        said = [client.get(path).headers.get("Cache-Control") for path in ("/guarded", "/own", "/everyone")]
    assert said == ["no-store", "private, max-age=60", None]


def log_in(client: TestClient, clever: str, number: str = ADA) -> Any:
    begun = client.get("/clever/login")
    return client.get(path_of(Browser(clever, number).callback(begun.headers["location"])))


def test_a_wrong_setting_raises_an_error_at_startup_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI"):
        with monkeypatch.context() as patch:
            patch.setenv("CLEVER_CLIENT_ID", CLIENT_ID)
            patch.setenv("CLEVER_CLIENT_SECRET", CLIENT_SECRET)
            patch.setenv("CLEVER_REDIRECT_URI", REDIRECT_URI)
            patch.delenv(name)
            with pytest.raises(ConfigError, match=f"{name} is not set"):
                CleverSso()


def test_a_login_without_sessions_raises_an_error_instead_of_redirecting(clever: str) -> None:
    app, _ = make_app(clever)
    client = TestClient(app, follow_redirects=False)
    for path in ("/clever/login", "/guarded"):
        with pytest.raises(RuntimeError, match=r"app\.add_middleware\(SessionMiddleware"):
            client.get(path)
    with pytest.raises(ConfigError, match=r"app\.add_middleware\(SessionMiddleware"), TestClient(app):
        pass


def test_a_wrong_setup_reports_a_failed_startup_to_the_server(clever: str) -> None:
    # The app sends a failure message. If it only raised, uvicorn would assume that it ignores startup events.
    without, _ = make_app(clever)
    short, _ = make_app(clever)
    short.add_middleware(SessionMiddleware, secret_key="short")
    assert "needs sessions" in what_the_server_hears(without)
    assert "secret_key of SessionMiddleware" in what_the_server_hears(short)


def what_the_server_hears(app: Starlette) -> str:
    heard: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        heard.append(message)

    async def start() -> None:
        with pytest.raises(ConfigError):
            await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)

    asyncio.run(start())
    assert [message["type"] for message in heard] == ["lifespan.startup.failed"]
    return str(heard[0]["message"])


def test_an_app_starts_when_an_outer_middleware_provides_sessions(clever: str) -> None:
    mounted, _ = make_app(clever)
    site = Starlette(routes=[Mount("/", mounted)])
    site.add_middleware(SessionMiddleware, secret_key=KEY)
    with TestClient(site) as client:
        assert client.get("/who").text == "nobody"
    wrapped, _ = make_app(clever)
    with TestClient(SessionMiddleware(wrapped, secret_key=KEY)) as client:
        assert client.get("/who").text == "nobody"

    async def own(request: Request, call_next: Any) -> Any:
        request.scope["session"] = {}
        return await call_next(request)

    app, _ = make_app(clever)
    app.add_middleware(BaseHTTPMiddleware, dispatch=own)
    with TestClient(app) as client:
        assert client.get("/who").text == "nobody"


@pytest.mark.parametrize(
    ("raised", "status"), [(Refused(), 403), (HTTPException(418), 418), (RuntimeError("the hook is broken"), 500)]
)
def test_any_exception_of_the_hook_leaves_no_one_signed_in(
    made: tuple[TestClient, CleverSso], clever: str, raised: Exception, status: int
) -> None:
    client, extension = made
    assert log_in(client, clever).status_code == 303
    assert client.get("/who").text == "Ada Ashworth"

    @extension.on_sign_in
    def broken(_: Request, __: SignIn) -> None:
        raise raised

    assert log_in(client, clever, JOSE).status_code == status
    assert client.get("/who").text == "nobody"


def test_a_failing_problem_page_leaves_no_one_signed_in_and_shows_the_default_page(
    made: tuple[TestClient, CleverSso], clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, extension = made
    log_in(client, clever)

    @extension.on_problem
    async def broken(_: Request, __: Problem) -> Response:
        raise RuntimeError("the page is broken")

    with caplog.at_level(logging.ERROR):
        answer = be_refused(client)
    assert (answer.status_code, "Log in with Clever" in answer.text) == (403, True)
    assert "the page is broken" in caplog.text
    assert client.get("/who").text == "nobody"


def test_sync_and_async_hooks_can_return_their_own_response(made: tuple[TestClient, CleverSso], clever: str) -> None:
    client, extension = made

    @extension.on_sign_in
    async def welcome(request: Request, step: SignIn) -> Response:
        request.session["noted"] = step.identity.id
        return PlainTextResponse("welcome", 201)

    @extension.on_problem
    def page(_: Request, problem: Problem) -> Response:
        return PlainTextResponse(problem.code, problem.status)

    answer = log_in(client, clever)
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (201, "welcome", "no-store")
    assert not [name for name in client.cookies if name.startswith("clever_login_")]
    assert client.get("/clever/callback?error=x").text == "access_denied"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"sec-fetch-mode": "navigate"}, 303),
        ({"sec-fetch-mode": "cors"}, 401),
        ({"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}, 401),
    ],
)
def test_only_requests_that_can_be_repeated_are_redirected_to_log_in(
    made: tuple[TestClient, CleverSso], headers: dict[str, str], status: int
) -> None:
    assert made[0].get("/guarded", headers=headers).status_code == status


def test_a_websocket_gets_the_signed_in_person(made: tuple[TestClient, CleverSso], clever: str) -> None:
    client, _ = made
    log_in(client, clever)
    with client.websocket_connect("/talk") as socket:
        assert socket.receive_text() == "Ada Ashworth"


@pytest.mark.parametrize("path", ["/guarded", "/school/guarded"])
def test_behind_a_proxy_that_removes_a_prefix_people_return_to_the_page_they_wanted(clever: str, path: str) -> None:
    app, _ = make_app(clever)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    client = TestClient(app, follow_redirects=False, root_path="/school")
    login = client.get(path).headers["location"]
    assert login == "/school/clever/login?next=%2Fschool%2Fguarded"


def test_a_sign_in_gives_a_server_side_session_a_new_id(clever: str) -> None:
    starsessions = pytest.importorskip("starsessions")
    app, _ = make_app(clever)
    app.add_middleware(starsessions.SessionAutoloadMiddleware)
    app.add_middleware(starsessions.SessionMiddleware, store=starsessions.InMemoryStore(), cookie_https_only=False)
    with TestClient(app, follow_redirects=False) as client:
        log_in(client, clever)
        before = client.cookies["session"]
        assert client.get("/who").text == "Ada Ashworth"
        log_in(client, clever, JOSE)
        assert client.cookies["session"] != before
        assert client.get("/who").text == "José Núñez"
        client.cookies.clear()
        assert client.get("/who", headers={"cookie": f"session={before}"}).text == "nobody"


def test_a_logout_without_a_session_changes_nothing(made: tuple[TestClient, CleverSso]) -> None:
    answer = made[0].post("/clever/logout")
    assert (answer.status_code, "set-cookie" in answer.headers) == (303, False)


@pytest.mark.parametrize(("options", "seconds"), [({}, 12 * 3600), ({"session_seconds": 600}, 600)])
def test_a_session_expires_after_its_own_time_limit(
    clever: str, monkeypatch: pytest.MonkeyPatch, options: dict[str, int], seconds: int
) -> None:
    client = with_sessions(make_app(clever, **options)[0])
    log_in(client, clever)
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + seconds - 60)
    assert client.get("/who").text == "Ada Ashworth"
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + seconds + 60)
    assert client.get("/who").text == "nobody"
    assert client.get("/guarded").status_code == 303


def test_a_session_lifetime_that_is_too_long_is_refused(clever: str) -> None:
    with pytest.raises(ConfigError, match="SESSION_SECONDS"):
        make_app(clever, session_seconds=0)


def test_a_script_gets_json_even_if_the_routes_are_used_without_install(clever: str) -> None:
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))

    async def guarded(request: Request) -> Response:
        return PlainTextResponse((await extension.role("teacher")(request)).full_name)

    client = with_sessions(Starlette(routes=[*extension.routes, Route("/guarded", guarded)]))
    answer = client.get("/guarded", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["content-type"] == "application/json"
    log_in(client, clever)
    answer = client.get("/guarded", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


class SessionMiddleware1:
    """Like starsessions 1.3: `request.session` is an object whose id cannot change."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.kept: dict[str, dict[str, Any]] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            cookies = Request(scope).cookies
            session = Session1(self.kept, cookies.get("session", "planted"))
            scope["session"] = session

            async def sending(message: Any) -> None:
                if message["type"] == "http.response.start":
                    self.kept[session.id] = dict(session)
                    message["headers"].append((b"set-cookie", f"session={session.id}; path=/".encode()))
                await send(message)

            await self.app(scope, receive, sending)
        else:
            await self.app(scope, receive, send)


class Session1(dict):  # type: ignore[type-arg]
    def __init__(self, kept: dict[str, dict[str, Any]], name: str) -> None:
        super().__init__(kept.get(name, {}))
        self.id = name


def test_sessions_whose_ids_cannot_change_are_refused_at_startup(clever: str) -> None:
    app = Starlette()
    app.add_middleware(SessionMiddleware1)
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))
    with pytest.raises(ConfigError, match=r"SessionMiddleware1.*starsessions 2.*rotate_session"):
        extension.install(app)
    later, _ = make_app(clever)
    later.add_middleware(SessionMiddleware1)
    with pytest.raises(ConfigError, match="rotate_session"):
        TestClient(later).get("/clever/login")


def test_unsafe_sessions_added_after_install_are_refused_at_startup(clever: str) -> None:
    later, _ = make_app(clever)
    later.add_middleware(SessionMiddleware1)
    with pytest.raises(ConfigError, match="rotate_session"), TestClient(later):
        pass


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize(
    ("arguments", "options", "kept"),
    [
        ((), {"secret_key": KEY}, None),
        ((), {"secret_key": KEY, "max_age": 3600}, "max-age=3600"),
        ((KEY, "session", 3600), {}, "max-age=3600"),
    ],
)
def test_sessions_end_when_the_browser_closes_whenever_the_middleware_was_added(
    clever: str, is_late: bool, arguments: tuple[Any, ...], options: dict[str, Any], kept: str | None
) -> None:
    if arguments and starlette.__version__.startswith("0.37."):
        pytest.skip("this Starlette makes middleware from keyword arguments alone")
    app, extension = Starlette(), CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))
    if is_late:
        extension.install(app)
    app.add_middleware(SessionMiddleware, *arguments, **options)
    if not is_late:
        extension.install(app)
    answer = log_in(TestClient(app, follow_redirects=False), clever)
    session = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("session="))
    assert [part for part in session.lower().split("; ") if "max-age" in part] == ([kept] if kept else [])


def test_using_the_routes_without_install_warns_that_sessions_last_too_long(
    clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))
    client = with_sessions(Starlette(routes=extension.routes))
    for _ in range(2):
        assert client.get("/clever/login").status_code == 303
    told = [record.message for record in caplog.records if "max_age=None" in record.message]
    assert len(told) == 1


def test_an_expired_session_loses_all_its_data(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app, extension = make_app(clever)

    async def held(request: Request) -> Response:
        return PlainTextResponse(",".join(request.session))

    app.add_route("/held", held)

    @extension.on_sign_in
    def add(request: Request, _: SignIn) -> None:
        request.session["own"] = "kept"

    client = with_sessions(app)
    log_in(client, clever)
    assert client.get("/held").text == "clever_sso,own"
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 13 * 3600)
    assert client.get("/held").text == ""


def test_checking_who_is_signed_in_does_not_make_a_response_depend_on_cookies(
    made: tuple[TestClient, CleverSso],
) -> None:
    client, _ = made
    answer = client.get("/nothing")
    assert (answer.status_code, "vary" in answer.headers) == (404, False)


@pytest.mark.parametrize("end", ["again", "refused", "broken", "forbidden", "other", "log out", "denied"])
def test_a_replaced_session_stays_valid_for_a_minute_only_for_the_same_person(
    clever: str, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    starsessions = pytest.importorskip("starsessions")
    app, extension = make_app(clever)
    app.add_middleware(starsessions.SessionAutoloadMiddleware)
    app.add_middleware(starsessions.SessionMiddleware, store=starsessions.InMemoryStore(), cookie_https_only=False)
    raised: dict[str, Exception] = {"refused": Refused(), "broken": RuntimeError(), "forbidden": HTTPException(403)}
    signed_in: list[SignIn] = []

    @extension.on_sign_in
    def hook(_: Request, step: SignIn) -> None:
        signed_in.append(step)
        if len(signed_in) > 1 and end in raised:
            raise raised[end]

    client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
    log_in(client, clever)
    before = client.cookies["session"]

    def tab() -> str:
        with TestClient(app, cookies={"session": before}) as other:
            return other.get("/who").text

    log_in(client, clever, JOSE if end == "other" else ADA)
    assert len(signed_in) == 2
    if end in {"log out", "denied"}:
        log_in(client, clever)
        assert tab() == "Ada Ashworth"
        client.post("/clever/logout") if end == "log out" else be_refused(client)
    assert client.cookies.get("session") != before
    assert tab() == ("Ada Ashworth" if end == "again" else "nobody")
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 61)
    assert tab() == "nobody"
    assert client.get("/who").text == {"again": "Ada Ashworth", "other": "José Núñez"}.get(end, "nobody")


def test_a_logout_during_a_login_keeps_the_person_logged_out(clever: str) -> None:
    starsessions = pytest.importorskip("starsessions")
    app, extension = make_app(clever)
    app.add_middleware(starsessions.SessionAutoloadMiddleware)
    app.add_middleware(starsessions.SessionMiddleware, store=starsessions.InMemoryStore(), cookie_https_only=False)
    client = TestClient(app, follow_redirects=False)
    log_in(client, clever)
    before = client.cookies["session"]

    @extension.on_sign_in
    def log_out(_: Request, __: SignIn) -> None:
        tab = TestClient(app, follow_redirects=False, cookies={"session": before})
        assert tab.post("/clever/logout").status_code == 303

    answer = log_in(client, clever)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/who").text == "nobody"
    marks = [each for each in answer.headers.get_list("set-cookie") if "signed_in" in each]
    assert all("Max-Age=0" in each for each in marks)
    log_in(client, clever)
    assert client.get("/who").text == "Ada Ashworth"


@pytest.mark.parametrize("is_outside", [False, True], ids=["of_the_app", "around_the_app"])
@pytest.mark.parametrize("name", ["session", "own"])
def test_a_session_that_grows_after_the_view_leaves_no_one_signed_in_without_install(
    clever: str, is_outside: bool, name: str
) -> None:
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))

    async def who(request: Request) -> Response:
        identity = current_identity(request)
        return PlainTextResponse(identity.full_name if identity else "nobody")

    class AddLater:
        def __init__(self, app: Any) -> None:
            self.app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            async def added(message: Any) -> None:
                identity = current_identity(Request(scope))
                if message["type"] == "http.response.start" and identity and identity.last_name == "Núñez":
                    scope["session"]["more"] = "x" * 4000
                await send(message)

            await self.app(scope, receive, added)

    app: Any = Starlette(routes=[Route("/who", who), *extension.routes])
    app.add_middleware(AddLater)
    options: dict[str, Any] = {"secret_key": "a key for tests only", "session_cookie": name}
    if is_outside:
        app = SessionMiddleware(app, **options)
    else:
        app.add_middleware(SessionMiddleware, **options)
    client = TestClient(app, follow_redirects=False)
    log_in(client, clever)
    assert client.get("/who").text == "Ada Ashworth"
    answer = log_in(client, clever, JOSE)
    # A browser drops a cookie that is this large, and keeps the old one.
    client.cookies.clear()
    deleted, too_large = [each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")]
    assert "max-age=0" in deleted.lower()
    assert "path=/" in deleted.lower()
    assert len(too_large) > 4096


def test_a_redirect_to_https_or_to_a_maintenance_page_is_not_changed(clever: str) -> None:
    for target in ("https://testserver/clever/login", "/maintenance"):
        app, _ = make_app(clever)

        class Elsewhere:
            def __init__(self, app: Any) -> None:
                self.app = app

            async def __call__(self, scope: Any, receive: Any, send: Any, target: str = target) -> None:
                await Response(status_code=307, headers={"location": target})(scope, receive, send)

        app.add_middleware(Elsewhere)
        answer = TestClient(app, follow_redirects=False).get("/clever/login?next=/who")
        assert (answer.status_code, answer.headers["location"]) == (307, target)


@pytest.mark.parametrize("is_async", [False, True])
def test_the_hook_changes_the_id_of_a_session(clever: str, is_async: bool) -> None:
    def rotate(request: Request) -> None:
        request.session.id = "new"  # type: ignore[attr-defined]

    async def rotate_later(request: Request) -> None:
        rotate(request)

    app, _ = make_app(clever, rotate_session=rotate_later if is_async else rotate)
    app.add_middleware(SessionMiddleware1)
    client = TestClient(app, follow_redirects=False)
    client.cookies.set("session", "planted", domain="testserver.local", path="/")
    log_in(client, clever)
    assert client.get("/who").text == "Ada Ashworth"
    client.cookies.clear()
    assert client.get("/who", headers={"cookie": "session=planted"}).text == "nobody"


def test_several_cookie_headers_are_read_as_one(made: tuple[TestClient, CleverSso], clever: str) -> None:
    client, _ = made
    begun = client.get("/clever/login")
    callback = path_of(Browser(clever, ADA).callback(begun.headers["location"]))
    headers = [("cookie", f"{name}={value}") for name, value in client.cookies.items()]
    client.cookies.clear()
    answer = client.get(callback, headers=[("cookie", "a=b"), *headers])
    assert answer.headers["location"] == "/"


def test_a_prefix_that_the_framework_knows_needs_no_setting(clever: str) -> None:
    app, _ = make_app(clever)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    client = TestClient(app, follow_redirects=False)
    callback = path_of(Browser(clever, ADA).callback(client.get("/clever/login").headers["location"]))
    below = TestClient(app, follow_redirects=False, root_path="/clever", cookies=client.cookies)
    for path in (callback.removeprefix("/clever"), callback):
        answer = below.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (303, "no-store")


def test_a_prefix_that_the_framework_does_not_know_is_named_in_the_log(
    clever: str, caplog: pytest.LogCaptureFixture
) -> None:
    uri = "http://127.0.0.1:9/school/clever/callback"
    app = Starlette()
    CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, uri, base_url=clever)).install(app)
    client = with_sessions(app)
    answer = client.get("/clever/callback?code=a&state=b")
    assert (answer.status_code, "config_invalid" in answer.text) == (500, True)
    assert "a proxy removes /school" in caplog.text
    assert client.get("/clever/callback").status_code == 404
    assert client.get("/elsewhere?code=a").status_code == 404


def test_every_public_name_has_a_docstring() -> None:
    text = pydoc.plain(pydoc.render_doc(clever_sso.asgi))
    for name in clever_sso.asgi.__all__:
        assert name in text
        assert getattr(clever_sso.asgi, name).__doc__, name
