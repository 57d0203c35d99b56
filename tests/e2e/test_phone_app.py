"""The published phone application, played back: its order of calls and its own way of reading the answers (contract 15)."""

import base64
import hashlib
import io
import json
import sqlite3
import uuid

import requests
from PIL import Image

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.test_files import servers  # noqa: F401

INT32 = 2**31
BLANK = hashlib.md5(b"the bundled blank file").hexdigest()
COLUMNS = {
    "TB_PROFILE": "uuid name team_name description data image_url email phone sns address commit_id created_at modified_at deleted_at "
                  "why_deleted private",
    "TB_PROFILE_RELATION": "uuid commit_id created_at modified_at status from_profile_id to_profile_id",
    "TB_CARD": "uuid name data preview_url commit_id created_at modified_at deleted_at why_deleted private profile_id",
    "TB_CARD_SUBSCRIPTION": "uuid commit_id created_at modified_at card_profile_id card_id subscribed_profile_id"}


class Refused(Exception):
    """The application's exception for 400, 403, 404, 405, 415 and 5xx."""


class SignedOut(Exception):
    """A second 401 in a row."""


class App:
    """Base address, headers and parsing as the application has them; no Origin, no cookie jar, no If-Match where it sends none."""

    def __init__(self, base):
        self.base, self.csrf = f"{base}/api/dev/", str(uuid.uuid4())
        self.access = self.refresh = self.profile = None
        self.push = word("fcm")

    def send(self, method, path, body=None, files=None, **more):
        headers = {"X-Csrf-Token": self.csrf, "Accept": "application/json", "User-Agent": "Dalvik/2.1.0 (Linux; U; Android 11; SM-G991N)"}
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        if self.refresh:
            headers["Cookie"] = f"refresh_token={self.refresh}"
        headers |= {name: value for name, value in more.items() if value is not None}
        if files is None:
            headers["Content-Type"] = "application/json"
        return requests.request(method, self.base + path, headers=headers, files=files, timeout=30, allow_redirects=False,
                                data=None if body is None else json.dumps(body))

    def call(self, method, path, body=None, files=None, **more):
        """The data of the envelope and the answer."""
        answer = self.send(method, path, body, files, **more)
        if answer.status_code == 401 and not path.startswith(("account/signin", "account/signup", "account/refresh")):
            self.exchange()
            answer = self.send(method, path, body, files, **more)
            if answer.status_code == 401:
                raise SignedOut(path)
        if answer.status_code in (400, 403, 404, 405, 415) or answer.status_code >= 500:
            raise Refused(answer.status_code, path, answer.text)
        if answer.status_code in (204, 304) or method == "HEAD":
            assert not answer.content
            return {}, answer
        read = json.loads(answer.content.decode("utf-8"))
        assert read.keys() == {"code", "data", "message", "sub_code", "success"}
        assert isinstance(read["data"], dict) and isinstance(read["message"], str) and isinstance(read["success"], bool)
        return read["data"], answer

    def take(self, data, answer):
        self.access = data["user"]["access_token"]["token"]
        payload = self.access.split(".")[1]
        claims = json.loads(base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True).decode("ascii"))
        profiles = [one["id"] for one in json.loads(claims["role"]) if isinstance(one, dict) and one["type"] == "profile"]
        assert profiles and all(0 < number < INT32 for number in profiles)
        self.profile = str(profiles[0])
        for line in answer.raw.headers.getlist("Set-Cookie"):
            if line.startswith("refresh_token="):
                self.refresh = line[line.index("=") + 1:line.index(";")]

    def exchange(self):
        data, answer = self.call("POST", "account/refresh")
        if answer.status_code == 401:
            raise SignedOut
        self.take(data, answer)

    def sign_up(self, name):
        data, answer = self.call("POST", "account/signup", {"id": name, "pw": "Passw0rd!", "nick": name, "email": f"{name}@example.com"},
                                 **{"X-Client-Token": self.push})
        self.take(data, answer)
        return data

    def sign_in(self, name):
        data, answer = self.call("POST", "account/signin", {"id": name, "pw": "Passw0rd!"}, **{"X-Client-Token": self.push})
        self.take(data, answer)
        assert data["user"]["email"] == f"{name}@example.com" and data["user"]["nickname"] == name

    def sync(self, local):
        """HEAD; if it differs, GET with what the phone has: the new file, or None."""
        _, answer = self.call("HEAD", "sync")
        tag = answer.headers["ETag"]
        if tag == local:
            assert self.call("GET", "sync", **{"If-Match": local})[1].status_code == 304
            return None
        data, answer = self.call("GET", "sync", **{"If-Match": local})
        file = base64.b64decode(data["db"], validate=True)
        assert hashlib.md5(file).hexdigest() == answer.headers["ETag"]
        return file

    def acting(self, method, path, body=None):
        return self.call(method, path, body, **{"X-Profile-Id": self.profile})


