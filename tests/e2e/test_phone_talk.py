"""Talk and cards through nginx: many who speak at once, and what reaches their devices."""

import io
import json
import os

from PIL import Image

from tests.conftest import wait_for
from tests.e2e.client import together, word
from tests.e2e.test_files import servers  # noqa: F401
from tests.e2e.test_messenger import Phone

SPEAKERS, TIMES = 8, 15


def png():
    made = io.BytesIO()
    Image.new("RGB", (40, 20)).save(made, "PNG")
    return made.getvalue()


def acting(phone):
    phone.headers["X-Profile-Id"] = str(phone.ask("GET", "/profiles").json()["data"]["profiles"][0]["uuid"])
    return phone


def test_messages_posted_at_once_are_numbered_without_gap_and_reach_devices(base, db, stack, redis):
    anna, boris = acting(Phone(base, word("talk"))), acting(Phone(base, word("talk")))
    db.do("update messenger.profile set can_annonymous_invite = true where id = %s", boris.headers["X-Profile-Id"])
    answer = anna.ask("POST", "/chats", json={"inviting_profiles": [int(boris.headers["X-Profile-Id"])]})
    assert answer.status_code == 201, answer.text
    room = answer.json()["data"]["chat_room"]["uuid"]

    def speak(n):
        one, said = (anna, boris)[n % 2], 0
        while said < TIMES:
            answer = one.ask("PUT", f"/chats/{room}/events", json={"message": f"{n} {said}"})
            assert answer.status_code in (201, 429), answer.text
            said += answer.status_code == 201
            if answer.status_code == 429:  # a session's bucket is empty; another bucket for the test
                redis("FLUSHALL")
    together(SPEAKERS, speak)
    indexes = [row.event_index for row in db.all("select event_index from messenger.event where room_id = %s order by id", room)]
    assert indexes == list(range(SPEAKERS * TIMES + 1))

    device = word("device")
    db.do("update account.session set push_token = %s where account_id = %s and kind = 'refresh'", device, boris.user["uuid"])
    redis("FLUSHALL")
    event = anna.ask("PUT", f"/chats/{room}/events", json={"message": "now"}).json()["data"]["chat_event"]

    def told():
        for name in os.listdir(stack.state / "push"):
            if name.endswith(".json"):
                message = json.loads((stack.state / "push" / name).read_text())["message"]
                if message["token"] == device:
                    return message["data"]
        return None
    data = wait_for(told, 15)
    assert data["uuid"] == str(event["uuid"]) and data["message"] == "now" and data["event_type"] == "MESSAGE_POSTED"


def test_of_writers_at_once_one_is_heard(base):
    anna = acting(Phone(base, word("talk")))
    profile = anna.ask("GET", "/profiles").json()["data"]["profiles"][0]
    card = anna.ask("POST", "/cards", data={"name": "Work", "data": "x"}, files={"file": ("card.png", png(), "image/png")}).json()["data"]["card"]
    for path, commit in ((f"/profiles/{profile['uuid']}", profile["commit_id"]), (f"/cards/{card['uuid']}", card["commit_id"])):
        answers = together(SPEAKERS, lambda n, p=path, c=commit: anna.ask("PATCH", p, headers={"If-Match": c}, json={"name": f"by {n}"}))
        assert sorted(a.status_code for a in answers) == [201] + [412] * (SPEAKERS - 1)


def test_a_card_comes_with_its_picture(base):
    anna = acting(Phone(base, word("card")))
    answer = anna.ask("POST", "/cards", data={"name": "Work", "data": "plain words", "private": "false"},
                      files={"file": ("card.png", png(), "image/png")})
    assert answer.status_code == 201, answer.text
    card = answer.json()["data"]["card"]
    assert card["preview_url"].startswith("/uploads/") and card["data"] == "plain words" and not card["is_private"]
    assert answer.headers["ETag"] == card["commit_id"]
    answer = anna.ask("GET", card["preview_url"], headers={"Accept": "image/*"}, allow_redirects=False)
    assert answer.status_code == 302
    answer = anna.ask("POST", "/cards", data={"name": "x", "data": "y"}, files={"file": ("a.png", b"no picture", "image/png")})
    assert answer.status_code == 422
