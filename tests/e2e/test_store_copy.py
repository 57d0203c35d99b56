"""What is made of objects that are there: copies, parts of copies; and conditional writes of many at once."""

import datetime
import hashlib
import os

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e.client import together, word
from tests.e2e.store import City, error_code, plain

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s1_2")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("copied").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def source(city, bucket):
    """source(body): an object with all that can be told with one, as CopySource names it."""
    def source(body=b"the source", key=None, **more):
        key = key or word("from")
        city.s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/x-tea", Metadata={"mtime": "17"},
                           CacheControl="no-store", **more)
        return {"Bucket": bucket, "Key": key}
    return source


def code(error):
    return error.value.response["Error"]["Code"]


def body_of(city, bucket, key):
    return city.s3.get_object(Bucket=bucket, Key=key)["Body"].read()


class TestObject:
    @pytest.mark.parametrize("key", ["plain", "a b+c%41&d", "дом/ёж.txt", "q?versionId=x"])
    def test_a_copy_is_as_its_source(self, city, bucket, source, key, db):
        made = city.s3.copy_object(Bucket=bucket, Key=key + " copy", CopySource=source(key=key))
        assert made["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"the source").hexdigest()}"'
        got = city.s3.get_object(Bucket=bucket, Key=key + " copy")
        assert got["Body"].read() == b"the source"
        assert (got["ContentType"], got["Metadata"], got["CacheControl"]) == ("text/x-tea", {"mtime": "17"}, "no-store")
        assert got["LastModified"] == made["CopyObjectResult"]["LastModified"]
        assert db.value("select name from store.event where bucket = %s and key = %s", bucket, key + " copy") \
            == "s3:ObjectCreated:Copy"

    def test_its_bytes_are_shared_and_outlive_the_source(self, city, bucket, source, db):
        frm = source(b"x" * MIB)
        city.s3.copy_object(Bucket=bucket, Key="shares", CopySource=frm)
        inodes = {(city.folder.parent / r.path).stat().st_ino for r in db.all(
            "select path from store.object where bucket = %s and key in (%s, 'shares')", bucket, frm["Key"])}
        assert len(inodes) == 1
        city.s3.delete_object(**frm)
        db.do("update job.job set run_at = now() where kind = 'store.unlink'")
        db.do("notify job")
        assert body_of(city, bucket, "shares") == b"x" * MIB

    def test_replaced_metadata(self, city, bucket, source):
        frm = source()
        city.s3.copy_object(Bucket=bucket, Key="replaced", CopySource=frm, MetadataDirective="REPLACE",
                            Metadata={"new": "1"}, ContentLanguage="ru")
        head = city.s3.head_object(Bucket=bucket, Key="replaced")
        assert (head["Metadata"], head["ContentLanguage"], head["ContentType"]) == ({"new": "1"}, "ru", "binary/octet-stream")
        assert "CacheControl" not in head

    def test_to_itself_only_to_replace(self, city, bucket, source):
        frm = source()
        with pytest.raises(ClientError) as e:
            city.s3.copy_object(**frm, CopySource=frm)
        assert code(e) == "InvalidRequest"
        city.s3.copy_object(**frm, CopySource=frm, MetadataDirective="REPLACE", Metadata={"touched": "1"})
        assert city.s3.head_object(**frm)["Metadata"] == {"touched": "1"}
        assert body_of(city, bucket, frm["Key"]) == b"the source"

    def test_of_an_object_in_parts(self, city, bucket, db):
        what = {"Bucket": bucket, "Key": "in parts"}
        what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
        parts = [{"PartNumber": n, "ETag": city.s3.upload_part(**what, PartNumber=n, Body=b)["ETag"]}
                 for n, b in ((1, b"1" * 5 * MIB), (2, b"2"))]
        whole = city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": parts})["ETag"]
        made = city.s3.copy_object(Bucket=bucket, Key="in parts copy", CopySource={"Bucket": bucket, "Key": "in parts"})
        assert made["CopyObjectResult"]["ETag"] == whole
        assert db.value("select parts from store.object where bucket = %s and key = 'in parts copy'", bucket) == [5 * MIB, 1]

    def test_between_buckets(self, city, bucket, source):
        other = word("other").replace("_", "-").lower()
        city.s3.create_bucket(Bucket=other)
        frm = source()
        city.s3.copy_object(Bucket=other, Key="k", CopySource=frm)
        assert body_of(city, other, "k") == b"the source"
        for bad, wanted in (({"Bucket": "no-such-bucket", "Key": "k"}, "NoSuchBucket"), ({"Bucket": other, "Key": "no"}, "NoSuchKey")):
            with pytest.raises(ClientError) as e:
                city.s3.copy_object(Bucket=other, Key="l", CopySource=bad)
            assert code(e) == wanted
        with pytest.raises(ClientError) as e:
            city.s3.copy_object(Bucket="no-such-bucket", Key="k", CopySource=frm)
        assert code(e) == "NoSuchBucket"

    def test_conditions_on_the_source(self, city, bucket, source):
        frm = source()
        head = city.s3.head_object(**frm)
        hour = datetime.timedelta(hours=1)
        for condition, fine in (
                ({"CopySourceIfMatch": head["ETag"]}, True), ({"CopySourceIfMatch": '"0"'}, False),
                ({"CopySourceIfNoneMatch": head["ETag"]}, False), ({"CopySourceIfNoneMatch": '"0"'}, True),
                ({"CopySourceIfModifiedSince": head["LastModified"]}, False),
                ({"CopySourceIfModifiedSince": head["LastModified"] - hour}, True),
                ({"CopySourceIfUnmodifiedSince": head["LastModified"]}, True),
                ({"CopySourceIfUnmodifiedSince": head["LastModified"] - hour}, False),
                ({"CopySourceIfMatch": head["ETag"], "CopySourceIfUnmodifiedSince": head["LastModified"] - hour}, True)):
            if fine:
                city.s3.copy_object(Bucket=bucket, Key="conditional", CopySource=frm, **condition)
                continue
            with pytest.raises(ClientError) as e:
                city.s3.copy_object(Bucket=bucket, Key="conditional", CopySource=frm, **condition)
            assert code(e) == "PreconditionFailed", condition

    @pytest.mark.parametrize("how", ["unsigned", "version 2", "no source"])
    def test_a_link_copies_nothing_but_what_was_signed(self, city, bucket, source, how):
        frm = source(b"secret")
        name = f"/{bucket}/{frm['Key']}"
        if how == "version 2":
            old = boto3.client("s3", endpoint_url=city.base, region_name="us-east-1", aws_access_key_id=city.keys.user,
                               aws_secret_access_key=city.keys.password,
                               config=Config(signature_version="s3", s3={"addressing_style": "path"}))
            url = old.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "stolen"})
        else:
            url = city.presign("put_object", bucket, "stolen")
        answer = plain("PUT", url, headers={"x-amz-copy-source": name if how != "no source" else "nonsense"})
        assert (answer.status_code, error_code(answer)) == (400, "AuthorizationHeaderMalformed")
        with pytest.raises(ClientError):
            city.s3.head_object(Bucket=bucket, Key="stolen")

    @pytest.mark.parametrize("source_, wanted", [("nonsense", "InvalidArgument"), ("/b/", "InvalidArgument"), ("//k", "InvalidArgument"),
                                                 ("/b/k?versionId=1", "NotImplemented")])
    def test_what_is_no_source(self, city, bucket, source_, wanted):
        headers = city.signed("PUT", f"/{bucket}/x", headers={"x-amz-copy-source": source_})
        answer = plain("PUT", f"{city.base}/{bucket}/x", headers=headers)
        assert error_code(answer) == wanted


