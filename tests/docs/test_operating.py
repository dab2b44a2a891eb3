"""The alerts, the dashboard and the rate limit in docs/operating load, and do what the page says."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import clever_sso
import pytest
import yaml
from harness import emulator, nginx, ports
from harness.browser import Browser
from harness.paths import ROOT
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = (ROOT / "docs/operating.md").read_text("utf-8")
RULES_FILE = ROOT / "docs/operating/clever-sso.rules.yml"
GROUPS = yaml.safe_load(RULES_FILE.read_text("utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
DASHBOARD = json.loads((ROOT / "docs/operating/clever-sso-dashboard.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ERRORS = (ROOT / "docs/errors.md").read_text("utf-8").partition("## Refusals")[0]
CODES = set(re.findall(r"^\| `(\w+)` \|", ERRORS, re.MULTILINE))
# Codes that no person can cause. The list below has each of the other codes once.
ONE_IS_ENOUGH = {"client_rejected"}
REPOSITORY = re.search(r'^repository = "(.+)"$', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)
COLUMNS = 24


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in ALERTS.values())
    yield from (target["expr"] for panel in PANELS for target in panel["targets"])
    yield from (variable["query"]["query"] for variable in DASHBOARD["templating"]["list"] if variable["name"] == "job")


# Metrics. ------------------------------------------------------------------------------------------------------------


@dataclass
class Metric:
    labels: list[str]
    is_histogram: bool


def words_of(name: str, source: str) -> set[str]:
    found = re.search(rf"const {name}: \[&str; \d+\] =\s*\[(.*?)\];", source, re.DOTALL)
    assert found, name
    return set(re.findall(r'"(\w+)"', found[1]))


def read_metrics(source: str) -> dict[str, Metric]:
    entry = r'name: "(clever_sso_\w+)",.*?labels: &\[(.*?)\],\s*is_histogram: (true|false)'
    return {
        name: Metric([label.lower() for label in re.findall(r"Label::(\w+)", labels)], is_histogram == "true")
        for name, labels, is_histogram in re.findall(entry, source, re.DOTALL)
    }


COUNTED = (ROOT / "core/src/stats.rs").read_text("utf-8")
METRICS = read_metrics(COUNTED)
WORDS = {"outcome": words_of("OUTCOMES", COUNTED), "endpoint": words_of("ENDPOINTS", COUNTED), "code": CODES | {""}}


def metric_of(name: str) -> Metric | None:
    """Return the metric of a time series."""
    base = re.sub(r"_(?:bucket|sum|count)$", "", name)
    if base != name and base in METRICS and METRICS[base].is_histogram:
        return METRICS[base]
    found = METRICS.get(name)
    return None if found and found.is_histogram else found


def alternatives(pattern: str) -> Iterator[str]:
    """Expand the alternatives of a pattern: `a(b|c)|d` gives ab, ac and d."""
    if group := re.fullmatch(r"(.*)\(([^()]*)\)(.*)", pattern):
        before, inner, after = group.groups()
        for one in inner.split("|"):
            yield from alternatives(before + one + after)
    else:
        yield from pattern.split("|")


def unknown_in(expression: str) -> list[str]:
    """Return the names in an expression that are not metrics."""
    unknown, labels_here = [], {"job", "instance", "le"}
    for name, matchers in re.findall(r"\b(clever_sso_\w+)\s*(?:\{([^}]*)\})?", expression):
        metric = metric_of(name)
        if metric is None:
            unknown.append(name)
            continue
        labels_here |= set(metric.labels)
        for label, operator, words in re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', matchers):
            if label not in metric.labels:
                unknown += [] if label in {"job", "instance"} else [f"{name}{{{label}}}"]
                continue
            patterns = alternatives(words) if "~" in operator else [re.escape(words)]
            unknown += [word for word in patterns if not any(re.fullmatch(word, known) for known in WORDS[label])]
    grouped = {label for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in re.findall(r"\w+", labels)}
    return unknown + sorted(grouped - labels_here)


def test_the_names_of_all_metrics_were_read() -> None:
    assert len(METRICS) == COUNTED.count("    Metric {\n")
    assert {name for name, metric in METRICS.items() if metric.is_histogram} == {
        name for name in METRICS if name.endswith("_seconds")
    }
    assert METRICS["clever_sso_logins_total"].labels == ["outcome", "code"]
    assert {"signed_in", "restart", "denied", "failed"} <= WORDS["outcome"]
    assert {"client_rejected", "cookies_blocked"} <= CODES


@pytest.mark.parametrize(
    "expression",
    [
        "clever_sso_login_total",
        "clever_sso_logins_total_bucket",
        "clever_sso_login_duration_seconds",
        'clever_sso_logins_total{reason="x"}',
        'clever_sso_logins_total{code="client_refused"}',
        'clever_sso_logins_total{code=~"id_token_(expired|old)"}',
        "sum by (reason) (clever_sso_logins_total)",
    ],
)
def test_an_unknown_metric_name_is_found(expression: str) -> None:
    assert len(unknown_in(expression)) == 1


def test_the_alerts_and_the_dashboard_use_only_existing_metrics() -> None:
    for expression in expressions():
        assert "clever_sso_" in expression
        assert unknown_in(expression) == [], expression


def test_every_metric_is_on_the_dashboard() -> None:
    shown = "\n".join(target["expr"] for panel in PANELS for target in panel["targets"])
    assert [name for name in METRICS if name not in shown] == []


# The files. ----------------------------------------------------------------------------------------------------------


def test_each_alert_has_a_paragraph_with_the_same_name() -> None:
    assert len(ALERTS) == sum(len(group["rules"]) for group in GROUPS), "no name twice"
    assert list(ALERTS) == re.findall(r"^### (CleverSso\w+)$", PAGE, re.MULTILINE)
    assert REPOSITORY
    for name, rule in ALERTS.items():
        assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}, name
        assert rule["annotations"]["runbook_url"] == f"{REPOSITORY[1]}/docs/operating.md#{name.lower()}"
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert re.fullmatch(r"\d+m", rule["for"]), name


def test_the_page_says_for_each_alert_whether_it_pages_someone() -> None:
    for name, rule in ALERTS.items():
        paragraph = PAGE.split(f"### {name}\n")[1].split("\n#")[0]
        assert paragraph.strip().startswith(f"*{rule['labels']['severity'].capitalize()}.*"), name


def test_the_codes_and_outcomes_of_the_page_exist() -> None:
    known = CODES | WORDS["outcome"] | {"access_denied", "not_admitted", "retry_after"}
    # Names from nginx and Python are not metrics.
    known |= {"real_ip_header", "set_real_ip_from", "finish_login"}
    named = set(re.findall(r"`((?:[a-z]+_)+[a-z]+)`", PAGE))
    assert len(named & CODES) > 15
    assert sorted(named - known - set(METRICS)) == []


def test_the_dashboard_can_be_imported() -> None:
    assert DASHBOARD["uid"] == "clever-sso"
    assert len(DASHBOARD["uid"]) <= 40
    assert DASHBOARD["title"]
    # Grafana assigns an id to a dashboard. A dashboard with an id would replace another one.
    assert "id" not in DASHBOARD
    assert isinstance(DASHBOARD["schemaVersion"], int)
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    for panel in PANELS:
        assert panel["type"] in {"stat", "timeseries"}
        assert panel["title"]
        assert panel["description"].endswith(".")
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        references = [target["refId"] for target in panel["targets"]]
        assert references == sorted(set(references))
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"]
            used = set(re.findall(r"\$(\w+)", target["expr"]))
            assert "job" in used, panel["title"]
            assert used <= {*variables, "__rate_interval"}, panel["title"]


def test_grafanas_types_know_each_member_of_the_dashboard() -> None:
    """Unknown members are lost when the types read and write the dashboard. Grafana would ignore them."""
    dashboard = pytest.importorskip("grafana_foundation_sdk.models.dashboard")
    from grafana_foundation_sdk.cog import encoder, plugins  # noqa: PLC0415

    plugins.register_default_plugins()
    read = dashboard.Dashboard.from_json(json.loads(json.dumps(DASHBOARD)))
    written = json.loads(encoder.JSONEncoder().encode(read))

    def lost(ours: object, theirs: object, path: str) -> Iterator[str]:
        if isinstance(ours, dict) and isinstance(theirs, dict):
            for name, value in ours.items():
                yield from lost(value, theirs.get(name), f"{path}.{name}")
        elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
            for index, value in enumerate(ours):
                yield from lost(value, theirs[index], f"{path}.{index}")
        elif ours != theirs:
            yield path

    # Grafana repeats the query of a variable here; the types don't have this member.
    assert list(lost(DASHBOARD, written, "")) == [".templating.list.1.definition"]
    # A misspelled member is found.
    panel = {**DASHBOARD["panels"][0], "another": "x"}
    misspelled = dashboard.Dashboard.from_json({**DASHBOARD, "panels": [panel]})
    assert list(lost(panel, json.loads(encoder.JSONEncoder().encode(misspelled))["panels"][0], "")) == [".another"]


def test_no_panel_covers_another() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] >= 0, panel["title"]
        assert at["x"] + at["w"] <= COLUMNS, panel["title"]
        for cell in itertools.product(range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])):
            assert cell not in taken, f"{panel['title']} covers {taken[cell]}"
            taken[cell] = panel["title"]
    height = max(y for _, y in taken) + 1
    assert len(taken) == COLUMNS * height, "and no gap is left"


# Prometheus. ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def promtool() -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed")
    return program


def run(*command: str | Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_prometheus_reads_the_rules(promtool: str) -> None:
    run(promtool, "check", "rules", RULES_FILE)


@dataclass
class Case:
    """The metrics of an app, minute by minute in promtool's notation, and the alerts that they fire."""

    name: str
    series: dict[str, str]
    fires: set[str] = field(default_factory=set)

    def inputs(self) -> list[dict[str, str]]:
        job = f'{{job="{self.name}", '
        return [{"series": name.replace("{", job), "values": values} for name, values in self.series.items()]

    def samples(self) -> list[dict[str, Any]]:
        return [{"labels": f'{{alertname="{alert}", job="{self.name}"}}', "value": 1} for alert in sorted(self.fires)]


