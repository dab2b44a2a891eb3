"""Logins without a network: URLs, callbacks and the outcomes that need no request."""

from __future__ import annotations

import copy
import pickle
from urllib.parse import parse_qs, urlsplit

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI

SECOND_URI = "https://app.example/second"


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_login_begins_at_clever_with_a_state_and_a_nonce(client: clever_sso.Client) -> None:
    login = client.begin_login(district_id="d1")
    assert login.url.startswith("https://clever.com/oauth/authorize?")
    sent = query(login.url)
    assert sent["client_id"] == CLIENT_ID
    assert sent["redirect_uri"] == REDIRECT_URI
    assert sent["district_id"] == "d1"
    assert len(sent["state"]) >= 22
    assert len(sent["nonce"]) >= 22
    assert len(login.pending) <= 512
    assert query(client.begin_login().url)["state"] != sent["state"]


def test_the_first_redirect_uri_is_the_default() -> None:
    client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, [REDIRECT_URI, SECOND_URI])
    assert query(client.begin_login().url)["redirect_uri"] == REDIRECT_URI
    assert query(client.begin_login(redirect_uri=SECOND_URI).url)["redirect_uri"] == SECOND_URI
    with pytest.raises(clever_sso.ConfigError, match="redirect_uri_unknown"):
        client.begin_login(redirect_uri="https://app.example/third")


def test_a_login_from_the_portal_restarts_silently(client: clever_sso.Client) -> None:
    outcome = client.finish_login(REDIRECT_URI + "?code=abc")
    assert isinstance(outcome, clever_sso.Restart)
    assert outcome.reason == "state_missing"
    assert query(outcome.login.url)["state"]


def test_a_forged_pending_login_restarts(client: clever_sso.Client) -> None:
    state = query(client.begin_login().url)["state"]
    outcome = client.finish_login(f"?code=abc&state={state}", pending="forged")
    assert isinstance(outcome, clever_sso.Restart)
    assert outcome.reason == "pending_invalid"


def test_the_pending_login_of_another_browser_restarts(client: clever_sso.Client) -> None:
    state = query(client.begin_login().url)["state"]
    outcome = client.finish_login(f"?code=abc&state={state}", pending=client.begin_login().pending)
    assert isinstance(outcome, clever_sso.Restart)
    assert outcome.reason == "state_mismatch"


def test_an_empty_cookie_counts_as_no_cookie(client: clever_sso.Client) -> None:
    state = query(client.begin_login().url)["state"]
    outcome = client.finish_login(f"?code=abc&state={state}", pending="")
    assert isinstance(outcome, clever_sso.Restart)
    assert outcome.reason == "pending_missing"


def test_blocked_cookies_end_a_login_with_a_reason(client: clever_sso.Client) -> None:
    callback = "?code=abc"
    for _ in range(3):
        restart = client.finish_login(callback)
        assert isinstance(restart, clever_sso.Restart)
        callback = f"?code=abc&state={query(restart.login.url)['state']}"
    with pytest.raises(clever_sso.LoginError) as caught:
        client.finish_login(callback)
    assert caught.value.code == "cookies_blocked"
    assert "cookies" in caught.value.user_message


def test_a_login_refused_by_clever_returns_denied(client: clever_sso.Client) -> None:
    outcome = client.finish_login("?error=access_denied&error_description=no")
    assert isinstance(outcome, clever_sso.Denied)
    assert (outcome.error, outcome.description) == ("access_denied", "no")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
def test_return_to_another_host_is_refused(client: clever_sso.Client, target: str) -> None:
    with pytest.raises(clever_sso.ArgumentError, match="return_to_unsafe"):
        client.begin_login(return_to=target)


def test_leads_to_recognizes_every_spelling_of_a_path() -> None:
    for target in (
        "/login?x",
        "/%6cogin/",
        "/%256cogin",
        "/x/../login",
        "//login",
        "/x%3F/../login",
        "https://a.example/login#y",
    ):
        assert clever_sso.leads_to(target, "/login"), target
    for target in ("", "/", "/logins", "/Login", "/login/x", "/x?y=/login", "/login\ud800"):
        assert not clever_sso.leads_to(target, "/login"), target


