"""The compatibility checklist of the programme contract, section 15: a test a line, with its number."""

import datetime
import json
import re
import subprocess
import time

import pytest
import requests

from tests.e2e.client import Client, changed, detail, word
from tests.e2e.programme import Shift, clear, today
from tests.e2e.test_shifts import P_KEYS, Q_KEYS, S_KEYS, UNKNOWN, plan, png, report_of, request_of

DAY = datetime.timedelta(days=1)
U1_KEYS = ["id", "name", "surname", "date_of_birth", "city", "phone_number", "status", "shifts_count",
           "is_in_active_shift"]
U2_KEYS = ["id", "name", "surname", "date_of_birth", "city", "phone_number", "shifts"]
MEMBERSHIP_KEYS = ["id", "title", "started_at", "finished_at", "numbers_lombaryers", "member_id", "total_approved",
                   "total_declined", "total_skipped", "is_excluded", "reports"]
R_KEYS = ["request_id", "user_id", "name", "surname", "date_of_birth", "city", "phone_number", "request_status",
          "user_status"]
SR_KEYS = ["user_id", "name", "surname", "date_of_birth", "city", "phone_number", "request_id", "request_status"]
T_KEYS = ["id", "url", "title", "is_archived", "sequence_number"]
STATES = {"reviewing", "approved", "declined", "waiting", "skipped", "not_participate"}


@pytest.fixture(autouse=True)
def fresh(db):
    clear(db)
    yield
    clear(db)
    db.do("delete from programme.task where sequence_number > 31")


@pytest.fixture
def me(staff):
    return staff()


def picture(colour=(200, 10, 10)):
    return {"image": ("picture.png", png(colour=colour), "image/png")}


def test_1_prefix_slashes_and_lenient_queries(me, base):
    for path in ("/shifts/", "/users/", f"/reports/?shift_id={UNKNOWN}", "/requests/", "/tasks/", "/administrators/"):
        assert me.get(path).status_code in (200, 404), path
        assert me.get("//" + path.lstrip("/")).status_code == me.get(path).status_code, path
        assert Client(base).get(path).headers["Content-Type"] != "application/json", "without /api it is the app"
    for word_ in ("invitations", "me", "login", "refresh", "reset_password"):
        assert me.get(f"/administrators/{word_}/").status_code != 422, word_
    title = f"Н {word()}"
    raw = "%D0%9D%20" + title[2:] + "%20100%+x"  # a lone % and + as the app leaves them
    form = requests.Request("POST", base, files=picture()).prepare()
    status, _, body = me.as_is("POST", f"/api/tasks//?title={raw}&more=1&title2", form.body,
                               {"Content-Type": form.headers["Content-Type"]})
    task = json.loads(body)
    assert status == 201 and task["title"] == f"{title} 100% x"
    status, _, body = me.as_is("GET", f"/api//tasks//{task['id']}?title=%zz&%&=")
    assert status == 200 and json.loads(body) == task


