"""A server that is deleted leaves nothing behind and takes nothing along: storage contract 7.8, D12."""

import io
import os
import threading

import psycopg2
import pytest
import requests
from PIL import Image

from tests.conftest import wait_for
from tests.e2e.client import Client, error, word
from tests.e2e.store import City
from tests.e2e.test_cards import KEEPER, drawn, given_card, signed_in
from tests.e2e.test_copies import anna, bytes_at, down, gate, hurry, key_of  # noqa: F401
from tests.e2e.test_events import SECRET, deaf, message  # noqa: F401
from tests.e2e.test_files import CITIES, NO_SERVER, owner, put, servers  # noqa: F401
from tests.e2e.test_servers import NEW_YORK, TAKEN, at, city_of, holders, server, upload_at

DALLAS = "32.7,-96"
SMALL = {"texts": {name: {"position": [20, 20 + 90 * n], "size": 40, "max_width": 800}
                   for n, name in enumerate(("full_name", "role", "card_issued_date", "user_id", "level"))},
         "qr": {"position": [850, 20], "size": 300, "color": "#000000", "plate": "#ffffff"}}
NEEDED = (400, "Request.Error.Validation")


@pytest.fixture(autouse=True)
def tidy(db, stack, servers):  # noqa: F811
    """No upload link of another test leads anywhere; what is left of a server here is forgotten."""
    db.do("update storage.file_version set link_expires = now() - interval '2 hours'")
    yield
    ours = "deleted_at is null and zone <> 'hand' and port = any(%s)"
    ports = [City(stack, c[0]).port for c in CITIES]
    db.do(f"delete from storage.copy where server_id in (select id from storage.server where not ({ours}))", ports)
    db.do(f"delete from storage.server where not ({ours})", ports)
    for name, port in zip((c[0] for c in CITIES), ports):
        db.do("update storage.server set name = %s, city = %s where port = %s", name, name, port)
    db.all_up()


def seen(client, name):
    """The server of that name as everybody sees it."""
    return next((s for s in client.get("/servers/").json() if s["name"] == name), None)


def delete(client, name):
    return client("DELETE", f"/servers/{seen(client, name)['id']}/")


def is_gone(db, id):
    return not db.one("select 1 from storage.server where id = %s", id)


def fill(db, id):
    db.do("insert into job.job (kind, subject, key) values ('server.resync', %s, %s) on conflict do nothing", id, id)
    db.do("notify job")


def both(client, count=1, data=b"both"):
    """Files that New York and Dallas have."""
    files = [upload_at(client, NEW_YORK, data) for _ in range(count)]
    wait_for(lambda: all(holders(client, f) == {"s1_2", "s1_3"} for f in files), 30, "the zone has them")
    return files


def content(client, file):
    answer = client.get(f"/files/{file['id']}/", headers=at(DALLAS))
    return requests.get(answer.json()["link"], timeout=10).content if answer.status_code == 200 else None


def kept(db, city, name="s1_3"):
    """The keys in a city's bucket, whoever is named after it now."""
    return {r.key for r in db.all("select key from store.object where server = %s and bucket = %s", name, city.keys.bucket)}


def doom(db, id):
    """As a step of the job does, while there is no worker."""
    db.do("update storage.copy set doomed_at = now() where server_id = %s", id)
    db.do("insert into job.job (kind, subject, key) select 'copy.remove', version_id || '/' || server_id,"
          " version_id || '/' || server_id from storage.copy where server_id = %s on conflict do nothing", id)


class Held:
    """A transaction of somebody else, in the midst."""

    def __init__(self, stack, sql, *args):
        self.link = psycopg2.connect(**stack.dsn)
        psycopg2.extras.register_uuid(conn_or_curs=self.link)
        self.link.cursor().execute(sql, args)

    def __enter__(self):
        return self

    def commit(self):
        self.link.commit()

    def __exit__(self, *failure):
        self.link.close()


def waiting(db):
    return db.value("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and state = 'active'")


def at_once(calls):
    """Starts the calls; gives the list that their answers will be in, and what waits for them."""
    answers = [None] * len(calls)

    def run(n):
        answers[n] = calls[n]()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for t in threads:
        t.start()
    return answers, lambda: [t.join(30) for t in threads]


