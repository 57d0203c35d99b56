"""The day of a shift: one task a child a day, the reminder, whatever is killed, slow or wrong."""

import collections
import datetime
import os
import random
import signal
import time
import zoneinfo

import psycopg2
import psycopg2.errors
import pytest

from tests.conftest import wait_for
from tests.e2e.client import together
from tests.e2e.programme import ZONE, Clock, Shift, clear, today
from tests.e2e.stack import children, dead

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh(db, telegram):
    clear(db)
    telegram.limits(enforce=True)
    yield
    clear(db)


@pytest.fixture(scope="module", autouse=True)
def no_scheduler(stack):
    """The stack's own is away: one that is started while a shift runs finds its morning due."""
    with stack.without("samovar-scheduler"):
        yield
        stack.end_started()


@pytest.fixture
def no_workers(stack):
    with stack.without("samovar-worker"):
        yield
        stack.end_started()


def daily(ctl, day):
    return ctl("timers", "run", "programme.daily", "--date", day.isoformat(), "--no-wait")


def remind(ctl, day):
    return ctl("timers", "run", "programme.remind", "--date", day.isoformat(), "--no-wait")


def quiet(db, seconds=60):
    """Until no job is due or running, and no message."""
    jobs = "select * from job.job where state = 'ready' and run_at < now() + interval '1 minute'"
    messages = "select * from programme.outbox where state in ('waiting', 'claimed', 'dispatched')"
    try:
        wait_for(lambda: not db.all(jobs) and not db.all(messages), seconds)
    except AssertionError:
        raise AssertionError(f"still waiting after {seconds} s: {db.all(jobs)} {db.all(messages)}") from None


def got(telegram):
    """How many messages each chat got."""
    return collections.Counter(m["chat_id"] for m in telegram.messages())


def each_once(telegram, shift, chats=None):
    counts = got(telegram)
    expected = set(shift.chats if chats is None else chats)
    assert set(counts) == expected, (f"{len(expected - set(counts))} got none, "
                                     f"{len(set(counts) - expected)} got one that is not theirs")
    assert set(counts.values()) <= {1}, f"{sum(c > 1 for c in counts.values())} got two or more"


def arrived(telegram, count, seconds=60):
    wait_for(lambda: telegram.state()["messages"] >= count, seconds, f"{count} messages")


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
              f"programme.{kind}", day.isoformat(), 10 - n)
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
              (day - back * DAY).isoformat(), 10 - back if latest_first else back + 1)
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


def test_a_day_that_has_not_come_is_refused(ctl, db):
    day = (today() + 2 * DAY).isoformat()
    done = ctl("timers", "run", "programme.daily", "--date", day, check=False, SAMOVAR_SITE_TEST_MODE="false")
    assert done.returncode != 0 and "future" in done.stderr
    assert db.value("select count(*) from job.timer_run where slot > now()") == 0


def test_timers_are_listed(ctl):
    out = ctl("timers", "list").stdout
    for name in ("programme.daily", "programme.remind", "session.sweep"):
        assert name in out


def test_the_operator_waits_for_the_end_unless_told_not_to(ctl, db):
    shift = Shift(db, 3, today() - 5 * DAY)
    ctl("timers", "run", "programme.daily", "--date", today().isoformat())
    assert shift.reports(today()) == 3


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
    stack.spawn("samovar-worker", **clock.environ)
    quiet(db)
    assert not db.all("select from job.job where kind = 'programme.remind'")
    assert db.value("select count(*) from programme.outbox where kind = 'remind'") == reminded


# -- Telegram's limits and moods

def pace(calls):
    """The most calls in any second."""
    times = sorted(c["at"] for c in calls)
    return max((sum(1 for t in times[i:i + 100] if t - start < 0.95)
                for i, start in enumerate(times)), default=0)


def test_a_hundred_children_are_written_to_without_one_429(ctl, db, telegram):
    shift = Shift(db, 100, today() - 5 * DAY)
    start = time.monotonic()
    daily(ctl, today())
    arrived(telegram, 100, 30)
    assert time.monotonic() - start < 15, "slower than the limits ask for"
    quiet(db)
    each_once(telegram, shift)
    assert telegram.state()["refused"] == {}
    assert pace(telegram.calls("sendPhoto")) <= 30


