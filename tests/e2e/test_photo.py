"""A photo's way into its report: noted at once, fetched by a job, stored once, reviewed."""

import datetime
import itertools

import psycopg2
import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.programme import ZONE, Shift, clear, png, today
from tests.e2e.stack import children, kill_all

DAY = datetime.timedelta(days=1)
groups = itertools.count(1)

SENT, BUSY, USED = "на модерацию", "уже на проверке", "уже использована"


@pytest.fixture(autouse=True)
def fresh(db, telegram):
    clear(db)
    telegram.limits(enforce=False)
    yield
    clear(db)


def current():
    now = datetime.datetime.now(ZONE)
    return now.date() if now.hour >= 8 else now.date() - DAY


def family(db, count=1, status="waiting", shift_status="started"):
    shift = Shift(db, count, today() - 5 * DAY, status=shift_status)
    for chat in shift.chats:
        shift.report(chat, current(), status)
    return shift


def photo_of(telegram, data, unique=None, size=None, **more):
    """The members of a message with a photo whose bytes Telegram has."""
    file_id = telegram.file(data, "photos/file.jpg", size)
    unique = unique or "U" + file_id[-12:]
    return {"photo": [{"file_id": file_id + "s", "file_unique_id": unique + "s", "width": 90, "height": 90},
                      {"file_id": file_id, "file_unique_id": unique, "width": 1280, "height": 960}], **more}


def send(telegram, chat, data, **more):
    telegram.message(chat, **photo_of(telegram, data, **more))


def answers(telegram, chat, count=1, seconds=30):
    return wait_for(lambda: [m["text"] for m in telegram.messages(chat_id=chat)][count - 1:]
                    and [m["text"] for m in telegram.messages(chat_id=chat)], seconds,
                    f"{count} answers in {chat}")


def report(db, chat, day=None):
    return db.one("select r.*, r.status::text as state from programme.report r "
                  "join programme.member m on m.id = r.member_id "
                  "join programme.participant p on p.id = m.participant_id "
                  "where p.telegram_id = %s and r.task_date = %s", chat, day or current())


def hurry(db):
    """What waits for its next try is tried now, and a chat may be written to at once."""
    db.do("update job.job set run_at = now() where run_at > now()")
    db.do("update programme.outbox set dispatched_at = dispatched_at - interval '2 seconds'")


def photos(db):
    return db.value("select count(*) from programme.report_photo")


def test_a_photo_goes_to_review(telegram, db, stack, staff):
    shift = family(db)
    chat = shift.chats[0]
    send(telegram, chat, png(1))
    assert SENT in answers(telegram, chat)[0]
    r = report(db, chat)
    assert (r.state, r.number_attempt) == ("reviewing", 1) and r.uploaded_at
    assert (stack.state / "photos" / r.report_url.lstrip("/")).read_bytes().startswith(b"\xff\xd8\xff")
    row = db.one("select * from programme.report_photo")
    assert (row.report_id, row.attempt, row.url) == (r.id, 1, r.report_url)
    assert db.value("select count(*) from programme.photo_intake") == 0
    (q,) = staff().get(f"/reports/?shift_id={shift.id}").json()
    assert requests.get(q["photo_url"], timeout=10).headers["Content-Type"] == "image/jpeg"


def test_a_declined_report_may_be_sent_again_until_the_attempts_are_used_up(telegram, db):
    chat = family(db).chats[0]
    for n in (1, 2, 3):
        send(telegram, chat, png(n))
        assert SENT in answers(telegram, chat, n)[-1]
        assert report(db, chat).number_attempt == n
        db.do("update programme.report set status = 'declined'")
        hurry(db)
    send(telegram, chat, png(4))
    assert "Лимит попыток" in answers(telegram, chat, 4)[-1] and "08:00" in answers(telegram, chat, 4)[-1]
    assert report(db, chat).number_attempt == 3 and photos(db) == 3


