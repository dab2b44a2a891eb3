"""More broken setups: odd values, odd servers and proxies, and several faults at once.

As in broken_setups.py, each row names the check that must report the first problem, and words in that problem.
"""

from __future__ import annotations

import json
import socket
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from email.utils import formatdate
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import TYPE_CHECKING

from cases.broken_setups import (
    APP,
    CALLBACK,
    FAR,
    GOOD,
    NO_FILE,
    NOWHERE,
    PAGE,
    SECRET,
    Answer,
    Broken,
    Place,
    always,
    answering,
    at,
    check_first_problem,
    run,
    set_to,
    with_certificate,
)
from harness import ports, tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cases.broken_setups import Maker, Variables

MARK = "\ufeff"
SMALL_KEY = b'{"keys":[{"kty":"RSA","kid":"small","n":"' + b"w" * 171 + b'","e":"AQAB"}]}'
CURVE_KEY = b'{"keys":[{"kty":"EC","kid":"curve","crv":"P-256","x":"' + b"A" * 43 + b'","y":"' + b"A" * 43 + b'"}]}'
REVOKED = Answer(401, b'{"error":"invalid_client","error_description":"app is disabled"}')


# ---------------------------------------------------------------- odd servers


@contextmanager
def saying(words: bytes, *, at_once: bool = False) -> Iterator[int]:
    """Run a server that waits for the first bytes of each connection, then sends the same response; yield the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def answer(stream: socket.socket) -> None:
            with stream, suppress(OSError):
                if not at_once:
                    stream.recv(65536)
                stream.sendall(words)
                stream.shutdown(socket.SHUT_WR)
                while stream.recv(65536):
                    pass

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def alerting(number: int) -> Maker:
    """A server that responds to the first TLS message with this alert (RFC 8446 6)."""

    @contextmanager
    def made(_: Place) -> Iterator[Variables]:
        with saying(bytes([0x15, 3, 3, 0, 2, 2, number])) as port:
            yield {"CLEVER_BASE_URL": f"https://localhost:{port}", **GOOD}

    return made


def speaking(words: bytes, scheme: str = "http", *, at_once: bool = False) -> Maker:
    """A server of another protocol."""

    @contextmanager
    def made(_: Place) -> Iterator[Variables]:
        with saying(words, at_once=at_once) as port:
            yield {"CLEVER_BASE_URL": f"{scheme}://127.0.0.1:{port}", **GOOD}

    return made


@contextmanager
def proxy_answering(status: int, headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> Iterator[int]:
    """Run a proxy that sends one response to every request; yield its port."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.close_connection = True
            self.send_response(status)
            for name, value in (*headers, ("Content-Length", str(len(body))), ("Connection", "close")):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_CONNECT = do_GET = do_POST = answer  # noqa: N815  (names from http.server)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def behind(
    status: int, *headers: tuple[str, str], scheme: str = "http", to: str = FAR, body: bytes = b"", **variables: str
) -> Maker:
    """Clever behind a proxy that sends one response to every request."""

    @contextmanager
    def made(_: Place) -> Iterator[Variables]:
        with proxy_answering(status, headers, body) as port:
            proxy = f"{scheme}://127.0.0.1:{port}"
            yield {"CLEVER_BASE_URL": to, **GOOD, "CLEVER_PROXY": proxy, "CLEVER_DEVELOPMENT": "true", **variables}

    return made


def in_a_file(name: str, content: bytes, variable: str = "CLEVER_CA_BUNDLE") -> Maker:
    """A CA file without certificates in it."""

    @contextmanager
    def made(place: Place) -> Iterator[Variables]:
        file = place.folder / name
        file.write_bytes(content)
        yield {"CLEVER_BASE_URL": FAR, **GOOD, variable: str(file)}

    return made


def of_an_authority(folder: Path) -> tuple[Path, Path]:
    return tls.certificate(folder, names="DNS:elsewhere.example,IP:127.0.0.2")


@contextmanager
def at_two_hosts(place: Place) -> Iterator[Variables]:
    """A Clever whose API is missing."""
    with ports.reserved() as port:
        yield {**GOOD, "CLEVER_ISSUER": place.emulator, "CLEVER_API_BASE": f"http://127.0.0.1:{port}"}


