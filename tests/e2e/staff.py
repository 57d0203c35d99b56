"""What the tests of the programme's staff share: sign-in, invitations, the forms of refusals."""

import re
import uuid

from tests.conftest import wait_for
from tests.e2e import private
from tests.e2e.client import detail, word

A_KEYS = ["id", "name", "surname", "email", "role", "status", "last_login_at", "is_superadmin"]
A_NEW = [k for k in A_KEYS if k != "last_login_at"]
I_KEYS = ["id", "name", "surname", "email", "expired_datetime"]
NOT_AUTHENTICATED = (403, "Not authenticated")
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
    token = str(db.value("select token from account.invitation where id = %s", invitation["id"]))
    private.note(token)
    return token


REGISTRATION = {"name": "Мария", "surname": "Смирнова", "password": "Parol12345"}


def mailed(smtp, address, count=1):
    return wait_for(lambda: len(smtp.to(address)) >= count and smtp.to(address)[count - 1], 15,
                    f"mail to {address}")
