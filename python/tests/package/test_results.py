"""Results are frozen, compare by their fields, and show no person and no secret in their `repr`."""

from __future__ import annotations

import copy
import pickle
from urllib.parse import parse_qs, urlsplit

import clever_sso
import pytest
from canned_clever import ADA, ADA_ID, CLIENT_ID, CLIENT_SECRET, DISTRICT_ID, make_client

PRIVATE = ["il-very-private", "Ada", "May", "Ashworth", "ada.private", "/lesson/7", CLIENT_SECRET]


def sign_in(base_url: str) -> tuple[clever_sso.Login, clever_sso.SignedIn]:
    client = make_client(base_url)
    login = client.begin_login(return_to="/lesson/7")
    state = parse_qs(urlsplit(login.url).query)["state"][0]
    outcome = client.finish_login(f"/callback?code=code-very-private&state={state}", pending=login.pending)
    assert isinstance(outcome, clever_sso.SignedIn)
    return login, outcome


def all_results(base_url: str) -> list[object]:
    client = make_client(base_url)
    login, signed_in = sign_in(base_url)
    return [
        login,
        signed_in,
        signed_in.identity,
        signed_in.identity.name,
        signed_in.identity.roles[0],
        signed_in.tokens,
        client.check_token("il-very-private"),
        client.me("il-very-private"),
        client.user("il-very-private", ADA_ID),
        client.district("il-very-private", DISTRICT_ID),
        client.finish_login("/callback?code=code-very-private"),
        client.finish_login("/callback?error=access_denied&error_description=Ada"),
        clever_sso.parse_callback("?code=code-very-private&state=state-very-private"),
        clever_sso.error_codes()["internal"],
    ]


def test_the_identity_has_the_data_from_clever(clever: str) -> None:
    signed_in = sign_in(clever)[1]
    identity = signed_in.identity
    assert identity.issuer == clever
    assert (identity.id, identity.district_id, identity.user_type) == (ADA_ID, DISTRICT_ID, "student")
    assert [(role.name, role.legacy_id) for role in identity.roles] == [("student", "58da8c5da7a7e5a64700009d")]
    name = identity.name
    assert (name.first, name.middle, name.last, name.full) == ("Ada", "May", "Ashworth", "Ada May Ashworth")
    assert identity.unverified_email == "ada.private@school.example"
    assert identity.legacy_ids == ("58da8c5da7a7e5a64700009d",)
    assert (identity.authorized_by, identity.proven_by, identity.loginas_by_admin) == ("district", "me", False)
    assert identity.claims["nested"] == ADA["nested"]
    assert (signed_in.tokens.access_token, signed_in.tokens.id_token) == ("il-very-private", None)
    assert signed_in.return_to == "/lesson/7"


def test_the_resources_have_the_data_from_clever(clever: str) -> None:
    client = make_client(clever)
    info = client.check_token("token")
    assert (info.client_id, info.scopes) == (CLIENT_ID, ("read:user_id",))
    me = client.me("token")
    assert (me.id, me.district_id, me.user_type, me.authorized_by) == (ADA_ID, DISTRICT_ID, "user", "district")
    user = client.user("token", ADA_ID)
    assert (user.id, user.district_id, user.name.full) == (ADA_ID, DISTRICT_ID, "Ada May Ashworth")
    assert user.json == ADA
    district = client.district("token", DISTRICT_ID)
    assert (district.id, district.name) == (DISTRICT_ID, "Emulated School District")


def test_no_repr_shows_a_secret_or_a_person(clever: str) -> None:
    login = sign_in(clever)[0]
    shown = repr([*all_results(clever), make_client(clever)])
    for private in [*PRIVATE, "code-very-private", "state-very-private", login.pending, login.url]:
        assert private not in shown


def test_a_repr_shows_ids_and_types(clever: str) -> None:
    shown = repr(sign_in(clever)[1])
    assert shown.startswith(f"SignedIn(identity=Identity(issuer='{clever}', id='{ADA_ID}'")
    assert "user_type='student'" in shown
    assert repr(make_client()) == f"Client(client_id='{CLIENT_ID}', issuer='https://clever.com')"


def test_results_are_frozen_and_support_pattern_matching(clever: str) -> None:
    for result in all_results(clever):
        names = type(result).__match_args__  # type: ignore[attr-defined]
        assert isinstance(names, tuple)
        assert names
        for name in names:
            value = getattr(result, name)
            with pytest.raises(AttributeError):
                setattr(result, name, value)
        with pytest.raises(AttributeError):
            result.another = 1  # type: ignore[attr-defined]


def test_changing_a_returned_dict_does_not_change_the_result(clever: str) -> None:
    identity = sign_in(clever)[1].identity
    identity.claims["nested"].clear()
    identity.claims.clear()
    assert identity.claims["nested"] == ADA["nested"]


def test_equal_values_are_equal(clever: str) -> None:
    one, other = sign_in(clever)[1].identity, sign_in(clever)[1].identity
    assert one is not other
    assert one == other
    assert hash(one) == hash(other)
    assert (one.name, one.roles) == (other.name, other.roles)
    client = make_client(clever)
    assert client.user("token", ADA_ID) == client.user("token", ADA_ID)
    assert client.me("token") != client.user("token", ADA_ID)
    denied = [client.finish_login(f"?error={word}") for word in ("a", "a", "b")]
    assert denied[0] == denied[1]
    assert denied[0] != denied[2]


def test_results_cannot_be_constructed() -> None:
    for name in ("Identity", "SignedIn", "Tokens", "Login"):
        with pytest.raises(TypeError):
            getattr(clever_sso, name)()


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_pickling_or_copying_a_client_raises_a_type_error(client: clever_sso.Client, duplicate: object) -> None:
    assert callable(duplicate)
    with pytest.raises(TypeError, match="it holds secrets"):
        duplicate(client)


def test_tokens_cannot_be_pickled(clever: str) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(sign_in(clever)[1].tokens)
