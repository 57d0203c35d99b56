"""What events did not tell, told wrongly or too late: healed, and said so (storage contract 7.3, D21)."""

import uuid

import pytest

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, Client
from tests.e2e.store import City, plain
from tests.e2e.test_copies import bytes_at, key_of
from tests.e2e.test_events import copies, deaf, upload  # noqa: F401
from tests.e2e.test_files import owner, servers  # noqa: F401
from tests.e2e.test_servers import NEW_YORK, holders, upload_at

COUNTS = ("unheard", "lost", "altered", "orphans", "uploads")


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def city(stack, servers):  # noqa: F811
    return lambda name: City(stack, name)


@pytest.fixture(scope="module")
def clean(ctl):
    """What other tests have left behind is healed first, so that each test here counts its own."""
    ctl("storage", "reconcile", check=False)


@pytest.fixture
def reconcile(db, servers, clean):  # noqa: F811
    """reconcile("s1_3"): looks through the server and returns the report."""
    def reconcile(name):
        last = db.value("select coalesce(max(id), 0) from storage.reconciliation")
        db.do("insert into job.job (kind, subject) select 'server.reconcile', id::text from storage.server"
              " where name = %s", name)
        db.do("notify job")
        return wait_for(lambda: db.one("select * from storage.reconciliation where id > %s and server = %s"
                                       " order by id desc limit 1", last, name), 20, "the report")
    return reconcile


def counts(report):
    return {name: getattr(report, name) for name in COUNTS if getattr(report, name)}


def zone_has(anna, file):
    wait_for(lambda: holders(anna, file) == {"s1_2", "s1_3"}, 20, "the zone has it")


def test_nothing_is_wrong(anna, city, reconcile):
    zone_has(anna, upload_at(anna, NEW_YORK, b"fine"))
    reconcile("s1_2")
    report = reconcile("s1_2")
    assert counts(report) == {} and report.why is None and report.objects > 0


def test_an_upload_that_nobody_told_of(anna, db, deaf, city, reconcile):  # noqa: F811
    file, _ = upload(anna, db)
    assert copies(db, file) == 0
    assert counts(reconcile("s2_1")) == {"unheard": 1}
    assert copies(db, file) == 1


def test_a_copy_that_is_lost_is_made_again(anna, db, deaf, city, reconcile):  # noqa: F811
    file = upload_at(anna, NEW_YORK, b"lost")
    db.do("insert into job.job (kind, subject) select 'copy.replicate', current_version::text from storage.file"
          " where id = %s", file["id"])
    zone_has(anna, file)
    dallas, key = city("s1_3"), key_of(db, file)
    dallas.s3.delete_object(Bucket=dallas.keys.bucket, Key=key)
    assert holders(anna, file) == {"s1_2", "s1_3"}, "nobody knows"
    assert counts(reconcile("s1_3")) == {"lost": 1}
    zone_has(anna, file)
    wait_for(lambda: bytes_at(dallas, key) == b"lost", 20)


@pytest.mark.parametrize("other", [b"otherwise", b"same size"])
def test_a_replica_with_other_bytes_is_made_again(anna, db, city, reconcile, other):
    file = upload_at(anna, NEW_YORK, b"its bytes")
    zone_has(anna, file)
    db.do("create or replace function public.deaf() returns trigger language plpgsql as $$ begin return null; end $$")
    db.do("create or replace trigger deaf before insert on job.job for each row"
          " when (new.kind = 'store.event') execute function public.deaf()")
    try:
        dallas, key = city("s1_3"), key_of(db, file)
        dallas.s3.put_object(Bucket=dallas.keys.bucket, Key=key, Body=other)
        assert counts(reconcile("s1_3")) == {"altered": 1}
        wait_for(lambda: bytes_at(dallas, key) == b"its bytes", 20, "it is as it was")
    finally:
        db.do("drop trigger deaf on job.job")


