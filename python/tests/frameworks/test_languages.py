"""The error pages of a login in English and Spanish, by setting, framework or browser."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import clever_sso
import pytest
from clever_sso._native import language_of, translated
from clever_sso._web import arrival, pages
from clever_sso._web.words import words
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI

PACKAGE = Path(arrival.__file__).parents[1]
BLOCKED = "Your browser blocked a cookie"
DENIED = "/clever/callback?error=access_denied"
IN_ENGLISH, IN_SPANISH = "Clever did not let you into this app.", "Clever no te dejó entrar en esta aplicación."
MEXICAN = "es-MX,es;q=0.9,en;q=0.8"


def english() -> set[str]:
    """Every sentence that the package shows to people."""
    own = re.compile(r'^\w*_SENTENCE = "([^"]+)"', re.MULTILINE)
    found = {text for path in PACKAGE.rglob("*.py") for text in own.findall(path.read_text("utf-8"))}
    return found | {entry.user_message for entry in clever_sso.error_codes().values()}


def test_every_sentence_for_people_has_a_spanish_translation() -> None:
    assert len(english()) > 12
    assert [sentence for sentence in sorted(english()) if translated(sentence, "es") == sentence] == []
    assert [sentence for sentence in sorted(english()) if translated(sentence, "fr") != sentence] == []


def test_every_text_of_the_pages_has_a_spanish_translation() -> None:
    problem = ("access_denied", "/login", "/other")
    for made in (
        lambda words: pages.problem(arrival.DENIED_SENTENCE, *problem, words=words),
        lambda words: pages.problem(arrival.DENIED_SENTENCE, *problem, "/home", words=words),
        lambda words: pages.problem("", "page_not_allowed", "/login", "/other", "/home", words=words),
        lambda words: pages.waiting("/on", words),
        lambda words: pages.moved("/on", words),
        lambda words: pages.confirm_link("Ada", "district_admin", "paula", "/yes", {}, words=words),
    ):
        texts = [
            re.findall(r">([^<]*[A-Za-z][^<]*)<", re.sub(r"<style>.*?</style>", "", made(words(each)), flags=re.DOTALL))
            for each in ("en", "es-MX", "fr", None)
        ]
        assert texts[0] == texts[2] == texts[3]
        same = set(texts[0]) & set(texts[1])
        assert same <= {"access_denied", "page_not_allowed", "paula"}, same
        assert 'lang="es"' in made(words("es-MX"))
        assert 'lang="en"' in made(words("fr"))


def test_other_text_and_markup_are_not_translated() -> None:
    assert translated("Only schools.", "es") == "Only schools."
    page = pages.confirm_link("<b>{account}</b>", "techer", "{person}", "/yes", {}, words=words("es"))
    assert "&lt;b&gt;{account}&lt;/b&gt; (techer)" in page
    assert "<strong>{person}</strong>" in page


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [(MEXICAN, "es"), ("es_ES", "es"), ("en-US,en;q=0.9,es;q=0.8", "en"), ("es;q=0", "en"), ("fr", "en"), (None, "en")],
)
def test_an_error_message_is_in_the_language_of_accept_language(wanted: str | None, spoken: str) -> None:
    entry = clever_sso.error_codes()["cookies_blocked"]
    error = entry.exception(entry.word, "for the log", entry.user_message, entry.retryable, entry.actor)
    assert language_of(wanted) == spoken
    assert error.user_message_in(wanted).startswith(BLOCKED if spoken == "en" else "Tu navegador bloqueó")
    assert error.user_message == error.user_message_in("en")


def test_an_error_of_an_application_keeps_its_own_sentence() -> None:
    error = clever_sso.LoginError("own", "for the log", "Only schools.", False, "user")
    assert error.user_message_in("es") == "Only schools."


@pytest.mark.parametrize("own", [False, True], ids=["page of the package", "own template"])
@pytest.mark.usefixtures("untouched")
def test_django_pages_are_in_the_active_language(override: Callable[..., None], own: bool) -> None:
    from django.test import Client

    if own:
        loader = ("django.template.loaders.locmem.Loader", {"own.html": "{{ problem.sentence }}"})
        backend = "django.template.backends.django.DjangoTemplates"
        override(CLEVER_PROBLEM_TEMPLATE="own.html", TEMPLATES=[{"BACKEND": backend, "OPTIONS": {"loaders": [loader]}}])
    override(LANGUAGE_CODE="es", USE_I18N=True)
    # The framework chooses the language, not the browser.
    page = Client().get(DENIED, headers={"Accept-Language": "en"}).content.decode()
    assert IN_SPANISH in page
    override(LANGUAGE_CODE="en")
    page = Client().get(DENIED, headers={"Accept-Language": "es"}).content.decode()
    assert IN_ENGLISH in page


def compiled(folder: Path, sentences: dict[str, str]) -> None:
    """Write an application's French translation for gettext, with this package's message context."""
    import struct

    texts = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    texts.update({f"clever_sso\x04{english}": french for english, french in sentences.items()})
    pairs = sorted((key.encode(), value.encode()) for key, value in texts.items())
    at, tables, content = 28 + 16 * len(pairs), [], b""
    for part in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<2I", len(pair[part]), at + len(content)))
            content += pair[part] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, at)
    place = folder / "fr" / "LC_MESSAGES"
    place.mkdir(parents=True)
    for name in ("django.mo", "messages.mo"):
        (place / name).write_bytes(head + b"".join(tables) + content)


IN_FRENCH = {arrival.DENIED_SENTENCE: "Clever ne t'a pas ouvert.", "Signing in did not work": "Pas encore là"}


@pytest.mark.usefixtures("untouched")
def test_django_pages_use_the_translations_of_the_project(override: Callable[..., None], tmp_path: Path) -> None:
    from django.test import Client

    compiled(tmp_path, IN_FRENCH)
    override(LANGUAGE_CODE="fr", USE_I18N=True, LOCALE_PATHS=[str(tmp_path)])
    page = Client().get(DENIED).content.decode()
    assert '<html lang="fr">' in page
    assert "Clever ne t&#x27;a pas ouvert." in page
    assert "Pas encore là" in page
    # Texts that the project does not translate are in English.
    assert "Log in as someone else" in page


def in_flask(monkeypatch: pytest.MonkeyPatch, locale: Callable[[], Any] | None = None, **settings: Any) -> Any:
    pytest.importorskip("flask")
    from flask_app import make_app

    app, extension = make_app("http://127.0.0.1:9", **settings)
    if locale is not None:
        app.extensions["babel"] = object()

        def pgettext(_: str, text: str) -> str:
            return IN_FRENCH.get(text, text) if locale() == "fr" else text

        own = SimpleNamespace(get_locale=locale, pgettext=pgettext)
        monkeypatch.setitem(sys.modules, "flask_babel", own)
    return app, extension


@pytest.mark.parametrize(
    ("locale", "language", "sentence"),
    [("es_MX", "es", IN_SPANISH), ("en", "en", IN_ENGLISH), ("fr", "fr", "Clever ne t&#x27;a pas ouvert.")],
)
def test_flask_pages_are_in_the_language_of_flask_babel(
    monkeypatch: pytest.MonkeyPatch, locale: str, language: str, sentence: str
) -> None:
    app, _ = in_flask(monkeypatch, lambda: locale)
    page = app.test_client().get(DENIED, headers={"Accept-Language": "es, en"}).text
    assert sentence in page
    assert f'<html lang="{language}">' in page


def test_a_broken_locale_selector_still_shows_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise LookupError("no such language")

    app, _ = in_flask(monkeypatch, broken)
    answer = app.test_client().get(DENIED)
    assert (answer.status_code, IN_ENGLISH in answer.text) == (403, True)


CHOSEN = [
    (None, MEXICAN, "es"),
    (None, "en, es;q=0.5", "en"),
    ("en", MEXICAN, "en"),
    ("es", "en", "es"),
    (None, "\xff", "en"),
]


@pytest.mark.parametrize(("setting", "wanted", "language"), CHOSEN)
def test_flask_pages_are_in_the_language_of_the_setting_or_the_browser(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, wanted: str, language: str
) -> None:
    app, extension = in_flask(monkeypatch, CLEVER_LANGUAGE=setting)
    page = app.test_client().get(DENIED, headers={"Accept-Language": wanted}).text
    assert f'<html lang="{language}">' in page
    assert (IN_SPANISH if language == "es" else IN_ENGLISH) in page

    @extension.on_problem
    def sorry(problem: Any) -> str:
        return f"{problem.language} {problem.sentence}"

    told = app.test_client().get(DENIED, headers={"Accept-Language": wanted}).text
    assert told.startswith(f"{language} {IN_SPANISH if language == 'es' else IN_ENGLISH}")


@pytest.mark.parametrize(("setting", "wanted", "language"), CHOSEN)
def test_asgi_pages_are_in_the_language_of_the_setting_or_the_browser(
    setting: str | None, wanted: str, language: str
) -> None:
    pytest.importorskip("starlette")
    pytest.importorskip("httpx2")
    from clever_sso.asgi import CleverSso
    from starlette.applications import Starlette
    from starlette.middleware.sessions import SessionMiddleware
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response
    from starlette.testclient import TestClient

    client = clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url="http://127.0.0.1:9")
    extension, app = CleverSso(client, language=setting), Starlette()

    async def home(request: Request) -> Response:
        return HTMLResponse(extension.button(request))

    app.add_route("/", home)
    extension.install(app)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    with TestClient(app, raise_server_exceptions=False) as browser:
        headers = {"Accept-Language": wanted.encode("latin-1")}
        page, button = browser.get(DENIED, headers=headers).text, browser.get("/", headers=headers).text
    assert f'<html lang="{language}">' in page
    assert (IN_SPANISH if language == "es" else IN_ENGLISH) in page
    # The button is part of a page of the application.
    assert ("Iniciar sesión con Clever" in button) is (setting == "es")


def test_a_problem_can_be_translated_for_the_applications_own_page() -> None:
    entry = clever_sso.error_codes()["cookies_blocked"]
    error = entry.exception(entry.word, "for the log", entry.user_message, entry.retryable, entry.actor)
    problem = arrival.problem_of(error)
    assert (problem.language, problem.sentence.startswith(BLOCKED)) == ("en", True)
    assert problem.spoken(MEXICAN).sentence.startswith("Tu navegador bloqueó")
    assert problem.spoken("es").language == "es"
    assert problem.spoken("en") == problem.spoken(None) == problem
