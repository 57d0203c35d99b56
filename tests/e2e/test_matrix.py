"""Every row of every route table: refused without a token, and below its `who`."""

import pytest

from tests.e2e.client import ALL_PERMISSIONS, Client
from tests.e2e.routes import faces, filled

FACES = faces()
# A word of the tables to the permissions of which one is enough.
PERMISSIONS = {
    "CAN_VIEW_FILE": ["can_view_file"], "CAN_GET_FILE": ["can_view_file", "can_download_file"],
    "CAN_RENAME_FILE": ["can_rename_file"], "CAN_UPLOAD_FILE": ["can_upload_file"],
    "CAN_DELETE_FILE": ["can_delete_file"], "CAN_VIEW_SERVER": ["can_view_cdnserver"],
    "CAN_CHANGE_SERVER": ["can_change_cdnserver"], "CAN_ADD_SERVER": ["can_add_cdnserver"],
    "CAN_DELETE_SERVER": ["can_delete_cdnserver"], "CAN_VIEW_LINK": ["can_view_filesharelink"],
    "CAN_ADD_LINK": ["can_add_filesharelink"], "CAN_DELETE_LINK": ["can_delete_filesharelink"],
}
STORAGE_WHO = {"ANYONE", "WITH_SECRET", "SIGNED_IN", "WITH_REFRESH", *PERMISSIONS}
PROGRAMME_WHO = {"ANYONE_AT_ALL", "ANY_STAFF", "ACTIVE_STAFF", "ADMINISTRATOR", "TELEGRAM"}


def every(*names):
    """(prefix, row) of these faces, as parameters of a test."""
    return [pytest.param(prefix, r, id=f"{r.method} {prefix}{r.path}")
            for name in names if name in FACES for r in FACES[name].routes
            for prefix in FACES[name].prefixes]


storage = pytest.mark.parametrize("prefix, route", every("users", "storage"))
hooks = pytest.mark.parametrize("prefix, route", every("hooks"))
catalogue = pytest.mark.parametrize("prefix, route", every("catalogue"))
programme = pytest.mark.parametrize("prefix, route", every("programme"))


def ask(client, prefix, route, **more):
    body = None if route.method == "GET" else {}
    return client(route.method, prefix + filled(route.path), json=body, **more)


def test_every_face_is_looked_at():
    assert set(FACES) <= {"users", "storage", "hooks", "programme", "store", "ops", "pages",
                          "catalogue"}, \
        "a new face: say here who may call what"


@storage
def test_the_word_in_the_table_is_known(prefix, route):
    assert route.who in STORAGE_WHO


@storage
def test_without_a_token_a_storage_route_is_401(base, prefix, route):
    answer = ask(Client(base), prefix, route)
    if route.who == "ANYONE":
        assert answer.status_code != 401 or answer.json()["error"] == "Login.Error.Credentials"
    else:
        assert (answer.status_code, answer.json()) == (401, {"error": "Auth.Error.TokenMissed"})


@catalogue
def test_the_catalogue_is_open_to_all(base, prefix, route):
    assert route.who == "ANYONE" and ask(Client(base), prefix, route).status_code in (200, 404, 422)


@hooks
def test_a_hook_opens_to_its_secret_only(base, person, sign_in, prefix, route):
    assert route.who == "WITH_SECRET"
    assert ask(Client(base), prefix, route).status_code == 401
    for token in ("x", sign_in(person(superuser=True))["access_token"]):
        assert ask(Client(base, token=token), prefix, route).status_code == 401


@storage
def test_with_every_permission_but_its_own_a_storage_route_is_403(base, person, sign_in, prefix, route):
    if route.who not in PERMISSIONS:
        return
    who = person(*[p for p in ALL_PERMISSIONS if p not in PERMISSIONS[route.who]])
    answer = ask(Client(base, token=sign_in(who)["access_token"]), prefix, route)
    assert (answer.status_code, answer.json()) == (403, {"error": "Auth.Error.NoPermission"})


@storage
def test_with_its_permission_alone_a_storage_route_lets_one_in(base, person, sign_in, prefix, route):
    if route.who not in PERMISSIONS:
        return
    for permission in PERMISSIONS[route.who]:
        answer = ask(Client(base, token=sign_in(person(permission))["access_token"]), prefix, route)
        assert answer.status_code not in (401, 403, 404, 405), answer.text


@storage
def test_a_superuser_is_let_in_everywhere(base, person, sign_in, prefix, route):
    if route.who in ("ANYONE", "WITH_REFRESH"):
        return
    answer = ask(Client(base, token=sign_in(person(superuser=True))["access_token"]), prefix, route)
    assert answer.status_code not in (401, 403, 404, 405), answer.text


@storage
def test_a_token_of_the_programme_opens_no_storage_route(base, staff, prefix, route):
    if route.who == "ANYONE":
        return
    answer = ask(Client(base, token=staff(superuser=True).token), prefix, route)
    assert answer.status_code == 401


@programme
def test_the_word_in_the_programmes_table_is_known(prefix, route):
    assert route.who in PROGRAMME_WHO


def needs_header(route):
    return route.who not in ("ANYONE_AT_ALL", "TELEGRAM")


@programme
def test_without_a_header_a_programme_route_is_403(base, prefix, route):
    answer = ask(Client(base), prefix, route)
    if needs_header(route):
        assert (answer.status_code, answer.json()) == (403, {"detail": "Not authenticated"})
    else:
        assert answer.status_code != 403 or route.handler == "get_photo"  # a signature is its key


@programme
def test_with_a_bad_token_a_programme_route_is_401_or_422(base, prefix, route):
    if needs_header(route):
        assert ask(Client(base, token="x.y.z"), prefix, route).status_code in (401, 422)


@programme
def test_an_expert_gets_no_further_than_the_table_says(base, staff, prefix, route):
    if not needs_header(route):
        return
    answer = ask(staff("expert"), prefix.replace("/api", "", 1), route)
    if route.who == "ADMINISTRATOR":
        assert answer.status_code in (403, 422), answer.text
    assert answer.status_code != 401


@programme
def test_a_blocked_administrator_gets_nowhere(base, staff, behind, prefix, route):
    if not needs_header(route):
        return
    client = staff()
    behind("update account.account set status = 'blocked' where id = %s", client.person.id)
    assert ask(client, prefix.replace("/api", "", 1), route).status_code in (401, 403, 422)


@programme
def test_an_administrator_is_let_in(base, staff, prefix, route):
    if needs_header(route):
        answer = ask(staff(), prefix.replace("/api", "", 1), route)
        assert answer.status_code not in (401, 405), answer.text
        assert answer.status_code != 403 or "detail" in answer.json()
