"""What happens when parts fail, and under abuse: limits, Redis or PostgreSQL away, crashes, signals."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

import psycopg2
import pytest

from tests.conftest import wait_for
from tests.e2e import fcgi
from tests.e2e.client import PASSWORD, Client, elapsed, error, together, word
from tests.e2e.stack import children, dead

OUTDATED = (401, "Auth.Error.TokenOutdated")


def storage_login(client, name, password):
    return client.post("/users/api/v1/auth/login/", {"username": name, "password": password})


def staff_login(client, email, password):
    return client.post("/api/administrators/login", {"email": email, "password": password})


class Load:
    """Threads that ask the same question until told to stop."""

    def __init__(self, base, path, token, threads=4, body=None):
        self.codes, self.bodies, self.stopping, self.body = [], [], threading.Event(), body
        self.threads = [threading.Thread(target=self.work, args=(Client(base, "", token), path))
                        for _ in range(threads)]

    def work(self, client, path):
        while not self.stopping.is_set():
            answer = client.get(path) if self.body is None else client.post(path, self.body)
            self.codes.append(answer.status_code)
            if answer.status_code != 200:
                self.bodies.append(answer.text)

    def __enter__(self):
        for t in self.threads:
            t.start()
        wait_for(lambda: len(self.codes) > 20, 10)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for t in self.threads:
            t.join(30)

    def go_on(self, count=100):
        """Until so many more answers have come."""
        seen = len(self.codes)
        wait_for(lambda: len(self.codes) >= seen + count, 30, "answers")

    @property
    def failed(self):
        return [c for c in self.codes if c != 200]


@pytest.fixture
def signed(base, person, sign_in):
    """A client of the whole site with a live access token; its pair and person."""
    who = person("can_view_file")
    client = Client(base)
    client.pair = sign_in(who)
    client.token = client.pair["access_token"]
    client.person = who
    return client


# -- what a host remembers for a second (src/cache/near.h)

def test_a_token_that_ends_is_dead_at_the_next_request(base, person, sign_in):
    """A thousand times, while eight workers have all just seen it alive."""
    people = [person() for _ in range(8)]
    seen = []

    def alternate(n):
        clients = [Client(base) for _ in range(3)]  # of connections of their own: any worker answers
        for _ in range(125):
            token = sign_in(people[n])["access_token"]

            def me(client):
                return client.get("/users/api/v1/users/me/", token=token).status_code
            alive = [me(client) for client in clients]
            assert clients[0].post("/users/api/v1/auth/logout/", token=token).status_code == 200
            seen.append((alive, [me(client) for client in clients]))
    together(8, alternate)
    assert len(seen) == 1000
    assert not [one for one in seen if one != ([200] * 3, [401] * 3)]


def test_what_changes_of_an_account_is_seen_at_the_next_request(base, person, sign_in, staff):
    admin, who = staff(), person(role="expert", superuser=True)
    token, clients = sign_in(who)["access_token"], [Client(base) for _ in range(4)]
    for n in range(50):
        name = "Анна" + "абвгдежзик"[n % 10]
        assert admin.patch(f"/administrators/{who.uuid}/", {"name": name, "surname": "Белых"}).status_code == 200
        for client in clients:
            assert client.get("/users/api/v1/users/me/", token=token).json()["first_name"] == name


def test_another_host_hears_of_a_sign_out_within_a_second(base, signed, instance):
    """A host has a file of its own for what it remembers; database and Redis are the same."""
    other = instance(activated=False).path

    def me():
        return fcgi.ask(other, path="/users/api/v1/users/me/", headers={"Authorization": f"Bearer {signed.token}"})[0]
    assert {me() for _ in range(20)} == {200}
    began = time.monotonic()
    assert signed.post("/users/api/v1/auth/logout/").status_code == 200
    wait_for(lambda: me() == 401, 10)
    assert time.monotonic() - began < 3, "one second, and a busy machine"
    assert {me() for _ in range(20)} == {401}


# -- limits

def test_a_school_of_a_hundred_behind_one_address_signs_in(base, person):
    people = [person(role="expert") for _ in range(100)]
    school = Client(base)
    codes = []

    def arrive(n):
        mine = Client(base, address=school.address)
        for who in people[n::8]:
            codes.append((storage_login(mine, who.username, "Oops12345").status_code,
                          storage_login(mine, who.username, who.password).status_code,
                          staff_login(mine, who.email, who.password).status_code))
    together(8, arrive)
    assert codes == [(401, 200, 200)] * 100


def failures_until_429(attempt):
    for n in range(1, 80):
        answer = attempt()
        if answer.status_code == 429:
            return n, answer
        assert answer.status_code in (400, 401), answer.text
    raise AssertionError("never refused")


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_after_many_failures_a_name_is_refused_for_a_while(base, person, known):
    client, who = Client(base), person()
    name = who.username if known else word("nobody")
    count, answer = failures_until_429(lambda: storage_login(client, name, "Wrong12345"))
    assert count > 30
    assert set(answer.json()) <= {"error", "detail"} and answer.json()["error"]
    assert storage_login(Client(base, address=client.address), name, PASSWORD).status_code == 429
    assert storage_login(Client(base), name, PASSWORD).status_code == (200 if known else 401), "nobody elsewhere is kept out"
    other = person()
    assert storage_login(client, other.username, PASSWORD).status_code == 200


def test_staff_is_refused_in_its_own_envelope(base, person):
    client, who = Client(base), person(role="expert")
    count, answer = failures_until_429(lambda: staff_login(client, who.email, "Wrong12345"))
    assert count > 30 and set(answer.json()) == {"detail"}


def test_registrations_from_one_address_are_limited(base):
    client, codes = Client(base), []
    for _ in range(160):
        name = word("many")
        codes.append(client.post("/users/api/v1/auth/register/", {
            "username": name, "password": PASSWORD, "email": f"{name}@example.com",
            "first_name": "a", "last_name": "b"}).status_code)
        if codes[-1] == 429:
            break
    assert codes[-1] == 429 and set(codes[:-1]) == {201} and len(codes) > 30


@pytest.fixture
def locked(base, person, redis, db):
    """A person whose name is locked by wrong passwords, not only slowed down."""
    who, client = person(role="expert"), Client(base)

    def lock():
        storage_login(client, who.username, "Wrong12345")
        row = db.one("select * from account.lockout where locked_until > now() "
                     "and last_at > now() - interval '5 s' order by last_at desc limit 1")
        if row is None and storage_login(client, who.username, "Wrong12345").status_code == 429:
            redis("FLUSHALL")  # the minute passes
        return row
    wait_for(lock, 60, "the lock", every=0)
    redis("FLUSHALL")
    assert storage_login(client, who.username, PASSWORD).status_code in (401, 429)
    who.client = client
    return who


def test_a_namesake_elsewhere_ends_no_lock(base, db, person):
    """Who registers with a user name that is somebody's e-mail does not count as that person."""
    staff, client = person(role="expert"), Client(base)
    namesake = person(username=staff.email)
    wrong = {"email": staff.email, "password": "Wrong12345"}
    assert client.post("/api/administrators/login", wrong).status_code == 400
    count = "select count(*) from account.lockout"
    before = db.value(count)
    assert storage_login(client, namesake.username, PASSWORD).status_code == 200
    assert db.value(count) == before


