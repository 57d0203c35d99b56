"""Members' cards through nginx, worker, image process and object store."""

import base64
import io
import itertools
import json
import subprocess

import pytest
from PIL import Image

from tests.conftest import wait_for
from tests.e2e.client import Client, make_person
from tests.e2e.test_files import servers  # noqa: F401

API = "/cards/api/v1"
KEEPER = ("can_view_cards", "can_edit_cards", "can_withdraw_card", "can_edit_card_layouts")
numbers = itertools.count(700000, 2)


def signed_in(base, db, password_hash, *permissions):
    person = make_person(db, password_hash, permissions)
    client = Client(base, API)
    answer = Client(base, "/people/api/v1").post("/auth/login", {"username": person.username, "password": person.password})
    assert answer.status_code == 200, answer.text
    client.token = answer.json()["access_token"]
    client.person = person
    return client


@pytest.fixture(scope="module")
def keeper(base, db, password_hash):
    return signed_in(base, db, password_hash, *KEEPER)


def given_card(keeper, **more):
    answer = keeper.post("/cards", {"name": "Вера", "surname": "Щукина", "number": next(numbers), "role": "member", "level": 3,
                                    "card_issued_date": "2022-12-12", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def drawn(keeper, card):
    def state():
        now = keeper.get(f"/cards/{card['uuid']}").json()
        assert now["status"] != "failed", now["error"]
        return now["status"] == "drawn" and now
    return wait_for(state, 20, "a card that is drawn")


def read_qr(tmp_path, bytes, name="qr.jpg"):
    (tmp_path / name).write_bytes(bytes)
    return subprocess.run(["zbarimg", "--quiet", "--raw", tmp_path / name], capture_output=True, text=True,
                          check=False).stdout.strip()


def signature_holds(body, key, tmp_path):
    """By OpenSSL, over the body as the description says it is signed."""
    said = {k: v for k, v in body.items() if k != "signature"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key)
    for name, content in (("key.der", der), ("said", text), ("signature", base64.b64decode(body["signature"]))):
        (tmp_path / name).write_bytes(content)
    return subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", tmp_path / "key.der", "-rawin",
         "-in", tmp_path / "said", "-sigfile", tmp_path / "signature"], capture_output=True, check=False).returncode == 0


def test_a_card_is_drawn_published_verified_and_withdrawn(base, db, keeper, servers, tmp_path):  # noqa: F811
    card = drawn(keeper, given_card(keeper))
    anyone = Client(base)
    sizes = {}
    for path, kind in ((".png", "PNG"), (".jpg", "JPEG"), (".jpg?w=600", "JPEG"), (".webp", "WEBP")):
        answer = anyone.get(f"/c/{card['code']}{path}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=300"), answer.text
        picture = Image.open(io.BytesIO(answer.content))
        sizes[path] = (picture.format, picture.size, picture.mode)
        assert picture.format == kind and answer.headers["Content-Type"] == f"image/{kind.lower()}"
        assert [k for k in answer.headers if k.lower().startswith(("x-amz", "x-object", "x-accel"))] == []
        again = anyone.get(f"/c/{card['code']}{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        if path == ".jpg?w=600":
            assert read_qr(tmp_path, answer.content) == f"{base}/c/{card['code']}"
    assert sizes[".png"] == ("PNG", (3047, 1913), "RGB") and sizes[".jpg?w=600"][1] == (600, 377)
    there = keeper.get(f"/cards/{card['uuid']}/image?format=preview")
    assert there.status_code == 302
    assert Image.open(io.BytesIO(anyone.session.get(there.headers["Location"], timeout=10).content)).size == (600, 377)

    answer = anyone.get(f"/c/{card['code']}", headers={"Accept": "application/json"})
    body, key = answer.json(), anyone.get("/.well-known/samovar-cards.pub").text
    assert (body["state"], body["name"], body["level"]) == ("valid", "VERA SHCHUKINA", 3)
    assert signature_holds(body, key, tmp_path) and not signature_holds({**body, "level": 4}, key, tmp_path)
    page = anyone.get(f"/c/{card['code']}", headers={"Accept-Language": "ko"})
    assert page.headers["Referrer-Policy"] == "no-referrer" and page.headers["X-Robots-Tag"] == "noindex"
    assert "<script" not in page.text and "유효한 카드입니다" in page.text and f"/c/{card['code']}.jpg?w=600" in page.text

    assert keeper.post(f"/cards/{card['uuid']}/withdraw", {"why": "lost on the way"}).status_code == 200
    assert anyone.get(f"/c/{card['code']}.jpg").status_code == 410
    page = anyone.get(f"/c/{card['code']}")
    assert "This card was withdrawn" in page.text and "lost" not in page.text and "SHCHUKINA" not in page.text
    unknown = anyone.get("/c/" + "7" * 26, headers={"Accept-Language": "ru"})
    assert unknown.status_code == 404 and "Такой карты нет" in unknown.text
