"""The system checks, migrations and docstrings of the Django app."""

from __future__ import annotations

import itertools
import os
import pydoc
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("django")
from running import serving

pytestmark = pytest.mark.usefixtures("untouched")


HTTP = {"CLEVER_DEVELOPMENT": True}


def found(**changes: object) -> set[str]:
    from clever_sso.django.checks import check
    from django.test import override_settings

    with override_settings(**changes):
        return {str(message.id).removeprefix("clever_sso.") for message in check()}


def test_a_correct_configuration_has_no_findings() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("E001", {"CLEVER_CLIENT_ID": ""}),
        ("E001", {"CLEVER_CLIENT_SECRET": None}),
        ("E001", {"CLEVER_REDIRECT_URI": None}),
        ("E001", {"CLEVER_REDIRECT_URI": "app.example/callback"}),
        ("E001", {"CLEVER_TIMEOUT": "soon"}),
        ("E001", {"CLEVER_WAITING_PAGE": "perhaps"}),
        ("E001", {"CLEVER_CREATE_USERS": 3}),
        ("E001", {"CLEVER_ALLOW_STAFF": "perhaps"}),
        ("E001", {"CLEVER_KEEP_NAMES": ["first_name"]}),
        ("E001", {"CLEVER_USER_EMAIL": "clever"}),
        ("E001", {"CLEVER_USER_EMAIL": ["auto"]}),
        ("E001", {"CLEVER_AFTER_UNLINK": "later"}),
        ("E001", {"CLEVER_HOSTS": ["b.example"]}),
        ("E001", {"CLEVER_HOSTS": {"b.example": {"CLEVER_CLIENT_SECRET": ""}}, "CLEVER_CLIENT_SECRET": ""}),
        ("E002", {"ROOT_URLCONF": "django.contrib.auth.urls", "LOGIN_URL": "login"}),
        ("E003", {"CLEVER_REDIRECT_URI": "http://127.0.0.1/callback"}),
        ("E004", {"AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"]}),
        ("E004", {"AUTHENTICATION_BACKENDS": ["clever_sso.django.Backend"]}),
        ("E005", {"CLEVER_MATCH_USER": "django_project.nothing"}),
        ("E005", {"CLEVER_PROVISION_USER": 7}),
        ("E005", {"CLEVER_BEFORE_SIGN_IN": "django_project.nothing"}),
        ("E006", {"MIDDLEWARE": []}),
        ("E007", {"CLEVER_PROBLEM_TEMPLATE": "not_there.html"}),
        ("E008", {"CLEVER_ROLE_GROUPS": "Teachers"}),
        ("E010", {"SESSION_COOKIE_SAMESITE": "Strict"}),
        ("E016", {"SESSION_COOKIE_DOMAIN": "app.example"}),
        ("W013", {"SESSION_COOKIE_SECURE": True, "CLEVER_REDIRECT_URI": "http://app.example/clever/callback", **HTTP}),
        ("W001", {"CLEVER_REDIRECT_URI": "https://app.example/clever/callback"}),
        ("W002", {"SESSION_COOKIE_SAMESITE": "None"}),
        ("W002", {"SESSION_COOKIE_SAMESITE": False}),
        ("W003", {"SESSION_COOKIE_HTTPONLY": False}),
        ("W005", {"CLEVER_REDIRECT_URL": "http://127.0.0.1/clever/callback"}),
        ("E015", {"CLEVER_ROLE_GROUPS": {"teachers": "Teachers"}}),
        ("W006", {"CLEVER_ROLE_GROUPS": {"principal": "Principals"}}),
        ("W007", {"LOGIN_URL": "/accounts/login/"}),
        ("E013", {"CLEVER_AFTER_LOGIN": ["home"]}),
        ("E014", {"LOGIN_URL": "clever_sso:callback"}),
        ("E014", {"LOGIN_URL": "/clever/logout/"}),
        ("E014", {"LOGIN_URL": "clever_sso:whoami"}),
    ],
)
def test_each_wrong_setting_has_its_own_finding(word: str, changes: dict[str, object]) -> None:
    assert found(**changes) == {word}


SECRET = "a secret of the project"
# Python keeps modules by their names.
NUMBERS = itertools.count()


