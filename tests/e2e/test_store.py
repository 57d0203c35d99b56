"""The embedded store with boto3, which nobody here wrote: all that it should be able to do."""

import base64
import concurrent.futures
import datetime
import hashlib
import os
import shutil
import signal

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.e2e import fcgi
from tests.e2e.client import word
from tests.e2e.stack import children
from tests.e2e.store import CITIES, City, plain


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s1_1")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("bucket").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    return name


def status(error):
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def code(error):
    return error.value.response["Error"]["Code"]


def md5(data):
    return hashlib.md5(data).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 5, 65536, 3 * 1024 * 1024 + 7])
def test_what_is_put_is_got(city, bucket, size):
    data, key = os.urandom(size), f"sizes/{size}"
    put = city.s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType="image/png")
    assert put["ETag"] == f'"{md5(data)}"'
    got = city.s3.get_object(Bucket=bucket, Key=key)
    assert got["Body"].read() == data
    assert got["ContentType"] == "image/png"
    assert got["ETag"] == put["ETag"]
    head = city.s3.head_object(Bucket=bucket, Key=key)
    assert head["ContentLength"] == size
    assert head["ETag"] == put["ETag"]
    assert head["ContentType"] == "image/png"
    assert head["LastModified"] == got["LastModified"]
    age = datetime.datetime.now(datetime.timezone.utc) - head["LastModified"]
    assert abs(age.total_seconds()) < 60


@pytest.mark.parametrize("key", [
    "plain", "a b+c&d=e?f#g%h.txt", "дом/ёж.txt", "%41%2F", "double//slash/", "./dot/../dots/.",
    "..", "/begins", "~!*'()-_.", "tab\tquote\"<>", "\U0001F375 tea", "k" * 1024])
def test_keys_of_all_kinds(city, bucket, key):
    city.s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert city.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    listed = city.s3.list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]
    assert key in [entry["Key"] for entry in listed]
    url = city.presign("get_object", bucket, key)
    if "/../" not in key and key not in ("..",):  # requests rewrites those itself
        assert plain("GET", url).content == key.encode()
    city.s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError) as error:
        city.s3.get_object(Bucket=bucket, Key=key)
    assert code(error) == "NoSuchKey"


def test_a_second_put_replaces_the_first(city, bucket):
    city.s3.put_object(Bucket=bucket, Key="twice", Body=b"first", ContentType="a/b")
    city.s3.put_object(Bucket=bucket, Key="twice", Body=b"the second")
    got = city.s3.get_object(Bucket=bucket, Key="twice")
    assert got["Body"].read() == b"the second"
    assert got["ContentType"] == "binary/octet-stream"


@pytest.mark.parametrize("range_, first, last", [
    ("bytes=0-9", 0, 9), ("bytes=90-", 90, 99), ("bytes=-5", 95, 99), ("bytes=50-1000", 50, 99),
    ("bytes=-1000", 0, 99), ("bytes=99-99", 99, 99)])
def test_a_range(city, bucket, range_, first, last):
    data = bytes(range(100))
    city.s3.put_object(Bucket=bucket, Key="hundred", Body=data)
    got = city.s3.get_object(Bucket=bucket, Key="hundred", Range=range_)
    assert got["Body"].read() == data[first:last + 1]
    assert got["ContentRange"] == f"bytes {first}-{last}/100"
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    head = city.s3.head_object(Bucket=bucket, Key="hundred", Range=range_)
    assert head["ContentLength"] == last - first + 1


def test_a_range_outside(city, bucket):
    city.s3.put_object(Bucket=bucket, Key="hundred", Body=bytes(100))
    with pytest.raises(ClientError) as error:
        city.s3.get_object(Bucket=bucket, Key="hundred", Range="bytes=100-")
    assert (status(error), code(error)) == (416, "InvalidRange")
    answer = plain("GET", city.presign("get_object", bucket, "hundred"),
                   headers={"Range": "bytes=100-"})
    assert answer.headers["Content-Range"] == "bytes */100"


