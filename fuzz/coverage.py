"""Shows which lines of its code the inputs of a fuzz target reach.

`python3 fuzz/coverage.py PROGRAM [FOLDER]`: PROGRAM is the test `corpus`, compiled with `-Cinstrument-coverage`, and
FOLDER has the inputs, if they are not in `fuzz/corpus`. `make fuzz-coverage` does both. LLVM's tools come with
`rustup component add llvm-tools`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROTOCOL = "core/src/protocol"
# The code that each target tests: files, and folders with everything in them.
ABOUT = {
    "verify": (f"{PROTOCOL}/id_token.rs", f"{PROTOCOL}/jws.rs", f"{PROTOCOL}/identity.rs"),
    "jws": (f"{PROTOCOL}/jws.rs",),
    "json": (f"{PROTOCOL}/json.rs", f"{PROTOCOL}/json/"),
    "pending": (f"{PROTOCOL}/pending.rs", "core/src/login.rs", "core/src/login/returned.rs"),
    "cookies": ("core/src/browser.rs", "core/src/browser/", "core/src/login.rs"),
    "callback": (f"{PROTOCOL}/callback.rs",),
    "jwks": (f"{PROTOCOL}/jwks.rs",),
    "answers": tuple(f"{PROTOCOL}/{name}.rs" for name in ("api", "exchange", "person", "token", "tokeninfo")),
    "discovery": (f"{PROTOCOL}/discovery.rs", f"{PROTOCOL}/address.rs"),
    "return_to": ("core/src/login/return_to.rs",),
    "times": (f"{PROTOCOL}/pause.rs", "core/src/transport/server_time.rs"),
    "c": ("ffi/src/",),
    "http": ("emulator/src/http/", "emulator/src/endpoints/"),
    "world": ("emulator/src/world/file.rs", "emulator/src/world/file/"),
}


def tool(name: str) -> str:
    """The path of an LLVM tool of the toolchain."""
    root = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    return str(next(Path(root).glob(f"lib/rustlib/*/bin/{name}")))


def is_in(path: str, place: str) -> bool:
    """Whether a file is this file, or is in this folder."""
    return path.startswith(place) if place.endswith("/") else path == place


def covered(program: Path, target: str, folder: Path) -> dict[str, tuple[int, int]]:
    """The number of lines of each file that the inputs of a target reach, and the number of all lines."""
    with tempfile.TemporaryDirectory() as made:
        raw, merged = Path(made, "raw"), Path(made, "merged")
        env = {**os.environ, "LLVM_PROFILE_FILE": str(raw), "CLEVER_SSO_FUZZ_CORPUS": str(folder)}
        subprocess.run([program, "--exact", target], check=True, env=env, stdout=subprocess.DEVNULL, cwd=ROOT / "fuzz")
        subprocess.run([tool("llvm-profdata"), "merge", "-o", merged, raw], check=True)
        command = [tool("llvm-cov"), "export", "-summary-only", f"-instr-profile={merged}", program]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    lines = {}
    for file in report["data"][0]["files"]:
        path = os.path.relpath(file["filename"], ROOT)
        lines[path] = (file["summary"]["lines"]["covered"], file["summary"]["lines"]["count"])
    return lines


def main() -> None:
    """Print a table of the coverage."""
    program = Path(sys.argv[1]).resolve()
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "fuzz/corpus").resolve()  # noqa: PLR2004 -- the second one
    print("| target | inputs | lines | of | code |\n|---|---|---|---|---|")
    for target, about in ABOUT.items():
        lines = covered(program, target, folder)
        of = [counts for path, counts in lines.items() if any(is_in(path, place) for place in about)]
        reached, all_lines = (sum(counts) for counts in zip(*of))
        inputs = len(list((folder / target).iterdir()))
        code = ", ".join(f"`{one}`" for one in about)
        print(
            f"| {target} | {inputs} | {reached} ({reached * 100 // all_lines} %) | {all_lines} | {code} |", flush=True
        )


if __name__ == "__main__":
    main()
