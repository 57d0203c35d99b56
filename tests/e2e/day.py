"""What the tests of the programme's clockwork share: a shift's day by hand, and who got what."""

import collections
import datetime

import pytest

from tests.conftest import wait_for
from tests.e2e.programme import ZONE, Clock, clear
from tests.e2e.stack import children

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
    return ctl("timers", "run", "programme.daily", "--date", day.isoformat(), "--future", "--no-wait")


def remind(ctl, day):
    return ctl("timers", "run", "programme.remind", "--date", day.isoformat(), "--future", "--no-wait")


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


def family_of(process):
    return [process.pid, *children(process.pid)]


def at(day, hour, minute=0, second=0, zone=ZONE):
    return datetime.datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)


@pytest.fixture
def clock(stack):
    clock = Clock(stack)
    yield clock
    stack.end_started()
    clock.reset()
