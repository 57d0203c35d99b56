"""Invitations of staff, and registration by them: programme contract 4.2."""

import time
import uuid

import pytest

from tests.e2e.client import Client, iso_seconds, together, word
from tests.e2e.staff import (A_NEW, EXISTS, I_KEYS, REGISTRATION, UNKNOWN, invalid, invite, login, mailed,
                             refused, token_of)


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
