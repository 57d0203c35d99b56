"""The sender under Telegram's limits and moods, and killed at random: nobody gets two, nobody none."""

import os
import random
import signal
import time

import pytest

from tests.conftest import wait_for
from tests.e2e.console import sign_in
from tests.e2e.day import (DAY, arrived, at, clock, daily, each_once, family_of, fresh, got,  # noqa: F401
                           no_scheduler, no_workers, quiet, remind)
from tests.e2e.programme import Shift, today
from tests.e2e.stack import kill_all


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
    (refused,) = wait_for(lambda: [c for c in telegram.calls("sendPhoto") if c["status"] == 429], 10, "it is refused")
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


# -- stopped and killed while Telegram hangs

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_worker_that_ends_while_telegram_hangs_loses_no_farewell(db, telegram, stack, no_workers, number):
    """What Telegram leaves without an answer is tried again, whoever is left to try it: rather two than none."""
    shift = Shift(db, 10, today() - 90 * DAY, days=89)
    telegram.fault("hang", count=None)
    worker = stack.spawn("samovar-worker", SAMOVAR_BOT_TIMEOUT="60")
    db.do("insert into programme.outbox (key, participant_id, chat_id, kind, payload, priority) "
          "select 'final/' || id, id, telegram_id, 'text', '{\"text\": \"x\"}', 50 from programme.participant")
    wait_for(lambda: db.value("select count(*) = 10 and min(now() - dispatched_at) > interval '3.5 seconds' "
                              "from programme.outbox where state = 'dispatched'"), 30, "ten calls that hang")
    if number == signal.SIGTERM:
        worker.terminate()
        worker.wait(30)
        states = db.all("select state, count(*), min(tries) as tries from programme.outbox group by state")
        assert [tuple(r) for r in states] == [("waiting", 10, 1)]
    else:
        kill_all(family_of(worker))
    telegram.mend()
    stack.spawn("samovar-worker")
    arrived(telegram, 10, 30)
    quiet(db)
    each_once(telegram, shift)


def presumed(db, shift, day):
    """A task, a reminder, a word to all and a note, each presumed to have been sent, for each child."""
    db.do("insert into programme.outbox (key, participant_id, chat_id, kind, payload, state) "
          "select k || '/' || %s || '/' || m.id, p.id, p.telegram_id, k, '{\"text\": \"x\", \"query\": \"1\", \"name\": \"x\", "
          "\"surname\": \"x\"}', 'presumed' from unnest(array['remind', 'text', 'note']) k, programme.participant p "
          "join programme.member m on m.participant_id = p.id where m.shift_id = %s", day, shift.id)


@pytest.mark.parametrize("face", ["route", "command"])
def test_all_that_was_presumed_goes_out_on_demand(ctl, db, staff, no_workers, clock, face):
    day = today()
    clock.set(at(day, 12))
    shift = Shift(db, 2, day - 5 * DAY)
    for chat, status in zip(shift.chats, ("waiting", "reviewing")):
        shift.report(chat, day, status)
    presumed(db, shift, day)
    presumed(db, shift, day - DAY)
    if face == "route":
        assert staff("expert").patch("/outbox/presumed/retry").status_code == 403
        answer = staff().patch("/outbox/presumed/retry")
        assert (answer.status_code, answer.json()) == (200, {"messages": 5})
        again = staff().patch("/outbox/presumed/retry").json()["messages"]
    else:
        assert "5 to be sent" in ctl("programme", "resend-presumed").stdout
        again = int(ctl("programme", "resend-presumed").stdout.split()[0])
    assert again == 0
    waiting = db.all("select kind, split_part(key, '/', 2) as day from programme.outbox where state = 'waiting'")
    assert sorted(tuple(r) for r in waiting) == sorted(
        [("text", day.isoformat())] * 2 + [("text", (day - DAY).isoformat())] * 2 + [("remind", day.isoformat())])
    assert db.value("select count(*) from account.audit where action = 'outbox.resend_presumed'") > 0


# -- killed at random

@pytest.mark.parametrize("seed", range(int(os.environ.get("SAMOVAR_TEST_SEEDS", "2"))))
def test_workers_killed_at_random_moments_send_nobody_two_and_nobody_none(ctl, db, telegram, stack,
                                                                         no_workers, seed):
    shift, dice = Shift(db, 300, today() - 5 * DAY), random.Random(seed)
    worker = stack.spawn("samovar-worker")
    daily(ctl, today())
    deadline = time.monotonic() + 120
    while telegram.state()["messages"] < 300 and time.monotonic() < deadline:
        time.sleep(dice.uniform(0.1, 1.2))
        kill_all(family_of(worker))
        db.do("update job.job set lease_until = now() where lease_until > now()")
        worker = stack.spawn("samovar-worker")
    arrived(telegram, 300, 60)
    quiet(db)
    each_once(telegram, shift)


def test_a_broadcast_whose_workers_are_killed_reaches_each_family_once(base, person, db, telegram, stack, no_workers):
    shift = Shift(db, 90, today() - 5 * DAY)
    staff, words = sign_in(base, person(role="expert")), {"text": "Bring a coat", "shift": str(shift.id)}
    counted = staff.post("/broadcasts", words).json()
    assert counted["count"] == 90
    sent = [staff.post("/broadcasts", {**words, "confirm": counted["confirm"]}).status_code for _ in range(2)]
    assert set(sent) <= {200, 201}, "whoever confirms twice sends once"
    db.do("update programme.outbox set not_before = now()")  # whatever the hour
    worker = stack.spawn("samovar-worker")
    for count in (15, 35, 60):
        arrived(telegram, count, 60)
        kill_all(family_of(worker))
        worker = stack.spawn("samovar-worker")
    arrived(telegram, 90, 60)
    quiet(db)
    each_once(telegram, shift)
    (progress,) = staff.get("/broadcasts").json()["data"]
    assert (progress["total"], progress["sent"]) == (90, 90)


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
        kill_all(family_of(worker))
        db.do("update job.job set lease_until = now() where lease_until > now()")
    stack.spawn("samovar-worker")
    arrived(telegram, 60, 60)
    quiet(db)
    each_once(telegram, shift)
    assert shift.reports(day, "waiting") == 60 and shift.reports(day - DAY, "skipped") == 60
