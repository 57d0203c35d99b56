"""Copies between servers that break, links that lead around what is down: storage contract 7.2, 7.5, 17 (D10, D25)."""

import hashlib
import os
import time

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, error, word
from tests.e2e.gate import Gate
from tests.e2e.stack import children, kill_all
from tests.e2e.store import City, plain, rewrite
from tests.e2e.test_files import owner, put, readable, servers  # noqa: F401
from tests.e2e.test_servers import CAPE, NEW_YORK, VLADIVOSTOK, add, at, city_of, holders, server, spare, upload_at  # noqa: F401

BIG = 12 * 1048576  # three parts of at most 5 MiB
DOWN = (400, "CdnServer.ConnectionError")


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def gate(stack, db, servers):  # noqa: F811
    """gate("s1_3"): that city behind a door that can be shut."""
    gates = []

    def gate(name):
        gates.append(Gate(City(stack, name), db))
        return gates[-1]
    db.all_up()
    yield gate
    for one in gates:
        one.close()


def key_of(db, file):
    return db.value("select v.key from storage.file f join storage.file_version v on v.id = f.current_version"
                    " where f.id = %s", file["id"])


def through(stack, db, name):
    """The city by the address that its row says: a signature is good for that one only."""
    city = City(stack, name)
    city.port = db.value("select port from storage.server where name = %s", name)
    city.base = f"http://127.0.0.1:{city.port}"
    city.s3 = city.client()
    return city


def bytes_at(city, key):
    return plain("GET", city.presign("get_object", city.keys.bucket, key)).content


def down(db, name):
    return db.value("select count(*) from storage.health h join storage.server s on s.id = h.server_id"
                    " where s.name = %s and not is_up", name)


def hurry(db):
    """What waits for its next try is tried now."""
    db.hurry("copy.%")


def upload_slowly(client, data, position=NEW_YORK):
    """As upload_at(), for what takes a while to be read by the store."""
    link = client.post("/files/upload/", {"name": word("big"), "size": len(data)}, headers=at(position)).json()
    assert put(link["link"], data).status_code == 200
    readable(client, link["file"]["id"])
    return link["file"]


def test_other_bytes_through_the_same_link_reach_every_copy(anna, db, stack):
    """At servers that know no spent links one is good for a while: the last upload counts, everywhere."""
    link = anna.post("/files/upload/", {"name": word("f"), "size": 3}, headers=at(NEW_YORK)).json()
    file = link["file"]
    assert put(link["link"], b"one").status_code == 200
    wait_for(lambda: len(holders(anna, file)) > 1, 30, "a copy")
    before = holders(anna, file)
    rewrite(stack, link["link"], b"other")
    key = key_of(db, file)
    wait_for(lambda: holders(anna, file) == before and
             all(bytes_at(through(stack, db, name), key) == b"other" for name in before), 30, "all have the new bytes")
    assert db.value("select encode(sha256, 'hex') from storage.file_version where key = %s", key) == \
        hashlib.sha256(b"other").hexdigest()


def test_a_copy_that_waits_to_be_overwritten_goes_with_its_file(anna, db, stack, gate):
    door = gate("s1_3")
    link = anna.post("/files/upload/", {"name": word("f"), "size": 3}, headers=at(NEW_YORK)).json()
    file = link["file"]
    assert put(link["link"], b"one").status_code == 200
    wait_for(lambda: "s1_3" in holders(anna, file), 20)
    door.shut()
    rewrite(stack, link["link"], b"other")
    wait_for(lambda: holders(anna, file) == {"s1_2"}, 20)
    assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
    door.open()
    wait_for(lambda: hurry(db) or not db.all("select from store.object where key like %s", file["id"] + "/%"), 20)