def test_a_lock_ends_by_itself(base, locked, db, redis):
    db.do("update account.lockout set locked_until = now() - interval '1 s', "
          "first_at = first_at - interval '1 hour', last_at = last_at - interval '1 hour' "
          "where locked_until is not null")
    redis("FLUSHALL")
    assert storage_login(locked.client, locked.username, PASSWORD).status_code == 200


def test_a_lock_ends_by_the_operators_hand(base, locked, ctl):
    ctl("account", "unlock", locked.username)
    assert storage_login(locked.client, locked.username, PASSWORD).status_code == 200


def test_unlock_ends_the_slowing_down_too(base, person, ctl):
    client, who = Client(base), person()
    failures_until_429(lambda: storage_login(client, who.username, "Wrong12345"))
    ctl("account", "unlock", who.username)
    assert storage_login(client, who.username, PASSWORD).status_code == 200


# -- the owner, while others guess

FACES = {"storage": lambda client, who, password: storage_login(client, who.username, password),
         "programme": lambda client, who, password: staff_login(client, who.email, password)}
each_face = pytest.mark.parametrize("sign", FACES.values(), ids=FACES)


def lock_out(base, redis, db, sign, who, tries=70):
    """Somebody elsewhere guesses until the lock, and others until no stranger gets in."""
    stranger = Client(base)
    for n in range(tries):
        if sign(stranger, who, "Wrong12345").status_code == 429 and n > 60:
            break
        if n % 25 == 24:
            redis("DEL", *redis("KEYS", "*limit:sign-in:name:*"), "x")  # the minute passes
    assert sign(stranger, who, "Wrong12345").status_code == 429
    assert sign(Client(base), who, "Wrong12345").status_code in (400, 401), "one network is not all"
    # 538 guesses more, from nine other networks.
    db.do("update account.lockout set failures = 599 where name_hash = (select name_hash from account.lockout"
          " where of_name is null order by last_at desc limit 1)")
    assert sign(Client(base), who, "Wrong12345").status_code in (400, 401)
    return stranger


