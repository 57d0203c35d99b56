"""Beside the contract: quotas, search by pages, types and names of downloads, the page of a share link."""

import threading
import uuid

import psycopg2
import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, Client, error, together, word
from tests.e2e.stack import Db
from tests.e2e.store import rewrite
from tests.e2e.test_files import INVALID, owner, put, readable, servers, store  # noqa: F401
from tests.e2e.test_servers import NEW_YORK, at

FULL = (400, "Request.Error.Validation")


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


def ask(client, size, name=None, **more):
    return client.post("/files/upload/", {"name": name or word("f"), "size": size, **more})


class TestQuota:
    def test_there_is_none_unless_it_is_set(self, anna):
        assert ask(anna, 1 << 50).status_code == 200

    def test_an_account_may_have_so_much(self, anna, ctl):
        name = anna.person.username
        ctl("storage", "quota", name, "1000")
        assert ask(anna, 600, "a").status_code == 200
        refused = ask(anna, 401)
        assert error(refused) == FULL and "1000" in refused.json()["detail"], "the true reason"
        assert ask(anna, 400, "b").status_code == 200
        assert error(ask(anna, 1)) == FULL
        assert ask(anna, 0).status_code == 200
        assert ask(anna, 600, "a").status_code == 200, "it takes its own place"
        assert error(ask(anna, 601, "a")) == FULL
        listed = {f["name"]: f for f in anna.get("/files/").json()}
        assert anna("DELETE", f"/files/{listed['b']['id']}/").status_code == 204
        assert ask(anna, 400, "c").status_code == 200
        assert "1000" in ctl("storage", "quota", name).stdout
        ctl("storage", "quota", name, "none")
        assert ask(anna, 1 << 40).status_code == 200

    def test_two_at_once_do_not_find_the_same_room(self, anna, ctl):
        ctl("storage", "quota", anna.person.username, "1000")
        answers = together(6, lambda n: ask(Client(anna.base, anna.prefix, anna.token), 300))
        assert sorted(a.status_code for a in answers) == [200, 200, 200, 400, 400, 400]

    def test_what_is_served_counts_whatever_is_announced_in_its_place(self, anna, ctl):
        ctl("storage", "quota", anna.person.username, "1000")
        store(anna, b"x" * 900, "a")
        assert ask(anna, 0, "a").status_code == 200
        assert error(ask(anna, 200, "b")) == FULL
        assert ask(anna, 100, "b").status_code == 200

    def test_uploads_that_were_announced_one_instead_of_the_other(self, anna, ctl, db):
        ctl("storage", "quota", anna.person.username, "1000")
        first = ask(anna, 900, "a").json()
        assert ask(anna, 0, "a").status_code == 200
        second = ask(anna, 900, "b").json()
        for link in (second, first):
            assert put(link["link"], b"x" * 900).status_code == 200
        readable(anna, second["file"]["id"])
        wait_for(lambda: not db.one("select 1 from job.job where kind in ('store.event', 'copy.check', 'copy.remove')"
                                    " and state = 'ready' limit 1"), 20)
        served = db.value("select coalesce(sum(v.size), 0) from storage.file f join storage.file_version v"
                          " on v.id = f.current_version where f.id in (%s, %s)", first["file"]["id"], second["file"]["id"])
        assert served <= 1000

    def test_more_through_an_old_link_is_taken_back(self, anna, ctl, db, stack):
        ctl("storage", "quota", anna.person.username, "1000")
        link = anna.post("/files/upload/", {"name": "a", "size": 900}, headers=at(NEW_YORK)).json()
        assert put(link["link"], b"x" * 900).status_code == 200
        readable(anna, link["file"]["id"])
        copies = "select count(*) from storage.copy c join storage.file_version v on v.id = c.version_id where v.file_id = %s"
        wait_for(lambda: db.value(copies, link["file"]["id"]) > 1, 20, "a copy")
        assert put(link["link"], b"y" * 5000).status_code == 403
        rewrite(stack, link["link"], b"y" * 5000)

        def as_before():
            answers = [anna.get(f"/files/{link['file']['id']}/") for _ in range(3)]
            return all(a.status_code == 200 and requests.get(a.json()["link"], timeout=10).content == b"x" * 900
                       for a in answers) and db.value(copies, link["file"]["id"]) > 1
        wait_for(as_before, 30, "the bytes that were allowed", every=0.2)

    def test_more_than_announced_is_not_kept(self, anna, ctl, db, stack):
        ctl("storage", "quota", anna.person.username, "1000")
        kept = store(anna, b"x" * 100, "kept")["file"]
        link = ask(anna, 100, "kept").json()
        assert put(link["link"], b"y" * 5000).status_code == 403
        rewrite(stack, link["link"], b"y" * 5000)
        wait_for(lambda: not db.one("select 1 from storage.copy c join storage.file_version v on v.id = c.version_id"
                                    " where v.file_id = %s and v.id <> (select current_version from storage.file"
                                    " where id = %s)", kept["id"], kept["id"])
                 and not db.one("select 1 from storage.file_version where file_id = %s and state = 'announced'",
                                kept["id"]), 20, "it is removed")
        got = requests.get(anna.get(f"/files/{kept['id']}/").json()["link"], timeout=10)
        assert got.content == b"x" * 100


