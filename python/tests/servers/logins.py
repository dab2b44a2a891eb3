"""Many people log in at once, each with their own browser. Afterwards each asks the site who is signed in."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from clever_sso.testing import Emulator, Person
from harness.patience import SECONDS

# The full number with CLEVER_SSO_TEST_ALL, which `make test-all` sets.
LOGINS = 1000 if os.environ.get("CLEVER_SSO_TEST_ALL") else 60
AT_ONCE = 8


@dataclass(frozen=True)
class Answer:
    """One response, and the process that sent it."""

    status: int
    location: str
    text: str
    process: str
    node: str


@dataclass
class Browser:
    """A browser that stores cookies and measures how long it has waited."""

    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str) -> Answer:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            connection.request("GET", target, headers=headers if self.cookies else {})
            reply = connection.getresponse()
            for line in reply.headers.get_all("Set-Cookie", []):
                self._keep(line)
            text = reply.read().decode()
            names = (reply.headers.get(name, "") for name in ("Location", "X-Process", "X-Node"))
            return Answer(reply.status, next(names), text, next(names), next(names))
        finally:
            connection.close()

    def _keep(self, line: str) -> None:
        for name, cookie in SimpleCookie(line).items():
            if cookie["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value


@dataclass(frozen=True)
class Login:
    """The outcome of one login."""

    expected: str
    told: str | None
    began: Answer
    finished: Answer

    @property
    def right(self) -> bool:
        return self.told == self.expected


def everyone(emulator: Emulator) -> list[Person]:
    """The people who may use the application."""
    return [person for person in emulator.people().values() if person.district_id]


def callback_of(url: str, person: Person) -> str:
    """The callback URL for this person."""
    answer = Browser().get(f"{url}&emulator_login={person.handle}")
    assert answer.status == 302, answer.text
    return answer.location


def log_in(site: str, person: Person) -> Login:
    browser = Browser()
    began = browser.get(f"{site}/clever/login")
    assert began.status == 303, (began.status, began.text[:500])
    finished = browser.get(callback_of(began.location, person))
    assert finished.status == 303, (finished.status, finished.text[-500:])
    assert finished.location == "/", "the login restarted"
    told = json.loads(browser.get(f"{site}/").text)["id"]
    return Login(person.id, told, began, finished)


def many(log_one_in: Callable[[Person], Login], people: Sequence[Person], number: int = LOGINS) -> list[Login]:
    """Make `number` logins, a few at a time. None may be lost, and no step may hang."""
    whole = [people[turn % len(people)] for turn in range(number)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        logins = list(pool.map(log_one_in, whole))
    assert len(logins) == number
    wrong = [login for login in logins if not login.right]
    assert not wrong, f"{len(wrong)} of {number} were signed in as another person"
    return logins


def processes(logins: Sequence[Login]) -> Counter[str]:
    """How many logins each process finished."""
    return Counter(login.finished.process for login in logins)
