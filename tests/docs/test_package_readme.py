"""Runs the login in the README of the Python package."""

from __future__ import annotations

import re

import clever_sso
import pytest
from harness.browser import Browser as Person
from harness.emulator import App, running
from harness.paths import ROOT

BACK = "# When it comes back:\n"
APP = App("my-app", "my-secret", "http://127.0.0.1:8000/clever/callback", oidc=True)


def test_the_login_of_the_package_page_signs_someone_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (text,) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "python/README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    begins, finishes = text.split(BACK)
    with running([APP]) as emulator:
        client = clever_sso.Client("my-app", "my-secret", APP.redirect_uri, base_url=emulator)
        monkeypatch.setattr(clever_sso, "Client", lambda *_: client)
        names: dict[str, object] = {}
        exec(begins, names)
        login = names["login"]
        assert isinstance(login, clever_sso.Login)
        names |= {"pending": login.pending, "callback_url": Person(emulator, "510001").callback(login.url)}
        exec(finishes, names)
        assert capsys.readouterr().out.startswith("signed in: ")
        names["callback_url"] = "code=from-the-portal"
        names["pending"] = ""
        exec(finishes, names)
    assert "send the browser to http" in capsys.readouterr().out
