"""What the embedded store must not take, and what must not be left behind when something breaks."""

import base64
import hashlib
import os
import re
import signal
import threading
import time
import zlib

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.stack import Db, children
from tests.e2e.store import City, curl, error_code, plain

EMPTY = hashlib.sha256(b"").hexdigest()


def crc(data, polynomial, size):
    """A CRC that takes the least bit first, as its bytes are sent."""
    ones = (1 << 8 * size) - 1
    value = ones
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
    return (value ^ ones).to_bytes(size, "big")


SUMS = {name: lambda data, f=f: base64.b64encode(f(data)).decode() for name, f in {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"), "crc32c": lambda data: crc(data, 0x82F63B78, 4),
    "crc64nvme": lambda data: crc(data, 0x9A6C9329AC4BC9B5, 8),
    "sha1": lambda data: hashlib.sha1(data).digest(), "sha256": lambda data: hashlib.sha256(data).digest()}.items()}


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s2_1")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("refused").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def nothing_stored(city, bucket, db):
    """After the test the bucket holds what it held before, and the city no file or body on its way more. Copies that
    other tests have ordered may come meanwhile."""
    def rows():
        return db.all("select key, etag from store.object where server = %s and bucket = %s order by 1", city.name, bucket)

    def more():
        unlink_now(db)
        known = db.all("select path from store.object where server = %s and bucket <> %s", city.name, bucket)
        return set(city.files()) - before - {r.path.partition("/")[2] for r in known}
    unlink_now(db)  # what earlier tests have left to be removed
    wait_for(lambda: not db.one("select 1 from job.job where kind = 'store.unlink' limit 1"), 20)
    before, stored = set(city.files()), rows()
    yield
    try:
        wait_for(lambda: rows() == stored and not more(), 30, every=0.1)
    except AssertionError:
        raise AssertionError(f"more files: {more()}, {rows()} instead of {stored}") from None


def test_the_connection_survives_a_refused_put(city, bucket):
    """boto3 waits to be invited (Expect: 100-continue) and goes on with the same connection."""
    city.s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    s3 = city.client()
    with pytest.raises(botocore.exceptions.ClientError) as e:
        s3.put_object(Bucket="no-such-bucket-here", Key="a.txt", Body=b"x" * 100000)
    assert e.value.response["Error"]["Code"] in ("NoSuchBucket", "AccessDenied")
    assert s3.get_object(Bucket=bucket, Key="there")["Body"].read() == b"1"
    city.s3.delete_object(Bucket=bucket, Key="there")


@pytest.mark.parametrize("more", [{"ServerSideEncryption": "AES256"}, {"ACL": "public-read"}, {"Tagging": "a=b"}])
def test_a_wish_that_is_not_fulfilled_is_refused(city, bucket, more):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        city.s3.put_object(Bucket=bucket, Key="wish", Body=b"1", **more)
    assert e.value.response["Error"]["Code"] == "NotImplemented"
    city.s3.put_object(Bucket=bucket, Key="wish", Body=b"1", ACL="private")
    city.s3.delete_object(Bucket=bucket, Key="wish")


def test_a_put_with_a_condition_overwrites_nothing(city, bucket):
    etag = city.s3.put_object(Bucket=bucket, Key="cond", Body=b"1")["ETag"]
    url = city.presign("put_object", bucket, "cond")
    for condition, status, code in (
            ({"If-None-Match": "*"}, 412, "PreconditionFailed"), ({"If-Match": '"' + "0" * 32 + '"'}, 412, "PreconditionFailed"),
            ({"If-None-Match": etag}, 501, "NotImplemented"), ({"If-Match": etag, "If-None-Match": "*"}, 400, "InvalidArgument")):
        answer = put(url, b"2", **condition)
        assert (answer.status_code, error_code(answer)) == (status, code), condition
        assert city.s3.get_object(Bucket=bucket, Key="cond")["Body"].read() == b"1"
    assert put(url, b"2", **{"If-Match": etag}).status_code == 200
    assert put(url, b"3", **{"If-Match": "*"}).status_code == 200
    city.s3.delete_object(Bucket=bucket, Key="cond")
    answer = put(url, b"4", **{"If-Match": etag})
    assert (answer.status_code, error_code(answer)) == (404, "NoSuchKey")
    assert put(url, b"5", **{"If-None-Match": "*"}).status_code == 200
    city.s3.delete_object(Bucket=bucket, Key="cond")