@each_face
def test_who_guesses_elsewhere_does_not_keep_the_owner_out(base, person, redis, db, sign):
    who, home = person(role="expert"), Client(base)
    assert sign(home, who, who.password).status_code == 200
    stranger = lock_out(base, redis, db, sign, who)
    again = sign(Client(base, address=home.address), who, who.password)
    assert again.status_code == 200, (again.headers, db.all(
        "select network, last_at, now() from account.familiar where account_id = %s", who.id))
    # The right password helps the stranger as little as a wrong one, and nobody else who comes anew.
    assert sign(stranger, who, who.password).status_code == 429
    assert sign(Client(base), who, who.password).status_code == 429
    # Whose guesses these were is counted there: the owner's own slips do not add to them.
    assert sign(home, who, "Wrong12345").status_code in (400, 401)
    assert sign(home, who, who.password).status_code == 200


def test_a_familiar_network_has_its_lock_too(base, person, redis, db):
    """Or it would be the place to guess from. And it is not everybody's."""
    who, home, work = person(), Client(base), Client(base)
    for client in (home, work):
        assert storage_login(client, who.username, who.password).status_code == 200
    count, _ = failures_until_429(lambda: storage_login(home, who.username, "Wrong12345"))
    assert count > 30
    assert storage_login(home, who.username, who.password).status_code == 429
    assert storage_login(work, who.username, who.password).status_code == 200
    assert storage_login(Client(base), who.username, who.password).status_code == 200


def test_a_network_is_forgotten_after_a_month(base, person, redis, db, ctl):
    who, home = person(), Client(base)
    assert storage_login(home, who.username, who.password).status_code == 200
    db.do("update account.familiar set last_at = now() - interval '31 days' where account_id = %s", who.id)
    lock_out(base, redis, db, FACES["storage"], who)
    assert storage_login(home, who.username, who.password).status_code == 429
    ctl("account", "unlock", who.username)
    assert storage_login(home, who.username, who.password).status_code == 200
    assert db.value("select count(*) from account.familiar where account_id = %s "
                    "and last_at > now() - interval '1 minute'", who.id) == 1


def test_the_browser_of_the_owner_is_known_on_another_network(base, person, redis, db):
    """By the refresh token in its cookie, also one that is not live any more; nobody else's."""
    who, other, browser = person(role="expert"), person(role="expert"), Client(base)
    answer = staff_login(browser, who.email, who.password)
    mine = {"Cookie": "refresh_token=" + answer.cookies["refresh_token"]}
    theirs = {"Cookie": "refresh_token=" + staff_login(Client(base), other.email, other.password).cookies["refresh_token"]}
    lock_out(base, redis, db, FACES["programme"], who)
    body = {"email": who.email, "password": who.password}
    for headers, status in ((theirs, 429), ({"Cookie": "refresh_token=x.y.z"}, 429), (mine, 200)):
        assert Client(base).post("/api/administrators/login", body, headers=headers).status_code == status
    db.do("update account.session set revoked_at = now(), revoked_why = 'test' where account_id = %s and revoked_at is null",
          who.id)
    assert Client(base).post("/api/administrators/login", body, headers=mine).status_code == 200


