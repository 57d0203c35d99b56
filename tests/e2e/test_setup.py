"""samovarctl setup: from an empty database to the first administrator and the first city."""

import subprocess

import psycopg2
import pytest

from tests.conftest import enterable
from tests.e2e.client import PASSWORD
from tests.e2e.stack import Db

NAME = "samovar_fresh"


@pytest.fixture(scope="module")
def fresh(stack):
    """A database with the schema and nothing in it."""
    link = psycopg2.connect(**stack.dsn)
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(f"drop database if exists {NAME} with (force)")
        cursor.execute(f"create database {NAME}")
        stack.ctl("migrate", "up", timeout=120, SAMOVAR_DB_NAME=NAME)
        db = Db(stack)
        db.link = psycopg2.connect(**{**stack.dsn, "dbname": NAME})
        db.link.autocommit = True
        yield db
        db.link.close()
        cursor.execute(f"drop database {NAME} with (force)")
    link.close()


@pytest.fixture
def env(tmp_path, stack):
    file = tmp_path / "new.env"
    file.write_text("# kept\nTIME_ZONE=Asia/Yekaterinburg\nLOG_LEVEL=info\n")
    enterable(tmp_path)
    tmp_path.chmod(0o777)
    subprocess.run(["chown", f"{stack.service}:", file], check=False)
    file.chmod(0o640)
    return file


def set_up(stack, env, *words, **more):
    return stack.ctl("--env", env, "setup", *words, check=False, SAMOVAR_DB_NAME=NAME,
                     SAMOVAR_SITE_TEST_MODE="false", **more)


def test_answers_make_settings_an_administrator_and_a_city(stack, fresh, env):
    answers = ["https://club.example.org", "Europe/Moscow", "club@example.org", "", "-", "-", "", "",
               "anna@example.org", "anna", "Анна", "Белова", PASSWORD,
               "moscow", "files.example.org", "9001", "Москва", "RU", "55.75,37.62"]
    done = set_up(stack, env, input="\n".join(answers) + "\n")
    lines = env.read_text().splitlines()
    assert lines[:2] == ["# kept", "LOG_LEVEL=info"], done.stderr
    assert {"APPLICATION_URL=https://club.example.org", "TIME_ZONE=Europe/Moscow",
            "ORGANIZATIONS_EMAIL=club@example.org"} == set(lines[2:])
    assert env.stat().st_mode & 0o777 == 0o640
    person = fresh.one("select * from account.account")
    assert (person.username, person.email, person.name, person.role, person.is_superuser) == (
        "anna", "anna@example.org", "Анна", "administrator", True)
    server = fresh.one("select * from storage.server")
    assert (server.name, server.host, server.port, server.zone, server.latitude) == (
        "moscow", "files.example.org", 9001, "RU", 55.75)
    assert "ok    there is an administrator" in done.stdout
    again = set_up(stack, env, "--yes")
    assert "settings are as they were" in again.stdout and "there is an S3 server" in again.stdout
    assert fresh.value("select count(*) from account.account") == 1


@pytest.mark.parametrize("option, value", [
    ("--url", "club"), ("--time-zone", "Moscow"), ("--time-zone", "/etc/passwd"), ("--mail-from", "nobody"),
    ("--group-url", "a\"b"), ("--bot-token", "1:x\nSECRET_KEY=1")])
def test_a_wrong_answer_changes_nothing(stack, fresh, env, option, value):
    before = env.read_text()
    done = set_up(stack, env, "--yes", option, value)
    assert done.returncode == 1 and option[2:] in done.stderr
    assert env.read_text() == before
