"""The bot's families: how updates come, and what each of them is answered."""

import datetime
import itertools
import json
import os
import subprocess
import time

import pytest

from tests.conftest import wait_for
from tests.e2e.client import Client
from tests.e2e.programme import ZONE, Shift, clear, png, today
from tests.e2e.stack import REPO

DAY = datetime.timedelta(days=1)
chats = itertools.count(700_000_001)
ids = itertools.count(900_000_001)

SKIP, BALANCE = "Пропустить задание", "Баланс ломбарьеров"
STRANGER = "/start"


@pytest.fixture(autouse=True)
def fresh(db, telegram):
    clear(db)
    yield
    clear(db)


def answers(telegram, chat, count=1, seconds=30):
    """What the chat has got, when it is so many at least."""
    wait_for(lambda: len(telegram.messages(chat_id=chat)) >= count, seconds,
             f"{count} answers in {chat}: {telegram.messages(chat_id=chat)}")
    return telegram.messages(chat_id=chat)


def current(db):
    """The day whose task is current."""
    now = datetime.datetime.now(ZONE)
    return now.date() if now.hour >= 8 else now.date() - DAY


def child(db, status="waiting", lombaryers=0):
    """A member with a report of the current day; its chat."""
    shift = Shift(db, 1, today() - 5 * DAY)
    if status:
        shift.report(shift.chats[0], current(db), status)
    db.do("update programme.member set numbers_lombaryers = %s", lombaryers)
    return shift.chats[0]


def status_of(db):
    return db.value("select status::text from programme.report")


def press(telegram, chat, data, message_id=1, query=None):
    query = query or f"q{next(ids)}"
    telegram.update(callback_query={
        "id": query, "from": {"id": chat, "is_bot": False, "first_name": "x"}, "data": data,
        "chat_instance": "1",
        "message": {"message_id": message_id, "date": 1, "chat": {"id": chat, "type": "private"}}})
    return query


def member_update(chat, status, old="member"):
    return {"chat": {"id": chat, "type": "private"}, "from": {"id": chat, "is_bot": False}, "date": 1,
            "old_chat_member": {"status": old, "user": {"id": 1, "is_bot": True}},
            "new_chat_member": {"status": status, "user": {"id": 1, "is_bot": True}}}


# -- polling: the session's stack polls

def test_start_is_answered_with_the_form(telegram, stack):
    chat = next(chats)
    telegram.message(chat, text="/start")
    about, offer = answers(telegram, chat, 2)
    assert "ломбарьер" in about["text"].lower() and about["reply_markup"] is None
    assert offer["reply_markup"] == {"keyboard": [[{
        "text": "Зарегистрироваться в проекте",
        "web_app": {"url": f"{stack.base}/api/telegram/registration_form"}}]]}


@pytest.mark.parametrize("text", ["/start 1", "/start@samovar_test_bot"])
def test_start_may_have_words_behind_it(telegram, text):
    chat = next(chats)
    telegram.message(chat, text=text)
    assert "web_app" in str(answers(telegram, chat, 2)[1]["reply_markup"])


def test_an_update_that_comes_twice_counts_once(telegram, db):
    chat, number = next(chats), next(ids)
    message = {"message_id": 1, "date": 1, "from": {"id": chat, "is_bot": False},
               "chat": {"id": chat, "type": "private"}, "text": "hello"}
    for _ in range(3):
        telegram.update(update_id=number, message=message)
    other = next(chats)
    telegram.message(other, text="hello")
    answers(telegram, other)
    answers(telegram, chat)
    time.sleep(1.3)  # a second answer would come a second after the first
    assert len(telegram.messages(chat_id=chat)) == 1


def test_the_offset_is_kept_in_the_database(telegram, db):
    number = telegram.message(next(chats), text="hello")
    wait_for(lambda: db.value("select polling_offset from programme.bot_state") == number + 1, 20)
    wait_for(lambda: telegram.state()["updates"] == 0, 20)


