"""Writes `clever_sso/_native.pyi` from the Rust classes, and their words into `AsyncClient`. `make stubs` runs it.

The comments in the Rust source are the only place where the API is described. PyO3 writes them into the library,
together with the types, and maturin reads them there. The module itself says what PyO3 leaves out: the values of
defaults and class attributes, the order of classes and methods, and which arguments are private, because the signature
that `help()` shows does not have them.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

PYTHON = Path(__file__).resolve().parent
PACKAGE = PYTHON / "clever_sso"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", PYTHON.parent / "target"))
WIDTH = 120
# Every object has them, with these very types.
INHERITED = {"__repr__", "__str__", "__ne__"}
# Methods of `AsyncClient` that say something else than those of `Client`.
OWN_WORDS = {"from_env"}


def main() -> None:
    """Writes both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PACKAGE, help="the folder to write to")
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder:
        raw, native = build(Path(folder))
        (out / "_native.pyi").write_text("\n".join(stub(raw, native)) + "\n", "utf-8")
        (out / "aio.py").write_text(described(PACKAGE / "aio.py", "AsyncClient", native.Client), "utf-8")


def build(folder: Path) -> tuple[ast.Module, ModuleType]:
    """What maturin reads in a library that is built for it, and that library as a module."""
    maturin = [sys.executable, "-m", "maturin", "generate-stubs", "--quiet", "--locked", "--profile", "dev"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET)}
    subprocess.run(  # noqa: S603  (the command is ours)
        [*maturin, "--features", "stubs", "--manifest-path", PYTHON / "Cargo.toml", "--out", folder / "raw"],
        check=True,
        env=environment,
    )
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    shutil.copy(TARGET / "maturin" / "lib_native.so", folder / PACKAGE.name / "_native.abi3.so")
    sys.path.insert(0, str(folder))
    (written,) = (folder / "raw").rglob("*.pyi")
    return ast.parse(written.read_text("utf-8")), import_module("clever_sso._native")


def stub(raw: ast.Module, native: ModuleType) -> Iterator[str]:
    """The lines of the stub."""
    members = {name_of(node): node for node in raw.body if name_of(node)}
    public = sorted(members, key=lambda name: (not name[0].isupper(), name))
    body = []
    for name in in_order(members, native):
        node = members[name]
        if isinstance(node, ast.ClassDef):
            body += ["", *class_lines(node, getattr(native, name))]
        elif isinstance(node, ast.FunctionDef):
            body += ["", *function_lines(node, getattr(native, name))]
    yield from docstring(ast.get_docstring(raw) or "")
    yield ""
    yield from imports(raw, "\n".join(body))
    yield ""
    yield "__all__ = ["
    yield from (f'    "{name}",' for name in public)
    yield "]"
    yield ""
    yield "__version__: Final[str]"
    yield from body


def imports(raw: ast.Module, body: str) -> Iterator[str]:
    """The imports of what the body names: the standard library, then other packages, then this one."""
    named = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)} | {"Final"}
    found = {"typing": {"Final"}}
    for node in raw.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found.setdefault(node.module, set()).update(alias.name for alias in node.names if alias.name in named)
    of_others = {"typing_extensions", PACKAGE.name}
    groups = [
        sorted(module for module in found if module.partition(".")[0] not in of_others),
        sorted(module for module in found if module.partition(".")[0] == "typing_extensions"),
        sorted(module for module in found if module.partition(".")[0] == PACKAGE.name),
    ]
    lines: list[str] = []
    for group in groups:
        of_group = [
            f"from {module} import {', '.join(sorted(found[module], key=lambda name: (name.islower(), name)))}"
            for module in group
            if found[module]
        ]
        lines += [*([""] if lines and of_group else []), *of_group]
    yield from lines


def class_lines(node: ast.ClassDef, owner: type) -> Iterator[str]:
    """The lines of a class."""
    members: dict[str, list[ast.stmt]] = {}
    for child in node.body:
        if name_of(child) not in INHERITED and name_of(child):
            members.setdefault(name_of(child), []).append(child)
    words = {name: attribute_words(node, name) for name in members}
    yield from (f"@{ast.unparse(decorator)}" for decorator in node.decorator_list)
    yield f"class {node.name}:"
    yield from indented(docstring(ast.get_docstring(node) or ""))
    is_apart = True
    for name in in_order(members, owner):
        for child in members[name]:
            value = vars(owner)[name]
            if isinstance(child, ast.FunctionDef):
                lines = list(function_lines(child, owner if name == "__new__" else getattr(owner, name)))
            else:
                lines = [*attribute_lines(name, value), *(docstring(words[name]) if words[name] else [])]
            yield from [""] if is_apart else []
            yield from indented(lines)
            # Editors and the formatter set apart what has words.
            is_apart = lines[-1].endswith('"""')