def opened(file):
    """A file that the application's object mapper accepts."""
    link = sqlite3.connect(":memory:")
    link.deserialize(file)
    assert link.execute("pragma user_version").fetchone() == (0,) and link.execute("pragma journal_mode").fetchone()[0] != "wal"
    for table, columns in COLUMNS.items():
        rows = link.execute(f"pragma table_info({table})").fetchall()
        assert " ".join(row[1] for row in rows) == columns
        assert rows[0][2:] == ("INTEGER", 1, None, 1) and all(row[5] == 0 for row in rows[1:])
    return link


def small(row):
    return all(0 <= value < INT32 for name, value in row.items()
               if (name.endswith(("_int", "_profile_id", "_participant_id", "room_id")) or name in ("uuid", "event_index")))


def rooms_read(data):
    for room in data["chat_rooms"]:
        assert room.keys() >= {"uuid", "name", "created_by_profile_id", "commit_id", "created_at_int", "modified_at_int", "participants",
                               "events"} and small(room)
        for one in room["participants"]:
            assert one.keys() >= {"uuid", "room_name", "profile_id", "profile_name", "commit_id", "created_at_int", "modified_at_int"}
            assert small(one) and one["room_name"] is not None and one["profile_name"] is not None
        for one in room["events"]:
            assert one.keys() >= {"uuid", "event_index", "event_type", "message", "caused_by_profile_id", "caused_by_participant_id",
                                  "commit_id", "created_at_int", "modified_at_int"}
            assert small(one) and one["encrypted"] is False and one["message"] is not None
    return data["chat_rooms"]


def card_made(app):
    """A picture is sent, then the card that names it, to an address with two slashes."""
    made = io.BytesIO()
    Image.new("RGB", (64, 40), (20, 60, 120)).save(made, "JPEG")
    data, _ = app.call("POST", "uploads", files={"file": ("card.jpg", made.getvalue(), "image/jpeg")})
    url = data["file"]["url"]
    data, answer = app.acting("POST", "/cards", {"name": "Work", "data": json.dumps({"image": url}), "private": False})
    assert answer.status_code == 201 and data["card"]["preview_url"] == url
    shown = requests.get(app.base.rstrip("/") + url, timeout=10, headers={
        "Authorization": f"Bearer {app.access}", "Accept": "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"})
    assert shown.status_code == 200 and Image.open(io.BytesIO(shown.content)).size == (64, 40)
    return data["card"]["uuid"]


def test_the_application_s_first_day(base, db):
    anna, boris, name, other = App(base), App(base), word("anna"), word("boris")
    anna.sign_up(name)
    anna.sign_in(name)
    local = anna.sync(BLANK)
    assert opened(local).execute("select name, data from TB_PROFILE").fetchone()[0] == name
    assert anna.sync(hashlib.md5(local).hexdigest()) is None
    card = card_made(anna)

    boris.sign_up(other)
    db.do("update messenger.profile set can_annonymous_invite = true where id = %s", int(boris.profile))
    assert boris.acting("PUT", f"cards/{card}/subscribe")[1].status_code == 201
    assert boris.acting("PUT", f"cards/{card}/subscribe")[1].status_code == 200

    def copied():
        file = boris.sync(BLANK)
        return opened(file).execute("select json_extract(data, '$.image') = preview_url from TB_CARD where uuid = ?", (card,)).fetchone()
    assert wait_for(copied, 20) == (1,)

    room = anna.acting("POST", "chats", {"inviting_profiles": f"[{boris.profile}]"})[0]["chat_room"]["uuid"]
    assert anna.acting("POST", "chats", {"inviting_profiles": boris.profile})[1].status_code == 409
    for said in ("hello", "안녕", "привет"):
        assert boris.acting("PUT", f"chats/{room}/events", {"message": said})[1].status_code == 201
    for _ in range(2):  # at a start it asks twice within a second
        (found,) = rooms_read(anna.acting("GET", "chats")[0])
    assert [event["message"] for event in found["events"]][-3:] == ["hello", "안녕", "привет"]
    assert [event["event_index"] for event in found["events"]] == list(range(len(found["events"])))


def test_the_application_comes_back_after_a_401(base):
    """A new profile ends the access tokens: one refresh, the call again, nothing is lost."""
    app = App(base)
    app.sign_up(word("carl"))
    first = app.access
    assert app.call("POST", "profiles", {"name": "second", "data": "{}"})[1].status_code == 201
    assert len(app.call("GET", "profiles")[0]["profiles"]) == 2
    assert app.access != first
    assert app.call("POST", "account/signout", {"signout": True})[1].status_code == 200
    try:
        app.call("GET", "profiles")
        raise AssertionError("a session that has ended")
    except SignedOut:
        pass


def test_what_the_application_does_wrong_stays_wrong(base):
    """It uses POST to read a profile, and deletes cards without If-Match (contract 15.9)."""
    app = App(base)
    app.sign_up(word("dora"))
    card = card_made(app)
    for method, path, status in [("POST", f"profiles/{app.profile}", 405), ("POST", f"profiles/{app.profile}/cards", 405),
                                 ("DELETE", f"cards/{card}", 400), ("GET", "nowhere", 404)]:
        try:
            app.call(method, path, {})
            raise AssertionError(path)
        except Refused as refused:
            assert refused.args[0] == status, refused