@pytest.mark.parametrize("key", ["a.txt", "a.html", "a.jpg"])
def test_a_refusal_is_xml_whatever_the_key(city, bucket, key):
    answer = put(city.base + f"/{bucket}/{key}")
    assert answer.status_code == 403 and answer.headers["Content-Type"] == "application/xml"


def put(url, data=b"data", **headers):
    return plain("PUT", url, data=data, headers=headers)


def final_answer(link):
    """The answer of a request whose body is never sent, without the one that invites the body."""
    text = b""
    while b"</Error>" not in text:
        more = link.recv(65536)
        assert more, text
        text += more
    return text.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")


def altered(url, name, value):
    return re.sub(f"({name}=)[^&]*", lambda m: m.group(1) + value, url)


class TestPresigned:
    def test_without_a_signature(self, city, bucket, nothing_stored):
        for method in ("GET", "PUT", "DELETE", "HEAD", "POST"):
            answer = plain(method, f"{city.base}/{bucket}/x", data=b"d")
            assert answer.status_code == 403
            if method != "HEAD":
                assert error_code(answer) == "AccessDenied"

    def test_expired(self, city, bucket, nothing_stored):
        url = city.presign("put_object", bucket, "x", seconds=1)
        other = city.presign("get_object", bucket, "x", seconds=1)
        wait_for(lambda: plain("GET", other).status_code == 403, 5)
        answer = put(url)
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
        assert "expired" in answer.text

    @pytest.mark.parametrize("change", [
        lambda u: u + "0", lambda u: u.replace("/x?", "/y?"), lambda u: u + "&more=1",
        lambda u: altered(u, "X-Amz-Expires", "61"), lambda u: altered(u, "X-Amz-Signature", "0" * 64),
        lambda u: altered(u, "X-Amz-Date", "20260101T000000Z"),
        lambda u: u.replace("127.0.0.1", "localhost")])
    def test_altered(self, city, bucket, nothing_stored, change):
        url = change(city.presign("put_object", bucket, "x"))
        answer = put(url)
        assert answer.status_code in (400, 403)
        assert error_code(answer) in ("SignatureDoesNotMatch", "AccessDenied",
                                      "AuthorizationHeaderMalformed")

    def test_for_another_method(self, city, bucket, nothing_stored):
        for made, used in (("get_object", "PUT"), ("put_object", "GET"), ("get_object", "DELETE"),
                           ("head_object", "GET")):
            answer = plain(used, city.presign(made, bucket, "x"), data=b"d" if used == "PUT" else None)
            assert error_code(answer) == "SignatureDoesNotMatch"

    def test_with_another_secret(self, city, bucket, nothing_stored):
        for client, code in ((city.client(secret="wrong"), "SignatureDoesNotMatch"),
                             (city.client(user="nobody"), "InvalidAccessKeyId")):
            url = client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "x"})
            assert error_code(put(url)) == code

    def test_longer_than_a_week(self, city, bucket, nothing_stored):
        url = city.presign("put_object", bucket, "x", seconds=604801)
        assert put(url).status_code == 400


