"""The console's pages: through nginx, in Chromium, in all languages, widths and colours."""

import datetime
import json
import re
import shutil

import pytest

from tests.conftest import PATIENCE, enterable, wait_for
from tests.e2e import axe
from tests.e2e.client import Client, word
from tests.e2e.console import API, LANGUAGES, SETTLED, THEMES, WIDTHS, Console, sign_in
from tests.e2e.programme import Shift, clear, today
from tests.e2e.test_files import servers  # noqa: F401
from tests.e2e.test_messenger import Phone
from tests.e2e.test_phone_talk import acting

in_chromium = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")


@pytest.fixture(scope="module", autouse=True)
def built(base):
    if Client(base).get("/console/").status_code == 404:
        pytest.skip("the console was left out of the build")


@pytest.fixture
def console(browser, base, tmp_path):
    return lambda person, language="en": Console(browser, base, person, tmp_path, language)


def draw(stack, db):
    """The photos of all reports, as the build has drawn them; all are said to look like the first."""
    drawn = sorted((stack.program("samovarctl").parents[1] / "share/samovar/photos").glob("*.jpg"))
    for i, r in enumerate(db.all("select id, report_url as url, number_attempt from programme.report where report_url is not null order by task_date, id")):
        file = stack.state / "photos" / r.url.lstrip("/")
        file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copyfile(drawn[i * 7 % len(drawn)], file)
        db.do("insert into programme.report_photo (report_id, attempt, url, sha256, bytes, content_type) values "
              "(%s, 1, %s, sha256(%s), 1, 'image/jpeg')", r.id, r.url, r.url.encode())
    db.do("update programme.report_photo p set similar_to = (select min(id) from programme.report_photo), similar_likeness = 0.97, similar_bits = 1"
          " where p.id > (select min(id) from programme.report_photo)")


@pytest.fixture(scope="module")
def shift(db, stack):
    """A shift in its second week; the day's children in all states."""
    clear(db)
    day = today()
    shift = Shift(db, 40, day - datetime.timedelta(days=9))
    db.do("update programme.shift set title = '<b>Осень & Co</b> ‮ ' || repeat('х', 20) where id = %s", shift.id)
    for back in (0, 1, 7):
        db.do("insert into programme.report (shift_id, task_id, member_id, task_date, status, number_attempt, uploaded_at, report_url) "
              "select m.shift_id, %s, m.id, %s, "
              " (case when n %% 5 = 0 then 'waiting' when n %% 5 = 1 then 'reviewing' when n %% 5 = 2 then 'declined' else 'approved' end)::programme.report_status,"
              " (n %% 5 > 0)::int, case when n %% 5 > 0 then now() - interval '1 day' * %s - n * interval '7 minutes' end,"
              " case when n %% 5 > 0 then '/console/' || m.id || '-%s.jpg' end "
              "from (select *, row_number() over (order by id) as n from programme.member where shift_id = %s) m",
              shift.plan[str((day - datetime.timedelta(days=back)).day)], day - datetime.timedelta(days=back), back, back, shift.id)
    draw(stack, db)
    db.do("insert into job.job (kind, subject, state, tries, last_error, request_id) select case when n < 4 then 'job.nothing' else 'mail.send' end, n::text, "
          "'parked', 3, case when n < 4 then '<i>away</i> ' || repeat('x', 300) else 'refused' end, 'abc' from generate_series(1, 5) n")
    db.do("insert into programme.decline_reason (position, title, message) values (1, 'Работа не видна', 'Сфотографируй ближе.'), (2, 'Too dark', 'Take it by day.')")
    yield shift
    clear(db)


# -- what nginx gives out

