"""The ready settings of the desk: each is pasted without changes, and a client with them exchanges a code.

The app has several redirect URIs, and an id and a secret with characters that each of the languages must escape.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness import programs
from harness.emulator import running
from harness.paths import LIBRARY, RELEASE, ROOT
from harness.patience import SECONDS

CLIENT_ID, SECRET = r"""an'id"with\$HOME`x`??/""", r"""a'secret"with\n$(x)%s??' #"""
CALLBACKS = [
    "http://127.0.0.1:5000/clever/callback",
    "http://localhost:5000/clever/callback",
    "http://127.0.0.1:5000/other?a='b'",
]
NAMES = ["Environment", "Flask", "Django", "FastAPI", "PHP", "C"]
WORLD = ROOT / "emulator" / "world.toml"
DONE = "exchanged"


@dataclass(frozen=True)
class Desk:
    """An emulator and the settings on its desk."""

    base_url: str
    settings: dict[str, str]

    def code(self) -> str:
        """Return a code for the app."""
        body = {"client_id": CLIENT_ID, "person": "ada", "redirect_uri": CALLBACKS[0]}
        request = urllib.request.Request(
            f"{self.base_url}/_emulator/codes", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["code"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    world = tmp_path_factory.mktemp("world") / "world.toml"
    app = f'client_id = {json.dumps(CLIENT_ID)}\nclient_secret = {json.dumps(SECRET)}\nname = "Ready"\noidc = true\n'
    world.write_text(f"{WORLD.read_text()}\n[[app]]\n{app}redirect_uris = {json.dumps(CALLBACKS)}\n")
    with running(world=world) as base_url:
        with urllib.request.urlopen(f"{base_url}/_emulator/") as answer:
            page = answer.read().decode()
        found = re.findall(r'data-copy="the settings for (\w+) of Ready">(.*?)</code>', page, re.DOTALL)
        yield Desk(base_url, {name: html.unescape(text) for name, text in found})


def ran(command: list[str], desk: Desk, **more: str) -> str:
    """Run a program with a code and without any CLEVER_ variable; return its output."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("CLEVER_")}
    library = str(RELEASE / LIBRARY)
    environment = {**outside, "CODE": desk.code(), "CALLBACK": CALLBACKS[0], **more}
    environment |= {"LD_LIBRARY_PATH": str(RELEASE), "CLEVER_SSO_LIBRARY": library}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def python(desk: Desk, text: str) -> str:
    """Run a Python program; return its output."""
    return ran([sys.executable, "-c", text], desk)


EXCHANGE = "client.exchange_code(os.environ['CODE'], os.environ['CALLBACK'])\nprint('exchanged')\n"


def test_the_desk_has_settings_for_each_language_and_framework(desk: Desk) -> None:
    assert list(desk.settings) == NAMES
    for text in desk.settings.values():
        assert desk.base_url in text


def test_the_settings_for_a_shell_environment_work(desk: Desk) -> None:
    program = (
        f"import os\nfrom clever_sso import Client\nclient = Client.from_env()\n{EXCHANGE}print(client.redirect_uris)"
    )
    said = ran(["sh", "-ec", f'{desk.settings["Environment"]}exec "$0" -c "$1"', sys.executable, program], desk)
    assert DONE in said
    assert str(tuple(CALLBACKS)) in said or str(CALLBACKS) in said


def test_flask(desk: Desk) -> None:
    pytest.importorskip("flask")
    program = f"""
import os
from clever_sso.flask import CleverSso
from flask import Flask
app = Flask("ready")
app.secret_key = "a key for tests only"
{desk.settings["Flask"]}
clever = CleverSso(app)
with app.app_context():
    client = clever.client
{EXCHANGE}
print(app.url_map)
"""
    said = python(desk, program)
    assert DONE in said
    assert "nothing reads" not in said
    assert "'/clever/callback'" in said


PROJECT = """
SECRET_KEY = "a key for tests only, which is as long as it has to be"
ROOT_URLCONF = "ready_urls"
INSTALLED_APPS = [f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages")]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""


def test_django(desk: Desk, tmp_path: Path) -> None:
    pytest.importorskip("django")
    settings = desk.settings["Django"]
    (routes,) = re.findall(r"^# urls\.py: (.*)$", settings, re.MULTILINE)
    (tmp_path / "ready_urls.py").write_text(f"from django.urls import include, path\nurlpatterns = [{routes}]\n")
    (tmp_path / "ready_settings.py").write_text(PROJECT + settings)
    program = f"""
import os, sys
sys.path.insert(0, {str(tmp_path)!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "ready_settings"
import django
django.setup()
from django.core.management import call_command
call_command("check", fail_level="WARNING")
from django.urls import reverse
print(reverse("clever_sso:callback"))
from clever_sso.django import conf
client = conf.client()
{EXCHANGE}
"""
    said = python(desk, program)
    assert DONE in said
    assert "/clever/callback" in said
    # Django has one path for the callback.
    assert CALLBACKS[1] in settings
    assert CALLBACKS[2] not in settings


def test_fastapi(desk: Desk) -> None:
    pytest.importorskip("fastapi")
    program = f"""
import asyncio, os
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware
app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
{desk.settings["FastAPI"]}
clever.install(app)
asyncio.run(clever.client.exchange_code(os.environ["CODE"], os.environ["CALLBACK"]))
print("exchanged", [getattr(route, "path", None) for route in clever.routes])
"""
    said = python(desk, program)
    assert DONE in said
    assert "'/clever/callback'" in said


def test_php(desk: Desk, tmp_path: Path) -> None:
    php = shutil.which("php")
    if php is None:
        pytest.skip("php is not installed")
    script = tmp_path / "ready.php"
    classes = ROOT / "php" / "ffi" / "CleverSso.php"
    script.write_text(
        f"<?php\ndeclare(strict_types=1);\nrequire {json.dumps(str(classes))};\n{desk.settings['PHP']}"
        "$client->exchangeCode(getenv('CODE'), getenv('CALLBACK'));\n"
        "echo 'exchanged ', json_encode($client->redirectUris), get_class($web);\n"
    )
    ffi = "ffi" in subprocess.run([php, "-n", "-m"], capture_output=True, text=True, check=True).stdout.lower().split()
    options = [
        "-n",
        *([] if ffi else ["-dextension=ffi.so"]),
        "-dffi.enable=1",
        "-derror_reporting=-1",
        "-ddisplay_errors=1",
    ]
    said = ran([php, *options, str(script)], desk)
    assert DONE in said
    assert "Warning" not in said
    assert json.dumps(CALLBACKS, separators=(",", ":")).replace("/", "\\/") in said
    assert said.endswith("CleverSso\\Web")


def test_c(desk: Desk, tmp_path: Path) -> None:
    source = tmp_path / "ready.c"
    source.write_text(
        "#include <clever_sso.h>\n#include <stdio.h>\n#include <stdlib.h>\nint main(void)\n{\n"
        f"{desk.settings['C']}"
        "clever_sso_client *client = NULL;\nclever_sso_tokens *tokens = NULL;\n"
        "if (!status) status = clever_sso_client_new(config, &client, &error);\n"
        'if (!status) status = clever_sso_exchange_code(client, getenv("CODE"), getenv("CALLBACK"), &tokens, &error);\n'
        'puts(status ? clever_sso_error_message(error) : "exchanged");\n'
        "clever_sso_tokens_free(tokens);\nclever_sso_client_free(client);\nclever_sso_config_free(config);\n"
        "clever_sso_error_free(error);\nreturn status;\n}\n"
    )
    program: Any = programs.compiled(source, name="ready-settings")
    assert DONE in ran([str(program)], desk)


def test_an_app_without_a_secret_has_only_the_environment_for_checking_tokens(desk: Desk) -> None:
    with urllib.request.urlopen(f"{desk.base_url}/_emulator/") as answer:
        page = answer.read().decode()
    found = re.findall(r'data-copy="the settings for (\w+) of Map Corner">(.*?)</code>', page, re.DOTALL)
    ((name, text),) = found
    assert name == "Environment"
    program = "import os\nfrom clever_sso import Client\nprint(Client.from_env().redirect_uris, 'exchanged')"
    assert DONE in ran(["sh", "-ec", f'{html.unescape(text)}exec "$0" -c "$1"', sys.executable, program], desk)
