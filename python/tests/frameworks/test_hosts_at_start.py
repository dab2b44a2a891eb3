"""Settings of several hosts in all three frameworks: a wrong one is named with its host at startup."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("starting")
from clever_sso import AsyncClient, Client
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.django import conf
from clever_sso.django.checks import check
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso as InFlask
from django.test import override_settings
from flask import Flask
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, settings
from starting import FACES, KEY, B, asgi_at_hosts, frames, in_django, in_flask, warned

LOGIN = "http://127.0.0.1:9/clever/login"
NO_CALLBACK = "leads to '/clever/login', which is not the callback but another page of the login"


def test_every_redirect_uri_must_lead_to_the_callback(
    make: Callable[..., object], framework: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = f"{REDIRECT_URI} {LOGIN}"
    with pytest.raises(ConfigError, match=f"CLEVER_REDIRECT_URI {NO_CALLBACK}"):
        make(CLEVER_REDIRECT_URI=second)
    for uri in (LOGIN, second):
        own = {**B, "CLEVER_REDIRECT_URI": uri.split()}
        place = "clients" if framework == "asgi" else "CLEVER_HOSTS"
        with pytest.raises(ConfigError, match=rf"{place}\['b.example'\]: CLEVER_REDIRECT_URI {NO_CALLBACK}"):
            asgi_at_hosts(**own) if framework == "asgi" else make(CLEVER_HOSTS={"b.example": own})
    own = {**B, "CLEVER_REDIRECT_URI": [REDIRECT_URI, "http://127.0.0.1:9/school/clever/callback/"]}
    assert (asgi_at_hosts(**own) if framework == "asgi" else make(CLEVER_HOSTS={"b.example": own})) is not Ellipsis


@pytest.mark.usefixtures("project")
def test_all_hosts_have_the_same_callback_path_in_django() -> None:
    own = {**B, "CLEVER_REDIRECT_URI": "https://b.example/elsewhere"}
    with pytest.raises(
        ConfigError, match=r"CLEVER_HOSTS\['b.example'\]: CLEVER_REDIRECT_URI leads to '/elsewhere', but"
    ):
        in_django(CLEVER_HOSTS={"b.example": own})


@pytest.mark.parametrize(
    ("own", "named"),
    [
        ({"CLEVER_TIMEOUT": "soon"}, "CLEVER_TIMEOUT cannot be read as a number of seconds"),
        ({"CLEVER_BASE_URL": "emulator"}, "CLEVER_BASE_URL must"),
        ({"CLEVER_CLIENT_SECRET": ["hunter2hunter2"]}, "CLEVER_CLIENT_SECRET must be text, not list"),
        ({"CLEVER_CLIENT_SECRET": "hunter2hunter2", "CLEVER_LEEWAY": "9999"}, "CLEVER_LEEWAY must"),
    ],
)
@pytest.mark.parametrize("framework", ["flask", "django"], scope="session")
def test_a_wrong_value_of_a_host_is_named_with_the_host(
    framework: str, request: pytest.FixtureRequest, own: dict[str, object], named: str
) -> None:
    if framework == "django":
        request.getfixturevalue("untouched")
    with pytest.raises(ConfigError) as caught:
        FACES[framework](CLEVER_HOSTS={"b.example": own})
    assert f"CLEVER_HOSTS['b.example']: {named}" in caught.value.message
    if framework == "django":
        with override_settings(CLEVER_HOSTS={"b.example": own}), pytest.raises(ConfigError) as caught:
            conf.client()
        assert f"CLEVER_HOSTS['b.example']: {named}" in caught.value.message
    assert "hunter2" not in str(caught.value) + frames(caught.value)


@pytest.mark.usefixtures("project")
def test_a_wrong_shared_setting_is_reported_once() -> None:
    with override_settings(CLEVER_TIMEOUT="soon", CLEVER_HOSTS={"b.example": B}):
        told = [message.msg for message in check() if message.id == "clever_sso.E001"]
    assert len(told) == 1
    assert "CLEVER_HOSTS" not in told[0]


def test_flask_hosts_share_the_environment_with_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, str(value))
    app = Flask("reading")
    at_b = {"CLEVER_REDIRECT_URI": "https://b.example/clever/callback"}
    app.config.update(SECRET_KEY=KEY, CLEVER_HOSTS={"b.example": at_b})
    InFlask(app, from_env=True)
    goal = app.test_client().get("/clever/login", base_url="https://b.example").headers["Location"]
    assert f"client_id={CLIENT_ID}" in goal
    assert "b.example" in goal


def test_a_host_whose_logins_come_back_to_another_client_is_warned_about(
    make: Callable[..., object], framework: str, caplog: pytest.LogCaptureFixture
) -> None:
    place = "clients" if framework == "asgi" else "CLEVER_HOSTS"
    for uri, is_told in (("https://c.example/clever/callback", True), ("https://b.example/clever/callback", False)):
        own = {**B, "CLEVER_REDIRECT_URI": uri}
        if framework == "asgi":
            told = warned(lambda own=own: asgi_at_hosts(**own), caplog)  # type: ignore[misc]
        else:
            told = warned(make, caplog, CLEVER_HOSTS={"b.example": own})
        words = f"{place}['b.example']: CLEVER_REDIRECT_URI leads to 'c.example', where another client"
        assert (words in told) is is_told


@pytest.mark.parametrize(
    ("own", "advice"),
    [
        ("CLEVER_CLIENTID", "a similar setting is CLEVER_CLIENT_ID"),
        ("client_secret", "a similar setting is CLEVER_CLIENT_SECRET"),
        ("CLEVER_AFTER_LOGIN", "all hosts share it"),
    ],
)
@pytest.mark.usefixtures("project")
def test_an_unknown_host_setting_names_the_most_similar_one(own: str, advice: str) -> None:
    for make in (in_flask, in_django):
        with pytest.raises(ConfigError) as caught:
            make(CLEVER_HOSTS={"b.example": {own: "x"}})
        assert f"CLEVER_HOSTS['b.example'] has {own!r}, which is not a client setting: {advice}" in caught.value.message


def test_values_that_are_not_clients_raise_a_type_error() -> None:
    at_b = {"flask": Client, "asgi": AsyncClient}
    for name, face in (("flask", InFlask), ("asgi", InAsgi)):
        made = at_b[name](CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
        for wrong in (["b.example"], "b.example", [made]):
            with pytest.raises(TypeError, match=r"clients must be a dict like .*, not (list|str)"):
                face(clients=wrong)
        for wrong in ({"CLEVER_CLIENT_ID": "b"}, None, "b"):
            with pytest.raises(TypeError, match=r"clients\['b.example'\] must be a clever_sso\.(Async)?Client, not"):
                face(clients={"b.example": wrong})
        for host in ("https://b.example", "", 7):
            with pytest.raises(ConfigError, match=r"clients names .*, which is not a host"):
                face(clients={host: made})