def test_objects_of_no_file_go_when_they_are_old(db, city, reconcile):
    cape = city("s3_1")
    old, young = (f"{uuid.uuid4()}/{uuid.uuid4()}" for _ in range(2))
    ours = {old, f"people/{uuid.uuid4()}/{uuid.uuid4()}/w500.webp", f"cards/{uuid.uuid4()}/{uuid.uuid4()}/print.jpg",
            f"cards/background/{'0a' * 32}/{uuid.uuid4()}.png", f"cards/batch/{uuid.uuid4()}/{uuid.uuid4()}.zip"}
    others = {"not/ours", "cards/logo.png", "cards/background/old.png", "cards/batch/2024.zip"}
    for key in (*ours, *others, young):
        cape.s3.put_object(Bucket=cape.keys.bucket, Key=key, Body=b"x")
    db.do("update store.object set modified = modified - interval '2 hours' where key = any(%s)", [*ours, *others])
    assert counts(reconcile("s3_1")) == {"orphans": len(ours)}
    left = {o["Key"] for o in cape.s3.list_objects_v2(Bucket=cape.keys.bucket)["Contents"]}
    assert not ours & left and {young, *others} <= left
    for key in (young, *others):
        cape.s3.delete_object(Bucket=cape.keys.bucket, Key=key)


def test_what_is_left_of_a_deleted_file_goes(anna, db, city, reconcile):
    file = upload_at(anna, NEW_YORK, b"to be deleted")
    zone_has(anna, file)
    key = key_of(db, file)
    assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
    wait_for(lambda: copies(db, file["id"]) == 0, 20, "it is gone")
    # A late copy, of which nobody has told.
    dallas = city("s1_3")
    db.do("create or replace function public.deaf() returns trigger language plpgsql as $$ begin return null; end $$")
    db.do("create or replace trigger deaf before insert on job.job for each row"
          " when (new.kind = 'store.event') execute function public.deaf()")
    try:
        dallas.s3.put_object(Bucket=dallas.keys.bucket, Key=key, Body=b"to be deleted")
    finally:
        db.do("drop trigger deaf on job.job")
    assert counts(reconcile("s1_3")) == {"unheard": 1}
    wait_for(lambda: plain("GET", dallas.presign("get_object", dallas.keys.bucket, key)).status_code == 404, 20)
    assert copies(db, file["id"]) == 0 or wait_for(lambda: copies(db, file["id"]) == 0, 20)


def test_uploads_in_parts_that_nobody_goes_on_with(db, city, reconcile):
    cape = city("s3_1")
    key = f"{uuid.uuid4()}/{uuid.uuid4()}"
    ids = [cape.s3.create_multipart_upload(Bucket=cape.keys.bucket, Key=key)["UploadId"] for _ in range(2)]
    db.do("update store.upload set created = created - interval '2 days' where id = %s", ids[0])
    assert counts(reconcile("s3_1")) == {"uploads": 1}
    left = cape.s3.list_multipart_uploads(Bucket=cape.keys.bucket)["Uploads"]
    assert [u["UploadId"] for u in left if u["Key"] == key] == [ids[1]]
    cape.s3.abort_multipart_upload(Bucket=cape.keys.bucket, Key=key, UploadId=ids[1])


def test_more_than_a_page(db, city, reconcile):
    """Keys behind the thousandth are seen too."""
    cape = city("s3_1")
    cape.s3.put_object(Bucket=cape.keys.bucket, Key="page", Body=b"x")
    db.do("insert into store.object (server, bucket, key, size, etag, content_type, path)"
          " select server, bucket, 'page/' || n, size, etag, content_type, path || n"
          " from store.object, generate_series(1, 2500) n where key = 'page'")
    try:
        assert reconcile("s3_1").objects >= 2501
    finally:
        db.do("delete from store.object where key like 'page%%'")


def test_a_server_that_does_not_answer(db, anna, servers, reconcile):  # noqa: F811
    port = db.value("select port from storage.server where name = 's3_1'")
    db.do("update storage.server set port = 9 where name = 's3_1'")
    try:
        assert reconcile("s3_1").why
    finally:
        db.do("update storage.server set port = %s where name = 's3_1'", port)
        db.do("delete from storage.health")


def test_the_timer_looks_through_all_that_are_on(ctl, db, base, servers):  # noqa: F811
    last = db.value("select coalesce(max(id), 0) from storage.reconciliation")
    db.do("update storage.server set is_on = false where name = 's3_1'")
    ctl("timers", "run", "storage.reconcile")
    wait_for(lambda: {r.server for r in db.all("select server from storage.reconciliation where id > %s", last)}
             == {"s1_1", "s1_2", "s1_3", "s2_1"}, 30, "each has a report")
    text = Client(base, address="127.0.0.1").get("/metrics").text
    assert 'samovar_healed_objects{what="orphans"}' in text and "samovar_server_up{" in text
