"""Reads .po files and makes .mo files of them, as `msgfmt` does: run it after an edit of a translation.

python php/tests/translations.py
"""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

LANGUAGES = Path(__file__).parents[1] / "wordpress/clever-sso/languages"
PAIR = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|$))+)', re.MULTILINE)


def _text(lines: str) -> str:
    return "".join(json.loads(line) for line in lines.strip().splitlines())


def pairs(po: Path) -> dict[str, str]:
    """The sentences of a file, and their translations. The header has the empty key."""
    return {_text(key): _text(value) for key, value in PAIR.findall(po.read_text(encoding="utf-8"))}


def compiled(po: Path) -> bytes:
    """The .mo file of a .po file."""
    translated = sorted((key.encode(), value.encode()) for key, value in pairs(po).items() if value)
    count = len(translated)
    keys, values = b"", b""
    key_table, value_table = [], []
    text_at = 28 + 16 * count
    for key, _ in translated:
        key_table.append((len(key), text_at + len(keys)))
        keys += key + b"\0"
    for _, value in translated:
        value_table.append((len(value), text_at + len(keys) + len(values)))
        values += value + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    return head + b"".join(struct.pack("<2I", *entry) for entry in [*key_table, *value_table]) + keys + values


if __name__ == "__main__":
    for source in LANGUAGES.glob("*.po"):
        source.with_suffix(".mo").write_bytes(compiled(source))
