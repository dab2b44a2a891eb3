"""The first login of a process, in Python and in C, sends its independent requests in parallel."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from faces import run
from harness.clever import TABLE
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from faces import Face
    from harness.clever import Clever

TOGETHER = ("tokens", "discovery", "keys")


def test_a_first_login_requests_tokens_discovery_and_keys_in_parallel(face: Face, clever: Clever) -> None:
    clever.reset()
    meeting = threading.Barrier(len(TOGETHER))

    def when_all_are_there(body: bytes) -> Iterable[bytes]:
        # No request gets a response before all three have arrived. If one were sent later, this wait would fail.
        meeting.wait(SECONDS)
        yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        yield body

    clever.odd = dict.fromkeys(TOGETHER, when_all_are_there)
    result, fields = run(face, clever, "login", timeout=str(SECONDS))
    assert (result, fields.get("id")) == ("signed_in id_token", TABLE["answers"]["claims"]["sub"]), fields
    assert sorted(clever.seen) == sorted(TOGETHER)