class TestPart:
    def test_parts_of_a_copy(self, city, bucket, source):
        data = os.urandom(12 * MIB)
        frm = source(data)
        what = {"Bucket": bucket, "Key": "copied in parts"}
        what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
        cuts, parts = [(0, 5 * MIB), (5 * MIB, 10 * MIB), (10 * MIB, len(data))], []
        for n, (first, end) in enumerate(cuts, 1):
            made = city.s3.upload_part_copy(**what, PartNumber=n, CopySource=frm, CopySourceRange=f"bytes={first}-{end - 1}")
            assert made["CopyPartResult"]["ETag"] == f'"{hashlib.md5(data[first:end]).hexdigest()}"'
            parts.append({"PartNumber": n, "ETag": made["CopyPartResult"]["ETag"]})
        city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": parts})
        assert body_of(city, bucket, "copied in parts") == data

    def test_a_whole_object_as_a_part(self, city, bucket, source):
        frm, what = source(b"all of it"), {"Bucket": bucket, "Key": "one part"}
        what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
        made = city.s3.upload_part_copy(**what, PartNumber=1, CopySource=frm)["CopyPartResult"]["ETag"]
        assert made == f'"{hashlib.md5(b"all of it").hexdigest()}"'
        city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": made}]})
        assert body_of(city, bucket, "one part") == b"all of it" == body_of(city, bucket, frm["Key"])

    @pytest.mark.parametrize("range_", ["bytes=0-10", "bytes=5-", "bytes=-5", "bytes=10-20", "0-5", "bytes=5-2"])
    def test_a_range_must_be_whole_and_inside(self, city, bucket, source, range_):
        frm, what = source(b"0123456789"), {"Bucket": bucket, "Key": "bad range"}
        what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
        with pytest.raises(ClientError) as e:
            city.s3.upload_part_copy(**what, PartNumber=1, CopySource=frm, CopySourceRange=range_)
        assert code(e) == "InvalidArgument"
        assert "Parts" not in city.s3.list_parts(**what)
        city.s3.abort_multipart_upload(**what)


