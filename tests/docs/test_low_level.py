"""The application from the guide for your own view, used by people and by attackers."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from clever_sso.testing import Emulator, exchange, log_in
from harness.paths import EMULATOR, ROOT

PAGE = (ROOT / "docs/low-level.md").read_text("utf-8")
BLOCK = re.compile(r"^<!-- low-level: (\S+) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    pytest.importorskip("flask")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))
        with Emulator.running() as running:
            yield running


@pytest.fixture
def made(emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Run the guide's application with the settings of an emulator."""

    def make(**options: Any) -> Any:
        ((name, text),) = BLOCK.findall(PAGE)
        (tmp_path / name).write_text(text, "utf-8")
        for variable, value in emulator.settings(**options).items():
            monkeypatch.setenv(variable, value)
        spec = importlib.util.spec_from_file_location("low_level", tmp_path / name)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module.app

    return make


def exchanges(emulator: Emulator) -> int:
    return sum(entry.path.endswith("/oauth/tokens") for entry in emulator.journal())


def callback_of(client: Any, person: str, path: str = "/login") -> str:
    """Begin a login; return the callback URL, which the browser hasn't opened yet."""
    reply = exchange.request("GET", f"{client.get(path).location}&emulator_login={person}")
    parts = urlsplit(reply.location or "")
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("kind", ["oidc", "oauth"])
def test_a_login_with_an_id_token_and_without(made: Callable[..., Any], emulator: Emulator, kind: Any) -> None:
    client = made(app=kind).test_client()
    assert client.get("/").location == "/login"
    assert log_in(client, "ada", emulator, path="/login?next=/?week=7").location == "/?week=7"
    assert client.get("/").text == "Hello, Ada Ashworth"
    assert client.post("/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/logout", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert client.get("/").location == "/login"


@pytest.mark.parametrize("start", ["portal", "instant"])
def test_a_login_that_begins_in_the_portal_restarts(made: Callable[..., Any], emulator: Emulator, start: str) -> None:
    client = made().test_client()
    district = str(emulator.person("ada").district_id)
    link = emulator.portal_link() if start == "portal" else emulator.instant_login_link(district)
    emulator.forget_journal()
    log_in(client, "ada", emulator, path=link)
    assert client.get("/").text == "Hello, Ada Ashworth"
    # The code without a state was not exchanged.
    assert exchanges(emulator) == 1


def test_a_planted_callback_signs_no_one_in(made: Callable[..., Any], emulator: Emulator) -> None:
    app = made()
    attacker, victim = app.test_client(), app.test_client()
    planted = callback_of(attacker, "grace")
    emulator.forget_journal()
    answer = victim.get(planted)
    assert answer.location.startswith(f"{emulator.base_url}/oauth/authorize?")
    assert exchanges(emulator) == 0
    with victim.session_transaction() as session:
        assert "person" not in session


def test_a_reloaded_callback_restarts_the_login_and_logs_no_one_out(
    made: Callable[..., Any], emulator: Emulator
) -> None:
    client = made().test_client()
    callback = callback_of(client, "ada")
    assert client.get(callback).location == "/"
    emulator.forget_journal()
    assert client.get(callback).location.startswith(f"{emulator.base_url}/oauth/authorize?")
    assert exchanges(emulator) == 0
    assert client.get("/").text == "Hello, Ada Ashworth"


def test_logins_in_two_tabs_both_succeed(made: Callable[..., Any]) -> None:
    client = made().test_client()
    first, second = callback_of(client, "ada", "/login?next=/a"), callback_of(client, "ada", "/login?next=/b")
    assert (client.get(second).location, client.get(first).location) == ("/b", "/a")


def test_at_most_eight_logins_in_progress_are_kept(made: Callable[..., Any]) -> None:
    client = made().test_client()
    for _ in range(12):
        client.get("/login")
    with client.session_transaction() as session:
        assert len(session["logins"]) == 8


def test_the_next_person_on_the_device_gets_no_data_of_the_previous_one(
    made: Callable[..., Any], emulator: Emulator
) -> None:
    client = made().test_client()
    log_in(client, "ada", emulator, path="/login")
    with client.session_transaction() as session:
        session["homework"] = "of Ada"
    log_in(client, "grace", emulator, path="/login")
    with client.session_transaction() as session:
        assert set(session) == {"person", "logins"}
        assert session["person"]["roles"] == ["teacher"]


def test_a_browser_without_cookies_gets_a_page_that_says_so(made: Callable[..., Any]) -> None:
    client = made().test_client(use_cookies=False)
    answer, visited = client.get(callback_of(client, "ada")), 0
    while answer.status_code == 303:
        visited += 1
        assert visited < 10
        reply = exchange.request("GET", f"{answer.location}&emulator_login=ada")
        parts = urlsplit(reply.location or "")
        answer = client.get(f"{parts.path}?{parts.query}")
    assert (answer.status_code, visited) == (400, 3)
    assert "blocked a cookie" in answer.text


def test_a_refusal_ends_the_session_only_if_the_callback_is_proven(
    made: Callable[..., Any], emulator: Emulator
) -> None:
    client = made().test_client()
    log_in(client, "ada", emulator, path="/login")
    assert client.get("/clever/callback?error=access_denied").status_code == 403
    assert client.get("/").status_code == 200
    state = parse_qs(urlsplit(client.get("/login").location).query)["state"][0]
    assert client.get(f"/clever/callback?error=access_denied&state={state}").status_code == 403
    assert client.get("/").location == "/login"


def test_a_code_from_another_issuer_is_not_exchanged(made: Callable[..., Any], emulator: Emulator) -> None:
    client = made().test_client()
    log_in(client, "ada", emulator, path="/login")
    callback = callback_of(client, "grace")
    emulator.forget_journal()
    callback = re.sub(r"&iss=[^&]*", "", callback)
    answer = client.get(f"{callback}&iss=https://evil.example")
    assert (answer.status_code, answer.text) == (400, "This login came from somewhere else.")
    assert exchanges(emulator) == 0
    assert client.get("/").location == "/login"


@pytest.mark.parametrize("scenario", ["id-token-expired", "id-token-wrong-nonce", "id-token-alg-none"])
def test_a_wrong_id_token_lets_no_one_in(made: Callable[..., Any], emulator: Emulator, scenario: str) -> None:
    client = made(scenario=scenario).test_client()
    log_in(client, "ada", emulator, path="/login")
    assert client.get("/").location == "/login"


@pytest.mark.parametrize(
    "goal", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_a_login_does_not_redirect_to_another_site(made: Callable[..., Any], goal: str) -> None:
    client = made().test_client()
    client.get("/login", query_string={"next": goal})
    with client.session_transaction() as session:
        assert [login["return_to"] for login in session["logins"].values()] == ["/"]


def test_a_prefetched_callback_does_not_use_up_the_login(made: Callable[..., Any]) -> None:
    client = made().test_client()
    callback = callback_of(client, "ada")
    assert client.get(callback, headers={"Sec-Purpose": "prefetch"}).status_code == 503
    assert client.get(callback).status_code == 303
    assert client.get("/clever/callback?code=a&code=b").status_code == 400


def test_every_block_of_the_page_is_run() -> None:
    assert PAGE.count("```") == 2 * len(BLOCK.findall(PAGE)) == 2