def test_the_pages_are_kept_as_long_as_they_are_good(base):
    page = Client(base).get("/console/")
    assert page.headers["Cache-Control"] == "no-cache"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    names = re.findall(r'(?:src|href)="(/console/[a-z]+-[A-Z0-9]{8}\.(?:js|css))"', page.text)
    assert len(names) == 2
    for name in names:
        answer = Client(base).get(name, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_address_below_it_is_the_page_and_a_missing_script_is_not(base):
    assert Client(base).get("/console/review/1").text == Client(base).get("/console/").text
    assert Client(base).get("/console/app-AAAAAAAA.js").status_code == 404
    assert Client(base).get("/console", allow_redirects=False).headers["Location"] == "/console/"
    assert Client(base).get(f"{API}/nothing").json()["error"] == "Request.NoRoute"


def test_a_sign_in_goes_to_the_workers_that_hash(base, person, stack):
    sign_in(base, person())
    assert "console_post_login hashes" not in stack.log("samovar-fcgi")


# -- in a browser

@in_chromium
def test_signing_in_by_hand(browser, base, person, tmp_path, shift):
    who = person(role="expert")
    page = browser.page(tmp_path, "ru-RU")
    page.watch()
    page.look(390, "light")
    page.open(f"{base}/console/today")
    page.wait("document.activeElement.id === 'name'")
    axe.check(page)
    page.type("name", who.username)
    page.type("password", "wrong password")
    page.press("Enter")
    page.wait("document.getElementById('wrong').textContent !== ''")
    assert page.text("wrong") == "Неверное имя или пароль."
    page.type("password", who.password)
    page.press("Enter")
    page.wait(SETTLED)
    assert page.js("document.querySelector('h1').textContent") == "Сегодня"
    assert page.js("location.pathname") == "/console/today"
    assert page.js("document.cookie") == ""
    assert [c for c in page.complaints if "401" not in c] == []  # the browser notes each of these


@in_chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_in_every_look(console, person, shift, language):
    window = console(person(superuser=True), language)
    window.open("", (1280, "light"))
    for screen in window.screens():
        window.go(screen)
        for width in WIDTHS:
            for theme in THEMES:
                window.page.look(width, theme)
                window.check(f"{screen} {language} {width} {theme}", with_axe=language == "en" or theme == "light" and width == 390)
    assert window.page.js("document.documentElement.lang") == language


@in_chromium
def test_one_gets_about_by_keys_alone(console, person, shift):
    window = console(person(superuser=True))
    page = window.open("today")
    page.key("?")
    page.wait("!!document.querySelector('dialog[open] .keys')")
    axe.check(page)
    page.press("Escape")
    page.wait("!document.querySelector('dialog[open]')")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="л", code="KeyK", modifiers=2)  # Ctrl+K of a Russian keyboard
    page.wait("document.activeElement.id === 'palette'")
    axe.check(page)
    for letter in "today":
        page.call("Input.insertText", text=letter)
    page.press("Enter")
    page.wait("!document.querySelector('dialog[open]') && location.pathname === '/console/today'")
    page.key("g")
    page.key("t")
    assert page.js("location.pathname") == "/console/today"
    assert page.complaints == []


@in_chromium
def test_a_server_that_is_away_is_said_and_what_was_there_stays(console, person, shift):
    page = console(person(role="expert")).open("today")
    page.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    page.wait("!!document.querySelector('.banner')")
    assert page.js("document.querySelectorAll('.figure').length") > 3
    page.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    page.wait("!document.querySelector('.banner')")


@in_chromium
def test_the_figures_follow_what_happens(console, person, shift, db):
    page = console(person(role="expert")).open("today")
    before = page.js("document.querySelector('.figure:nth-child(5) strong').textContent")
    db.do("update programme.report set status = 'approved', updated = now() where id = "
          "(select id from programme.report where status = 'reviewing' and task_date = %s limit 1)", today())
    page.wait(f"document.querySelector('.figure:nth-child(5) strong').textContent === '{int(before) + 1}'")


@in_chromium
def test_a_sign_in_that_has_ended_leads_back_to_where_one_was(console, person, shift, behind):
    who = person(role="expert")
    page = console(who).open("today")
    behind("update account.session set revoked_at = now(), revoked_why = 'test' where account_id = %s", who.id)
    page.wait("!!document.getElementById('password')")
    page.type("name", who.username)
    page.type("password", who.password)
    page.press("Enter")
    page.wait(SETTLED)
    assert page.js("location.pathname") == "/console/today"


# -- review

SHOWN = "document.querySelector('.photos img:not([hidden])').src"
LOADED = "(() => { const i = document.querySelector('.photos img:not([hidden])'); return !!i && i.complete && i.naturalWidth > 0; })()"


def settle(db):
    """The ten seconds are over."""
    db.hurry("review.settle")
    wait_for(lambda: db.value("select count(*) from programme.review_decision") == 0)


def counted(db, status):
    return db.value("select count(*) from programme.report where status::text = %s and reviewed_by is not null", status)


