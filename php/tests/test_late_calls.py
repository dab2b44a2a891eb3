"""A client can be used until a request has ended: in destructors, and in output callbacks, which PHP calls later."""

from __future__ import annotations

import pytest
from harness import emulator
from installed import Installed, told
from test_extension import TESTED


@pytest.mark.parametrize("way", ["extension", "ffi"])
def test_a_call_at_the_end_of_a_request_works_like_any_other(way: str, installed: Installed) -> None:
    with emulator.running([TESTED], "ada") as clever:
        said = dict(
            line.split(": ", 1)
            for line in told(installed, "late.php", clever, extension=way == "extension").splitlines()
        )
    assert "token_rejected" in said["now"]
    assert said == dict.fromkeys(["now", "destructor", "output"], said["now"])