@pytest.mark.parametrize("status, words", [
    ("skipped", "пропущено"), ("reviewing", BUSY), ("approved", BUSY), ("not_participate", "нет заданий")])
def test_a_report_that_takes_no_photo(telegram, db, status, words):
    chat = family(db, status=status).chats[0]
    send(telegram, chat, png(1))
    assert words in answers(telegram, chat)[0]
    assert report(db, chat).state == status and photos(db) == 0


@pytest.mark.parametrize("shift_status", ["finished", "cancelled", "preparing", "ready_for_complete"])
def test_a_shift_that_does_not_run_takes_no_photo(telegram, db, shift_status):
    chat = family(db, shift_status=shift_status).chats[0]
    send(telegram, chat, png(1))
    assert "нет заданий" in answers(telegram, chat)[0]
    assert report(db, chat).state == "waiting" and photos(db) == 0


# -- duplicates

def files(stack):
    """Photos on the disk, without their thumbnails."""
    return {str(p.relative_to(stack.state / "photos")) for p in (stack.state / "photos").rglob("*.jpg")
            if not p.name.endswith(".small.jpg")}


def test_a_refused_photo_leaves_no_file(telegram, db, stack):
    one, two = family(db, 2).chats
    before = files(stack)
    for chat in (one, two):
        send(telegram, chat, png(1))
        answers(telegram, chat)
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'photo.fetch'") == 0, 20)
    assert {f"/{name}" for name in files(stack) - before} == {
        r.url for r in db.all("select url from programme.report_photo")}


def test_the_same_bytes_are_refused_from_whomever_and_whenever(telegram, db, stack):
    shift = family(db, 3)
    one, two, three = shift.chats
    send(telegram, one, png(1))
    answers(telegram, one)
    db.do("update programme.report set status = 'declined' where number_attempt = 1")
    hurry(db)
    send(telegram, one, png(2))  # the first one is replaced, and stays known
    answers(telegram, one, 2)
    send(telegram, two, png(1))  # another file at Telegram, the same picture
    assert USED in answers(telegram, two)[0]
    assert (report(db, two).state, report(db, two).number_attempt) == ("waiting", 0)
    db.do("update programme.shift set status = 'finished'")
    later = Shift(db, 0, today() - 2 * DAY)
    db.do("insert into programme.member (participant_id, shift_id) select participant_id, %s "
          "from programme.member where shift_id = %s on conflict do nothing", later.id, shift.id)
    db.do("delete from programme.report where id not in (select report_id from programme.report_photo)")
    db.do("update programme.report set task_date = task_date - 50")
    db.do("insert into programme.report (shift_id, task_id, member_id, task_date, status) "
          "select m.shift_id, %s, m.id, %s, 'waiting' from programme.member m where shift_id = %s",
          later.plan[str(current().day)], current(), later.id)
    send(telegram, three, png(2))
    assert USED in answers(telegram, three)[0]
    assert photos(db) == 2


def test_the_same_telegram_file_is_refused_without_fetching_it(telegram, db):
    shift = family(db, 2)
    message = photo_of(telegram, png(1), "same-file")
    telegram.message(shift.chats[0], **message)
    answers(telegram, shift.chats[0])
    fetched = len(telegram.calls("getFile"))
    telegram.message(shift.chats[1], **message)
    assert USED in answers(telegram, shift.chats[1])[0]
    assert len(telegram.calls("getFile")) == fetched


def test_two_children_with_one_picture_at_once(telegram, db):
    shift = family(db, 4)
    for chat in shift.chats:
        send(telegram, chat, png(1))
    texts = [answers(telegram, chat)[0] for chat in shift.chats]
    assert sum(SENT in t for t in texts) == 1 and sum(USED in t for t in texts) == 3
    assert photos(db) == 1


