"""GET /metrics as Prometheus wants it, and the rules and the dashboard that are made for it."""

import json
import re
import shutil
import subprocess

import pytest

from tests.e2e.client import Client
from tests.e2e.stack import REPO

PROMTOOL = shutil.which("promtool")
prometheus = pytest.mark.skipif(not PROMTOOL, reason="there is no promtool")
RULES, DASHBOARD = REPO / "conf/prometheus/samovar.rules.yml", REPO / "conf/grafana/samovar.json"


def promtool(*words, input=None):
    done = subprocess.run([PROMTOOL, *map(str, words)], input=input, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and not done.stderr.strip(), done.stdout + done.stderr


@pytest.fixture
def text(base):
    return Client(base, address="127.0.0.1").get("/metrics").text


@prometheus
def test_metrics_are_clean(text):
    promtool("check", "metrics", input=text)


def test_each_metric_says_what_it_is(text):
    typed = dict(re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M))
    helped = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.M))
    assert typed and typed.keys() == helped.keys()
    for name, type in typed.items():
        assert name.endswith("_total") == (type == "counter"), name


def test_nothing_is_there_twice(text):
    series = [line.rsplit(" ", 1)[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(series) == len(set(series))


def test_what_is_empty_is_zero(text, db):
    assert db.value("select count(*) from job.job where kind = 'photo.remake'") == 0
    for line in ('samovar_jobs{kind="photo.remake",state="ready"} 0', 'samovar_jobs{kind="photo.remake",state="parked"} 0',
                 'samovar_job_delay_seconds{kind="photo.remake"} 0',
                 'samovar_requests_total{face="ops",route="get_healthz",class="5xx"} 0',
                 'samovar_healed_objects{what="lost"} ', 'samovar_outbox{state="presumed"} ',
                 'samovar_pushes{state="failed"} ', 'samovar_phone_copies{state="failing"} 0', 'samovar_reports_waiting ',
                 'samovar_confirmations_total ', 'samovar_mails_total{result="refused"} ', 'samovar_pictures{state="refused",reason="too_heavy"} 0',
                 'samovar_picture_ready_seconds_bucket{le="+Inf"} '):
        assert f"\n{line}" in text, line


def test_the_version_is_there(stack, text):
    version = re.search(r"\d[\w.~-]*", stack.ctl("--version").stdout).group()
    assert f'\nsamovar_build_info{{version="{version}"}} 1\n' in text


@prometheus
def test_the_alert_rules_fire_when_they_should():
    promtool("check", "rules", RULES)
    promtool("test", "rules", REPO / "tests/prometheus/samovar.test.yml")


@pytest.mark.parametrize("file", [RULES, DASHBOARD], ids=lambda f: f.name)
def test_rules_and_dashboard_ask_for_metrics_that_are_there(text, file):
    there = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    asked = {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bsamovar_\w+", file.read_text())}
    assert asked and asked <= there, asked - there


def test_each_panel_of_the_dashboard_has_a_place_of_its_own():
    taken = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells


def test_they_are_installed(stack):
    share = stack.program("samovarctl").parents[1] / "share/samovar"
    assert (share / "prometheus" / RULES.name).read_bytes() == RULES.read_bytes()
    assert (share / "grafana" / DASHBOARD.name).read_bytes() == DASHBOARD.read_bytes()
