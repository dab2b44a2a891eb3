"""Network settings, and errors that use the caller's name for a wrong setting."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT_URI}
ENVIRONMENT = {f"CLEVER_{name.upper()}": value for name, value in SETTINGS.items()}


@pytest.fixture(autouse=True)
def _no_network_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def refused(**settings: object) -> str:
    with pytest.raises(clever_sso.ConfigError) as caught:
        clever_sso.Client(**{**SETTINGS, **settings})  # type: ignore[arg-type]
    assert caught.value.code == "config_invalid"
    return caught.value.message


@contextmanager
def answering(status: int, headers: dict[str, str]) -> Iterator[str]:
    """A server, also usable as a proxy, with one response for everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def do_CONNECT(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"base_url": "http://clever:5999"},
            'base_url must start with https:// (plain http is allowed for localhost, or with development=True), found "http://clever:5999"',
        ),
        ({"issuer": "http://clever:5999"}, "issuer must start with https://"),
        ({"redirect_uri": "http://app.example/cb"}, "redirect_uri must start with https://"),
        ({"redirect_uri": "myapp://cb"}, "not with a custom scheme (myapp:)"),
        (
            {"redirect_uri": "https://me:hunter2@app.example/cb"},
            "redirect_uri must not contain a user name or password",
        ),
        ({"return_to_origins": ["https://app.example/x"]}, "return_to_origins must be a bare origin"),
        ({"ca_bundle": "/no/such/ca.pem"}, 'ca_bundle: "/no/such/ca.pem" cannot be read'),
        ({"proxy": "proxy.example:3128"}, "proxy must start with http://"),
        (
            {"base_url": "https://a.example", "issuer": "https://b.example", "api_base": "https://c.example"},
            "base_url has no effect",
        ),
    ],
)
def test_an_error_about_a_setting_names_the_argument(settings: dict[str, object], expected: str) -> None:
    message = refused(**settings)
    assert expected in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CLEVER_BASE_URL", "http://clever:5999", "or with CLEVER_DEVELOPMENT=true"),
        ("CLEVER_REDIRECT_URI", "http://app.example/cb", "or with CLEVER_DEVELOPMENT=true"),
        ("CLEVER_CA_BUNDLE", "/no/such/ca.pem", '"/no/such/ca.pem" cannot be read'),
        ("CLEVER_PROXY", "socks://proxy.example", "must say which SOCKS it is"),
        ("CLEVER_TIMEOUT", "0", "more than 0 s"),
        ("CLEVER_LEEWAY", "601", "from 0 to 600 s"),
        ("CLEVER_RETURN_TO_ORIGINS", "app.example", "must start with https://"),
        ("HTTPS_PROXY", "gopher://proxy.example", "must start with http://"),
        ("SSL_CERT_FILE", "/no/such/ca.pem", '"/no/such/ca.pem" cannot be read'),
    ],
)
@pytest.mark.parametrize("kind", [clever_sso.Client, clever_sso.AsyncClient])
def test_an_error_about_a_setting_names_the_environment_variable(
    monkeypatch: pytest.MonkeyPatch, kind: type[clever_sso.Client], name: str, value: str, expected: str
) -> None:
    for variable, setting in {**ENVIRONMENT, name: value}.items():
        monkeypatch.setenv(variable, setting)
    with pytest.raises(clever_sso.ConfigError) as caught:
        kind.from_env()
    assert name in caught.value.message
    assert expected in caught.value.message


def test_with_development_a_container_name_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, setting in {**ENVIRONMENT, "CLEVER_BASE_URL": "http://clever:5999/"}.items():
        monkeypatch.setenv(variable, setting)
    monkeypatch.setenv("CLEVER_DEVELOPMENT", "1")
    assert clever_sso.Client.from_env().issuer == "http://clever:5999"


def test_a_misspelled_variable_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for variable, setting in {**ENVIRONMENT, "CLEVER_BASE_URI": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(variable, setting)
    with caplog.at_level(logging.WARNING, "clever_sso"):
        clever_sso.Client.from_env()
    assert "nothing reads CLEVER_BASE_URI: a similar setting is CLEVER_BASE_URL" in caplog.text


def test_ca_bundle_accepts_any_kind_of_path(tmp_path: Path) -> None:
    system = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    bundle = tmp_path / "ca.pem"
    with open(system, encoding="utf-8") as file:  # noqa: PTH123
        bundle.write_text(file.read().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n", "utf-8")
    for kind in (bundle, str(bundle), bundle.read_text("utf-8")):
        assert clever_sso.Client(CLIENT_ID, ca_bundle=kind).issuer == "https://clever.com"


def test_an_error_has_retry_after() -> None:
    with answering(429, {"Retry-After": "120"}) as base:
        with pytest.raises(clever_sso.CleverError) as caught:
            clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base).exchange_code("code")
        assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 120)
    with answering(400, {}) as base:
        with pytest.raises(clever_sso.CleverError) as caught:
            clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base).me("token")
        assert caught.value.retry_after is None


def test_a_network_error_names_the_port_and_the_proxy() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(clever_sso.NetworkError, match=f"POST http://127.0.0.1:{port}/oauth/tokens"):
        client.exchange_code("code")
    with answering(407, {}) as proxy:
        through = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, proxy=proxy)
        with pytest.raises(clever_sso.NetworkError, match=rf"the proxy {proxy} \(proxy\) requires credentials"):
            through.exchange_code("code")


def test_proxy_variables_are_read_when_the_client_is_created(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(407, {}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "*")
        with pytest.raises(clever_sso.NetworkError, match=rf"the proxy {proxy} \(HTTPS_PROXY\)"):
            client.exchange_code("code")
