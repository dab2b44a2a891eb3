"""`AsyncClient`: calls on an event loop, which continues to run other tasks."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Callable, TypeVar
from urllib.parse import urlsplit

import anyio
import clever_sso
import pytest
from canned_clever import ADA_ID, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from harness import emulator
from harness.gate import Gate
from harness.patience import MANY_STEPS_SECONDS, SECONDS, wait_for

if TYPE_CHECKING:
    from typing_extensions import TypeAlias

uvloop = pytest.importorskip("uvloop")

Result = TypeVar("Result")
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def make_client(base_url: str, timeout: float = SECONDS) -> clever_sso.AsyncClient:
    return clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base_url, timeout=timeout)


def run(work: Awaitable[Result], kind: str = "asyncio") -> Result:
    loop = LOOPS[kind]()
    try:
        return loop.run_until_complete(asyncio.wait_for(work, MANY_STEPS_SECONDS))
    finally:
        loop.close()


@pytest.fixture(scope="module")
def everyone() -> Iterator[str]:
    """Run an emulator that logs Ada in without asking."""
    with emulator.running([emulator.App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)], "ada") as base_url:
        yield base_url


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Listen, but never respond."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        yield server


def address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("kind", LOOPS)
def test_a_login_with_the_implicit_grant(everyone: str, kind: str) -> None:
    client = clever_sso.AsyncClient(
        CLIENT_ID, redirect_uri=REDIRECT_URI, base_url=everyone, timeout=SECONDS, pending_key=token_urlsafe(16)
    )
    first, second = client.begin_implicit(return_to="/grades"), client.begin_implicit()
    outcome = run(client.finish_implicit(authorize(first.url), pending=first.pending), kind)
    assert isinstance(outcome, clever_sso.SignedIn)
    assert (outcome.identity.name.first, outcome.identity.proven_by, outcome.return_to) == ("Ada", "me", "/grades")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in second.set_cookies)
    outcome = run(client.finish_implicit(authorize(second.url), cookies), kind)
    assert isinstance(outcome, clever_sso.SignedIn)
    assert outcome.set_cookies
    with pytest.raises(clever_sso.LoginError, match="callback_malformed"):
        run(client.finish_implicit("?access_token=abc"), kind)


def authorize(url: str) -> str:
    """The URL that Clever redirects the browser of a logged-in person to."""
    parts = urlsplit(url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return str(connection.getresponse().headers["Location"])
    finally:
        connection.close()


def begin(client: clever_sso.AsyncClient, number: int) -> list[tuple[str, str]]:
    """Logins that are ready to finish: the callback and the `pending` text of each."""
    logins = [client.begin_login() for _ in range(number)]
    with ThreadPoolExecutor(8) as browsers:
        callbacks = list(browsers.map(authorize, [login.url for login in logins]))
    return list(zip(callbacks, [login.pending for login in logins]))


async def finish(client: clever_sso.AsyncClient, logins: list[tuple[str, str]]) -> list[Any]:
    return await asyncio.gather(*(client.finish_login(callback, pending=pending) for callback, pending in logins))


@pytest.mark.parametrize("kind", LOOPS)
def test_a_thousand_logins_finish_at_once(everyone: str, kind: str) -> None:
    client = make_client(everyone)
    outcomes = run(finish(client, begin(client, 1000)), kind)
    assert len(outcomes) == 1000
    assert all(isinstance(outcome, clever_sso.SignedIn) for outcome in outcomes)
    assert {outcome.identity.name.first for outcome in outcomes} == {"Ada"}


@pytest.mark.parametrize("kind", LOOPS)
def test_a_loop_runs_other_tasks_while_calls_wait(slow: str, gate: Gate, kind: str) -> None:
    async def ask() -> set[str]:
        client = make_client(slow)
        asking = [asyncio.ensure_future(client.me("token")) for _ in range(50)]
        # All of them are waiting now. None gets a response before this loop opens the gate.
        await asyncio.get_running_loop().run_in_executor(None, gate.wait_for, 50)
        # Let the loop run this many times.
        for _ in range(1000):
            await asyncio.sleep(0)
        assert not any(task.done() for task in asking)
        gate.open()
        return {me.id for me in await asyncio.gather(*asking)}

    # `make bench` measures the longest time that a loop is blocked while a thousand logins finish.
    assert run(ask(), kind) == {ADA_ID}


def test_more_simultaneous_logins_than_file_descriptors_all_finish(everyone: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    client = make_client(everyone)
    logins = begin(client, 400)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        outcomes = run(finish(client, logins))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert {type(outcome) for outcome in outcomes} == {clever_sso.SignedIn}


def test_every_async_method_returns_its_result(clever: str) -> None:
    async def ask() -> None:
        async with make_client(clever) as client:
            assert (await client.exchange_code("code")).access_token == "il-very-private"
            assert (await client.check_token("token")).client_id == CLIENT_ID
            assert (await client.me("token")).id == ADA_ID
            user = await client.user("token", ADA_ID)
            assert user.id == ADA_ID
            assert (await client.district("token", str(user.district_id))).id == user.district_id

    run(ask())


def test_exported_keys_verify_a_token_after_their_import(everyone: str) -> None:
    async def ask() -> None:
        client, other = make_client(everyone), make_client("http://127.0.0.1:9")
        callback, pending = begin(client, 1)[0]
        outcome = await client.finish_login(callback, pending=pending)
        assert isinstance(outcome, clever_sso.SignedIn)
        token = outcome.tokens.id_token
        assert token
        assert (await client.userinfo(outcome.tokens.access_token)).id == outcome.identity.id
        with pytest.raises(clever_sso.TokenError, match="id_token_nonce"):
            await client.verify_id_token(token)
        exported = await client.export_keys()
        await make_client(everyone).import_keys(exported)
        with pytest.raises(clever_sso.ArgumentError, match="another issuer"):
            await other.import_keys(exported)

    run(ask())


def test_errors_equal_those_of_the_blocking_client(refusing: str) -> None:
    blocking = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=refusing)
    with pytest.raises(clever_sso.CleverError) as expected:
        blocking.me("token")
    with pytest.raises(clever_sso.CleverError) as caught:
        run(make_client(refusing).me("token"))
    assert vars(caught.value) == vars(expected.value)


def test_plain_methods_return_the_same_as_the_blocking_client() -> None:
    blocking = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    client = clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    given = {"response_type": "token", "state": "s", "nonce": "n", "district_id": "d", "redirect_uri": REDIRECT_URI}
    assert client.authorize_url(**given) == blocking.authorize_url(**given)  # type: ignore[arg-type]
    assert client.instant_login_url("d") == blocking.instant_login_url("d")
    assert (client.portal_url(), client.portal_url("d")) == (blocking.portal_url(), blocking.portal_url("d"))
    assert (client.client_id, client.issuer) == (blocking.client_id, blocking.issuer)
    assert client.redirect_uris == blocking.redirect_uris


METHODS = sorted(name for name in vars(clever_sso.Client) if not name.startswith("_"))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_of_the_blocking_client_exists_with_the_same_parameters(name: str) -> None:
    theirs = getattr(clever_sso.Client, name)
    ours = getattr(clever_sso.AsyncClient, "aclose" if name == "close" else name)
    assert ours.__doc__
    if callable(theirs):
        parameters = [
            [
                (each.name, each.kind, each.default)
                for each in inspect.signature(method).parameters.values()
                if each.name != "self"
            ]
            for method in (theirs, ours)
        ]
        assert parameters[0] == parameters[1]


def test_both_clients_take_the_same_settings() -> None:
    parameters = inspect.signature(clever_sso.Client).parameters.values()
    named = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    assert named == set(clever_sso.ClientSettings.__annotations__)


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_pickling_an_async_client_raises_a_type_error(duplicate: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI))


def test_the_repr_of_an_async_client_shows_no_secret() -> None:
    assert CLIENT_SECRET not in repr(clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI))


def test_from_env_creates_an_async_client(monkeypatch: pytest.MonkeyPatch, clever: str) -> None:
    monkeypatch.setenv("CLEVER_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("CLEVER_REDIRECT_URI", f"{REDIRECT_URI} http://127.0.0.1:9/other")
    monkeypatch.setenv("CLEVER_BASE_URL", clever)
    client = clever_sso.AsyncClient.from_env()
    assert client.redirect_uris == (REDIRECT_URI, "http://127.0.0.1:9/other")
    assert run(client.me("token")).id == ADA_ID


# For each request: an event for its arrival, its connection, and its bytes.
Arrived: TypeAlias = "asyncio.Future[tuple[socket.socket, bytes]]"


async def cancelled_by_its_task(client: clever_sso.AsyncClient, arrived: Arrived) -> None:
    task = asyncio.ensure_future(client.me("token"))
    await arrived
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def cancelled_by_wait_for(client: clever_sso.AsyncClient, arrived: Arrived) -> None:
    task = asyncio.ensure_future(client.me("token"))
    await arrived
    # The timeout can be short: the request has arrived, and nothing responds to it.
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(task, 0.01)


async def cancelled_by_anyio(client: clever_sso.AsyncClient, arrived: Arrived) -> None:
    async def expire_then(scope: anyio.CancelScope) -> None:
        await arrived
        scope.deadline = anyio.current_time()

    with anyio.move_on_after(SECONDS) as scope:
        expiring = asyncio.ensure_future(expire_then(scope))
        await client.me("token")
    await expiring
    assert scope.cancelled_caught


async def cancelled_by_timeout(client: clever_sso.AsyncClient, arrived: Arrived) -> None:
    async def expire_then(limit: asyncio.Timeout) -> None:
        await arrived
        limit.reschedule(asyncio.get_running_loop().time())

    limit = asyncio.timeout(SECONDS)
    expiring = asyncio.ensure_future(expire_then(limit))
    with pytest.raises(TimeoutError):
        async with limit:
            await client.me("token")
    await expiring


CANCELLATIONS = [cancelled_by_its_task, cancelled_by_wait_for, cancelled_by_anyio]
if sys.version_info >= (3, 11):
    CANCELLATIONS.append(cancelled_by_timeout)


@pytest.mark.parametrize("cancel", CANCELLATIONS)
@pytest.mark.parametrize("kind", LOOPS)
def test_canceling_a_call_drops_its_request(
    silent: socket.socket, cancel: Callable[..., Awaitable[None]], kind: str
) -> None:
    def receive() -> tuple[socket.socket, bytes]:
        connection, _ = silent.accept()
        connection.settimeout(SECONDS)
        return connection, connection.recv(10_000)

    async def ask() -> bytes:
        loop = asyncio.get_running_loop()
        arrived = loop.run_in_executor(None, receive)
        # The server sees the end of the connection long before the timeout of the call.
        await cancel(make_client(address(silent), timeout=20 * SECONDS), arrived)
        connection, request = await arrived
        with connection:
            assert await loop.run_in_executor(None, connection.recv, 10_000) == b""
        return request

    assert run(ask(), kind).startswith(b"GET /v3.0/me")


def test_canceling_one_call_does_not_affect_others(clever: str) -> None:
    async def ask() -> str:
        client = make_client(clever)
        doomed = [asyncio.ensure_future(client.me("token")) for _ in range(50)]
        # Let the loop run once, so that the calls begin.
        await asyncio.sleep(0)
        for task in doomed:
            task.cancel()
        await asyncio.gather(*doomed, return_exceptions=True)
        return (await client.me("token")).id

    assert run(ask()) == ADA_ID


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
def test_calls_run_under_anyio(clever: str, backend: str) -> None:
    async def ask() -> list[str]:
        client, found = make_client(clever), []

        async def one() -> None:
            found.append((await client.me("token")).id)

        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(one)
        return found

    assert anyio.run(ask, backend_options={"use_uvloop": backend == "uvloop"}) == [ADA_ID] * 10


def test_loops_in_several_threads_share_a_client(clever: str) -> None:
    client = make_client(clever)

    async def ask() -> set[str]:
        return {me.id for me in await asyncio.gather(*(client.me("token") for _ in range(50)))}

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: run(ask(), list(LOOPS)[number % 2]), range(8)))
    assert found == [{ADA_ID}] * 8


def test_one_loop_after_another_uses_a_client(clever: str) -> None:
    client = make_client(clever)
    assert [run(client.me("token")).id for _ in range(3)] == [ADA_ID] * 3


def test_a_loop_closed_before_the_response_does_not_affect_other_loops(slow: str, gate: Gate) -> None:
    client = make_client(slow)
    loop = asyncio.new_event_loop()
    task = loop.create_task(client.me("token"))
    loop.run_until_complete(loop.run_in_executor(None, gate.wait_for))
    loop.run_until_complete(loop.shutdown_default_executor())
    # If a caller closes a loop with pending tasks, asyncio logs an error. Avoid that here.
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001
    loop.close()
    gate.open()
    assert run(client.me("token")).id == ADA_ID


def test_running_calls_finish_after_the_client_is_closed(slow: str, gate: Gate) -> None:
    async def ask() -> str:
        client = make_client(slow)
        waiting = asyncio.ensure_future(client.me("token"))
        await asyncio.get_running_loop().run_in_executor(None, gate.wait_for)
        await client.aclose()
        assert not waiting.done()
        gate.open()
        return (await waiting).id

    assert run(ask()) == ADA_ID


def test_a_call_ends_at_its_timeout_on_an_idle_loop(silent: socket.socket) -> None:
    # A short timeout keeps the test short. The response never comes, so the call times out on every machine.
    with pytest.raises(clever_sso.NetworkError, match="network_timeout"):
        run(make_client(address(silent), timeout=0.2).me("token"))


def engine_threads() -> int:
    return len([name for name in thread_names() if name.startswith("clever-sso")])


def thread_names() -> list[str]:
    with subprocess.Popen(["ps", "-T", "-o", "comm=", "-p", str(threading.main_thread().native_id)], stdout=-1) as ps:
        assert ps.stdout
        return ps.stdout.read().decode().split()


def test_a_closed_client_starts_again_and_leaves_no_thread(clever: str) -> None:
    before = engine_threads()

    async def ask() -> None:
        client = make_client(clever)
        for _ in range(3):
            async with client:
                assert (await client.me("token")).id == ADA_ID
                assert engine_threads() > 0

    run(ask())
    wait_for(lambda: engine_threads() <= before, "the end of the client's threads")


def test_a_call_outside_a_loop_raises_a_runtime_error() -> None:
    client = clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
    with pytest.raises(RuntimeError, match="no running event loop"):
        client.me("token").send(None)
