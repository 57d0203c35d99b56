"""The programme's staff: programme contract, sections 1 to 4.3, with its marked faults mended."""

import json
import re
import time
import urllib.parse
import uuid

import pytest

from tests.conftest import wait_for
from tests.e2e import fcgi
from tests.e2e.client import (PASSWORD, Client, changed, claims, detail, header, iso_seconds, sign,
                              together, word)

A_KEYS = ["id", "name", "surname", "email", "role", "status", "last_login_at", "is_superadmin"]
A_NEW = [k for k in A_KEYS if k != "last_login_at"]
I_KEYS = ["id", "name", "surname", "email", "expired_datetime"]
NOT_AUTHENTICATED = (403, "Not authenticated")
OTHER_SCHEME = (403, "Invalid authentication credentials")
EXISTS = re.compile(r"^Объект <.*> уже существует$")
CYRILLIC = re.compile(r"[а-яё]")
UNKNOWN = str(uuid.UUID(int=5))


def refused(answer, *statuses):
    """A refusal in the face's form: a Russian sentence under "detail"."""
    status, text = detail(answer)
    assert status in statuses, answer.text
    assert isinstance(text, str) and CYRILLIC.search(text), answer.text
    return text


def invalid(answer, *loc, type=None):
    """A 422 whose list names this place; returns that item."""
    status, items = detail(answer)
    assert status == 422, answer.text
    assert isinstance(items, list) and items
    for item in items:
        assert {"loc", "msg", "type"} <= set(item) <= {"loc", "msg", "type", "ctx"}
        assert isinstance(item["msg"], str) and item["msg"] and isinstance(item["type"], str)
        assert isinstance(item["loc"], list) and item["loc"][0] in ("body", "query", "path")
        assert "ctx" not in item or isinstance(item["ctx"], dict)
    found = [i for i in items if i["loc"] == list(loc)]
    assert found, f"no {loc} in {items}"
    if type:
        assert found[0]["type"] == type
    return found[0]


def login(client, person, password=None):
    return client.post("/administrators/login",
                       {"email": person.email, "password": password or person.password})


def cookie_of(answer):
    """The refresh token, and the cookie's attributes in lower case."""
    (line,) = [v for k, v in answer.raw.headers.items() if k.lower() == "set-cookie"]
    first, *rest = [part.strip() for part in line.split(";")]
    name, _, value = first.partition("=")
    assert name == "refresh_token"
    return value, {part.lower() for part in rest}


def refresh(client, token):
    return client.get("/administrators/refresh", headers={"Cookie": f"refresh_token={token}"})


def invite(admin, email=None, **more):
    body = {"name": "Мария", "surname": "Смирнова", "email": email or f"{word('inv')}@example.com",
            **more}
    return admin.post("/administrators/invitations", body)


def token_of(db, invitation):
    return str(db.value("select token from account.invitation where id = %s", invitation["id"]))


REGISTRATION = {"name": "Мария", "surname": "Смирнова", "password": "Parol12345"}


# -- login

def test_login_answers_the_account_and_its_access_token_in_order(api, person):
    who = person(role="administrator")
    before = time.time()
    answer = login(api, who)
    assert answer.status_code == 200 and list(answer.json()) == A_KEYS + ["access_token"]
    body = answer.json()
    assert body["id"] == who.uuid and body["email"] == who.email
    assert (body["role"], body["status"], body["is_superadmin"]) == ("administrator", "active", False)
    assert before - 2 <= iso_seconds(body["last_login_at"]) <= time.time() + 2
    assert "Иван".encode() in answer.content


def test_the_refresh_token_is_a_cookie_only(api, person):
    answer = login(api, person(role="expert"))
    token, attributes = cookie_of(answer)
    assert attributes == {"httponly", "path=/", "samesite=strict"}
    assert token.count(".") == 2 and token not in answer.text
    assert "refresh_token" not in answer.json()


