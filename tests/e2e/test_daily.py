"""The day of a shift: one task a child a day, the reminder, a large shift in parts."""

import random
import time

import psycopg2
import psycopg2.errors
import pytest

from tests.conftest import wait_for
from tests.e2e.client import together
from tests.e2e.day import (DAY, arrived, at, clock, daily, each_once, family_of, fresh, got,  # noqa: F401
                           no_scheduler, no_workers, quiet, remind)
from tests.e2e.programme import Shift, today
from tests.e2e.stack import kill_all


# -- the run of 08:00

def test_each_child_gets_the_days_task_once(ctl, db, telegram, stack):
    shift, day = Shift(db, 3, today() - 5 * DAY), today()
    daily(ctl, day)
    arrived(telegram, 3)
    quiet(db)
    each_once(telegram, shift)
    for m in telegram.messages():
        assert m["method"] == "sendPhoto"
        url = db.value("select url from programme.task where id = %s", shift.plan[str(day.day)])
        assert m["params"]["photo"] == f"http://127.0.0.1:{stack.port}{url}"
        assert shift.title_of(day) in m["text"] and "Имя" in m["text"]
        keyboard = m["reply_markup"]
        assert [[b["text"] for b in row] for row in keyboard["keyboard"]] \
            == [["Пропустить задание", "Баланс ломбарьеров"]]
        assert keyboard["resize_keyboard"] is True
    assert shift.reports(day, "waiting") == 3


def test_the_picture_is_sent_by_its_telegram_id_after_the_first_time(ctl, db, telegram):
    Shift(db, 40, today() - 5 * DAY)
    daily(ctl, today())
    arrived(telegram, 40)
    photos = [m["params"]["photo"] for m in telegram.messages()]
    assert photos[0].startswith("http") and not photos[-1].startswith("http")


def test_a_second_run_of_the_same_day_changes_nothing(ctl, db, telegram):
    shift, day = Shift(db, 20, today() - 5 * DAY), today()
    daily(ctl, day)
    arrived(telegram, 20)
    quiet(db)
    before = db.all("select * from programme.report order by id")
    for _ in range(3):
        daily(ctl, day)
        quiet(db)
    time.sleep(1.5)
    each_once(telegram, shift)
    assert db.all("select * from programme.report order by id") == before


def test_runs_at_the_same_moment_make_one(ctl, db, telegram):
    shift, day = Shift(db, 20, today() - 5 * DAY), today()
    together(4, lambda n: daily(ctl, day))
    arrived(telegram, 20)
    quiet(db)
    each_once(telegram, shift)


def test_what_was_left_open_is_skipped(ctl, db, telegram):
    shift, day = Shift(db, 4, today() - 5 * DAY), today()
    for chat, status in zip(shift.chats, ("waiting", "reviewing", "approved", "declined")):
        shift.report(chat, day - DAY, status)
    daily(ctl, day)
    arrived(telegram, 4)
    assert [shift.reports(day - DAY, s) for s in ("waiting", "skipped", "reviewing", "approved",
                                                  "declined")] == [0, 1, 1, 1, 1]
    texts = {m["chat_id"]: m["text"] for m in telegram.messages()}
    plain = texts[shift.chats[1]]
    assert texts[shift.chats[2]] == plain
    assert len(texts[shift.chats[0]]) > len(plain) and len(texts[shift.chats[3]]) > len(plain)


def test_five_missed_days_exclude_and_four_do_not(ctl, db, telegram):
    shift, day = Shift(db, 4, today() - 20 * DAY), today()
    five, four, declined, test_user = shift.chats
    for back in range(1, 6):
        shift.report(five, day - back * DAY, "skipped" if back > 1 else "waiting")
        shift.report(four, day - back * DAY, "skipped" if back < 5 else "approved")
        shift.report(declined, day - back * DAY, "declined")
        shift.report(test_user, day - back * DAY, "skipped")
    db.do("update programme.participant set is_test_user = true where telegram_id = %s", test_user)
    daily(ctl, day)
    arrived(telegram, 4)
    quiet(db)
    assert [shift.member(c).status for c in shift.chats] == ["excluded", "active", "active", "active"]
    texts = [m["text"] for m in telegram.messages(chat_id=five)]
    assert len(texts) == 1 and "@" in texts[0]
    assert telegram.messages(chat_id=five)[0]["method"] == "sendMessage"
    assert shift.reports(day) == 3


