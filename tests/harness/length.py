"""Whether the tests run whole, as in `make test-all`, or in the short form of `make test`."""

from __future__ import annotations

import os
from typing import TypeVar

Form = TypeVar("Form")

WHOLE = bool(os.environ.get("CLEVER_SSO_TEST_ALL"))


def whole_or_short(whole: Form, short: Form) -> Form:
    """The form of a test that runs now."""
    return whole if WHOLE else short
