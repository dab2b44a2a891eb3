"""A product removes its old library after the move, with only the steps of docs/coming-from.md: it loses no data.

It has a table of its own, and one of its migrations depends on the library.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from clever_sso.testing import Emulator
from harness.length import whole_or_short
from harness.paths import EMULATOR, ROOT
from harness.patience import SECONDS

GUIDE = (ROOT / "docs/coming-from.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"^<!-- (.+?) -->\n```python\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE))
FACTORS = dict(
    re.findall(
        r"^<!-- ([^\n]+) -->\n```python\n(.*?)^```$",
        (ROOT / "docs/python.md").read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
)
STEPS = GUIDE.split("### Remove the old library\n", 1)[1].split("\n### ", 1)[0]
TRY = re.findall(r'^python manage.py shell -c "(import moving; .+)"$', GUIDE, re.MULTILINE)[0]
CALLBACK = "http://localhost/clever/callback"
OF_THE_PRODUCT = """
import os

INSTALLED_APPS += ["cards"]
ALLOWED_HOSTS = ["localhost"]
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
DATABASES["fresh"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "fresh.sqlite3"}
"""
OTHER_PARTS = """
INSTALLED_APPS += ["allauth.mfa", "allauth.usersessions"]
MIDDLEWARE += ["allauth.usersessions.middleware.UserSessionsMiddleware"]
USERSESSIONS_TRACK_ACTIVITY = True
"""
FRONT_PAGE = """
from django.http import HttpResponse
from django.urls import path

