"""Sends requests with unexpected bytes to a site in this process: `any_bytes.py FRAMEWORK SITE`.

The settings come from the environment, as for `sites/serve.py`. It prints each request that raised an error in the
application, and then the number of requests.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Iterator
from itertools import product
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[3] / "tests"), str(Path(__file__).parent)]

from harness.in_process import Answer, Call, asgi, wsgi
from interleavings import site_app

# One character for each byte, as servers pass them.
PIECES = {
    "0x80": "\x80",
    "0xff": "\xff",
    "NUL": "\x00",
    "half a letter": "\xd1",
    "surrogate": "\xed\xa0\x80",
    "%ff": "%ff",
    "%00": "%00",
    "%ED%A0%80": "%ED%A0%80",
    "%": "%",
    "%zz": "%zz",
    "letters": "\xd1\x88\xe8\xaa\x9e",
    "line": "a\tb",
    "long": "x" * 20_000,
    "long letters": "%D1%88" * 4_000,
    "many": "&a=b" * 2_000,
}
PATHS = ["/clever/login", "/clever/callback", "/clever/logout", "/", "/private", "/elsewhere", "/x/clever/callback"]
IN_QUERY = ["next={}", "next=/{}", "district_id={}", "switch_user={}", "code={}&state=a", "code=a&state={}", "error={}"]
IN_QUERY += ["{}", "{}=a", "error=a&error_description={}&state={}", "code=a&iss={}", "code=a&scope={}"]
HEADERS = ["Cookie", "Host", "Referer", "Origin", "Purpose", "Sec-Purpose", "Sec-Fetch-Site", "Sec-Fetch-Mode"]
HEADERS += ["Sec-Fetch-Dest", "X-Forwarded-Host", "X-Forwarded-Prefix", "Accept-Language", "User-Agent"]
IN_COOKIES = ["{}", "{}=a", "a={}", "clever_login_{}=a", "clever_login_aaaaaaaaaaaaaaaa={}", "clever_signed_in={}"]
IN_COOKIES += ["session={}", "sessionid={}", "csrftoken={}"]


def requests(host: str) -> Iterator[tuple[str, str, str, dict[str, str], bytes]]:
    """Yields what is odd about each request, and its method, target, headers and body."""
    for path, (name, piece) in product(PATHS, PIECES.items()):
        for query in IN_QUERY:
            yield f"query {query} {name}", "GET", f"{path}?{query.replace('{}', piece)}", {"Host": host}, b""
        yield f"path {name}", "GET", f"{path}{piece}", {"Host": host}, b""
        yield f"path below {name}", "GET", f"{path}/{piece}?code=a", {"Host": host}, b""
        for header in HEADERS:
            for text in IN_COOKIES if header == "Cookie" else ["{}", "a{}"]:
                headers = {"Host": host, header: text.replace("{}", piece)}
                yield f"{header} {text} {name}", "GET", f"{path}?code=a&state=b&next=/private", headers, b""
        form = f"csrfmiddlewaretoken={piece}&{piece}=a".encode("latin-1")
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=a", piece):
            headers = {"Host": host, "Content-type": kind, "Cookie": f"csrftoken={piece}"}
            yield f"form {name} {kind[:20]}", "POST", path, headers, form


def outcome(call: Call, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer | str:
    try:
        return call(method, target, headers, body)
    except Exception:  # noqa: BLE001  (whatever it is, the server would answer with 500)
        return traceback.format_exc()


def main(framework: str, site: str) -> None:
    app, host = site_app(framework), site.partition("//")[2]
    call = asgi(app, asyncio.new_event_loop()) if framework == "asgi" else wsgi(app)
    number, guarded = 0, "GUARD" in os.environ
    for what, method, target, headers, body in requests(host):
        number += 1
        answer = outcome(call, method, target, headers, body)
        if isinstance(answer, str):
            sys.stdout.write(f"FAILED {what} {method} {target[:60]!a}: {answer}\n")
        elif guarded:
            # The guard redirects everyone, so its response tells nothing about the request.
            continue
        elif answer[0] >= 500:
            sys.stdout.write(f"FAILED {what} {method} {target[:60]!a}: {answer[2][-400:]!r}\n")
        elif sum(len(name) + len(value) + 4 for name, value in answer[1]) > 4000:
            sys.stdout.write(f"LONG {what} {method} {target[:60]!a}\n")
    sys.stdout.write(f"{number} requests\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
    sys.stdout.flush()
    os._exit(0)
