"""Reads back what a session stores about a person and held logins, whatever the session contains, without a site."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from clever_sso._web import before
from clever_sso._web.before import _SPENT, HELD_KEY, HeldLogin, ProvenLogin, make_room, others_of
from clever_sso._web.copies import IdentityCopy, NameCopy, NoTokens, RoleCopy, TokensCopy
from clever_sso._web.identity import A_MINUTE, SESSION_KEY, TWELVE_HOURS, Linked, SessionIdentity
from clever_sso._web.request import sends_to_log_in

ADA = IdentityCopy(
    issuer="https://clever.com",
    id="64c20b1e8f3a7d0019c4e501",
    district_id="53ee4b8a44abc88c1c00119b",
    user_type="teacher",
    roles=(RoleCopy("teacher", "5100"), RoleCopy("staff")),
    name=NameCopy("Ada", "M", "Castellan"),
    legacy_ids=("5100",),
    authorized_by="district",
    proven_by="id_token",
    loginas_by_admin=False,
)


@pytest.fixture(autouse=True)
def spent(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Start with no completed logins."""
    fresh = type(_SPENT)()
    monkeypatch.setattr(before, "_SPENT", fresh)
    return fresh


def stored(**changes: object) -> dict[str, Any]:
    """A session with Ada's data, with these members changed."""
    return {SESSION_KEY: {**SessionIdentity.of(ADA).to_session(), **changes}}


def waiting(*keys: str, **changes: object) -> dict[str, Any]:
    """A session that holds logins of Ada with these keys."""
    ends_at = int(time.time()) + 600
    logins = [{"key": key, "ends_at": ends_at, "return_to": f"/{key}", "switch_user": False} for key in keys]
    return {HELD_KEY: {"format": 2, "identity": ADA.to_session(), "tokens": None, "logins": logins, **changes}}


def keys_in(session: dict[str, Any]) -> list[str]:
    return [held.key for held in HeldLogin.all_of(session)]


def test_a_stored_person_is_read_back_equal() -> None:
    before_it = int(time.time())
    identity = SessionIdentity.of(ADA)
    assert before_it + TWELVE_HOURS <= identity.ends_at <= int(time.time()) + TWELVE_HOURS
    for each in (
        identity,
        replace(identity, loginas_by_admin=True),
        replace(identity, full_name="A. Castellan"),
        replace(identity, full_name="", first_name=None, last_name=None, district_id=None, user_type=None, roles=()),
    ):
        assert SessionIdentity.from_session({SESSION_KEY: each.to_session()}) == each
    # It is short, because it may be a cookie.
    whole = replace(identity, full_name="Ada Castellan").to_session()
    assert "full_name" not in whole
    assert "loginas_by_admin" not in whole


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 1},
        {"issuer": None},
        {"id": 5},
        {"full_name": 5},
        {"first_name": 5},
        {"user_type": ["teacher"]},
        {"district_id": 5},
        {"last_name": []},
        {"roles": "teacher"},
        {"roles": ["teacher", 5]},
        {"roles": None},
        {"loginas_by_admin": 1},
        {"ends_at": "9999999999"},
        {"ends_at": None},
        {"ends_at": 0},
    ],
    ids=str,
)
def test_a_session_in_another_format_signs_no_one_in(changes: dict[str, Any]) -> None:
    assert SessionIdentity.from_session(stored()) is not None
    assert not SessionIdentity.is_stale(stored())
    session = stored(**changes)
    assert SessionIdentity.from_session(session) is None
    assert SessionIdentity.is_stale(session)


@pytest.mark.parametrize("session", [{}, {SESSION_KEY: None}, {SESSION_KEY: "Ada"}, {SESSION_KEY: []}], ids=str)
def test_a_session_without_a_person_has_none(session: dict[str, Any]) -> None:
    assert SessionIdentity.from_session(session) is None
    assert SessionIdentity.is_stale(session) == (SESSION_KEY in session)
    SessionIdentity.shorten(session, "next")
    assert "next" not in str(session)


def test_a_session_ends_exactly_at_its_end_time(monkeypatch: pytest.MonkeyPatch) -> None:
    session = stored(ends_at=2_000_000_000)
    for now, is_signed_in in [(1_999_999_999.9, True), (2_000_000_000.0, False), (2_000_000_000.1, False)]:
        monkeypatch.setattr("time.time", lambda now=now: now)
        assert (SessionIdentity.from_session(session) is not None) is is_signed_in


def test_has_role_checks_the_role_of_the_login_or_all_roles_if_it_is_missing() -> None:
    teacher = SessionIdentity.of(ADA)
    assert teacher.has_role("teacher")
    assert teacher.has_role("student", "teacher")
    assert not teacher.has_role("staff")
    assert not teacher.has_role()
    unsaid = replace(teacher, user_type=None)
    assert unsaid.has_role("staff")
    assert not unsaid.has_role("student")
    assert not unsaid.has_role()


