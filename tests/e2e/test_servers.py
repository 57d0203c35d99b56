"""Servers, the nearest of them, copies within a zone: storage contract 4.2, 7 and 10."""

import uuid

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, error, iso_seconds, word
from tests.e2e.store import City, plain
from tests.e2e.test_files import (DENIED, INVALID, MISSING, NO_SERVER, ask_upload, owner, put,  # noqa: F401
                                  readable, servers, store)

SERVER = {"id", "name", "host", "port", "location", "zone", "latitude", "longitude", "is_on",
          "is_active", "created", "updated"}
TAKEN = (400, "CdnServer.AlreadyExists")
NEW_YORK, VLADIVOSTOK, CAPE = "40.7,-74.0", "43.1,131.9", "-33,18"


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def city(stack):
    return lambda name: City(stack, name)


@pytest.fixture
def spare(db):
    """Removes what a test adds."""
    before = [r.id for r in db.all("select id from storage.server")]
    yield
    db.do("delete from storage.server where id <> all(%s)", before)


def server(**more):
    return {"name": word("s"), "host": "127.0.0.1", "port": 9, "location": "Nowhere", "zone": word("zone"),
            "latitude": 1.5, "longitude": -2.25, "is_on": False, "is_active": False, **more}


def add(client, **more):
    answer = client.post("/servers/", server(**more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def at(position):
    return {"X-Samovar-Position": position}


def city_of(link, stack):
    port = int(link.split("/")[2].split(":")[1])
    return next(n for n in ("s1_1", "s1_2", "s1_3", "s2_1", "s3_1") if City(stack, n).port == port)


def upload_at(client, position, data=b"data"):
    answer = client.post("/files/upload/", {"name": word("f"), "size": len(data)}, headers=at(position))
    assert answer.status_code == 200, answer.text
    link = answer.json()
    assert put(link["link"], data).status_code == 200
    readable(client, link["file"]["id"])
    return link["file"]


def holders(client, file):
    return {s["name"] for s in client.get(f"/files/{file['id']}/servers/").json()}


def switch(db, name, **columns):
    for column, value in columns.items():
        db.do(f"update storage.server set {column} = %s where name = %s", value, name)


class TestTable:
    def test_all_servers_are_listed_by_zone_and_name(self, anna):
        listed = anna.get("/servers/").json()
        assert all(set(s) == SERVER for s in listed)
        places = [(s["zone"], s["name"]) for s in listed]
        assert places == sorted(places)
        assert {"s1_1", "s1_2", "s1_3", "s2_1", "s3_1"} <= {s["name"] for s in listed}

    def test_a_server_is_added(self, anna, spare):
        body = server()
        answer = anna.post("/servers/", body)
        assert answer.status_code == 201
        made = answer.json()
        assert set(made) == SERVER
        assert {k: made[k] for k in body} == body
        assert made["created"] == made["updated"] and iso_seconds(made["created"])
        assert made in anna.get("/servers/").json()
        told = anna.get("/actions/").json()["data"][0]
        assert (told["event"], told["data"]) == (
            "CDN_SERVER.CREATED", {k: body[k] for k in ("name", "location", "zone")})

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "s3.example.com", "minio_1", "::1", "[2001:db8::1]"])
    def test_what_may_be_a_host(self, anna, spare, host):
        assert add(anna, host=host)["host"] == host

    def test_every_member_is_needed(self, anna):
        for name in server():
            body = server()
            del body[name]
            answer = anna.post("/servers/", body)
            assert error(answer) == INVALID
            assert name in answer.json()["detail"]

    def test_names_are_one_whatever_their_case(self, anna, spare):
        made = add(anna)
        assert error(anna.post("/servers/", server(name=made["name"].upper()))) == TAKEN
        other = add(anna)
        assert error(anna("PUT", f"/servers/{other['id']}/", server(name=made["name"]))) == TAKEN

    def test_a_renamed_city_of_the_embedded_store_is_heard_still(self, anna, stack, db):
        row = next(s for s in anna.get("/servers/").json() if s["name"] == "s1_3")
        body = {k: row[k] for k in server()}
        fresh = word("dallas")
        try:
            assert anna("PUT", f"/servers/{row['id']}/", {**body, "name": fresh}).status_code == 200
            link = anna.post("/files/upload/", {"name": word("f"), "size": 4},
                             headers=at(f"{row['latitude']},{row['longitude']}")).json()
            assert put(link["link"], b"data").status_code == 200
            wait_for(lambda: db.one("select 1 from storage.copy c join storage.server s on s.id = c.server_id"
                                    " join storage.file_version v on v.id = c.version_id"
                                    " where v.file_id = %s and s.name = %s", link["file"]["id"], fresh), 8, "its event")
            assert error(anna.post("/servers/", server(name="s1_3"))) == TAKEN, "its events would be another's"
        finally:
            assert anna("PUT", f"/servers/{row['id']}/", body).status_code == 200

    def test_a_server_is_replaced_whole(self, anna, spare):
        made, body = add(anna), server(is_on=True)
        answer = anna("PUT", f"/servers/{made['id']}/", body)
        assert answer.status_code == 200
        changed = answer.json()
        assert set(changed) == SERVER
        assert {k: changed[k] for k in body} == body
        assert (changed["id"], changed["created"]) == (made["id"], made["created"])
        assert changed["updated"] > made["updated"]
        assert anna.get("/actions/").json()["data"][0]["event"] == "CDN_SERVER.UPDATED"

    def test_a_server_is_deleted(self, anna, spare):
        made = add(anna)
        assert anna("DELETE", f"/servers/{made['id']}/").status_code == 204
        assert made["id"] not in [s["id"] for s in anna.get("/servers/").json()]
        assert anna.get("/actions/").json()["data"][0]["event"] == "CDN_SERVER.DELETED"
        for method, body in (("DELETE", None), ("PUT", server())):
            assert error(anna(method, f"/servers/{made['id']}/", body)) == NO_SERVER

    def test_there_is_no_get_of_one(self, anna, spare):
        made = add(anna)
        assert error(anna.get(f"/servers/{made['id']}/")) == (405, "Method Not Allowed")
        assert error(anna("DELETE", "/servers/x/")) == INVALID
        assert error(anna("DELETE", f"/servers/{uuid.uuid4()}/")) == NO_SERVER

    def test_each_has_its_permission(self, owner, spare, anna):  # noqa: F811
        made = add(anna)
        for method, path, body, needed in (
                ("GET", "/servers/", None, "can_view_cdnserver"),
                ("POST", "/servers/", server(), "can_add_cdnserver"),
                ("PUT", f"/servers/{made['id']}/", server(), "can_change_cdnserver"),
                ("DELETE", f"/servers/{made['id']}/", None, "can_delete_cdnserver")):
            others = [p for p in ALL_PERMISSIONS if p != needed]
            assert error(owner(*others)(method, path, body)) == DENIED
            assert owner(needed)(method, path, body).status_code < 300