def series(name: str, **labels: str) -> str:
    told = ", ".join(f'{label}="{word}"' for label, word in {**labels, "instance": "a:80"}.items())
    return f"clever_sso_{name}{{{told}}}"


def login(outcome: str, code: str = "") -> str:
    return series("logins_total", outcome=outcome, code=code)


def begun(code: str = "") -> str:
    return series("logins_begun_total", code=code)


def request(endpoint: str, code: str = "") -> str:
    return series("requests_total", endpoint=endpoint, code=code)


def keys(code: str = "") -> str:
    return series("key_fetches_total", code=code)


def durations(fast: str, every: str) -> dict[str, str]:
    """The logins that took at most a quarter of a second, and all logins."""
    name = "login_duration_seconds"
    buckets = {"0.25": fast, "2.5": fast, "5": every, "+Inf": every}
    return {
        **{series(f"{name}_bucket", outcome="signed_in", le=le): values for le, values in buckets.items()},
        series(f"{name}_count", outcome="signed_in"): every,
    }


def rush(per_minute: int) -> str:
    """Everyone logs in within ten minutes, after the metrics have appeared."""
    return f"1x5 1+{per_minute}x10 {1 + 10 * per_minute}x43"


def always(per_minute: int) -> str:
    return f"0+{per_minute}x60"


