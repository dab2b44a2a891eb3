"""Follows the guide for Python step by step: writes every block of code to a file and runs it."""

from __future__ import annotations

import ast
import asyncio
import importlib
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from clever_sso import AsyncClient, Client, ClientSettings, Identity, SignedIn, _settings
from clever_sso._web.hosts import settings_of_hosts
from harness import ports
from harness.browser import Browser as Person
from harness.cookie_browser import Browser
from harness.emulator import App, running
from harness.paths import EMULATOR, ROOT
from harness.patience import SECONDS, wait_for

GUIDE = (ROOT / "docs" / "python.md").read_text("utf-8")
ADA, GRACE, CONTACT = "510001", "610001", "910001"
BLOCK = re.compile(r"^( *)<!-- ([a-z]+)(?: (\S+))? -->\n *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
BLOCKS = [(found[2], found[3], textwrap.dedent(found[5])) for found in BLOCK.finditer(GUIDE)]
# `install` needs the whole source and a package index; `make test` runs its commands. `python` is a part of
# examples/python/login.py, which has its own test.
NOT_RUN = {"install", "python"}


def blocks(name: str, file: str | None = None) -> list[str]:
    return [text for block, part, text in BLOCKS if (block, part) == (name, file)]


def settings(name: str) -> dict[str, str]:
    """Return the variables that a block exports."""
    (text,) = blocks(name)
    pairs = [line.removeprefix("export ").split("=", 1) for line in text.splitlines()]
    return {pair[0]: pair[1] for pair in pairs}


def files(framework: str) -> dict[str, str]:
    """Return the files that this section and the later ones write, block by block."""
    written: dict[str, str] = {}
    for name, file, text in BLOCKS:
        if name == framework and file and file != "run":
            written[file] = written.get(file, "") + text
    return written


def write(framework: str, folder: Path) -> None:
    if framework == "django":
        subprocess.run([sys.executable, "-m", "django", "startproject", "mysite", str(folder)], check=True)
    for file, text in files(framework).items():
        path = folder / ("mysite" if file in {"settings.py", "urls.py"} else "") / file
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as opened:
            opened.write(text)


@contextmanager
def following(framework: str, folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Do what the guide says, on a free port; yield the addresses of the application and the emulator, and the log."""
    with ports.reserved() as port, following_at(port, framework, folder) as followed:
        yield followed


@contextmanager
def following_at(port: int, framework: str, folder: Path) -> Iterator[tuple[str, str, Path]]:
    write(framework, folder)
    url = f"http://127.0.0.1:{port}"
    told = settings("environment")
    app = App(told["CLEVER_CLIENT_ID"], told["CLEVER_CLIENT_SECRET"], f"{url}/clever/callback", oidc=True)
    with running([app]) as emulator:
        changes = {"CLEVER_REDIRECT_URI": app.redirect_uri, "CLEVER_BASE_URL": emulator, "PYTHONUNBUFFERED": "1"}
        environment = {**os.environ, **told, **changes}
        (typed,) = blocks(framework, "run")
        *before, last = [command(line.replace("8000", str(port))) for line in typed.splitlines()]
        for each in before:
            subprocess.run(each, cwd=folder, env=environment, check=True, timeout=SECONDS)
        log = folder / "log"
        with log.open("wb") as output:
            site = subprocess.Popen([*last, *quiet(last)], cwd=folder, env=environment, stdout=output, stderr=output)
            try:
                wait_until_it_listens(port, site, log)
                yield url, emulator, log
            finally:
                site.terminate()
                site.wait(SECONDS)


def command(typed: str) -> list[str]:
    first, *others = shlex.split(typed)
    return [sys.executable, *([] if first == "python" else ["-m", first]), *others]


def quiet(typed: list[str]) -> list[str]:
    # The reloader's second process would outlive the test.
    return ["--noreload"] if "runserver" in typed else []


def wait_until_it_listens(port: int, site: subprocess.Popen[bytes], log: Path) -> None:
    try:
        wait_for(lambda: ports.listens(port), "the application to listen", site)
    except AssertionError as error:
        pytest.fail(f"{error}: {log.read_text()}")


@pytest.mark.parametrize("framework", ["flask", "django", "fastapi"])
def test_following_the_guide_leads_to_a_greeting_by_name(framework: str, tmp_path: Path) -> None:
    pytest.importorskip(framework)
    if framework == "django":
        pytest.importorskip("rest_framework")
    with following(framework, tmp_path) as (url, emulator, log):
        browser = Browser(emulator)
        assert ">Log in with Clever</a>" in browser.open(url).text
        page = browser.sign_in(ADA, browser.open(f"{url}/clever/login"))
        assert "<h1>Hello, Ada Ashworth</h1>" in page.text
        assert browser.open(f"{url}/lessons").status == 403
        form = dict(re.findall(r'name="(\w+)" value="(\w+)"', page.text))
        assert ">Log in with Clever</a>" in browser.open(f"{url}/clever/logout", form).text
        browser.sign_out()
        assert "Lessons of Grace" in browser.sign_in(GRACE, browser.open(f"{url}/lessons")).text
        said = browser.open(f"{url}/clever/whoami").text
        assert '"full_name": "Grace ' in said
        if framework == "django":
            assert browser.open(f"{url}/staffroom").text == "coffee"
            assert '"teacher":"Grace ' in browser.open(f"{url}/api/lessons?format=json").text
        else:
            assert '"name":"Grace ' in browser.open(f"{url}/api/me").text
            with pytest.raises(HTTPError, match="401") as raised:
                urlopen(f"{url}/api/me", timeout=SECONDS)
            raised.value.close()
        browser.sign_out()
        page = browser.sign_in(CONTACT, browser.open(f"{url}/clever/login"))
        assert "Only schools use the Reading Room. (not_admitted)" in page.text
        assert "/clever/login" in page.text
        if framework != "fastapi":
            assert "signed in: a teacher" in log.read_text()
            assert "denied: not_admitted" in log.read_text()


def test_the_emulator_starts_as_the_guide_says() -> None:
    (typed,) = blocks("emulator")
    program, *options = shlex.split(typed.replace("5999", "0"))
    assert program == "target/release/clever-emulator"
    assert settings("environment")["CLEVER_BASE_URL"].endswith(":5999")
    process = subprocess.Popen(
        [os.environ.get("CLEVER_EMULATOR", EMULATOR), *options], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout
        url = process.stdout.readline().strip()
        told = settings("environment")
        client = Client(
            told["CLEVER_CLIENT_ID"], told["CLEVER_CLIENT_SECRET"], told["CLEVER_REDIRECT_URI"], base_url=url
        )
        login = client.begin_login()
        try:
            outcome = client.finish_login(Person(url, ADA).callback(login.url), pending=login.pending)
        finally:
            process.terminate()
        assert isinstance(outcome, SignedIn)


def test_a_login_in_progress_succeeds_after_the_secret_changes() -> None:
    told, changed = settings("environment"), settings("rotation")
    app = App(told["CLEVER_CLIENT_ID"], changed["CLEVER_CLIENT_SECRET"], told["CLEVER_REDIRECT_URI"], oidc=True)
    with running([app]) as emulator:
        at_emulator = {**told, "CLEVER_BASE_URL": emulator}
        login = Client(**_settings.arguments(at_emulator)).begin_login()
        callback = Person(emulator, ADA).callback(login.url)
        after = Client(**_settings.arguments({**at_emulator, **changed}))
        assert isinstance(after.finish_login(callback, pending=login.pending), SignedIn)


def test_the_block_for_asyncio_greets_restarts_and_refuses() -> None:
    (text,) = blocks("asyncio")
    module: dict[str, Any] = {}
    exec(text, module)
    told = settings("environment")
    app = App(told["CLEVER_CLIENT_ID"], told["CLEVER_CLIENT_SECRET"], told["CLEVER_REDIRECT_URI"], oidc=True)
    with running([app]) as emulator:

        async def answers() -> list[tuple[str, list[str]]]:
            async with AsyncClient(**_settings.arguments({**told, "CLEVER_BASE_URL": emulator})) as client:
                login = client.begin_login()
                callback = Person(emulator, ADA).callback(login.url)
                cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in login.set_cookies)
                return [
                    await module["arrived"](client, callback, cookies),
                    await module["arrived"](client, "code=from-the-portal", ""),
                    await module["arrived"](client, "error=access_denied", ""),
                ]

        greeted, restarted, refused = asyncio.run(answers())
    assert greeted[0] == "hello Ada Ashworth"
    assert "Max-Age=0" in greeted[1][0]
    assert restarted[0].startswith(f"redirect to {emulator}/oauth/authorize?")
    assert [header.partition("_")[0] for header in restarted[1]] == ["clever"]
    assert refused == ("Clever did not let you in", [])


def test_the_hooks_for_older_stores_change_the_id() -> None:
    pytest.importorskip("flask")
    pytest.importorskip("starlette")
    (text,) = blocks("rotate")
    module: dict[str, Any] = {}
    exec(text, module)

    class Session:
        sid = "planted"
        modified = flushed = False

        async def flush(self) -> None:
            self.flushed = True

    session = Session()
    module["rotate_in_flask"](session)
    assert session.sid != "planted"
    assert session.modified
    asyncio.run(module["rotate_in_asgi"](SimpleNamespace(session=session)))
    assert session.flushed


def test_a_client_accepts_the_settings_for_each_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_CLIENT_ID", "staging")
    monkeypatch.setenv("STAGING_CLIENT_SECRET", "a secret")
    (text,) = blocks("hosts")
    module: dict[str, Any] = {"os": os}
    exec(text, module)
    ((host, arguments),) = settings_of_hosts({"CLEVER_TIMEOUT": "3", **module}).items()
    assert (host, arguments["client_id"], arguments["timeout"]) == ("staging.school.example", "staging", 3.0)
    assert Client(**arguments).redirect_uris == ("https://staging.school.example/clever/callback",)


def test_the_form_of_a_link_and_the_commands_of_an_import_fit_the_project(tmp_path: Path) -> None:
    pytest.importorskip("django")
    write("django", tmp_path)
    environment = {**os.environ, **settings("environment")}

    def run(*typed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *typed],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    assert run("manage.py", "migrate").returncode == 0
    (commands,) = blocks("import")
    for line in commands.splitlines():
        done = run(*shlex.split(line)[1:])
        # The options are accepted, but this project doesn't have the table.
        assert (done.returncode, "has no table" in done.stderr) == (1, True), done.stderr
    (form,) = blocks("links", "account.html")
    (tmp_path / "account.html").write_text(form, "utf-8")
    program = """
from clever_sso.django.models import CleverAccount
from django.contrib.auth.models import User
from django.template import engines
user, template = User.objects.create_user("paula"), engines["django"].from_string(open("account.html").read())
print(template.render({"user": user}), "then")
CleverAccount.objects.create(user=user, issuer="https://clever.com", clever_id="64c20b1e8f3a7d0019c4e501")
print(template.render({"user": user}))
"""
    shown = run("manage.py", "shell", "-c", program).stdout
    assert re.findall(r'action="([^"]+)"|then', shown) == ["/clever/link?next=/account", "", "/clever/unlink"]


def test_every_block_of_the_guide_is_run() -> None:
    assert GUIDE.count("```") == 2 * len(BLOCKS)
    run = {
        "flask",
        "django",
        "fastapi",
        "emulator",
        "environment",
        "rotation",
        "rotate",
        "asyncio",
        "links",
        "import",
        "hosts",
    }
    # python/tests/frameworks/test_second_factors.py runs these.
    run |= {"allauth", "factors", "keys", "otp"}
    # python/tests/frameworks/test_django_channels.py runs this one.
    run |= {"channels"}
    assert {name for name, _, _ in BLOCKS} == run | NOT_RUN


def test_the_guide_names_the_tested_version_of_allauth() -> None:
    pinned = (ROOT / "tests/harness/requirements/third-party.txt").read_text("utf-8")
    tested = re.search(r"^django-allauth\[\w+\]==([\d.]+)", pinned, re.MULTILINE)
    assert tested
    assert re.findall(r"a key in version ([\d.]+\d)", GUIDE) == [tested[1]]


def test_every_member_of_an_identity_is_in_the_guide() -> None:
    table = GUIDE.split("| member of `Identity` |", 1)[1].split("\n\n", 1)[0]
    cells = [line.strip("| ").split(" | ")[0] for line in table.splitlines()[2:]]
    assert [name for cell in cells for name in re.findall(r"`(\w+)`", cell)] == list(Identity.__match_args__)


def test_every_setting_is_in_the_guide() -> None:
    pytest.importorskip("flask")
    pytest.importorskip("django")
    arguments = [*ClientSettings.__annotations__, "client_id", "client_secret", "redirect_uri"]
    names = {f"CLEVER_{argument.upper()}" for argument in arguments}
    for home in ("clever_sso.flask.extension", "clever_sso.django.conf"):
        names |= importlib.import_module(home).OWN_SETTINGS
    assert len(names) > 25
    assert sorted(name for name in names if f"`{name}`" not in GUIDE) == []


def test_every_message_names_a_heading_of_the_guide_and_its_address() -> None:
    package = ROOT / "python/clever_sso"
    files = [path.read_text("utf-8") for path in package.rglob("*.py")]
    named = {heading for text in files for heading in re.findall(r"_settings\.guide\((['\"])(.+?)\1\)", text)}
    headings = set(re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE))
    assert len(named) > 1
    assert {heading for _, heading in named} <= headings
    assert re.fullmatch(
        r'"A second factor, consent, a form to sign up" '
        r"\(https://\S+/docs/python\.md#a-second-factor-consent-a-form-to-sign-up\)",
        _settings.guide("A second factor, consent, a form to sign up"),
    )


def test_no_message_sends_readers_to_a_file_that_a_wheel_does_not_have() -> None:
    """Docstrings may name a file of the repository. Messages give its address."""
    wrong = []
    for path in (ROOT / "python/clever_sso").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        statements = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
        docstrings = {id(value) for value in statements if isinstance(value, ast.Constant)}
        wrong += [
            f"{path.name}: {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
            if re.search(r"\bdocs/\w+", node.value)
        ]
    # What the address is when the package has no metadata.
    assert wrong == ["_settings.py: docs/python.md"]
