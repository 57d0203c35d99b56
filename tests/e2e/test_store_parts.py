"""Uploads in parts to the embedded store, as boto3's upload_file makes them of larger files."""

import hashlib
import os

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.store import City

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s1_3")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("parts").lower()
    city.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def upload(city, bucket):
    """upload(): a new one, as the words that name it."""
    def upload(key=None, **more):
        what = {"Bucket": bucket, "Key": key or word("key")}
        return {**what, "UploadId": city.s3.create_multipart_upload(**what, **more)["UploadId"]}
    return upload


def put(city, what, number, body):
    return {"PartNumber": number,
            "ETag": city.s3.upload_part(**what, PartNumber=number, Body=body)["ETag"]}


def complete(city, what, parts):
    return city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": parts})


def code(error):
    return error.value.response["Error"]["Code"]


def etag_of(*bodies):
    whole = hashlib.md5(b"".join(hashlib.md5(b).digest() for b in bodies)).hexdigest()
    return f'"{whole}-{len(bodies)}"'


def part_files(city, db):
    return db.value("select count(*) from store.part p join store.upload u on u.id = p.upload_id"
                    " where u.server = %s", city.name)


def test_upload_file_sends_a_large_file_in_parts(city, bucket, tmp_path):
    data = os.urandom(20 * MIB + 12345)
    (tmp_path / "in").write_bytes(data)
    city.s3.upload_file(str(tmp_path / "in"), bucket, "large", ExtraArgs={"ContentType": "a/b"})
    head = city.s3.head_object(Bucket=bucket, Key="large")
    assert (head["ContentLength"], head["ContentType"]) == (len(data), "a/b")
    assert head["ETag"].endswith('-3"')
    city.s3.download_file(bucket, "large", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == data
    got = city.s3.get_object(Bucket=bucket, Key="large", Range=f"bytes={8 * MIB - 2}-{8 * MIB + 1}")
    assert got["Body"].read() == data[8 * MIB - 2:8 * MIB + 2]


def test_parts_become_one_object_in_the_order_of_numbers(city, upload, db):
    what, first, last = upload(), os.urandom(5 * MIB), b"the end"
    second = put(city, what, 7, last)
    parts = [put(city, what, 2, first), second]
    answer = complete(city, what, parts)
    assert answer["ETag"] == etag_of(first, last)
    got = city.s3.get_object(Bucket=what["Bucket"], Key=what["Key"])
    assert got["Body"].read() == first + last
    assert got["ETag"] == answer["ETag"]
    event = db.one("select name, size from store.event where key = %s", what["Key"])
    assert tuple(event) == ("s3:ObjectCreated:CompleteMultipartUpload", 5 * MIB + 7)


def test_a_part_sent_again_replaces_the_first(city, upload):
    what = upload()
    put(city, what, 1, b"wrong")
    part = put(city, what, 1, b"right")
    complete(city, what, [part])
    assert city.s3.get_object(Bucket=what["Bucket"], Key=what["Key"])["Body"].read() == b"right"


def test_parts_that_are_not_named_are_left_out(city, upload, db):
    what = upload()
    put(city, what, 1, b"no")
    complete(city, what, [put(city, what, 2, b"yes")])
    assert city.s3.get_object(Bucket=what["Bucket"], Key=what["Key"])["Body"].read() == b"yes"


def test_parts_and_uploads_are_listed(city, upload):
    what = upload("listed <&>")
    parts = [put(city, what, n, b"x" * n) for n in (3, 1)]
    listed = city.s3.list_parts(**what)["Parts"]
    assert [(p["PartNumber"], p["Size"], p["ETag"]) for p in listed] == [
        (1, 1, parts[1]["ETag"]), (3, 3, parts[0]["ETag"])]
    opened = city.s3.list_multipart_uploads(Bucket=what["Bucket"])["Uploads"]
    assert ("listed <&>", what["UploadId"]) in [(u["Key"], u["UploadId"]) for u in opened]
    city.s3.abort_multipart_upload(**what)
    opened = city.s3.list_multipart_uploads(Bucket=what["Bucket"]).get("Uploads", [])
    assert what["UploadId"] not in [u["UploadId"] for u in opened]


def test_an_upload_that_is_given_up_leaves_nothing(city, upload, db):
    before = city.files()
    what = upload()
    put(city, what, 1, b"x" * 100000)
    assert city.files() != before
    city.s3.abort_multipart_upload(**what)
    wait_for(lambda: city.files() == before, 5, "the part is removed")
    for call in (lambda: put(city, what, 2, b"late"), lambda: city.s3.list_parts(**what),
                 lambda: complete(city, what, [{"PartNumber": 1, "ETag": "x"}]),
                 lambda: city.s3.abort_multipart_upload(**what)):
        with pytest.raises(ClientError) as error:
            call()
        assert code(error) == "NoSuchUpload"
    assert city.files() == before


def test_nothing_is_there_before_the_end(city, upload):
    what = upload()
    put(city, what, 1, b"x")
    with pytest.raises(ClientError) as error:
        city.s3.get_object(Bucket=what["Bucket"], Key=what["Key"])
    assert code(error) == "NoSuchKey"


def test_what_cannot_be_completed(city, upload):
    what = upload()
    small, large = put(city, what, 1, b"small"), put(city, what, 2, b"x" * 5 * MIB)
    for parts, wanted in (([{**small, "ETag": '"' + "0" * 32 + '"'}], "InvalidPart"),
                          ([small, {**small, "PartNumber": 9}], "EntityTooSmall"),
                          ([large, {**small, "PartNumber": 9}], "InvalidPart"),
                          ([large, small], "InvalidPartOrder"), ([large, large], "InvalidPartOrder"),
                          ([small, large], "EntityTooSmall")):
        with pytest.raises(ClientError) as error:
            complete(city, what, parts)
        assert code(error) == wanted, parts
    complete(city, what, [large])


@pytest.mark.parametrize("number", [0, 10001, -1])
def test_a_number_that_is_none(city, upload, number):
    what = upload()
    with pytest.raises(ClientError) as error:
        put(city, what, number, b"x")
    assert code(error) == "InvalidArgument"


def test_an_upload_belongs_to_its_key(city, upload):
    what = upload()
    with pytest.raises(ClientError) as error:
        put(city, {**what, "Key": "other"}, 1, b"x")
    assert code(error) == "NoSuchUpload"


def test_parts_of_an_open_upload_are_not_swept(city, upload, db):
    what = upload()
    part = put(city, what, 1, b"kept")
    job = db.value("insert into job.job (kind, subject) values ('store.sweep', '-60') returning id")
    wait_for(lambda: not db.one("select 1 from job.job where id = %s", job), 20, "the sweep has run")
    complete(city, what, [part])
    assert city.s3.get_object(Bucket=what["Bucket"], Key=what["Key"])["Body"].read() == b"kept"


def test_an_upload_of_last_week_is_given_up(city, upload, db):
    what = upload()
    put(city, what, 1, b"old")
    db.do("update store.upload set created = now() - interval '8 days' where id = %s", what["UploadId"])
    before = part_files(city, db)
    assert before > 0
    job = db.value("insert into job.job (kind, subject) values ('store.sweep', '-60') returning id")
    wait_for(lambda: not db.one("select 1 from job.job where id = %s", job), 20, "the sweep has run")
    assert part_files(city, db) == before - 1
