"""`docs/coming-from.md` has the tested versions, and an existing test for every row."""

from __future__ import annotations

import importlib.util
import re
from importlib import import_module
from pathlib import Path

import pytest
from harness.paths import ROOT

PAGE = (ROOT / "docs/coming-from.md").read_text("utf-8")
LIBRARIES = ["django-allauth", "social-core", "Authlib", "clever_sso"]
MEASURED = PAGE.partition("## What each library does\n")[2]
SCENARIOS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##)", MEASURED, re.MULTILINE | re.DOTALL))
TESTS = {
    name: path.name
    for path in Path(__file__).parent.glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
}
# The test files of each library. The tests of moving sites are for all libraries.
HOMES = {"django-allauth": "allauth", "social-core": "social_core", "Authlib": "authlib", "clever_sso": "clever_sso"}


def test_the_measured_versions_are_the_tested_ones() -> None:
    pinned = (ROOT / "tests/harness/requirements/third-party.txt").read_text("utf-8")
    tested = dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\d.]+)", pinned, re.MULTILINE))
    rows = dict(re.findall(r"^\| ([\w-]+)[^|]*\| (\d+\.\d+\.\d+) \|$", PAGE, re.MULTILINE))
    assert rows == {
        "django-allauth": tested["django-allauth"],
        "social-core": tested["social-auth-core"],
        "Authlib": tested["authlib"],
        "mozilla-django-oidc": tested["mozilla-django-oidc"],
        "Flask-Dance": tested["flask-dance"],
    }
    assert f"use Django {tested['django']}." in PAGE


def test_the_page_has_every_scenario() -> None:
    assert len(SCENARIOS) == 11


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_library_has_a_row_with_a_test_of_it(scenario: str) -> None:
    rows = [line.strip("| ").split(" | ") for line in SCENARIOS[scenario].splitlines() if "`test_" in line]
    assert [row[0] for row in rows] == LIBRARIES
    for library, _, shown_by in rows:
        names = re.findall(r"`(test_\w+)`", shown_by)
        assert names
        for name in names:
            assert HOMES[library] in name or TESTS[name] in {"test_coming_from.py", "test_forged_id_tokens.py"}
            assert name in TESTS


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    targets = re.findall(r"\]\(#([^)]+)\)", PAGE)
    assert targets
    assert set(targets) <= headings


def sources(package: str) -> str:
    """Return the whole source of a library."""
    pytest.importorskip(package.partition(".")[0])
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        pytest.skip(f"could not import {package!r}")
    files = sorted(Path(spec.origin).parent.rglob("*.py"))
    return "\n".join(path.read_text("utf-8") for path in files)


def gates(title: str) -> list[str]:
    """Return the names in the first column of a table."""
    table = PAGE.split(f"| {title} | now |\n", 1)[1].split("\n\n", 1)[0]
    cells = [line.strip("| ").split(" | ")[0] for line in table.splitlines()[1:]]
    return [name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)]


PACKAGES = {
    "from django-allauth": "allauth",
    "from social-core": "social_core",
    "from mozilla-django-oidc": "mozilla_django_oidc",
    "from Flask-Dance": "flask_dance",
    "from Authlib": "authlib",
}


@pytest.mark.parametrize("title", PACKAGES)
def test_every_gate_on_the_page_exists_in_the_library(title: str) -> None:
    text = sources(PACKAGES[title])
    names = gates(title)
    assert len(names) > 9
    # The sources use the settings without their prefix.
    plain = [re.sub(r"^(?:SOCIALACCOUNT|ACCOUNT)_", "", name).rpartition(".")[2] for name in names]
    assert [name for name in plain if not re.search(rf"\b{name}\b", text)] == []


def test_every_setting_of_mozilla_django_oidc_is_named() -> None:
    read = re.findall(r'(?:get_settings|import_from_settings)\(\s*"([A-Z_]+)"', sources("mozilla_django_oidc"))
    assert len(set(read)) > 30
    assert sorted(set(read) - set(gates("from mozilla-django-oidc"))) == []


def test_every_signal_and_argument_of_flask_dance_that_decides_something_is_named() -> None:
    text = sources("flask_dance.consumer")
    signals = re.findall(r"^(oauth_\w+) = _signals\.signal", text, re.MULTILINE)
    assert sorted(signals) == ["oauth_authorized", "oauth_before_login", "oauth_error"]
    assert sorted(set(signals) - set(gates("from Flask-Dance"))) == []


def test_every_public_step_of_an_openid_login_with_authlib_is_named() -> None:
    text = sources("authlib.integrations.flask_client") + sources("authlib.integrations.base_client")
    mixin = text.split("class OpenIDMixin:", 1)[1].split("\nclass ", 1)[0]
    app = text.split("class FlaskOAuth2App(", 1)[1].split("\nclass ", 1)[0]
    steps = set(re.findall(r"^    def ([a-z]\w+)\(", mixin + app, re.MULTILINE)) - {"fetch_jwk_set"}
    assert {"parse_id_token", "authorize_access_token"} <= steps
    assert sorted(steps - set(gates("from Authlib"))) == []


def test_every_setting_that_replaces_a_gate_exists() -> None:
    pytest.importorskip("django")
    known = set(import_module("clever_sso.django.conf").OWN_SETTINGS) | set(
        import_module("clever_sso._settings").CLIENT_SETTINGS
    )
    named = set(re.findall(r"`(CLEVER_[A-Z_]+)", PAGE))
    assert len(named) > 10
    assert named <= known
