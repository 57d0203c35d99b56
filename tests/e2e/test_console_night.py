"""An operator's bad night at the console, by keyboard alone; and a console that nobody is at any more."""

import pytest

from tests.conftest import wait_for
from tests.e2e.client import Client
from tests.e2e.console import API, SETTLED
from tests.e2e.test_console import built, console, in_chromium  # noqa: F401 (fixtures)
from tests.e2e.test_console_day import FOCUSED, go, tab_to
from tests.e2e.test_files import servers  # noqa: F401

PARKED = 300


@pytest.fixture
def night(db, stack, servers):  # noqa: F811
    """No worker is left; 300 jobs have been given up; a city is down, whose name this is."""
    with stack.without("samovar-worker", 9):
        db.do("delete from job.job where state = 'parked'")
        db.do("insert into job.job (kind, subject, state, tries, last_error) select 'job.nothing', n::text, 'parked', 3, 'connection refused' "
              "from generate_series(1, %s) n", PARKED)
        city, name = db.one("select s.id, s.name from storage.server s join storage.health h on h.server_id = s.id "
                            "where s.deleted_at is null and s.is_on order by s.name limit 1")
        db.do("update storage.health set is_up = false, why = 'connection refused', since = now() where server_id = %s", city)
        yield name
        db.do("delete from job.job where kind = 'job.nothing'")
        db.do("update storage.health set is_up = true, why = null where server_id = %s", city)


def lines(page):
    return page.js("[...document.querySelectorAll('.attention li')].map((li) => li.textContent.trim())")


def follow(page, what, screen):
    """From the red line on Today to the screen that has more."""
    go(page, "t", "today")
    link = f'.attention a[href$="{what}"]'
    page.wait(f"document.querySelectorAll({link!r}).length > 0")
    tab_to(page, link)
    page.press("Enter")
    page.wait(f"location.pathname === '/console/{screen}' && {SETTLED}")


def retry_what_was_given_up(window, page, db):
    follow(page, "jobs", "jobs")
    window.check("night jobs")
    assert page.js("document.querySelectorAll('.parked').length") == 1
    tab_to(page, ".parked .button.main")
    page.press("Enter")
    wait_for(lambda: db.value("select count(*) from job.job where state = 'parked'") == 0)
    page.wait("!document.querySelector('.parked')")


def look_at_the_city(window, page, name):
    follow(page, "cities", "cities")
    page.wait(f"document.getElementById('main').textContent.includes({name!r})")
    window.check("night cities")


@in_chromium
@pytest.mark.parametrize("language, look", [("en", (1280, "light")), ("ru", (390, "dark"))])
def test_an_operators_bad_night(console, person, db, night, language, look):  # noqa: F811
    window = console(person("can_operate"), language)
    page = window.open("today", look)
    said = " ".join(lines(page))
    assert f"{PARKED} " in said.replace("\u2069", "") + " " and ("worker" if language == "en" else "обработчик") in said.lower()
    window.check("night today")
    follow(page, "health", "health")
    page.wait("!!document.getElementById('findings')")
    window.check("night health")
    look_at_the_city(window, page, night)
    retry_what_was_given_up(window, page, db)
    go(page, "t", "today")
    page.wait("![...document.querySelectorAll('.attention a')].some((a) => a.pathname === '/console/jobs')")
    assert page.complaints == []


@in_chromium
def test_a_disk_that_fills_up_is_said(console, person):  # noqa: F811
    window = console(person("can_operate"))
    version = window.client.get("/settings").json()["version"]
    assert window.client("PUT", "/settings/console.disk_warning", json={"value": "1"}, headers={"If-Match": f'"{version}"'}).status_code == 204
    try:
        wait_for(lambda: "disk_full" in window.client.get("/today").text)
        page = window.open("today", (390, "dark"))
        assert any("full" in line for line in lines(page))
    finally:
        version = window.client.get("/settings").json()["version"]
        window.client("DELETE", "/settings/console.disk_warning", headers={"If-Match": f'"{version}"'})


@in_chromium
def test_pages_that_nobody_is_at_sign_out_and_remember_the_place(console, person, base):  # noqa: F811
    who = person(role="expert")
    window = console(who)
    page = window.open("absences", (390, "light"))
    page.js("(() => { const now = Date.now.bind(Date); Date.now = () => now() + 31 * 60000; })()")
    page.js("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait(f"!!document.getElementById('password') && !document.querySelector('main table') && {FOCUSED}.id === 'name'")
    wait_for(lambda: window.client.get("/me").status_code == 401)
    page.type("name", who.username)
    page.type("password", who.password)
    page.press("Enter")
    page.wait(SETTLED)
    assert page.js("location.pathname") == "/console/absences"
    assert Client(base, API).get("/site").json()["lock"] == 30 * 60
