"""A file on its way in and out: storage contract 4.3.1-3, 7.1, 7.5, with its marked faults mended."""

import datetime
import os
import re
import socket
import threading
import urllib.parse
import uuid

import psycopg2
import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import Client, error, iso_seconds, together, word
from tests.e2e.routes import faces
from tests.e2e.stack import REPO
from tests.e2e.store import curl, rewrite

FILE = {"id", "name", "size", "created", "updated"}
MISSING = (400, "File.DoesNotExist")
INVALID = (400, "Request.Error.Validation")
DENIED = (403, "Auth.Error.NoPermission")
NO_SERVER = (400, "CdnServer.DoesNotExist")
CITIES = [("s1_1", "Detroit", "USA", 42.3314, -83.0458, False),
          ("s1_2", "New York", "USA", 40.73061, -73.935242, True),
          ("s1_3", "Dallas", "USA", 32.7831, -96.8067, True),
          ("s2_1", "Vladivostok", "Russia", 43.10562, 131.87353, True),
          ("s3_1", "Cape Town", "Africa", -33.918861, 18.4233, True)]
RIGHTS = ["can_view_file", "can_upload_file", "can_download_file"]


@pytest.fixture(autouse=True)
def servers(db, stack):
    """The five cities of the contract's seed, as the embedded store serves them here."""
    for n, (name, place, zone, latitude, longitude, active) in enumerate(CITIES):
        db.do("insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, "
              "is_active) values (%s, '127.0.0.1', %s, %s, %s, %s, %s, true, %s) on conflict do nothing",
              name, stack.port + 1 + n, place, zone, latitude, longitude, active)
        db.do("update storage.server set is_on = true, is_active = %s where name = %s", active, name)
    # Whom nobody has asked yet would come after the others.
    db.do("insert into storage.health (server_id, is_up) select id, true from storage.server where name like 's_\\__'"
          " on conflict (server_id) do update set probed_at = now() where storage.health.is_up")


@pytest.fixture
def owner(base, person, sign_in):
    """owner("can_view_file", ...): a signed-in client; with no words, all that files need."""
    def owner(*permissions):
        who = person(*(permissions or RIGHTS))
        client = Client(base, "/storage/api/v1", sign_in(who)["access_token"])
        client.person = who
        return client
    return owner


def ask_upload(client, name=None, size=5):
    answer = client.post("/files/upload/", {"name": name or word("file") + ".txt", "size": size})
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(link, data, **headers):
    return requests.put(link, data=data, headers=headers, timeout=30)


def readable(client, id):
    """The answer with the download link, once the upload has been confirmed."""
    def ready():
        answer = client.get(f"/files/{id}/")
        assert answer.status_code == 200 or error(answer) == MISSING, answer.text
        return answer if answer.status_code == 200 else None
    return wait_for(ready, 10, "the file is readable").json()


def store(client, data, name=None):
    link = ask_upload(client, name, len(data))
    assert put(link["link"], data).status_code == 200
    return readable(client, link["file"]["id"])


def history(db, client, event):
    return db.all("select object_id, data from storage.history where account_id = %s and event = %s "
                  "order by created, id", client.person.id, event)


KNOWN = """Request.Error.Validation Database.Error Database.Error.UniqueViolation User.DoesNotExist User.AlreadyExists
    Login.Error.Credentials Auth.Error.TokenMissed Auth.Error.TokenWithWrongSignature Auth.Error.TokenOutdated
    Auth.Error.WrongTokenPayload Auth.Error.NoPermission Auth.Error.ServerUnavailable File.DoesNotExist File.AlreadyExists
    FileShareLink.DoesNotExist CdnServer.ConnectionError CdnServer.AlreadyExists CdnServer.DoesNotExist
    Api.Server.InternalError""".split()  # contract 2.2; "Not Found" and "Method Not Allowed" are of 2.1


def test_every_code_is_one_that_the_client_knows():
    """Any other is "unknown error" to whoever sees it."""
    said = faces()["storage"].words
    said += re.findall(r"""storage:.*"error":"(.*?)\"""", (REPO / "fcgi/storage/errors.conf").read_text())
    assert len(said) > 25
    assert set(said) - {"Not Found", "Method Not Allowed"} <= set(KNOWN)


