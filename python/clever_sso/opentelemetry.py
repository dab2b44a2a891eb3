"""OpenTelemetry spans: one for each call of a client that needs the network, and one for each of its HTTP requests.

    import clever_sso.opentelemetry

    clever_sso.opentelemetry.instrument()

A login is the span `finish_login`, with `clever_sso.outcome` (`signed_in`, `restart`, `denied` or `failed`) and
`clever_sso.code` (an error code). Its HTTP requests are spans of kind CLIENT below it, with the attributes of
OpenTelemetry's semantic conventions for HTTP. No span contains a token, a code, a name, an email or an id of a person,
and no tracing header is sent to Clever.

It needs `opentelemetry-api` (`pip install opentelemetry-api`). A call that needs no network has no span.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Optional

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from clever_sso import __version__
from clever_sso._native import observe_calls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.trace import Tracer, TracerProvider

__all__ = ["instrument", "uninstrument"]

# Method, URL, host, port, number of earlier tries, status, error, start in seconds after the call began, duration in
# seconds.
_Attempt = tuple[str, str, str, int, int, Optional[int], Optional[str], float, float]

_SCHEMA_URL = "https://opentelemetry.io/schemas/1.27.0"
_tracer: Tracer | None = None


def instrument(*, tracer_provider: TracerProvider | None = None) -> None:
    """Create spans for the calls of all clients in this process and in workers that are forked later.

    Args:
        tracer_provider: The tracer provider. Default: the global one of the OpenTelemetry SDK.
    """
    global _tracer  # noqa: PLW0603  (it belongs to the process)
    _tracer = trace.get_tracer("clever_sso", __version__, tracer_provider, _SCHEMA_URL)
    observe_calls(True)


def uninstrument() -> None:
    """Stop creating spans."""
    observe_calls(False)


def _call_ended(  # noqa: PLR0913, PLR0917  (they are the facts of a call)
    call: str, outcome: str | None, code: str | None, failed: str | None, seconds: float, attempts: Iterable[_Attempt]
) -> None:
    """Called by the native module when a call has ended, in the context of the caller."""
    if _tracer is None:
        return
    begun = time.time_ns() - _nanoseconds(seconds)
    span = _tracer.start_span(call, start_time=begun)
    if outcome is not None:
        span.set_attribute("clever_sso.outcome", outcome)
    if code is not None:
        span.set_attribute("clever_sso.code", code)
    if failed is not None:
        span.set_attribute("error.type", failed)
        span.set_status(Status(StatusCode.ERROR))
    context = trace.set_span_in_context(span)
    for method, url, host, port, resent, status, error, after, took in attempts:
        request = _tracer.start_span(
            method,
            context,
            SpanKind.CLIENT,
            {"http.request.method": method, "url.full": url, "server.address": host, "server.port": port},
            start_time=begun + _nanoseconds(after),
        )
        if resent:
            request.set_attribute("http.request.resend_count", resent)
        if status is not None:
            request.set_attribute("http.response.status_code", status)
        if error is not None:
            request.set_attribute("error.type", error)
            request.set_status(Status(StatusCode.ERROR))
        request.end(begun + _nanoseconds(after + took))
    span.end(begun + _nanoseconds(seconds))


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1e9)
