"""Accounts as the storage application sees them: storage contract, sections 2, 4.1, 6.1."""

import crypt
import hashlib
import hmac
import json
import secrets
import time
import urllib.parse

import pytest

from tests.conftest import processor_seconds, wait_for
from tests.e2e import fcgi
from tests.e2e.client import ALL_PERMISSIONS, PASSWORD, Client, b64, claims, error, header, sign, together, word
from tests.e2e.stack import children
from tests.e2e.users import (CREDENTIALS, DENIED, GONE, OUTDATED, TOKENS, USER,  # noqa: F401
                             form, is_invalid, login, pair, users, verify)


# -- register

def test_register_answers_the_new_user_and_nothing_else(users, db):
    body = form()
    answer = users.post("/auth/register/", body)
    assert answer.status_code == 201
    assert answer.json() == {
        "username": body["username"], "email": body["email"], "first_name": "Вася",
        "last_name": "Пупкин", "is_superuser": False, "permissions": []}
    assert "Вася".encode() in answer.content and b": " not in answer.content
    assert answer.headers["Content-Type"].split(";")[0] == "application/json"
    assert db.value("select count(*) from account.session s join account.account a "
                    "on a.id = s.account_id where a.username = %s", body["username"]) == 0


def test_who_has_registered_can_sign_in(users):
    body = form()
    assert users.post("/auth/register/", body).status_code == 201
    assert users.post("/auth/login/", {k: body[k] for k in ("username", "password")}).status_code == 200


def test_a_taken_name_is_refused(users):
    body = form()
    users.post("/auth/register/", body)
    again = form(username=body["username"])
    assert error(users.post("/auth/register/", again)) == (400, "User.AlreadyExists")


def test_a_taken_email_is_refused(users):
    body = form()
    users.post("/auth/register/", body)
    for email in (body["email"], body["email"].upper()):
        assert error(users.post("/auth/register/", form(email=email))) \
            == (400, "Database.Error.UniqueViolation")


def test_the_address_of_staff_is_like_one_that_nobody_has(users, person, staff, db):
    """Or anybody could ask who is staff. It stays theirs all the same."""
    who = staff().person
    body = form(email=who.email.upper())
    fresh, answer = users.post("/auth/register/", form()), users.post("/auth/register/", body)
    assert (answer.status_code, set(answer.json())) == (fresh.status_code, set(fresh.json())) == (201, USER)
    assert answer.json()["email"] == body["email"].replace("@EXAMPLE.COM", "@example.com")
    assert set(answer.headers) == set(fresh.headers)
    # Once more, it is taken, as any address that somebody has registered.
    assert error(users.post("/auth/register/", form(email=who.email))) == (400, "Database.Error.UniqueViolation")
    pair = users.post("/auth/login/", {k: body[k] for k in ("username", "password")}).json()
    assert users.get("/users/me/", token=pair["access_token"]).json()["email"] == answer.json()["email"]
    assert db.value("select email from account.account where id = %s", who.id) == who.email
    api = Client(users.base, "/api")
    assert api.post("/administrators/login", {"email": who.email, "password": who.password}).status_code == 200
    assert api.post("/administrators/login", {"email": who.email, "password": body["password"] + "x"}).status_code == 400


def test_register_takes_names_of_100_characters(users):
    digits = "".join(c for c in word("") * 9 if c.isdigit())
    body = form(username=("ж" * 80 + digits)[:100], first_name="и" * 100, last_name="я" * 100)
    answer = users.post("/auth/register/", body)
    assert answer.status_code == 201 and answer.json()["username"] == body["username"]


def test_ten_registrations_of_one_name_at_once_make_one_account(users, db):
    name = word("same")
    answers = together(10, lambda n: Client(users.base, users.prefix).post(
        "/auth/register/", form(username=name)))
    codes = sorted(a.status_code for a in answers)
    assert codes == [201] + [400] * 9
    assert {a.json().get("error") for a in answers if a.status_code == 400} \
        <= {"User.AlreadyExists", "Database.Error.UniqueViolation"}
    assert db.value("select count(*) from account.account where username = %s", name) == 1


