"""The parts of `make bench` that log in at sites: the network, the people and the page. No test measures speed."""

from __future__ import annotations

import asyncio
import http.client
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import ports, tls
from harness.length import WHOLE
from harness.paths import ROOT
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(ROOT / "bench"))

import logins_at_sites as logins
import monday
from logins_servers import clever, gunicorn, open_folder, serving, slow_network
from measures import Program

OURS, OTHER = Program("ours", "1.0", is_ours=True), Program("other", "2.0")


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture
def behind() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(connection: http.client.HTTPConnection) -> tuple[int, bytes]:
    connection.request("GET", "/")
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_the_network_counts_connections_and_round_trips_and_makes_errors(behind: int) -> None:
    with slow_network(behind) as (port, network):
        network.pace(1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        assert [ask(connection), ask(connection)] == [(200, b"hello")] * 2
        assert network.count() == (1, 3)
        assert network.count() == (0, 0)
        network.pace(1, failing=1)
        assert ask(connection) == (503, b"")
        connection.close()


def test_the_network_speaks_tls(behind: int, tmp_path: Path) -> None:
    certificate = tls.certificate(tmp_path)
    with slow_network(behind, *certificate) as (port, network):
        context = ssl.create_default_context(cafile=str(certificate[0]))
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=context)
        assert ask(connection) == (200, b"hello")
        assert network.count()[0] == 1
        connection.close()


def test_one_person_then_many_log_in_and_no_process_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monday, "PATIENCE_SECONDS", SECONDS)
    pytest.importorskip("gunicorn")
    pytest.importorskip("flask")
    site = gunicorn("flask_ours", "--worker-class", "gthread", "--threads", "4")
    with ports.reserved() as port, clever([f"http://127.0.0.1:{port}{site.callback}"]) as known:
        with serving(site, 0, port, known, tmp_path) as server:
            took, used = monday.log_in(site, server, known)
            assert took > 0
            assert used > 0
            assert known.network.count()[0] >= 1
            assert len(server.processes()) >= 2
            assert server.memory() > 0
            crowd = monday.Crowd(site, server, known)
            load = asyncio.run(crowd.come(40, 0.25))
            assert (len(load.seconds), load.failed) == (load.begun, 0)
            assert load.begun > 0
            known.network.pace(0, failing=1)
            refused = asyncio.run(crowd.come(40, 0.25))
            assert (refused.seconds, refused.failed) == ([], refused.begun)
            started = server.processes()
        assert not ports.listens(port)
        assert all(not Path(f"/proc/{process}").exists() for process in started)


# Starting all of them takes half a minute.
@pytest.mark.skipif(not WHOLE, reason="only in the long form of the tests")
def test_a_person_can_log_in_at_every_site() -> None:
    for module in ("gunicorn", "uvicorn", "allauth", "authlib", "mozilla_django_oidc", "social_django"):
        pytest.importorskip(module)
    taking = logins.sites()
    with open_folder() as folder:
        certificate = tls.certificate(folder)
        for name, (_, site) in taking.items():
            with ports.reserved() as port, clever([f"http://127.0.0.1:{port}{site.callback}"], *certificate) as known:
                found = logins.turn(site, 0, port, known, 0)
            assert found[logins.TRIPS] >= 1, name


def test_the_page_shows_the_time_of_a_login_for_each_site_and_distance() -> None:
    quantities = (logins.FIRST, logins.WARM, logins.CPU, logins.CONNECTIONS, logins.TRIPS, logins.FIRST_TRIPS)
    taken = {
        (name, latency): {quantity: [base + latency, base + latency + 2] for quantity in quantities}
        for name, base in (("a", 1.0), ("b", 3.0))
        for latency in logins.LATENCIES
    }
    chapter = logins.chapter({"a": OURS, "b": OTHER}, taken, 2)
    warm = next(figure for figure in chapter.figures if figure.key == "login-warm")
    assert [(row.name, row.x, row.median) for row in warm.rows][:4] == [
        ("ours", 0, 2.0),
        ("ours", 20, 22.0),
        ("ours", 50, 52.0),
        ("other", 0, 4.0),
    ]
    assert set(chapter.missing) == {"mod_auth_openidc"}
    assert "0, 20 and 50 ms" in chapter.text


def test_the_page_shows_the_times_failures_and_memory_of_the_first_monday() -> None:
    quick, slow = monday.Load([0.1] * 99 + [0.5], 0, 100, 30.0), monday.Load([1.0], 1, 2, 5.0)
    taken = {
        "a": monday.Taken({rate: [quick, quick] for rate in monday.RATES}, [40.0, 42.0]),
        "b": monday.Taken({rate: [slow, monday.Load([], 3, 3)] for rate in monday.RATES}, [80.0]),
        "c": monday.Taken({rate: [monday.Load([], 4, 4)] for rate in monday.RATES}, [20.0]),
    }
    chapter = monday.chapter({"a": OURS, "b": OTHER, "c": Program("shut", "3.0")}, taken, {}, 60)
    at_first = {
        figure.key: [row.median for row in figure.rows if row.x in {None, monday.RATES[0]}]
        for figure in chapter.figures
    }
    assert at_first == {
        "monday-p50": [100.0, 1000.0],
        "monday-p99": [500.0, 1000.0],
        "monday-p999": [500.0, 1000.0],
        "monday-finished": [30.0, 2.5, 0.0],
        "monday-failed": [0.0, 80.0, 100.0],
        "monday-memory": [41.0, 80.0, 20.0],
    }
