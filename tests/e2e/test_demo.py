"""samovarctl demo: what somebody sees who tries Samovar out."""

import io
import secrets

import pytest
import requests
from PIL import Image, ImageStat

from tests.conftest import free_port
from tests.e2e.stack import Db, Stack, state_folder

ZONE = "Asia/Yekaterinburg"


@pytest.fixture(scope="module")
def demo():
    """A Samovar of its own with the demo in it."""
    stack = Stack(state_folder(), free_port(count=6), {
        "TOKEN__SECRET_KEY": secrets.token_hex(32), "SAMOVAR_SITE_TEST_MODE": "true",
        "SAMOVAR_ACCOUNT_ARGON2_MEMORY": "1m", "SAMOVAR_ACCOUNT_ARGON2_PASSES": "1"})
    try:
        stack.start()
        stack.ctl("demo", "--city-port", str(stack.port + 1))
        yield stack, Db(stack)
    finally:
        stack.stop()
        stack.remove()


def test_every_report_of_the_demo_has_its_photo(demo):
    stack, db = demo
    reports = db.all("select r.report_url as url, p.url as photo, p.bytes from programme.report r "
                     "left join programme.report_photo p on p.report_id = r.id and p.url = r.report_url")
    assert len(reports) > 5000 and all(r.photo for r in reports)
    lost = [r.url for r in reports if not (stack.state / "photos" / r.url.lstrip("/")).is_file()]
    assert lost == []
    assert {(stack.state / "photos" / r.url.lstrip("/")).stat().st_size - r.bytes for r in reports} == {0}


def test_the_demo_s_review_shows_photos_in_colour(demo):
    stack, _ = demo
    token = requests.post(f"{stack.base}/api/administrators/login", timeout=30,
                          json={"email": "user@example.com", "password": "string"}).json()["access_token"]

    def get(path):
        return requests.get(f"{stack.base}/api{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30).json()
    (shift,) = (s for s in get("/shifts/") if s["status"] == "started")
    shown = [requests.get(r["photo_url"], timeout=10) for r in get(f"/reports/?shift_id={shift['id']}&status=reviewing")]
    assert len(shown) == 10 and {answer.status_code for answer in shown} == {200}
    assert len({answer.content for answer in shown}) == 10
    saturations = []
    for answer in shown:
        image = Image.open(io.BytesIO(answer.content))
        assert image.mode == "RGB" and min(image.size) >= 400
        saturations.append(ImageStat.Stat(image.convert("HSV")).mean[1])
    # Which scenes are drawn follows from ids. One that is grey has 0; a pale room has some.
    assert min(saturations) > 8 and sum(saturations) / len(saturations) > 25, saturations
    assert len(get(f"/shifts/{shift['id']}/similar?status=reviewing")) == 2  # look-alikes, for the reviewer to see


def test_the_demo_s_days_have_their_hours(demo):
    _, db = demo
    wrong = db.all(f"""
        select task_date, uploaded_at, reviewed_at, created from programme.report
         where created <> (task_date + time '08:00') at time zone '{ZONE}'
            or uploaded_at < created or uploaded_at > now() or reviewed_at < uploaded_at or reviewed_at > now()
            or (uploaded_at at time zone '{ZONE}')::date <> task_date
            or (status <> 'reviewing') <> (reviewed_at is not null)""")
    assert wrong == []
    assert db.value("select count(distinct date_trunc('minute', uploaded_at)) from programme.report") > 4000
    assert db.value("select count(*) from programme.request q join programme.shift s on s.id = q.shift_id "
                    "where q.created > now() or (s.status <> 'preparing' and q.created > s.started_at)") == 0


def test_the_child_of_the_docs_has_no_report_of_today_yet(demo):
    """docs/programme.md speaks to the bot as 123556787: in the running shift, with a task to come."""
    _, db = demo
    of = "from programme.member m join programme.participant p on p.id = m.participant_id " \
         "join programme.shift s on s.id = m.shift_id where s.status = 'started'"
    assert db.value(f"select count(*) {of} and p.telegram_id = 123556787") == 1
    open_ones = db.all(f"select telegram_id {of} and not exists (select from programme.report r where r.member_id = m.id and r.status = 'reviewing')")
    assert len(open_ones) == 5 and 123556787 in {r.telegram_id for r in open_ones}


def test_the_demo_is_made_anew_when_asked(demo):
    stack, db = demo
    before = db.value("select count(*) from programme.shift")
    tasks = db.value("select count(*) from programme.task")
    db.do("insert into programme.shift (status, started_at, finished_at, title, final_message, tasks) "
          "select 'finished', '2020-01-01', '2020-04-01', 'Чужая смена', 'Спасибо за участие!', tasks from programme.shift limit 1")
    for answer in ("no\n", "Y\n", "yesterday\n", ""):
        assert stack.ctl("demo", "--delete", input=answer, check=False).returncode == 1
    assert db.value("select count(*) from programme.shift") == before + 1
    stack.ctl("demo", "--delete", input="y\n", timeout=120)
    assert db.value("select count(*) from programme.shift") == before
    assert db.value("select count(*) from programme.shift where title = 'Чужая смена'") == 0
    assert db.value("select count(*) from programme.task") == tasks
    assert db.value("select count(*) from account.account where role = 'administrator'") > 0


def test_the_demo_s_people_have_phones(demo):
    """Each of the thirty has a card with a picture and a room where something was said; they sign in with the demo's password."""
    stack, db = demo
    base, headers = f"{stack.base}/api/dev", {"User-Agent": "Dalvik/2.1.0 (Linux; U; Android 11)", "X-Csrf-Token": "demo"}
    signed_in = requests.post(f"{base}/account/signin", headers=headers, json={"id": "minjun", "pw": "qwe12345"}, timeout=30).json()
    headers["Authorization"] = f'Bearer {signed_in["data"]["user"]["access_token"]["token"]}'

    def get(path, **more):
        return requests.get(f"{base}{path}", headers=headers | more, timeout=30).json()["data"]
    mine = get("/profiles")["profiles"][0]
    assert mine["name"] == "김민준" and "010-2301-4410" in mine["phone"]
    rooms = get("/chats", **{"X-Profile-Id": str(mine["uuid"])})["chat_rooms"]
    assert [r["name"] for r in rooms] == ["한빛 건축 현장", "나래, 민준"] and all(len(r["participants"]) >= 2 for r in rooms)
    assert rooms[0]["events"][-1]["message"].startswith("네, 90입니다") and [e["event_index"] for e in rooms[0]["events"]] == list(range(7))
    picture = requests.get(f'{base}{get("/cards")["cards"][0]["preview_url"]}', headers={"Accept": "image/*"}, timeout=30)
    assert Image.open(io.BytesIO(picture.content)).size == (720, 420)
    assert requests.get(f"{base}/sync", headers=headers, timeout=30).json()["sub_code"] == "sync.ok"
    assert db.value("select count(*) from messenger.profile p where exists (select from messenger.card k where k.profile_id = p.id) and exists "
                    "(select from messenger.participant t where t.profile_id = p.id) and exists (select from messenger.relation r where r.from_profile_id = p.id)") == 30
    assert db.value("select count(*) from messenger.upload where server_id is null") == 0
    admin = requests.post(f"{base}/account/signin", headers=headers, json={"id": "admin", "pw": "qwe12345"}, timeout=30).json()
    assert admin["data"]["user"]["admin_token"]["exp"]
    assert db.value("select count(*) from messenger.event where created > now()") == 0
