"""The log callback in C gets the events of several threads, before and after forks, and never a secret."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from harness import emulator
from harness.browser import Browser
from harness.driver import driver, make_client, tokens_of
from harness.paths import ROOT
from harness.patience import MANY_STEPS_SECONDS
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.driver import Ask

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback")
OIDC = emulator.App("0d1d" * 5, "5ec5e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
DEBUG, WARNING = "4", "2"


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP, OIDC], "ada") as base_url:
        yield base_url


def log_in(ask: Ask, clever: str, base_url: str, app: emulator.App) -> dict[str, str]:
    """A whole login. Returns its result and everything it created."""
    make_client(ask, app, base_url)
    login = ask("begin_login", client=app.client_id, return_to="/lessons?n=7")
    callback = Browser(clever).callback(login["url"])
    outcome = ask("finish_login", client=app.client_id, callback=callback, pending=login["pending"])
    query = parse_qs(urlsplit(callback).query)
    return {**outcome, "pending": login["pending"], "code": query["code"][0], "state": query["state"][0]}


def lines_of(log: Path) -> list[list[str]]:
    return [line.split("\t") for line in log.read_text("utf-8").splitlines()]


def test_a_login_with_a_retry_is_logged_without_secrets(clever: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as events, driver(events) as ask:
        assert ask("log")["result"] == "ok"
        login = log_in(ask, clever, f"{clever}/s/me-503-twice", APP)
        assert login["result"] == "signed_in me"
        oidc = log_in(ask, clever, f"{clever}/s/keys-rotated-after-login", OIDC)
        assert oidc["result"] == "signed_in id_token"
    lines = lines_of(log)
    retries = [line for line in lines if line[:2] == [DEBUG, "clever_sso::transport::retry"]]
    keys = [line for line in lines if line[:2] == [DEBUG, "clever_sso::keys"]]
    assert (len(retries), len(retries) + len(keys)) == (2, len(lines)), lines
    assert "sending again method=GET host=127.0.0.1 path=/s/me-503-twice/v3.0/me attempt=2" in retries[0][2]
    # The first login fetches keys during the code exchange and stops when there is no ID token. It may finish first.
    assert "fetched keys" in keys[-1][2]
    assert "keys-rotated-after-login" in keys[-1][2]
    basic = base64.b64encode(f"{APP.client_id}:{APP.secret}".encode()).decode()
    secrets = [APP.secret, OIDC.secret, basic, "Bearer", "Ada", login["id"]]
    secrets += [made[name] for made in (login, oidc) for name in ("pending", "code", "state")]
    assert all(len(secret) > 2 for secret in secrets)
    assert [secret for secret in secrets if secret in log.read_text("utf-8")] == []


def test_only_events_of_the_chosen_level_and_above_are_logged(clever: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w") as events, driver(events) as ask:
        assert ask("log", level=WARNING)["result"] == "ok"
        log_in(ask, clever, f"{clever}/s/me-503-twice", APP)
    assert lines_of(log) == []


@pytest.mark.parametrize("level", ["0", "5", "99"])
def test_an_unknown_log_level_is_refused(level: str) -> None:
    with driver() as ask:
        assert ask("log", level=level)["result"] == "error argument_invalid"


def test_the_callback_gets_events_of_all_threads_and_forks_until_it_is_removed(clever: str) -> None:
    program, token = (
        compiled(ROOT / "ffi/tests/c/log.c", "-pthread", "-fsanitize=address"),
        tokens_of(APP, clever)["access_token"],
    )
    ended = subprocess.run(
        [program, f"{clever}/s/me-500", APP.client_id, token],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=MANY_STEPS_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert len(lines) > 10
    assert all(line.startswith(f"{DEBUG}\tclever_sso::transport::retry\tsending again ") for line in lines), lines
    assert token not in ended.stdout
