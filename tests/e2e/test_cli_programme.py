"""samovarctl programme: the operator's hand on shifts, people and photos."""

import datetime
import json
import subprocess

import pytest

from tests.conftest import wait_for
from tests.e2e.programme import FIRST_CHAT, Shift, clear, today

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def fresh(db):
    clear(db)
    yield
    clear(db)


@pytest.fixture
def shift(db):
    shift = Shift(db, 4, today() - 8 * DAY)
    for n, (name, surname) in enumerate((("Анна", "Белых"), ("Борис", "Седых"), ("Вера", "Галко"), ("Вера", "Галко"))):
        db.do("update programme.participant set name = %s, surname = %s where telegram_id = %s",
              name, surname, shift.chats[n])
    return shift


def audit(db, action):
    return db.value("select count(*) from account.audit where action = %s and at > now() - interval '1 minute'", action)


def person(db, chat):
    return db.one("select * from programme.participant where telegram_id = %s", chat)


def photo_of(db, stack, shift, chat, day, status="reviewing", age=0, attempt=1):
    """A report with a photo whose file is there."""
    if attempt == 1:
        shift.report(chat, day, status)
    report = db.one("select r.id, m.participant_id from programme.report r join programme.member m on m.id = r.member_id "
                    "join programme.participant p on p.id = m.participant_id where p.telegram_id = %s and r.task_date = %s",
                    chat, day)
    url = f"/shift_7/{report.participant_id}/{day}_{attempt}.jpg"
    file = stack.state / "photos" / url.lstrip("/")
    subprocess.run(stack.as_service("sh", "-c", "mkdir -p $(dirname $0) && echo x >$0 && echo x >$0.small.jpg && echo x >$0.original", file), check=True)
    db.do("update programme.report set report_url = %s, number_attempt = %s, uploaded_at = now() where id = %s",
          url, attempt, report.id)
    db.do("insert into programme.report_photo (report_id, attempt, url, sha256, bytes, content_type, created, "
          "has_original) values (%s, %s, %s, sha256(%s), 2, 'image/jpeg', now() - %s * interval '1 day', true)",
          report.id, attempt, url, url.encode(), age)
    return file


def test_shifts_are_listed(ctl, shift, db):
    lines = ctl("programme", "shift", "list").stdout.splitlines()
    assert len(lines) == 2 and lines[0].split()[:2] == ["number", "status"]
    row = lines[1].split()
    assert (row[1], row[4]) == ("started", "4") and str(shift.id) in row
    assert ctl("programme", "shift", "list", "--status", "finished").stdout == "no shifts\n"
    assert ctl("programme", "shift", "list", "--status", "open", check=False).returncode != 0


@pytest.mark.parametrize("words, count", [("Белых", 1), ("анна", 1), ("Анна Белых", 1), ("Галко", 2), (str(FIRST_CHAT), 1),
                                          ("никого нет", 0), ("%", 0), ("'", 0)])
def test_people_are_found(ctl, shift, words, count):
    out = ctl("programme", "member", "find", words).stdout
    if count == 0:
        assert out == "nobody\n"
    else:
        heading, *rows = [line.split() for line in out.splitlines()]
        assert len(rows) == count and heading[-2:] == ["member", "points"] and rows[0][-2:] == ["active", "0"]


def test_people_are_found_by_phone_and_id(ctl, shift, db):
    db.do("update programme.participant set phone_number = '+7 912 345-67-89' where telegram_id = %s", shift.chats[1])
    for words in ("+7 912 345-67-89", "8 (912) 3456789"[2:], "912345", str(person(db, shift.chats[1]).id).upper()):
        assert "Седых Борис" in ctl("programme", "member", "find", words).stdout, words
    for words in ("89123456789", "+7 (912) 345 67 89"):
        assert json.loads(ctl("programme", "export", words).stdout)["participant"]["surname"] == "Седых"


def test_one_of_several_must_be_named(ctl, shift):
    done = ctl("programme", "exclude", "Галко Вера", check=False)
    assert done.returncode != 0 and "several" in done.stderr
    assert ctl("programme", "exclude", "Никто Такой", check=False).returncode != 0


