"""Pictures that people upload of themselves: through nginx, the worker, the image process and the store."""

import io
import re

import pytest
from PIL import Image

from tests.conftest import wait_for
from tests.e2e.client import Client, make_person
from tests.e2e.stack import children, kill_all
from tests.e2e.test_files import servers  # noqa: F401
from tests.e2e.test_pictures import image_of

API = "/people/api/v1"
WIDTHS = {"w1000": 1000, "w500": 500, "w200": 200, "s512": 512, "s256": 256, "s128": 128, "s64": 64}
AT_ONCE = ("announced", "received", "processing")


def jpeg(width=1200, height=900, colours=((220, 40, 30), (30, 60, 210)), **options):
    """The left half in one colour, the right in another; noise between them, so that it has bytes."""
    image = Image.new("RGB", (width, height), colours[0])
    image.paste(colours[1], (width // 2, 0, width, height))
    out = io.BytesIO()
    image = Image.blend(image, Image.effect_noise(image.size, 100).convert("RGB"), .1)
    image.save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


class Member:
    """Somebody who is signed in at the people's API."""

    def __init__(self, base, db, password_hash, permissions=()):
        person = make_person(db, password_hash, permissions=permissions)
        self.uuid, self.id = person.uuid, person.id
        self.api = Client(base, API)
        answer = self.api.post("/auth/login", json={"username": person.username, "password": person.password})
        self.api.token = answer.json()["access_token"]

    def put(self, data, type="image/jpeg", **more):
        return self.api("PUT", "/me/picture", data=data, headers={"Content-Type": type, **more.pop("headers", {})}, **more)

    def picture(self, id):
        return self.api.get(f"/pictures/{id}").json()

    def over(self, id):
        """The picture, once nothing more will become of it."""
        return wait_for(lambda: (p := self.picture(id))["state"] not in AT_ONCE and p, 20, f"picture {id}")

    def ready(self, data, **more):
        answer = self.put(data, **more)
        assert answer.status_code == 202, answer.text
        picture = self.over(answer.json()["picture"]["id"])
        assert picture["state"] == "ready", picture
        return picture


@pytest.fixture
def member(base, db, password_hash):
    def member(*permissions):
        return Member(base, db, password_hash, permissions)
    return member


def test_a_picture_is_made_shown_and_removed(base, db, member):
    me = member()
    answer = me.put(jpeg(quality=95))
    assert answer.status_code == 202, answer.text
    picture = answer.json()["picture"]
    assert answer.headers["Location"] == f"{API}/pictures/{picture['id']}"
    assert picture["state"] in AT_ONCE and picture["created"].endswith("Z")
    ready = me.over(picture["id"])
    assert ready["state"] == "ready" and (ready["width"], ready["height"], ready["format"]) == (1200, 900, "jpeg")
    assert ready["progress"] == {"done": 14, "total": 14}
    assert [(v["name"], v["type"]) for v in ready["variants"]] == [
        (name, type) for name in WIDTHS for type in ("image/webp", "image/jpeg")] + [("original", "image/jpeg")]
    stranger = Client(base)
    for v in ready["variants"]:
        answer = stranger.get(v["url"])  # signed
        assert answer.status_code == 200, (v, answer.text)
        assert answer.headers["Content-Type"] == v["type"] and int(answer.headers["Content-Length"]) == v["bytes"]
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Content-Disposition"] == "inline"
        image = Image.open(io.BytesIO(answer.content))
        assert image.size == (v["width"], v["height"])
        wide = {**WIDTHS, "original": 1200}[v["name"]]
        assert image.size == ((wide, wide) if v["name"][0] == "s" else (wide, wide * 3 // 4))
        again = stranger.get(v["url"], headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304 and not again.content
        assert stranger.get(v["url"].split("?")[0]).status_code == 401
    metrics = Client(base, address="127.0.0.1").get("/metrics").text
    assert int(re.search(r'^samovar_picture_ready_seconds_bucket\{le="60"\} (\d+)', metrics, re.M)[1]) > 0
    assert int(re.search(r'^samovar_pictures\{state="ready",reason=""\} (\d+)', metrics, re.M)[1]) > 0
    # Seen by members, not by strangers.
    avatar = f"{API}/avatars/{me.uuid}?s=96"
    assert stranger.get(avatar).headers["Content-Type"] == "image/svg+xml"
    shown = member().api.get(f"/avatars/{me.uuid}?s=96", headers={"Accept": "image/webp,*/*"})
    assert shown.headers["Content-Type"] == "image/webp" and Image.open(io.BytesIO(shown.content)).size == (128, 128)
    assert me.api("GET", "/me").json()["picture"]["id"] == picture["id"]
    objects = "select count(*) from store.object where key like 'people/' || %s || '/%%'"
    assert db.value(objects, me.uuid) >= 15
    assert me.api("DELETE", "/me/picture").status_code == 204
    assert me.picture(picture["id"])["state"] == "removed"
    assert me.api.get(f"/avatars/{me.uuid}?d=404").status_code == 404
    wait_for(lambda: db.value(objects, me.uuid) == 0, 30, "objects are gone")


def test_a_picture_comes_by_the_store(db, member):
    me, data = member(), jpeg(400, 300)
    answer = me.api.post("/me/picture/upload", json={"size": len(data), "type": "image/jpeg"})
    assert answer.status_code == 201, answer.text
    id = answer.json()["id"]
    assert me.picture(id)["state"] == "announced"
    assert Client("")("PUT", answer.json()["link"], data=data).status_code == 200
    ready = me.over(id)
    assert ready["state"] == "ready" and (ready["width"], ready["bytes"]) == (400, len(data)), ready
    original = "select count(*) from store.object where key like 'people/' || %s || '/%%/original'"
    wait_for(lambda: db.value(original, me.uuid) == 0, 30, "what came is gone")
    # What is no picture is refused when somebody looks at it.
    answer = me.api.post("/me/picture/upload", json={"size": 5, "type": "image/png"})
    assert Client("")("PUT", answer.json()["link"], data=b"<svg>").status_code == 200
    refused = me.over(answer.json()["id"])
    assert (refused["state"], refused["reason"]) == ("refused", "not_an_image")
    assert me.picture(id)["state"] == "ready"
    wait_for(lambda: db.value(original, me.uuid) == 0, 30, "what came is gone")


def test_whoever_is_killed_leaves_nothing_behind(stack, db, member):
    """A worker dies while it puts files to the store, then the one that opens the picture; the picture before it stays
    until the end, and in the end there are the objects of the last one and no others."""
    me = member()
    first = me.ready(jpeg(500, 400))["id"]
    state = "select state || ' ' || done from account.picture where id = %s"
    for image, moment in [(False, lambda s: s.startswith("processing") and s.split()[1] not in ("0", "14")),
                            (True, lambda s: s.startswith("processing"))]:
        id = me.put(jpeg(3000, 2000)).json()["picture"]["id"]
        wait_for(lambda: moment(db.value(state, id)) or db.value(state, id).startswith("ready"), 20, "it is being made", every=0.002)
        opens = image_of(stack, "samovar-worker")
        kill_all([opens] if image and opens else [] if image else children(stack.pid("samovar-worker")))
        assert db.value("select state from account.picture where id = %s", first) in ("ready", "replaced")
        wait_for(lambda: db.value(state, id).startswith("ready"), 40, "it is shown")
        wait_for(lambda: db.all("select key from store.object where key like 'people/' || %s || '/%%' group by key order by key", me.uuid)
                 == db.all("select name from storage.file where name like 'people/' || %s || '/%%' and deleted_at is null order by name", me.uuid)
                 and db.value("select count(*) from account.picture_file f join account.picture p on p.id = f.picture_id"
                              " where p.account_id = %s", me.id) == 15, 40, "only its objects are there")
        assert db.value("select state from account.picture where id = %s", first) == "replaced"
        first = id


def test_pictures_are_made_again(stack, db, ctl, member):
    """Of the original, with the part of it that was to be shown."""
    me = member()
    first = me.ready(jpeg(800, 600), params={"crop": '{"x": 500, "y": 0, "width": 300, "height": 400}'})["id"]
    original = "select etag from account.picture_file where picture_id = %s and variant = 'original'"
    kept = db.value(original, first)
    db.do("delete from account.picture_file where picture_id = %s and variant = 's64'", first)
    assert "ready" in ctl("pictures", "stats").stdout
    assert "no variant w5" in stack.ctl("pictures", "rebuild", "--variant", "w5", check=False).stderr
    ctl("pictures", "rebuild", "--variant", "s64")
    again = wait_for(lambda: db.one("select id, width from account.picture where account_id = %s and state = 'ready' and id <> %s", me.id, first),
                     20, "it is made again")
    sizes = {v["name"]: (v["width"], v["height"]) for v in me.picture(again.id)["variants"]}
    assert again.width == 800 and sizes["w1000"] == (300, 400) and sizes["original"] == (800, 600)
    assert len(me.picture(again.id)["variants"]) == 15 and db.value(original, again.id) == kept
    assert me.picture(first)["state"] == "replaced"