class TestNearest:
    @pytest.mark.parametrize("position, name", [
        (NEW_YORK, "s1_2"), (VLADIVOSTOK, "s2_1"), (CAPE, "s3_1"), ("32.7,-96", "s1_3"),
        ("64,-170", "s2_1")])
    def test_an_upload_goes_to_the_nearest(self, anna, stack, position, name):
        answer = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at(position))
        assert city_of(answer.json()["link"], stack) == name

    def test_only_usable_ones_count(self, anna, stack, db):
        switch(db, "s1_2", is_active=False)
        switch(db, "s1_1", is_active=True)
        answer = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at(NEW_YORK))
        assert city_of(answer.json()["link"], stack) == "s1_1"
        switch(db, "s1_1", is_on=False)
        answer = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at(NEW_YORK))
        assert city_of(answer.json()["link"], stack) == "s1_3"

    @pytest.mark.parametrize("position", ["", "x", "91,0", "1,2,3", "nan,nan"])
    def test_from_nowhere_any_server_will_do(self, anna, stack, position):
        found = set()
        for _ in range(40):
            answer = anna.post("/files/upload/", {"name": "same", "size": 1}, headers=at(position))
            assert answer.status_code == 200
            found.add(city_of(answer.json()["link"], stack))
        assert found <= {"s1_2", "s1_3", "s2_1", "s3_1"} and len(found) > 1

    def test_a_download_comes_from_the_nearest_that_has_it(self, anna, stack):
        file = upload_at(anna, NEW_YORK)
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 15, "the zone has it")
        for position, name in ((NEW_YORK, "s1_2"), ("32.7,-96", "s1_3"), (VLADIVOSTOK, "s1_2")):
            answer = anna.get(f"/files/{file['id']}/", headers=at(position))
            link = answer.json()["link"]
            assert requests.get(link, timeout=10).content == b"data"
            if position != VLADIVOSTOK:
                assert city_of(link, stack) == name