def test_unlock_ends_the_locks_of_familiar_networks_too(base, person, redis, db, ctl):
    who, home = person(), Client(base)
    assert storage_login(home, who.username, who.password).status_code == 200
    count = "select count(*) from account.lockout where of_name is not null"
    before = db.value(count)
    storage_login(home, who.username, "Wrong12345")
    assert db.value(count) == before + 1
    ctl("account", "unlock", who.username)
    assert db.value(count) == before


# -- Redis away

def everything_works(base, signed, person, sign_in):
    assert signed.get("/users/api/v1/users/me/").status_code == 200
    out = Client(base)
    pair = sign_in(person())
    assert out.post("/users/api/v1/auth/logout/", token=pair["access_token"]).status_code == 200
    assert error(out.get("/users/api/v1/users/me/", token=pair["access_token"])) == OUTDATED
    who = person(role="expert")
    answer = staff_login(out, who.email, who.password)
    assert answer.status_code == 200
    assert out.get("/api/administrators/me", token=answer.json()["access_token"]).status_code == 200
    assert storage_login(out, who.username, "Wrong12345").status_code == 401
    new = out.post("/users/api/v1/auth/token/refresh/", token=sign_in(person())["refresh_token"])
    assert new.status_code == 200


def test_without_redis_everything_is_answered_from_the_database(stack, base, signed, person, sign_in):
    dead_pair = sign_in(person())
    Client(base).post("/users/api/v1/auth/logout/", token=dead_pair["access_token"])
    with stack.without("redis"):
        took, answer = elapsed(lambda: signed.get("/users/api/v1/users/me/"))
        assert answer.status_code == 200 and took < 1.5
        assert error(signed.get("/users/api/v1/users/me/", token=dead_pair["access_token"])) == OUTDATED
        everything_works(base, signed, person, sign_in)
        ready = signed.get("/readyz")
        assert ready.status_code == 200 and "down" in ready.text
    everything_works(base, signed, person, sign_in)


def test_redis_is_used_again_when_it_is_back(stack, base, signed, redis):
    with stack.without("redis"):
        storage_login(Client(base), word("nobody"), "x")
    wait_for(stack.redis_answers, 10)

    def used():
        storage_login(Client(base), word("nobody"), "x")
        return redis("DBSIZE") > 0
    wait_for(used, 15, "keys in Redis", every=0.2)


def test_a_redis_that_hangs_does_not_hold_requests_up(stack, signed):
    with stack.frozen("redis"):
        times = [elapsed(lambda: signed.get("/users/api/v1/users/me/")) for _ in range(10)]
    assert all(a.status_code == 200 for _, a in times)
    assert max(t for t, _ in times) < 2
    assert sum(t for t, _ in times) < 6, "each request waits anew"


# -- PostgreSQL away

def test_without_postgres_the_answer_is_503_within_a_second(stack, base, signed):
    workers = set(stack.workers())
    with stack.without("postgres"):
        for path, member in (("/users/api/v1/users/me/", "error"), ("/auth/api/v1/users/me/", "error"),
                             ("/storage/api/v1/files/", "error"), ("/api/administrators/me", "detail")):
            for _ in range(5):
                took, answer = elapsed(lambda: signed.get(path))
                if path.startswith("/api") and answer.status_code == 401:
                    break  # the storage token is refused here before the database is asked
                assert answer.status_code == 503, answer.text
                assert took < 1.0, f"{path}: {took:.2f} s"
                assert set(answer.json()) <= {"error", "detail"} and answer.json()[member]
                assert answer.headers["Content-Type"].split(";")[0] == "application/json"
        took, answer = elapsed(lambda: storage_login(Client(base), "x", "y"))
        assert answer.status_code == 503 and took < 1.0 and answer.json()["error"]
        took, answer = elapsed(lambda: staff_login(Client(base), "x@example.com", "y"))
        assert answer.status_code == 503 and took < 1.0 and answer.json()["detail"]
        took, answer = elapsed(lambda: Client(base).get("/api/dev/profiles/1"))
        assert took < 1.0 and (answer.status_code, answer.json()["sub_code"]) == (503, "backend.maintenance")
        assert signed.get("/healthz").status_code == 200
        assert signed.get("/readyz").status_code == 503
    wait_for(lambda: signed.get("/users/api/v1/users/me/").status_code == 200, 5, "back by itself")
    assert [signed.get("/users/api/v1/users/me/").status_code for _ in range(30)] == [200] * 30
    assert set(stack.workers()) == workers


