"""Rename, delete, share links and history: storage contract 4.3.4-11 and 4.4."""

import time
import uuid

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, Client, error, iso_seconds, together, word
from tests.e2e.test_files import (DENIED, FILE, INVALID, MISSING, NO_SERVER, ask_upload, owner,  # noqa: F401
                                  put, readable, servers, store)

LINK = {"id", "file", "is_secured", "expire_at", "created"}
NO_LINK = (400, "FileShareLink.DoesNotExist")
TAKEN = (400, "File.AlreadyExists")
HISTORY = {"id", "event", "data", "created"}


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def visitor(base):
    return Client(base, "/storage/api/v1")


@pytest.fixture
def file(anna):
    return store(anna, b"shared bytes")["file"]


def share(client, file, **body):
    answer = client.post(f"/files/{file['id']}/links/", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def actions(client, **query):
    answer = client.get("/actions/", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestRename:
    def test_the_file_has_another_name(self, anna, file):
        answer = anna("PUT", f"/files/{file['id']}/", {"name": "новое имя.txt"})
        assert answer.status_code == 200
        body = answer.json()
        assert set(body) == FILE
        assert (body["id"], body["name"], body["size"]) == (file["id"], "новое имя.txt", 12)
        assert [f["name"] for f in anna.get("/files/").json()] == ["новое имя.txt"]
        event = actions(anna)["data"][0]
        assert (event["event"], event["data"]) == (
            "FILE.RENAMED", {"old_name": file["name"], "new_name": "новое имя.txt"})

    def test_to_its_own_name_is_fine_and_logged(self, anna, file):
        count = actions(anna)["count"]
        assert anna("PUT", f"/files/{file['id']}/", {"name": file["name"]}).status_code == 200
        assert actions(anna)["count"] == count + 1

    def test_to_a_name_that_is_taken(self, anna, file):
        other = ask_upload(anna)["file"]
        count = actions(anna)["count"]
        assert error(anna("PUT", f"/files/{file['id']}/", {"name": other["name"]})) == TAKEN
        assert actions(anna)["count"] == count

    def test_to_the_name_of_a_deleted_one(self, anna, file):
        other = ask_upload(anna)["file"]
        assert anna("DELETE", f"/files/{other['id']}/").status_code == 204
        assert anna("PUT", f"/files/{file['id']}/", {"name": other["name"]}).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": "a\nb"},
                                      {"name": "a" * 256}, {"name": 5.5}, []])
    def test_to_what_is_no_name(self, anna, file, body):
        assert error(anna("PUT", f"/files/{file['id']}/", body)) == INVALID

    def test_of_somebody_elses_file(self, owner, file):  # noqa: F811
        boris = owner(*ALL_PERMISSIONS)
        assert error(boris("PUT", f"/files/{file['id']}/", {"name": "mine"})) == MISSING
        assert error(boris("DELETE", f"/files/{file['id']}/")) == MISSING

    def test_at_once_to_one_name(self, anna):
        files = [ask_upload(anna)["file"] for _ in range(4)]
        answers = together(4, lambda n: anna("PUT", f"/files/{files[n]['id']}/",
                                             {"name": "one.txt"}))
        assert sorted(a.status_code for a in answers) == [200, 400, 400, 400]


