"""Memory and threads: unusual arguments, whole logins and many threads, under sanitizers and Valgrind.

AddressSanitizer and LeakSanitizer are in the C programs, which use the ordinary library. The library returns ordinary
allocations, so the sanitizers find leaks, uses after free and double frees on both sides of the API.
The library clears what it frees, so freeing a handle twice writes to a NULL pointer in it, before `free` runs again.
Inside the library, the sanitizers see only allocations; Valgrind sees everything. With CLEVER_SSO_TEST_ALL=1, the long
tests run too.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.driver import tokens_of
from harness.header import HANDLES
from harness.paths import LIBRARY, RELEASE, ROOT, TARGET
from harness.patience import MANY_STEPS_SECONDS
from harness.programs import compiled, environment
from harness.sweep import SCENE, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = ROOT / "ffi/tests/c"
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
ALL = os.environ.get("CLEVER_SSO_TEST_ALL") == "1"
long_ones = pytest.mark.skipif(not ALL, reason="long: make test-all")
SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
MEMCHECK = [
    "valgrind",
    "--quiet",
    "--leak-check=full",
    "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=definite",
    "--error-exitcode=9",
]
HELGRIND = ["valgrind", "--quiet", "--tool=helgrind", f"--suppressions={HERE}/helgrind.supp", "--error-exitcode=9"]


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP], "ada") as base_url:
        yield base_url


@pytest.fixture(scope="module")
def surroundings() -> Iterator[dict[str, str]]:
    """The environment of a program under test: with keys, and a URL where no server runs."""
    jwks = json.loads((ROOT / "tests/vectors/hostile-jwks.json").read_text("utf-8"))["sets"]["main"]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        leaks = {"ASAN_OPTIONS": "detect_leaks=1", "LSAN_OPTIONS": "exitcode=9"}
        yield environment(NOWHERE=nowhere, JWKS=json.dumps(jwks), **leaks)


def needs_valgrind() -> None:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")


def sweep(folder: Path, *options: str, name: str, library: Path = RELEASE) -> Path:
    source = folder / "sweep.c"
    source.write_text(program(), "utf-8")
    return compiled(source, *options, name=name, library=library)


def test_scene_h_has_every_handle_of_the_header() -> None:
    scene = SCENE.read_text("utf-8")
    assert [name for name in HANDLES if f" *{name.removeprefix('clever_sso_')};" not in scene] == []


def test_unusual_arguments_cause_no_memory_error(clever: str, surroundings: dict[str, str], tmp_path: Path) -> None:
    ended = log_in_with([str(sweep(tmp_path, *SANITIZED, name="sweep-asan"))], APP, clever, surroundings)
    assert ended.returncode == 0, ended.stderr[-4000:]


@long_ones
def test_unusual_arguments_cause_no_memory_error_in_a_sanitized_library(
    clever: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    if subprocess.run(["cargo", "+nightly", "--version"], check=False, capture_output=True).returncode != 0:
        pytest.skip("there is no nightly toolchain")
    triple = "x86_64-unknown-linux-gnu"
    folder = TARGET / "sanitized"
    build = ["cargo", "+nightly", "build", "-q", "-p", "clever-sso-ffi", "--target", triple]
    flags = {"RUSTFLAGS": "-Zsanitizer=address", "CARGO_TARGET_DIR": str(folder)}
    subprocess.run(build, check=True, cwd=ROOT, env={**os.environ, **flags})
    library = folder / triple / "debug"
    link = library / f"libclever_sso.so.{os.getpid()}"
    link.symlink_to("libclever_sso.so")
    link.replace(library / LIBRARY)
    found = {**surroundings, "LD_LIBRARY_PATH": str(library)}
    ended = log_in_with([str(sweep(tmp_path, *SANITIZED, name="sweep-inside", library=library))], APP, clever, found)
    assert ended.returncode == 0, ended.stderr[-4000:]


def test_valgrind_reports_nothing_for_unusual_arguments(
    clever: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    needs_valgrind()
    command = [*MEMCHECK, str(sweep(tmp_path, name="sweep"))]
    ended = log_in_with(command, APP, clever, surroundings)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_leak_sanitizer_reports_nothing_after_a_login(clever: str, surroundings: dict[str, str]) -> None:
    login = compiled(ROOT / "examples/c/login.c", *SANITIZED, name="login-asan")
    ended = log_in_with([str(login)], APP, clever, surroundings)
    assert ended.returncode == 0, ended.stderr[-4000:]


PARSED = 'clever_sso_parse_callback("code=abcdefgh", &callback, NULL); clever_sso_callback_free(callback);'
STATE = "state=abcdefghijklmnopqrstuvwxyz"
KEY = f'char *key = NULL; clever_sso_login_key_of_callback("code=a&{STATE}", &key, NULL); clever_sso_string_free(key);'
# The first free clears the handle. The second one writes through its NULL pointer, and the report names the function.
WRITES_TO_NULL = r"SEGV on unknown address 0x0+ .*caused by a WRITE .* in clever_sso_callback_free .* in main "
READS_THE_FREED = r"heap-use-after-free .* in clever_sso_string_free .* in main .*freed by thread T0 here:.* in main "
FAULTS = {
    "a forgotten free": ('clever_sso_parse_callback("code=a", &callback, NULL);', "detected memory leaks"),
    "a use after free": (f"{PARSED} return ((char *)callback)[0];", "heap-use-after-free"),
    "a double free": (f"{PARSED} clever_sso_callback_free(callback);", WRITES_TO_NULL),
    "a double free of a string": (f"{KEY} clever_sso_string_free(key);", READS_THE_FREED),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_sanitizers_report_a_wrong_free_or_use_by_the_caller(
    fault: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    body, report = FAULTS[fault]
    source = tmp_path / "fault.c"
    source.write_text(
        "#include <clever_sso.h>\nint main(void) { clever_sso_callback *callback = NULL;"
        f" {body} callback = NULL; return callback != NULL; }}\n"
    )
    program = compiled(source, *SANITIZED, "-Wno-use-after-free", "-O0", name="fault-asan")
    ended = subprocess.run([program], env=surroundings, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert re.search(report, ended.stderr, re.DOTALL), ended.stderr


def threads(clever: str, checker: list[str], rounds: int, *options: str) -> subprocess.CompletedProcess[str]:
    built = compiled(HERE / "threads.c", "-pthread", *options, name="threads" + "".join(options))
    tokens = tokens_of(APP, clever)
    arguments = [clever, APP.client_id, APP.secret, APP.redirect_uri, tokens["access_token"], tokens["id_token"]]
    return subprocess.run(
        [*checker, str(built), *arguments, str(rounds)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=MANY_STEPS_SECONDS,
        check=False,
    )


def test_sixteen_threads_can_share_a_client(clever: str) -> None:
    ended = threads(clever, [], 50)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_helgrind_reports_no_race_between_sixteen_threads(clever: str) -> None:
    needs_valgrind()
    ended = threads(clever, HELGRIND, 3 if ALL else 1)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_helgrind_reports_a_callback_without_a_lock(clever: str) -> None:
    needs_valgrind()
    ended = threads(clever, HELGRIND, 1, "-DWITHOUT_LOCK")
    assert ended.returncode == 9
    assert "count (threads.c" in ended.stderr


@long_ones
def test_valgrind_reports_no_leak_after_sixteen_threads(clever: str) -> None:
    needs_valgrind()
    ended = threads(clever, MEMCHECK, 2)
    assert ended.returncode == 0, ended.stderr
