"""The recipes for hosting in docs/cookbook.md: Procfiles, Render, and Docker Compose with the emulator."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clever_sso import Client, SignedIn, _settings
from harness import ports
from harness.browser import Browser as Person
from harness.cookie_browser import Browser
from harness.emulator import App, running
from harness.paths import EMULATOR
from harness.patience import SECONDS, wait_for
from recipes import files, guide_block, needs

ADA = "510001"


def lines_of(procfile: str) -> dict[str, str]:
    """Return the process types of a Procfile."""
    return dict(line.split(": ", 1) for line in procfile.splitlines() if line.strip())


def started_and_logged_in(line: str, folder: Path, page: str, **variables: str) -> str:
    """Run a line of a Procfile on a loopback port, sign Ada in, and return the text of `page`."""
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = App("a-client", secrets.token_hex(16), f"{url}/clever/callback", oidc=True)
        with running([app]) as emulator:
            environment = {
                **os.environ,
                "CLEVER_CLIENT_ID": app.client_id,
                "CLEVER_CLIENT_SECRET": app.secret,
                "CLEVER_REDIRECT_URI": app.redirect_uri,
                "CLEVER_BASE_URL": emulator,
                "SECRET_KEY": secrets.token_hex(32),
                "SESSION_KEY": secrets.token_hex(32),
                "PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
                **variables,
            }
            # Expand the line like a shell, but listen on this machine only.
            assert "0.0.0.0" in line
            program, *words = shlex.split(line.replace("0.0.0.0", "127.0.0.1").replace("$PORT", str(port)))
            log = folder / "log"
            with (
                log.open("wb") as output,
                subprocess.Popen(
                    [sys.executable, "-m", program, *words], cwd=folder, env=environment, stdout=output, stderr=output
                ) as server,
            ):
                try:
                    wait_for(lambda: ports.listens(port), "the application to listen", server)
                    browser = Browser(emulator)
                    browser.sign_in(ADA, browser.open(f"{url}/clever/login"))
                    return browser.open(f"{url}{page}").text
                finally:
                    server.terminate()
                    server.wait(SECONDS)


@pytest.mark.parametrize(
    ("recipe", "framework", "package"),
    [("procfile-flask", "flask", "gunicorn"), ("procfile-fastapi", "fastapi", "uvicorn")],
)
def test_procfile(recipe: str, framework: str, package: str, tmp_path: Path) -> None:
    needs(framework, package)
    (tmp_path / "app.py").write_text(guide_block(f"{framework} app.py"), "utf-8")
    web = lines_of(files(recipe)["Procfile"])["web"]
    assert "Hello, Ada Ashworth" in started_and_logged_in(web, tmp_path, "/")


def test_procfile_of_django(project: Path, tmp_path: Path) -> None:
    needs("gunicorn")
    shutil.copytree(project, tmp_path, dirs_exist_ok=True)
    lines = lines_of(files("procfile-django")["Procfile"])
    release = shlex.split(lines["release"])
    assert release[0] == "python"
    subprocess.run([sys.executable, *release[1:]], cwd=tmp_path, check=True, timeout=SECONDS, capture_output=True)
    assert '"full_name": "Ada Ashworth"' in started_and_logged_in(lines["web"], tmp_path, "/clever/whoami")


def test_render() -> None:
    yaml = pytest.importorskip("yaml")
    (service,) = yaml.safe_load(files("render")["render.yaml"])["services"]
    # The same line as in the Procfile, which the test above runs.
    assert service["startCommand"] == lines_of(files("procfile-flask")["Procfile"])["web"]
    variables = {each["key"]: each for each in service["envVars"]}
    assert {name for name in variables if name.startswith("CLEVER_")} <= _settings.CLIENT_SETTINGS
    assert variables.pop("SECRET_KEY") == {"key": "SECRET_KEY", "generateValue": True}
    # The file contains no secret values.
    assert all(set(each) == {"key", "sync"} and each["sync"] is False for each in variables.values())


def filled(text: str, variables: dict[str, str]) -> str:
    """Expand `${NAME}` like Compose."""
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: variables[found[1]], text)


def test_docker_compose_with_the_emulator(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    made = subprocess.run(
        ["sh", "-c", f"{files('compose')['secrets.sh']} cat .env"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    variables = dict(line.split("=", 1) for line in made.stdout.splitlines())
    assert [len(value) for value in variables.values()] == [64, 64]
    compose = files("compose")["compose.yaml"]
    # Compose starts nothing without a secret, instead of an app or a session key that is empty.
    assert re.findall(r"\$\{\w+(?!\w|:\?)", compose) == []
    services = yaml.safe_load(compose)["services"]
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service["ports"])
    words = shlex.split(filled(services["clever"]["command"], variables))
    assert words[0] == "clever-emulator"
    words = ["127.0.0.1" if word == "0.0.0.0" else "0" if word == "5999" else word for word in words]
    command = [os.environ.get("CLEVER_EMULATOR", str(EMULATOR)), *words[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            port = process.stdout.readline().strip().rpartition(":")[2]
            # The browser and the application reach the emulator by different host names.
            told = {name: filled(value, variables) for name, value in services["web"]["environment"].items()}
            inside = {
                name: value.replace("clever:5999", f"127.0.0.1:{port}").replace("localhost:5999", f"localhost:{port}")
                for name, value in told.items()
                if name.startswith("CLEVER_")
            }
            client = Client(**_settings.arguments(inside))
            login = client.begin_login()
            assert login.url.startswith(f"http://localhost:{port}/oauth/authorize?")
            outcome = client.finish_login(
                Person(f"http://localhost:{port}", ADA).callback(login.url), pending=login.pending
            )
        finally:
            process.terminate()
            process.wait(SECONDS)
    assert isinstance(outcome, SignedIn)
    assert outcome.identity.issuer == f"http://127.0.0.1:{port}"
    # The other service runs the line of the Procfile on another port.
    flask = lines_of(files("procfile-flask")["Procfile"])["web"].replace("--preload ", "")
    assert services["web"]["command"] == flask.replace("$PORT", "8000")
    healthy = services["clever"]["healthcheck"]["test"]
    assert healthy[0] == "CMD"
    compile(healthy[3], "healthcheck", "exec")
    assert {line.split()[0] for line in files("compose")["Dockerfile"].splitlines()} <= {
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "ENV",
        "USER",
    }