def in_order(members: Iterable[str], owner: type | ModuleType) -> list[str]:
    """As a reader looks for them: values, the constructor, properties by their position, methods as in the source."""
    positions = list(vars(owner).get("__match_args__", ()))
    runtime = list(vars(owner))

    def rank(name: str) -> tuple[int, int, str]:
        value = getattr(owner, name)
        if inspect.isdatadescriptor(value):
            return 2, positions.index(name) if name in positions else len(positions), name
        if name == "__new__":
            return 1, 0, name
        if not callable(value):
            return 0, 0 if name == "__match_args__" else 1 + runtime.index(name), name
        # The interpreter makes the special methods in an order of its own.
        return (4, 0, name) if name.startswith("__") else (3, runtime.index(name), name)

    return sorted(members, key=rank)


def function_lines(node: ast.FunctionDef, value: Any) -> Iterator[str]:  # noqa: ANN401  (the same)
    """The lines of a function, method or property."""
    yield from (f"@{ast.unparse(decorator)}" for decorator in node.decorator_list)
    arguments = parameters(node, value)
    end = f") -> {written(node.returns)}:" if node.returns else "):"
    words = ast.get_docstring(node)
    tail = "" if words else " ..."
    # Four blanks before a method are counted before every function: the formatter breaks none of ours for them.
    one_line = f"def {node.name}({', '.join(arguments)}{end}{tail}"
    if len(one_line) + 4 <= WIDTH:
        yield one_line
    else:
        yield f"def {node.name}("
        together = f"    {', '.join(arguments)}"
        yield from [together] if len(together) + 4 <= WIDTH else [f"    {argument}," for argument in arguments]
        yield f"{end}{tail}"
    yield from indented(docstring(words)) if words else []


def parameters(node: ast.FunctionDef, value: Any) -> list[str]:  # noqa: ANN401  (whatever can be called)
    """The parameters as `help()` shows them, with the types that PyO3 knows."""
    theirs = node.args
    every = [*theirs.posonlyargs, *theirs.args, *theirs.kwonlyargs, *filter(None, [theirs.vararg, theirs.kwarg])]
    types = {each.arg: each.annotation for each in every}
    if is_special(node.name) or inspect.isdatadescriptor(value):
        shown = ast.unparse(theirs)
        return [shown.replace("self, /", "self").replace("'", "")]
    signature = inspect.signature(value)
    first = every[0].arg if every and every[0].arg in {"self", "cls"} else ""
    lines = [first] if first else []
    starred = False
    for name, each in signature.parameters.items():
        if name == first:
            continue
        if each.kind is each.KEYWORD_ONLY and not starred:
            lines.append("*")
        starred = starred or each.kind in {each.KEYWORD_ONLY, each.VAR_POSITIONAL}
        default = "" if each.default is each.empty else f" = {literal(each.default)}"
        stars = "**" if each.kind is each.VAR_KEYWORD else ""
        lines.append(f"{stars}{name}: {written(types[name])}{default}")
    return lines


def is_special(name: str) -> bool:
    """Whether the interpreter calls a method of this name, in a way that it prescribes."""
    return name.startswith("__") and name != "__new__"


def attribute_lines(name: str, value: object) -> Iterator[str]:
    """The lines of a class attribute, which are its value."""
    one_line = f"{name}: Final = {literal(value)}"
    if len(one_line) + 4 <= WIDTH or not isinstance(value, tuple):
        yield one_line
        return
    yield f"{name}: Final = ("
    yield from (f"    {literal(item)}," for item in value)
    yield ")"


def attribute_words(node: ast.ClassDef, name: str) -> str:
    """The words below a class attribute."""
    for child, below in zip(node.body, node.body[1:]):
        if name_of(child) == name and isinstance(child, ast.AnnAssign):
            text = below.value if isinstance(below, ast.Expr) else None
            return inspect.cleandoc(str(text.value)) if isinstance(text, ast.Constant) else ""
    return ""


def name_of(node: ast.stmt) -> str:
    """What a statement defines; empty when it defines nothing."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return node.name
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return ""


def written(annotation: ast.expr | None) -> str:
    """A type as the formatter wants it. One that stands in the signature in the source comes as a text."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation).replace("'", '"') if annotation else "object"


def literal(value: object) -> str:
    """A value as the formatter wants it."""
    return repr(value).replace("'", '"')


def docstring(words: str) -> Iterator[str]:
    """The lines of a docstring."""
    lines = words.replace("\\", "\\\\").splitlines()
    if len(lines) < 2:  # noqa: PLR2004  (one line)
        yield f'"""{words}"""'
        return
    yield f'"""{lines[0]}'
    yield from lines[1:]
    yield '"""'


def indented(lines: Iterable[str]) -> Iterator[str]:
    """The lines one level deeper."""
    return (f"    {line}" if line else "" for line in lines)


def described(file: Path, name: str, owner: type) -> str:
    """A Python module whose class of this name has the words of `owner` at all methods and properties they share."""
    lines = file.read_text("utf-8").splitlines()
    (found,) = (
        node for node in ast.parse("\n".join(lines)).body if isinstance(node, ast.ClassDef) and node.name == name
    )
    for node in reversed(found.body):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name in OWN_WORDS:
            continue
        shared = vars(owner).get(node.name)
        if shared is not None and ast.get_docstring(node):
            here = node.body[0]
            lines[here.lineno - 1 : here.end_lineno] = indented(indented(docstring(inspect.cleandoc(shared.__doc__))))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
