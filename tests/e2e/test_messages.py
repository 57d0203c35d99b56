"""Words of staff to the members of a shift: counted first, sent once."""

import datetime

import pytest

from tests.conftest import wait_for
from tests.e2e.client import detail, together
from tests.e2e.programme import Shift, clear, today

DAY = datetime.timedelta(days=1)
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def fresh(db):
    clear(db)
    yield
    clear(db)


@pytest.fixture
def me(staff):
    return staff("expert")


@pytest.fixture
def shift(db):
    shift = Shift(db, 5, today() - 5 * DAY)
    db.do("update programme.member set status = 'excluded' where id = %s", shift.member(shift.chats[4]).id)
    db.do("update programme.participant set telegram_blocked = true where telegram_id = %s", shift.chats[3])
    return shift


def sent(db):
    return db.value("select count(*) from programme.outbox where key like 'notice/%%'")


def test_a_message_is_counted_first_and_sent_when_confirmed(me, shift, db, telegram):
    body = {"text": "Завтра встреча в <парке> & саду, {name}!"}
    counted = me.post(f"/shifts/{shift.id}/message", body).json()
    assert (counted["count"], counted["unreachable"]) == (3, 1) and set(counted) == {"count", "unreachable", "confirm"}
    assert sent(db) == 0
    answer = me.post(f"/shifts/{shift.id}/message", {**body, "confirm": counted["confirm"]})
    assert answer.json() == {"count": 3, "unreachable": 1, "added": 3}
    assert sent(db) == 3
    (row,) = db.all("select actor, data from account.audit where action = 'shift.message' and object_id = %s", str(shift.id))
    assert row.actor == me.person.id and row.data == {"count": 3, "text": body["text"]}
    wait_for(lambda: db.value("select count(*) from programme.outbox where state = 'sent'") == 3, 30)
    assert db.value("select count(distinct chat_id) from programme.outbox where kind = 'text' and payload ->> 'text' = %s",
                    body["text"]) == 3


def test_clicks_at_once_send_once(me, shift, db):
    body = {"text": "Один раз"}
    body["confirm"] = me.post(f"/shifts/{shift.id}/message", body).json()["confirm"]
    answers = together(8, lambda n: me.post(f"/shifts/{shift.id}/message", body))
    assert {a.status_code for a in answers} == {200}
    assert sorted(a.json()["added"] for a in answers) == [0] * 7 + [3]
    assert sent(db) == 3
    assert db.value("select count(*) from account.audit where action = 'shift.message' and object_id = %s", str(shift.id)) == 1


def test_the_same_words_can_be_sent_again_on_purpose(me, shift, db):
    for expected in (3, 6):
        body = {"text": "Напоминание"}
        body["confirm"] = me.post(f"/shifts/{shift.id}/message", body).json()["confirm"]
        assert me.post(f"/shifts/{shift.id}/message", body).json()["added"] == 3
        assert sent(db) == expected


def test_some_members_or_those_of_a_state_only(me, shift, db):
    members = [str(shift.member(chat).id) for chat in (shift.chats[0], shift.chats[4])]
    assert me.post(f"/shifts/{shift.id}/message", {"text": "а", "members": members}).json()["count"] == 2
    assert me.post(f"/shifts/{shift.id}/message", {"text": "а", "members": members,
                                                    "member_status": "active"}).json()["count"] == 1
    assert me.post(f"/shifts/{shift.id}/message", {"text": "а", "member_status": "excluded"}).json()["count"] == 1
    assert me.post(f"/shifts/{shift.id}/message", {"text": "а", "members": [UNKNOWN]}).json()["count"] == 0


def test_what_was_not_counted_is_not_sent(me, shift, db):
    body = {"text": "Первый текст"}
    confirm = me.post(f"/shifts/{shift.id}/message", body).json()["confirm"]
    at = f"/shifts/{shift.id}/message"
    old = f"1{confirm[1:]}" if confirm[0] != "1" else f"2{confirm[1:]}"
    for wrong in ({"text": "Другой текст", "confirm": confirm}, {**body, "confirm": confirm + "0"},
                  {**body, "confirm": confirm[:-1]}, {**body, "confirm": ""}, {**body, "confirm": "1.2.3"},
                  {**body, "confirm": old}, {**body, "member_status": "excluded", "confirm": confirm}):
        answer = me.post(at, wrong)
        assert answer.status_code == 400 and detail(answer)[1], wrong
    db.do("update programme.participant set telegram_blocked = true where telegram_id = %s", shift.chats[0])
    assert me.post(at, {**body, "confirm": confirm}).status_code == 400
    assert sent(db) == 0


def test_an_unknown_shift_is_404(me):
    assert me.post(f"/shifts/{UNKNOWN}/message", {"text": "а"}).status_code == 404
