"""samovarctl storage: servers, files, verify, reconcile, decommission, import."""

import json
import os

import pytest
import requests

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, error, word
from tests.e2e.store import City, plain
from tests.e2e.test_copies import bytes_at, key_of
from tests.e2e.test_files import owner, servers  # noqa: F401
from tests.e2e.test_servers import NEW_YORK, VLADIVOSTOK, holders, upload_at


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


def zone_has(anna, file):
    wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20, "the zone has it")


def test_servers_and_files_are_listed(anna, ctl):
    file = upload_at(anna, NEW_YORK, b"listed")
    zone_has(anna, file)
    lines = {line.split()[0]: line for line in ctl("storage", "servers").stdout.splitlines()}
    assert {"s1_1", "s1_2", "s1_3", "s2_1", "s3_1"} <= set(lines)
    assert " inactive " in lines["s1_1"] and " usable " in lines["s1_2"] and " up " in lines["s1_2"]
    shown = ctl("storage", "files", "--account", anna.person.username).stdout
    assert file["id"] in shown and "s1_2,s1_3" in shown and file["name"] in shown
    assert ctl("storage", "files", "--account", "nobody-at-all", check=False).returncode == 1


def test_what_the_api_does_not_show_of_a_server(anna, ctl, db):
    try:
        ctl("storage", "server", "S1_2", "--public-url", "https://ny.example.com", "--region", "eu-north-1",
            "--virtual-host", "yes", "--rate", "1000000")
        row = db.one("select * from storage.server where name = 's1_2'")
        assert (row.public_url, row.region, row.virtual_host, row.tls, row.rate) == (
            "https://ny.example.com", "eu-north-1", True, False, 1000000)
        answer = anna.post("/files/upload/", {"name": word("f"), "size": 1},
                           headers={"X-Samovar-Position": NEW_YORK})
        link = answer.json()["link"]
        assert link.startswith("https://storage.ny.example.com/") and "%2Feu-north-1%2Fs3%2F" in link
    finally:
        ctl("storage", "server", "s1_2", "--public-url", "none", "--region", "none", "--virtual-host", "no",
            "--rate", "0")
    row = db.one("select * from storage.server where name = 's1_2'")
    assert (row.public_url, row.rate, row.region) == (None, None, None)
    assert ctl("storage", "server", "s1_2", "--tls", "perhaps", check=False).returncode == 1
    assert ctl("storage", "server", "nowhere", "--tls", "no", check=False).returncode == 1


def test_verify_finds_what_is_gone_and_what_has_rotten(anna, ctl, db, stack):
    file = upload_at(anna, NEW_YORK, b"to be verified")
    zone_has(anna, file)
    assert ctl("storage", "verify", "--server", "s1_3", "--deep").stdout.endswith(" 0 not as they should be\n")
    path = stack.state / "objects" / db.value(
        "select path from store.object where server = 's1_3' and key = %s", key_of(db, file))
    path.write_bytes(b"to be falsified")
    path.write_bytes(b"to be verifieD")
    assert ctl("storage", "verify", "--server", "s1_3").returncode == 0
    done = ctl("storage", "verify", "--server", "s1_3", "--deep", check=False)
    assert done.returncode == 1 and f"s1_3 {key_of(db, file)}: has other bytes" in done.stdout
    wait_for(lambda: bytes_at(City(stack, "s1_3"), key_of(db, file)) == b"to be verified", 20, "what was found is mended")
    zone_has(anna, file)
    db.do("delete from store.object where server = 's1_3' and key = %s", key_of(db, file))
    done = ctl("storage", "verify", check=False)
    assert done.returncode == 1 and f"s1_3 {key_of(db, file)}: is not there" in done.stdout
    assert ", 1 lost," in ctl("storage", "reconcile", "--server", "s1_3").stdout
    wait_for(lambda: bytes_at(City(stack, "s1_3"), key_of(db, file)) == b"to be verified", 20, "it is mended")


def test_reconcile_says_who_does_not_answer(ctl, db, servers):  # noqa: F811
    port = db.value("select port from storage.server where name = 's3_1'")
    db.do("update storage.server set port = 9 where name = 's3_1'")
    try:
        done = ctl("storage", "reconcile", check=False)
        assert done.returncode == 1 and "s3_1: " in done.stdout and "s2_1: " in done.stdout
    finally:
        db.do("update storage.server set port = %s where name = 's3_1'", port)
        db.do("delete from storage.health")