@pytest.mark.parametrize(
    "case",
    [
        ("def find_user(\n", "{}.find_user", "names a function that cannot be imported: '{}' raises SyntaxError in "),
        (f"import os\n\nraise KeyError({SECRET!r})", "{}.find_user", "'{}' raises KeyError in {}.py, line 3"),
        (f"import os\nWORD = os.environ[{SECRET!r}]", "{}.find_user", "'{}' raises KeyError in {}.py, line 2"),
        ("x = 1\nx.find_user", "{}.find_user", "'{}' raises AttributeError in {}.py, line 2"),
        (
            "import no_such_package",
            "{}.find_user",
            "raises ModuleNotFoundError (there is no module 'no_such_package') in {}.py, line 1",
        ),
        ("", "{}.find_user", "names no function: the module '{}' has no 'find_user'"),
        ("", "{}x.find_user", "names no function: there is no module '{}x'"),
        ("", "{}", "names no function: '{}' is not the path of one"),
        ("", "find user", "names no function: 'find user' is not the path of one"),
    ],
)
@pytest.mark.parametrize("setting", ["CLEVER_MATCH_USER", "CLEVER_BEFORE_SIGN_IN", "AUTHENTICATION_BACKENDS"])
def test_a_path_that_cannot_be_imported_is_reported_with_the_reason(
    case: tuple[str, str, str], setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clever_sso.django.checks import check
    from django.test import override_settings

    source, path, said = case
    module = f"own_{next(NUMBERS)}"
    (tmp_path / f"{module}.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    is_list = setting == "AUTHENTICATION_BACKENDS"
    value = path.replace("{}", module)
    with override_settings(**{setting: [value] if is_list else value}):
        (found,) = check()
    assert (found.id, found.msg.split()[0]) == ("clever_sso.E004" if is_list else "clever_sso.E005", setting)
    assert said.replace("{}", module).replace("function", "class" if is_list else "function") in found.msg
    assert SECRET not in f"{found.msg} {found.hint}"
    if not is_list:
        runs = f'manage.py shell -c "import {module}"' if " raises " in found.msg else "which begins with: def "
        assert runs in str(found.hint)


def test_the_hint_about_a_hook_has_the_name_and_arguments_of_that_hook() -> None:
    from clever_sso.django import conf
    from clever_sso.django.checks import check
    from django.test import override_settings

    hints = set()
    for name, arguments in conf.HOOKS.items():
        with override_settings(**{name: "django_project.nothing"}):
            (found,) = check()
        sample = re.search(r'such as "accounts\.(\w+)", which begins with: def (\w+)\((.*)\)\.$', str(found.hint))
        assert sample, found.hint
        assert (sample[1], sample[3]) == (sample[2], ", ".join(arguments))
        hints.add(sample[1])
    assert len(hints) == len(conf.HOOKS)


@pytest.mark.parametrize("wrong", ["account_login", "/accounts/login/", "clever_sso:callback", None])
def test_the_hint_about_login_url_keeps_the_page_for_a_password(wrong: str | None) -> None:
    from clever_sso.django.checks import check
    from django.test import override_settings

    with override_settings(LOGIN_URL=wrong):
        (found,) = check()
    assert "LOGIN_URL" in found.msg
    assert "If people also log in with a password, set it to your own login page" in str(found.hint)


def test_a_strict_cookie_is_fine_with_the_waiting_page() -> None:
    assert found(SESSION_COOKIE_SAMESITE="Strict", CLEVER_WAITING_PAGE=True) == set()


@pytest.mark.parametrize("path", ["/clever/callback/", "/school/clever/callback"])
def test_a_redirect_uri_with_a_slash_or_a_prefix_has_no_findings(path: str) -> None:
    assert found(CLEVER_REDIRECT_URI=f"http://127.0.0.1{path}") == set()


def test_the_checks_make_no_network_request() -> None:
    # No server listens there.
    assert found(CLEVER_DISCOVER=True, CLEVER_BASE_URL="http://127.0.0.1:9") == set()


def test_role_groups_for_a_user_model_without_groups_are_a_finding(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match=r"clever_sso\.E009"),
        serving("django", tmp_path, OWN_USER_MODEL="Person", WITH_GROUPS="yes"),
    ):
        pass


def test_no_migration_is_missing() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "clever_sso", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("name", import_module("clever_sso.django").__all__)
def test_every_public_django_name_has_a_docstring(name: str) -> None:
    import clever_sso.django

    assert name in (clever_sso.django.__doc__ or "") + pydoc.plain(pydoc.render_doc(getattr(clever_sso.django, name)))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        clever_sso.django.nothing  # noqa: B018


def test_the_package_can_be_imported_without_settings() -> None:
    program = "import clever_sso.django, clever_sso.django.access, clever_sso.django.urls, clever_sso.django.signals"
    subprocess.run([sys.executable, "-c", program], check=True, env={**os.environ})
