"""Tells whether the tests run in full, as in `make test-all`, or in the short form of `make test`."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

Form = TypeVar("Form")

WHOLE = bool(os.environ.get("CLEVER_SSO_TEST_ALL"))


def whole_or_short(whole: Form, short: Form) -> Form:
    """Return the form of a test's parameter for this run."""
    return whole if WHOLE else short


def not_here(why: str) -> BaseException:
    """Return the exception for a test that cannot run here. The short form skips it; the full form fails."""
    return pytest.fail.Exception(why) if WHOLE else pytest.skip.Exception(why)
