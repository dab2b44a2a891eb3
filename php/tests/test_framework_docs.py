"""The code in docs/php.md for Symfony and Laravel logs people in, and Composer installs the packages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from framework_sites import FRAMEWORKS, framework, needed
from harness.cookie_browser import Browser
from harness.paths import ROOT
from installed import program, run
from php_sites import ADA, Site
from test_composer import PHP, composer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from installed import Installed

TEACHER = "610001"


def files(name: str) -> dict[str, str]:
    """The files in the guide for a framework."""
    text = (ROOT / "docs/php.md").read_text()
    return dict(re.findall(rf"<!-- {name} (\S+) -->\n```\w+\n(.*?)```", text, re.DOTALL))


@pytest.fixture
def folder() -> Iterator[Path]:
    """The folder of the application. The servers' user must be able to read it, which pytest's folders do not allow."""
    with TemporaryDirectory(prefix="clever-sso-guide-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(params=FRAMEWORKS, ids=lambda used: used.name)
def name(request: pytest.FixtureRequest, folder: Path) -> str:
    request.param.skip_if_missing()
    needed("/usr/share/php/Symfony/Component/Yaml/autoload.php", package="php-symfony-yaml")
    name: str = request.param.name
    for path, text in files(name).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return name


def signed_in(site: Site, number: str, page: str) -> tuple[Browser, str]:
    browser = Browser(site.clever)
    opened = browser.open(site.url + page)
    assert opened.status < 400, site.log
    return browser, browser.sign_in(number, opened).text


def test_the_guide_shows_whole_files() -> None:
    assert set(files("symfony")) == {
        "config/packages/clever_sso.yaml",
        "config/routes/clever_sso.yaml",
        "config/packages/security.yaml",
        "src/CleverUsers.php",
    }
    assert set(files("laravel")) == {"routes/web.php", "app/CleverUsers.php"}


def test_the_application_of_the_guide_logs_in(installed: Installed, name: str, folder: Path) -> None:
    with framework(installed, name, DOCS=str(folder)) as site:
        browser, text = signed_in(site, ADA, "/lessons")
        assert text == ("Lessons of Ada" if name == "symfony" else "Lessons of Ada Ashworth")
        assert browser.open(f"{site.url}/staffroom").status == 403
        assert signed_in(site, TEACHER, "/staffroom")[1].startswith("coffee")
        if name == "laravel":
            assert browser.open(site.url).text.startswith('Hello, Ada Ashworth. <a href="/clever/login?switch_user=1">')
            assert "Log in with Clever" in browser.open(f"{site.url}/clever/logout", {}).text


@pytest.mark.parametrize("way", ["extension", "ffi"])
def test_the_user_classes_of_the_guide_sign_people_in(installed: Installed, name: str, folder: Path, way: str) -> None:
    with framework(installed, name, way, DOCS=str(folder), APP_ENV="own") as site:
        text = signed_in(site, ADA, "/lessons" if name == "symfony" else "/user")[1]
        assert text.endswith("yours")


@pytest.mark.parametrize(
    ("package", "needs", "class_name"),
    [
        ("laravel", ["laravel/framework"], "CleverSso\\Laravel\\CleverServiceProvider"),
        ("symfony", ["symfony/framework-bundle", "symfony/security-bundle"], "CleverSso\\Symfony\\CleverSsoBundle"),
    ],
)
def test_composer_installs_the_package_of_a_framework(
    tmp_path: Path, package: str, needs: list[str], class_name: str
) -> None:
    paths = [{"type": "path", "url": str(folder), "options": {"symlink": False}} for folder in (PHP, PHP / package)]
    # The framework itself is not installed with Composer here: tell Composer that it is.
    known = {"laravel/framework": "12.0.0", "symfony/framework-bundle": "7.0.0", "symfony/security-bundle": "7.0.0"}
    application = {
        "repositories": [*paths, {"packagist.org": False}],
        "require": {"clever-sso/clever-sso": "@dev", f"clever-sso/{package}": "@dev"},
        "replace": {one: known[one] for one in needs},
    }
    (tmp_path / "composer.json").write_text(json.dumps(application))
    composer(tmp_path, "install")
    code = f"echo (require '{tmp_path}/vendor/autoload.php')->findFile('{class_name}') ? 'found' : 'missing';"
    assert run([program("php"), "-n", "-r", code], tmp_path) == "found"
