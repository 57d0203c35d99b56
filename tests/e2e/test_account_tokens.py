"""Tokens of the storage application: the bearer check, refresh, verify, logout: storage contract, section 3."""

import json
import time
import uuid

import pytest

from tests.e2e.client import Client, b64, changed, claims, error, sign, together
from tests.e2e.users import (DENIED, FORGED, MISSED, OUTDATED, PAYLOAD, TOKENS,  # noqa: F401
                             login, pair, users, verify)


# -- the bearer check, in the order of 3.2

NEEDS_ACCESS = [("GET", "/users/me/", None), ("POST", "/auth/logout/", None),
                ("POST", "/auth/token/verify/", {"permissions": []})]


@pytest.mark.parametrize("method, path, body",
                         NEEDS_ACCESS + [("POST", "/auth/token/refresh/", None)])
def test_without_a_token_every_protected_route_says_missed(users, method, path, body):
    answer = users(method, path, json=body)
    assert error(answer) == MISSED and set(answer.json()) == {"error"}


def test_a_token_signed_with_another_key_has_a_wrong_signature(users, pair):
    token = sign(claims(pair["access_token"]), "another key")
    assert error(users.get("/users/me/", token=token)) == FORGED


def test_a_payload_that_was_changed_has_a_wrong_signature(users, pair):
    head, _, seal = pair["access_token"].split(".")
    body = b64(json.dumps({**claims(pair["access_token"]), "is_superuser": True}).encode())
    assert error(users.get("/users/me/", token=f"{head}.{body}.{seal}")) == FORGED
    cut = pair["access_token"][:-2]
    assert error(users.get("/users/me/", token=cut)) == FORGED


def test_an_expired_token_is_outdated(users, pair, stack):
    now = int(time.time())
    token = changed(pair["access_token"], stack.key, iat=now - 700, exp=now - 5)
    assert error(users.get("/users/me/", token=token)) == OUTDATED


def test_an_expired_token_is_outdated_even_where_its_payload_is_wrong(users, pair, stack):
    now = int(time.time())
    token = changed(pair["access_token"], stack.key, drop=["permissions"], exp=now - 5)
    assert error(users.get("/users/me/", token=token)) == OUTDATED


def test_a_token_without_exp_has_a_wrong_payload(users, pair, stack):
    token = changed(pair["access_token"], stack.key, drop=["exp"])
    assert error(users.get("/users/me/", token=token)) == PAYLOAD


def test_a_token_from_the_future_is_outdated_and_a_small_skew_is_not(users, pair, stack):
    now = int(time.time())
    future = changed(pair["access_token"], stack.key, iat=now + 3600, exp=now + 7200)
    assert error(users.get("/users/me/", token=future)) == OUTDATED
    skewed = changed(pair["access_token"], stack.key, iat=now + 2)
    assert users.get("/users/me/", token=skewed).status_code == 200


def test_a_token_that_was_never_issued_does_not_pass(users, pair, stack):
    stranger = changed(pair["access_token"], stack.key, jti=str(uuid.uuid4()))
    assert error(users.get("/users/me/", token=stranger)) in (OUTDATED, PAYLOAD)
    without = changed(pair["access_token"], stack.key, drop=["jti"])
    assert error(users.get("/users/me/", token=without)) in (OUTDATED, PAYLOAD)


def test_a_token_does_not_become_another_persons(users, pair, person, stack):
    other = person(superuser=True)
    token = changed(pair["access_token"], stack.key, user_id=other.uuid)
    assert users.get("/users/me/", token=token).status_code in (400, 401)


@pytest.mark.parametrize("method, path, body", NEEDS_ACCESS)
def test_a_refresh_token_is_of_the_wrong_type_for_other_routes(users, pair, method, path, body):
    assert error(users(method, path, json=body, token=pair["refresh_token"])) == PAYLOAD


def test_an_access_token_is_of_the_wrong_type_for_refresh(users, pair):
    assert error(users.post("/auth/token/refresh/", token=pair["access_token"])) == PAYLOAD


# -- refresh

def test_refresh_answers_a_new_pair(users, pair):
    answer = users.post("/auth/token/refresh/", token=pair["refresh_token"],
                        headers={"Content-Type": "application/json"})
    assert answer.status_code == 200 and set(answer.json()) == TOKENS
    new = answer.json()
    assert not set(new.values()) & set(v for v in pair.values() if isinstance(v, str))
    assert claims(new["access_token"])["user_id"] == pair["person"].uuid
    assert users.get("/users/me/", token=new["access_token"]).status_code == 200
    assert users.post("/auth/token/refresh/", token=new["refresh_token"]).status_code == 200


def test_refresh_ends_the_old_access_token(users, pair):
    users.post("/auth/token/refresh/", token=pair["refresh_token"])
    assert error(users.get("/users/me/", token=pair["access_token"])) == OUTDATED