class TestDelete:
    def test_it_is_gone_for_everybody(self, anna, visitor, file, db):
        link = share(anna, file)
        anna("DELETE", f"/files/{file['id']}/")
        path = f"/files/{file['id']}/"
        for method, tail, body in (("GET", "", None), ("PUT", "", {"name": "x"}), ("DELETE", "", None),
                                   ("GET", "links/", None), ("POST", "links/", {}),
                                   ("GET", f"links/{link['id']}/", None),
                                   ("POST", f"links/{link['id']}/", {}),
                                   ("DELETE", f"links/{link['id']}/", None)):
            assert error(anna(method, path + tail, body)) == MISSING, (method, tail)
        assert error(visitor.get(path + f"links/{link['id']}/")) == MISSING
        assert anna.get(path + "servers/").json() == []
        assert file["id"] not in [f["id"] for f in anna.get("/files/").json()]
        event = actions(anna)["data"][0]
        assert (event["event"], event["data"]) == ("FILE.DELETED", {"name": file["name"]})

    def test_its_objects_go_too(self, anna, file, db):
        assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
        held = ("select count(*) from store.object where key like %s", f"{file['id']}/%")
        wait_for(lambda: db.value(*held) == 0, 15, "the objects are removed")
        wait_for(lambda: db.value("select count(*) from storage.copy c join storage.file_version v"
                                  " on v.id = c.version_id where v.file_id = %s", file["id"]) == 0, 15)

    def test_a_late_put_does_not_bring_it_back(self, anna, db):
        link = ask_upload(anna, size=4)
        id = link["file"]["id"]
        assert anna("DELETE", f"/files/{id}/").status_code == 204
        assert put(link["link"], b"late").status_code == 200
        wait_for(lambda: db.value("select count(*) from store.object where key like %s", f"{id}/%") == 0,
                 15, "the late object is removed")
        assert error(anna.get(f"/files/{id}/")) == MISSING

    def test_twice_at_once_is_once(self, anna, file, db):
        answers = together(4, lambda n: anna("DELETE", f"/files/{file['id']}/"))
        assert sorted(a.status_code for a in answers) == [204, 400, 400, 400]
        assert db.value("select count(*) from storage.history where object_id = %s"
                        " and event = 'FILE.DELETED'", file["id"]) == 1


def refused_after(attempt, most, between=lambda n: None):
    """How many wrong passwords passed before one was one too many. What Redis does not answer within a quarter of a second
    on a busy machine is not counted."""
    for n in range(most):
        status = attempt().status_code
        if status == 429:
            return n
        assert status == 403
        between(n)
    raise AssertionError("never refused")


