"""What operators look at: health, metrics, logs, settings, samovarctl doctor."""

import json
import pathlib
import re
import subprocess
import threading

import psycopg2
import pytest
import requests

from tests.conftest import enterable, wait_for
from tests.e2e import fcgi
from tests.e2e.client import Client, word
from tests.e2e.stack import REPO
from tests.e2e.test_files import servers  # noqa: F401

SAMPLE = re.compile(r'^([a-z_]+)(?:\{([^}]*)\})? (-?[0-9.e+-]+|NaN|\+Inf)$')


@pytest.fixture
def neighbour(base):
    """A client that may see the metrics."""
    return Client(base, address="127.0.0.1")


def metrics(client):
    """{(name, labels): value}; every line is one that Prometheus reads."""
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    found, typed, before = {}, set(), None
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        if not line or line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, line
        name, labels, value = match.groups()
        metric = name if name in typed else re.sub(r"_(bucket|sum|count)$", "", name)
        assert metric == before or not any(n.startswith(metric) for n, _ in found), f"{line} stands apart"
        before = metric
        assert (name, labels) not in found, f"twice: {line}"
        found[name, labels or ""] = float(value)
    for name, _ in found:
        assert {name, re.sub(r"_(bucket|sum|count)$", "", name)} & typed, f"{name} has no type"
    return found


def requests_total(client):
    return sum(v for (name, _), v in metrics(client).items() if name == "samovar_requests_total")


def test_health_and_readiness_are_json(neighbour):
    for path in ("/healthz", "/readyz"):
        answer = neighbour.get(path)
        assert answer.status_code == 200 and answer.json()
        assert neighbour("HEAD", path).status_code == 200


def test_metrics_count_requests_of_all_workers(neighbour):
    before = requests_total(neighbour)
    for _ in range(200):
        neighbour.get("/users/api/v1/users/me/")
    assert requests_total(neighbour) - before >= 200


def test_buckets_of_the_histogram_grow(neighbour):
    neighbour.get("/users/api/v1/users/me/")
    found = metrics(neighbour)
    rows = {}
    for (name, labels), value in found.items():
        if name.endswith("_bucket"):
            key, le = re.fullmatch(r'(?:(.*),)?le="([^"]+)"', labels).groups(default="")
            rows.setdefault((name, key), []).append((float(le), value))
    assert rows
    for (name, key), buckets in rows.items():
        values = [v for _, v in sorted(buckets)]
        assert values == sorted(values)
        assert values[-1] == found[name.replace("_bucket", "_count"), key]


def test_metrics_tell_of_database_cache_workers_and_queue(neighbour, stack, db):
    db.do("insert into job.job (kind, run_at) values ('job.nothing', now() + interval '1 hour')")
    found = metrics(neighbour)
    assert found["samovar_database_up", ""] == 1 and found["samovar_redis_up", ""] == 1
    assert found["samovar_jobs", 'kind="job.nothing",state="ready"'] == 1
    db.do("delete from job.job")
    up = [v for (name, _), v in found.items() if name == "samovar_worker_up"]
    assert len(up) == len(stack.workers()) and set(up) == {1}
    with stack.without("postgres"):
        found = metrics(neighbour)
        assert found["samovar_database_up", ""] == 0
    wait_for(lambda: neighbour.get("/readyz").status_code == 200, 10)


def test_a_request_can_be_followed_from_answer_to_log(stack, base):
    client = Client(base)
    id = client.get("/users/api/v1/users/me/").headers["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{32}", id)

    def line():
        return [x for x in stack.log("samovar-fcgi").splitlines() if id in x]
    (access,) = wait_for(line, 5, "a line in the log")
    for part in ("status=401", "ms=", "queries=", "route="):
        assert part in access, access
    wait_for(lambda: id in stack.log("access"), 5, "nginx's line")


