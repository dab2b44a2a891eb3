"""Clever with other apps: django-allauth and django-otp keep their second factors, django-axes locks no one out.

allauth's list of sessions also has those that began with Clever.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import struct
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("allauth")
pytest.importorskip("django_otp")
from clever_sso import _settings
from django_settings import ADA, GRACE, JOSE, SAM
from harness.cookie_browser import Browser
from harness.length import whole_or_short
from running import serving

TOTP_KEY = bytes.fromhex("3132333435363738393031323334353637383930")


def code() -> str:
    """The current code (RFC 6238)."""
    digest = hmac.digest(TOTP_KEY, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def token_of(text: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
    assert found, text
    return found[1]


class SecurityKey:
    """A WebAuthn authenticator: it is registered for a host, and signs the challenges of its pages."""

    def __init__(self, host: str) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  (it comes with allauth's MFA)

        self.host, self.id = host, b"a security key of a test"
        self._key = ec.generate_private_key(ec.SECP256R1())

    def credential(self) -> dict[str, Any]:
        """The browser's response when the key was registered."""
        from fido2.cose import ES256  # noqa: PLC0415
        from fido2.webauthn import (  # noqa: PLC0415
            Aaguid,
            AttestationObject,
            AttestedCredentialData,
            AuthenticatorData,
        )

        public = ES256.from_cryptography_key(self._key.public_key())
        attested = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(self._host_hash(), flags, 0, attested)
        said = {"attestationObject": AttestationObject.create("none", data, {})}
        return self._said("webauthn.create", "", said)

    def answer(self, challenge: str) -> dict[str, Any]:
        """The browser's response when the person touches the key."""
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from fido2.webauthn import AuthenticatorData  # noqa: PLC0415

        data = AuthenticatorData.create(self._host_hash(), AuthenticatorData.FLAG.UP, 1)
        signed = bytes(data) + hashlib.sha256(self._client_data("webauthn.get", challenge)).digest()
        said = {"authenticatorData": data, "signature": self._key.sign(signed, ec.ECDSA(hashes.SHA256()))}
        return self._said("webauthn.get", challenge, said)

    def _host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": f"http://{self.host}"}).encode()

    def _said(self, kind: str, challenge: str, response: dict[str, Any]) -> dict[str, Any]:
        from fido2.utils import websafe_encode  # noqa: PLC0415

        parts = {"clientDataJSON": self._client_data(kind, challenge), **response}
        encoded = {name: websafe_encode(bytes(part)) for name, part in parts.items()}
        key_id = websafe_encode(self.id)
        return {"id": key_id, "rawId": key_id, "type": "public-key", "response": encoded, "clientExtensionResults": {}}


@pytest.fixture
def security_key() -> SecurityKey:
    return SecurityKey("127.0.0.1")


def challenge_of(text: str) -> str:
    """The data on the page for allauth's script, which asks the browser for the key."""
    found = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', text)
    assert found, text
    return str(json.loads(found[1])["request_options"]["publicKey"]["challenge"])


def test_a_user_whose_only_second_factor_is_a_security_key_gets_in_with_it(
    tmp_path: Path, security_key: SecurityKey
) -> None:
    credential = json.dumps(security_key.credential())
    with serving("second_factor", tmp_path, SECOND_FACTOR="allauth", HOOK="yes", CREDENTIAL=credential) as site:
        browser = Browser(site.emulator)
        page = browser.sign_in(GRACE, browser.open(site.url + "/private"))
        asked = page.url
        assert 'name="code"' not in page.text, "the page asks for a code, but the user has only a security key"
        assert "mfa/js/webauthn.js" in page.text
        foreign = SecurityKey("127.0.0.1").answer(challenge_of(page.text))
        # Another person's key, and a response to another challenge.
        for wrong in (foreign, security_key.answer("another-challenge")):
            form = {"csrfmiddlewaretoken": token_of(page.text), "credential": json.dumps(wrong)}
            page = browser.open(asked, form)
            assert page.url == asked
            assert browser.open(site.url + "/").text == "nobody"
        form = {"csrfmiddlewaretoken": token_of(page.text)}
        form["credential"] = json.dumps(security_key.answer(challenge_of(page.text)))
        assert browser.open(asked, form).text == "Hello, grace"
        # allauth lets her change a second factor without asking for one again.
        assert "'method': 'mfa'" in browser.open(site.url + "/noted").text


