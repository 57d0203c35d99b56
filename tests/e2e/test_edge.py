"""Input that no honest client sends: sizes, encodings, broken HTTP and FastCGI, multipart oddities.

Whatever comes, the answer is JSON of the right face and no 5xx, no worker dies, and the next
request is served. Bodies value by value, which nginx passes on as they are, are in
tests/unit/test_input.c; here is what nginx, FastCGI and the workers have a part in.
"""

import gzip
import json
import os
import random

import pytest

from tests.e2e import fcgi
from tests.e2e.client import Client, word

LOGIN = {"storage": "/users/api/v1/auth/login/", "programme": "/api/administrators/login"}
REFUSED = {"storage": (400, 413), "programme": (413, 422)}
MEMBER = {"storage": "error", "programme": "detail"}
both = pytest.mark.parametrize("face", ["storage", "programme"])


@pytest.fixture(autouse=True)
def nobody_dies(stack):
    """The same workers before and after, and the site still answers."""
    before = set(stack.workers())
    yield
    assert Client(stack.base).get("/readyz").status_code == 200
    assert set(stack.workers()) == before


@pytest.fixture
def site(base):
    return Client(base)


def good_body(face):
    """Of a person nobody knows; another one each time, for names have a limit."""
    name = "username" if face == "storage" else "email"
    return {name: f"{word('nobody')}@example.com", "password": "Wrong12345"}


