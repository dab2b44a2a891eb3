"""`checkToken` for apps without a server: the app of a token, and retries with growing pauses on a fake clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from harness.browser import Browser as Visitor
from page_site import OURS, THEIRS, Site, outcome

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

CHECK = """([token, clientId, clever_]) => clever.checkToken(token, clientId, { clever: clever_ }).catch(failure)"""
# Pauses pass at once and are recorded.
NO_PAUSES = """
window.pauses = [];
const later = setTimeout;
window.setTimeout = (work, pause) => { pauses.push(pause); return later(work, 0) };
"""


def token_of(site: Site, client_id: str = OURS) -> str:
    query = {"response_type": "token", "client_id": client_id, "redirect_uri": f"{site.url}/callback"}
    callback = Visitor(site.clever).callback(f"{site.clever}/oauth/authorize?{urlencode(query)}")
    return parse_qs(urlsplit(callback).fragment)["access_token"][0]


def checked(page: Page, site: Site, token: str, path: str = "", client_id: str = OURS) -> Any:
    page.add_init_script(NO_PAUSES)
    page.goto(site.url)
    outcome(page)
    page.evaluate("pauses.length = 0")
    return page.evaluate(CHECK, [token, client_id, site.clever + path])


def grows(pauses: list[float]) -> bool:
    """Whether the pauses are 1 s, 2 s, 4 s and so on, up to a quarter more or less."""
    return all(0.75 <= pause / (1000 * 2**index) <= 1.25 for index, pause in enumerate(pauses))


def test_a_token_of_this_app_passes(page: Page, site: Site) -> None:
    found = checked(page, site, token_of(site))
    assert found["clientId"] == OURS
    assert "read:user_id" in found["scopes"]


def test_a_token_of_another_app_is_refused(page: Page, site: Site) -> None:
    assert checked(page, site, token_of(site, THEIRS))["code"] == "token_foreign"
    assert page.evaluate("pauses") == []


def test_an_invented_token_is_refused(loud_page: Page, site: Site) -> None:
    assert checked(loud_page, site, "il-invented")["code"] == "token_rejected"
    assert loud_page.evaluate("pauses") == []


def answering(page: Page, answers: list[tuple[int, str] | None]) -> list[dict[str, str]]:
    """Respond to tokeninfo with these responses, repeating the last one. Returns the headers of the requests."""
    asked: list[dict[str, str]] = []
    rest = list(answers)

    def answer(route: Route) -> None:
        asked.append(route.request.all_headers())
        now = rest.pop(0) if len(rest) > 1 else rest[0]
        if now is None:
            route.abort()
        else:
            route.fulfill(status=now[0], body=now[1], headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/oauth/tokeninfo", answer)
    return asked


GOOD = json.dumps({"client_id": OURS, "scopes": ["a", 7, None, "b"]})


OUTCOMES: dict[str, tuple[list[tuple[int, str] | None], str | None]] = {
    "good": ([(200, GOOD)], None),
    "list-of-text": ([(200, json.dumps([OURS]))], "response_malformed"),
    "list-of-records": ([(200, f"[{GOOD}]")], "response_malformed"),
    "null": ([(200, "null")], "response_malformed"),
    "text": ([(200, json.dumps(OURS))], "response_malformed"),
    "no-json": ([(200, "<!doctype html>")], "response_malformed"),
    "client-id-list": ([(200, json.dumps({"client_id": [OURS]}))], "response_malformed"),
    "client-id-empty": ([(200, '{"client_id": ""}')], "response_malformed"),
    "client-id-case": ([(200, json.dumps({"client_id": OURS.upper()}))], "token_foreign"),
    "201": ([(201, GOOD)], "request_rejected"),
}
REFUSALS: dict[str, tuple[list[tuple[int, str] | None], str | None, int]] = {
    "401": ([(401, GOOD)], "token_rejected", 1),
    "400": ([(400, "")], "request_rejected", 1),
    "501": ([(501, "")], "request_rejected", 1),
    "500-always": ([(500, "")], "clever_unavailable", 5),
    "503-twice": ([(503, ""), (502, ""), (200, GOOD)], None, 3),
    "429-once": ([(429, ""), (200, GOOD)], None, 2),
    "down-once": ([None, (200, GOOD)], None, 2),
    "down": ([None], "network_connect", 5),
    "503-then-401": ([(503, ""), (401, "")], "token_rejected", 2),
}


def test_each_tokeninfo_response_gives_its_result(page: Page, site: Site) -> None:
    page.goto(site.url)
    outcome(page)
    for name, (answers, code) in OUTCOMES.items():
        asked = answering(page, answers)
        found = page.evaluate(CHECK, ["il-mine", OURS, site.clever])
        assert found.get("code") == code, name
        assert code or found == {"clientId": OURS, "scopes": ["a", "b"]}
        (headers,) = asked
        assert headers["authorization"] == "Bearer il-mine"
        assert not headers.keys() & {"cookie", "referer"}
        assert "il-mine" not in json.dumps(found)


def test_temporary_failures_are_retried_with_growing_pauses(loud_page: Page, site: Site) -> None:
    page = loud_page
    page.add_init_script(NO_PAUSES)
    page.goto(site.url)
    outcome(page)
    for name, (answers, code, requests) in REFUSALS.items():
        page.evaluate("pauses.length = 0")
        asked = answering(page, answers)
        found = page.evaluate(CHECK, ["il-mine", OURS, site.clever])
        assert found.get("code") == code, name
        assert len(asked) == requests, name
        pauses = page.evaluate("pauses")
        assert len(pauses) == requests - 1, name
        assert grows(pauses), name


@pytest.mark.parametrize(("scenario", "code"), [("tokeninfo-503-twice", None), ("tokeninfo-500", "clever_unavailable")])
def test_failures_of_the_emulator_are_retried(loud_page: Page, site: Site, scenario: str, code: str | None) -> None:
    found = checked(loud_page, site, token_of(site), f"/s/{scenario}")
    assert found.get("code") == code
    assert len(loud_page.evaluate("pauses")) == (2 if code is None else 4)


def test_what_cannot_be_a_token_is_not_sent(page: Page, site: Site) -> None:
    page.goto(site.url)
    for token, client_id in [("", OURS), ("two\nlines", OURS), (None, OURS), ("il", ""), ("il", None)]:
        assert page.evaluate(CHECK, [token, client_id, site.clever])["code"] == "argument_invalid"