@in_chromium
@pytest.mark.parametrize("language, look", [("en", (1280, "light")), ("ru", (390, "dark"))])
def test_a_reviewer_goes_through_photos_by_keys(console, person, shift, db, language, look):
    db.do("update programme.report set status = 'reviewing', reviewed_by = null, decline_reason_id = null where number_attempt > 0")
    window = console(person(role="expert"), language)
    page = window.open("review", look)
    page.wait(LOADED)
    window.check(f"review at work {language}")
    seen = [page.js(SHOWN)]
    for _ in range(3):
        page.wait("document.querySelectorAll('.photos img').length === 4 && [...document.querySelectorAll('.photos img')].every((i) => i.complete)")
        page.js("window.pressed = 0; addEventListener('keydown', () => { window.pressed = performance.now(); requestAnimationFrame(() => "
                "setTimeout(() => { window.took = performance.now() - window.pressed; })); }, { once: true, capture: true })")
        page.key("a")
        page.wait(f"{SHOWN} !== {seen[-1]!r} && window.took !== undefined")
        assert page.js("window.took") < 100 * PATIENCE
        assert page.js(LOADED), "it was not fetched ahead"
        seen.append(page.js(SHOWN))
    assert len(set(seen)) == 4
    page.key("d")
    page.wait("!!document.querySelector('.reasons')")
    window.check(f"review reasons {language}")
    page.key("2")
    page.wait(f"{SHOWN} !== {seen[-1]!r}")
    page.key("u")
    page.wait(f"{SHOWN}.split('?')[0] === {seen[-1].split('?')[0]!r}")
    wait_for(lambda: db.value("select count(*) from programme.review_decision") == 3)
    page.key("s")
    page.wait(f"{SHOWN}.split('?')[0] !== {seen[-1].split('?')[0]!r}")
    assert counted(db, "approved") == 0
    settle(db)
    assert (counted(db, "approved"), counted(db, "declined")) == (3, 0)
    page.key("r")
    page.key("l")
    page.wait("document.querySelectorAll('dialog[open] .pair img').length === 2")
    window.check(f"review alike {language}")
    page.press("Escape")
    assert page.complaints == []


@in_chromium
def test_a_photo_that_another_decides_says_so(console, person, shift, db):
    db.do("update programme.report set status = 'reviewing', reviewed_by = null where number_attempt > 0")
    page = console(person(role="expert")).open("review")
    page.wait(LOADED)
    db.do("update programme.report set status = 'approved' where id = (select report_id from programme.review_claim c "
          "join programme.report r on r.id = c.report_id order by r.uploaded_at, r.id limit 1)")
    page.key("a")
    page.wait("!!document.querySelector('.said .bad')")
    assert len(page.complaints) == 1 and "409" in page.complaints[0]


@in_chromium
def test_somebody_is_found_blocked_and_let_in_again_by_keys(console, person, db):
    who = person()
    db.do("update account.account set name = '<b>' || chr(8238) || 'Анна', surname = repeat('Ж', 60) where username = %s", who.username)
    window = console(person(superuser=True))
    page = window.open("people", (390, "dark"))
    page.key("/")
    page.wait("document.activeElement.type === 'search'")
    for letter in who.username:
        page.call("Input.insertText", text=letter)
    page.press("Enter")
    page.wait(f"document.querySelectorAll('main tbody tr').length === 1 && {SETTLED}")
    page.js("document.activeElement.blur()")
    page.key("j")
    page.press("Enter")
    page.wait(f"!!document.getElementById('facts') && {SETTLED}")
    window.check("person en 390 dark")
    page.look(1280, "light")
    window.check("person en 1280 light")
    page.js("[...document.querySelectorAll('.button')].find((b) => b.textContent === 'Block').focus()")
    page.press("Enter")
    page.wait("!!document.querySelector('dialog[open] input')")
    axe.check(page)
    page.js("document.querySelector('dialog[open] input').focus()")
    page.call("Input.insertText", text="spam")
    page.press("Enter")
    page.wait("document.querySelector('.said').textContent.includes('blocked')")
    assert db.value("select status_reason from account.account where username = %s", who.username) == "spam"
    page.wait("[...document.querySelectorAll('.trail code')].some((c) => c.textContent === 'account.block')")
    again = "[...document.querySelectorAll('.button')].find((b) => b.textContent === 'Let in again')"
    page.wait(f"!!{again}")
    page.js(f"{again}.click()")
    page.wait("[...document.querySelectorAll('.trail code')].some((c) => c.textContent === 'account.unblock')")
    assert db.value("select status from account.account where username = %s", who.username) == "active"