def test_several_workers_together_keep_the_limit(ctl, db, telegram, stack, no_workers):
    shift = Shift(db, 100, today() - 5 * DAY)
    for _ in range(3):
        stack.spawn("samovar-worker")
    daily(ctl, today())
    arrived(telegram, 100, 40)
    quiet(db)
    each_once(telegram, shift)
    assert telegram.state()["refused"] == {}


def test_one_chat_gets_its_messages_in_order_one_a_second(ctl, db, telegram):
    shift, day = Shift(db, 1, today() - 10 * DAY), today()
    for back in (3, 2, 1, 0):
        shift.report(shift.chats[0], day - back * DAY, "waiting")
        remind(ctl, day - back * DAY)
    arrived(telegram, 4, 30)
    times = [m["at"] for m in telegram.messages()]
    assert min(b - a for a, b in zip(times, times[1:])) > 0.9
    assert telegram.state()["refused"] == {}


def calls_after(telegram, moment):
    return [c for c in telegram.calls() if c["method"].startswith("send") and c["at"] > moment]


def test_429_for_one_chat_pauses_that_chat(ctl, db, telegram):
    shift, day = Shift(db, 20, today() - 5 * DAY), today()
    chat = shift.chats[7]
    telegram.fault("flood", chat_id=chat, retry_after=5, count=2)
    daily(ctl, day)
    arrived(telegram, 19, 40)
    (refused,) = [c for c in telegram.calls("sendPhoto") if c["status"] == 429]
    remind(ctl, day)  # the chat's next message waits behind the first
    arrived(telegram, 40, 60)
    quiet(db)
    mine = [c for c in telegram.calls() if c["chat_id"] == chat]
    assert [(c["method"], c["status"]) for c in mine] == [("sendPhoto", 429), ("sendPhoto", 429), ("sendPhoto", 200), ("sendMessage", 200)]
    assert all(b["at"] - a["at"] >= 4.9 for a, b in zip(mine[:2], mine[1:3]))
    assert len([c for c in calls_after(telegram, refused["at"]) if c["at"] < refused["at"] + 4.5 and c["chat_id"] != chat]) >= 10
    assert set(got(telegram).values()) == {2}


def test_429_for_all_pauses_all(ctl, db, telegram):
    shift = Shift(db, 20, today() - 5 * DAY)
    telegram.fault("flood", retry_after=4, count=2)
    daily(ctl, today())
    arrived(telegram, 20, 60)
    quiet(db)
    each_once(telegram, shift)
    refused = [c for c in telegram.calls("sendPhoto") if c["status"] == 429]
    assert len(refused) == 2 and refused[0]["chat_id"] != refused[1]["chat_id"]
    # What was on its way when the second answer came.
    later = [c["at"] for c in calls_after(telegram, refused[1]["at"] + 0.5)]
    assert min(later) - refused[1]["at"] >= 3.9, "two chats: all wait"
    assert telegram.state()["refused"] == {"429": 2}


def test_429_for_a_call_to_no_chat_pauses_all(ctl, db, telegram):
    shift = Shift(db, 5, today() - 5 * DAY)
    telegram.fault("flood", method="answerCallbackQuery", retry_after=4, count=1)
    db.do("insert into programme.outbox (key, chat_id, kind, payload, priority) "
          "values ('note/x', %s, 'note', '{\"query\": \"1\", \"text\": \"x\"}', 10)", shift.chats[0])
    wait_for(lambda: telegram.calls("answerCallbackQuery"), 20)
    (refused,) = telegram.calls("answerCallbackQuery")
    wait_for(lambda: db.value("select paused_until > now() from programme.bot_state"), 20)
    daily(ctl, today())
    arrived(telegram, 5, 40)
    assert min(m["at"] for m in telegram.messages()) - refused["at"] >= 3.9
    each_once(telegram, shift)


@pytest.mark.parametrize("what", ["blocked", "missing", "deactivated"])
def test_a_chat_that_is_closed_is_marked_and_not_tried_again(ctl, db, telegram, what):
    shift = Shift(db, 4, today() - 5 * DAY)
    telegram.chats(**{what: shift.chats[:1]})
    daily(ctl, today())
    arrived(telegram, 3)
    quiet(db)
    each_once(telegram, shift, shift.chats[1:])
    assert len([c for c in telegram.calls() if c["chat_id"] == shift.chats[0]]) == 1
    wait_for(lambda: shift.member(shift.chats[0]).telegram_blocked, 10, "the mark")
    assert shift.member(shift.chats[1]).telegram_blocked is False
    daily(ctl, today() + DAY)
    arrived(telegram, 6)
    quiet(db)
    assert len([c for c in telegram.calls() if c["chat_id"] == shift.chats[0]]) == 1


