"""WebSockets of Django Channels, with the consumer of the guide: they pass through none of Django's middlewares."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

pytest.importorskip("django")
pytest.importorskip("channels")
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django_settings import accounts, log_in
from harness.paths import ROOT
from harness.patience import SECONDS

pytestmark = pytest.mark.usefixtures("untouched")


def consumer_of_the_guide() -> Any:
    guide = (ROOT / "docs" / "python.md").read_text("utf-8")
    found = re.search(r"^ *<!-- channels consumers\.py -->\n *```python\n(.*?)^ *```$", guide, re.DOTALL | re.MULTILINE)
    assert found
    names: dict[str, Any] = {}
    exec(re.sub("^    ", "", found[1], flags=re.MULTILINE), names)
    return names["Lessons"]


def connected(client: Any) -> tuple[bool, bool]:
    """Whether the consumer accepts this browser's WebSocket, and whether Channels finds a user in its session."""
    from channels.auth import AuthMiddlewareStack

    consumer, users = consumer_of_the_guide().as_asgi(), []

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        users.append(scope["user"].is_authenticated)
        await consumer(scope, receive, send)

    async def connect() -> bool:
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
        scope = {"type": "websocket", "path": "/lessons", "headers": [(b"cookie", cookies.encode())]}
        socket = ApplicationCommunicator(AuthMiddlewareStack(noting), scope)
        await socket.send_input({"type": "websocket.connect"})
        answer = await socket.receive_output(SECONDS)
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(SECONDS)
        return bool(answer["type"] == "websocket.accept")

    return async_to_sync(connect)(), users[0]


def test_the_consumer_of_the_guide_lets_in_people_whose_sign_in_lasts(
    clever: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    client, nobody, by_password = Client(), Client(), Client()
    log_in(client, clever)
    by_password.force_login(User.objects.create_user("paula"), "django.contrib.auth.backends.ModelBackend")
    assert connected(client) == (True, True)
    assert connected(nobody) == (False, False)
    assert connected(by_password) == (False, True)
    copied = Client()
    copied.cookies["sessionid"] = client.cookies["sessionid"].value
    later = time.time() + 13 * 60 * 60
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: later)
        # The user of the session is still there: without the consumer's own look, the sign-in would not end.
        assert connected(client) == (False, True)
    client.post("/clever/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert connected(copied) == (False, False)


@pytest.mark.parametrize("change", ["unlinked", "staff", "inactive"])
def test_the_consumer_of_the_guide_refuses_users_whose_session_has_no_effect_anymore(clever: str, change: str) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client()
    log_in(client, clever)
    assert connected(client) == (True, True)
    if change == "unlinked":
        accounts().all().delete()
    elif change == "staff":
        User.objects.update(is_staff=True)
    else:
        User.objects.update(is_active=False)
    assert client.get("/who").content == b"nobody"
    # Channels itself notices only that a user is not active.
    assert connected(client) == (False, change != "inactive")
