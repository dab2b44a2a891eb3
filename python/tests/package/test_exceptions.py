"""Errors: one class for each kind, one error code for each failure, and no private data in any of them."""

from __future__ import annotations

import copy
import pickle

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, make_client

KINDS = {
    "config": clever_sso.ConfigError,
    "argument": clever_sso.ArgumentError,
    "login": clever_sso.LoginError,
    "token": clever_sso.TokenError,
    "clever": clever_sso.CleverError,
    "network": clever_sso.NetworkError,
    "internal": clever_sso.InternalError,
}


def failure(base_url: str) -> clever_sso.Error:
    with pytest.raises(clever_sso.Error) as caught:
        make_client(base_url).me("il-very-private")
    return caught.value


@pytest.mark.parametrize("word", clever_sso.error_codes())
def test_every_error_code_has_the_class_of_its_kind_and_its_sentences(word: str) -> None:
    entry = clever_sso.error_codes()[word]
    assert entry.word == word
    assert entry.exception is KINDS[entry.kind]
    assert entry.actor in {"user", "app", "clever", "network"}
    assert isinstance(entry.retryable, bool)
    assert entry.sentence
    assert entry.user_message.endswith(".")
    assert repr(entry) == f"ErrorCode(word='{word}', kind='{entry.kind}')"


def test_every_kind_has_an_error_code() -> None:
    assert {entry.kind for entry in clever_sso.error_codes().values()} == set(KINDS)


def test_error_is_the_base_class_of_all_errors() -> None:
    assert all(issubclass(kind, clever_sso.Error) for kind in KINDS.values())
    assert not issubclass(clever_sso.Error, ValueError)


def test_a_bad_argument_is_also_a_value_error(client: clever_sso.Client) -> None:
    with pytest.raises(ValueError, match="argument_invalid"):
        client.authorize_url(response_type="password")  # type: ignore[arg-type]


def test_a_subclass_that_sets_no_attributes_has_defaults() -> None:
    class NoLicenseError(clever_sso.Error):
        def __init__(self, district: str) -> None:
            self.district = district

    error = NoLicenseError("north")
    internal = clever_sso.error_codes()["internal"]
    assert (error.code, error.user_message, error.page_status) == ("internal", internal.user_message, 500)
    assert repr(error) == "NoLicenseError('internal: ')"
    assert (error.retryable, error.actor, error.http_status, error.retry_after) == (False, "app", None, None)


def test_a_network_error_is_not_a_connection_error() -> None:
    assert not issubclass(clever_sso.NetworkError, OSError)


def test_an_error_has_all_its_attributes(refusing: str) -> None:
    error = failure(refusing)
    entry = clever_sso.error_codes()[error.code]
    assert type(error) is entry.exception
    assert error.http_status == 400
    assert (error.retryable, error.actor, error.user_message) == (entry.retryable, entry.actor, entry.user_message)
    assert error.message.startswith(entry.sentence)
    assert str(error) == f"{error.code}: {error.message}"


def test_a_network_error_has_no_http_status(closed_port: int) -> None:
    with pytest.raises(clever_sso.NetworkError) as caught:
        make_client(f"http://127.0.0.1:{closed_port}").exchange_code("code")
    assert caught.value.code == "network_connect"
    assert caught.value.http_status is None
    assert caught.value.retryable
    assert caught.value.actor == "network"


@pytest.mark.parametrize("duplicate", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_a_pickled_error_keeps_all_its_attributes(refusing: str, duplicate: object) -> None:
    assert callable(duplicate)
    error = failure(refusing)
    other = duplicate(error)
    assert type(other) is type(error)
    assert vars(other) == vars(error)
    assert str(other) == str(error)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e300, 100_000])
def test_a_timeout_out_of_range_is_refused(timeout: float) -> None:
    with pytest.raises(clever_sso.ConfigError, match=r"config_invalid.*timeout"):
        make_client(timeout=timeout)


@pytest.mark.parametrize("leeway", [-1, 601])
def test_a_leeway_out_of_range_is_refused(leeway: int) -> None:
    with pytest.raises(clever_sso.ConfigError, match=r"config_invalid.*leeway"):
        clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, leeway=leeway)


WRONG_TYPES = [
    {"client_id": None},
    {"client_id": b"id"},
    {"client_secret": b"secret"},
    {"redirect_uri": 5},
    {"redirect_uri": [REDIRECT_URI, None]},
    {"timeout": "10"},
    {"timeout": None},
    {"leeway": 1.5},
    {"pending_key": b"0123456789abcdef"},
    {"old_pending_keys": "0123456789abcdef"},
    {"return_to_origins": "https://www.example.org"},
    {"development": "no"},
    {"no_such_setting": True},
]


@pytest.mark.parametrize("wrong", WRONG_TYPES, ids=str)
def test_a_setting_of_the_wrong_type_raises_a_type_error(wrong: dict[str, object]) -> None:
    settings: dict[str, object] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **wrong}
    with pytest.raises(TypeError) as caught:
        clever_sso.Client(**settings)  # type: ignore[arg-type]
    assert "0123456789abcdef" not in str(caught.value)
    assert CLIENT_SECRET not in str(caught.value)


def test_an_argument_of_the_wrong_type_raises_a_type_error(client: clever_sso.Client) -> None:
    with pytest.raises(TypeError):
        client.finish_login(b"/callback?code=a")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        client.verify_id_token("a.b.c", "nonce")  # type: ignore[call-arg]
