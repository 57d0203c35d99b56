"""Shifts, requests, reports, tasks and participants for the staff's app: programme contract, 4.4 to 4.8."""

import datetime
import re
import struct
import subprocess
import urllib.parse
import zlib

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import detail, together, word
from tests.e2e.programme import Shift, clear, today

DAY = datetime.timedelta(days=1)
S_KEYS = ["id", "status", "title", "final_message", "started_at", "finished_at", "sequence_number"]
P_KEYS = ["shift_id", "task_id", "member_id", "updated_by", "reviewed_at", "task_date", "status",
          "report_url", "uploaded_at", "number_attempt"]
Q_KEYS = ["shift_id", "shift_status", "shift_started_at", "report_id", "report_status",
          "report_created_at", "report_uploaded_at", "updated_by", "report_reviewed_at", "user_name",
          "user_surname", "task_id", "task_title", "task_url", "photo_url"]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def fresh(db):
    clear(db)
    yield
    clear(db)


@pytest.fixture
def me(staff):
    return staff()


def plan(start=10, days=60, **more):
    first = today() + start * DAY
    return {"started_at": first.isoformat(), "finished_at": (first + days * DAY).isoformat(),
            "title": "Весенняя смена", **more}


def png(width=40, height=30, colour=(200, 10, 10)):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def request_of(db, shift, status="pending", person="pending"):
    n = db.value("select count(*) from programme.participant")
    return db.value(
        "with p as (insert into programme.participant (name, surname, date_of_birth, city, phone_number, "
        "telegram_id, status) values ('Анна', 'Белых', '2012-02-29', 'Уфа', %s, %s, %s) returning id) "
        "insert into programme.request (participant_id, shift_id, status) select id, %s, %s from p "
        "returning id", f"+7 900 {n:09d}"[:16], 700_000_000 + n, person, shift, status)


def report_of(db, shift, chat, status="reviewing", day=None):
    shift.report(chat, day or today(), status)
    return db.value("update programme.report r set report_url = %s, uploaded_at = now(), number_attempt = 1 "
                    "from programme.member m, programme.participant p where m.id = r.member_id "
                    "and p.id = m.participant_id and p.telegram_id = %s and r.task_date = %s returning r.id",
                    f"/user_reports/{word()}.jpg", chat, day or today())


# -- shifts

def test_a_shift_is_prepared_with_a_plan_for_every_day(me, db):
    answer = me.post("/shifts/", plan())
    assert answer.status_code == 201 and list(answer.json()) == S_KEYS
    shift = answer.json()
    assert shift["status"] == "preparing" and "{name}" in shift["final_message"]
    days = db.value("select tasks from programme.shift where id = %s", shift["id"])
    assert set(days) == {str(d) for d in range(1, 32)}
    assert me.get(f"/shifts/{shift['id']}").json() == shift


def test_ten_that_prepare_at_once_make_one(me, db):
    answers = together(10, lambda n: me.post("/shifts/", plan()))
    assert sorted(a.status_code for a in answers) == [201] + [400] * 9
    assert db.value("select count(*) from programme.shift") == 1


@pytest.mark.parametrize("wrong, status", [
    ({"title": "аб"}, 400), ({"title": " " * 10}, 400), ({"title": "а" * 61}, 400),
    ({"started_at": "2030-02-30"}, 400), ({"started_at": "завтра"}, 400), ({"more": 1}, 422)])
def test_a_wrong_plan_is_refused(me, db, wrong, status):
    assert me.post("/shifts/", {**plan(), **wrong}).status_code == status
    assert db.value("select count(*) from programme.shift") == 0


@pytest.mark.parametrize("start, days", [(0, 60), (-1, 60), (5, 0), (5, 125)])
def test_dates_keep_the_rules(me, start, days):
    assert me.post("/shifts/", plan(start, days)).status_code == 400


def test_a_new_shift_begins_after_the_running_one(me, db):
    Shift(db, 0, today() - 30 * DAY)
    assert me.post("/shifts/", plan(30)).status_code == 400
    assert me.post("/shifts/", plan(61)).status_code == 201