def test_an_update_that_cannot_even_be_kept_is_asked_for_again(telegram, db):
    number, chat, later = next(ids), next(chats), next(chats)
    db.do("create function public.refuse() returns trigger language plpgsql as $$ begin "
          "raise exception 'for the test'; end $$")
    db.do(f"create trigger refuse before insert on programme.bot_update for each row "
          f"when (new.update_id = {number}) execute function public.refuse()")
    try:
        telegram.update(update_id=number, message={
            "message_id": 1, "date": 1, "text": "ау", "from": {"id": chat}, "chat": {"id": chat, "type": "private"}})
        telegram.message(later, text="ау")
        polls = len(telegram.calls("getUpdates"))
        wait_for(lambda: len(telegram.calls("getUpdates")) >= polls + 2, 30, "it is asked for again")
        assert telegram.messages(chat_id=later) == []
    finally:
        db.do("drop trigger refuse on programme.bot_update")
        db.do("drop function public.refuse()")
    answers(telegram, chat)
    answers(telegram, later)


def test_after_a_quiet_week_smaller_numbers_are_heard(telegram, db, stack):
    chat = next(chats)
    with stack.without("samovar-worker"):
        db.do("delete from programme.bot_state")
        db.do("insert into programme.bot_state (polling_offset) values (999999999)")
        db.do("insert into programme.bot_update (update_id, body, handled_at, received) "
              "values (999999998, '{}', now(), now() - interval '6 days')")
        telegram.update(update_id=1000, message={
            "message_id": 1, "date": 1, "text": "ау", "from": {"id": chat},
            "chat": {"id": chat, "type": "private"}})
    answers(telegram, chat)


def test_updates_are_forgotten_after_a_week(ctl, db):
    for number, days, handled in ((1, 8, True), (2, 8, False), (3, 6, True)):
        db.do("insert into programme.bot_update (update_id, body, received, handled_at) "
              "values (%s, '{}', now() - make_interval(days => %s), case when %s then now() end)",
              number, days, handled)
    ctl("timers", "run", "bot.sweep")
    assert [r.update_id for r in db.all("select update_id from programme.bot_update where update_id < 4 "
                                        "order by 1")] == [2, 3]


def test_messages_are_forgotten_after_a_month_and_still_counted(ctl, db, staff):
    shift, day = Shift(db, 3, today() - 50 * DAY), today() - 40 * DAY
    chat = shift.chats[0]
    for n, child in enumerate(shift.chats):
        shift.report(child, day, "skipped")
        db.do("insert into programme.outbox (key, participant_id, chat_id, kind, state, created, sent_at) "
              "select 'task/' || %s || '/' || m.id, participant_id, %s, 'task', 'sent', now() - make_interval(days => %s), "
              "now() - make_interval(days => %s) from programme.member m where m.id = %s",
              day, child, 31 - 5 * n, 31 - 5 * n, shift.member(child).id)
    for key, kind, state, days in (("old", "text", "failed", 31), ("waits", "text", "waiting", 60), ("new", "text", "sent", 29),
                                   ("final/x", "final", "sent", 40), ("task/nothing/x", "task", "sent", 40)):
        db.do("insert into programme.outbox (key, chat_id, kind, state, created, not_before) "
              "values (%s, %s, %s, %s, now() - make_interval(days => %s), now() + interval '1 day')", key, chat, kind, state, days)
    db.do("insert into programme.outbox (key, chat_id, kind, state, created) "
          "select 'many/' || n, 1, 'text', 'sent', now() - interval '40 days' from generate_series(1, 10100) n")
    waits = Shift(db, 0, today() - 200 * DAY, status="ready_for_complete")

    def left():
        return {r.key.split("/")[0] for r in db.all("select key from programme.outbox")}

    def sent():
        return {d["date"]: d["sent"] for d in staff().get(f"/shifts/{shift.id}/progress").json()}[day.isoformat()]
    assert sent() == 3
    ctl("timers", "run", "bot.sweep")
    wait_for(lambda: left() == {"task", "waits", "new", "final"}, 20, "the second batch, too")
    assert db.value("select count(*) from programme.outbox where kind = 'task'") == 2 and sent() == 3
    db.do("update programme.shift set status = 'finished' where id = %s", waits.id)
    db.do("update programme.outbox set created = created - interval '7 days', sent_at = sent_at - interval '7 days' where kind = 'task'")
    ctl("timers", "run", "bot.sweep")
    assert left() == {"task", "waits", "new"} and sent() == 3
    assert db.value("select sent from programme.outbox_past") == 2