COUNTED = "select coalesce(sum(bytes), 0)::bigint from storage.usage where account_id = %s"
WEIGHED = """select coalesce(sum(greatest(f.size, v.size)), 0)::bigint from storage.file f
  left join storage.file_version v on v.id = f.current_version where f.account_id = %s and f.deleted_at is null"""


class TestCounter:
    """What an account has is counted by whoever changes it, and never summed up by a request."""

    def counts(self, db, client):
        id = client.person.id
        counted, weighed = db.one(f"select ({COUNTED}) as counted, ({WEIGHED}) as weighed", id, id)
        assert counted == weighed
        return counted

    def test_each_change_of_a_file_is_counted(self, anna, db):
        kept = store(anna, b"x" * 100, "a")["file"]
        assert self.counts(db, anna) == 100
        assert ask(anna, 30, "a").status_code == 200
        assert self.counts(db, anna) == 100, "what is served still"
        assert ask(anna, 130, "a").status_code == 200
        assert self.counts(db, anna) == 130
        other = ask(anna, 7, "b").json()["file"]
        assert anna("PUT", f"/files/{other['id']}/", {"name": "c"}).status_code == 200
        assert self.counts(db, anna) == 137
        db.do("update storage.file_version set size = 200 where file_id = %s and state = 'stored'", kept["id"])
        assert self.counts(db, anna) == 207, "other bytes under the same key"
        assert anna("DELETE", f"/files/{kept['id']}/").status_code == 204
        assert self.counts(db, anna) == 7

    def test_more_than_a_number_of_64_bits_is_counted(self, anna, db):
        for name in "ab":
            assert ask(anna, 2**63 - 1, name).status_code == 200
        assert db.value("select sum(bytes) from storage.usage where account_id = %s", anna.person.id) == 2**64 - 2

    @pytest.mark.parametrize("quota", [None, "100000"])
    def test_many_at_once_are_counted_right(self, anna, ctl, db, quota):
        if quota:
            ctl("storage", "quota", anna.person.username, quota)

        def uploads(n):
            mine = Client(anna.base, anna.prefix, anna.token)
            for i in range(12):
                name = f"{n} {i}" if i % 3 else f"all {i}"  # some are everybody's
                answer = ask(mine, 10 * n + i, name)
                assert answer.status_code == 200
                if i % 4 == 0:
                    put(answer.json()["link"], b"x" * (10 * n + i))
                if i % 5 == 0:
                    mine("DELETE", f"/files/{answer.json()['file']['id']}/")
        together(8, uploads)
        wait_for(lambda: not db.one("select 1 from job.job where kind in ('store.event', 'copy.check') and state = 'ready'"
                                    " limit 1"), 20)
        assert self.counts(db, anna) > 0
        for file in anna.get("/files/").json():  # none is to be the only copy of a server that a later test takes away
            assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
        assert self.counts(db, anna) == 0

    def test_who_has_a_file_and_who_counts_do_not_wait_for_each_other(self, stack, anna):
        """One has changed a file and wants another, which somebody has who changes it, too."""
        first, second = (ask(anna, 5, name).json()["file"]["id"] for name in ("first", "second"))
        links = {}
        while True:  # of nine connections two share a part of the counter
            link = psycopg2.connect(**stack.dsn)
            other = links.setdefault(link.info.backend_pid % 8, link)
            if other is not link:
                break
        grow = "update storage.file set size = size + 1 where id = %s"
        link.cursor().execute(grow, (first,))
        other.cursor().execute("select from storage.file where id = %s for update", (second,))
        waiting = threading.Thread(target=lambda: (link.cursor().execute(grow, (second,)), link.commit()))
        waiting.start()
        other.cursor().execute(grow, (second,))
        other.commit()
        waiting.join(20)
        assert not waiting.is_alive() and Db(stack).value(COUNTED, anna.person.id) == 13
        for one in {link, *links.values()}:
            one.close()

    def test_a_counter_that_is_wrong_is_mended(self, anna, ctl, db):
        ask(anna, 50, "a")
        ctl("storage", "recount")
        assert ctl("storage", "recount").stdout == "every account is counted right\n"
        db.do("update storage.usage set bytes = bytes + 5 where account_id = %s", anna.person.id)
        said = ctl("storage", "recount", "--json").stdout
        assert f'"account":"{anna.person.username}"' in said.replace(": ", ":") and "55" in said
        assert self.counts(db, anna) == 50
        db.do("alter table storage.file disable trigger user")
        try:
            db.do("update storage.file set size = 60 where account_id = %s", anna.person.id)
        finally:
            db.do("alter table storage.file enable trigger user")
        ctl("storage", "recount")
        assert self.counts(db, anna) == 60


