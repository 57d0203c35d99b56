"""One private stack for all end-to-end tests, and what they need to ask it."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess

import psycopg2
import pytest

from tests.conftest import FIRST_PORT, RUNNER, enterable, free_port
from tests.e2e.browser import Browser
from tests.e2e.client import PASSWORD, Client, make_person, word
from tests.e2e import private
from tests.e2e.instance import Instance
from tests.e2e.stack import Db, Redis, Stack, state_folder
from tests.standin.telegram import Telegram

KEY = "e2e-" + "0123456789abcdef" * 3
BOT_TOKEN = "123456:test-token"


private.watch(Telegram, Db)


def check_logs(stack):
    """The last word of a session: an error of whatever test came last, and it is none of that test's."""
    found = private.found_in(stack.state / "log", private.values | {KEY, BOT_TOKEN, PASSWORD} | {
        path.read_text().strip() for path in (stack.state / "secret").iterdir()})
    hashing = set(re.findall(r"(\w+) hashes a password", stack.log("samovar-fcgi"))) - {"post_login"}
    assert not hashing, f"{hashing} should go to the workers that hash: HASHES in its row"
    if found:
        pytest.fail(f"{len(found)} lines of the logs hold what belongs to people, or opens doors:\n"
                    + "\n".join(found[:30]), pytrace=False)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not shutil.which("chromium"):
        pytest.skip("there is no Chromium")
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.stop()


@pytest.fixture(scope="session")
def stack(request, telegram_process, smtp_process):
    kept = request.config.getoption("--state")
    state = pathlib.Path(kept + RUNNER).resolve() if kept else state_folder()
    state.mkdir(mode=0o755, exist_ok=True)
    port = free_port(FIRST_PORT + 10, 6)
    settings = {
        "TOKEN__SECRET_KEY": KEY,
        "SAMOVAR_SITE_TEST_MODE": "true",
        # There are thousands of sign-ins; tests/unit have the default.
        "SAMOVAR_ACCOUNT_ARGON2_MEMORY": "1m",
        "SAMOVAR_ACCOUNT_ARGON2_PASSES": "1",
        "APPLICATION_URL": f"http://127.0.0.1:{port}",
        "BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": telegram_process.url,
        "SAMOVAR_BOT_TIMEOUT": "3",
        "SAMOVAR_WORKER_BACKOFF": "1",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": smtp_process.port,
        "MAIL_STARTTLS": "false",
        "MAIL_SSL_TLS": "false",
        "USE_CREDENTIALS": "false",
        "VALIDATE_CERTS": "false",
        "SAMOVAR_PEOPLE_OLD_PATHS": "true",
        "SAMOVAR_PEOPLE_KEEP_ORIGINAL": "true",
        "SAMOVAR_STORAGE_GEO": "header",
        "SAMOVAR_STORAGE_PART_BYTES": "5m",
        "SAMOVAR_STORAGE_PROBE_INTERVAL": "1",
        "SAMOVAR_STORAGE_HOOK_SECRET": "e2e-hook-secret",
        "SAMOVAR_S3_CA_FILE": state / "peer-ca.pem",  # made by test_tls_peer.py
    }
    stack = Stack(state, port, settings)
    stack.key = KEY
    try:
        try:
            stack.start()
        except RuntimeError as e:
            pytest.exit(str(e), returncode=1)  # without it no test can say anything
        yield stack
        private.note_tables(Db(stack))
        stack.stop()
        check_logs(stack)
    finally:
        stack.stop()
        if not kept:
            if request.session.testsfailed and os.environ.get("KEEP_STATE"):
                print(f"\nstate kept in {state}")
            else:
                stack.remove()


LEFT_BY = (
    "select * from job.job order by id desc limit 20",
    "select s.name, h.* from storage.health h join storage.server s on s.id = h.server_id",
    "select pid, application_name, state, wait_event_type, wait_event, pg_blocking_pids(pid), query from pg_stat_activity"
    " where backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid()",
)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With a failure comes what it leaves: the queue, who is up, who waits in PostgreSQL, the programs' last lines."""
    report = (yield).get_result()
    stack = getattr(item, "funcargs", {}).get("stack")
    if not report.failed or stack is None:
        return
    with contextlib.suppress(psycopg2.Error):
        report.sections.append(("tables", "\n".join(str(row) for sql in LEFT_BY for row in Db(stack).all(sql))))
    for path in sorted((stack.state / "log").glob("samovar-*.log")):
        lines = path.read_text(errors="replace").splitlines()[-15:]
        report.sections.append((path.name, "\n".join(line[:300] for line in lines)))


@pytest.fixture(scope="session")
def base(stack):
    return stack.base


@pytest.fixture(scope="session")
def db(stack):
    return Db(stack)


@pytest.fixture(scope="session")
def redis(stack):
    return Redis(stack.redis_path)


@pytest.fixture
def behind(db, redis):
    """behind(sql, ...): changes the database behind the server's back, and empties its cache."""
    def behind(sql, *args):
        count = db.do(sql, *args)
        redis("FLUSHALL")
        return count
    return behind


@pytest.fixture(scope="session")
def ctl(stack):
    return stack.ctl


@pytest.fixture(scope="session")
def password_hash(stack, db):
    """The hash of PASSWORD as the server itself makes it."""
    name = word("hash")
    answer = Client(stack.base, "/users/api/v1").post("/auth/register/", {
        "username": name, "password": PASSWORD, "email": f"{name}@example.com",
        "first_name": "a", "last_name": "b"})
    assert answer.status_code == 201, answer.text
    return db.value("select password from account.account where username = %s", name)


@pytest.fixture
def person(db, password_hash):
    """person(permissions=[...], superuser=True, ...): a new account."""
    return lambda *permissions, **more: make_person(db, password_hash, permissions, **more)


@pytest.fixture
def users(base):
    """A client of the accounts' API with an address of its own."""
    return Client(base, "/users/api/v1")


@pytest.fixture
def storage(base):
    return Client(base, "/storage/api/v1")


@pytest.fixture
def api(base):
    """A client of the programme's API."""
    return Client(base, "/api")


@pytest.fixture
def instance(stack, tmp_path_factory):
    made = []

    def instance(**more):
        folder = enterable(tmp_path_factory.mktemp("fcgi"))
        folder.chmod(0o777)
        made.append(Instance(stack, folder, **more))
        return made[-1].start()
    yield instance
    for one in made:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            try:
                one.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(one.process.pid, signal.SIGKILL)
                raise AssertionError("an instance did not end within 15 s of SIGTERM")


@pytest.fixture
def sign_in(base):
    """sign_in(person): the pair of tokens."""
    def sign_in(person, client=None):
        answer = (client or Client(base, "/users/api/v1")).post(
            "/auth/login/", {"username": person.username, "password": person.password})
        assert answer.status_code == 200, answer.text
        return answer.json()
    return sign_in


@pytest.fixture
def staff(base, person):
    """staff(role="expert"): a client of the programme that is signed in as a new member of staff."""
    def staff(role="administrator", **more):
        who = person(role=role, **more)
        client = Client(base, "/api")
        answer = client.post("/administrators/login", {"email": who.email, "password": who.password})
        assert answer.status_code == 200, answer.text
        client.token = answer.json()["access_token"]
        client.person = who
        return client
    return staff