def test_what_people_said_of_themselves_is_put_right(ctl, shift, db):
    db.do("update programme.participant set phone_number = '+7 912 345-67-89' where telegram_id = %s", shift.chats[1])
    db.do("update programme.participant set phone_number = '+7 912 345-67-80', date_of_birth = '2010-05-01', city = 'Тула'"
          " where telegram_id = %s", shift.chats[0])
    who = str(shift.chats[0])
    assert ctl("programme", "correct", who, "--name", " Анна-Мария ", "--born", "29.02.2012").stdout == "name, date_of_birth\n"
    row = person(db, shift.chats[0])
    assert (row.name, row.surname, str(row.date_of_birth)) == ("Анна-Мария", "Белых", "2012-02-29")
    assert row.status == "verified"
    data = db.value("select data::text from account.audit where action = 'participant.correct' order by id desc limit 1")
    assert json.loads(data) == {"changed": "name, date_of_birth"}, "no name that an erasure would have to find"
    assert ctl("programme", "correct", who, "--surname", "Белых").stdout == "nothing to correct\n"
    for wrong, words in ((["--name", "Anna"], "Имя"), (["--born", "30.02.2012"], "календаре"), (["--phone", "1"], "телефона"),
                         (["--phone", "8 912 345 67 89"], "another participant"), (["--city", ""], "ород")):
        done = ctl("programme", "correct", who, *wrong, check=False)
        assert done.returncode != 0 and words in done.stderr, done.stderr
    assert person(db, shift.chats[0]) == row


def test_a_member_is_excluded_and_taken_back(ctl, shift, db):
    for back in range(8, 0, -1):
        for chat in shift.chats[:2]:
            shift.report(chat, today() - back * DAY, "approved" if back > 5 else "skipped")
    ctl("programme", "exclude", "Белых Анна")
    assert shift.member(shift.chats[0]).status == "excluded"
    assert db.value("select count(*) from programme.outbox where kind = 'excluded'") == 1
    assert audit(db, "member.exclude") >= 1
    assert ctl("programme", "exclude", "Белых Анна", check=False).returncode != 0
    ctl("programme", "restore", str(shift.chats[0]))
    member = shift.member(shift.chats[0])
    assert member.status == "active" and member.excluded_at is None and audit(db, "member.restore") >= 1
    assert ctl("programme", "restore", str(shift.chats[0]), check=False).returncode != 0
    shift.report(shift.chats[1], today(), "skipped")
    ctl("timers", "run", "programme.daily", "--date", (today() + DAY).isoformat(), "--future")
    assert shift.member(shift.chats[0]).status == "active", "not thrown out again for the same days"
    assert shift.member(shift.chats[1]).status == "excluded", "while another one with the same days is"
    days = [r.task_date for r in db.all("select task_date from programme.report where member_id = %s order by 1", member.id)]
    assert days == [days[0] + n * DAY for n in range(len(days))] and days[-1] == today() + DAY


def test_an_exclusion_can_be_quiet(ctl, shift, db):
    ctl("programme", "exclude", "Седых Борис", "--quiet")
    assert shift.member(shift.chats[1]).status == "excluded"
    assert db.value("select count(*) from programme.outbox") == 0


def test_what_failed_is_sent_again_and_the_task_too(ctl, shift, db, telegram):
    who = person(db, shift.chats[0])
    db.do("insert into programme.outbox (key, participant_id, chat_id, kind, payload, state, last_error) "
          "values ('x', %s, %s, 'text', '{\"text\": \"снова\"}', 'failed', 'why')", who.id, who.telegram_id)
    assert ctl("programme", "resend", str(who.id)).stdout == "1 to be sent\n"
    assert ctl("programme", "resend", str(who.id), "--task").stdout == "0 to be sent\n"
    for day in (today(), today() - DAY):
        shift.report(shift.chats[0], day, "waiting")
    assert ctl("programme", "resend", str(who.id), "--task").stdout == "1 to be sent\n"
    wait_for(lambda: db.value("select count(*) from programme.outbox where state = 'sent'") == 2, 30)


def test_old_photos_go_and_their_hashes_stay(ctl, shift, db, stack):
    old = photo_of(db, stack, shift, shift.chats[0], today() - 8 * DAY, "approved", age=400)
    review = photo_of(db, stack, shift, shift.chats[1], today() - 8 * DAY, "reviewing", age=400)
    new = photo_of(db, stack, shift, shift.chats[2], today(), "approved", age=10)
    assert ctl("programme", "retention", "--days", "365", "--dry-run").stdout == "1 photos would be removed\n"
    assert ctl("programme", "retention", "--days", "365").stdout == "1 photos removed\n"
    wait_for(lambda: not old.exists(), 30)
    wait_for(lambda: not list(old.parent.glob(old.name + "*")), 10)
    assert review.exists() and new.exists()
    assert ctl("programme", "retention", "--days", "365").stdout == "0 photos removed\n"
    assert db.value("select count(*) from programme.report_photo where removed_at is not null and sha256 is not null") == 1
    assert db.value("select count(*) from programme.report where report_url is null and status = 'approved'") == 1
    assert audit(db, "photo.retention") >= 1
    for wrong in ("0", "-1", "x"):
        assert ctl("programme", "retention", "--days", wrong, check=False).returncode != 0
    assert ctl("programme", "retention", check=False).returncode != 0