def test_return_to_an_allowed_origin_is_accepted() -> None:
    origins = ["https://www.example.org"]
    client = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, return_to_origins=origins)
    assert client.begin_login(return_to="https://www.example.org/x").pending


def test_logins_encrypted_with_an_old_secret_still_finish(client: clever_sso.Client) -> None:
    login = client.begin_login()
    stale = f"?code=abc&state={query(client.begin_login().url)['state']}"
    for old, reason in [((CLIENT_SECRET,), "state_mismatch"), ((), "pending_invalid")]:
        rotated = clever_sso.Client(CLIENT_ID, "another-secret", REDIRECT_URI, old_pending_keys=old)
        outcome = rotated.finish_login(stale, pending=login.pending)
        assert isinstance(outcome, clever_sso.Restart)
        assert outcome.reason == reason


def test_begin_login_without_a_secret_raises_a_config_error() -> None:
    public = clever_sso.Client(CLIENT_ID, redirect_uri=REDIRECT_URI)
    with pytest.raises(clever_sso.ConfigError, match="client_secret_missing"):
        public.begin_login()
    sent = query(public.authorize_url(response_type="token", state="s", nonce="n"))
    assert (sent["response_type"], sent["state"], sent["nonce"]) == ("token", "s", "n")
    assert "scope" not in sent
    with pytest.raises(clever_sso.ArgumentError, match="without_state"):
        public.authorize_url(response_type="token")
    assert "state" not in query(public.authorize_url(response_type="token", without_state=True))


def test_without_a_secret_the_implicit_grant_needs_a_pending_key() -> None:
    public = clever_sso.Client(CLIENT_ID, redirect_uri=REDIRECT_URI)
    with pytest.raises(clever_sso.ConfigError, match="pending_key is missing: without client_secret"):
        public.begin_implicit()
    with_key = clever_sso.Client(CLIENT_ID, redirect_uri=REDIRECT_URI, pending_key="sixteen bytes or more")
    assert set(query(with_key.begin_implicit().url)) == {"response_type", "client_id", "redirect_uri", "state"}


def test_base_url_or_issuer_and_api_base_set_the_endpoints() -> None:
    local = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url="http://127.0.0.1:9")
    assert local.authorize_url().startswith("http://127.0.0.1:9/oauth/authorize?response_type=code&")
    moved = clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, issuer="https://sso.example")
    assert moved.portal_url() == "https://sso.example/login"


def test_portal_and_instant_login_urls(client: clever_sso.Client) -> None:
    assert client.portal_url("oak tree") == "https://clever.com/in/oak%20tree"
    expected = f"https://clever.com/oauth/instant-login?client_id={CLIENT_ID}&district_id=d1"
    assert client.instant_login_url("d1") == expected


def test_plain_http_is_allowed_only_with_development() -> None:
    with pytest.raises(clever_sso.ConfigError, match=r"redirect_uri must start with https://.*development=True"):
        clever_sso.Client(CLIENT_ID, CLIENT_SECRET, "http://dev.example/cb")
    assert clever_sso.Client(CLIENT_ID, CLIENT_SECRET, "http://dev.example/cb", development=True).begin_login()


def test_parse_callback_returns_every_parameter() -> None:
    callback = clever_sso.parse_callback("https://app.example/cb#access_token=il1&state=s&scope=a%20b")
    assert (callback.access_token, callback.state, callback.scopes) == ("il1", "s", ("a", "b"))
    assert (callback.code, callback.error, callback.issuer, callback.loginas_by_admin) == (None, None, None, False)
    refused = clever_sso.parse_callback("?error=access_denied&error_description=why&iss=i&loginas_by_admin=true")
    assert (refused.error, refused.error_description) == ("access_denied", "why")
    assert (refused.issuer, refused.loginas_by_admin) == ("i", True)


@pytest.mark.parametrize(
    ("callback", "code"),
    [
        ("", "callback_malformed"),
        ("?code=a&code=a", "callback_duplicate"),
        ("?code=a&error=b", "callback_contradictory"),
    ],
)
def test_an_invalid_callback_is_refused(client: clever_sso.Client, callback: str, code: str) -> None:
    for read in (clever_sso.parse_callback, client.finish_login):
        with pytest.raises(clever_sso.LoginError) as caught:
            read(callback)
        assert caught.value.code == code