# -- the way in

def test_an_upload_link_comes_with_the_file_and_nothing_else(owner):
    client = owner()
    body = ask_upload(client, "a b.txt", 5)
    assert set(body) == {"file", "link"} and set(body["file"]) == FILE
    f = body["file"]
    assert (f["name"], f["size"]) == ("a b.txt", 5) and str(uuid.UUID(f["id"])) == f["id"]
    iso_seconds(f["created"]), iso_seconds(f["updated"])
    assert body["link"].startswith("http")
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(body["link"]).query))
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256" and query["X-Amz-SignedHeaders"] == "content-length;host"
    assert int(query["X-Amz-Expires"]) <= 3600


def test_what_is_put_comes_back_byte_for_byte(owner):
    client = owner()
    data = os.urandom(3_000_000)
    body = ask_upload(client, size=len(data))
    answer = put(body["link"], data, **{"Content-Type": "image/png"})
    assert answer.status_code == 200 and answer.content == b""
    link = readable(client, body["file"]["id"])
    assert set(link) == {"file", "link"} and set(link["file"]) == FILE
    got = requests.get(link["link"], headers={"Content-Type": "application/json"}, timeout=30)
    assert got.status_code == 200 and got.content == data
    assert got.headers["Content-Length"] == str(len(data)) and "Content-Encoding" not in got.headers


@pytest.mark.parametrize("name", ["отчёт за май.txt", "a/b\\c.txt", "100%.txt", "😀", "x" * 255,
                                  "'; drop table storage.file; --", "a&b=c+d#e?f", '"quoted".txt', ".."])
def test_any_name_without_control_characters_is_taken(owner, name):
    client = owner()
    link = store(client, b"bytes", name)
    assert link["file"]["name"] == name
    assert requests.get(link["link"], timeout=10).content == b"bytes"
    assert [f["name"] for f in client.get("/files/").json()] == [name]


def test_the_largest_size_is_taken(owner):
    assert ask_upload(owner(), size=2 ** 63 - 1)["file"]["size"] == 2 ** 63 - 1


def test_a_file_is_listed_but_not_readable_before_its_bytes_came(owner):
    client = owner()
    f = ask_upload(client)["file"]
    assert [x["id"] for x in client.get("/files/").json()] == [f["id"]]
    assert error(client.get(f"/files/{f['id']}/")) == MISSING
    assert error(client.get(f"/files/{f['id']}/content")) == MISSING


def test_the_true_size_replaces_the_announced_one(owner, stack):
    """Where a server has taken another length than the one that was signed."""
    client = owner()
    f = ask_upload(client, size=5)
    rewrite(stack, f["link"], b"eleven byte")
    readable(client, f["file"]["id"])
    assert client.get("/files/").json()[0]["size"] == 11


@pytest.mark.parametrize("data", [b"x" * 100_000, b"four", b""], ids=len)
def test_another_length_than_announced_is_refused(owner, data):
    client = owner()
    f = ask_upload(client, size=5)
    answer = put(f["link"], data)
    assert answer.status_code == 403 and "announced length" in answer.text
    assert error(client.get(f"/files/{f['file']['id']}/")) == MISSING
    assert put(f["link"], b"fives").status_code == 200


def test_an_upload_link_is_spent_by_its_upload(owner):
    """The same bytes once more are fine: whoever has not heard the answer asks again."""
    client = owner()
    f = ask_upload(client, size=5)
    first = put(f["link"], b"first")
    assert first.status_code == 200 and first.content == b""
    readable(client, f["file"]["id"])
    again = put(f["link"], b"first")
    assert (again.status_code, again.headers["ETag"]) == (200, first.headers["ETag"])
    other = put(f["link"], b"other")
    assert other.status_code == 412 and "PreconditionFailed" in other.text
    assert requests.get(readable(client, f["file"]["id"])["link"], timeout=10).content == b"first"


