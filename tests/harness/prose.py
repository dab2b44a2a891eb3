"""Finds unidiomatic phrases in every text file of the project: part of `make lint`.

`typos` finds misspelled words. This finds phrases that native speakers don't use, and suggests plain ones.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# Texts of other projects, translations, generated lists, and this list with its test.
NOT_OURS = re.compile(
    r"(?:.*/)?LICENSE-|docs/site/theme/assets/javascripts/|.*\.(?:po|mo|pot|svg|png|abi|lock)$|.*package-lock\.json$|tests/harness/prose\.py$|tests/docs/test_prose\.py$"
)
# The gap between two words: spaces, the underscore of a name, or a line break and the start of the next comment line.
GAP = r"(?:[ \t]+|_|[ \t]*\n[ \t]*(?:(?://[/!]?|#!?|\*|>|;;|--)[ \t]*)?)"


class Phrase(NamedTuple):
    """A phrase, and what to write instead."""

    pattern: str
    instead: str


PHRASES = [
    Phrase("whoever|whomever", "you, the person, the user, callers that"),
    Phrase("whom", "the person that; or a sentence without it"),
    Phrase("whosoever|whatsoever", "any"),
    Phrase("anew", "again; a login restarts"),
    Phrase("in the place of", "instead of"),
    Phrase("to and fro", "back and forth; would redirect forever"),
    Phrase("without end", "forever"),
    Phrase("(?:comes?|came) to nothing", "fails"),
    Phrase("what (?:comes|came|must come|becomes|became) of", "the outcome of"),
    Phrase("(?:is|are) called so", "has this name; no matching ..."),
    Phrase("mistakes of memory", "memory errors"),
    Phrase("of (?:values|these|those|it|them) nothing is", "... is never"),
    Phrase("counts? as (?:left out|not given)", "means unset"),
    Phrase("blanks between", "separated by spaces"),
    Phrase("may be said when", "options for"),
    Phrase("no place for you", "your account doesn't have access"),
    Phrase("somebody who", "a person who, someone who"),
    Phrase("(?:is|are) to be somebody", "match an existing user"),
    Phrase("hither|thither|whence|whither|thence|wherefore|thereupon|whereupon", "here, there, where, then, so"),
    Phrase("begun again", "restarted"),
    Phrase("everyday traffic", "normal use"),
    Phrase("for ever", "forever"),
    Phrase("of one's own", "your own"),
    Phrase("(?:is|are) told of", "learns about, gets, sees"),
    Phrase("without a word", "silently"),
    Phrase("in vain", "without success"),
    Phrase("(?:has|have|had) (?:a|no|any) say", "decides; has no effect"),
    Phrase("as ever", "as usual"),
    Phrase("hand(?:s|ed)? over|handed to", "pass, passed to"),
    Phrase("with which the browser (?:comes|came)", "that the browser came back with"),
    Phrase("mend(?:s|ed|ing)?", "fix, repair"),
    Phrase("vouch(?:es)? for", "proves who ... is"),
    Phrase("put (?:it|them|this) right|put right", "fix"),
    Phrase("particulars", "details"),
    Phrase(r"some (?:ten|twenty|thirty|hundred|thousand|\d[\d,]*)", "about twenty, a few hundred"),
    Phrase("of long ago", "very old"),
    Phrase("for those who", "for applications that, for people who"),
    Phrase("fetched in advance", "prefetched"),
    Phrase("(?:nobody|anybody|everybody) else's", "private; of another person"),
    Phrase("(?:goes|go|went) on without", "continues without"),
    Phrase("(?:comes?|came) along", "is sent too"),
    Phrase("(?:is|are) none that", "is not one that"),
    Phrase("the word for helpers", "the error code for support"),
    Phrase("(?:a|each|after a|and the|callback and) log out", "a logout (noun); to log out (verb)"),
    Phrase("any more(?! (?:than|of|information|[a-z]+s)(?![a-z0-9]))", "anymore, no longer"),
    Phrase("so many (?:bytes|seconds|times|logins|steps|tabs|callbacks|requests|threads)", "this many, this number of"),
    Phrase("(?:tells?|hears?|heard|learns?) of", "reports, notices, sees"),
    Phrase("knows? nothing of", "does not know"),
    Phrase("(?:is|are) none of", "is not one of, is unknown"),
    Phrase("spends nothing", "uses no code"),
    Phrase("is no text", "is not text, is not a string"),
    Phrase("stands? (?:nowhere|twice)", "appears"),
]


class Finding(NamedTuple):
    """A phrase in a text."""

    line: int
    found: str
    instead: str


def _compiled(phrase: Phrase) -> re.Pattern[str]:
    # The names of tests have underscores between their words.
    return re.compile(rf"(?<![a-z0-9])(?:{phrase.pattern.replace(' ', GAP)})(?![a-z0-9])")


COMPILED = [(_compiled(phrase), phrase) for phrase in PHRASES]


def findings(text: str) -> list[Finding]:
    """Return every phrase in a text."""
    text = text.lower()
    return sorted(
        Finding(text.count("\n", 0, found.start()) + 1, re.sub(GAP, " ", found[0]), phrase.instead)
        for pattern, phrase in COMPILED
        for found in pattern.finditer(text)
    )


def names() -> list[str]:
    """Return the files that git tracks. Without a repository, as in an unpacked source, return all files."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if listed.returncode:
        return [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if "target" not in path.parts]
    return [name for name in listed.stdout.decode().split("\0") if name]


def texts() -> dict[str, str]:
    """Return the text of each file of our own."""
    read: dict[str, str] = {}
    for name in names():
        path = ROOT / name
        if NOT_OURS.match(name) or path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content:
            read[name] = content.decode("utf-8", "replace")
    return read


def main() -> int:
    """Print every finding; return 1 if there are any."""
    count = 0
    for name, text in texts().items():
        for line, found, instead in findings(text):
            sys.stdout.write(f'{name}:{line}: "{found}": write: {instead}\n')
            count += 1
    if count:
        sys.stdout.write(f"{count} phrases are hard to read. The list is in tests/harness/prose.py.\n")
    return min(count, 1)


if __name__ == "__main__":
    sys.exit(main())
