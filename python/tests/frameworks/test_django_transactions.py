"""Transactions in Django: what is retried when a database is busy, and the views outside ATOMIC_REQUESTS."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("django")

pytestmark = pytest.mark.usefixtures("untouched")


def test_a_transaction_that_conflicts_with_another_is_retried() -> None:
    from clever_sso.django.accounts import retried
    from django.db import OperationalError, connections

    connection = connections["default"]
    tries: list[int] = []

    def busy(times: int, message: str = "database is locked") -> str:
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError(message)
        return "done"

    # Act as if outside of the transaction that this test runs in.
    connection.in_atomic_block = False
    try:
        assert retried(lambda: busy(2), "default") == "done"
        tries.clear()
        with pytest.raises(OperationalError):
            retried(lambda: busy(3), "default")
        assert len(tries) == 3
        tries.clear()
        with pytest.raises(OperationalError):
            retried(lambda: busy(1, "no such table"), "default")
        assert len(tries) == 1
    finally:
        connection.in_atomic_block = True
    tries.clear()
    with pytest.raises(OperationalError):
        retried(lambda: busy(1), "default")
    assert len(tries) == 1, "code inside another transaction must not be retried"


@pytest.mark.parametrize("cause", [SimpleNamespace(sqlstate="40P01"), SimpleNamespace(pgcode="40001"), 1213])
def test_deadlock_errors_of_other_databases_are_recognized(cause: Any) -> None:
    from clever_sso.django.accounts import _met_another
    from django.db import OperationalError

    class OfTheDriver(Exception):  # noqa: N818  (a word that says it)
        pass

    error, inner = OperationalError("deadlock"), OfTheDriver(*([cause] if isinstance(cause, int) else []))
    for name, value in getattr(cause, "__dict__", {}).items():
        setattr(inner, name, value)
    error.__cause__ = inner
    assert _met_another(error)
    error.__cause__ = OfTheDriver("gone away")
    assert not _met_another(error)


def test_the_views_run_outside_atomic_requests() -> None:
    from clever_sso.django import views

    for view in (views.login, views.callback, views.logout, views.link, views.unlink):
        left_out = getattr(view, "_non_atomic_requests", ())
        assert ("default" in left_out, "other" in left_out) == (True, True)