def test_of_many_bodies_through_one_link_one_is_stored(owner):
    client = owner()
    f = ask_upload(client, size=20_000)
    bodies = [bytes([n]) * 20_000 for n in range(8)]
    answers = together(8, lambda n: put(f["link"], bodies[n]))
    assert sorted(a.status_code for a in answers) == [200] + [412] * 7
    (winner,) = [n for n, a in enumerate(answers) if a.status_code == 200]
    assert requests.get(readable(client, f["file"]["id"])["link"], timeout=10).content == bodies[winner]


def test_an_upload_works_with_plain_curl(owner, tmp_path):
    """As a person at a terminal does it: of a file, and as the body of a request."""
    client = owner()
    (tmp_path / "file").write_bytes(os.urandom(2_000_000))
    for words in (["-T", str(tmp_path / "file")], ["-X", "PUT", "--data-binary", f"@{tmp_path / 'file'}"]):
        f = ask_upload(client, size=2_000_000)
        done = curl("-o", "-", "-w", "%{http_code}", *words, f["link"])
        assert done.stdout == b"200", done.stdout
        assert requests.get(readable(client, f["file"]["id"])["link"], timeout=10).content == \
            (tmp_path / "file").read_bytes()


def test_an_empty_file_is_a_file(owner):
    client = owner()
    link = store(client, b"")
    assert link["file"]["size"] == 0 and requests.get(link["link"], timeout=10).content == b""


def test_a_file_that_is_replaced_while_it_is_looked_up_is_there(owner, db, stack):
    """The reader has seen the old version; before it looks who holds it, the new one takes its place."""
    client = owner()
    file = store(client, b"old", word("swap"))["file"]
    answers = []
    reader = threading.Thread(target=lambda: answers.append(client.get(f"/files/{file['id']}/")))
    link = psycopg2.connect(**stack.dsn)
    cursor = link.cursor()

    def nobody_writes():
        """All locks at once or none: a job that writes there would be waited for, and wait for this."""
        try:
            cursor.execute("lock table storage.file, storage.file_version in share row exclusive mode nowait;"
                           " lock table storage.copy in access exclusive mode nowait")
        except psycopg2.errors.LockNotAvailable:
            link.rollback()
            return False
        return True
    wait_for(nobody_writes, 20, "nobody writes")
    reader.start()
    wait_for(lambda: db.value("select count(*) from pg_locks where not granted") > 0, 20, "the reader waits")
    cursor.execute("""
        with old as (select v.* from storage.file f join storage.file_version v on v.id = f.current_version where f.id = %s),
        new as (insert into storage.file_version (file_id, key, state, announced_size, size, server_id, stored_at)
                select file_id, key || '.new', 'stored', 3, 3, server_id, now() from old returning *),
        held as (insert into storage.copy (version_id, server_id) select id, server_id from new)
        update storage.file set current_version = new.id from new where storage.file.id = new.file_id""", (file["id"],))
    cursor.execute("update storage.copy set doomed_at = now() from storage.file_version v, storage.file f"
                   " where v.id = version_id and f.id = v.file_id and f.id = %s and v.id <> f.current_version", (file["id"],))
    link.commit()
    link.close()
    reader.join(20)
    assert answers[0].status_code == 200, answers[0].text
    assert ".new?" in answers[0].json()["link"]


def test_the_same_name_again_replaces_the_file(owner):
    client = owner()
    first = store(client, b"old", "same.txt")
    again = ask_upload(client, "same.txt", 3)
    assert again["file"]["id"] == first["file"]["id"]
    # until the new bytes are there, the old ones are served
    assert requests.get(readable(client, first["file"]["id"])["link"], timeout=10).content == b"old"
    put(again["link"], b"new")
    wait_for(lambda: requests.get(readable(client, first["file"]["id"])["link"], timeout=10).content
             == b"new", 10, "the new bytes")
    assert len(client.get("/files/").json()) == 1


def test_a_late_put_through_an_old_link_changes_nothing(owner):
    client = owner()
    old = ask_upload(client, "same.txt", 3)
    new = ask_upload(client, "same.txt", 3)
    put(new["link"], b"new")
    readable(client, new["file"]["id"])
    put(old["link"], b"old")
    link = readable(client, new["file"]["id"])["link"]
    assert requests.get(link, timeout=10).content == b"new"


