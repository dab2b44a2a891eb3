"""Runs Postgres and Redis, each as a process that listens on a socket in its own folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .patience import SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis that stores nothing on disk; yield its URL."""
    pytest.importorskip("redis")
    program = shutil.which("redis-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("redis-server is not installed")
    with tempfile.TemporaryDirectory(prefix="clever-redis-") as folder:
        place = Path(folder) / "redis.sock"
        command = [program, "--port", "0", "--unixsocket", str(place), "--save", "", "--appendonly", "no"]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                wait_for(place.exists, "redis to listen", server)
                yield f"unix://{place}"
            finally:
                server.terminate()
                server.wait(SECONDS)


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """Run a Postgres server with an empty database; yield the environment variables of libpq."""
    programs = _postgres_programs()
    # Postgres refuses to run as root.
    account: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="clever-postgres-") as name:
        folder = Path(name)
        if account:
            shutil.chown(folder, "nobody")
        data = folder / "data"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **account}
        init = [programs / "initdb", "--pgdata", data, "--auth", "trust", "--username", "clever", "--no-sync"]
        subprocess.run(init, check=True, timeout=SECONDS, **quiet)
        command = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with subprocess.Popen(command, **quiet) as server:
            try:
                ready = [programs / "pg_isready", "-q", "-h", folder]
                wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, "Postgres to answer", server)
                yield {"PGHOST": name, "PGPORT": "5432", "PGUSER": "clever", "PGDATABASE": "postgres"}
            finally:
                server.terminate()
                server.wait(SECONDS)


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    named = shutil.which("initdb")
    if not found and named is None:
        pytest.skip("postgresql is not installed")
    return found[-1].parent if found else Path(str(named)).parent
