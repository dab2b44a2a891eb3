"""Many people who log in at once, while servers have trouble."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.patience import wait_for
from visitor import Visitor

if TYPE_CHECKING:
    from servers import Master

AT_ONCE = 32
PEOPLE = [
    ("ada", "Ada Ashworth"),
    ("noor", "Noor Haddad"),
    ("jose", "José Núñez"),
    ("grace", "Grace Okafor"),
    ("markup", "&lt;b&gt;Bobby&lt;/b&gt;"),
    ("layla", "ليلى"),
]


@dataclass
class Crowd:
    """People who log in, each with a browser of their own, and what went wrong for them."""

    site: str
    failures: list[str] = field(default_factory=list)
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def log_in(self, number: int) -> None:
        """Log one person in; the page must name that person and nobody else."""
        handle, name = PEOPLE[number % len(PEOPLE)]
        try:
            page = Visitor().open(f"{self.site}/login", person=handle)
            problem = "" if page.status == 200 and f"Hello, {name}" in page.text else f"{page.status} at {page.path}"
        except (OSError, RuntimeError) as error:
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
        """The same, while a worker dies and then all are replaced."""
        with ThreadPoolExecutor(1) as beside:
            coming = beside.submit(self.come, count)
            wait_for(lambda: self.done >= count // 4 or coming.done(), "a quarter of the people")
            # As the kernel does when there is no memory left.
            os.kill(server.workers()[0], signal.SIGKILL)
            wait_for(lambda: self.done >= count // 2 or coming.done(), "half of the people")
            server.reload()
            coming.result()
