"""Write what people read for the languages that cannot ask the core for it, from the page of errors (docs/errors.md).

- `js/src/sentences.ts`;
- `php/extension/CleverSso/Sentences.php`;
- `php/extension/CleverSso/Testing/ErrorCodes.php`: what the fakes of PHP know about each error;
- `python/clever_sso/django/locale`: for Django's own translations;
- `php/wordpress/clever-sso/languages`: the sentences of the library in the translations of the plugin.

`--check` compares instead of writing.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
JS = ROOT / "js" / "src" / "sentences.ts"
PHP = ROOT / "php" / "extension" / "CleverSso" / "Sentences.php"
FAKES = PHP.parent / "Testing" / "ErrorCodes.php"
DJANGO = ROOT / "python" / "clever_sso" / "django" / "locale" / "es" / "LC_MESSAGES"
WORDPRESS = ROOT / "php" / "wordpress" / "clever-sso" / "languages"
PAGE = (ROOT / "docs" / "errors.md").read_text("utf-8")
ROW = re.compile(r"^\| `(\w+)` \| .* \| \w+ \| (yes|no) \| \d+ \| (.+) \|$", re.MULTILINE)
# The tables of a kind of error, and the exception in PHP.
KIND = re.compile(r"^`ErrorKind::\w+` in Rust, .* `(\w+)` in PHP\.\n\n((?:\|.*\n)+)", re.MULTILINE)
FULL_ROW = re.compile(r"^\| `(\w+)` \| .* \| (\w+) \| (yes|no) \| (\d+) \| (.+) \|$", re.MULTILINE)
PAIR = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|$))+)', re.MULTILINE)
# What only the code grant and an ID token can bring.
NOT_IN_JS = re.compile(
    r"id_token_|userinfo_|code_|client_|runtime_|login_loop|session_not_kept|page_not_allowed|discovery_|keys_"
)
# The context in Django's translations, so that words such as "contact" mean nothing to the rest of a project.
CONTEXT = "clever_sso"

# What the sentences are called in JavaScript, and an error code of the catalogue that says each.
NAMES = {
    "AGAIN": "state_missing",
    "BLOCKED": "cookies_blocked",
    "LATER": "rate_limited",
    "SETUP": "config_invalid",
}
DENIED = "Clever did not let you into this app. Please ask someone at your school for access."

TYPESCRIPT = """\
// Written by `make sentences` from the catalogue of failures. Do not edit.

export type Sentence = readonly [english: string, spanish: string];
"""
CLASS = r"""<?php

/** Written by `make sentences` from docs/errors.md. Do not edit. */

declare(strict_types=1);

namespace CleverSso;

/** @internal What people read, in English and Spanish. */
final class Sentences
{
    private const SPANISH = [
%s
    ];

    /**
     * The language that a person wants: 'es' if they prefer Spanish to English, otherwise 'en'.
     *
     * @param string $wanted A tag such as es or es-MX, or the value of the Accept-Language header (RFC 9110 12.5.4).
     */
    public static function language(string $wanted): string
    {
        [$best, $most] = ['en', 0.0];
        // Browsers send a few languages; the rest is ignored.
        foreach (array_slice(explode(',', $wanted, 101), 0, 100) as $part) {
            $parameters = array_map(fn(string $each) => trim($each, " \t"), explode(';', strtolower($part)));
            $language = preg_split('/[-_]/', array_shift($parameters))[0];
            $weights = array_filter($parameters, fn(string $parameter) => str_starts_with($parameter, 'q='));
            // A weight that is not a number counts as 0.
            $weight = $weights === [] ? 1.0 : min(1.0, (float) substr(reset($weights), 2));
            // Of languages with the same weight, the first one wins.
            if (in_array($language, ['en', 'es'], true) && $weight > $most) {
                [$best, $most] = [$language, $weight];
            }
        }
        return $best;
    }

    /** The same sentence in the language that a person wants. Sentences of the application stay as they are. */
    public static function translated(string $sentence, string $wanted): string
    {
        return self::language($wanted) === 'es' ? self::SPANISH[$sentence] ?? $sentence : $sentence;
    }
}
"""
ERROR_CODES = r"""<?php

/** Written by `make sentences` from docs/errors.md. Do not edit. */

declare(strict_types=1);

namespace CleverSso\Testing;