def test_a_prepared_shift_starts_on_its_day(ctl, db, telegram):
    day = today()
    shift = Shift(db, 2, day, status="preparing")
    daily(ctl, day)
    arrived(telegram, 2)
    assert db.value("select status::text from programme.shift where id = %s", shift.id) == "started"
    each_once(telegram, shift)


def boundary(db):
    """The first morning of a shift after the last day of another; one report of that is in review."""
    day = today()
    old = Shift(db, 2, day - 30 * DAY, days=29)
    old.report(old.chats[0], day - DAY, "reviewing")
    Shift(db, 0, day, status="preparing")  # of the same families
    return day


FIRST_DAY = ("select count(*) from programme.report r join programme.shift s on s.id = r.shift_id and s.status = 'started' "
             "where r.task_date = %s and r.status = 'waiting'")


def states(db):
    return [r.status for r in db.all("select status::text as status from programme.shift order by started_at")]


@pytest.mark.parametrize("order", [("daily", "finish"), ("finish", "daily"), ("daily",)], ids="-".join)
def test_the_new_shift_starts_though_nobody_had_ended_the_old_one(db, telegram, no_workers, stack, order):
    """After an outage over 07:00 and 08:00, whichever of the two comes first."""
    day = boundary(db)
    for n, kind in enumerate(order):
        db.do("insert into job.job (kind, subject, max_tries, run_at) values (%s, %s, 8, now() - make_interval(secs => %s))",
              f"programme.{kind}", day.isoformat() + "/asked" * (kind == "daily"), 10 - n)
    stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="3")
    quiet(db)
    assert states(db) == ["ready_for_complete", "started"]
    assert db.value(FIRST_DAY, day) == 2
    kinds = db.all("select kind, count(*) as n from programme.outbox group by kind order by kind")
    assert [(r.kind, r.n) for r in kinds] == [("final", 1), ("task", 2)]


@pytest.mark.parametrize("latest_first", [False, True])
def test_of_several_days_without_a_worker_only_the_last_one_counts(db, telegram, no_workers, stack, latest_first):
    shift, day = Shift(db, 2, today() - 9 * DAY), today()
    shift.report(shift.chats[0], day - 4 * DAY, "skipped")
    for back in range(4):
        db.do("insert into job.job (kind, subject, max_tries, run_at) values ('programme.daily', %s, 8, now() - make_interval(secs => %s))",
              f"{day - back * DAY}/asked", 10 - back if latest_first else back + 1)
    stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="3")
    quiet(db)
    assert shift.reports(day, "waiting") == 2
    assert [shift.reports(day - n * DAY, "not_participate") for n in (1, 2, 3)] == [1, 1, 1]
    assert [shift.reports(day - n * DAY) for n in (1, 2, 3)] == [1, 1, 1]
    assert db.value("select array_agg(distinct left(key, 15)) from programme.outbox") == [f"task/{day}"]


def test_a_parked_finish_does_not_hold_back_the_days(db, telegram, ctl):
    day = boundary(db)
    db.do("insert into job.job (kind, subject, key, max_tries, state, last_error) "
          "values ('programme.finish', %s, %s, 8, 'parked', 'for the test')", day.isoformat(), f"programme.finish/{day}")
    daily(ctl, day)
    wait_for(lambda: states(db) == ["ready_for_complete", "started"], 20)
    wait_for(lambda: db.value(FIRST_DAY, day) == 2, 20)


def test_a_prepared_shift_of_another_day_waits(ctl, db, telegram):
    day = today()
    shift = Shift(db, 2, day + DAY, status="preparing")
    daily(ctl, day)
    quiet(db)
    assert db.value("select status::text from programme.shift where id = %s", shift.id) == "preparing"
    assert telegram.messages() == []


@pytest.mark.parametrize("status", ["finished", "cancelled", "ready_for_complete"])
def test_a_shift_that_does_not_run_sends_nothing(ctl, db, telegram, status):
    Shift(db, 2, today() - 5 * DAY, status=status)
    daily(ctl, today())
    quiet(db)
    assert telegram.messages() == []