class TestCopies:
    def test_within_the_zone_and_nowhere_else(self, anna, city):
        file = upload_at(anna, NEW_YORK, b"x" * 100000)
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 15, "the zone has it")
        keys = {}
        for name in ("s1_1", "s1_2", "s1_3", "s2_1", "s3_1"):
            c = city(name)
            try:
                found = c.s3.list_objects_v2(Bucket=c.keys.bucket, Prefix=file["id"]).get("Contents", [])
            except c.s3.exceptions.NoSuchBucket:
                found = []
            keys[name] = [o["ETag"] for o in found]
        assert len(keys["s1_2"]) == 1 and keys["s1_2"] == keys["s1_3"]
        assert keys["s1_1"] == keys["s2_1"] == keys["s3_1"] == []

    def test_a_replacement_reaches_all_and_the_old_goes_everywhere(self, anna, city):
        file = upload_at(anna, NEW_YORK, b"first")
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 15, "the zone has it")
        link = anna.post("/files/upload/", {"name": file["name"], "size": 6}, headers=at(NEW_YORK)).json()
        assert link["file"]["id"] == file["id"]
        got = anna.get(f"/files/{file['id']}/").json()["link"]
        assert requests.get(got, timeout=10).content == b"first"
        assert put(link["link"], b"second").status_code == 200

        def only_the_new():
            for name in ("s1_2", "s1_3"):
                c = city(name)
                found = c.s3.list_objects_v2(Bucket=c.keys.bucket, Prefix=file["id"]).get("Contents", [])
                if [o["Size"] for o in found] != [6]:
                    return False
            return holders(anna, file) == {"s1_2", "s1_3"}
        wait_for(only_the_new, 20, "both have the second and nothing else")
        got = anna.get(f"/files/{file['id']}/").json()["link"]
        assert requests.get(got, timeout=10).content == b"second"

    def test_a_server_that_is_activated_gets_its_zones_files(self, anna, db):
        file = upload_at(anna, NEW_YORK)
        wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 15)
        detroit = next(s for s in anna.get("/servers/").json() if s["name"] == "s1_1")
        body = {k: v for k, v in detroit.items() if k not in ("id", "created", "updated")}
        assert anna("PUT", f"/servers/{detroit['id']}/", {**body, "is_active": True}).status_code == 200
        wait_for(lambda: "s1_1" in holders(anna, file), 20, "Detroit has it")
        assert anna("PUT", f"/servers/{detroit['id']}/", {**body, "is_active": False}).status_code == 200
        assert "s1_1" in holders(anna, file)

    def test_a_server_that_is_not_active_still_removes(self, anna, city, db):
        """Also one whose bucket has no mark yet, which comes before the first removal."""
        file = upload_at(anna, CAPE)
        cape = city("s3_1")
        mark = "samovar-installation/" + db.value("select id::text from installation.state")
        cape.s3.delete_object(Bucket=cape.keys.bucket, Key=mark)
        db.do("update storage.server set claimed_by = null where name = 's3_1'")
        row = next(s for s in anna.get("/servers/").json() if s["name"] == "s3_1")
        body = {k: v for k, v in row.items() if k not in ("id", "created", "updated")}
        assert anna("PUT", f"/servers/{row['id']}/", {**body, "is_active": False}).status_code == 200
        assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
        wait_for(lambda: not cape.s3.list_objects_v2(Bucket=cape.keys.bucket, Prefix=file["id"]).get("Contents"), 20,
                 "the object is removed")
        assert cape.s3.head_object(Bucket=cape.keys.bucket, Key=mark)

    def test_a_removal_waits_until_the_server_is_on(self, anna, city, db):
        file = upload_at(anna, CAPE)
        cape = next(s for s in anna.get("/servers/").json() if s["name"] == "s3_1")
        body = {k: v for k, v in cape.items() if k not in ("id", "created", "updated")}
        assert anna("PUT", f"/servers/{cape['id']}/", {**body, "is_on": False}).status_code == 200
        assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
        wait_for(lambda: not db.all("select 1 from job.job where kind in ('copy.remove', 'server.resync')"), 15)
        store_ = city("s3_1")
        held = lambda: store_.s3.list_objects_v2(  # noqa: E731
            Bucket=store_.keys.bucket, Prefix=file["id"]).get("Contents", [])
        assert len(held()) == 1
        assert anna("PUT", f"/servers/{cape['id']}/", {**body, "is_on": True}).status_code == 200
        wait_for(lambda: not held(), 15, "the object is removed")

    def test_a_server_with_the_only_copy_stays(self, anna):
        file = upload_at(anna, VLADIVOSTOK)
        s2 = next(s for s in anna.get("/servers/").json() if s["name"] == "s2_1")
        answer = anna("DELETE", f"/servers/{s2['id']}/")
        assert error(answer) == (400, "Request.Error.Validation") and "only" in answer.json()["detail"]
        assert holders(anna, file) == {"s2_1"}
        assert requests.get(anna.get(f"/files/{file['id']}/").json()["link"], timeout=10).content == b"data"

    def test_events_may_come_late_doubled_and_in_any_order(self, anna, stack, db):
        """A worker that is away: the upload is seen at once all the same, and told only once."""
        with stack.without("samovar-worker"):
            file = upload_at(anna, VLADIVOSTOK, b"early")
            assert holders(anna, file) == {"s2_1"}
            db.do("insert into job.job (kind, subject) select kind, subject from job.job"
                  " where kind = 'store.event' order by id desc limit 5")
        wait_for(lambda: not db.one("select 1 from job.job where kind = 'store.event' limit 1"), 20)
        assert holders(anna, file) == {"s2_1"}
        assert requests.get(anna.get(f"/files/{file['id']}/").json()["link"], timeout=10).content == b"early"


