"""Servers, workers and disks that fail in the middle. In the end every live file is on every usable server of its
zone, byte for byte, every deleted one nowhere, and nothing is left over."""

import hashlib
import os
import subprocess
import threading

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, Client, word
from tests.e2e.stack import Db, children, kill_all
from tests.e2e.store import City, error_code
from tests.e2e.test_copies import gate, hurry, upload_slowly  # noqa: F401
from tests.e2e.test_files import owner, put, servers  # noqa: F401
from tests.e2e.test_servers import CAPE, NEW_YORK, VLADIVOSTOK, at, holders, upload_at

BIG = 7 * 1048576  # two parts


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def content():
    """What each file should have: id to bytes."""
    return {}


def wrong(stack, db, anna, content):
    """What is not as it should be; "" when all is well."""
    expected = {}
    for id, data in content.items():
        row = db.one("select v.key, v.server_id from storage.file f join storage.file_version v"
                     " on v.id = f.current_version where f.id = %s and f.deleted_at is null", id)
        if row is None:
            return f"{id} serves nothing"
        zone = db.all("select name from storage.server where is_on and is_active and zone ="
                      " (select zone from storage.server where id = %s)", row.server_id)
        for name in (r.name for r in zone):
            expected[(name, row.key)] = hashlib.md5(data).hexdigest()
    found = {(r.server, r.key): r.path for r in db.all(
        "select o.server, o.key, o.path from store.object o join storage.file f on f.id::text = split_part(o.key, '/', 1)"
        " where o.bucket = 'storage' and f.account_id = %s", anna.person.id)}
    if set(found) != set(expected):
        return f"more: {set(found) - set(expected)}, missing: {set(expected) - set(found)}"
    for where, path in found.items():
        try:
            data = (stack.state / "objects" / path).read_bytes()
        except FileNotFoundError:
            return f"gone from the disk: {where}"
        if hashlib.md5(data).hexdigest() != expected[where]:
            return f"other bytes: {where}"
    mine = ("join storage.file_version v on v.id = version_id join storage.file f on f.id = v.file_id"
            " where f.account_id = %s")
    for what in (f"select 1 from storage.copy {mine} and doomed_at is not null", f"select 1 from storage.transfer {mine}",
                 # The next test would find it trying still.
                 "select 1 from job.job j join storage.file_version v on starts_with(j.subject, v.id::text)"
                 " join storage.file f on f.id = v.file_id where f.account_id = %s"
                 " and j.kind in ('copy.make', 'copy.remove') and j.state = 'ready'"):
        if db.all(what, anna.person.id):
            return what
    return ""


@pytest.fixture
def all_is_well(stack, db, anna, content):
    yield
    last = []

    def well():
        hurry(db)
        last[:] = [wrong(stack, db, anna, content)]
        return not last[0]
    try:
        wait_for(well, 40, every=0.2)
    except AssertionError:
        raise AssertionError(last[0]) from None


def failed(db, file):
    """Has somebody tried to copy it, or did the prober see first that the city is down? Then nobody tries until it is up."""
    return db.all("select 1 from job.job where kind = 'copy.make' and last_error is not null and starts_with(subject,"
                  " (select current_version::text from storage.file where id = %s))"
                  " union all select 1 from storage.health h join storage.server s on s.id = h.server_id"
                  " where s.name = 's1_3' and not h.is_up", file["id"])


def kill_worker(stack, db):
    """The processes that do jobs die at once; their parent starts others, which take up what these had leased."""
    kill_all(children(stack.pid("samovar-worker")))


class Blocker:
    """A transaction that holds a lock, and knows when a worker waits for it."""

    def __init__(self, stack, db, sql, *args):
        # A process that starts prepares its statements, each of which waits for the lock of a table, and is idle between
        # two of them. Bulk jobs are done by one process only: once it has done one, it is ready for the next.
        db.do("insert into job.job (kind, key, priority) values ('job.nothing', 'ready', 90)")
        db.do("notify job")
        wait_for(lambda: not db.one("select 1 from job.job where kind = 'job.nothing' and key = 'ready'"), 30,
                 "the worker is there")
        self.db, self.link = db, Db(stack)
        self.link.run("select 1", ())
        self.link.link.autocommit = False
        self.link.run(sql, args)

    def waits(self, words):
        # The first try may have come before the city was known to be up.
        try:
            wait_for(lambda: hurry(self.db) or self.db.one(
                "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'samovar-worker%%'"
                " and query ilike %s limit 1", f"%{words}%"), 30, f"a worker waits: {words}", every=0.2)
        except AssertionError:
            self.release()
            raise

    def release(self):
        self.link.link.rollback()
        self.link.link.close()


