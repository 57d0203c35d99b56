"""The scheduler: each slot fires once, whatever the clocks, the schedulers and the database do."""

import datetime
import random
import time
import zoneinfo

import pytest

from tests.conftest import wait_for
from tests.e2e.day import (DAY, arrived, at, clock, each_once, fresh, got,  # noqa: F401
                           no_scheduler, no_workers, quiet)
from tests.e2e.programme import ZONE, Shift, today


def slots(db, timer="programme.daily"):
    return [r.slot.astimezone(ZONE) for r in db.all(
        "select slot from job.timer_run where timer = %s order by slot", timer)]


def scheduler(stack, clock, **more):
    return stack.spawn("samovar-scheduler", **more)


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
    arrived(telegram, 3, 20)
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
    process = stack.spawn("samovar-scheduler", SAMOVAR_NOW=str(stack.clock), SAMOVAR_SITE_TEST_MODE="false")
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
