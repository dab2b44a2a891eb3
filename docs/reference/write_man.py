"""Writes the man pages: `make man`, and `make install` for those of the C library.

write_man.py FOLDER                    clever_sso(3), a page for each function, and the commands' pages, below FOLDER
write_man.py --commands FOLDER         docs/man/*.1.in from what the programs in FOLDER say for --help
write_man.py --commands FOLDER --check the same, but only says whether they are as the programs say

The same sources give the same bytes: the date is that of the version in CHANGELOG.md, or SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from write_c import ENUM, FUNCTION, GROUP, HANDLE, HEADER, MACRO, SECTION, VALUE, words

ROOT = HEADER.parents[1]
TEMPLATES = ROOT / "docs" / "man"
COMMANDS = {"clever-sso": ("doctor",), "clever-emulator": ("init", "exec")}
SAID = {
    "clever-sso": "checks a setup of Log in with Clever",
    "clever-emulator": "a local Clever to develop and test with",
}
WIDTH = 78
LAST_OF_ASCII = "~"
INDENTED = "    "
# In a help text, what the lists in the pages leave out: people of the built-in world, and each command's own help.
LEFT_OUT = re.compile(r"^People \(|^  -h, --help|^  -V, --version|^  --help |^  --version |^  help ")
SINCE = re.compile(r"\s*\bSince (\d+\.\d+)\.$")


def text(said: str) -> str:
    """A text for roff: no character of it is a command, and it is ASCII."""
    said = said.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\`").replace("'", "\\(aq").replace('"', "\\(dq")
    said = "".join(one if one <= LAST_OF_ASCII else f"\\[u{ord(one):04X}]" for one in said)
    return re.sub(r"^\.", r"\\&.", said, flags=re.MULTILINE)


def marked(said: str) -> str:
    """A text whose `names` are bold; functions get their section of the manual."""

    def bold(found: re.Match[str]) -> str:
        name = found[1]
        section = r"\fR(3)" if name in NAMES else r"\fR"
        return rf"\fB{text(name)}{section}"

    parts = re.split(r"(`[^`]+`)", said)
    return "".join(re.sub(r"`([^`]+)`", bold, part) if part.startswith("`") else text(part) for part in parts)


def wrapped(said: str) -> str:
    """Lines of a length that diffs can show. A line that begins like a command is none."""
    lines = textwrap.wrap(" ".join(said.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(rf"\&{line}" if line[:1] in {".", "'"} else line for line in lines)


def code(lines: str) -> str:
    """A block that stays as it is."""
    return f".PP\n.nf\n.RS 4\n{text(lines.rstrip())}\n.RE\n.fi"


def paragraphs(said: str) -> list[str]:
    """The paragraphs of a comment, in roff; what is indented is code."""
    made = []
    for block in re.split(r"\n\n(?! {4})", said.strip("\n")):
        prose, *others = re.split(r"((?:^ {4}.*(?:\n(?:\n(?= {4}))?|\Z))+)", block, flags=re.MULTILINE)
        for index, part in enumerate([prose, *others]):
            if not part.strip():
                continue
            if index % 2:
                made.append(code(textwrap.dedent(part)))
            else:
                made += [f".PP\n{wrapped(marked(one))}" for one in re.split(r"\n\n+", part.strip())]
    return made


def first_sentence(said: str) -> str:
    """What stands beside the name in lists of pages."""
    sentence = re.split(r"(?<=[^.][.:])\s", " ".join(said.split()), maxsplit=1)[0]
    return sentence.rstrip(".:")


def title(name: str, section: int) -> str:
    """The first lines of a page, with the version and the date still to be filled in."""
    return (
        f'.\\" Written by docs/reference/write_man.py.\n.TH {text(name.upper())} {section} "@DATE@" '
        '"clever_sso @VERSION@" "Log in with Clever"\n.ad l'
    )


def joined(lines: list[str]) -> str:
    """The text of a page. A heading begins a paragraph by itself."""
    return re.sub(r"^(\.S[HS] .+\n)\.PP\n", r"\1", "\n".join(lines) + "\n", flags=re.MULTILINE)


def filled(page: str) -> str:
    """A page of this version."""
    version = re.findall(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
    return page.replace("@VERSION@", version).replace("@DATE@", date(version))


def date(version: str) -> str:
    """The day of the release."""
    if seconds := os.environ.get("SOURCE_DATE_EPOCH"):
        return dt.datetime.fromtimestamp(int(seconds), dt.timezone.utc).date().isoformat()
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.search(rf"^## {re.escape(version)} \(([\d-]+)\)$", changes, re.MULTILINE)
    return released[1] if released else "unreleased"


class Library:
    """The pages of section 3."""

    def __init__(self, header: str) -> None:
        """Read the header part by part, as the reference in Markdown does."""
        self.header = header
        _, *parts = SECTION.split(header)
        self.parts = list(zip(parts[::2], parts[1::2]))

    def function(self, comment: str, declared: str, name: str, neighbors: list[str]) -> str:
        """The page of one function."""
        said = words(comment)
        since = SINCE.search(said)
        said = SINCE.sub("", said)
        mentioned = [one for one in re.findall(r"`(clever_sso_\w+)`", said) if one in NAMES and one != name]
        also = list(dict.fromkeys([*mentioned, *neighbors]))[:8]
        lines = [
            title(name, 3),
            ".SH NAME",
            f"{name} \\- {text(first_sentence(said.replace('`', '')))}",
            ".SH LIBRARY",
            "libclever_sso (\\fB\\-lclever_sso\\fR)",
            ".SH SYNOPSIS",
            ".nf",
            ".B #include <clever_sso.h>",
            ".PP",
            text(declared),
            ".fi",
            ".SH DESCRIPTION",
            *paragraphs(said),
        ]
        if declared.startswith("clever_sso_status "):
            lines += [
                ".SH RETURN VALUE",
                wrapped(rf"\fBCLEVER_SSO_OK\fR (0), or another status. \fBclever_sso\fR(3) lists them. {OF_ERRORS}"),
            ]
        if since:
            lines += [".SH HISTORY", f"Since clever_sso {since[1]}."]
        lines += [
            ".SH SEE ALSO",
            ",\n".join([r"\fBclever_sso\fR(3)", *(rf"\fB{one}\fR(3)" for one in also)]),
        ]
        return joined(lines)

    def functions(self) -> dict[str, str]:
        """Every function's page, by name."""
        pages = {}
        for _, part in self.parts:
            for group in GROUP.split(part)[::2]:
                found = FUNCTION.findall(group)
                names = [name for _, _, name in found]
                for comment, declared, name in found:
                    at = names.index(name)
                    near = [one for one in names[max(0, at - 2) : at + 3] if one != name]
                    pages[name] = self.function(comment, declared, name, near)
        return pages

    def opening(self) -> list[str]:
        """What holds for all functions: the comment at the top of the header."""
        said = words(self.header.split("\n\n", 1)[0]).partition("\n\n")[2]
        lines = []
        # A paragraph that begins with the word that it is about is a section of its own.
        for block in re.split(r"\n\n(?! {4})", said):
            about = re.match(r"([A-Z][a-z]+(?: [a-z]+){0,5})\. ", block)
            lines += [f".SS {about[1]}", *paragraphs(block[about.end() :])] if about else paragraphs(block)
        return lines

    def enumerations(self) -> list[str]:
        """The values of all enumerations."""
        lines = []
        for comment, name, body in ENUM.findall(self.header):
            lines += [f".SS {name}", *paragraphs(words(comment))]
            for said, value, number in VALUE.findall(body):
                lines += [".TP", rf"\fB{value}\fR ({number})", wrapped(marked(" ".join(words(said).split())))]
        return lines

    def overview(self) -> str:
        """clever_sso(3): the types, and every function with a line about it."""
        lines = [
            title("clever_sso", 3),
            ".SH NAME",
            r"clever_sso \- Log in with Clever: the whole login, verified",
            ".SH LIBRARY",
            "libclever_sso (\\fB\\-lclever_sso\\fR)",
            ".SH SYNOPSIS",
            ".B #include <clever_sso.h>",
            ".SH DESCRIPTION",
            *self.opening(),
            ".SH HANDLES",
        ]
        for comment, name in HANDLE.findall(self.header):
            lines += [".TP", rf"\fB{name}\fR", wrapped(marked(" ".join(words(comment).split())))]
        lines += [".SH VALUES", *self.enumerations(), ".SH MACROS"]
        for comment, macros in MACRO.findall(self.header):
            names = [line.split()[1] for line in macros.splitlines()]
            lines += [".TP", ", ".join(rf"\fB{name}\fR" for name in names), wrapped(marked(words(comment)))]
        lines.append(".SH FUNCTIONS")
        for heading, part in self.parts:
            found = FUNCTION.findall(part)
            if found:
                lines.append(f".SS {text(heading)}")
            for comment, _, name in found:
                lines += [".TP", rf"\fB{name}\fR(3)", wrapped(text(first_sentence(words(comment).replace("`", ""))))]
        lines += [".SH SEE ALSO", r"\fBclever\-sso\fR(1), \fBclever\-emulator\fR(1)"]
        return joined(lines)