class TestShare:
    def test_a_link_has_its_members_and_no_hash(self, anna, file):
        link = share(anna, file, password="secret", lifetime=3600)
        assert set(link) == LINK
        assert set(link["file"]) == FILE
        assert link["file"]["id"] == file["id"]
        assert link["is_secured"] is True
        assert abs(iso_seconds(link["expire_at"]) - iso_seconds(link["created"]) - 3600) < 0.01
        assert "secret" not in str(link) and "argon" not in str(link)

    @pytest.mark.parametrize("body", [{}, {"lifetime": None, "password": None}, {"password": ""}])
    def test_neither_end_nor_password(self, anna, file, body):
        link = share(anna, file, **body)
        assert (link["is_secured"], link["expire_at"]) == (False, None)

    def test_its_page_is_where_the_answer_says(self, anna, visitor, file, stack):
        """The answer's members are the client's alone, so the address is in a header."""
        answer = anna.post(f"/files/{file['id']}/links/", {})
        assert answer.headers["Location"] == f"{stack.base}/files/{file['id']}/links/{answer.json()['id']}"
        page = requests.get(answer.headers["Location"], timeout=10)
        assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")

    def test_anybody_may_look_and_download(self, anna, visitor, file):
        link = share(anna, file)
        path = f"/files/{file['id']}/links/{link['id']}/"
        assert visitor.get(path).json() == link
        answer = visitor.post(path, {})
        assert answer.status_code == 200
        assert set(answer.json()) == {"file", "link"}
        assert requests.get(answer.json()["link"], timeout=10).content == b"shared bytes"

    @pytest.mark.parametrize("authorization", ["Bearer x.y.z", "Basic abc", "Bearer"])
    def test_a_stale_token_does_not_matter(self, anna, visitor, file, authorization):
        link = share(anna, file)
        path = f"/files/{file['id']}/links/{link['id']}/"
        headers = {"Authorization": authorization}
        assert visitor.get(path, headers=headers).status_code == 200
        assert visitor.post(path, {}, headers=headers).status_code == 200

    @pytest.mark.parametrize("body", [{}, {"password": None}, {"password": ""}, {"password": "Secret"}])
    def test_a_wrong_password(self, anna, visitor, file, body):
        link = share(anna, file, password="secret")
        path = f"/files/{file['id']}/links/{link['id']}/"
        assert visitor.get(path).json()["is_secured"] is True
        count = actions(anna)["count"]
        assert error(visitor.post(path, body)) == DENIED
        assert visitor.post(path, {"password": "secret"}).status_code == 200
        assert actions(anna)["count"] == count + 1

    def test_any_password_opens_an_open_link(self, anna, visitor, file):
        link = share(anna, file)
        answer = visitor.post(f"/files/{file['id']}/links/{link['id']}/", {"password": "whatever"})
        assert answer.status_code == 200

    def test_a_body_is_needed(self, anna, visitor, file):
        link = share(anna, file)
        assert error(visitor("POST", f"/files/{file['id']}/links/{link['id']}/")) == INVALID

    def test_guessing_is_slowed_down(self, anna, visitor, base, file):
        link = share(anna, file, password="secret")
        path = f"/files/{file['id']}/links/{link['id']}/"
        assert 25 <= refused_after(lambda: visitor.post(path, {"password": "x"}), 400)
        other = Client(base, "/storage/api/v1")
        assert other.post(path, {"password": "secret"}).status_code == 200

    def test_right_passwords_of_many_are_not_slowed_down(self, anna, visitor, file):
        link = share(anna, file, password="secret")
        path = f"/files/{file['id']}/links/{link['id']}/"
        assert {visitor.post(path, {"password": "secret"}).status_code for _ in range(40)} == {200}

    def test_guessing_from_many_addresses_is_slowed_down_too(self, anna, base, file):
        link = share(anna, file, password="secret")
        path = f"/files/{file['id']}/links/{link['id']}/"
        visitors = [Client(base, "/storage/api/v1") for _ in range(100)]
        friend = Client(base, "/storage/api/v1")
        assert friend.post(path, {"password": "secret"}).status_code == 200
        assert 200 <= refused_after(lambda: visitors[-1].post(path, {"password": "x"}), 25 * len(visitors),
                                    lambda n: n % 25 == 24 and visitors.pop())
        # Who has opened it before is not kept out by that, and has tries of their own.
        assert visitors[-1].post(path, {"password": "secret"}).status_code == 429
        assert friend.post(path, {"password": "secret"}).status_code == 200
        assert 25 <= refused_after(lambda: friend.post(path, {"password": "x"}), 400)

    def test_an_expired_link_is_listed_but_opens_nothing(self, anna, visitor, file, db):
        link = share(anna, file, lifetime=3600)
        db.do("update storage.link set expire_at = now() where id = %s", link["id"])
        path = f"/files/{file['id']}/links/{link['id']}/"
        assert error(visitor.get(path)) == NO_LINK
        assert error(visitor.post(path, {})) == NO_LINK
        assert [o["id"] for o in anna.get(f"/files/{file['id']}/links/").json()] == [link["id"]]

    def test_a_link_belongs_to_its_file(self, anna, visitor, file):
        link, other = share(anna, file), ask_upload(anna)["file"]
        for id in (link["id"], str(uuid.uuid4())):
            assert error(visitor.get(f"/files/{other['id']}/links/{id}/")) == NO_LINK
            assert error(visitor.post(f"/files/{other['id']}/links/{id}/", {})) == NO_LINK
            assert error(anna("DELETE", f"/files/{other['id']}/links/{id}/")) == NO_LINK
        assert error(visitor.get(f"/files/{uuid.uuid4()}/links/{link['id']}/")) == MISSING

    def test_newest_first(self, anna, file):
        made = [share(anna, file)["id"] for _ in range(3)]
        listed = anna.get(f"/files/{file['id']}/links/").json()
        assert [link["id"] for link in listed] == made[::-1]
        assert all(set(link) == LINK for link in listed)

    def test_a_deleted_link_is_gone(self, anna, visitor, file):
        link = share(anna, file)
        path = f"/files/{file['id']}/links/{link['id']}/"
        assert anna("DELETE", path).status_code == 204
        assert error(visitor.get(path)) == NO_LINK
        assert error(anna("DELETE", path)) == NO_LINK

    def test_others_do_not_manage_it(self, owner, anna, file):  # noqa: F811
        boris, link = owner(*ALL_PERMISSIONS), share(anna, file)
        assert error(boris.get(f"/files/{file['id']}/links/")) == MISSING
        assert error(boris.post(f"/files/{file['id']}/links/", {})) == MISSING
        assert error(boris("DELETE", f"/files/{file['id']}/links/{link['id']}/")) == MISSING

    def test_of_a_file_whose_bytes_have_not_come(self, anna, visitor):
        file = ask_upload(anna)["file"]
        link = share(anna, file)
        assert visitor.get(f"/files/{file['id']}/links/{link['id']}/").status_code == 200
        assert error(visitor.post(f"/files/{file['id']}/links/{link['id']}/", {})) == MISSING

    def test_when_no_usable_server_holds_it(self, anna, visitor, file, db):
        link = share(anna, file)
        db.do("update storage.server set is_on = false")
        assert error(visitor.post(f"/files/{file['id']}/links/{link['id']}/", {})) == NO_SERVER


