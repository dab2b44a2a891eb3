"""Draws every `*.mmd` of this folder as an SVG, and writes into each SVG which source it shows.

`make diagrams` runs it: `python draw.py MERMAID_CLI CHROMIUM`. A test compares the digests, and needs neither.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SETTINGS = [FOLDER / "mermaid.json", FOLDER / "mermaid.css"]


def stamp(source: Path) -> str:
    """The comment at the end of the SVG: a digest of the source and of the settings."""
    texts = [path.read_text("utf-8") for path in (source, *SETTINGS)]
    return f"<!-- {source.name} {sha256(repr(texts).encode()).hexdigest()} -->\n"


def draw(source: Path, program: str, puppeteer: Path) -> None:
    """Draw one picture."""
    picture = source.with_suffix(".svg")
    settings, style = map(str, SETTINGS)
    looks = ["--configFile", settings, "--cssFile", style, "--svgId", source.stem, "--backgroundColor", "transparent"]
    files = ["--input", str(source), "--output", str(picture)]
    command = [program, "--quiet", "--puppeteerConfigFile", str(puppeteer), *looks, *files]
    subprocess.run(command, check=True)  # noqa: S603  (it is mermaid-cli, with the files of this folder)
    picture.write_text(picture.read_text("utf-8").rstrip() + "\n" + stamp(source), "utf-8")


def main(program: str, chromium: str) -> None:
    """Draw all pictures with `program`, which is mermaid-cli, in the browser `chromium`."""
    with tempfile.TemporaryDirectory() as folder:
        puppeteer = Path(folder) / "puppeteer.json"
        puppeteer.write_text(json.dumps({"executablePath": chromium, "args": ["--no-sandbox"]}), "utf-8")
        for source in sorted(FOLDER.glob("*.mmd")):
            draw(source, program, puppeteer)


if __name__ == "__main__":
    main(*sys.argv[1:])