def test_a_server_that_is_given_up_leaves_its_files_behind(anna, ctl, db, stack):
    """Its only copies move to another city first; then its objects go, and its row."""
    port = db.value("select port from storage.server where name = 's2_1'")
    files = [upload_at(anna, VLADIVOSTOK, f"moved {n}".encode()) for n in range(3)]
    s2 = next(s for s in anna.get("/servers/").json() if s["name"] == "s2_1")
    assert error(anna("DELETE", f"/servers/{s2['id']}/")) == (400, "Request.Error.Validation")
    done = ctl("storage", "decommission", "s2_1", timeout=120)
    assert "s2_1 is no more" in done.stdout
    assert "s2_1" not in {s["name"] for s in anna.get("/servers/").json()}
    for n, file in enumerate(files):
        assert holders(anna, file) and "s2_1" not in holders(anna, file)
        link = anna.get(f"/files/{file['id']}/").json()["link"]
        assert requests.get(link, timeout=10).content == f"moved {n}".encode()
    assert not db.one("select 1 from store.object where server = 's2_1' and bucket = 'storage' and key like any"
                      " (select id || '/%%' from storage.file where account_id = %s) limit 1", anna.person.id)
    assert port


def test_what_is_not_active_can_be_given_up_too(anna, ctl, db):
    """Nothing else is fetched from there any more, but its only copies are."""
    file = upload_at(anna, VLADIVOSTOK, b"fetched once more")
    db.do("update storage.server set is_active = false where name = 's2_1'")
    assert "s2_1 is no more" in ctl("storage", "decommission", "s2_1", timeout=120).stdout
    link = anna.get(f"/files/{file['id']}/").json()["link"]
    assert requests.get(link, timeout=10).content == b"fetched once more"


def test_a_decommission_may_be_called_off(ctl, db, servers):  # noqa: F811
    db.do("update storage.server set leaving_at = now() where name = 's3_1'")
    ctl("storage", "decommission", "s3_1", "--cancel")
    assert not db.value("select leaving_at from storage.server where name = 's3_1'")


def test_a_folder_is_imported_once(anna, ctl, stack):
    folder = stack.state / word("import")
    (folder / "deep/er").mkdir(parents=True)
    content = {"a.txt": b"a", "deep/b": os.urandom(100000), "deep/er/ё.bin": b"", "same": b"same"}
    for name, data in content.items():
        (folder / name).write_bytes(data)
    (folder / "link").symlink_to("a.txt")
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    done = ctl("storage", "import", folder, "--account", anna.person.username)
    assert done.stdout == "4 files, 100005 bytes, 0 were there already\n"
    listed = {f["name"]: f for f in anna.get("/files/").json()}
    assert set(listed) == set(content)
    for name, data in content.items():
        assert listed[name]["size"] == len(data)
        assert requests.get(anna.get(f"/files/{listed[name]['id']}/").json()["link"], timeout=10).content == data
    assert "4 were there already" in ctl("storage", "import", folder, "--account", anna.person.username).stdout
    (folder / "a.txt").write_bytes(b"aa")
    assert "3 were there already" in ctl("storage", "import", folder, "--account", anna.person.username).stdout
    assert ctl("storage", "import", folder, check=False).returncode == 1
    assert ctl("storage", "import", "/nowhere", "--account", anna.person.username, check=False).returncode == 1


def test_parked_messages_are_shown(ctl, db):
    db.do("insert into storage.parked_message (source, routing_key, body, reason)"
          " values ('hook', 'server=x', 'nonsense', 'no server x')")
    (row,) = [r for r in json.loads(ctl("storage", "parked", "--json").stdout) if r["body"] == "nonsense"]
    assert (row["source"], row["routing_key"], row["reason"]) == ("hook", "server=x", "no server x")
    assert "no server x" in ctl("storage", "parked").stdout


def test_an_import_goes_on_behind_a_name_that_cannot_be(stack, ctl, anna):
    folder = stack.state / word("import")
    folder.mkdir()
    for name in (b"a", b"b\xff", b"c\x07", b"d"):
        with open(os.fsencode(folder) + b"/" + name, "wb") as f:
            f.write(b"x")
    folder.chmod(0o755)
    done = ctl("storage", "import", folder, "--account", anna.person.username, check=False)
    assert done.returncode != 0 and "2 files were left out" in done.stderr
    assert {f["name"] for f in anna.get("/files/").json()} == {"a", "d"}
