"""clever-sso-implicit from npm, in an empty folder: installed from its archive, and used for a login."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from harness import emulator, js_package
from harness.length import WHOLE
from harness.paths import ROOT
from harness.patience import SECONDS

APP = emulator.App("0d1c" * 5, "", "http://127.0.0.1:9/callback")
# The folder with the packages of `make npm`; without it, the test packs the build of `make js`.
PACKED = os.environ.get("CLEVER_NPM")
# An app that opens the address itself, like an extension or a desktop app, and gets only redirects.
LOGIN = """
import { begin, checkToken } from "clever-sso-implicit";
const [clever, clientId, redirectUri] = process.argv.slice(2);
async function launch(url) {
  while (url.startsWith(clever)) url = (await fetch(url, { redirect: "manual" })).headers.get("location");
  return url;
}
const answer = await begin({ clever, clientId, redirectUri, launch });
const { scopes } = await checkToken(answer.accessToken, clientId, { clever });
const me = await fetch(`${clever}/v3.0/me`, { headers: { Authorization: `Bearer ${answer.accessToken}` } });
console.log(JSON.stringify({ scopes, type: (await me.json()).type }));
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, packed."""
    folder = Path(PACKED or tmp_path_factory.mktemp("packed"))
    if not PACKED:
        pack = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
        subprocess.run(pack, cwd=js_package.built(), check=True, stdout=subprocess.DEVNULL)
    (found,) = folder.glob("clever-sso-implicit-*.tgz")
    return found


@pytest.fixture(scope="module")
def project(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with only this package."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{ "private": true, "type": "module" }')
    quiet = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", f"--cache={folder / '.npm'}"]
    subprocess.run(["npm", "install", *quiet, archive], cwd=folder, check=True, capture_output=True)
    return folder


def test_the_archive_has_every_file_of_its_manifest_and_can_be_published_with_provenance(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        files = {name.removeprefix("package/") for name in opened.getnames()}
        manifest = json.load(opened.extractfile("package/package.json"))  # type: ignore[arg-type]
    assert {path.removeprefix("./") for path in manifest["exports"]["."].values()} <= files
    assert {"README.md", "LICENSE-APACHE", "LICENSE-MIT"} <= files
    assert [name for name in files if "test" in name or name.startswith("node_modules")] == []
    assert manifest["publishConfig"] == {"access": "public", "provenance": True}
    # The registry compares this field with the repository in the provenance.
    assert manifest["repository"]["url"].startswith("git+https://")
    assert "scripts" not in manifest


def test_an_app_with_the_npm_package_logs_a_person_in(project: Path) -> None:
    (project / "login.js").write_text(LOGIN)
    with emulator.running([APP], "ada") as clever:
        done = subprocess.run(
            ["node", "login.js", clever, APP.client_id, APP.redirect_uri],
            cwd=project,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "user"
    assert json.loads(done.stdout)["scopes"]


@pytest.mark.skipif(not WHOLE, reason="long: make test-npm")
def test_a_typescript_app_has_the_types(project: Path) -> None:
    shutil.copy(ROOT / "js/tests/types.ts", project)
    assert js_package.type_errors(project, "types.ts") == ""
