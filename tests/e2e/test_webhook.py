"""POST /api/telegram/webhook: who may, what is taken, and that nothing counts twice or is lost."""

import datetime
import itertools
import json
import random

import pytest

from tests.conftest import wait_for
from tests.e2e.client import Client, detail, together
from tests.e2e.programme import Shift, clear, today

SECRET = "a-secret_word-for-the-webhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
chats = itertools.count(710_000_001)
ids = itertools.count(910_000_001)


@pytest.fixture(scope="module")
def hook(stack):
    """Programs in webhook mode behind nginx; the worker that sends stays as it is."""
    with stack.without("samovar-fcgi"):
        process = stack.spawn("samovar-fcgi", BOT_WEBHOOK_MODE="true", BOT_WEBHOOK_SECRET=SECRET)
        client = Client(stack.base, "/api")
        wait_for(lambda: client.get("/ping").status_code == 200, 30)
        yield client
        process.terminate()
        process.wait(30)
    wait_for(lambda: client.get("/ping").status_code == 200, 30)


@pytest.fixture(autouse=True)
def fresh(db, telegram):
    clear(db)
    yield
    clear(db)


def message(text="привет", chat=None, number=None):
    chat = chat or next(chats)
    return {"update_id": number or next(ids), "message": {
        "message_id": 1, "date": 1, "text": text, "from": {"id": chat, "is_bot": False},
        "chat": {"id": chat, "type": "private"}}}


def send(hook, update, secret=SECRET):
    data = update if isinstance(update, bytes) else json.dumps(update).encode()
    return hook("POST", "/telegram/webhook", data=data,
                headers={HEADER: secret, "Content-Type": "application/json"})


def taken(db):
    return db.value("select count(*) from programme.bot_update")


def test_an_update_is_answered_at_once_and_its_person_soon(hook, telegram, db):
    chat = next(chats)
    answer = send(hook, message("/start", chat))
    assert (answer.status_code, answer.json()) == (200, {})
    wait_for(lambda: len(telegram.messages(chat_id=chat)) == 2, 20)


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper()])
def test_without_the_secret_it_is_401(hook, db, secret):
    answer = send(hook, message(), secret)
    assert detail(answer)[0] == 401
    assert taken(db) == 0


def test_the_secret_is_asked_for_before_the_body_is_looked_at(hook):
    assert send(hook, b"{", "wrong").status_code == 401


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b"5", b'"text"', b"\xff\xfe", b"{}", b'{"update_id": "1"}', b'{"update_id": 0}',
    b'{"update_id": -5}', b'{"update_id": 1.5}', b'{"update_id": null}', b'{"update_id": {"a": 1}}',
    b"[" * 100000, b'{"a":' * 5000, b"{'update_id': 1}"], ids=lambda b: str(b[:20]))
def test_what_is_no_update_is_422(hook, db, body):
    assert send(hook, body).status_code == 422
    assert taken(db) == 0


def test_a_huge_update_is_413(hook, db):
    assert send(hook, message("x" * (2 << 20))).status_code == 413
    assert taken(db) == 0


WRONG = [1, "text", None, [], {}, True, 1.5, [[]], {"id": "x"}, "\x00", "\ud800"]


def test_members_of_wrong_types_do_no_harm(hook, db):
    for wrong in WRONG:
        for update in ({"message": wrong}, {"callback_query": wrong}, {"my_chat_member": wrong},
                       {"something_new": wrong}, {"message": {"chat": wrong, "text": "x"}},
                       {"message": {"chat": {"id": 5, "type": wrong}, "text": wrong}},
                       {"message": {"chat": {"id": 5, "type": "private"}, "from": wrong, "photo": wrong}},
                       {"callback_query": {"id": wrong, "from": {"id": 5}, "data": wrong, "message": wrong}}):
            answer = send(hook, {"update_id": next(ids), **update})
            assert answer.status_code == 200, (update, answer.text)
    assert db.value("select count(*) from programme.bot_update where handled_at is null") == 0


def test_texts_with_odd_characters_are_answered(hook, db, telegram):
    people = [next(chats) for _ in range(4)]
    for chat, text in zip(people, ("a\x00b", "\ud83d", "'; drop table x; --", "{name} %s %n" * 300)):
        assert send(hook, message(text, chat)).status_code == 200
    for chat in people:
        wait_for(lambda: telegram.messages(chat_id=chat), 20)


