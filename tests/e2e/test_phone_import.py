"""samovarctl messenger import: an older server's database and its files, from a folder and from a bucket."""

import contextlib
import http.server
import pathlib
import re
import subprocess
import threading

import psycopg2
import pytest
import requests

from tests.e2e.client import word
from tests.e2e.store import City
from tests.e2e.test_files import servers  # noqa: F401

USERS = 40
FILES = USERS // 2 - 1  # the name of one is none of ours
SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "data/older-messenger.sql"


@pytest.fixture
def older(stack, db):
    """The older database; what has come from it goes again."""
    name = word("older")
    db.do(f"create database {name}")
    dsn = stack.dsn | {"dbname": name}
    # Other tests have sent files, too: a number that is taken is refused.
    script = SCRIPT.read_text().replace("$N", str(USERS)).replace("select n, n, 'image/png'", "select 500000 + n, n, 'image/png'")
    assert "500000 + n" in script
    with psycopg2.connect(**dsn) as link:
        link.cursor().execute(script)
    link.close()
    yield f"postgresql+psycopg2://{dsn['user']}@/{name}?host={dsn['host']}"
    db.do("delete from messenger.room where id in (select t.room_id from messenger.participant t join messenger.imported_account using (account_id))")
    db.do("delete from account.account where id in (select account_id from messenger.imported_account)")
    db.do(f"drop database {name}")


def tally(text):
    """{"users": {"added": 40, "there already": 0, "refused: twice": 1}, ...}"""
    out, title = {}, None
    for line in text.splitlines():
        title = line[:14].strip() or title
        for count, words in re.findall(r"(\d+) (refused: .*|added|there already|stored|to come|not there)", line[14:]):
            out.setdefault(title, {})[words.strip()] = int(count)
    return out


@contextlib.contextmanager
def refusing(db):
    """A server that answers 403, as Amazon does of keys that are not there to whoever may not list them; and how often it was asked
    by somebody who keeps a transaction open meanwhile."""
    open_ones = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            open_ones.append(db.value("select count(*) from pg_stat_activity where state = 'idle in transaction' and application_name like '%ctl%'"))
            self.send_response(403)
            self.end_headers()

        def log_message(self, *args):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", open_ones
        server.shutdown()


def test_an_older_server_comes_with_its_files(stack, db, servers, older, tmp_path):  # noqa: F811
    city, before = City(stack, "s1_2"), db.value("select count(*) from account.account")
    folder, bucket = stack.run / word("uploads"), word("older").lower()
    numbers = [n for n in range(1, USERS // 2 + 1) if n != 7]
    city.s3.create_bucket(Bucket=bucket)
    for n in numbers:
        if n % 2:
            (folder / str(n)).mkdir(parents=True)
            (folder / str(n) / f"f{n}.png").write_bytes(b"folder%d" % n)
        else:
            city.s3.put_object(Bucket=bucket, Key=f"user_content/uploads/{n}/f{n}.png", Body=b"bucket%d" % n)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    from_folder = len([n for n in numbers if n % 2])

    dry = tally(stack.ctl("messenger", "import", older, "--uploads", folder, "--dry-run").stdout)
    assert dry["users"] == {"added": USERS, "there already": 0, "refused: twice": 1, "refused: without a name or an address": 1}
    assert dry["bytes"] == {"to come": from_folder, "not there": FILES - from_folder}
    assert db.value("select count(*) from account.account") == before and db.value("select count(*) from messenger.imported_account") == 0

    real = tally(stack.ctl("messenger", "import", older, "--uploads", folder).stdout)
    assert real["bytes"] == {"stored": from_folder, "not there": FILES - from_folder}
    assert {title: t["added"] for title, t in real.items() if "added" in t} == {title: t["added"] for title, t in dry.items() if "added" in t}
    with refusing(db) as (address, open_ones):
        for words in ["--dry-run"], []:
            none = tally(stack.ctl("messenger", "import", older, "--uploads", f"s3://{bucket}", "--endpoint", address, *words).stdout)
            assert none["bytes"] == {"to come" if words else "stored": 0, "not there": FILES - from_folder}
        assert open_ones and not any(open_ones)
    again = tally(stack.ctl("messenger", "import", older, "--uploads", f"s3://{bucket}", "--endpoint", city.base).stdout)
    assert again["bytes"] == {"stored": FILES - from_folder, "not there": 0}
    assert {t["added"] for t in again.values() if "added" in t} == {0} and again["users"]["there already"] == USERS
    for n in numbers[:2]:
        answer = requests.get(f"{stack.base}/api/dev/uploads/f{n}.png", headers={"Accept": "image/*"}, timeout=30)
        assert answer.content == (b"folder%d" if n % 2 else b"bucket%d") % n


@pytest.mark.parametrize("words, says", [
    (["--uploads", "/nowhere"], "/nowhere is no folder"), (["--uploads", "s3://"], "which bucket?"),
    (["--uploads", "s3://b", "--endpoint", "ftp://x"], "must begin with https://")])
def test_what_cannot_be_read_is_said_before_anything_comes(stack, words, says):
    done = stack.ctl("messenger", "import", "postgresql:///none", *words, check=False)
    assert done.returncode == 1 and says in done.stderr
