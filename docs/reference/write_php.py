"""Writes php.md from the stub of the PHP classes: `make reference`. With --check it only says whether that is done."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STUB = HERE.parents[1] / "php/extension/clever_sso.stub.php"
PAGE = HERE / "php.md"
INTRO = """# PHP: reference

Everything public of the namespace `CleverSso`, for the extension and for FFI. [The guide](../php.md) has examples.

`make reference` writes this page from [the stub](../../php/extension/clever_sso.stub.php).

Strings are UTF-8, and times are in seconds. A failure throws a subclass of `CleverSso\\Exception`.
[errors.md](../errors.md) lists the error codes. A string that is not UTF-8, or contains a NUL, throws
`ArgumentException`.
"""
COMMENT = r"/\*\*(?:(?!\*/).)*?\*/"
CLASS = re.compile(
    rf"({COMMENT})\n((?:final |abstract |readonly )*(class|interface) (\w+)[^{{\n]*)\n\{{(.*?)\n\}}\n", re.DOTALL
)
PROPERTY = re.compile(rf"({COMMENT})\n    public readonly (\S+) (\$\w+);", re.DOTALL)
FUNCTION = r"public (?:static )?function \w+\((?:[^()]|\([^()]*\))*\)(?:: [?\w]+)?"
METHOD = re.compile(rf"(?:({COMMENT})\n)?    ({FUNCTION})(?: \{{\}}|;)", re.DOTALL)


def words(comment: str) -> str:
    """What a comment says, without its stars."""
    return "\n".join(re.sub(r"^ ?\*? ?", "", line.strip()) for line in comment[3:-2].strip().splitlines())


def cell(text: str) -> str:
    """A text for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def parts(comment: str) -> tuple[str, list[tuple[str, str]]]:
    """The text of a comment, and its tags in order."""
    text, *tags = re.split(r"^@", words(comment), flags=re.MULTILINE)
    pairs = [[*tag.split(None, 1), ""][:2] for tag in tags]
    return text.strip(), [(name, said.strip()) for name, said in pairs]


def of_property(comment: str, kind: str, name: str) -> str:
    """A row of the table of properties."""
    text, tags = parts(comment)
    for tag, said in tags:
        if tag == "var":
            shape, _, text = said.partition(" ") if "<" not in said.split()[0] else split_type(said)
            kind = shape
    return f"| `{name}` | `{cell(kind)}` | {cell(text)} |"


def split_type(said: str) -> tuple[str, str, str]:
    """A type such as array<string, mixed>, and its description."""
    depth = 0
    for place, letter in enumerate(said):
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter == " " and depth == 0:
            return said[:place], " ", said[place + 1 :]
    return said, "", ""


def of_method(comment: str, signature: str) -> str:
    """What a method is, does, takes, gives and throws."""
    text, tags = parts(comment) if comment else ("", [])
    name = re.search(r"function (\w+)", signature)
    bare = re.sub(r"#\[\\SensitiveParameter\] ", "", signature.removeprefix("public "))
    lines = [f"### {name[1] if name else ''}", "", "```php", re.sub(r"^    ", "", bare, flags=re.MULTILINE), "```"]
    lines += ["", text] if text else []
    parameters = [re.match(r"(\S+) (\$\w+)\s*(.*)", said, re.DOTALL) for tag, said in tags if tag == "param"]
    if any(parameters):
        lines += ["", "| argument | type | |", "|---|---|---|"]
        lines += [f"| `{each[2]}` | `{cell(each[1])}` | {cell(each[3])} |" for each in parameters if each]
    for tag, said in tags:
        if tag == "return":
            kind, _, what = split_type(said)
            lines += ["", f"Returns `{kind}`{': ' if what else '.'}{' '.join(what.split())}"]
    thrown = [said.split(None, 1) for tag, said in tags if tag == "throws"]
    if thrown:
        lines += ["", "Throws:", ""]
        lines += [
            f"- `{kind[0]}`{': ' if len(kind) > 1 else ''}{' '.join(''.join(kind[1:]).split())}" for kind in thrown
        ]
    return "\n".join(lines)


def of_class(comment: str, declared: str, kind: str, name: str, body: str) -> str:
    """A class with its properties and methods."""
    text, _ = parts(comment)
    shown = re.sub(r"^final readonly ", "", declared)
    lines = [f"## {name}", "", f"`{shown}`", "", text]
    properties = PROPERTY.findall(body)
    if properties:
        lines += ["", "| property | type | |", "|---|---|---|", *(of_property(*each) for each in properties)]
    methods = METHOD.findall(body)
    if kind == "interface" and methods:
        names = ", ".join(
            f"`{found[1]}`" for _, signature in methods if (found := re.search(r"function (\w+)", signature))
        )
        lines += ["", f"Methods, as those of [Client](#client): {names}."]
    elif (
        name != "Client" and properties and all("jsonSerialize" in line or "__construct" in line for _, line in methods)
    ):
        lines += [
            "",
            "The constructor takes the properties in this order; [`Testing\\Fake`](../php.md#testing) has defaults.",
        ]
    else:
        lines += [f"\n{of_method(*each)}" for each in methods if "jsonSerialize" not in each[1]]
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    stub = STUB.read_text("utf-8")
    return INTRO + "\n" + "\n\n".join(of_class(*found) for found in CLASS.findall(stub)) + "\n"


if __name__ == "__main__":
    written = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(written, "utf-8")
    elif not PAGE.exists() or PAGE.read_text("utf-8") != written:
        sys.exit(f"{PAGE.name} is not as the stub says")
