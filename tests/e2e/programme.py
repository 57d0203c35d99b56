"""A running shift with children in it, straight into the database, and clocks to move."""

import datetime
import json
import random
import struct
import time
import zlib
import zoneinfo

import psycopg2.errors

from tests.e2e.stack import lay_down

ZONE = zoneinfo.ZoneInfo("Asia/Yekaterinburg")
FIRST_CHAT = 500_000_000

TABLES = ["report_photo", "report", "member", "request", "participant", "shift"]


def today(zone=ZONE):
    return datetime.datetime.now(zone).date()


def clear(db):
    """No shift, no child, no message that waits; tasks stay. The statements of other programs lock the same tables in
    an order of their own, and on a busy machine there is always one of them."""
    for _ in range(30):
        try:
            return clear_once(db)
        except psycopg2.errors.DeadlockDetected:
            continue
    clear_once(db)


def clear_once(db):
    lay_down(db)
    db.do("update programme.task set telegram_file_id = null")  # the stand-in forgets them, too
    tables = [r.t for r in db.all(
        "select quote_ident(table_name) as t from information_schema.tables "
        "where table_schema = 'programme' and table_type = 'BASE TABLE' and table_name <> 'task'")]
    db.do("truncate " + ", ".join("programme." + t for t in tables))
    db.do("delete from job.timer_run")
    db.do("update job.timer set last_slot = null")


def tasks(db):
    """Ids of 31 tasks in their order; made when the table is empty."""
    if db.value("select count(*) from programme.task") == 0:
        db.do("insert into programme.task (url, title) select '/static/tasks/test_' || n || '.jpg', "
              "'задание номер ' || n from generate_series(1, 31) n")
    return [str(r.id) for r in db.all("select id from programme.task order by sequence_number limit 31")]


class Shift:
    """A shift and its members; children[i].chat is the i-th child's Telegram id."""

    def __init__(self, db, count, started, status="started", days=90):
        ids = tasks(db)
        self.db = db
        self.plan = {str(day): ids[(day - 1) % len(ids)] for day in range(1, 32)}
        self.id = db.value(
            "insert into programme.shift (status, started_at, finished_at, title, final_message, tasks) "
            "values (%s, %s, %s, 'Смена для проверки', 'Спасибо за участие, {name}!', %s) returning id",
            status, started, started + datetime.timedelta(days=days), json.dumps(self.plan))
        self.chats = [FIRST_CHAT + n for n in range(count)]
        db.do("insert into programme.participant (name, surname, date_of_birth, city, phone_number, "
              "telegram_id, status) select 'Имя', 'Фамилия', '2010-01-01', 'Уфа', "
              "'+7 9' || to_char(n, 'FM000000000'), %s + n, 'verified' "
              "from generate_series(0, %s - 1) n", FIRST_CHAT, count)
        db.do("insert into programme.member (participant_id, shift_id) select id, %s "
              "from programme.participant", self.id)

    def title_of(self, day):
        return self.db.value("select title from programme.task where id = %s", self.plan[str(day.day)])

    def reports(self, day, status=None):
        return self.db.value("select count(*) from programme.report where task_date = %s "
                             "and (%s::text is null or status::text = %s)", day, status, status)

    def member(self, chat):
        return self.db.one(
            "select m.*, p.telegram_blocked from programme.member m join programme.participant p "
            "on p.id = m.participant_id where p.telegram_id = %s", chat)

    def report(self, chat, day, status):
        """Puts a report of that day into the database."""
        self.db.do(
            "insert into programme.report (shift_id, task_id, member_id, task_date, status) "
            "select m.shift_id, %s, m.id, %s, %s from programme.member m join programme.participant p "
            "on p.id = m.participant_id where p.telegram_id = %s",
            self.plan[str(day.day)], day, status, chat)


class Clock:
    """The one clock of all the stack's programs, moved while they run. The database keeps its own."""

    def __init__(self, stack):
        self.stack = stack
        self.offset = 0.0

    def step(self, seconds):
        self.offset += seconds
        self.stack.set_clock(f"{self.offset:+.6f}")

    def set(self, moment):
        """From now on it is `moment` (with its zone), and time goes on."""
        self.offset = 0.0
        self.step(moment.timestamp() - time.time())
        return self

    def freeze(self, moment):
        self.stack.set_clock(moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))

    def reset(self):
        self.offset = 0.0
        self.step(0)


def png(seed, side=48):
    """A picture of its own for each seed."""
    dice = random.Random(seed)
    rows = b"".join(b"\0" + dice.randbytes(side * 3) for _ in range(side))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