def spend(users, pair):
    answer = users.post("/auth/token/refresh/", token=pair["refresh_token"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_spent_refresh_token_repeated_at_once_gets_the_pair_already_issued(users, pair):
    first = spend(users, pair)
    for _ in range(3):
        again = users.post("/auth/token/refresh/", token=pair["refresh_token"])
        assert (again.status_code, again.json()) == (200, first)
    assert users.get("/users/me/", token=first["access_token"]).status_code == 200


def test_tabs_that_refresh_at_once_all_get_the_same_live_pair(users, pair):
    answers = together(8, lambda n: Client(users.base, users.prefix).post(
        "/auth/token/refresh/", token=pair["refresh_token"]))
    assert [a.status_code for a in answers] == [200] * 8
    pairs = {tuple(sorted(a.json().items())) for a in answers}
    assert len(pairs) == 1
    new = answers[0].json()
    assert users.get("/users/me/", token=new["access_token"]).status_code == 200


def age(db, token, seconds):
    rows = db.do("update account.session set spent_at = spent_at - make_interval(secs => %s) "
                 "where jti::text = %s and spent_at is not null", seconds, claims(token)["jti"])
    assert rows == 1


def test_a_replay_after_the_grace_ends_the_whole_family(users, pair, db):
    second = spend(users, pair)
    third = spend(users, second)
    age(db, pair["refresh_token"], 11)
    assert error(users.post("/auth/token/refresh/", token=pair["refresh_token"])) == OUTDATED
    assert error(users.get("/users/me/", token=third["access_token"])) == OUTDATED
    assert error(users.post("/auth/token/refresh/", token=third["refresh_token"])) == OUTDATED


def test_a_replay_leaves_other_sign_ins_and_other_people_alone(users, pair, person, db):
    other = login(users, person()).json()
    spend(users, pair)
    age(db, pair["refresh_token"], 11)
    users.post("/auth/token/refresh/", token=pair["refresh_token"])
    assert users.get("/users/me/", token=other["access_token"]).status_code == 200
    new = login(users, pair["person"]).json()
    users.post("/auth/token/refresh/", token=pair["refresh_token"])
    assert users.get("/users/me/", token=new["access_token"]).status_code == 200


def test_the_grace_is_about_ten_seconds_of_real_time(base, person):
    both = []
    for users in (Client(base, "/users/api/v1"), Client(base, "/auth/api/v1")):
        pair = login(users, person("can_view_file")).json()
        both.append((users, pair["refresh_token"], spend(users, pair)))
    time.sleep(7)
    for users, token, first in both:
        assert users.post("/auth/token/refresh/", token=token).json() == first
    time.sleep(6)
    for users, token, _ in both:
        assert error(users.post("/auth/token/refresh/", token=token)) == OUTDATED


def test_a_grandparent_token_gets_no_pair_within_the_grace(users, pair):
    """The grace is for the token just spent: two steps back the pair it names is spent itself."""
    second = spend(users, pair)
    third = spend(users, second)
    answer = users.post("/auth/token/refresh/", token=pair["refresh_token"])
    if answer.status_code == 200:
        assert answer.json() in (second, third)
    else:
        assert error(answer) == OUTDATED


def test_permissions_change_with_the_next_refresh_and_not_before(users, pair, db):
    who = pair["person"]
    db.do("delete from account.permission where account_id = %s", who.id)
    db.do("insert into account.permission (account_id, name) values (%s, 'can_delete_file')", who.id)
    asked = {"permissions": ["can_view_file"]}
    assert users.post("/auth/token/verify/", asked, token=pair["access_token"]).status_code == 200
    new = spend(users, pair)
    assert claims(new["access_token"])["permissions"] == ["can_delete_file"]
    assert error(users.post("/auth/token/verify/", asked, token=new["access_token"])) == DENIED


# -- verify

def test_verify_says_whether_the_claim_covers_the_set(users, pair):
    token = pair["access_token"]
    for asked in ([], ["can_view_file"], ["can_view_file", "can_upload_file", "can_view_file"]):
        answer = verify(users, token, asked)
        assert (answer.status_code, answer.json()) == (200, {})
    for asked in (["can_delete_file"], ["can_view_file", "can_delete_file"], ["no such thing"]):
        answer = verify(users, token, asked)
        assert error(answer) == DENIED and set(answer.json()) == {"error"}


def test_a_superuser_covers_every_set(users, person):
    token = login(users, person(superuser=True)).json()["access_token"]
    assert verify(users, token, ["can_delete_file", "anything"]).status_code == 200


def test_the_token_is_checked_before_the_body(users, pair):
    bad = {"permissions": 17}
    assert error(users.post("/auth/token/verify/", bad)) == MISSED
    assert error(users.post("/auth/token/verify/", bad, token="x.y.z")) == FORGED
    assert error(users.post("/auth/token/verify/", bad, token=pair["refresh_token"])) == PAYLOAD


# -- logout

def test_logout_ends_both_tokens(users, pair):
    answer = users("POST", "/auth/logout/", token=pair["access_token"],
                   headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert error(users.get("/users/me/", token=pair["access_token"])) == OUTDATED
    assert error(users.post("/auth/token/refresh/", token=pair["refresh_token"])) == OUTDATED
    assert error(users.post("/auth/logout/", token=pair["access_token"])) == OUTDATED


def test_logout_after_a_refresh_ends_the_grace_too(users, pair):
    new = spend(users, pair)
    assert users.post("/auth/logout/", token=new["access_token"]).status_code == 200
    again = users.post("/auth/token/refresh/", token=pair["refresh_token"])
    assert error(again) == OUTDATED


def test_what_is_revoked_stays_so_when_redis_is_emptied(users, pair, redis, person):
    live = login(users, person()).json()
    users.post("/auth/logout/", token=pair["access_token"])
    redis("FLUSHALL")
    assert error(users.get("/users/me/", token=pair["access_token"])) == OUTDATED
    assert error(users.post("/auth/token/refresh/", token=pair["refresh_token"])) == OUTDATED
    assert users.get("/users/me/", token=live["access_token"]).status_code == 200


def test_redis_keeps_nothing_for_ever(users, pair, redis):
    users.post("/auth/logout/", token=pair["access_token"])
    login(users, pair["person"], "Wrong12345")
    keys = redis("KEYS", "*")
    for_ever = [k for k in keys if redis("TTL", k) == -1]
    assert for_ever == []
    assert all(redis("TTL", k) <= 11 * 86400 for k in keys)
