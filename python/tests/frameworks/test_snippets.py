"""The button "Log in with Clever" and the line that says who is signed in, as HTML and in templates."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from clever_sso._web.button import login_button, signed_in_line
from clever_sso._web.words import Words, words
from harness.browser import Browser
from running import path_of

ADA = "510001"


class Read(HTMLParser):
    """Reads the elements of an HTML text, and checks that each is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.open = "", []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"img", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("language", "spoken", "text"),
    [
        (None, "en", "Log in with Clever"),
        ("en-US", "en", "Log in with Clever"),
        ("es", "es", "Iniciar sesión con Clever"),
        ("es_MX", "es", "Iniciar sesión con Clever"),
        ("ES-es", "es", "Iniciar sesión con Clever"),
        ("est", "en", "Log in with Clever"),
    ],
)
def test_the_button_is_a_link_in_the_language_of_the_page(language: str | None, spoken: str, text: str) -> None:
    page = Read(login_button("/clever/login", words=words(language), goal="/a?b=1&c=2"))
    ((tag, attributes),) = page.elements
    assert (tag, attributes["lang"], page.text) == ("a", spoken, text)
    assert attributes["href"] == "/clever/login?next=%2Fa%3Fb%3D1%26c%3D2"


def test_the_button_has_enough_contrast_and_loads_nothing_from_other_hosts() -> None:
    html = login_button("/clever/login", words=words(None))
    assert contrast(color_of(html, "color"), color_of(html, "background")) > 4.5
    assert "//" not in html
    assert "url(" not in html
    assert "style" not in Read(login_button("/clever/login", words=words(None), style=False)).elements[0][1]


def color_of(html: str, name: str) -> tuple[int, ...]:
    found = re.search(rf"[;\"]{name}:#(\w{{6}}|\w{{3}})[;\"]", html)
    assert found
    digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
    return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    def luminance(color: tuple[int, ...]) -> float:
        parts = [part / 255 for part in color]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_an_image_button_has_alternative_text() -> None:
    page = Read(login_button("/clever/login", image='/static/clever.svg?"<', words=words("es")))
    assert page.elements[1] == ("img", {"src": '/static/clever.svg?"<', "alt": "Iniciar sesión con Clever"})
    assert (page.text, page.elements[0][1].get("style")) == ("", None)


@pytest.mark.parametrize(("language", "told"), [("en", "Signed in as"), ("es", "Sesión iniciada como")])
def test_the_signed_in_line_names_the_person_and_has_a_logout_button(language: str, told: str) -> None:
    page = Read(signed_in_line("<b>{} Ada", "/clever/login", "/clever/logout", words=words(language), goal="/x"))
    assert f"{told} <b>{{}} Ada" in page.text
    elements = dict(page.elements)
    assert elements["a"]["href"] == "/clever/login?next=%2Fx&switch_user=1"
    assert (elements["form"]["action"], elements["form"]["method"]) == ("/clever/logout", "post")
    assert elements["button"]["type"] == "submit"


PICTURE = "/static/clever.svg"
IN_JINJA = "{{ clever_button(image='/static/clever.svg') }}{{ clever_button(style=False) }}"
IN_DJANGO = "{% load clever_sso %}{% clever_button image='/static/clever.svg' %}{% clever_button style=False %}"


def check_own_look(text: str) -> None:
    """Check a button with Clever's own image, and a link that the page styles itself."""
    page = Read(text)
    (_, pictured), picture, (_, plain) = page.elements
    assert picture == ("img", {"src": PICTURE, "alt": "Log in with Clever"})
    for attributes in (pictured, plain):
        assert (attributes["class"], attributes["href"]) == ("clever-login-button", "/clever/login")
        assert "style" not in attributes
    assert page.text == "Log in with Clever"


def test_a_language_tag_from_the_application_is_html_escaped() -> None:
    hostile = 'es"><script>alert(1)</script>'
    spoken = Words(hostile, lambda sentence: sentence)
    for html in (login_button("/login", words=spoken), signed_in_line("Ada", "/login", "/logout", words=spoken)):
        tag, attributes = Read(html).elements[0]
        assert (tag in {"a", "div"}, attributes["lang"]) == (True, hostile)
        assert "<script" not in html


