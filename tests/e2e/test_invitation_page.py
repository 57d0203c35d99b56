"""The page that an invitation's mail leads to while no site of the community is installed (web/pwd_create)."""


import pytest

from tests.e2e.client import Client
from tests.e2e.front import Front
from tests.e2e.staff import UNKNOWN, invite, login, token_of
from tests.conftest import enterable


@pytest.fixture
def open_page(browser, tmp_path, base):
    def open_page(code, language="ru-RU"):
        page = browser.page(tmp_path, language)
        page.open(f"{base}/pwd_create/{code}")
        page.wait("document.getElementById('about').textContent.match(/\\.$/)")
        return page
    return open_page


@pytest.fixture
def code(staff, db):
    return token_of(db, invite(staff()).json())


class Person:
    def __init__(self, email, password):
        self.email, self.password = email, password


@pytest.mark.parametrize("language, title, done", [
    ("ru-RU", "Приглашение", "Учётная запись создана"), ("en-US", "Invitation", "Your account is there")])
def test_a_password_is_chosen_and_signs_in(open_page, code, api, language, title, done):
    page = open_page(code, language)
    assert page.js("[document.title, document.documentElement.lang]") == [title, language[:2]]
    email = page.js("document.getElementById('email').value")
    assert page.js("['name', 'surname'].map((id) => document.getElementById(id).value)") == ["Мария", "Смирнова"]
    page.type("surname", "Белых-Петрова")
    page.type("password", "Parol12345")
    page.press("Enter")
    page.wait("!document.getElementById('form')")
    assert page.text("title") == done and email in page.text("about")
    answer = login(api, Person(email, "Parol12345"))
    assert answer.status_code == 200 and answer.json()["surname"] == "Белых-Петрова"


@pytest.mark.parametrize("language, sentence", [
    ("ru-RU", "Пароль должен содержать заглавную букву, строчную букву и цифру."),
    ("en-US", "Longer, please, with an upper-case letter, a lower-case letter and a digit.")])
def test_what_is_wrong_is_said_beside_the_field(open_page, code, language, sentence):
    page = open_page(code, language)
    page.type("password", "parolparol")
    page.click("#send")
    page.wait("document.getElementById('password-error').textContent")
    assert page.text("password-error") == sentence and page.text("name-error") == ""
    assert page.js("[document.activeElement.id, document.getElementById('password').getAttribute('aria-invalid')]") == ["password", "true"]
    assert page.js("document.getElementById('send').disabled") is False


def test_the_password_can_be_looked_at(open_page, code):
    page = open_page(code)
    page.click("#show")
    assert page.js("document.getElementById('password').type") == "text"
    page.click("#show")
    assert page.js("document.getElementById('password').type") == "password"


@pytest.mark.parametrize("language, sentence", [
    ("ru-RU", "Это приглашение уже использовано, или его срок прошёл. Попросите прислать новое."),
    ("en-US", "This invitation has been used, or its time is over. Ask for a new one.")])
def test_a_spent_invitation_says_so(open_page, language, sentence):
    page = open_page(UNKNOWN, language)
    assert page.text("about") == sentence and not page.shown("form")


def test_an_invitation_that_is_used_elsewhere_meanwhile(open_page, code, api):
    page = open_page(code)
    assert api.post(f"/administrators/register/{code}", {
        "name": "Мария", "surname": "Смирнова", "password": "Parol12345"}).status_code == 201
    page.type("password", "Parol12345")
    page.press("Enter")
    page.wait("document.getElementById('wrong').textContent")
    assert page.js("document.activeElement.id") != "title" and page.shown("form")


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
