"""The pytest fixtures. pytest loads this file in every run where the package is installed, so it imports little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    import clever_sso
    from clever_sso.testing.clients import AppClient
    from clever_sso.testing.emulator import Emulator
    from clever_sso.testing.login import LogIn, LogInAsync

Response = TypeVar("Response")
RUNNING = pytest.StashKey["Emulator"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the settings."""
    default = ["http://localhost/clever/callback"]
    parser.addini("clever_redirect_uris", "the redirect URIs of the application under test", "linelist", default)
    parser.addini("clever_world", "a file with people for the emulator of Clever", "paths", [])
    parser.addini("clever_person", "who logs in with Clever if no person is named", "string", "ada")


@pytest.fixture(scope="session")
def clever_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """A Clever on this machine: its settings for the application under test, scenarios, people, clock and journal."""
    from clever_sso.testing.emulator import Emulator  # noqa: PLC0415  (who uses no fixture does not pay for them)

    world_files = pytestconfig.getini("clever_world")
    with Emulator.running(
        pytestconfig.getini("clever_redirect_uris"),
        world_file=world_files[0] if world_files else None,
        person=pytestconfig.getini("clever_person"),
    ) as emulator:
        pytestconfig.stash[RUNNING] = emulator
        yield emulator
        del pytestconfig.stash[RUNNING]


@pytest.fixture
def clever_client(clever_emulator: Emulator) -> clever_sso.Client:
    """A `clever_sso.Client` of an application that is registered at the emulator."""
    return clever_emulator.client()


@pytest.fixture
def clever_login(clever_emulator: Emulator) -> LogIn:
    """Logs a person in: `clever_login(client, "ada")`, with a test client of Flask, Django or Starlette (FastAPI)."""
    from clever_sso.testing.login import log_in  # noqa: PLC0415

    def log_in_here(client: AppClient[Response], person: str, **options: Any) -> Response:  # noqa: ANN401
        return log_in(client, person, clever_emulator, **options)

    return log_in_here


@pytest.fixture
def clever_login_async(clever_emulator: Emulator) -> LogInAsync:
    """The same as `clever_login`, but awaited, with the `AsyncClient` of httpx or Django."""
    from clever_sso.testing.login import log_in_async  # noqa: PLC0415

    async def log_in_here(client: AppClient[Awaitable[Response]], person: str, **options: Any) -> Response:  # noqa: ANN401
        return await log_in_async(client, person, clever_emulator, **options)

    return log_in_here


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Reset the emulator's clock and keys if a test has changed them."""
    emulator = item.config.stash.get(RUNNING, None)
    if emulator is not None and emulator.moved:
        emulator.reset()