def test_an_album_is_one_report_and_one_answer(telegram, db):
    chat, group = family(db).chats[0], f"album-{next(groups)}"
    for n in range(4):
        last = telegram.message(chat, **photo_of(telegram, png(n)), media_group_id=group)
    wait_for(lambda: db.value("select count(*) from programme.bot_update where update_id = %s", last), 20)
    assert SENT in answers(telegram, chat)[0]
    hurry(db)
    wait_for(lambda: not db.all("select from programme.outbox where state <> 'sent'"), 20)
    assert len(telegram.messages(chat_id=chat)) == 1 and photos(db) == 1
    assert report(db, chat).number_attempt == 1
    telegram.message(chat, **photo_of(telegram, png(9)), media_group_id=f"album-{next(groups)}")
    assert BUSY in answers(telegram, chat, 2)[-1]


def test_the_first_photo_of_an_album_is_the_report_whatever_stands_before_it(telegram, db):
    chat, group = family(db).chats[0], f"album-{next(groups)}"
    telegram.message(chat, video={"file_id": "v"}, media_group_id=group)
    telegram.message(chat, **photo_of(telegram, png(1)), media_group_id=group)
    telegram.message(chat, **photo_of(telegram, png(2)), media_group_id=group)
    last = telegram.message(chat, video={"file_id": "w"}, media_group_id=group)
    wait_for(lambda: db.value("select count(*) from programme.bot_update where update_id = %s", last), 20)
    said = answers(telegram, chat, 2)
    assert "отправить фотографией" in said[0] and SENT in said[1]
    hurry(db)
    wait_for(lambda: not db.all("select from programme.outbox where state <> 'sent'"), 20)
    assert len(telegram.messages(chat_id=chat)) == 2 and photos(db) == 1


def album(telegram, db, chat, *pictures):
    """Sends an album, and waits until all of it has been heard and dealt with."""
    group = f"album-{next(groups)}"
    for data in pictures:
        last = telegram.message(chat, **photo_of(telegram, data), media_group_id=group)
    wait_for(lambda: db.value("select count(*) from programme.bot_update where update_id = %s", last), 20)
    settled(db)


def settled(db):
    """No photo is on its way, and nothing is left to be said."""
    def done():
        hurry(db)
        return db.value("select (select count(*) from programme.photo_intake) + (select count(*) from job.job where kind = 'photo.fetch') "
                        "+ (select count(*) from programme.outbox where state <> 'sent')") == 0
    wait_for(done, 30, "photos and answers", every=0.2)


def test_the_first_good_photo_of_an_album_is_the_report(telegram, db):
    chat = family(db).chats[0]
    album(telegram, db, chat, b"\xff\xd8\xff garbage", png(1)[:-20], png(2), png(3))
    (said,) = answers(telegram, chat)
    assert SENT in said
    assert report(db, chat).number_attempt == 1 and photos(db) == 1


def test_an_album_without_a_good_photo_is_answered_once(telegram, db):
    chat = family(db).chats[0]
    album(telegram, db, chat, b"\xff\xd8\xff garbage", png(1)[:-20])
    (said,) = answers(telegram, chat)
    assert "прочитать" in said and "Пришли другую" in said
    assert (report(db, chat).state, report(db, chat).number_attempt) == ("waiting", 0)


def test_an_album_that_begins_with_an_old_photo_counts_by_its_new_one(telegram, db):
    one, two = family(db, 2).chats
    send(telegram, one, png(1))
    answers(telegram, one)
    settled(db)
    album(telegram, db, two, png(1), png(2))
    assert [SENT in a for a in answers(telegram, two)] == [True]
    assert report(db, two).state == "reviewing" and photos(db) == 2


# -- what Telegram does

def test_another_photo_counts_while_telegram_does_not_give_the_first(telegram, db):
    chat = family(db).chats[0]
    telegram.fault("error", status=502, method="getFile", count=1)
    send(telegram, chat, png(1))
    assert "пока не отдаёт" in answers(telegram, chat)[0]
    db.do("update job.job set run_at = now() + interval '1 hour' where kind = 'photo.fetch'")
    send(telegram, chat, png(2))
    wait_for(lambda: report(db, chat).state == "reviewing", 20)
    assert report(db, chat).number_attempt == 1 and photos(db) == 1
    settled(db)
    assert len(answers(telegram, chat, 2)) == 2 and SENT in answers(telegram, chat, 2)[1]