def test_excluded_members_and_blocked_chats_get_nothing(ctl, db, telegram):
    shift = Shift(db, 3, today() - 5 * DAY)
    db.do("update programme.member m set status = 'excluded' from programme.participant p "
          "where p.id = m.participant_id and p.telegram_id = %s", shift.chats[0])
    db.do("update programme.participant set telegram_blocked = true where telegram_id = %s",
          shift.chats[1])
    daily(ctl, today())
    arrived(telegram, 1)
    quiet(db)
    each_once(telegram, shift, shift.chats[2:])
    assert shift.reports(today()) == 2  # the blocked one may come back and report


def test_an_unknown_timer_or_date_is_an_error(ctl):
    for words in (("nothing",), ("programme.daily", "--date", "yesterday"),
                  ("programme.daily", "--date", "2026-02-30")):
        done = ctl("timers", "run", *words, check=False)
        assert done.returncode != 0 and done.stderr.strip()


@pytest.mark.parametrize("more, mode", [([], "false"), (["--future"], "false"), ([], "true")])
def test_a_day_that_has_not_come_is_refused(ctl, db, more, mode):
    shift = Shift(db, 1, today() + 2 * DAY, status="preparing")
    done = ctl("timers", "run", "programme.daily", "--date", (today() + 2 * DAY).isoformat(), *more, check=False, SAMOVAR_SITE_TEST_MODE=mode)
    assert done.returncode != 0 and "future" in done.stderr
    assert db.value("select count(*) from job.timer_run where slot > now()") == 0
    assert db.value("select status::text from programme.shift where id = %s", shift.id) == "preparing"


@pytest.mark.parametrize("name, hour", [("programme.finish", 7), ("programme.daily", 8), ("programme.remind", 19)])
def test_a_day_begins_at_its_timer_s_hour(ctl, db, clock, no_workers, name, hour):
    """Until 07:59 yesterday's report may come: a run by hand must not take its task away."""
    shift, day = Shift(db, 2, today() - 5 * DAY), today() - DAY
    for chat in shift.chats:
        shift.report(chat, day - DAY, "waiting")
    clock.set(at(day, hour - 1, 58))
    for words in ((), ("--date", day.isoformat())):
        done = ctl("timers", "run", name, *words, check=False)
        assert done.returncode != 0 and f"{day} is in the future: {name} begins at {hour:02}:00" in done.stderr
    assert db.value("select count(*) from job.job where kind like 'programme.%%'") == 0
    assert f"{name} for {day - DAY}" in ctl("timers", "run", name, "--last", "--no-wait").stdout
    assert f"{name} for {day}" in ctl("timers", "run", name, "--future", "--no-wait").stdout
    clock.set(at(day, hour))
    assert f"{name} for {day}" in ctl("timers", "run", name, "--last", "--no-wait").stdout
    assert f"{name} for {day}" in ctl("timers", "run", name, "--no-wait").stdout


def test_the_last_morning_again_takes_nothing_from_anybody(ctl, db, clock):
    shift, day = Shift(db, 2, today() - 5 * DAY), today() - DAY
    shift.report(shift.chats[0], day - DAY, "waiting")
    clock.set(at(day, 3))
    ctl("timers", "run", "programme.daily", "--last")
    assert shift.reports(day - DAY, "waiting") == 2 and shift.reports(day) == 0


def test_timers_are_listed(ctl):
    out = ctl("timers", "list").stdout
    for name in ("programme.daily", "programme.remind", "session.sweep"):
        assert name in out


def test_the_operator_waits_for_the_end_unless_told_not_to(ctl, db):
    shift = Shift(db, 3, today() - 5 * DAY)
    ctl("timers", "run", "programme.daily", "--date", today().isoformat(), "--future")
    assert shift.reports(today()) == 3


# -- a morning that was missed

LATE = [(0, 8, 0, True), (0, 17, 59, True), (0, 18, 0, False), (1, 3, 0, False), (1, 7, 59, False)]


