"""The product after the move. If `IMPORTED`, `clever_import` has run; otherwise people are matched as they log in."""

import json
import os
import re
import threading
import time
from io import StringIO
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
django.setup()

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.models import SocialAccount
from clever_sso.django.models import CleverAccount
from clever_sso.testing import Emulator, log_in
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
from tenants.models import Member, Tenant

IMPORTED = os.environ["IMPORTED"] == "yes"
setup_test_environment()
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
call_command("migrate", verbosity=0)
call_command("check", fail_level="WARNING")
emulator = Emulator(os.environ["CLEVER_BASE_URL"], [os.environ["CLEVER_REDIRECT_URI"]], {}, None)
User = get_user_model()
kept = json.loads(Path("before.json").read_text("utf-8"))
before = User.objects.count()
HERE = emulator.person("ada").district_id


def browser(**options):
    return Client(SERVER_NAME="localhost", **options)


def user_of(client):
    key = client.session.get("_auth_user_id")
    return key and int(key)


def code(turn):
    """Return the code of this half minute, or the next one: allauth accepts each code only once."""
    return format_hotp_value(hotp_value(os.environ["TOTP_SECRET"], int(time.time()) // 30 + turn))


# A session from before the move stays signed in, but has no Clever identity until the next login.
ada = browser()
ada.cookies["sessionid"] = kept["cookies"]["ada"]
assert user_of(ada) == kept["users"]["ada"]
assert ada.get("/api/notes").status_code == 401
assert ada.get("/lessons").status_code == 403

# The dry run lists the changes, and skips the superuser.
if IMPORTED:
    for options in ({"dry_run": True}, {}):
        said = StringIO()
        call_command("clever_import", "allauth", stdout=said, stderr=said, **options)
        assert CleverAccount.objects.count() == (0 if options else 4), said.getvalue()
        assert f"user {kept['users']['olga']}: " in said.getvalue(), said.getvalue()

# Without a license, no one gets in, known or not: no user, no link, no session.
Tenant.objects.filter(district_id=HERE).update(licensed=False)
links = CleverAccount.objects.count()
for handle in ("ada", "grace", "noor"):
    refused = browser()
    assert log_in(refused, handle, emulator).status_code == 402
    assert user_of(refused) is None
assert (User.objects.count(), CleverAccount.objects.count()) == (before, links)
Tenant.objects.filter(district_id=HERE).update(licensed=True)

# Everyone is the same user as before.
for handle in ("ada", "jose", "ada"):
    person = browser()
    assert log_in(person, handle, emulator, path="/lessons").headers["Location"] == "/lessons", handle
    assert user_of(person) == kept["users"][handle], handle
    assert person.get("/lessons").json() == {"lessons": ["Vectors"]}
assert log_in(ada, "ada", emulator).status_code == 303
assert User.objects.get(pk=kept["users"]["ada"]).reads_aloud

# Teachers still need their second factor. They are found by the older id of any role, at every login.
for handle, turn in (("sam", 0), ("sam", 1), ("grace", 0), ("grace", 1)):
    teacher, linked = browser(enforce_csrf_checks=True), CleverAccount.objects.filter(user_id=kept["users"][handle])
    asked = log_in(teacher, handle, emulator, path="/clever/login?next=/lessons").headers["Location"]
    assert asked.startswith("/second-factor/"), asked
    assert user_of(teacher) is None
    assert teacher.get("/api/notes").status_code == 401
    assert teacher.get("/accounts/2fa/").status_code == 302, "allauth's pages of a signed-in user are closed"
    assert linked.exists() == (IMPORTED or turn > 0)
    page = teacher.get(asked)
    assert page.status_code == 200
    form = {"csrfmiddlewaretoken": page.context["csrf_token"]}
    assert teacher.post(asked, {**form, "code": "000000"}).status_code == 200
    assert user_of(teacher) is None
    assert teacher.post(asked, {**form, "code": code(turn)}).headers["Location"] == "/lessons"
    assert user_of(teacher) == kept["users"][handle]
    assert is_mfa_enabled(User.objects.get(pk=kept["users"][handle]))
    assert teacher.get("/accounts/2fa/").status_code == 200
    assert linked.get().clever_id == emulator.person(handle).id

# The single-page app: the signed-in person, roles, and the CSRF token.
assert teacher.get("/api/grades").json() == {"grades": []}
assert ada.get("/api/grades").status_code == 403
assert ada.get("/clever/whoami").json()["full_name"] == "Ada Ashworth"
teacher.get("/")
token = {"X-CSRFToken": teacher.cookies["csrftoken"].value}
note = {"text": "hello"}
assert teacher.post("/api/notes", note, content_type="application/json").status_code == 403
assert teacher.post("/api/notes", note, content_type="application/json", headers=token).status_code == 201

# The superuser cannot log in with Clever, with or without a row of allauth.
olga = browser()
assert log_in(olga, "olga", emulator).status_code == 403
assert user_of(olga) is None

# A new person without an email address gets a user, although addresses are unique.
noor, theo = browser(), browser()
for person, handle in ((noor, "noor"), (theo, "theo")):
    assert log_in(person, handle, emulator).status_code == 303
    assert User.objects.get(pk=user_of(person)).email == f"clever_{emulator.person(handle).id}@clever.invalid"
assert User.objects.count() == before + 2
assert Member.objects.filter(tenant__district_id=HERE).count() == 7

# A parent keeps the password, and links Clever.
paula = browser()
said = {"login": "paula@family.example", "password": "a password of hers"}
assert paula.post("/accounts/login/", said).headers["Location"] == "/"
assert paula.get("/clever/whoami").status_code == 401
assert paula.get("/lessons").status_code == 403
own = {"Sec-Fetch-Site": "same-origin"}
begun = paula.post("/clever/link?next=/lessons", headers=own).headers["Location"]
assert log_in(paula, "maria", emulator, path=begun).headers["Location"] == "/clever/link/confirm"
question = paula.get("/clever/link/confirm").content.decode()
assert "Maria" in question
(key,) = re.findall(r'name="key" value="([^"]+)"', question)
assert not CleverAccount.objects.filter(clever_id=emulator.person("maria").id).exists()
linked = paula.post("/clever/link/confirm", {"key": key, "answer": "yes"}, headers=own)
assert linked.headers["Location"] == "/lessons"
assert paula.get("/clever/whoami").status_code == 401, "linking an account is not a login"
maria = browser()
assert log_in(maria, "maria", emulator).status_code == 303
assert User.objects.get(pk=user_of(maria)).email == "paula@family.example"
assert "Clever" not in paula.get("/accounts/3rdparty/").content.decode()

# A logout also ends copies of the session.
thief = browser()
thief.cookies["sessionid"] = ada.cookies["sessionid"].value
assert thief.get("/clever/whoami").status_code == 200
ada.post("/clever/logout", headers=own)
assert thief.get("/clever/whoami").status_code == 401

# Two tabs sign in the same new person at once.
if connection.vendor == "postgresql":
    together, found = threading.Barrier(2, timeout=60), []

    def tab():
        own_browser = browser()
        together.wait()
        log_in(own_browser, "zoe", emulator)
        found.append(user_of(own_browser))
        connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    assert len(found) == 2
    assert found[0] == found[1] is not None

# Nothing was written into allauth's table, so it can be dropped.
assert SocialAccount.objects.count() == len(kept["users"])
SocialAccount.objects.all().delete()
for handle in ("ada", "jose"):
    person = browser()
    log_in(person, handle, emulator)
    assert user_of(person) == kept["users"][handle], handle