# A few people log in successfully.
QUIET = {login("signed_in"): always(1), login("restart", "state_missing"): always(1), begun(): always(1)}
# 2,000 people in ten minutes, nearly all from the portal, with the few failures of a normal morning.
MORNING = {
    login("signed_in"): rush(200),
    login("restart", "state_missing"): rush(190),
    login("restart", "code_rejected"): rush(6),
    login("restart", "pending_missing"): rush(4),
    login("restart", "pending_expired"): rush(4),
    login("denied"): rush(8),
    login("failed", "cookies_blocked"): rush(2),
    login("failed", "network_timeout"): rush(2),
    login("failed", "callback_malformed"): rush(4),
    begun(): rush(30),
    request("token"): rush(210),
    request("me"): rush(200),
    request("token", "network_timeout"): rush(2),
    request("me", "clever_unavailable"): rush(5),
    keys(): "1x20 4x40",
    keys("network_timeout"): "_x8 1 2x51",
    **durations(rush(195), rush(200)),
}
QUIET_CODES = sorted(CODES - ONE_IS_ENOUGH)
MINUTES_BETWEEN = 3


def one_of_each() -> dict[str, str]:
    """Return every error code once, one after another, in each metric that counts it."""
    counted = {}
    for at, code in enumerate(QUIET_CODES):
        values = f"0x{MINUTES_BETWEEN * at} 1x{MINUTES_BETWEEN * (len(QUIET_CODES) - at)}"
        for name in (login("failed", code), login("restart", code), begun(code), request("me", code)):
            counted[name] = values
    return counted


