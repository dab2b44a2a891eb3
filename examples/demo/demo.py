"""Logs people in through every kind of login at Clever, in Rust, C and Python, against the emulator.

Each program is what a user of that language would write (examples/rust, examples/c, examples/python). This program
plays the person with the browser: it opens the URLs from the program, fills in the login page, and sends the callback
URL back to the program. `--serve` leaves an emulator and the Flask example running afterwards.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from harness import emulator
from harness.browser import Browser, portal_link
from harness.paths import RELEASE, ROOT
from harness.patience import SECONDS
from harness.programs import compiled, environment
from serve import serve
from table import Result, Table

DISTRICT = "53ee4b8a44abc88c1c00119b"
OIDC = emulator.App("0d1c" * 5, "5ec4e7a1" * 5, "http://127.0.0.1:9/oidc", oidc=True)
OAUTH = emulator.App("0a07" * 5, "5ec4e7b2" * 5, "http://127.0.0.1:9/oauth")
PUBLIC = emulator.App("9b1c" * 5, "", "http://127.0.0.1:9/implicit")
OTHER = emulator.App("07e4" * 5, "", "http://127.0.0.1:9/other")

SIGNED_IN = re.compile(
    r"signed in: (?P<person>.+) \((?P<type>.+), id \w+, district (?P<district>\w+), proven by (?P<proof>\w+)\)"
)


@dataclass(frozen=True)
class Person:
    """A person in the emulator's world."""

    name: str
    sign_in_number: str


ADA, NOOR, JOSE = Person("Ada Ashworth", "510001"), Person("Noor Haddad", "510002"), Person("José Núñez", "510003")
GRACE, SAM, DANA = Person("Grace Okafor", "610001"), Person("Sam Rivera", "610002"), Person("Dana Whitfield", "810001")


@dataclass(frozen=True)
class Visit:
    """The URL that the browser opens first, instead of the program's URL."""

    clever: str
    app: emulator.App

    def as_asked(self, url: str) -> str:
        """Open the program's URL."""
        return url

    def from_portal(self, _: str) -> str:
        """Click the application in the Clever Portal."""
        return portal_link(self.clever, self.app.client_id, self.app.redirect_uri, DISTRICT)

    def to_another_app(self, url: str) -> str:
        """Get a token of another application for this application's state, as an attacker would."""
        state = parse_qs(urlsplit(url).query)["state"][0]
        query = {"response_type": "token", "client_id": OTHER.client_id, "redirect_uri": OTHER.redirect_uri}
        return f"{self.clever}/oauth/authorize?{urlencode({**query, 'state': state})}"


@dataclass(frozen=True)
class Entry:
    """A way into an application, and its expected outcome."""

    name: str
    argument: str
    app: emulator.App
    person: Person
    proof: str
    first: Callable[[Visit, str], str] = Visit.as_asked
    settings: dict[str, str] = field(default_factory=dict)


IN_DISTRICT = {"CLEVER_DISTRICT_ID": DISTRICT}
ENTRIES = [
    Entry("Log in with Clever", "login", OIDC, ADA, "id_token"),
    Entry("Log in with Clever, district known", "login", OIDC, JOSE, "id_token", settings=IN_DISTRICT),
    Entry("Clever Portal", "portal", OIDC, NOOR, "id_token", first=Visit.from_portal),
    Entry("Instant Login link", "instant", OIDC, GRACE, "id_token", settings=IN_DISTRICT),
    Entry("App without OpenID Connect", "login", OAUTH, SAM, "me"),
    Entry("Implicit grant", "implicit", PUBLIC, DANA, "tokeninfo"),
    Entry("Implicit grant, another app's token", "implicit", PUBLIC, DANA, "token_foreign", first=Visit.to_another_app),
]


def programs() -> dict[str, list[str]]:
    """The program of each language."""
    return {
        "Rust": [str(RELEASE / "login")],
        "C": [str(compiled(ROOT / "examples/c/login.c"))],
        "Python": [sys.executable, str(ROOT / "examples/python/login.py")],
    }


def log_in(entry: Entry, program: list[str], clever: str) -> Result:
    """Run one program through one entry, with a browser of its own."""
    settings = {
        "CLEVER_CLIENT_ID": entry.app.client_id,
        "CLEVER_REDIRECT_URI": entry.app.redirect_uri,
        "CLEVER_BASE_URL": clever,
        **({"CLEVER_CLIENT_SECRET": entry.app.secret} if entry.app.secret else {}),
        **entry.settings,
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*program, entry.argument], stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", env=environment(**settings)
    ) as run:
        try:
            return converse(entry, run, clever)
        finally:
            run.kill()


def converse(entry: Entry, run: subprocess.Popen[str], clever: str) -> Result:
    """Act as the browser until the program prints the outcome."""
    assert run.stdin
    assert run.stdout
    assert run.stderr
    browser, visit = Browser(clever, entry.person.sign_in_number), Visit(clever, entry.app)
    first, last = entry.first, run.stdout.readline().strip()
    # The program is running. From here on, measure the login, including the browser.
    start = time.perf_counter()
    while last.startswith("open "):
        # Only the first step depends on the entry; a restart sends the browser on like any login.
        url, first = first(visit, last.removeprefix("open ")), Visit.as_asked
        run.stdin.write(browser.callback(url) + "\n")
        run.stdin.flush()
        last = run.stdout.readline().strip()
    milliseconds = (time.perf_counter() - start) * 1000
    run.stdin.close()
    complaint = run.stderr.read().strip()
    return judged(entry, last, complaint, run.wait(SECONDS), milliseconds)


def judged(entry: Entry, last: str, complaint: str, exit_code: int, milliseconds: float) -> Result:
    """Compare the program's output with the expected outcome of this kind of login."""
    found = SIGNED_IN.fullmatch(last)
    if found and exit_code == 0:
        right = (found["person"], found["district"], found["proof"]) == (entry.person.name, DISTRICT, entry.proof)
        return Result(found["person"], found["district"], found["proof"], milliseconds, right)
    code = complaint.partition(":")[0]
    right = exit_code == 1 and code == entry.proof
    return Result("no one", "", f"refused: {code}", milliseconds, right)


def run_all() -> bool:
    """Every entry in every language."""
    table, of_language = Table(), programs()
    with emulator.running([OIDC, OAUTH, PUBLIC, OTHER]) as clever:
        for entry in ENTRIES:
            for language, program in of_language.items():
                table.add(entry.name, language, log_in(entry, program, clever))
    table.show()
    return table.all_right


def main() -> int:
    """Log everyone in, or serve."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--serve", action="store_true", help="then leave the emulator and the Flask example running")
    stay = arguments.parse_args().serve
    # If the demo is terminated, it still ends the programs that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    if not run_all():
        return 1
    return serve() if stay else 0


if __name__ == "__main__":
    sys.exit(main())