def test_sizes_may_add_up_to_more_than_a_number_holds(owner, ctl):
    client = owner()
    for name in ("a", "b", "c"):
        assert client.post("/files/upload/", {"name": name, "size": 2 ** 63 - 1}).status_code == 200
    assert str(2 ** 63 - 1) in ctl("storage", "quota", client.person.username).stdout


def test_names_of_different_people_do_not_meet(owner):
    one, other = owner(), owner()
    assert ask_upload(one, "same.txt")["file"]["id"] != ask_upload(other, "same.txt")["file"]["id"]


def test_uploads_of_one_name_at_once_make_one_file(owner, base, db):
    client = owner()
    answers = together(8, lambda n: Client(base, client.prefix, client.token).post(
        "/files/upload/", {"name": "same.txt", "size": n}))
    good = [a.json()["file"]["id"] for a in answers if a.status_code == 200]
    assert good and len(set(good)) == 1
    assert {error(a) for a in answers if a.status_code != 200} <= {(400, "Database.Error.UniqueViolation")}
    assert db.value("select count(*) from storage.file where account_id = %s", client.person.id) == 1


def test_without_a_usable_server_there_is_no_link(owner, db):
    client = owner()
    for change in ("is_on = false", "is_active = false"):
        db.do(f"update storage.server set {change}")
        assert error(client.post("/files/upload/", {"name": "a", "size": 1})) == NO_SERVER
    assert db.value("select count(*) from storage.file where account_id = %s", client.person.id) == 0


def test_the_link_leads_to_a_usable_server(owner, stack):
    client = owner()
    ports = {urllib.parse.urlsplit(ask_upload(client)["link"]).port for _ in range(20)}
    assert ports <= {stack.port + 2 + n for n in range(4)}  # not s1_1


def test_a_put_that_breaks_off_stores_nothing(owner):
    client = owner()
    body = ask_upload(client, size=100_000)
    address = urllib.parse.urlsplit(body["link"])
    with socket.create_connection((address.hostname, address.port), 10) as link:
        link.sendall(f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n"
                     "Content-Length: 100000\r\n\r\n".encode() + b"x" * 50_000)
    assert error(client.get(f"/files/{body['file']['id']}/")) == MISSING


@pytest.mark.parametrize("change", ["signature", "key", "expires", "method"])
def test_an_altered_link_opens_nothing(owner, change):
    client = owner()
    body = ask_upload(client)
    link = body["link"]
    if change == "signature":
        link = link[:-4] + ("0000" if link[-4:] != "0000" else "1111")
    elif change == "key":
        link = link.replace("?", "x?", 1)
    elif change == "expires":
        link = link.replace("X-Amz-Expires=", "X-Amz-Expires=9")
    answer = requests.request("DELETE" if change == "method" else "PUT", link, data=b"bytes", timeout=10)
    assert answer.status_code == 403 and answer.text.lstrip().startswith("<?xml")
    assert "<Code>" in answer.text
    assert error(client.get(f"/files/{body['file']['id']}/")) == MISSING


# -- the list

def test_the_list_has_ones_own_live_files_in_their_order(owner, db):
    client, other = owner(), owner()
    ids = [ask_upload(client)["file"]["id"] for _ in range(5)]
    ask_upload(other)
    db.do("update storage.file set deleted_at = now() where id = %s", ids[2])
    answer = client.get("/files/", headers={"Content-Type": "application/json"})
    assert answer.status_code == 200 and all(set(f) == FILE for f in answer.json())
    assert [f["id"] for f in answer.json()] == ids[:2] + ids[3:]


def test_an_empty_list_is_a_list(owner):
    answer = owner().get("/files/")
    assert (answer.status_code, answer.json()) == (200, [])


def test_times_name_their_offset(owner):
    f = ask_upload(owner())["file"]
    for name in ("created", "updated"):
        now = datetime.datetime.now(datetime.timezone.utc).timestamp()
        assert abs(iso_seconds(f[name]) - now) < 10


# -- the way out