class TestSearch:
    def test_pages_follow_one_another(self, anna):
        made = [ask(anna, 1, f"{n} tea.txt").json()["file"] for n in range(7)]
        seen, after = [], None
        for size in (3, 3, 1):
            body = anna.get(f"/files/search/?limit=3{'&after=' + after if after else ''}").json()
            assert set(body) == {"data", "next"} and len(body["data"]) == size
            seen, after = seen + body["data"], body["next"]
        assert seen == made and after is None

    def test_a_page_that_is_just_full_is_the_last(self, anna):
        for n in range(2):
            ask(anna, 1)
        assert anna.get("/files/search/?limit=2").json()["next"] is None

    def test_by_a_piece_of_the_name(self, anna):
        for name in ("Черный Чай.txt", "coffee.txt", "100%_чай"):
            ask(anna, 1, name)

        def found(q):
            return [f["name"] for f in anna.get("/files/search/", params={"q": q}).json()["data"]]
        assert found("чай") == ["Черный Чай.txt", "100%_чай"]
        assert found("%_") == ["100%_чай"] and found("COFF") == ["coffee.txt"] and found("nothing") == []
        assert len(found("")) == 3

    def test_only_ones_own_and_only_live_ones(self, anna, owner):  # noqa: F811
        theirs = ask(owner(*ALL_PERMISSIONS), 1, "tea").json()["file"]
        gone = ask(anna, 1, "tea").json()["file"]
        anna("DELETE", f"/files/{gone['id']}/")
        kept = ask(anna, 1, "tea").json()["file"]
        assert anna.get("/files/search/?q=tea").json() == {"data": [kept], "next": None}
        assert anna.get(f"/files/search/?after={gone['id']}").json()["data"] == [kept]
        for after in (theirs["id"], str(uuid.uuid4())):
            assert anna.get(f"/files/search/?after={after}").json()["data"] == []

    @pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=x", "q=" + "x" * 256])
    def test_what_is_no_search(self, anna, query):
        assert error(anna.get(f"/files/search/?{query}")) == INVALID


class TestDownload:
    @pytest.mark.parametrize("name, said, got", [
        ("a.pdf", None, "application/pdf"), ("ё.JPG", None, "image/jpeg"), ("none", None, "application/octet-stream"),
        ("a.pdf", "text/x-tea; charset=utf-8", "text/x-tea; charset=utf-8")])
    def test_a_download_has_its_type_and_its_name(self, anna, name, said, got):
        link = ask(anna, 3, name, **({"content_type": said} if said else {})).json()
        assert put(link["link"], b"tea").status_code == 200
        answer = requests.get(readable(anna, link["file"]["id"])["link"], timeout=10)
        assert answer.headers["Content-Type"] == got
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")

    @pytest.mark.parametrize("type", ["x", "/", "a/", "/b", "a b/c", "text/plain\r\nX-Evil: 1", "text/ё", "a/" + "b" * 255])
    def test_what_is_no_type(self, anna, type):
        assert error(ask(anna, 1, content_type=type)) == INVALID


class TestPage:
    def test_a_share_link_opens_in_a_plain_browser(self, base, anna):
        id = store(anna, b"shared")["file"]["id"]
        share = anna.post(f"/files/{id}/links/", {"password": "tea"}).json()
        for path in (f"/files/{id}/links/{share['id']}", f"/files/{id}/links/{share['id']}/"):
            answer = Client(base).get(path)
            assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
            assert "/share/share.js" in answer.text
        script = Client(base).get("/share/share.js")
        assert script.status_code == 200 and "innerHTML" not in script.text
        assert Client(base).get("/files/x/links/y").text == Client(base).get("/").text