class TestHistory:
    def test_everything_is_told_once_newest_first(self, anna, visitor, file):
        link = share(anna, file, password="x")
        visitor.post(f"/files/{file['id']}/links/{link['id']}/", {"password": "x"})
        anna("DELETE", f"/files/{file['id']}/links/{link['id']}/")
        anna("DELETE", f"/files/{file['id']}/")
        told = actions(anna)
        events = [row["event"] for row in told["data"]]
        assert events[:3] == ["FILE.DELETED", "FILE_SHARE_LINK.DELETED", "FILE.DOWNLOADED"]
        assert events[3] == "FILE_SHARE_LINK.CREATED" and events[-1] == "FILE.UPLOADED"
        assert told["count"] == len(events)
        assert all(set(row) == HISTORY for row in told["data"])
        for row in told["data"]:
            if row["event"].startswith("FILE_SHARE_LINK"):
                assert set(row["data"]) == {"name", "created"}
                assert abs(iso_seconds(row["data"]["created"]) - iso_seconds(link["created"])) < 0.01
            assert abs(iso_seconds(row["created"]) - time.time()) < 60

    def test_pages(self, anna):
        for _ in range(7):
            ask_upload(anna)
        whole = actions(anna)
        assert (whole["count"], len(whole["data"])) == (7, 7)
        paged = [actions(anna, page_num=n, page_size=3) for n in (1, 2, 3, 4)]
        assert [len(p["data"]) for p in paged] == [3, 3, 1, 0]
        assert all(p["count"] == 7 for p in paged)
        assert sum((p["data"] for p in paged), []) == whole["data"]

    @pytest.mark.parametrize("query", [
        {"page_num": 0}, {"page_num": -1}, {"page_num": "x"}, {"page_num": 10**30}, {"page_size": 0},
        {"page_size": 1001}, {"page_size": ""}, {"page_num": 1.5}])
    def test_pages_that_are_none(self, anna, query):
        assert error(anna.get("/actions/", params=query)) == INVALID

    def test_a_far_page_is_empty(self, anna):
        assert actions(anna, page_num=10**9, page_size=1000) == {"count": 0, "data": []}

    def test_any_signed_in_person_has_a_list_of_their_own(self, owner, anna):  # noqa: F811
        ask_upload(anna)
        boris = owner("can_view_cdnserver")
        assert actions(boris) == {"count": 0, "data": []}