def test_a_person_is_exported_whole(ctl, shift, db, stack):
    photo_of(db, stack, shift, shift.chats[0], today(), "reviewing")
    data = json.loads(ctl("programme", "export", str(shift.chats[0])).stdout)
    assert data["participant"]["surname"] == "Белых"
    (membership,) = data["memberships"]
    assert membership["reports"][0]["photos"][0]["attempt"] == 1
    assert set(data) == {"participant", "requests", "memberships", "messages", "staff_did"}


def everything(db):
    """All text that the database keeps of the programme, the audit and the queue."""
    tables = db.all("select table_schema || '.' || table_name as t from information_schema.tables "
                    "where table_schema in ('programme', 'job') and table_type = 'BASE TABLE'")
    return "\n".join(str(db.all(f"select x::text from {row.t} x")) for row in tables)


def test_an_erased_person_leaves_counts_and_no_trace(ctl, shift, db, stack, staff):
    me, who = staff(), person(db, shift.chats[0])
    db.do("update programme.member set numbers_lombaryers = 3 where participant_id = %s", who.id)
    files = [photo_of(db, stack, shift, who.telegram_id, today() - 2 * DAY, "approved"),
             photo_of(db, stack, shift, who.telegram_id, today() - 2 * DAY, "approved", attempt=2),
             photo_of(db, stack, shift, who.telegram_id, today() - DAY, "reviewing")]
    shift.report(who.telegram_id, today(), "waiting")
    other = photo_of(db, stack, shift, shift.chats[1], today(), "reviewing")
    db.do("insert into programme.outbox (key, participant_id, chat_id, kind, payload) values "
          "('task/x', %s, %s, 'task', '{\"name\": \"Анна\"}')", who.id, who.telegram_id)
    db.do("insert into programme.bot_update (update_id, body, chat_id) values (1, %s, %s)",
          json.dumps({"message": {"from": {"id": who.telegram_id, "first_name": "Анна"}}}), who.telegram_id)
    straggler = files[0].with_name("late.jpg")
    subprocess.run(stack.as_service("touch", straggler), check=True)
    assert ctl("programme", "erase", str(who.id), input="no\n", check=False).returncode != 0
    assert person(db, shift.chats[0]) is not None
    ctl("programme", "erase", str(who.id), input="yes\n")
    text = everything(db)
    for trace in ("Белых", "Анна", str(who.telegram_id), who.phone_number):
        assert trace not in text, trace
    wait_for(lambda: not any(list(f.parent.glob(f.name + "*")) for f in files), 30)
    assert other.exists()
    db.do("update job.job set run_at = now() where kind = 'person.files'")
    db.do("notify job")
    wait_for(lambda: not straggler.exists(), 30)
    member = db.one("select * from programme.member where participant_id = %s", who.id)
    assert (member.status, member.numbers_lombaryers) == ("excluded", 3)
    states = db.all("select status::text as s, count(*) as n from programme.report where member_id = %s group by 1 order by 1", member.id)
    assert {r.s: r.n for r in states} == {"approved": 1, "declined": 1, "skipped": 1}
    assert me.get("/shifts/").json()[0]["total_users"] == 4
    assert len(me.get("/users/").json()) == 3
    assert len(me.get(f"/shifts/{shift.id}/users").json()["members"]) == 4
    assert me.get(f"/users/{who.id}").json()["name"] == "Удалено"
    assert audit(db, "participant.erase") >= 1
    assert ctl("programme", "erase", str(who.id), "--yes", check=False).returncode != 0


def test_an_erasure_ends_a_shift_that_waited_for_that_review(ctl, shift, db, stack):
    photo_of(db, stack, shift, shift.chats[0], today(), "reviewing")
    db.do("update programme.shift set status = 'ready_for_complete' where id = %s", shift.id)
    ctl("programme", "erase", "Белых Анна", "--yes")
    assert db.value("select status::text from programme.shift") == "finished"


def test_two_erased_people_and_a_return(ctl, shift, db):
    for chat in shift.chats[:2]:
        ctl("programme", "erase", str(chat), "--yes")
    assert db.value("select count(*) from programme.participant where erased_at is not null") == 2
    db.do("insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id) "
          "values ('Анна', 'Белых', '2010-01-01', 'Уфа', '+7 900 000-00-00', %s)", shift.chats[0])
    assert "Белых Анна" in ctl("programme", "member", "find", str(shift.chats[0])).stdout
