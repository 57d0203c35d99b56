"""Members' cards through nginx, worker, image process and object store."""

import base64
import datetime
import hashlib
import http.server
import io
import itertools
import json
import subprocess
import threading
import zipfile

import pytest
from PIL import Image

from tests.conftest import enterable, wait_for
from tests.e2e.client import Client, make_person
from tests.e2e.stack import is_image, kill_all
from tests.e2e.test_files import servers  # noqa: F401
from tests.standin import airtable as airtable_standin
from tests.standin.airtable import Airtable
from tests.standin.dropbox import APP, REFRESH, Dropbox

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
    objects = "select count(*) from store.object where key like 'cards/' || %s || '/%%'"
    wait_for(lambda: db.hurry("copy.%") or db.value(objects, card["uuid"]) == 0, 30, "its objects are gone")
    page = anyone.get(f"/c/{card['code']}")
    assert "This card was withdrawn" in page.text and "lost" not in page.text and "SHCHUKINA" not in page.text
    unknown = anyone.get("/c/" + "7" * 26, headers={"Accept-Language": "ru"})
    assert unknown.status_code == 404 and "Такой карты нет" in unknown.text


def test_a_background_of_megabytes_makes_a_role(stack, keeper, servers):  # noqa: F811
    png = (stack.program("samovarctl").parents[1] / "share/samovar/artifacts/card/background_image/card_expert.png").read_bytes()
    assert len(png) > 2_000_000
    answer = keeper("PUT", "/roles/guest/background?title=Guest%20of%20honour", data=png, headers={"Content-Type": "image/png"})
    assert answer.status_code == 200, answer.text
    assert [r["title"] for r in answer.json()["data"] if r["name"] == "guest"] == ["Guest of honour"]
    layout = keeper.get("/roles/expert/layout").json()
    assert keeper("PUT", "/roles/guest/layout", json=layout).json()["version"] == 1
    card = drawn(keeper, given_card(keeper, role="guest"))
    assert card["layout_version"] == 1
    refused = keeper("PUT", "/roles/guest/background", data=png[:70000], headers={"Content-Type": "image/png"})
    assert (refused.status_code, refused.json()["error"]) == (422, "Request.Validation")
    stranger = Client(keeper.base, API)("PUT", "/roles/guest/background", data=png, headers={"Content-Type": "image/png"})
    assert stranger.status_code == 401


def test_cards_on_paper_and_in_an_archive(keeper, servers):  # noqa: F811
    made = [given_card(keeper, role="boss", level=n) for n in range(3)]
    early = keeper.post("/cards/archive", {"cards": [made[0]["uuid"], given_card(keeper, role=None)["uuid"]]})
    assert (early.status_code, early.json()["error"]) == (409, "Card.NotDrawn")
    for card in made:
        drawn(keeper, card)
    files = {}
    for path, more in (("print", {"form": "card"}), ("print", {"form": "a4"}), ("archive", {})):
        order = keeper.post(f"/cards/{path}", {"cards": [c["uuid"] for c in made], **more})
        assert order.status_code == 202, order.text
        batch = wait_for(lambda uuid=order.json()["uuid"]: (b := keeper.get(f"/batches/{uuid}").json())["state"] == "ready" and b, 20)
        assert batch["progress"] == {"done": 3, "total": 3}
        files[batch["kind"]] = keeper.session.get(batch["url"], timeout=20).content
    archive = zipfile.ZipFile(io.BytesIO(files["archive"]))
    assert archive.testzip() is None and len(archive.namelist()) == 3
    assert Image.open(archive.open(archive.namelist()[0])).size == (3047, 1913)
    for kind, pages in (("print", 3), ("print8", 1)):
        pdf = files[kind]
        table = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
        count = int(pdf[table:].split(maxsplit=3)[2])
        lines = pdf[table:].split(b"\n")[2:2 + count]
        for id, line in enumerate(lines):
            assert len(line) == 19 and (not line.endswith(b"n ") or pdf[int(line[:10]):].startswith(b"%d 0 obj" % id))
        assert pdf.count(b"/Type /Page ") == pages and pdf.count(b"/DCTDecode") == 3
    assert b"/TrimBox [28.346 28.346" in files["print"]
    stranger = Client(keeper.base, API)
    assert stranger.get(f"/batches/{order.json()['uuid']}").status_code == 401