class TestManyAtOnce:
    """The statement that stores judges the condition, so one of many wins, whatever they had seen before."""

    def test_one_creates(self, city, bucket):
        url = city.presign("put_object", bucket, "created")
        answers = together(12, lambda n: plain("PUT", url, data=b"%d" % n * 20000, headers={"If-None-Match": "*"}))
        assert sorted(a.status_code for a in answers) == [200] + [412] * 11
        (winner,) = [n for n, a in enumerate(answers) if a.status_code == 200]
        assert body_of(city, bucket, "created") == b"%d" % winner * 20000

    def test_one_changes_what_it_has_seen(self, city, bucket):
        """A counter that all raise, each from what it has read, loses nothing."""
        city.s3.put_object(Bucket=bucket, Key="counter", Body=b"0")
        url = city.presign("put_object", bucket, "counter")

        def raise_it(_):
            for _ in range(200):
                got = plain("GET", city.presign("get_object", bucket, "counter"))
                answer = plain("PUT", url, data=b"%d" % (int(got.content) + 1), headers={"If-Match": got.headers["ETag"]})
                if answer.status_code == 200:
                    return
                assert answer.status_code == 412
            raise AssertionError("never")
        together(8, raise_it)
        assert body_of(city, bucket, "counter") == b"8"

    def test_one_completes(self, city, bucket):
        uploads = []
        for n in range(6):
            what = {"Bucket": bucket, "Key": "completed"}
            what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
            etag = city.s3.upload_part(**what, PartNumber=1, Body=b"%d" % n)["ETag"]
            uploads.append((what["UploadId"], etag))

        def complete(n):
            id, etag = uploads[n]
            return plain("POST", city.presign("complete_multipart_upload", bucket, "completed", UploadId=id),
                         data=f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
                              "</CompleteMultipartUpload>", headers={"If-None-Match": "*"})
        answers = together(6, complete)
        assert sorted(a.status_code for a in answers) == [200] + [412] * 5
        (winner,) = [n for n, a in enumerate(answers) if a.status_code == 200]
        assert body_of(city, bucket, "completed") == b"%d" % winner
        for n, (id, _) in enumerate(uploads):
            if n != winner:
                city.s3.abort_multipart_upload(Bucket=bucket, Key="completed", UploadId=id)

    def test_of_two_completions_with_one_list_both_hear_of_it(self, city, bucket):
        what = {"Bucket": bucket, "Key": "twice"}
        what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
        etag = city.s3.upload_part(**what, PartNumber=1, Body=b"x" * MIB)["ETag"]
        done = together(4, lambda _: city.client().complete_multipart_upload(
            **what, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})["ETag"])
        assert len(set(done)) == 1