CASES = [
    Case("a school morning", MORNING),
    Case("a quiet afternoon", QUIET),
    Case("no logins at all", dict.fromkeys(QUIET, "7x60")),
    Case(
        "a scanner at night",
        {
            login("failed", "callback_malformed"): always(50),
            login("failed", "callback_duplicate"): always(9),
            begun(): always(1),
        },
    ),
    Case("one failure of each kind", QUIET | one_of_each()),
    Case("robots open the login", {begun(): always(1)}),
    Case("a class reloads its pages", QUIET | {login("restart", "code_rejected"): "0x9 0+3x5 15x45"}),
    Case("a class of another district", QUIET | {login("denied"): "0x9 0+1x8 8x42"}),
    Case("a limit that passes", QUIET | {request("user", "rate_limited"): "0x9 0+1x4 4x46"}),
    Case("a few requests, and most fail", QUIET | {request("token", "network_connect"): "0x9 0+1x8 8x42"}),
    Case("Clever fails for two minutes", MORNING | {request("token", "clever_unavailable"): "0x5 0+20x2 40x51"}),
    Case("two fetches of the keys fail", QUIET | {keys("network_connect"): "1x5 2x3 3x50"}),
    Case("the keys fail for five minutes", QUIET | {keys("network_connect"): "1x5 1+2x5 11x48", keys(): "1x12 1+1x47"}),
    Case("a few slow logins", QUIET | durations("0x60", always(1))),
    Case("people start logins and think it over", QUIET | {begun(): always(20)}),
    Case("two processes of many lose time", QUIET | {login("failed", "id_token_issued_at"): "0x9 0+1x2 2x48"}),
    Case(
        "a wrong secret",
        {login("failed", "client_rejected"): "_x9 1+3x50", login("signed_in"): "0+9x9 81x50"},
        {"CleverSsoClientRejected", "CleverSsoLoginsFail"},
    ),
    Case(
        "a wrong secret, when hardly anyone logs in",
        {login("failed", "client_rejected"): "_x9 1x7 2x43"},
        {"CleverSsoClientRejected"},
    ),
    Case("a captive portal", QUIET | {login("failed", "response_html"): always(3)}, {"CleverSsoLoginsFail"}),
    Case(
        "a portal that sends everyone back",
        QUIET | {login("failed", "callback_rejected"): always(3)},
        {"CleverSsoLoginsFail"},
    ),
    Case(
        "no network",
        QUIET | {login("failed", "network_connect"): always(3), request("token", "network_connect"): always(15)},
        {"CleverSsoLoginsFail", "CleverSsoRequestsFail"},
    ),
    Case("an unknown redirect URI", {begun(): always(4), login("signed_in"): "9x60"}, {"CleverSsoNoCallbacks"}),
    Case("no callback ever", {begun(): always(4)}, {"CleverSsoNoCallbacks"}),
    Case(
        "a session cookie for another domain", QUIET | {begun("session_not_kept"): always(1)}, {"CleverSsoSessionsLost"}
    ),
    Case("a guard that sends people back", QUIET | {begun("page_not_allowed"): always(1)}, {"CleverSsoSessionsLost"}),
    Case(
        "two secrets",
        QUIET | {login("restart", "pending_invalid"): always(3), login("failed", "pending_invalid"): always(1)},
        {"CleverSsoRestarts"},
    ),
    Case("cookies that get lost", QUIET | {login("restart", "pending_missing"): always(3)}, {"CleverSsoRestarts"}),
    Case(
        "a school that blocks cookies",
        MORNING | {login("failed", "cookies_blocked"): rush(15)},
        {"CleverSsoCookiesBlocked"},
    ),
    Case("no keys", QUIET | {keys("network_tls"): always(1), keys(): "5x60"}, {"CleverSsoKeysNotFetched"}),
    Case("a clock that is wrong", QUIET | {login("failed", "id_token_issued_at"): always(1)}, {"CleverSsoClock"}),
    Case(
        "tokens for another app", QUIET | {login("failed", "id_token_audience"): always(1)}, {"CleverSsoTokensRefused"}
    ),
    Case("a district that does not share", QUIET | {login("denied"): always(1)}, {"CleverSsoDenied"}),
    Case(
        "too many requests",
        QUIET | {request("user", "rate_limited"): always(1), request("user"): always(9)},
        {"CleverSsoRateLimited"},
    ),
    Case("slow logins", QUIET | durations(always(8), always(10)), {"CleverSsoSlow"}),
    Case("no more open files", QUIET | {login("failed", "limit_reached"): always(1)}, {"CleverSsoServer"}),
]


