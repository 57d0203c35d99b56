"""The same questions to the embedded store and to somebody else's S3 server (Ceph's gateway, when
SAMOVAR_TEST_CEPH is set): what we ask of one must be what the other understands."""

import os
import signal
import subprocess
import uuid

import boto3
import pytest
import requests
from botocore.config import Config

from tests.conftest import free_port, wait_for
from tests.e2e.client import ALL_PERMISSIONS, word
from tests.e2e.stack import REPO
from tests.e2e.store import City, Keys
from tests.e2e.test_events import rabbit  # noqa: F401
from tests.e2e.test_files import owner, put, servers  # noqa: F401
from tests.e2e.test_servers import at

HERE = "-33.9,18.4"  # all peers are nearest here
BIG = 11 * 1048576


class Peer:
    """Two servers of one zone and a third elsewhere, each with a client of its own."""

    def __init__(self, names, clients, bucket):
        self.names, self.bucket = names, bucket
        self.s3 = dict(zip(names, clients))

    def keys(self, name, prefix=""):
        answer = self.s3[name].list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return {o["Key"] for o in answer.get("Contents", [])}


@pytest.fixture(scope="module")
def cluster(stack):
    """A Ceph cluster with three gateways: their ports."""
    if not os.environ.get("SAMOVAR_TEST_CEPH"):
        pytest.skip("scripts/test --with-ceph")
    keys, port = Keys(stack), free_port(count=5)
    folder = stack.state.parent / (stack.state.name + "-ceph")
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", REPO / "tests/ceph-cluster", folder, str(port), keys.user, keys.password, "ceph1", "ceph2", "ceph3"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout.readline() == "ready\n", "the cluster does not start"
        yield [port, port + 1, port + 2]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def client_of(stack, port):
    keys = Keys(stack)
    return boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                        aws_access_key_id=keys.user, aws_secret_access_key=keys.password,
                        config=Config(signature_version="s3v4", retries={"max_attempts": 0},
                                      s3={"addressing_style": "path"}))


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


# Ceph believes no clock but the kernel's.
CEPH = pytest.param("ceph", marks=pytest.mark.real_clock)


@pytest.fixture(params=["embedded", CEPH])
def peer(request, stack, db, anna):
    """Servers of one kind, the only usable ones."""
    keys = Keys(stack)
    if request.param == "embedded":
        names = ["s1_2", "s1_3", "s3_1"]
        ports = [City(stack, name).port for name in names]
    else:
        names = ["ceph1", "ceph2", "ceph3"]
        ports = request.getfixturevalue("cluster")
    db.do("update storage.server set is_active = false where name <> all(%s)", names)
    for n, (name, port) in enumerate(zip(names, ports)):
        body = {"name": name, "host": "127.0.0.1", "port": port, "location": name, "zone": "far" if n == 2 else "peers",
                "latitude": -34.0 + n, "longitude": 18.0, "is_on": True, "is_active": True}
        known = db.value("select id from storage.server where name = %s", name)
        answer = anna("PUT", f"/servers/{known}/", body) if known else anna.post("/servers/", body)
        assert answer.status_code in (200, 201), answer.text
    peer = Peer(names, [client_of(stack, port) for port in ports], keys.bucket)
    wait_for(lambda: not db.one("select 1 from job.job where kind = 'server.prepare' and lease_until is null"
                                " and tries = 0 limit 1"), 20, "the buckets are made")
    for name in names:
        wait_for(lambda n=name: keys.bucket in [b["Name"] for b in peer.s3[n].list_buckets()["Buckets"]], 30)
    yield peer
    if request.param == "ceph":
        db.do("update storage.server set is_on = false, is_active = false where name = any(%s)", names)
    seeds = [("s1_2", "USA", 40.73061, -73.935242), ("s1_3", "USA", 32.7831, -96.8067),
             ("s3_1", "Africa", -33.918861, 18.4233)]
    for name, zone, latitude, longitude in seeds:
        db.do("update storage.server set zone = %s, latitude = %s, longitude = %s where name = %s",
              zone, latitude, longitude, name)


def hurry(db):
    """No events come from elsewhere: what looks by itself does so now, and no copy waits for its next try."""
    db.hurry("upload.poll", "copy.make", "copy.remove")


def holders(db, file):
    return {r.name for r in db.all(
        "select s.name from storage.file f join storage.copy c on c.version_id = f.current_version"
        " join storage.server s on s.id = c.server_id where f.id = %s and c.doomed_at is null", file["id"])}


def upload(anna, data, name=None):
    answer = anna.post("/files/upload/", {"name": name or word("f"), "size": len(data)}, headers=at(HERE))
    assert answer.status_code == 200, answer.text
    link = answer.json()
    done = put(link["link"], data)
    assert done.status_code == 200 and done.content == b"", done.text
    return link["file"]