class TestHeader:
    def test_clock_off(self, city, bucket, nothing_stored):
        headers = city.signed("PUT", f"/{bucket}/x", b"d")
        headers["X-Amz-Date"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 3600))
        assert plain("PUT", f"{city.base}/{bucket}/x", data=b"d", headers=headers).status_code in (400, 403)

    def test_body_of_another_hash(self, city, bucket, nothing_stored):
        headers = city.signed("PUT", f"/{bucket}/x", b"one body")
        answer = plain("PUT", f"{city.base}/{bucket}/x", data=b"another", headers=headers)
        assert (answer.status_code, error_code(answer)) == (400, "XAmzContentSHA256Mismatch")

    @pytest.mark.parametrize("text", ["", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=/",
                                      "AWS x:y", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,Signature=1"])
    def test_nonsense(self, city, bucket, nothing_stored, text):
        answer = plain("PUT", f"{city.base}/{bucket}/x", data=b"d",
                       headers={"Authorization": text, "x-amz-content-sha256": EMPTY,
                                "x-amz-date": "20260101T000000Z"})
        assert answer.status_code in (400, 403)
        error_code(answer)


@pytest.fixture
def row(city, db):
    """row(is_active=False, public_url=...): the city's row among the servers, as it says."""
    kept = db.one("select * from storage.server where name = %s", city.name)
    db.do("insert into storage.server (name, host, port, location, zone, latitude, longitude, is_on, is_active)"
          " values (%s, '127.0.0.1', %s, '', 'refused', 0, 0, true, true) on conflict do nothing", city.name, city.port)

    def row(**columns):
        for column, value in columns.items():
            db.do(f"update storage.server set {column} = %s where name = %s", value, city.name)
    row(host="127.0.0.1", port=city.port, is_on=True, is_active=True, public_url=None)
    yield row
    row(is_on=True, is_active=True, public_url=None)
    if kept is None:
        db.do("delete from storage.server where name = %s", city.name)
    else:
        row(host=kept.host, port=kept.port, public_url=kept.public_url, is_on=kept.is_on, is_active=kept.is_active)


class TestAnotherCity:
    """All cities share one key: the host that is signed says which of them is meant."""

    @pytest.mark.parametrize("listed", [False, True])
    def test_signed_for_it(self, stack, city, bucket, nothing_stored, request, listed):
        if listed:
            request.getfixturevalue("row")
        other = City(stack, "s3_1")
        city.s3.put_object(Bucket=bucket, Key="read", Body=b"kept")
        try:
            for method, operation, key in (("PUT", "put_object", "x"), ("GET", "get_object", "read"),
                                           ("HEAD", "head_object", "read"), ("DELETE", "delete_object", "read")):
                host = {"Host": f"127.0.0.1:{other.port}"}
                url = other.presign(operation, bucket, key).replace(other.base, city.base)
                signed = other.signed(method, f"/{bucket}/{key}", b"data" if method == "PUT" else b"")
                for answer in (plain(method, url, data=b"data" if method == "PUT" else None, headers=host),
                               plain(method, f"{city.base}/{bucket}/{key}", headers={**signed, **host},
                                     data=b"data" if method == "PUT" else None)):
                    assert answer.status_code == 403, (method, answer.text)
                    if method != "HEAD":
                        assert error_code(answer) == "SignatureDoesNotMatch"
                        assert "another server" in answer.text
            assert city.s3.get_object(Bucket=bucket, Key="read")["Body"].read() == b"kept"
        finally:
            city.s3.delete_object(Bucket=bucket, Key="read")
            unlink_now(Db(stack))

    @pytest.mark.parametrize("public, host, status", [
        ("http://files.example.com", "files.example.com", 404),
        ("http://files.example.com", "FILES.Example.com:80", 404),
        ("https://files.example.com", "files.example.com", 404),
        ("https://files.example.com", "files.example.com:443", 404),
        ("http://[2001:db8::1]:9000", "[2001:DB8:0::1]:9000", 404),
        ("https://files.example.com", "files.example.com:80", 403),
        ("http://files.example.com", "files.example.com:8080", 403),
        ("http://files.example.com", "other.example.com", 403)])
    def test_the_public_address_is_its_own_too(self, city, bucket, row, public, host, status):
        row(public_url=public)
        headers = city.signed("GET", f"/{bucket}/none", host=f"http://{host}", headers={"host": host})
        assert plain("GET", f"{city.base}/{bucket}/none",
                     headers={**headers, "Host": host}).status_code == status
        inner = city.signed("GET", f"/{bucket}/none")
        assert plain("GET", f"{city.base}/{bucket}/none", headers=inner).status_code == 404

    def test_a_signature_without_host_opens_no_files(self, city, row, nothing_stored):
        old = boto3.client("s3", endpoint_url=city.base, region_name="us-east-1",
                           aws_access_key_id=city.keys.user, aws_secret_access_key=city.keys.password,
                           config=Config(signature_version="s3", s3={"addressing_style": "path"}))
        for operation, method in (("put_object", "PUT"), ("get_object", "GET")):
            url = old.generate_presigned_url(operation, Params={"Bucket": city.keys.bucket, "Key": "x"})
            assert "AWSAccessKeyId=" in url
            answer = plain(method, url, data=b"d" if method == "PUT" else None)
            assert (answer.status_code, error_code(answer)) == (400, "AuthorizationHeaderMalformed")

    @pytest.mark.parametrize("column", ["is_active", "is_on"])
    def test_closed_for_new_objects(self, city, row, db, nothing_stored, column):
        row(**{column: False})
        answer = put(city.presign("put_object", city.keys.bucket, "x"))
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
        path = f"/{city.keys.bucket}/x?uploads="
        answer = plain("POST", city.base + path, headers=city.signed("POST", path))
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
        row(**{column: True})
        assert put(city.presign("put_object", city.keys.bucket, "x")).status_code == 200
        row(**{column: False})
        assert plain("DELETE", city.presign("delete_object", city.keys.bucket, "x")).status_code == 204
        unlink_now(db)


@pytest.mark.parametrize("more", ["X-Amz-Expires=60", "x-amz-expires=60", "X%2DAmz-Signature=0", "X-Amz-Date=",
                                  "X-Amz-Credential", "X-Amz-SignedHeaders=host", "X-Amz-Algorithm=x"])
def test_parameters_of_the_signature_that_are_doubled(city, bucket, nothing_stored, more):
    url = city.presign("put_object", bucket, "x")
    for doubled in (f"{url}&{more}", url.replace("?", f"?{more}&", 1)):
        answer = put(doubled)
        assert (answer.status_code, error_code(answer)) == (400, "AuthorizationHeaderMalformed")
        assert "twice" in answer.text


class TestBody:
    def test_of_another_md5(self, city, bucket, nothing_stored):
        wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
        answer = put(city.presign("put_object", bucket, "x"), **{"Content-MD5": wrong})
        assert (answer.status_code, error_code(answer)) == (400, "BadDigest")

    @pytest.mark.parametrize("text", ["x", "AAAA", "=" * 24, "A" * 24, "?" * 22 + "=="])
    def test_md5_that_is_none(self, city, bucket, nothing_stored, text):
        answer = put(city.presign("put_object", bucket, "x"), **{"Content-MD5": text})
        assert (answer.status_code, error_code(answer)) == (400, "InvalidDigest")

    @pytest.mark.parametrize("name", SUMS)
    def test_of_another_checksum(self, city, bucket, nothing_stored, db, name):
        header = f"x-amz-checksum-{name}"
        answer = put(city.presign("put_object", bucket, "x"), b"the body", **{header: SUMS[name](b"another")})
        assert (answer.status_code, error_code(answer)) == (400, "BadDigest")
        answer = put(city.presign("put_object", bucket, "summed"), b"the body", **{header: SUMS[name](b"the body")})
        assert answer.status_code == 200 and answer.headers[header] == SUMS[name](b"the body")
        city.s3.delete_object(Bucket=bucket, Key="summed")
        unlink_now(db)

    def test_part_of_another_checksum(self, city, bucket, nothing_stored):
        id = city.s3.create_multipart_upload(Bucket=bucket, Key="x")["UploadId"]
        url = city.presign("upload_part", bucket, "x", UploadId=id, PartNumber=1)
        answer = put(url, b"the part", **{"x-amz-checksum-crc32": SUMS["crc32"](b"another")})
        assert (answer.status_code, error_code(answer)) == (400, "BadDigest")
        assert "Parts" not in city.s3.list_parts(Bucket=bucket, Key="x", UploadId=id)
        city.s3.abort_multipart_upload(Bucket=bucket, Key="x", UploadId=id)

    def test_removal_of_another_checksum(self, city, bucket):
        city.s3.put_object(Bucket=bucket, Key="stays", Body=b"1")
        body = b"<Delete><Object><Key>stays</Key></Object></Delete>"
        for of, status in ((b"another", 400), (body, 200)):
            headers = city.signed("POST", f"/{bucket}?delete", body, {"x-amz-checksum-sha256": SUMS["sha256"](of)})
            assert plain("POST", f"{city.base}/{bucket}?delete", data=body, headers=headers).status_code == status
            assert ("Contents" in city.s3.list_objects_v2(Bucket=bucket, Prefix="stays")) == (status == 400)

    @pytest.mark.parametrize("headers, code", [
        ({"x-amz-checksum-crc32": "AAAA"}, "InvalidRequest"), ({"x-amz-checksum-sha1": "not base64"}, "InvalidRequest"),
        ({"x-amz-checksum-crc32": SUMS["crc32"](b"data"), "x-amz-checksum-sha1": SUMS["sha1"](b"data")}, "InvalidRequest"),
        ({"x-amz-checksum-crc64nvme": "AAAAAAAAAAA="}, "BadDigest"), ({"x-amz-checksum-xxhash3": "AAAAAAAAAAA="}, "NotImplemented"),
        ({"x-amz-trailer": "x-amz-checksum-crc32"}, "AuthorizationHeaderMalformed")])
    def test_checksum_that_is_none(self, city, bucket, nothing_stored, headers, code):
        answer = put(city.presign("put_object", bucket, "x"), b"data", **headers)
        assert (answer.status_code, error_code(answer)) == (501 if code == "NotImplemented" else 400, code)

    def test_without_a_length(self, city, bucket, nothing_stored):
        answer = put(city.presign("put_object", bucket, "x"), data=iter([b"a", b"b"]))
        assert (answer.status_code, error_code(answer)) == (411, "MissingContentLength")

    def test_too_large_is_refused_before_it_is_sent(self, city, bucket, nothing_stored):
        path = city.presign("put_object", bucket, "x")[len(city.base):]
        with city.connect() as link:
            link.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\n"
                         f"Content-Length: {1 << 50}\r\nExpect: 100-continue\r\n\r\n".encode())
            answer = final_answer(link)
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        assert b"EntityTooLarge" in answer

    def test_refused_before_it_is_sent_when_not_signed(self, city, bucket, nothing_stored):
        with city.connect() as link:
            link.sendall(f"PUT /{bucket}/x HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\n"
                         f"Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n".encode())
            answer = final_answer(link)
        assert answer.startswith(b"HTTP/1.1 403 "), answer

    def test_truncated(self, city, bucket, nothing_stored):
        path = city.presign("put_object", bucket, "x")[len(city.base):]
        with city.connect() as link:
            link.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\n"
                         "Content-Length: 100000\r\n\r\n".encode() + b"x" * 5000)

    def test_into_a_bucket_that_is_not_there(self, city, nothing_stored):
        answer = put(city.presign("put_object", "no-such-bucket", "x"))
        assert (answer.status_code, error_code(answer)) == (404, "NoSuchBucket")

    def test_key_that_is_too_long(self, city, bucket, nothing_stored):
        answer = put(city.presign("put_object", bucket, "k" * 1025))
        assert (answer.status_code, error_code(answer)) == (400, "KeyTooLongError")