class TestDeath:
    """What has died is known within three seconds, what is only started anew is not taken for dead."""

    SOON = 4.9  # two looks of the usual pace are five seconds apart: they cannot have found it

    @pytest.fixture
    def usual_pace(self, stack, db):
        """The prober as it is by default: every five seconds."""
        with stack.without("samovar-worker"):
            worker = stack.spawn("samovar-worker", SAMOVAR_STORAGE_PROBE_INTERVAL="5")
            began = db.value("select now()")
            wait_for(lambda: db.value("select count(*) from storage.health h join storage.server s on s.id = h.server_id"
                                      " where s.is_on and h.is_up and h.probed_at > %s", began)
                     == db.value("select count(*) from storage.server where is_on"), 30, "all have been asked")
            yield
            worker.terminate()
            worker.wait(20)

    @pytest.fixture
    def probed(self, stack, db, gate):
        """probed("s1_3"): behind a door, and known to be up."""
        def probed(name):
            door = gate(name)
            before = len(door.asked)
            wait_for(lambda: any(a.startswith("HEAD") for a in door.asked[before:]), 20, "it is asked through its door")
            return door
        return probed

    def links(self, anna, file):
        answer = anna.get(f"/files/{file['id']}/", headers=at(NEW_YORK))
        return answer.json()["link"] if answer.status_code == 200 else error(answer)

    def test_links_lead_elsewhere_at_once(self, anna, db, stack, probed, usual_pace):
        door = probed("s1_2")
        file = upload_at(anna, NEW_YORK, b"two have it")
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 30)
        assert f":{door.port}/" in self.links(anna, file)
        door.shut()
        wait_for(lambda: f":{door.port}/" not in self.links(anna, file), self.SOON, patience=1)
        assert not isinstance(self.links(anna, file), tuple)
        wait_for(lambda: down(db, "s1_2"), 10)

    def test_the_only_copys_server_is_said_to_be_down(self, anna, db, stack, probed, usual_pace):
        door = probed("s2_1")
        file = upload_at(anna, VLADIVOSTOK, b"one has it")
        door.shut()
        wait_for(lambda: self.links(anna, file) == DOWN, self.SOON, patience=1)
        door.open()
        wait_for(lambda: self.links(anna, file) != DOWN, 20, "it is up again")

    def test_who_is_away_for_a_second_is_not_down(self, anna, db, stack, probed, usual_pace):
        """As when its programs are started anew: one missed look is no outage, and neither is a failed call of a job."""
        door = probed("s2_1")
        file = upload_at(anna, VLADIVOSTOK, b"one has it")
        door.shut()
        db.do("insert into job.job (kind, subject) select 'server.reconcile', id::text from storage.server where name = 's2_1'")
        db.do("notify job")
        began = time.monotonic()
        while time.monotonic() - began < 1.1:
            assert f":{door.port}/" in self.links(anna, file)
            time.sleep(0.05)
        door.open()
        wait_for(lambda: db.value("select suspected_at is null and is_up from storage.health h join storage.server s"
                                  " on s.id = h.server_id where name = 's2_1'"), 10, "it has answered again")
        assert not down(db, "s2_1") and f":{door.port}/" in self.links(anna, file)

    def test_the_fastcgi_parent_is_killed(self, anna, db, stack, usual_pace):
        """Its embedded cities are not marked down, and nothing of theirs is ordered anew."""
        file = upload_at(anna, VLADIVOSTOK, b"one has it")
        since = "select min(since) from storage.health h join storage.server s on s.id = h.server_id where s.is_on"
        before = db.value(since)
        parent = stack.pid("samovar-fcgi")
        kill_all([parent, *children(parent)])
        wait_for(lambda: requests.get(f"{stack.base}/readyz", timeout=10).status_code == 200, 20)
        assert self.links(anna, file) != DOWN
        wait_for(lambda: db.value("select count(*) from storage.health where suspected_at is not null") == 0, 20)
        assert db.value(since) == before, "nobody went down or up"


