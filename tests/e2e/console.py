"""The console in Chromium: a person who is signed in, and a page that says what is wrong with it."""

import os
import pathlib

from tests.e2e import axe
from tests.e2e.client import Client

API = "/console/api/v1"
WIDTHS = (390, 1280)
THEMES = ("light", "dark")
LANGUAGES = {"ru": "ru-RU", "en": "en-US", "ko": "ko-KR"}
# What the frame shows when nothing is under way any more.
SETTLED = "!!document.querySelector('#main h1') && !document.querySelector('.skeleton')"


def sign_in(base, person):
    """A client of the console's API."""
    client = Client(base, API)
    answer = client.post("/auth/login", {"name": person.username, "password": person.password},
                         headers={"Origin": base})
    assert answer.status_code == 204, answer.text
    client.session.headers["Origin"] = base
    return client


class Console:
    """A window with the console, signed in without a word."""

    def __init__(self, browser, base, person, folder, language="en"):
        self.base = base
        self.page = browser.page(folder, LANGUAGES[language])
        self.page.watch()
        self.client = sign_in(base, person)
        for cookie in self.client.session.cookies:
            self.page.call("Network.setCookie", name=cookie.name, value=cookie.value, url=base, httpOnly=True, sameSite="Strict")

    def open(self, screen, look=(1280, "light")):
        self.page.look(*look)
        self.page.open(f"{self.base}/console/{screen}")
        self.page.wait(SETTLED)
        return self.page

    def screens(self):
        return self.page.js("[...document.querySelectorAll('.nav a')].map((a) => a.pathname.slice(9))")

    def go(self, screen):
        """As a link does, without loading the pages again."""
        self.page.js(f"[...document.querySelectorAll('.nav a')].find((a) => a.pathname === '/console/{screen}').click()")
        self.page.wait(f"location.pathname === '/console/{screen}' && {SETTLED}")

    def check(self, name, with_axe=True):
        """Nothing is wrong with the page as it stands; keeps a picture where SAMOVAR_PICTURES says."""
        folder = os.environ.get("SAMOVAR_PICTURES")
        if folder:
            self.page.picture(pathlib.Path(folder, f"{name}.png"))
        assert self.page.complaints == [], self.page.complaints
        if with_axe:
            axe.check(self.page)
        axe.fits(self.page)