@pytest.mark.parametrize("fault", [
    {"mode": "error", "status": 500, "count": 3}, {"mode": "html", "status": 502, "count": 3},
    {"mode": "cut", "count": 2}, {"mode": "hang", "seconds": 30, "count": 1}], ids=lambda f: f["mode"])
def test_a_call_that_was_not_taken_is_made_again(ctl, db, telegram, fault):
    shift = Shift(db, 6, today() - 5 * DAY)
    telegram.fault(**fault)
    daily(ctl, today())
    arrived(telegram, 6, 90)
    quiet(db, 90)
    each_once(telegram, shift)


@pytest.mark.parametrize("mode", ["cut_after", "hang_after", "garbage_after", "truncated"])
def test_a_call_that_was_taken_without_an_answer_reaches_the_child(ctl, db, telegram, mode):
    """Nobody can know whether it was taken: at least once, and the others exactly once."""
    shift = Shift(db, 6, today() - 5 * DAY)
    telegram.fault(mode, seconds=30)
    daily(ctl, today())
    arrived(telegram, 6, 90)
    quiet(db, 90)
    counts = got(telegram)
    assert set(counts) == set(shift.chats)
    assert sorted(counts.values())[:-1] == [1] * 5 and max(counts.values()) <= 2


def test_a_message_that_telegram_refuses_for_good_does_not_block_the_others(ctl, db, telegram):
    Shift(db, 5, today() - 5 * DAY)
    telegram.fault("error", status=400, count=1)
    daily(ctl, today())
    wait_for(lambda: telegram.state()["messages"] >= 4, 30)
    quiet(db)
    assert len(got(telegram)) >= 4


def test_telegram_away_for_a_while_delays_and_loses_nothing(ctl, db, telegram):
    shift = Shift(db, 10, today() - 5 * DAY)
    telegram.fault("error", status=502, count=None)
    daily(ctl, today())
    wait_for(lambda: len(telegram.calls("sendPhoto")) > 3, 20)
    telegram.mend()
    arrived(telegram, 10, 90)
    quiet(db, 90)
    each_once(telegram, shift)


# -- killed at random

def family_of(process):
    return [process.pid, *children(process.pid)]


def kill(family):
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    wait_for(lambda: all(dead(p) for p in family), 5)


@pytest.mark.parametrize("seed", range(int(os.environ.get("SAMOVAR_TEST_SEEDS", "2"))))
def test_workers_killed_at_random_moments_send_nobody_two_and_nobody_none(ctl, db, telegram, stack,
                                                                         no_workers, seed):
    shift, dice = Shift(db, 300, today() - 5 * DAY), random.Random(seed)
    worker = stack.spawn("samovar-worker")
    daily(ctl, today())
    deadline = time.monotonic() + 120
    while telegram.state()["messages"] < 300 and time.monotonic() < deadline:
        time.sleep(dice.uniform(0.1, 1.2))
        kill(family_of(worker))
        db.do("update job.job set lease_until = now() where lease_until > now()")
        worker = stack.spawn("samovar-worker")
    arrived(telegram, 300, 60)
    quiet(db)
    each_once(telegram, shift)


def test_a_sender_killed_under_its_living_parent_is_replaced_and_keeps_the_limit(ctl, db, telegram, stack, no_workers):
    """Its successor knows nothing of what it sent in the last second, and yet there is no 429. One that made up for a pause of
    its own would send thirty within half a second; what a busy machine makes late is less together."""
    shift, dice = Shift(db, 300, today() - 5 * DAY), random.Random(4)
    telegram.limits(tolerance=0.3)
    worker = stack.spawn("samovar-worker")
    daily(ctl, today())
    killed = set()
    for count in (20, 60, 110, 150, 200, 250):
        arrived(telegram, count, 60)
        time.sleep(dice.uniform(0, 0.05))
        sender = db.value("select claimed_by from programme.outbox where claimed_by is not null order by dispatched_at desc nulls last limit 1")
        os.kill(int(sender.split(":")[1]), signal.SIGKILL)
        killed.add(sender)
        wait_for(lambda: db.value("select count(*) from programme.outbox where claimed_by <> all (%s)", list(killed)) > 0, 30, "a successor")
    arrived(telegram, 300, 60)
    quiet(db)
    assert worker.poll() is None and len(killed) == 6
    each_once(telegram, shift)
    assert telegram.state()["refused"] == {}