def test_in_the_first_days_of_a_shift_no_other_is_prepared(me, db):
    Shift(db, 0, today() - DAY)
    assert me.post("/shifts/", plan(120)).status_code == 400


def test_the_list_counts_members_and_filters(me, db):
    running = Shift(db, 3, today() - 10 * DAY)
    db.do("update programme.member set status = 'excluded' where id = (select id from programme.member limit 1)")
    Shift(db, 0, today() - 300 * DAY, status="finished")
    everything = me.get("/shifts/").json()
    assert [s["status"] for s in everything] == ["started", "finished"]
    assert list(everything[0]) == S_KEYS + ["total_users"] and everything[0]["total_users"] == 3
    some = me.get("/shifts/?status=started&status=preparing").json()
    assert [s["id"] for s in some] == [str(running.id)]
    assert [s["status"] for s in me.get("/shifts/?sort=started_at").json()] == ["finished", "started"]
    assert me.get("/shifts/?status=open").status_code == 422


def test_a_moved_start_is_told_to_who_has_applied(me, db):
    shift = me.post("/shifts/", plan()).json()
    for status in ("pending", "approved", "declined"):
        request_of(db, shift["id"], status)
    change = plan(12, title="Другая смена", final_message="Спасибо, {name}!")
    answer = me.patch(f"/shifts/{shift['id']}", change)
    assert answer.status_code == 200 and answer.json()["title"] == "Другая смена"
    told = db.all("select r.status::text as s from programme.outbox o join programme.request r on r.participant_id = o.participant_id "
                  "where o.kind = 'moved' order by 1")
    assert [r.s for r in told] == ["approved", "pending"], "whom staff has refused waits for no first task"


def test_a_farewell_with_a_slip_is_kept_and_noted(me, db):
    shift = me.post("/shifts/", plan()).json()
    text = "Спасибо, {name}! {points} {} {lombaryers_case} { {surname} {фамилия}"
    assert me.patch(f"/shifts/{shift['id']}", plan(final_message=text)).json()["final_message"] == text
    data = db.value("select data from account.audit where action = 'shift.change' and object_id = %s", shift["id"])
    assert data["unknown_placeholders"] == ["{points}", "{}", "{ {surname}", "{фамилия}"]
    assert data["after"]["final_message"] == text and data["before"]["final_message"] != text


def test_the_first_day_of_a_running_shift_stays(me, db):
    shift = Shift(db, 0, today() - 10 * DAY)
    change = {"started_at": (today() - 10 * DAY).isoformat(), "title": "Смена",
              "finished_at": (today() + 20 * DAY).isoformat(), "final_message": "Спасибо, {name}!"}
    assert me.patch(f"/shifts/{shift.id}", change).status_code == 200
    assert me.patch(f"/shifts/{shift.id}", {**change, "started_at": today().isoformat()}).status_code == 400
    assert me.patch(f"/shifts/{shift.id}", {**change, "finished_at": today().isoformat()}).status_code == 400


def test_states_follow_each_other_and_no_other_way(me, db):
    shift = me.post("/shifts/", plan()).json()
    at = f"/shifts/{shift['id']}"
    assert me.patch(at + "/finish").status_code == 400
    started = me.patch(at + "/start")
    assert started.status_code == 200 and started.json()["started_at"] == today().isoformat()
    assert me.patch(at + "/start").status_code == 400 and me.patch(at + "/cancel").status_code == 400
    finished = me.patch(at + "/finish")
    assert (finished.json()["status"], finished.json()["finished_at"]) == ("finished", today().isoformat())
    assert me.patch(at + "/finish").status_code == 400
    assert me.patch(at, plan(final_message="Спасибо всем!")).status_code == 400


def test_two_shifts_never_run_at_once(me, db):
    Shift(db, 0, today() - 30 * DAY)
    prepared = me.post("/shifts/", plan(70)).json()
    assert me.patch(f"/shifts/{prepared['id']}/start").status_code == 400
    assert db.value("select count(*) from programme.shift where status = 'started'") == 1