def test_content_redirects_to_the_bytes(owner):
    client = owner()
    link = store(client, b"some bytes")
    answer = client.get(f"/files/{link['file']['id']}/content")
    assert answer.status_code == 302
    assert requests.get(answer.headers["Location"], timeout=10).content == b"some bytes"


def test_others_do_not_see_the_file(owner):
    client, other = owner(), owner()
    id = store(client, b"mine")["file"]["id"]
    for path in (f"/files/{id}/", f"/files/{id}/content"):
        assert error(other.get(path)) == MISSING


def test_a_deleted_file_is_not_there(owner, db):
    client = owner()
    id = store(client, b"gone")["file"]["id"]
    db.do("update storage.file set deleted_at = now() where id = %s", id)
    for path in (f"/files/{id}/", f"/files/{id}/content"):
        assert error(client.get(path)) == MISSING


@pytest.mark.parametrize("name, words", [("expires_at", "lifetime"), ("password", "no password"), ("max_downloads", "any number")])
def test_an_upload_promises_nothing_that_it_does_not_know(owner, name, words):
    answer = owner().post("/files/upload/", {"name": "a", "size": 1, name: "1"})
    assert error(answer) == INVALID and words in answer.json()["detail"]


def test_an_unknown_id_does_not_exist_and_a_wrong_one_is_invalid(owner):
    client = owner()
    assert error(client.get(f"/files/{uuid.uuid4()}/")) == MISSING
    assert error(client.get("/files/not-an-id/")) == INVALID


def test_an_id_may_be_written_in_upper_case(owner):
    client = owner()
    id = store(client, b"x")["file"]["id"]
    answer = client.get(f"/files/{id.upper()}/")
    assert answer.status_code == 200 and answer.json()["file"]["id"] == id


def test_a_copy_on_an_unusable_server_is_not_served(owner, db):
    client = owner()
    id = store(client, b"x")["file"]["id"]
    db.do("update storage.server set is_active = false")
    assert error(client.get(f"/files/{id}/")) in (NO_SERVER, (400, "CdnServer.ConnectionError"))


# -- who may

@pytest.mark.parametrize("method, path, body, needed", [
    ("GET", "/files/", None, ["can_view_file"]),
    ("POST", "/files/upload/", {"name": "a", "size": 1}, ["can_upload_file"]),
    ("GET", f"/files/{uuid.UUID(int=7)}/", None, ["can_view_file", "can_download_file"]),
    ("GET", f"/files/{uuid.UUID(int=7)}/content", None, ["can_view_file", "can_download_file"])])
def test_each_route_asks_for_its_permission(owner, method, path, body, needed):
    for name in needed:
        assert owner(name)(method, path, json=body).status_code in (200, 400)
    others = [p for p in RIGHTS + ["can_delete_file"] if p not in needed]
    assert error(owner(*others)(method, path, json=body)) == DENIED


def test_checks_come_in_order_token_permission_input(owner, base):
    bad = {"name": "", "size": -1}
    nobody = Client(base, "/storage/api/v1")
    assert error(nobody.post("/files/upload/", bad)) == (401, "Auth.Error.TokenMissed")
    assert error(owner("can_view_file").post("/files/upload/", bad)) == DENIED
    assert error(owner().post("/files/upload/", bad)) == INVALID
    assert error(nobody.get("/files/not-an-id/")) == (401, "Auth.Error.TokenMissed")


# -- what is written down

def test_links_leave_history_rows(owner, db):
    client = owner()
    link = store(client, b"x", "told.txt")
    id = link["file"]["id"]
    up, down = history(db, client, "FILE.UPLOADED"), history(db, client, "FILE.DOWNLOADED")
    assert [(str(r.object_id), r.data) for r in up] == [(id, {"name": "told.txt"})]
    before = len(down)
    client.get(f"/files/{id}/")
    client.get(f"/files/{id}/content")
    after = history(db, client, "FILE.DOWNLOADED")
    assert len(after) == before + 2 and after[-1].data == {"name": "told.txt"}


def test_a_refused_upload_leaves_no_history(owner, db):
    client = owner()
    db.do("update storage.server set is_on = false")
    client.post("/files/upload/", {"name": "a", "size": 1})
    assert history(db, client, "FILE.UPLOADED") == []