def test_the_run_itself_killed_at_random_moments_is_made_whole(ctl, db, telegram, stack, no_workers):
    shift, day, dice = Shift(db, 60, today() - 5 * DAY), today(), random.Random(2)
    for chat in shift.chats:
        shift.report(chat, day - DAY, "waiting")
    for _ in range(8):
        worker = stack.spawn("samovar-worker")
        daily(ctl, day)
        time.sleep(dice.uniform(0, 0.25))
        kill(family_of(worker))
        db.do("update job.job set lease_until = now() where lease_until > now()")
    stack.spawn("samovar-worker")
    arrived(telegram, 60, 60)
    quiet(db)
    each_once(telegram, shift)
    assert shift.reports(day, "waiting") == 60 and shift.reports(day - DAY, "skipped") == 60


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
        ctl("timers", "run", "programme.daily", "--date", day.isoformat())
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
        kill(family_of(worker))
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
            db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 8)", f"{day}/{n}/3")
        wait_for(lambda: db.value("select count(*) from pg_locks where locktype = 'advisory' and not granted") > 0, 20)
        assert shift.reports(day) == 0
    wait_for(lambda: shift.reports(day, "waiting") == 30, 30)
    arrived(telegram, 30)
    each_once(telegram, shift)


@pytest.mark.parametrize("subject", ["yesterday", "2026-11-21/0/2", "2026-11-21/3/2", "2026-11-21/x", "2026-11-21/1/1000000"])
def test_a_part_that_is_none_is_parked(db, telegram, subject):
    db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 1)", subject)
    wait_for(lambda: db.value("select state::text from job.job where subject = %s", subject) == "parked", 20)


def test_a_task_that_a_plan_names_stays(db):
    shift = Shift(db, 1, today())
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        db.do("delete from programme.task where id = %s", shift.plan["1"])
    assert db.do("delete from programme.participant where id = (select participant_id from programme.member limit 1)") == 1


# -- the scheduler

def slots(db, timer="programme.daily"):
    return [r.slot.astimezone(ZONE) for r in db.all(
        "select slot from job.timer_run where timer = %s order by slot", timer)]


def at(day, hour, minute=0, second=0, zone=ZONE):
    return datetime.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)


@pytest.fixture
def clock(stack):
    clock = Clock(stack)
    yield clock
    stack.end_started()
    clock.path.unlink(missing_ok=True)


def scheduler(stack, clock, **more):
    return stack.spawn("samovar-scheduler", **clock.environ, **more)


def test_the_day_begins_at_eight_in_the_programmes_zone(db, telegram, stack, clock):
    shift, day = Shift(db, 3, today() - 5 * DAY), today()
    db.do("insert into job.timer (name) values ('programme.daily') on conflict do nothing")
    clock.set(at(day, 7, 59, 57))
    db.do("insert into job.timer_run (timer, slot, fired_by) values ('programme.daily', %s, 'test')",
          at(day - DAY, 8))
    scheduler(stack, clock)
    time.sleep(1)
    assert telegram.messages() == []
    arrived(telegram, 3, 15)
    assert slots(db)[-1] == at(day, 8)
    each_once(telegram, shift)


def test_two_schedulers_at_once_fire_each_slot_once(db, telegram, stack, clock):
    shift, day = Shift(db, 3, today() - 5 * DAY), today()
    clock.set(at(day, 7, 59, 58))
    for _ in range(3):
        scheduler(stack, clock)
    wait_for(lambda: at(day, 8) in slots(db), 15)
    clock.set(at(day, 18, 59, 58))
    wait_for(lambda: at(day, 19) in slots(db, "programme.remind"), 15)
    quiet(db)
    arrived(telegram, 6, 20)
    quiet(db)
    time.sleep(1.5)
    assert slots(db).count(at(day, 8)) == 1
    assert set(got(telegram).values()) == {2}, "the task and the reminder, once each"
    assert set(got(telegram)) == set(shift.chats)


def test_a_scheduler_takes_over_from_a_dead_one(db, stack, clock):
    day = today()
    clock.set(at(day, 7, 0))
    first = scheduler(stack, clock)
    wait_for(lambda: db.value("select count(*) from pg_locks where locktype = 'advisory'") > 0, 10)
    scheduler(stack, clock)
    first.kill()
    first.wait(5)
    clock.set(at(day, 8, 0, 1))
    wait_for(lambda: at(day, 8) in slots(db), 15, "the other one fires")


