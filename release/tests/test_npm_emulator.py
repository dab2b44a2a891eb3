"""The emulator from npm, in an empty folder: the command, and the helper for tests."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import pytest
from harness import emulator, js_package
from harness.console import log_in_with
from harness.length import WHOLE, whole_or_short
from harness.paths import EMULATOR, ROOT
from harness.patience import MANY_STEPS_SECONDS, SECONDS, wait_for

SCRIPT = ROOT / "release/packages/npm.py"
SOURCES = ROOT / "release/npm"
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
LOGIN = [sys.executable, str(ROOT / "examples/python/login.py")]
PLATFORM = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}.get(os.uname().machine, "")
# The folder with the packages of `make npm`; without it, the tests use the emulator of this run.
PACKED = os.environ.get("CLEVER_NPM")


def pack(out: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    out.mkdir(parents=True, exist_ok=True)
    (out / "licenses.txt").write_text("the licenses of others\n")
    command = [sys.executable, SCRIPT, "--third-party", out / "licenses.txt", "--out", out, *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=MANY_STEPS_SECONDS)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with only two packages: the one with the command, and the one with the program for this platform.

    Without archives of `make npm`, the packages are folders with the emulator of this run, because packing takes long.
    """
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{ "private": true, "type": "module" }')
    if PACKED:
        ours = re.compile(rf".*emulator-(\d|{PLATFORM}-\d).*")
        found = [path for path in Path(PACKED).glob("*.tgz") if ours.match(path.name)]
        assert len(found) == 2, found
        npm(folder, "install", "--save-dev", *map(str, found))
    else:
        done = pack(folder, "--unpacked", Path(os.environ.get("CLEVER_EMULATOR", EMULATOR)))
        assert done.returncode == 0, done.stderr
        (folder / "node_modules/.bin").mkdir()
        (folder / "node_modules/.bin/clever-emulator").symlink_to("../clever-emulator/bin.js")
    return folder


