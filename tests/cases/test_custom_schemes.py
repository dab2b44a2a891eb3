"""Clever refuses a redirect URI with a custom scheme. The error in each language says what to use instead."""

from __future__ import annotations

import pytest
from faces import speaking

WAYS = ("custom scheme (myapp:)", "Universal Link, App Link", "http://127.0.0.1 (loopback)", ".chromiumapp.org/")


@pytest.mark.parametrize("language", ["python", "c"])
def test_the_error_for_a_custom_scheme_says_what_to_use_instead(language: str) -> None:
    # Rust, PHP and JavaScript have their own tests: config/tests.rs, ImplicitTest.php, test_js_failures.py.
    with speaking(language) as face:
        result, fields = face.configure("app", client_id="app", secret=None, redirect_uri="myapp://callback")
    assert result == "error config_invalid"
    assert "redirect_uri must start with https://" in fields["message"]
    assert [way for way in WAYS if way not in fields["message"]] == []
