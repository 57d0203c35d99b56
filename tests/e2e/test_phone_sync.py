"""The copy of one's contacts on the phone: the workers keep it in step, it is whole at every moment, and built anew when it is lost."""

import base64
import hashlib
import sqlite3
import threading
import time

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.stack import children, kill_all
from tests.e2e.store import City
from tests.e2e.test_files import servers  # noqa: F401

PHONE = {"X-Csrf-Token": "of-this-phone", "User-Agent": "Dalvik/2.1.0 (Linux; U; Android 11; SM-G991N)"}


class Phone:
    """Somebody who has signed up by phone, with a copy."""

    def __init__(self, base, db):
        self.base, self.db, name = f"{base}/api/dev", db, word("phone")
        answer = requests.post(f"{self.base}/account/signup", headers=PHONE, timeout=10, json={
            "id": name, "pw": "Passw0rd!", "nick": name, "email": f"{name}@example.com"})
        assert answer.status_code == 201, answer.text
        db.do("update account.account set email_confirmed_at = now() where username = %s", name)
        user = requests.post(f"{self.base}/account/signin", headers=PHONE, timeout=10,
                             json={"id": name, "pw": "Passw0rd!"}).json()["data"]["user"]
        self.uuid, self.token = user["uuid"], user["access_token"]["token"]
        self.profile = db.value("select id from messenger.profile where account_id = %s", self.uuid)

    def ask(self, method, **more):
        while True:
            answer = requests.request(method, f"{self.base}/sync", timeout=30,
                                      headers={**PHONE, "Authorization": f"Bearer {self.token}", **more})
            if answer.status_code != 429:
                return answer
            time.sleep(int(answer.headers["Retry-After"]))

    def row(self):
        """The ETag as the database has it, which nobody limits."""
        return self.db.value("select etag from messenger.sync_file where account_id = %s", self.uuid)

    def etag(self):
        answer = self.ask("HEAD")
        assert answer.status_code == 200 and not answer.content
        return answer.headers["ETag"]

    def file(self, method="GET"):
        """The bytes are those that the ETag names, and a database."""
        answer = self.ask(method)
        assert answer.status_code == 200, answer.text
        data = base64.b64decode(answer.json()["data"]["db"], validate=True)
        assert hashlib.md5(data).hexdigest() == answer.headers["ETag"]
        link = sqlite3.connect(":memory:")
        link.deserialize(data)
        assert link.execute("pragma integrity_check").fetchone() == ("ok",)
        assert link.execute("pragma foreign_key_check").fetchall() == []
        return link

    def names(self):
        return {name for (name,) in self.file().execute("select name from TB_PROFILE")}

    def rename(self, name):
        self.db.do("update messenger.profile set name = %s where id = %s", name, self.profile)

    def follow(self, other):
        self.db.do("insert into messenger.relation (from_profile_id, from_account_id, to_profile_id, to_account_id) "
                   "values (%s, %s, %s, %s)", self.profile, self.uuid, other.profile, other.uuid)

    @property
    def key(self):
        return f"user_content/bca_sync/{self.uuid}/sync_db.sqlite"


@pytest.fixture
def phone(base, db):
    return lambda: Phone(base, db)


@pytest.fixture
def city(stack, db):
    """Where a phone's object is."""
    def city(one):
        return City(stack, db.value("select s.name from messenger.sync_file f join storage.server s on s.id = f.server_id "
                                    "where account_id = %s", one.uuid))
    return city


def settled(db):
    return db.value("select (select count(*) from messenger.sync_change) + (select count(*) from messenger.sync_due)") == 0


def through(db):
    """All changes are in all copies. What a killed worker held is let go by the others."""
    db.hurry("sync.%")
    return settled(db)


def stored(city, one):
    place = city(one)
    return place.s3.get_object(Bucket=place.keys.bucket, Key=one.key)["Body"].read()


def test_a_change_reaches_the_copies_of_those_who_follow(phone, db, city):
    anna, boris = phone(), phone()
    boris.follow(anna)
    before, tag = boris.names(), boris.etag()
    assert boris.ask("GET", **{"If-Match": tag}).status_code == 304
    new = word("name")
    anna.rename(new)
    wait_for(lambda: boris.row() != tag, 15)
    assert new in boris.names() and new not in before
    assert hashlib.md5(stored(city, boris)).hexdigest() == boris.etag()
    # Nobody has asked for hers, so there is none.
    assert db.value("select count(*) from messenger.sync_file where account_id = %s", anna.uuid) == 0
    wait_for(lambda: settled(db), 10)


def test_what_is_lost_or_damaged_is_built_anew(phone, city):
    anna = phone()
    tag, place = anna.etag(), city(anna)
    place.s3.delete_object(Bucket=place.keys.bucket, Key=anna.key)
    assert anna.names() and anna.etag() == tag
    assert hashlib.md5(stored(city, anna)).hexdigest() == tag
    place.s3.put_object(Bucket=place.keys.bucket, Key=anna.key, Body=b"no database")
    assert anna.names() and hashlib.md5(stored(city, anna)).hexdigest() == tag
    anna.file("DELETE")


def test_the_server_that_has_it_is_off(phone, db, city):
    anna = phone()
    anna.etag()
    name = city(anna).name
    try:
        db.do("update storage.server set is_active = false where name = %s", name)
        assert anna.names() and city(anna).name != name
    finally:
        db.do("update storage.server set is_active = true where name = %s", name)


def test_workers_that_are_killed_leave_whole_copies(phone, db, stack):
    """kill -9 again and again while copies change: each answer is a whole database, and in the end the last change is there."""
    anna, followers = phone(), [phone() for _ in range(4)]
    for one in followers:
        one.follow(anna)
        one.etag()
    ended, flaws = threading.Event(), []

    def read():
        while not ended.is_set():
            for one in followers:
                try:
                    one.file()
                except Exception as e:  # noqa: BLE001 - whatever it is, the test says so
                    flaws.append(e)
    reader = threading.Thread(target=read)
    reader.start()
    try:
        last = None
        for _ in range(8):
            last = word("name")
            anna.rename(last)
            db.hurry("sync.apply")
            time.sleep(0.05)  # a moment that is another one each time
            kill_all(children(stack.pid("samovar-worker"))[:4])
        wait_for(lambda: through(db), 60)
    finally:
        ended.set()
        reader.join()
    assert flaws == []
    for one in followers:
        assert last in one.names()


def test_the_operator_sees_how_far_copies_are_and_builds_them_anew(phone, db, ctl):
    anna = phone()
    anna.etag()
    assert "copies" in ctl("messenger", "sync", "status").stdout
    db.do("update messenger.sync_file set etag = %s where account_id = %s", "0" * 32, anna.uuid)
    ctl("messenger", "sync", "rebuild")
    wait_for(lambda: anna.row() != "0" * 32, 15)
    assert anna.row() == anna.etag()