def test_connections_that_ended_while_idle_are_made_again_unseen(stack, signed, db):
    db.all("select pg_terminate_backend(pid, 20000) from pg_stat_activity "  # waits until it has ended
           "where pid <> pg_backend_pid() and datname = 'samovar' and backend_type = 'client backend'")
    codes = [signed.get("/users/api/v1/users/me/").status_code for _ in range(100)]
    assert codes == [200] * 100


def test_under_load_the_database_may_restart_and_nothing_else_is_seen(stack, base, signed):
    with Load(base, "/users/api/v1/users/me/", signed.token) as load:
        with stack.without("postgres"):
            load.go_on(20)
        wait_for(lambda: set(load.codes[-20:]) == {200}, 10, "back by itself")
    assert set(load.codes) <= {200, 503}


def test_a_postgres_that_hangs_gives_an_answer_within_ten_seconds(stack, signed):
    """The browser gives up after ten seconds."""
    with stack.frozen("postgres"):
        took, answer = elapsed(lambda: signed.get("/users/api/v1/users/me/"))
        assert answer.status_code in (503, 504) and took < 10 and answer.json()["error"]
    wait_for(lambda: signed.get("/users/api/v1/users/me/").status_code == 200, 10, "back by itself")


# -- crashes

def waiting_backends(db):
    return db.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
                    "and datname = 'samovar'")


class Held:
    """While the block lasts, sign-ins of a person wait for a lock in the database."""

    def __init__(self, stack, db, person):
        self.link = psycopg2.connect(**stack.dsn)
        self.db, self.person = db, person

    def __enter__(self):
        self.link.cursor().execute("select * from account.account where id = %s for update",
                                   (self.person.id,))
        return self

    def wait(self, count=1):
        wait_for(lambda: waiting_backends(self.db) >= count, 30, "a request that waits")

    def __exit__(self, *_):
        self.link.rollback()
        self.link.close()


def in_background(work):
    result = {}

    def run():
        result["answer"] = work()
    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def test_a_postgres_that_hangs_leaves_the_health_page_and_what_needs_no_database_quick(stack, base, signed):
    """Forty requests wait for the database, on all workers; monitoring allows the health page five seconds."""
    health, ping = Client(base, "/api"), Client(base, "/api")
    with stack.frozen("postgres"):
        waiting = [in_background(lambda: Client(base, token=signed.token).get("/users/api/v1/users/me/")) for _ in range(40)]
        took, answer = elapsed(lambda: health.get("/healthcheck"))
        assert answer.status_code == 400 and took < 5
        assert [c["status"] for c in answer.json()["detail"]["components"]] == [False, True, False]
        took, codes = elapsed(lambda: [ping.get("/ping").status_code for _ in range(20)])
        assert codes == [200] * 20 and took < 5, "each waits for nobody"
        for thread, _ in waiting:
            thread.join(15)
        assert {r["answer"].status_code for _, r in waiting} <= {503, 504}
    wait_for(lambda: signed.get("/users/api/v1/users/me/").status_code == 200, 10, "back by itself")


def test_a_statement_that_takes_long_is_no_hang(stack, base, db, person, signed):
    """One sign-in waits for a lock, for longer than a server that hangs is waited for; all others are served."""
    who = person(role="expert")
    with Held(stack, db, who) as held:
        thread, result = in_background(lambda: staff_login(Client(base), who.email, who.password))
        held.wait()
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert signed.get("/users/api/v1/users/me/").status_code == 200
    thread.join(15)
    assert result["answer"].status_code == 200


