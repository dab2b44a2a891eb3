"""Guards and the `whoami` endpoint as scripts see them: the same in each framework."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from clever_sso._web.api import is_for_a_person, wants_page
from harness.browser import Browser
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, path_of, settings

ADA, GRACE = "510001", "610001"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
AXIOS = "application/json, text/plain, */*"


class Visitor:
    """One interface for the test clients of all frameworks."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self.ask = ask

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, path, named)

    def log_in(self, clever: str, number: str) -> None:
        begun = self("/clever/login")
        answer = self(path_of(Browser(clever, number).callback(begun.headers["Location"])))
        assert answer.status_code == 303


def flask_visitor(clever: str) -> Visitor:
    from clever_sso.flask import CleverSso, login_required  # noqa: PLC0415
    from flask import Flask  # noqa: PLC0415

    app = Flask("reading")
    app.secret_key = "a key for tests only"
    app.config.update(settings(clever))
    CleverSso(app)
    app.add_url_rule("/open", "open", lambda: "for everyone")
    app.add_url_rule("/private", "private", login_required(lambda: "in"), methods=["GET", "POST"])
    guard = login_required("teacher", "staff")
    app.add_url_rule("/staffroom", "staffroom", guard(lambda: "coffee"), methods=["GET", "POST"])
    client = app.test_client()
    return Visitor(lambda method, path, headers: client.open(path, method=method, headers=headers))


def asgi_visitor(clever: str) -> Visitor:
    pytest.importorskip("httpx2")
    from clever_sso import AsyncClient  # noqa: PLC0415
    from clever_sso.asgi import CleverSso  # noqa: PLC0415
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.middleware.sessions import SessionMiddleware  # noqa: PLC0415
    from starlette.requests import Request  # noqa: PLC0415
    from starlette.responses import PlainTextResponse  # noqa: PLC0415
    from starlette.testclient import TestClient  # noqa: PLC0415

    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))

    async def private(request: Request) -> PlainTextResponse:
        await extension.required(request)
        return PlainTextResponse("in")

    async def everyone(_: Request) -> PlainTextResponse:
        return PlainTextResponse("for everyone")

    async def staffroom(request: Request) -> PlainTextResponse:
        await extension.role("teacher", "staff")(request)
        return PlainTextResponse("coffee")

    app = Starlette()
    app.add_route("/open", everyone)
    app.add_route("/private", private, methods=["GET", "POST"])
    app.add_route("/staffroom", staffroom, methods=["GET", "POST"])
    extension.install(app)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    client = TestClient(app, follow_redirects=False)
    return Visitor(lambda method, path, headers: client.request(method, path, headers=headers))


def django_visitor(_: str) -> Visitor:
    from django.test import Client  # noqa: PLC0415

    client = Client()
    return Visitor(lambda method, path, headers: client.generic(method, path, headers=headers))


MAKE = {"flask": flask_visitor, "asgi": asgi_visitor, "django": django_visitor}


@pytest.fixture
def visitor(framework: str, clever: str, request: pytest.FixtureRequest) -> Visitor:
    if framework == "django":
        request.getfixturevalue("untouched")
    return MAKE[framework](clever)


