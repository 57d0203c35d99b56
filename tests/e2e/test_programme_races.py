"""Two people at once, clicks twice, death in the middle: races provoked by locks, not hoped for."""

import contextlib
import datetime
import json
import os
import signal
import threading

import psycopg2
import pytest
import requests

from tests.conftest import wait_for
from tests.e2e import fcgi
from tests.e2e.client import together, word
from tests.e2e.programme import Shift, clear, today
from tests.e2e.test_photo import current, family, report, send
from tests.e2e.test_photo import png as picture
from tests.e2e.test_shifts import plan, png, report_of, request_of

DAY = datetime.timedelta(days=1)
FAREWELLS = "select count(*) from programme.outbox where kind = 'final'"


@pytest.fixture(autouse=True)
def fresh(db):
    Call.made.clear()
    clear(db)
    yield
    clear(db)


@pytest.fixture
def me(staff):
    return staff()


@pytest.fixture
def held(stack, db):
    """with held(sql, ...): a transaction of ours that keeps its locks inside the block."""
    @contextlib.contextmanager
    def held(sql, *args):
        link = psycopg2.connect(**stack.dsn, application_name="held")
        try:
            with link.cursor() as cursor:
                cursor.execute(sql, args or None)
            yield
        finally:
            link.rollback()
            link.close()
    return held


class Call(threading.Thread):
    """A request that is under way."""

    made = []  # by this test

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.made.append(self)
        self.ask, self.answer = ask, None
        self.start()

    def run(self):
        try:
            self.answer = self.ask()
        except requests.RequestException as e:
            self.answer = e

    def status(self):
        self.join(40)
        assert not self.is_alive()
        return getattr(self.answer, "status_code", None)


def waits(db):
    """Sessions that wait for what is held, or for one that waits for it. Not who happens to wait for somebody else."""
    return db.all(
        "with recursive stuck as (select pid from pg_stat_activity where application_name = 'held' union "
        "select a.pid from pg_stat_activity a join stuck on stuck.pid = any (pg_blocking_pids(a.pid)) "
        "where a.wait_event_type = 'Lock') "
        "select pid, application_name, query from stuck join pg_stat_activity using (pid) where application_name <> 'held'")


def waiting(db, count=1):
    """So many sessions of the programs wait."""
    try:
        wait_for(lambda: len(waits(db)) >= count, 20)
    except AssertionError:
        answers = [(c.answer, getattr(c.answer, "text", "")) for c in Call.made if not c.is_alive()]
        raise AssertionError(f"not {count} but {waits(db)}; answered: {answers}") from None


def ready(db, count, stat="reviewing"):
    shift = Shift(db, count, today() - 10 * DAY, status="ready_for_complete")
    return shift, [report_of(db, shift, chat, stat) for chat in shift.chats]


# -- at once

def test_an_approval_that_comes_during_a_cancellation_is_refused(me, db, held):
    shift = me.post("/shifts/", plan()).json()
    request = request_of(db, shift["id"])
    with held("select 1 from programme.request where id = %s for update", request):
        cancel = Call(lambda: me.patch(f"/shifts/{shift['id']}/cancel"))
        waiting(db)
        approve = Call(lambda: me.patch(f"/requests/{request}/approve"))
        waiting(db, 2)
    assert (cancel.status(), approve.status()) == (200, 400)
    assert db.value("select count(*) from programme.member") == 0
    assert db.value("select status::text from programme.request") == "declined"


def test_a_cancellation_that_comes_during_an_approval_is_told_to_the_member(me, db, held):
    shift = me.post("/shifts/", plan()).json()
    request = request_of(db, shift["id"])
    with held("select 1 from programme.participant for update"):
        approve = Call(lambda: me.patch(f"/requests/{request}/approve"))
        waiting(db)
        cancel = Call(lambda: me.patch(f"/shifts/{shift['id']}/cancel"))
        waiting(db, 2)
    assert (approve.status(), cancel.status()) == (200, 200)
    assert db.value("select status::text from programme.request") == "approved"
    assert db.value("select array_agg(kind order by id) from programme.outbox") == ["approved", "text"]