def test_a_killed_worker_costs_the_request_it_served_and_is_replaced(stack, base, db, person):
    who = person(role="expert")
    for login, member in (
            (lambda: storage_login(Client(base), who.username, who.password), "error"),
            (lambda: staff_login(Client(base), who.email, who.password), "detail")):
        with Held(stack, db, who) as held:
            thread, result = in_background(login)
            held.wait()
            for pid in stack.workers():
                os.kill(pid, signal.SIGKILL)
            thread.join(10)
        answer = result["answer"]
        assert answer.status_code == 502 and answer.json()[member], answer.text
        assert answer.headers["Content-Type"].split(";")[0] == "application/json"
        wait_for(lambda: len(stack.workers()) >= stack.worker_count, 45, "new workers")
        wait_for(lambda: Client(base).get("/readyz").status_code == 200, 10)
    assert login().status_code == 200


@pytest.mark.parametrize("path, member", [
    ("/users/api/v1/users/me/", "error"), ("/storage/api/v1/files/", "error"),
    ("/api/administrators/me", "detail"), ("/healthcheck", "detail")])
def test_a_handler_that_crashes_costs_one_request_in_its_faces_envelope(stack, base, signed, path, member):
    """With the header X-Samovar-Crash, which is obeyed in test mode only."""
    wait_for(lambda: len(stack.workers()) == stack.worker_count, 30, "all is quiet")
    with Load(base, "/users/api/v1/users/me/", signed.token) as load:
        answer = signed("POST", path, headers={"X-Samovar-Crash": "1"})
        load.go_on(50)
    assert answer.status_code == 502 and answer.json()[member], answer.text
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    assert load.failed == [], load.bodies[:1]
    wait_for(lambda: len(stack.workers()) == stack.worker_count, 30, "a new worker")


def test_killed_workers_cost_at_most_one_request_each(stack, base, signed):
    kills = 5
    with Load(base, "/users/api/v1/users/me/", signed.token, threads=6) as load:
        for n in range(kills):
            workers = stack.workers()
            os.kill(workers[n % len(workers)], signal.SIGKILL)
            load.go_on(50)
    assert set(load.failed) <= {502} and len(load.failed) <= kills, load.failed
    assert all('"error"' in body for body in load.bodies)


def test_the_parent_replaces_its_workers_and_goes_on(stack, base):
    parent = stack.pid("samovar-fcgi")
    for _ in range(3):
        for pid in stack.workers():
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself meanwhile
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(stack.workers()) == stack.worker_count, 45, "new workers")
    assert stack.pid("samovar-fcgi") == parent
    wait_for(lambda: Client(base).get("/readyz").status_code == 200, 10)


def test_workers_that_are_killed_again_and_again_come_back_in_a_second(instance):
    """Only a child that never serves is given longer and longer pauses."""
    one = instance(SAMOVAR_FCGI_PROCESSES="1")
    for _ in range(5):
        wait_for(one.answers, 20, "it answers")
        for worker in children(one.process.pid):  # the last one's entry may still be there
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            wait_for(lambda pid=worker: dead(pid), 5)
    wait_for(one.answers, 4, "a sixth one")


# -- signals

def test_a_socket_that_was_made_to_block_starves_no_connection(instance):
    """systemd does that to the socket whenever it runs a command of the unit."""
    one = instance(SAMOVAR_FCGI_PROCESSES="4")
    kept = [fcgi.Link(one.path, timeout=3) for _ in range(8)]
    for _ in range(30):
        one.listening.setblocking(True)
        assert fcgi.ask(one.path)[0] == 200
        for link in kept:
            link.send(fcgi.request(flags=fcgi.KEEP_CONN))
            assert link.answer()[0] == 200
    for link in kept:
        link.close()


def test_hangup_under_load_loses_no_request(stack, base, signed):
    parent = stack.pid("samovar-fcgi")
    with Load(base, "/users/api/v1/users/me/", signed.token) as load:
        for _ in range(3):
            os.kill(parent, signal.SIGHUP)
            load.go_on(200)
    assert load.failed == [] and stack.pid("samovar-fcgi") == parent


