"""The programme's staff: programme contract, sections 1 to 4.3, with its marked faults mended."""

import re
import time
import urllib.parse

import pytest

from tests.conftest import wait_for
from tests.e2e.client import detail, together, word
from tests.e2e.staff import A_KEYS, A_NEW, UNKNOWN, cookie_of, invalid, invite, login, mailed, refresh, refused


# -- list and one

def test_the_list_is_sorted_by_surname_then_name(staff, person):
    admin = staff()
    mark = "Ъ" + "".join(chr(ord("а") + int(c, 16)) for c in word("")[:6])
    for name, surname in (("Борис", mark + "в"), ("Анна", mark + "в"), ("Яна", mark + "а")):
        person(role="expert", name=name, surname=surname)
    answer = admin.get("/administrators/")
    assert answer.status_code == 200
    mine = [(a["surname"], a["name"]) for a in answer.json() if a["surname"].startswith(mark)]
    assert mine == [(mark + "а", "Яна"), (mark + "в", "Анна"), (mark + "в", "Борис")]
    for a in answer.json():
        assert list(a) in (A_KEYS, A_NEW)


def test_the_list_holds_staff_only(staff, person):
    stranger = person()
    assert stranger.uuid not in [a["id"] for a in staff().get("/administrators/").json()]


def test_the_list_is_filtered_by_role_and_status(staff, person):
    expert, blocked = person(role="expert"), person(role="administrator", status="blocked")
    client = staff("expert")

    def ids(query):
        answer = client.get("/administrators/" + query)
        assert answer.status_code == 200, answer.text
        return {a["id"] for a in answer.json()}
    assert {expert.uuid, blocked.uuid} <= ids("")
    assert expert.uuid in ids("?role=expert") and blocked.uuid not in ids("?role=expert")
    assert blocked.uuid in ids("?status=blocked") and expert.uuid not in ids("?status=blocked")
    assert blocked.uuid in ids("?status=blocked&role=administrator")
    assert not {expert.uuid, blocked.uuid} & ids("?status=blocked&role=expert")


@pytest.mark.parametrize("query, field", [("status=gone", "status"), ("role=king", "role"),
                                          ("status=", "status"), ("role=EXPERT", "role")])
def test_a_filter_that_nobody_knows_is_422(staff, query, field):
    item = invalid(staff().get("/administrators/?" + query), "query", field, type="type_error.enum")
    assert "enum_values" in item.get("ctx", {"enum_values": 1})


def test_one_account_is_shown_by_id(staff, person):
    who = person(role="expert")
    answer = staff("expert").get(f"/administrators/{who.uuid}/")
    assert answer.status_code == 200 and list(answer.json()) == A_NEW
    assert answer.json()["id"] == who.uuid


def test_an_unknown_id_is_404_and_named(staff, person):
    client = staff()
    for id in (UNKNOWN, person().uuid):
        assert id in refused(client.get(f"/administrators/{id}/"), 404)


@pytest.mark.parametrize("id", ["x", "17", "me2", UNKNOWN[:-1], UNKNOWN + "0"])
def test_an_id_that_is_no_uuid_is_422(staff, id):
    status, items = detail(staff().get(f"/administrators/{id}/"))
    assert status == 422 and items[0]["loc"][0] == "path" and items[0]["type"] == "type_error.uuid"


# -- rename

def rename(client, id, **body):
    return client.patch(f"/administrators/{id}/", body)


def test_an_administrator_renames_anybody(staff, person, db):
    who = person(role="expert")
    answer = rename(staff(), who.uuid, name="Пётр", surname="Иванов-Водкин")
    assert answer.status_code == 200 and list(answer.json()) == A_NEW
    assert (answer.json()["name"], answer.json()["surname"]) == ("Пётр", "Иванов-Водкин")
    row = db.one("select name, surname from account.account where id = %s", who.id)
    assert tuple(row) == ("Пётр", "Иванов-Водкин")


def test_an_expert_renames_only_oneself(staff, person):
    me = staff("expert")
    assert rename(me, me.person.uuid, name="Анна", surname="Белова").status_code == 200
    refused(rename(me, person(role="expert").uuid, name="Анна", surname="Белова"), 403)


@pytest.mark.parametrize("given, kept", [
    ("Анна-мария", "Анна-Мария"), ("Анна Мария", "Анна Мария"), ("Ёлка", "Ёлка"),
    ("Анна Мариябелла", "Анна Мариябелла")])
def test_names_are_kept_with_a_capital_in_each_part(staff, given, kept):
    me = staff()
    answer = rename(me, me.person.uuid, name=given, surname=given)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["surname"]) == (kept, kept)


def test_a_surname_may_have_a_hundred_characters_and_a_name_twenty(staff):
    me = staff()
    answer = rename(me, me.person.uuid, name="А" + "н" * 19, surname="Б" + "е" * 99)
    assert answer.status_code == 200, answer.text