def test_a_finish_that_comes_during_an_approval_says_farewell_to_the_new_member(me, db, held):
    shift = Shift(db, 0, today() - 3 * DAY)
    request = request_of(db, shift.id)
    with held("select 1 from programme.participant for update"):
        approve = Call(lambda: me.patch(f"/requests/{request}/approve"))
        waiting(db)
        finish = Call(lambda: me.patch(f"/shifts/{shift.id}/finish"))
        waiting(db, 2)
    assert (approve.status(), finish.status()) == (200, 200)
    assert db.value(FAREWELLS) == 1


def test_an_approval_that_comes_during_a_finish_is_refused(me, db, held):
    shift = Shift(db, 1, today() - 3 * DAY)
    request = request_of(db, shift.id)
    with held("lock table programme.outbox in share mode"):
        finish = Call(lambda: me.patch(f"/shifts/{shift.id}/finish"))
        waiting(db)
        approve = Call(lambda: me.patch(f"/requests/{request}/approve"))
        waiting(db, 2)
    assert (finish.status(), approve.status()) == (200, 400)
    assert db.value("select count(*) from programme.member") == 1


def test_approve_and_decline_at_once_are_one_review(me, staff, db):
    request, other = request_of(db, Shift(db, 0, today() - 3 * DAY).id), staff("expert")
    answers = together(8, lambda n: (me, other)[n % 2].patch(f"/requests/{request}/{('approve', 'decline')[n // 4]}"))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 7
    (won,) = [a.json() for a in answers if a.status_code == 200]
    assert db.value("select count(*) from programme.member") == (won["request_status"] == "approved")
    assert db.value("select count(*) from programme.outbox") == 1


def test_the_last_two_reviews_at_once_end_the_shift_once(me, staff, db, held):
    shift, reports = ready(db, 2)
    other = staff("expert")
    with held("select 1 from programme.shift for update"):
        calls = [Call(lambda: me.patch(f"/reports/{reports[0]}/approve")),
                 Call(lambda: other.patch(f"/reports/{reports[1]}/decline"))]
        waiting(db, 2)
    assert [c.status() for c in calls] == [200, 200]
    assert db.value("select status::text from programme.shift") == "finished" and db.value(FAREWELLS) == 2
    assert db.value("select sum(numbers_lombaryers) from programme.member") == 1


def test_the_morning_waits_for_a_review_and_closes_the_rest(me, db, held, ctl):
    shift, reports = ready(db, 3)
    db.do("update programme.shift set finished_at = %s", today() - 3 * DAY)
    with held("select 1 from programme.member where id = %s for update", shift.member(shift.chats[0]).id):
        review = Call(lambda: me.patch(f"/reports/{reports[0]}/approve"))
        waiting(db)
        morning = Call(lambda: ctl("timers", "run", "programme.finish", "--date", today().isoformat(), "--future"))
        waiting(db, 2)
    assert review.status() == 200
    morning.join(40)
    assert db.value("select status::text from programme.shift") == "finished"
    assert shift.reports(today(), "approved") == 1 and shift.reports(today(), "declined") == 2
    assert db.value("select sum(numbers_lombaryers) from programme.member") == 1 and db.value(FAREWELLS) == 3


def test_dates_of_two_shifts_changed_at_once_do_not_overlap(me, staff, db, held):
    running = Shift(db, 0, today() - 10 * DAY, days=20)
    prepared = me.post("/shifts/", plan(20)).json()
    other = staff("expert")

    def dates(start, end):
        return {"started_at": (today() + start * DAY).isoformat(), "finished_at": (today() + end * DAY).isoformat(),
                "title": "Смена", "final_message": "Спасибо всем, {name}!"}

    with held("select pg_advisory_xact_lock(hashtext('programme.shift'))"):
        calls = [Call(lambda: me.patch(f"/shifts/{running.id}", dates(-10, 18))),
                 Call(lambda: other.patch(f"/shifts/{prepared['id']}", dates(12, 60)))]
        waiting(db, 2)
    assert sorted(c.status() for c in calls) == [200, 400]
    first, second = db.all("select started_at, finished_at from programme.shift order by started_at")
    assert first.finished_at < second.started_at