def test_a_cancelled_shift_declines_what_is_open_and_tells_everybody(me, db):
    shift = me.post("/shifts/", plan()).json()
    for status in ("pending", "declined"):
        request_of(db, shift["id"], status, status)
    answer = me.patch(f"/shifts/{shift['id']}/cancel", {"final_message": "Смены не будет, увы."})
    assert answer.status_code == 200 and answer.json()["status"] == "cancelled"
    assert db.value("select count(*) from programme.request where status = 'pending'") == 0
    assert db.value("select count(*) from programme.outbox where payload ->> 'text' = 'Смены не будет, увы.'") == 2


@pytest.mark.parametrize("by", ["staff", "morning"])
def test_a_family_that_was_not_answered_hears_when_the_shift_is_over(me, db, ctl, by):
    shift = Shift(db, 0, today() - 30 * DAY, days=29 if by == "morning" else 60)
    waits, refused = request_of(db, shift.id), request_of(db, shift.id, "declined", "declined")
    if by == "staff":
        assert me.patch(f"/shifts/{shift.id}/finish").status_code == 200
    else:
        for _ in range(2):
            ctl("timers", "run", "programme.finish", "--date", today().isoformat(), "--future")
    states = dict(db.all("select id, status::text from programme.request"))
    assert states == {waits: "declined", refused: "declined"}
    (told,) = db.all("select o.payload ->> 'text' as text, r.id from programme.outbox o join programme.request r on r.participant_id = o.participant_id")
    assert told.id == waits and "не успели" in told.text and "vk.com" in told.text
    assert me.patch(f"/requests/{waits}/approve").status_code == 400


def test_a_finish_with_reports_in_review_waits_for_them(me, db):
    shift = Shift(db, 2, today() - 10 * DAY)
    report = report_of(db, shift, shift.chats[0])
    shift.report(shift.chats[1], today(), "waiting")
    assert me.patch(f"/shifts/{shift.id}/finish").json()["status"] == "ready_for_complete"
    assert shift.reports(today(), "skipped") == 1
    farewells = "select count(*) from programme.outbox where kind = 'final'"
    assert db.value(farewells) == 1
    assert me.patch(f"/reports/{report}/approve").status_code == 200
    assert db.value(farewells) == 2
    assert me.get(f"/shifts/{shift.id}").json()["status"] == "finished"


def test_a_morning_that_is_days_late_leaves_the_reviewers_their_day(ctl, db):
    shift = Shift(db, 1, today() - 94 * DAY)
    report_of(db, shift, shift.chats[0], day=today() - 4 * DAY)
    for kind in ("finish", "finish", "daily"):
        ctl("timers", "run", f"programme.{kind}", "--date", today().isoformat(), "--future")
        assert db.value("select status::text from programme.shift") == "ready_for_complete"
    ctl("timers", "run", "programme.finish", "--date", (today() + DAY).isoformat(), "--future")
    assert db.value("select status::text from programme.shift") == "finished"


def test_the_morning_after_ends_a_shift_and_a_second_run_changes_nothing(ctl, db):
    shift = Shift(db, 3, today() - 91 * DAY)
    report_of(db, shift, shift.chats[0], day=today() - DAY)
    for _ in range(2):
        ctl("timers", "run", "programme.finish", "--date", today().isoformat(), "--future")
        assert db.value("select status::text from programme.shift") == "ready_for_complete"
    assert db.value("select count(*) from programme.outbox where kind = 'final'") == 2
    ctl("timers", "run", "programme.finish", "--date", (today() + DAY).isoformat(), "--future")
    assert db.value("select status::text from programme.shift") == "finished"
    assert shift.reports(today() - DAY, "declined") == 1
    assert db.value("select count(*) from programme.outbox where kind = 'final'") == 3


