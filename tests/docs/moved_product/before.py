"""The product before the move: people log in with Clever through allauth, and their districts are tenants.

It creates these users: Ada and José are students. Grace is a teacher with a second factor; allauth knows her by the id
that she had before version 3 of Clever's API. Sam is a teacher too, known by the older id of another role. Paula is a
parent with a password. Olga is the superuser, and also logged in with Clever.
"""

import json
import os
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
django.setup()

from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.clever.views import CleverOAuth2Adapter
from clever_sso.testing import Emulator, log_in
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from tenants.models import Lesson, Member, Tenant

CLEVER = os.environ["CLEVER_BASE_URL"]
CleverOAuth2Adapter.authorize_url = f"{CLEVER}/oauth/authorize"
CleverOAuth2Adapter.access_token_url = f"{CLEVER}/oauth/tokens"
CleverOAuth2Adapter.identity_url = f"{CLEVER}/v3.0/me"
CleverOAuth2Adapter.user_details_url = f"{CLEVER}/v3.0/users"
LOGIN = "/accounts/clever/login/"

setup_test_environment()
call_command("makemigrations", "people", "tenants", verbosity=0)
call_command("migrate", verbosity=0)
emulator = Emulator(CLEVER, [f"http://localhost{LOGIN}callback/"], {}, None)
User = get_user_model()


def came(handle):
    """Log a person in with allauth. Returns the browser and the user."""
    browser = Client(SERVER_NAME="localhost")
    assert log_in(browser, handle, emulator, path=LOGIN).headers["Location"] == "/"
    return browser, User.objects.get(pk=browser.session["_auth_user_id"])


ours = Tenant.objects.create(district_id="53ee4b8a44abc88c1c00119b", name="Ours", licensed=True)
other = Tenant.objects.create(district_id="64c1f0a2d3b94e5f60718100", name="Theirs", licensed=True)
Lesson.objects.create(tenant=ours, title="Vectors")
Lesson.objects.create(tenant=other, title="Tides")

users, cookies = {}, {}
for handle in ("ada", "jose", "grace", "sam", "olga"):
    browser, users[handle] = came(handle)
    cookies[handle] = browser.cookies["sessionid"].value
    Member.objects.create(user=users[handle], tenant=ours)
assert User.objects.count() == len(users)
for handle, older in (("grace", "5d8e21b7f04c6a00127b3a01"), ("sam", "5d8e21b7f04c6a00127b3a03")):
    assert SocialAccount.objects.filter(user=users[handle]).update(uid=older) == 1
    TOTP.activate(users[handle], os.environ["TOTP_SECRET"])
User.objects.filter(pk=users["olga"].pk).update(is_staff=True, is_superuser=True)
User.objects.filter(pk=users["ada"].pk).update(reads_aloud=True)
User.objects.create_user("paula@family.example", "a password of hers")
kept = {"users": {handle: user.pk for handle, user in users.items()}, "cookies": cookies}
Path("before.json").write_text(json.dumps(kept), "utf-8")