# -- clicks twice

def test_clicks_on_start_and_finish_count_once(me, db):
    shift = me.post("/shifts/", plan()).json()
    for verb in ("start", "finish"):
        answers = together(6, lambda n, verb=verb: me.patch(f"/shifts/{shift['id']}/{verb}"))
        assert sorted(a.status_code for a in answers) == [200] + [400] * 5
    assert db.value("select count(*) from account.audit where object_id = %s", shift["id"]) == 3


def test_a_start_by_hand_and_the_morning_at_once_start_one_shift(me, db, ctl):
    shift = me.post("/shifts/", plan(1)).json()
    day = (today() + DAY).isoformat()
    answers = together(3, lambda n: ctl("timers", "run", "programme.daily", "--date", day, "--future", check=False) if n == 0
                       else me.patch(f"/shifts/{shift['id']}/start"))
    assert sum(getattr(a, "status_code", 0) == 200 for a in answers) <= 1
    assert db.value("select count(*) from programme.shift where status = 'started'") == 1


def test_the_same_task_sent_six_times_is_one_task(me, db):
    title = f"задание {word()}"
    answers = together(6, lambda n: me("POST", f"/tasks/?title={title}", files={"image": ("a.png", png(), "image/png")}))
    assert sorted(a.status_code for a in answers) == [201] + [400] * 5
    assert db.do("delete from programme.task where title = %s", title) == 1


# -- death in the middle

APPROVE = ["request", "participant", "member", "report", "outbox", "account.audit"]
REVIEW = ["report", "member", "outbox", "account.audit"]
CANCEL = ["shift", "request", "participant", "outbox", "account.audit"]
CREATE = ["shift", "request", "account.audit"]
FINISH = ["report", "outbox", "shift", "account.audit"]
KEPT = ["shift", "request", "participant", "member", "report", "outbox"]


def state_of(db):
    return {t: db.all(f"select x::text from programme.{t} x order by 1") for t in KEPT} \
        | {"audit": db.value("select count(*) from account.audit")}


@pytest.fixture
def dies(stack, db, held, me):
    """dies(table, method, path, ...): a process of its own serves the request and is killed where it would write
    to the table. Nothing has happened."""
    def dies(table, method, path, body=None):
        before = state_of(db)
        listener = stack.run / f"{word()}.sock"
        process = stack.spawn("samovar-fcgi", SAMOVAR_FCGI_SOCKET=str(listener), SAMOVAR_FCGI_PROCESSES="1")
        wait_for(lambda: fcgi.answers(listener), 30)
        data = json.dumps(body).encode() if body else b""
        with held(f"lock table {table if '.' in table else 'programme.' + table} in share mode"):
            with fcgi.Link(listener, timeout=60) as link:
                link.send(fcgi.request(method, "/api" + path, data, {"Authorization": f"Bearer {me.token}"}))
                waiting(db)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(20)
                with pytest.raises((fcgi.Closed, ConnectionError)):
                    link.answer()
        wait_for(lambda: not waits(db), 20)
        assert state_of(db) == before
    return dies


@pytest.mark.parametrize("table", APPROVE)
def test_a_death_during_an_approval(me, dies, db, table):
    shift = Shift(db, 0, today() - 3 * DAY)
    db.do("insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id, is_test_user) "
          "values ('а', 'б', '2000-01-01', 'в', '1', 1, true)")
    request = request_of(db, shift.id)
    dies(table, "PATCH", f"/requests/{request}/approve")
    assert me.patch(f"/requests/{request}/approve").status_code == 200
    assert db.value("select count(*) from programme.member") == 1
    assert db.value("select count(*) from programme.outbox") == 1


@pytest.mark.parametrize("table", REVIEW)
def test_a_death_during_a_review(me, dies, db, table):
    shift, (report,) = ready(db, 1)
    dies(table, "PATCH", f"/reports/{report}/approve")
    assert me.patch(f"/reports/{report}/approve").status_code == 200
    assert db.value("select numbers_lombaryers from programme.member") == 1
    assert db.value("select status::text from programme.shift") == "finished"