class TestCleaning:
    def test_objects_go_first_and_then_the_row(self, anna, db, stack):  # noqa: F811
        files, city = both(anna, 3, b"stays"), City(stack, "s1_3")
        keys = {key_of(db, f) for f in files}
        assert keys <= kept(db, city)
        dallas = seen(anna, "s1_3")
        assert delete(anna, "s1_3").status_code == 204
        assert seen(anna, "s1_3") is None
        assert all(holders(anna, f) == {"s1_2"} for f in files)
        link = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at(DALLAS)).json()["link"]
        assert city_of(link, stack) == "s1_2"
        for method, body in (("DELETE", None), ("PUT", server())):
            assert error(anna(method, f"/servers/{dallas['id']}/", body)) == NO_SERVER
        wait_for(lambda: is_gone(db, dallas["id"]), 30, "the row is gone")
        assert not keys & kept(db, city)
        assert all(content(anna, f) == b"stays" for f in files)

    def test_a_server_that_is_off_is_forgotten_and_nothing_is_done_there(self, anna, db, stack):  # noqa: F811
        file, city = both(anna)[0], City(stack, "s1_3")
        dallas = seen(anna, "s1_3")
        off = {k: dallas[k] for k in server()} | {"is_on": False}
        assert anna("PUT", f"/servers/{dallas['id']}/", off).status_code == 200
        assert delete(anna, "s1_3").status_code == 204
        assert is_gone(db, dallas["id"])
        assert key_of(db, file) in kept(db, city)

    def test_its_name_is_free_and_means_the_new_one(self, anna, base, db, stack):  # noqa: F811
        with stack.without("samovar-worker"):
            both_gone = seen(anna, "s1_3")["id"]
            assert delete(anna, "s1_3").status_code == 204
            made = anna.post("/servers/", server(name="s1_3", is_on=True))
            assert made.status_code == 201 and made.json()["id"] != both_gone
            assert error(anna.post("/servers/", server(name="S1_3"))) == TAKEN
            key = word("key")
            hook = Client(base, "/storage/hooks")("POST", "/s3?server=s1_3", data=message(f"{key}/x"),
                                                  headers={"Authorization": f"Bearer {SECRET}"})
            assert hook.status_code == 200
            asked = db.all("select subject from job.job where kind = 'copy.check' and subject like %s", f"%{key}%")
            assert [r.subject.split("/")[0] for r in asked] == [made.json()["id"]]
            metrics = Client(anna.base, address="127.0.0.1").get("/metrics").text
            assert metrics.count('samovar_server_up{server="s1_3"}') == 1

    def test_a_copy_in_parts_is_given_up(self, anna, db, stack, gate):  # noqa: F811
        dallas, city = gate("s1_3"), City(stack, "s1_3")
        id = seen(anna, "s1_3")["id"]
        dallas.limit = 7 * 1048576
        data = os.urandom(12 * 1048576)
        link = anna.post("/files/upload/", {"name": word("big"), "size": len(data)}, headers=at(NEW_YORK)).json()
        assert put(link["link"], data).status_code == 200
        wait_for(lambda: dallas.listener is None and db.one("select 1 from storage.transfer"), 30, "it dies in the midst")
        key = db.value("select v.key from storage.transfer t join storage.file_version v on v.id = t.version_id")
        assert delete(anna, "s1_3").status_code == 204
        dallas.open()
        wait_for(lambda: hurry(db) or is_gone(db, id), 30, "the row is gone")
        assert not db.all("select * from storage.transfer")
        begun = city.s3.list_multipart_uploads(Bucket=city.keys.bucket).get("Uploads", [])
        assert key not in [upload["Key"] for upload in begun]  # a worker that another test killed may have left one

    def test_a_worker_is_killed_and_the_server_dies_in_the_midst(self, anna, db, stack, gate):  # noqa: F811
        files, dallas, city = both(anna, 12), gate("s1_3"), City(stack, "s1_3")
        id, keys = seen(anna, "s1_3")["id"], {key_of(db, f) for f in files}
        dallas.limit = dallas.passed + 3000  # some requests
        assert delete(anna, "s1_3").status_code == 204
        wait_for(lambda: dallas.listener is None, 20, "it dies")
        with stack.without("samovar-worker", 9):
            assert not is_gone(db, id) and keys & kept(db, city)
            dallas.open()
        wait_for(lambda: hurry(db) or is_gone(db, id), 40, "the row is gone")
        assert not keys & kept(db, city)
        assert all(content(anna, f) == b"both" for f in files)


