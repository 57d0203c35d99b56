"""Nobody who is not signed in stops the service, or fills it: connections, bodies, and what is read of them."""

import json
import re
import resource
import socket
import time

import pytest

from tests.conftest import wait_for
from tests.e2e.client import Client, sign
from tests.e2e.front import Front
from tests.e2e.programme import png

PORTS = 65536 - 1024  # that one address may use towards one port of ours


@pytest.fixture
def front(stack, tmp_path_factory):
    made = []

    def front(**directives):
        made.append(Front(stack, tmp_path_factory.mktemp("front"), **directives))
        return made[-1]
    yield front
    for one in made:
        one.end()


class Line:
    """A connection that sends what it is told, and no more."""

    def __init__(self, front, text=b"", address=None):
        self.socket = socket.create_connection(("127.0.0.1", front.port), 20)
        head = text if address is None else text.replace(b"\r\n", b"\r\nX-Forwarded-For: " + address.encode() + b"\r\n", 1)
        self.socket.sendall(head)

    def send(self, text):
        try:
            self.socket.sendall(text)
        except OSError:
            pass

    def ended(self):
        """Has the other side closed it? What it says before is not looked at."""
        try:
            self.socket.setblocking(False)
            while self.socket.recv(65536):
                pass
            return True
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.socket.settimeout(20)

    def answer(self):
        """Status and JSON of the answer, without having sent anything more."""
        data = b""
        while True:
            head, end, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if end and length and len(body) >= int(length[1]):
                return int(head.split()[1]), json.loads(body)
            more = self.socket.recv(65536)
            assert more, data
            data += more

    def close(self):
        self.socket.close()


@pytest.fixture
def line():
    lines = []

    def line(*args, **more):
        lines.append(Line(*args, **more))
        return lines[-1]
    yield line
    for one in lines:
        one.close()


def head(method, path, length=None, **headers):
    headers = {"Host": "x", **({} if length is None else {"Content-Length": length}), **headers}
    return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()


# -- connections

def test_one_address_has_not_ports_enough_to_take_every_connection(stack):
    text = (stack.state / "nginx/conf/nginx.conf").read_text()
    processes = int(re.search(r"worker_processes (\d+);", text)[1])
    each = int(re.search(r"worker_connections (\d+);", text)[1])
    files = int(re.search(r"worker_rlimit_nofile (\d+);", text)[1])
    assert files >= each
    # Where a process may not have so many files, all that it may have.
    assert processes * each > PORTS or each == files == resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def test_heads_that_never_end_are_ended_and_others_are_served(front, line):
    """More of them than there are connections, and each goes on dripping: the head as a whole has its time."""
    small = front(worker_processes=1, worker_connections=200, client_header_timeout="1s")
    lines = [line(small, b"GET /healthz HTTP/1.1\r\nHost: x\r\n") for _ in range(300)]

    def dripped():
        for one in lines:
            one.send(b"X-A: b\r\n")
        return all(one.ended() for one in lines)
    wait_for(dripped, 20, "all ended", every=0.3)
    assert Client(small.base).get("/healthz").status_code == 200


def test_bodies_that_stop_are_ended(front, line):
    small = front(client_body_timeout="1s")
    one = line(small, head("POST", "/users/api/v1/auth/login/", 100) + b"{")
    wait_for(one.ended, 10)


@pytest.mark.parametrize("same, other", [
    (["203.0.113.5"] * 4, "203.0.113.6"),
    (["2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3", "2001:db8:1:2:a:b:c:d"], "2001:db8:1:3::1")],
    ids=["IPv4", "IPv6"])
def test_an_address_has_only_so_many_requests_under_way(front, line, same, other):
    """A network of IPv6 counts as one address."""
    small = front(limit_conn_address=3)
    slow = head("POST", "/users/api/v1/auth/login/", 100) + b"{"
    lines = [line(small, slow, address=a) for a in same[:3]]
    client = Client(small.base, address="127.0.0.1", timeout=5)

    def ask(address):
        return client.get("/users/api/v1/users/me/", headers={"X-Forwarded-For": address})
    # Whoever asks holds a place, too, and may have taken that of a line.
    wait_for(lambda: ask(same[3]).status_code == 429 or lines.append(line(small, slow, address=same[0])), 10)
    assert ask(same[3]).json() == {"error": "Request.Error.Validation", "detail": "too many requests, try again later"}
    assert ask(other).status_code == 401
    for one in lines:
        one.close()
    wait_for(lambda: ask(same[3]).status_code == 401, 10)