def moved(seconds: int) -> Callable[[str, Answer], Answer]:
    """A Clever whose clock is this far ahead."""

    def change(_path: str, answer: Answer) -> Answer:
        date = formatdate(time() + seconds, usegmt=True)
        return Answer(answer.status, answer.body, answer.kind, {**answer.headers, "Date": date})

    return change


def at_each(*answers: tuple[str, Answer]) -> Callable[[str, Answer], Answer]:
    return lambda path, usual: next((one for start, one in answers if path.startswith(start)), usual)


DISCOVERY, CERTS, TOKENS, AUTHORIZE, ME = (
    "/.well-known",
    "/oauth/certs",
    "/oauth/tokens",
    "/oauth/authorize",
    "/v3.0/me",
)


def without(member: str) -> Callable[[str, Answer], Answer]:
    """A discovery document that lacks this."""
    return lambda path, usual: with_document(path, usual, lambda document: document.pop(member))


def elsewhere(member: str) -> Maker:
    """A discovery document that has this at an address where nobody is."""

    @contextmanager
    def made(place: Place) -> Iterator[Variables]:
        with ports.reserved() as port:
            there = {member: f"http://127.0.0.1:{port}/there"}

            def change(path: str, usual: Answer) -> Answer:
                return with_document(path, usual, lambda document: document.update(there))

            with answering(change, CLEVER_DISCOVER="on")(place) as variables:
                yield variables

    return made


def with_document(path: str, usual: Answer, change: Callable[[dict[str, str]], object]) -> Answer:
    """The usual answer, or a discovery document that is changed."""
    if not path.startswith(DISCOVERY):
        return usual
    document = json.loads(usual.body)
    change(document)
    return Answer(body=json.dumps(document).encode())


page = partial(Answer, body=PAGE, kind="text/html")

