"""The GitHub action: its file is valid, and the next step can log a person in."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.length import not_here
from harness.paths import EMULATOR, ROOT
from harness.patience import SECONDS, wait_for

ACTION = ROOT / ".github/actions/emulator"
TEXT = (ACTION / "action.yml").read_text("utf-8")
LOGIN = [sys.executable, str(ROOT / "examples/python/login.py")]


def defaults() -> dict[str, str]:
    """Return the script's variables, as `action.yml` sets them by default."""
    values = dict(re.findall(r'^  ([a-z-]+):\n    description: .+\n    default: "?(.*?)"?$', TEXT, re.MULTILINE))
    variables = dict(re.findall(r"^        ([A-Z_]+): \$\{\{ inputs\.([a-z-]+) \}\}$", TEXT, re.MULTILINE))
    assert set(variables.values()) == set(values)
    return {variable: values[name] for variable, name in variables.items()}


class Job:
    """A job on a runner, with everything that a step uses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {name: folder / name.lower() for name in ("GITHUB_ENV", "GITHUB_OUTPUT")}

    def step(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the action."""
        program = {"PROGRAM": os.environ.get("CLEVER_EMULATOR", str(EMULATOR))}
        runner = {"RUNNER_TEMP": str(self.folder), "GITHUB_ACTION_PATH": str(ACTION)}
        runner.update((name, str(path)) for name, path in self.files.items())
        command = ["bash", "-c", re.findall(r"^      run: '(.+)'$", TEXT, re.MULTILINE)[0]]
        environment = {**os.environ, **defaults(), **program, **runner, **inputs}
        # Standard output is a file, because the emulator may keep it open, and a pipe would not end.
        with (self.folder / "log").open("w") as log:
            done = subprocess.run(
                command, check=False, env=environment, stdout=log, stderr=log, timeout=SECONDS, start_new_session=True
            )
        return subprocess.CompletedProcess(command, done.returncode, (self.folder / "log").read_text("utf-8"))

    def read(self, name: str) -> dict[str, str]:
        """Return the variables that the step set for the next steps."""
        lines = self.files[name].read_text("utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def end(self) -> None:
        """End the processes of the steps, like the runner. They are found by the name of this job's folder."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "fd/1").readlink() == self.folder / "clever-emulator/out":
                    os.kill(int(process.name), signal.SIGTERM)
            except OSError:
                continue  # it has ended, or is not ours


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made = Job(tmp_path)
    yield made
    made.end()


def test_the_next_step_of_the_job_logs_a_person_in(job: Job) -> None:
    uris = "http://127.0.0.1:9/callback\nhttp://127.0.0.1:9/other"
    done = job.step(REDIRECT_URIS=uris)
    assert done.returncode == 0, done.stdout
    told = job.read("GITHUB_ENV")
    assert list(told) == ["CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI", "CLEVER_BASE_URL"]
    assert told["CLEVER_REDIRECT_URI"].split() == uris.split()
    assert job.read("GITHUB_OUTPUT") == {"url": told["CLEVER_BASE_URL"]}
    # A runner masks the secret in this line. Everything else is shown.
    secret = told["CLEVER_CLIENT_SECRET"]
    assert [line for line in done.stdout.splitlines() if secret in line] == [f"::add-mask::{secret}"]
    app = emulator.App(told["CLEVER_CLIENT_ID"], secret, told["CLEVER_REDIRECT_URI"].partition(" ")[0], oidc=True)
    ended = log_in_with(LOGIN, app, told["CLEVER_BASE_URL"], os.environ)
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


def test_a_step_with_a_wrong_input_fails_and_says_why(job: Job) -> None:
    for inputs, sentence in (
        ({"PERSON": "nobody-here"}, 'there is no person "nobody-here"'),
        ({"OIDC": "yes"}, "::error::oidc must be true or false"),
        ({"REDIRECT_URIS": " "}, "::error::redirect-uris is empty"),
        ({"PROGRAM": "/nowhere/at-all"}, "::error::the emulator did not start"),
    ):
        done = job.step(**inputs)
        assert done.returncode == 1, inputs
        assert sentence in done.stdout, inputs
        assert not job.files["GITHUB_ENV"].exists()


def test_an_input_is_never_run_as_a_command(job: Job, tmp_path: Path) -> None:
    for name in ("PERSON", "REDIRECT_URIS", "WORLD", "PORT"):
        job.step(**{name: f"$(touch {tmp_path}/ran); `touch {tmp_path}/ran`"})
        assert not (tmp_path / "ran").exists(), name


def test_without_a_program_the_action_installs_its_own_version(job: Job, tmp_path: Path) -> None:
    # A fake npm that records its arguments and installs the emulator.
    program = os.environ.get("CLEVER_EMULATOR", str(EMULATOR))
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir()
    npm.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nmkdir -p "$3/node_modules/.bin"\n'
        f'ln -s {program} "$3/node_modules/.bin/clever-emulator"\n'
    )
    npm.chmod(0o755)
    done = job.step(PROGRAM="", PATH=f"{npm.parent}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stdout
    version = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
    assert (tmp_path / "asked").read_text("utf-8").split()[-1] == f"clever-emulator@{version}"
    wait_for(lambda: "CLEVER_BASE_URL" in job.read("GITHUB_ENV"), "the address")


def test_the_guide_names_every_input_of_the_action() -> None:
    guide = (ROOT / "docs/emulator.md").read_text("utf-8")
    inputs = re.findall(r"^  ([a-z-]+):\n    description: .+\n    default:", TEXT, re.MULTILINE)
    assert [name for name in inputs if f"\n| `{name}` | " not in guide] == []
    assert len(inputs) == 7


def checked(program: str, *words: str | Path) -> None:
    """Run a checker, which must find nothing."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        raise not_here(f"{program} is not installed")
    done = subprocess.run([found, *words], check=False, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_file_matches_the_schema() -> None:
    checked("check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION / "action.yml")


def test_the_workflow_in_the_guide_matches_the_schema(tmp_path: Path) -> None:
    guide = (ROOT / "docs/emulator.md").read_text("utf-8")
    (workflow,) = re.findall(r"<!-- workflow: action -->\n```yaml\n(.+?)```", guide, re.DOTALL)
    (tmp_path / "tests.yml").write_text(workflow)
    checked("check-jsonschema", "--builtin-schema", "vendor.github-workflows", tmp_path / "tests.yml")


def test_zizmor_finds_nothing_unsafe_in_the_action() -> None:
    checked("zizmor", "--offline", "--quiet", "--persona", "pedantic", ACTION / "action.yml")