def npm(folder: Path, *words: str) -> None:
    # npm must use neither the network nor the settings of the person who runs the tests.
    quiet = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", f"--cache={folder / '.npm'}"]
    done = subprocess.run(["npm", *words, *quiet], cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def command(project: Path) -> str:
    return str(project / "node_modules/.bin/clever-emulator")


@pytest.fixture(autouse=True)
def _as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that name another program than the installed one."""
    monkeypatch.delenv("CLEVER_EMULATOR", raising=False)


def test_every_npm_package_has_complete_metadata_and_the_licenses(project: Path) -> None:
    folders = [project / "node_modules" / name for name in ("clever-emulator", f"@clever-sso/emulator-{PLATFORM}")]
    told = [json.loads((folder / "package.json").read_text("utf-8")) for folder in folders]
    js = json.loads((ROOT / "js/package.json").read_text("utf-8"))
    for folder, manifest in zip(folders, told):
        for field in ("homepage", "bugs", "author", "license", "publishConfig", "version"):
            assert manifest[field] == js[field], field
        assert manifest["repository"]["url"] == js["repository"]["url"]
        assert (ROOT / manifest["repository"]["directory"]).is_dir()
        assert "scripts" not in manifest
        for name in ("LICENSE-APACHE", "LICENSE-MIT"):
            assert (folder / name).read_bytes() == (ROOT / name).read_bytes()
        assert (folder / "README.md").exists()
    main, platform = told
    assert main["optionalDependencies"][platform["name"]] == main["version"]
    assert [*platform["os"], *platform["cpu"]] == PLATFORM.split("-")
    assert (folders[1] / "LICENSES-THIRD-PARTY.txt").stat().st_size > 0


@pytest.mark.skipif(not WHOLE, reason="long: make test-npm")
def test_npx_runs_the_command(project: Path) -> None:
    shown = subprocess.run(
        ["npx", "clever-emulator", "init", "-"], cwd=project, check=True, capture_output=True, text=True
    )
    assert shown.stdout == (ROOT / "emulator/world.toml").read_text("utf-8")


def test_a_person_logs_in_at_the_emulator_of_the_command(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEVER_EMULATOR", command)
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with(LOGIN, APP, clever, os.environ)
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


def test_the_command_exits_like_the_program(command: str) -> None:
    done = subprocess.run([command, "exec", "--", "sh", "-c", "exit 7"], check=False, timeout=SECONDS)
    assert done.returncode == 7
    # The parent process of this shell is the program.
    done = subprocess.run([command, "exec", "--", "sh", "-c", "kill -KILL $PPID"], check=False, timeout=SECONDS)
    assert done.returncode == -signal.SIGKILL


# Counts how often a signal arrives, until standard input ends. It waits for both in select(2): if a signal arrives just
# before a blocking read, Python runs the handler only after the read.
COUNT = """
import os, select, signal, sys
came = 0
arrived, handler = os.pipe()
os.set_blocking(handler, False)
signal.set_wakeup_fd(handler)
signal.signal(int(sys.argv[1]), lambda *_: None)
print("ready", flush=True)
while True:
    if arrived in select.select([0, arrived], [], [])[0]:
        came += len(os.read(arrived, 1))
        print("came", flush=True)
    elif not os.read(0, 100):
        sys.exit(40 + came)
"""


@pytest.mark.parametrize("name", whole_or_short(["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"], ["SIGINT"]))
def test_the_command_passes_a_signal_on(command: str, name: str) -> None:
    number = signal.Signals[name]
    words = [command, "exec", "--", sys.executable, "-c", COUNT, str(int(number))]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "came\n"
        process.stdin.close()
        assert process.wait(SECONDS) == 41


def test_ctrl_c_on_a_terminal_reaches_the_program_once(command: str) -> None:
    words = [command, "exec", "--", sys.executable, "-c", COUNT, str(int(signal.SIGINT))]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(words[0], words)
    with os.fdopen(terminal, "r+b", buffering=0) as stream:
        assert read_until(stream, b"ready\r\n")
        # Without NOFLSH, a key that sends a signal discards output that the program prints at the same time.
        modes = termios.tcgetattr(stream)
        modes[3] |= termios.NOFLSH
        termios.tcsetattr(stream, termios.TCSANOW, modes)
        stream.write(b"\x03")
        assert read_until(stream, b"came\r\n")
        # The end of the input, as with Ctrl-D.
        stream.write(b"\x04")
        _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 41


def read_until(stream: IO[bytes], end: bytes) -> bool:
    """Read the terminal's output up to `end`."""
    shown = b""
    while not shown.endswith(end):
        shown += stream.read(1)
    return True


def test_a_missing_platform_package_is_reported(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "node_modules/clever-emulator", tmp_path / "node_modules/clever-emulator")
    command = tmp_path / "node_modules/clever-emulator/bin.js"
    done = subprocess.run([command], check=False, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 127
    assert f"npm install --save-dev @clever-sso/emulator-{PLATFORM}@" in done.stderr
    # A platform without a program.
    (tmp_path / "other.cjs").write_text("Object.defineProperty(process, 'platform', { value: 'sunos' });")
    asked = ["node", "--require", "./other.cjs", str(project / "node_modules/.bin/clever-emulator")]
    done = subprocess.run(asked, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 127
    assert "clever-emulator has no program for sunos-" in done.stderr
    assert f"only for {PLATFORM}" in done.stderr or f", {PLATFORM}" in done.stderr
    assert "CLEVER_EMULATOR" in done.stderr


def running_in_node(project: Path, script: str) -> subprocess.Popen[str]:
    (project / "tried.js").write_text('import { start } from "clever-emulator";\n' + script)
    pipe = subprocess.PIPE
    return subprocess.Popen(["node", "tried.js"], cwd=project, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def is_gone(url: str) -> bool:
    no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        no_proxy.open(f"{url}/healthz", timeout=SECONDS).close()
    except urllib.error.URLError as error:
        return isinstance(error.reason, ConnectionRefusedError)
    except OSError:
        return False  # it was already ending
    return False


def test_a_javascript_test_starts_the_emulator_logs_in_and_stops_it(project: Path) -> None:
    script = f"""
    const clever = await start({{ redirectUris: {json.dumps(APP.redirect_uri)}, arguments: ["--seed", "1"] }});
    console.log(JSON.stringify(clever.environment));
    process.stdin.once("data", async () => {{
      await clever.stop();
      await clever.stop();
      console.log("stopped");
      process.stdin.pause();
    }});
    """
    with running_in_node(project, script) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())
        url = told["CLEVER_BASE_URL"]
        app = emulator.App(told["CLEVER_CLIENT_ID"], told["CLEVER_CLIENT_SECRET"], told["CLEVER_REDIRECT_URI"])
        ended = log_in_with(LOGIN, app, url, os.environ)
        assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr
        out, err = process.communicate("stop\n", timeout=SECONDS)
    assert (process.returncode, out, err) == (0, "stopped\n", "")
    assert is_gone(url)


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "forgotten"])
def test_the_emulator_ends_when_the_test_process_is_killed(project: Path, *, kill: bool) -> None:
    wait = "setInterval(() => {}, 1000);" if kill else ""
    with running_in_node(project, f"console.log((await start()).url);\n{wait}") as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        if kill:
            process.kill()
        assert process.wait(SECONDS) == (-signal.SIGKILL if kill else 0)
    wait_for(lambda: is_gone(url), "the emulator to end")


def test_a_failed_start_says_why_and_shows_no_secret(project: Path) -> None:
    script = """
    for (const options of [{ person: "nobody-here" }, { program: "/nowhere/at-all" }, { redirectUris: "ftp://x" }]) {
      await start(options).then(() => console.log("started"), (error) => console.log(JSON.stringify(error.message)));
    }
    """
    with running_in_node(project, script) as process:
        out, err = process.communicate(timeout=SECONDS)
    nobody, nowhere, no_uri = (json.loads(line) for line in out.splitlines())
    assert 'there is no person "nobody-here"' in nobody
    assert "/nowhere/at-all: not found" in nowhere
    assert "clever-emulator did not start: " in no_uri
    for secret in ("client_secret", *(word for word in no_uri.replace(":", " ").split() if len(word) == 40)):
        assert secret not in no_uri
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not WHOLE, reason="long: make test-npm")
def test_a_typescript_test_has_the_types(project: Path) -> None:
    shutil.copy(ROOT / "release/tests/typed_start.ts", project)
    assert js_package.type_errors(project, "typed_start.ts", knows="es2022") == ""