def test_a_photo_that_telegram_gives_late_counts_when_the_second_is_none(telegram, db):
    chat = family(db).chats[0]
    telegram.fault("error", status=502, method="getFile", count=1)
    send(telegram, chat, png(1))
    assert "пока не отдаёт" in answers(telegram, chat)[0]
    db.do("update job.job set run_at = now() + interval '1 hour' where kind = 'photo.fetch'")
    send(telegram, chat, b"\xff\xd8\xff garbage")
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 1
             and db.value("select count(*) from job.job where kind = 'photo.fetch'") == 1, 20)
    settled(db)
    assert SENT in answers(telegram, chat, 2)[-1]
    assert report(db, chat).state == "reviewing" and photos(db) == 1


def test_of_two_photos_at_once_the_first_counts_and_the_second_is_told_so(telegram, db):
    chat = family(db).chats[0]
    telegram.fault("slow", seconds=2, method="getFile", count=1)
    for n in (1, 2):
        send(telegram, chat, png(n), unique=f"two{n}")
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 2, 20)
    telegram.message(chat, text="Пропустить задание")
    telegram.update(callback_query={"id": "1", "from": {"id": chat, "is_bot": False, "first_name": "x"}, "chat_instance": "1",
                                    "data": f"skip/{current()}", "message": {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}})
    settled(db)
    said = answers(telegram, chat, 3)
    assert [SENT in a for a in said].count(True) == 1 and [BUSY in a for a in said].count(True) == 1
    assert db.value("select telegram_unique_id from programme.report_photo") == "two1"
    assert report(db, chat).state == "reviewing"


@pytest.mark.parametrize("data", [b"\xff\xd8\xff garbage", png(1)], ids=["garbage", "used"])
def test_nobody_is_asked_for_another_photo_when_the_day_is_over(telegram, db, data):
    """The photo came in time, and Telegram gave it when the next task had come."""
    one, two = family(db, 2).chats
    send(telegram, two, png(1))
    answers(telegram, two)
    telegram.fault("error", status=502, method="getFile", count=1)
    send(telegram, one, data)
    assert "пока не отдаёт" in answers(telegram, one)[0]
    db.do("update programme.report set task_date = task_date - 1")
    settled(db)
    assert "не получится" in answers(telegram, one, 2)[1] and "ришли" not in answers(telegram, one, 2)[1]
    assert report(db, one, current() - DAY).state == "skipped"



def test_a_file_that_is_unavailable_for_a_moment_is_asked_for_again(telegram, db):
    """Telegram says the same of a wrong file_id, so it is believed after some tries only."""
    chat = family(db).chats[0]
    telegram.fault("error", status=400, method="getFile", count=2,
                   description="Bad Request: wrong file_id or the file is temporarily unavailable")
    send(telegram, chat, png(1))

    def done():
        hurry(db)
        return report(db, chat).state == "reviewing"
    wait_for(done, 30, every=0.2)
    assert SENT in answers(telegram, chat, 2)[-1]


def test_telegram_without_the_file_is_asked_again_and_the_photo_counts_once(telegram, db):
    chat = family(db).chats[0]
    telegram.fault("error", status=502, method="getFile", count=2)
    telegram.fault("cut", method="file", count=1)
    send(telegram, chat, png(1))
    assert "пока не отдаёт" in answers(telegram, chat)[0]
    assert report(db, chat).state == "waiting"

    def done():
        hurry(db)
        return report(db, chat).state == "reviewing"
    wait_for(done, 30, every=0.2)
    assert len(answers(telegram, chat, 2)) == 2 and SENT in answers(telegram, chat, 2)[1]
    assert report(db, chat).number_attempt == 1 and photos(db) == 1