@pytest.mark.parametrize("table", CANCEL)
def test_a_death_during_a_cancellation(me, dies, db, table):
    shift = me.post("/shifts/", plan()).json()
    request_of(db, shift["id"])
    dies(table, "PATCH", f"/shifts/{shift['id']}/cancel")
    assert me.patch(f"/shifts/{shift['id']}/cancel").status_code == 200
    assert db.value("select count(*) from programme.outbox") == 1


@pytest.mark.parametrize("table", CREATE)
def test_a_death_during_a_creation(me, dies, db, table):
    db.do("insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id, is_test_user) "
          "values ('а', 'б', '2000-01-01', 'в', '1', 1, true)")
    dies(table, "POST", "/shifts/", plan())
    assert me.post("/shifts/", plan()).status_code == 201
    assert db.value("select count(*) from programme.request") == 1


@pytest.mark.parametrize("table", FINISH)
def test_a_death_during_a_finish(me, dies, db, table):
    shift = Shift(db, 2, today() - 3 * DAY)
    shift.report(shift.chats[0], today(), "waiting")
    dies(table, "PATCH", f"/shifts/{shift.id}/finish")
    assert me.patch(f"/shifts/{shift.id}/finish").status_code == 200
    assert db.value(FAREWELLS) == 2


# -- the morning, the bot and the operator beside staff

def morning(ctl, day=None):
    return Call(lambda: ctl("timers", "run", "programme.daily", "--date", (day or today()).isoformat(), "--future"))


def held_message(held, shift, kind):
    """Who wants to write this message to the shift's first member waits; the sender does not."""
    return held("insert into programme.outbox (key, chat_id, kind) values (%s, 1, 'x')", f"{kind}/{shift.member(shift.chats[0]).id}")


def test_a_finish_that_comes_during_the_morning_closes_what_it_issued(me, db, held, ctl):
    shift = Shift(db, 3, today() - 3 * DAY)
    with held_message(held, shift, f"task/{today()}"):
        daily = morning(ctl)
        waiting(db)
        finish = Call(lambda: me.patch(f"/shifts/{shift.id}/finish"))
        waiting(db, 2)
    daily.join(40)
    assert finish.status() == 200
    assert db.value("select status::text from programme.shift") == "finished"
    assert shift.reports(today(), "skipped") == 3 and shift.reports(today()) == 3
    assert db.value("select array_agg(distinct kind) from programme.outbox") == ["final", "task"]


@pytest.mark.parametrize("subject", ["", "/1/2"])
def test_a_morning_that_comes_during_a_finish_issues_nothing(me, db, held, ctl, subject):
    shift = Shift(db, 3, today() - 3 * DAY)
    with held_message(held, shift, "final"):
        finish = Call(lambda: me.patch(f"/shifts/{shift.id}/finish"))
        waiting(db)
        db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 1)", today().isoformat() + subject)
        waiting(db, 2)
    assert finish.status() == 200
    wait_for(lambda: not db.all("select from job.job where kind = 'programme.daily'"), 20)
    assert shift.reports(today()) == 0
    assert db.value("select array_agg(distinct kind) from programme.outbox") == ["final"]


def test_a_morning_that_comes_during_a_cancellation_starts_nothing(me, db, held, ctl):
    shift = Shift(db, 1, today(), status="preparing")
    request = request_of(db, shift.id)
    with held("select 1 from programme.request where id = %s for update", request):
        cancel = Call(lambda: me.patch(f"/shifts/{shift.id}/cancel"))
        waiting(db)
        daily = morning(ctl)
        waiting(db, 2)
    daily.join(40)
    assert cancel.status() == 200
    assert db.value("select status::text from programme.shift") == "cancelled" and shift.reports(today()) == 0


