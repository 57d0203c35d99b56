"""What S3 servers tell by RabbitMQ (storage contract, 8) and by webhook: believed by nobody, lost by nobody."""

import json
import urllib.parse
import uuid

import pika
import pytest

from tests.conftest import wait_for
from tests.e2e.client import ALL_PERMISSIONS, Client, word
from tests.e2e.rabbit import Rabbit
from tests.e2e.store import City, plain
from tests.e2e.test_files import owner, servers  # noqa: F401
from tests.e2e.test_servers import VLADIVOSTOK, at

SECRET = "e2e-hook-secret"


@pytest.fixture(scope="session")
def rabbit():
    node = Rabbit()
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture(scope="module")
def consumer(stack, rabbit):
    """A worker that listens to the broker, beside the stack's own."""
    process = stack.spawn("samovar-worker", **rabbit.settings(), SAMOVAR_WORKER_PROCESSES="1")
    with rabbit.connect() as link:
        def listening():
            try:
                link.channel().queue_declare("FILE_OPERATIONS", passive=True)
                return True
            except pika.exceptions.ChannelClosedByBroker:
                return False
        wait_for(listening, 20, "the queues are declared")
    yield process
    process.terminate()
    process.wait(20)


@pytest.fixture
def channel(rabbit, consumer):
    link = rabbit.connect()
    ch = link.channel()
    ch.confirm_delivery()
    yield ch
    if link.is_open:
        link.close()


@pytest.fixture
def deaf(db):
    """The embedded store's own events are lost, and nobody looks by himself."""
    db.do("create or replace function public.deaf() returns trigger language plpgsql as"
          " $$ begin return null; end $$")
    db.do("create or replace trigger deaf before insert on job.job for each row"
          " when (new.kind in ('store.event', 'upload.poll', 'storage.sweep')) execute function public.deaf()")
    yield
    db.do("drop trigger deaf on job.job")


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def city(stack, servers):  # noqa: F811
    return City(stack, "s2_1")


def message(key, name="s3:ObjectCreated:Put", bucket="storage", **more):
    return json.dumps({
        "EventName": name, "Key": f"{bucket}/{key}",
        "Records": [{"eventVersion": "2.0", "eventSource": "minio:s3", "eventName": name,
                     "s3": {"bucket": {"name": bucket},
                            "object": {"key": urllib.parse.quote(key, safe=""), "size": 5, "eTag": "e",
                                       "sequencer": "1"}}}], **more})


def tell(channel, body, key="S3.s2_1.EVENT"):
    channel.basic_publish("STORAGE", key, body, pika.BasicProperties(delivery_mode=2), mandatory=True)


def upload(anna, db, data=b"heard"):
    """An upload that nobody has told of yet: its file and its object's key."""
    link = anna.post("/files/upload/", {"name": word("f"), "size": len(data)}, headers=at(VLADIVOSTOK)).json()
    assert plain("PUT", link["link"], data=data).status_code == 200
    key = db.value("select key from storage.file_version where file_id = %s", link["file"]["id"])
    return link["file"]["id"], key


def copies(db, file):
    return db.value("select count(*) from storage.copy c join storage.file_version v on v.id = c.version_id"
                    " where v.file_id = %s", file)


def parked(db, **more):
    return db.value("select count(*) from storage.parked_message")


