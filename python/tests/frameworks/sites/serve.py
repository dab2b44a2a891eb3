"""Serves one of the sites on a socket that was opened before: `serve.py FRAMEWORK FILE-DESCRIPTOR`."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[4] / "tests")]


def main(framework: str, descriptor: int) -> None:
    app = importlib.import_module(f"sites.{framework}_site").make_app()
    mount = os.environ.get("MOUNT")
    if framework == "asgi":
        if mount:
            routing = importlib.import_module("starlette.routing")
            app = importlib.import_module("starlette.applications").Starlette(routes=[routing.Mount(mount, app)])
        uvicorn = importlib.import_module("uvicorn")
        uvicorn.run(app, fd=descriptor, log_level="warning")
        return
    if mount:
        dispatcher = importlib.import_module("werkzeug.middleware.dispatcher")
        app = dispatcher.DispatcherMiddleware(importlib.import_module("werkzeug.exceptions").NotFound(), {mount: app})
    serving = importlib.import_module("werkzeug.serving")
    serving.make_server("127.0.0.1", 0, app, threaded=True, fd=descriptor).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
