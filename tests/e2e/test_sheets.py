"""Spreadsheets for staff: programme contract, 4.9. Read by openpyxl, recomputed from the database."""

import datetime
import io
import random
import re
import urllib.parse
import zipfile

import openpyxl
import pytest

from tests.e2e.programme import Shift, clear, today

DAY = datetime.timedelta(days=1)
UNKNOWN = "00000000-0000-4000-8000-000000000000"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TASKS = ["№ Задачи", "Название", "Кол-во принятых отчётов", "Кол-во отклонённых отчётов",
         "Кол-во не предоставленных отчётов"]
SHIFT = ["№ Задачи", "Название", "Принята с 1-й попытки", "Принята с 2-й попытки", "Принята с 3-й попытки",
         "Кол-во пропусков задания", "Кол-во одобренных отчётов", "Кол-во отклонённых отчётов", "Всего отчётов"]
STATES = ["approved", "approved", "approved", "declined", "skipped", "waiting", "reviewing", "not_participate"]


@pytest.fixture(autouse=True)
def fresh(db):
    clear(db)
    titles = db.all("select id, title from programme.task")
    yield
    clear(db)
    for row in titles:
        db.do("update programme.task set title = %s where id = %s and title <> %s", row.title, row.id, row.title)


@pytest.fixture
def me(staff):
    return staff("expert")


def full_shift(db, started, status, children, seed, days=12):
    """A shift whose reports have every state and number of attempts; its first child is a test user."""
    db.do("update programme.participant set phone_number = 'x' || md5(id::text)::char(12), "
          "telegram_id = telegram_id + 1000000")
    shift = Shift(db, children, started, status=status)
    db.do("delete from programme.member where shift_id = %s and participant_id in "
          "(select id from programme.participant where telegram_id >= 501000000)", shift.id)
    db.do("update programme.participant set is_test_user = true where telegram_id = %s", shift.chats[0])
    chance = random.Random(seed)
    for chat in shift.chats:
        for n in range(days):
            shift.report(chat, started + n * DAY, chance.choice(STATES))
    db.do("update programme.report set number_attempt = 1 + abs(hashtext(id::text)) %% 3 "
          "where shift_id = %s and status in ('approved', 'declined', 'reviewing')", shift.id)
    return shift


def book(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == XLSX
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def file_name(answer):
    header = answer.headers["Content-Disposition"]
    found = re.fullmatch(r"attachment; filename=\"([\w.%~-]+)\"; filename\*=UTF-8''([\w.%~-]+)", header)
    assert found and found.group(1) == found.group(2), header
    return urllib.parse.unquote(found.group(1))


def counts(db, shift=None):
    return db.all("""
        select t.sequence_number as number, t.title,
               count(*) filter (where r.status = 'approved' and number_attempt = 1) as first,
               count(*) filter (where r.status = 'approved' and number_attempt = 2) as second,
               count(*) filter (where r.status = 'approved' and number_attempt = 3) as third,
               count(*) filter (where r.status = 'skipped') as skipped,
               count(*) filter (where r.status = 'approved') as approved,
               count(*) filter (where r.status = 'declined') as declined, count(*) as total
          from programme.report r, programme.member m, programme.participant p, programme.task t
         where m.id = r.member_id and p.id = m.participant_id and t.id = r.task_id and not p.is_test_user
           and (%s::uuid is null or r.shift_id = %s) group by 1, 2 order by 1""", shift, shift)


def check_sheet(sheet, header, rows, lines):
    """Description, header, rows, totals and their look; rows are tuples."""
    rows = [tuple(r) for r in rows]
    width, last = len(header), len(rows) + 3
    letter = openpyxl.utils.get_column_letter
    assert [str(r) for r in sheet.merged_cells.ranges] == [f"A1:{letter(width)}1"]
    assert [line.strip() for line in sheet["A1"].value.split("\n")] == lines
    assert [c.value for c in sheet[2]] == header
    assert [tuple(c.value for c in r) for r in sheet.iter_rows(min_row=3, max_row=last - 1)] == rows
    assert sheet.max_row == last and sheet.max_column == width
    totals = [c.value for c in sheet[last]]
    assert totals[:2] == ["ИТОГО:", None]
    if rows:
        assert totals[2:] == [f"=SUM({letter(n)}3:{letter(n)}{last - 1})" for n in range(3, width + 1)]
    else:
        assert totals[2:] == [0] * (width - 2)
    assert sheet.column_dimensions["B"].width == pytest.approx(50, abs=1)
    assert sheet.row_dimensions[1].height == 55
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, openpyxl.cell.cell.MergedCell):
                continue
            assert (cell.font.name, cell.font.sz) == ("Times New Roman", 11), cell.coordinate
            assert {cell.border.left.style, cell.border.right.style, cell.border.top.style,
                    cell.border.bottom.style} == {"thin"}, cell.coordinate
            assert cell.font.b == (cell.row in (2, last)), cell.coordinate
            assert cell.alignment.vertical == "center"
            assert cell.alignment.horizontal == ("center" if cell.row == 2 else "left")
            assert bool(cell.alignment.wrap_text) == (cell.row > 1)
    assert sheet["A1"].alignment.shrink_to_fit


