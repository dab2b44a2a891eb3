"""Many people log in at once while servers fail and restart."""

from __future__ import annotations

import http.client
import os
import re
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.patience import wait_for
from visitor import Visitor

if TYPE_CHECKING:
    from servers import Master
    from visitor import Page

AT_ONCE = 32
# Matches a worker that ended by a signal, except the one that this test kills.
CRASH = r"(?i)exit(?:ed on)? signal (?!9|killed)"
PEOPLE = [
    ("ada", "Ada Ashworth"),
    ("noor", "Noor Haddad"),
    ("jose", "José Núñez"),
    ("grace", "Grace Okafor"),
    ("markup", "&lt;b&gt;Bobby&lt;/b&gt;"),
    ("layla", "ليلى"),
]


def is_whole(page: Page) -> bool:
    """Whether this is PHP's complete response. A server in front may pass on only the headers if the worker died."""
    return "X-Powered-By" in page.headers and (page.status != 200 or page.text.rstrip().endswith("</html>"))


@dataclass
class Crowd:
    """People who log in, each with their own browser, and the problems that they had."""

    site: str
    failures: list[str] = field(default_factory=list)
    in_trouble: bool = False
    lost: list[str] = field(default_factory=list)
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def log_in(self, number: int) -> None:
        """Log one person in. The page must name that person and no one else."""
        handle, name = PEOPLE[number % len(PEOPLE)]
        try:
            page = self._arrive(handle)
            problem = "" if page.status == 200 and f"Hello, {name}" in page.text else f"{page.status} at {page.path}"
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            problem = repr(error)
        with self.lock:
            self.done += 1
            if problem:
                self.failures.append(problem)

    def come(self, count: int) -> None:
        """Let `count` people log in, many at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.log_in, range(count)))

    def come_through_trouble(self, count: int, server: Master) -> None:
        """The same, while a worker dies and then all workers are replaced.

        A request is lost with its worker. Then the person reloads the page and is signed in.
        """
        self.in_trouble = True
        with ThreadPoolExecutor(1) as beside:
            coming = beside.submit(self.come, count)
            wait_for(lambda: self.done >= count // 4 or coming.done(), "a quarter of the people")
            # As the kernel does when the machine runs out of memory.
            os.kill(server.workers()[0], signal.SIGKILL)
            wait_for(lambda: self.done >= count // 2 or coming.done(), "half of the people")
            server.reload()
            coming.result()
        self.in_trouble = False
        log = server.log()
        assert self.failures == [], (self.failures, log[-3000:])
        # One request for each worker that ended: when PHP reloads, it can drop a request that a worker accepted just
        # before it ended.
        assert len(self.lost) <= 1 + server.count, (self.lost, log[-3000:])
        assert [line for line in log.splitlines() if re.search(CRASH, line)] == []

    def _arrive(self, handle: str) -> Page:
        """Log in. If PHP sent no complete response, reload the page once."""
        visitor = Visitor()
        try:
            page = visitor.open(f"{self.site}/login", person=handle)
            if is_whole(page) or not self.in_trouble:
                return page
            lost = f"{page.status} at {page.path}"
        except (OSError, http.client.HTTPException) as error:
            if not self.in_trouble:
                raise
            lost = repr(error)
        with self.lock:
            self.lost.append(lost)
        return visitor.open(visitor.at, person=handle)
