"""Checks that the package of a language does what the tables of docs/browser.md say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, quote, urlsplit

from . import emulator
from .browser import Browser
from .paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Fields = dict[str, str]

PAGE = (ROOT / "docs/browser.md").read_text("utf-8")
ADA = "510001"
SECONDS = {"10 minutes": 600, "60 seconds": 60}
HOSTS = ["https://app.school.example", "http://localhost:5000"]


class Face(Protocol):
    """One language: see tests/cases/faces.py."""

    def make_client(self, name: str, **settings: str | None) -> None:
        """Create a client; this must succeed."""

    def call(self, action: str, client: str, arguments: Fields) -> tuple[str, Fields]:
        """Run an operation; return its status and its fields."""


def table_below(heading: str) -> list[list[str]]:
    """Return the rows of the first table below a heading, without the header row."""
    below = PAGE.split(f"\n## {heading}\n")[1].split("\n|", 1)[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines()][2:]


COOKIES = {row[0]: row[1:] for row in table_below("One cookie for each login")}
CALLBACKS = {row[0]: row[1:] for row in table_below("What a callback may change")}


@dataclass
class Visit:
    """A browser that visits an app in one language, and the Clever of both."""

    face: Face
    clever: str
    app: emulator.App
    jar: dict[str, str] = field(default_factory=dict)

    def call(self, action: str, **arguments: str) -> tuple[str, Fields]:
        """Run an operation with the browser's cookies, then store the cookies that it sets."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        result, fields = self.face.call(action, "page", {**arguments, "cookies": cookies})
        for name, value, seconds in set_cookies(fields):
            self.jar[name] = value
            if seconds == 0:
                del self.jar[name]
        return result, fields

    def begin(self) -> Fields:
        """Begin a login; this must succeed."""
        result, login = self.call("begin_login", return_to="/lessons?" + "x" * 1000)
        assert result == "ok", login
        return login

    def arrives(self, login: Fields) -> str:
        """Return the URL of the callback that Clever redirects the browser to."""
        return Browser(self.clever, ADA).callback(login["url"])

    def says(self, login: Fields, query: str) -> str:
        """Return the URL of a callback with the state of a login."""
        return f"{self.app.redirect_uri}?{query}&state={parse_qs(urlsplit(login['url']).query)['state'][0]}"


def visits(face: Face, host: str = HOSTS[0]) -> Iterator[Visit]:
    """Create a visit with its own Clever."""
    app = emulator.App("a1b2" * 5, "a secret of the tests", f"{host}/callback", oidc=True)
    with emulator.running([app]) as clever:
        settings = {"client_id": app.client_id, "secret": app.secret, "redirect_uri": app.redirect_uri}
        face.make_client("page", **settings, base_url=clever)
        yield Visit(face, clever, app)


def set_cookies(fields: Fields) -> list[tuple[str, str, int]]:
    """Return the cookies to set: names, values and lifetimes in seconds."""
    cookies = [cookie for cookie in fields.get("set_cookies", "").split("|") if cookie]
    return [(*pair.split("=", 1), int(age)) for pair, age in (cookie.rsplit(";", 1) for cookie in cookies)]  # type: ignore[misc]


def name_pattern(names: str, language: str) -> str:
    """Return the pattern for a cookie's name from a cell of the table. Some cells have one name per language."""
    for name, languages in re.findall(r"`([^`]+)`(?: \(([^)]*)\))?", names):
        if language in languages.split(", ") or "KEY" in name or "APP" in name:
            return name.replace("KEY", r"[\w-]{16}").replace("APP", r"[\w-]{4}")  # type: ignore[no-any-return]
    raise AssertionError(f"{names} has no name for {language}")


def check_cookie(header: str, title: str, language: str = "") -> None:
    """Check a cookie against its row. Each language may write the attributes in its own case and order."""
    https, http, value_as_told, lives, *_ = COOKIES[title]
    pair, *attributes = header.lower().split("; ")
    name, _, value = header.split("; ", maxsplit=1)[0].partition("=")
    secure = "secure" in attributes
    assert re.fullmatch(name_pattern(https if secure else http, language), name), pair
    words = {"path=/", "httponly", "samesite=lax"} | ({"secure"} if secure else set())
    if lives.startswith("until the browser closes"):
        assert set(attributes) == words
        return
    assert re.search(rf"\({len(value)} characters[;)]", value_as_told), len(value)
    words |= {f"max-age={SECONDS[lives]}"}
    # For very old browsers, Django writes both.
    assert {each for each in attributes if not each.startswith("expires=")} == words


def check_set_cookies(begun: list[str], finished: list[str], language: str) -> None:
    """Check the `Set-Cookie` headers of a login and of its successful callback against the table."""
    (in_flight,) = begun
    check_cookie(in_flight, "a login in progress")
    gone = [line for line in finished if "max-age=0" in line.lower()]
    assert in_flight.partition("=")[0] in [line.partition("=")[0] for line in gone]
    left = [line for line in finished if line not in gone and not line.startswith("csrftoken=")]
    marks = {"clever_signed_in": "the last sign-in", "clever_finished": "the last login that ended"}
    titles = [next((marks[mark] for mark in marks if mark in line), "the session") for line in left]
    assert sorted(titles) == sorted([*marks.values(), "the session"])
    for line, title in zip(left, titles):
        check_cookie(line, title, language)


