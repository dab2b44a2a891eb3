"""Real responses of Clever, recorded in 2023, are read without loss.

They are not part of this project. Without them, these tests are skipped.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import clever_sso
import pytest
from harness.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDING = ROOT.parent / "shared/vectors/recorded-2023.json"
CLIENT_ID = "4c63c1cf623dce82caac"

pytestmark = pytest.mark.skipif(not RECORDING.exists(), reason="the recorded answers are not here")


def recorded() -> list[dict[str, Any]]:
    responses: list[dict[str, Any]] = json.loads(RECORDING.read_text("utf-8"))["responses"]
    return responses


def answer(name: str, ending: str) -> dict[str, Any]:
    """Return a recorded response, by its name and the end of its address."""
    return next(x for x in recorded() if x["name"] == name and urlsplit(x["url"]).path.endswith(ending))


def server_of(found: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    class Replay(BaseHTTPRequestHandler):
        """Sends one recorded response, with its headers, for every request."""

        def do_GET(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply()

        def reply(self) -> None:
            body = found["body"].encode()
            self.send_response_only(found["status"])
            for name, value in found["headers"].items():
                if name not in {"content-length", "content-encoding", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Replay


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[clever_sso.Client]:
    """Return a client of a server that sends one recorded response for every request."""
    with ThreadingHTTPServer(("127.0.0.1", 0), server_of(answer(*request.param))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base_url = f"http://127.0.0.1:{server.server_port}"
        yield clever_sso.Client(CLIENT_ID, "secret", "https://app.example/callback", base_url=base_url)
        server.shutdown()


def data_of(name: str, ending: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(answer(name, ending)["body"])["data"]
    return data


ME = [("api/me", "/me"), ("authentication/sso", "/me")]
USERS = [("api/user", "/users/58da8c63d7dc0ca068000478"), ("authentication/sso", "/users/5faac8b7bc447500a10ae857")]


@pytest.mark.parametrize(("client", "place"), list(zip(ME, ME)), indirect=["client"])
def test_me_is_read_without_loss(client: clever_sso.Client, place: tuple[str, str]) -> None:
    expected, me = data_of(*place), client.me("il0")
    assert (me.id, me.district_id, me.user_type) == (expected["id"], expected["district"], expected["type"])
    assert me.authorized_by == expected.get("authorized_by")
    assert me.json == expected


@pytest.mark.parametrize(("client", "place"), list(zip(USERS, USERS)), indirect=["client"])
def test_users_are_read_without_loss(client: clever_sso.Client, place: tuple[str, str]) -> None:
    expected, user = data_of(*place), client.user("il0", place[1].rpartition("/")[2])
    assert (user.id, user.district_id) == (expected["id"], expected["district"])
    name = expected["name"]
    assert (user.name.first, user.name.middle, user.name.last) == (name["first"], name["middle"], name["last"])
    assert user.unverified_email == expected["email"]
    assert {role.name: role.legacy_id for role in user.roles} == {
        role: details.get("legacy_id") for role, details in expected["roles"].items()
    }
    assert user.json == expected


@pytest.mark.parametrize("client", [("client/user_district", "/district")], indirect=True)
def test_a_district_is_read_without_loss(client: clever_sso.Client) -> None:
    expected = data_of("client/user_district", "/district")
    district = client.district("il0", expected["id"])
    assert (district.id, district.name, district.json) == (expected["id"], expected["name"], expected)


@pytest.mark.parametrize("client", [("api/tokeninfo", "/tokeninfo")], indirect=True)
def test_tokeninfo_is_read_without_loss(client: clever_sso.Client) -> None:
    info, expected = client.check_token("il0"), json.loads(answer("api/tokeninfo", "/tokeninfo")["body"])
    assert (info.client_id, list(info.scopes)) == (expected["client_id"], expected["scopes"])


@pytest.mark.parametrize("client", [("authentication/sso", "/oauth/tokens")], indirect=True)
def test_a_token_response_is_read_without_loss(client: clever_sso.Client) -> None:
    tokens, expected = client.exchange_code("code"), json.loads(answer("authentication/sso", "/oauth/tokens")["body"])
    assert (tokens.access_token, tokens.id_token) == (expected["access_token"], None)


@pytest.mark.parametrize("client", [("api/resources_student", "/resources")], indirect=True)
def test_the_html_404_has_its_own_error_code(client: clever_sso.Client) -> None:
    with pytest.raises(clever_sso.CleverError) as caught:
        client.me("il0")
    assert (caught.value.code, caught.value.http_status) == ("not_found", 404)