class TestBig:
    def test_a_big_file_is_copied_in_parts(self, anna, db, stack):
        data = os.urandom(BIG)
        file = upload_slowly(anna, data)
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 30, "the zone has it")
        key, dallas = key_of(db, file), through(stack, db, "s1_3")
        assert bytes_at(dallas, key) == data
        assert dallas.s3.head_object(Bucket=dallas.keys.bucket, Key=key)["ETag"].endswith('-3"')
        assert not db.all("select * from storage.transfer")

    def test_a_copy_that_broke_goes_on_where_it_was(self, anna, db, stack, gate):
        dallas = gate("s1_3")
        dallas.limit = 7 * 1048576  # the first part, and some of the second
        data = os.urandom(BIG)
        file = upload_slowly(anna, data)
        wait_for(lambda: dallas.listener is None, 20, "the server has died")
        wait_for(lambda: down(db, "s1_3"), 20, "it is known to be down")
        assert [r.number for r in db.all("select number from storage.transfer_part order by 1")] == [1]
        assert holders(anna, file) == {"s1_2"}
        dallas.open()
        wait_for(lambda: hurry(db) or holders(anna, file) == {"s1_2", "s1_3"}, 30, "the copy is made")
        assert bytes_at(through(stack, db, "s1_3"), key_of(db, file)) == data
        parts = [a for a in dallas.asked if a.startswith("PUT ") and "partNumber=1&" in a]
        assert len(parts) == 1, "the first part was sent once"
        assert not db.all("select * from storage.transfer")

    def test_a_worker_killed_between_two_parts(self, anna, db, stack, gate):
        dallas = gate("s1_3")
        dallas.limit = 7 * 1048576
        data = os.urandom(BIG)
        file = upload_slowly(anna, data)
        wait_for(lambda: dallas.listener is None, 20)
        with stack.without("samovar-worker", 9):
            dallas.open()
        wait_for(lambda: hurry(db) or holders(anna, file) == {"s1_2", "s1_3"}, 30, "the copy is made")
        assert bytes_at(through(stack, db, "s1_3"), key_of(db, file)) == data

    def test_all_workers_killed_in_a_copy_at_once(self, anna, db, stack, gate):
        """Parent and children, as the kernel does when memory is short: others go on within seconds."""
        dallas = gate("s1_3")
        dallas.hold_at = 7 * 1048576
        data = os.urandom(BIG)
        file = upload_slowly(anna, data)
        wait_for(dallas.held.is_set, 20, "the copy is half made")
        leased = "select 1 from job.job where kind = 'copy.make' and lease_until > now() + interval '5 minutes'"
        assert db.all(leased)
        parent = stack.pid("samovar-worker")
        kill_all([parent, *children(parent)])
        dallas.go()
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 40, "the copy is made")
        assert bytes_at(through(stack, db, "s1_3"), key_of(db, file)) == data

    def test_what_was_begun_for_a_deleted_file_is_given_up(self, anna, db, stack, gate):
        dallas, city = gate("s1_3"), through(stack, db, "s1_3")
        dallas.limit = 7 * 1048576
        file = upload_slowly(anna, os.urandom(BIG))
        wait_for(lambda: dallas.listener is None, 20)
        assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
        dallas.open()
        wait_for(lambda: hurry(db) or not db.all("select * from storage.transfer"), 30, "it is given up")
        wait_for(lambda: not city.s3.list_multipart_uploads(Bucket=city.keys.bucket).get("Uploads"), 20)

    def test_what_was_begun_at_a_server_that_was_switched_off_is_given_up(self, anna, db, stack, gate):
        """The file is deleted while nothing may be done there; nobody has a job for it any more."""
        dallas, city = gate("s1_3"), through(stack, db, "s1_3")
        dallas.limit = 7 * 1048576
        file = upload_slowly(anna, os.urandom(BIG))
        wait_for(lambda: dallas.listener is None and db.all("select * from storage.transfer_part"), 20)
        row = next(s for s in anna.get("/servers/").json() if s["name"] == "s1_3")
        change = {k: row[k] for k in row if k not in ("id", "created", "updated")}
        anna("PUT", f"/servers/{row['id']}/", {**change, "is_on": False})
        wait_for(lambda: hurry(db) or not db.all("select * from job.job where kind = 'copy.make' and state = 'ready'"), 20,
                 "nobody is to do anything")
        anna("DELETE", f"/files/{file['id']}/")
        dallas.open()
        anna("PUT", f"/servers/{row['id']}/", change)
        wait_for(lambda: hurry(db) or not db.all("select * from storage.transfer"), 20, "the transfer is given up")
        assert not city.s3.list_multipart_uploads(Bucket=city.keys.bucket).get("Uploads")



def state_of_copies(db):
    """For whoever reads that a copy was not made."""
    return [db.all("select kind, subject, state, tries, run_at - now() as due_in, lease_until, last_error from job.job"
                   " where kind ~ '^(copy|server|storage|upload)[.]'"),
            db.all("select s.name, s.port, s.is_on, s.is_active, s.deleted_at, h.is_up, h.suspected_at, h.why, now() - h.probed_at as ago"
                   " from storage.server s left join storage.health h on h.server_id = s.id")]


class TestWrong:
    def test_bytes_that_are_not_right_are_never_stored(self, anna, db, stack, gate):
        """The original has rotten on its disk: its replica must not be made of it."""
        dallas, new_york = gate("s1_3"), through(stack, db, "s1_2")
        dallas.shut()
        data = os.urandom(200000)
        file = upload_at(anna, NEW_YORK, data)
        path = db.value("select path from store.object where server = 's1_2' and key = %s", key_of(db, file))
        whole = (new_york.folder.parent / path)
        whole.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        dallas.open()
        # Looked at before the next try: that one finds no source, and says so.
        wait_for(lambda: db.value(
            "select tries from job.job where kind = 'copy.make' and last_error like '%%other bytes%%' limit 1")
            or hurry(db), 20, "it was found out")
        assert not db.all("select 1 from store.object where server = 's1_3' and key = %s", key_of(db, file))
        whole.write_bytes(data)
        wait_for(lambda: hurry(db) or holders(anna, file) == {"s1_2", "s1_3"}, 30, "it is mended")
        known = db.value("select encode(sha256, 'hex') from storage.file_version where key = %s", key_of(db, file))
        assert known == hashlib.sha256(data).hexdigest()

    def test_an_empty_file_is_copied_too(self, anna):
        file = upload_at(anna, NEW_YORK, b"")
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20)

    def test_a_source_that_dies_is_left_out(self, anna, db, stack, gate):
        """Detroit gets its copy from Dallas when New York does not answer."""
        new_york = gate("s1_2")
        data = os.urandom(300000)
        file = upload_at(anna, NEW_YORK, data)
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20)
        new_york.shut()
        detroit = next(s for s in anna.get("/servers/").json() if s["name"] == "s1_1")
        body = {k: v for k, v in detroit.items() if k not in ("id", "created", "updated")}
        assert anna("PUT", f"/servers/{detroit['id']}/", {**body, "is_active": True}).status_code == 200
        wait_for(lambda: hurry(db) or "s1_1" in holders(anna, file), 30, lambda: f"Detroit has it: {state_of_copies(db)}")
        assert bytes_at(through(stack, db, "s1_1"), key_of(db, file)) == data