def test_a_missed_day_is_made_up_once_and_late(db, telegram, stack, clock):
    shift, day = Shift(db, 2, today() - 20 * DAY), today()
    clock.set(at(day - 4 * DAY, 8, 0, 1))
    one = scheduler(stack, clock)
    arrived(telegram, 2, 20)
    one.kill()
    one.wait(5)
    clock.set(at(day, 15))
    scheduler(stack, clock)
    arrived(telegram, 4, 20)
    time.sleep(3)
    quiet(db)
    assert set(got(telegram).values()) == {2}
    assert slots(db)[-1] == at(day, 8) and shift.reports(day) == 2


def test_clock_steps_fire_no_slot_twice(db, telegram, stack, clock):
    shift, day = Shift(db, 2, today() - 20 * DAY), today()
    clock.set(at(day, 8, 0, 1))
    scheduler(stack, clock)
    arrived(telegram, 2, 20)
    for seconds in (-7200, 7200, -60, 60, -3600, 3599, 1):
        clock.step(seconds)
        time.sleep(1.2)
    quiet(db)
    assert got(telegram) == {chat: 1 for chat in shift.chats}
    assert slots(db).count(at(day, 8)) == 1
    clock.set(at(day + DAY, 8, 0, 1))
    arrived(telegram, 4, 20)
    clock.set(at(day, 23))
    time.sleep(1.5)
    clock.set(at(day + DAY, 9))
    time.sleep(1.5)
    quiet(db)
    assert set(got(telegram).values()) == {2}


BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("day, name", [
    (datetime.date(2027, 3, 28), "02:00 does not exist"),
    (datetime.date(2026, 10, 25), "02:00 comes twice")], ids=lambda v: str(v))
def test_a_day_of_another_length_fires_once(db, stack, clock, day, name):
    settings = {"TIME_ZONE": "Europe/Berlin", "SEND_NEW_TASK_HOUR": "2"}
    clock.set(at(day - DAY, 23, 0, zone=BERLIN))
    scheduler(stack, clock, **settings)
    wait_for(lambda: slots(db), 15)
    before = len(slots(db))
    begin = at(day, 0, 30, zone=BERLIN).timestamp()
    for minutes in range(0, 240, 10):
        clock.set(datetime.datetime.fromtimestamp(begin + minutes * 60, BERLIN))
        time.sleep(0.25)
    clock.set(at(day, 23, 0, zone=BERLIN))
    time.sleep(1.5)
    fired = [s for s in slots(db) if s.astimezone(BERLIN).date() == day]
    assert len(fired) == 1 and len(slots(db)) == before + 1
    assert fired[0].astimezone(BERLIN).hour in (1, 2, 3)
    clock.set(at(day + DAY, 2, 0, 5, zone=BERLIN))
    wait_for(lambda: len(slots(db)) == before + 2, 10)
    assert slots(db)[-1] == at(day + DAY, 2, zone=BERLIN)


def test_a_scheduler_killed_at_any_step_fires_once(db, telegram, stack, clock):
    shift, day, dice = Shift(db, 5, today() - 5 * DAY), today(), random.Random(3)
    clock.set(at(day, 7, 59, 59))
    for _ in range(15):
        one = scheduler(stack, clock)
        time.sleep(dice.uniform(0, 0.3))
        one.kill()
        one.wait(5)
    scheduler(stack, clock)
    arrived(telegram, 5, 20)
    quiet(db)
    time.sleep(1.2)
    assert slots(db).count(at(day, 8)) == 1
    each_once(telegram, shift)


def test_the_set_clock_is_refused_outside_test_mode(stack, clock):
    clock.set(at(today(), 8))
    process = stack.spawn("samovar-scheduler", **clock.environ, SAMOVAR_SITE_TEST_MODE="false")
    assert process.wait(10) != 0


def test_the_scheduler_needs_no_api_and_no_worker(db, stack, clock, no_workers):
    day = today()
    clock.set(at(day, 8, 0, 1))
    scheduler(stack, clock)
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'programme.daily'") == 1, 10)


def test_the_scheduler_goes_on_after_the_database_was_away(db, stack, clock):
    day = today()
    clock.set(at(day, 7, 0))
    scheduler(stack, clock)
    wait_for(lambda: slots(db, "session.sweep"), 10)
    with stack.without("postgres"):
        time.sleep(2)
    clock.set(at(day, 8, 0, 1))
    wait_for(lambda: at(day, 8) in slots(db), 20)