def test_each_alert_fires_in_at_least_one_case() -> None:
    assert {name for case in CASES for name in case.fires} == ALERTS.keys()
    assert len({case.name for case in CASES}) == len(CASES)


def check(promtool: str, folder: Path, test: dict[str, Any]) -> None:
    file = folder / "test.yml"
    test = {"interval": "1m", **test}
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES_FILE)], "tests": [test]}, sort_keys=False))
    run(promtool, "test", "rules", file)


def test_exactly_the_right_alerts_fire(promtool: str, tmp_path: Path) -> None:
    """All cases run side by side as different apps: no app may fire an alert of another one."""
    fired = {
        "expr": 'max by (alertname, job) (max_over_time(ALERTS{alertstate="firing"}[1d]))',
        "eval_time": f"{max(60, MINUTES_BETWEEN * len(QUIET_CODES))}m",
        "exp_samples": [sample for case in CASES for sample in case.samples()],
    }
    inputs = [one for case in CASES for one in case.inputs()]
    check(promtool, tmp_path, {"input_series": inputs, "promql_expr_test": [fired]})


def test_the_text_of_an_alert_names_the_failure_and_the_app(promtool: str, tmp_path: Path) -> None:
    told = ALERTS["CleverSsoLoginsFail"]["annotations"]
    expected = {
        "exp_labels": {"job": "app", "severity": "critical"},
        "exp_annotations": {**told, "summary": "75% of the logins of app fail"},
    }
    case = Case("app", QUIET | {login("failed", "response_html"): always(3)})
    alert = {"eval_time": "30m", "alertname": "CleverSsoLoginsFail", "exp_alerts": [expected]}
    check(promtool, tmp_path, {"input_series": case.inputs(), "alert_rule_test": [alert]})


def test_each_panel_shows_data_if_every_metric_has_data(promtool: str, tmp_path: Path) -> None:
    counted: dict[str, str] = {}
    for name, metric in METRICS.items():
        short = name.removeprefix("clever_sso_")
        for words in itertools.product(*(sorted(WORDS[label]) for label in metric.labels)):
            labels = dict(zip(metric.labels, words))
            if metric.is_histogram:
                counted |= {series(f"{short}_bucket", **labels, le=le): "0+1x20" for le in ("0.25", "+Inf")}
            else:
                counted[series(short, **labels)] = "0+1x20"
    panels = [
        {"expr": f"count(({expr}) >= 0) > bool 0", "eval_time": "20m", "exp_samples": [{"labels": "{}", "value": 1}]}
        for panel in PANELS
        for target in panel["targets"]
        for expr in [target["expr"].replace("$__rate_interval", "5m").replace("$job", "app|other")]
    ]
    check(promtool, tmp_path, {"input_series": Case("app", counted).inputs(), "promql_expr_test": panels})


# Real metrics. -------------------------------------------------------------------------------------------------------


def log_in_without_cookies(client: clever_sso.Client, clever: str) -> None:
    login = client.begin_login()
    while isinstance(outcome := client.finish_login(Browser(clever).callback(login.url)), clever_sso.Restart):
        login = outcome.login


@pytest.fixture(scope="module")
def exposed() -> list[str]:
    """The Prometheus output of clients that together have a value in every metric."""
    app = emulator.App("0a" * 10, "0b" * 20, "http://127.0.0.1:9/callback", oidc=True)

    def client_of(base_url: str, secret: str = app.secret) -> clever_sso.Client:
        return clever_sso.Client(app.client_id, secret, app.redirect_uri, base_url=base_url)

    with emulator.running([app], "ada") as clever, ports.reserved() as closed:
        client = client_of(clever)
        login = client.begin_login()
        outcome = client.finish_login(Browser(clever).callback(login.url), pending=login.pending)
        assert isinstance(outcome, clever_sso.SignedIn)
        login = client.begin_login()
        denied = "error=access_denied&state=" + parse_qs(urlsplit(login.url).query)["state"][0]
        assert isinstance(client.finish_login(denied, pending=login.pending), clever_sso.Denied)
        with pytest.raises(clever_sso.Error):
            client.begin_login(return_to="//elsewhere.example")
        with pytest.raises(clever_sso.Error, match="cookies_blocked"):
            log_in_without_cookies(client, clever)
        rejected = client_of(clever, "0c" * 20)
        login = rejected.begin_login()
        with pytest.raises(clever_sso.Error):
            rejected.finish_login(Browser(clever).callback(login.url), pending=login.pending)
        away = client_of(f"http://127.0.0.1:{closed}")
        with pytest.raises(clever_sso.Error):
            away.me("token")
        with pytest.raises(clever_sso.Error):
            away.warm_up()
    return [each.stats().to_prometheus() for each in (client, rejected, away)]