def test_a_photo_that_came_in_time_outlives_the_morning(telegram, db, ctl):
    shift = family(db)
    chat, day = shift.chats[0], current()
    telegram.fault("error", status=502, method="getFile", count=None)
    send(telegram, chat, png(1))
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 1, 20)
    ctl("timers", "run", "programme.daily", "--date", (day + DAY).isoformat(), "--future")
    assert report(db, chat).state == "waiting" and report(db, chat, day + DAY).state == "waiting"
    telegram.mend()

    def done():
        hurry(db)
        return report(db, chat).state == "reviewing"
    wait_for(done, 30, every=0.2)
    assert report(db, chat, day + DAY).state == "waiting"


def test_a_photo_that_telegram_keeps_until_the_shift_is_closed_is_answered(telegram, db, staff, ctl):
    shift, me = family(db, 2), staff()
    chat = shift.chats[0]
    telegram.fault("error", status=502, method="getFile", count=None)
    send(telegram, chat, png(1))
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 1, 20)
    assert me.patch(f"/shifts/{shift.id}/finish").status_code == 200
    for days, status in ((1, "ready_for_complete"), (2, "finished")):
        ctl("timers", "run", "programme.finish", "--date", (today() + days * DAY).isoformat(), "--future")
        assert db.value("select status::text from programme.shift") == status
    assert report(db, chat).state == "skipped"

    def texts():
        hurry(db)
        return [m["text"] for m in telegram.messages(chat_id=chat)]
    wait_for(lambda: len(texts()) == 3, 20)
    late, sorry, farewell = texts()
    assert "пока не отдаёт" in late and "не получилось" in sorry and "Спасибо за участие" in farewell


@pytest.mark.parametrize("comes", [True, False])
def test_a_shift_waits_for_a_photo_that_came_before_its_end(telegram, db, staff, comes):
    shift, me = family(db, 2), staff()
    chat, other = shift.chats
    state = f"select status::text from programme.shift where id = '{shift.id}'"
    telegram.fault("error", status=502, method="getFile", count=None)
    send(telegram, chat, png(1))
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 1, 20)
    assert me.patch(f"/shifts/{shift.id}/finish").status_code == 200
    assert db.value(state) == "ready_for_complete"
    assert (report(db, chat).state, report(db, other).state) == ("waiting", "skipped")
    assert "Спасибо за участие" in answers(telegram, other)[0]
    telegram.mend()
    if not comes:
        telegram.fault("error", status=400, method="getFile", count=None)

    def done():
        hurry(db)
        return db.value("select count(*) from programme.photo_intake") == 0
    wait_for(done, 30, every=0.2)
    if comes:
        assert report(db, chat).state == "reviewing" and db.value(state) == "ready_for_complete"
        assert me.patch(f"/reports/{report(db, chat).id}/approve").status_code == 200
    assert report(db, chat).state == ("approved" if comes else "skipped")
    assert db.value(state) == "finished"
    hurry(db)
    wait_for(lambda: "Спасибо за участие" in answers(telegram, chat, 2)[-1], 20)


def test_a_photo_that_never_comes_is_given_up_and_the_report_closed(telegram, db):
    chat = family(db).chats[0]
    telegram.fault("error", status=502, method="getFile", count=None)
    send(telegram, chat, png(1))
    wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 1, 20)
    answers(telegram, chat)
    db.do("update programme.report set task_date = task_date - 1")  # its day is over

    def given_up():
        db.do("update job.job set tries = max_tries - 1, run_at = now() where kind = 'photo.fetch' "
              "and lease_until is null")
        return db.value("select count(*) from programme.photo_intake") == 0
    wait_for(given_up, 30, every=0.2)
    hurry(db)
    assert "не получится" in answers(telegram, chat, 2)[1] and "ещё раз" not in answers(telegram, chat, 2)[1]
    assert report(db, chat, current() - DAY).state == "skipped"
    assert db.value("select count(*) from job.job where kind = 'photo.fetch'") == 0


