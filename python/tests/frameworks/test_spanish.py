"""What people read when a login fails, in the language of the page: Spanish where the application speaks it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import clever_sso
import pytest
from clever_sso._web import arrival, pages
from clever_sso._web.spanish import SENTENCES, spoken

PACKAGE = Path(arrival.__file__).parents[1]
BLOCKED = "Your browser blocked a cookie"


def english() -> set[str]:
    """Every sentence that the package shows to people."""
    own = re.compile(r'^(?!_?NOT_SIGNED_IN|_?NOT_ALLOWED)\w*_SENTENCE = "([^"]+)"', re.MULTILINE)
    found = {text for path in PACKAGE.rglob("*.py") for text in own.findall(path.read_text("utf-8"))}
    return found | {entry.user_message for entry in clever_sso.error_codes().values()}


def test_every_sentence_for_people_is_there_in_spanish() -> None:
    assert len(english()) > 12
    assert sorted(english() - set(SENTENCES)) == []


def test_every_word_of_the_pages_is_there_in_spanish() -> None:
    problem = ("access_denied", "/login", "/other")
    for made in (
        lambda language: pages.problem(arrival.DENIED_SENTENCE, *problem, language=language),
        lambda language: pages.problem(arrival.DENIED_SENTENCE, *problem, "/home", language=language),
        lambda language: pages.problem("", "page_not_allowed", "/login", "/other", "/home", language=language),
        lambda language: pages.waiting("/on", language),
        lambda language: pages.moved("/on", language),
        lambda language: pages.confirm_link("Ada", "district_admin", "paula", "/yes", {}, language=language),
    ):
        texts = [
            re.findall(r">([^<]*[A-Za-z][^<]*)<", re.sub(r"<style>.*?</style>", "", made(each), flags=re.DOTALL))
            for each in ("en", "es-MX", "fr", None)
        ]
        assert texts[0] == texts[2] == texts[3]
        same = set(texts[0]) & set(texts[1])
        assert same <= {"access_denied", "page_not_allowed", "paula"}, same
        assert 'lang="es"' in made("es-MX")
        assert 'lang="en"' in made("fr")


def test_other_words_and_markup_stay_as_they_are() -> None:
    assert spoken("Only schools.", "es") == "Only schools."
    page = pages.confirm_link("<b>{account}</b>", "techer", "{person}", "/yes", {}, language="es")
    assert "&lt;b&gt;{account}&lt;/b&gt; (techer)" in page
    assert "<strong>{person}</strong>" in page


@pytest.mark.parametrize("own", [False, True], ids=["page of the package", "own template"])
@pytest.mark.usefixtures("untouched")
def test_django_speaks_the_active_language(override: Callable[..., None], own: bool) -> None:
    from django.test import Client

    if own:
        loader = ("django.template.loaders.locmem.Loader", {"own.html": "{{ problem.sentence }}"})
        backend = "django.template.backends.django.DjangoTemplates"
        override(CLEVER_PROBLEM_TEMPLATE="own.html", TEMPLATES=[{"BACKEND": backend, "OPTIONS": {"loaders": [loader]}}])
    override(LANGUAGE_CODE="es", USE_I18N=True)
    page = Client().get("/clever/callback?error=access_denied").content.decode()
    assert "Clever no te dejó entrar en esta aplicación." in page
    override(LANGUAGE_CODE="en")
    page = Client().get("/clever/callback?error=access_denied").content.decode()
    assert "Clever did not let you into this app." in page


def in_flask(monkeypatch: pytest.MonkeyPatch, locale: Callable[[], Any]) -> Any:
    pytest.importorskip("flask")
    from flask_app import make_app

    app, extension = make_app("http://127.0.0.1:9")
    app.extensions["babel"] = object()
    monkeypatch.setitem(sys.modules, "flask_babel", SimpleNamespace(get_locale=locale))
    return app, extension


def test_flask_speaks_the_language_of_flask_babel(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = in_flask(monkeypatch, lambda: "es_MX")
    page = app.test_client().get("/clever/callback?error=access_denied").text
    assert "Clever no te dejó entrar en esta aplicación." in page
    assert 'lang="es"' in page


def test_a_broken_locale_selector_keeps_nobody_from_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise LookupError("no such language")

    app, _ = in_flask(monkeypatch, broken)
    answer = app.test_client().get("/clever/callback?error=access_denied")
    assert (answer.status_code, "Clever did not let you into this app." in answer.text) == (403, True)


def test_a_page_of_the_application_asks_for_a_language() -> None:
    entry = clever_sso.error_codes()["cookies_blocked"]
    error = entry.exception(entry.word, "for the log", entry.user_message, entry.retryable, entry.actor)
    problem = arrival.problem_of(error)
    assert problem.sentence.startswith(BLOCKED)
    assert problem.spoken("es").sentence.startswith("Tu navegador bloqueó")
    assert problem.spoken("en") == problem.spoken(None) == problem
