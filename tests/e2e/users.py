"""What the tests of the storage application's accounts share: sign-in at both addresses, the forms of refusals."""

import pytest

from tests.e2e.client import PASSWORD, Client, error, word

USER = {"username", "email", "first_name", "last_name", "is_superuser", "permissions"}
TOKENS = {"access_token", "refresh_token"}
OUTDATED = (401, "Auth.Error.TokenOutdated")
MISSED = (401, "Auth.Error.TokenMissed")
FORGED = (401, "Auth.Error.TokenWithWrongSignature")
PAYLOAD = (401, "Auth.Error.WrongTokenPayload")
DENIED = (403, "Auth.Error.NoPermission")
INVALID = (400, "Request.Error.Validation")
CREDENTIALS = (401, "Login.Error.Credentials")
GONE = (400, "User.DoesNotExist")


@pytest.fixture(params=["/users/api/v1", "/auth/api/v1"])
def users(request, base):
    """Both addresses of the one table."""
    return Client(base, request.param)


def form(**changes):
    name = word("new")
    body = {"username": name, "password": PASSWORD, "email": f"{name}@example.com",
            "first_name": "Вася", "last_name": "Пупкин", **changes}
    return {k: v for k, v in body.items() if v is not ...}


def login(users, person, password=None):
    return users.post("/auth/login/", {"username": person.username,
                                       "password": password or person.password})


@pytest.fixture
def pair(users, person):
    """A new account's tokens, with the account as pair["person"]."""
    who = person("can_view_file", "can_upload_file")
    answer = login(users, who)
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "person": who}


def is_invalid(answer, field=None):
    assert error(answer) == INVALID
    body = answer.json()
    assert set(body) == {"error", "detail"} and isinstance(body["detail"], str) and body["detail"]
    if field:
        assert field in body["detail"], body["detail"]


def verify(users, token, permissions):
    return users.post("/auth/token/verify/", {"permissions": permissions}, token=token)