@pytest.fixture
def airtable(db):
    base = Airtable()
    base.columns = {"Cards": ["image", "is_filled", "uuid", "user_uuid", "role", "level", "card_issued_date"],
                    "Users": ["uuid", "id", "name", "surname"]}
    base.tables = {"Cards": {}, "Users": {}}
    yield base
    base.stop()
    db.do("update cards.card set record_id = null, source = 'own', record_written = null, record_written_at = null where source = 'airtable'")
    db.do("delete from cards.round")


def sync(ctl, airtable, **more):
    """The last round, after one more."""
    shown = ctl("cards", "sync", AIRTABLE_API_KEY=airtable_standin.KEY, AIRTABLE_BASE_ID=airtable_standin.BASE,
                AIRTABLE_API_URL=airtable.url, **more).stdout
    return json.loads(next(line for line in shown.splitlines() if line.startswith("airtable: ")).removeprefix("airtable: "))


def fill(airtable, count):
    for n in range(count):
        airtable.tables["Users"][f"recUser{n}"] = {"uuid": f"u{n}", "id": next(numbers), "name": "Юлия", "surname": f"Ы{n}", "else": 1}
        airtable.tables["Cards"][f"recCard{n:03}"] = {
            "uuid": f"c{n}", "user_uuid": [f"recUser{n}"], "role": "admin", "level": n, "is_filled": True,
            "card_issued_date": "2026-01-31T20:30:00.000Z"}


