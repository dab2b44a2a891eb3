"""The stub is generated from the Rust source, matches the binary in types and docstrings, and works with mypy."""

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
AIO = Path(clever_sso.__file__).with_name("aio.py")
SETTINGS = ROOT / "python" / "pyproject.toml"
# Everything except the framework modules, whose frameworks may not be installed.
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
def test_the_stub_has_the_same_docstrings_as_help(name: str, words: str | None, value: object) -> None:
    assert words, name
    assert words == inspect.cleandoc(value.__doc__ or "")


def test_the_stub_and_the_async_docstrings_are_generated_from_the_rust_source(tmp_path: Path) -> None:
    pytest.importorskip("maturin")
    done = subprocess.run(
        [sys.executable, ROOT / "python/stub.py", "--out", tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("_native.pyi", "aio.py"):
        written = (ROOT / "python/clever_sso" / name).read_text("utf-8")
        assert written == (tmp_path / name).read_text("utf-8"), "run `make stubs`"


def annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str]:
    """The types of the parameters and of the result, as text."""
    every = [*function.args.args, *function.args.kwonlyargs]
    types = {each.arg: ast.unparse(each.annotation) for each in every if each.annotation}
    return {**types, "return": ast.unparse(function.returns) if function.returns else ""}


def methods(file: Path, name: str) -> dict[str, dict[str, str]]:
    """The annotations of each method of a class."""
    (found,) = (node for node in ast.parse(file.read_text("utf-8")).body if getattr(node, "name", "") == name)
    assert isinstance(found, ast.ClassDef)
    return {
        node.name: annotations(node)
        for node in found.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("__")
    }


def test_the_async_client_has_the_types_of_the_blocking_one() -> None:
    theirs, ours = methods(STUB, "Client"), methods(AIO, "AsyncClient")
    assert ours.pop("from_env") == {"return": "Self"}
    assert ours.pop("aclose") == theirs.pop("close")
    assert {**theirs, "from_env": {}} == {**ours, "from_env": {}}


def test_the_settings_have_the_types_of_the_arguments_of_the_client() -> None:
    tree = ast.parse(STUB.read_text("utf-8"))
    (client,) = (node for node in tree.body if getattr(node, "name", "") == "Client")
    (new,) = (node for node in ast.walk(client) if isinstance(node, ast.FunctionDef) and node.name == "__new__")
    named = {each.arg for each in new.args.kwonlyargs}
    (settings,) = (
        node for node in ast.parse(AIO.read_text("utf-8")).body if getattr(node, "name", "") == "ClientSettings"
    )
    assert isinstance(settings, ast.ClassDef)
    written = {
        ast.unparse(node.target): ast.unparse(node.annotation)
        for node in settings.body
        if isinstance(node, ast.AnnAssign)
    }
    assert written == {name: type_ for name, type_ in annotations(new).items() if name in named}


def test_every_public_name_is_in_the_stub_and_in_all() -> None:
    names = {name for name, _, _ in ENTRIES if "." not in name}
    assert names | {"__version__"} == set(_native.__all__)
    # Names that only other modules of the package use are not public.
    of_the_package = {
        "AsyncCalls",
        "doctor_of_client",
        "doctor_of_settings",
        "language_of",
        "observe_calls",
        "translated",
    }
    assert set(_native.__all__) - of_the_package <= set(clever_sso.__all__)
    assert sorted(clever_sso.__all__) == clever_sso.__all__


def run(*command: object, cwd: Path) -> None:
    pytest.importorskip("mypy")
    environment = {**os.environ, "MYPY_CACHE_DIR": str(cwd / "cache")}
    arguments = [sys.executable, *map(str, command)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_matches_the_binary(tmp_path: Path) -> None:
    # The rest of the package has inline types.
    run("-m", "mypy.stubtest", *(f"clever_sso.{module}" for module in CORE), cwd=tmp_path)


def test_the_package_passes_mypy_strict(tmp_path: Path) -> None:
    for needed in ("flask", "starlette", "django", "mypy_django_plugin"):
        pytest.importorskip(needed)
    run("-m", "mypy", "--strict", "--config-file", SETTINGS, "-p", "clever_sso", cwd=tmp_path)


# No one may be signed in, so mypy must report the access without a check. Otherwise it reports an unused comment.
IS_OPTIONAL = {
    "flask": """
from clever_sso.flask import current_identity, get_current_identity

print(current_identity.id)  # type: ignore[union-attr]
print(get_current_identity().id)  # type: ignore[union-attr]
if current_identity:
    print(current_identity.id)
""",
    "fastapi": """
from clever_sso.asgi import current_identity
from starlette.requests import Request


def who(request: Request) -> str:
    print(current_identity(request).id)  # type: ignore[union-attr]
    identity = current_identity(request)
    return identity.id if identity else ""
""",
    "django": """
from clever_sso.django import acurrent_identity, current_identity
from django.http import HttpRequest


def who(request: HttpRequest) -> str:
    print(current_identity(request).id)  # type: ignore[union-attr]
    identity = current_identity(request)
    return identity.id if identity else ""


async def who_later(request: HttpRequest) -> str:
    return (await acurrent_identity(request)).id  # type: ignore[union-attr]
""",
}


@pytest.mark.parametrize("example", ["python/login.py", "flask/app.py", "fastapi/app.py", "django/reading_room"])
def test_the_examples_pass_mypy_strict(tmp_path: Path, example: str) -> None:
    framework = Path(example).parts[0]
    pytest.importorskip({"python": "clever_sso", "django": "mypy_django_plugin"}.get(framework, framework))
    snippet = tmp_path / "is_optional.py"
    snippet.write_text(IS_OPTIONAL.get(framework, ""))
    run("-m", "mypy", "--strict", "--config-file", SETTINGS, ROOT / "examples" / example, snippet, cwd=tmp_path)
