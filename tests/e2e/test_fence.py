"""A restored copy does the original no harm: it is fenced, whoever restored it and however."""

import subprocess
import uuid

import psycopg2
import pytest

from tests.conftest import wait_for
from tests.e2e import fcgi
from tests.e2e.client import ALL_PERMISSIONS, word
from tests.e2e.day import no_scheduler  # noqa: F401
from tests.e2e.programme import Shift, clear, today
from tests.e2e.stack import Db, lay_down
from tests.e2e.store import City, plain
from tests.e2e.test_copies import key_of
from tests.e2e.test_files import owner, servers  # noqa: F401
from tests.e2e.test_servers import NEW_YORK, upload_at

COPY = "samovar_copy"


class Copy:
    """The stack's database as somebody put it back by hand, with programs of its own."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder
        self.environ = {"SAMOVAR_DB_NAME": COPY, "SAMOVAR_REDIS_PREFIX": "copy:", "SAMOVAR_MAIL_DIRECTORY": str(folder / "mail"),
                        "SAMOVAR_BOT_DIRECTORY": str(folder / "bot")}

    def make(self):
        shell = ("psql -qc 'drop database if exists {0} with (force)' postgres && psql -qc 'create database {0}' postgres && "
                 "pg_dump -Fc samovar | pg_restore --no-owner -d {0}").format(COPY)
        done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=120,
                              env={"PATH": "/usr/lib/postgresql/15/bin:/usr/bin:/bin", "PGHOST": str(self.stack.run),
                                   "PGUSER": "samovar"})
        assert done.returncode == 0, done.stderr
        self.db = Db(self.stack)
        self.db.link = psycopg2.connect(**{**self.stack.dsn, "dbname": COPY})
        self.db.link.autocommit = True

    def ctl(self, *words, **more):
        return self.stack.ctl(*words, **more, **self.environ)

    def worker(self):
        return self.stack.spawn("samovar-worker", **self.environ)

    def state(self):
        return self.db.one("select * from installation.state")


@pytest.fixture
def copy(stack, db, tmp_path, no_scheduler, servers):  # noqa: F811
    lay_down(db)
    for name in ("mail", "bot"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    copy = Copy(stack, tmp_path)
    copy.make()
    yield copy
    stack.end_started()
    copy.db.link.close()
    db.do(f"drop database {COPY} with (force)")


def old_object(db, city):
    """An object that no row of the database knows, older than what may still be on its way."""
    key = f"{uuid.uuid4()}/{uuid.uuid4()}"
    city.s3.put_object(Bucket=city.keys.bucket, Key=key, Body=b"x")
    db.do("update store.object set modified = modified - interval '2 hours' where key = %s", key)
    return key


def is_there(city, key):
    return plain("GET", city.presign("get_object", city.keys.bucket, key)).status_code == 200


def reconciled(db, began):
    return wait_for(lambda: db.one("select * from storage.reconciliation where id > %s order by id desc limit 1", began), 20)


def last(db):
    return db.value("select coalesce(max(id), 0) from storage.reconciliation")


def test_a_database_is_live_where_it_was_made(ctl, db):
    assert "state         live" in ctl("installation", "show").stdout
    assert db.value("select count(*) from storage.server where fenced") == 0


def test_a_copy_is_fenced_by_whoever_connects_first(copy, db):
    before = db.one("select * from installation.state")
    out = copy.ctl("installation", "show").stdout
    assert "fenced since" in out and f"copy of       {before.id}" in out
    assert copy.state().id != before.id
    assert copy.db.value("select count(*) from storage.server where is_on") == 0
    assert copy.db.value("select count(*) from storage.server where fenced") > 0
    assert db.one("select * from installation.state") == before
    assert db.value("select count(*) from storage.server where is_on") > 0
    assert copy.ctl("doctor", check=False).stdout.count("WRONG this installation is fenced") == 1


def test_a_fenced_copy_sends_and_removes_nothing(copy, db, owner, stack, telegram, smtp):  # noqa: F811
    anna, city = owner(*ALL_PERMISSIONS), City(stack, "s1_2")
    known = upload_at(anna, NEW_YORK, b"came after the backup")
    unknown = old_object(db, city)
    clear(copy.db)
    shift = Shift(copy.db, 2, today())
    copy.db.do("insert into programme.outbox (chat_id, kind, payload, key) select %s, 'text', %s, %s",
               shift.chats[0], '{"text": "Привет"}', word("key"))
    copy.db.do("insert into job.job (kind, subject) select 'server.reconcile', id::text from storage.server")
    copy.db.do("insert into job.job (kind) values ('storage.reconcile')")
    copy.worker()
    wait_for(lambda: list((copy.folder / "bot").glob("*.json")), 60, "the message is a file")
    wait_for(lambda: not copy.db.all("select from job.job where tries = 0"), 60, "every job was tried")
    assert telegram.messages() == [] and smtp.mails == []
    assert is_there(city, key_of(db, known)) and is_there(city, unknown)
    clear(copy.db)


def test_a_fenced_copy_gives_out_no_links(copy, db, owner, instance):  # noqa: F811
    """Not even to a server that somebody has switched on there."""
    anna = owner(*ALL_PERMISSIONS)
    file = upload_at(anna, NEW_YORK, b"the original's")
    copy.make()
    copy.ctl("installation", "show")  # fenced by whoever connects first
    copy.db.do("update storage.server set is_on = true")
    copy.db.do("update storage.health set probed_at = now() - interval '1 day'")
    key = {"Authorization": f"Bearer {anna.token}"}
    there = instance(**copy.environ).path
    for method, path, body in (("GET", f"/storage/api/v1/files/{file['id']}/", b""),
                               ("POST", "/storage/api/v1/files/upload/", b'{"name": "new", "size": 3}')):
        status, answer = fcgi.ask(there, method=method, path=path, body=body, headers=key)
        assert status == 503 and b"http" not in answer, answer
    assert "unknown" in copy.ctl("storage", "servers").stdout


def test_a_copy_that_goes_live_touches_no_bucket_of_the_original(copy, db, stack):
    city = City(stack, "s1_2")
    stack.ctl("storage", "reconcile", "--server", "s1_2")  # the original claims its bucket
    copy.ctl("installation", "live")
    assert copy.db.value("select count(*) from storage.server where is_on") > 0
    key = old_object(db, city)
    done = copy.ctl("storage", "reconcile", "--server", "s1_2", check=False)
    assert done.returncode != 0 and "belongs to installation" in done.stdout + done.stderr
    assert is_there(city, key)
    stack.ctl("storage", "reconcile", "--server", "s1_2")
    assert not is_there(city, key), "the original removes its own orphans"


def test_what_came_after_the_backup_is_no_orphan(copy, db, stack):
    city = City(stack, "s1_2")
    stack.ctl("storage", "reconcile", "--server", "s1_2")
    key = old_object(db, city)
    original = db.value("select id from installation.state")
    copy.ctl("installation", "restored", db.value("select iso(now() - interval '1 day')"), "--live")
    assert str(copy.state().id) == str(original) and copy.state().fenced_at is None
    copy.ctl("storage", "reconcile", "--server", "s1_2")
    assert is_there(city, key), "it came after the backup"
    copy.db.do("update installation.state set backup_at = now()")
    copy.ctl("storage", "reconcile", "--server", "s1_2")
    assert not is_there(city, key), "it is older than the backup, which did not know it"


def test_programs_notice_that_the_fence_has_ended(copy, telegram):
    clear(copy.db)
    shift = Shift(copy.db, 1, today())
    copy.worker()
    wait_for(lambda: copy.state().fenced_at, 20)
    copy.ctl("installation", "live", "--take-over")
    copy.db.do("insert into programme.outbox (chat_id, kind, payload, key) select %s, 'text', %s, %s",
               shift.chats[0], '{"text": "Привет"}', word("key"))
    wait_for(lambda: telegram.messages(), 30, "the bot is called again")
    clear(copy.db)