class TestAway:
    def test_a_server_that_does_not_answer_is_emptied_when_it_is_back(self, anna, ctl, db, stack, gate):  # noqa: F811
        file, dallas, city = both(anna)[0], gate("s1_3"), City(stack, "s1_3")
        id, key = seen(anna, "s1_3")["id"], key_of(db, file)
        dallas.shut()
        wait_for(lambda: down(db, "s1_3"), 20, "it is known to be down")
        assert delete(anna, "s1_3").status_code == 204
        for _ in range(2):
            db.do("insert into job.job (kind) values ('storage.sweep'), ('storage.reconcile')")
            db.do("notify job")
            wait_for(lambda: not db.one("select 1 from job.job where kind in"
                                        " ('storage.sweep', 'storage.reconcile', 'server.resync') limit 1"), 20, "it was looked at")
        assert not db.all("select 1 from job.job where subject like %s", f"%{id}%"), "nobody knocks at its door"
        lines = [w.split() for w in ctl("storage", "servers").stdout.splitlines() if w.startswith("s1_3 ")]
        assert [(w[3], w[4]) for w in lines] == [("deleted", "down")] and int(lines[0][5]) >= 1
        done = ctl("storage", "decommission", "s1_3", check=False)
        assert done.returncode == 1 and "does not answer" in done.stderr
        assert not is_gone(db, id) and key in kept(db, city)
        dallas.open()
        wait_for(lambda: is_gone(db, id), 30, "the row is gone")
        assert key not in kept(db, city)

    def test_a_server_that_never_answers_again_is_given_up(self, anna, db, stack, gate):  # noqa: F811
        file, dallas = both(anna)[0], gate("s1_3")
        id, port = seen(anna, "s1_3")["id"], dallas.port
        dallas.shut()
        wait_for(lambda: down(db, "s1_3"), 20, "it is known to be down")
        assert delete(anna, "s1_3").status_code == 204
        db.do("update storage.server set deleted_at = now() - interval '8 days' where id = %s", id)
        db.do("update storage.health set since = now() - interval '6 days' where server_id = %s", id)
        fill(db, id)
        wait_for(lambda: not db.one("select 1 from job.job where kind = 'server.resync' limit 1"), 20)
        assert not is_gone(db, id), "it has answered six days ago"
        left = db.value("select count(*) from storage.copy where server_id = %s", id)
        db.do("update storage.health set since = now() - interval '8 days' where server_id = %s", id)
        fill(db, id)
        wait_for(lambda: is_gone(db, id), 20, "it is given up")
        said = [w for w in stack.log("samovar-worker").splitlines() if "is given up" in w]
        assert f"{left} objects remain on 127.0.0.1:{port}, of 0 files the only copy" in said[-1]
        assert content(anna, file) == b"both"

    def test_an_operator_may_leave_the_objects_there(self, anna, ctl, db, stack, gate):  # noqa: F811
        file, dallas = both(anna)[0], gate("s1_3")
        id = seen(anna, "s1_3")["id"]
        dallas.shut()
        wait_for(lambda: down(db, "s1_3"), 20, "it is known to be down")
        assert delete(anna, "s1_3").status_code == 204
        assert ctl("storage", "decommission", "s1_3", "--cancel", check=False).returncode == 1
        assert "s1_3 is no more" in ctl("storage", "decommission", "s1_3", "--leave-objects").stdout
        assert is_gone(db, id) and key_of(db, file) in kept(db, City(stack, "s1_3"))