def test_a_statement_that_waits_names_its_request(stack, base, db, person):
    who = person()
    link = psycopg2.connect(**stack.dsn)
    link.cursor().execute("select 1 from account.account where id = %s for update", (who.id,))
    answers = []
    thread = threading.Thread(target=lambda: answers.append(Client(base, "/users/api/v1").post(
        "/auth/login/", {"username": who.username, "password": who.password})))
    thread.start()
    name = wait_for(lambda: db.value("select application_name from pg_stat_activity "
                                     "where wait_event_type = 'Lock' and datname = 'samovar' limit 1"), 10)
    link.rollback()
    link.close()
    thread.join(10)
    assert answers[0].headers["X-Request-Id"][:16] in name, name


def test_line_breaks_in_input_make_no_line_in_a_log(stack, base):
    mark = word("mark")
    client = Client(base)
    client.as_is("GET", f"/users/api/v1/{mark}%0Astatus=999")
    client.get("/users/api/v1/users/me/", headers={"User-Agent": f"{mark} \x1b[31m"})
    wait_for(lambda: mark in stack.log("access"), 5)
    for name in ("access", "samovar-fcgi"):
        assert not [x for x in stack.log(name).splitlines() if x.startswith("status=999")]
        assert "\x1b" not in stack.log(name)


# -- settings

def conf(stack, **environ):
    return stack.ctl("conf", **environ).stdout


def test_conf_shows_each_setting_its_value_and_origin_and_masks_secrets(stack):
    out = conf(stack)
    assert stack.key not in out and stack.settings["BOT_TOKEN"] not in out
    assert re.search(r"time_zone.*Asia/Yekaterinburg", out)
    assert "MAIL_SERVER" in out or "samovar.env" in out


@pytest.mark.parametrize("name, value", [
    ("SAMOVAR_PROGRAMME_MIN_AGE", "7"), ("MIN_AGE", "7")])
def test_the_environment_goes_before_files(stack, name, value):
    assert re.search(r"min_age.*\b7\b", conf(stack, **{name: value}))


def test_every_contract_name_is_understood(stack):
    names = {"POSTGRES_DB": "d", "DB_HOST": "h", "DB_PORT": "1", "POSTGRES_USER": "u", "BOT_TOKEN": "1:x",
             "APPLICATION_URL": "https://x.example", "ROOT_PATH": "/api/", "TIME_ZONE": "Europe/Moscow",
             "SEND_NEW_TASK_HOUR": "9", "SEND_NO_REPORT_REMINDER_HOUR": "20", "MIN_AGE": "4",
             "MAX_MONTH_IN_SHIFT": "5", "DAYS_FROM_START_OF_SHIFT_TO_JOIN": "3", "MAX_REQUESTS": "4",
             "NUMBER_ATTEMPTS_SUBMIT_REPORT": "4", "SEQUENTIAL_TASKS_PASSES_FOR_EXCLUDE": "6",
             "MIN_PASSWORD_LENGTH": "9", "ORGANIZATIONS_EMAIL": "a@example.com",
             "ORGANIZATIONS_GROUP": "https://vk.com/x", "MAIL_SERVER": "m", "MAIL_PORT": "25",
             "MAIL_STARTTLS": "true", "MAIL_SSL_TLS": "false", "TOKEN__ACCESS_LIFETIME": "601",
             "TOKEN__REFRESH_LIFETIME": "3601", "S3__USER": "u", "S3__BUCKET": "b",
             "GEO__USE_REAL_IP": "true", "TOKEN__ALGO": "HS256", "CACHE__HOST": "c", "CACHE__PORT": "2"}
    out = conf(stack, **names)
    for name, value in names.items():
        if name in ("BOT_TOKEN", "S3__USER"):
            continue
        assert value in out, name