def test_rename_needs_both_and_nothing_else(staff):
    me = staff()
    invalid(rename(me, me.person.uuid, name="Анна"), "body", "surname", type="value_error.missing")
    invalid(rename(me, me.person.uuid, surname="Белова"), "body", "name", type="value_error.missing")
    invalid(rename(me, me.person.uuid, name="Анна", surname="Белова", role="administrator"),
            "body", "role", type="value_error.extra")


def test_rename_of_nobody_is_404(staff):
    refused(rename(staff(), UNKNOWN, name="Анна", surname="Белова"), 404)


# -- role and status

def change(client, id, **body):
    (what,) = body
    return client.patch(f"/administrators/{id}/{what}/", body)


def test_an_administrator_changes_roles(staff, person):
    admin, who = staff(), person(role="expert")
    for role in ("administrator", "administrator", "expert"):
        answer = change(admin, who.uuid, role=role)
        assert answer.status_code == 200 and list(answer.json()) == A_KEYS
        assert answer.json()["role"] == role and answer.json()["last_login_at"] is None


def test_an_administrator_blocks_and_unblocks(staff, person, api):
    admin, who = staff(), person(role="expert")
    answer = change(admin, who.uuid, status="blocked")
    assert answer.status_code == 200 and list(answer.json()) == A_KEYS
    assert answer.json()["status"] == "blocked"
    refused(login(api, who), 403)
    assert change(admin, who.uuid, status="active").json()["status"] == "active"
    assert login(api, who).status_code == 200


def test_a_change_of_role_or_status_ends_the_sessions(staff, api):
    admin = staff()
    for what, value in (("role", "administrator"), ("status", "blocked")):
        who = staff("expert")
        token, _ = cookie_of(login(api, who.person))
        assert change(admin, who.person.uuid, **{what: value}).status_code == 200
        assert who.get("/administrators/me").status_code in ((401,) if what == "role" else (401, 403))
        assert refresh(api, token).status_code in ((401,) if what == "role" else (401, 403))
        if what == "status":
            change(admin, who.person.uuid, status="active")
            assert who.get("/administrators/me").status_code == 401


def test_setting_what_is_set_already_is_accepted(staff):
    admin, who = staff(), staff("expert")
    assert change(admin, who.person.uuid, role="expert").status_code == 200
    assert change(admin, who.person.uuid, status="active").status_code == 200


def test_own_role_and_status_cannot_be_changed(staff):
    me = staff()
    refused(change(me, me.person.uuid, role="expert"), 403)
    refused(change(me, me.person.uuid, status="blocked"), 403)
    assert me.get("/administrators/me").json()["role"] == "administrator"


@pytest.mark.parametrize("what, value", [("role", "king"), ("role", None), ("role", 1),
                                         ("status", "locked"), ("status", ""), ("status", ["active"])])
def test_a_role_or_status_that_nobody_knows_is_422(staff, person, what, value):
    invalid(change(staff(), person(role="expert").uuid, **{what: value}), "body", what)


def test_a_superadministrator_is_not_touched_by_others(staff, person, db):
    who = person(role="administrator", superuser=True)
    admin = staff()
    refused(change(admin, who.uuid, role="expert"), 400, 403)
    refused(change(admin, who.uuid, status="blocked"), 400, 403)
    row = db.one("select role::text, status::text from account.account where id = %s", who.id)
    assert tuple(row) == ("administrator", "active")


def test_two_last_administrators_cannot_end_each_other(staff, db):
    for what, value in (("role", "expert"), ("status", "blocked")):
        one, other = staff(), staff()
        db.do("update account.account set role = 'expert' where role = 'administrator' "
              "and id not in (%s, %s)", one.person.id, other.person.id)
        pairs = [(one, other), (other, one)]
        answers = together(2, lambda n: change(pairs[n][0], pairs[n][1].person.uuid, **{what: value}))
        assert sum(a.status_code == 200 for a in answers) <= 1
        left = db.value("select count(*) from account.account where role = 'administrator' "
                        "and status = 'active'")
        assert left >= 1


# -- reset_password

def password_in(mail):
    """The password is in both parts, in a line or element of its own."""
    words = set(re.findall(r"(?<![\w-])[A-Za-z0-9]{8}(?![\w-])", mail.part("plain")))
    good = [w for w in words if sum(c.isupper() for c in w) == 2
            and sum(c.islower() for c in w) == 4 and sum(c.isdigit() for c in w) == 2]
    assert len(good) == 1, mail.part("plain")
    assert good[0] in mail.part("html")
    return good[0]


def test_reset_password_mails_a_password_that_works(staff, api, smtp):
    who = staff("expert")
    answer = staff().patch("/administrators/reset_password", {"email": who.person.email})
    assert answer.status_code == 200 and list(answer.json()) == A_KEYS
    assert answer.json()["id"] == who.person.uuid
    mail = mailed(smtp, who.person.email)
    password = password_in(mail)
    assert password not in answer.text and "Ломая Барьеры" in mail.subject
    refused(login(api, who.person), 400)
    assert login(api, who.person, password).status_code == 200
    assert who.get("/administrators/me").status_code == 401


