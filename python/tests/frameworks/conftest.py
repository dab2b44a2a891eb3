"""The sites that the framework tests share: one for each framework, started once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clever_sso import Client, Identity, SignedIn
from harness.browser import Browser as Visitor
from harness.cookie_browser import Browser
from harness.emulator import App, running
from harness.length import whole_or_short
from running import CLIENT_ID, CLIENT_SECRET, FRAMEWORKS, REDIRECT_URI, SITES_IN_RUST, Site, serving

# Tests that run on the sites in every language.
ON_ALL_SITES = {"test_contract", "test_browser_leg", "test_interleavings"}
# `make test` compiles no actix: the Makefile says why.
IN_RUST = whole_or_short(["axum", "actix"], ["axum"])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test with each framework; tests of whole sites also run with the sites in Rust."""
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    names_them_itself = any("framework" in (each.split(",") if isinstance(each, str) else each) for each in named)
    if "framework" in metafunc.fixturenames and not names_them_itself:
        is_on_all = metafunc.module.__name__.rpartition(".")[2] in ON_ALL_SITES
        names = [*FRAMEWORKS, *(IN_RUST if is_on_all else [])]
        metafunc.parametrize("framework", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def framework(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name in SITES_IN_RUST:
        if not SITES_IN_RUST[name].exists():
            pytest.skip(f"there is no site at {SITES_IN_RUST[name]}: build it with `make rust-examples`")
    else:
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
    """An emulator for apps that tests call directly, without a server."""
    with running([App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)]) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def project(clever: str) -> None:
    """A Django project in this process."""
    pytest.importorskip("django")
    import django_settings

    django_settings.configure(clever)


@pytest.fixture
def untouched(project: None) -> Iterator[None]:
    """Undo everything that a test writes."""
    from django.db import transaction
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    teardown_test_environment()


@pytest.fixture
def override() -> Iterator[Callable[..., None]]:
    from django.test import override_settings

    made: list[Any] = []

    def change(**changes: object) -> None:
        made.append(override_settings(**changes))
        made[-1].enable()

    yield change
    for each in reversed(made):
        each.disable()


@pytest.fixture
def make(framework: str, request: pytest.FixtureRequest) -> Callable[..., object]:
    """Start an application of this framework with the given settings."""
    from starting import FACES

    if framework == "django":
        request.getfixturevalue("untouched")
    return FACES[framework]


@pytest.fixture(scope="session")
def identity(clever: str) -> Callable[[str], Identity]:
    """The identity, from a login, of the person with this sign-in number."""
    client = Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever)
    known: dict[str, Identity] = {}

    def of(number: str) -> Identity:
        if number not in known:
            login = client.begin_login()
            outcome = client.finish_login(Visitor(clever, number).callback(login.url), pending=login.pending)
            assert isinstance(outcome, SignedIn)
            known[number] = outcome.identity
        return known[number]

    return of