class TestCity:
    def test_killed_during_an_upload(self, anna, db, gate, content, all_is_well):  # noqa: F811
        new_york = gate("s1_2")
        data = os.urandom(3 * 1048576)
        link = anna.post("/files/upload/", {"name": "u", "size": len(data)}, headers=at(NEW_YORK)).json()
        new_york.limit = 1048576
        with pytest.raises(requests.RequestException):
            put(link["link"], data)
        new_york.open()
        assert put(link["link"], data).status_code == 200, "the same link once more"
        content[link["file"]["id"]] = data

    def test_killed_during_a_download(self, anna, gate, content, all_is_well):  # noqa: F811
        new_york = gate("s1_2")
        data = os.urandom(20 * 1048576)
        file = upload_slowly(anna, data)
        content[file["id"]] = data
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 30, "the zone has it")

        def link():
            return anna.get(f"/files/{file['id']}/", headers=at(NEW_YORK)).json()["link"]
        with pytest.raises((requests.RequestException, AssertionError)):
            with requests.get(link(), stream=True, timeout=10) as answer:
                got = next(answer.iter_content(65536))
                new_york.shut()
                for piece in answer.iter_content(65536):
                    got += piece
                assert got == data
        wait_for(lambda: f":{new_york.port}/" not in link(), 20, "links lead elsewhere")
        assert requests.get(link(), timeout=20).content == data
        new_york.open()

    def test_a_zone_that_loses_each_of_its_cities_in_turn(self, anna, gate, content, all_is_well):  # noqa: F811
        for name, other in (("s1_2", "s1_3"), ("s1_3", "s1_2")):
            door = gate(name)
            door.shut()
            for n in range(3):
                data = os.urandom(1000 + n)

                def upload(data=data):
                    link = anna.post("/files/upload/", {"name": word("z"), "size": len(data)},
                                     headers=at(NEW_YORK)).json()
                    try:
                        return link["file"]["id"] if put(link["link"], data).status_code == 200 else None
                    except requests.RequestException:  # it was not known yet that the city is down
                        anna("DELETE", f"/files/{link['file']['id']}/")
                content[wait_for(upload, 20)] = data
            door.close()


class TestWorker:
    @pytest.mark.parametrize("step, lock, words", [
        ("the bytes are there, nobody has been told", "select from storage.file where id = %s for update",
         "storage.file_version v join storage.file f"),
        ("told, and the job not done", "lock table storage.copy in share mode", "insert into storage.copy")])
    def test_killed_during_a_copy(self, stack, anna, db, gate, content, all_is_well, step, lock, words):  # noqa: F811
        dallas = gate("s1_3")
        dallas.shut()
        data = os.urandom(100000)
        file = upload_at(anna, NEW_YORK, data)
        content[file["id"]] = data
        wait_for(lambda: failed(db, file), 20, "the copy has failed")
        blocker = Blocker(stack, db, lock, *([file["id"]] if "%s" in lock else []))
        dallas.open()
        hurry(db)
        blocker.waits(words)
        kill_worker(stack, db)
        blocker.release()

    @pytest.mark.parametrize("step, lock, words", [
        ("the upload is open, nobody knows", "lock table storage.transfer in share mode", "insert into storage.transfer "),
        ("a part is there, nobody knows", "lock table storage.transfer_part in share mode",
         "insert into storage.transfer_part"),
        ("complete, nobody knows", "lock table storage.file_version in exclusive mode", "for update of f")])
    def test_killed_during_a_copy_in_parts(self, stack, anna, db, gate, content, all_is_well,  # noqa: F811
                                           step, lock, words):
        dallas = gate("s1_3")
        dallas.shut()
        data = os.urandom(BIG)
        file = upload_slowly(anna, data)
        content[file["id"]] = data
        wait_for(lambda: failed(db, file), 20, "the copy has failed")
        if "file_version" in lock:
            lock = f"select from storage.file where id = '{file['id']}' for update"
        blocker = Blocker(stack, db, lock)
        dallas.open()
        hurry(db)
        blocker.waits(words)
        kill_worker(stack, db)
        blocker.release()
        wait_for(lambda: hurry(db) or holders(anna, file) == {"s1_2", "s1_3"}, 30, "the copy is made")
        # What the dead have left open is given up when it is a day old; a copy that is still being made has its own open.
        wait_for(lambda: self.given_up(stack, db), 20, "nothing is open")

    def given_up(self, stack, db):
        db.do("update store.upload set created = created - interval '2 days' where server = 's1_3'")
        stack.ctl("storage", "reconcile", "--server", "s1_3")
        return not db.all("select 1 from store.upload where server = 's1_3' and bucket = 'storage'")

    def test_killed_during_a_removal(self, stack, anna, db, content, all_is_well, servers):  # noqa: F811
        file = upload_at(anna, VLADIVOSTOK, b"to be removed")
        blocker = Blocker(stack, db, "lock table store.object in share mode")
        assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
        wait_for(lambda: db.one("select 1 from job.job where kind = 'copy.remove' and lease_until is not null"), 20)
        kill_worker(stack, db)
        blocker.release()