def test_old_workers_serve_until_new_ones_are_ready(stack, instance):
    """A new worker prepares its statements first, and PostgreSQL may take its time."""
    one = instance(SAMOVAR_FCGI_PROCESSES="1")
    (old,) = children(one.process.pid)
    with stack.frozen("postgres"):
        one.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(children(one.process.pid)) == 2, 10, "a new worker")
        with fcgi.Link(one.path, timeout=3) as link:
            link.send(fcgi.request(path="/healthz"))
            assert link.answer()[0] == 200
    wait_for(lambda: old not in children(one.process.pid), 30, "the old one ends")
    assert fcgi.ask(one.path, path="/readyz")[0] == 200


@pytest.mark.parametrize("path,body", [("users/me/", None), ("auth/token/verify/", {"permissions": []})],
                         ids=["GET", "POST, which nginx writes but once"])
def test_workers_told_to_end_under_load_finish_and_are_replaced(stack, base, signed, path, body):
    before = set(stack.workers())
    with Load(base, "/users/api/v1/" + path, signed.token, body=body) as load:
        for pid in before:
            with contextlib.suppress(ProcessLookupError):  # one that the test before told to end
                os.kill(pid, signal.SIGTERM)
            load.go_on(50)
        wait_for(lambda: not before & set(stack.workers())
                 and len(stack.workers()) >= stack.worker_count, 45, "new workers")
    assert load.failed == [], load.bodies[:1]


def test_a_draining_worker_leaves_the_end_of_what_is_written_but_once_to_nginx(instance):
    """nginx asks a GET again whose connection ends, and nothing else."""
    one = instance(SAMOVAR_FCGI_PROCESSES="1")
    (pid,) = children(one.process.pid)
    with fcgi.Link(one.path) as gets, fcgi.Link(one.path) as posts:

        def ask(link, method):
            link.send(fcgi.request(method, "/readyz", flags=fcgi.KEEP_CONN))
            return link.answer()[0]
        ask(gets, "GET"), ask(posts, "POST")
        os.kill(pid, signal.SIGTERM)
        assert [ask(posts, "POST") for _ in range(3)] == [405] * 3
        assert ask(gets, "GET") == 200 and gets.file.read(1) == b""
        assert ask(posts, "POST") == 405 and not dead(pid)
    wait_for(lambda: dead(pid), 5, "its end, once nginx has closed")


def hammer(path, stopping, codes):
    while not stopping.is_set():
        try:
            codes.append(fcgi.ask(path, path="/readyz")[0])
        except (OSError, fcgi.Closed) as e:
            codes.append(repr(e))


def hammer_kept(path, stopping, codes):
    """As hammer() does, on one connection as long as the worker keeps it."""
    while not stopping.is_set():
        try:
            with fcgi.Link(path) as link:
                while not stopping.is_set():
                    link.send(fcgi.request(path="/readyz", flags=fcgi.KEEP_CONN))
                    codes.append(link.answer()[0])
        except (OSError, fcgi.Closed):
            pass


def test_with_a_socket_from_systemd_a_restart_loses_no_request(instance):
    one = instance(SAMOVAR_FCGI_PROCESSES="2")
    stopping, codes = threading.Event(), []
    threads = [threading.Thread(target=hammer, args=(one.path, stopping, codes)) for _ in range(4)]
    for t in threads:
        t.start()
    for _ in range(2):
        wait_for(lambda: len(codes) > 50, 20)
        one.process.send_signal(signal.SIGTERM)
        assert one.process.wait(30) == 0
        one.start()
    stopping.set()
    for t in threads:
        t.join(20)
    assert set(codes) == {200}


def test_a_worker_that_never_waits_hears_that_it_shall_end(instance):
    """More askers than workers, each on a connection that it keeps: always one is ready."""
    one = instance(SAMOVAR_FCGI_PROCESSES="1")
    stopping, codes = threading.Event(), []
    askers = [threading.Thread(target=hammer_kept, args=(one.path, stopping, codes)) for _ in range(8)]
    for t in askers:
        t.start()
    wait_for(lambda: len(codes) > 100, 20)
    asked = len(codes)
    one.process.send_signal(signal.SIGTERM)
    status = one.process.wait(30)
    stopping.set()
    one.listening.close()
    for t in askers:
        t.join(20)
    assert status == 0
    assert len(codes) - asked < 100, "each connection is ended after its next answer"