def test_a_round_with_airtable_brings_cards_and_takes_addresses_back(ctl, db, keeper, airtable, servers):  # noqa: F811
    fill(airtable, 13)
    airtable.page, airtable.copies = 5, False
    del airtable.tables["Cards"]["recCard007"]["level"]
    airtable.tables["Cards"]["recCard008"]["user_uuid"] = ["rec') , 1=1"]
    airtable.tables["Cards"]["recCard009"]["role"] = "No such role!"
    last = sync(ctl, airtable)
    assert (last["figures"]["found"], last["figures"]["taken"]) == (13, 12), last  # two of them incomplete
    assert {e["record"]: e["detail"].split()[0] for e in last["errors"]} == {
        "recCard007": "lacks", "recCard008": "lacks", "recCard009": "role:"}, last["errors"]
    # Three pages of cards, and of each all users at once. What has been drawn before the round is over is written by it.
    assert [path.rsplit("/")[-1] for method, path, _ in airtable.calls if method != "PATCH"] == ["Cards", "Users"] * 3
    early = last["figures"]["written"]
    assert airtable.times[-1] - airtable.times[0] > .2 * (len(airtable.times) - 1) - .05  # one may take longer to arrive
    assert str(db.value("select issued from cards.card where record_id = 'recCard000'")) == "2026-02-01"  # of the zone

    wait_for(lambda: db.value("select count(*) from cards.card where source = 'airtable' and status = 'drawn'") == 10, 30)
    airtable.calls.clear()
    last = sync(ctl, airtable)
    changes = [body for method, _, body in airtable.calls if method == "PATCH"]
    assert last["figures"]["written"] == 10 - early and [len(c["records"]) for c in changes] == [10 - early] * (early < 10)
    url = airtable.tables["Cards"]["recCard000"]["image"][0]["url"]
    assert Client(url).get("").status_code == 200
    assert sync(ctl, airtable)["figures"]["written"] == 0  # nothing twice

    db.do("update cards.card set record_written_at = record_written_at - interval '2 minutes' where source = 'airtable'")
    airtable.copies = True
    assert sync(ctl, airtable)["figures"]["written_again"] == 10  # no size: it was not copied
    assert len(airtable.tables["Cards"]["recCard000"]["image"]) == 1
    db.do("update cards.card set record_written_at = record_written_at - interval '2 minutes' where source = 'airtable'")
    last = sync(ctl, airtable)
    assert (last["figures"]["written"], last["figures"]["written_again"]) == (0, 0)

    # What lacks something is there to be seen, and complete once it lacks nothing.
    shown = {row.record_id: row for row in db.all("select record_id, status::text, missing from cards.card where source = 'airtable'")}
    assert (shown["recCard007"].status, shown["recCard007"].missing) == ("incomplete", ["level"])
    assert "user_uuid" in shown["recCard008"].missing
    airtable.tables["Cards"]["recCard007"]["level"] = 7
    airtable.tables["Cards"]["recCard008"]["user_uuid"] = ["recUser8"]
    # A name that is corrected is drawn; a picture that somebody took away comes back, one that was always there is not ours.
    airtable.tables["Users"]["recUser0"]["surname"] = "Corrected"
    airtable.tables["Cards"]["recCard001"]["image"] = []
    airtable.tables["Cards"]["recOld"] = {**airtable.tables["Cards"]["recCard002"], "image": [{"url": "https://example.org/o.jpg", "size": 1}]}
    last = sync(ctl, airtable)
    assert airtable.tables["Cards"]["recCard001"]["image"], last
    assert {e["record"] for e in last["errors"]} == {"recCard009"}
    now = "select c.status::text || ' ' || m.surname from cards.card c join cards.member m on m.id = c.member_id where c.record_id = %s"
    assert [db.value(now, f"recCard00{n}").split()[0] in ("due", "drawing", "drawn") for n in (7, 8)] == [True, True]
    assert db.value(now, "recCard008").endswith("Ы8") and db.value(now, "recCard000").split()[1] == "Corrected"
    wait_for(lambda: db.value(now, "recCard000").startswith("drawn"), 30)
    assert db.value("select count(*) from cards.card where record_id = 'recOld'") == 0

    # Three whose numbers go round, a fourth who wants one that stays somebody else's until the next round, and a name beside it.
    users = airtable.tables["Users"]
    taken = [users[f"recUser{n}"]["id"] for n in (1, 2, 3, 4)]
    for n, number in zip((1, 2, 3, 4, 5), (*taken[1:3], taken[0], users["recUser6"]["id"], users["recUser5"]["id"]), strict=True):
        users[f"recUser{n}"]["id"] = number
    numbers_now = "select number from cards.member where record_id = %s"
    last = sync(ctl, airtable)
    assert {e["record"]: e["detail"] for e in last["errors"]}.keys() == {"recCard004", "recCard009", "recUser4"}, last
    assert [db.value(numbers_now, f"recUser{n}") for n in (1, 2, 3, 4)] == [taken[1], taken[2], taken[0], taken[3]]
    db.do("update cards.round set began = began + interval '1 hour'")  # nothing that was changed before is seen again
    db.do("update cards.member set number = %s where record_id = 'recUser6'", next(numbers))
    last = sync(ctl, airtable)
    assert {e["record"] for e in last["errors"]} == {"recCard009"}
    assert db.value(numbers_now, "recUser4") == users["recUser4"]["id"] != taken[3]

    # Who hides their picture has none there either, until they show it again.
    hides = "update cards.member set hides_preview = %s where record_id = 'recUser10'"
    assert airtable.tables["Cards"]["recCard010"]["image"]
    for hidden, there in ((True, 0), (False, 1)):
        db.do(hides, hidden)
        sync(ctl, airtable)
        assert len(airtable.tables["Cards"]["recCard010"]["image"]) == there
    assert db.value("select count(*) from cards.member where source = 'airtable' and record_id is null and name = ''") == 0

    # Records that are deleted there keep no other from its picture, and are asked for again an hour later.
    gone = [f"recCard00{n}" for n in (1, 2, 3)]
    for record in gone:
        del airtable.tables["Cards"][record]
    db.do("update cards.card set record_written = null, record_written_at = null where record_id = any (%s)", [*gone, "recCard010"])
    last = sync(ctl, airtable)
    assert {e["record"] for e in last["errors"]} >= set(gone) and last["figures"]["written"] == 1, last
    airtable.calls.clear()
    sync(ctl, airtable)
    assert [call for call in airtable.calls if call[0] == "PATCH"] == []
    db.do("update cards.card set record_written_at = record_written_at - interval '62 minutes' where record_id = %s", gone[0])
    assert gone[0] in {e["record"] for e in sync(ctl, airtable)["errors"]}