OF_ERRORS = r"When it fails and \fIerror\fR is not NULL, *\fIerror\fR is an error that you free."
NAMES = {name for _, _, name in FUNCTION.findall(HEADER.read_text("utf-8"))}


class Help:
    """What a program says for --help, as the sections of a page."""

    def __init__(self, said: str) -> None:
        """Read it section by section: one begins with a line that is not indented and ends with a colon."""
        usage = re.search(r"^Usage: (.+(?:\n +\S.*)*)", said, re.MULTILINE)
        self.usage = [line.strip() for line in usage[1].splitlines()] if usage else []
        rest = said.replace(usage[0], "") if usage else said
        blocks = re.split(r"^(\S.*:)\n(?=  )", rest, flags=re.MULTILINE)
        self.about = blocks[0].strip()
        self.sections = [
            (heading.rstrip(":"), body.rstrip("\n"))
            for heading, body in zip(blocks[1::2], blocks[2::2])
            if not LEFT_OUT.search(heading)
        ]

    @staticmethod
    def items(body: str) -> list[tuple[str, str]]:
        """The options or commands of a section: each with what is said about it."""
        found = re.split(r"^ {2,6}(?=\S)", body, flags=re.MULTILINE)[1:]
        made = []
        for item in found:
            # The name, and after two blanks or on the next line what it does.
            name, _, said = re.fullmatch(r"(.+?)(\n| {2,}|\Z)(.*)", item, re.DOTALL).groups()  # type: ignore[union-attr]
            made.append((name.strip(), textwrap.dedent(f"{INDENTED * 2}  {said.lstrip()}").strip()))
        return made

    def body(self, level: str, known: set[str]) -> list[str]:
        """The sections, below headings of this level, without options that are `known`."""
        lines: list[str] = []
        for heading, said in self.sections:
            # What stands around the last list belongs to no list.
            listed, *others = re.split(r"\n\n(?=\S)", said)
            # A sentence is no heading.
            of_variables = "environment variables" in heading
            name, about = ("Environment", f"{heading}:") if of_variables else (heading, "")
            lists = of_variables or heading in {"Options", "Arguments", "Commands"}
            made: list[str] = []
            if heading.startswith("Example"):
                made = [code(textwrap.dedent(listed))]
            elif lists:
                for item, words_of in self.items(listed):
                    if LEFT_OUT.search(f"  {item}") or (heading == "Options" and item in known):
                        continue
                    known.add(item)
                    first, *more = paragraphs(words_of) or [r"\&"]
                    made += [".TP", rf"\fB{text(item)}\fR", first.removeprefix(".PP\n")]
                    made += [f".IP\n{one.removeprefix('.PP' + chr(10))}" for one in more]
            if made:
                shown = name.upper() if level == "SH" else name
                lines += [f".{level} {shown}", *paragraphs(about), *made]
            lines += [line for other in others for line in paragraphs(other)]
        return lines


