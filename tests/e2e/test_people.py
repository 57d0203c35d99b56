"""People, through nginx: mails that are really sent, and the pages that their links lead to (web/account)."""

import datetime
import re

import pytest

from tests.conftest import wait_for
from tests.e2e.client import Client, make_person

API = "/people/api/v1"


@pytest.fixture
def person(db, password_hash):
    """Somebody whose address is confirmed."""
    return make_person(db, password_hash, email_confirmed_at=datetime.datetime.now(datetime.timezone.utc))


def letter(smtp, address):
    return wait_for(lambda: smtp.to(address) and smtp.to(address)[0], 15, f"mail to {address}").message


def test_a_password_that_was_forgotten_is_set_by_the_link(base, smtp, browser, tmp_path, person):
    client = Client(base)
    answer = client.post(f"{API}/password/forgot", json={"email": person.email}, headers={"Accept-Language": "en-US,en"})
    assert (answer.status_code, answer.json()) == (202, {"status": "mail_sent"})
    mail = letter(smtp, person.email)
    assert mail["Auto-Submitted"] == "auto-generated" and "new password" in mail["Subject"]
    link = re.search(r"https?://\S+/reset#\S+", mail.get_body(("plain",)).get_content()).group()
    assert f'href="{link}"' in mail.get_body(("html",)).get_content()
    page = browser.page(tmp_path, "en-US")
    page.open(base + "/undo")
    page.js(f"void location.assign('{link[link.index('/reset#'):]}')")
    page.wait("document.title === 'A new password'")
    assert page.js("location.hash") == ""  # not for whoever looks at the history
    assert page.js("[...document.querySelectorAll('section')].filter((s) => !s.hidden).length") == 1
    page.type("password", "Parol12345")
    page.press("Enter")
    page.wait("document.getElementById('done').textContent.includes('saved')")
    answer = client.post(f"{API}/auth/login", json={"email": person.email, "password": "Parol12345"})
    assert answer.status_code == 200
    assert client.get(f"{API}/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}).json()["email"] == person.email


@pytest.mark.parametrize("path, language, title", [
    ("/confirm", "ru-RU", "Подтверждение адреса"), ("/reset/", "ko-KR", "새 비밀번호"), ("/undo", "en-US", "Take back a change of address"),
    ("/account/delete", "ko-KR", "계정 삭제")])
def test_each_page_is_there_and_speaks_three_languages(base, browser, tmp_path, path, language, title):
    answer = Client(base).get(path)
    assert answer.status_code == 200 and "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.text.count("<section lang=") == 3  # to be read without a script
    page = browser.page(tmp_path, language)
    page.open(base + path)
    page.wait(f"document.title === '{title}'")
    if path != "/account/delete":
        page.wait("!document.getElementById('form')")  # a link without a token leads nowhere


def test_an_account_is_deleted_on_its_page(base, browser, tmp_path, person, db):
    page = browser.page(tmp_path, "ru-RU")
    page.open(base + "/account/delete")
    page.wait("document.title === 'Удалить учётную запись'")
    page.type("email", person.email)
    page.type("password", "wrong")
    page.press("Enter")
    page.wait("document.getElementById('wrong').textContent.includes('не подходят')")
    page.js("document.getElementById('password').value = ''")
    page.type("password", person.password)
    page.press("Enter")
    page.wait("document.getElementById('done').textContent.includes('удалена')")
    assert db.one("select status, email from account.account where id = %s", person.id) == ("deactivated", None)


def test_a_refusal_for_good_is_shown_and_parks_nothing(base, smtp, person, db):
    smtp.unknown.add(person.email)
    assert Client(base).post(f"{API}/password/forgot", json={"email": person.email}).status_code == 202
    wait_for(lambda: db.one("select email_trouble from account.account where id = %s", person.id)[0], 15, "trouble")
    assert db.one("select email_trouble from account.account where id = %s", person.id)[0].startswith("SMTP 550")
    wait_for(lambda: db.one("select count(*) from job.job where kind = 'mail.send'")[0] == 0, 15, "no job left")


def test_the_older_paths_are_those_that_they_stand_for(base, person):
    client = Client(base)
    answer = client.post("/auth/login", json={"username": person.username, "password": person.password})
    assert answer.status_code == 200, answer.text
    client.token = answer.json()["access_token"]
    for path in ("/auth/me", "/auth/me/", "/auth/me?x=1"):
        assert client.get(path).json()["email"] == person.email
    assert Client(base).post("/auth/register?a=b", json={}).json()["error"] == "Request.Validation"
    assert client("PUT", "/images", data=b"no picture", headers={"Content-Type": "image/png"}).json()["error"] == "Picture.Refused"
    status, _, text = client.as_is("POST", "/auth/login", b"x" * 70_000)
    assert (status, b"error" in text) == (413, True)
    assert client.post("/auth/logout").status_code == 204
    assert client.get("/auth/me").status_code == 401
    # What they must not shadow.
    assert Client(base).post("/auth/api/v1/auth/login/", json={}).json()["error"].startswith("Request.Error")
    assert "text/html" in Client(base).get("/auth/else").headers["Content-Type"]
