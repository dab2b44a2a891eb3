"""Memory and threads: every function with every surprise, whole logins and many threads, under the checkers.

AddressSanitizer and LeakSanitizer are in the C programs, which use the ordinary library: whatever the library gives out
is an ordinary allocation, so a leak, a use after free or a double free across the border is found on either side.
The library clears what it frees, so freeing a handle twice writes to a NULL pointer in it, before `free` runs again.
Inside the library the sanitizers see allocations only; Valgrind sees all of it. With CLEVER_SSO_TEST_ALL=1 the long
ones run too.
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
    """The environment of a program under test: with keys, and an address where no server runs."""
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


def test_the_scene_has_every_handle_of_the_header() -> None:
    scene = SCENE.read_text("utf-8")
    assert [name for name in HANDLES if f" *{name.removeprefix('clever_sso_')};" not in scene] == []


def test_no_surprise_in_any_parameter_of_any_function_does_harm(
    clever: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    ended = log_in_with([str(sweep(tmp_path, *SANITIZED, name="sweep-asan"))], APP, clever, surroundings)
    assert ended.returncode == 0, ended.stderr[-4000:]


@long_ones
def test_the_library_bears_every_surprise_with_the_sanitizer_inside_it_too(
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


def test_valgrind_sees_nothing_inside_the_library_either(
    clever: str, surroundings: dict[str, str], tmp_path: Path
) -> None:
    needs_valgrind()
    command = [*MEMCHECK, str(sweep(tmp_path, name="sweep"))]
    ended = log_in_with(command, APP, clever, surroundings)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_login_leaves_nothing_behind_says_the_leak_sanitizer(clever: str, surroundings: dict[str, str]) -> None:
    login = compiled(ROOT / "examples/c/login.c", *SANITIZED, name="login-asan")
    ended = log_in_with([str(login)], APP, clever, surroundings)
    assert ended.returncode == 0, ended.stderr[-4000:]


PARSED = 'clever_sso_parse_callback("code=abcdefgh", &callback, NULL); clever_sso_callback_free(callback);'
STATE = "state=abcdefghijklmnopqrstuvwxyz"
KEY = f'char *key = NULL; clever_sso_login_key_of_callback("code=a&{STATE}", &key, NULL); clever_sso_string_free(key);'
# The first free leaves zeros. The second one writes through a NULL pointer of the handle, and the report says where.
WRITES_TO_NULL = r"SEGV on unknown address 0x0+ .*caused by a WRITE .* in clever_sso_callback_free .* in main "
READS_THE_FREED = r"heap-use-after-free .* in clever_sso_string_free .* in main .*freed by thread T0 here:.* in main "
FAULTS = {
    "a forgotten free": ('clever_sso_parse_callback("code=a", &callback, NULL);', "detected memory leaks"),
    "a use after free": (f"{PARSED} return ((char *)callback)[0];", "heap-use-after-free"),
    "a double free": (f"{PARSED} clever_sso_callback_free(callback);", WRITES_TO_NULL),
    "a double free of a string": (f"{KEY} clever_sso_string_free(key);", READS_THE_FREED),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_sanitizers_see_a_fault_at_the_border(fault: str, surroundings: dict[str, str], tmp_path: Path) -> None:
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


def test_sixteen_threads_share_a_client(clever: str) -> None:
    ended = threads(clever, [], 50)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_sixteen_threads_on_one_client_race_for_nothing(clever: str) -> None:
    needs_valgrind()
    ended = threads(clever, HELGRIND, 3 if ALL else 1)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_helgrind_would_see_a_callback_that_does_not_lock(clever: str) -> None:
    needs_valgrind()
    ended = threads(clever, HELGRIND, 1, "-DWITHOUT_LOCK")
    assert ended.returncode == 9
    assert "count (threads.c" in ended.stderr


@long_ones
def test_sixteen_threads_leave_nothing_behind_says_valgrind(clever: str) -> None:
    needs_valgrind()
    ended = threads(clever, MEMCHECK, 2)
    assert ended.returncode == 0, ended.stderr