SCRIPTS = {
    "fetch": {"Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty", "Accept": "*/*"},
    "same-origin fetch": {"Sec_Fetch_Mode": "same-origin", "Accept": BROWSER},
    "XMLHttpRequest": {"X_Requested_With": "XMLHttpRequest", "Accept": "*/*"},
    "XMLHttpRequest for HTML": {"X_Requested_With": "XMLHttpRequest", "Accept": BROWSER},
    "axios": {"Accept": AXIOS},
    "JSON": {"Accept": "application/json"},
    "JSON:API": {"Accept": "application/vnd.api+json"},
    "rather JSON": {"Accept": "text/html;q=0.5, application/json"},
    "no HTML": {"Accept": "text/html;q=0, */*"},
    "picture": {"Accept": "image/avif,image/webp,*/*;q=0.8"},
}
PEOPLE = {
    "browser": {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document", "Accept": BROWSER},
    "old browser": {"Accept": BROWSER},
    "anything": {"Accept": "*/*"},
    "nothing said": {},
    "rather HTML": {"Accept": "text/html, application/json;q=0.5"},
}


@pytest.mark.parametrize("kind", sorted(SCRIPTS))
def test_a_script_that_is_not_signed_in_gets_401_with_json(visitor: Visitor, kind: str) -> None:
    for path in ("/private", "/staffroom"):
        answer = visitor(path, **SCRIPTS[kind])
        said = told(answer, 401)
        assert (said["code"], said["login_url"]) == ("not_signed_in", "/clever/login")
        assert answer.headers["WWW-Authenticate"].startswith("Session ")


@pytest.mark.parametrize("kind", sorted(PEOPLE))
def test_a_person_who_is_not_signed_in_is_redirected_to_log_in(visitor: Visitor, kind: str) -> None:
    answer = visitor("/private", **PEOPLE[kind])
    assert answer.status_code in {302, 303}
    assert answer.headers["Location"].startswith("/clever/login?next=")


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, *SCRIPTS.values()])
def test_a_post_that_is_not_signed_in_gets_401_with_json_and_no_redirect(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    told(visitor("/staffroom", "POST", **headers), 401)


def test_a_form_that_is_not_signed_in_gets_401_as_a_page(visitor: Visitor) -> None:
    answer = visitor("/staffroom", "POST", **PEOPLE["browser"])
    assert (answer.status_code, "Location" in answer.headers) == (401, False)
    assert answer.headers.get("Content-Type") != "application/json"


@pytest.mark.parametrize("kind", sorted(SCRIPTS))
def test_a_script_of_a_person_without_the_role_gets_403_with_json(visitor: Visitor, clever: str, kind: str) -> None:
    visitor.log_in(clever, ADA)
    for method in ("GET", "POST"):
        assert told(visitor("/staffroom", method, **SCRIPTS[kind]), 403)["code"] == "not_allowed"
    assert visitor("/private", **SCRIPTS[kind]).status_code == 200


def test_a_person_without_the_role_gets_403_as_a_page(visitor: Visitor, clever: str) -> None:
    visitor.log_in(clever, ADA)
    for method in ("GET", "POST"):
        answer = visitor("/staffroom", method, **PEOPLE["browser"])
        assert (answer.status_code, answer.headers.get("Content-Type") == "application/json") == (403, False)


def test_whoami_returns_the_signed_in_person_or_401(visitor: Visitor, clever: str) -> None:
    for headers in ({}, PEOPLE["browser"], SCRIPTS["fetch"]):
        assert told(visitor("/clever/whoami", **headers), 401)["login_url"] == "/clever/login"
    visitor.log_in(clever, GRACE)
    for headers in ({}, PEOPLE["browser"], SCRIPTS["fetch"]):
        said = told(visitor("/clever/whoami", **headers), 200)
        assert (said["first_name"], said["user_type"], said["roles"]) == ("Grace", "teacher", ["teacher"])
        assert set(said) == {
            "issuer",
            "id",
            "district_id",
            "user_type",
            "roles",
            "full_name",
            "first_name",
            "last_name",
            "loginas_by_admin",
            "ends_at",
        }
    assert visitor("/clever/whoami", "HEAD").status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        answer = visitor("/clever/whoami", method)
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_a_page_that_does_not_use_the_identity_does_not_depend_on_cookies(visitor: Visitor, clever: str) -> None:
    visitor.log_in(clever, ADA)
    # The first page records that the session came back.
    visitor("/private")
    answer = visitor("/open")
    assert (answer.status_code, answer.headers.get("Vary"), answer.headers.get("Set-Cookie")) == (200, None, None)
    assert visitor("/private").headers["Vary"] == "Cookie"


def told(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    said: dict[str, Any] = json.loads(getattr(answer, "content", None) or answer.data)
    assert status < 400 or said["detail"]
    return said


@pytest.mark.parametrize(
    ("accept", "page", "person"),
    [
        ("", True, False),
        ("*/*", True, False),
        ("text/*", True, False),
        ("text/html", True, True),
        ("application/xhtml+xml", True, True),
        (BROWSER, True, True),
        ("TEXT/HTML ; q=0.1", True, True),
        ("text/html;q=0", False, False),
        ("*/*;q=0", False, False),
        ("text/html;q=nonsense", False, False),
        (AXIOS, False, False),
        ("text/plain", False, False),
        ("text/event-stream", False, False),
        (",,;q=1,", True, False),
    ],
)
def test_accept_headers_tell_pages_from_scripts(accept: str, page: bool, person: bool) -> None:
    headers = {"Accept": accept}
    assert (wants_page(headers), is_for_a_person(headers)) == (page, person)