def test_tokens_name_the_email_and_live_a_day_and_ten(api, person, stack):
    who = person(role="expert")
    answer = login(api, who)
    access, (again, _) = answer.json()["access_token"], cookie_of(answer)
    for token, life in ((access, 86400), (again, 864000)):
        assert header(token)["alg"] == "HS256"
        assert claims(token)["email"] == who.email
        assert abs(claims(token)["exp"] - time.time() - life) < 10
    assert claims(access)["jti"] != claims(again)["jti"]


def test_a_wrong_password_an_unknown_email_and_a_blocked_account_are_told_the_same(api, person):
    wrong = login(api, person(role="administrator"), "Wrong12345")
    text = refused(wrong, 400)
    unknown = api.post("/administrators/login",
                       {"email": f"{word()}@example.com", "password": PASSWORD})
    assert refused(unknown, 400) == text
    assert refused(login(api, person(role="expert", status="blocked"), "Wrong12345"), 400) == text


def test_a_blocked_account_is_told_so_after_the_right_password(api, person):
    refused(login(api, person(role="expert", status="blocked")), 403)


def test_who_is_not_staff_does_not_get_in(api, person):
    refused(login(api, person()), 400, 403)


def test_the_email_is_compared_whatever_its_case(api, person):
    who = person(role="expert")
    answer = api.post("/administrators/login", {"email": who.email.upper(), "password": PASSWORD})
    assert answer.status_code == 200 and answer.json()["email"] == who.email


@pytest.mark.parametrize("field", ["email", "password"])
def test_login_needs_each_field(api, field):
    body = {"email": "a@example.com", "password": "x"}
    item = invalid(api.post("/administrators/login", {k: v for k, v in body.items() if k != field}),
                   "body", field, type="value_error.missing")
    assert item["msg"] == "field required"
    invalid(api.post("/administrators/login", {**body, field: None}), "body", field)
    invalid(api.post("/administrators/login", {**body, field: {"a": 1}}), "body", field)


def test_every_missing_field_is_named_at_once(api):
    answer = api.post("/administrators/login", {})
    invalid(answer, "body", "email")
    invalid(answer, "body", "password")


def test_a_member_that_nobody_knows_is_refused(api):
    body = {"email": "a@example.com", "password": "x", "remember": True}
    invalid(api.post("/administrators/login", body), "body", "remember", type="value_error.extra")


@pytest.mark.parametrize("email", ["", "x", "a@b", "a@localhost", "a@x.local", "a@x.test",
                                   "a@x.invalid", "a b@example.com", "@example.com", "a@.com"])
def test_an_address_that_is_none_is_422(api, email):
    invalid(api.post("/administrators/login", {"email": email, "password": "x"}),
            "body", "email", type="value_error.email")


def test_a_body_that_is_no_json_is_422_with_the_position(api):
    answer = api("POST", "/administrators/login", data=b'{"email": nope}',
                 headers={"Content-Type": "application/json"})
    status, items = detail(answer)
    assert status == 422 and items[0]["type"] == "value_error.jsondecode"
    assert items[0]["loc"][0] == "body" and type(items[0]["loc"][1]) is int


@pytest.mark.parametrize("body", [b"[]", b"17", b'"x"', b"null", b""])
def test_a_body_that_is_no_object_is_422(api, body):
    answer = api("POST", "/administrators/login", data=body,
                 headers={"Content-Type": "application/json"})
    status, items = detail(answer)
    assert status == 422 and items[0]["loc"] == ["body"]


def test_a_second_login_leaves_the_first_alone(api, person):
    who = person(role="expert")
    tokens = [login(api, who).json()["access_token"] for _ in range(2)]
    assert [api.get("/administrators/me", token=t).status_code for t in tokens] == [200, 200]


# -- refresh

@pytest.mark.parametrize("url, secure", [("https://samovar.example.org", True), ("http://localhost", False)])
def test_the_cookie_is_secure_where_the_site_is_https(instance, person, url, secure):
    who = person(role="expert")
    body = json.dumps({"email": who.email, "password": PASSWORD}).encode()
    with fcgi.Link(instance(APPLICATION_URL=url).path) as link:
        link.send(fcgi.request("POST", "/api/administrators/login", body))
        assert link.answer()[0] == 200
        assert link.headers["Set-Cookie"].endswith("; Secure") == secure