def test_in_flask_templates_have_both(clever: str) -> None:
    pytest.importorskip("flask")
    from flask import render_template_string
    from flask_app import log_in, make_app

    app, _ = make_app(clever)
    template = "<p>{{ clever_button(next='/who') }}{{ clever_signed_in(language='es') }}</p>"
    app.add_url_rule("/page", "page", lambda: render_template_string(template))
    app.add_url_rule("/own-look", "own-look", lambda: render_template_string(IN_JINJA))
    client = app.test_client()
    check_own_look(client.get("/own-look").text)
    page = Read(client.get("/page?a=1").text)
    assert [tag for tag, _ in page.elements] == ["p", "a"]
    assert page.elements[1][1]["href"] == "/clever/login?next=%2Fwho"
    log_in(client, clever)
    page = Read(client.get("/page?a=1").text)
    assert "Sesión iniciada como Ada Ashworth" in page.text
    assert page.elements[-3][1]["href"] == "/clever/login?next=%2Fpage%3Fa%3D1&switch_user=1"
    app.jinja_env.globals["csrf_token"] = lambda: '"t<'
    page = Read(client.get("/page").text)
    assert ("input", {"type": "hidden", "name": "csrf_token", "value": '"t<'}) in page.elements
    assert client.post("/clever/logout").status_code == 303
    assert client.get("/who").text == "nobody"


def test_in_starlette_templates_have_both(clever: str) -> None:
    pytest.importorskip("starlette")
    pytest.importorskip("httpx2")
    jinja2 = pytest.importorskip("jinja2")
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.templating import Jinja2Templates
    from test_asgi import log_in, make_app, with_sessions

    app, extension = make_app(clever)
    template = "<p>{{ clever_button(language='es') }}{{ clever_signed_in() }}{{ current_identity.id }}</p>"
    pages = {"page": template, "own-look": IN_JINJA}
    environment = jinja2.Environment(loader=jinja2.DictLoader(pages), autoescape=True)
    templates = Jinja2Templates(env=environment, context_processors=[extension.in_templates])

    async def shown(request: Request) -> Response:
        return templates.TemplateResponse(request, request.url.path[1:])

    app.routes.extend(Route(f"/{name}", shown) for name in pages)
    with with_sessions(app) as client:
        check_own_look(client.get("/own-look").text)
        page = Read(client.get("/page").text)
        assert ([tag for tag, _ in page.elements], page.text) == (["p", "a"], "Iniciar sesión con Clever")
        log_in(client, clever)
        page = Read(client.get("/page?a=1").text)
        assert "Signed in as Ada Ashworth" in page.text
        links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
        assert links == ["/clever/login", "/clever/login?next=%2Fpage%3Fa%3D1&switch_user=1"]


def test_in_django_templates_have_both(clever: str, untouched: None, override: Any) -> None:
    pytest.importorskip("django")
    from django.contrib.auth.models import AnonymousUser, User
    from django.contrib.sessions.backends.db import SessionStore
    from django.template import engines
    from django.test import Client, RequestFactory
    from django.utils import translation

    template = engines["django"].from_string(
        "{% load clever_sso %}<p>{% clever_button next='/who' %}{% clever_signed_in %}</p>"
    )

    check_own_look(engines["django"].from_string(IN_DJANGO).render({}, RequestFactory().get("/")))

    def shown(user: Any, session: Any) -> Read:
        request = RequestFactory().get("/page?a=1")
        request.user, request.session = user, session
        return Read(template.render({}, request))

    with translation.override("es"):
        page = shown(AnonymousUser(), SessionStore())
    assert ([tag for tag, _ in page.elements], page.text) == (["p", "a"], "Iniciar sesión con Clever")
    browser = Client()
    begun = browser.get("/clever/login")
    browser.get(path_of(Browser(clever, ADA).callback(begun.headers["Location"])))
    with translation.override("fr"):
        page = shown(User.objects.get(), browser.session)
    assert "Signed in as Ada Ashworth" in page.text
    assert [name for tag, attributes in page.elements if tag == "input" for name in [attributes["name"]]] == [
        "csrfmiddlewaretoken"
    ]
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert links == ["/clever/login?next=%2Fwho", "/clever/login?next=%2Fpage%3Fa%3D1&switch_user=1"]
    # A user who logged in by password is named too.
    assert "Signed in as root" in shown(User.objects.create_superuser("root"), SessionStore()).text