def test_a_copy_that_was_lost_is_ordered_again(anna, city, db):
    file = upload_at(anna, NEW_YORK, b"lost and found")
    wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 15)
    dallas = city("s1_3")
    key = db.value("select key from storage.file_version where file_id = %s", file["id"])
    dallas.s3.delete_object(Bucket=dallas.keys.bucket, Key=key)
    wait_for(lambda: plain("GET", dallas.presign("get_object", dallas.keys.bucket, key)).content == b"lost and found", 20,
             "it is copied again at once")
    wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20, "the copy has been told")
    # An order that is lost, too, is given by the sweep.
    db.do("delete from storage.copy c using storage.file_version v, storage.server s where v.id = c.version_id"
          " and s.id = c.server_id and v.key = %s and s.name = 's1_3'", key)
    assert holders(anna, file) == {"s1_2"}
    db.do("insert into job.job (kind) values ('storage.sweep')")
    db.do("notify job")
    wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20, "it is copied again")


def test_an_embedded_city_may_be_told_where_to_send_its_events(stack, db):
    """It sends them where they belong anyway; servers beside it may need the call."""
    id = db.value("select id from storage.server where name = 's1_2'")
    with stack.without("samovar-worker"):
        worker = stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="2",
                             SAMOVAR_STORAGE_NOTIFICATION_ARN="arn:minio:sqs::RABBIT:amqp")
        try:
            job = db.value("insert into job.job (kind, subject) values ('server.prepare', %s) returning id", id)
            db.do("notify job")
            wait_for(lambda: not db.one("select 1 from job.job where id = %s", job), 20, "the city is prepared")
        finally:
            worker.terminate()
            worker.wait(20)
    assert not db.one("select 1 from job.job where kind = 'server.prepare' and state = 'parked' limit 1")


