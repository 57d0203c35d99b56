"""The pages of web/ in a real browser: that of a share link, and the registration form."""

import json
import shutil
import urllib.parse

import pytest

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS
from tests.e2e.test_files import owner, servers, store  # noqa: F401
from tests.e2e.test_shares import share

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")

BYTES = bytes(range(256)) * 20
TELEGRAM = """window.toBot = []; window.calls = [];
window.Telegram = { WebApp: { platform: "android", themeParams: {}, ready() { calls.push("ready"); },
	expand() { calls.push("expand"); }, close() { calls.push("close"); }, sendData(data) { toBot.push(data); },
	MainButton: { setParams(p) { window.button = { ...window.button, ...p }; }, onClick(f) { window.press = f; } } } };"""
ANSWER = """
window.asked = []; window.fetch = async (path, order) => { asked.push([path, order.body]); return { ok: true, json: async () => (%s) }; };"""
FORM = {"name": "Анна", "surname": "Петрова-Водкина", "date_of_birth": "01.02.2012", "city": "Ростов-на-Дону",
        "phone_number": "+7 912 345-67-89"}
TYPED = {**FORM, "name": "анна", "surname": "петрова-водкина", "date_of_birth": "01022012", "city": "ростов-на-дону",
         "phone_number": "89123456789"}


@pytest.fixture
def page(browser, tmp_path):
    return lambda language="en-US", script=None: browser.page(tmp_path, language, script)


class TestShare:
    @pytest.fixture
    def anna(self, servers, owner):  # noqa: F811
        return owner(*ALL_PERMISSIONS)

    @pytest.fixture
    def shared(self, anna, base):
        """shared(name, lifetime=..., password=...): the link as the API has it, and its page."""
        def shared(name, **more):
            file = store(anna, BYTES, name)["file"]
            link = share(anna, file, **more)
            return link, f"{base}/files/{file['id']}/links/{link['id']}"
        return shared

    def test_a_link_with_a_password_in_russian(self, shared, page, tmp_path):
        _, address = shared("Отчёт за май.bin", password="сезам", lifetime=3600)
        page = page("ru-RU")
        page.open(address)
        page.wait("!document.getElementById('form').hidden")
        assert page.text("name") == page.js("document.title") == "Отчёт за май.bin"
        assert page.text("about").startswith("5 КБ, доступен до ")
        assert (page.shown("secret"), page.js("document.querySelector('label').textContent")) == (True, "Пароль")
        page.type("password", "сундук")
        page.click("#get")
        page.wait("document.getElementById('wrong').textContent")
        assert page.text("wrong") == "Пароль не подходит."
        assert list(tmp_path.iterdir()) == []
        page.type("password", "сезам")
        page.click("#get")
        page.wait("document.getElementById('about').textContent === 'Скачивание началось.'")
        assert page.text("wrong") == ""
        wait_for(lambda: [f.name for f in tmp_path.iterdir()] == ["Отчёт за май.bin"], 20, "the download ends")
        assert (tmp_path / "Отчёт за май.bin").read_bytes() == BYTES

    def test_a_link_without_a_password_in_english(self, shared, page, tmp_path):
        _, address = shared("report <b>&.bin")
        page = page()
        page.open(address)
        page.wait("!document.getElementById('form').hidden")
        assert page.text("name") == "report <b>&.bin"
        assert (page.text("about"), page.text("get"), page.shown("secret")) == ("5 KB", "Download", False)
        page.click("#get")
        page.wait("document.getElementById('about').textContent === 'The download has begun.'")
        wait_for(lambda: [f.read_bytes() for f in tmp_path.iterdir()] == [BYTES], 20, "the download ends")

    @pytest.mark.parametrize("language, sentence", [("en-US", "There is no such link, or its time is over."),
                                                    ("ru-RU", "Такой ссылки нет, или её срок прошёл.")])
    def test_an_expired_link(self, shared, page, db, language, sentence):
        link, address = shared("late.bin", lifetime=3600)
        db.do("update storage.link set expire_at = now() where id = %s", link["id"])
        page = page(language)
        page.open(address)
        page.wait(f"document.getElementById('about').textContent === {json.dumps(sentence)}")
        assert not page.shown("form")

    def test_a_link_that_expires_while_its_page_is_open(self, shared, page, db):
        link, address = shared("late.bin")
        page = page()
        page.open(address)
        page.wait("!document.getElementById('form').hidden")
        db.do("update storage.link set expire_at = now() where id = %s", link["id"])
        page.click("#get")
        page.wait("document.getElementById('wrong').textContent === 'There is no such link, or its time is over.'")

    def test_a_link_whose_tries_are_used_up(self, shared, page, tmp_path):
        _, address = shared("much.bin", password="secret")
        page = page()
        page.open(address)
        page.wait("!document.getElementById('form').hidden")
        tries = "Promise.all([...Array(40)].map(() => fetch(address, { method: 'POST', body: '{\"password\": \"x\"}' })))"
        assert page.js(f"{tries}.then((all) => all.some((a) => a.status === 429))")
        page.type("password", "secret")
        page.click("#get")
        page.wait("document.getElementById('wrong').textContent === 'Too many attempts. Wait a minute.'")
        assert list(tmp_path.iterdir()) == []


