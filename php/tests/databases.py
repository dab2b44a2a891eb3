"""Runs a MariaDB for one test, without a port, during a block."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.patience import wait_for
from installed import PATIENCE_SECONDS, program
from servers import own_folder, process

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def mariadb(folder: Path) -> Iterator[Path]:
    """Run MariaDB below `folder`. Yields its socket."""
    install, server = program("mariadb-install-db"), program("mariadbd")
    own_folder(folder)
    data, socket, log = folder / "data", folder / "db.sock", folder / "db.log"
    user = ["--user=nobody"] if os.geteuid() == 0 else []
    made = subprocess.run(
        [
            install,
            "--no-defaults",
            *user,
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    command = [
        server,
        "--no-defaults",
        f"--datadir={data}",
        f"--socket={socket}",
        f"--pid-file={folder / 'db.pid'}",
        "--skip-networking",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-buffer-pool-size=16M",
    ]
    with process(command, dict(os.environ), log) as running:
        wait_for(lambda: running.poll() is not None or socket.exists(), "MariaDB to listen")
        assert running.poll() is None, log.read_text()
        yield socket