def series_in(texts: list[str]) -> set[str]:
    return {line for text in texts for line in re.findall(r"^(clever_sso_\w+\{.*\}) ", text, re.MULTILINE)}


def test_the_metrics_of_clients_have_the_read_names_and_pass_promtool(promtool: str, exposed: list[str]) -> None:
    for text in exposed:
        done = subprocess.run(
            [promtool, "check", "metrics"], input=text, check=False, capture_output=True, text=True, timeout=SECONDS
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = set()
    for one in series_in(exposed):
        name, _, labels = one.partition("{")
        metric = metric_of(name)
        assert metric, name
        words = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        assert words.keys() - {"le"} == set(metric.labels), one
        assert all(words[label] in WORDS[label] for label in metric.labels), one
        found.add(re.sub(r"_(?:bucket|sum|count)$", "", name))
    assert found == METRICS.keys()


def test_each_panel_shows_what_clients_expose(promtool: str, exposed: list[str], tmp_path: Path) -> None:
    inputs = [
        {"series": one.replace("{", '{job="app", instance="a:80", '), "values": "0+1x70"}
        for one in sorted(series_in(exposed))
    ]
    panels = [
        {"expr": f"count(({expr}) >= 0) > bool 0", "eval_time": "65m", "exp_samples": [{"labels": "{}", "value": 1}]}
        for panel in PANELS
        for target in panel["targets"]
        for expr in [target["expr"].replace("$__rate_interval", "5m").replace("$job", "app")]
    ]
    check(promtool, tmp_path, {"input_series": inputs, "promql_expr_test": panels})


# The limit. ----------------------------------------------------------------------------------------------------------


def shown(kind: str) -> str:
    found = re.search(rf"<!-- nginx {kind} -->\n```nginx\n(.*?)```", PAGE, re.DOTALL)
    assert found, kind
    return found[1]


def test_the_rate_limit_lets_a_school_in_and_then_says_when_to_retry(tmp_path: Path) -> None:
    burst = re.search(r"burst=(\d+) nodelay", shown("server"))
    assert burst
    assert int(burst[1]) == 1000, "as the text says"
    assert "rate=100r/s" in shown("limits")
    # Only the burst matters here: how many requests the rate allows depends on their speed.
    limits = shown("limits").replace("rate=100r/s", "rate=1r/m")
    with ports.reserved() as port, ports.reserved() as behind:
        app = f"server {{ listen 127.0.0.1:{behind}; location / {{ return 204; }} }}"
        server = shown("server").replace("127.0.0.1:8000", f"127.0.0.1:{behind}") + "location / { return 204; }"
        with (
            nginx.in_front(tmp_path, port, server, limits + app),
            closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as browser,
        ):
            passed = 0
            while (answer := ask(browser, "/clever/callback?code=a&state=b"))[0] == 204:
                passed += 1
                assert passed < 2 * int(burst[1]), "it limits nothing"
            assert passed > int(burst[1])
            status, headers, text = answer
            assert (status, headers["Retry-After"], headers["Cache-Control"]) == (429, "5", "no-store")
            assert headers["Content-Type"] == "text/plain; charset=utf-8"
            assert "reload this page" in text
            assert "vuelve a cargar esta página" in text
            assert ask(browser, "/clever/callback?error=access_denied")[0] == 429
            assert [ask(browser, path)[0] for path in ("/clever/login", "/clever/logout", "/")] == [204] * 3


def ask(browser: HTTPConnection, path: str) -> tuple[int, dict[str, str], str]:
    browser.request("GET", path)
    answer = browser.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read().decode()