@pytest.mark.parametrize("subject", ["", "/1/1"], ids=["whole", "part"])
@pytest.mark.parametrize("days, hour, minute, issued", LATE)
def test_a_task_that_was_missed_comes_on_its_own_day_or_not_at_all(db, telegram, stack, clock, no_workers, days, hour, minute,
                                                                   issued, subject):
    shift, day = Shift(db, 2, today() - 5 * DAY), today()
    shift.report(shift.chats[0], day - DAY, "waiting")
    db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 1)", f"{day}{subject}")
    clock.set(at(day + days * DAY, hour, minute))
    stack.spawn("samovar-worker")
    quiet(db)
    assert not db.all("select from job.job where kind = 'programme.daily'")
    assert shift.reports(day, "waiting" if issued else "not_participate") == 2 == shift.reports(day)
    assert shift.reports(day - DAY, "skipped") == 1, "the day before is over, whatever the hour"
    assert len(telegram.messages()) == (2 if issued else 0)
    assert db.value("select count(*) from programme.outbox where kind = 'task'") == (2 if issued else 0)


def test_an_operator_sends_the_task_at_any_hour(ctl, db, telegram, clock):
    shift, day = Shift(db, 1, today() - 5 * DAY), today()
    clock.set(at(day, 23))
    daily(ctl, day)
    arrived(telegram, 1)
    assert shift.reports(day, "waiting") == 1


def test_a_task_that_telegram_takes_too_late_is_not_sent_and_its_day_does_not_count(ctl, db, telegram, clock, stack, no_workers):
    """Telegram, or our way to it, is down from the morning until the night. What may have arrived stays a task."""
    shift, day = Shift(db, 3, today() - 5 * DAY), today()
    seen, photo, unseen = shift.chats
    clock.set(at(day, 8, 1))
    telegram.fault("error", status=502, count=None)
    worker = stack.spawn("samovar-worker")
    ctl("timers", "run", "programme.daily", "--date", day.isoformat(), "--future")
    db.do("update programme.outbox set tries = 1 where chat_id = %s", seen)
    db.do("update programme.report r set status = 'reviewing' from programme.member m join programme.participant p on p.id = m.participant_id "
          "where m.id = r.member_id and p.telegram_id = %s", photo)
    db.do("insert into programme.outbox (key, participant_id, chat_id, kind, payload) select 'x/' || id, id, telegram_id, 'text', "
          "'{\"text\": \"later\"}' from programme.participant")
    kill_all(family_of(worker))
    clock.set(at(day + DAY, 3))
    telegram.mend()
    stack.spawn("samovar-worker")
    arrived(telegram, 3)
    quiet(db)
    assert [m["text"] for m in telegram.messages()] == ["later"] * 3
    states = {r.telegram_id: r.status for r in db.all(
        "select p.telegram_id, r.status::text from programme.report r join programme.member m on m.id = r.member_id "
        "join programme.participant p on p.id = m.participant_id")}
    assert states == {seen: "waiting", photo: "reviewing", unseen: "not_participate"}
    assert ctl("programme", "resend", str(unseen)).stdout.startswith("0 "), "nor is it sent by accident"


# -- the reminder of 19:00

def test_who_has_not_reported_is_reminded(ctl, db, telegram):
    shift, day = Shift(db, 4, today() - 5 * DAY), today()
    for chat, status in zip(shift.chats, ("waiting", "reviewing", "approved", "skipped")):
        shift.report(chat, day, status)
    remind(ctl, day)
    arrived(telegram, 1)
    remind(ctl, day)
    quiet(db)
    time.sleep(1.2)
    each_once(telegram, shift, shift.chats[:1])
    (message,) = telegram.messages()
    assert message["method"] == "sendMessage"
    assert "Имя" in message["text"] and "Фамилия" in message["text"]


def test_a_task_that_stays_open_is_reminded_each_day_anew(ctl, db, telegram):
    shift, day = Shift(db, 1, today() - 5 * DAY), today()
    for back in (1, 0):
        shift.report(shift.chats[0], day - back * DAY, "waiting")
        remind(ctl, day - back * DAY)
        quiet(db)
        time.sleep(1)
    assert got(telegram) == {shift.chats[0]: 2}


@pytest.mark.parametrize("days, hour, minute, reminded", [
    (0, 19, 1, True), (0, 21, 59, True), (0, 22, 0, False), (1, 7, 30, False), (1, 20, 0, False)])