# -- login

def test_login_answers_two_tokens_and_nothing_else(users, person):
    answer = login(users, person())
    assert answer.status_code == 200 and set(answer.json()) == TOKENS
    assert all(isinstance(t, str) for t in answer.json().values())


def test_tokens_hold_the_claims_of_the_contract(users, person, stack):
    who = person("can_view_file", "can_rename_file", superuser=True)
    before = time.time()
    pair = login(users, who).json()
    for kind, life in (("access", 600), ("refresh", 3600)):
        token = pair[f"{kind}_token"]
        assert header(token) == {"alg": "HS256", "typ": "JWT"}
        assert sign(claims(token), stack.key).count(".") == 2
        c = claims(token)
        assert c["user_id"] == who.uuid and c["token_type"] == kind and c["is_superuser"] is True
        assert sorted(c["permissions"]) == ["can_rename_file", "can_view_file"]
        assert type(c["iat"]) is int and type(c["exp"]) is int
        assert before - 3 <= c["iat"] <= time.time() + 1
        assert abs(c["exp"] - (c["iat"] + 1 + life)) <= 1
        assert isinstance(c["jti"], str) and len(c["jti"]) >= 16


def test_the_signature_is_hmac_of_the_secret_as_raw_bytes(pair, stack):
    body, _, seal = pair["access_token"].rpartition(".")
    assert seal == b64(hmac.new(stack.key.encode(), body.encode(), hashlib.sha256).digest())


def test_a_token_with_every_permission_fits_a_cookie(users, person):
    pair = login(users, person(*ALL_PERMISSIONS, superuser=True)).json()
    assert all(len(t) < 2000 for t in pair.values())


def test_logins_in_one_second_give_different_tokens_and_the_last_one_works(users, person):
    who = person()
    pairs = [login(users, who).json() for _ in range(3)]
    seen = {t for p in pairs for t in p.values()}
    assert len(seen) == 6
    assert users.get("/users/me/", token=pairs[-1]["access_token"]).status_code == 200


def test_a_second_login_ends_the_first(users, person):
    who = person()
    first, second = login(users, who).json(), login(users, who).json()
    assert error(users.get("/users/me/", token=first["access_token"])) == OUTDATED
    assert error(users.post("/auth/token/refresh/", token=first["refresh_token"])) == OUTDATED
    assert users.get("/users/me/", token=second["access_token"]).status_code == 200


def test_parallel_logins_leave_one_live_session(users, person):
    who = person()
    answers = together(6, lambda n: login(Client(users.base, users.prefix), who))
    assert {a.status_code for a in answers} == {200}
    alive = [users.get("/users/me/", token=a.json()["access_token"]).status_code for a in answers]
    assert sorted(alive) == [200] + [401] * 5


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(users, person):
    wrong = login(users, person(), "Wrong12345")
    unknown = users.post("/auth/login/", {"username": word("nobody"), "password": "Wrong12345"})
    assert error(wrong) == CREDENTIALS
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    assert set(unknown.headers) == set(wrong.headers)


def test_an_unknown_name_costs_as_much_work_as_a_known_one(instance, users, person):
    """Counted where a hash costs what it should: in the tests' own stack it costs nearly nothing."""
    one = instance(SAMOVAR_ACCOUNT_ARGON2_MEMORY="64m", SAMOVAR_ACCOUNT_ARGON2_PASSES="3", SAMOVAR_FCGI_PROCESSES="1")
    (worker,) = children(one.process.pid)

    def work(names, password, status):
        before = processor_seconds(worker)
        for name in names:
            answer = fcgi.ask(one.path, "POST", users.prefix + "/auth/login/", json.dumps(
                {"username": name, "password": password}).encode(), {"Content-Type": "application/json"})
            assert answer[0] == status, answer
        return processor_seconds(worker) - before
    known = [person().username for _ in range(4)]
    work(known, PASSWORD, 200)  # their hashes are made anew
    times = work(known, "Wrong12345", 401), work([word("nobody") for _ in known], "Wrong12345", 401)
    assert 0.1 < times[0] / 2 < times[1] < times[0] * 2, times