@in_chromium
def test_a_reported_message_is_removed_by_keys(console, person, base, db):
    anna, boris = acting(Phone(base, word("mod"))), acting(Phone(base, word("mod")))
    db.do("update messenger.profile set can_annonymous_invite = true where id = %s", int(boris.headers["X-Profile-Id"]))
    room = anna.ask("POST", "/chats", json={"inviting_profiles": [int(boris.headers["X-Profile-Id"])]}).json()["data"]["chat_room"]["uuid"]
    for words in ("hello", "<img src=x onerror=alert(1)> " + "buy " * 200, "no"):
        event = anna.ask("PUT", f"/chats/{room}/events", json={"message": words}).json()["data"]["chat_event"]["uuid"]
    bad = event - 1
    assert boris.ask("POST", f"/chats/{room}/events/{bad}/report", json={"reason": "spam", "note": "\u202eagain"}).status_code == 201
    window = console(person(superuser=True), "ru")
    page = window.open("moderation", (390, "light"))
    window.check("moderation report ru 390 light")
    page.look(1280, "dark")
    window.check("moderation report ru 1280 dark")
    page.key("h")
    page.wait("!!document.querySelector('dialog[open] .button.bad')")
    axe.check(page)
    page.js("document.querySelector('dialog[open] .button.bad').focus()")
    page.press("Enter")
    page.wait(f"!document.querySelector('.report') && {SETTLED}")
    assert db.value("select event_type::text from messenger.event where id = %s", bad) == "MESSAGE_DELETED"


# -- jobs

@in_chromium
def test_an_operator_retries_what_was_given_up(console, person, shift, db):
    page = console(person("can_operate")).open("jobs")
    assert page.js("document.querySelectorAll('.parked').length") == 2
    page.js("[...document.querySelectorAll('.parked')].find((p) => p.textContent.includes('job.nothing')).querySelector('button').click()")
    page.wait("document.querySelectorAll('.parked').length === 1")
    wait_for(lambda: db.value("select count(*) from job.job where kind = 'job.nothing'") == 0)
    page.js("document.querySelector('.parked .button.bad').click()")
    page.wait("!!document.querySelector('dialog[open]')")
    axe.check(page)
    page.press("Escape")
    assert db.value("select count(*) from job.job where kind = 'mail.send' and state = 'parked'") == 2
    assert page.complaints == []


@in_chromium
def test_many_links_are_revoked_at_once(console, person, db):
    who = person("can_view_file")
    account = db.value("select id from account.account where username = %s", who.username)
    for n in range(60):
        file = db.value("insert into storage.file (account_id, name, size) values (%s, %s, 1) returning id", account, f"<i>{n}</i> " + "я" * 60)
        db.do("insert into storage.link (file_id, password, expire_at) values (%s, %s, now() + %s * interval '1 day')", file,
              "$x" if n % 3 else None, n - 5)
    window = console(who, "ru")
    page = window.open("links", (390, "dark"))
    window.check("links ru 390 dark")
    page.look(1280, "light")
    window.check("links ru 1280 light")
    assert page.js("document.querySelectorAll('main tbody tr').length") == 50
    page.js("document.querySelector('.more button').click()")
    page.wait("document.querySelectorAll('main tbody tr').length === 60")
    page.js("document.querySelectorAll('main tbody input').forEach((i) => i.click())")
    page.key("x")
    page.wait("!!document.querySelector('dialog[open] .button.bad')")
    axe.check(page)
    page.js("document.querySelector('dialog[open] .button.bad').click()")
    page.wait(f"!document.querySelector('main tbody tr') && {SETTLED}")
    assert db.value("select count(*) from storage.link l join storage.file f on f.id = l.file_id where f.account_id = %s", account) == 0