def test_airtable_may_want_a_pause_or_rename_a_column(ctl, db, airtable):
    fill(airtable, 2)
    airtable.limited = 1
    before = datetime.datetime.now(datetime.timezone.utc)
    last = sync(ctl, airtable, AIRTABLE_PAUSE="77")
    pause = datetime.datetime.fromisoformat(last["figures"]["paused_until"]) - before
    assert 76 < pause.total_seconds() < 110 and len(airtable.calls) == 1
    sync(ctl, airtable)
    assert len(airtable.calls) == 1  # not before the pause is over
    db.do("delete from cards.round")
    for column in ("image", "level", "card_issued_date"):
        airtable.columns["Cards"].remove(column)
        assert f"Unknown field names: {column}" in sync(ctl, airtable)["errors"][0]["detail"]
        airtable.columns["Cards"].append(column)
    assert db.value("select count(*) from cards.card where source = 'airtable'") == 0


@pytest.fixture
def dropbox(db):
    box = Dropbox()
    yield box
    box.stop()
    db.do("update cards.card set dropbox_url = null, dropbox_drawing = null, dropbox_refused = null where dropbox_drawing is not null")
    db.do("delete from cards.dropbox")


def at_dropbox(dropbox, **more):
    return {"DROPBOX_REFRESH_TOKEN": REFRESH, "DROPBOX_APP_KEY": APP[0], "DROPBOX_APP_SECRET": APP[1],
            "DROPBOX_API_URL": dropbox.url, "DROPBOX_CONTENT_URL": dropbox.url, **more}


def test_cards_are_put_into_dropbox_and_go_with_their_card(ctl, db, keeper, dropbox, servers):  # noqa: F811
    card = drawn(keeper, given_card(keeper))
    path = f"/cards/{card['uuid']}.jpg"
    wait_for(lambda: db.hurry("card.%") or db.value("select count(*) from cards.card where status in ('due', 'drawing')") == 0, 60)
    db.do("update cards.card set dropbox_drawing = drawing where uuid <> %s and status <> 'withdrawn'", card["uuid"])

    def sync(*faults, fails=False, **more):
        dropbox.faults[:] = faults
        nowhere = "http://127.0.0.1:9/artifacts.zip"  # or artefacts would be asked for first
        ran = ctl("cards", "sync", check=not fails, **at_dropbox(dropbox, STORAGE_URL=nowhere, **more))
        return ran.stderr if fails else next(line for line in ran.stdout.splitlines() if line.startswith("dropbox: "))
    # Where Dropbox is out of order, nothing is lost, and nothing is thought to be there.
    for fault, why in ((503, "answered 503"), ("cut", "Dropbox: "), ("garbage", "no JSON")):
        assert why in sync(fault, fails=True)
        assert db.value("select dropbox_url from cards.card where uuid = %s", card["uuid"]) is None
    assert "tokens: refused" in sync(fails=True, DROPBOX_APP_SECRET="another")
    assert "has ended" in sync(DROPBOX_REFRESH_TOKEN="", DROPBOX_ACCESS_TOKEN="of-four-hours-ago")
    assert sync() == "dropbox: 0 brought up to date, 0 refused"  # what was refused waits for an hour
    db.do("update cards.card set dropbox_refused = dropbox_refused - interval '61 minutes'")
    dropbox.pause = 77
    assert sync(429) == "dropbox: 0 brought up to date, 0 refused: Dropbox: too many requests"
    assert db.value("select extract(epoch from paused_until - now()) from cards.dropbox") > 70
    dropbox.calls.clear()
    sync()
    assert dropbox.calls == []  # not before the pause is over
    db.do("delete from cards.dropbox")
    # A link of a run that was killed, and a token that ends on the way.
    dropbox.links[path] = "https://www.dropbox.com/scl/fi/made/before.jpg?dl=0&rlkey=k"
    assert sync(None, "expired") == "dropbox: 1 brought up to date, 0 refused"
    assert Image.open(io.BytesIO(dropbox.files[path])).size == (3047, 1913)
    assert keeper.get(f"/cards/{card['uuid']}").json()["dropbox"] == "https://www.dropbox.com/scl/fi/made/before.jpg?raw=1&rlkey=k"
    dropbox.calls.clear()
    assert sync() == "dropbox: 0 brought up to date, 0 refused" and dropbox.calls == []
    # Each card has a path of its own; who hides their picture has none there, and none when it is shown no more.
    other = drawn(keeper, given_card(keeper))
    assert sync() == "dropbox: 1 brought up to date, 0 refused" and len(dropbox.files) == 2
    assert keeper("PUT", f"/cards/{other['uuid']}/preview", json={"hidden": True}).status_code == 204
    db.do("update cards.card set dropbox_drawing = '' where uuid = %s", card["uuid"])
    dropbox.calls.clear()
    assert sync() == "dropbox: 2 brought up to date, 0 refused" and list(dropbox.files) == [path]
    what = [call.rsplit("/", 1)[1] for call in dropbox.calls if "/files/" in call]
    assert what.index("delete_v2") < what.index("upload"), "what must not be seen goes first"
    assert keeper.post(f"/cards/{card['uuid']}/withdraw", {}).status_code == 200
    assert sync() == "dropbox: 1 brought up to date, 0 refused" and not dropbox.files
    assert keeper.get(f"/cards/{card['uuid']}").json()["dropbox"] is None
    # One that it never takes keeps no other waiting, and is asked for again an hour later; alone it is a fault to be told.
    first, then = (drawn(keeper, given_card(keeper)) for _ in range(2))
    dropbox.broken = {f"/cards/{first['uuid']}.jpg"}
    assert sync() == "dropbox: 1 brought up to date, 1 refused: Dropbox answered 500"
    assert list(dropbox.files) == [f"/cards/{then['uuid']}.jpg"]
    assert sync() == "dropbox: 0 brought up to date, 0 refused"
    db.do("update cards.card set dropbox_refused = null where uuid = %s", first["uuid"])
    assert "answered 500" in sync(fails=True)