class TestBroker:
    def test_the_topology_is_the_contracts(self, channel):
        dead = {"x-dead-letter-exchange": "STORAGE-dead-letter"}
        for queue in ("LISTEN_S3_EVENTS", "FILE_OPERATIONS"):
            channel.queue_declare(queue, durable=True, arguments=dead)  # refused if declared otherwise
        for exchange in ("STORAGE", "STORAGE-dead-letter"):
            channel.exchange_declare(exchange, "topic", durable=True)
        with pytest.raises(pika.exceptions.UnroutableError):
            tell(channel, "{}", "S3.EVENT")

    def test_an_upload_is_heard_of(self, channel, anna, db, deaf, city):
        file, key = upload(anna, db)
        assert copies(db, file) == 0
        tell(channel, message(key))
        wait_for(lambda: copies(db, file) == 1, 15, "the upload is heard of")
        assert db.value("select size from storage.file where id = %s", file) == 5

    def test_lies_repeats_and_wrong_order_change_nothing(self, channel, anna, db, deaf, city):
        file, key = upload(anna, db)
        removed = "s3:ObjectRemoved:Delete"
        for body in (message(key, removed), message(key), message(key), message(key, removed),
                     message(f"{uuid.uuid4()}/{uuid.uuid4()}"), message(key, bucket="other")):
            tell(channel, body)
        wait_for(lambda: copies(db, file) == 1, 15)
        wait_for(lambda: not db.one("select 1 from job.job where kind = 'copy.check' limit 1"), 15)
        assert copies(db, file) == 1
        city.s3.delete_object(Bucket=city.keys.bucket, Key=key)
        tell(channel, message(key))  # that it was created is true, and late
        wait_for(lambda: copies(db, file) == 0, 15, "the server was asked")

    def test_what_nobody_understands_is_parked_and_the_rest_goes_on(self, channel, anna, db, deaf, city):
        dead = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(dead, "STORAGE-dead-letter", "#")
        before = parked(db)
        wrong = [("S3.s2_1.EVENT", b"not JSON"), ("S3.s2_1.EVENT", b""), ("S3.s2_1.EVENT", b"[]"),
                 ("S3.s2_1.EVENT", b"\xff\x00{"), ("S3.nowhere.EVENT", message("a/b")),
                 ("S3.s2_1.EVENT", message("a/b", "s3:Replication:Failed")), ("S3.s2_1.EVENT", b'{"EventName": 5}'),
                 ("S3.s2_1.EVENT", b'{"EventName": "s3:ObjectCreated:Put", "Key": "storage/\xff"}'),
                 ("STORAGE.FILE.NONSENSE", b"{}"), ("STORAGE.FILE.ORDERED_TO_COPY", b'{"file_id": "x"}')]
        for key, body in wrong:
            tell(channel, body, key)
        file, key = upload(anna, db)
        tell(channel, message(key))
        wait_for(lambda: copies(db, file) == 1, 15, "the good one is heard")
        wait_for(lambda: parked(db) == before + len(wrong), 15, "the others are parked")
        wait_for(lambda: channel.queue_declare(dead, passive=True).method.message_count == len(wrong), 15)
        rows = db.all("select routing_key, body, reason from storage.parked_message order by id desc limit %s",
                      len(wrong))
        assert all(r.reason for r in rows) and {r.routing_key for r in rows} == {k for k, _ in wrong}
        assert "hex:ff007b" in [r.body for r in rows]
        metrics = Client(anna.base, address="127.0.0.1").get("/metrics").text
        assert f"samovar_parked_messages {before + len(wrong)}\n" in metrics

    def test_orders_of_the_older_system(self, channel, anna, db, deaf, city, stack):
        file, key = upload(anna, db)
        tell(channel, message(key))
        wait_for(lambda: copies(db, file) == 1, 15)
        cape = db.value("select id from storage.server where name = 's3_1'")
        tell(channel, json.dumps({"file_id": file, "server_id": str(cape)}), "STORAGE.FILE.ORDERED_TO_COPY")
        wait_for(lambda: copies(db, file) == 2, 20, "the copy is made")
        other = City(stack, "s3_1")
        assert other.s3.get_object(Bucket=other.keys.bucket, Key=key)["Body"].read() == b"heard"

    def test_nothing_is_lost_while_the_database_is_away(self, channel, anna, db, deaf, city, stack):
        file, key = upload(anna, db)
        with stack.without("postgres"):
            tell(channel, message(key))
        wait_for(lambda: copies(db, file) == 1, 60, "it is heard when the database is back")

    def test_the_broker_dies_and_comes_back(self, rabbit, consumer, anna, db, deaf, city):
        link = rabbit.connect()
        files = [upload(anna, db) for _ in range(3)]
        channel = link.channel()
        channel.confirm_delivery()
        tell(channel, message(files[0][1]))
        rabbit.kill()
        rabbit.start()
        channel = rabbit.connect().channel()
        channel.confirm_delivery()
        for _, key in files:
            tell(channel, message(key))
        for file, _ in files:
            wait_for(lambda f=file: copies(db, f) == 1, 60, "the consumer is back")


class TestHook:
    def hook(self, base, body, server="?server=s2_1", secret=SECRET):
        return Client(base, "/storage/hooks")("POST", f"/s3{server}", data=body,
                                              headers={"Authorization": f"Bearer {secret}"})

    @pytest.mark.parametrize("server", ["?server=s2_1", "", "?server=%732%5f1", "?x=1&server=S2_1"])
    def test_an_upload_is_heard_of(self, base, anna, db, deaf, city, server):
        file, key = upload(anna, db)
        answer = self.hook(base, message(key), server)
        assert (answer.status_code, answer.json()) == (200, {})
        wait_for(lambda: copies(db, file) == 1, 15, "the upload is heard of")

    def test_only_with_the_secret(self, base, anna, db, deaf, city):
        file, key = upload(anna, db)
        for secret in ("", "x", SECRET[:-1], SECRET + "x"):
            assert self.hook(base, message(key), secret=secret).status_code == 401
        assert not db.one("select 1 from job.job where kind = 'copy.check' and key like %s", f"%{key}")

    def test_a_lie_is_found_out(self, base, db, anna, deaf, city):
        link = anna.post("/files/upload/", {"name": word("f"), "size": 5}, headers=at(VLADIVOSTOK)).json()
        key = db.value("select key from storage.file_version where file_id = %s", link["file"]["id"])
        assert self.hook(base, message(key)).status_code == 200
        wait_for(lambda: not db.one("select 1 from job.job where kind = 'copy.check' limit 1"), 15)
        assert copies(db, link["file"]["id"]) == 0

    @pytest.mark.parametrize("body", ["", "x", "[]", "{}", '{"EventName":"s3:ObjectCreated:Put"}', "{\"Records\":[5]}",
                                      message("a/b", "s3:Scanner:ManyVersions")])
    def test_what_nobody_understands_is_parked(self, base, db, body):
        before = parked(db)
        assert self.hook(base, body).status_code == 202
        assert parked(db) == before + 1

    @pytest.mark.parametrize("server", ["nowhere", "s2_1%00", "s2_1%20", "%ff", "s2%5F1%2F..", "%"])
    def test_a_server_that_nobody_knows(self, base, db, server):
        before = parked(db)
        assert self.hook(base, message("a/b"), f"?server={server}").status_code == 202
        assert parked(db) == before + 1

    def test_what_is_sent_to_try_the_hook(self, base, db):
        before = parked(db)
        assert self.hook(base, '{"Service":"Amazon S3","Event":"s3:TestEvent"}').status_code == 200
        assert parked(db) == before
