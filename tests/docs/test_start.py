"""The pages in docs/start: their code is copied from tested code, and their settings work with the emulator."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from clever_sso import Client, SignedIn
from harness.browser import Browser as Person
from harness.emulator import started
from harness.paths import ROOT
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

START = ROOT / "docs" / "start"
PAGES = sorted(page for page in START.glob("*.md") if page.stem != "index")
BLOCK = re.compile(r"^(?:<!-- ([^\n]+) -->\n)?```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# The test that runs the code of each file, and the name of the file in that test.
TESTED = {
    "../python.md": ("tests/docs/test_python_guide.py", '"docs" / "python.md"'),
    "../php.md": ("php/tests/test_docs.py", "docs/php.md"),
    "../c.md": ("ffi/tests/c/test_guide.py", "docs/c.md"),
    "../rust.md": ("core/src/lib.rs", "tests/guide.md"),
    "../../examples/actix/app.rs": ("tests/harness/rust_examples.py", '"actix"'),
    "../../examples/implicit/wordpress/page.js": ("js/tests/test_js_frameworks.py", '"wordpress" / "page.js"'),
}
# Blocks that exist only on a page: js/tests runs the web page, and the WordPress configuration is four constants.
OWN = {("page", "html"), ("wordpress", "php")}


def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_start", START / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return the mark, the language and the text of each code block."""
    return [(mark, kind, text) for mark, kind, text in BLOCK.findall(page.read_text("utf-8"))]


def test_the_code_in_the_start_pages_is_up_to_date_with_the_guides() -> None:
    command = [sys.executable, str(START / "write.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"run `make readme`\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_is_copied_from_where_it_is_tested(page: Path) -> None:
    found = blocks(page)
    assert page.read_text("utf-8").count("```") == 2 * len(found)
    for mark, kind, _ in found:
        if mark.startswith("copy: "):
            test, called = TESTED[mark.removeprefix("copy: ").partition("#")[0]]
            assert called in (ROOT / test).read_text("utf-8"), mark
        else:
            assert kind == "sh" or (page.stem, kind) in OWN, f"{page.name}: copy the block in {kind} from a guide"


def test_a_missing_code_block_is_named(tmp_path: Path) -> None:
    (tmp_path / "guide.md").write_text("# A\n\n## B c\n\n```sh\n# a comment\n```\n\n## D\n\n```sh\nother\n```\n")
    page = tmp_path / "page.md"
    page.write_text("<!-- copy: guide.md#b-c sh -->\n```sh\n```\n")
    assert "# a comment" in writer().fresh(page)
    page.write_text("<!-- copy: guide.md#b-c sh 2 -->\n```sh\n```\n")
    with pytest.raises(SystemExit, match="no such block in sh below #b-c"):
        writer().fresh(page)


def emulator_of(page: Path) -> str:
    """Return the app in the page's emulator command."""
    commands = [shlex.split(line) for _, kind, text in blocks(page) if kind == "sh" for line in text.splitlines()]
    (apps,) = [
        words for words in commands if any(word.endswith("clever-emulator") for word in words) and "--app" in words
    ]
    assert apps[apps.index("--port") + 1] == "5999"
    return apps[apps.index("--app") + 1]


def settings_of(page: Path) -> dict[str, str]:
    """Return the settings on the page: variables, PHP constants, or HTML attributes."""
    text = "".join(text for _, kind, text in blocks(page) if kind in {"sh", "php", "html"})
    found = re.findall(r"\b(CLEVER_[A-Z_]+)=(\S+)|define\('(CLEVER_\w+)', '(.+)'\)|data-(\S+)=\"(\S+)\"", text)
    return {next(filter(None, each[::2])): next(filter(None, each[1::2])) for each in found}


def client_of(page: Path, base_url: str) -> Client:
    told = settings_of(page)
    if "client-id" in told:
        assert (told["clever"], told["api"]) == ("http://127.0.0.1:5999",) * 2
        return Client(told["client-id"], redirect_uri=told["redirect-uri"], base_url=base_url)
    assert told["CLEVER_BASE_URL"] == "http://127.0.0.1:5999"
    return Client(
        told["CLEVER_CLIENT_ID"], told["CLEVER_CLIENT_SECRET"], told["CLEVER_REDIRECT_URI"], base_url=base_url
    )


@pytest.fixture(params=PAGES, ids=lambda page: page.stem)
def following(request: pytest.FixtureRequest) -> Iterator[tuple[Path, str]]:
    """A page and its emulator."""
    with started(["--port", "0", "--app", emulator_of(request.param)]) as emulator:
        yield request.param, emulator


def test_the_people_of_the_page_log_in_with_its_settings(following: tuple[Path, str]) -> None:
    page, emulator = following
    text = " ".join(page.read_text("utf-8").split())
    client = client_of(page, emulator)
    for number, name, role in (("510001", "Ada", "student"), ("610001", "Grace", "teacher")):
        assert re.search(rf"`{number}`[^`]* is {name}, a {role}\.", text), number
        person = Person(emulator, number)
        if page.stem == "page":
            address = person.callback(client.authorize_url(response_type="token", without_state=True))
            assert address.startswith(f"{client.redirect_uris[0]}#")
            assert "access_token=" in address
            continue
        login = client.begin_login()
        outcome = client.finish_login(person.callback(login.url), pending=login.pending)
        assert isinstance(outcome, SignedIn)
        assert (outcome.identity.name.first, outcome.identity.user_type) == (name, role)


def test_each_page_is_short_and_the_first_one_leads_to_all() -> None:
    index = (START / "index.md").read_text("utf-8")
    assert set(re.findall(r"\]\((\w+\.md)\)", index)) == {page.name for page in PAGES}
    for page in PAGES:
        words = BLOCK.sub("", page.read_text("utf-8"))
        assert len(words.splitlines()) <= 64, page.name
        assert "\n## Next\n" in words, page.name