@pytest.fixture
def archive():
    """A server with one zip archive: content is what it has, asked is what came of If-None-Match."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            etag = f'"{hash(server.content)}"'
            server.asked.append(self.headers["If-None-Match"])
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/artifacts.zip?key=secret")
            elif server.asked[-1] == etag:
                self.send_response(304)
            else:
                self.send_response(server.status)
                self.send_header("ETag", etag)
            self.end_headers()
            if self.path != "/moved" and server.asked[-1] != etag:
                self.wfile.write(server.content)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.content, server.asked, server.status = b"", [], 200
    server.url = f"http://127.0.0.1:{server.server_address[1]}/moved"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, content in files.items():
            z.writestr("artifacts/card/" + name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def a_background(colour):
    out = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(out, "PNG")
    return out.getvalue()


def tree(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.*") if p.is_file() and p.name[0] != ".")


def test_artefacts_come_from_an_archive_or_from_dropbox(stack, ctl, db, dropbox, archive, tmp_path):
    folder = tmp_path / "artifacts"
    enterable(tmp_path)
    tmp_path.chmod(0o777)
    layout = (stack.program("samovarctl").parents[1] / "share/samovar/artifacts/card/layout/member.json").read_text()

    def sync(**more):
        return ctl("cards", "sync", SAMOVAR_CARDS_ARTIFACTS=str(folder), **more).stderr

    def background():
        return db.value("select background from cards.role where name = 'fetched'")
    archive.content = zipped(background_image__card_fetched_dot_png=a_background("navy"), layout__fetched_dot_json=layout, note_dot_txt=b"")
    sync(STORAGE_URL=archive.url)
    assert tree(folder) == ["card/background_image/card_fetched.png", "card/layout/fetched.json"]
    first = background()
    assert first == hashlib.sha256(a_background("navy")).hexdigest()
    assert "secret" not in (folder / ".source").read_text() and archive.url not in (folder / ".source").read_text()
    sync(STORAGE_URL=archive.url)
    assert archive.asked[-1] is not None and background() == first  # 304
    # What is hostile, or cut off, changes nothing; nor does a server that is out of order.
    for content, status, why in ((zipped(**{"layout__..__..__..__..__x_dot_json": "{}"}), 200, "leaves the tree"), (archive.content[:300], 200, "not a zip"),
                                 (b"", 503, "not to be had (503)")):
        archive.content, archive.status = content, status
        assert why in sync(STORAGE_URL=archive.url), why
    assert len(tree(folder)) == 2 and background() == first
    archive.status, archive.content = 200, zipped(background_image__card_fetched_dot_png=a_background("teal"))
    (folder / "card/layout/own.json").write_text("{}")
    sync(STORAGE_URL=archive.url)
    assert tree(folder) == ["card/background_image/card_fetched.png", "card/layout/own.json"]  # what came from there goes with it
    assert background() != first

    # The same tree in Dropbox: what is the same is not fetched, what was changed is.
    dropbox.files.update({"/card/background_image/card_fetched.png": a_background("teal"), "/card/layout/fetched.json": layout.encode(),
                          "/card/readme.txt": b"hello", "/cards/other.jpg": b"x"})
    db.do("update cards.card set dropbox_drawing = drawing where status <> 'withdrawn'")
    sync(**at_dropbox(dropbox))
    assert tree(folder) == ["card/background_image/card_fetched.png", "card/layout/fetched.json", "card/layout/own.json"]
    assert dropbox.calls.count("/2/files/download") == 1 and dropbox.calls.count("/2/files/list_folder/continue") == 1
    dropbox.files["/card/background_image/card_fetched.png"] = a_background("navy")
    dropbox.faults = ["expired"]
    sync(**at_dropbox(dropbox))
    assert background() == first and dropbox.calls.count("/2/files/download") == 2
    dropbox.faults = [429]
    assert "stay as they are: Dropbox: too many requests" in sync(**at_dropbox(dropbox))
    assert len(tree(folder)) == 3


def test_workers_that_are_killed_leave_no_card_undrawn_and_no_object_unknown(stack, ctl, db, keeper, servers):  # noqa: F811
    made = [given_card(keeper, level=n) for n in range(8)]

    def undrawn():
        return db.value("select count(*) from cards.card where uuid = any (%s::uuid[]) and status <> 'drawn'", [c["uuid"] for c in made])
    for left in (7, 5, 3):  # each time in the middle of some
        wait_for(lambda left=left: undrawn() <= left, 30, f"{left} cards that are not drawn")
        with open(f"/proc/{stack.pid('samovar-worker')}/task/{stack.pid('samovar-worker')}/children") as f:
            family = [int(word) for word in f.read().split()]
        assert any(is_image(pid) for pid in family)
        kill_all([pid for pid in family if left != 5 or is_image(pid)])  # all, then the image process alone, then all
    wait_for(lambda: db.hurry("card.%") or undrawn() == 0, 60, "all cards")
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'card.draw'") == 0, 30)
    # What the killed have left behind goes with the next look through a server that is an hour later.
    db.do("update store.object set modified = modified - interval '2 hours' where key like 'cards/%%'")
    ctl("storage", "reconcile", check=False)
    wait_for(lambda: db.hurry("copy.%") or db.value("select count(*) from job.job where kind like 'copy.%%'") == 0, 60)
    for card in made:
        stored = {row.key for row in db.all("select key from store.object where key like 'cards/' || %s || '/%%'", card["uuid"])}
        known = {row.name for row in db.all("select f.name from cards.picture p join storage.file f on f.id = p.file_id"
                                            " join cards.card c on c.id = p.card_id where c.uuid = %s", card["uuid"])}
        assert len(known) == 4 and stored == known, stored ^ known


def test_the_operators_hand(ctl, keeper, tmp_path, servers):  # noqa: F811
    table = enterable(tmp_path) / "members.csv"
    table.write_text(f"number,name,surname,role,level,card_issued_date\n{next(numbers)},Ada,Kim,admin,1,2026-01-31\n")
    assert "would be: 1 added" in ctl("cards", "import", str(table), "--dry-run").stdout
    assert "1 added, 0 changed" in ctl("cards", "import", str(table)).stdout
    uuid = json.loads(ctl("cards", "list", "--role", "admin", "--limit", "1", "--json").stdout)[0]["uuid"]
    drawn(keeper, {"uuid": uuid})
    ctl("cards", "redraw", uuid)
    drawn(keeper, {"uuid": uuid})
    ctl("cards", "withdraw", uuid, "--why", "a test")
    assert keeper.get(f"/cards/{uuid}").json()["withdrawn"]["why"] == "a test"
    incomplete = given_card(keeper, role=None)
    assert "waits for role" in ctl("cards", "sync", "--dry-run").stdout and incomplete["missing"] == ["role"]
