"""After a client and its results are gone, no part of an access token is left in the memory of a Python process."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from canned_clever import ADA, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems show no memory of processes")

# Only the server's responses contain these: the program never creates a string with the token.
TOKEN = "il" + "".join(f"{number * 7919 % 997:03d}x" for number in range(12))
PIECE_BYTES = 16
PROGRAM = """
import gc, sys
import clever_sso

def log_in(client):
    login = client.begin_login()
    state = login.url.split("state=")[1].split("&")[0]
    outcome = client.finish_login(f"?code=abcdefgh&state={state}", pending=login.pending)
    assert isinstance(outcome, clever_sso.SignedIn), outcome
    return outcome

with clever_sso.Client("id", "secret", "http://127.0.0.1:9/", base_url=sys.argv[1]) as client:
    outcome = log_in(client)
    print("logged in", flush=True)
    input()
del client, outcome
gc.collect()
print("gone", flush=True)
input()
"""


def pieces_in(process: int) -> int:
    """How many parts of the token are in the writable memory of the process."""
    secret = TOKEN.encode()
    pieces = {secret[start : start + PIECE_BYTES] for start in range(len(secret) - PIECE_BYTES + 1)}
    found = 0
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            if not (area := re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)) or "[stack]" in line:
                continue
            start, end = (int(number, 16) for number in area.groups())
            memory.seek(start)
            content = memory.read(end - start)
            found += sum(piece in content for piece in pieces)
    return found


def test_no_part_of_a_token_stays_in_memory_after_its_result_is_gone() -> None:
    answers: dict[str, object] = {
        "/oauth/tokens": {"access_token": TOKEN, "token_type": "bearer"},
        "/v3.0/me": {
            "type": "user",
            "data": {"id": ADA["id"], "district": ADA["district"], "type": "user"},
            "links": [],
        },
        f"/v3.0/users/{ADA['id']}": {"data": ADA},
        "/oauth/tokeninfo": {"client_id": "id", "scopes": []},
    }
    with (
        serving(answers) as base_url,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, base_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "logged in\n"
        # If the search did not find the token while it is in use, it would prove nothing afterwards.
        assert pieces_in(process.pid) > 0
        print(file=process.stdin, flush=True)
        assert process.stdout.readline() == "gone\n"
        left = pieces_in(process.pid)
        process.communicate("\n")
    assert left == 0