def test_members_come_by_name_with_reports_by_day(me, db):
    shift = Shift(db, 3, today() - 5 * DAY)
    for n, name in enumerate(("Яна", "Анна", "Борис")):
        db.do("update programme.participant set name = %s where telegram_id = %s", name, shift.chats[n])
    for back in (1, 3, 2):
        shift.report(shift.chats[0], today() - back * DAY, "approved")
    members = me.get(f"/shifts/{shift.id}/users").json()["members"]
    assert [m["user"]["name"] for m in members] == ["Анна", "Борис", "Яна"]
    days = [r["task_date"] for r in members[2]["reports"]]
    assert days == sorted(days) and len(days) == 3
    assert set(members[2]["reports"][0]) == {"task_id", "status", "task_date"}
    assert me.get(f"/shifts/{shift.id}/users?member_status=excluded").json() == {"members": []}
    assert me.get(f"/shifts/{UNKNOWN}/users").status_code == 404


# -- requests

def test_an_approved_request_makes_a_member_and_fills_the_past(me, db):
    shift = Shift(db, 0, today() - 3 * DAY)
    request = request_of(db, shift.id)
    answer = me.patch(f"/requests/{request}/approve")
    assert answer.status_code == 200
    assert (answer.json()["request_status"], answer.json()["user_status"]) == ("approved", "verified")
    days = db.all("select task_date, status::text from programme.report order by task_date")
    assert len(days) >= 3 and {d.status for d in days} == {"not_participate"}
    assert db.value("select count(*) from programme.outbox where kind = 'approved'") == 1


def test_ten_approvals_at_once_admit_once(me, db):
    request = request_of(db, Shift(db, 0, today() - 3 * DAY).id)
    answers = together(10, lambda n: me.patch(f"/requests/{request}/approve"))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 9
    assert db.value("select count(*) from programme.member") == 1


@pytest.mark.parametrize("status", ["finished", "cancelled", "ready_for_complete"])
def test_a_shift_that_is_over_admits_nobody(me, db, status):
    request = request_of(db, Shift(db, 0, today() - 3 * DAY, status=status).id)
    assert me.patch(f"/requests/{request}/approve").status_code == 400
    assert db.value("select status::text from programme.request") == "pending"


def test_a_declined_person_gets_the_words_of_staff(me, db):
    request = request_of(db, Shift(db, 0, today() - 3 * DAY).id)
    assert me.patch(f"/requests/{request}/decline", {"message": "а" * 4097}).status_code == 422
    answer = me.patch(f"/requests/{request}/decline", {"message": "Пока рано."})
    assert answer.json()["request_status"] == "declined" and answer.json()["user_status"] == "declined"
    assert db.value("select payload ->> 'text' from programme.outbox") == "Пока рано."
    assert me.patch(f"/requests/{request}/decline").status_code == 400


# -- reports

def test_two_reviewers_at_once_give_one_point(me, staff, db):
    shift, other = Shift(db, 1, today() - 5 * DAY), staff("expert")
    report = report_of(db, shift, shift.chats[0])
    answers = together(8, lambda n: (me, other)[n % 2].patch(
        f"/reports/{report}/{'approve' if n < 4 else 'decline'}"))
    assert sorted(a.status_code for a in answers) == [200] + [400] * 7
    (won,) = [a.json() for a in answers if a.status_code == 200]
    assert list(won) == P_KEYS
    points = db.value("select numbers_lombaryers from programme.member")
    assert points == (1 if won["status"] == "approved" else 0)
    assert db.value("select count(*) from programme.outbox where kind like 'report%%'") == 1


@pytest.mark.parametrize("status", ["waiting", "skipped", "not_participate"])
def test_a_report_without_a_photo_is_not_reviewed(me, db, status):
    shift = Shift(db, 1, today() - 5 * DAY)
    shift.report(shift.chats[0], today(), status)
    report = db.value("select id from programme.report")
    assert me.patch(f"/reports/{report}/approve").status_code == 404
    assert db.value("select numbers_lombaryers from programme.member") == 0