def test_the_npm_readme_names_every_option(project: Path) -> None:
    readme = (SOURCES / "README.md").read_text("utf-8")
    types = (project / "node_modules/clever-emulator/index.d.ts").read_text("utf-8")
    options = [line.split("?:")[0].strip() for line in types.splitlines() if line.startswith("  ") and "?: " in line]
    assert [name for name in options if f"| `{name}` |" not in readme] == []
    assert len(options) >= 7
    for word in ("CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI", "CLEVER_BASE_URL"):
        assert word in readme


@pytest.mark.skipif(not WHOLE, reason="long: make test-npm")
def test_two_npm_builds_are_the_same_and_a_second_program_for_a_platform_is_refused(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    (tmp_path / "nothing.c").write_text("int main(void) { return 0; }\n")
    program = tmp_path / "nothing"
    subprocess.run(["cc", "-o", program, tmp_path / "nothing.c"], check=True)
    built = []
    for name in ("first", "second"):
        os.utime(program, (1, 1) if name == "first" else None)
        assert pack(tmp_path / name, program).returncode == 0
        built.append({path.name: path.read_bytes() for path in (tmp_path / name).glob("*.tgz")})
    assert built[0] == built[1]
    done = pack(tmp_path / "third", program, program)
    assert (done.returncode, "two of the programs are for the same platform" in done.stderr) == (1, True)
