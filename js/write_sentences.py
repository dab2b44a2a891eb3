"""Write `src/sentences.ts`: what people read, from the catalogue of failures (docs/errors.md), in English and Spanish.

`--check` compares instead of writing.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

JS = Path(__file__).resolve().parent
ROOT = JS.parent
PAGE = JS / "src" / "sentences.ts"
PYTHON = ROOT / "python" / "clever_sso" / "_web"
ROW = re.compile(r"^\| `(\w+)` \| .* \| \w+ \| (yes|no) \| \d+ \| (.+) \|$", re.MULTILINE)
# What only the code grant and an ID token can bring.
NOT_HERE = re.compile(r"id_token_|userinfo_|code_|client_|runtime_|session_not_kept|page_not_allowed|discovery_|keys_")

OPENING = """\
// Written by `make sentences` from the catalogue of failures. Do not edit.

export type Sentence = readonly [english: string, spanish: string];
"""
# What the sentences are called, and an error code of the catalogue that says each.
NAMES = {"AGAIN": "state_missing", "BLOCKED": "cookies_blocked", "LATER": "rate_limited", "SETUP": "config_invalid"}


def spanish() -> dict[str, str]:
    """Give the sentences of the Python package, English to Spanish."""
    for node in ast.parse((PYTHON / "spanish.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SENTENCES":
            sentences: dict[str, str] = ast.literal_eval(node.value)
            return sentences
    raise LookupError("spanish.py has no SENTENCES")


def denied() -> str:
    """Give what a person reads when Clever refuses them."""
    found = re.search(r'^DENIED_SENTENCE = "(.+)"$', (PYTHON / "arrival.py").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise LookupError("arrival.py has no DENIED_SENTENCE")
    return found[1]


def catalogue() -> dict[str, tuple[str, bool]]:
    """Give what the person reads for each error code that can happen here, and whether a retry can help."""
    rows = ROW.findall((ROOT / "docs" / "errors.md").read_text("utf-8"))
    return {code: (sentence, again == "yes") for code, again, sentence in rows if not NOT_HERE.match(code)}


def page() -> str:
    """Give the text of the file."""
    known, translated = catalogue(), spanish()
    sentences = {name: known[code][0] for name, code in NAMES.items()} | {"DENIED": denied()}
    lines = [OPENING]
    for name, english in sentences.items():
        lines += [
            f"export const {name}: Sentence = [",
            f"  {quoted(english)},",
            f"  {quoted(translated[english])},",
            "];",
        ]
    return "\n".join([*lines, ""])


def quoted(text: str) -> str:
    """Give the text as JavaScript writes it."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        sys.exit("js/src/sentences.ts is stale: run `make sentences`")
