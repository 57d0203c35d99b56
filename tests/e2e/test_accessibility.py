"""The public pages for everybody: nothing that axe finds fault with, nothing
wider than a phone, and all of it by keyboard."""

import json
import os
import pathlib
import shutil

import pytest

from tests.e2e import axe
from tests.e2e.client import ALL_PERMISSIONS
from tests.e2e.test_files import owner, servers, store  # noqa: F401
from tests.e2e.test_pages import FORM
from tests.e2e.test_shares import share

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
FORM_PAGE = "/api/telegram/registration_form?try"  # as whoever tries the bot out without Telegram
LOOKS = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture
def page(browser, tmp_path, base):
    def page(path, ready="true", language="ru-RU", look=(1280, "light")):
        window = browser.page(tmp_path, language)
        window.look(*look)
        window.open(base + path)
        window.wait(ready)
        return window
    return page


@pytest.fixture
def see(request):
    """Checks a page; keeps a picture of it where SAMOVAR_PICTURES says."""
    def see(page):
        folder = os.environ.get("SAMOVAR_PICTURES")
        if folder:
            name = request.node.name.replace("test_", "")
            page.picture(pathlib.Path(folder, f"{name} {sum(f.startswith(name) for f in os.listdir(folder))}.png"))
        axe.check(page)
    return see


each_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]} {look[1]}")


@each_look
def test_the_first_page(page, see, look):
    see(page("/", look=look))


@each_look
def test_the_descriptions(page, see, look):
    window = page("/docs/", "document.querySelectorAll('#apis details').length", look=look)
    see(window)
    window.js("location.hash = 'programme/postShiftMessage'")
    window.wait("!!document.querySelector('details.operation[open]')")
    window.js("document.querySelectorAll('details.operation[open] details').forEach((d) => { d.open = true; })")
    see(window)
    window.type("query", "shift")
    window.wait("document.querySelectorAll('#found li').length > 5")
    see(window)


@each_look
def test_the_registration_form(page, see, look):
    see(page(FORM_PAGE.partition("?")[0], look=look))  # a plain browser is told what to do
    window = page(FORM_PAGE, look=look)
    see(window)
    window.click("#open-calendar")
    window.js("KEYS.forEach(complain)")
    see(window)
    window.press("Escape")
    for key, value in FORM.items():
        window.type(key, value)
    window.press("Enter")
    window.wait("!document.getElementById('tried').hidden")
    see(window)


@each_look
def test_the_page_of_a_share_link(page, see, look, servers, owner):  # noqa: F811
    anna = owner(*ALL_PERMISSIONS)
    file = store(anna, b"x" * 5000, "Отчёт за май.bin")["file"]
    link = share(anna, file, password="сезам")
    for language in ("ru-RU", "en-US"):
        window = page(f"/files/{file['id']}/links/{link['id']}", "!document.getElementById('form').hidden", language, look)
        assert window.js("document.documentElement.lang") == language[:2]
        window.type("password", "сундук")
        window.press("Enter")
        window.wait("document.getElementById('wrong').textContent")
        see(window)


@each_look
def test_the_pages_of_ones_own_account(page, see, look):
    for path, language, ready in (("/account/delete", "ko-KR", "document.documentElement.lang === 'ko'"),
                                  ("/reset", "ru-RU", "!document.getElementById('form')")):
        see(page(path, ready, language, look))


# -- by keyboard

def test_escape_leaves_the_calendar_and_arrows_go_through_it(page):
    window = page(FORM_PAGE)
    window.type("date_of_birth", "10.02.2012")
    window.click("#open-calendar")
    assert window.js("document.activeElement.id") == "month"
    window.press("Escape")
    assert (window.shown("calendar"), window.js("document.activeElement.id")) == (False, "open-calendar")
    window.press("Enter")
    assert window.shown("calendar")
    window.js("document.querySelector('#days button.chosen').focus()")
    for key, day in (("ArrowDown", "17"), ("ArrowRight", "18"), ("ArrowUp", "11"), ("ArrowLeft", "10"), ("ArrowRight", "11")):
        window.press(key)
        assert window.js("document.activeElement.textContent") == day
    assert window.js("document.activeElement.getAttribute('aria-label')").startswith("11 февраля 2012")
    window.press("Enter")
    assert (window.js("document.getElementById('date_of_birth').value"), window.shown("calendar")) == ("11.02.2012", False)
    assert window.js("document.activeElement.id") == "open-calendar"


def test_enter_goes_through_the_form_and_sends_it_at_the_end(page):
    window = page(FORM_PAGE)
    keys = list(FORM)
    for key, after in zip(keys, keys[1:] + [None]):
        assert not window.shown("tried")
        window.type(key, FORM[key])
        window.press("Enter")
        if after:
            assert window.js("document.activeElement.id") == after
    window.wait("!document.getElementById('tried').hidden")
    assert json.loads(window.text("data")) == FORM


def test_enter_in_a_wrong_field_stays_there_and_says_why(page):
    window = page(FORM_PAGE)
    window.type("name", "Anna")
    window.press("Enter")
    assert window.js("document.activeElement.id") == "name"
    assert window.text("name-error") == "Только буквы кириллицы и дефис"
    assert not window.shown("tried")
