"""Whatever the value of an argument, a call raises only a `TypeError` for a wrong type or an error of this package.

The calls are generated from the signatures of all public functions.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import UserList
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Callable

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from clever_sso import _settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HALF = "\ud800"
TEXTS = {
    "half": HALF,
    "half inside": f"a{HALF}b",
    "other half": "/\udfff",
    "escaped byte": "\udcff",
    "NUL": "\x00",
    "NUL inside": "a\x00b",
    "empty": "",
    "spaces": " \t\r\n",
    "long": "x" * 200_000,
    "letters": "ш語🦊",
    "separator": "\u2028\u202e\ufeff\x85\xa0",
}
NUMBERS = {
    "huge": 10**400,
    "huge below zero": -(10**400),
    "64 bits": 2**64,
    "63 bits": 2**63,
    "below zero": -1,
    "zero": 0,
    "infinite": float("inf"),
    "none": float("nan"),
}
WRONG = {"bytes": b"a", "bytearray": bytearray(b"a"), "object": object(), "dict": {1: 2}, "list of bytes": [b"a"]}
# Unexpected pairs, lengths and types inside lists and mappings.
NESTED = {
    "a pair of one": [("c",)],
    "a pair of three": [("a", "b", "c")],
    "a pair of none": [()],
    "a list of one": [["c"]],
    "an empty list inside": [[]],
    "a text as a pair": ["ab"],
    "bytes as a pair": [b"ab"],
    "a number as a pair": [7],
    "nothing as a pair": [None],
    "a set as a pair": [{"a", "b"}],
    "a mapping as a pair": [{"a": 1, "b": 2}],
    "a name that is a number": [(1, "a")],
    "a name that is not a str": {None: "a"},
    "a name that is a pair": {("a", "b"): "c"},
    "a value that is a list": {"Origin": ["a"]},
    "a value that is a number": {"origin": 1},
    "a value that is a pair": [("Sec-Fetch-Site", ("a", "b"))],
    "a value that is a mapping": {"HTTP_ORIGIN": {"a": "b"}},
    "a bytearray": [("Origin", bytearray(b"a"))],
    "a number": 7,
    "a text": "ab",
    "a type": dict,
    "a function": len,
    "one that gives a number": type("Items", (), {"items": lambda _: 7})(),
    "one whose items are none": type("Items", (), {"items": None})(),
    "one that wants an argument": type("Items", (), {"items": lambda _, needed: needed})(),
}
IS_A_NUMBER = {"timeout", "leeway", "now"}
IS_NOT_TEXT = {"switch_user", "has_session", "development", "discover", "headers", "keys", "without_state"}
GOOD = {
    "client_id": CLIENT_ID,
    "callback": "code=a&state=b",
    "token": "a.b.c",
    "access_token": "token",
    "id": "1",
    "code": "code",
    "jwks": '{"keys": []}',
    "keys": '{"keys": []}',
    "issuer": "https://clever.com",
    "text": "text",
    "district_id": "1",
    "endpoint": "login",
    "method": "GET",
    "headers": {},
    "value": "1",
    "target": "/login",
    "path": "/login",
}
# No one listens there, so no call waits.
OFFLINE: dict[str, Any] = {"base_url": "http://127.0.0.1:9", "timeout": 0.05}


def client() -> clever_sso.Client:
    return clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, **OFFLINE)


def async_client() -> clever_sso.AsyncClient:
    return clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, **OFFLINE)


@cache
def functions() -> dict[str, tuple[Callable[[], Callable[..., Any]], inspect.Signature]]:
    """All public functions with arguments, by name: how to get each, and its signature."""
    found: dict[str, tuple[Callable[[], Callable[..., Any]], inspect.Signature]] = {}
    for name in clever_sso.__all__:
        value = getattr(clever_sso, name)
        if inspect.isroutine(value) or name in {"Client", "KeySet"}:
            found[name] = (lambda value=value: value), inspect.signature(value)
    # `AsyncClient` takes the keywords of `Client`.
    found["AsyncClient"] = (lambda: clever_sso.AsyncClient), found["Client"][1]
    for kind, make in ((clever_sso.Client, client), (clever_sso.AsyncClient, async_client)):
        for name in dir(kind):
            if name.startswith("_") or not inspect.isroutine(getattr(kind, name)):
                continue
            found[f"{kind.__name__}.{name}"] = (
                lambda make=make, name=name: getattr(make(), name),
                inspect.signature(getattr(make(), name)),
            )
    return found


ROWS = [(function, name) for function, (_, signature) in functions().items() for name in signature.parameters]
LENIENT = {("login_key", "callback"), ("is_switched_on", "value"), ("leads_to", "target"), ("leads_to", "path")}


def call(function: str, changes: dict[str, Any], *, awaits: bool = True) -> object:
    """Call the function with its required arguments and `changes`, and await the result if needed."""
    get, signature = functions()[function]
    needed = {
        name: GOOD[name]
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty and name not in changes
    }
    arguments = {**needed, **changes}
    positional = [
        arguments.pop(name)
        for name, parameter in signature.parameters.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY and name in arguments
    ]

    async def ask() -> object:
        value = get()(*positional, **arguments)
        return await value if inspect.isawaitable(value) else value

    if "Async" in function and awaits:
        return asyncio.run(asyncio.wait_for(ask(), 60))
    return get()(*positional, **arguments)


def outcome(function: str, name: str, value: object) -> object:
    """The outcome of a call: its result, an error of this package, or a TypeError. Any other exception is raised."""
    try:
        return call(function, {name: value})
    except (clever_sso.Error, TypeError) as error:
        return error


@pytest.mark.parametrize(("function", "name"), ROWS)
def test_no_argument_value_raises_an_unexpected_exception(function: str, name: str) -> None:
    for value in [*TEXTS.values(), *NUMBERS.values(), *([text] for text in TEXTS.values())]:
        outcome(function, name, value)


@pytest.mark.parametrize(("function", "name"), ROWS)
def test_a_wrong_nested_value_raises_an_error_that_names_the_argument(function: str, name: str) -> None:
    for word, value in NESTED.items():
        found = outcome(function, name, value)
        if isinstance(found, TypeError):
            # From Python 3.11 on, PyO3 names the argument in a note.
            assert name in "\n".join([str(found), *getattr(found, "__notes__", ())]), (word, found)
        elif not isinstance(found, clever_sso.Error):
            # A str, a number and a list of str are valid in some places.
            assert word in {"a text", "a number", "a text as a pair"}, (name, word, found)


@pytest.mark.parametrize("function", ["Client.refusal", "AsyncClient.refusal"])
@pytest.mark.parametrize("word", NESTED)
def test_invalid_headers_raise_a_type_error_that_names_them(function: str, word: str) -> None:
    found = outcome(function, "headers", NESTED[word])
    assert isinstance(found, TypeError)
    assert "argument 'headers': expected" in str(found)


@pytest.mark.parametrize("headers", [
    {}, [], (), iter(()), {"Origin": None}, {b"Origin": b"null"}, [["Origin", "null"]], [("Origin", b"\xff")],
    {"Origin": "https://app.example"}.items(), {"wsgi.version": (1, 0), "REMOTE_PORT": 1, "HTTP_ORIGIN": "null"},
    {"X-Other": ["a"]}, (pair for pair in [("a", "b")]),
])  # fmt: skip
def test_headers_can_be_any_mapping_or_pairs(headers: Iterable[tuple[Any, Any]]) -> None:
    assert client().refusal("login", method="GET", headers=headers) is None


def test_an_exception_of_a_mappings_own_code_is_raised_unchanged() -> None:
    class BrokenError(Exception):
        pass

    def broken(*_: object) -> object:
        raise BrokenError

    for headers in (type("Items", (), {"items": broken})(), type("Pairs", (), {"__iter__": broken})()):
        with pytest.raises(BrokenError):
            client().refusal("login", method="GET", headers=headers)


class OwnError(BaseException):
    pass


class OwnTypeError(TypeError):
    pass


RAISED = [OwnError, KeyboardInterrupt, ValueError, TypeError, OwnTypeError]
READ_BY_OWN_CODE = {
    "ca_bundle": ["__fspath__"],
    "timeout": ["__float__", "__index__"],
    "leeway": ["__index__"],
    "redirect_uri": ["__iter__", "__getitem__"],
    "old_pending_keys": ["__iter__", "__getitem__"],
    "headers": ["items", "__iter__", "keys"],
    "now": ["__float__"],
}


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("name", READ_BY_OWN_CODE)
def test_an_exception_of_an_arguments_own_code_is_raised_unchanged(name: str, kind: type[BaseException]) -> None:
    for method in READ_BY_OWN_CODE[name]:
        raised = kind("own")

        def read(*_: object, raised: BaseException = raised) -> object:
            raise raised

        members: dict[str, Any] = {method: read}
        if method == "__iter__":
            members["__getitem__"] = lambda _, index: [REDIRECT_URI][index]
        if method == "keys":
            members["__getitem__"] = members["items"] = read
        value = type("Own", (), members)()
        readers = [function for function, argument in ROWS if argument == name]
        for function in [reader for reader in readers if name != "redirect_uri" or reader in {"Client", "AsyncClient"}]:
            with pytest.raises(kind) as caught:
                # Outside of an event loop: Ctrl-C would leave a task in it whose result no one retrieves.
                call(function, {name: value}, awaits=False)
            assert caught.value is raised
            assert not getattr(raised, "__notes__", None)
            assert raised.__cause__ is None


@pytest.mark.parametrize(
    ("name", "method", "given", "message"),
    [
        ("ca_bundle", "__fspath__", b"a", "ca_bundle must be str or a path, not Own"),
        ("ca_bundle", "__fspath__", 7, "ca_bundle must be str or a path, not Own"),
        ("timeout", "__float__", "7", "timeout must be a number, not Own"),
        ("leeway", "__index__", 7.5, "leeway must be int, not Own"),
        ("redirect_uri", "__iter__", 7, "redirect_uri must be str or a sequence of str, not Own"),
    ],
)
def test_a_wrong_return_type_of_an_arguments_method_raises_a_type_error(
    name: str, method: str, given: object, message: str
) -> None:
    members = {"__getitem__": lambda *_: ""} if method == "__iter__" else {}
    value = type("Own", (), {**members, method: lambda _: given})()
    with pytest.raises(TypeError) as caught:
        call("Client", {name: value})
    assert str(caught.value) == message


def test_arguments_with_their_own_conversion_methods_are_accepted(tmp_path: Path) -> None:
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise AssertionError

    bundle = tmp_path / "bundle.pem"
    bundle.write_text("no certificate")
    with pytest.raises(clever_sso.ConfigError, match=r"bundle\.pem"):
        call("Client", {"ca_bundle": bundle})
    for redirect_uri in (UserList([REDIRECT_URI]), UserList([Text(REDIRECT_URI)]), Text(REDIRECT_URI)):
        made = clever_sso.Client(Text(CLIENT_ID), redirect_uri=redirect_uri, timeout=Fraction(7, 2))
        assert (made.client_id, made.redirect_uris) == (CLIENT_ID, (REDIRECT_URI,))
    with pytest.raises(clever_sso.ConfigError, match="timeout cannot be a number of too many digits"):
        call("Client", {"timeout": Fraction(10**400)})


def test_a_type_error_names_the_real_type_whatever_its_metaclass_says() -> None:
    class Meta(type):
        @property
        def __name__(cls) -> str:
            raise OwnError

    with pytest.raises(TypeError, match="client_id must be str, not Plain"):
        call("Client", {"client_id": Meta("Plain", (), {})()})


def test_set_cookie_with_an_invalid_part_raises_an_error_that_names_it() -> None:
    good = {"name": "a", "value": "b", "max_age": 1, "secure": True, "header": "a=b"}
    assert clever_sso.SetCookie(**good).max_age == 1
    for part, values in {
        "name": [HALF, 1, None, b"a", ["a"]],
        "value": [HALF, 1, None, ("a",)],
        "header": [HALF, 1, None],
        "max_age": [-1, 2**32, 10**400, "1", None, 1.5, [1]],
        "secure": ["yes", None, 2, []],
    }.items():
        for value in values:
            with pytest.raises((TypeError, ValueError)) as raised:
                clever_sso.SetCookie(**{**good, part: value})
            assert part in "\n".join([str(raised.value), *getattr(raised.value, "__notes__", ())])


@pytest.mark.parametrize(("function", "name"), ROWS)
def test_a_wrong_type_raises_a_type_error(function: str, name: str) -> None:
    if name in {"headers", "keys", "ca_bundle"}:
        pytest.skip("many types are right here")
    for word, value in WRONG.items():
        found = outcome(function, name, value)
        assert isinstance(found, TypeError), word
        assert str(found).startswith(f"{name} must be "), found


@pytest.mark.parametrize(
    ("function", "changes", "message"),
    [
        ("Client", {"client_id": None}, "client_id must be str, not None"),
        ("AsyncClient", {"client_id": None}, "client_id must be str, not None"),
        ("Client", {"client_secret": ["a"]}, "client_secret must be str, not list"),
        ("Client", {"redirect_uri": 7}, "redirect_uri must be str or a sequence of str, not int"),
        ("Client", {"redirect_uri": [b"a"]}, "redirect_uri must be str, not bytes"),
        ("Client", {"old_pending_keys": "a"}, "old_pending_keys must be a sequence of str, not str"),
        ("Client", {"timeout": "10"}, "timeout must be a number, not str"),
        ("Client", {"timeout": None}, "timeout must be a number, not None"),
        ("Client", {"leeway": 1.5}, "leeway must be int, not float"),
        ("Client", {"leeway": True}, "leeway must be int, not bool"),
        ("Client", {"development": "yes"}, "development must be bool, not str"),
        ("Client", {"discover": 1}, "discover must be bool, not int"),
        ("Client", {"ca_bundle": 7}, "ca_bundle must be str or a path, not int"),
        ("Client.begin_login", {"cookies": {"a": "b"}}, "cookies must be str, not dict"),
        ("Client.begin_login", {"switch_user": "1"}, "switch_user must be bool, not str"),
        ("Client.begin_login", {"has_session": 0}, "has_session must be bool, not int"),
        ("Client.finish_login", {"callback": None}, "callback must be str, not None"),
        ("AsyncClient.finish_login", {"callback": b"a"}, "callback must be str, not bytes"),
        ("Client.me", {"access_token": None}, "access_token must be str, not None"),
        ("verify_id_token", {"token": None}, "token must be str, not None"),
        ("login_key", {"callback": None}, "callback must be str, not None"),
    ],
)
def test_a_type_error_names_the_argument_and_the_type(function: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        call(function, changes)
    assert str(caught.value) == message


@pytest.mark.parametrize(("function", "name"), ROWS)
def test_a_str_that_is_not_valid_text_is_named_in_the_error(function: str, name: str) -> None:
    if name in IS_A_NUMBER | IS_NOT_TEXT:
        pytest.skip("no text")
    is_list = name in {"old_pending_keys", "return_to_origins"}
    for half in (HALF, f"a{HALF}b", "/\udfff", "\udcff"):
        found = outcome(function, name, [half] if is_list else half)
        if (function, name) in LENIENT or name in {"cookies", "method"}:
            # This is data from a browser, where parts that are not valid text are ignored.
            assert not isinstance(found, TypeError)
        elif name == "ca_bundle" and half == "\udcff":
            # A file path may contain such a byte.
            assert isinstance(found, clever_sso.ConfigError)
        else:
            assert isinstance(found, clever_sso.Error), found
            assert found.code in {"argument_invalid", "config_invalid"}
            assert f"{name} is not valid text" in found.message


@pytest.mark.parametrize(("function", "name"), [row for row in ROWS if row[1] in IS_A_NUMBER])
def test_a_number_out_of_range_is_named_in_the_error(function: str, name: str) -> None:
    for word in (
        "huge",
        "huge below zero",
        "64 bits",
        "below zero",
        *(() if name == "leeway" else ("infinite", "none")),
    ):
        number = NUMBERS[word]
        found = outcome(function, name, number)
        assert isinstance(found, (clever_sso.ConfigError, clever_sso.ArgumentError)), (word, found)
        assert name in found.message
        # The message shows the number, or says that it has too many digits.
        shown = {"64 bits": ("too many digits", "1.8446744073709552e19", "18446744073709552000"), "none": ("NaN",)}
        assert any(text in found.message for text in ("too many digits", *shown.get(word, (str(number),)))), found


@pytest.mark.parametrize("name", sorted(IS_A_NUMBER))
def test_a_bool_is_not_accepted_as_a_number(name: str) -> None:
    functions_with = [function for function, (_, signature) in functions().items() if name in signature.parameters]
    assert functions_with
    for function in functions_with:
        for value in (True, False):
            with pytest.raises(TypeError, match=name):
                call(function, {name: value})


def test_an_environment_variable_that_is_not_valid_text_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI", "CLEVER_CA_BUNDLE", "CLEVER_PROXY"):
        with monkeypatch.context() as patch:
            patch.setenv("CLEVER_CLIENT_ID", CLIENT_ID)
            patch.setenv(name, "\udcff\udc80")
            with pytest.raises(clever_sso.ConfigError, match=name):
                clever_sso.Client.from_env()


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "-inf", "1e300", "0", "1e-10"])
def test_an_error_shows_the_timeout_variable_as_it_was_set(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CLEVER_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("CLEVER_TIMEOUT", value)
    with pytest.raises(clever_sso.ConfigError) as raised:
        clever_sso.Client.from_env()
    assert raised.value.message.endswith(
        f"CLEVER_TIMEOUT must be more than 0 s and at most 86400 s, found {value.replace('nan', 'NaN')}"
    )


@pytest.mark.parametrize(("name", "values"), [
    ("CLEVER_TIMEOUT", [True, 10**400, [1], b"1", {}, "ten"]),
    ("CLEVER_LEEWAY", [True, False, 1.5, float("inf"), float("nan"), 10**400, [1], "1.5", "x" * 5000]),
])  # fmt: skip
def test_a_configured_number_that_is_not_a_number_is_named_in_the_error(name: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(clever_sso.ConfigError, match=name):
            clever_sso.Client(**_settings.arguments({"CLEVER_CLIENT_ID": CLIENT_ID, name: value}))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("client_idd", "client_id"),
        ("clientid", "client_id"),
        ("redirect_url", "redirect_uri"),
        ("redirect_uris", "redirect_uri"),
        ("secret", "client_secret"),
        ("Timeout", "timeout"),
        ("key", "pending_key"),
    ],
)
def test_an_unknown_keyword_names_the_most_similar_one(given: str, meant: str) -> None:
    # With and without the required arguments, because the misspelled one is often required.
    for others in ({}, {"client_id": CLIENT_ID}):
        with pytest.raises(TypeError) as caught:
            clever_sso.Client(**{given: "not-to-be-shown"}, **others)  # type: ignore[arg-type]
        assert str(caught.value) == f"Client has no argument '{given}': is it '{meant}'?"


@pytest.mark.parametrize("given", ["retries", HALF, "", "ш", "x" * 100_000])
def test_an_unknown_keyword_without_a_similar_one_lists_all_keywords(given: str) -> None:
    with pytest.raises(TypeError) as caught:
        clever_sso.Client(CLIENT_ID, **{given: 1})  # type: ignore[arg-type]
    assert str(caught.value).endswith(f"it has {', '.join(inspect.signature(clever_sso.Client).parameters)}")


def test_a_client_without_client_id_raises_a_type_error() -> None:
    with pytest.raises(TypeError, match="client_id must be str, not nothing"):
        clever_sso.Client()  # type: ignore[call-arg]
