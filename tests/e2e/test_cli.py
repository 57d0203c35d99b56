"""samovarctl: the operator's hand on accounts."""

import json
import re
import subprocess

import pytest

from tests.e2e.client import ALL_PERMISSIONS, PASSWORD, Client, error, word
from tests.e2e.stack import REPO

OUTDATED = (401, "Auth.Error.TokenOutdated")


@pytest.fixture
def users(base):
    return Client(base, "/users/api/v1")


def login(users, name, password=PASSWORD):
    return users.post("/auth/login/", {"username": name, "password": password})


def me(users, token):
    return users.get("/users/me/", token=token)


def row(db, name):
    return db.one("select * from account.account where username = %s or email = %s", name, name)


def test_an_account_is_made_and_signs_in(ctl, users):
    name = word("cli")
    ctl("account", "add", name, "--email", f"{name}@example.com", "--first-name", "Анна",
        "--surname", "Белова", input=PASSWORD + "\n")
    answer = login(users, name)
    assert answer.status_code == 200
    body = me(users, answer.json()["access_token"]).json()
    assert (body["first_name"], body["last_name"], body["permissions"]) == ("Анна", "Белова", [])


def test_the_first_administrator_is_made_by_hand(ctl, api):
    email = f"{word('first')}@example.com"
    ctl("account", "add", email, "--role", "administrator", "--first-name", "Анна", "--surname", "Белова",
        input=PASSWORD + "\n")
    answer = api.post("/administrators/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == 200 and answer.json()["role"] == "administrator"


def test_a_name_that_is_taken_is_an_error(ctl, person):
    done = ctl("account", "add", person().username, input=PASSWORD + "\n", check=False)
    assert done.returncode == 1 and "taken" in done.stderr


@pytest.mark.parametrize("password", ["", "short"])
def test_a_password_below_the_floor_is_refused(ctl, db, password):
    name = word("cli")
    assert ctl("account", "add", name, input=password + "\n", check=False).returncode != 0
    assert row(db, name) is None


def test_a_superuser_has_every_permission(ctl, users):
    name = word("super")
    ctl("account", "superuser", name, "--email", f"{name}@example.com", input=PASSWORD + "\n")
    body = me(users, login(users, name).json()["access_token"]).json()
    assert body["is_superuser"] is True and sorted(body["permissions"]) == sorted(ALL_PERMISSIONS)


def test_createsuperuser_reads_three_variables_and_may_be_repeated(ctl, users):
    name = word("super")
    given = {"SUPERUSER__USERNAME": name, "SUPERUSER__PASSWORD": PASSWORD,
             "SUPERUSER__EMAIL": f"{name}@example.com"}
    ctl("createsuperuser", **given)
    ctl("createsuperuser", **{**given, "SUPERUSER__PASSWORD": "Other12345"})
    answer = login(users, name)
    assert answer.status_code == 200, "the second run changes nothing"
    body = me(users, answer.json()["access_token"]).json()
    assert (body["first_name"], body["last_name"], body["is_superuser"]) == ("", "", True)
    assert sorted(body["permissions"]) == sorted(ALL_PERMISSIONS) and len(ALL_PERMISSIONS) == 12


@pytest.mark.parametrize("wrong", [{"SUPERUSER__PASSWORD": "short"}, {"SUPERUSER__USERNAME": " blank"},
                                   {"SUPERUSER__USERNAME": "#7"}, {"SUPERUSER__EMAIL": "no e-mail"}])
def test_createsuperuser_holds_to_the_rules(ctl, db, wrong):
    name = word("super")
    before = db.value("select count(*) from account.account")
    done = ctl("createsuperuser", check=False, **{
        "SUPERUSER__USERNAME": name, "SUPERUSER__PASSWORD": PASSWORD,
        "SUPERUSER__EMAIL": f"{name}@example.com", **wrong})
    assert done.returncode != 0 and done.stderr.strip()
    assert db.value("select count(*) from account.account") == before


def test_the_last_administrator_is_not_blocked(ctl, person, db):
    who = person(role="administrator")
    others = db.all("update account.account set role = 'expert' where role = 'administrator' and id <> %s "
                    "returning id", who.id)
    done = ctl("account", "block", who.username, check=False)
    assert done.returncode != 0 and row(db, who.username).status == "active"
    db.do("update account.account set role = 'administrator' where id = any(%s)", [o.id for o in others])


def test_createsuperuser_without_its_variables_is_an_error(ctl):
    assert ctl("createsuperuser", check=False).returncode != 0


def test_a_password_is_set_and_never_shown(ctl, users, person, db):
    who = person()
    done = ctl("account", "password", who.username, input="Another12345\n")
    assert "Another12345" not in done.stdout + done.stderr
    assert login(users, who.username, "Another12345").status_code == 200
    assert login(users, who.username).status_code == 401
    assert "Another12345" not in str(db.all("select * from account.audit"))


def test_block_and_unblock(ctl, users, person, db):
    who = person()
    token = login(users, who.username).json()["access_token"]
    ctl("account", "block", who.username, "--why", "for the test")
    assert me(users, token).status_code in (401, 403)
    assert login(users, who.username).status_code in (401, 403)
    assert row(db, who.username).status_reason == "for the test"
    ctl("account", "unblock", who.username)
    assert login(users, who.username).status_code == 200
    assert error(me(users, token)) == OUTDATED


def test_permissions_are_shown_granted_and_revoked(ctl, users, person):
    who = person("can_view_file")
    assert "can_view_file" in ctl("account", "permissions", who.username).stdout
    ctl("account", "permissions", who.username, "--grant", "can_upload_file")
    ctl("account", "permissions", who.username, "--revoke", "can_view_file")
    body = me(users, login(users, who.username).json()["access_token"]).json()
    assert body["permissions"] == ["can_upload_file"]
    ctl("account", "permissions", who.username, "--all")
    body = me(users, login(users, who.username).json()["access_token"]).json()
    assert sorted(body["permissions"]) == sorted(ALL_PERMISSIONS)


def test_a_permission_that_is_none_is_refused(ctl, person):
    assert ctl("account", "permissions", person().username, "--grant", "can_fly",
               check=False).returncode != 0


def test_a_role_is_given_and_taken(ctl, api, person):
    who = person()
    for role, status in (("expert", 200), ("administrator", 200), ("none", None)):
        ctl("account", "role", who.email, role)
        answer = api.post("/administrators/login", {"email": who.email, "password": PASSWORD})
        assert answer.status_code == status or status is None and answer.status_code in (400, 403)
    assert ctl("account", "role", who.email, "king", check=False).returncode != 0


def test_sessions_are_listed_and_ended(ctl, users, person):
    who = person()
    pair = login(users, who.username).json()
    out = ctl("account", "sessions", who.username).stdout
    assert "storage" in out and pair["access_token"] not in out
    ctl("account", "sessions", who.username, "--end")
    assert error(me(users, pair["access_token"])) == OUTDATED
    assert error(users.post("/auth/token/refresh/", token=pair["refresh_token"])) == OUTDATED


def test_everything_kept_about_a_person_is_exported_as_json(ctl, users, person):
    who = person("can_view_file")
    login(users, who.username)
    text = ctl("account", "export", who.username).stdout
    data = json.loads(text)
    assert who.username in text and who.email in text and "can_view_file" in text
    assert "$argon2" not in text and isinstance(data, dict)


def test_an_erased_person_is_gone_from_every_table(ctl, users, person, db):
    who = person(name="Вольдемар", surname="Неповторимов")
    token = login(users, who.username).json()["access_token"]
    ctl("account", "block", who.username)
    ctl("account", "unblock", who.username)
    ctl("account", "erase", who.username, "--yes")
    assert me(users, token).status_code in (400, 401)
    assert login(users, who.username).status_code in (400, 401)
    for table in db.all("select format('%I.%I', table_schema, table_name) as name "
                        "from information_schema.tables where table_type = 'BASE TABLE' "
                        "and table_schema in ('account', 'job', 'storage', 'programme')"):
        found = db.value(f"select count(*) from {table.name} t where t::text ~ %s",
                         f"{who.username}|Неповторимов")
        assert found == 0, table.name


def test_erasing_asks_first(ctl, person, db):
    who = person()
    ctl("account", "erase", who.username, input="no\n", check=False)
    assert row(db, who.username) is not None


@pytest.mark.parametrize("words", [("block",), ("unblock",), ("unlock",), ("password",), ("sessions",),
                                   ("export",), ("permissions",), ("erase", "--yes")], ids=" ".join)
def test_nobody_of_that_name_is_an_error(ctl, words):
    verb, *more = words
    done = ctl("account", verb, word("nobody"), *more, input=PASSWORD + "\n", check=False)
    assert verb == "unlock" or done.returncode == 1 and done.stderr.strip()


def test_what_the_operator_does_is_in_the_audit(ctl, person, db):
    who = person()
    before = db.value("select count(*) from account.audit")
    ctl("account", "block", who.username)
    ctl("account", "unblock", who.username)
    ctl("account", "permissions", who.username, "--grant", "can_view_file")
    rows = db.all("select * from account.audit order by id desc limit 3")
    assert db.value("select count(*) from account.audit") >= before + 3
    assert all(r.actor is None for r in rows)


def test_accounts_are_listed(ctl, person):
    who = person(role="expert")
    assert who.email in ctl("account", "list").stdout
    assert who.email in ctl("account", "list", "--role", "expert").stdout
    assert who.email not in ctl("account", "list", "--role", "administrator").stdout


def test_without_the_database_it_says_so(stack, ctl, person):
    who = person()
    with stack.without("postgres"):
        done = ctl("account", "block", who.username, check=False)
    assert done.returncode == 1 and "database" in done.stderr


def test_every_program_knows_its_version_and_its_usage(stack):
    for name in ("samovarctl", "samovar-fcgi", "samovar-worker", "samovar-scheduler"):
        out = subprocess.run([stack.program(name), "--version"], capture_output=True, text=True).stdout
        assert re.match(rf"{name} \d+\.\d+", out)
        done = subprocess.run([stack.program(name), "--help"], capture_output=True, text=True)
        assert done.returncode == 0 and "--conf" in done.stdout
        done = subprocess.run([stack.program(name), "--no-such"], capture_output=True, text=True)
        assert done.returncode == 2


def listed_commands(ctl):
    return [line.strip() for line in ctl("help").stdout.splitlines() if re.match("  [a-z]", line)]


def plain(page):
    return page.read_text().replace("\\-", "-")


def test_the_manual_has_every_command_setting_and_option(stack, ctl):
    man = stack.program("samovarctl").parent.parent / "share/man"
    commands, settings = plain(man / "man8/samovarctl.8"), plain(man / "man5/samovar.conf.5")
    patterns = listed_commands(ctl)
    assert len(patterns) > 50 and [one for one in patterns if f".B {one}\n" not in commands] == []
    names = re.findall(r"^SETTING\(\w+, (\w+)", (REPO / "src/base/settings.def").read_text(), flags=re.M)
    assert len(names) > 100 and [one for one in names if f".B {one}\n" not in settings] == []
    for name in ("samovarctl", "samovar-fcgi", "samovar-worker", "samovar-scheduler"):
        said = subprocess.run([stack.program(name), "--help"], capture_output=True, text=True).stdout
        options = re.findall(r"^  (--\w+)", said, flags=re.M)
        page = plain(man / f"man8/{name}.8")
        assert "--conf" in options and [one for one in options if f".B {one}" not in page] == []


# Lines of words that were typed; what may come next, one line each.
ASK = """source "$1"
while read -ra words; do
	COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
	[ "${words[COMP_CWORD]}" != - ] || COMP_WORDS[COMP_CWORD]=
	_samovarctl_words "${words[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	echo "${COMPREPLY[@]}"
done"""


def test_every_command_and_option_is_completed(stack, ctl):
    asked = []
    for pattern in listed_commands(ctl):
        typed = ["samovarctl"]
        for piece in re.sub(r"\[--[^]]*\]", "", pattern).split():
            if piece[0] in "<[":
                typed.append("x")
            else:
                asked.append((typed + ["-"], piece))
                typed.append(piece)
        asked += [(typed + ["--"], option) for option in re.findall(r"\[(--[a-z0-9-]+)", pattern)]
    for name in ("samovar", "samovar-fcgi", "samovar-worker", "samovar-scheduler"):
        asked += [([name, "--"], option) for option in ("--conf", "--env", "--version", "--help")]
    file = stack.program("samovarctl").parent.parent / "share/bash-completion/completions/samovar-worker"
    told = subprocess.run(["bash", "-c", ASK, "bash", file], input="".join(" ".join(typed) + "\n" for typed, _ in asked),
                          capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(told) == len(asked) > 100
    assert [(typed, wanted) for (typed, wanted), line in zip(asked, told) if wanted not in line.split()] == []


def test_the_demo_is_refused_in_production(ctl):
    done = ctl("demo", check=False, SAMOVAR_SITE_PRODUCTION="true")
    assert done.returncode != 0 and "production" in done.stderr


@pytest.mark.parametrize("words, shown", [
    (["jobs"], "usage: samovarctl jobs list"),
    (["jobs", "shw", "7"], "usage: samovarctl jobs show <id>"),
    (["account", "block"], "usage: samovarctl account block <name>"),
    (["nothing"], 'no command "nothing"'),
    (["help", "nothing"], "no command begins with"),
    (["jobs", "list", "--limit", "-1"], "limit: 1 to"),
    (["jobs", "add", "job.nothing", "--count", "-4"], "count: 1 to"),
    (["jobs", "add", "job.nothing", "--count", "x"], "not a whole number"),
    (["demo", "--cities", "4"], "5, or the older system's 3"),
])
def test_a_wrong_command_says_what_is_right(ctl, words, shown):
    done = ctl(*words, check=False)
    assert done.returncode != 0 and shown in done.stderr


def test_help_for_one_group(ctl):
    shown = ctl("help", "timers").stdout
    assert "timers list" in shown and "jobs" not in shown


def test_a_permission_that_there_is_not_is_named(ctl, person):
    done = ctl("account", "permissions", person().username, "--grant", "nope", check=False)
    assert done.returncode == 1 and "no permission nope" in done.stderr