FURTHER = [
    # Odd values.
    Broken("secret in quotes", "credentials", "quotation mark", set_to(CLEVER_CLIENT_SECRET=f'"{SECRET}"')),
    Broken("id in quotes", "credentials", "quotation mark", set_to(CLEVER_CLIENT_ID=f"'{APP.client_id}'")),
    Broken("secret with a line break", "settings", "white space", set_to(CLEVER_CLIENT_SECRET=f"{SECRET}\n")),
    Broken("secret with a space", "settings", "white space", set_to(CLEVER_CLIENT_SECRET=f" {SECRET}")),
    Broken("secret with a mark", "credentials", "not visible ASCII", set_to(CLEVER_CLIENT_SECRET=f"{MARK}{SECRET}")),
    Broken("id with a mark", "settings", "CLEVER_CLIENT_ID", set_to(CLEVER_CLIENT_ID=f"{MARK}{APP.client_id}")),
    Broken("id with a line break", "settings", "CLEVER_CLIENT_ID", set_to(CLEVER_CLIENT_ID=f"{APP.client_id}\r\n")),
    Broken(
        "the name in the value",
        "credentials",
        "name of a variable",
        set_to(CLEVER_CLIENT_SECRET=f"CLEVER_CLIENT_SECRET={SECRET}"),
    ),
    Broken(
        "id and secret swapped",
        "credentials",
        "look swapped",
        set_to(CLEVER_CLIENT_ID=SECRET, CLEVER_CLIENT_SECRET=APP.client_id),
    ),
    Broken(
        "id and secret as a secret",
        "credentials",
        " contains ",
        set_to(CLEVER_CLIENT_SECRET=f"{APP.client_id}:{SECRET}"),
    ),
    Broken("a variable as a secret", "credentials", "name of a variable", set_to(CLEVER_CLIENT_SECRET="${SECRET}")),
    Broken("a sample as a secret", "credentials", "a sample value", set_to(CLEVER_CLIENT_SECRET="your-client-secret")),
    Broken("a hidden secret", "credentials", "a hidden value", set_to(CLEVER_CLIENT_SECRET="*" * 40)),
    Broken("a path as a secret", "credentials", "a path", set_to(CLEVER_CLIENT_SECRET="/run/secrets/clever")),
    Broken("a secret in a vault", "credentials", "a vault", set_to(CLEVER_CLIENT_SECRET="arn:aws:secretsmanager:x")),
    Broken(
        "a secret in base64",
        "credentials",
        "base64",
        set_to(CLEVER_CLIENT_SECRET=b64encode(f"{SECRET}\n".encode()).decode()),
    ),
    Broken("secret cut", "credentials", "does not accept", set_to(CLEVER_CLIENT_SECRET=SECRET[:-1])),
    Broken("redirect URI in quotes", "settings", "CLEVER_REDIRECT_URI", set_to(CLEVER_REDIRECT_URI=f'"{CALLBACK}"')),
    Broken(
        "redirect URI with a mark", "settings", "CLEVER_REDIRECT_URI", set_to(CLEVER_REDIRECT_URI=f"{MARK}{CALLBACK}")
    ),
    Broken("redirect URIs with a comma", "settings", "comma", set_to(CLEVER_REDIRECT_URI=f"{CALLBACK},{CALLBACK}/2")),
    Broken("redirect URI with a semicolon", "settings", "semicolon", set_to(CLEVER_REDIRECT_URI=f"{CALLBACK};")),
    Broken(
        "redirect URI with a period",
        "redirect_uri",
        "a period at the end",
        set_to(CLEVER_REDIRECT_URI=f"{CALLBACK}."),
    ),
    Broken(
        "redirect URI with two slashes",
        "redirect_uri",
        "a double slash",
        set_to(CLEVER_REDIRECT_URI="http://localhost:9//callback"),
    ),
    Broken(
        "redirect URI with two schemes",
        "redirect_uri",
        "a second http:// or https://",
        set_to(CLEVER_REDIRECT_URI=f"http://{CALLBACK}", CLEVER_DEVELOPMENT="true"),
    ),
    Broken(
        "redirect URI of Clever",
        "redirect_uri",
        "leads to Clever",
        answering(lambda _, usual: usual, CLEVER_REDIRECT_URI="BASE_URL/oauth/authorize"),
    ),
    Broken("redirect URI with a fragment", "settings", "fragment", set_to(CLEVER_REDIRECT_URI=f"{CALLBACK}#x")),
    Broken("redirect URI of an app", "settings", "custom scheme", set_to(CLEVER_REDIRECT_URI="myapp://callback")),
    Broken(
        "redirect URI with a star",
        "settings",
        "wildcards",
        set_to(CLEVER_REDIRECT_URI="https://*.app.example/callback"),
    ),
    Broken(
        "redirect URI in capitals",
        "redirect_uri",
        "capital letters",
        set_to(CLEVER_REDIRECT_URI="HTTP://LOCALHOST:9/callback"),
    ),
    Broken(
        "redirect URI of plain http",
        "settings",
        "must start with https://",
        set_to(CLEVER_REDIRECT_URI="http://app.example/cb"),
    ),
    Broken("secret as a redirect URI", "settings", "CLEVER_REDIRECT_URI", set_to(CLEVER_REDIRECT_URI=SECRET)),
    Broken(
        "id and secret as a redirect URI",
        "settings",
        "CLEVER_REDIRECT_URI",
        set_to(CLEVER_REDIRECT_URI=f"x{APP.client_id}:{SECRET}"),
    ),
    Broken("base URL in quotes", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL='"https://clever.example"')),
    Broken("base URL with one slash", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL="https:/clever.example")),
    Broken(
        "base URL with a typo in the scheme",
        "settings",
        "CLEVER_BASE_URL",
        set_to(CLEVER_BASE_URL="htps://clever.example"),
    ),
    Broken("base URL of ftp", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL="ftp://clever.example")),
    Broken(
        "base URL with a line break", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL="https://clever.example\n")
    ),
    Broken(
        "base URL with a password",
        "settings",
        "CLEVER_BASE_URL",
        set_to(CLEVER_BASE_URL=f"https://me:{SECRET}@clever.example"),
    ),
    Broken("base URL with port 0", "settings", "port", set_to(CLEVER_BASE_URL="http://127.0.0.1:0")),
    Broken(
        "base URL with a port too high", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL="http://127.0.0.1:99999")
    ),
    Broken("IPv6 without brackets", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL="http://::1:5999")),
    Broken(
        "IPv6 that nobody has",
        "connect",
        "2001:db8::1",
        set_to(CLEVER_BASE_URL="https://[2001:db8::1]", CLEVER_TIMEOUT="0.5"),
    ),
    Broken("a name with an accent", "name", "xn--clevr-esa.invalid", set_to(CLEVER_BASE_URL="https://clevér.invalid")),
    Broken("secret as a base URL", "settings", "CLEVER_BASE_URL", set_to(CLEVER_BASE_URL=SECRET)),
    Broken("secret as an issuer", "settings", "CLEVER_ISSUER", set_to(CLEVER_ISSUER=f"//{SECRET}/")),
    Broken("time limit of zero", "settings", "CLEVER_TIMEOUT", set_to(CLEVER_TIMEOUT="0")),
    Broken("time limit that is no number", "settings", "CLEVER_TIMEOUT", set_to(CLEVER_TIMEOUT="nan")),
    # Certificates.
    Broken("secret as a CA file", "settings", "CLEVER_CA_BUNDLE", set_to(CLEVER_BASE_URL=FAR, CLEVER_CA_BUNDLE=SECRET)),
    Broken(
        "secret as a CA path",
        "settings",
        "CLEVER_CA_BUNDLE",
        set_to(CLEVER_BASE_URL=FAR, CLEVER_CA_BUNDLE=f"a/{SECRET}"),
    ),
    Broken(
        "secret as a CA file of the system",
        "settings",
        "SSL_CERT_FILE",
        set_to(CLEVER_BASE_URL=FAR, SSL_CERT_FILE=SECRET),
    ),
    Broken(
        "secret as a CA folder of the system",
        "settings",
        "SSL_CERT_DIR",
        set_to(CLEVER_BASE_URL=FAR, SSL_CERT_DIR=SECRET),
    ),
    Broken("CA folder", "settings", "not a regular file", set_to(CLEVER_BASE_URL=FAR, CLEVER_CA_BUNDLE="/tmp")),
    Broken("CA file with nothing in it", "settings", "empty.pem", in_a_file("empty.pem", b"")),
    Broken(
        "CA file of the system with a page in it",
        "settings",
        "SSL_CERT_FILE",
        in_a_file("page.pem", PAGE, "SSL_CERT_FILE"),
    ),
    Broken("CA file in DER form", "settings", "DER", in_a_file("ca.der", b"0\x82\x01\x00rest")),
    Broken(
        "CA folder of the system missing",
        "settings",
        "SSL_CERT_DIR",
        set_to(CLEVER_BASE_URL=FAR, SSL_CERT_DIR="/no/such/folder"),
    ),
    # Proxies.
    Broken("secret as a proxy", "settings", "HTTPS_PROXY", set_to(CLEVER_BASE_URL=FAR, HTTPS_PROXY=SECRET)),
    Broken(
        "SOCKS of no version",
        "settings",
        "which SOCKS",
        set_to(CLEVER_BASE_URL=FAR, CLEVER_PROXY="socks://proxy.example:1080"),
    ),
    Broken(
        "proxy without a name",
        "name",
        "proxy.invalid",
        set_to(CLEVER_BASE_URL=FAR, HTTPS_PROXY="http://proxy.invalid:3128"),
    ),
    Broken("proxy that forbids", "proxy", "403", behind(403)),
    Broken(
        "proxy that does not get this address",
        "name",
        "clever.invalid",
        set_to(CLEVER_BASE_URL=NOWHERE, HTTP_PROXY="http://proxy.invalid:3128"),
        advises="HTTP_PROXY) is only for http:// addresses",
    ),
    Broken(
        "host that needs no proxy",
        "name",
        "clever.invalid",
        set_to(CLEVER_BASE_URL=NOWHERE, HTTPS_PROXY="http://proxy.invalid:3128", NO_PROXY=".invalid"),
        advises="NO_PROXY exempts clever.invalid from the proxy",
    ),
    Broken("proxy of a network with a login", "proxy", "511", behind(511), advises="requires a login"),
    Broken("proxy that is down behind", "proxy", "503", behind(503), advises="cannot connect to that host"),
    Broken("proxy that leads elsewhere", "proxy", "302", behind(302, ("Location", "http://portal.example/"))),
    Broken("proxy of TLS that has none", "proxy", "TLS", behind(200, scheme="https")),
    Broken("SOCKS that is HTTP", "proxy", "accepts connections", behind(200, scheme="socks5h", CLEVER_TIMEOUT="0.5")),
    Broken("proxy that wants NTLM", "proxy", "NTLM", behind(407, ("Proxy-Authenticate", "NTLM"))),
    Broken(
        "proxy that wants Kerberos",
        "proxy",
        "Negotiate",
        behind(407, ("Proxy-Authenticate", "Negotiate"), ("Proxy-Authenticate", "NTLM")),
    ),
    Broken(
        "plain proxy that wants NTLM",
        "proxy",
        "NTLM",
        behind(407, ("Proxy-Authenticate", "NTLM"), to="http://clever.example"),
    ),
    Broken(
        "plain proxy with a page",
        "discovery",
        "to connect without it, remove",
        behind(200, ("Content-Type", "text/html"), to="http://clever.example", body=PAGE),
    ),
    # TLS.
    Broken("TLS: nothing in common", "tls", "handshake_failure", alerting(40)),
    Broken("TLS: old version", "tls", "protocol_version", alerting(70)),
    Broken("TLS: client certificate unknown", "tls", "unknown_ca", alerting(48)),
    Broken("TLS: client certificate wanted", "tls", "certificate_required", alerting(116)),
    Broken("TLS: name unknown", "tls", "unrecognized_name", alerting(112)),
    Broken("TLS: forbidden", "tls", "access_denied", alerting(49)),
    Broken("TLS: broken there", "tls", "internal_error", alerting(80)),
    Broken(
        "certificate of two other hosts",
        "tls",
        "another host",
        with_certificate(of_an_authority, is_trusted=True),
        advises="another server responds",
    ),
    # Odd responses.
    Broken("a server of mail", "discovery", "127.0.0.1", speaking(b"220 mail.example ESMTP\r\n", at_once=True)),
    Broken("a server of SSH", "tls", "does not speak TLS", speaking(b"SSH-2.0-OpenSSH_9.2\r\n", "https", at_once=True)),
    Broken("a server of TLS at http", "discovery", "", speaking(bytes([0x15, 3, 1, 0, 2, 2, 22]))),
    Broken("nothing said", "discovery", "", speaking(b"")),
    Broken("a login at the API", "api", "HTTP 200", answering(at(ME, page(200)))),
    Broken("a gateway at the API", "api", "HTTP 403", answering(at(ME, page(403)))),
    Broken("a proxy at the API", "api", "HTTP 407", answering(at(ME, page(407)))),
    Broken(
        "an API elsewhere",
        "api",
        "HTTP 302",
        answering(at(ME, Answer(302, headers={"Location": "https://portal.example/"}))),
    ),
    Broken("an API that is not there", "connect", "no connection to", at_two_hosts),
    Broken("a page for keys", "keys", "response_html", answering(at(CERTS, page(200)))),
    Broken(
        "keys elsewhere",
        "keys",
        "response_redirect",
        answering(at(CERTS, Answer(302, headers={"Location": "https://portal.example/"}))),
    ),
    Broken("keys cut", "keys", "response_malformed", answering(at(CERTS, Answer(body=b'{"keys":[{"kty":')))),
    Broken("keys too small", "keys", "keys_unusable", answering(at(CERTS, Answer(body=SMALL_KEY)))),
    Broken("keys of a curve", "keys", "keys_unusable", answering(at(CERTS, Answer(body=CURVE_KEY)))),
    Broken("keys refused", "keys", "HTTP 403", answering(at(CERTS, Answer(403)))),
    Broken("a page for tokens", "credentials", "response_html", answering(at(TOKENS, page(200)))),
    Broken("a firewall at tokens", "credentials", "HTTP 403", answering(at(TOKENS, page(403)))),
    Broken(
        "a login page at tokens",
        "credentials",
        "",
        answering(at(TOKENS, page(401))),
        advises="The response is a web page",
    ),
    Broken(
        "a captive portal at tokens",
        "credentials",
        "HTTP 511",
        answering(at(TOKENS, page(511))),
        advises="captive portal",
    ),
    Broken(
        "the discovery document as keys",
        "keys",
        "response_malformed",
        answering(lambda _, usual: usual, CLEVER_JWKS_URI="BASE_URL/.well-known/openid-configuration"),
    ),
    Broken(
        "tokens elsewhere",
        "credentials",
        "response_redirect",
        answering(at(TOKENS, Answer(302, headers={"Location": "https://portal.example/"}))),
    ),
    Broken("an app that was turned off", "credentials", "does not accept", answering(at(TOKENS, REVOKED))),
    Broken(
        "an app that may not", "credentials", "", answering(at(TOKENS, Answer(400, b'{"error":"unauthorized_client"}')))
    ),
    Broken(
        "tokens for nothing",
        "credentials",
        "not Clever",
        answering(at(TOKENS, Answer(200, b'{"access_token":"a","token_type":"bearer"}'))),
    ),
    Broken("discovery cut", "discovery", "response_malformed", answering(at(DISCOVERY, Answer(body=b'{"issuer":')))),
    Broken("discovery of nothing", "discovery", "", answering(at(DISCOVERY, Answer(204, b"")))),
    Broken(
        "discovery without keys",
        "discovery",
        "jwks_uri",
        answering(without("jwks_uri")),
    ),
    Broken(
        "discovery too large", "discovery", "response_too_large", answering(at(DISCOVERY, Answer(body=b" " * 2**21)))
    ),
    Broken(
        "discovery of maintenance", "discovery", "discovery_issuer", answering(always(Answer(body=b'{"error":"down"}')))
    ),
    Broken(
        "discovery without a login address",
        "redirect_uri",
        "set CLEVER_AUTHORIZATION_ENDPOINT",
        answering(without("authorization_endpoint"), CLEVER_DISCOVER="on"),
    ),
    Broken(
        "discovery without an address for tokens",
        "credentials",
        "set CLEVER_TOKEN_ENDPOINT",
        answering(without("token_endpoint"), CLEVER_DISCOVER="on"),
    ),
    Broken("keys at an address where nobody is", "keys", "network_connect", elsewhere("jwks_uri")),
    Broken("tokens at an address where nobody is", "credentials", "network_connect", elsewhere("token_endpoint")),
    Broken("discovery forbidden", "discovery", "HTTP 403", answering(at(DISCOVERY, page(403)))),
    Broken("discovery that wants a proxy's login", "discovery", "HTTP 407", answering(at(DISCOVERY, page(407)))),
    Broken("certificate of the future", "tls", "not valid yet", with_certificate(tls.of_the_future, is_trusted=True)),
    Broken("expired certificate of nobody", "tls", "has expired", with_certificate(tls.expired, is_trusted=False)),
    Broken("clock behind", "clock", "behind Clever's", answering(moved(600))),
    Broken("clock a year off", "clock", "ahead of Clever's", answering(moved(-366 * 86400))),
    # Several faults.
    Broken(
        "secret and CA file",
        "settings",
        NO_FILE,
        set_to(CLEVER_BASE_URL=FAR, CLEVER_CLIENT_SECRET="0" * 40, CLEVER_CA_BUNDLE=NO_FILE),
    ),
    Broken("name and secret", "name", "clever.invalid", set_to(CLEVER_BASE_URL=NOWHERE, CLEVER_CLIENT_SECRET="0" * 40)),
    Broken(
        "secret and redirect URI",
        "credentials",
        "does not accept",
        set_to(CLEVER_CLIENT_SECRET="0" * 40, CLEVER_REDIRECT_URI=f"{CALLBACK}/"),
    ),
    Broken(
        "clock and keys",
        "clock",
        "Clever's",
        answering(lambda path, usual: moved(600)(path, Answer(body=b'{"keys":[]}') if path == CERTS else usual)),
    ),
    Broken(
        "tokens and API",
        "credentials",
        "clever_unavailable",
        answering(at_each((TOKENS, Answer(500)), (ME, Answer(404)))),
    ),
    Broken(
        "everything is a page after a login",
        "discovery",
        "HTTP 302",
        answering(always(Answer(302, PAGE, "text/html", {"Location": "/login"}))),
    ),
]


def wrongly_named(
    command: Sequence[str | Path],
    with_library: Callable[[Mapping[str, str]], Mapping[str, str]],
    emulator: str,
    folder: Path,
    rows: Sequence[Broken] = FURTHER,
) -> dict[str, str]:
    """Return the setups where this doctor's first problem is not the cause, with its output. Several run at a time.

    Args:
        command: The command line of the doctor.
        with_library: Adds the variables that the command needs to those of a setup.
        emulator: The address of the emulator.
        folder: A folder for files of the setups.
        rows: The setups.
    """

    def tried(numbered: tuple[int, Broken]) -> str:
        number, broken = numbered
        own = folder / str(number)
        own.mkdir()
        try:
            with broken.make(Place(emulator, own)) as variables:
                check_first_problem(broken, run(command, with_library(variables)))
        except AssertionError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(8) as pool:
        found = zip(rows, pool.map(tried, enumerate(rows)))
        return {broken.name: wrong for broken, wrong in found if wrong}