def test_reports_come_by_upload_with_whole_addresses(me, db, base):
    shift = Shift(db, 2, today() - 5 * DAY)
    first, second = (report_of(db, shift, chat) for chat in shift.chats)
    db.do("update programme.report set uploaded_at = uploaded_at + interval '1 hour' where id = %s", first)
    rows = me.get(f"/reports/?shift_id={shift.id}&status=reviewing").json()
    assert [r["report_id"] for r in rows] == [str(second), str(first)] and list(rows[0]) == Q_KEYS
    assert rows[0]["task_url"].startswith(base + "/static/tasks/")
    assert me.get("/reports/").status_code == 422
    assert me.get(f"/reports/?shift_id={UNKNOWN}").status_code == 404
    assert me.get("/reports/?shift_id=x").status_code == 422


def test_a_reports_address_is_one_of_this_site(me, db, stack):
    """report_url is site-relative: it opens as it stands behind the site's address."""
    shift = Shift(db, 1, today() - 3 * DAY)
    report = report_of(db, shift, shift.chats[0])
    path = stack.state / "photos" / db.value("select report_url from programme.report").lstrip("/")
    subprocess.run(stack.as_service("sh", "-c", "mkdir -p $(dirname $0) && printf photo >$0", path), check=True)
    for answer in (me.get(f"/reports/{report}"), me.patch(f"/reports/{report}/approve")):
        p = answer.json()
        assert list(p)[0] == "shift_id" and p["report_url"].startswith("/api/photos/")
        shown = requests.get(f"http://127.0.0.1:{stack.port}{p['report_url']}", timeout=10)
        assert (shown.status_code, shown.content) == (200, b"photo")


def test_a_photo_opens_with_its_signature_only(me, db, stack):
    shift = Shift(db, 1, today() - 5 * DAY)
    report_of(db, shift, shift.chats[0])
    path = db.value("select report_url from programme.report")
    photo = stack.state / "photos" / path.lstrip("/")
    put = "mkdir -p $(dirname $0) && cat >$0"
    subprocess.run(stack.as_service("sh", "-c", put, photo), input=b"\xff\xd8 a photo", check=True)
    url = me.get(f"/reports/?shift_id={shift.id}").json()[0]["photo_url"]
    answer = requests.get(url, timeout=10)
    assert answer.status_code == 200 and answer.content == b"\xff\xd8 a photo"
    assert answer.headers["Content-Type"] == "image/jpeg"
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query))
    for wrong in ({**query, "signature": "0" * 64}, {**query, "expires": "1"}, {}, {"expires": "x"},
                  {**query, "expires": str(int(query["expires"]) + 1)}):
        bad = parts._replace(query=urllib.parse.urlencode(wrong)).geturl()
        assert requests.get(bad, timeout=10).status_code == 403
    assert requests.get(f"{parts.scheme}://{parts.netloc}/_photos{path}", timeout=10).status_code == 404


# -- tasks

def test_a_task_shows_its_picture_at_once(me, base, db):
    title = f"протереть {word()}"
    answer = me("POST", f"/tasks//?title={title}&x", files={"image": ("a b.png", png(), "image/png")})
    assert answer.status_code == 201, answer.text
    task = answer.json()
    assert list(task) == ["id", "url", "title", "is_archived", "sequence_number"] and task["title"] == title
    picture = requests.get(base + task["url"], timeout=10)
    assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/jpeg"
    again = me("PATCH", f"/tasks//{task['id']}?title={title} 2",
               files={"image": ("x.jpg", picture.content, "image/jpeg")})
    assert again.status_code == 200 and again.json()["url"] == task["url"]
    other = me("PATCH", f"/tasks/{task['id']}?title={title} 2", files={"image": ("x.png", png(50), "image/png")})
    assert other.json()["url"] != task["url"]
    taken = me("POST", f"/tasks/?title={title} 2", files={"image": ("a.png", png(), "image/png")})
    assert taken.status_code == 400 and re.match(r"^Объект <.*> уже существует$", detail(taken)[1])
    assert me.patch(f"/tasks/{task['id']}/change_status").json()["is_archived"] is True
    assert task["id"] in [t["id"] for t in me.get("/tasks/").json()]
    db.do("delete from programme.task where id = %s", task["id"])