def test_settings_of_env_stand_beside_those_of_conf(stack, tmp_path):
    (tmp_path / "one.conf").write_text("[programme]\nnew_task_hour = 7\n")
    (tmp_path / "one.env").write_text("SEND_NO_REPORT_REMINDER_HOUR=21\n")
    enterable(tmp_path)
    out = subprocess.run(stack.as_service(stack.program("samovarctl"), "--conf", tmp_path / "one.conf", "conf"),
                         capture_output=True, text=True, timeout=20, env=stack.environ(SAMOVAR_SITE_TEST_MODE="false"), check=True).stdout
    assert "programme.new_task_hour = 7" in out and "programme.reminder_hour = 21" in out


def test_the_access_line_as_json_is_json(stack, instance):
    one = instance(SAMOVAR_LOG_FORMAT="json")
    with fcgi.Link(one.path) as link:
        link.send(fcgi.request(path="/users/api/v1/users/me/", REQUEST_ID="feed" * 8))
        assert link.answer()[0] == 401
    (line,) = wait_for(lambda: [x for x in stack.log("instance").splitlines() if "feed" * 8 in x], 5, "its line")
    found = json.loads(line)
    assert (found["program"], found["request"], found["status"]) == ("samovar-fcgi", "feed" * 8, 401)


def test_the_log_of_nginx_names_the_path_that_was_asked(stack, base):
    answer = requests.request("TRACE", base + "/api/some/where?secret=1", timeout=10)
    assert answer.status_code == 405
    line = wait_for(lambda: [x for x in stack.log("access").splitlines() if "method=TRACE" in x and "some/where" in x],
                    5, "its line")[-1]
    assert 'path="/api/some/where"' in line and "secret" not in line


@pytest.mark.parametrize("line", ["[programme]\nnew_task_hour = 24\n", "[redis]\nport = 0\n", "[mail]\nport = 65536\n",
                                  "[token]\naccess_lifetime = 0\n", "[site]\nno_such_key = 1\n", "[no_such_section]\nx = 1\n",
                                  "[db]\ntimeout = soon\n", "nonsense\n"])
def test_an_error_in_our_own_file_ends_the_start_and_is_named(stack, tmp_path, line):
    file = tmp_path / "bad.conf"
    file.write_text(line)
    enterable(tmp_path)
    done = subprocess.run(stack.as_service(stack.program("samovarctl"), "--conf", file, "conf"),
                          capture_output=True, text=True, timeout=20, env=stack.environ())
    assert done.returncode != 0 and "bad.conf" in done.stderr


def test_the_sample_of_the_environment_has_all_settings_as_they_are_by_default(stack, tmp_path):
    def settings(*words):
        out = subprocess.run(stack.as_service(stack.program("samovarctl"), "--conf", "/dev/null", *words, "conf"),
                             capture_output=True, text=True, timeout=20, env=stack.environ(SAMOVAR_SITE_TEST_MODE="false"), check=True).stdout
        return [line.split("  #")[0] for line in out.splitlines()]
    sample = (pathlib.Path(stack.program("samovarctl")).parents[1] / "share/samovar/env.example").read_text()
    set_all = tmp_path / "all.env"
    text, count = re.subn(r"^#([A-Z0-9_]+=)", r"\1", sample, flags=re.M)
    set_all.write_text(text)
    enterable(tmp_path)
    assert count == len(re.findall(r"^SETTING\(", (REPO / "src/base/settings.def").read_text(), re.M))
    assert settings("--env", set_all) == settings()


@pytest.mark.parametrize("secret", ["", "short", "your_secret_key", "secret"])
def test_a_weak_key_does_not_start_a_server(stack, secret):
    done = subprocess.run(
        stack.as_service(stack.program("samovar-fcgi"), *stack.settings_of()),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, cwd=stack.state,
        env=stack.environ(TOKEN__SECRET_KEY=secret, SAMOVAR_FCGI_SOCKET=str(stack.run / "weak.sock")))
    assert done.returncode != 0 and "token" in done.stderr.lower()


# -- doctor

