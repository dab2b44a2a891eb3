"""The documentation site builds without warnings, is complete, and works without a network."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import clever_sso
import pytest
from clever_sso import gevent, testing
from harness import chromium
from harness.header import FUNCTIONS, HANDLES
from harness.paths import ROOT, TARGET
from harness.patience import SECONDS

if TYPE_CHECKING:
    from types import ModuleType

# The elements that make a browser load a file, with the attribute.
LOADED = {"src", "srcset", "poster", "data"}
LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "manifest"}
# The folder of the rustdoc pages in the site.
RUST = "rust"


@dataclass
class Page:
    """The links, files and anchors of a page of the site."""

    path: Path
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    text: str = ""


class Reader(HTMLParser):
    """Reads a page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.page.anchors |= {told[name] for name in ("id", "name") if name in told}
        self.page.loaded += [told[name] for name in LOADED & set(told)]
        self.page.loaded += re.findall(r"url\(([^)]+)\)", told.get("style", ""))
        if tag == "link" and LOADING_LINKS & set(told.get("rel", "").split()):
            self.page.loaded.append(told["href"])
        if tag == "a" and "href" in told:
            self.page.links.append(told["href"])
        self.is_code = self.is_code or tag in {"pre", "code", "script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self.is_code = self.is_code and tag not in {"pre", "code", "script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.is_code:
            self.page.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site of `make docs` if it is up to date; otherwise build it in the same way."""
    built = TARGET / "site"
    stamp = built / "built-from.txt"
    if stamp.exists() and stamp.read_text("utf-8").strip() == hooks().digest():
        return built
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings_handlers.python")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Return each page of the site, by its path. rustdoc checks its own pages."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        if path.is_relative_to(site / RUST):
            continue
        page = found[path.relative_to(site).as_posix()] = Page(path)
        Reader(page).feed(path.read_text("utf-8"))
    return found


def test_every_link_and_anchor_of_the_site_has_a_target(site: Path, pages: dict[str, Page]) -> None:
    assert len(pages) > 40
    lost = []
    for name, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(urljoin(f"/{name}", link))
            if urlsplit(address).scheme or link in {"#", ".", "javascript:void(0)"}:
                continue
            target = unquote(address).lstrip("/") or "index.html"
            # `make docs` adds the rustdoc pages. The links on the 404 page start at the root.
            if (target.startswith(f"{RUST}/") and not (site / RUST).exists()) or name == "404.html":
                continue
            if not (site / target).exists() or (
                anchor and target in pages and unquote(anchor) not in pages[target].anchors
            ):
                lost.append(f"{name}: {link}")
    assert lost == []


def test_no_page_or_style_loads_anything_from_another_host(site: Path, pages: dict[str, Page]) -> None:
    loaded = {name: page.loaded for name, page in pages.items()}
    for path in site.rglob("*.css"):
        text = path.read_text("utf-8")
        loaded[path.name] = re.findall(r"url\(([^)]+)\)|@import\s+[\"']([^\"']+)", text)
    for path in (site / RUST).glob("*/index.html"):
        page = Page(path)
        Reader(page).feed(path.read_text("utf-8"))
        loaded[f"{RUST}/{path.parent.name}"] = page.loaded
    foreign = [
        f"{name}: {address}"
        for name, addresses in loaded.items()
        for address in addresses
        if re.match(r"[\"']?(?:https?:)?//", address if isinstance(address, str) else "".join(address))
    ]
    assert sum(map(len, loaded.values())) > 200
    assert foreign == []


def test_no_markdown_syntax_is_left_in_the_text_of_a_page(pages: dict[str, Page]) -> None:
    left = [
        f"{name}: {page.text[max(0, found.start() - 30) : found.end() + 30]!r}"
        for name, page in pages.items()
        for found in re.finditer(r"```|\]\(|<!--|-->|^:::|^\|[ -]", page.text, re.MULTILINE)
    ]
    assert left == []


def test_lists_have_the_indent_and_blank_line_that_the_site_needs() -> None:
    broken = []
    for path in [*(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in hooks().OUTSIDE)]:
        before, is_code = "", False
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            is_code ^= line.lstrip().startswith("```")
            item = None if is_code else re.match(r"( *)(?:[-*]|\d+\.) ", line)
            if item and len(item[1]) % 4:
                broken.append(f"{path.name}:{number}: indent a list in a list by four spaces")
            if item and before.strip() and not re.match(r" *(?:[-*]|\d+\.) |  ", before):
                broken.append(f"{path.name}:{number}: leave a blank line before a list")
            before = line
    assert broken == []


def test_each_function_and_type_of_the_c_header_has_a_section(pages: dict[str, Page]) -> None:
    anchors = pages["reference/c.html"].anchors
    assert len(FUNCTIONS) > 150
    assert (set(FUNCTIONS) | HANDLES) - anchors == set()
    enumerations = set(
        re.findall(r"^enum (clever_sso_\w+)", (ROOT / "include/clever_sso.h").read_text("utf-8"), re.MULTILINE)
    )
    assert len(enumerations) >= 5
    assert enumerations - anchors == set()


def test_each_public_name_of_the_python_package_has_an_entry(pages: dict[str, Page]) -> None:
    anchors = pages["reference/python.html"].anchors
    for module in (clever_sso, testing, gevent):
        names = {f"{module.__name__}.{name}" for name in module.__all__ if name != "__version__"}
        assert names - anchors == set()
    for name in ("begin_login", "finish_login", "verify_id_token", "warm_up"):
        assert {f"clever_sso.Client.{name}", f"clever_sso.AsyncClient.{name}"} <= anchors


def test_a_compiled_class_shows_its_arguments(pages: dict[str, Page]) -> None:
    page = pages["reference/python.html"].path.read_text("utf-8")
    section = page.split('id="clever_sso.Client"', 1)[1].split('id="clever_sso.Client.client_id"', 1)[0]
    shown = re.sub(r"<[^>]+>", "", section)
    assert "Client(" in shown
    assert "leeway: int = 60" in shown
    assert "How many seconds the clocks of Clever and this machine may differ" in shown


def test_every_page_of_the_docs_is_in_the_navigation() -> None:
    yaml = pytest.importorskip("yaml")
    # mkdocs.yml names a Python function for the slugs of anchors, which this test doesn't need.
    text = re.sub(r"!!python/\S+ ", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    listed: list[str] = []

    def walk(entry: object) -> None:
        if isinstance(entry, str):
            listed.append(entry)
        for part in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
            walk(part)

    walk(yaml.safe_load(text)["nav"])
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    outside = set(hooks().OUTSIDE.values())
    assert sorted(written - set(listed)) == [], "add the page to `nav` in mkdocs.yml"
    assert sorted(set(listed) - written - outside) == [], "this page of `nav` in mkdocs.yml doesn't exist"
    assert len(listed) == len(set(listed))


def hooks() -> ModuleType:
    pytest.importorskip("mkdocs")
    spec = importlib.util.spec_from_file_location("site_hooks", ROOT / "docs/site/hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("link", "page", "leads"),
    [
        ("docs/python.md#flask", "README.md", "python.md#flask"),
        ("SECURITY.md", "README.md", "security.md"),
        ("../SECURITY.md#reporting", "docs/browser.md", "security.md#reporting"),
        ("../../php/bin/clever-sso", "docs/reference/php.md", "REPOSITORY/blob/main/php/bin/clever-sso"),
        ("../examples/flask", "docs/python.md", "REPOSITORY/tree/main/examples/flask"),
        ("../SECURITY.md", "docs/reference/x.md", "../SECURITY.md"),
        ("https://app.example/", "README.md", "https://app.example/"),
        ("#there", "docs/php.md", "#there"),
        ("write.py", "docs/reference/php.md", "REPOSITORY/blob/main/docs/reference/write.py"),
    ],
)
def test_a_link_out_of_the_docs_leads_to_a_page_or_to_the_source(link: str, page: str, leads: str) -> None:
    found = hooks()
    site = found.OUTSIDE.get(page, page.removeprefix("docs/"))
    target = found.target(link, page, site, {"python.md", "security.md"})
    assert target.replace(found.repository(), "REPOSITORY") == leads


def test_the_search_finds_a_function_without_a_server_or_a_network(site: Path) -> None:
    with chromium.launched() as browser, chromium.new_page(browser) as page:
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto((site / "index.html").as_uri())
        page.get_by_role("textbox", name="Search").click()
        # Wait for the index: the page doesn't search for anything typed before it is loaded.
        page.get_by_text("Type to start searching").wait_for()
        page.keyboard.type("clever_sso_finish_login_with_pending")
        first = page.locator(".md-search-result__item a").first
        first.wait_for()
        first.click()
        page.get_by_role("heading", name="clever_sso_finish_login_with_pending").wait_for()
        assert "/reference/c.html" in page.url
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))] == []
        assert said == []
