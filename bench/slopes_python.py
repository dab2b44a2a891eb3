"""Begins logins again and again in Python, in turns with other programs: `slopes.py` starts it.

    python slopes_python.py clients|tabs SIZE

With `SIZE` clients in the process, which take turns, or with a browser that has this many logins in progress.
`repeat.py` has the loop.
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
    """One more client each time."""
    made = cycle([client() for _ in range(size)])
    return lambda: next(made).begin_login()


def tabs(size: int) -> Callable[[], object]:
    """One more tab in a browser that has some."""
    only, cookies = client(), ""
    for _ in range(size):
        begun = only.begin_login(cookies=cookies)
        cookies = "; ".join([*filter(None, [cookies]), f"{begun.set_cookies[0].name}={begun.set_cookies[0].value}"])
    return lambda: only.begin_login(cookies=cookies)


if __name__ == "__main__":
    answer_lines({"clients": clients, "tabs": tabs}[sys.argv[1]](int(sys.argv[2])))