@pytest.mark.parametrize("bytes_", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 50,
                                    png(400, 300)[:120], b"<html>", b"\xff\xd8\xff\xe0" + b"\0" * 200],
                         ids=["nothing", "svg", "gif", "half a png", "html", "half a jpeg"])
def test_what_is_no_picture_is_no_task(me, db, bytes_):
    count = db.value("select count(*) from programme.task")
    answer = me("POST", f"/tasks/?title=задание {word()}", files={"image": ("a.jpg", bytes_, "image/jpeg")})
    assert answer.status_code == 422, answer.text
    assert db.value("select count(*) from programme.task") == count


@pytest.mark.parametrize("part", [.1, .5, .99])
def test_a_picture_that_was_cut_is_no_task(me, base, part):
    whole = requests.get(base + me.get("/tasks/").json()[0]["url"], timeout=10).content
    for bytes_, status in ((whole[:int(len(whole) * part)], 422), (whole, 200), (whole + b"a phone's own data", 200)):
        answer = me("POST", f"/tasks/?title=задание {word()}", files={"image": ("a.jpg", bytes_, "image/jpeg")})
        assert answer.status_code in (status, 201 if status == 200 else status), answer.text


def test_a_refused_task_leaves_no_picture(me, stack):
    title, image = f"задание {word()}", {"image": ("a.png", png(), "image/png")}
    assert me("POST", f"/tasks/?title={title}", files=image).status_code == 201
    before = len(list((stack.state / "static/tasks").iterdir()))
    assert me("POST", f"/tasks/?title={title}", files=image).status_code == 400
    assert len(list((stack.state / "static/tasks").iterdir())) == before


def test_the_list_of_tasks_needs_no_slash(me):
    answer = me("GET", "/tasks", allow_redirects=False)
    assert answer.status_code == 307 or answer.json(), answer.text


def upload(me, title, path="/tasks/", method="POST", colour=(1, 2, 3)):
    return me(method, f"{path}?title={urllib.parse.quote(title)}", files={"image": ("a.png", png(colour=colour), "image/png")})


def test_titles_are_one_whatever_their_case_and_refusals_leave_no_gap(me, db):
    name = word()
    first = upload(me, f"Полить Цветы {name}").json()
    for again in (f"полить цветы {name}", f"ПОЛИТЬ ЦВЕТЫ {name.upper()}", f"Полить Цветы {name}"):
        refused = upload(me, again)
        assert refused.status_code == 400 and re.match(r"^Объект <.*> уже существует$", refused.json()["detail"])
    assert upload(me, f"x {name}", colour=()).status_code == 422
    second = upload(me, f"Вымыть {name}").json()
    assert second["sequence_number"] == first["sequence_number"] + 1
    assert upload(me, f"ВЫМЫТЬ {name}", f"/tasks/{first['id']}", "PATCH").status_code == 400
    own = upload(me, f"ПОЛИТЬ цветы {name}", f"/tasks/{first['id']}", "PATCH")
    assert own.status_code == 200 and own.json()["title"] == f"ПОЛИТЬ цветы {name}"


def test_every_seed_task_has_a_picture(me, base):
    tasks = [t for t in me.get("/tasks/").json() if t["sequence_number"] <= 31]
    assert len(tasks) == 31
    seen = set()
    for task in tasks:
        picture = requests.get(base + task["url"], timeout=10)
        assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/jpeg", task["url"]
        assert picture.content[:3] == b"\xff\xd8\xff" and len(picture.content) > 20_000
        seen.add(picture.content)
    assert len(seen) == 31


def test_a_task_needs_title_and_picture(me):
    picture = {"image": ("a.png", png(), "image/png")}
    assert me("POST", "/tasks/?title=а", files=picture).status_code == 422
    assert me("POST", "/tasks/", files=picture).status_code == 422
    assert me("POST", "/tasks/?title=задание").status_code == 422
    assert me("POST", "/tasks/?title=задание", files={"other": picture["image"]}).status_code == 422