def key_of(db, file):
    return db.value("select v.key from storage.file f join storage.file_version v on v.id = f.current_version"
                    " where f.id = %s", file["id"])


def spread(anna, db, peer, data, name=None):
    before = {r.key for r in db.all("select key from storage.file_version")}
    file = upload(anna, data, name)
    wait_for(lambda: hurry(db) or (key_of(db, file) not in {None, *before} and holders(db, file) == set(peer.names[:2])),
             30, "the zone has it")
    return file, key_of(db, file)


def test_up_round_and_down_again(anna, db, peer):
    data = os.urandom(70000)
    file, key = spread(anna, db, peer, data, "Чай с \"малиной\".txt")
    assert key in peer.keys(peer.names[0]) and key in peer.keys(peer.names[1]) and key not in peer.keys(peer.names[2])
    answer = requests.get(anna.get(f"/files/{file['id']}/", headers=at(HERE)).json()["link"], timeout=20)
    assert answer.content == data and answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert peer.s3[peer.names[1]].get_object(Bucket=peer.bucket, Key=key)["Body"].read() == data


def test_a_range(anna, db, peer):
    file, _ = spread(anna, db, peer, bytes(range(256)))
    link = anna.get(f"/files/{file['id']}/", headers=at(HERE)).json()["link"]
    answer = requests.get(link, headers={"Range": "bytes=10-19"}, timeout=20)
    assert (answer.status_code, answer.content) == (206, bytes(range(10, 20)))


def test_a_big_file_in_parts(anna, db, peer):
    data = os.urandom(BIG)
    _, key = spread(anna, db, peer, data)
    other = peer.s3[peer.names[1]]
    assert other.head_object(Bucket=peer.bucket, Key=key)["ETag"].endswith('-3"')
    assert other.get_object(Bucket=peer.bucket, Key=key)["Body"].read() == data
    left = other.list_multipart_uploads(Bucket=peer.bucket).get("Uploads", [])
    assert key not in [upload["Key"] for upload in left], "those of killed workers are another matter"


def test_an_empty_file(anna, db, peer):
    _, key = spread(anna, db, peer, b"")
    assert peer.s3[peer.names[1]].head_object(Bucket=peer.bucket, Key=key)["ContentLength"] == 0


def test_a_link_is_good_for_what_it_says_only(anna, peer):
    link = anna.post("/files/upload/", {"name": word("f"), "size": 1}, headers=at(HERE)).json()["link"]
    assert requests.get(link, timeout=20).status_code == 403
    assert requests.put(link.replace("/storage/", "/storage/x"), data=b"d", timeout=20).status_code == 403
    assert requests.put(link[:-1] + ("0" if link[-1] != "0" else "1"), data=b"d", timeout=20).status_code == 403
    assert requests.put(link + "&more=1", data=b"d", timeout=20).status_code == 403


def test_replaced_and_deleted_everywhere(anna, db, peer):
    file, first = spread(anna, db, peer, b"first")
    again, second = spread(anna, db, peer, b"second", file["name"])
    assert again["id"] == file["id"] and first != second
    wait_for(lambda: hurry(db) or all(first not in peer.keys(n) for n in peer.names), 30, "the old is gone")
    assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
    wait_for(lambda: hurry(db) or all(second not in peer.keys(n) for n in peer.names), 30, "all is gone")


def reconcile(ctl, name):
    return ctl("storage", "reconcile", "--server", name).stdout


def test_reconciliation(anna, db, peer, ctl):
    _, key = spread(anna, db, peer, b"to be lost")
    one, other = peer.names[0], peer.names[1]
    reconcile(ctl, other)
    db.do("create or replace function public.deaf() returns trigger language plpgsql as $$ begin return null; end $$")
    db.do("create or replace trigger deaf before insert on job.job for each row"
          " when (new.kind in ('store.event', 'upload.poll')) execute function public.deaf()")
    try:
        peer.s3[other].delete_object(Bucket=peer.bucket, Key=key)
        assert ", 1 lost," in reconcile(ctl, other)
        wait_for(lambda: hurry(db) or key in peer.keys(other), 30, "it is there again")
        unheard = upload(anna, b"unheard")
        assert " 1 unheard," in reconcile(ctl, one)
        wait_for(lambda: hurry(db) or holders(db, unheard) == {one, other}, 30)
        replica = b"TO BE LOST"
        peer.s3[other].put_object(Bucket=peer.bucket, Key=key, Body=replica)
        assert ", 1 altered," in reconcile(ctl, other)
        wait_for(lambda: hurry(db) or (key in peer.keys(other) and peer.s3[other].get_object(
            Bucket=peer.bucket, Key=key)["Body"].read() == b"to be lost"), 30, "it is as it was")
    finally:
        db.do("drop trigger deaf on job.job")
    young = f"{uuid.uuid4()}/{uuid.uuid4()}"
    peer.s3[other].put_object(Bucket=peer.bucket, Key=young, Body=b"x")
    assert ", 0 orphans," in reconcile(ctl, other) and young in peer.keys(other)
    peer.s3[other].delete_object(Bucket=peer.bucket, Key=young)
    assert ctl("storage", "verify", "--server", other, "--deep", check=False).stdout.endswith(
        " 0 not as they should be\n")


