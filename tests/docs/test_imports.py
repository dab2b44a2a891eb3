"""No modules of the Python package import each other in a circle, directly or indirectly."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from harness.paths import ROOT

PACKAGE = ROOT / "python/clever_sso"


def name_of(file: Path, package: Path) -> str:
    """Return the module's import name."""
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST, module: str, *, is_package: bool) -> set[str]:
    """Return everything that the module imports, at any place: names of modules, or of objects in them."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")
            above = above[: len(above) - node.level + is_package] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def graph_of(package: Path) -> dict[str, set[str]]:
    """Return each module with the modules of the same package that it imports."""
    files = {name_of(file, package): file for file in sorted(package.rglob("*.py"))}
    graph = {}
    for module, file in files.items():
        found = imported(ast.parse(file.read_text("utf-8")), module, is_package=file.name == "__init__.py")
        # `from . import views` names the package, but imports the module.
        precise = {name for name in found if name in files}
        graph[module] = {name for name in precise if not any(other.startswith(f"{name}.") for other in precise)} - {
            module
        }
    return graph


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules of one circle, or none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = graph_of(PACKAGE)
    assert len(graph) > 20
    assert circle(graph) == []


@pytest.mark.parametrize(
    "line", ["from . import b", "from .b import x", "import p.b", "def f():\n    from p.b import x"]
)
def test_a_circle_is_found(line: str, tmp_path: Path) -> None:
    package = tmp_path / "p"
    package.mkdir()
    (package / "__init__.py").write_text("", "utf-8")
    (package / "a.py").write_text(line, "utf-8")
    (package / "b.py").write_text("from .c import y", "utf-8")
    (package / "c.py").write_text("from . import a", "utf-8")
    assert sorted(set(circle(graph_of(package)))) == ["p.a", "p.b", "p.c"]