def test_random_updates_do_no_harm(hook, db):
    dice = random.Random(7)
    words = ["message", "chat", "id", "type", "private", "text", "from", "photo", "file_id", "date", "data",
             "callback_query", "my_chat_member", "new_chat_member", "status", "web_app_data", "location"]

    def thing(depth):
        kind = dice.randrange(7 if depth > 0 else 4)
        return [None, dice.randrange(-2**63, 2**63), dice.choice(words), dice.random()][kind] if kind < 4 else \
            [thing(depth - 1) for _ in range(dice.randrange(3))] if kind == 4 else \
            {dice.choice(words): thing(depth - 1) for _ in range(dice.randrange(5))}
    for _ in range(150):
        update = {**{dice.choice(words): thing(4) for _ in range(4)}, "update_id": next(ids)}
        assert send(hook, update).status_code == 200, update


def test_the_same_update_counts_once_however_often_and_at_once_it_comes(hook, db, telegram):
    update = message()
    answers = together(8, lambda n: send(Client(hook.base, "/api"), update))
    assert [a.status_code for a in answers] == [200] * 8
    assert send(hook, update).status_code == 200
    assert db.value("select count(*) from programme.outbox") == 1


def test_a_repeated_form_is_not_taken_for_a_second_one(hook, db):
    Shift(db, 0, today() + datetime.timedelta(days=5), status="preparing")
    chat = next(chats)
    update = message(chat=chat)
    del update["message"]["text"]
    update["message"]["web_app_data"] = {"button_text": "x", "data": json.dumps({
        "name": "Анна", "surname": "Белых", "date_of_birth": "01.02.2012", "city": "Уфа",
        "phone_number": "+7 913 000-00-01"})}
    for _ in range(3):
        assert send(hook, update).status_code == 200
    assert [r.key for r in db.all("select key from programme.outbox")] == [f"answer/{update['update_id']}/accepted"]


def test_a_thousand_updates_at_once(hook, db):
    updates = [message() for _ in range(1000)]
    clients = [Client(hook.base, "/api") for _ in range(20)]

    def some(n):
        return [send(clients[n], u).status_code for u in updates[n::20]]
    for codes in together(20, some):
        assert set(codes) == {200}
    assert taken(db) == 1000
    assert db.value("select count(*) from programme.outbox") == 1000


def test_an_update_that_fails_is_kept_and_dealt_with_later(hook, db, telegram):
    chat = next(chats)
    db.do("create function pg_temp_fail() returns trigger language plpgsql as $$ begin "
          "raise exception 'for the test'; end $$")
    db.do(f"create trigger for_the_test before insert on programme.outbox for each row "
          f"when (new.chat_id = {chat}) execute function pg_temp_fail()")
    try:
        update = message("/start", chat)
        assert send(hook, update).status_code == 200
        row = db.one("select * from programme.bot_update where update_id = %s", update["update_id"])
        assert row.handled_at is None and row.body["text"] == "/start" and row.last_error
        assert db.value("select count(*) from job.job where kind = 'bot.update'") == 1
        assert send(hook, update).status_code == 200  # again: it is kept already
    finally:
        db.do("drop trigger for_the_test on programme.outbox")
        db.do("drop function pg_temp_fail()")
    db.do("update job.job set run_at = now() where kind = 'bot.update'")
    wait_for(lambda: len(telegram.messages(chat_id=chat)) == 2, 30)
    row = db.one("select * from programme.bot_update where update_id = %s", update["update_id"])
    assert row.handled_at is not None and row.body == {}


def test_without_the_database_telegram_is_asked_to_send_it_again(hook, stack, db, telegram):
    update = message()
    with stack.without("postgres"):
        assert send(hook, update).status_code == 503
    wait_for(lambda: send(hook, update).status_code == 200, 30)
    assert taken(db) == 1


def test_the_registration_page_is_there_for_telegram(base):
    answer = Client(base, "/api").get("/telegram/registration_form?update=true&surname=x")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert (answer.headers["Pragma"], answer.headers["Expires"]) == ("no-cache", "0")
    assert "telegram-web-app.js" in answer.text
    for name in ("form.js", "form.css", "rules.js"):
        assert f"/telegram-form/{name}" in answer.text
        assert Client(base).get(f"/telegram-form/{name}").status_code == 200


def test_the_worker_sets_the_webhook_and_telegram_delivers(hook, stack, telegram, db):
    chat = next(chats)
    with stack.without("samovar-worker"):
        telegram.message(chat, text="/start")  # waits at Telegram, is not dropped
        worker = stack.spawn("samovar-worker", BOT_WEBHOOK_MODE="true", BOT_WEBHOOK_SECRET=SECRET)
        wait_for(lambda: telegram.state()["webhook"] == f"{stack.base}/api/telegram/webhook", 20)
        wait_for(lambda: len(telegram.messages(chat_id=chat)) == 2, 20)
        worker.terminate()
        worker.wait(20)
    wait_for(lambda: telegram.state()["webhook"] == "", 20)  # the next one polls: it is deleted first
    telegram.message(chat, text="ау")
    wait_for(lambda: len(telegram.messages(chat_id=chat)) == 3, 20)