def says(program: Path, *command: str) -> Help:
    """What a program says about itself, as on every machine."""
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "CLICOLOR_FORCE"}}
    told = subprocess.run(  # noqa: S603, programs of ours
        [program, *command, "--help"], check=True, capture_output=True, text=True, encoding="utf-8", env=environment
    )
    return Help(re.sub(r"[ \t]+$", "", told.stdout, flags=re.MULTILINE))


def usage(lines: list[str]) -> list[str]:
    """The lines of a synopsis."""
    made = []
    for line in lines:
        name, _, rest = line.partition(" ")
        made += [".PP", rf"\fB{text(name)}\fR {text(rest)}"]
    return made


def command_page(program: Path) -> str:
    """The page of a command, from its help and that of its own commands."""
    own = says(program)
    known: set[str] = set()
    lines = [
        title(program.name, 1),
        ".SH NAME",
        rf"{text(program.name)} \- {SAID[program.name]}",
        ".SH SYNOPSIS",
        *usage(own.usage)[1:],
        ".SH DESCRIPTION",
        *paragraphs(own.about),
        *own.body("SH", known),
    ]
    details = []
    for name in COMMANDS[program.name]:
        sub = says(program, name)
        if sub.about != own.about:
            details += [f".SS {name}", *usage(sub.usage)[1:], *paragraphs(sub.about)]
            if known & {item for heading, body in sub.sections if heading == "Options" for item, _ in sub.items(body)}:
                details.append(".PP\nIt also takes the options above.")
            details += sub.body("PP\n.B", known)
    if details:
        lines += [".SH DETAILS OF COMMANDS", *details]
    lines += [".SH SEE ALSO", r"\fBclever_sso\fR(3)"]
    return joined(lines)


def write(folder: Path) -> None:
    """All pages of this version."""
    library = Library(HEADER.read_text("utf-8"))
    pages = {f"man3/{name}.3": page for name, page in library.functions().items()}
    pages["man3/clever_sso.3"] = library.overview()
    for template in sorted(TEMPLATES.glob("*.1.in")):
        pages[f"man1/{template.stem}"] = template.read_text("utf-8")
    for name, page in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(filled(page), "utf-8", newline="\n")


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--commands", action="store_true", help="write the templates from the programs in the folder")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.commands:
        write(options.folder)
        return
    for name in COMMANDS:
        page, template = command_page(options.folder.resolve() / name), TEMPLATES / f"{name}.1.in"
        if not options.check:
            template.parent.mkdir(exist_ok=True)
            template.write_text(page, "utf-8", newline="\n")
        elif not template.exists() or template.read_text("utf-8") != page:
            sys.exit(f"docs/man/{template.name} is not as {name} says: run `make man`")


if __name__ == "__main__":
    main()