def test_the_database_is_restarted_under_load(stack, anna, db, content, all_is_well, servers):  # noqa: F811
    done, lock = threading.Event(), threading.Lock()

    def load(n):
        client = Client(anna.base, anna.prefix, anna.token)
        for i in range(1000):
            if done.is_set():
                return
            name, data = f"load {n} {i}", os.urandom(2000)
            try:
                answer = client.post("/files/upload/", {"name": name, "size": len(data)}, headers=at(NEW_YORK))
                if answer.status_code == 200:
                    id = answer.json()["file"]["id"]
                    stored = put(answer.json()["link"], data).status_code == 200
                    with lock:
                        if stored:
                            content[id] = data
            except requests.RequestException:
                pass
    threads = [threading.Thread(target=load, args=(n,)) for n in range(3)]
    for t in threads:
        t.start()
    wait_for(lambda: len(content) >= 5, 20)
    for _ in range(2):
        before = len(content)
        with stack.without("postgres"):
            pass
        wait_for(lambda b=before: len(content) > b + 3, 30, "it goes on")
    done.set()
    for t in threads:
        t.join(30)
    # What was leased when the database went would wait for its lease's end, a minute.
    db.do("update job.job set lease_until = null, leased_by = null where lease_until is not null")
    # What was announced and never taken in is no file of anybody's.
    for row in db.all("select id::text from storage.file where account_id = %s and deleted_at is null", anna.person.id):
        if row.id not in content:
            wait_for(lambda r=row: anna("DELETE", f"/files/{r.id}/").status_code in (204, 400), 20)


@pytest.mark.skipif(os.getuid() != 0, reason="mounts a small disk")
class TestDiskFull:
    @pytest.fixture
    def small_disk(self, stack, db, servers):  # noqa: F811
        """Cape Town's folder is on a disk of 8 MiB."""
        folder = stack.state / "objects/s3_1"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", folder],
                              capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip("nothing can be mounted here")
        # What nginx makes when it starts, and what says that a disk is empty because it is new.
        for name in ("incoming", "00"):
            (folder / name).mkdir(mode=0o700)
        for path in (folder, folder / "incoming", folder / "00"):
            subprocess.run(["chown", f"{stack.service}:", path], check=True)
        try:
            yield folder
        finally:
            db.do("delete from store.object where server = 's3_1' and modified > now() - interval '5 minutes'"
                  " and key like any (select id || '/%%' from storage.file where created > now() - interval '5 minutes')")
            # Nor is the mark of the installation any more, if it was made on that disk.
            db.do("delete from store.object where server = 's3_1' and key like 'samovar-installation/%%'"
                  " and modified > now() - interval '5 minutes'")
            db.do("update storage.server set claimed_by = null where name = 's3_1'")
            subprocess.run(["umount", "-l", folder], check=True)

    def test_an_upload_is_refused_and_nothing_is_left(self, anna, db, stack, small_disk):
        def ask(size):
            return anna.post("/files/upload/", {"name": word("full"), "size": size}, headers=at(CAPE)).json()
        fits = ask(5 * 1048576)
        assert put(fits["link"], b"x" * (5 * 1048576)).status_code == 200

        def used():
            """By files that are there; not by the mark of the installation, which is empty and may come at any time."""
            return sum((small_disk / name).stat().st_size for name in City(stack, "s3_1").files() if (small_disk / name).exists())
        before = used()
        answer = put(ask(6 * 1048576)["link"], b"y" * (6 * 1048576))
        assert answer.status_code == 503 and error_code(answer) == "ServiceUnavailable"
        wait_for(lambda: used() == before, 10, "nothing is left of it")
        wait_for(lambda: holders(anna, fits["file"]) == {"s3_1"}, 20)
        assert anna("DELETE", f"/files/{fits['file']['id']}/").status_code == 204

        def room():
            hurry(db)
            db.do("update job.job set run_at = now() where kind = 'store.unlink'")
            db.do("notify job")
            # The mark of the installation is an empty object, and stays.
            files = [small_disk / name for name in City(stack, "s3_1").files()]
            return all(file.stat().st_size == 0 for file in files if file.exists())
        wait_for(room, 20, "there is room again")
        again = ask(6 * 1048576)
        assert put(again["link"], b"z" * (6 * 1048576)).status_code == 200
        anna("DELETE", f"/files/{again['file']['id']}/")
