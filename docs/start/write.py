"""Writes the code of the pages in this folder from the guides and examples: `make readme`.

Tests run the code there, and compare the pages here with it. A comment above a block says where it is from:

    <!-- copy: ../python.md#flask python -->      the first block in `python` below the heading `flask`
    <!-- copy: ../python.md#django python 2 -->   the second one
    <!-- copy: ../../examples/actix/app.rs -->    a whole file

With --check it writes nothing, and names the pages whose code is not the same.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COPY = re.compile(r"^<!-- copy: (\S+?)(?:#(\S+) (\w+)(?: (\d+))?)? -->\n```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$")


def anchor(heading: str) -> str:
    """The anchor that Git hosts and the site give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(text: str, wanted: str) -> str:
    """What stands below a heading, up to the next one of its level."""
    lines: list[str] = []
    level, is_code = 0, False
    for line in text.splitlines(keepends=True):
        is_code ^= line.startswith("```")
        found = None if is_code else HEADING.match(line)
        if found and level and len(found[1]) <= level:
            break
        if level:
            lines.append(line)
        elif found and anchor(found[2]) == wanted:
            level = len(found[1])
    return "".join(lines)


def original(page: Path, path: str, heading: str, language: str, number: str) -> str:
    """The code that a comment names."""
    text = (page.parent / path).read_text("utf-8")
    if not heading:
        return text
    blocks = [code for kind, code in BLOCK.findall(section(text, heading)) if kind == language]
    if len(blocks) < int(number or 1):
        sys.exit(f"{page.name}: {path} has no such block in {language} below #{heading}")
    return blocks[int(number or 1) - 1]


def fresh(page: Path) -> str:
    """The page, with the code as it is now."""

    def copied(found: re.Match[str]) -> str:
        path, heading, language, number, kind, _ = found.groups()
        start = found[0].split("\n", 1)[0]
        return f"{start}\n```{kind}\n{original(page, path, heading, language, number)}```"

    return COPY.sub(copied, page.read_text("utf-8"))


def main() -> int:
    """Write the pages, or say which are out of date."""
    is_stale = 0
    for page in sorted(HERE.glob("*.md")):
        text = fresh(page)
        if "--check" not in sys.argv[1:]:
            page.write_text(text, "utf-8")
        elif text != page.read_text("utf-8"):
            sys.stdout.write(f"{page.name}: the code is not as in the guides\n")
            is_stale = 1
    return is_stale


if __name__ == "__main__":
    sys.exit(main())
