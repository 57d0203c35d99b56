"""Photos that were sent before, changed or not: found; other photos: not. Thumbnails."""

import datetime
import pathlib
import subprocess
import sys
import urllib.parse

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.programme import Shift, clear, today
from tests.e2e.stack import REPO

sys.path.insert(0, str(REPO / "bench"))
import scenes  # noqa: E402

DAY = datetime.timedelta(days=1)
UNKNOWN = "00000000-0000-4000-8000-000000000000"
PLATES = [20, 21, 22]


@pytest.fixture(autouse=True)
def fresh(db):
    clear(db)
    yield
    clear(db)


@pytest.fixture
def me(staff):
    return staff("expert")


@pytest.fixture(scope="module")
def renderer(stack):
    path = stack.program("x").parent.parent / "libexec/samovar/svg-to-jpeg"
    assert path.exists()
    return path


@pytest.fixture(scope="module")
def plates(renderer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plates")
    return [scenes.draw(renderer, scenes.scene(seed, "plate"), folder / f"{seed}.jpg") for seed in PLATES]


class Photos:
    """Puts photos where the bot's intake puts them, and waits for the comparison."""

    def __init__(self, db, stack, shift):
        self.db, self.stack, self.shift = db, stack, shift

    def put(self, jpeg, chat=0, back=0, attempt=1, wait=True):
        day, chat = today() - back * DAY, self.shift.chats[chat]
        if attempt == 1:
            self.shift.report(chat, day, "reviewing")
        report = self.db.value(
            "select r.id from programme.report r, programme.member m, programme.participant p where "
            "m.id = r.member_id and p.id = m.participant_id and p.telegram_id = %s and task_date = %s", chat, day)
        url = f"/shift_1/{chat}/{word()}.jpg"
        file = self.stack.state / "photos" / url.lstrip("/")
        subprocess.run(self.stack.as_service("sh", "-c", "mkdir -p $(dirname $0) && cat >$0", file),
                       input=jpeg, check=True)
        self.db.do("update programme.report set report_url = %s, number_attempt = %s, uploaded_at = now() "
                   "where id = %s", url, attempt, report)
        photo = self.db.value(
            "insert into programme.report_photo (report_id, attempt, url, sha256, bytes, content_type) "
            "values (%s, %s, %s, sha256(%s), %s, 'image/jpeg') returning id",
            report, attempt, url, jpeg, len(jpeg))
        self.db.do("insert into job.job (kind, subject, key, max_tries) values ('photo.compare', %s, %s, 5)",
                   str(photo), str(photo))
        if wait:
            self.wait()
        return photo, str(report)

    def wait(self):
        wait_for(lambda: self.db.value("select count(*) from job.job where kind = 'photo.compare'") == 0, 60)

    def resembles(self, photo):
        return self.db.value("select similar_to from programme.report_photo where id = %s", photo)


@pytest.fixture
def photos(db, stack):
    return Photos(db, stack, Shift(db, 3, today() - 40 * DAY))


def test_every_kind_of_copy_is_found(photos, plates, renderer, tmp_path, db):
    first, _ = photos.put(plates[0])
    made = {}
    for n, (name, change, quality) in enumerate(scenes.COPIES):
        jpeg = scenes.draw(renderer, scenes.changed(plates[0], **change), tmp_path / f"{n}.jpg", quality)
        made[name], _ = photos.put(jpeg, chat=1, back=n, wait=False)
    photos.wait()
    missed = [name for name, photo in made.items() if photos.resembles(photo) is None]
    assert missed == []
    assert db.value("select count(*) from programme.report_photo where id = %s and similar_to is not null", first) == 0
    assert db.value("select min(similar_likeness) from programme.report_photo where similar_to is not null") > 0.75


def test_two_clean_plates_are_two_photos(photos, plates):
    ids = [photos.put(jpeg, chat=n)[0] for n, jpeg in enumerate(plates)]
    assert [photos.resembles(photo) for photo in ids] == [None] * 3


def test_the_whole_is_found_by_its_part_that_came_before(photos, plates, renderer, tmp_path):
    part = scenes.draw(renderer, scenes.changed(plates[1], turn=90, cut=(.1, 0, 0, .1)), tmp_path / "part.jpg")
    before, _ = photos.put(part)
    after, _ = photos.put(plates[1], chat=1)
    assert photos.resembles(after) == before and photos.resembles(before) is None


def test_a_replaced_photo_of_the_same_child_counts(photos, plates, renderer, tmp_path):
    old, _ = photos.put(plates[0])
    photos.put(plates[1], attempt=2)
    again = scenes.draw(renderer, scenes.changed(plates[0], mirror=True), tmp_path / "again.jpg")
    new, _ = photos.put(again, back=1)
    assert photos.resembles(new) == old


def test_many_at_once_find_each_other(photos, plates, renderer, tmp_path):
    ids = []
    for n in range(6):
        jpeg = scenes.draw(renderer, scenes.changed(plates[2], scale=.5 + n / 10), tmp_path / f"{n}.jpg")
        ids.append(photos.put(jpeg, chat=n % 3, back=n, wait=False)[0])
    photos.wait()
    assert photos.resembles(ids[0]) is None
    assert all(photos.resembles(photo) is not None for photo in ids[1:])


def test_the_reviewer_sees_whom_a_photo_resembles(me, photos, plates, renderer, tmp_path, db):
    _, original = photos.put(plates[0])
    copy, report = photos.put(scenes.draw(renderer, scenes.changed(plates[0], turn=180), tmp_path / "c.jpg"), chat=1)
    (seen,) = me.get(f"/reports/{report}/similar").json()
    assert seen["report_id"] == original and seen["likeness"] > .9 and seen["bits"] <= 4
    assert seen["attempt"] == 1 and seen["is_replaced"] is False and seen["user_name"] == "Имя"
    assert requests.get(seen["photo_url"], timeout=10).content == plates[0]
    small = requests.get(seen["thumbnail_url"], timeout=10)
    assert small.status_code == 200 and small.headers["Content-Type"] == "image/jpeg"
    assert max(scenes.size(small.content)) == 320
    (back,) = me.get(f"/reports/{original}/similar").json()
    assert back["report_id"] == report
    marked = me.get(f"/shifts/{photos.shift.id}/similar?status=reviewing").json()
    assert [(m["report_id"], m["similar_report_id"]) for m in marked] == [(report, original)]
    assert me.get(f"/shifts/{photos.shift.id}/similar?status=approved").json() == []
    assert me.get(f"/reports/{UNKNOWN}/similar").status_code == 404
    assert me.get(f"/shifts/{UNKNOWN}/similar").status_code == 404


def test_a_thumbnail_is_as_private_as_its_photo(me, photos, plates):
    photos.put(plates[0])
    url = me.get(f"/reports/?shift_id={photos.shift.id}").json()[0]["photo_url"]
    assert max(scenes.size(requests.get(url + "&size=small", timeout=10).content)) == 320
    assert requests.get(url + "&size=huge", timeout=10).status_code == 422
    parts = urllib.parse.urlsplit(url)
    for path in (parts.path + ".small.jpg",):
        assert requests.get(parts._replace(path=path).geturl(), timeout=10).status_code == 403
    bare = parts._replace(query="size=small").geturl()
    assert requests.get(bare, timeout=10).status_code == 403


def test_a_photo_without_a_file_is_left_for_the_operator(photos, db, plates):
    photo, _ = photos.put(plates[0])
    url = db.value("select url from programme.report_photo where id = %s", photo)
    folder = photos.stack.state / "photos"
    for name in (url, url + ".small.jpg"):
        pathlib.Path(str(folder) + name).unlink()
    db.do("insert into job.job (kind, subject, key, max_tries) values ('photo.compare', %s, 'x', 1)", str(photo))
    wait_for(lambda: db.value("select state::text from job.job where kind = 'photo.compare'") == "parked", 30)
    db.do("delete from job.job")
    db.do("insert into job.job (kind, subject, key, max_tries) values ('photo.compare', %s, 'y', 1)", str(photo + 99))
    photos.wait()