def test_while_updates_are_polled_there_is_no_webhook(base):
    answer = Client(base, "/api").post("/telegram/webhook", {"update_id": 1})
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


# -- what is said to whom

def test_a_stranger_is_told_to_register(telegram):
    people = [next(chats) for _ in range(5)]
    for chat, what in zip(people, ({"text": BALANCE}, {"text": SKIP}, {"text": "привет"},
                                   {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]},
                                   {"voice": {"file_id": "v", "duration": 1}})):
        telegram.message(chat, **what)
    for chat in people:
        (answer,) = answers(telegram, chat)
        assert STRANGER in answer["text"]


@pytest.mark.parametrize("points, words", [(0, "0 ломбарьерчиков"), (1, "1 ломбарьерчик."),
                                           (22, "22 ломбарьерчика"), (111, "111 ломбарьерчиков")])
def test_the_balance(telegram, db, points, words):
    chat = child(db, lombaryers=points)
    telegram.message(chat, text=BALANCE)
    (answer,) = answers(telegram, chat)
    assert words in answer["text"]


def test_the_balance_of_somebody_without_a_shift_is_nothing(telegram, db):
    chat = child(db, lombaryers=5)
    db.do("update programme.shift set status = 'finished'")
    telegram.message(chat, text=BALANCE)
    (answer,) = answers(telegram, chat)
    assert "0 ломбарьерчиков" in answer["text"] and "участникам смены" in answer["text"]


def test_who_has_applied_and_asks_for_the_balance_is_not_told_to_do_a_task(telegram, db):
    chat = child(db, status=None)
    db.do("delete from programme.member")
    db.do("insert into programme.request (participant_id, shift_id) select p.id, s.id from programme.participant p, programme.shift s")
    telegram.message(chat, text=BALANCE)
    (answer,) = answers(telegram, chat)
    assert "0 ломбарьерчиков" in answer["text"] and "на рассмотрении" in answer["text"] and "задание" not in answer["text"]


def test_a_task_is_skipped_by_two_presses(telegram, db):
    chat = child(db)
    telegram.message(chat, text=SKIP)
    (question,) = answers(telegram, chat)
    (row,) = question["reply_markup"]["inline_keyboard"]
    assert [b["text"] for b in row] == ["Пропустить", "Отмена"]
    assert row[0]["callback_data"] == f"skip/{current(db)}"
    query = press(telegram, chat, row[0]["callback_data"], question["message_id"])
    wait_for(lambda: status_of(db) == "skipped", 20)
    wait_for(lambda: telegram.callbacks().get(query), 20)
    edited = wait_for(lambda: telegram.messages(chat_id=chat)[0].get("edits"), 20)
    assert "08:00" in edited[-1]["text"] and telegram.messages(chat_id=chat)[0]["reply_markup"] is None


def test_the_older_bots_button_is_still_understood(telegram, db):
    chat = child(db)
    press(telegram, chat, "Пропустить")
    wait_for(lambda: status_of(db) == "skipped", 20)


def test_a_button_of_another_day_skips_nothing(telegram, db):
    chat = child(db)
    query = press(telegram, chat, f"skip/{current(db) - DAY}")
    answer = wait_for(lambda: telegram.callbacks().get(query), 20)
    assert "другого дня" in answer["text"]
    assert status_of(db) == "waiting"


@pytest.mark.parametrize("status, words", [
    ("skipped", "уже пропущено"), ("reviewing", "нельзя"), ("approved", "нельзя"), ("declined", "нельзя"),
    (None, "нет заданий"), ("not_participate", "нет заданий")])
def test_a_press_where_nothing_can_be_skipped(telegram, db, status, words):
    chat = child(db, status)
    query = press(telegram, chat, f"skip/{current(db)}")
    answer = wait_for(lambda: telegram.callbacks().get(query), 20)
    assert words in answer["text"]
    assert status_of(db) == status


@pytest.mark.parametrize("data", ["Отмена", f"cancel/{today()}", "anything", "skip/never"])
def test_any_other_press_is_answered(telegram, db, data):
    chat = child(db)
    query = press(telegram, chat, data)
    assert wait_for(lambda: telegram.callbacks().get(query), 20)["text"]
    assert status_of(db) == "waiting"


