"""`python -m clever_sso doctor`: checks the setup in the environment variables."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from io import TextIOWrapper
from typing import TYPE_CHECKING

from clever_sso._native import __version__, doctor

if TYPE_CHECKING:
    from clever_sso._native import Report

HELP = """\
Usage: python -m clever_sso doctor [--json] [--app MODULE:NAME]

Checks a setup of Log in with Clever, and says what is wrong and what to do: settings, network, TLS, clock, keys,
credentials and redirect URIs. It logs no one in, and takes at most 15 seconds.

The settings come from environment variables, such as CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET and CLEVER_REDIRECT_URI.
For FastAPI and Starlette, --app names your application: it is imported, and its callback route and its sessions are
checked too. In Django run `manage.py clever_doctor`, in Flask `flask clever doctor`: they use your application's own
settings.

Options:
  --json             one JSON object instead of text
  --app MODULE:NAME  an application of FastAPI or Starlette, such as main:app
  --help             show this
  --version          show the version

Exit code: 0 everything is ok, 1 warnings, 2 problems, 64 wrong arguments.
"""
# From sysexits.h. The other exit codes are the levels of findings.
_USAGE = 64


# Matches the level of a finding or the spaces before the advice. Color codes have no width.
_MARGIN = re.compile(r"(?:\x1b\[[\d;]*m)?.{8}(?:\x1b\[0m)? ")
_MARGIN_COLUMNS, _FEWEST_COLUMNS = 9, 40


def shown(report: Report, *, as_json: bool, to_terminal: bool, colors: bool | None = None) -> str:
    """The text that a command writes.

    Args:
        report: The doctor's report.
        as_json: Whether to write JSON, for programs.
        to_terminal: Whether the output is a terminal. Lines are then broken between words.
        colors: Whether to use colors. Default: only on a terminal, unless `TERM` is `dumb`.
            `NO_COLOR` forbids them in any case (https://no-color.org).
    """
    if as_json:
        return f"{report.to_json()}\n"
    wanted = to_terminal and os.environ.get("TERM") != "dumb" if colors is None else colors
    text = report.to_text(colors=wanted and not os.environ.get("NO_COLOR"))
    return _wrapped(text, shutil.get_terminal_size().columns) if to_terminal else text


def _wrapped(text: str, columns: int) -> str:
    width = max(columns, _FEWEST_COLUMNS) - _MARGIN_COLUMNS
    lines = []
    for line in text.splitlines():
        margin = _MARGIN.match(line)
        start = margin.end() if margin else 0
        parts = textwrap.wrap(line[start:], width, break_long_words=False, break_on_hyphens=False)
        lines.append(line[:start] + f"\n{' ' * _MARGIN_COLUMNS}".join(parts))
    return "".join(f"{line}\n" for line in lines)


class _NoReportError(Exception):
    """Raised when nothing can be checked. The message says why."""


def _doctor_options(arguments: list[str]) -> tuple[bool, str] | None:
    """Returns whether to write JSON, and the application; `None` if these are not arguments of the doctor."""
    if arguments[:1] != ["doctor"]:
        return None
    as_json, app, left = False, "", arguments[1:]
    while left:
        option, *left = left
        name, equals, value = option.partition("=")
        if option == "--json":
            as_json = True
        elif name == "--app" and equals and value:
            app = value
        elif option == "--app" and left:
            app, *left = left
        else:
            return None
    return as_json, app


def _report_of_app(app: str) -> Report:
    try:
        from clever_sso.asgi.doctor import NoApplicationError, report  # noqa: PLC0415  (few have Starlette)
    except ModuleNotFoundError as error:
        if error.name != "starlette":
            raise
        raise _NoReportError("--app is for FastAPI and Starlette, and Starlette is not installed here") from None
    try:
        return report(app)
    except NoApplicationError as error:
        raise _NoReportError(f"{error}. In Django run manage.py clever_doctor, in Flask flask clever doctor") from None


def _write(text: str) -> None:
    """Writes to standard output. It may be closed or full, or its reader may be gone: the exit code still counts."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        # Otherwise Python writes the rest when it exits, fails again, and changes the exit code.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A server's response may contain characters that the terminal cannot show.
        sys.stdout.reconfigure(errors="backslashreplace")
    options = _doctor_options(arguments)
    if options is not None:
        as_json, app = options
        try:
            report = _report_of_app(app) if app else doctor()
        except _NoReportError as error:
            sys.stderr.write(f"{error}\n")
            return _USAGE
        to_terminal = sys.stdout is not None and sys.stdout.isatty()
        _write(shown(report, as_json=as_json, to_terminal=to_terminal))
        return report.exit_code
    if arguments in (["--help"], ["-h"], ["help"], ["doctor", "--help"], ["doctor", "-h"]):
        _write(HELP)
        return 0
    if arguments in (["--version"], ["-V"]):
        _write(f"clever-sso {__version__}\n")
        return 0
    sys.stderr.write(HELP)
    return _USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
