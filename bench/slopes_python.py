"""Begins logins repeatedly in Python, in turns with other programs: `slopes.py` starts it.

    python slopes_python.py clients|tabs SIZE

`clients` begins each login with the next of `SIZE` clients. `tabs` has a browser with `SIZE` logins in progress.
The loop is in `repeat.py`.
"""

from __future__ import annotations

import sys
from itertools import cycle
from typing import Callable

from clever_sso import Client
from repeat import answer_lines


def client() -> Client:
    return Client("client", "secret", "https://app.example/callback")


def clients(size: int) -> Callable[[], object]:
    """Return an operation that begins a login with the next client each time."""
    made = cycle([client() for _ in range(size)])
    return lambda: next(made).begin_login()


def tabs(size: int) -> Callable[[], object]:
    """Return an operation that begins a login in a browser with `size` logins in progress."""
    only, cookies = client(), ""
    for _ in range(size):
        begun = only.begin_login(cookies=cookies)
        cookies = "; ".join([*filter(None, [cookies]), f"{begun.set_cookies[0].name}={begun.set_cookies[0].value}"])
    return lambda: only.begin_login(cookies=cookies)


if __name__ == "__main__":
    answer_lines({"clients": clients, "tabs": tabs}[sys.argv[1]](int(sys.argv[2])))