def test_refresh_answers_like_login_with_a_new_cookie(api, person):
    first = login(api, person(role="expert"))
    old, _ = cookie_of(first)
    answer = refresh(api, old)
    assert answer.status_code == 200 and list(answer.json()) == A_KEYS + ["access_token"]
    new, attributes = cookie_of(answer)
    assert new != old and attributes == {"httponly", "path=/", "samesite=strict"}
    assert answer.json()["access_token"] != first.json()["access_token"]
    assert api.get("/administrators/me", token=answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize("cookie", [None, "refresh_token=", "refresh_token=x.y.z", "other=1",
                                    "refresh_token"])
def test_refresh_without_a_good_cookie_is_401(api, cookie):
    headers = {"Cookie": cookie} if cookie else {}
    refused(api.get("/administrators/refresh", headers=headers), 401)


def test_the_cookie_is_found_among_others(api, person):
    token, _ = cookie_of(login(api, person(role="expert")))
    cookie = f"a=1; xrefresh_token=bad; refresh_token={token}; z=\"q\""
    assert api.get("/administrators/refresh", headers={"Cookie": cookie}).status_code == 200


def test_access_and_refresh_tokens_do_not_replace_each_other(api, person):
    answer = login(api, person(role="administrator"))
    access, (again, _) = answer.json()["access_token"], cookie_of(answer)
    refused(refresh(api, access), 401)
    refused(api.get("/administrators/me", token=again), 401)
    refused(api.get("/administrators/", token=again), 401)


def test_refresh_of_who_is_blocked_is_refused(api, person, behind):
    who = person(role="expert")
    token, _ = cookie_of(login(api, who))
    behind("update account.account set status = 'blocked' where id = %s", who.id)
    refused(refresh(api, token), 403)


def test_refresh_of_an_account_that_is_gone_is_404(api, person, behind):
    who = person(role="expert")
    token, _ = cookie_of(login(api, who))
    behind("delete from account.account where id = %s", who.id)
    refused(refresh(api, token), 404)


def test_tabs_that_refresh_at_once_all_get_in(base, api, person):
    token, _ = cookie_of(login(api, person(role="expert")))
    answers = together(6, lambda n: refresh(Client(base, "/api"), token))
    assert [a.status_code for a in answers] == [200] * 6
    assert len({cookie_of(a)[0] for a in answers}) == 1


def test_a_replayed_refresh_token_ends_its_family(api, person, db):
    who = person(role="expert")
    first, _ = cookie_of(login(api, who))
    answer = refresh(api, first)
    second, _ = cookie_of(answer)
    aged = db.do("update account.session set spent_at = spent_at - interval '11 s' "
                 "where jti::text = %s", claims(first)["jti"])
    assert aged == 1
    refused(refresh(api, first), 401)
    refused(refresh(api, second), 401)
    refused(api.get("/administrators/me", token=answer.json()["access_token"]), 401)


# -- me, and the bearer check

def test_me_is_the_account(staff):
    answer = staff("expert").get("/administrators/me")
    assert answer.status_code == 200 and list(answer.json()) == A_KEYS
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"


def test_null_members_are_left_out_of_me(staff, behind):
    me = staff("expert")
    behind("update account.account set last_login_at = null where id = %s", me.person.id)
    assert list(me.get("/administrators/me").json()) == A_NEW


def test_the_scheme_is_compared_whatever_its_case(staff):
    me = staff()
    for scheme in ("bearer", "BEARER", "Bearer"):
        answer = me.get("/administrators/me", headers={"Authorization": f"{scheme} {me.token}"})
        assert answer.status_code == 200


PROTECTED = [
    ("GET", "/administrators/me", None),
    ("GET", "/administrators/", None),
    ("GET", f"/administrators/{UNKNOWN}/", None),
    ("PATCH", f"/administrators/{UNKNOWN}/", {"name": "Анна", "surname": "Белова"}),
    ("PATCH", f"/administrators/{UNKNOWN}/role/", {"role": "expert"}),
    ("PATCH", f"/administrators/{UNKNOWN}/status/", {"status": "blocked"}),
    ("PATCH", "/administrators/reset_password", {"email": "nobody@example.com"}),
    ("POST", "/administrators/invitations",
     {"name": "Анна", "surname": "Белова", "email": "new@example.com"}),
    ("GET", "/administrators/invitations", None),
    ("PATCH", f"/administrators/invitations/{UNKNOWN}/deactivate", None),
    ("PATCH", f"/administrators/invitations/{UNKNOWN}/reactivate", None),
]
each_protected = pytest.mark.parametrize("method, path, body", PROTECTED,
                                         ids=[f"{m} {p}" for m, p, _ in PROTECTED])


@each_protected
def test_without_a_bearer_header_nothing_is_shown(api, method, path, body):
    assert detail(api(method, path, json=body)) == NOT_AUTHENTICATED
    for other in ("Basic dXNlcjpwYXNz", "Token x"):
        assert detail(api(method, path, json=body, headers={"Authorization": other})) == OTHER_SCHEME


@each_protected
def test_a_bad_token_is_401(api, stack, staff, method, path, body):
    good = staff().token
    now = int(time.time())
    for token in ("x", "a.b.c", sign(claims(good), "another key" * 4),
                  sign(claims(good), stack.key, alg="none"),
                  sign(claims(good), stack.key, alg="HS512"),
                  changed(good, stack.key, exp=now - 10),
                  changed(good, stack.key, drop=["email"]),
                  changed(good, stack.key, drop=["exp"]),
                  changed(good, stack.key, drop=["jti"])):
        refused(api(method, path, json=body, token=token), 401)


@each_protected
def test_a_blocked_account_is_refused_everywhere_at_once(staff, behind, method, path, body):
    client = staff()
    behind("update account.account set status = 'blocked' where id = %s", client.person.id)
    refused(client(method, path, json=body), 403)


@each_protected
def test_an_account_that_is_gone_has_no_rights(staff, behind, method, path, body):
    client = staff()
    behind("delete from account.account where id = %s", client.person.id)
    active = path == "/administrators/me" or path == f"/administrators/{UNKNOWN}/"
    refused(client(method, path, json=body), 404 if active else 403)


@each_protected
def test_a_token_of_another_face_is_none_here(base, api, person, method, path, body):
    who = person(role="administrator", superuser=True)
    pair = Client(base, "/users/api/v1").post(
        "/auth/login/", {"username": who.username, "password": who.password}).json()
    refused(api(method, path, json=body, token=pair["access_token"]), 401)


ADMIN_ONLY = PROTECTED[4:]


@pytest.mark.parametrize("method, path, body", ADMIN_ONLY, ids=[f"{m} {p}" for m, p, _ in ADMIN_ONLY])
def test_an_expert_is_refused_what_is_for_administrators(staff, method, path, body):
    refused(staff("expert")(method, path, json=body), 403)


def test_failures_come_in_order_header_input_token_rights(api, staff, stack):
    """Section 2: 403 without a header, 422 before the token, 401 before the role."""
    bad = "/administrators/not-a-uuid/role/"
    body = {"role": "expert"}
    assert detail(api.patch(bad, body)) == NOT_AUTHENTICATED
    assert api.patch(bad, body, token="x.y.z").status_code == 422
    outdated = changed(staff("expert").token, stack.key, exp=int(time.time()) - 10)
    assert api.patch(bad, body, token=outdated).status_code == 422
    good = f"/administrators/{UNKNOWN}/role/"
    assert api.patch(good, {"role": "king"}, token="x.y.z").status_code == 422
    assert api.patch(good, body, token=outdated).status_code == 401
    assert staff("expert").patch(good, body).status_code == 403
    assert staff().patch(good, body).status_code == 404


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


@pytest.mark.parametrize("name", ["", "А", "анна", "Anna", "Анна1", "Анна-", "-Анна", "Анна  Мария",
                                  "Анна-М", "АННА", "Анна!", "А" + "н" * 20, " Анна", "Анна\n"])
def test_a_name_that_is_none_is_422(staff, name):
    me = staff()
    invalid(rename(me, me.person.uuid, name=name, surname="Белова"), "body", "name")


@pytest.mark.parametrize("surname", ["", "Б", "белова", "Belova", "Белова--Бок", "Б" + "е" * 100])
def test_a_surname_that_is_none_is_422(staff, surname):
    me = staff()
    item = invalid(rename(me, me.person.uuid, name="Анна", surname=surname), "body", "surname")
    assert item["msg"]


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

def mailed(smtp, address, count=1):
    return wait_for(lambda: len(smtp.to(address)) >= count and smtp.to(address)[count - 1], 15,
                    f"mail to {address}")


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


# -- invitations

def test_an_invitation_is_answered_without_its_token_and_mailed_with_it(staff, db, smtp, stack):
    email = f"{word('inv')}@example.com"
    before = time.time()
    answer = invite(staff(), email)
    assert answer.status_code == 201 and list(answer.json()) == I_KEYS
    body = answer.json()
    assert (body["name"], body["surname"], body["email"]) == ("Мария", "Смирнова", email)
    assert before + 86400 - 5 <= iso_seconds(body["expired_datetime"]) <= time.time() + 86400 + 5
    token = token_of(db, body)
    assert token not in answer.text and token != body["id"]
    mail = mailed(smtp, email)
    link = f"http://127.0.0.1:{stack.port}/pwd_create/{token}"
    assert link in mail.part("html") and link in mail.part("plain")
    assert "Ломая Барьеры" in mail.subject and "Мария" in mail.part("html")


def test_who_is_staff_already_is_not_invited(staff, person):
    who = person(role="expert")
    admin = staff()
    for email in (who.email, who.email.upper().replace("EXAMPLE.COM", "example.com")):
        refused(invite(admin, email), 400)


def test_several_open_invitations_for_one_email_are_allowed(staff):
    admin, email = staff(), f"{word('inv')}@example.com"
    assert [invite(admin, email).status_code for _ in range(2)] == [201, 201]


@pytest.mark.parametrize("field, value", [("name", "anna"), ("name", None), ("surname", "Б"),
                                          ("email", "nonsense"), ("email", "a@x.local"), ("extra", 1)])
def test_an_invitation_with_wrong_input_is_422(staff, field, value):
    invalid(invite(staff(), **{field: value}), "body", field)


def test_the_domain_of_an_email_is_kept_in_lower_case(staff):
    local = word("Inv")
    assert invite(staff(), f"{local}@Example.COM").json()["email"] == f"{local}@example.com"


def listed(client):
    answer = client.get("/administrators/invitations")
    assert answer.status_code == 200
    assert all(list(i) == I_KEYS for i in answer.json())
    return [i["id"] for i in answer.json()]


def test_the_list_shows_open_and_expired_invitations_until_the_person_registers(staff, db, api):
    admin = staff()
    open_, closed, used = (invite(admin).json() for _ in range(3))
    assert admin.patch(f"/administrators/invitations/{closed['id']}/deactivate").status_code == 200
    assert api.post(f"/administrators/register/{token_of(db, used)}", REGISTRATION).status_code == 201
    ids = listed(admin)
    assert {open_["id"], closed["id"]} <= set(ids) and used["id"] not in ids
    assert listed(admin) == ids


def test_an_invitation_is_deactivated_once(staff, db, api):
    admin = staff()
    i = invite(admin).json()
    answer = admin.patch(f"/administrators/invitations/{i['id']}/deactivate")
    assert answer.status_code == 200 and list(answer.json()) == I_KEYS
    assert abs(iso_seconds(answer.json()["expired_datetime"]) - (time.time() - 86400)) < 10
    refused(admin.patch(f"/administrators/invitations/{i['id']}/deactivate"), 400)
    refused(api.get(f"/administrators/register/{token_of(db, i)}"), 400)


def test_an_expired_invitation_is_reactivated_with_the_same_token(staff, db, api, smtp):
    admin = staff()
    i = invite(admin).json()
    token = token_of(db, i)
    refused(admin.patch(f"/administrators/invitations/{i['id']}/reactivate"), 400)
    admin.patch(f"/administrators/invitations/{i['id']}/deactivate")
    answer = admin.patch(f"/administrators/invitations/{i['id']}/reactivate")
    assert answer.status_code == 200 and list(answer.json()) == I_KEYS
    assert abs(iso_seconds(answer.json()["expired_datetime"]) - (time.time() + 86400)) < 10
    assert token_of(db, i) == token
    assert api.get(f"/administrators/register/{token}").status_code == 200
    assert token in mailed(smtp, i["email"], 2).part("html")


def test_an_invitation_of_who_has_registered_stays_closed(staff, db, api):
    admin = staff()
    i = invite(admin).json()
    api.post(f"/administrators/register/{token_of(db, i)}", REGISTRATION)
    refused(admin.patch(f"/administrators/invitations/{i['id']}/reactivate"), 400)
    refused(admin.patch(f"/administrators/invitations/{i['id']}/deactivate"), 400)


@pytest.mark.parametrize("verb", ["deactivate", "reactivate"])
def test_an_invitation_that_is_none_is_404_or_422(staff, verb):
    admin = staff()
    text = refused(admin.patch(f"/administrators/invitations/{UNKNOWN}/{verb}"), 404)
    assert UNKNOWN in text
    assert admin.patch(f"/administrators/invitations/x/{verb}").status_code == 422


def test_a_patch_without_a_body_may_have_a_json_content_type(staff):
    admin = staff()
    i = invite(admin).json()
    assert admin.patch(f"/administrators/invitations/{i['id']}/deactivate", data=b"",
                       headers={"Content-Type": "application/json"}).status_code == 200


# -- registration

@pytest.fixture
def invited(staff, db):
    i = invite(staff()).json()
    return {**i, "token": token_of(db, i)}


def test_the_register_page_reads_its_invitation(api, invited):
    answer = api.get(f"/administrators/register/{invited['token']}")
    assert answer.status_code == 200 and list(answer.json()) == I_KEYS
    assert answer.json()["id"] == invited["id"] and invited["token"] not in answer.text


def test_registration_makes_an_expert_who_is_not_signed_in(api, invited):
    answer = api.post(f"/administrators/register/{invited['token']}",
                      {**REGISTRATION, "name": "Анна", "surname": "Белова"})
    assert answer.status_code == 201 and list(answer.json()) == A_NEW
    body = answer.json()
    assert (body["name"], body["surname"], body["email"]) == ("Анна", "Белова", invited["email"])
    assert (body["role"], body["status"], body["is_superadmin"]) == ("expert", "active", False)
    assert "Set-Cookie" not in answer.headers
    signed = api.post("/administrators/login", {"email": invited["email"],
                                                "password": REGISTRATION["password"]})
    assert signed.status_code == 200


def test_an_invitation_serves_once(api, invited, db):
    path = f"/administrators/register/{invited['token']}"
    assert api.post(path, REGISTRATION).status_code == 201
    refused(api.post(path, REGISTRATION), 400)
    refused(api.get(path), 400)
    assert db.value("select expires < now() from account.invitation where id = %s", invited["id"])


def test_other_invitations_for_the_email_end_with_the_registration(staff, db, api):
    admin, email = staff(), f"{word('inv')}@example.com"
    tokens = [token_of(db, invite(admin, email).json()) for _ in range(2)]
    assert api.post(f"/administrators/register/{tokens[0]}", REGISTRATION).status_code == 201
    refused(api.post(f"/administrators/register/{tokens[1]}", REGISTRATION), 400)


def test_an_email_that_got_an_account_meanwhile_exists(api, invited, person):
    person(role="expert", email=invited["email"])
    answer = api.post(f"/administrators/register/{invited['token']}", REGISTRATION)
    text = refused(answer, 400)
    assert EXISTS.match(text) or "код" in text.lower() or "ссылк" in text.lower(), text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_code_that_is_unknown_or_expired_is_400(api, invited, db, method):
    body = REGISTRATION if method == "POST" else None
    unknown = refused(api(method, f"/administrators/register/{uuid.uuid4()}", json=body), 400)
    db.do("update account.invitation set expires = now() - interval '1 s' where id = %s", invited["id"])
    expired = refused(api(method, f"/administrators/register/{invited['token']}", json=body), 400)
    assert unknown == expired
    assert api(method, "/administrators/register/x", json=body).status_code == 422


@pytest.mark.parametrize("password", ["", "Aa12345", "aaaaaaa1", "AAAAAAA1", "Aaaaaaaa", "12345678",
                                      "Яя12345", "ячсмитьб1"])
def test_a_weak_password_is_422(api, invited, password):
    invalid(api.post(f"/administrators/register/{invited['token']}",
                     {**REGISTRATION, "password": password}), "body", "password")


@pytest.mark.parametrize("password", ["Aa345678", "Яблоко12", "Пароль 12345 и пробелы", "Ω" + "ω" * 6 + "1"])
def test_a_good_password_may_have_letters_of_any_script(api, invited, password):
    answer = api.post(f"/administrators/register/{invited['token']}",
                      {**REGISTRATION, "password": password})
    assert answer.status_code == 201, answer.text
    assert api.post("/administrators/login", {"email": invited["email"],
                                              "password": password}).status_code == 200


@pytest.mark.parametrize("field, value", [("name", "x"), ("surname", ""), ("password", None),
                                          ("email", "a@example.com"), ("role", "administrator")])
def test_registration_with_wrong_input_is_422(api, invited, field, value):
    invalid(api.post(f"/administrators/register/{invited['token']}", {**REGISTRATION, field: value}),
            "body", field)


def test_one_code_used_by_ten_at_once_makes_one_account(base, invited, db):
    path = f"/administrators/register/{invited['token']}"
    answers = together(10, lambda n: Client(base, "/api").post(path, REGISTRATION))
    assert sorted(a.status_code for a in answers) == [201] + [400] * 9
    assert db.value("select count(*) from account.account where email = %s", invited["email"]) == 1


def test_two_codes_for_one_email_used_at_once_make_one_account(base, staff, db):
    admin, email = staff(), f"{word('inv')}@example.com"
    tokens = [token_of(db, invite(admin, email).json()) for _ in range(6)]
    answers = together(6, lambda n: Client(base, "/api").post(
        f"/administrators/register/{tokens[n]}", REGISTRATION))
    assert sorted(a.status_code for a in answers) == [201] + [400] * 5


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


@pytest.mark.parametrize("query", [
    "title=%D0%BD%20&%20x%20+%20100%", "unknown", "&&&", "=", "%", "%zz=%zz", "a=%FF%FE", "a[]=1",
    "status=active&x=%", "%00=%00", "a=" + "b" * 2000])
def test_queries_are_read_leniently(staff, query):
    status, _, text = staff().as_is("GET", "/api/administrators/?" + query)
    assert status == 200, text


def test_a_stray_percent_stays_in_the_value(staff):
    status, _, text = staff().as_is("GET", "/api/administrators/?status=act%ive")
    assert status == 422 and json.loads(text)["detail"][0]["loc"] == ["query", "status"]
    status, _, _ = staff().as_is("GET", "/api/administrators/?status=%61ctive")
    assert status == 200


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


# -- what an open registration must not reach

def test_an_address_that_somebody_only_claimed_does_not_keep_its_owner_out(api, invited, person, db):
    claimed = person(email=invited["email"])
    answer = api.post(f"/administrators/register/{invited['token']}", REGISTRATION)
    assert answer.status_code == 201, answer.text
    assert db.value("select email from account.account where id = %s", claimed.id) is None


def test_the_operators_names_never_mean_somebody_else(ctl, person, staff, db):
    victim = person(role="expert")
    db.do("update account.account set username = null where id = %s", victim.id)
    other = person(username=victim.email)
    ctl("account", "block", victim.email)
    states = dict(db.all("select id, status::text from account.account where id in (%s, %s)",
                         victim.id, other.id))
    assert states == {victim.id: "blocked", other.id: "active"}
    ctl("account", "unblock", f"#{victim.id}")
    assert db.value("select status::text from account.account where id = %s", victim.id) == "active"