@pytest.mark.parametrize("range_", ["bytes=5-2", "lines=1-2", "bytes=a-b", "bytes=0-1,5-6", "bytes="])
def test_a_range_that_is_none_gives_all(city, bucket, range_):
    city.s3.put_object(Bucket=bucket, Key="hundred", Body=bytes(100))
    answer = plain("GET", city.presign("get_object", bucket, "hundred"), headers={"Range": range_})
    assert (answer.status_code, len(answer.content)) == (200, 100)


def test_conditions(city, bucket):
    put = city.s3.put_object(Bucket=bucket, Key="condition", Body=b"0123456789")
    etag, other = put["ETag"], '"' + "0" * 32 + '"'
    modified = city.s3.head_object(Bucket=bucket, Key="condition")["LastModified"]
    before, after = modified - datetime.timedelta(hours=1), modified + datetime.timedelta(hours=1)
    for call in (city.s3.get_object, city.s3.head_object):
        def status_of(**conditions):
            try:
                answer = call(Bucket=bucket, Key="condition", **conditions)
                if "Body" in answer:
                    assert answer["Body"].read() == b"0123456789"[:answer["ContentLength"]]
            except ClientError as e:
                answer = e.response
            return answer["ResponseMetadata"]["HTTPStatusCode"]

        assert status_of(IfMatch=etag) == 200
        assert status_of(IfMatch=other) == 412
        assert status_of(IfNoneMatch=etag) == 304
        assert status_of(IfNoneMatch=other) == 200
        assert status_of(IfModifiedSince=modified) == 304
        assert status_of(IfModifiedSince=after) == 304
        assert status_of(IfModifiedSince=before) == 200
        assert status_of(IfUnmodifiedSince=modified) == 200
        assert status_of(IfUnmodifiedSince=before) == 412
        assert status_of(IfMatch=etag, IfUnmodifiedSince=before) == 200
        assert status_of(IfNoneMatch=other, IfModifiedSince=after) == 200
        assert status_of(IfMatch=etag, Range="bytes=0-3") == 206


def test_if_range(city, bucket):
    etag = city.s3.put_object(Bucket=bucket, Key="if-range", Body=b"0123456789")["ETag"]
    url = city.presign("get_object", bucket, "if-range")
    same = plain("GET", url, headers={"Range": "bytes=2-3", "If-Range": etag})
    assert (same.status_code, same.content) == (206, b"23")
    other = plain("GET", url, headers={"Range": "bytes=2-3", "If-Range": '"' + "1" * 32 + '"'})
    assert (other.status_code, other.content) == (200, b"0123456789")
    assert other.headers["ETag"] == etag


