"""The queue: claimed once, leased, retried later and later, parked, in order of priority."""

import datetime
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from tests.conftest import processor_seconds, wait_for
from tests.e2e.stack import children, dead, kill_all, lay_down


@pytest.fixture(autouse=True)
def empty_queue(db):
    lay_down(db)
    yield
    lay_down(db)


@pytest.fixture
def done(db):
    """done(): ids of the tests' jobs in the order in which they left the queue. Timers add others at any time."""
    db.do("""
        create table if not exists public.test_done (n bigserial, id bigint, kind text, by text);
        create or replace function public.test_done() returns trigger language plpgsql as $$
        begin
            insert into public.test_done (id, kind, by) values (old.id, old.kind, old.leased_by);
            return null;
        end $$;
        create or replace trigger test_done after delete on job.job
            for each row when (old.kind = 'job.nothing') execute function public.test_done();
        truncate public.test_done""")
    yield lambda: [row.id for row in db.all("select id from public.test_done order by n")]
    db.do("drop function public.test_done() cascade; drop table public.test_done")  # the triggers go with it


@pytest.fixture
def no_workers(stack):
    """The stack's own workers are away: the test starts its own."""
    with stack.without("samovar-worker"):
        yield
        stack.end_started()


def add(db, kind="job.nothing", count=1, **columns):
    """Puts jobs into the queue as a transaction of the server does; their ids."""
    row = {"kind": kind, **columns}
    sql = (f"insert into job.job ({', '.join(row)}) select {', '.join(['%s'] * len(row))} "
           "from generate_series(1, %s) returning id")
    return [r.id for r in db.all(sql, *row.values(), count)]


def left(db):
    return db.value("select count(*) from job.job where kind = 'job.nothing'")


def job(db, id):
    return db.one("select *, lease_until > now() as leased, extract(epoch from run_at - now()) as due "
                  "from job.job where id = %s", id)


def ask_for_mail(staff, person):
    """Makes a job that needs the mail server; the address it writes to, and the job's id."""
    who = person(role="expert")
    assert staff.patch("/administrators/reset_password", {"email": who.email}).status_code == 200
    return who.email


def mail_job(db):
    return wait_for(lambda: db.one("select * from job.job where kind = 'mail.send'"), 5, "a mail job")


def test_a_job_is_done_at_once_and_leaves_no_row(db):
    """Six one after the other: a worker that only looked every five seconds would need half a minute."""
    start = time.monotonic()
    for _ in range(6):
        add(db)
        wait_for(lambda: left(db) == 0, 20)
    assert time.monotonic() - start < 12, "the worker is woken, not polling"


def test_with_nothing_to_do_nobody_works(stack, db):
    db.do("delete from job.job")
    time.sleep(1)
    postgres, worker = stack.pid("postgres"), stack.pid("samovar-worker")
    pids = [worker, *children(worker), *children(postgres)]
    before, start = processor_seconds(*pids), time.monotonic()
    time.sleep(4)
    used = (processor_seconds(*pids) - before) / (time.monotonic() - start)
    assert used < 0.05, f"{used:.2f} of a processor while idle"


def test_each_of_many_jobs_is_done_once_by_any_number_of_workers(stack, db, done, no_workers):
    ids = add(db, count=3000)
    for _ in range(3):
        stack.spawn("samovar-worker")
    wait_for(lambda: left(db) == 0, 60)
    assert sorted(done()) == sorted(ids)
    assert db.value("select count(distinct by) from public.test_done") > 1


def test_an_urgent_job_overtakes_bulk_that_waits(stack, db, done, no_workers):
    add(db, count=2000, priority=90)
    (urgent,) = add(db, priority=10)
    stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="1")
    wait_for(lambda: urgent in done(), 20)
    assert done().index(urgent) < 50


def test_an_urgent_job_overtakes_bulk_that_runs(db, done):
    add(db, count=4000, priority=90)
    wait_for(lambda: len(done()) > 20, 20)
    (urgent,) = add(db, priority=10)
    wait_for(lambda: urgent in done(), 5, "the urgent one")
    assert left(db) > 0, "the bulk was done first"


def test_a_job_waits_until_its_time(db):
    (id,) = add(db)
    wait_for(lambda: job(db, id) is None, 5)
    id = db.value("insert into job.job (kind, run_at) values ('job.nothing', now() + interval '2 s') "
                  "returning id")
    time.sleep(1)
    assert job(db, id) is not None
    wait_for(lambda: job(db, id) is None, 7, "the next look at the queue")


