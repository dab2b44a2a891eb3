"""OpenTelemetry spans: one for each call, one for each of its requests, without data about a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import clever_sso
import clever_sso.opentelemetry
import pytest
from canned_clever import ADA_ID, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer

Spans = tuple[Tracer, InMemorySpanExporter]


@pytest.fixture
def spans() -> Iterator[Spans]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    clever_sso.opentelemetry.instrument(tracer_provider=provider)
    yield provider.get_tracer("the application"), exporter
    clever_sso.opentelemetry.uninstrument()


def settled(exporter: InMemorySpanExporter) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """The span of the one call, and the spans of its requests."""
    finished = exporter.get_finished_spans()
    (call,) = (span for span in finished if span.kind is SpanKind.INTERNAL and span.name != "request")
    requests = [span for span in finished if span.kind is SpanKind.CLIENT]
    assert call.context is not None
    for request in requests:
        assert request.parent is not None
        assert request.parent.span_id == call.context.span_id
        assert call.start_time <= request.start_time <= request.end_time <= call.end_time
    return call, requests


def test_a_login_is_a_span_with_its_outcome_and_its_requests(clever: str, spans: Spans) -> None:
    client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever)
    login = client.begin_login()
    state = login.url.partition("&state=")[2].partition("&")[0]
    with spans[0].start_as_current_span("request") as around:
        client.finish_login(f"code=c0de&state={state}", pending=login.pending)
    call, requests = settled(spans[1])
    assert (call.name, dict(call.attributes or {})) == ("finish_login", {"clever_sso.outcome": "signed_in"})
    assert call.parent is not None
    assert call.parent.span_id == around.get_span_context().span_id
    token = next(span for span in requests if span.name == "POST")
    port = urlsplit(clever).port
    assert dict(token.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.full": f"{clever}/oauth/tokens",
    }
    shown = " ".join(span.to_json() for span in spans[1].get_finished_spans())
    assert f"{clever}/v3.0/users/{{id}}" in shown
    assert not [secret for secret in (ADA_ID, "c0de", state, "il-very-private", CLIENT_SECRET) if secret in shown]


def test_a_call_that_fails_is_a_span_with_its_code(refusing: str, spans: Spans) -> None:
    client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=refusing)
    with pytest.raises(clever_sso.Error) as caught:
        client.me("il-very-private")
    call, (request,) = settled(spans[1])
    assert call.name == "me"
    assert dict(call.attributes or {}) == {"error.type": caught.value.code}
    assert call.status.status_code is request.status.status_code is StatusCode.ERROR
    status = (request.attributes or {})["http.response.status_code"]
    assert (request.attributes or {})["error.type"] == str(status)


def test_an_async_login_is_a_child_span_of_its_task(clever: str, spans: Spans) -> None:
    client = clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever)

    async def callback() -> int:
        with spans[0].start_as_current_span("request") as around:
            assert isinstance(await client.finish_login("code=c0de"), clever_sso.Restart)
        return around.get_span_context().span_id

    around = asyncio.run(callback())
    call, requests = settled(spans[1])
    assert dict(call.attributes or {}) == {"clever_sso.outcome": "restart", "clever_sso.code": "state_missing"}
    assert call.parent is not None
    assert call.parent.span_id == around
    assert requests == []
    assert call.status.status_code is StatusCode.UNSET


def test_uninstrument_stops_the_spans(clever: str, spans: Spans) -> None:
    clever_sso.opentelemetry.uninstrument()
    clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever).me("il-very-private")
    assert spans[1].get_finished_spans() == ()


def test_a_failing_tracer_does_not_fail_the_login(clever: str, monkeypatch: pytest.MonkeyPatch, spans: Spans) -> None:
    raised: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", lambda told: raised.append(told.exc_type))
    monkeypatch.setattr(clever_sso.opentelemetry, "_tracer", object())
    client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever)
    assert client.me("il-very-private").id == ADA_ID
    assert raised == [AttributeError]
    assert spans[1].get_finished_spans() == ()


class Ending(SpanProcessor):
    """Raises `KeyboardInterrupt` while a span is exported."""

    def __init__(self, raised: type[BaseException]) -> None:
        self.raised: type[BaseException] | None = raised

    def on_end(self, span: ReadableSpan) -> None:
        del span
        raised, self.raised = self.raised, None
        if raised is not None:
            raise raised


def ask(clever: str) -> None:
    clever_sso.Client(CLIENT_ID, base_url=clever).me("il-very-private")


def ask_and_await(clever: str) -> None:
    asyncio.run(clever_sso.AsyncClient(CLIENT_ID, base_url=clever).me("il-very-private"))


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("asking", [ask, ask_and_await])
def test_keyboard_interrupt_during_an_export_ends_the_program(
    clever: str, monkeypatch: pytest.MonkeyPatch, raised: type[BaseException], asking: Callable[[str], object]
) -> None:
    hidden: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", hidden.append)
    provider = TracerProvider()
    provider.add_span_processor(Ending(raised))
    clever_sso.opentelemetry.instrument(tracer_provider=provider)
    try:
        with pytest.raises(raised):
            asking(clever)
    finally:
        clever_sso.opentelemetry.uninstrument()
    assert hidden == []