/** @internal What is always true of an error with a code. */
final class ErrorCodes
{
    /**
     * The class, the actor, whether it is retryable, the status of the page, and the sentence for the person.
     *
     * @var array<string, array{string, string, bool, int, string}>
     */
    public const ALL = [
%s
    ];
}
"""
PO = """\
# What people read of clever_sso, in Spanish. Written by `make sentences` from docs/errors.md. Do not edit.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: es\\n"
"""


def catalogue() -> dict[str, tuple[str, bool]]:
    """Give what the person reads for each error code that JavaScript knows, and whether a retry can help."""
    return {
        code: (sentence, again == "yes") for code, again, sentence in ROW.findall(PAGE) if not NOT_IN_JS.match(code)
    }


def spanish() -> dict[str, str]:
    """Give every sentence, English to Spanish."""
    table = PAGE.split("| English | Spanish |\n|---|---|\n")[1].split("\n\n")[0]
    return dict(line.strip("| ").split(" | ") for line in table.splitlines())


def typescript() -> str:
    """Give the text of the file for JavaScript."""
    known, translated = catalogue(), spanish()
    sentences = {name: known[code][0] for name, code in NAMES.items()} | {"DENIED": DENIED}
    lines = [TYPESCRIPT]
    for name, english in sentences.items():
        lines += [
            f"export const {name}: Sentence = [",
            f"  {_quoted(english)},",
            f"  {_quoted(translated[english])},",
            "];",
        ]
    return "\n".join([*lines, ""])


def php() -> str:
    """Give the text of the file for PHP."""
    pairs = [f"        {_in_php(english)} =>\n            {_in_php(other)}," for english, other in spanish().items()]
    return CLASS.replace("%s", "\n".join(pairs), 1)


def error_codes() -> str:
    """Give the text of the file for the fakes of PHP."""
    retryable = {"yes": "true", "no": "false"}
    lines = [
        f"        '{code}' => ['{kind}', '{actor}', {retryable[again]}, {status}, {_in_php(sentence)}],"
        for kind, table in KIND.findall(PAGE)
        for code, actor, again, status, sentence in FULL_ROW.findall(table)
    ]
    return ERROR_CODES.replace("%s", "\n".join(lines), 1)


def po() -> str:
    """Give the translations for Django."""
    entries = [
        f"msgctxt {_quoted(CONTEXT)}\nmsgid {_quoted(english)}\nmsgstr {_quoted(other)}\n"
        for english, other in spanish().items()
    ]
    return "\n".join([PO, *entries])


def pairs(text: str) -> dict[str, str]:
    """Give the sentences of a .po file, and their translations. The header has the empty key."""
    return {_unquoted(key): _unquoted(value) for key, value in PAIR.findall(text)}


def wordpress(text: str) -> str:
    """Give a .po file of the plugin with the sentences of this library, and with those of errors that it lacks."""
    known = spanish()

    def translated(found: re.Match[str]) -> str:
        english = _unquoted(found[1])
        return f"msgid {found[1]}msgstr {_quoted(known[english])}\n" if english in known else found[0]

    missing = {sentence: known[sentence] for *_, sentence in ROW.findall(PAGE) if sentence not in pairs(text)}
    more = [f"\nmsgid {_quoted(english)}\nmsgstr {_quoted(other)}\n" for english, other in missing.items()]
    return "".join([PAIR.sub(translated, text), *more])


def mo(texts: dict[str, str]) -> bytes:
    """Give translations as gettext reads them, as `msgfmt` does."""
    ordered = sorted((key.encode(), value.encode()) for key, value in texts.items() if value)
    tables, content, at = b"", b"", 28 + 16 * len(ordered)
    for part in (0, 1):
        for pair in ordered:
            tables += struct.pack("<2I", len(pair[part]), at + len(content))
            content += pair[part] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(ordered), 28, 28 + 8 * len(ordered), 0, at) + tables + content


def _of_django() -> dict[str, str]:
    texts = {"": "Content-Type: text/plain; charset=UTF-8\nLanguage: es\n"}
    return texts | {f"{CONTEXT}\x04{english}": other for english, other in spanish().items()}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _unquoted(lines: str) -> str:
    return "".join(json.loads(line) for line in lines.strip().splitlines())


def _in_php(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def files() -> dict[Path, bytes]:
    """Give the files, and what stands in each."""
    plugin = {path: wordpress(path.read_text("utf-8")) for path in sorted(WORDPRESS.glob("*.po"))}
    return {
        JS: typescript().encode(),
        PHP: php().encode(),
        FAKES: error_codes().encode(),
        DJANGO / "django.po": po().encode(),
        DJANGO / "django.mo": mo(_of_django()),
        **{path: text.encode() for path, text in plugin.items()},
        **{path.with_suffix(".mo"): mo(pairs(text)) for path, text in plugin.items()},
    }


def main() -> None:
    """Write or compare them."""
    for path, content in files().items():
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            sys.exit(f"{path.relative_to(ROOT)} is stale: run `make sentences`")


if __name__ == "__main__":
    main()
