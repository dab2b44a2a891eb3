"""A client's metrics, in Python and as Prometheus text."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from prometheus_client.parser import text_string_to_metric_families


def make_client(base_url: str) -> clever_sso.Client:
    return clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base_url)


def log_in(client: clever_sso.Client) -> None:
    login = client.begin_login()
    state = login.url.partition("&state=")[2].partition("&")[0]
    assert isinstance(client.finish_login(f"code=abc&state={state}", pending=login.pending), clever_sso.SignedIn)


def test_logins_are_counted_and_selected_by_label(clever: str) -> None:
    client = make_client(clever)
    assert client.stats() == client.stats()
    assert client.stats().samples == ()
    log_in(client)
    client.finish_login("code=abc")
    stats = client.stats()
    assert stats == client.stats()
    assert stats.value("clever_sso_logins_total") == 2.0
    assert stats.value("clever_sso_logins_total", outcome="signed_in") == 1.0
    assert stats.value("clever_sso_logins_total", outcome="restart", code="state_missing") == 1.0
    assert stats.value("clever_sso_requests_total", endpoint="token", code="") == 1.0
    assert stats.value("clever_sso_login_duration_seconds_sum", outcome="signed_in") > 0
    assert repr(stats) == f"Stats(samples=({len(stats.samples)} samples))"


def test_an_unknown_metric_or_label_is_refused(client: clever_sso.Client) -> None:
    stats = client.stats()
    with pytest.raises(clever_sso.ArgumentError, match='"clever_sso_login_total" is not a metric of the stats'):
        stats.value("clever_sso_login_total")
    with pytest.raises(clever_sso.ArgumentError, match='"outcom" is not a label of clever_sso_logins_total'):
        stats.value("clever_sso_logins_total", outcom="failed")
    with pytest.raises(clever_sso.ArgumentError, match='"fail" is not a value of the label outcome'):
        stats.value("clever_sso_logins_total", outcome="fail")
    with pytest.raises(clever_sso.ArgumentError, match="a label must be text"):
        stats.value("clever_sso_logins_total", outcome=1)  # type: ignore[arg-type]


def test_the_prometheus_text_has_the_same_values_as_the_samples(clever: str) -> None:
    client = make_client(clever)
    log_in(client)
    stats = client.stats()
    families = list(text_string_to_metric_families(stats.to_prometheus()))
    types = {family.name: family.type for family in families}
    # A key fetch that turns out not to be needed is canceled, and retries may or may not happen.
    assert types.pop("clever_sso_key_fetches", "counter") == types.pop("clever_sso_retries", "counter") == "counter"
    assert types == {
        "clever_sso_logins_begun": "counter",
        "clever_sso_logins": "counter",
        "clever_sso_login_duration_seconds": "histogram",
        "clever_sso_requests": "counter",
        "clever_sso_request_duration_seconds": "histogram",
    }
    assert all(family.documentation for family in families)
    read = {(one.name, tuple(one.labels.items())): one.value for family in families for one in family.samples}
    assert read == {(one.name, tuple(one.labels.items())): one.value for one in stats.samples}
    login = stats_of(stats, "clever_sso_logins_total")
    assert (login.labels, login.value) == ({"outcome": "signed_in", "code": ""}, 1.0)


def stats_of(stats: clever_sso.Stats, name: str) -> clever_sso.Sample:
    (found,) = (sample for sample in stats.samples if sample.name == name)
    assert repr(found) == f"Sample(name='{name}', labels={found.labels!r}, value={found.value!r})"
    return found


def test_the_async_client_counts_the_same(clever: str) -> None:
    client = clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever)

    async def ask() -> None:
        await client.me("il-very-private")
        await client.finish_login("code=abc")

    asyncio.run(ask())
    assert client.stats().value("clever_sso_requests_total", endpoint="me") == 1.0
    assert client.stats().value("clever_sso_logins_total", outcome="restart") == 1.0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_a_forked_worker_counts_from_zero(clever: str) -> None:
    client = make_client(clever)
    client.me("il-very-private")
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()

    def work() -> None:
        before = client.stats().samples
        client.me("il-very-private")
        told.put((before, client.stats().value("clever_sso_requests_total")))

    worker = context.Process(target=work)
    worker.start()
    worker.join()
    assert told.get() == ((), 1.0)
    assert client.stats().value("clever_sso_requests_total") == 1.0