urlpatterns += [path("", lambda request: HttpResponse(f"{request.user.pk}"))]
"""
# The settings and URLs without the library.
WITHOUT = """
INSTALLED_APPS += ["clever_sso.django"]
AUTHENTICATION_BACKENDS = ["clever_sso.django.CleverBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "clever_sso:login"
CLEVER_CLIENT_ID = os.environ.get("CLEVER_CLIENT_ID")
CLEVER_CLIENT_SECRET = os.environ.get("CLEVER_CLIENT_SECRET")
CLEVER_REDIRECT_URI = os.environ.get("CLEVER_REDIRECT_URI")
CLEVER_BASE_URL = os.environ.get("CLEVER_BASE_URL")
CLEVER_ALLOW_STAFF = True
"""
PART_OF_ALLAUTH = """
INSTALLED_APPS += ["allauth", "allauth.account", "allauth.mfa", "allauth.usersessions"]
MIDDLEWARE += [
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]
USERSESSIONS_TRACK_ACTIVITY = True
SILENCED_SYSTEM_CHECKS = ["clever_sso.W021"]  # this product has no page for the second factor
AUTHENTICATION_BACKENDS = ["clever_sso.django.CleverBackend", "allauth.account.auth_backends.AuthenticationBackend"]
"""

MODELS = """
from django.conf import settings
from django.db import models


class Card(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    number = models.CharField(max_length=30, blank=True)
"""
FIRST_MIGRATION = """
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            "Card",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.OneToOneField(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        )
    ]
"""
FIELD = """
    account = models.ForeignKey("{app}.{model}", models.SET_NULL, null=True)
"""
# This migration depends on the library: it has a foreign key to the library's table, and fills a column from it.
DEPENDENT_MIGRATION = """
from django.db import migrations, models


def fill(apps, schema_editor):
    for account in apps.get_model("{app}", "{model}").objects.all():
        apps.get_model("cards", "Card").objects.filter(user=account.user_id).update(number=account.uid)


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_first"), ("{app}", "0001_initial")]
    operations = [
        migrations.AddField("card", "number", models.CharField(blank=True, max_length=30)),
        migrations.AddField("card", "account", models.ForeignKey("{app}.{model}", models.SET_NULL, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
"""
FREE_MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cards", "0001_first")]
    operations = [migrations.AddField("card", "number", models.CharField(blank=True, max_length=30))]
"""
# The new migration when it is written, and when it has run everywhere.
WITHOUT_FIELD = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cards", "0002_number")]
    operations = [{operation}]
"""

START = """
import os
from io import StringIO

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
import django

django.setup()
from cards.models import Card
from clever_sso.django.models import CleverAccount
from clever_sso.testing import Emulator, log_in
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import setup_test_environment

setup_test_environment()
emulator = Emulator(os.environ["CLEVER_BASE_URL"], [os.environ["CLEVER_REDIRECT_URI"]], {}, None)
User = get_user_model()
LABELS = os.environ["LABELS"].split()


def said(*command, **options):
    output = StringIO()
    call_command(*command, stdout=output, stderr=output, **options)
    return output.getvalue()


def apps_in_plan(label):
    plan = said("migrate", label, "zero", plan=True, no_color=True)
    assert "Planned operations:" in plan, plan
    return {line.partition(".")[0] for line in plan.splitlines() if line and line[0] != " " and not line.endswith(":")}


def user_of(handle):
    client = Client(SERVER_NAME="localhost")
    answer = log_in(client, handle, emulator)
    key = client.session.get("_auth_user_id")
    return key and User.objects.get(pk=key).username, answer.status_code
"""
# A wrong provider in moving.py is an error, not a second user. Then everyone is imported, staff last. The old library
# also gets the people who are new. The plan shows that the product's own migration would be unapplied.
BEFORE = """
import io
from contextlib import redirect_stdout

import moving
from clever_sso.testing import make_identity

call_command("migrate", verbosity=0)
model, provider = apps.get_model(LABELS[0], os.environ["MODEL"]), os.environ["PROVIDER"]
ada, olga = User.objects.create_user("ada"), User.objects.create_user("olga", is_staff=True)
root = User.objects.create_superuser("root", password="a password of hers")
for user in (ada, olga):
    model.objects.create(user=user, provider=provider, uid=emulator.person(user.username).id)
Card.objects.create(user=ada, number="card 7", account=model.objects.get(user=ada))
for label, name, fields in (
    ("account", "EmailAddress", {"email": "ada@school.example"}),
    ("mfa", "Authenticator", {"type": "totp", "data": {"secret": "x"}}),
    ("usersessions", "UserSession", {"session_key": "k", "ip": "127.0.0.1", "user_agent": "u"}),
):
    if apps.is_installed(f"allauth.{label}"):
        apps.get_model(label, name).objects.create(user=ada, **fields)
assert moving.PROVIDER == provider
handed = io.StringIO()
with redirect_stdout(handed):
    call_command("shell", command=os.environ["TRY"].replace("THE ID", emulator.person("ada").id))
assert handed.getvalue().endswith("ada\\n"), handed.getvalue()
moving.PROVIDER = "another"
count = User.objects.count()
assert log_in(Client(SERVER_NAME="localhost", raise_request_exception=False), "ada", emulator).status_code == 500
assert User.objects.count() == count
moving.PROVIDER = provider
assert moving.find_user(make_identity(id=emulator.person("ada").id)) == ada
assert moving.find_user(make_identity(id=emulator.person("noor").id)) is None
source = "social-auth" if LABELS[0] == "social_django" else "allauth"
assert Client().login(username="root", password="a password of hers"), "the superuser keeps the password"
assert "1 linked, 0 linked before, 1 left out" in said("clever_import", source, provider=[provider])
assert user_of("olga") == (None, 403)
with override_settings(CLEVER_ALLOW_STAFF=True):
    assert "1 linked, 1 linked before, 0 left out" in said("clever_import", source, provider=[provider])
noor = emulator.person("noor").id
assert user_of("noor") == (f"clever_{noor}", 303)
for _ in range(2):
    exec(os.environ["GO_BACK"])
    assert set(model.objects.values_list("user__username", "provider", "uid")) == {
        ("ada", provider, emulator.person("ada").id),
        ("olga", provider, emulator.person("olga").id),
        (f"clever_{noor}", provider, noor),
    }
assert apps_in_plan(LABELS[0]) == {LABELS[0], "cards"}
"""
REMOVE_FIELD = """
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
call_command("migrate", verbosity=0)
"""
DELETE_TABLES = """
for label in LABELS:
    assert apps_in_plan(label) == {label}
    said("migrate", label, "zero")
assert Card.objects.get().number == "card 7"
tables = connection.introspection.table_names()
assert [name for name in tables for label in LABELS if name.startswith((f"{label}_", "social_auth_"))] == []
"""
AFTER = """
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
call_command("migrate", verbosity=0)
call_command("migrate", database="fresh", verbosity=0)
call_command("check", fail_level="WARNING")
from django.contrib.contenttypes.models import ContentType

old = ContentType.objects.filter(app_label__in=LABELS)
assert old.exists()
said("remove_stale_contenttypes", include_stale_apps=True, interactive=False)
assert not old.exists()
for handle in ("ada", "olga"):
    assert user_of(handle) == (handle, 303)
assert Client(SERVER_NAME="localhost").get(os.environ["OLD_LOGIN"]).headers["Location"] == "/clever/login"
assert Client().login(username="root", password="a password of hers")
if apps.is_installed("allauth.mfa"):
    client = Client(SERVER_NAME="localhost")
    log_in(client, "ada", emulator)
    assert client.get("/accounts/2fa/").status_code == 200
assert Card.objects.get().number == "card 7"
User.objects.get(username="ada").delete()
connection.check_constraints()
assert not Card.objects.exists()
"""
# Ada is imported, and Noor is new. After the application went back, each has a row, and the old code can delete Noor.
IMPORTED = """
call_command("migrate", verbosity=0)
model, provider = apps.get_model(LABELS[0], os.environ["MODEL"]), os.environ["PROVIDER"]
model.objects.create(user=User.objects.create_user("ada"), provider=provider, uid=emulator.person("ada").id)
source = "social-auth" if LABELS[0] == "social_django" else "allauth"
assert "1 linked, 0 linked before, 0 left out" in said("clever_import", source, provider=[provider])
assert user_of("ada") == ("ada", 303)
assert user_of("noor")[1] == 303
"""
BACK = """
import os
from django.apps import apps
from django.contrib.auth import get_user_model

model = apps.get_model(os.environ["LABELS"], os.environ["MODEL"])
names = set(model.objects.filter(provider=os.environ["PROVIDER"]).values_list("user__username", flat=True))
assert len(names) == get_user_model().objects.count() == 2, names
get_user_model().objects.exclude(username="ada").get().delete()
"""
AGAIN = """
call_command("migrate", verbosity=0)
source = "social-auth" if LABELS[0] == "social_django" else "allauth"
assert "1 linked, 0 linked before, 0 left out" in said("clever_import", source, provider=[os.environ["PROVIDER"]])
assert user_of("ada") == ("ada", 303)
assert CleverAccount.objects.count() == 1
"""


@dataclass(frozen=True)
class Product:
    """The project in its folder, with its environment variables."""

    folder: Path
    environment: dict[str, str]
    settings: str
    urls: str

    def write(self, path: str, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    def configure(self, settings: str, urls: str) -> None:
        self.write("mysite/settings.py", self.settings + OF_THE_PRODUCT + settings)
        self.write("mysite/urls.py", self.urls + FRONT_PAGE + urls)

    def manage(
        self, *command: str, stdin: str = "", fails: bool = False, variables: dict[str, str] | None = None
    ) -> str:
        """Run manage.py, and return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=self.folder,
            env={**self.environment, **(variables or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS * 2,
            check=False,
        )
        output = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, output
        return output

    def run(self, program: str, **variables: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", START + program],
            cwd=self.folder,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=SECONDS * 2,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    pytest.importorskip("django")
    monkeypatch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))
    subprocess.run(
        [sys.executable, "-m", "django", "startproject", "mysite", str(tmp_path)], check=True, timeout=SECONDS
    )
    settings, urls = ((tmp_path / f"mysite/{name}.py").read_text("utf-8") for name in ("settings", "urls"))
    with Emulator.running([CALLBACK]) as emulator:
        environment = {**os.environ, **emulator.settings(), "CLEVER_REDIRECT_URI": CALLBACK}
        product = Product(tmp_path, environment, settings, urls)
        for name, text in {
            "__init__": "",
            "models": MODELS,
            "migrations/__init__": "",
            "migrations/0001_first": FIRST_MIGRATION,
        }.items():
            product.write(f"cards/{name}.py", text)
        yield product


def in_order(text: str) -> list[str]:
    """Return the apps of allauth in the order of the guide."""
    found = re.search(r"in this order: ((?:`\w+`(?:,\s+)?)+)\.", text)
    assert found is not None
    return re.findall(r"\w+", found[1])


@dataclass(frozen=True)
class Library:
    """The old library: its blocks in the guide, its table, the name of Clever there, and the address of its login."""

    blocks: str
    app: str
    model: str
    provider: str
    old_login: str
    package: str

    def block(self, name: str) -> str:
        text = BLOCKS[f"{self.blocks} {name}"]
        changed = text.replace('PROVIDER = "clever"', f'PROVIDER = "{self.provider}"')
        return changed.replace('"login/clever/"', f'"login/{self.provider}/"')

    def variables(self, labels: Iterable[str]) -> dict[str, str]:
        return {
            "LABELS": " ".join(labels),
            "MODEL": self.model,
            "PROVIDER": self.provider,
            "OLD_LOGIN": self.old_login,
            "GO_BACK": self.block("go_back.py"),
            "TRY": TRY,
        }


ALLAUTH = Library(
    "allauth", "socialaccount", "SocialAccount", "clever", "/accounts/clever/login/", "allauth.socialaccount"
)
# A backend of the product, with a name of its own.
SOCIAL = Library("social", "social_django", "UserSocialAuth", "clever-school", "/login/clever-school/", "social_django")


def remove(product: Product, library: Library, labels: list[str], more: tuple[str, str], urls: tuple[str, str]) -> None:
    """Follow the steps of the guide, with more settings before and after the removal, and with these URLs."""
    variables = library.variables(labels)
    assert f"`manage.py migrate {library.app} zero --plan`" in STEPS
    product.write("moving.py", library.block("after moving.py"))
    number = "cards/migrations/0002_number.py"
    product.write(number, DEPENDENT_MIGRATION.format(app=library.app, model=library.model))
    product.write("cards/models.py", MODELS + FIELD.format(app=library.app, model=library.model))
    product.configure(library.block("after settings.py") + more[0], urls[0])
    product.run(BEFORE, **variables)
    product.write("cards/models.py", MODELS)
    last = "cards/migrations/0003_without_account.py"
    product.write(last, WITHOUT_FIELD.format(operation='migrations.RemoveField("card", "account")'))
    product.run(REMOVE_FIELD, **variables)
    product.write(number, FREE_MIGRATION)
    product.write(last, WITHOUT_FIELD.format(operation=""))
    product.run(DELETE_TABLES, **variables)
    for name in ("moving", "second_factor"):
        (product.folder / f"{name}.py").unlink(missing_ok=True)
    product.configure(WITHOUT + more[1], urls[1])
    product.run(AFTER, **variables)


def without(line: str, urls: str) -> str:
    """Return the URLs without a line."""
    kept = [each for each in urls.splitlines(keepends=True) if line not in each]
    assert len(kept) == len(urls.splitlines()) - 1
    return "".join(kept)


@pytest.mark.parametrize("removed", whole_or_short(["all of allauth", "socialaccount"], ["all of allauth"]))
def test_a_product_that_removes_allauth_keeps_its_columns_and_its_users(product: Product, removed: str) -> None:
    pytest.importorskip("allauth.usersessions")
    urls = ALLAUTH.block("after urls.py")
    if removed == "socialaccount":
        remove(product, ALLAUTH, ["socialaccount"], (OTHER_PARTS, PART_OF_ALLAUTH), (urls, urls))
        return
    product.write("second_factor.py", FACTORS["allauth second_factor.py"])
    settings = OTHER_PARTS + FACTORS["factors settings.py"]
    addresses = (urls + FACTORS["factors urls.py"], without('include("allauth.urls")', urls))
    remove(product, ALLAUTH, in_order(STEPS), (settings, ""), addresses)


def test_a_product_that_removes_python_social_auth_keeps_its_columns_and_its_users(product: Product) -> None:
    pytest.importorskip("social_django")
    urls = SOCIAL.block("after urls.py")
    remove(product, SOCIAL, ["social_django"], ("", ""), (urls, urls))


@pytest.mark.parametrize("library", whole_or_short([ALLAUTH, SOCIAL], [SOCIAL]), ids=lambda each: each.app)
def test_a_product_that_goes_back_can_delete_its_users_and_move_again(product: Product, library: Library) -> None:
    pytest.importorskip(library.package)
    wrong = library.block("go_back.py").replace(f'PROVIDER = "{library.provider}"', 'PROVIDER = "another"')
    variables = library.variables([library.app])
    # The import needs no moving.py.
    after = library.block("after settings.py") + "\ndel CLEVER_MATCH_USER\nSOCIALACCOUNT_FORMS = {}\n"
    product.configure(after, library.block("after urls.py"))
    product.run(IMPORTED, **variables)
    assert "LookupError: PROVIDER in go_back.py is wrong" in product.manage("shell", stdin=wrong, fails=True)
    product.manage("shell", stdin=library.block("go_back.py"))
    assert "`manage.py migrate clever_sso zero`" in GUIDE
    product.manage("migrate", "clever_sso", "zero")
    product.configure(library.block("before settings.py"), library.block("before urls.py"))
    product.manage("shell", "-c", BACK, variables=variables)
    product.configure(after, library.block("after urls.py"))
    product.run(AGAIN, **variables)
