"""Pushes to phones: each arrives, whatever Firebase's servers are up to, and quickly."""

import json
import time

import pytest

from tests.conftest import free_port, wait_for
from tests.e2e.client import word
from tests.standin.fcm import Fcm


@pytest.fixture(scope="module")
def fcm():
    server = Fcm(free_port())
    yield server
    server.close()


@pytest.fixture(scope="module", autouse=True)
def one_worker(stack, fcm):
    """One process of samovar-worker that knows the service account, and nobody else."""
    with stack.without("samovar-worker"):
        stack.spawn("samovar-worker", FIREBASE_CERTIFICATE=fcm.account, SAMOVAR_PUSH_URL=fcm.url, SAMOVAR_PUSH_CA_FILE=fcm.ca,
                    SAMOVAR_PUSH_TIMEOUT="2", SAMOVAR_WORKER_PROCESSES="1")
        yield
        stack.end_started()


@pytest.fixture(autouse=True)
def nothing_waits(db, fcm):
    db.do("delete from messenger.push")
    fcm.forget()
    yield
    db.do("delete from messenger.push")


@pytest.fixture(scope="module")
def room(db):
    """An event of a room: its id."""
    account = db.value("insert into account.account (username) values (%s) returning id", word("push"))
    profile = db.value("insert into messenger.profile (account_id, name) values (%s, 'Ким') returning id", account)
    room = db.value("with r as (insert into messenger.room (name, owner_profile_id) values ('방', %s) returning id), "
                    "t as (insert into messenger.participant (room_id, profile_id, account_id, room_name, profile_name) "
                    "select id, %s, %s, '방', 'Ким' from r) select id from r", profile, profile, account)
    return db.value("insert into messenger.event (room_id, event_index, event_type, message, participant_id) "
                    "select room_id, 0, 'MESSAGE_POSTED', %s, id from messenger.participant where room_id = %s returning id",
                    "안녕 \"하세요\" " * 600, room)


def push(db, room, *tokens):
    db.do("insert into messenger.push (token, event_id) select unnest(%s), %s", list(tokens), room)


def none_left(db):
    return db.value("select count(*) from messenger.push where failed_at is null") == 0


def test_a_message_is_what_phones_read(db, fcm, room):
    push(db, room, "a")
    db.do("insert into messenger.push (token, etag) values ('a', %s)", "0" * 32)
    wait_for(lambda: len(fcm.to("a")) == 2, 10)
    event, copy = sorted(fcm.to("a"), key=lambda m: m["data"]["resource"])
    assert event["android"] == {"priority": "HIGH", "ttl": "86400s"}
    assert event["data"]["event_type"] == "MESSAGE_POSTED" and event["data"]["title"] == "방"
    assert event["data"]["encrypted"] == "False" and event["data"]["uuid"] == str(room)
    assert event["data"]["message"].startswith('안녕 "하세요" ')
    assert 3500 < len(json.dumps(event["data"], ensure_ascii=False).encode()) <= 4096, "cut, and not by more than it must be"
    assert copy["data"] == {"resource": "dbsync_event", "etag": "0" * 32}
    assert copy["android"] == {"priority": "NORMAL", "ttl": "86400s", "collapse_key": "dbsync"}
    wait_for(lambda: none_left(db), 5)


def test_whatever_goes_wrong_it_arrives(db, fcm, room):
    fcm.fault("status", token="a", status=503, retry_after=1)
    fcm.fault("status", token="b", status=500, code="INTERNAL", retry_after=1)
    fcm.fault("garbage", token="c")
    fcm.fault("hang", token="d")
    fcm.fault("cut", token="e")
    push(db, room, *"abcdefgh")
    wait_for(lambda: len(fcm.to("f")) == 1, 15)
    # What has no Retry-After waits ten seconds.
    def hurry():
        db.do("update messenger.push set next_at = now() where last_error is not null and claimed_by is null")
        return none_left(db)
    wait_for(hurry, 20)
    # Twice at most: what was under way when the connection ended may have been taken.
    assert {len(fcm.to(t)) for t in "abcdefgh"} <= {1, 2}


def test_a_flood_stops_all_for_as_long_as_is_said(db, fcm, room):
    fcm.fault("status", status=429, code="QUOTA_EXCEEDED", retry_after=2)
    push(db, room, "a")
    wait_for(lambda: fcm.statuses() == [429], 10)
    start = time.time()
    push(db, room, "b", "c")
    wait_for(lambda: none_left(db), 20)
    assert min(m["at"] for t in "abc" for m in fcm.to(t)) - start > 1.5
    assert db.value("select count(*) from messenger.push") == 0


def test_a_device_that_is_gone_is_forgotten(db, fcm, room):
    account = db.value("insert into account.account (username) values (%s) returning id", word("gone"))
    db.do("insert into account.session (account_id, face, family, kind, expires, push_token) "
          "values (%s, 'messenger', gen_random_uuid(), 'refresh', now() + interval '1 day', 'gone')", account)
    fcm.gone.add("gone")
    push(db, room, "gone", "here")
    wait_for(lambda: none_left(db) and fcm.to("here"), 10)
    assert db.value("select count(*) from account.session where push_token = 'gone'") == 0


def test_what_is_refused_for_good_is_not_tried_again(db, fcm, room):
    fcm.fault("status", token="bad", status=400, code="INVALID_ARGUMENT")
    push(db, room, "bad")
    wait_for(lambda: db.value("select count(*) from messenger.push where failed_at is not null") == 1, 10)
    assert fcm.statuses("bad") == [400]


def test_an_access_token_that_is_not_taken_is_renewed(db, fcm, room):
    push(db, room, "a")
    wait_for(lambda: fcm.to("a"), 10)
    fcm.expire_tokens()
    push(db, room, "b")
    wait_for(lambda: fcm.to("b"), 15)
    assert fcm.statuses("b") == [401, 200]


COUNT = 3000  # ten thousand within a minute is the mark


def test_ten_thousand_would_go_within_a_minute(db, fcm, room):
    fcm.delay = 0.05
    try:
        connections, start = fcm.connections, time.monotonic()
        db.do("insert into messenger.push (token, event_id) select 'd' || n, %s from generate_series(1, %s) n", room, COUNT)
        wait_for(lambda: none_left(db), 60 * COUNT / 10000)
        seconds = time.monotonic() - start
    finally:
        fcm.delay = 0
    print(f"{COUNT} pushes in {seconds:.1f} s, {fcm.most_in_flight} at once, {fcm.connections - connections} connections")
    assert len({m["token"] for m in fcm.messages}) == COUNT == len(fcm.messages)
    assert fcm.most_in_flight > 8 and fcm.connections - connections <= 3