def test_a_cancellation_that_comes_during_its_first_morning_is_refused(me, db, held, ctl):
    shift = Shift(db, 2, today(), status="preparing")
    with held_message(held, shift, f"task/{today()}"):
        daily = morning(ctl)
        waiting(db)
        cancel = Call(lambda: me.patch(f"/shifts/{shift.id}/cancel"))
        waiting(db, 2)
    daily.join(40)
    assert cancel.status() == 400
    assert db.value("select status::text from programme.shift") == "started" and shift.reports(today(), "waiting") == 2


def test_a_review_does_not_wait_for_the_morning(me, db, held, ctl):
    shift = Shift(db, 3, today() - 3 * DAY)
    report = report_of(db, shift, shift.chats[0], day=today() - DAY)
    shift.report(shift.chats[1], today() - DAY, "waiting")
    with held("select 1 from programme.report where status = 'waiting' for update"):
        daily = morning(ctl)
        waiting(db)
        assert me.patch(f"/reports/{report}/approve").status_code == 200
        assert daily.is_alive()
    daily.join(40)
    assert shift.reports(today(), "waiting") == 3


def test_an_erasure_and_a_review_at_once_do_not_cross(me, db, held, ctl):
    shift, reports = ready(db, 2)
    with held("select 1 from programme.member where id = %s for update", shift.member(shift.chats[0]).id):
        review = Call(lambda: me.patch(f"/reports/{reports[0]}/approve"))
        waiting(db)
        erase = Call(lambda: ctl("programme", "erase", str(shift.chats[0]), "--yes"))
        waiting(db, 2)
    assert review.status() == 200
    erase.join(40)
    assert erase.answer.stdout.strip() == "done"
    with held("select 1 from programme.member where id = %s for update", shift.member(shift.chats[1]).id):
        erase = Call(lambda: ctl("programme", "erase", str(shift.chats[1]), "--yes"))
        waiting(db)
        review = Call(lambda: me.patch(f"/reports/{reports[1]}/approve"))
        waiting(db, 2)
    erase.join(40)
    assert erase.answer.stdout.strip() == "done" and review.status() == 400
    assert db.value("select status::text from programme.shift") == "finished"


def fetched(db):
    """A photo whose first try came too early is fetched now."""
    db.do("update job.job set run_at = now() where kind = 'photo.fetch' and lease_until is null")
    db.do("notify job")


def heard(telegram, db, chat):
    """Whoever listens to the bot has a connection with all statements prepared: to prepare one that writes asks for the
    lock that a test is about to hold."""
    number = telegram.message(chat, text="hello")
    wait_for(lambda: db.value("select count(*) from programme.bot_update where update_id = %s and handled_at is not null",
                              number), 20, "it is heard")


def test_a_finish_that_comes_while_a_photo_is_noted_waits_for_it(me, db, held, telegram):
    shift = family(db, 2)
    heard(telegram, db, shift.chats[1])
    with held("lock table programme.photo_intake in exclusive mode"):
        send(telegram, shift.chats[0], picture(1))
        waiting(db)
        finish = Call(lambda: me.patch(f"/shifts/{shift.id}/finish"))
        waiting(db, 2)
    assert finish.status() == 200
    assert db.value("select status::text from programme.shift") == "ready_for_complete"
    wait_for(lambda: fetched(db) or report(db, shift.chats[0]).state == "reviewing", 40, every=0.2)
    assert report(db, shift.chats[1]).state == "skipped"


def test_a_morning_that_comes_while_a_photo_is_noted_does_not_close_its_report(db, held, telegram):
    shift = family(db, 2)
    heard(telegram, db, shift.chats[1])
    with held("lock table programme.photo_intake in exclusive mode"):
        send(telegram, shift.chats[0], picture(1))
        waiting(db)
        db.do("insert into job.job (kind, subject, max_tries) values ('programme.daily', %s, 1)", current() + DAY)
        waiting(db, 2)
    wait_for(lambda: not db.all("select from job.job where kind = 'programme.daily'"), 20)
    wait_for(lambda: fetched(db) or report(db, shift.chats[0]).state == "reviewing", 40, every=0.2)
    assert report(db, shift.chats[1]).state == "skipped"
    assert shift.reports(current() + DAY, "waiting") == 2
