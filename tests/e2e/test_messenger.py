"""The phones' API as nginx hands it over; what the program answers is in tests/unit/test_messenger*.c."""

import json

from tests.e2e.client import Client

BASE = "/api/dev"


def test_ping(base):
    answer = Client(base).get(f"{BASE}//ping/")
    assert answer.status_code == 200 and answer.json()["sub_code"] == "ping.success"
    assert answer.headers["Server"] == "Backend Core"
    assert "Server" not in Client(base).get("/api/ping").headers or Client(base).get("/api/ping").headers["Server"] == "nginx"


def test_what_nginx_says_by_itself_is_in_the_envelope(base):
    status, _, text = Client(base).as_is("POST", f"{BASE}/ping", b"x" * 70_000)
    answer = json.loads(text)
    assert (status, answer["code"], answer["sub_code"], answer["success"]) == (413, 413, "request.body.invalid", False)
    status, _, text = Client(base).as_is("POST", "/api/ping", b"x" * 70_000)
    assert status == 413 and "detail" in json.loads(text)