@in_chromium
def test_a_shift_is_planned_and_an_application_answered_by_keys(console, person, shift, db):
    db.do("insert into programme.participant (name, surname, date_of_birth, city, phone_number, telegram_id) values "
          "('<b>' || chr(8238) || 'Анна', repeat('Ж', 60), '2012-01-01', 'Пермь', '+7 900 000-00-01', 990001)")
    db.do("insert into programme.request (participant_id, shift_id) select id, %s from programme.participant where telegram_id = 990001", shift.id)
    window = console(person(role="expert"), "ru")
    page = window.open(f"shifts/{shift.id}", (390, "dark"))
    window.check("shift members ru 390 dark")
    page.look(1280, "light")
    window.check("shift members ru 1280 light")
    page.key("2")
    page.wait(f"document.querySelectorAll('main tbody tr').length === 1 && {SETTLED}")
    window.check("shift requests ru 1280 light")
    page.key("a")
    page.wait("document.querySelectorAll('main tbody tr').length === 0")
    assert db.value("select r.status from programme.request r join programme.participant p on p.id = r.participant_id where telegram_id = 990001") == "approved"
    page.key("3")
    page.wait("document.querySelectorAll('.plan li').length === 31")
    before = db.value("select tasks from programme.shift where id = %s", shift.id)
    out = page.js("[...document.querySelectorAll('.plan button')].findIndex((b) => b.getAttribute('aria-disabled') === 'true')")
    one = 1 if out > 8 else 15  # it and its neighbours are not the day that is out
    page.js(f"document.querySelectorAll('.plan button')[{one}].focus()")
    page.press(" ")
    page.press("ArrowRight")
    page.wait(f"document.activeElement.id === 'day-{one + 2}'")
    page.press(" ")
    window.check("shift plan ru 1280 light")
    page.look(390, "dark")
    window.check("shift plan ru 390 dark")
    page.js("document.querySelector('.bottom .button.main').click()")
    page.wait(f"!document.querySelector('.bottom .button.main') && {SETTLED}")
    after = db.value("select tasks from programme.shift where id = %s", shift.id)
    assert (after[str(one + 1)], after[str(one + 2)]) == (before[str(one + 2)], before[str(one + 1)])
    page.look(1280, "light")
    page.js("[...document.querySelectorAll('.head .button.bad')].at(-1).click()")
    page.wait("!!document.querySelector('dialog[open] .told')")
    window.check("shift finish ru 1280 light")
    page.press("Escape")
    assert db.value("select status from programme.shift where id = %s", shift.id) == "started"
    assert page.complaints == []


FILE_RIGHTS = ("can_view_file", "can_download_file", "can_upload_file", "can_rename_file", "can_delete_file", "can_add_filesharelink")


@in_chromium
def test_files_go_up_in_one_piece_and_in_parts_and_one_is_shared(console, person, db):
    who = person(*FILE_RIGHTS)
    window = console(who, "ru")
    page = window.open("files", (390, "dark"))
    page.js("""(() => { const transfer = new DataTransfer();
        transfer.items.add(new File(['hello'], '<i>small</i>.txt', {type: 'text/plain'}));
        transfer.items.add(new File([new Uint8Array(17 << 20)], 'large.bin'));
        const input = document.querySelector('input[type=file]'); input.files = transfer.files;
        input.dispatchEvent(new Event('change')); })()""")
    page.wait("document.querySelectorAll('.queue .chip.good').length === 2")
    account = db.value("select id from account.account where username = %s", who.username)
    wait_for(lambda: db.value("select count(*) from storage.file where account_id = %s and current_version is not null", account) == 2)
    assert db.value("select v.size from storage.file f join storage.file_version v on v.id = f.current_version where f.name = 'large.bin' and f.account_id = %s", account) == 17 << 20
    window.check("files ru 390 dark at work")
    page.js("[...document.querySelectorAll('main tbody a')].find((a) => a.textContent.includes('small')).click()")
    page.wait(f"!!document.getElementById('places') && {SETTLED}")
    page.look(1280, "light")
    window.check("file ru 1280 light")
    page.key("s")
    page.wait("!!document.querySelector('dialog[open] select')")
    page.js("document.querySelector('dialog[open] .button.main').click()")
    page.wait("(() => { const i = document.querySelector('dialog[open] img.qr'); return !!i && i.complete && i.naturalWidth > 0; })()")
    window.check("file shared ru 1280 light")
    assert db.value("select count(*) from storage.link l join storage.file f on f.id = l.file_id where f.account_id = %s", account) == 1
    assert page.complaints == []