def test_a_deleted_server_is_emptied(anna, db, peer):
    """Whoever made it: its objects go, what arrives by an older link moves, then its row goes."""
    one, other = peer.names[:2]
    file, key = spread(anna, db, peer, b"stays elsewhere")
    # Nearest to the second one, so that the link leads there.
    link = anna.post("/files/upload/", {"name": word("f"), "size": 4}, headers=at("-33.0,18.0")).json()
    id = db.value("select id from storage.server where name = %s", other)
    assert anna("DELETE", f"/servers/{id}/").status_code == 204
    assert requests.put(link["link"], data=b"late", timeout=20).status_code == 200
    wait_for(lambda: hurry(db) or holders(db, link["file"]) == {one}, 30, "what came late has moved")
    late = key_of(db, link["file"])
    assert late in peer.keys(one)
    wait_for(lambda: hurry(db) or not {key, late} & peer.keys(other), 30, "its objects are gone")
    db.do("update storage.file_version set link_expires = now() - interval '2 hours' where server_id = %s", id)
    db.do("insert into job.job (kind) values ('storage.sweep')")
    wait_for(lambda: hurry(db) or not db.one("select 1 from storage.server where id = %s", id), 30, "its row is gone")
    assert holders(db, file) == {one} and key in peer.keys(one)


@pytest.mark.skipif(not os.environ.get("SAMOVAR_TEST_CEPH_NOTIFIES"),
                    reason="Ceph 16's gateway now and then falls over while it notifies: SAMOVAR_TEST_CEPH_NOTIFIES=1")
@pytest.mark.parametrize("peer", [CEPH], indirect=True)
def test_what_ceph_tells_the_broker_is_heard(cluster, peer, anna, db, stack, request):
    """Its owner makes the topics, whose names are the routing keys; the worker has the events sent there."""
    keys, broker = Keys(stack), request.getfixturevalue("rabbit")  # started only where there is a cluster
    with broker.connect() as link:
        link.channel().exchange_declare("STORAGE", "topic", durable=True)  # Ceph looks for it at once
    for name, port in zip(peer.names, cluster):
        topics = boto3.client("sns", endpoint_url=f"http://127.0.0.1:{port}", region_name="default",
                              aws_access_key_id=keys.user, aws_secret_access_key=keys.password)
        arn = topics.create_topic(Name=f"S3.{name}.EVENT", Attributes={
            "push-endpoint": f"amqp://127.0.0.1:{broker.port}/storage", "amqp-exchange": "STORAGE",
            "amqp-ack-level": "broker"})["TopicArn"]
        assert arn == f"arn:aws:sns:{name}::S3.{name}.EVENT"

    def told(name):
        said = peer.s3[name].get_bucket_notification_configuration(Bucket=peer.bucket)
        return [t["TopicArn"] for t in said.get("TopicConfigurations", [])] == [f"arn:aws:sns:{name}::S3.{name}.EVENT"]
    with stack.without("samovar-worker"):
        worker = stack.spawn("samovar-worker", **broker.settings(), SAMOVAR_WORKER_PROCESSES="2",
                             SAMOVAR_STORAGE_NOTIFICATION_ARN="arn:aws:sns:{server}::S3.{server}.EVENT")
        db.do("insert into job.job (kind, subject, key) select 'server.prepare', id, id from storage.server where name = any(%s)"
              " on conflict do nothing", peer.names)
        wait_for(lambda: all(map(told, peer.names)), 30, "the servers are told where to send their events")
        db.do("create or replace function public.deaf() returns trigger language plpgsql as $$ begin return null; end $$")
        db.do("create or replace trigger deaf before insert on job.job for each row"
              " when (new.kind in ('store.event', 'upload.poll', 'storage.sweep')) execute function public.deaf()")
        try:
            file = upload(anna, b"told by the broker")
            wait_for(lambda: holders(db, file) == set(peer.names[:2]), 30, "the upload and its copy are heard of")
            key = key_of(db, file)
            peer.s3[peer.names[1]].delete_object(Bucket=peer.bucket, Key=key)
            wait_for(lambda: key in peer.keys(peer.names[1]), 30, "what was removed behind our back is heard of and copied again")
            wait_for(lambda: holders(db, file) == set(peer.names[:2]), 30)
            assert anna("DELETE", f"/files/{file['id']}/").status_code == 204
            wait_for(lambda: all(key not in peer.keys(name) for name in peer.names), 30, "it is gone everywhere")
        finally:
            db.do("drop trigger deaf on job.job")
            worker.terminate()
            worker.wait(20)