def test_a_reminder_that_was_missed_comes_on_its_own_evening_or_not_at_all(db, telegram, stack, clock, no_workers, days, hour,
                                                                           minute, reminded):
    shift, day = Shift(db, 1, today() - 5 * DAY), today()
    shift.report(shift.chats[0], day, "waiting")
    db.do("insert into job.job (kind, subject, max_tries) values ('programme.remind', %s, 1)", day.isoformat())
    clock.set(at(day + days * DAY, hour, minute))
    stack.spawn("samovar-worker")
    quiet(db)
    assert not db.all("select from job.job where kind = 'programme.remind'")
    assert db.value("select count(*) from programme.outbox where kind = 'remind'") == reminded


# -- a large shift: the same in parts

@pytest.fixture
def parts(stack, no_workers):
    """parts(): a worker with two processes that does ten members in one transaction."""
    return lambda: stack.spawn("samovar-worker", SAMOVAR_PROGRAMME_DAILY_BATCH="10")


def test_a_large_shift_is_done_in_parts_and_whole(ctl, db, telegram, stack, parts):
    shift, day = Shift(db, 95, today() - 20 * DAY), today()
    for n, chat in enumerate(shift.chats):
        if n != 94:
            shift.report(chat, day - DAY, "waiting")
    for back in range(2, 6):
        shift.report(shift.chats[0], day - back * DAY, "skipped")
    shift.report(shift.chats[94], day - 3 * DAY, "approved")
    parts()
    for _ in range(2):  # the operator waits for the parts, too; a second run changes nothing
        ctl("timers", "run", "programme.daily", "--date", day.isoformat(), "--future")
        assert db.value("select count(*) from job.job where kind = 'programme.daily'") == 0
        assert (shift.reports(day), shift.reports(day, "waiting"), shift.reports(day - DAY, "skipped")) == (94, 94, 94)
    assert shift.member(shift.chats[0]).status == "excluded"
    assert [shift.reports(day - n * DAY, "not_participate") for n in (1, 2, 3)] == [1, 1, 0]
    arrived(telegram, 95)
    quiet(db)
    each_once(telegram, shift)
    assert len(set(line.split("part=")[1].split()[0] for line in (stack.state / "log/samovar-worker.test.log").read_text().splitlines()
                   if "programme.daily" in line and "part=" in line) - {"0"}) == 10


def test_parts_killed_at_random_moments_are_made_whole(ctl, db, telegram, stack, parts):
    shift, day, dice = Shift(db, 95, today() - 5 * DAY), today(), random.Random(3)
    for chat in shift.chats:
        shift.report(chat, day - DAY, "waiting")
    daily(ctl, day)
    for _ in range(8):
        worker = parts()
        time.sleep(dice.uniform(0, 0.3))
        kill_all(family_of(worker))
        db.do("update job.job set lease_until = now() where lease_until > now()")
    parts()
    arrived(telegram, 95, 60)
    quiet(db)
    each_once(telegram, shift)
    assert shift.reports(day, "waiting") == 95 and shift.reports(day - DAY, "skipped") == 95


def test_a_part_waits_for_the_whole(ctl, db, telegram, parts):
    """The whole day by an operator with other settings, and its parts: each member once."""
    shift, day = Shift(db, 30, today() - 5 * DAY), today()
    with psycopg2.connect(**db.stack.dsn) as held:
        held.cursor().execute("select pg_advisory_xact_lock(hashtext('programme.daily'))")
        parts()
        for n in (1, 2, 3):
            db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 8)", f"{day}/{n}/3/asked")
        wait_for(lambda: db.value("select count(*) from pg_locks where locktype = 'advisory' and not granted") > 0, 20)
        assert shift.reports(day) == 0
    wait_for(lambda: shift.reports(day, "waiting") == 30, 30)
    arrived(telegram, 30)
    each_once(telegram, shift)


@pytest.mark.parametrize("subject", ["yesterday", "2026-11-21/0/2", "2026-11-21/3/2", "2026-11-21/x", "2026-11-21/1/1000000", "2026-11-21/asked/1/2",
                                     "2026-11-21/1/2/asked/"])
def test_a_part_that_is_none_is_parked(db, telegram, subject):
    db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 1)", subject)
    wait_for(lambda: db.value("select state::text from job.job where subject = %s", subject) == "parked", 20)


def test_a_task_that_a_plan_names_stays(db):
    shift = Shift(db, 1, today())
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        db.do("delete from programme.task where id = %s", shift.plan["1"])
    assert db.do("delete from programme.participant where id = (select participant_id from programme.member limit 1)") == 1