class TestLastCopy:
    def test_both_holders_are_deleted_at_once(self, anna, db, stack):  # noqa: F811
        file = both(anna)[0]
        ids = [seen(anna, name)["id"] for name in ("s1_2", "s1_3")]
        with Held(stack, "select from storage.server for update") as held:
            answers, end = at_once([lambda i=i: anna("DELETE", f"/servers/{i}/") for i in ids])
            wait_for(lambda: waiting(db) >= 2, 20, "both are in the midst")
            held.commit()
            end()
        assert sorted(a.status_code for a in answers) == [204, 400]
        assert error(max(answers, key=lambda a: a.status_code)) == NEEDED
        wait_for(lambda: sum(is_gone(db, i) for i in ids) == 1, 30, "one is gone")
        assert content(anna, file) == b"both"

    def test_the_other_is_switched_off_at_the_same_moment(self, anna, db, stack):  # noqa: F811
        file = both(anna)[0]
        id = seen(anna, "s1_3")["id"]
        with Held(stack, "update storage.server set is_on = false where name = 's1_2'") as held:
            answers, end = at_once([lambda: anna("DELETE", f"/servers/{id}/")])
            wait_for(lambda: waiting(db) >= 1, 20, "it waits for the other")
            held.commit()
            end()
        assert error(answers[0]) == NEEDED
        assert holders(anna, file) == {"s1_2", "s1_3"}

    def test_the_other_is_switched_off_just_after(self, anna, db, stack):  # noqa: F811
        """The objects that are to be removed are the only ones in reach by now: they move first."""
        file = both(anna)[0]
        with stack.without("samovar-worker"):
            id = seen(anna, "s1_3")["id"]
            assert delete(anna, "s1_3").status_code == 204
            doom(db, id)
            db.do("update storage.server set is_on = false where name = 's1_2'")
        wait_for(lambda: hurry(db) or len(holders(anna, file)) > 1, 30, "it has moved")
        wait_for(lambda: is_gone(db, id), 30, "the row is gone")
        assert content(anna, file) == b"both"

    def test_the_other_does_not_answer(self, anna, db, stack, gate):  # noqa: F811
        both(anna)
        new_york = gate("s1_2")
        new_york.shut()
        wait_for(lambda: down(db, "s1_2"), 20, "it is known to be down")
        assert error(delete(anna, "s1_3")) == NEEDED
        new_york.open()
        wait_for(lambda: not down(db, "s1_2"), 20, "it is up again")
        assert delete(anna, "s1_3").status_code == 204

    def test_the_other_has_it_on_paper_only(self, anna, db, stack):  # noqa: F811
        """Before the bytes of a live file are removed the other server is asked."""
        file = both(anna)[0]
        city, key = City(stack, "s1_2"), key_of(db, file)
        with stack.without("samovar-worker"):
            id = seen(anna, "s1_3")["id"]
            assert delete(anna, "s1_3").status_code == 204
            doom(db, id)
            city.s3.delete_object(Bucket=city.keys.bucket, Key=key)
            db.do("delete from job.job where kind = 'store.event'")
        wait_for(lambda: hurry(db) or content(anna, file) == b"both", 30, "it has moved")
        wait_for(lambda: is_gone(db, id), 30, "the row is gone")
        assert content(anna, file) == b"both"

    def test_a_server_at_another_address_is_looked_through(self, anna, db):
        """What its rows say is of the machine before it."""
        row = seen(anna, "s1_3")
        change = {k: row[k] for k in row if k not in ("id", "created", "updated")}
        looks = "select count(*) from storage.reconciliation where server_id = %s"
        before = db.value(looks, row["id"])
        assert anna("PUT", f"/servers/{row['id']}/", {**change, "host": "localhost"}).status_code == 200
        wait_for(lambda: db.value(looks, row["id"]) > before, 20, "it is looked through")
        assert anna("PUT", f"/servers/{row['id']}/", change).status_code == 200
        wait_for(lambda: db.value(looks, row["id"]) > before + 1, 20, "and so it is when it is back")

    def test_the_other_copy_is_lost_before_this_one_is_removed(self, anna, db, stack):  # noqa: F811
        file = both(anna)[0]
        city, key = City(stack, "s1_2"), key_of(db, file)
        with stack.without("samovar-worker"):
            id = seen(anna, "s1_3")["id"]
            assert delete(anna, "s1_3").status_code == 204
            doom(db, id)
            city.s3.delete_object(Bucket=city.keys.bucket, Key=key)
            db.do("delete from storage.copy where server_id = (select id from storage.server where name = 's1_2')"
                  " and version_id = (select current_version from storage.file where id = %s)", file["id"])
        wait_for(lambda: hurry(db) or content(anna, file) == b"both", 30, "it has moved")
        wait_for(lambda: is_gone(db, id), 30, "the row is gone")
        assert content(anna, file) == b"both"


@pytest.fixture
def one_zone(db):
    """Only New York and Dallas take anything: elsewhere a city is alone, and nobody else has what it has."""
    was = db.all("select id from storage.server where is_active and name not in ('s1_2', 's1_3')")
    db.do("update storage.server set is_active = false where id = any(%s)", [r.id for r in was])
    yield
    db.do("update storage.server set is_active = true where id = any(%s)", [r.id for r in was])


def only_at(db, id):
    """What keeps a server from being deleted."""
    return db.all("select f.kind, f.name, v.key, j.kind, j.state, j.last_error from storage.copy c"
                  " join storage.file f on f.current_version = c.version_id and f.deleted_at is null"
                  " join storage.file_version v on v.id = c.version_id left join job.job j on starts_with(j.subject, v.id::text)"
                  " where c.server_id = %s and c.doomed_at is null and not exists"
                  " (select from storage.holder o where o.version_id = c.version_id and o.server_id <> c.server_id)", id)