def test_a_strangers_press_is_answered(telegram):
    query = press(telegram, next(chats), f"skip/{today()}")
    assert STRANGER in wait_for(lambda: telegram.callbacks().get(query), 20)["text"]


def test_blocking_and_unblocking(telegram, db):
    chat = child(db)
    blocked = "select telegram_blocked from programme.participant"
    telegram.update(my_chat_member=member_update(chat, "kicked"))
    wait_for(lambda: db.value(blocked), 20)
    telegram.update(my_chat_member=member_update(chat, "member", "kicked"))
    wait_for(lambda: not db.value(blocked), 20)
    telegram.update(my_chat_member=member_update(chat, "kicked"))
    telegram.update(my_chat_member=member_update(next(chats), "kicked"))  # nobody we know
    wait_for(lambda: db.value(blocked), 20)
    telegram.message(chat, text="/start")
    wait_for(lambda: not db.value(blocked), 20)


# -- everything else: no crash, no silence where a person waits

OTHERS = {
    "voice": {"voice": {"file_id": "v", "duration": 1}},
    "document": {"document": {"file_id": "d", "file_name": "a.jpg", "mime_type": "image/jpeg"}},
    "video": {"video": {"file_id": "d", "width": 1, "height": 1, "duration": 1}},
    "sticker": {"sticker": {"file_id": "s", "type": "regular"}},
    "contact": {"contact": {"phone_number": "1", "first_name": "x"}},
    "unknown": {"something_new": {"a": [1, {"b": None}]}},
    "a photo without sizes": {"photo": []},
    "a photo of a wrong kind": {"photo": [1, "a", None, {"file_id": 5}]},
}


def test_what_is_no_photo_is_answered(telegram, db):
    Shift(db, len(OTHERS), today() - 5 * DAY)
    for n, what in enumerate(OTHERS.values()):
        telegram.message(500_000_000 + n, **what)
    for n, what in enumerate(OTHERS):
        (answer,) = answers(telegram, 500_000_000 + n)
        assert "фотографией" in answer["text"], what


def test_words_and_edited_messages_are_answered(telegram, db):
    chat, other = Shift(db, 2, today() - 5 * DAY).chats
    telegram.message(chat, text="как дела?")
    (answer,) = answers(telegram, chat)
    assert [[b["text"] for b in row] for row in answer["reply_markup"]["keyboard"]] == [[SKIP, BALANCE]]
    telegram.update(edited_message={"message_id": 1, "date": 1, "edit_date": 2, "text": "новое",
                                    "from": {"id": other, "is_bot": False},
                                    "chat": {"id": other, "type": "private"}})
    assert "новым сообщением" in answers(telegram, other)[0]["text"]


def test_who_writes_ten_times_at_once_is_not_answered_ten_times(telegram, db):
    chat = child(db)
    for _ in range(10):
        last = telegram.message(chat, text="ау")
    # One is enough if all ten were heard before it could go.
    wait_for(lambda: db.value("select handled_at from programme.bot_update where update_id = %s", last), 30)
    answers(telegram, chat)
    wait_for(lambda: db.value("select count(*) from programme.outbox where state <> 'sent'") == 0, 20)
    assert len(telegram.messages(chat_id=chat)) <= 3


def test_groups_channels_and_bots_get_nothing(telegram, db):
    group, chat = -100500, next(chats)
    telegram.update(message={"message_id": 1, "date": 1, "text": "/start", "from": {"id": chat},
                             "chat": {"id": group, "type": "supergroup"}})
    telegram.update(message={"message_id": 1, "date": 1, "new_chat_members": [{"id": 1}],
                             "chat": {"id": group, "type": "group"}})
    telegram.update(message={"message_id": 2, "date": 1, "text": "/start", "from": {"id": chat, "is_bot": True},
                             "chat": {"id": chat, "type": "private"}})
    telegram.update(message={"message_id": 3, "date": 1, "location": {"live_period": 60},
                             "from": {"id": chat}, "chat": {"id": chat, "type": "private"}})
    last = telegram.update(message={"message_id": 2, "date": 1, "pinned_message": {}, "from": {"id": chat},
                                    "chat": {"id": chat, "type": "private"}})
    wait_for(lambda: db.value("select handled_at from programme.bot_update where update_id = %s", last), 20)
    assert db.value("select count(*) from programme.outbox") == 0


