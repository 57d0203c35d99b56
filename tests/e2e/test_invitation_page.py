"""The console's page that the mail of an invitation leads to."""

import re
import shutil

import pytest

from tests.conftest import enterable
from tests.e2e import axe
from tests.e2e.client import Client, word
from tests.e2e.console import SETTLED, sign_in
from tests.e2e.front import Front
from tests.e2e.staff import UNKNOWN, invite, mailed, token_of

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")

LINK = re.compile(r"http://[0-9.:]+/console/invitation#[0-9a-f-]{36}")


@pytest.fixture(scope="module", autouse=True)
def built(base):
    if Client(base).get("/console/").status_code == 404:
        pytest.skip("the console was left out of the build")


@pytest.fixture
def open_page(browser, tmp_path, base):
    def open_page(address, language="ru-RU", look=(390, "dark")):
        page = browser.page(tmp_path, language)
        page.watch()
        page.look(*look)
        page.open(address if address.startswith("http") else base + address)
        page.wait("!!document.querySelector('#password, #wrong')")
        return page
    return open_page


def fill(page, field, text):
    page.js(f"document.getElementById('{field}').select()")
    page.call("Input.insertText", text=text)


@pytest.mark.parametrize("language, look", [("ru-RU", (390, "dark")), ("en-US", (1280, "light"))])
def test_a_mail_leads_to_a_password_and_then_to_the_day(open_page, base, person, smtp, language, look):
    email = f"{word('inv')}@example.com"
    admin = sign_in(base, person(role="administrator"))
    assert admin.post("/invitations", {"name": "Мария", "surname": "Смирнова", "email": email}).status_code == 204
    mail = mailed(smtp, email)
    link = LINK.search(mail.part("plain"))[0]
    assert link in mail.part("html")
    page = open_page(link, language, look)
    assert page.js("document.documentElement.lang") == language[:2]
    assert page.js("['name', 'surname'].map((id) => document.getElementById(id).value)") == ["Мария", "Смирнова"]
    axe.check(page)
    axe.fits(page)
    fill(page, "password", "parolparol")
    page.press("Enter")
    page.wait("document.activeElement.id === 'password' && document.activeElement.getAttribute('aria-invalid') === 'true'")
    axe.check(page)
    fill(page, "password", "Parol12345")
    fill(page, "surname", "Белых-Петрова")
    page.press("Enter")
    page.wait(SETTLED)
    assert page.js("location.pathname + location.hash") == "/console/"
    assert page.js("document.querySelector('.menu .name').textContent") == "Мария Белых-Петрова"
    assert [c for c in page.complaints if "422" not in c and "401" not in c] == []  # the browser notes each of these


@pytest.mark.parametrize("language, sentence", [
    ("ru-RU", "Это приглашение уже использовано, или его срок прошёл. Попросите прислать новое."),
    ("en-US", "This invitation has been used, or its time is over. Ask for a new one.")])
def test_a_spent_invitation_says_so(open_page, language, sentence):
    for code in (UNKNOWN, "nonsense"):
        page = open_page(f"/console/invitation#{code}", language)
        assert page.text("wrong") == sentence and not page.js("!!document.querySelector('form')")


def test_the_older_address_leads_here(open_page, base, staff, db):
    code = token_of(db, invite(staff()).json())
    answer = Client(base).get(f"/pwd_create/{code}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (302, "no-cache")
    page = open_page(answer.headers["Location"], "en-US")
    assert page.js("document.getElementById('name').value") == "Мария"


def test_an_installed_site_shows_its_own_page(stack, tmp_path):
    site = enterable(tmp_path) / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html><title>the community's</title>")
    (tmp_path / "front").mkdir()
    front = Front(stack, tmp_path / "front", root=site)
    try:
        answer = Client(front.base).get(f"/pwd_create/{UNKNOWN}")
    finally:
        front.end()
    assert answer.status_code == 200 and "the community's" in answer.text