@pytest.mark.usefixtures("one_zone")
class TestCards:
    def test_pictures_and_backgrounds_move_on(self, anna, base, db, password_hash, stack):  # noqa: F811
        keeper = signed_in(base, db, password_hash, *KEEPER)
        png = io.BytesIO()
        Image.new("RGB", (1200, 800), "#8090a0").save(png, "PNG")
        assert keeper("PUT", "/roles/moved/background", data=png.getvalue(), headers={"Content-Type": "image/png"}).status_code == 200
        card = drawn(keeper, given_card(keeper))
        held = """select 1 from storage.copy c join storage.file f on f.current_version = c.version_id
                    join storage.server s on s.id = c.server_id
                   where f.kind = 'card' and f.deleted_at is null and c.doomed_at is null and s.name = 's1_3'"""
        # Dallas goes, as in all tests here; New York keeps what it has.
        wait_for(lambda: hurry(db) or db.all(held), 30, "Dallas has some of them")
        id = seen(anna, "s1_3")["id"]
        fill(db, seen(anna, "s1_2")["id"])
        # As long as nobody else has one of them it stays.
        wait_for(lambda: hurry(db) or delete(anna, "s1_3").status_code == 204, 30,
                 lambda: f"others have copies; nobody has {only_at(db, id)}")
        wait_for(lambda: hurry(db) or is_gone(db, id), 60, "the row is gone")
        assert Client(base).get(f"/c/{card['code']}.png").status_code == 200
        # Drawn on what only the object store has.
        keeper("PUT", "/roles/moved/layout", keeper.get("/roles/member/layout").json() | SMALL, headers={"If-Match": "*"})
        assert drawn(keeper, given_card(keeper, role="moved"))
        assert not db.all("select 1 from storage.file f where f.kind = 'card' and f.deleted_at is null and not exists "
                          "(select from storage.copy c where c.version_id = f.current_version and c.doomed_at is null)")


class TestLateUpload:
    @pytest.mark.parametrize("told, taken", [(True, False), (False, False), (True, True)],
                             ids=["told", "looked for", "its name is another's"])
    def test_what_arrives_through_an_older_link_is_kept(self, anna, db, stack, request, told, taken):  # noqa: F811
        if not told:
            request.getfixturevalue("deaf")
            db.do("drop trigger deaf on job.job")
            db.do("create trigger deaf before insert on job.job for each row"
                  " when (new.kind = 'store.event') execute function public.deaf()")
        link = anna.post("/files/upload/", {"name": word("f"), "size": 4}, headers=at(DALLAS)).json()
        assert city_of(link["link"], stack) == "s1_3"
        file, id = link["file"], seen(anna, "s1_3")["id"]
        assert delete(anna, "s1_3").status_code == 204
        if taken:
            assert anna.post("/servers/", server(name="s1_3", is_on=True)).status_code == 201
        fill(db, id)
        wait_for(lambda: not db.one("select 1 from job.job where kind = 'server.resync' limit 1"), 20)
        assert not is_gone(db, id), "the link is good still"
        assert put(link["link"], b"late").status_code == 200
        look = "update job.job set run_at = now() where kind = 'upload.poll' and lease_until is null"
        wait_for(lambda: (told or db.do(look), hurry(db)) and holders(anna, file) == {"s1_2"}, 30, "it has moved")
        assert content(anna, file) == b"late"
        key = key_of(db, file)
        wait_for(lambda: key not in kept(db, City(stack, "s1_3")), 30, "then it is removed there")
        assert not is_gone(db, id)
        db.do("update storage.file_version set link_expires = now() - interval '61 minutes' where server_id = %s", id)
        fill(db, id)
        wait_for(lambda: is_gone(db, id), 20, "the row is gone")

    def test_what_is_deleted_meanwhile_goes_there_too(self, anna, db, stack):  # noqa: F811
        link = anna.post("/files/upload/", {"name": word("f"), "size": 4}, headers=at(DALLAS)).json()
        key = db.value("select key from storage.file_version where file_id = %s", link["file"]["id"])
        assert delete(anna, "s1_3").status_code == 204
        assert anna("DELETE", f"/files/{link['file']['id']}/").status_code == 204
        assert put(link["link"], b"late").status_code == 200
        wait_for(lambda: key not in kept(db, City(stack, "s1_3")), 30, "it is removed")