@pytest.mark.parametrize("data, size, words", [
    (png(1), 21 << 20, "слишком велика"), (b"\xff\xd8\xff garbage", None, "прочитать"), (b"", None, "прочитать"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None, "прочитать"), (png(1)[:-20], None, "прочитать"),
    (b"GIF89a" + b"\0" * 50, None, "прочитать")], ids=["too large", "garbage", "empty", "svg", "half", "gif"])
def test_what_is_no_photo_is_refused_without_losing_an_attempt(telegram, db, data, size, words):
    chat = family(db).chats[0]
    send(telegram, chat, data, size=size)
    assert words in answers(telegram, chat)[0]
    r = report(db, chat)
    assert (r.state, r.number_attempt) == ("waiting", 0) and photos(db) == 0


def test_a_file_that_telegram_does_not_know_is_refused(telegram, db):
    chat = family(db).chats[0]
    telegram.message(chat, photo=[{"file_id": "AgACnothing", "file_unique_id": "x", "width": 1, "height": 1}])

    def told():
        hurry(db)
        return [a for a in answers(telegram, chat) if "ещё раз" in a]
    wait_for(told, 30, every=0.2)
    assert report(db, chat).state == "waiting"


# -- killed

def kill(process):
    kill_all([process.pid, *children(process.pid)])


def test_killed_between_download_and_commit_the_photo_counts_once(telegram, db, stack):
    chat = family(db).chats[0]
    with stack.without("samovar-worker"):
        worker = stack.spawn("samovar-worker")
        blocker = psycopg2.connect(**stack.dsn)
        with blocker.cursor() as cursor:
            send(telegram, chat, png(1))
            wait_for(lambda: db.value("select count(*) from programme.photo_intake") == 1, 20)
            cursor.execute("select from programme.photo_intake for update")
            blocked = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            hurry(db)
            if report(db, chat).state == "waiting":  # else it was quicker than the lock
                wait_for(lambda: db.value(blocked) > 0, 20, "the job waits at the lock")
            kill(worker)
        blocker.close()
        db.do("update job.job set lease_until = now() where lease_until > now()")
        stack.spawn("samovar-worker")
        wait_for(lambda: report(db, chat).state == "reviewing", 30)
        assert [t for t in answers(telegram, chat) if SENT in t] == answers(telegram, chat)
        assert photos(db) == 1 and report(db, chat).number_attempt == 1
        stack.end_started()


@pytest.fixture
def stumbling_stones(db):
    """A table of chats: whoever puts a message for one of them into the outbox waits for its row's lock."""
    db.do("create table public.stone (chat bigint primary key)")
    db.do("create function public.stumble() returns trigger language plpgsql as $$ begin "
          "perform from public.stone where chat = new.chat_id for update; return new; end $$")
    db.do("create trigger stumble before insert on programme.outbox for each row execute function public.stumble()")
    yield
    db.do("drop trigger stumble on programme.outbox")
    db.do("drop function public.stumble()")
    db.do("drop table public.stone")


def test_the_listener_killed_in_the_middle_loses_nothing_and_does_nothing_twice(telegram, db, stack,
                                                                                stumbling_stones):
    chats = list(range(730_000_001, 730_000_031))
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' " \
              "and application_name like 'samovar-listener%%'"
    with stack.without("samovar-worker"):
        for chat in chats:
            telegram.message(chat, text="ау")
        for chat in chats[3], chats[4], chats[20]:
            db.do("insert into public.stone values (%s)", chat)
            holder = psycopg2.connect(**stack.dsn)
            holder.cursor().execute("select from public.stone for update")
            worker = stack.spawn("samovar-worker")
            wait_for(lambda: db.value(waiting) == 1, 20, "the listener waits at the lock")
            kill(worker)
            holder.close()
            wait_for(lambda: db.value(waiting) == 0, 20)
            db.do("delete from public.stone")
        assert 20 <= db.value("select count(*) from programme.outbox") <= 21
        stack.spawn("samovar-worker")
        wait_for(lambda: telegram.state()["updates"] == 0, 30)
        wait_for(lambda: db.value("select count(*) from programme.outbox where state in ('sent', 'presumed')")
                 == len(chats), 40)
        assert db.value("select count(distinct chat_id) from programme.outbox") == len(chats)
        assert db.value("select count(*) from programme.outbox") == len(chats)
        stack.end_started()


