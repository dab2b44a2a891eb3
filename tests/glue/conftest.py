"""The sites that the tests of the glue share: one of each framework, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from harness.cookie_browser import Browser
from harness.emulator import App, running
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Site, serving

FRAMEWORKS = ["flask", "django", "asgi"]


@pytest.fixture(scope="session", params=FRAMEWORKS)
def framework(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    pytest.importorskip({"asgi": "fastapi"}.get(name, name))
    return name


@pytest.fixture(scope="session")
def site(framework: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(framework, tmp_path_factory.mktemp("site"), UNWELCOME="Castellan", BREAKING="Rivera") as site:
        yield site


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.emulator)


@pytest.fixture(scope="session")
def clever() -> Iterator[str]:
    """A Clever for apps that are driven without a socket of their own."""
    with running([App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)]) as emulator:
        yield emulator