def test_a_worker_retires_after_its_number_of_requests_and_nobody_notices(instance):
    one = instance(SAMOVAR_FCGI_PROCESSES="2", SAMOVAR_FCGI_MAX_REQUESTS="20")
    before = set(children(one.process.pid))
    codes = [fcgi.ask(one.path, path="/readyz")[0] for _ in range(200)]
    assert codes == [200] * 200
    wait_for(lambda: len(children(one.process.pid)) == 2, 10)
    assert not before & set(children(one.process.pid))


def test_a_worker_retires_before_its_memory_grows_past_the_limit(instance):
    one = instance(SAMOVAR_FCGI_PROCESSES="1", SAMOVAR_FCGI_MAX_MEMORY="1m")
    (before,) = children(one.process.pid)
    assert [fcgi.ask(one.path, path="/readyz")[0] for _ in range(300)] == [200] * 300
    wait_for(lambda: dead(before), 10, "retirement")


def test_what_is_under_way_is_finished_before_the_end(instance, stack, db, person):
    one, who = instance(SAMOVAR_FCGI_PROCESSES="2"), person()
    body = json.dumps({"username": who.username, "password": who.password}).encode()
    with Held(stack, db, who) as held:
        thread, result = in_background(
            lambda: fcgi.ask(one.path, "POST", "/users/api/v1/auth/login/", body))
        held.wait()
        one.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert one.process.poll() is None and thread.is_alive()
    thread.join(10)
    assert result["answer"][0] == 200
    assert one.process.wait(15) == 0


def test_its_own_socket_works_too_also_when_an_old_one_is_left(instance):
    one = instance(activated=False, SAMOVAR_FCGI_PROCESSES="1")
    os.killpg(one.process.pid, signal.SIGKILL)
    one.process.wait(15)
    assert os.path.exists(one.path)
    one.start()
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(15) == 0


def test_killing_the_parent_leaves_no_orphan_behind(instance):
    one = instance(SAMOVAR_FCGI_PROCESSES="2")
    workers = children(one.process.pid)
    one.process.kill()
    one.process.wait(10)
    wait_for(lambda: all(dead(pid) for pid in workers), 10, "orphans end")


def test_a_program_refuses_a_schema_that_does_not_fit_and_names_the_statement(stack, db):
    db.do("alter table account.account rename column password to secret_word")
    try:
        done = subprocess.run(
            stack.as_service(stack.program("samovar-fcgi"), *stack.settings_of()), timeout=20,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=stack.state,
            env=stack.environ(SAMOVAR_FCGI_SOCKET=str(stack.run / "other.sock")))
    finally:
        db.do("alter table account.account rename column secret_word to password")
    assert done.returncode != 0 and "password" in done.stderr


@pytest.mark.parametrize("table", ["programme.report", "storage.file", "account.session"])
def test_a_worker_that_connects_keeps_no_table_while_it_waits_for_another(stack, db, table):
    """It prepares its statements one by one: who locks table after table, as a migration does, meets no deadlock."""
    held = ("select array_agg(distinct relation::regclass::text) from pg_locks l join pg_class c on c.oid = l.relation and c.relkind = 'r' "
            "where granted and relnamespace::regnamespace::text in ('account', 'programme', 'storage', 'store', 'catalogue') and pid = %s")
    with contextlib.closing(psycopg2.connect(**stack.dsn)) as migration:
        migration.cursor().execute(f"lock table {table} in access exclusive mode")
        process = stack.spawn("samovar-fcgi", SAMOVAR_FCGI_SOCKET=str(stack.run / "locks.sock"), SAMOVAR_FCGI_PROCESSES="1")
        waiting = wait_for(lambda: db.value("select max(l.pid) from pg_locks l join pg_stat_activity a using (pid) where not granted "
                                            "and application_name like 'samovar%%' and query like '%%$1%%' and relation = %s::regclass", table), 30)
        tables = db.value(held, waiting) or []
        assert len(tables) < 8, f"more than one statement's: {tables}"
        migration.rollback()
    wait_for(lambda: fcgi.answers(stack.run / "locks.sock"), 30)
    process.terminate()
    process.wait(30)