# -- participants, outbox, audit, health

def test_participants_are_listed_without_test_users(me, db):
    shift = Shift(db, 3, today() - 5 * DAY)
    db.do("update programme.participant set is_test_user = true where telegram_id = %s", shift.chats[0])
    rows = me.get("/users/?field_sort=surname&direction_sort=desc").json()
    assert len(rows) == 2 and rows[0]["shifts_count"] == 1 and rows[0]["is_in_active_shift"] is True
    one = me.get(f"/users/{rows[0]['id']}").json()
    assert one["shifts"][0]["id"] == str(shift.id) and one["shifts"][0]["total_skipped"] == 0
    assert me.get(f"/users/{UNKNOWN}").status_code == 404


def test_a_failed_message_is_shown_and_sent_again(me, db):
    message = db.value("insert into programme.outbox (key, chat_id, kind, payload, state, last_error) "
                       "values (%s, 1, 'text', '{\"text\": \"x\"}', 'failed', 'why not') returning id", word())
    shown = me.get("/outbox").json()
    assert shown["counts"]["failed"] == 1 and me.get(f"/outbox?before={message}").json()["failed"] == []
    assert me.get(f"/outbox?before={message + 1}").json()["failed"] == shown["failed"]
    assert me.get("/outbox?before=x").status_code == 422
    assert shown["failed"][0]["id"] == message and shown["failed"][0]["why"] == "why not"
    assert me.patch(f"/outbox/{message}/retry").status_code == 200
    assert db.value("select count(*) from account.audit where action = 'outbox.retry' and object_id = %s", str(message)) == 1
    wait_for(lambda: db.value("select state::text from programme.outbox where id = %s", message) != "waiting", 20)
    assert me.patch(f"/outbox/{10 ** 15}/retry").status_code == 404


def test_messages_that_wait_are_shown_with_their_next_try(me, db):
    shift = Shift(db, 1, today() - 5 * DAY)
    for state, key in (("waiting", "a"), ("sent", "b")):
        db.do("insert into programme.outbox (key, participant_id, chat_id, kind, state, last_error, tries, not_before) "
              "select %s, participant_id, 1, 'text', %s, 'why not', 2, now() + interval '1 hour' from programme.member where id = %s",
              key, state, shift.member(shift.chats[0]).id)
    shown = me.get("/outbox").json()
    (one,) = shown["waiting"]
    assert shown["counts"] == {"waiting": 1} and shown["failed"] == []
    assert (one["kind"], one["state"], one["why"], one["tries"], one["name"]) == ("text", "waiting", "why not", 2, "Имя")
    assert one["created"] < one["next_try"]


def test_what_staff_does_is_in_the_audit_trail(me, staff):
    shift = me.post("/shifts/", plan()).json()
    (row,) = [r for r in me.get("/audit?limit=20").json() if r["object_id"] == shift["id"]]
    assert row["action"] == "shift.add" and row["actor"] == me.person.uuid
    assert staff("expert").get("/audit").status_code == 403


def test_the_audit_trail_says_what_changed(me, db, base):
    def data(action):
        return next(r["data"] for r in me.get("/audit?limit=20").json() if r["action"] == action)
    shift = me.post("/shifts/", plan(10)).json()
    me.patch(f"/shifts/{shift['id']}", {**plan(10), "title": "Другая смена", "final_message": shift["final_message"]})
    assert data("shift.change") == {"before": {"title": shift["title"]}, "after": {"title": "Другая смена"}}
    request = request_of(db, shift["id"])
    db.do("update programme.participant set status = 'pending'")
    assert me.patch(f"/requests/{request}/decline", {"message": "Позвоните нам: +7 900 000-00-00"}).status_code == 200
    assert data("request.decline") == {"before": {"status": "pending", "participant": "pending"}, "own_words": True,
                                       "after": {"status": "declined", "participant": "declined"}}
    title = f"задание {word()}"
    task = me("POST", f"/tasks/?title={title}", files={"image": ("a.png", png(), "image/png")}).json()
    picture = requests.get(base + task["url"], timeout=10).content  # which keeps its address
    me("PATCH", f"/tasks/{task['id']}?title={title} 2", files={"image": ("a.jpg", picture, "image/jpeg")})
    assert data("task.change") == {"before": {"title": title}, "after": {"title": f"{title} 2"}}
    for archived in (True, False):
        assert me.patch(f"/tasks/{task['id']}/change_status").status_code == 200
        assert data("task.archive") == {"before": {"is_archived": not archived}, "after": {"is_archived": archived}}
    me.patch(f"/administrators/{me.person.uuid}/", {"name": "Кузьма", "surname": "Новый"})
    assert data("account.rename")["after"] == {"name": "Кузьма", "surname": "Новый"}
    db.do("delete from programme.task where id = %s", task["id"])


