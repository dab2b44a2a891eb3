"""The stub comes from the Rust source, matches the binary in its types and its words, and programs check with it."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import clever_sso
import pytest
from clever_sso import _native
from harness.paths import ROOT

STUB = Path(clever_sso.__file__).with_name("_native.pyi")
SETTINGS = ROOT / "python" / "pyproject.toml"
# All but what belongs to a framework, which need not be installed.
CORE = ["_native", "aio", "_settings", "exceptions"]


def documented(node: ast.Module | ast.ClassDef, owner: object, path: str) -> Iterator[tuple[str, str | None, object]]:
    for child in node.body:
        if isinstance(child, (ast.ClassDef, ast.FunctionDef)) and not child.name.startswith("__"):
            value = inspect.getattr_static(owner, child.name)
            name = f"{path}.{child.name}".lstrip(".")
            yield name, ast.get_docstring(child), value
            if isinstance(child, ast.ClassDef):
                yield from documented(child, value, name)


ENTRIES = list(documented(ast.parse(STUB.read_text("utf-8")), _native, ""))


@pytest.mark.parametrize(("name", "words", "value"), ENTRIES, ids=[name for name, _, _ in ENTRIES])
def test_stub_and_help_say_the_same(name: str, words: str | None, value: object) -> None:
    assert words, name
    assert words == inspect.cleandoc(value.__doc__ or "")


def test_the_stub_and_the_words_of_the_async_client_are_those_of_the_rust_source(tmp_path: Path) -> None:
    pytest.importorskip("maturin")
    done = subprocess.run(
        [sys.executable, ROOT / "python/stub.py", "--out", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("_native.pyi", "aio.py"):
        written = (ROOT / "python/clever_sso" / name).read_text("utf-8")
        assert written == (tmp_path / name).read_text("utf-8"), "run `make stubs`"


def test_everything_public_is_in_the_stub_and_in_all() -> None:
    names = {name for name, _, _ in ENTRIES if "." not in name}
    assert names | {"__version__"} == set(_native.__all__)
    # What `AsyncClient` is made of is its own affair.
    assert set(_native.__all__) - {"AsyncOperations"} <= set(clever_sso.__all__)
    assert sorted(clever_sso.__all__) == clever_sso.__all__


def run(*command: object, cwd: Path) -> None:
    pytest.importorskip("mypy")
    environment = {**os.environ, "MYPY_CACHE_DIR": str(cwd / "cache")}
    arguments = [sys.executable, *map(str, command)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_matches_the_binary(tmp_path: Path) -> None:
    # The rest of the package has its types in its own source.
    run("-m", "mypy.stubtest", *(f"clever_sso.{module}" for module in CORE), cwd=tmp_path)


def test_the_package_passes_mypy_strict(tmp_path: Path) -> None:
    for needed in ("flask", "starlette", "django", "mypy_django_plugin"):
        pytest.importorskip(needed)
    run("-m", "mypy", "--strict", "--config-file", SETTINGS, "-p", "clever_sso", cwd=tmp_path)


@pytest.mark.parametrize("example", ["python/login.py", "flask/app.py", "fastapi/app.py", "django/reading_room"])
def test_the_examples_pass_mypy_strict(tmp_path: Path, example: str) -> None:
    framework = Path(example).parts[0]
    pytest.importorskip({"python": "clever_sso", "django": "mypy_django_plugin"}.get(framework, framework))
    run("-m", "mypy", "--strict", "--config-file", SETTINGS, ROOT / "examples" / example, cwd=tmp_path)