def test_the_name_is_compared_exactly(users, person):
    who = person()
    answer = users.post("/auth/login/", {"username": who.username.upper(), "password": PASSWORD})
    assert error(answer) in (CREDENTIALS, GONE)


@pytest.mark.parametrize("status", ["blocked", "deactivated"])
def test_who_is_not_active_cannot_sign_in(users, person, status):
    answer = login(users, person(status=status))
    assert error(answer) in (CREDENTIALS, DENIED)


def test_a_blocked_account_is_not_told_from_an_unknown_one_by_a_wrong_password(users, person):
    assert error(login(users, person(status="blocked"), "Wrong12345")) == CREDENTIALS


@pytest.mark.parametrize("password", ["x", "п" * 72, "😀" * 20, " spaces around ", "x" * 1000])
def test_every_password_that_was_taken_at_registration_works(users, password):
    body = form(password=password)
    answer = users.post("/auth/register/", body)
    if answer.status_code == 400:
        is_invalid(answer, "password")
        return
    assert answer.status_code == 201
    given = {"username": body["username"], "password": password}
    assert users.post("/auth/login/", given).status_code == 200
    assert error(users.post("/auth/login/", {**given, "password": password + "x"})) == CREDENTIALS
    assert error(users.post("/auth/login/", {**given, "password": password[:-1] or "y"})) == CREDENTIALS


# -- imported hashes

def legacy_hash(password):
    salt = "".join(secrets.choice("abcXYZ0189") for _ in range(11))
    value = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 1000, 3900)
    return f"pbkdf2_sha256$3900${salt}${value!r}"


def bcrypt_hash(password, prefix="2b"):
    salt = crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)
    return crypt.crypt(password, f"${prefix}$" + salt.split("$", 2)[2])


@pytest.mark.parametrize("make", [legacy_hash, bcrypt_hash, lambda p: bcrypt_hash(p, "2a")],
                         ids=["legacy", "bcrypt", "bcrypt-2a"])
def test_an_imported_hash_verifies_and_is_replaced(users, person, db, make):
    who = person()
    old = make(PASSWORD)
    db.do("update account.account set password = %s where id = %s", old, who.id)
    stored = "select password from account.account where id = %s"
    assert error(login(users, who, "Wrong12345")) == CREDENTIALS
    assert db.value(stored, who.id) == old
    assert login(users, who).status_code == 200
    assert db.value(stored, who.id).startswith("$argon2id$")
    assert login(users, who).status_code == 200
    assert error(login(users, who, "Wrong12345")) == CREDENTIALS


def test_legacy_hashes_with_every_kind_of_byte_verify(users, person, db):
    """Each has 3900 bytes as Python writes them: quotes, tabs and dollars, too."""
    for _ in range(3):
        text, who = legacy_hash(PASSWORD), person()
        assert all(part in text.split("$", 3)[3] for part in ("$", "\\'", "\"", "\\t", "\\n", "\\\\", "\\x00", "\\xff"))
        db.do("update account.account set password = %s where id = %s", text, who.id)
        assert login(users, who).status_code == 200, text[:60]


# -- me

def test_me_has_exactly_six_members(users, pair):
    answer = users.get("/users/me/", token=pair["access_token"],
                       headers={"Content-Type": "application/json"})
    assert answer.status_code == 200 and set(answer.json()) == USER
    me, who = answer.json(), pair["person"]
    assert (me["username"], me["email"], me["is_superuser"]) == (who.username, who.email, False)
    assert (me["first_name"], me["last_name"]) == ("Иван", "Петров")
    assert sorted(me["permissions"]) == ["can_upload_file", "can_view_file"]


def test_me_reads_the_database_and_not_the_claims(users, pair, db):
    db.do("delete from account.permission where account_id = %s and name = 'can_view_file'",
          pair["person"].id)
    me = users.get("/users/me/", token=pair["access_token"]).json()
    assert me["permissions"] == ["can_upload_file"]


def test_me_of_a_deleted_account_does_not_exist(users, pair, behind):
    behind("delete from account.account where id = %s", pair["person"].id)
    assert error(users.get("/users/me/", token=pair["access_token"])) == GONE


