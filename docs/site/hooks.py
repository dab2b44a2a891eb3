"""What the site does with the pages, so that a Git host and the site read the same files.

- Pages outside `docs/` (the README, SECURITY.md and so on) are pages of the site, too.
- A link out of `docs/` leads to such a page, or else to the file in the repository.
- A comment `<!-- site ... -->` is there for the site only: what it says is a part of the page.
- A block of code in `rust,no_run` is Rust.
- `built-from.txt` in the site says from which files it is built, so that a test knows whether it is up to date.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
DOCS = "docs"
# Where the pages outside of `docs/` are in the site.
OUTSIDE = {
    "README.md": "index.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "RELEASING.md": "releasing.md",
}
FENCE = re.compile(r"^ *(```|~~~)")
LINK = re.compile(r"(\]\()([^)\s]+)(\))")
SITE_ONLY = re.compile(r"<!-- site\n(.*?)\n-->", re.DOTALL)
# The page that a link in a page of the site leads to, for the link in the text.
BACK = {site: path for path, site in OUTSIDE.items()}


def digest() -> str:
    """A digest of all files that the site is built from."""
    package = [path for path in (ROOT / "python/clever_sso").rglob("*.py*") if path.suffix in {".py", ".pyi"}]
    docs = [path for path in (ROOT / DOCS).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    others = [ROOT / name for name in (*OUTSIDE, "mkdocs.yml", "Cargo.toml", "tests/harness/requirements/docs.txt")]
    texts = [(path.relative_to(ROOT).as_posix(), path.read_bytes()) for path in sorted([*package, *docs, *others])]
    return hashlib.sha256(repr(texts).encode()).hexdigest()


def on_post_build(config: MkDocsConfig) -> None:
    """Write down what the site is built from."""
    (Path(config.site_dir) / "built-from.txt").write_text(digest() + "\n", "utf-8")


def repository() -> str:
    """The address of the project, which Cargo.toml names."""
    found = re.search(r'^repository = "(.+)"$', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)
    return found[1] if found else ""


def on_config(config: MkDocsConfig) -> None:
    """Link to the project."""
    config.repo_url, config.repo_name, config.edit_uri = repository(), "Source", ""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are outside of `docs/`."""
    for path, site in OUTSIDE.items():
        files.append(File.generated(config, site, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, files: Files, **_: Any) -> str:  # noqa: ANN401  (mkdocs adds more)
    """Make the text of a Git host one of the site."""
    path = BACK.get(page.file.src_uri, f"{DOCS}/{page.file.src_uri}")
    included = {file.src_uri for file in files if file.inclusion.is_included()}
    text = SITE_ONLY.sub(r"\1", markdown)
    text = re.sub(r"^( *```rust),no_run$", r"\1", text, flags=re.MULTILINE)

    def led(found: re.Match[str]) -> str:
        return found[1] + target(found[2], path, page.file.src_uri, included) + found[3]

    return outside_of_code(text, lambda line: LINK.sub(led, line))


def outside_of_code(text: str, change: Callable[[str], str]) -> str:
    """Change the lines that are not in a block of code."""
    lines, fence = [], ""
    for line in text.split("\n"):
        found = FENCE.match(line)
        if found:
            fence = "" if fence == found[1] else fence or found[1]
        lines.append(line if fence or found else change(line))
    return "\n".join(lines)


def target(link: str, path: str, site: str, included: set[str]) -> str:
    """Where a link of the file `path`, which is the page `site`, leads."""
    address, mark, anchor = link.partition("#")
    if not address or re.match(r"[a-z+]+:|/", address):
        return link
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
    inside = OUTSIDE.get(wanted) or (wanted.removeprefix(f"{DOCS}/") if wanted.startswith(f"{DOCS}/") else "")
    if inside in included:
        return posixpath.relpath(inside, posixpath.dirname(site) or ".") + mark + anchor
    if not (ROOT / wanted).exists():
        return link  # a strict build names it
    kind = "tree" if (ROOT / wanted).is_dir() else "blob"
    return f"{repository()}/{kind}/main/{wanted}{mark}{anchor}"