# -- the day of a photo is the day on which it was sent

def ago(seconds):
    return int(datetime.datetime.now().timestamp()) - seconds


def after_a_downtime(db, status="skipped", changed="now()"):
    """The task of the day came half a minute ago, though the day before ended long ago."""
    shift = family(db)
    db.do("update programme.report set created = now() - interval '30 seconds'")
    shift.report(shift.chats[0], current() - DAY, status)
    db.do(f"update programme.report set created = now() - interval '1 day', updated = {changed} where task_date < %s", current())
    return shift.chats[0]


def test_a_photo_counts_from_when_it_was_sent(telegram, db):
    shift, sent = family(db, 3), ago(600)
    db.do("update programme.report set created = now() - interval '20 minutes'")
    for chat, date in zip(shift.chats, (sent, ago(-9000), 1)):
        send(telegram, chat, png(chat), date=date)
        assert SENT in answers(telegram, chat)[0]
    first, future, ancient = (report(db, chat) for chat in shift.chats)
    assert first.uploaded_at.timestamp() == sent
    assert db.value("select %s between now() - interval '1 minute' and now()", future.uploaded_at)
    assert ancient.uploaded_at == ancient.created


def test_a_photo_that_was_sent_before_the_morning_closed_its_report_reopens_it(telegram, db):
    chat, sent = after_a_downtime(db), ago(60)
    send(telegram, chat, png(1), date=sent)
    assert SENT in answers(telegram, chat)[0]
    day_before = report(db, chat, current() - DAY)
    assert (day_before.state, day_before.number_attempt) == ("reviewing", 1)
    assert day_before.uploaded_at.timestamp() == sent
    assert report(db, chat).state == "waiting"
    send(telegram, chat, png(2))
    hurry(db)
    assert SENT in answers(telegram, chat, 2)[1]
    assert report(db, chat).state == "reviewing" and photos(db) == 2


@pytest.mark.parametrize("status, changed, words", [
    ("skipped", "now() - interval '25 hours'", "уже закончился"), ("not_participate", "now()", "уже закончился"),
    ("approved", "now()", BUSY), ("reviewing", "now()", BUSY)])
def test_a_day_that_is_over_takes_no_photo_that_comes_late(telegram, db, status, changed, words):
    chat = after_a_downtime(db, status, changed)
    send(telegram, chat, png(1), date=ago(60))
    assert words in answers(telegram, chat)[0]
    assert (report(db, chat, current() - DAY).state, report(db, chat).state) == (status, "waiting") and photos(db) == 0


def test_a_photo_that_came_late_and_cannot_be_read_leaves_its_day_closed(telegram, db):
    chat = after_a_downtime(db)
    send(telegram, chat, b"no picture", date=ago(60))
    assert "фото" in answers(telegram, chat)[0]
    assert (report(db, chat, current() - DAY).state, report(db, chat).state) == ("skipped", "waiting")


def test_before_the_first_tasks_of_a_late_morning_the_day_before_is_open(telegram, db):
    shift = family(db)
    db.do("update programme.report set task_date = task_date - 1, created = now() - interval '1 day'")
    send(telegram, shift.chats[0], png(1))
    assert SENT in answers(telegram, shift.chats[0])[0]
    assert report(db, shift.chats[0], current() - DAY).state == "reviewing"
