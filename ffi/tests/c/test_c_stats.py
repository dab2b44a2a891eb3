"""The stats of a client in C."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import byref, c_char_p, c_double, c_size_t, c_void_p

import pytest
from harness.paths import RELEASE

OK, ARGUMENT = 0, 2


@pytest.fixture
def library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(RELEASE / "libclever_sso.so"))
    for name in ("stats_prometheus", "stats_sample_name", "stats_sample_labels", "error_message"):
        getattr(library, f"clever_sso_{name}").restype = c_char_p
    library.clever_sso_stats_sample_value.restype = c_double
    library.clever_sso_stats_sample_count.restype = c_size_t
    return library


@pytest.fixture
def stats(library: ctypes.CDLL) -> Iterator[c_void_p]:
    """The stats of a client that saw one login from the Clever Portal."""
    config, client, outcome, stats = c_void_p(), c_void_p(), c_void_p(), c_void_p()
    assert library.clever_sso_config_new(b"client", byref(config), None) == OK
    assert library.clever_sso_config_set_client_secret(config, b"secret", None) == OK
    assert library.clever_sso_config_add_redirect_uri(config, b"https://app.example/callback", None) == OK
    assert library.clever_sso_client_new(config, byref(client), None) == OK
    assert library.clever_sso_finish_login(client, b"code=abc", b"", byref(outcome), None) == OK
    assert library.clever_sso_client_stats(client, byref(stats), None) == OK
    library.clever_sso_outcome_free(outcome)
    library.clever_sso_client_free(client)
    library.clever_sso_config_free(config)
    yield stats
    library.clever_sso_stats_free(stats)


def value(library: ctypes.CDLL, stats: c_void_p, name: bytes, labels: bytes | None) -> float | str:
    """The number, or the error message."""
    number, error = c_double(-1), c_void_p()
    status = library.clever_sso_stats_value(stats, name, labels, byref(number), byref(error))
    if status == OK:
        return number.value
    assert (status, number.value) == (ARGUMENT, 0.0)
    message = library.clever_sso_error_message(error).decode()
    library.clever_sso_error_free(error)
    return str(message)


def test_samples_can_be_read_after_the_client_is_freed(library: ctypes.CDLL, stats: c_void_p) -> None:
    read = [
        (
            library.clever_sso_stats_sample_name(stats, c_size_t(index)).decode(),
            library.clever_sso_stats_sample_labels(stats, c_size_t(index)).decode(),
            library.clever_sso_stats_sample_value(stats, c_size_t(index)),
        )
        for index in range(library.clever_sso_stats_sample_count(stats))
    ]
    assert read[0] == ("clever_sso_logins_total", "outcome=restart,code=state_missing", 1.0)
    assert read[-1] == ("clever_sso_login_duration_seconds_count", "outcome=restart", 1.0)
    assert library.clever_sso_stats_sample_name(stats, c_size_t(len(read))) is None
    text = library.clever_sso_stats_prometheus(stats).decode()
    assert 'clever_sso_logins_total{outcome="restart",code="state_missing"} 1\n' in text
    assert len([line for line in text.splitlines() if not line.startswith("#")]) == len(read)


def test_a_value_is_selected_by_its_labels_and_an_unknown_name_is_refused(
    library: ctypes.CDLL, stats: c_void_p
) -> None:
    name = b"clever_sso_logins_total"
    assert value(library, stats, name, None) == value(library, stats, name, b"") == 1.0
    assert value(library, stats, name, b"outcome=restart,code=state_missing") == 1.0
    assert value(library, stats, name, b"outcome=failed") == 0.0
    for labels, said in {
        b"outcome=fail": '"fail" is not a value of the label outcome',
        b"outcom=failed": '"outcom" is not a label of clever_sso_logins_total',
        b"outcome": "labels must be NAME=WORD,NAME=WORD",
    }.items():
        assert str(value(library, stats, name, labels)).endswith(said)
    assert str(value(library, stats, b"clever_sso_login", None)).endswith("is not a metric of the stats")
