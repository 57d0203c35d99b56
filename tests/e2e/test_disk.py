"""Files of the embedded store that vanish from the disk, are cut or rot: found, told, and copied again."""

import os
import shutil
import time

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, Client, error, word
from tests.e2e.stack import children, dead, lay_down
from tests.e2e.store import City, plain
from tests.e2e.test_copies import bytes_at, gate, hurry, key_of, through, upload_slowly  # noqa: F401
from tests.e2e.test_files import owner, servers  # noqa: F401
from tests.e2e.test_servers import NEW_YORK, VLADIVOSTOK, at, city_of, holders, upload_at

BIG = 7 * 1048576  # two parts
ZONE = {"s1_2", "s1_3"}


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def row(db):
    """row(file, "s1_3"): the object in that city."""
    return lambda file, name: db.one("select * from store.object where server = %s and key = %s", name, key_of(db, file))


@pytest.fixture
def path(stack, row):
    return lambda file, name: stack.state / "objects" / row(file, name).path


def hurt(path, how):
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "size":
        os.truncate(path, len(data) // 2)
    else:
        with open(path, "r+b") as f:
            f.seek(len(data) - 2)
            f.write(bytes([data[-2] ^ 1]))


def look(ctl, db, how, *paths):
    """What would be noticed within the hour, or the month, is noticed now."""
    if how == "bytes":
        db.do("update store.object set scrubbed_at = 'epoch' where path = any(%s)",
              ["/".join(p.parts[-3:]) for p in paths])
        db.do("notify scrub")
    else:
        ctl("timers", "run", "store.scan")


def told(db, file, name, server):
    return db.value("select count(*) from store.event where name = %s and server = %s and key = %s",
                    name, server, key_of(db, file))


@pytest.mark.parametrize("how", ["gone", "size", "bytes"])
@pytest.mark.parametrize("where", ["s1_2", "s1_3"], ids=["original", "replica"])
def test_what_a_city_has_lost_comes_back_from_another(anna, ctl, db, row, path, where, how):
    small, big = os.urandom(5000), os.urandom(BIG)
    files = [(upload_at(anna, NEW_YORK, small), small), (upload_slowly(anna, big), big)]
    for file, _ in files:
        wait_for(lambda f=file: holders(anna, f) == ZONE, 30, "the zone has it")
    before = db.all("select id, etag, size, state from storage.file_version v where file_id = any(%s::uuid[]) order by id",
                    [f["id"] for f, _ in files])
    # Who has more than he may have now keeps what he has.
    ctl("storage", "quota", anna.person.username, "1000")
    paths = [path(file, where) for file, _ in files]
    for p in paths:
        hurt(p, how)
    look(ctl, db, how, *paths)

    def healed():
        hurry(db)
        return all(holders(anna, file) == ZONE and row(file, where).damaged_at is None
                   and told(db, file, "s3:ObjectRemoved:Damaged", where) == 1
                   and all(path(file, name).is_file() and path(file, name).read_bytes() == data for name in ZONE)
                   for file, data in files)
    wait_for(healed, 40, "all is as it was", every=0.2)
    wait_for(lambda: hurry(db) or not db.all("select 1 from job.job where kind like 'copy.%%' and"
                                             " (subject like any(%s))",
                                             [f"%{v.id}%" for v in before]), 30, "nothing goes on for ever", every=0.2)
    assert before == db.all("select id, etag, size, state from storage.file_version v where file_id = any(%s::uuid[])"
                            " order by id", [f["id"] for f, _ in files])


@pytest.mark.parametrize("how", ["gone", "size", "bytes"])
def test_the_only_copy_is_kept_and_shown_and_right_again_later(anna, ctl, db, base, city, row, path, how):
    data = os.urandom(BIG if how == "bytes" else 5000)
    file = upload_slowly(anna, data, VLADIVOSTOK)
    vladivostok, key, where = city("s2_1"), key_of(db, file), path(file, "s2_1")
    hurt(where, how)
    look(ctl, db, how, where)
    wait_for(lambda: holders(anna, file) == set(), 20, "nobody has it")
    found = row(file, "s2_1")
    assert found.damage == how and "/".join(where.parts[-3:]) == found.path
    assert plain("GET", vladivostok.presign("get_object", "storage", key)).status_code == 404
    assert key not in {o["Key"] for o in vladivostok.s3.list_objects_v2(Bucket="storage", Prefix=key).get("Contents", [])}
    metrics = Client(base, address="127.0.0.1").get("/metrics").text
    assert 'samovar_damaged_objects{server="s2_1"} ' in metrics and "\nsamovar_lost_files 0\n" not in metrics
    assert file["id"] in ctl("storage", "files", "--lost").stdout
    assert "lost their last copy" in ctl("doctor", check=False).stdout
    if how != "gone":
        assert where.exists(), "nothing of it is thrown away"
    where.write_bytes(data)
    shutil.chown(where, vladivostok.folder.owner(), vladivostok.folder.group())
    if how != "gone":  # else it is seen by itself, in some seconds
        db.do("notify scrub")
    wait_for(lambda: holders(anna, file) == {"s2_1"}, 30, "it is right again")
    assert bytes_at(vladivostok, key) == data
    assert row(file, "s2_1").damage is None and file["id"] not in ctl("storage", "files", "--lost").stdout


@pytest.fixture
def city(stack):
    return lambda name: City(stack, name)


@pytest.mark.parametrize("size", [5000, BIG])
def test_other_bytes_are_not_sent_once_they_may_have_been_long_there(anna, db, city, row, path, size):
    """What nobody has compared for a day is compared before it is sent; the zone's other copy is served meanwhile."""
    data = os.urandom(size)
    file = upload_slowly(anna, data, NEW_YORK)
    wait_for(lambda: holders(anna, file) == ZONE, 30, "the zone has it")
    for name in ZONE:
        key = key_of(db, file)
        hurt(path(file, name), "bytes") if name == "s1_2" else None
        db.do("update store.object set scrubbed_at = now() - interval '25 hours' where key = %s and server = %s", key, name)
    assert plain("GET", city("s1_2").presign("get_object", "storage", key)).status_code == 404
    good = plain("GET", city("s1_3").presign("get_object", "storage", key))
    assert good.status_code == 200 and good.content == data
    assert row(file, "s1_3").scrubbed_at.timestamp() > time.time() - 3600
    wait_for(lambda: hurry(db) or (holders(anna, file) == ZONE and row(file, "s1_2").damaged_at is None), 30, "it is healed")
    assert plain("GET", city("s1_2").presign("get_object", "storage", key)).content == data


def test_other_bytes_are_not_sent_after_a_restart(anna, stack, db, city, row, path):
    file = upload_at(anna, VLADIVOSTOK, b"before the restart")
    hurt(path(file, "s2_1"), "bytes")
    key = key_of(db, file)
    url = city("s2_1").presign("get_object", "storage", key)
    with stack.without("samovar-fcgi"):
        pass
    assert wait_for(lambda: (status := plain("GET", url).status_code) != 503 and status, 20) == 404
    assert row(file, "s2_1").damage == "bytes"


def test_what_is_larger_is_read_soon_after(anna, db, city, row, path):
    """The first download goes, because reading it takes longer than its client would wait; the next does not."""
    name = word("large").replace("_", "-").lower()
    large = city("s2_1")
    large.s3.create_bucket(Bucket=name)
    large.s3.put_object(Bucket=name, Key="k", Body=b"\0" * (9 << 20))
    (where,) = db.all("select path from store.object where bucket = %s", name)
    hurt(large.folder.parent / where.path, "bytes")
    db.do("update store.object set scrubbed_at = now() - interval '25 hours' where bucket = %s", name)
    assert plain("GET", large.presign("get_object", name, "k")).status_code == 200
    wait_for(lambda: plain("GET", large.presign("get_object", name, "k")).status_code == 404, 30, "it has been read")
    large.s3.delete_object(Bucket=name, Key="k")


def test_no_address_of_a_doubted_copy_is_given_out(anna, stack, db):
    """Until it has been read once more; whoever has another copy serves that."""
    def led_to():
        answers = [anna.get(f"/files/{file['id']}/", headers=at(NEW_YORK)) for _ in range(4)]
        return {city_of(a.json()["link"], stack) if a.status_code == 200 else error(a) for a in answers}
    file = upload_at(anna, NEW_YORK, b"doubted")
    wait_for(lambda: holders(anna, file) == ZONE, 30, "the zone has it")
    assert led_to() == {"s1_2"}
    doubt = ("update storage.copy c set doubted_at = now() - %s::interval from storage.file_version v, storage.server s"
             " where v.id = c.version_id and v.file_id = %s and s.id = c.server_id and s.name = any(%s)")
    db.do(doubt, "0", file["id"], ["s1_2"])
    assert led_to() == {"s1_3"}
    db.do(doubt, "0", file["id"], ["s1_2", "s1_3"])
    assert led_to() == {(400, "CdnServer.DoesNotExist")}
    # The scrubber says that the one is right.
    db.do("update store.object set scrubbed_at = '-infinity' where key = %s and server = 's1_3'", key_of(db, file))
    db.do("notify scrub")
    wait_for(lambda: led_to() == {"s1_3"}, 30, "it has been compared")
    db.do(doubt, "11 minutes", file["id"], ["s1_2"])
    assert led_to() == {"s1_3"}, "it comes last"
    db.do(doubt, "11 minutes", file["id"], ["s1_2", "s1_3"])
    assert led_to() == {"s1_2"}


def test_a_download_notices_at_once(anna, db, city, row, path):
    file = upload_at(anna, VLADIVOSTOK, b"to be downloaded")
    path(file, "s2_1").unlink()
    assert plain("GET", city("s2_1").presign("get_object", "storage", key_of(db, file))).status_code == 404
    assert row(file, "s2_1").damage == "gone"
    wait_for(lambda: holders(anna, file) == set(), 20)
    # What is damaged cannot be listed, yet goes when its file is deleted.
    key = key_of(db, file)
    assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
    db.do("update store.object set damaged_at = damaged_at - interval '2 hours' where key = %s", key)
    db.do("insert into job.job (kind, subject) select 'server.reconcile', id::text from storage.server where name = 's2_1'")
    db.do("notify job")
    wait_for(lambda: not db.one("select 1 from store.object where key = %s", key), 20, "its row is gone")


def test_reconcile_says_what_was_healed(anna, ctl, db, path):
    file = upload_at(anna, NEW_YORK, b"to be healed")
    wait_for(lambda: holders(anna, file) == ZONE, 20)
    ctl("storage", "reconcile", "--server", "s1_3")
    path(file, "s1_3").unlink()
    assert " 1 damaged on its disk" in ctl("storage", "reconcile", "--server", "s1_3").stdout
    wait_for(lambda: path(file, "s1_3").exists() and holders(anna, file) == ZONE, 20, "it is healed")
    assert " 0 damaged on its disk" in ctl("storage", "reconcile", "--server", "s1_3").stdout


LOST = "select count(*) from store.object where server = 's1_3' and damaged_at is not null"


@pytest.fixture
def without_disk(db, city):
    """Dallas' folder is another one, and empty; what it should have is put back in the end."""
    folder, before = city("s1_3").folder, db.value(LOST)
    aside = folder.with_name(".aside")
    folder.rename(aside)
    folder.mkdir(mode=0o700)
    shutil.chown(folder, aside.owner(), aside.group())
    yield folder
    lay_down(db)
    for new in folder.glob("??/*"):
        home = aside / new.parent.name
        if not home.exists():
            home.mkdir(mode=0o700)
            shutil.chown(home, aside.owner(), aside.group())
        new.rename(home / new.name)
    shutil.rmtree(folder)
    aside.rename(folder)
    db.do("notify scrub")
    wait_for(lambda: db.value(LOST) <= before, 30, "what is back is right again")
    wait_for(lambda: not db.all("select 1 from job.job where kind = 'store.event' and state = 'ready'"), 30)
    lay_down(db)


def test_a_disk_that_is_not_mounted_is_down_and_a_new_one_is_filled(anna, ctl, db, city, row, request):
    file = upload_at(anna, NEW_YORK, b"everywhere")
    wait_for(lambda: holders(anna, file) == ZONE, 20)
    dallas, key = city("s1_3"), key_of(db, file)
    before = db.value(LOST)
    folder = request.getfixturevalue("without_disk")

    def down():
        with pytest.raises(ClientError) as e:
            dallas.s3.head_bucket(Bucket="storage")
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
        assert plain("GET", dallas.presign("get_object", "storage", key)).status_code == 503
        assert plain("PUT", dallas.presign("put_object", "storage", key), data=b"new").status_code == 503
        assert not list(folder.glob("??")), "what is written now would be under the disk"
        ctl("timers", "run", "store.scan")
        wait_for(lambda: not db.all("select 1 from job.job where kind = 'store.scan'"), 20, "the look has ended")
        assert db.value(LOST) == before
    down()
    assert ctl("storage", "new-disk", "s1_3", check=False).returncode == 1
    (folder / "incoming").mkdir(mode=0o700)  # nginx was started
    shutil.chown(folder / "incoming", folder.owner(), folder.group())
    down()
    assert "are not there" in ctl("storage", "new-disk", "s1_3").stdout
    wait_for(lambda: hurry(db) or (holders(anna, file) == ZONE and row(file, "s1_3").damaged_at is None), 30, "it is filled")
    assert bytes_at(dallas, key) == b"everywhere"


def test_parts_that_are_not_what_they_were_make_no_object(db, stack, city, servers):  # noqa: F811
    vladivostok, key = city("s2_1"), word("parts")
    vladivostok.s3.put_object(Bucket="storage", Key=key, Body=b"as it was")
    id = vladivostok.s3.create_multipart_upload(Bucket="storage", Key=key)["UploadId"]
    parts = [{"PartNumber": 1, "ETag": vladivostok.s3.upload_part(
        Bucket="storage", Key=key, UploadId=id, PartNumber=1, Body=b"to be cut")["ETag"]}]
    os.truncate(stack.state / "objects" / db.value("select path from store.part where upload_id = %s", id), 3)
    with pytest.raises(ClientError) as e:
        vladivostok.s3.complete_multipart_upload(Bucket="storage", Key=key, UploadId=id, MultipartUpload={"Parts": parts})
    assert e.value.response["Error"]["Code"] == "InvalidPart"
    assert bytes_at(vladivostok, key) == b"as it was"
    vladivostok.s3.abort_multipart_upload(Bucket="storage", Key=key, UploadId=id)
    vladivostok.s3.delete_object(Bucket="storage", Key=key)


def test_a_copy_whose_part_vanished(anna, ctl, db, stack, gate):  # noqa: F811
    """A copy in parts begins anew."""
    dallas = gate("s1_3")
    dallas.limit = 6 * 1048576  # the first part, and some of the second
    data = os.urandom(BIG)
    file = upload_slowly(anna, data)
    wait_for(lambda: dallas.listener is None, 20, "the server has died")
    part = wait_for(lambda: db.value("select p.path from store.part p join store.upload u on u.id = p.upload_id"
                                     " where u.key = %s", key_of(db, file)), 20, "a part is there")
    (stack.state / "objects" / part).unlink()
    dallas.open()
    wait_for(lambda: hurry(db) or holders(anna, file) == ZONE, 40, "the copy is made", every=0.2)
    assert bytes_at(through(stack, db, "s1_3"), key_of(db, file)) == data
    # The upload that was left is given up when it is a day old.
    db.do("update store.upload set created = created - interval '2 days' where server = 's1_3'")
    ctl("storage", "reconcile", "--server", "s1_3")
    assert not db.all("select 1 from store.upload where server = 's1_3' and key = %s", key_of(db, file))


def test_reading_ends_when_the_program_is_to_end(anna, db, stack, row):
    """A slow reading is broken off at once, and begun again by whoever comes next."""
    file = upload_slowly(anna, os.urandom(BIG), VLADIVOSTOK)
    with stack.without("samovar-worker"):
        db.do("update store.object set scrubbed_at = case when key = %s then '-infinity'::timestamptz else now() end",
              key_of(db, file))
        slow = stack.spawn("samovar-worker", SAMOVAR_STORE_SCRUB_RATE="1000", SAMOVAR_WORKER_PROCESSES="1")
        where = str(stack.state / "objects" / row(file, "s2_1").path)

        def reader():
            for pid in children(slow.pid):
                for fd in os.listdir(f"/proc/{pid}/fd"):
                    try:
                        if os.readlink(f"/proc/{pid}/fd/{fd}") == where:
                            return pid
                    except OSError:
                        pass
            return None
        pid = wait_for(reader, 30, "it is read")
        slow.terminate()
        slow.wait(20)
        assert dead(pid)
        assert db.value("select scrubbed_at = '-infinity' from store.object where key = %s", key_of(db, file))
    wait_for(lambda: db.value("select scrubbed_at > now() - interval '1 minute' from store.object where key = %s",
                              key_of(db, file)), 30, "it is read by the next")
