"""kill -9 of whoever keeps phones' copies and files, at each step: what the database and the store say is whole, and what is left over goes."""

import contextlib
import hashlib
import threading

import psycopg2
import pytest

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.stack import children, kill_all
from tests.e2e.store import City
from tests.e2e.test_files import servers  # noqa: F401
from tests.e2e.test_messenger import Phone as Sender
from tests.e2e.test_messenger import photo
from tests.e2e.test_phone_sync import city, phone, stored, through  # noqa: F401

LOCK = 20260011


@pytest.fixture
def gate(stack, db):
    """gate(table, event, uuid): who does that to this account's row waits there, in a transaction that has done all before;
    then kill(pids)."""
    link = psycopg2.connect(**stack.dsn)

    def waiting():
        return db.value("select count(*) from pg_locks where locktype = 'advisory' and objid = %s and not granted", LOCK) > 0

    class Gate:
        def __init__(self, table, event, uuid):
            row = "old" if event == "delete" else "new"
            db.do(f"create function public.gate() returns trigger language plpgsql as "
                  f"$$ begin perform pg_advisory_xact_lock_shared({LOCK}); return {row}; end $$; "
                  f"create trigger gate before {event} on {table} for each row when ({row}.account_id = {int(uuid)})"
                  " execute function public.gate()")
            link.cursor().execute("select pg_advisory_lock(%s)", (LOCK,))

        def kill(self, pids):
            """Ends whoever waits, with nobody to clean up behind them."""
            wait_for(waiting, 30, "somebody waits at the gate")
            kill_all(pids())
            self.open()

        def open(self):
            link.close()
            db.do("drop function if exists public.gate() cascade")
    yield Gate
    link.close()
    db.do("drop function if exists public.gate() cascade")


def applier(db, one):
    """The process that brings a change into this one's copy."""
    by = db.value("select leased_by from job.job where kind = 'sync.apply' and subject = %s and lease_until > now()", str(one.uuid))
    return [int(by.split(":")[1])]


def test_a_worker_dies_between_a_copy_s_object_and_its_row(phone, city, db, gate):  # noqa: F811
    """The store has the new copy, the row names the old one: neither is given out for the other."""
    anna, new = phone(), word("name")
    tag = anna.etag()
    wait_for(lambda: through(db), 30)
    stop = gate("messenger.sync_file", "update of etag", anna.uuid)
    anna.rename(new)
    stop.kill(lambda: applier(db, anna))
    assert anna.row() == tag and hashlib.md5(stored(city, anna)).hexdigest() != tag
    assert new in anna.names()  # file() has compared the bytes with their tag
    wait_for(lambda: through(db), 30)
    assert hashlib.md5(stored(city, anna)).hexdigest() == anna.etag() == anna.row() and new in anna.names()


def test_a_worker_dies_before_a_copy_s_object(phone, city, db, gate):  # noqa: F811
    """What was due is due again: the row that it took comes back with its transaction."""
    anna, new = phone(), word("name")
    tag = anna.etag()
    wait_for(lambda: through(db), 30)
    stop = gate("messenger.sync_due", "delete", anna.uuid)
    anna.rename(new)
    stop.kill(lambda: applier(db, anna))
    assert anna.row() == tag and hashlib.md5(stored(city, anna)).hexdigest() == tag
    wait_for(lambda: through(db), 30)
    assert new in anna.names() and anna.etag() != tag


def apart(stack):
    """The processes that serve a long request each."""
    return [pid for worker in stack.workers() for pid in children(worker)]


def keys_of(db, uuid):
    return {r.key for r in db.all("select key from store.object where key like %s", f"user_content/uploads/{uuid}/%")}


def test_an_upload_dies_between_its_object_and_its_row(stack, base, db, servers, gate):  # noqa: F811
    """Nobody has heard of it, and within the hour it is gone."""
    sender = Sender(base, word("sender").replace("-", ""))
    uuid, answers = sender.user["uuid"], []
    stop = gate("messenger.upload", "insert", uuid)

    def send():
        with contextlib.suppress(Exception):
            answers.append(sender.ask("POST", "/uploads", files={"file": ("a.jpg", photo(), "image/jpeg")}).status_code)
    thread = threading.Thread(target=send)
    thread.start()
    stop.kill(lambda: apart(stack))
    thread.join()
    assert answers in ([], [502], [503]) and db.value("select count(*) from messenger.upload where account_id = %s", uuid) == 0
    assert len(keys_of(db, uuid)) == 1
    db.hurry("upload.remove")
    wait_for(lambda: not keys_of(db, uuid), 20)
    kept = sender.ask("POST", "/uploads", files={"file": ("a.jpg", photo(), "image/jpeg")})
    assert kept.status_code == 201
    db.hurry("upload.remove")
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'upload.remove' and subject like %s", f"%/{uuid}/%") == 0, 20)
    assert len(keys_of(db, uuid)) == 1 and sender.ask("GET", kept.json()["data"]["file"]["url"], headers={"Accept": "application/json"}).status_code == 200


def test_an_upload_dies_before_the_one_it_replaces_is_removed(stack, base, db, servers, gate):  # noqa: F811
    """The old picture is still the profile's, the new one is nobody's and goes."""
    sender = Sender(base, word("sender").replace("-", ""))
    uuid, profile = sender.user["uuid"], sender.ask("GET", "/profiles").json()["data"]["profiles"][0]

    def change(commit):
        return sender.ask("PATCH", f"/profiles/{profile['uuid']}/image", headers={"If-Match": commit},
                          files={"file": ("a.jpg", photo(), "image/jpeg")})
    first = change(profile["commit_id"]).json()["data"]["profile"]
    stop = gate("messenger.upload", "update of deleted_at", uuid)

    def again():
        with contextlib.suppress(Exception):
            change(first["commit_id"])
    thread = threading.Thread(target=again)
    thread.start()
    stop.kill(lambda: apart(stack))
    thread.join()
    assert sender.ask("GET", f"/profiles/{profile['uuid']}").json()["data"]["profile"]["image_url"] == first["image_url"]
    db.hurry("upload.remove")
    wait_for(lambda: {key.rsplit("/")[-1] for key in keys_of(db, uuid)} == {first["image_url"].rsplit("/")[-1]}, 20)
    second = change(first["commit_id"]).json()["data"]["profile"]
    wait_for(lambda: {key.rsplit("/")[-1] for key in keys_of(db, uuid)} == {second["image_url"].rsplit("/")[-1]}, 20)


def test_a_file_that_the_store_has_lost_is_said_to_be_missing(base, stack, db, servers):  # noqa: F811
    sender = Sender(base, word("sender").replace("-", ""))
    url = sender.ask("POST", "/uploads", files={"file": ("a.jpg", photo(), "image/jpeg")}).json()["data"]["file"]["url"]
    (key,) = keys_of(db, sender.user["uuid"])
    place = City(stack, db.value("select s.name from messenger.upload u join storage.server s on s.id = u.server_id where u.filename = %s", url.rsplit("/")[-1]))
    place.s3.delete_object(Bucket=place.keys.bucket, Key=key)
    answer = sender.ask("GET", url, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["sub_code"]) == (404, "resource.not_found")
