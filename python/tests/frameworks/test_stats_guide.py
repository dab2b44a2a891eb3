"""The recipes of docs/stats.md: a page for Prometheus, and a limit for callbacks, in each framework.

`tests/docs/test_operating.py` has the one in nginx.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from harness.paths import ROOT

# The limit in the guide, and the lower limit that these tests use instead.
ALLOWED = 6000
LIMIT = 30
TEXT = "text/plain; version=0.0.4; charset=utf-8"
CALLBACK = "/clever/callback?error=access_denied"
DENIED = 'clever_sso_logins_total{outcome="denied",code=""} '


def block(name: str) -> str:
    found = re.findall(rf"<!-- {name} -->\n```\w+\n(.*?)```", (ROOT / "docs/stats.md").read_text("utf-8"), re.DOTALL)
    assert len(found) == 1, name
    assert ("limiter" in name) == (str(ALLOWED) in found[0])
    return str(found[0]).replace(str(ALLOWED), str(LIMIT))


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEVER_CLIENT_ID", "0a" * 10)
    monkeypatch.setenv("CLEVER_CLIENT_SECRET", "0b" * 20)
    monkeypatch.setenv("CLEVER_REDIRECT_URI", "http://127.0.0.1:8000/clever/callback")


def executed(*names: str) -> dict[str, Any]:
    names_of_it: dict[str, Any] = {"__name__": "app"}
    for name in names:
        exec(compile(block(name), f"docs/stats.md: {name}", "exec"), names_of_it)
    return names_of_it


def test_flask_has_a_page_for_prometheus_and_limits_callbacks() -> None:
    browser = executed("flask metrics", "flask limiter")["app"].test_client()
    for _ in range(LIMIT):
        assert browser.get(CALLBACK).status_code == 403
    limited = browser.get(CALLBACK)
    assert limited.status_code == 429
    assert 0 < int(limited.headers["Retry-After"]) <= 60
    assert browser.get("/clever/login").status_code in {302, 303}
    page = browser.get("/metrics")
    assert (page.status_code, page.headers["Content-Type"]) == (200, TEXT)
    assert f"{DENIED}{LIMIT}\n" in page.text


def test_fastapi_has_a_page_for_prometheus_and_limits_callbacks() -> None:
    from starlette.testclient import TestClient  # noqa: PLC0415  (it needs an extra of the tests)

    browser = TestClient(executed("fastapi metrics", "fastapi limiter")["app"])
    for _ in range(LIMIT):
        assert browser.get(CALLBACK).status_code == 403
    limited = browser.get(CALLBACK)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "60")
    assert browser.get(CALLBACK.replace("callback", "callback/")).status_code == 429
    assert browser.get("/clever/login", follow_redirects=False).status_code in {302, 303}
    page = browser.get("/metrics")
    assert (page.status_code, page.headers["Content-Type"]) == (200, TEXT)
    assert f"{DENIED}{LIMIT}\n" in page.text


DJANGO = f"""
import sys
from types import ModuleType
from django.conf import settings
settings.configure(
    SECRET_KEY="x" * 50, ROOT_URLCONF="urls", ALLOWED_HOSTS=["*"], USE_TZ=True, LOGIN_URL="clever_sso:login",
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}},
    INSTALLED_APPS=[*("django.contrib." + app for app in ("auth", "contenttypes", "sessions")), "clever_sso.django"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    CLEVER_CLIENT_ID="0a" * 10, CLEVER_CLIENT_SECRET="0b" * 20,
    CLEVER_REDIRECT_URI="http://127.0.0.1:8000/clever/callback",
)
import django
django.setup()
urls = sys.modules["urls"] = ModuleType("urls")
exec(sys.argv[1], urls.__dict__)
exec(sys.argv[2], urls.__dict__)
from django.test import Client
urls.urlpatterns.append(urls.path("metrics", urls.metrics))
browser = Client()
assert {{browser.get("{CALLBACK}").status_code for _ in range({LIMIT})}} == {{403}}
limited = browser.get("{CALLBACK}")
assert (limited.status_code, limited["Retry-After"]) == (429, "60")
assert browser.get("/clever/login").status_code in {{302, 303}}
page = browser.get("/metrics")
assert page["Content-Type"] == "{TEXT}"
assert '{DENIED}{LIMIT}\\n' in page.content.decode()
"""


def test_django_has_a_page_for_prometheus_and_limits_callbacks() -> None:
    command = [sys.executable, "-c", DJANGO, block("django limiter"), block("django metrics")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