# What becomes of the second part, try by try: no connection, a refusal, an upload that the city has forgotten. Pauses wait for us.
HINDER = """(() => { const open = XMLHttpRequest.prototype.open, wait = window.setTimeout; let n = 0;
    window.later = []; window.second = () => n;
    window.setTimeout = (f, ms, ...more) => ms < 2000 ? wait(f, ms, ...more) : (window.later.push(f), 0);
    window.restore = () => { window.setTimeout = wait; };
    const ask = window.fetch; window.signs = 0;
    window.fetch = (url, more) => { window.signs += String(url).endsWith('/parts'); return ask(url, more); };
    XMLHttpRequest.prototype.open = function (method, url) {
        if (url.includes('partNumber=2')) n++;
        const hindered = url.includes('partNumber=2') && n < 4;
        open.call(this, hindered && n === 3 ? 'GET' : method, !hindered ? url : ['http://127.0.0.1:1/', url.replace('Signature=', 'Signature=0'), '/static/none'][n - 1]); };
    })()"""


@in_chromium
def test_an_upload_is_stopped_goes_on_and_begins_anew_where_the_city_has_forgotten_it(console, person, db):
    who = person(*FILE_RIGHTS)
    page = console(who, "en").open("files", (1280, "light"))
    press = "[...document.querySelectorAll('.queue button')].find((b) => (b.getAttribute('aria-label') ?? b.textContent).startsWith('%s')).click()"
    page.js(HINDER)
    page.js("""(() => { const transfer = new DataTransfer(); transfer.items.add(new File([new Uint8Array(17 << 20)], 'large.bin'));
        const input = document.querySelector('input[type=file]'); input.files = transfer.files;
        input.dispatchEvent(new Event('change')); })()""")
    page.wait("window.second() === 1 && window.later.length > 0")
    page.js(press % "Stop")
    before = page.js("window.signs")
    page.js("window.later.forEach((f) => f()); window.restore()")
    assert page.js("window.signs") == before
    page.js(press % "Go on")
    page.wait("window.second() === 2 && !!document.querySelector('.queue .wrong')")
    page.js(press % "Go on")
    page.wait("document.querySelectorAll('.queue .chip.good').length === 1")
    assert page.js("window.second()") == 4
    account = db.value("select id from account.account where username = %s", who.username)
    assert db.value("select count(*) from storage.file_version v join storage.file f on f.id = v.file_id where f.account_id = %s", account) == 2
    wait_for(lambda: db.value("select current_version is not null from storage.file where account_id = %s", account))


@in_chromium
def test_a_city_is_seen_and_given_up(console, person, db):
    window = console(person("can_operate"), "ru")
    page = window.open("cities", (1280, "dark"))
    page.wait("document.querySelectorAll('.city').length >= 2")
    page.js("[...document.querySelectorAll('main tbody button')][0].click()")
    page.wait("!!document.getElementById('one')")
    window.check("cities ru 1280 dark chosen")
    name = page.js("document.querySelector('#one bdi').textContent")
    page.js("document.querySelector('.card .button.bad').click()")
    page.wait("!!document.querySelector('dialog[open] .steps')")
    axe.check(page)
    page.js("document.querySelector('dialog[open] .button.main').click()")
    page.wait("!document.querySelector('dialog[open] .steps li[aria-current]') || document.querySelector('dialog[open] .steps li[aria-current]').textContent !== 'Осмотр'")
    page.wait("!!document.querySelector('dialog[open] input')")
    window.check("cities ru 1280 dark leaving")
    page.js("[...document.querySelectorAll('dialog[open] .button')].find((b) => b.textContent === 'Пусть остаётся').click()")
    wait_for(lambda: db.value("select leaving_at is null from storage.server where name = %s", name))
    assert page.complaints == []


@in_chromium
def test_a_setting_is_changed_after_a_proof_and_every_program_follows(console, person, stack, db):
    who = person("can_operate")
    window = console(who, "ru")
    page = window.open("settings", (1280, "light"))
    page.key("/")
    for letter in "review_undo":
        page.call("Input.insertText", text=letter)
    page.wait("document.querySelectorAll('.settings li').length === 1")
    page.js("document.querySelector('.settings .button').click()")
    page.wait("!!document.querySelector('dialog[open] input')")
    axe.check(page)
    page.js("(() => { const i = document.querySelector('dialog[open] input'); i.value = '11'; i.dispatchEvent(new Event('input', {bubbles: true})); })()")
    db.do("update account.session set proved_at = now() - interval '1 hour' where account_id = %s", who.id)
    page.js("document.querySelector('dialog[open] .button.main').click()")
    page.wait("document.querySelectorAll('dialog[open]').length === 2 && document.activeElement.type === 'password'")
    axe.check(page)
    page.call("Input.insertText", text=who.password)
    page.press("Enter")
    page.wait("!!document.querySelector('.diff li') && !document.querySelector('dialog[open]')")
    page.forgive(403)
    window.check("settings ru 1280 light changed")
    page.look(390, "dark")
    window.check("settings ru 390 dark changed")

    def in_force():
        return [s["value"] for s in window.client.get("/settings").json()["settings"] if s["name"] == "programme.review_undo"]
    wait_for(lambda: in_force() == ["11"])
    assert "review_undo = 11" in stack.ctl("conf").stdout
    page.js("document.querySelector('.between .button').click()")
    page.wait("!document.querySelector('.diff li')")
    wait_for(lambda: in_force() == ["10"])
    assert page.complaints == []


