"""The doctor's report in Python."""

from __future__ import annotations

import asyncio
import json

import clever_sso
import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI


def settings(base_url: str) -> dict[str, str]:
    return {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uri": REDIRECT_URI, "base_url": base_url}


def test_a_report_has_findings_a_cause_and_an_exit_code(refusing: str) -> None:
    report = clever_sso.Client(**settings(refusing)).doctor()
    assert (report.level, report.exit_code) == ("problem", 2)
    problem = report.first_problem
    assert problem == next(finding for finding in report.findings if finding.level == "problem")
    assert problem.check == "discovery"
    assert problem.advice
    assert str(report) == report.to_text()
    assert f"problem  discovery: {problem.found}\n         what to do: {problem.advice}\n" in str(report)
    assert "\x1b[1;31mproblem \x1b[0m discovery: " in report.to_text(colors=True)
    words = [{name: getattr(one, name) for name in clever_sso.Finding.__match_args__} for one in report.findings]
    assert json.loads(report.to_json())["findings"] == words
    assert CLIENT_SECRET not in report.to_text() + report.to_json()
    assert repr(report) == f"Report(level='problem', findings=({len(report.findings)} findings))"
    assert repr(problem).startswith("Finding(check='discovery', level='problem', found='")
    with pytest.raises(AttributeError):
        report.level = "ok"  # type: ignore[misc]


def test_the_async_client_returns_the_same_report(refusing: str) -> None:
    # The number of open files differs.
    def seen(report: clever_sso.Report) -> list[tuple[str, str]]:
        return [(finding.check, finding.level) for finding in report.findings]

    async def examined() -> clever_sso.Report:
        async with clever_sso.AsyncClient(**settings(refusing)) as client:
            return await client.doctor()

    assert seen(asyncio.run(examined())) == seen(clever_sso.Client(**settings(refusing)).doctor())


def test_settings_that_cannot_create_a_client_are_the_first_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings("http://clever.example").items():
        monkeypatch.setenv(f"CLEVER_{name.upper()}", value)
    with pytest.raises(clever_sso.ConfigError):
        clever_sso.Client.from_env()
    problem = clever_sso.doctor().first_problem
    assert problem
    assert problem.check == "settings"
    assert "CLEVER_BASE_URL must start with https://" in problem.found