def test_health_is_the_contracts_shape(base):
    for path in ("/api/healthcheck", "/healthcheck"):
        answer = requests.get(base + path, timeout=10)
        assert answer.status_code == 200
        assert [c["name"] for c in answer.json()["components"]] == ["bot", "api", "db"]


def test_a_list_of_megabytes_comes_in_pieces_and_whole(me, db):
    """More than a worker sends at once: not a row is missing."""
    shift = Shift(db, 40, today() - 89 * DAY)
    db.do("insert into programme.report (shift_id, task_id, member_id, task_date, status, number_attempt, report_url, uploaded_at) "
          "select m.shift_id, %s, m.id, d, 'approved', 1, '/x/' || m.id || d::date, d + interval '1 hour' from programme.member m "
          "cross join generate_series(%s::date, %s::date, interval '1 day') d", shift.plan["1"], today() - 89 * DAY, today())
    answer = me.get(f"/reports/?shift_id={shift.id}")
    rows = answer.json()
    assert answer.status_code == 200 and len(answer.content) > 2_000_000
    assert len({row["report_id"] for row in rows}) == len(rows) == 3600
    assert [row["report_uploaded_at"] for row in rows] == sorted(row["report_uploaded_at"] for row in rows)
    assert all(row["photo_url"].startswith("http") and row["shift_id"] == str(shift.id) for row in rows)
    assert db.value("select count(*) from programme.report where id = any (%s::uuid[])", [row["report_id"] for row in rows]) == 3600
    few = me.get(f"/reports/?shift_id={shift.id}&status=declined")
    assert few.json() == [] and few.headers["Content-Length"] == "2"
    assert me("HEAD", f"/reports/?shift_id={shift.id}").content == b""
    same = me.get(f"/reports/?shift_id={shift.id}&status=approved").json()
    assert [row["report_id"] for row in same] == [row["report_id"] for row in rows]


def test_a_refused_step_names_the_state_in_words(me, db):
    shift = me.post("/shifts/", plan()).json()["id"]
    for verb in ("finish", "cancel", "cancel"):
        answer = me.patch(f"/shifts/{shift}/{verb}")
        if answer.status_code == 400:
            said = answer.json()["detail"]
            assert shift in said and not re.search("preparing|started|cancelled", said) and re.search("готовится|отменена", said)
    assert answer.status_code == 400


def test_members_are_counted_as_they_come_and_go(db):
    """The list of shifts does not count rows: a counter goes with the members."""
    shift = Shift(db, 7, today())
    counted = "select coalesce(sum(members), 0)::bigint from programme.shift_size where shift_id = %s"
    assert db.value(counted, shift.id) == 7
    db.do("delete from programme.member where id in (select id from programme.member where shift_id = %s limit 2)", shift.id)
    assert db.value(counted, shift.id) == 5
    db.do("delete from programme.participant where id = (select participant_id from programme.member where shift_id = %s limit 1)",
          shift.id)
    assert db.value(counted, shift.id) == 4
    db.do("delete from programme.member where shift_id = %s", shift.id)
    db.do("delete from programme.shift where id = %s", shift.id)
    assert not db.one("select 1 from programme.shift_size where shift_id = %s", shift.id)
