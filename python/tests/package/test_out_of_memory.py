"""If Python has no memory for an object, a call raises `MemoryError`: it does not panic, and no thread hangs."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from canned_clever import serving
from harness.patience import MANY_STEPS_SECONDS

PROGRAM = """
import logging, sys
import _testcapi
import clever_sso
from clever_sso import _native

uri = "http://127.0.0.1:9/"
client = clever_sso.Client("0a" * 10, "0b" * 20, uri, base_url=sys.argv[1])
logging.getLogger("clever_sso").setLevel(logging.DEBUG)
logging.getLogger("clever_sso").addHandler(logging.NullHandler())
calls = {}

def call(function):
    calls[function.__name__] = function

def attributes(value):
    return [getattr(value, name) for name in dir(value) if not name.startswith("__")]

login, refusal = client.begin_login(), client.refusal("login", method="PUT", headers={})
callback = clever_sso.parse_callback(uri + "?code=a&state=b")
entry, sample = clever_sso.error_codes()["config_invalid"], client.stats().samples[0]
report = client.doctor()

@call
def results_are_made():
    client.begin_login(), client.authorize_url(), client.portal_url("a"), client.stats(), clever_sso.error_codes()
    clever_sso.login_key(uri + "?state=b"), _native.translated("a", "es"), _native.language_of("es")
    client.stats().to_prometheus(), client.instant_login_url("a" * 24)

@call
def results_are_read():
    for value in (login, login.set_cookies[0], callback, entry, sample, client, refusal, report, report.findings[0]):
        attributes(value), repr(value), str(value)
    report.to_json(), report.to_text(), login.set_cookies[0].__reduce__()

@call
def an_argument_is_refused():
    client.begin_login(return_to="//elsewhere.example")

@call
def a_type_is_refused():
    client.begin_login(return_to=7)

@call
def an_answer_arrives():
    client.me("unknown")

@call
def records_are_logged():
    # Without a state the login restarts, and the core logs why.
    client.finish_login(uri + "?code=a", cookies="")

@call
def a_token_is_refused():
    client.verify_id_token("e30.e30.AAAA")

outcomes = set()
for name, function in calls.items():
    failed = 0
    for number in range(1, 100):
        try:
            _testcapi.set_nomemory(number, number + 1)
            try:
                function()
            finally:
                _testcapi.remove_mem_hooks()
        except (clever_sso.Error, TypeError):
            pass
        except MemoryError:
            failed += 1
        except BaseException as error:
            outcomes.add(f"{type(error).__name__} when {name}")
    if not failed:
        outcomes.add(f"there was always memory when {name}")
for outcome in sorted(outcomes):
    print(outcome)
"""


@pytest.mark.skipif(not find_spec("_testcapi"), reason="this Python cannot run out of memory when told to")
def test_a_call_without_memory_raises_memory_error() -> None:
    with serving({}) as base_url:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, base_url],
            capture_output=True,
            text=True,
            timeout=MANY_STEPS_SECONDS,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