def test_a_callback_from_another_issuer_is_refused(client: clever_sso.Client) -> None:
    with pytest.raises(clever_sso.LoginError, match="callback_issuer"):
        client.finish_login("?code=a&iss=https://evil.example")


def header_of(cookies: tuple[clever_sso.SetCookie, ...]) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies if cookie.max_age)


def test_each_login_has_its_own_cookie(client: clever_sso.Client) -> None:
    one = client.begin_login()
    two = client.begin_login(cookies=header_of(one.set_cookies))
    (cookie,) = two.set_cookies
    assert cookie.name == f"__Host-clever_login_{two.key}"
    assert cookie.header == f"{cookie.name}={cookie.value}; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600"
    assert (cookie.path, cookie.http_only, cookie.same_site, cookie.secure) == ("/", True, "Lax", True)
    assert cookie.value not in repr(two.set_cookies)
    assert one.key != two.key
    assert clever_sso.login_key(f"?code=abc&state={query(two.url)['state']}") == two.key
    assert clever_sso.login_key("?code=abc") is None


def test_denied_ends_the_session_only_in_the_browser_that_began_the_login(client: clever_sso.Client) -> None:
    login = client.begin_login()
    callback = f"?error=access_denied&state={query(login.url)['state']}"
    own = client.finish_login(callback, header_of(login.set_cookies))
    assert isinstance(own, clever_sso.Denied)
    assert (own.ends_session, [cookie.max_age for cookie in own.set_cookies]) == (True, [0, 600])
    foreign = client.finish_login(callback)
    assert isinstance(foreign, clever_sso.Denied)
    assert (foreign.ends_session, foreign.set_cookies) == (False, ())


@pytest.mark.parametrize("duplicate", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_keeps_its_cookies_when_pickled(client: clever_sso.Client, duplicate: object) -> None:
    assert callable(duplicate)
    login = client.begin_login()
    with pytest.raises(clever_sso.CleverError) as caught:
        client.finish_login(f"?error=server_error&state={query(login.url)['state']}", header_of(login.set_cookies))
    error = duplicate(caught.value)
    assert error.code == "callback_unavailable"
    assert (error.ends_session, [cookie.max_age for cookie in error.set_cookies]) == (False, [0, 600])
    assert error.set_cookies == caught.value.set_cookies


def test_finish_login_with_both_cookies_and_pending_raises(client: clever_sso.Client) -> None:
    with pytest.raises(clever_sso.ArgumentError, match="either cookies or pending"):
        client.finish_login("?code=abc", "a=b", pending="x")


def test_a_header_that_is_not_text_is_ignored(client: clever_sso.Client) -> None:
    assert client.begin_login(cookies="a=\udcff; clever_login_x=\ud800").url
    assert client.log_out_cookies("\udcff") == ()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"sec-fetch-site": "cross-site", "other": 1},
        {"HTTP_SEC_FETCH_SITE": "cross-site", "wsgi.input": object()},
        [("SEC-FETCH-SITE", "cross-site")],
        [(b"sec-fetch-site", b"cross-site")],
        {b"origin": b"https://evil.example"},
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    ],
)
def test_refusal_accepts_headers_in_any_form(client: clever_sso.Client, headers: dict[str, str]) -> None:
    refusal = client.refusal("logout", method="POST", headers=headers)
    assert refusal is not None
    assert (refusal.status, refusal.allow) == (403, None)
    assert client.refusal("logout", method="POST", headers={"Origin": "https://app.example"}) is None


def test_a_refusal_with_405_has_an_allow_header(client: clever_sso.Client) -> None:
    refusal = client.refusal("callback", method="POST", headers={})
    assert refusal is not None
    assert (refusal.status, refusal.allow, repr(refusal)) == (405, "GET, HEAD", "Refusal(status=405)")
    with pytest.raises(clever_sso.ArgumentError, match="endpoint"):
        client.refusal("front page", method="GET", headers={})  # type: ignore[arg-type]


def test_switch_user_makes_clever_ask_who_the_person_is(client: clever_sso.Client) -> None:
    assert query(client.begin_login(switch_user=True).url)["confirmed"] == "false"
    assert query(client.authorize_url(switch_user=True))["confirmed"] == "false"
    assert "confirmed" not in query(client.begin_login().url)