def send(site, face, body, kind="application/json", **headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return site("POST", LOGIN[face], data=body, headers={"Content-Type": kind, **headers})


def is_refused(answer, face, *more):
    assert answer.status_code in REFUSED[face] + more, (answer.status_code, answer.text[:300])
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    assert answer.json()[MEMBER[face]]


def parsed(raw):
    """Status and JSON body of an answer as it came over the wire."""
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


# -- bodies

@both
@pytest.mark.parametrize("size", [70_000, 1_100_000, 3_000_000])
def test_a_body_that_is_too_large_is_refused_as_json(site, face, size):
    answer = send(site, face, {**good_body(face), "password": "x" * size})
    is_refused(answer, face)
    assert answer.status_code != 422 or size < 70_000


@both
@pytest.mark.parametrize("body", [b"\xff", b"{}\x00", b"[" * 30_000], ids=lambda b: repr(b[:5]))
def test_text_that_is_no_json_is_refused(site, face, body):
    is_refused(send(site, face, body), face)


@both
def test_a_chunked_body_is_read(site, face):
    body = json.dumps(good_body(face)).encode()
    answer = site("POST", LOGIN[face], data=iter([body[:7], body[7:]]),
                  headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 401) and "validation" not in answer.text.lower()


@both
def test_expect_100_continue_is_honoured(site, face):
    body = json.dumps(good_body(face)).encode()
    head = (f"POST {LOGIN[face]} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    raw = site.raw(head.encode() + body)
    assert b"HTTP/1.1 100" in raw or raw.startswith(b"HTTP/1.1 40")
    status, answer = parsed(raw.partition(b"HTTP/1.1 100 Continue\r\n\r\n")[2] or raw)
    assert status in (400, 401) and answer[MEMBER[face]]


# -- broken HTTP

def test_a_body_shorter_than_announced_harms_nobody(site):
    raw = site.raw(b"POST /users/api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
                   b"Connection: close\r\n\r\n{\"a\"", half_close=True)
    assert raw == b"" or raw.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("line", [
    b"GET", b"GET / HTTP/9.9", b"\x00\x01\x02", b"GET /\x00 HTTP/1.1",
    b"POST /users/api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
    b"POST /users/api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3",
    b"POST /users/api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2",
    b"POST /users/api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz",
    b"GET /users/api/v1/users/me/ HTTP/1.1", b"GET /%zz HTTP/1.1\r\nHost: x",
    b"GET /api/%00 HTTP/1.1\r\nHost: x", b"GET /api/%2 HTTP/1.1\r\nHost: x",
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: x", b"\r\n\r\n\r\nGARBAGE"], ids=repr)
def test_a_request_that_cannot_be_read_is_400_or_the_end(site, line):
    raw = site.raw(line + b"\r\nConnection: close\r\n\r\n", half_close=True)
    if raw:
        status, answer = parsed(raw)
        assert (400 <= status < 500 or status == 505) and ("error" in answer or "detail" in answer)


@both
def test_headers_that_are_too_long_are_refused_as_json(site, face):
    for headers in ("X-A: " + "a" * 70_000, "Cookie: " + "a" * 20_000,
                    "Authorization: Bearer " + "x" * 17_000):
        raw = site.raw(f"GET {LOGIN[face]} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"
                       "Connection: close\r\n\r\n".encode())
        if raw:
            status, answer = parsed(raw)
            assert 400 <= status < 500 and answer[MEMBER[face]]


@both
def test_an_address_that_is_too_long_is_refused_as_json(site, face):
    raw = site.raw(f"GET {LOGIN[face]}?{'q' * 40_000} HTTP/1.1\r\nHost: x\r\n"
                   "Connection: close\r\n\r\n".encode())
    status, answer = parsed(raw)
    assert status in (400, 414) and ("error" in answer or "detail" in answer)


@both
def test_many_headers_get_an_answer(site, face):
    headers = {f"X-H{n}": "v" * 20 for n in range(400)}
    answer = send(site, face, good_body(face), **headers)
    assert 400 <= answer.status_code < 500 and answer.json()[MEMBER[face]]


@both
@pytest.mark.parametrize("tail", ["%FF%FE", "%2e%2e%2f", "a%2Fb", "..%5c", "a" * 3000, "%25%30%30"])
def test_odd_paths_are_404_or_redirected(site, face, tail):
    status, _, text = site.as_is("GET", os.path.dirname(LOGIN[face].rstrip("/")) + "/" + tail)
    assert status in (307, 401, 403, 404, 405, 422), (status, text)
    if status != 307:
        assert json.loads(text)[MEMBER[face]]


@both
@pytest.mark.parametrize("method", ["FOO", "get", "CONNECT", "TRACE", "LOCK", "A" * 50])
def test_odd_methods_are_405_or_refused(site, face, method):
    raw = site.raw(f"{method} {LOGIN[face]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    status, answer = parsed(raw)
    assert status in (400, 405) and ("error" in answer or "detail" in answer)


def test_http_1_0_without_a_host_is_served(site):
    raw = site.raw(b"GET /users/api/v1/users/me/ HTTP/1.0\r\n\r\n")
    assert parsed(raw) == (401, {"error": "Auth.Error.TokenMissed"})


def test_pipelined_requests_are_answered_in_order(site):
    one = b"GET /users/api/v1/users/me/ HTTP/1.1\r\nHost: x\r\n\r\n"
    two = b"GET /users/api/v1/nothing/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    raw = site.raw(one + two)
    assert raw.index(b"HTTP/1.1 401") < raw.index(b"HTTP/1.1 404")


def test_a_range_or_a_condition_on_an_api_is_ignored(site):
    answer = site.get("/users/api/v1/users/me/", headers={"Range": "bytes=0-3", "If-None-Match": "*"})
    assert answer.status_code == 401 and answer.json() == {"error": "Auth.Error.TokenMissed"}


def test_long_answers_are_compressed_when_asked_and_right(base, staff):
    admin = staff()
    raw = admin.get("/administrators/", headers={"Accept-Encoding": "gzip"}, stream=True).raw
    data = raw.read(decode_content=False)
    if raw.headers.get("Content-Encoding") == "gzip":
        data = gzip.decompress(data)
    assert isinstance(json.loads(data), list)
    plain = admin.get("/administrators/", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and isinstance(plain.json(), list)


def test_the_apps_pages_are_served_for_every_other_address(site):
    for path in ("/", "/login", "/servers", "/files/1/links/2", "/shifts/all", "/pwd_create/x"):
        answer = site.get(path)
        assert answer.status_code == 200 and "text/html" in answer.headers["Content-Type"], path


def test_the_metrics_are_for_neighbours_only(base):
    assert Client(base, address="127.0.0.1").get("/metrics").status_code == 200
    assert Client(base).get("/metrics").status_code == 403


# -- FastCGI that nginx would not send

@pytest.fixture
def socket_path(stack):
    return stack.run / "fcgi.sock"


def poke(path, data):
    """Sends bytes and reads until the end or a short silence."""
    with fcgi.Link(path, timeout=2) as link:
        try:
            link.send(data)
            link.socket.shutdown(1)
            while link.socket.recv(65536):
                pass
        except OSError:
            pass


def odd_records():
    good = fcgi.pairs(fcgi.params_of())
    yield "nothing", b""
    yield "zeros", b"\0" * 64
    yield "text", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "half a header", b"\x01\x01\x00"
    yield "wrong version", fcgi.record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0", version=9)
    yield "unknown type", fcgi.record(77, b"x" * 100) + fcgi.request()
    yield "a lying length", fcgi.record(fcgi.BEGIN, b"\0\1", length=60000)
    yield "begin too short", fcgi.record(fcgi.BEGIN, b"\0")
    yield "unknown role", fcgi.begin(role=9) + fcgi.record(fcgi.PARAMS) + fcgi.record(fcgi.STDIN)
    yield "authorizer", fcgi.begin(role=2) + fcgi.record(fcgi.PARAMS, good) + fcgi.record(fcgi.PARAMS)
    yield "params before begin", fcgi.record(fcgi.PARAMS, good)
    yield "no end of params", fcgi.begin() + fcgi.record(fcgi.PARAMS, good)
    yield "a name longer than all", fcgi.begin() + fcgi.record(
        fcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xff") + fcgi.record(fcgi.PARAMS) \
        + fcgi.record(fcgi.STDIN)
    yield "params cut", fcgi.begin() + fcgi.record(fcgi.PARAMS, good[:37]) + fcgi.record(fcgi.PARAMS) \
        + fcgi.record(fcgi.STDIN)
    yield "no params", fcgi.begin() + fcgi.record(fcgi.PARAMS) + fcgi.record(fcgi.STDIN)
    yield "abort", fcgi.begin() + fcgi.record(fcgi.PARAMS, good) + fcgi.record(fcgi.ABORT)
    yield "two ids", fcgi.begin(id=1) + fcgi.begin(id=2) + fcgi.request()
    yield "values", fcgi.record(fcgi.GET_VALUES, fcgi.pairs({"FCGI_MAX_CONNS": ""}), id=0)
    yield "stdin without end", fcgi.begin() + fcgi.record(fcgi.PARAMS, good) \
        + fcgi.record(fcgi.PARAMS) + fcgi.record(fcgi.STDIN, b"x" * 1000)


@pytest.mark.parametrize("data", [pytest.param(d, id=n) for n, d in odd_records()])
def test_broken_records_end_their_connection_only(socket_path, data):
    poke(socket_path, data)
    assert fcgi.ask(socket_path, path="/healthz")[0] == 200


@pytest.mark.parametrize("change", [
    {"REQUEST_METHOD": ""}, {"REQUEST_METHOD": "X" * 5000}, {"DOCUMENT_URI": ""},
    {"DOCUMENT_URI": "no slash"}, {"DOCUMENT_URI": "/" + "a" * 60_000},
    {"DOCUMENT_URI": b"/api/\xff\xfe"}, {"QUERY_STRING": "&" * 30_000},
    {"CONTENT_LENGTH": "-5"}, {"CONTENT_LENGTH": "x"}, {"CONTENT_LENGTH": "9" * 30},
    {"CONTENT_LENGTH": "5"}, {"REMOTE_ADDR": "nonsense"}, {"REMOTE_ADDR": ""},
    {"REQUEST_ID": ""}, {"REQUEST_ID": "x" * 3000}, {"REQUEST_ID": "a\nb=c"}, {"SERVER_NAME": ""},
    {"HTTP_COOKIE": b"\xff=\xff"}, {"HTTP_AUTHORIZATION": b"Bearer \xff"},
    {"REQUEST_BODY_FILE": "/etc/passwd"}, {"STORE_SERVER": "../../.."}], ids=lambda c: repr(c)[:50])
def test_odd_parameters_get_an_answer(socket_path, change):
    for method, path in (("POST", "/users/api/v1/auth/login/"), ("GET", "/api/administrators/me")):
        content = fcgi.params_of(method, path, b"{}")
        content.update(change)
        block = fcgi.pairs(content)
        records = b"".join(fcgi.record(fcgi.PARAMS, block[n:n + 65535])
                           for n in range(0, len(block), 65535))
        with fcgi.Link(socket_path, timeout=5) as link:
            link.send(fcgi.begin() + records + fcgi.record(fcgi.PARAMS)
                      + fcgi.record(fcgi.STDIN, b"{}") + fcgi.record(fcgi.STDIN))
            try:
                status, body = link.answer()
            except fcgi.Closed:
                continue
        assert 400 <= status < 500, (status, body)
        assert b"root:" not in body


def test_missing_parameters_get_an_answer(socket_path):
    whole = fcgi.params_of("POST", "/users/api/v1/auth/login/", b"{}")
    for name in list(whole):
        block = fcgi.pairs({k: v for k, v in whole.items() if k != name})
        with fcgi.Link(socket_path, timeout=5) as link:
            link.send(fcgi.begin() + fcgi.record(fcgi.PARAMS, block) + fcgi.record(fcgi.PARAMS)
                      + fcgi.record(fcgi.STDIN, b"{}") + fcgi.record(fcgi.STDIN))
            try:
                assert 300 <= link.answer()[0] < 500
            except fcgi.Closed:
                pass


def test_noise_in_every_place_harms_nobody(socket_path):
    dice = random.Random(7)
    whole = fcgi.request("POST", "/users/api/v1/auth/login/", b'{"username": "a", "password": "b"}')
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        poke(socket_path, bytes(data[:dice.randrange(1, len(data) + 1)]))
    assert fcgi.ask(socket_path, path="/healthz")[0] == 200


def test_one_connection_serves_many_requests(socket_path):
    with fcgi.Link(socket_path) as link:
        for _ in range(50):
            link.send(fcgi.request(path="/healthz", flags=fcgi.KEEP_CONN))
            assert link.answer()[0] == 200


def test_silent_connections_do_not_keep_others_waiting(stack, socket_path):
    """More idle connections than all workers together would keep open."""
    links = [fcgi.Link(socket_path) for _ in range(40)]
    try:
        for n in range(20):
            assert fcgi.ask(socket_path, path="/healthz")[0] == 200
    finally:
        for link in links:
            link.close()

