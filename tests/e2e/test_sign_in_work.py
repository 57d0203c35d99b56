"""Passwords are hashed by a share of the workers only: sign-ins keep nobody else waiting, and wait a bounded time."""

import os
import signal
import threading
import time

import pytest

from tests.conftest import wait_for
from tests.e2e.client import Client
from tests.e2e.staff import UNKNOWN


def niceness(pid):
    with open(f"/proc/{pid}/stat") as f:
        return int(f.read().rpartition(")")[2].split()[16])


@pytest.fixture
def pool(stack):
    """The workers that hash, and the others."""
    workers = wait_for(lambda: len(stack.workers()) == stack.worker_count and stack.workers(), 30)
    usual = min(map(niceness, workers))
    nice = [pid for pid in workers if niceness(pid) > usual]
    return nice, [pid for pid in workers if pid not in nice]


@pytest.fixture
def stopped(pool):
    """stopped(pids): they do nothing until the end of the test, or go()."""
    pids = []

    def stop(more):
        for pid in more:
            os.kill(pid, signal.SIGSTOP)
            pids.append(pid)

    def go():
        while pids:
            os.kill(pids.pop(), signal.SIGCONT)
    stop.go = go
    yield stop
    go()


def test_a_quarter_of_the_workers_hash_passwords(pool):
    hashing, others = pool
    assert len(hashing) == max(1, (len(hashing) + len(others)) // 4)


def hashing_requests(base, person, staff, storage, sign_in):
    """Each route that hashes a password."""
    who, admin = person(superuser=True), staff()
    client = Client(base, token=sign_in(who)["access_token"])
    links = f"/storage/api/v1/files/{UNKNOWN}/links/"
    return [lambda: client.post("/users/api/v1/auth/login/", {"username": who.username, "password": "x"}),
            lambda: client.post("/auth/api/v1/auth/login/", {"username": who.username, "password": "x"}),
            lambda: client.post("/users/api/v1/auth/register/", {
                "username": who.username, "password": "Password-1", "email": "a@example.com", "first_name": "a",
                "last_name": "b"}),
            lambda: admin.post("/administrators/login", {"email": admin.person.email, "password": "x"}),
            lambda: admin.post(f"/administrators/register/{UNKNOWN}", {
                "name": "Иван", "surname": "Петров", "password": "Password-1"}),
            lambda: admin.patch("/administrators/reset_password", {"email": admin.person.email}),
            lambda: client.post(links, {"password": "x"}),
            lambda: client.post(f"{links}{UNKNOWN}/", {"password": "x"})]


def test_each_route_that_hashes_waits_for_them_and_is_told_so_in_time(stack, pool, stopped, base, person, staff, storage,
                                                                     sign_in):
    """They are stopped here; all others are answered meanwhile. What has waited too long is refused unhashed."""
    asks = hashing_requests(base, person, staff, storage, sign_in)
    stopped(pool[0])
    answers = [None] * len(asks)

    def ask(n):
        answers[n] = asks[n]()
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(asks))]
    for thread in threads:
        thread.start()
    client, begin = Client(base), time.monotonic()
    while time.monotonic() < begin + 4:  # longer than fcgi.sign_in_wait
        assert client.get("/users/api/v1/users/me/").status_code == 401
        assert client.get("/api/ping").status_code == 200
    assert answers == [None] * len(asks)
    stopped.go()
    for thread in threads:
        thread.join(20)
    assert [a.status_code for a in answers] == [503] * len(asks)
    assert all(a.headers["Retry-After"] == "5" for a in answers)
    assert {tuple(a.json()) for a in answers} == {("error",), ("detail",)}
    for ask in asks:
        assert ask().status_code != 503


def test_sign_ins_go_on_while_the_others_are_busy(pool, stopped, base, person):
    who = person()
    stopped(pool[1])
    answer = Client(base).post("/users/api/v1/auth/login/", {"username": who.username, "password": who.password})
    assert answer.status_code == 200


def test_without_their_socket_the_others_do_it(stack, base, person):
    """As after an upgrade of an installation whose systemd holds one socket only."""
    who, path = person(), stack.run / "fcgi.sock.sign-in"
    away = path.with_name("away.sock")
    path.rename(away)
    try:
        answer = Client(base).post("/users/api/v1/auth/login/", {"username": who.username, "password": who.password})
        assert answer.status_code == 200
    finally:
        away.rename(path)