class TestAgain:
    def again(self, client, old, **more):
        return client.post("/servers/", {k: old[k] for k in server()} | more)

    def test_what_is_to_be_removed_is_removed_and_made_anew(self, anna, db, stack):  # noqa: F811
        files, city = both(anna, 3), City(stack, "s1_3")
        dallas, fresh = seen(anna, "s1_3"), word("again")
        with stack.without("samovar-worker"):
            assert delete(anna, "s1_3").status_code == 204
            doom(db, dallas["id"])
            body = {k: dallas[k] for k in server()} | {"is_on": True}
            new_york = seen(anna, "s1_2")
            other = {k: new_york[k] for k in server()} | {"port": dallas["port"]}
            assert error(anna("PUT", f"/servers/{new_york['id']}/", other)) == TAKEN, "it would lose what it has"
            assert error(anna.post("/servers/", body | {"name": "s1_2"})) == TAKEN
            made = anna.post("/servers/", body | {"name": fresh, "location": "Fort Worth"})
            assert made.status_code == 201
            assert made.json()["id"] == dallas["id"] and made.json()["created"] > dallas["created"]
            assert {k: made.json()[k] for k in body} == body | {"name": fresh, "location": "Fort Worth"}
            assert all(holders(anna, f) == {"s1_2"} for f in files)
        wait_for(lambda: hurry(db) or all(holders(anna, f) == {"s1_2", fresh} for f in files), 40, "they are made anew")
        assert all(bytes_at(city, key_of(db, f)) == b"both" for f in files)
        link = anna.post("/files/upload/", {"name": word("f"), "size": 4}, headers=at(DALLAS)).json()
        assert put(link["link"], b"here").status_code == 200
        wait_for(lambda: fresh in holders(anna, link["file"]), 20, "its events are heard")

    def test_deleted_and_added_again_and_again(self, anna, db, stack):  # noqa: F811
        """Whatever jobs are under way, what is said to be there is there."""
        files, city = both(anna, 5), City(stack, "s1_3")
        dallas = seen(anna, "s1_3")
        for _ in range(6):
            wait_for(lambda: delete(anna, "s1_3").status_code == 204, 10)
            assert self.again(anna, dallas).status_code == 201
        wait_for(lambda: hurry(db) or all(holders(anna, f) == {"s1_2", "s1_3"} for f in files), 40, "they are made anew")
        wait_for(lambda: not db.one("select 1 from job.job where kind in ('copy.remove', 'copy.make', 'server.resync')"
                                    " and strpos(subject, %s) > 0 limit 1", str(dallas["id"])), 30)
        for f in files:
            assert holders(anna, f) == {"s1_2", "s1_3"} and bytes_at(city, key_of(db, f)) == b"both"
        assert db.value("select count(*) from storage.server where port = %s", dallas["port"]) == 1

    def test_another_row_at_its_address_keeps_the_objects(self, anna, db, stack):  # noqa: F811
        file, city = both(anna)[0], City(stack, "s1_3")
        dallas = seen(anna, "s1_3")
        with stack.without("samovar-worker"):
            assert delete(anna, "s1_3").status_code == 204
            doom(db, dallas["id"])
            db.do("insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active)"
                  " values (%s, '127.0.0.1', %s, 'by hand', 'hand', 0, 0, true, true)", word("hand"), dallas["port"])
        wait_for(lambda: is_gone(db, dallas["id"]), 20, "it is forgotten")
        assert key_of(db, file) in kept(db, city)

    def test_a_city_that_nobody_is_named_after(self, anna, db, stack):  # noqa: F811
        """It takes no files while it has no server, and is heard when one of another name is at its address."""
        row, city = seen(anna, "s3_1"), City(stack, "s3_1")
        db.do("delete from storage.copy where server_id = %s", row["id"])  # files of other tests
        assert delete(anna, "s3_1").status_code == 204
        wait_for(lambda: is_gone(db, row["id"]), 30, "the row is gone")
        answer = requests.put(city.presign("put_object", city.keys.bucket, "late"), data=b"late", timeout=10)
        assert answer.status_code == 403, answer.text
        name = word("cape")
        change = {k: row[k] for k in row if k not in ("id", "created", "updated")}
        assert anna.post("/servers/", {**change, "name": name}).status_code == 201
        wait_for(lambda: db.value("select city from storage.server where name = %s", name) == "s3_1", 20, "it is known")
        wait_for(lambda: db.value("select h.is_up from storage.health h join storage.server s on s.id = h.server_id"
                                  " where s.name = %s", name), 20, "and known to be alive, as the others are")
        file = upload_at(anna, "-33,18", b"heard")
        assert holders(anna, file) == {name}