def check_cookies(face: Face, host: str) -> None:
    """Check the cookies of a whole login against the first table."""
    for visit in visits(face, host):
        login = visit.begin()
        (in_flight,) = login["set_cookie_headers"].split("|")
        assert ("; Secure" in in_flight) == host.startswith("https:")
        check_cookie(in_flight, "a login in progress")
        _, outcome = visit.call("finish_login", callback=visit.arrives(login))
        headers = dict(zip((age for _, _, age in set_cookies(outcome)), outcome["set_cookie_headers"].split("|")))
        assert sorted(headers) == [0, 60, 600]
        assert headers[0].partition("=")[0] == in_flight.partition("=")[0]
        check_cookie(headers[60], "the last sign-in")
        check_cookie(headers[600], "the last login that ended")
        _, gone = visit.call("log_out")
        assert [(name, age) for name, _, age in set_cookies(gone)] == [(headers[60].partition("=")[0], 0)]


def accepted(visit: Visit) -> Iterator[str]:
    yield visit.arrives(visit.begin())


def refused_or_failed(visit: Visit) -> Iterator[str]:
    yield visit.says(visit.begin(), "error=access_denied")
    yield visit.says(visit.begin(), f"code=x&iss={quote('https://evil.example', safe='')}")


def refused_code(visit: Visit) -> Iterator[str]:
    yield visit.says(visit.begin(), "code=not-of-clever")


def in_trouble(visit: Visit) -> Iterator[str]:
    yield visit.says(visit.begin(), "error=temporarily_unavailable")
    yield visit.says(visit.begin(), "error=server_error")


def rejected(visit: Visit) -> Iterator[str]:
    for word in ("invalid_request", "invalid_scope", "unauthorized_client", "unsupported_response_type"):
        yield visit.says(visit.begin(), f"error={word}")


def from_clever(visit: Visit) -> Iterator[str]:
    yield f"{visit.app.redirect_uri}?code=from-the-portal"


def without_cookie(visit: Visit) -> Iterator[str]:
    reloaded = visit.arrives(visit.begin())
    visit.call("finish_login", callback=reloaded)
    yield reloaded
    blocked = visit.says(visit.begin(), "code=x")
    visit.jar.clear()
    yield blocked


def unproven(visit: Visit) -> Iterator[str]:
    visit.begin()
    for query in ("error=access_denied", "error=server_error", "error=x&state=y", "code=a&code=b", ""):
        yield f"{visit.app.redirect_uri}?{query}"


# For each row of the second table, by its first words: the callbacks that it describes.
ARRIVALS: dict[str, Callable[[Visit], Iterator[str]]] = {
    "proven, and the person may sign in": accepted,
    "proven, but Clever or the app refuses": refused_or_failed,
    "proven, but Clever rejects the code": refused_code,
    "proven, but Clever says": in_trouble,
    "proven, but Clever rejects the app's request": rejected,
    "no state:": from_clever,
    "a state whose cookie is gone": without_cookie,
    "anything else": unproven,
}
# The words in the table's cells, and what a language reports for them.
COOKIES_SET = {
    "its own is deleted": (1, 0),
    "its own is deleted, a new one is set": (1, 1),
    "a new one is set": (0, 1),
    "none": (0, 0),
}
ENDS = {"replaced by the new one": "true", "ends: devices are shared": "true", "stays": "false"}


def check_callbacks(face: Face, title: str) -> None:
    """Check that each callback changes only what its row in the second table says."""
    cookies, session, answer = CALLBACKS[title]
    (arrivals,) = [made for begins, made in ARRIVALS.items() if title.startswith(begins)]
    count = 0
    for visit in visits(face):
        for callback in arrivals(visit):
            count += 1
            before = dict(visit.jar)
            result, fields = visit.call("finish_login", callback=callback)
            changed = [(name, age) for name, _, age in set_cookies(fields) if "clever_login_" in name]
            deleted, made = [name for name, age in changed if age == 0], [name for name, age in changed if age]
            assert (len(deleted), len(made)) == COOKIES_SET[cookies], result
            assert set(deleted) <= set(before), callback
            assert not set(made) & set(before), callback
            if cookies == "none":
                assert visit.jar == before, callback
            assert fields["ends_session"] == ENDS[session], callback
            check_answer(result, fields, answer)
    assert count > 0


def check_answer(result: str, fields: Fields, answer: str) -> None:
    """Check the response to the browser against the row."""
    kind = result.partition(" ")[0]
    if answer == "your page":
        assert kind == "signed_in", result
    elif answer.startswith("a redirect to Clever"):
        assert kind == "restart", result
    elif status := re.match(r"an error page, (\d{3})\b", answer):
        assert (kind, fields["page_status"]) == ("error", status[1]), result
    else:
        assert answer.startswith("an error page")
        assert kind in {"denied", "error"}, result
