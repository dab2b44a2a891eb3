"""Whether the tests run whole, as in `make test-all`, or in the short form of `make test`."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

Form = TypeVar("Form")

WHOLE = bool(os.environ.get("CLEVER_SSO_TEST_ALL"))


def whole_or_short(whole: Form, short: Form) -> Form:
    """The form of a test that runs now."""
    return whole if WHOLE else short


def not_here(why: str) -> BaseException:
    """What a test raises that this machine cannot run: it is skipped, or fails in the whole form, where all run."""
    return pytest.fail.Exception(why) if WHOLE else pytest.skip.Exception(why)
