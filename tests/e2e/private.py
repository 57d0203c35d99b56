"""What no log may hold: names, phones, addresses, passwords, tokens and signatures that the tests have used.

Everything that goes through requests is looked at, and what tests put into tables. At the end of a session the
logs of its stack are searched for all of it.
"""

import json
import re
import subprocess
import urllib.parse

import requests

# Members of bodies whose value is a person's or a secret, whatever it looks like.
PERSONAL = re.compile(r"(?i)password|token|secret|email|phone|birth|surname|first_name|last_name|username|signature"
                      r"|credential|^data$|^code$")
SIGNATURES = ("X-Amz-Signature", "Signature", "signature")
LEAST = 8  # characters of a value that is nothing but ASCII: shorter ones stand in logs by chance
MOST = 2000

values = set()


def note(value):
    """This text must stand in no log."""
    if not isinstance(value, str) or not LEAST <= len(value) <= MOST or "\n" in value or "\0" in value:
        if not (isinstance(value, str) and re.fullmatch(r"[А-ЯЁа-яё -]{4,7}", value)):
            return
    # Digits or letters alone stand in a log by chance.
    if not re.fullmatch(r"[0-9]+|[A-Za-z]+", value) and not any("\ud800" <= c <= "\udfff" for c in value):
        values.add(value)


def note_text(text):
    """A text that came or went as a name, a title: private where it is written in other letters."""
    if isinstance(text, str) and re.search(r"[^\x00-\x7f]", text):
        note(text.strip())


def note_members(data, name=""):
    if isinstance(data, dict):
        for key, value in data.items():
            note_members(value, str(key))
    elif isinstance(data, list):
        for value in data:
            note_members(value, name)
    elif isinstance(data, str):
        if PERSONAL.search(name):
            note(data)
            note_inside(data)
        note_text(data)
        note_address(data)


def note_inside(text):
    """JSON within a text, as a Telegram form is."""
    if text.startswith("{"):
        try:
            note_members(json.loads(text))
        except ValueError:
            pass


def note_address(text):
    """Signatures and names in the query of an address."""
    if "?" not in text or len(text) > 20000:
        return
    for name, value in urllib.parse.parse_qsl(text.partition("?")[2], errors="replace"):
        if name in SIGNATURES or PERSONAL.search(name):
            note(value)
        note_text(value)


def note_body(body):
    if isinstance(body, bytes) and len(body) < 100_000:
        try:
            note_members(json.loads(body))
        except (ValueError, RecursionError):
            pass


def note_exchange(request, answer):
    note_address(request.url)
    authorization = request.headers.get("Authorization", "")
    if isinstance(authorization, str):
        note(authorization.partition(" ")[2])
    note_body(request.body.encode(errors="replace") if isinstance(request.body, str) else request.body)
    for cookie in answer.cookies:
        note(cookie.value)
    note_address(answer.headers.get("Location", ""))
    if "json" in answer.headers.get("Content-Type", "") and int(answer.headers.get("Content-Length", 0)) < 100_000:
        note_body(answer.content if answer._content_consumed else b"")


def watch(telegram, db):
    """From now on all that goes through requests, these classes' Telegram.control and Db.run is noted."""
    plain_send, plain_control, plain_run = requests.Session.send, telegram.control, db.run

    def send(session, request, **more):
        answer = plain_send(session, request, **more)
        note_exchange(request, answer)
        return answer

    def control(self, verb, path, order=None, **query):
        note_members(order)
        return plain_control(self, verb, path, order, **query)

    def run(self, sql, args):
        for value in args:
            note_text(value)
            if isinstance(value, str) and re.fullmatch(r"\S+@\S+\.\S+|\+7[\d ()-]{10,}", value):
                note(value)
        return plain_run(self, sql, args)
    requests.Session.send, telegram.control, db.run = send, control, run


def note_tables(db):
    """What stands in the tables at the end."""
    for sql in ("select email::text from account.account", "select username::text from account.account",
                "select token::text from account.invitation", "select email::text from account.invitation",
                "select phone_number from programme.participant", "select surname from programme.participant",
                "select id::text from storage.link"):
        for (value,) in db.all(sql):
            note(value)


def spellings(value):
    """The ways in which it may stand in a log."""
    yield value
    yield urllib.parse.quote(value)
    yield urllib.parse.quote(value, safe="")
    yield urllib.parse.quote_plus(value)
    yield json.dumps(value)[1:-1]


def found_in(folder, patterns):
    """Lines of the files in `folder` that hold one of the values: "file: value"."""
    words = {s for value in patterns for s in spellings(value) if len(s.encode()) >= 7}
    if not words:
        return []
    done = subprocess.run(["grep", "-raoFf", "-", "--", str(folder)], input="\n".join(sorted(words)).encode(),
                          capture_output=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return sorted(set(done.stdout.decode(errors="replace").splitlines()))