def test_refresh_of_a_deleted_account_does_not_exist(users, pair, behind):
    behind("delete from account.account where id = %s", pair["person"].id)
    assert error(users.post("/auth/token/refresh/", token=pair["refresh_token"])) == GONE


# -- block, password

@pytest.mark.parametrize("named", ["username", "email"])
def test_who_is_blocked_is_out_at_once(users, pair, ctl, named):
    ctl("account", "block", getattr(pair["person"], named))
    for answer in (users.get("/users/me/", token=pair["access_token"]),
                   users.post("/auth/token/refresh/", token=pair["refresh_token"])):
        assert error(answer) in (OUTDATED, DENIED)


def test_a_new_password_ends_every_session(users, pair, ctl):
    ctl("account", "password", pair["person"].username, input="Another12345\n")
    assert error(users.get("/users/me/", token=pair["access_token"])) == OUTDATED
    assert error(users.post("/auth/token/refresh/", token=pair["refresh_token"])) == OUTDATED
    assert error(login(users, pair["person"])) == CREDENTIALS
    assert login(users, pair["person"], "Another12345").status_code == 200


# -- addresses and methods

ROUTES = [("POST", "/auth/register/"), ("POST", "/auth/login/"), ("POST", "/auth/logout/"),
          ("POST", "/auth/token/refresh/"), ("POST", "/auth/token/verify/"), ("GET", "/users/me/")]


@pytest.mark.parametrize("method, path", ROUTES)
def test_without_the_slash_one_is_sent_to_the_address_with_it(users, method, path):
    answer = users(method, path.rstrip("/"))
    assert answer.status_code == 307 and answer.content == b""
    asked = users.base + users.prefix + path.rstrip("/")
    assert urllib.parse.urljoin(asked, answer.headers["Location"]) == asked + "/"


def test_the_redirect_keeps_the_query(users):
    answer = users.get("/users/me?a=1&b=%20")
    assert answer.status_code == 307 and answer.headers["Location"].endswith("/users/me/?a=1&b=%20")


def test_duplicate_slashes_are_one(users, pair):
    status, _, text = users.as_is("GET", users.prefix.replace("/api", "//api") + "//users///me/",
                                  headers={"Authorization": f"Bearer {pair['access_token']}"})
    assert status == 200 and set(json.loads(text)) == USER


def test_answers_carry_a_request_id_and_no_server_version(users):
    answer = users.get("/users/me/")
    assert answer.headers.get("X-Request-Id")
    assert not any(c.isdigit() for c in answer.headers.get("Server", ""))


def test_both_addresses_are_one_api(base, person):
    here, there = Client(base, "/users/api/v1"), Client(base, "/auth/api/v1")
    pair = login(here, person()).json()
    assert there.get("/users/me/", token=pair["access_token"]).status_code == 200
    new = there.post("/auth/token/refresh/", token=pair["refresh_token"]).json()
    assert here.post("/auth/logout/", token=new["access_token"]).status_code == 200
    assert error(there.get("/users/me/", token=new["access_token"])) == OUTDATED


# -- what is kept of people

def test_no_password_and_no_token_is_kept_in_clear(users, person, db, stack):
    who = person()
    body = form(password="Very-Secret-" + word())
    users.post("/auth/register/", body)
    pair = login(users, who).json()
    dump = "\n".join(str(db.all(f"select * from account.{t}"))
                     for t in ("account", "session", "audit", "lockout"))
    assert body["password"] not in dump
    logs = "".join(p.read_text(errors="replace") for p in (stack.state / "log").glob("*.log"))
    for secret in (body["password"], *pair.values(), stack.key):
        assert secret not in dump and secret not in logs


def test_expired_sessions_are_swept(users, pair, db, ctl):
    db.do("update account.session set created = now() - interval '40 days', "
          "expires = now() - interval '39 days' where account_id = %s", pair["person"].id)
    ctl("timers", "run", "session.sweep")
    wait_for(lambda: db.value("select count(*) from account.session where account_id = %s",
                              pair["person"].id) == 0, 10, "sweep")
