"""A coordinator's whole day at the console, by keyboard alone: in Russian on a phone's width, in English on a desk's."""

import datetime

import pytest

from tests.conftest import wait_for
from tests.e2e.console import SETTLED
from tests.e2e.programme import today
from tests.e2e.test_console import LOADED, SHOWN, built, console, in_chromium, settle, shift  # noqa: F401 (fixtures)

PHOTOS, DECLINED, ALIKE = 40, 5, 6
FOCUSED = "document.activeElement"


def type_in(page, text):
    page.call("Input.insertText", text=text)


def tab_to(page, what):
    """Goes on by Tab until the element that has the focus is such a one."""
    for _ in range(40):
        if page.js(f"{FOCUSED}.matches({what!r})"):
            return
        page.press("Tab")
    raise AssertionError(f"no {what} is reached by Tab")


def go(page, letter, screen):
    page.js("document.activeElement.blur()")
    page.key("g")
    page.key(letter)
    page.wait(f"location.pathname === '/console/{screen}' && {SETTLED}")


def look_at_today(window, page, db):
    page.key("n")
    page.wait(f"{FOCUSED}.matches('dialog[open] .button.main')")
    window.check("day remind")
    page.press("Enter")
    page.wait("!!document.querySelector('.said')?.textContent.trim() && !document.querySelector('dialog[open]')")
    waiting = db.value("select count(*) from programme.report where task_date = %s and status = 'waiting'", today())
    assert db.value("select count(*) from programme.outbox where kind = 'remind'") == waiting > 0


def review(window, page, db):
    go(page, "r", "review")
    for i in range(PHOTOS):
        page.wait(LOADED)
        before = page.js(SHOWN)
        if i % 8 == 7:
            page.key("d")
            page.wait("!!document.querySelector('.reasons')")
            page.key("1" if i % 16 == 7 else "2")
        else:
            page.key("a")
        if i < PHOTOS - 1:
            page.wait(f"!!document.querySelector('.photos img') && {SHOWN} !== {before!r}")
    page.wait("!document.querySelector('.photos img')")
    wait_for(lambda: db.value("select count(*) from programme.report r where status = 'reviewing' and not exists "
                              "(select from programme.review_decision d where d.report_id = r.id)") == 0)
    settle(db)
    assert db.value("select count(*) from programme.report where reviewed_by is not null and status = 'declined' "
                    "and decline_reason_id is not null") == DECLINED
    assert db.value("select count(*) from programme.report where reviewed_by is not null and status = 'approved'") == PHOTOS - DECLINED


def write_to_who_has_not_reported(window, page, db):
    go(page, "e", "messages")
    page.key("w")
    page.wait(f"{FOCUSED}.matches('dialog[open] textarea')")
    type_in(page, "Ждём фото до вечера! <b>")
    tab_to(page, ".button.main")
    page.press("Enter")
    page.wait("!!document.querySelector('.bubble')")
    window.check("day write")
    page.press("Enter")
    page.wait("!document.querySelector('dialog[open]') && !!document.querySelector('.broadcast')")
    assert db.value("select count(*) from programme.outbox o join programme.broadcast b on b.id = o.broadcast_id") == PHOTOS
    window.check("day messages")


def move_an_absence(window, page, db, shift):
    child = shift.member(shift.chats[0]).id
    day = today() + datetime.timedelta(days=1)
    db.do("insert into programme.absence (member_id, day, kind, is_staffs) values (%s, %s, 'away', false)", child, day)
    go(page, "b", "absences")
    tab_to(page, "main td .button")
    page.press("Enter")
    page.wait("!!document.querySelector('dialog[open] .strip')")
    window.check("day absence")
    tab_to(page, "dialog select")
    page.press("ArrowUp")  # ill, not away
    tab_to(page, "dialog .button.main")
    page.press("Enter")
    page.wait("!document.querySelector('dialog[open]')")
    wait_for(lambda: db.all("select kind, is_staffs from programme.absence") == [("ill", False)])


def close_the_day(window, page, db):
    go(page, "t", "today")
    page.key("c")
    page.wait(f"{FOCUSED}.matches('dialog[open] .button.main')")
    window.check("day close")
    page.press("Enter")
    page.wait("!document.querySelector('dialog[open]') && !!document.querySelector('.closed')")
    window.check("day closed")
    assert db.value("select count(*) from programme.closed_day where day = %s", today()) == 1


@in_chromium
@pytest.mark.parametrize("language, look", [("en", (1280, "light")), ("ru", (390, "dark"))])
def test_a_coordinators_day(console, person, shift, db, language, look):  # noqa: F811
    db.do("delete from programme.outbox")
    db.do("delete from programme.absence")
    db.do("delete from programme.broadcast")
    db.do("delete from programme.closed_day")
    db.do("update programme.report set status = 'reviewing', reviewed_by = null, decline_reason_id = null where id in "
          "(select id from programme.report where number_attempt > 0 order by uploaded_at limit %s)", PHOTOS)
    db.do("update programme.report set status = 'approved', reviewed_by = null where number_attempt > 0 and id not in "
          "(select id from programme.report where number_attempt > 0 order by uploaded_at limit %s)", PHOTOS)
    db.do("update programme.report_photo p set similar_to = null from programme.report r where r.id = p.report_id and r.id not in "
          "(select id from programme.report where number_attempt > 0 order by uploaded_at limit %s)", ALIKE)
    window = console(person(role="expert"), language)
    page = window.open("today", look)
    look_at_today(window, page, db)
    review(window, page, db)
    write_to_who_has_not_reported(window, page, db)
    move_an_absence(window, page, db, shift)
    close_the_day(window, page, db)
    assert page.complaints == []