def test_an_upload_whose_event_is_lost_is_found_all_the_same(anna, stack, db):
    """As with a server that sends no events: the worker asks it."""
    with stack.without("samovar-worker"):
        link = anna.post("/files/upload/", {"name": word("f"), "size": 4}, headers=at(VLADIVOSTOK)).json()
        assert put(link["link"], b"lost").status_code == 200
        db.do("delete from job.job where kind = 'store.event'")
        db.do("update job.job set run_at = now() where kind = 'upload.poll'")
    wait_for(lambda: holders(anna, link["file"]) == {"s2_1"}, 15, "the worker has found it")


def test_an_upload_that_never_comes_is_looked_for_ever_more_seldom(anna, db):
    link = anna.post("/files/upload/", {"name": word("f"), "size": 4}, headers=at(VLADIVOSTOK)).json()
    version = db.value("select id from storage.file_version where file_id = %s", link["file"]["id"])
    db.do("update job.job set run_at = now() where kind = 'upload.poll'")  # at all of the same seconds
    db.do("notify job")
    wait_for(lambda: db.one("select 1 from job.job where kind = 'upload.poll' and subject = %s", str(version)), 10,
             "it has one of its own")
    waits = ("select extract(epoch from run_at - now()) from job.job"
             " where kind = 'upload.poll' and subject = %s and lease_until is null")
    for age in (0, 100, 400):
        db.do("update storage.file_version set created = created - make_interval(secs => %s)"
              " where id = %s", age, version)
        db.do("update job.job set run_at = now() where kind = 'upload.poll' and subject = %s", str(version))
        db.do("notify job")
        wait_for(lambda: (db.value(waits, str(version)) or 0) > 5, 10, "it is ordered again")
        assert db.value(waits, str(version)) >= age - 5
    db.do("update storage.file_version set link_expires = now() - interval '2 hours' where id = %s", version)
    db.do("update job.job set run_at = now() where kind = 'upload.poll' and subject = %s", str(version))
    db.do("notify job")
    wait_for(lambda: not db.one("select 1 from job.job where subject = %s", str(version)), 10, "it is let go")


def test_what_never_came_is_forgotten(anna, db):
    """The size of what is served comes back, and a file that never had bytes goes."""
    file = upload_at(anna, VLADIVOSTOK, b"first")
    again = anna.post("/files/upload/", {"name": file["name"], "size": 99}).json()["file"]
    empty = anna.post("/files/upload/", {"name": word("f"), "size": 7}).json()["file"]
    assert (again["id"], again["size"]) == (file["id"], 99)
    for id in (file["id"], empty["id"]):
        db.do("update storage.file_version set link_expires = now() - interval '2 days' where file_id = %s"
              " and state = 'announced'", id)
        db.do("update storage.file set updated = now() - interval '2 days' where id = %s", id)
    db.do("insert into job.job (kind) values ('storage.sweep')")
    wait_for(lambda: [f["size"] for f in anna.get("/files/").json()] == [5], 15, "one file of five bytes")
    assert requests.get(anna.get(f"/files/{file['id']}/").json()["link"], timeout=10).content == b"first"
    assert error(anna.get(f"/files/{empty['id']}/")) == MISSING