def test_a_failed_job_runs_again_later_and_later(staff, person, db, smtp):
    smtp.fault("data", count=3)
    address = ask_for_mail(staff(), person)
    pauses, seen = [], 0

    def watch():
        nonlocal seen
        row = db.one("select tries, lease_until, extract(epoch from run_at - now()) as due "
                     "from job.job where kind = 'mail.send'")
        if row and row.tries > seen and row.lease_until is None:
            seen = row.tries
            pauses.append(row.due)
        return smtp.to(address)
    wait_for(watch, 40, "the mail", every=0.01)
    assert len(pauses) == 3
    for n, pause in enumerate(pauses):  # back-off of 1 s in the tests, doubled, a quarter of jitter
        assert 0.5 * 2 ** n < pause <= 1.3 * 2 ** n, pauses
    assert len(smtp.to(address)) == 1


def park(staff, person, db, smtp):
    smtp.fault("data", count=100, answer="554 5.7.1 refused for the test")
    address = ask_for_mail(staff(), person)
    id = mail_job(db).id
    db.do("update job.job set max_tries = 2, run_at = now() where id = %s", id)
    wait_for(lambda: job(db, id).state == "parked", 20, "parked")
    return id, address


def test_what_fails_too_often_is_parked_with_its_reason(staff, person, db, smtp, ctl):
    id, _ = park(staff, person, db, smtp)
    row = job(db, id)
    assert row.lease_until is None and "554" in row.last_error  # its words may name a person
    shown = ctl("jobs", "show", str(id)).stdout
    assert "mail.send" in shown and "554" in shown
    assert re.search(rf"\b{id}\b", ctl("jobs", "list").stdout)


def test_a_parked_job_is_retried_by_hand(staff, person, db, smtp, ctl):
    id, address = park(staff, person, db, smtp)
    smtp.mend()
    ctl("jobs", "retry", str(id))
    wait_for(lambda: smtp.to(address), 10, "the mail")
    wait_for(lambda: job(db, id) is None, 5)


def test_a_job_is_dropped_by_hand(staff, person, db, smtp, ctl):
    id, _ = park(staff, person, db, smtp)
    ctl("jobs", "drop", str(id))
    assert job(db, id) is None


def test_stats_count_jobs_by_kind_and_state(staff, person, db, smtp, ctl):
    park(staff, person, db, smtp)
    db.do("insert into job.job (kind, run_at) select 'job.nothing', now() + interval '1 hour' "
          "from generate_series(1, 17)")
    out = ctl("jobs", "stats").stdout
    assert re.search(r"job\.nothing.*\b17\b", out) and re.search(r"mail\.send.*\b1\b", out)


@pytest.mark.parametrize("words", [("show", "999999999"), ("retry", "999999999"), ("drop", "999999999"),
                                   ("show", "x"), ("show",), ("nothing",)])
def test_a_job_that_is_none_is_an_error_for_the_operator(ctl, words):
    done = ctl("jobs", *words, check=False)
    assert done.returncode != 0 and done.stderr.strip()


def test_a_kind_that_nobody_knows_is_parked_and_named(db):
    (id,) = add(db, kind="no.such", max_tries=1)
    wait_for(lambda: job(db, id).state == "parked", 10)
    assert "kind" in job(db, id).last_error


def workers_of(process):
    return [*children(process.pid)]


def test_a_job_of_a_killed_worker_runs_again_when_its_lease_has_ended(stack, staff, person, db, smtp,
                                                                     no_workers):
    smtp.fault("hang", seconds=20)
    address = ask_for_mail(staff(), person)
    process = stack.spawn("samovar-worker")
    id = mail_job(db).id
    wait_for(lambda: smtp.faults == [], 10, "a worker hangs in it")
    kill_all([process.pid, *workers_of(process)])
    stack.spawn("samovar-worker")
    db.do("update job.job set lease_until = now() where id = %s", id)
    wait_for(lambda: smtp.to(address), 10, "the mail")
    wait_for(lambda: job(db, id) is None, 5)
    assert len(smtp.to(address)) == 1


def test_a_job_during_which_the_database_goes_away_does_not_wait_for_its_lease(stack, staff, person, db, smtp,
                                                                              no_workers):
    smtp.fault("hang", seconds=3)
    address = ask_for_mail(staff(), person)
    stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="1")
    id = mail_job(db).id
    wait_for(lambda: smtp.faults == [], 10, "a worker hangs in it")
    noted = f"job={id}: its failure cannot be noted"
    with stack.without("postgres"):
        wait_for(lambda: noted in stack.log("samovar-worker.test"), 20, "it ends without a database")
    wait_for(lambda: job(db, id) is None, 20, "it is done")
    assert smtp.to(address)


def test_while_a_lease_lasts_nobody_else_takes_the_job(stack, staff, person, db, smtp, no_workers):
    smtp.fault("hang", seconds=3)
    ask_for_mail(staff(), person)
    stack.spawn("samovar-worker")
    id = mail_job(db).id
    holder = wait_for(lambda: job(db, id).leased and job(db, id).leased_by, 10)
    stack.spawn("samovar-worker")
    for _ in range(20):
        row = job(db, id)
        assert row is None or row.leased_by in (holder, None) and row.tries == 1
        time.sleep(0.05)


