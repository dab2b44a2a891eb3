"""The npm package: its files, its size, and that its types and its module work as documented."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from harness.js_package import MODULE, SOURCES, built, type_errors
from harness.paths import ROOT, VERSION
from harness.patience import SECONDS

LARGEST = 4096
FUNCTIONS = "arrive begin checkToken forget handleCallback logOut signIn userMessage watch whoAmI"
EXPORTED = {"CleverError", *FUNCTIONS.split()}


@pytest.fixture(scope="module")
def package() -> Path:
    return built()


def test_the_package_is_small(package: Path) -> None:
    size = len(gzip.compress((package / MODULE).read_bytes(), 9, mtime=0))
    assert size < LARGEST


def test_the_package_has_no_dependencies_and_lists_its_files(package: Path) -> None:
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    assert "dependencies" not in manifest
    assert "devDependencies" not in manifest
    assert manifest["type"] == "module"
    for name in (*manifest["exports"]["."].values(), *manifest["files"]):
        assert (package / name).exists(), name
    assert manifest["version"] == VERSION


def test_the_package_is_an_es_module_that_loads_without_a_page(package: Path) -> None:
    script = f"import({json.dumps(str(package / MODULE))}).then((all) => console.log(JSON.stringify(Object.keys(all))))"
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=SECONDS)
    assert set(json.loads(done.stdout)) == EXPORTED


def test_every_export_is_in_the_guide_and_the_readme_and_has_a_comment(package: Path) -> None:
    guide = (ROOT / "docs" / "implicit.md").read_text("utf-8")
    readme = (SOURCES / "README.md").read_text("utf-8")
    source = "\n".join(path.read_text("utf-8") for path in (SOURCES / "src").glob("*.ts"))
    for name in EXPORTED:
        assert f"`{name}" in guide, name
        assert f"`{name}" in readme, name
        assert re.search(rf"\*/\nexport (async )?(function|class) {name}\b", source), name
    assert (package / "dist" / "index.d.ts").exists()


def test_the_package_uses_no_other_storage_or_output(package: Path) -> None:
    text = (package / MODULE).read_text("utf-8")
    for word in ("localStorage", "console.", "document.cookie", "innerHTML", "eval(", "Function(", "postMessage(*"):
        assert word not in text, word


def test_a_typescript_app_has_the_types(package: Path, tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "clever-sso-implicit").symlink_to(package)
    (tmp_path / "package.json").write_text('{ "type": "module" }', "utf-8")
    shutil.copy(SOURCES / "tests" / "types.ts", tmp_path)
    assert type_errors(tmp_path, "types.ts") == ""
