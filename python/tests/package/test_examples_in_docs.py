"""Runs the examples in docstrings, unchanged, against the emulator."""

from __future__ import annotations

import asyncio
import inspect
import json
import textwrap
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET
from harness import emulator
from harness.browser import Browser

# The variables that an example uses.
REDIRECT_URI = "https://app.example/callback"


def documented() -> Iterator[tuple[str, object]]:
    yield "clever_sso", clever_sso
    for name in clever_sso.__all__:
        value = getattr(clever_sso, name)
        if inspect.isclass(value) or inspect.isroutine(value):
            yield name, value
        if inspect.isclass(value):
            members = {key: getattr(value, key) for key in vars(value) if not key.startswith("_")}
            yield from ((f"{name}.{key}", member) for key, member in members.items())


def code_of(documentation: str) -> str:
    """The indented paragraphs before the first section, such as `Args:`."""
    lines = inspect.cleandoc(documentation).splitlines()
    sections = [number for number, line in enumerate(lines) if line in {"Args:", "Returns:", "Raises:"}]
    head = lines[: min(sections, default=len(lines))]
    return textwrap.dedent("\n".join(line if line.startswith("    ") else "" for line in head)).strip()


EXAMPLES = {name: code for name, value in documented() if (code := code_of(inspect.getdoc(value) or ""))}


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([emulator.App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)], "ada") as base_url:
        yield base_url


def test_every_docstring_about_logins_has_an_example() -> None:
    assert EXAMPLES.keys() >= {"clever_sso", "Client", "AsyncClient", "Client.from_env", "verify_id_token"}


def surroundings(clever: str) -> dict[str, object]:
    """The variables that an example needs: of a person who has logged in, and of one who comes back from Clever."""
    client = clever_sso.Client.from_env()
    first, login = client.begin_login(), client.begin_login()
    done = client.finish_login(Browser(clever).callback(first.url), pending=first.pending)
    assert isinstance(done, clever_sso.SignedIn)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in login.set_cookies)
    return {
        "clever_sso": clever_sso,
        "callback_url": Browser(clever).callback(login.url),
        "url": Browser(clever).callback(login.url),
        "cookie_header": cookies,
        "cookies": cookies,
        "client": client,
        "stats": client.stats(),
        "request": SimpleNamespace(method="GET", headers={"Sec-Fetch-Mode": "navigate"}),
        "session": {login.key: login.pending},
        "token": done.tokens.id_token,
        "nonce": parse_qs(urlsplit(first.url).query)["nonce"][0],
        "jwks": json.loads(client.export_keys())["jwks"],
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_docstring_example_runs(name: str, clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET, "REDIRECT_URI": REDIRECT_URI}
    for setting, value in {**settings, "BASE_URL": clever}.items():
        monkeypatch.setenv(f"CLEVER_{setting}", value)
    code = EXAMPLES[name].replace(f'"{REDIRECT_URI}")', f'"{REDIRECT_URI}", base_url="{clever}")')
    for word, real in {"client id": CLIENT_ID, "client secret": CLIENT_SECRET, "https://clever.com": clever}.items():
        code = code.replace(f'"{word}"', f'"{real}"')
    names = surroundings(clever)
    exec(compile(code, name, "exec", dont_inherit=True), names)
    for example in [value for value in names.values() if inspect.iscoroutinefunction(value)]:
        assert asyncio.run(example(*(names[each] for each in inspect.signature(example).parameters)))
