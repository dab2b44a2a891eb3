"""Writes c.md from the C header: `make reference`. With --check it only says whether that is done.

cbindgen writes the header, so its form is regular: a comment of whole lines stands directly above what it describes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = HERE.parents[1] / "include" / "clever_sso.h"
PAGE = HERE / "c.md"
INTRO = """# C: reference

Every function and type of [clever_sso.h](../../include/clever_sso.h), in the order of the header. [The guide](../c.md)
has examples, and [errors.md](../errors.md) lists the error codes.

`make reference` writes this page from the header.
"""
SECTION = re.compile(r"^// =+\n// (.+)\n// =+\n", re.MULTILINE)
GROUP = re.compile(r"^// -+\n((?:// .+\n)+)// -+\n", re.MULTILINE)
COMMENT = r"((?://[^\n]*\n)+)"
MACRO = re.compile(rf"{COMMENT}((?:#define CLEVER_SSO_\w+ .+\n)+)")
ENUM = re.compile(rf"{COMMENT}enum (\w+)\n#if.*?\n#endif[^\n]*\n \{{\n(.*?)\n\}};", re.DOTALL)
VALUE = re.compile(r"((?:  //[^\n]*\n)+)  (\w+) = (\d+),")
HANDLE = re.compile(rf"{COMMENT}typedef struct (\w+) \2;")
CALLBACK = re.compile(rf"{COMMENT}(typedef \w+ \(\*(\w+)\)\([^)]*\);)")
FUNCTION = re.compile(rf"{COMMENT}([a-z][\w\s]*?[\s*]+(clever_sso_\w+)\([^)]*\);)")


def words(comment: str) -> str:
    """What a comment says, without its slashes."""
    return "\n".join(re.sub(r"^ *// ?", "", line) for line in comment.strip("\n").splitlines()).strip()


class Page:
    """The text of the page, and the names that have a section in it."""

    def __init__(self, header: str) -> None:
        """Read the names first: a text may link to what comes later."""
        self.anchors = {name: name for pattern in (HANDLE, CALLBACK, FUNCTION) for name in names(pattern, header)}
        for _, name, body in ENUM.findall(header):
            self.anchors |= {name: name} | {value: name for _, value, _ in VALUE.findall(body)}
        self.header = header

    def linked(self, text: str, own: str = "") -> str:
        """A text whose names lead to their sections."""

        def link(found: re.Match[str]) -> str:
            anchor = self.anchors.get(found[1], own)
            return found[0] if anchor == own else f"[{found[0]}](#{anchor})"

        # What is indented is code.
        blocks = re.split(r"((?:^ {4}.*\n(?:\n(?= {4}))?)+)", text, flags=re.MULTILINE)
        linked = [re.sub(r"`(\w+)`", link, block) for block in blocks[::2]]
        linked = [block.replace("docs/c.md", "[docs/c.md](../c.md)") for block in linked]
        codes = [f"```c\n{re.sub('^ {4}', '', block, flags=re.MULTILINE)}```\n" for block in blocks[1::2]]
        return "".join(part for pair in zip(linked, [*codes, ""]) for part in pair)

    def section(self, name: str, comment: str, code: str = "") -> str:
        """The section of a function, a handle or a callback."""
        declared = f"```c\n{code}\n```\n\n" if code else ""
        return f"### {name}\n\n{declared}{self.linked(words(comment), name)}\n"

    def enumeration(self, comment: str, name: str, body: str) -> str:
        """The section of an enumeration, with a table of its values."""
        rows = [
            f"| `{value}` | {number} | {self.linked(' '.join(words(said).split()), name)} |"
            for said, value, number in VALUE.findall(body)
        ]
        table = "\n".join(["| value | number | |", "|---|---|---|", *rows])
        return f"### {name}\n\n{self.linked(words(comment), name)}\n\n{table}\n"

    def opening(self) -> str:
        """The comment at the top of the header: what holds for all functions."""
        text = words(self.header.split("\n\n", 1)[0]).partition("\n\n")[2]
        # "Threads. Many threads may ...": the first words of a paragraph say what it is about.
        return re.sub(r"^([A-Z][a-z]+(?: [a-z]+){0,5})\. ", r"**\1.** ", self.linked(text), flags=re.MULTILINE)

    def macros(self) -> str:
        """The version of the header."""
        parts = [
            f"```c\n{code.strip()}\n```\n\n{self.linked(words(said))}\n" for said, code in MACRO.findall(self.header)
        ]
        return "\n".join(parts)

    def part(self, title: str, text: str) -> str:
        """A part of the header, group by group."""
        made = [f"## {title}\n"]
        if title == "The version":
            made.append(self.macros())
        first, *others = GROUP.split(text)
        for said, declared in [("", first), *zip(others[::2], others[1::2])]:
            if said:
                # "clever_sso_login: a login that has begun.", or a word such as "Handles".
                about, colon, rest = re.fullmatch(r"(.+?)(?:([:.]) (.+))?", " ".join(words(said).split())).groups()  # type: ignore[union-attr]
                told = self.linked((rest or "").replace("*", r"\*"))
                made.append(f"**{about}{colon or '.'}** {told}".strip() + "\n")
            found = [(match.start(), self.enumeration(*match.groups())) for match in ENUM.finditer(declared)]
            found += [(match.start(), self.section(match[2], match[1])) for match in HANDLE.finditer(declared)]
            for pattern in (CALLBACK, FUNCTION):
                found += [
                    (match.start(), self.section(match[3], match[1], match[2])) for match in pattern.finditer(declared)
                ]
            made += [text for _, text in sorted(found)]
        return "\n".join(made)

    def text(self) -> str:
        """The whole page."""
        _, *parts = SECTION.split(self.header)
        sections = [self.part(title, text) for title, text in zip(parts[::2], parts[1::2])]
        return "\n".join([INTRO, "## What holds for all functions\n", self.opening() + "\n", *sections])


def names(pattern: re.Pattern[str], header: str) -> list[str]:
    """The names that a pattern finds; each has one group of this form."""
    return [next(part for part in found if re.fullmatch(r"clever_sso_\w+", part)) for found in pattern.findall(header)]


def page() -> str:
    """The page as the header says."""
    return Page(HEADER.read_text("utf-8")).text()


if __name__ == "__main__":
    written = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(written, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != written:
        sys.exit(f"{PAGE.name} is not as the header says")
