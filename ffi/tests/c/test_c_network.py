"""Proxies, certificates and URLs in C: settings are used, and errors name a wrong setting by its name in C."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from harness import tls
from harness.clever import CLIENT, Clever, serving
from harness.driver import driver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.driver import Ask

# A host name that only the proxy can resolve. This machine never looks it up.
FAR = "http://clever.example:5999"
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _no_network_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def clever() -> Iterator[Clever]:
    """A test server for Clever. It is also a proxy to itself, because it accepts absolute URLs."""
    with serving() as made:
        made.reset()
        yield made


def asked(ask: Ask, **settings: str) -> dict[str, str]:
    """Create a client with these settings and check a token."""
    made = ask("client", client="c", **{**CLIENT, **settings})
    return ask("check_token", client="c", access_token="token") if made["result"] == "ok" else made


@contextmanager
def closed_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def accepting(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on its own port, with one thread per connection."""
    threads: list[threading.Thread] = []

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threads.append(threading.Thread(target=serve, args=(listener.accept()[0],)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = threading.Thread(target=accept, args=(listener,))
        acceptor.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            # After this, no new thread starts.
            acceptor.join()
            for thread in threads:
                thread.join()


def refuse(near: socket.socket) -> None:
    """Respond like an HTTP server that gets a request in another protocol."""
    with near, suppress(OSError):
        near.recv(1)
        near.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


@contextmanager
def socks(clever: Clever) -> Iterator[tuple[str, list[bytes]]]:
    """A SOCKS 5 proxy (RFC 1928) that connects every request to `clever`, and the host names that it was asked for."""
    names: list[bytes] = []
    port = int(clever.base_url.rpartition(":")[2])

    def serve(near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", port)) as far, suppress(OSError):
            stream = near.makefile("rb")
            stream.read(stream.read(2)[1])
            near.sendall(b"\x05\x00")
            kind = stream.read(4)[3]
            names.append(stream.read(stream.read(1)[0]) if kind == 3 else stream.read(4))
            stream.read(2)
            near.sendall(b"\x05\x00\x00\x01" + bytes(6))
            back = threading.Thread(target=tls.pump, args=(far, near))
            back.start()
            tls.pump(near, far)
            back.join()

    with accepting(serve) as address:
        yield address, names


def test_a_configured_http_proxy_is_used(clever: Clever) -> None:
    with driver() as ask:
        answer = asked(ask, base_url=FAR, development="1", proxy=clever.base_url)
    assert (answer["result"], clever.seen) == ("ok", ["tokeninfo"])


def test_a_configured_socks_proxy_is_used_and_resolves_the_name(clever: Clever) -> None:
    with socks(clever) as (address, names), driver() as ask:
        answer = asked(ask, base_url=FAR, development="1", proxy=f"socks5h://{address}")
        ask("client", client="c", **{**CLIENT, "base_url": clever.base_url})
    assert (answer["result"], names, clever.seen) == ("ok", [b"clever.example"], ["tokeninfo"])


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_from_the_environment_is_used(name: str, clever: Clever) -> None:
    with driver(**{name: clever.base_url}) as ask:
        assert asked(ask, base_url=FAR, development="1")["result"] == "ok"
    assert clever.seen == ["tokeninfo"]


@pytest.mark.parametrize(
    ("no_proxy", "is_direct"),
    [
        ("0.0.0.0:PORT", True),
        ("0.0.0.0/8", True),
        ("other.example, 0.0.0.0", True),
        ("*", True),
        ("0.0.0.0:1", False),
        ("10.0.0.0/8,clever.example", False),
        ("", False),
    ],
)
def test_no_proxy_accepts_hosts_ports_and_networks(no_proxy: str, is_direct: bool, clever: Clever) -> None:
    # 0.0.0.0 reaches this machine, but is not a loopback address. Loopback addresses never use a proxy.
    port = clever.base_url.rpartition(":")[2]
    with closed_port() as closed:
        proxy = f"http://127.0.0.1:{closed}"
        with driver(HTTP_PROXY=proxy, NO_PROXY=no_proxy.replace("PORT", port)) as ask:
            answer = asked(ask, base_url=f"http://0.0.0.0:{port}", development="1")
    if is_direct:
        assert answer["result"] == "ok"
    else:
        assert answer["result"] == "error network_connect"
        assert f"the proxy {proxy} (HTTP_PROXY) cannot be reached" in answer["message"]


@pytest.mark.parametrize(
    ("proxy", "expected"),
    [
        ("socks://me:hunter2@127.0.0.1:1080", "proxy must say which SOCKS it is: socks5h:// or socks4a://"),
        ("127.0.0.1:3128", "proxy must start with http://"),
        ("ftp://me:hunter2@127.0.0.1", "proxy must start with http://"),
        ("http://me:hunter2@", "proxy must name a host and a port"),
    ],
)
def test_a_wrong_proxy_gives_an_error_without_its_password(proxy: str, expected: str) -> None:
    with driver() as ask:
        made = asked(ask, proxy=proxy)
    assert made["result"] == "error config_invalid"
    assert expected in made["message"]
    assert "hunter2" not in made["message"]


def test_a_wrong_proxy_from_the_environment_gives_an_error_that_names_the_variable() -> None:
    with driver(HTTPS_PROXY="gopher://me:hunter2@127.0.0.1") as ask:
        made = asked(ask)
    assert made["result"] == "error config_invalid"
    assert "HTTPS_PROXY must start with http://" in made["message"]
    assert "hunter2" not in made["message"]


def test_a_socks_proxy_that_speaks_http_gives_an_error_that_names_its_port() -> None:
    with accepting(refuse) as address, driver() as ask:
        answer = asked(ask, base_url=FAR, development="1", proxy=f"socks5h://me:hunter2@{address}")
    assert answer["result"] == "error network_connect"
    assert f"socks5h://{address} (proxy)" in answer["message"]
    assert "GET http://clever.example:5999/oauth/tokeninfo" in answer["message"]
    assert "hunter2" not in answer["message"]


def test_a_ca_bundle_can_be_a_path_or_text_and_only_its_client_trusts_it(tmp_path: Path) -> None:
    with tls.serving(tmp_path, CLIENT["client_id"]) as server, driver() as ask:
        text = server.certificate.read_text("utf-8")
        for bundle in (str(server.certificate), text):
            assert asked(ask, base_url=server.base_url, ca_bundle=bundle)["result"] == "ok"
        refused = asked(ask, base_url=server.base_url)
    assert refused["result"] == "error network_tls"
    assert f"GET {server.base_url}/oauth/tokeninfo" in refused["message"]


def test_ssl_cert_file_sets_the_trusted_authorities(tmp_path: Path) -> None:
    with tls.serving(tmp_path, CLIENT["client_id"]) as server, driver(SSL_CERT_FILE=str(server.certificate)) as ask:
        assert asked(ask, base_url=server.base_url)["result"] == "ok"


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "cannot be read"), (b"", "has no certificate"), (b"\x30\x82\x01\x0a", "looks like DER")],
)
def test_a_broken_ca_bundle_gives_an_error_that_names_the_file(content: bytes | None, why: str, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    with driver() as ask:
        made = asked(ask, ca_bundle=str(bundle))
    assert made["result"] == "error config_invalid"
    assert f'ca_bundle: "{bundle}"' in made["message"]
    assert why in made["message"]


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_missing_ssl_cert_file_or_dir_gives_an_error_that_names_it(name: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    with driver(**{name: str(missing)}) as ask:
        made = asked(ask)
        assert asked(ask, base_url="http://127.0.0.1:9", redirect_uri="http://127.0.0.1:9/cb", timeout="20")[
            "result"
        ].startswith("error network"), "plain http needs no authorities"
    assert made["result"] == "error config_invalid"
    assert f'{name}: "{missing}"' in made["message"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"base_url": "http://clever:5999"},
            'https:// (plain http is allowed for localhost, or with clever_sso_config_set_development), found "http://',
        ),
        ({"redirect_uri": "http://app:5000/cb"}, "redirect_uri must start with https://"),
        (
            {"redirect_uri": "https://me:hunter2@app.example/cb"},
            "redirect_uri must not contain a user name or password",
        ),
        ({"timeout": "86401"}, "timeout must be more than 0 s and at most 86400 s, found 86401"),
    ],
)
def test_a_wrong_setting_gives_an_error_that_uses_its_name_in_c(settings: dict[str, str], expected: str) -> None:
    with driver() as ask:
        made = asked(ask, **settings)
    assert made["result"] == "error config_invalid"
    assert expected in made["message"]
    assert "hunter2" not in made["message"]


def test_a_network_error_names_the_port() -> None:
    with closed_port() as port, driver() as ask:
        answer = asked(ask, base_url=f"http://127.0.0.1:{port}")
    assert answer["result"] == "error network_connect"
    assert f"GET http://127.0.0.1:{port}/oauth/tokeninfo" in answer["message"]