def test_2_shapes_and_names(me, db):
    shift = Shift(db, 2, today() - 5 * DAY)
    report = report_of(db, shift, shift.chats[0])
    request_of(db, shift.id)
    (s,) = me.get("/shifts/").json()
    assert list(s) == S_KEYS + ["total_users"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", s["started_at"]) and isinstance(s["sequence_number"], int)
    body = me.get(f"/shifts/{shift.id}/users").json()
    assert set(body) == {"members"} and list(body["members"][0]) == ["id", "status", "user", "reports"]
    assert list(body["members"][0]["user"]) == ["id", "name", "surname", "date_of_birth", "city", "phone_number"]
    assert list(me.get(f"/shifts/{shift.id}/requests").json()[0]) == SR_KEYS
    assert list(me.get("/requests/").json()[0]) == R_KEYS
    (q,) = me.get(f"/reports/?shift_id={shift.id}").json()
    assert list(q) == Q_KEYS and q["updated_by"] is None and q["report_reviewed_at"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", q["report_created_at"])
    p = me.get(f"/reports/{report}").json()
    assert list(p) == [k for k in P_KEYS if k not in ("updated_by", "reviewed_at")]
    assert list(me.patch(f"/reports/{report}/approve").json()) == P_KEYS
    assert list(me.get("/tasks/").json()[0]) == T_KEYS
    users = me.get("/users/").json()
    assert all(list(u) == U1_KEYS for u in users)
    member = next(u for u in users if u["shifts_count"] == 1)
    u2 = me.get(f"/users/{member['id']}").json()
    assert list(u2) == U2_KEYS and list(u2["shifts"][0]) == MEMBERSHIP_KEYS
    assert re.search(r"(Z|[+-]\d\d:\d\d)$", me.get(f"/reports/{report}").json()["reviewed_at"])
    assert me.get("/ping").json() == {"API": "OK"}


def test_3_reports_have_known_states_and_no_holes(me, ctl, db):
    """A child that joined on the third day, and a server that was off for a day."""
    shift = Shift(db, 2, today() - 6 * DAY)
    for back in (6, 5, 3):
        ctl("timers", "run", "programme.daily", "--date", (today() - back * DAY).isoformat())
    request = request_of(db, shift.id)
    assert me.patch(f"/requests/{request}/approve").status_code == 200
    ctl("timers", "run", "programme.daily", "--date", today().isoformat(), "--future")
    members = me.get(f"/shifts/{shift.id}/users").json()["members"]
    assert len(members) == 3
    for member in members:
        days = [datetime.date.fromisoformat(r["task_date"]) for r in member["reports"]]
        assert days[0] == today() - 6 * DAY and days[-1] == today()
        assert days == [days[0] + n * DAY for n in range(len(days))], "sorted and without holes"
        assert {r["status"] for r in member["reports"]} <= STATES
        assert all(set(r) == {"task_id", "status", "task_date"} for r in member["reports"])


def test_4_tasks_are_complete(me, db):
    shift = Shift(db, 1, today() - 5 * DAY)
    shift.report(shift.chats[0], today(), "waiting")
    task = shift.plan[str(today().day)]
    assert me.patch(f"/tasks/{task}/change_status").json()["is_archived"] is True
    tasks = {t["id"]: t for t in me.get("/tasks/").json()}
    assert tasks[task]["is_archived"] is True and len(tasks) >= 31
    used = {r["task_id"] for m in me.get(f"/shifts/{shift.id}/users").json()["members"] for r in m["reports"]}
    assert used <= set(tasks)
    assert me.patch(f"/tasks/{task}/change_status").json()["is_archived"] is False


def test_5_errors_are_json_with_a_detail(me, base, db):
    title = f"задание {word()}"
    assert me("POST", f"/tasks/?title={title}", files=picture()).status_code == 201
    taken = me("POST", f"/tasks/?title={title}", files=picture())
    assert taken.status_code == 400 and re.match(r"^Объект <.*> уже существует$", detail(taken)[1])
    nobody, stranger = Client(base, "/api"), Client(base, "/api", token="x.y.z")
    cases = [(me.get("/nothing"), 404), (me("DELETE", "/shifts/"), 405), (me.get(f"/shifts/{UNKNOWN}"), 404),
             (me.get("/shifts/x"), 422), (me.get("/reports/"), 422), (me.post("/shifts/", {}), 422),
             (nobody.get("/shifts/"), 403), (stranger.get("/shifts/"), 401), (me.post("/shifts/", plan(-3)), 400),
             (me("POST", "/shifts/", data=b"{", headers={"Content-Type": "application/json"}), 422),
             (me("POST", "/shifts/", data=b"x" * 2_000_000), 413),
             (me("POST", f"/tasks/?title={title}1", files={"image": ("a", b"x" * 17_000_000)}), 413)]
    for answer, status in cases:
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"].startswith("application/json")
        words = detail(answer)[1]
        assert words and isinstance(words, (str, list))
        if isinstance(words, list):
            assert all({"loc", "msg", "type"} <= set(flaw) and flaw["msg"] for flaw in words)
    assert detail(me.get("/nothing"))[1] == "Not Found" and detail(me("DELETE", "/shifts/"))[1] == "Method Not Allowed"


def test_6_nothing_waits_for_telegram(me, db, telegram):
    """What the app may ask of a full shift is answered at once although Telegram is dumb."""
    telegram.fault("hang", seconds=30, count=50)
    try:
        shift = Shift(db, 200, today() - 20 * DAY)
        reports = [report_of(db, shift, chat) for chat in shift.chats[:5]]
        request = request_of(db, shift.id)
        prepared = me.post("/shifts/", plan(100)).json()
        began = time.monotonic()
        assert me.patch(f"/requests/{request}/approve", timeout=10).status_code == 200
        for report in reports[:3]:
            assert me.patch(f"/reports/{report}/approve", timeout=10).status_code == 200
        assert me.patch(f"/shifts/{prepared['id']}/cancel", timeout=10).status_code == 200
        assert me.patch(f"/shifts/{shift.id}/finish", timeout=10).status_code == 200
        assert me.get("/analytics/total", timeout=10).status_code == 200
        assert me.get("/healthcheck", timeout=10).status_code in (200, 400)
        assert time.monotonic() - began < 30, "each of these calls may take 10 s at most"
        assert db.value("select count(*) from programme.outbox where state <> 'sent'") > 190
    finally:
        telegram.reset()


def test_7_pictures_and_photos_load_as_images(me, db, base, stack):
    task = me.get("/tasks/").json()[0]
    assert re.fullmatch(r"/[^?#]+", task["url"])
    answer = requests.get(base + task["url"], timeout=10)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("image/")
    shift = Shift(db, 1, today() - 5 * DAY)
    report_of(db, shift, shift.chats[0])
    (q,) = me.get(f"/reports/?shift_id={shift.id}").json()
    assert q["task_url"].startswith(base + "/") and q["photo_url"].startswith(base + "/")
    assert requests.get(q["task_url"], timeout=10).status_code == 200
    path = db.value("select report_url from programme.report")
    file = stack.state / "photos" / path.lstrip("/")
    subprocess.run(stack.as_service("sh", "-c", "mkdir -p $(dirname $0) && cat >$0", file), input=answer.content, check=True)
    photo = requests.get(q["photo_url"], timeout=10)
    assert photo.content == answer.content and photo.headers["Content-Type"].startswith("image/")


def test_8_me_is_the_strict_session_check(me, base, staff, stack, behind):
    answer = me.get("/administrators/me")
    assert answer.status_code == 200 and {"id", "name", "surname", "email", "role"} <= set(answer.json())
    expired = changed(me.token, stack.key, exp=int(time.time()) - 10)
    for token in (None, "x.y.z", expired, me.token[:-4] + "AAAA"):
        assert Client(base, "/api", token=token).get("/administrators/me").status_code in (401, 403)
    blocked = staff()
    behind("update account.account set status = 'blocked' where id = %s", blocked.person.id)
    assert blocked.get("/administrators/me").status_code == 403


def test_9_every_page_of_the_app_is_its_first_page(base):
    first = requests.get(base + "/", timeout=10)
    assert first.status_code == 200 and first.headers["Content-Type"].startswith("text/html")
    for path in ("/shifts/all", "/shifts/all/x/y", "/login", "/pwd_forgot", "/users/x"):
        answer = requests.get(base + path, timeout=10, allow_redirects=False)
        assert (answer.status_code, answer.content) == (200, first.content), path


def test_10_an_expert_sees_all_but_the_administrators(staff, db):
    expert, shift = staff("expert"), Shift(db, 1, today() - 5 * DAY)
    assert expert.get("/administrators/me").json()["role"] == "expert"
    assert staff().get("/administrators/me").json()["role"] == "administrator"
    user = expert.get("/users/").json()[0]["id"]
    for path in ("/shifts/", f"/shifts/{shift.id}", f"/shifts/{shift.id}/users", f"/shifts/{shift.id}/requests", "/requests/",
                 f"/reports/?shift_id={shift.id}", "/tasks/", "/users/", f"/users/{user}", "/analytics/total",
                 "/analytics/tasks", f"/analytics/{shift.id}/shift_report", f"/shifts/{shift.id}/progress", "/outbox"):
        assert expert.get(path).status_code == 200, path
    report = report_of(db, shift, shift.chats[0])
    assert expert.patch(f"/reports/{report}/approve").status_code == 200
    assert expert.get("/administrators/invitations").status_code == 403
    assert expert.post("/administrators/invitations", {
        "name": "Анна", "surname": "Белых", "email": f"{word()}@example.com"}).status_code == 403


def test_11_a_changed_shift_comes_back_whole(me, db):
    made = me.post("/shifts/", plan())
    assert made.status_code == 201 and list(made.json()) == S_KEYS
    at = f"/shifts/{made.json()['id']}"
    change = plan(12, title="Осенняя смена", final_message="Спасибо всем, {name}!")
    assert me.patch(at, change).json() == {**made.json(), **change}
    started = me.patch(at + "/start").json()
    assert list(started) == S_KEYS and started["status"] == "started"
    finished = me.patch(at + "/finish").json()
    assert list(finished) == S_KEYS and finished == {**started, "status": "finished",
                                                     "finished_at": today().isoformat()}


def test_12_a_task_can_be_used_at_once(me, base):
    title = f"задание {word()}"
    task = me("POST", f"/tasks//?title={title}", files=picture()).json()
    shown = requests.get(base + task["url"], timeout=10)
    assert list(task) == T_KEYS and shown.status_code == 200
    # What the app does when only the title changes: it sends back what it has downloaded.
    name = task["url"].rpartition("/")[2]
    renamed = me("PATCH", f"/tasks//{task['id']}?title={title} два", files={"image": (name, shown.content, "image/jpeg")})
    assert renamed.status_code == 200 and renamed.json() == {**task, "title": f"{title} два"}
    other = me("PATCH", f"/tasks//{task['id']}?title={title} два", files=picture((1, 200, 1))).json()
    assert other["url"] != task["url"] and requests.get(base + other["url"], timeout=10).status_code == 200
    assert other in me.get("/tasks/").json()
