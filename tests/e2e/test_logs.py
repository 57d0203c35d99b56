"""No log tells of people or opens doors. The whole of a session's logs is searched at its end (private.py,
conftest.py); here stands what must not depend on what other tests happen to do."""

import json
import os
import re
import stat
import subprocess

import psycopg2
import pytest

from tests.conftest import wait_for
from tests.e2e import private
from tests.e2e.client import Client, word
from tests.e2e.stack import REPO

BORN = "birth-01.02.2012"


@pytest.mark.parametrize("written", [
    "x {} y", "name={quoted}&a", "{plus}", '{{"text":"{json}"}}', "{{}}{}{{}}"])
def test_the_search_finds_each_spelling(tmp_path, written):
    value = "Белых Анна"
    (tmp_path / "a.log").write_text("nothing\n" + written.format(
        value, quoted="%D0%91%D0%B5%D0%BB%D1%8B%D1%85%20%D0%90%D0%BD%D0%BD%D0%B0",
        plus="%D0%91%D0%B5%D0%BB%D1%8B%D1%85+%D0%90%D0%BD%D0%BD%D0%B0", json=json.dumps(value)[1:-1]) + "\n")
    assert len(private.found_in(tmp_path, {value, "Qwe12345rty"})) == 1
    assert private.found_in(tmp_path, {"Qwe12345rty"}) == []


def test_what_goes_over_the_wire_is_noted(stack):
    """Members of bodies, signatures, tokens: else the search at the end would find nothing to look for."""
    name, password = word("noted"), "Noted-" + word()
    Client(stack.base).post("/users/api/v1/auth/login/", {"username": name, "password": password},
                            token="to.ken." + name)
    Client(stack.base).get("/nowhere?X-Amz-Signature=" + "f" * 60 + name)
    assert {name, password, "to.ken." + name, "f" * 60 + name} <= private.values


def test_logs_are_not_for_everybody_on_the_machine(stack):
    folder = stack.state / "log"
    modes = {p.name: oct(stat.S_IMODE(os.stat(p).st_mode)) for p in folder.iterdir()
             if not re.match(r"instance|front|.*\.test\.log", p.name)}  # those that tests make
    assert oct(stat.S_IMODE(os.stat(folder).st_mode)) == "0o750"
    assert {"access.log", "nginx.log", "postgres.log", "samovar-fcgi.log"} <= set(modes) and set(modes.values()) == {"0o640"}


def test_nginx_tells_of_no_request_what_it_was(stack):
    with stack.without("samovar-fcgi"):
        answer = Client(stack.base).get(f"/api/telegram/registration_form?date_of_birth={BORN}",
                                        headers={"Referer": f"http://x/?{BORN}"})
        assert answer.status_code == 502
        line = wait_for(lambda: [x for x in stack.log("nginx").splitlines() if "connect() to unix" in x], 10)[-1]
    assert ", client: " in line and "request" not in line and BORN not in stack.log("nginx") + stack.log("access")