@pytest.mark.parametrize("what", ["acl", "tagging", "versionId=1"])
def test_what_this_store_cannot_do_is_said(city, bucket, nothing_stored, what):
    for method in ("GET", "PUT", "POST"):
        path = f"/{bucket}/x?{what}"
        answer = plain(method, city.base + path, headers=city.signed(method, path), data=b"")
        assert (answer.status_code, error_code(answer)) == (501, "NotImplemented"), method


def test_files_of_the_store_are_not_to_be_had_by_name(city, bucket, db):
    city.s3.put_object(Bucket=bucket, Key="secret", Body=b"secret")
    path = db.value("select path from store.object where bucket = %s and key = 'secret'", bucket)
    inside = path.partition("/")[2]
    for address in (f"/.objects/{inside}", f"/{path}", "/.check", "/.again", "/.form", "/.lines/" + inside, f"/{bucket}/../.objects/{inside}"):
        answer = curl("--path-as-is", "-o", "-", "-w", "%{http_code}", city.base + address).stdout
        assert answer[-3:] in (b"403", b"404", b"400"), (address, answer)
        assert not answer.startswith(b"secret")


class TestCrash:
    """A program that dies in the middle leaves no object, no file and no half answer behind."""

    def test_worker_killed_during_a_put(self, stack, city, bucket, db, nothing_stored):
        # The row lock keeps the program at its last statement, when all files are in place.
        blocker = Db(stack)
        blocker.run("select 1", ())
        blocker.link.autocommit = False
        blocker.run("select from store.bucket where name = %s for update", (bucket,))
        url = city.presign("put_object", bucket, "crash")
        answers = []
        thread = threading.Thread(target=lambda: answers.append(put(url, os.urandom(50000))))
        thread.start()
        waiting = ("select pid from pg_stat_activity where wait_event_type = 'Lock'"
                   " and query like '%%store.object%%' and application_name like 'samovar-fcgi%%'")
        wait_for(lambda: db.value(waiting), 10, "the program waits for the lock")
        for pid in stack.workers():
            os.kill(pid, signal.SIGKILL)
        thread.join(20)
        blocker.link.rollback()
        blocker.link.close()
        assert answers[0].status_code == 503
        assert error_code(answers[0]) == "ServiceUnavailable"
        sweep(db)
        wait_for(lambda: put(city.presign("put_object", bucket, "after")).status_code == 200, 10)
        city.s3.delete_object(Bucket=bucket, Key="after")
        unlink_now(db)

    def test_nginx_killed_during_a_put(self, stack, city, bucket, db, nothing_stored):
        path = city.presign("put_object", bucket, "crash")[len(city.base):]
        with city.connect() as link:
            link.sendall(f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\n"
                         "Content-Length: 1000000\r\n\r\n".encode() + b"x" * 200000)
            wait_for(lambda: any("incoming" in f for f in city.files()), 5, "the body comes in")
            for pid in children(stack.pid("nginx")):
                os.kill(pid, signal.SIGKILL)
        sweep(db)
        wait_for(lambda: put(city.presign("put_object", bucket, "after")).status_code == 200, 10)
        city.s3.delete_object(Bucket=bucket, Key="after")
        unlink_now(db)

    def test_database_away(self, stack, city, bucket, nothing_stored):
        with stack.without("postgres"):
            answer = put(city.presign("put_object", bucket, "away"))
            assert (answer.status_code, error_code(answer)) == (503, "ServiceUnavailable")
        wait_for(lambda: put(city.presign("put_object", bucket, "back")).status_code == 200, 10)
        # Each worker notices by itself that its session is gone.
        wait_for(lambda: plain("DELETE", city.presign("delete_object", bucket, "back")).status_code == 204, 10)
        unlink_now(Db(stack))


def unlink_now(db):
    db.do("update job.job set run_at = now() where kind = 'store.unlink'")
    db.do("notify job")


def sweep(db):
    """What the hourly timer does, at once, and of whatever age."""
    job = db.value("insert into job.job (kind, subject) values ('store.sweep', '-60') returning id")
    wait_for(lambda: not db.one("select 1 from job.job where id = %s", job), 20, "the sweep has run")