@pytest.mark.parametrize(("name", "value"), [("issuer", "https://other.example"), ("id", "64c20b1e8f3a7d0019c4e502")])
def test_two_identities_are_the_same_person_only_with_equal_issuer_and_id(name: str, value: str) -> None:
    ada = SessionIdentity.of(ADA)
    assert ada.is_person_of(stored())
    assert ada.is_person_of(stored(roles=[], ends_at=int(time.time()) + 9))
    assert not ada.is_person_of(stored(**{name: value}))
    assert not ada.is_person_of({})
    # The same is true for a held login, and for one that another tab has completed.
    other = replace(ADA, **{name: value})
    assert others_of(waiting("a"), ADA) is not None
    assert others_of(waiting("a"), other) is None
    assert HeldLogin.take_of_person_in(waiting("b") | stored(**{name: value}), "b") is None
    assert HeldLogin.take_of_person_in(waiting("b"), "b") is None
    for session, is_signed_in in [
        (waiting("b"), False),
        (waiting("b") | stored(), True),
        (waiting("b") | stored(**{name: value}), False),
        (waiting("b") | stored(ends_at=int(time.time()) - 1), False),
    ]:
        held = HeldLogin.with_key(session, "b")
        assert held is not None
        assert held.is_signed_in is is_signed_in
    taken = HeldLogin.take_of_person_in(waiting("b") | stored(), "b")
    assert taken is not None
    assert taken.return_to == "/b"
    assert HeldLogin.take_of_person_in(waiting("b") | stored(), "b") is None


def test_a_replaced_session_ends_in_a_minute_and_names_its_successor() -> None:
    session = stored()
    SessionIdentity.shorten(session, "next")
    shortened = SessionIdentity.from_session(session)
    assert shortened is not None
    assert int(time.time()) <= shortened.ends_at <= int(time.time()) + A_MINUTE
    assert SessionIdentity.replaced(session) == ["next"]
    soon = stored(ends_at=int(time.time()) + 5)
    SessionIdentity.shorten(soon, "next")
    ends_sooner = SessionIdentity.from_session(soon)
    assert ends_sooner is not None
    assert ends_sooner.ends_at <= int(time.time()) + 5


def test_a_session_records_the_last_sixteen_sessions_it_replaced() -> None:
    session = stored()
    for number in range(20):
        left_out = SessionIdentity.without_room(session)
        assert left_out == ([str(number - 16)] if number > 15 else [])
        session[SESSION_KEY] = SessionIdentity.of(ADA).replacing(session, str(number))
    assert SessionIdentity.replaced(session) == [str(number) for number in range(4, 20)]
    # A string as long as a session in a cookie is not an id.
    assert SessionIdentity.of(ADA).replacing(session, "k" * 128)["replaced"][-1] == "k" * 128
    assert SessionIdentity.of(ADA).replacing(session, "k" * 129)["replaced"] == []


@pytest.mark.parametrize(
    "kept", [None, [], "a", {"replaced": None}, {"replaced": "a"}, {"replaced": {"a": 1}}], ids=str
)
def test_invalid_lists_of_replaced_ids_are_ignored(kept: object) -> None:
    assert SessionIdentity.replaced({SESSION_KEY: kept}) == []
    assert SessionIdentity.replaced({SESSION_KEY: {"replaced": ["a", 5, None, "b"]}}) == ["a", "b"]


def test_linked_sessions_are_each_found_once() -> None:
    sessions = {"a": ["b", "c"], "b": ["a", "d"], "c": ["d"], "d": ["a"]}
    linked, found = Linked(["a", "a"]), []
    for key in linked:
        found.append(key)
        linked.follow(stored(replaced=sessions[key]))
    assert sorted(found) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 1},
        {"identity": None},
        {"identity": {}},
        {"tokens": 5},
        {"logins": None},
        {"logins": [{}]},
        {"logins": ["a"]},
        {"logins": [{"key": "a", "ends_at": "soon", "return_to": None, "switch_user": False}]},
        {"logins": []},
    ],
    ids=str,
)
def test_a_held_login_that_cannot_be_read_is_ignored(changes: dict[str, Any]) -> None:
    session = waiting("a", **changes)
    assert HeldLogin.of(session) is None
    assert HeldLogin.with_key(session, "a") is None
    assert HeldLogin.take(session, "a") is None
    assert HELD_KEY not in session
    assert HeldLogin.of({HELD_KEY: "a"}) is None
    assert others_of({HELD_KEY: None}, ADA) is None