LINES = {
    '2026/11/20 10:00:00 [error] 12#12: *5 connect() to unix:/f failed (11: Resource temporarily unavailable) while '
    'connecting to upstream, client: 1.2.3.4, server: _, request: "GET /a?secret HTTP/1.1", upstream: "secret", host: "x"':
    '2026/11/20 10:00:00 [error] 12#12: *5 connect() to unix:/f failed (11: Resource temporarily unavailable) while '
    'connecting to upstream, client: 1.2.3.4, server: _',
    '2026/11/20 10:00:00 [crit] 12#12: *5 open() "/web/secret" failed (36: File name too long), client: 1.2.3.4, '
    'server: _, request: "GET /secret HTTP/1.1", host: "x", referrer: "secret"':
    '2026/11/20 10:00:00 [crit] 12#12: *5 open() "..." failed (36: File name too long), client: 1.2.3.4, server: _',
    '2026/11/20 10:00:00 [crit] 12#12: *5 open() "/web/a\nsecret" failed, client: 1.2.3.4, request: "GET /a"':
    '2026/11/20 10:00:00 [crit] 12#12: *5 open() "..."',
    '2026/11/20 10:00:00 [crit] 12#12: *5 open() "/web/a", request: "secret" failed, client: 1.2.3.4, request: "GET /a"':
    '2026/11/20 10:00:00 [crit] 12#12: *5 open() "..."',
    '2026/11/20 10:00:00 [warn] 12#12: "ssl_stapling" ignored': '2026/11/20 10:00:00 [warn] 12#12: "ssl_stapling" ignored',
    'nginx: [emerg] bind() failed': 'nginx: [emerg] bind() failed'}


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_the_filter_leaves_what_is_about_the_server(tmp_path, line):
    """nginx is a script here, that says just this."""
    (tmp_path / "nginx").write_text('#!/bin/sh\nprintf "%s\\n" "$1" >&2\n')
    (tmp_path / "nginx").chmod(0o755)
    done = subprocess.run([REPO / "scripts/lib/nginx-run", line], capture_output=True, text=True, timeout=20,
                          env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.stderr == LINES[line] + "\n"


UUIDS = "c0de0000-0000-4000-8000-0000000000ff/1d000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize("path, shown", [
    ("/api/administrators/register/{code}?x=secret", "/api/administrators/register/..."),
    ("/api//administrators/register/{code}/", "/api//administrators/register/..."),
    ("/pwd_create/{code}", "/pwd_create/..."),
    ("/files/{id}/links/{code}", "/files/{id}/links/..."),
    ("/storage/api/v1/files/{id}/links/{code}/", "/storage/api/v1/files/{id}/links/..."),
    ("/storage/api/v1/files/{id}/links/", "/storage/api/v1/files/{id}/links/"),
    ("/api/photos/a/{code}.jpg?signature=secret", "/api/photos/..."),
    ("/api/administrators/%72egister/{code}", "/api/administrators/"),
    ("/%D0%90%D0%BD%D0%BD%D0%B0", "/")])
def test_the_access_log_shows_no_code_that_opens_a_door(stack, path, shown):
    words = {"code": "c0de0000-0000-4000-8000-0000000000ff", "id": "1d000000-0000-4000-8000-000000000001"}
    mark = Client(stack.base).as_is("GET", path.format(**words))[1]["X-Request-Id"]
    line = wait_for(lambda: [x for x in stack.log("access").splitlines() if mark in x], 5)[-1]
    assert f'path="{shown.format(**words)}"' in line and words["code"] not in line and "secret" not in line


@pytest.mark.parametrize("path, shown", [
    ("/bucket/secret.jpg?X-Amz-Signature=secret", "/bucket/..."), ("/bucket/a/secret", "/bucket/..."),
    ("/bucket/?prefix=secret", "/bucket/"), ("/bucket", "/bucket"),
    (f"/storage/{UUIDS}?X-Amz-Signature=secret", f"/storage/{UUIDS}")])
def test_the_access_log_shows_no_names_of_files(stack, path, shown):
    """What other clients of S3 call their objects is theirs; our own are numbers."""
    mark = Client(f"http://127.0.0.1:{stack.port + 1}").as_is("GET", path)[1]["x-amz-request-id"]
    line = wait_for(lambda: [x for x in stack.log("access").splitlines() if mark in x], 5)[-1]
    assert f'path="{shown}"' in line and "secret" not in line


def test_postgresql_quotes_no_value(stack, db):
    """The row that is there already, the text that is no date, the statement itself."""
    address = word("quoted") + "@example.com"
    db.do("insert into account.account (email, name, surname) values (%s, 'a', 'b')", address)
    for sql in ("insert into account.account (email, name, surname) values (%s, 'a', 'b')", "select %s::date",
                "select 1/length(%s) - length('x') / 0"):
        with pytest.raises(psycopg2.Error):
            db.do(sql, address)
    db.do("delete from account.account where email = %s", address)
    assert address not in stack.log("postgres")
    settings = {name: db.value(f"show {name}") for name in (
        "log_min_messages", "log_error_verbosity", "log_min_error_statement", "log_parameter_max_length",
        "log_parameter_max_length_on_error")}
    assert settings == {"log_min_messages": "log", "log_error_verbosity": "terse", "log_min_error_statement": "panic",
                        "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0"}
