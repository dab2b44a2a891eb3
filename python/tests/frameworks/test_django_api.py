"""`current_identity` in Django: looked up only when used, in async and class-based views and in REST framework."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("django")
from django_settings import GRACE, log_in

pytestmark = pytest.mark.usefixtures("untouched")


def pages() -> Any:  # noqa: C901  (it is a module)
    """A URL module with views of each kind."""
    from types import ModuleType

    from clever_sso.django import CleverRequiredMixin, acurrent_identity, current_identity, role_required
    from django.contrib.auth.decorators import login_required
    from django.http import HttpRequest, HttpResponse
    from django.template import engines
    from django.urls import include, path
    from django.views import View

    class Lessons(CleverRequiredMixin, View):
        required_roles = ("teacher", "staff")

        def get(self, *_: object) -> HttpResponse:
            return HttpResponse("lessons")

        post = get

    class LessonsLater(CleverRequiredMixin, View):
        required_roles = "teacher"

        async def get(self, _: HttpRequest) -> HttpResponse:
            return HttpResponse("lessons later")

    class ForEveryone(CleverRequiredMixin, View):
        async def get(self, _: HttpRequest) -> HttpResponse:
            return HttpResponse("in")

    def page(text: str) -> Callable[[HttpRequest], HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(engines["django"].from_string(text).render({}, request))

        return view

    def later(text: str) -> Callable[[HttpRequest], Any]:
        async def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(engines["django"].from_string(text).render({}, request))

        return view

    async def twin(request: HttpRequest) -> HttpResponse:
        identity = await acurrent_identity(request)
        again = current_identity(request)
        return HttpResponse(f"{identity.full_name} {identity == again}" if identity else "nobody")

    async def wrong(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(current_identity(request)))

    @role_required("teacher")
    async def guarded_later(request: HttpRequest) -> HttpResponse:
        identity = await acurrent_identity(request)
        return HttpResponse(identity.full_name if identity else "nobody")

    who = "{% if current_identity %}{{ current_identity.full_name }}{% else %}nobody{% endif %}"
    module = ModuleType("pages")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("plain", page("for everyone")),
        path("named", page(who)),
        path("plain-later", later("for everyone")),
        path("named-later", later(who)),
        path("twin", twin),
        path("wrong", wrong),
        path("guarded-later", guarded_later),
        path("lessons", Lessons.as_view()),
        path("lessons-later", LessonsLater.as_view()),
        path("in", ForEveryone.as_view()),
        path("private", login_required(page("for everyone who is signed in"))),
        path("clever/", include("clever_sso.django.urls")),
    ]
    return module


@pytest.fixture
def client(override: Callable[..., None]) -> Any:
    from django.test import Client

    override(ROOT_URLCONF=pages())
    return Client()


def test_a_page_that_names_no_one_makes_no_query(client: Any, clever: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    log_in(client, clever)
    client.get("/named")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/plain")
    assert (answer.content, len(asked), "Vary" in answer.headers) == (b"for everyone", 0, False)
    answer = client.get("/named")
    assert (answer.content, answer.headers["Vary"]) == (b"Ada Ashworth", "Cookie")


def test_without_a_signed_in_person_current_identity_is_false_in_a_template(client: Any) -> None:
    for path in ("/named", "/named-later"):
        answer = client.get(path)
        assert answer.content == b"nobody"
        assert answer.headers.get("Vary") == "Cookie"


def test_an_async_view_renders_a_template_with_the_person(client: Any, clever: str) -> None:
    log_in(client, clever)
    answer = client.get("/named-later")
    assert (answer.content, answer.headers["Vary"]) == (b"Ada Ashworth", "Cookie")
    answer = client.get("/plain-later")
    assert (answer.content, "Vary" in answer.headers) == (b"for everyone", False)
    assert client.get("/twin").content == b"Ada Ashworth True"


def test_an_async_view_without_the_context_processor_can_use_acurrent_identity(
    client: Any, clever: str, override: Callable[..., None]
) -> None:
    from django.core.exceptions import SynchronousOnlyOperation

    override(TEMPLATES=[])
    assert client.get("/twin").content == b"nobody"
    log_in(client, clever)
    assert client.get("/twin").content == b"Ada Ashworth True"
    with pytest.raises(SynchronousOnlyOperation, match=r"await acurrent_identity\(request\)"):
        client.get("/wrong")


def test_current_identity_follows_a_login_or_logout_in_the_same_request(client: Any, clever: str) -> None:
    from clever_sso.django import access, current_identity
    from django.contrib import auth
    from django.contrib.auth.models import AnonymousUser

    log_in(client, clever)
    request = client.get("/named").wsgi_request
    access.look_ahead(request)
    known = current_identity(request)
    assert known is not None
    assert known.full_name == "Ada Ashworth"
    auth.logout(request)
    assert isinstance(request.user, AnonymousUser)
    assert current_identity(request) is None


def test_an_expired_session_is_empty_when_it_is_read(client: Any, clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.sessions.models import Session

    log_in(client, clever)
    key = client.cookies["sessionid"].value
    assert Session.objects.filter(pk=key).exists()
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 13 * 3600)
    client.get("/plain")
    for path in ("/named", "/named-later", "/twin"):
        assert client.get(path).content == b"nobody"
    assert not Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize("path", ["/named", "/twin", "/in", "/guarded-later", "/clever/whoami"])
def test_an_expired_session_is_empty_whichever_code_reads_it_first(
    client: Any, clever: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    log_in(client, clever, GRACE)
    assert client.get(path).status_code == 200
    now = time.time()
    monkeypatch.setattr("clever_sso._web.identity.time.time", lambda: now + 13 * 3600)
    answer = client.get(path)
    assert b"Grace" not in answer.content
    assert answer.status_code in {200, 302, 401}
    assert client.cookies["sessionid"].value == ""


@pytest.mark.parametrize("path", ["/lessons", "/lessons-later"])
def test_a_class_based_view_can_require_roles(client: Any, clever: str, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/clever/login?next={path}"
    refused = client.get(path, headers={"accept": "application/json"})
    assert (refused.status_code, json.loads(refused.content)["code"]) == (401, "not_signed_in")
    log_in(client, clever)
    assert client.get(path).status_code == 403
    assert json.loads(client.get(path, headers={"accept": "application/json"}).content)["code"] == "not_allowed"
    assert client.get("/in").content == b"in"
    log_in(client, clever, GRACE)
    assert client.get(path).content.startswith(b"lessons")
    assert client.get("/guarded-later").content.startswith(b"Grace")


def test_a_user_who_did_not_come_from_clever_has_no_role_and_no_identity(client: Any) -> None:
    from django.contrib.auth.models import User

    client.force_login(
        User.objects.create_user("root", password="a password"), "django.contrib.auth.backends.ModelBackend"
    )
    assert client.get("/lessons").status_code == 403
    assert client.get("/in").status_code == 403
    assert client.get("/clever/whoami").status_code == 401


def test_views_work_in_an_event_loop(client: Any, clever: str, override: Callable[..., None]) -> None:
    from asgiref.sync import async_to_sync
    from django.test import AsyncClient

    log_in(client, clever)
    visitor = AsyncClient()
    visitor.cookies = client.cookies

    async def ask() -> list[bytes]:
        return [(await visitor.get(path)).content for path in ("/named-later", "/twin", "/in", "/named")]

    # The test database is in this thread's memory.
    assert async_to_sync(ask)() == [b"Ada Ashworth", b"Ada Ashworth True", b"in", b"Ada Ashworth"]


def test_django_rest_framework_authenticates_people_and_checks_roles(
    client: Any, clever: str, override: Callable[..., None]
) -> None:
    pytest.importorskip("rest_framework")
    from types import ModuleType

    from clever_sso.django.access import UNKNOWN_ROLES
    from clever_sso.django.rest_framework import CleverAuthentication, IsSignedInWithClever, has_role
    from django.contrib.auth.models import User
    from django.urls import include, path
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Lessons(APIView):
        authentication_classes = [CleverAuthentication]  # noqa: RUF012
        permission_classes = [has_role("teacher", "staff")]  # noqa: RUF012

        def get(self, request: Any) -> Response:
            return Response({"name": request.auth.full_name, "user": request.user.first_name})

        post = get

    class Me(Lessons):
        permission_classes = [IsSignedInWithClever & ~has_role("teacher")]  # noqa: RUF012

    module = ModuleType("api")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("lessons", Lessons.as_view()),
        path("me", Me.as_view()),
        path("clever/", include("clever_sso.django.urls")),
    ]
    override(ROOT_URLCONF=module)
    answer = client.get("/lessons")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Session realm="Log in with Clever"')
    log_in(client, clever)
    assert client.get("/lessons").status_code == 403
    assert client.get("/me").json() == {"name": "Ada Ashworth", "user": "Ada"}
    log_in(client, clever, GRACE)
    assert client.get("/lessons").json()["user"] == "Grace"
    assert client.get("/me").status_code == 403
    client.force_login(User.objects.create_user("root"), "django.contrib.auth.backends.ModelBackend")
    assert client.get("/lessons").status_code == 401
    # As usual in Django REST framework, unsafe methods need Django's CSRF token.
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    log_in(strict, clever, GRACE)
    assert strict.post("/lessons").status_code == 403
    with pytest.raises(TypeError, match="has_role needs the name of a role"):
        has_role()
    before = list(UNKNOWN_ROLES)
    has_role("techer")
    assert UNKNOWN_ROLES[-1][1] == "techer"
    UNKNOWN_ROLES[:] = before


def test_a_guard_works_without_settings_for_a_client(
    client: Any, override: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    override(CLEVER_CLIENT_ID=None, CLEVER_CLIENT_SECRET=None)
    with caplog.at_level(logging.ERROR):
        assert client.get("/lessons").status_code == 302
        assert client.post("/lessons").status_code == 401
        assert client.get("/clever/whoami").status_code == 401
        # A script gets 401 from every guard, even from Django's own `login_required`.
        for page in ("/lessons", "/private"):
            answer = client.get(page, HTTP_SEC_FETCH_MODE="cors")
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
            assert client.get(page, HTTP_SEC_FETCH_MODE="navigate").status_code == 302
    assert not caplog.records
