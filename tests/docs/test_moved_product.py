"""A realistic product moves from django-allauth to clever_sso, with only the code of the guides.

It has its own user model without user names, allauth's second factors, Django REST framework with a single-page app,
and a tenant for each district. In the full form of the tests, it also uses Postgres, and Redis for sessions.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from base64 import b32encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from clever_sso.testing import Emulator
from harness.databases import postgres, redis
from harness.length import WHOLE, whole_or_short
from harness.paths import EMULATOR, ROOT
from harness.patience import SECONDS

for needed in ("allauth.mfa", "allauth.socialaccount", "requests", "rest_framework"):
    pytest.importorskip(needed)
PROGRAMS = Path(__file__).with_name("moved_product")
BEFORE, AFTER = "http://localhost/accounts/clever/login/callback/", "http://localhost/clever/callback"
BLOCK = re.compile(r"^<!-- (.+?) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
GUIDES = {
    name: dict(BLOCK.findall((ROOT / f"docs/{name}.md").read_text("utf-8")))
    for name in ("coming-from", "cookbook", "python")
}

# The product's own settings, before and after the move.
OF_THE_PRODUCT = """
import os

AUTH_USER_MODEL = "people.User"
INSTALLED_APPS += ["people", "tenants", "allauth.mfa"]
ALLOWED_HOSTS = ["localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_LOGIN_ON_GET = True
MFA_TOTP_TOLERANCE = 5
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
LOGIN_REDIRECT_URL = "/"
TEMPLATES[0]["DIRS"] += [BASE_DIR / "templates"]
CLEVER_BASE_URL = os.environ["CLEVER_BASE_URL"]
"""


@dataclass(frozen=True)
class Product:
    """The project in its folder, with its environment variables."""

    folder: Path
    environment: dict[str, str]

    def write(self, path: str, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    def settings(self, start: str, *blocks: str) -> None:
        self.write("mysite/settings.py", "\n".join((start, OF_THE_PRODUCT, *blocks)))

    def run(self, program: str, **variables: str) -> None:
        """Run one of the programs in the project, in a new process."""
        shutil.copy(PROGRAMS / program, self.folder)
        done = subprocess.run(
            [sys.executable, "-W", "error::DeprecationWarning:clever_sso", program],
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS * 5,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def databases() -> Iterator[dict[str, str]]:
    """Postgres and Redis in the full form; otherwise Django's default settings."""
    with ExitStack() as stack:
        variables = {}
        if WHOLE:
            variables = {**stack.enter_context(postgres()), "REDIS_URL": stack.enter_context(redis())}
        yield variables


def in_two(text: str) -> str:
    """Return `tenants/clever.py` with the second factor added, as the recipe says."""
    assert text.count("    return None\n") == 1
    changed = text.replace("    return None\n", "    return second_factor.decide(proven)\n")
    return f"import second_factor\n{changed}"


@pytest.mark.parametrize("imported", whole_or_short(["no", "yes"], ["no"]))
def test_a_moved_product_keeps_all_users_and_their_data(
    imported: str, databases: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving, recipes, guide = (GUIDES[name] for name in ("coming-from", "cookbook", "python"))
    monkeypatch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))
    subprocess.run(
        [sys.executable, "-m", "django", "startproject", "mysite", str(tmp_path)], check=True, timeout=SECONDS
    )
    start = (tmp_path / "mysite/settings.py").read_text("utf-8")
    addresses = (tmp_path / "mysite/urls.py").read_text("utf-8")
    stores = [recipes["postgres: settings.py"], recipes["redis-sessions: settings.py"]] if databases else []
    with Emulator.running([AFTER, BEFORE]) as emulator:
        environment = {**os.environ, **databases, **emulator.settings()}
        environment["TOTP_SECRET"] = b32encode(secrets.token_bytes(20)).decode()
        product = Product(tmp_path, environment)
        product.write("people/__init__.py", "")
        product.write("people/models.py", (PROGRAMS / "models.py").read_text("utf-8"))
        product.write("tenants/__init__.py", "")
        product.write("tenants/models.py", recipes["tenants: tenants/models.py"])
        product.settings(start, moving["allauth before settings.py"], *stores)
        product.write("mysite/urls.py", f"{addresses}\n{moving['allauth before urls.py']}")
        product.run("before.py")

        product.write("moving.py", moving["allauth after moving.py"])
        product.write("second_factor.py", guide["allauth second_factor.py"])
        product.write("templates/second_factor.html", guide["allauth second_factor.html"])
        product.write("tenants/clever.py", in_two(recipes["tenants: tenants/clever.py"]))
        product.write("api.py", recipes["drf: api.py"])
        product.settings(
            start,
            moving["allauth after settings.py"],
            recipes["tenants: settings.py"].replace('INSTALLED_APPS += ["tenants"]\n', ""),
            recipes["drf: settings.py"],
            *stores,
        )
        product.write(
            "mysite/urls.py",
            "\n".join(
                (
                    addresses,
                    moving["allauth after urls.py"],
                    recipes["tenants: urls.py"],
                    recipes["drf: urls.py"],
                    guide["factors urls.py"],
                )
            ),
        )
        product.run("after.py", IMPORTED=imported, CLEVER_REDIRECT_URI=AFTER)