@in_chromium
def test_cards_are_imported_after_a_look_and_chosen(console, person, db):
    window = console(person("can_view_cards", "can_edit_cards", "can_withdraw_card"), "ru")
    page = window.open("cards", (1280, "light"))
    page.key("i")
    page.wait("!!document.querySelector('dialog[open] input[type=file]')")

    def take(lines, encoding="utf-8"):
        page.js("""(() => { const transfer = new DataTransfer(); transfer.items.add(new File([new Uint8Array(%r)], 'cards.csv', {type: 'text/csv'}));
            const input = document.querySelector('dialog[open] input[type=file]'); input.files = transfer.files;
            input.dispatchEvent(new Event('change', {bubbles: true})); })()""" % list(
                ("name,surname,number,role,level,card_issued_date\n" + lines).encode(encoding)))
    take("Vera,Orlova,990001,member,much,2026-11-30\n")
    page.wait("!!document.querySelector('dialog[open] .wrong')")
    page.forgive(422)
    window.check("cards import refused ru 1280 light")
    take("<b>Vera," + "Ж" * 60 + ",990001,member,3,2026-11-30\nBoris,Popov,,member,1,2026-11-30\n", "windows-1251")
    page.wait("!document.querySelector('dialog[open] .button.main').disabled")
    assert "Ж" * 60 in page.js("document.querySelector('dialog[open] .first').textContent")
    axe.check(page)
    page.js("document.querySelector('dialog[open] .button.main').click()")
    page.wait("!document.querySelector('dialog[open]') && document.querySelectorAll('.gallery li').length >= 2")
    wait_for(lambda: db.value("select count(*) from cards.card where status in ('due', 'drawing')") == 0)
    page.js("location.reload()")
    page.wait(f"document.querySelectorAll('.gallery li').length >= 2 && {SETTLED}")
    window.check("cards ru 1280 light")
    page.look(390, "dark")
    window.check("cards ru 390 dark")
    assert page.complaints == []


@in_chromium
def test_the_set_of_films_before_comes_back_and_a_hit_says_why(console, person, ctl, tmp_path):
    enterable(tmp_path)
    for name, titles in (("older", ["Solaris"]), ("newer", ["Face/Off", "Off the Face of the Earth", "<b>Alien</b> & " + "Ж" * 60])):
        source = tmp_path / f"{name}.jsonl"
        source.write_text("".join(json.dumps({"title": title, "imdb_rating": 7.5, "description": "A face in the crowd."}) + "\n" for title in titles))
        ctl("catalogue", "load", str(source))
    window = console(person("can_edit_catalogue"), "ru")
    page = window.open("catalogue", (1280, "light"))
    page.wait("document.querySelectorAll('#main table').length === 2")
    window.check("catalogue films ru 1280 light")
    for letter in "face":
        page.js("document.querySelector('input[type=search]').focus()")
        page.call("Input.insertText", text=letter)
    page.press("Enter")
    page.wait("document.querySelectorAll('.why').length === 3")
    assert page.js("[...document.querySelectorAll('.why')].map((why) => why.querySelectorAll('.chip.good').length)") == [1, 1, 0]
    for width, theme in ((1280, "light"), (390, "dark")):
        page.look(width, theme)
        window.check(f"catalogue search ru {width} {theme}")
    page.js("document.activeElement.blur()")
    page.key("b")
    page.wait("!!document.querySelector('dialog[open]')")
    axe.check(page)
    page.press("Enter")
    page.wait("document.querySelector('#in-force').parentNode.textContent.includes('older.jsonl')")
    assert page.complaints == []