# -- messages to families

def test_a_task_whose_picture_telegram_cannot_fetch_comes_without_it(ctl, telegram, db):
    one, two = Shift(db, 2, today() - 5 * DAY).chats
    broken = {"mode": "error", "status": 400, "method": "sendPhoto",
              "description": "Bad Request: failed to get HTTP URL content"}
    telegram.fault(**broken, chat_id=one, count=2)
    telegram.fault(**broken, chat_id=two, count=None)
    ctl("timers", "run", "programme.daily", "--date", today().isoformat(), "--future", "--no-wait")

    def all_sent():
        db.do("update programme.outbox set not_before = now(), dispatched_at = now() - interval '2 seconds' "
              "where state = 'waiting'")
        return len(telegram.messages()) == 2
    wait_for(all_sent, 30, every=0.2)
    (with_picture,), (without,) = telegram.messages(chat_id=one), telegram.messages(chat_id=two)
    assert (with_picture["method"], without["method"]) == ("sendPhoto", "sendMessage")
    assert without["text"] == with_picture["text"] and without["reply_markup"] == with_picture["reply_markup"]


# -- health

def health(base):
    answer = Client(base, "/api").get("/healthcheck")
    body = answer.json() if answer.status_code == 200 else answer.json()["detail"]
    assert [c["name"] for c in body["components"]] == ["bot", "api", "db"]
    return answer.status_code, body["components"][0]


def test_health_says_what_a_worker_has_learnt_of_the_bot(telegram, db, base, stack):
    with stack.without("samovar-worker"):
        telegram.fault("error", status=500, method="getMe", count=1)
        stack.spawn("samovar-worker")
        wait_for(lambda: health(base)[0] == 400, 20)
        status, bot = health(base)
        assert bot["status"] is False and "500" in bot["errors"][0]
        wait_for(lambda: health(base)[0] == 200, 30)
        assert db.value("select me ->> 'username' from programme.bot_state") == "samovar_test_bot"
        stack.end_started()
        db.do("update programme.bot_state set checked_at = now() - interval '1 hour'")
        status, bot = health(base)
        assert status == 400 and "no worker" in bot["errors"][0]


# -- without a token

@pytest.fixture
def tokenless(stack):
    with stack.without("samovar-worker"):
        worker = stack.spawn("samovar-worker", BOT_TOKEN="", SAMOVAR_BOT_TOKEN="")
        yield
        worker.terminate()
        worker.wait(30)


def bot_say(stack, *words):
    """What scripts/bot-say shows: the parameters of each answer."""
    done = subprocess.run([REPO / "scripts/bot-say", "--state", stack.state, *map(str, words)],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_without_a_token_the_bot_is_tried_out_with_files(tokenless, telegram, db, stack, tmp_path):
    chat = next(chats)
    about, offer = bot_say(stack, chat, "/start")
    assert about["chat_id"] == chat and "web_app" in str(offer["reply_markup"])
    chat = child(db)
    (note,) = bot_say(stack, chat, "--press", "cancel")[:1]
    assert "отменено" in note["text"]
    (tmp_path / "photo.png").write_bytes(png(77))
    (answer,) = bot_say(stack, chat, "--photo", tmp_path / "photo.png")
    assert "на модерацию" in answer["text"] and status_of(db) == "reviewing"
    assert telegram.calls("sendMessage") == []


def test_a_file_that_is_no_update_is_set_aside(tokenless, stack):
    inbox, owner = stack.state / "bot" / "inbox", (stack.state / "bot").stat()
    inbox.mkdir(exist_ok=True)
    os.chown(inbox, owner.st_uid, owner.st_gid)
    (inbox / "2.json.new").write_text("{")
    (inbox / "2.json.new").rename(inbox / "2.json")
    wait_for(lambda: (inbox / "2.json.bad").exists(), 20)
    (inbox / "2.json.bad").unlink()