def shown_totals(content, sheet=1):
    """The values beside the formulas, for programs that do not calculate."""
    text = zipfile.ZipFile(io.BytesIO(content)).read(f"xl/worksheets/sheet{sheet}.xml").decode()
    return [int(float(v)) for v in re.findall(r"<f>SUM\([^<]*</f><v>([\d.]+)</v>", text)]


def dotted(day):
    return day.strftime("%d.%m.%Y")


def test_tasks_are_counted_over_all_shifts(me, db):
    full_shift(db, today() - 200 * DAY, "finished", 4, 1)
    full_shift(db, today() - 20 * DAY, "started", 5, 2)
    answer = me.get("/analytics/tasks", headers={"Content-Type": "text/plain"})
    found = book(answer)
    assert found.sheetnames == ["Задачи"]
    rows = [(r.number, r.title, r.approved, r.declined, r.skipped) for r in counts(db)]
    assert len(rows) >= 12 and min(sum(c) for c in list(zip(*rows))[2:]) > 0
    check_sheet(found["Задачи"], TASKS, rows,
                ["Отчёт по задачам", f"Дата формирования: {dotted(today())}"])
    assert shown_totals(answer.content) == [sum(c) for c in list(zip(*rows))[2:]]
    assert re.fullmatch(r"tasks_report_[\d_-]+\.xlsx", file_name(answer))


def test_a_shift_is_counted_by_attempts(me, db):
    full_shift(db, today() - 200 * DAY, "finished", 3, 3)
    shift = full_shift(db, today() - 20 * DAY, "started", 6, 4)
    db.do("update programme.shift set title = 'Весна 2.0 \"новая\"/я' where id = %s", shift.id)
    number = db.value("select sequence_number from programme.shift where id = %s", shift.id)
    answer = me.get(f"/analytics/{shift.id}/shift_report")
    rows = counts(db, shift.id)
    found = book(answer)
    assert found.sheetnames == ["Отчёт по смене"]
    check_sheet(found.active, SHIFT, rows, [
        f"Отчёт по смене №{number} (Весна 2.0 \"новая\"/я)", f"Дата начала: {dotted(today() - 20 * DAY)}",
        f"Дата окончания: {dotted(today() + 70 * DAY)}", f"Дата формирования: {dotted(today())}"])
    assert shown_totals(answer.content) == [sum(c) for c in list(zip(*rows))[2:]]
    assert file_name(answer) == \
        f"Отчёт_по_смене_№{number}_Весна_20_\"новая\"/я_{today().strftime('%d-%m-%Y')}.xlsx"


def test_the_total_has_the_tasks_and_every_shift_with_reports(me, db):
    old = full_shift(db, today() - 200 * DAY, "finished", 3, 5)
    new = full_shift(db, today() - 20 * DAY, "started", 3, 6)
    Shift(db, 0, today() + 100 * DAY, status="preparing")
    answer = me.get("/analytics/total")
    found = book(answer)
    numbers = [db.value("select sequence_number from programme.shift where id = %s", s.id) for s in (old, new)]
    assert found.sheetnames == ["Задачи"] + [f"Смена №{n}" for n in numbers]
    assert [c.value for c in found["Задачи"][2]] == TASKS
    for shift, number in zip((old, new), numbers):
        rows = [tuple(c.value for c in r) for r in found[f"Смена №{number}"].iter_rows(min_row=3)]
        assert rows[:-1] == [tuple(r) for r in counts(db, shift.id)]
    assert re.fullmatch(r"full_report_[\d_-]+\.xlsx", file_name(answer))


def test_a_sheet_without_reports_has_its_frame(me, db):
    shift = Shift(db, 0, today() - DAY)
    check_sheet(book(me.get("/analytics/tasks")).active, TASKS, [],
                ["Отчёт по задачам", f"Дата формирования: {dotted(today())}"])
    assert book(me.get(f"/analytics/{shift.id}/shift_report")).active.max_row == 3


@pytest.mark.parametrize("title", ["=1+1", "+7 900", "-500", "@SUM(A1)", '=HYPERLINK("http://x","y")', "<&>\"'"])
def test_a_title_is_text_whatever_it_begins_with(me, db, title):
    shift = Shift(db, 1, today() - DAY)
    shift.report(shift.chats[0], today(), "approved")
    db.do("update programme.task set title = %s where id = %s", title, shift.plan[str(today().day)])
    answer = me.get("/analytics/tasks")
    cell = book(answer).active["B3"]
    assert cell.value == title
    text = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert '<c r="B3"' in text and 't="inlineStr"' in text.split('<c r="B3"')[1].split(">")[0]


def test_an_unknown_shift_is_404_and_no_uuid_422(me):
    answer = me.get(f"/analytics/{UNKNOWN}/shift_report")
    assert answer.status_code == 404 and UNKNOWN in answer.json()["detail"]
    assert me.get("/analytics/x/shift_report").status_code == 422