def test_a_worker_that_is_told_to_end_gives_its_jobs_back(stack, db, done, no_workers):
    ids = add(db, count=5000)
    process = stack.spawn("samovar-worker")
    wait_for(lambda: len(done()) > 100, 20)
    process.send_signal(signal.SIGTERM)
    process.wait(15)
    assert db.value("select count(*) from job.job where lease_until is not null and kind = 'job.nothing'") == 0
    assert db.value("select count(*) from job.job where tries > 0 and kind = 'job.nothing'") == 0
    stack.spawn("samovar-worker")
    wait_for(lambda: len(done()) == len(ids), 60)
    assert sorted(done()) == sorted(ids)


def test_workers_killed_at_random_lose_no_job(stack, db, done, no_workers):
    ids = add(db, count=3000)
    for _ in range(4):
        process = stack.spawn("samovar-worker")
        before = len(done())
        wait_for(lambda: len(done()) > before + 100, 20)
        kill_all([process.pid, *workers_of(process)])
        process.wait(5)
    db.do("update job.job set lease_until = now()")
    stack.spawn("samovar-worker")
    wait_for(lambda: left(db) == 0, 60)
    assert sorted(done()) == sorted(ids)


def test_workers_go_on_after_the_database_was_away(stack, db, done):
    add(db, count=10)
    wait_for(lambda: len(done()) == 10, 10)
    with stack.without("postgres"):
        time.sleep(0.5)
    ids = add(db, count=10)
    wait_for(lambda: set(ids) <= set(done()), 15)


def test_a_job_of_one_key_is_there_once(db, ctl, stack, no_workers):
    for _ in range(3):
        ctl("timers", "run", "session.sweep", "--no-wait")
    assert db.value("select count(*) from job.job where kind = 'session.sweep'") == 1


def test_a_job_added_again_at_the_moment_of_its_end_runs_again_at_once(db, done):
    """Additions of one key race with the ends of its jobs: both the end that finds that it
    was added again and the one that does not come about."""
    db.do("""
        create or replace trigger test_again after update on job.job for each row
            when (old.again and not new.again) execute function public.test_done();""")

    def thousand_more():
        db.do("""
            do $$ begin
                for n in 1..1000 loop
                    insert into job.job (kind, key) values ('job.nothing', 'race')
                        on conflict (kind, key) do update set again = job.job.lease_until is not null;
                    commit;
                end loop;
            end $$""")
        return len(done()) > 50
    wait_for(thousand_more, 60, "it has run many times")
    wait_for(lambda: left(db) == 0, 20, "none is left behind")


def lease(db, id, worker):
    db.do("update job.job set lease_until = now() + interval '10 minutes', tries = 1, leased_by = %s where id = %s",
          f"{socket.gethostname()}:{worker}", id)


def began(pid):
    with open(f"/proc/{pid}/stat") as f:
        return int(f.read().rpartition(")")[2].split()[19])


def test_what_a_worker_has_leased_that_dies_while_others_live_is_taken_up_in_seconds(stack, db, done, no_workers):
    """Its parent may not have asked for it yet, as in a container without an init; its pid may be another's now."""
    stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="1", SAMOVAR_WORKER_BACKOFF="1")
    first = add(db)[0]
    wait_for(lambda: not db.one("select 1 from job.job where id = %s", first), 20, "the worker has begun")
    zombie = subprocess.Popen(["true"])
    wait_for(lambda: dead(zombie.pid), 5)
    zombies, reused, own = (add(db, run_at=datetime.datetime(2999, 1, 1))[0] for _ in range(3))
    lease(db, zombies, f"{zombie.pid}:{began(zombie.pid)}")
    lease(db, reused, f"{os.getpid()}:{began(os.getpid()) - 1}")
    lease(db, own, f"{os.getpid()}:{began(os.getpid())}")
    db.do("update job.job set run_at = now() where id = any(%s)", [zombies, reused, own])
    wait_for(lambda: not db.all("select 1 from job.job where id = any(%s)", [zombies, reused]), 20, "both are done")
    assert db.one("select 1 from job.job where id = %s", own), "who lives keeps his lease"
    zombie.wait()
    lay_down(db)


def test_what_a_dead_process_had_leased_is_taken_up_at_once(stack, db, done, no_workers):
    process = subprocess.Popen(["true"])
    process.wait()
    (id,) = add(db)
    (others,) = add(db)
    db.do("update job.job set lease_until = now() + interval '10 minutes', tries = 1, leased_by = %s where id = %s",
          f"{socket.gethostname()}:{process.pid}", id)
    db.do("update job.job set lease_until = now() + interval '10 minutes', tries = 1, leased_by = %s where id = %s",
          f"{socket.gethostname()}:{os.getpid()}", others)
    stack.spawn("samovar-worker", SAMOVAR_WORKER_PROCESSES="1")
    wait_for(lambda: not db.one("select 1 from job.job where id = %s", id), 20)
    assert db.one("select 1 from job.job where id = %s", others), "who lives keeps his lease"