def test_a_copy_is_no_faster_than_its_servers_may_be(anna, ctl, db):
    """A lower bound only: a busy machine may be slower still."""
    ctl("storage", "server", "s1_3", "--rate", "1000000")
    try:
        file = upload_at(anna, NEW_YORK, os.urandom(3000000))
        began = time.monotonic()
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 30, "the zone has it")
        assert time.monotonic() - began > 1
    finally:
        ctl("storage", "server", "s1_3", "--rate", "0")


class TestHealth:
    def test_links_lead_around_what_is_down(self, anna, db, stack, gate):
        new_york, dallas = gate("s1_2"), through(stack, db, "s1_3")
        file = upload_at(anna, NEW_YORK, b"everywhere")
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20)

        def link():
            return anna.get(f"/files/{file['id']}/", headers=at(NEW_YORK)).json()["link"]
        assert f":{new_york.port}/" in link()
        new_york.shut()
        wait_for(lambda: down(db, "s1_2"), 20, "it is known to be down")
        assert f":{dallas.port}/" in link()
        assert requests.get(link(), timeout=10).content == b"everywhere"
        upload = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at(NEW_YORK)).json()
        assert city_of(upload["link"], stack) == "s1_3"
        new_york.open()
        wait_for(lambda: not down(db, "s1_2"), 20, "it is up again")
        assert f":{new_york.port}/" in link()

    def test_who_was_never_asked_comes_after_those_that_answer(self, anna, db, stack, spare):
        """A new server is no place for a link until it is known to be alive; a worker asks it at once."""
        def nearest():
            link = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at("40.7,-74.1")).json()["link"]
            return int(link.split("/")[2].split(":")[1])

        def probed(id):
            return db.value("select is_up from storage.health where server_id = %s", id)
        new_york = City(stack, "s1_2").port
        here = {"is_on": True, "is_active": True, "latitude": 40.7, "longitude": -74.1}
        ours = db.value("select id from storage.server where name = 's1_2'")
        wait_for(lambda: probed(ours) and nearest() == new_york, 20, "it is known to be up")
        with stack.without("samovar-worker"):
            made = add(anna, **here)
            assert probed(made["id"]) is None and nearest() == new_york
            db.do("insert into storage.health (server_id, is_up) values (%s, true)", made["id"])
            assert nearest() == 9
            assert anna("PUT", f"/servers/{made['id']}/", server(**here, port=10)).status_code == 200
            assert nearest() == new_york, "what was found at another address says nothing of this one"
            db.do("delete from job.job where kind = 'server.prepare'")
            late = stack.spawn("samovar-worker", SAMOVAR_STORAGE_PROBE_INTERVAL="3600", SAMOVAR_WORKER_PROCESSES="2")
            wait_for(lambda: probed(made["id"]) is not None or db.value(
                "select count(*) from storage.health where probed_at > now() - interval '5 s'"), 20, "its only probe")
            other = add(anna, **here)
            wait_for(lambda: probed(other["id"]) is False, 20, "its job asked it")
            assert nearest() == new_york
            late.terminate()
            late.wait(20)

    def test_a_file_whose_servers_are_all_down(self, anna, db, gate):
        cape = gate("s3_1")
        file = upload_at(anna, CAPE, b"far away")
        cape.shut()
        wait_for(lambda: down(db, "s3_1"), 20)
        assert error(anna.get(f"/files/{file['id']}/")) == DOWN
        db.do("update storage.health set probed_at = now() - interval '2 minutes'")  # nobody probes any more
        answer = anna.get(f"/files/{file['id']}/")
        assert answer.status_code == 200 or error(answer) == DOWN  # the prober may have been faster

    def test_what_a_server_missed_is_brought_when_it_is_back(self, anna, db, stack, gate):
        dallas = gate("s1_3")
        dallas.shut()
        wait_for(lambda: down(db, "s1_3"), 20)
        file = upload_at(anna, NEW_YORK, b"missed")
        gone = upload_at(anna, NEW_YORK, b"gone")
        assert anna("DELETE", f"/files/{gone['id']}/").status_code == 204
        dallas.open()
        wait_for(lambda: hurry(db) or holders(anna, file) == {"s1_2", "s1_3"}, 30, "it is brought")