def test_the_held_login_with_the_key_is_taken_once_and_the_others_stay_held() -> None:
    session = waiting("a", "b", "c")
    assert keys_in(session) == ["a", "b", "c"]
    copied = {HELD_KEY: session[HELD_KEY]}
    taken = HeldLogin.take(session, "b")
    assert taken is not None
    assert (taken.key, taken.return_to, taken.identity, bool(taken.tokens)) == ("b", "/b", ADA, False)
    assert keys_in(session) == ["a", "c"]
    # The browser sends its old session.
    assert HeldLogin.take(dict(copied), "b") is None
    assert HeldLogin.take(session, "nothing") is None
    assert keys_in(session) == ["a", "c"]
    first = HeldLogin.take(session)
    assert first is not None
    assert first.key == "a"
    assert HeldLogin.take(session, "c") is not None
    assert HELD_KEY not in session


def test_a_held_login_expires_exactly_at_its_end_time(monkeypatch: pytest.MonkeyPatch) -> None:
    session = waiting("a")
    ends_at = session[HELD_KEY]["logins"][0]["ends_at"]
    for now, waits in [(ends_at - 0.1, True), (float(ends_at), False), (ends_at + 0.1, False)]:
        monkeypatch.setattr("time.time", lambda now=now: now)
        assert (HeldLogin.of(session) is not None) is waits


def test_completed_logins_are_forgotten_only_after_their_end(monkeypatch: pytest.MonkeyPatch, spent: Any) -> None:
    monkeypatch.setattr(before, "_MOST_SPENT", 3)
    monkeypatch.setattr("time.time", lambda: 1000.0)
    assert all(spent.add(key, ends_at) for key, ends_at in [("over", 999), ("now", 1000), ("later", 1001)])
    assert [key for key in ("over", "now", "later") if spent.has(key)] == ["over", "now", "later"]
    assert spent.add("more", 2000)
    assert [key for key in ("over", "now", "later", "more") if spent.has(key)] == ["later", "more"]
    assert not spent.add("later", 1001)
    assert not spent.add("more", 2000)


def test_the_oldest_held_logins_are_dropped_down_to_the_minimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(before, "LARGEST_COOKIE", 2)

    def size_of(session: dict[str, Any]) -> int:
        return len(keys_in(session))

    for least, left in [(0, ["c", "d"]), (3, ["b", "c", "d"]), (4, ["a", "b", "c", "d"])]:
        session = waiting("a", "b", "c", "d")
        make_room(session, lambda session=session: size_of(session), least)
        assert keys_in(session) == left
    session = waiting("a")
    make_room(session, lambda: 3, 0)
    assert HELD_KEY not in session
    make_room(session, lambda: 3, 0)


def test_the_repr_of_a_proven_or_held_login_shows_no_secret() -> None:
    whole = replace(ADA, unverified_email="an-email", claims={"a-claim": 1})
    proven = ProvenLogin(
        whole, TokensCopy("a-token", "b-token"), "a-request", "a-client", "/shelf", _session={"a-key": 1}
    )
    held = HeldLogin.of(waiting("a-key", tokens=["a-token", "b-token"]))
    assert held is not None
    assert held.tokens.access_token == "a-token"
    shown = repr([proven, held, held.tokens])
    assert ADA.id in shown
    assert "a-key" not in repr(proven)
    for hidden in ("a-token", "b-token", "a-request", "a-client", "key=", "Castellan", "an-email", "a-claim"):
        assert hidden not in shown.replace(ADA.id, "")
    # `switch_user` is false by default.
    assert not proven.switch_user
    assert not HeldLogin(ADA, NoTokens(), None).switch_user


@pytest.mark.parametrize("name", ["access_token", "id_token"])
def test_tokens_of_a_login_held_without_them_are_falsy_and_raise(name: str) -> None:
    assert not NoTokens()
    with pytest.raises(RuntimeError, match=r"hold\(keep_tokens=True\)"):
        getattr(NoTokens(), name)


@pytest.mark.parametrize(
    ("location", "is_login"),
    [
        ("/clever/login", True),
        ("/clever/login/", True),
        ("https://app.example/clever/login", True),
        ("https://app.example/welcome?next=/clever/callback", True),
        ("/soon", False),
        ("/clever/callback?next=/clever/callback", False),
        ("http://app.example/clever/login", False),
        ("https://other.example/clever/login", False),
        ("https://[/", False),
    ],
)
def test_a_redirect_to_the_login_is_recognized(location: str, is_login: bool) -> None:
    here = "https://app.example/clever/callback"
    assert sends_to_log_in(here, location, {"/clever/login"}) is is_login
    assert not sends_to_log_in("https://[/clever/callback", location, {"/clever/login"})
