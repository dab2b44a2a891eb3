"""Responses of Clever that are not records, with the extension and with FFI. The whole table runs in tests/cases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from harness.clever import CLIENT, TABLE, serving
from installed import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.clever import Clever
    from installed import Installed

ANSWERS = TABLE["answers"]
OPERATIONS = ("discovery and keys", "tokens", "ID token", "tokeninfo", "me", "user", "district", "userinfo")
RECORDS = ("tokens", "tokeninfo", "me", "user", "district", "userinfo")
# Responses with an array instead of an object, and the expected errors.
ARRAYS: dict[tuple[str, ...], dict[str, str]] = {
    (): {},
    ("discovery",): dict.fromkeys(["discovery and keys", "ID token"], "response_malformed"),
    ("keys",): dict.fromkeys(["discovery and keys", "ID token"], "response_malformed"),
    ("header",): {"ID token": "id_token_malformed"},
    ("claims",): {"ID token": "id_token_claims"},
    RECORDS: {**dict.fromkeys(RECORDS, "response_malformed"), "ID token": "id_token_malformed"},
}


@pytest.fixture(scope="module")
def clever() -> Iterator[Clever]:
    with serving() as clever:
        yield clever


@pytest.mark.parametrize("way", ["extension", "ffi"])
def test_an_array_instead_of_a_record_is_refused(installed: Installed, clever: Clever, way: str) -> None:
    arguments = (CLIENT["client_id"], ANSWERS["user"]["data"]["id"], ANSWERS["district"]["data"]["id"])
    for names, refused in ARRAYS.items():
        clever.reset()
        # These calls need no login.
        del clever.answers["claims"]["nonce"]
        for name in names:
            clever.answers[name] = [clever.answers[name]]
        said = json.loads(told(installed, "answers.php", clever.base_url, *arguments, extension=way == "extension"))
        assert said == {**dict.fromkeys(OPERATIONS, "ok"), **refused}, names
