"""What the recipes need to run: emulators, a Redis, a Django project, and a way to load their applications."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest
from clever_sso.testing import Emulator
from harness.databases import redis
from harness.paths import EMULATOR
from harness.patience import SECONDS
from recipes import REDIRECT_URI, Cooked, guide_block, lay_out, needs


@pytest.fixture(scope="module")
def emulators() -> Iterator[Callable[[str], Emulator]]:
    """An emulator for each redirect URI."""
    started: dict[str, Emulator] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))

        def emulator(redirect_uri: str) -> Emulator:
            if redirect_uri not in started:
                started[redirect_uri] = stack.enter_context(Emulator.running([redirect_uri]))
            return started[redirect_uri]

        yield emulator


@pytest.fixture
def cooked(emulators: Callable[[str], Emulator], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cooked:
    """Load the `app.py` of a recipe, with the emulator's settings and more environment variables."""

    def load(recipe: str, redirect_uri: str = REDIRECT_URI, **variables: str) -> tuple[ModuleType, Emulator]:
        emulator = emulators(redirect_uri)
        lay_out(recipe, tmp_path)
        for name, value in {**emulator.settings(), **variables}.items():
            monkeypatch.setenv(name, value)
        spec = importlib.util.spec_from_file_location(f"recipe_{recipe.replace('-', '_')}", tmp_path / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module, emulator

    return load


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis() as url:
        yield url


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a project as in the guide for Django."""
    needs("django")
    folder = tmp_path_factory.mktemp("project")
    subprocess.run([sys.executable, "-m", "django", "startproject", "mysite", str(folder)], check=True, timeout=SECONDS)
    for name in ("settings.py", "urls.py"):
        with (folder / "mysite" / name).open("a", encoding="utf-8") as opened:
            opened.write(guide_block(f"django {name}"))
    return folder