def test_headers_of_a_download(city, bucket):
    """Length always, never compressed, names and types as asked."""
    text = b"word " * 5000
    city.s3.put_object(Bucket=bucket, Key="t.txt", Body=text, ContentType="text/plain")
    url = city.presign("get_object", bucket, "t.txt", ResponseContentType="application/json",
                       ResponseContentDisposition="attachment; filename=\"ё.txt\"; filename*=UTF-8''%D1%91.txt")
    answer = plain("GET", url, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["Content-Length"] == str(len(text))
    assert "Content-Encoding" not in answer.headers
    assert "Transfer-Encoding" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content == text


def test_browsers_may_call(city, bucket):
    city.s3.put_object(Bucket=bucket, Key="cors", Body=b"1")
    for method in ("PUT", "GET"):
        answer = plain("OPTIONS", f"{city.base}/{bucket}/cors?X-Amz-Signature=0", headers={
            "Origin": "http://app.example", "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "content-type"})
        assert answer.status_code in (200, 204)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert method in answer.headers["Access-Control-Allow-Methods"]
        assert "content-type" in answer.headers["Access-Control-Allow-Headers"]
    answer = plain("PUT", city.presign("put_object", bucket, "cors"), data=b"22",
                   headers={"Origin": "http://app.example", "Content-Type": "text/plain"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("version", ["s3v4", "s3", None])
def test_presigned_addresses(city, bucket, version):
    """Also as boto3 makes them when nobody says which version."""
    client = boto3.client("s3", endpoint_url=city.base, region_name="us-east-1",
                          aws_access_key_id=city.keys.user,
                          aws_secret_access_key=city.keys.password,
                          config=Config(signature_version=version))
    what = {"Bucket": bucket, "Key": f"presigned {version}/ё"}
    url = client.generate_presigned_url("put_object", Params=what, ExpiresIn=60)
    assert plain("PUT", url, data=b"abc").status_code == 200
    url = client.generate_presigned_url(
        "get_object", Params={**what, "ResponseContentType": "text/x-tea"}, ExpiresIn=60)
    answer = plain("GET", url)
    assert (answer.status_code, answer.content) == (200, b"abc")
    assert answer.headers["Content-Type"] == "text/x-tea"
    url = client.generate_presigned_url("head_object", Params=what, ExpiresIn=60)
    assert plain("HEAD", url).status_code == 200
    url = client.generate_presigned_url("delete_object", Params=what, ExpiresIn=60)
    assert plain("DELETE", url).status_code == 204
    url = client.generate_presigned_url("get_object", Params=what, ExpiresIn=60)
    assert plain("GET", url).status_code == 404


def test_bodies_that_are_hashed(city, bucket):
    data = b"checked"
    good = base64.b64encode(hashlib.md5(data).digest()).decode()
    city.s3.put_object(Bucket=bucket, Key="hashed", Body=data, ContentMD5=good)
    assert city.s3.get_object(Bucket=bucket, Key="hashed")["Body"].read() == data


def test_upload_file_and_download_file(city, bucket, tmp_path):
    data = os.urandom(2 * 1024 * 1024)
    (tmp_path / "in").write_bytes(data)
    city.s3.upload_file(str(tmp_path / "in"), bucket, "from a file")
    city.s3.download_file(bucket, "from a file", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == data


def test_a_bucket_lives_and_dies(city):
    name = word("short").replace("_", "-").lower()
    with pytest.raises(ClientError) as error:
        city.s3.head_bucket(Bucket=name)
    assert status(error) == 404
    city.s3.create_bucket(Bucket=name)
    city.s3.create_bucket(Bucket=name)
    city.s3.head_bucket(Bucket=name)
    assert name in [b["Name"] for b in city.s3.list_buckets()["Buckets"]]
    assert city.s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    city.s3.put_object(Bucket=name, Key="a", Body=b"")
    with pytest.raises(ClientError) as error:
        city.s3.delete_bucket(Bucket=name)
    assert code(error) == "BucketNotEmpty"
    city.s3.delete_object(Bucket=name, Key="a")
    city.s3.delete_bucket(Bucket=name)
    with pytest.raises(ClientError) as error:
        city.s3.put_object(Bucket=name, Key="a", Body=b"")
    assert code(error) == "NoSuchBucket"


@pytest.fixture(scope="module")
def listed(city):
    name = word("listed").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    keys = ["A", "a", "a/1", "a/2", "a/b/1", "b c", "b/1", "b/2", "c&<d>", "ё/1", "ё/2", "я"]
    for key in keys:
        city.s3.put_object(Bucket=name, Key=key, Body=key.encode())
    return name, sorted(keys, key=str.encode)


def keys_of(page):
    return [c["Key"] for c in page.get("Contents", [])]


def prefixes_of(page):
    return [p["Prefix"] for p in page.get("CommonPrefixes", [])]


def test_a_listing_is_in_the_order_of_bytes(city, listed):
    bucket, keys = listed
    page = city.s3.list_objects_v2(Bucket=bucket)
    assert keys_of(page) == keys
    assert page["KeyCount"] == len(keys)
    assert not page["IsTruncated"]
    first = page["Contents"][0]
    assert (first["Size"], first["ETag"]) == (1, f'"{md5(b"A")}"')
    assert keys_of(city.s3.list_objects(Bucket=bucket)) == keys


@pytest.mark.parametrize("most", [1, 2, 5, 12])
def test_a_listing_in_pages(city, listed, most):
    bucket, keys = listed
    for name in ("list_objects_v2", "list_objects"):
        pages = city.s3.get_paginator(name).paginate(
            Bucket=bucket, PaginationConfig={"PageSize": most})
        assert [k for page in pages for k in keys_of(page)] == keys


def test_a_listing_with_folders(city, listed):
    bucket, _ = listed
    page = city.s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert prefixes_of(page) == ["a/", "b/", "ё/"]
    assert keys_of(page) == ["A", "a", "b c", "c&<d>", "я"]
    page = city.s3.list_objects_v2(Bucket=bucket, Prefix="a/", Delimiter="/")
    assert (prefixes_of(page), keys_of(page)) == (["a/b/"], ["a/1", "a/2"])
    for name in ("list_objects_v2", "list_objects"):
        pages = list(city.s3.get_paginator(name).paginate(
            Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 1}))
        assert len(pages) == 8
        assert [p for page in pages for p in prefixes_of(page)] == ["a/", "b/", "ё/"]
    assert keys_of(city.s3.list_objects_v2(Bucket=bucket, StartAfter="c")) == ["c&<d>", "я", "ё/1", "ё/2"]
    assert keys_of(city.s3.list_objects_v2(Bucket=bucket, Prefix="zzz")) == []
    assert city.s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0


def test_many_are_deleted_at_once(city, bucket):
    keys = [f"many/{i} <&>" for i in range(30)]
    for key in keys:
        city.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    answer = city.s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": k} for k in keys + ["many/not there"]]})
    assert sorted(d["Key"] for d in answer["Deleted"]) == sorted(keys + ["many/not there"])
    assert "Contents" not in city.s3.list_objects_v2(Bucket=bucket, Prefix="many/")
    city.s3.put_object(Bucket=bucket, Key=keys[0], Body=b"x")
    answer = city.s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": keys[0]}], "Quiet": True})
    assert "Deleted" not in answer


def test_cities_are_servers_of_their_own(stack):
    cities = [City(stack, name) for name in CITIES]
    bucket = word("everywhere").replace("_", "-").lower()
    for city in cities:
        city.s3.create_bucket(Bucket=bucket)
        city.s3.put_object(Bucket=bucket, Key="name", Body=city.name.encode())
    for city in cities:
        got = city.s3.get_object(Bucket=bucket, Key="name")["Body"].read()
        assert got == city.name.encode()
    cities[0].s3.delete_object(Bucket=bucket, Key="name")
    assert "Contents" not in cities[0].s3.list_objects_v2(Bucket=bucket)
    assert cities[1].s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_an_address_of_one_city_is_nothing_in_another(stack, city, bucket):
    other = City(stack, "s1_2")
    url = city.presign("get_object", bucket, "x").replace(city.base, other.base)
    answer = plain("GET", url)
    assert answer.status_code == 403
    assert "SignatureDoesNotMatch" in answer.text


def test_many_put_the_same_key(city, bucket, db):
    bodies = [os.urandom(20000) for _ in range(12)]

    def put(body):
        return requests.put(city.presign("put_object", bucket, "raced"), data=body,
                            timeout=20).status_code

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert set(pool.map(put, bodies)) == {200}
    got = city.s3.get_object(Bucket=bucket, Key="raced")
    body = got["Body"].read()
    assert body in bodies
    assert got["ETag"] == f'"{md5(body)}"'


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_the_bytes_of_an_object_go_with_it(city, bucket, db, how):
    city.s3.put_object(Bucket=bucket, Key="gone", Body=b"private")
    path = db.value("select path from store.object where bucket = %s and key = 'gone'", bucket)
    file = city.folder.parent / path
    assert file.exists()
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    if how == "deleted":
        city.s3.delete_object(Bucket=bucket, Key="gone")
    else:
        city.s3.put_object(Bucket=bucket, Key="gone", Body=b"other")
    assert db.do("update job.job set run_at = now() where kind = 'store.unlink' and subject = %s", path) == 1
    db.do("notify job")
    wait_for(lambda: not file.exists(), 15, "the file is removed")


def test_every_change_is_recorded(city, bucket, db):
    city.s3.put_object(Bucket=bucket, Key="events", Body=b"12345")
    city.s3.delete_object(Bucket=bucket, Key="events")
    city.s3.delete_object(Bucket=bucket, Key="events")
    rows = db.all("select name, size, etag, server from store.event"
                  " where bucket = %s and key = 'events' order by id", bucket)
    assert [(r.name, r.size, r.etag, r.server) for r in rows] == [
        ("s3:ObjectCreated:Put", 5, md5(b"12345"), "s1_1"),
        ("s3:ObjectRemoved:Delete", None, None, "s1_1")]


def test_a_large_body_keeps_nobody_waiting(stack, instance, db):
    """One worker; the process that reads a large body stands still, and the next request is answered."""
    city, name = City(stack, "s2_1"), word("large").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    one = instance(SAMOVAR_FCGI_PROCESSES="1")
    (worker,) = children(one.process.pid)
    body = city.folder / "incoming" / word("body")
    with open(body, "wb") as f:
        f.truncate(1 << 30)
    if os.getuid() == 0:
        shutil.chown(body, stack.service)
    host = f"127.0.0.1:{city.port}"
    headers = city.signed("PUT", f"/{name}/large", payload="UNSIGNED-PAYLOAD")
    with fcgi.Link(one.path, timeout=60) as link:
        link.send(fcgi.request("PUT", f"/{name}/large", headers={**headers, "Host": host}, STORE_SERVER=city.name,
                               STORE_LENGTH=str(1 << 30), REQUEST_BODY_FILE=str(body), CONTENT_TYPE="x/y",
                               SERVER_PORT=str(city.port)))
        (apart,) = wait_for(lambda: children(worker), 20, "a process apart", every=0.001)
        os.kill(apart, signal.SIGSTOP)
        try:
            assert fcgi.ask(one.path)[0] == 200
        finally:
            os.kill(apart, signal.SIGCONT)
        status, text = link.answer()
        assert status == 200, text
    assert city.s3.head_object(Bucket=name, Key="large")["ContentLength"] == 1 << 30
    city.s3.delete_object(Bucket=name, Key="large")
    assert children(one.process.pid) == [worker]
    wait_for(lambda: children(worker) == [], 5, "the process apart is gone")


def test_what_is_gone_from_the_disk_is_not_there(stack, db):
    """Rows alone are no object, and a city without its folder is down."""
    city, name = City(stack, "s2_1"), word("gone").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    city.s3.put_object(Bucket=name, Key="a", Body=b"1")
    path = stack.state / "objects" / db.value("select path from store.object where bucket = %s and key = 'a'", name)
    away = path.with_suffix(".away")
    path.rename(away)
    for ask in (city.s3.head_object, city.s3.get_object):
        with pytest.raises(ClientError) as e:
            ask(Bucket=name, Key="a")
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    away.rename(path)
    assert city.s3.get_object(Bucket=name, Key="a")["Body"].read() == b"1"
    folder, aside = city.folder, city.folder.with_suffix(".aside")
    folder.rename(aside)
    try:
        with pytest.raises(ClientError) as e:
            city.s3.head_bucket(Bucket=name)
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    finally:
        aside.rename(folder)
    city.s3.head_bucket(Bucket=name)
    city.s3.delete_object(Bucket=name, Key="a")
