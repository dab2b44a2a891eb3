"""The page of each error code: its status, and whether the session ends."""

from __future__ import annotations

import clever_sso
import pytest
from clever_sso._web.arrival import problem_of, problem_of_fault

STATUS = {"login": 400, "token": 400, "argument": 400, "clever": 503, "network": 503, "internal": 500, "config": 500}
# Problems that only the application's developers can fix; and problems that a person or time fixes.
SETUP = ("session_not_kept", "callback_rejected", "client_rejected", "token_request_rejected", "request_rejected")
OTHER = {
    **dict.fromkeys([*SETUP, "not_found", "discovery_issuer"], 500),
    "code_rejected": 400,
    "limit_reached": 503,
    "page_not_allowed": 403,
}


@pytest.mark.parametrize("word", sorted(clever_sso.error_codes()))
def test_every_error_code_has_a_page_with_its_status(word: str) -> None:
    entry = clever_sso.error_codes()[word]
    error = entry.exception(word, "for the log", entry.user_message, entry.retryable, entry.actor)
    problem = problem_of(error)
    assert (problem.code, problem.sentence) == (word, entry.user_message)
    assert problem.status == error.page_status == entry.page_status == OTHER.get(word, STATUS[entry.kind])
    # The core knows whether this browser began the failed login.
    assert problem.ends_session is False
    error.ends_session = True
    assert problem_of(error).ends_session is True
    assert str(problem) == f"{word}: for the log"


def test_an_exception_of_the_app_is_told_apart_from_an_error_of_clever() -> None:
    problem = problem_of_fault()
    assert (problem.code, problem.status) == ("internal", 500)
    assert "the application's own code" in str(problem)