class TestForm:
    @pytest.fixture
    def open_form(self, page, base):
        def open_form(script=None, **query):
            window = page("ru-RU", script)
            window.open(f"{base}/api/telegram/registration_form" + (query and "?" + urllib.parse.urlencode(query) or ""))
            return window
        return open_form

    def fill(self, page, **values):
        for key, value in values.items():
            page.type(key, value)
        page.js("document.activeElement.blur()")

    def test_it_is_filled_in_and_sent(self, open_form):
        page = open_form(TELEGRAM)
        assert page.js("calls") == ["ready", "expand"]
        assert page.js("[button.is_visible, button.is_active]") == [True, False]
        assert not page.shown("send")
        self.fill(page, **TYPED)
        assert page.js("button.is_active && button.text") == "Зарегистрироваться в проекте"
        page.js("press()")
        assert [json.loads(data) for data in page.js("toBot")] == [FORM]
        page.js("press()")
        assert page.js("[toBot.length, calls.at(-1), button.is_active]") == [1, "close", False]

    def test_what_is_wrong_is_said_and_not_sent(self, open_form):
        page = open_form(TELEGRAM)
        self.fill(page, **{**TYPED, "name": "Anna", "date_of_birth": "31042012"})
        assert page.text("name-error") == "Только буквы кириллицы и дефис"
        assert page.js("document.getElementById('date_of_birth').value") == "31.04.2012"
        assert page.text("date_of_birth-error") == "Такого дня нет в календаре"
        assert page.text("city-error") == ""
        page.js("press()")
        assert page.js("[toBot.length, button.is_active]") == [0, False]
        self.fill(page, name="анна", date_of_birth="30.04.2012")  # with its dots
        assert page.text("name-error") == page.text("date_of_birth-error") == ""
        page.js("press()")
        assert [json.loads(data)["date_of_birth"] for data in page.js("toBot")] == ["30.04.2012"]

    def test_a_day_of_the_calendar(self, open_form):
        page = open_form(TELEGRAM)
        page.click("#open-calendar")
        assert page.shown("calendar")
        page.js("for (const [id, v] of [['year', 2012], ['month', 1]]) { const s = document.getElementById(id);"
                "s.value = v; s.dispatchEvent(new Event('change')); }")
        days = page.js("[...document.querySelectorAll('#days button')].map((b) => b.textContent)")
        assert days == [str(n) for n in range(1, 30)]
        page.click("#days tr:nth-child(5) td:nth-child(3) button")  # the month began on a Wednesday
        assert (page.js("document.getElementById('date_of_birth').value"), page.shown("calendar")) == ("29.02.2012", False)

    def test_what_is_known_is_there_already(self, open_form):
        page = open_form(TELEGRAM, update="true", **FORM)
        assert page.js("[button.is_active, button.text]") == [True, "Подать заявку на участие в смене"]
        page.js("press()")
        assert [json.loads(data) for data in page.js("toBot")] == [FORM]

    def test_what_a_token_stands_for_is_there_already(self, open_form):
        """The answer of the server, here by the page's own fetch()."""
        page = open_form(TELEGRAM + ANSWER % json.dumps(FORM), update="true", token="to.ken")
        page.wait("button.is_active")
        assert page.js("asked") == [["/api/telegram/registration_form", '{"token":"to.ken"}']]
        page.js("press()")
        assert [json.loads(data) for data in page.js("toBot")] == [FORM]

    def test_a_token_that_is_past_leaves_the_form_empty_and_says_so(self, open_form):
        page = open_form(TELEGRAM, update="true", token="to.ken")
        page.wait("!document.getElementById('past').hidden")
        assert "больше суток" in page.text("past")
        assert page.js("document.getElementById('surname').value") == ""
        self.fill(page, **TYPED)
        page.js("press()")
        assert [json.loads(data) for data in page.js("toBot")] == [FORM]

    def test_a_plain_browser_says_what_to_do(self, open_form):
        page = open_form()
        page.wait("!document.getElementById('outside').hidden")
        assert "не отправится" in page.text("outside")
        self.fill(page, **TYPED)
        page.click("#send")
        page.wait("document.getElementById('outside').textContent.includes('Заявка не отправлена')")
        said = page.text("outside")
        assert "/start" in said and "Зарегистрироваться в проекте" in said
        assert not page.shown("tried") and "{" not in page.js("document.body.innerText")

    def test_who_tries_it_out_is_shown_what_would_be_sent(self, open_form):
        page = open_form(**{"try": ""})
        assert page.shown("send") and page.js("document.getElementById('send').disabled")
        self.fill(page, **TYPED)
        page.click("#send")
        page.wait("!document.getElementById('tried').hidden")
        assert json.loads(page.text("data")) == FORM
        assert json.loads(json.loads(page.text("update"))["message"]["web_app_data"]["data"]) == FORM
