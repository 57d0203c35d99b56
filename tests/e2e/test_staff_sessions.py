"""How staff signs in and stays signed in, and the bearer check: programme contract, sections 1 to 3."""

import json
import time

import pytest

from tests.e2e import fcgi
from tests.e2e.client import PASSWORD, Client, changed, claims, detail, header, iso_seconds, sign, together, word
from tests.e2e.staff import (A_KEYS, A_NEW, NOT_AUTHENTICATED, UNKNOWN, cookie_of, invalid,
                             login, refresh, refused)


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


# -- one's own password

NEW = "NovyjParol6"


def signed_in(base, who, password=PASSWORD):
    client = Client(base, "/api")
    answer = client.post("/administrators/login", {"email": who.email, "password": password})
    client.token = answer.json().get("access_token")
    return answer.status_code, client


def test_staff_changes_its_own_password_and_only_this_session_goes_on(base, person, db):
    who = person(role="expert")
    (_, here), (_, there) = signed_in(base, who), signed_in(base, who)
    answer = here.patch("/administrators/me/password", {"old_password": PASSWORD, "password": NEW})
    assert answer.status_code == 200 and answer.json()["email"] == who.email
    assert here.get("/administrators/me").status_code == 200 and here.get("/administrators/refresh").status_code == 200
    assert there.get("/administrators/me").status_code == 401 and there.get("/administrators/refresh").status_code == 401
    assert signed_in(base, who)[0] == 400 and signed_in(base, who, NEW)[0] == 200
    assert db.value("select count(*) from account.audit where action = 'account.change_password' and object_id = %s", who.uuid) == 1


def test_the_old_password_is_needed(base, person):
    who = person(role="expert")
    _, me = signed_in(base, who)
    answer = me.patch("/administrators/me/password", {"old_password": PASSWORD + "x", "password": NEW})
    assert answer.status_code == 400 and "Текущий пароль" in answer.json()["detail"]
    assert me.get("/administrators/me").status_code == 200 and signed_in(base, who)[0] == 200
    assert Client(base, "/api").patch("/administrators/me/password", {"old_password": PASSWORD, "password": NEW}).status_code == 403


@pytest.mark.parametrize("password", ["", "Short1a", "nocapital1", "NOSMALL11", "NoDigitsHere"])
def test_a_new_password_keeps_the_rules(base, person, password):
    _, me = signed_in(base, person(role="expert"))
    invalid(me.patch("/administrators/me/password", {"old_password": PASSWORD, "password": password}), "body", "password")


def test_guesses_of_the_old_password_are_limited(base, person):
    _, me = signed_in(base, person(role="expert"))
    codes = [me.patch("/administrators/me/password", {"old_password": f"wrong{n}", "password": NEW}).status_code for n in range(40)]
    assert codes[0] == 400 and 429 in codes