def test_an_address_has_fewer_bodies_under_way_than_requests(front, line):
    """A body that drips is never ended, and holds its place."""
    small = front(limit_conn_bodies=3)
    drips = head("POST", "/users/api/v1/auth/login/", 100) + b"{"
    lines = [line(small, drips, address="203.0.113.5") for _ in range(3)]
    client = Client(small.base, address="127.0.0.1", timeout=5)

    def ask(method, address="203.0.113.5", **more):
        return client(method, "/users/api/v1/users/me/", headers={"X-Forwarded-For": address}, **more).status_code
    wait_for(lambda: ask("PUT", json={"a": 1}) == 429 or lines.append(line(small, drips, address="203.0.113.5")), 10)
    assert ask("GET") == 401, "what has no body is served"
    assert ask("PUT", "203.0.113.6", json={"a": 1}) != 429
    for one in lines:
        one.close()
    wait_for(lambda: ask("PUT", json={"a": 1}) != 429, 10)


# -- bodies

def test_a_large_picture_is_refused_before_it_comes(front, line, stack):
    """The answers are those that the program gives, in its order: header, input, token."""
    small = front()
    forged = sign({"email": "a@example.com", "exp": time.time() + 60, "jti": "x"}, "not the key" * 5)
    for query, headers, answer in (
            ("?title=Задание", {}, (403, {"detail": "Not authenticated"})),
            ("?title=Задание", {"Authorization": "Basic x"}, (403, {"detail": "Invalid authentication credentials"})),
            ("?title=Задание", {"Authorization": "Bearer " + forged}, (401, None)),
            ("?title=" + "x" * 3000, {"Authorization": "Bearer " + forged}, (422, None))):
        for length in ({"Content-Length": 15 << 20}, {"Transfer-Encoding": "chunked"}):
            one = line(small, head("POST", "/api/tasks/" + query, Origin="http://dev", **length, **headers))
            status, body = one.answer()
            assert status == answer[0] and (answer[1] in (None, body)), body
            assert small.kept() == 0
    one = line(small, head("PATCH", "/api/tasks/nothing?title=x", 15 << 20, Authorization="Bearer " + forged))
    status, body = one.answer()
    assert status == 422 and body["detail"][0]["loc"] == ["path", "id"]
    assert line(small, head("PUT", "/api/tasks/", 15 << 20)).answer() == (405, {"detail": "Method Not Allowed"})
    assert line(small, head("GET", "/api/tasks/", 15 << 20)).answer()[0] == 413
    assert line(small, head("POST", "/api/tasks/", 17 << 20)).answer()[0] == 413


def test_a_picture_of_staff_is_taken(front, staff):
    """The same with a token that is good: through the check, body and all."""
    small, who = front(), staff()
    client = Client(small.base, "/api", token=who.token)
    answer = client.post("/tasks/?title=Проверка тела и пути", files={"image": ("a.png", png(1), "image/png")})
    assert answer.status_code in (200, 201), answer.text
    assert client("PATCH", f"/tasks/{answer.json()['id']}/change_status").status_code == 200
    assert who.patch(f"/tasks/{answer.json()['id']}/change_status").status_code == 200


@pytest.mark.parametrize("path, status", [("/storage/hooks/s3", 401), ("/api/telegram/webhook", 404)])
def test_a_hooks_body_is_refused_before_it_comes(front, line, path, status):
    small = front()
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert line(small, head("POST", path, 900_000, **headers)).answer()[0] == status
    assert line(small, head("POST", path, 2_000_000)).answer()[0] == 413
    assert small.kept() == 0


@pytest.mark.parametrize("path", [
    "/users/api/v1/auth/login/", "/users/api/v1/auth/register/", "/storage/api/v1/files/upload/",
    "/storage/api/v1/files/x/links/y/", "/api/administrators/login", "/api/shifts/", "/movies/api/v1/films/",
    "/healthz", "/", "/docs/", "/static/tasks/x.jpg"])
def test_nobodys_body_of_more_than_64_kilobytes_is_taken(front, line, path):
    small = front()
    status, body = line(small, head("POST", path, 65_537)).answer()
    assert status == 413 and small.kept() == 0
    assert set(body) == ({"error", "detail"} if path.startswith(("/users/", "/storage/", "/movies/")) else {"detail"})


def test_a_body_of_nothing_but_mistakes_is_answered_shortly(base):
    """The count is right; the list has an end."""
    body = {f"k{n}": 0 for n in range(1000)}
    answer = Client(base).post("/api/administrators/login", body)
    items = answer.json()["detail"]
    assert answer.status_code == 422 and len(items) == 101
    assert items[0]["loc"] == ["body", "email"] and items[-1] == {
        "loc": ["body"], "msg": "Ещё ошибок: 902.", "type": "value_error"}


@pytest.mark.parametrize("path", ["/api/administrators/login", "/users/api/v1/auth/register/", "/api/shifts/"])
def test_a_stranger_makes_nobody_read_ten_thousand_values(base, path):
    """64 KB of empty objects cost 21 MB and 14 ms; they are counted first, and cost no more than their bytes."""
    body = b'{"a":[' + b"{}," * 21000 + b"{}]}"
    answer = Client(base, token="x.y.z")("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert re.search("more than 1000 members|не больше 1000", answer.text), answer.text