def test_doctor_finds_nothing_wrong_with_a_healthy_installation(stack, db, staff, servers):  # noqa: F811
    staff()
    db.do("delete from job.job")
    db.do("update storage.file_version set lost_at = null where lost_at is not null")  # of tests before this one
    # Tests before this one take PostgreSQL away; the scheduler is elected anew within seconds.
    wait_for(lambda: db.one("select 1 from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory'"
                            " and l.granted and a.application_name like 'samovar-scheduler%%' limit 1"), 20)
    wait_for(lambda: not db.all("select 1 from storage.health where not is_up"), 30, "the cities are up")
    db.do("update storage.file f set deleted_at = now() where deleted_at is null and current_version is not null"
          " and not exists (select from storage.holder h where h.version_id = f.current_version)")
    done = stack.ctl("doctor", check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("away, word", [("redis", "Redis"), ("postgres", "PostgreSQL")])
def test_doctor_names_what_is_away(stack, away, word):
    with stack.without(away):
        done = stack.ctl("doctor", check=False)
    assert done.returncode != 0
    assert re.search(rf"WRONG.*{word}", done.stdout)


def test_doctor_finds_parked_jobs(stack, db):
    db.do("insert into job.job (kind, state, last_error) values ('job.nothing', 'parked', 'why')")
    done = stack.ctl("doctor", check=False)
    db.do("delete from job.job")
    assert done.returncode != 0 and "parked" in done.stdout


def test_help_lists_the_commands_and_a_wrong_one_is_an_error(stack):
    out = stack.ctl("help").stdout
    for name in ("jobs list", "timers run", "doctor", "conf"):
        assert name in out
    assert stack.ctl("no-such-thing", check=False).returncode == 2
    assert "usage" in stack.ctl("jobs", "show", check=False).stderr


# -- a tool that one likes

@pytest.mark.parametrize("typed, meant", [
    ("jbos list", "jobs list"), ("jobs lst", "jobs list"), ("storage reconcil", "storage reconcile"), ("doctr", "doctor"),
    ("account unlok anna", "account unlock")])
def test_a_mistyped_command_is_recognized(stack, typed, meant):
    done = stack.ctl(*typed.split(), check=False)
    assert done.returncode == 2 and f"Did you mean: {meant}\n" in done.stderr


def test_help_is_given_wherever_it_is_asked_for(stack):
    assert "jobs that wait, run or are parked" in stack.ctl("jobs", "list", "--help").stdout
    out = stack.ctl("storage", "--help").stdout
    assert "storage reconcile" in out and "jobs list" not in out
    assert "unknown option --stat" in stack.ctl("jobs", "list", "--stat", "x", check=False).stderr


@pytest.mark.parametrize("words", [
    "jobs list", "jobs stats", "timers list", "account list", "programme shift list", "programme member find nobody",
    "storage servers", "storage files", "storage parked"])
def test_lists_are_json_for_scripts(stack, db, words):
    db.do("insert into job.job (kind, state, subject, last_error) values ('job.nothing', 'parked', '\"a\"', E'one\ntwo')")
    rows = json.loads(stack.ctl(*words.split(), "--json").stdout)
    db.do("delete from job.job")
    assert isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    if words == "jobs list":
        assert ("job.nothing", "parked", '"a"', "one\ntwo", 0) in [
            (r["kind"], r["state"], r["subject"], r["error"], r["tries"]) for r in rows]
    if words == "timers list":
        assert {"name": "programme.daily", "enabled": True}.items() <= next(
            r for r in rows if r["name"] == "programme.daily").items()


def test_words_of_libraries_are_english_lines_without_marks(stack):
    done = stack.ctl("jobs", "list", check=False, SAMOVAR_DB_HOST="/nonexistent", LANG="ru_RU.UTF-8", LANGUAGE="ru")
    assert done.returncode == 1
    first = done.stderr.splitlines()[0]
    assert first.startswith("samovarctl: db: cannot connect: ") and "No such file or directory Is the server" in first


def test_the_schema_is_not_taken_back_unasked(stack, db):
    before = db.value("select count(*) from sqitch.changes")
    last = db.one("select change, note from sqitch.changes order by committed_at desc limit 1")
    done = stack.ctl("migrate", "down", check=False, input="\n")
    assert done.returncode == 1 and "(y/n)" in done.stderr
    assert f'"{last.change}" ({last.note})' in done.stderr
    assert db.value("select count(*) from sqitch.changes") == before


# -- the truth

def test_not_ready_without_the_schema_of_this_version(stack, db, base):
    plan = (REPO / "sql/sqitch.plan").read_text().splitlines()
    last = db.one("select * from sqitch.changes where change = %s", plan[-1].split()[0])
    db.do("update sqitch.changes set change = 'of_another_version' where change_id = %s", last.change_id)
    try:
        answer = Client(base).get("/readyz")
        told = stack.ctl("doctor", check=False).stdout
    finally:
        db.do("update sqitch.changes set change = %s where change_id = %s", last.change, last.change_id)
    assert answer.status_code == 503 and answer.json()["schema"] == "other"
    assert f"WRONG the schema is not this program's: it lacks the change {last.change}" in told
    assert Client(base).get("/readyz").status_code == 200


def test_not_ready_when_the_database_takes_no_further_connection(stack, db, base):
    most = int(db.value("show max_connections")) - int(db.value("show superuser_reserved_connections"))
    links = []
    try:
        while db.value("select count(*) from pg_stat_activity where backend_type = 'client backend'") < most:
            links.append(psycopg2.connect(**stack.dsn))
        answer = Client(base).get("/readyz")
    finally:
        for link in links:
            link.close()
    assert answer.status_code == 503 and answer.json()["connections"] == "exhausted"


def test_doctor_does_not_call_files_safe_that_nobody_can_have(stack, db, servers):  # noqa: F811
    with stack.frozen("samovar-worker"):  # whose prober knows better
        db.do("insert into storage.health (server_id, is_up, why) select id, false, 'no answer' from storage.server "
              "on conflict (server_id) do update set is_up = false, why = 'no answer', probed_at = now()")
        done = stack.ctl("doctor", check=False)
    assert done.returncode != 0 and re.search("WRONG no S3 server can be used", done.stdout)


def test_doctor_names_what_an_installation_lacks(stack, db):
    with psycopg2.connect(**stack.dsn) as link, link.cursor() as cursor:
        cursor.execute("create temp table kept as select id from storage.server where deleted_at is null")
        db.do("update storage.server set deleted_at = now() where deleted_at is null")
        done = stack.ctl("doctor", check=False)
        cursor.execute("update storage.server set deleted_at = null where id in (select id from kept)")
    assert re.search("WRONG there is no S3 server", done.stdout)


def test_doctor_names_defaults_of_another_community(stack):
    out = stack.ctl("doctor", check=False, SAMOVAR_SITE_TEST_MODE="false", SAMOVAR_SITE_PRODUCTION="true", ORGANIZATIONS_EMAIL="club@example.org").stdout
    assert "WRONG programme.group_url has not been set" in out and "WRONG site.time_zone" in out and "WRONG mail.from" not in out


def test_probes_leave_no_lines_but_failures_do(stack, base):
    """Lines are written together, once a second: what one process writes last is there when all before it is."""
    near = Client(base, address="127.0.0.1")
    answers = [near.get(path) for path in ("/healthz", "/readyz", "/metrics")]
    assert [a.status_code for a in answers] == [200] * 3, [a.text for a in answers if a.status_code != 200]
    near.get("/healthzz")
    last = [near.get("/users/api/v1/users/me/").headers["X-Request-Id"] for _ in range(40)]
    for service in ("access", "samovar-fcgi"):
        wait_for(lambda log=service: all(id in stack.log(log) for id in last), 20, "their lines")
        probes = [a.headers["X-Request-Id"] for a in answers]
        # Of a connection that a test before has broken there may be a word, too: that is no line of the request.
        assert [line for line in stack.log(service).splitlines() if "status=" in line and any(id in line for id in probes)] == []
    assert "/healthzz" in stack.log("access")