@pytest.mark.parametrize(
    ("kind", "matched"),
    whole_or_short(
        [("allauth", ""), ("allauth", "yes"), ("otp", ""), ("otp", "yes")], [("allauth", ""), ("otp", "yes")]
    ),
)
def test_a_user_with_a_second_factor_must_enter_it(kind: str, matched: str, tmp_path: Path) -> None:
    variables = {"MATCHED": matched} if matched else {}
    with serving("second_factor", tmp_path, SECOND_FACTOR=kind, HOOK="yes", **variables) as site:
        browser = Browser(site.emulator)
        asked = site.url + "/second-factor"
        page = browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert page.url.startswith(asked + "/")
        asked = page.url
        assert browser.open(site.url + "/").text == "nobody"
        # The guard of /private begins another login, which is held as well, with its own page.
        other_tab = browser.open(site.url + "/private?tab=2")
        assert other_tab.url != asked
        page = browser.open(asked)
        assert page.url == asked
        wrong = browser.open(asked, {"csrfmiddlewaretoken": token_of(page.text), "code": "000000"})
        assert browser.open(site.url + "/").text == "nobody"
        done = browser.open(asked, {"csrfmiddlewaretoken": token_of(wrong.text), "code": code()})
        assert done.text == "Hello, ada"
        assert browser.open(site.url + "/").text == "ada"
        # The other tab does not ask again. Django refuses its old form, and the page leads on.
        old_form = {"csrfmiddlewaretoken": token_of(other_tab.text), "code": code()}
        assert browser.open(other_tab.url, old_form).status == 403
        done = browser.open(other_tab.url)
        assert (done.url, done.text) == (site.url + "/private?tab=2", "Hello, ada")
        if kind == "otp":
            assert browser.open(site.url + "/vault").text == "gold"
        else:
            assert "'method': 'mfa'" in browser.open(site.url + "/noted").text
        # No one gets another person's second factor.
        browser.sign_out()
        browser.sign_in(JOSE)
        browser.open(site.portal)
        assert browser.open(site.url + "/").text.startswith("clever_")


def test_a_user_whose_code_comes_by_email_gets_in_with_it(tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR="otp", HOOK="yes", BY_EMAIL="yes") as site:
        browser, mail = Browser(site.emulator), tmp_path / "mail"
        page = browser.sign_in(ADA, browser.open(site.url + "/private"))
        asked = page.url
        assert not mail.exists(), "a code is sent only when the person asks for it"
        page = browser.open(asked, {"csrfmiddlewaretoken": token_of(page.text), "code": "", "send": "yes"})
        assert "We sent you a code." in page.text
        (sent,) = mail.iterdir()
        code = re.search(r"\b\d{6}\b", sent.read_text().partition("\n\n")[2])
        assert code
        wrong = f"{(int(code[0]) + 1) % 10**6:06}"
        page = browser.open(asked, {"csrfmiddlewaretoken": token_of(page.text), "code": wrong})
        assert browser.open(site.url + "/").text == "nobody"
        page = browser.open(asked, {"csrfmiddlewaretoken": token_of(page.text), "code": code[0]})
        assert page.text == "Hello, ada"


def test_without_the_url_of_the_guide_a_user_with_a_second_factor_is_not_signed_in(tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR="otp", HOOK="yes", NO_URL="yes") as site:
        browser = Browser(site.emulator)
        assert browser.sign_in(ADA, browser.open(site.url + "/private")).status == 500
        assert browser.open(site.url + "/").text == "nobody"
        assert "the application raised NoReverseMatch (Clever id " in site.log.read_text()


def test_without_the_hook_django_otp_still_asks_for_the_device(tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR="otp") as site:
        browser = Browser(site.emulator)
        browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert browser.open(site.url + "/").text == "ada"
        assert "gold" not in browser.open(site.url + "/vault").text


def test_refused_logins_do_not_count_as_failed_passwords_in_django_axes(tmp_path: Path) -> None:
    pytest.importorskip("axes")
    with serving("second_factor", tmp_path, SECOND_FACTOR="otp", AXES="yes", CLEVER_CREATE_USERS="false") as site:
        # José has no user, and Sam's user is inactive.
        for person in (JOSE, SAM) * 4:
            refused = Browser(site.emulator)
            assert refused.sign_in(person, refused.open(site.url + "/private")).status == 403
            assert refused.open(site.url + "/").text == "nobody"
        browser = Browser(site.emulator)
        assert browser.open(site.url + "/failures").text == "0"
        for _ in range(3):
            browser.open(site.url + "/wrong-password")
        assert browser.open(site.url + "/failures").text == "3", "failed passwords must be counted"
        # Passwords are locked for this address. Logins with Clever are not: Clever confirmed the person.
        browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert browser.open(site.url + "/").text == "ada"


@pytest.mark.parametrize("kind", ["allauth", "otp"])
@pytest.mark.parametrize("hook", ["", "yes"])
def test_check_warns_that_people_would_lose_their_second_factor(kind: str, hook: str, tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR=kind, **({"HOOK": hook} if hook else {})) as site:
        log = site.log.read_text()
    assert ("clever_sso.W021" in log) == (not hook)
    # Without the metadata of an installed package, the hint names the page in the repository.
    assert (f"HINT: {_settings.guide('Second factors in Django')}" in log) == (not hook)


@pytest.mark.parametrize("tracked", [False, True])
def test_allauths_page_ends_other_sessions_that_began_with_clever(tracked: bool, tmp_path: Path) -> None:
    variables = {"USERSESSIONS": "tracked" if tracked else "installed"}
    with serving("second_factor", tmp_path, SECOND_FACTOR="allauth", **variables) as site:
        here, elsewhere = Browser(site.emulator), Browser(site.emulator)
        for browser in (here, elsewhere):
            browser.sign_in(ADA, browser.open(site.url + "/private"))
            assert browser.open(site.url + "/").text == "ada"
        page = here.open(site.url + "/accounts/sessions/")
        here.open(site.url + "/accounts/sessions/", {"csrfmiddlewaretoken": token_of(page.text)})
        assert (here.open(site.url + "/").text, elsewhere.open(site.url + "/").text) == (
            ("ada", "nobody") if tracked else ("ada", "ada")
        )
        log = site.log.read_text()
    assert ("clever_sso.W022" in log) == (not tracked)
