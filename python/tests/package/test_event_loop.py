"""The blocking client warns once if it is used in an event loop."""

from __future__ import annotations

import subprocess
import sys

import pytest
from harness.patience import SECONDS

PROGRAM = """
import asyncio
import contextlib
import threading
import warnings

import clever_sso

client = clever_sso.Client("id", "secret", "https://app.example/callback", base_url="http://127.0.0.1:9", timeout=0.05)


def ask():
    for call in (lambda: client.me("token"), lambda: client.finish_login("code=a&state=b"), client.export_keys):
        with contextlib.suppress(clever_sso.Error):
            call()


async def wrong():
    client.begin_login()  # asks no one
    with contextlib.suppress(clever_sso.Error):
        client.warm_up()  # once, while a server starts
    print("before", len(caught))
    ask()
    ask()
    print("after", len(caught), [warning.filename for warning in caught])


async def right():
    await asyncio.get_running_loop().run_in_executor(None, ask)


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    ask()
    asyncio.run(right())
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    asyncio.run(wrong())
    print(caught[0].category.__name__, caught[0].message)
"""

IN_DJANGO = """
import asyncio

import django
from django.conf import settings
from django.http import HttpResponse as Response
from django.test import AsyncClient
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"])
django.setup()


def right(request):
    return Response(str(ask()))


async def wrong(request):
    return Response(str(ask()))


urlpatterns = [path("right", right), path("wrong", wrong)]


def get(name):
    return asyncio.run(AsyncClient().get("/" + name)).content.decode()
"""
IN_FASTAPI = """
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/right")
def right() -> int:
    return ask()


@app.get("/wrong")
async def wrong() -> int:
    return ask()


def get(name):
    return TestClient(app).get("/" + name).text
"""
VISITS = """
import contextlib
import warnings

import clever_sso

client = clever_sso.Client("id", "secret", "https://app.example/callback", base_url="http://127.0.0.1:9", timeout=0.05)


def ask():
    with contextlib.suppress(clever_sso.Error):
        client.me("token")
    return sum("clever_sso.Client waits" in str(warning.message) for warning in caught)


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(*map(get, ["right", "wrong", "wrong"]))
"""


def run(*options: str, program: str = PROGRAM) -> str:
    command = [sys.executable, *options, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    return done.stdout + done.stderr


def test_a_client_that_waits_in_an_event_loop_warns_once() -> None:
    said = run().splitlines()
    assert said[:2] == ["before 0", "after 1 ['<string>']"], said
    assert said[2].startswith("RuntimeWarning clever_sso.Client waits for the network")
    assert said[2].endswith("use clever_sso.AsyncClient in async code")


@pytest.mark.parametrize(
    ("needed", "program"),
    [(["django"], IN_DJANGO), (["fastapi", "httpx2"], IN_FASTAPI)],
    ids=["django", "fastapi"],
)
def test_a_client_that_waits_in_a_view_warns_once_where_the_view_is_async(needed: list[str], program: str) -> None:
    for name in needed:
        pytest.importorskip(name)
    assert run(program=program + VISITS) == "0 1 1\n"


def test_with_warnings_as_errors_the_call_raises() -> None:
    program = """
import asyncio
import clever_sso

client = clever_sso.Client("id", "secret", "https://app.example/callback", base_url="http://127.0.0.1:9", timeout=0.05)


async def wrong():
    client.me("token")


asyncio.run(wrong())
"""
    said = run("-W", "error", program=program)
    assert said.splitlines()[-1].startswith("RuntimeWarning: clever_sso.Client waits for the network")