def test_reset_password_does_not_wait_for_the_mail_server(staff, person, smtp):
    who, admin = person(role="expert"), staff()
    smtp.fault("data", count=1)
    smtp.stop()
    try:
        start = time.monotonic()
        answer = admin.patch("/administrators/reset_password", {"email": who.email})
        assert answer.status_code == 200 and time.monotonic() - start < 2
    finally:
        smtp.start()
    password_in(wait_for(lambda: smtp.to(who.email) and smtp.to(who.email)[0], 60))


def test_reset_password_of_nobody_is_404(staff, person):
    admin = staff()
    refused(admin.patch("/administrators/reset_password", {"email": "nobody@example.com"}), 404)
    refused(admin.patch("/administrators/reset_password", {"email": person().email}), 404)
    invalid(admin.patch("/administrators/reset_password", {"email": "x"}), "body", "email")
    invalid(admin.patch("/administrators/reset_password", {}), "body", "email")


# -- addresses, methods, queries, origins

WORDS = ["invitations", "me", "login", "refresh", "reset_password"]


@pytest.mark.parametrize("name", WORDS)
def test_a_word_with_a_slash_is_not_mistaken_for_an_id(staff, name):
    answer = staff().get(f"/administrators/{name}/")
    if answer.status_code == 307:
        where = urllib.parse.urljoin(answer.url, answer.headers["Location"])
        assert urllib.parse.urlsplit(where).path == f"/api/administrators/{name}"
    else:
        allowed = {"invitations": (200,), "me": (200,), "refresh": (401,)}.get(name, (405,))
        assert answer.status_code in allowed, answer.text


def test_the_wrong_slash_form_is_served_or_redirected(staff):
    me = staff()
    for path in ("/administrators", f"/administrators/{me.person.uuid}"):
        answer = me.get(path)
        if answer.status_code == 307:
            where = urllib.parse.urljoin(answer.url, answer.headers["Location"])
            assert urllib.parse.urlsplit(where).path == "/api" + path + "/"
            assert urllib.parse.urlsplit(where).port == urllib.parse.urlsplit(me.base).port
        else:
            assert answer.status_code == 200


def test_duplicate_slashes_are_one(staff):
    me = staff()
    for target in ("/api//administrators//me", "//api/administrators/me",
                   f"/api/administrators//{me.person.uuid}/"):
        status, _, text = me.as_is("GET", target)
        assert status == 200, (target, text)


@pytest.mark.parametrize("path", ["/", "/nothing", "/administrators/a/b/c", "/Administrators/me",
                                  f"/administrators/{UNKNOWN}/nothing/"])
def test_an_unknown_address_is_404(api, path):
    answer = api.get(path)
    assert detail(answer) == (404, "Not Found")
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"


METHODS = [("GET", "/administrators/login"), ("POST", "/administrators/refresh"),
           ("DELETE", "/administrators/"), ("POST", f"/administrators/{UNKNOWN}/role/"),
           ("PUT", "/administrators/me"), ("DELETE", "/administrators/invitations"),
           ("PATCH", f"/administrators/register/{UNKNOWN}"), ("PROPFIND", "/administrators/me")]


@pytest.mark.parametrize("method, path", METHODS)
def test_a_wrong_method_is_405(staff, method, path):
    assert detail(staff()(method, path)) == (405, "Method Not Allowed")


def test_head_has_no_body(staff):
    answer = staff()("HEAD", "/administrators/me")
    assert answer.status_code in (200, 405) and answer.content == b""


def test_without_the_setting_no_origin_is_allowed(staff):
    me = staff()
    answer = me.get("/administrators/me", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 200
    assert not [h for h in answer.headers if h.lower().startswith("access-control-")]


# -- what staff did is written down

def test_each_action_of_staff_leaves_an_audit_row(staff, person, db, api, smtp):
    admin, who = staff(), person(role="expert")

    def rows():
        return db.value("select count(*) from account.audit where actor = %s", admin.person.id)
    before = rows()
    i = invite(admin).json()
    admin.patch(f"/administrators/invitations/{i['id']}/deactivate")
    admin.patch(f"/administrators/invitations/{i['id']}/reactivate")
    rename(admin, who.uuid, name="Анна", surname="Белова")
    change(admin, who.uuid, role="administrator")
    change(admin, who.uuid, status="blocked")
    admin.patch("/administrators/reset_password", {"email": who.email})
    assert rows() - before >= 7
    last = db.one("select * from account.audit where actor = %s order by id desc limit 1",
                  admin.person.id)
    assert last.request_id and last.address and who.uuid in (last.object_id, str(last.data)) \
        or str(who.id) == last.object_id


def test_a_refused_action_leaves_no_audit_row(staff, person, db):
    me = staff("expert")
    before = db.value("select count(*) from account.audit where actor = %s", me.person.id)
    refused(change(me, person(role="expert").uuid, role="administrator"), 403)
    assert db.value("select count(*) from account.audit where actor = %s", me.person.id) == before
