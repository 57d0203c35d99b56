"""Uploads by a browser's form (POST policies), and what such a form must not do."""

import hashlib
import select

import boto3
import pytest
import requests
from botocore.config import Config

from tests.conftest import wait_for
from tests.e2e.client import word
from tests.e2e.s3_clients import post_form
from tests.e2e.store import City, error_code
from tests.e2e.test_store_refused import final_answer, nothing_stored, row  # noqa: F401


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s2_1")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("forms").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(params=["s3v4", "s3"])
def sign(request, city, bucket):
    """sign(key, ...): the address and the fields of a form."""
    s3 = boto3.client("s3", endpoint_url=city.base, region_name="us-east-1", aws_access_key_id=city.keys.user,
                      aws_secret_access_key=city.keys.password,
                      config=Config(signature_version=request.param, s3={"addressing_style": "path"}))

    def sign(key="by form", bucket=bucket, **more):
        return s3.generate_presigned_post(bucket, key, **{"ExpiresIn": 60, **more})
    return sign


def test_all_that_a_form_can_say(city, bucket, sign):
    fields = {"Content-Type": "text/x-tea", "Cache-Control": "no-store", "x-amz-meta-who": "anna", "acl": "private",
              "success_action_status": "201"}
    form = sign("folder/${filename}", Fields=fields, Conditions=[{k: v} for k, v in fields.items()])
    answer = post_form(form, b"from a browser")
    assert answer.status_code == 201, answer.text
    assert answer.headers["ETag"] == f'"{hashlib.md5(b"from a browser").hexdigest()}"'
    assert answer.headers["Location"] == f"{city.base}/{bucket}/folder/name.txt"
    assert f"<Bucket>{bucket}</Bucket><Key>folder/name.txt</Key>" in answer.text
    got = city.s3.get_object(Bucket=bucket, Key="folder/name.txt")
    assert got["Body"].read() == b"from a browser"
    assert (got["ContentType"], got["CacheControl"], got["Metadata"]) == ("text/x-tea", "no-store", {"who": "anna"})


@pytest.mark.parametrize("status, wanted", [("200", 200), ("204", 204), ("201", 201), ("999", 204), (None, 204)])
def test_the_answer_is_the_forms(sign, status, wanted):
    more = {"success_action_status": status} if status else {}
    answer = post_form(sign(Fields=more, Conditions=[more] if more else []), b"x")
    assert answer.status_code == wanted
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_form_may_lead_on(bucket, sign):
    where = {"success_action_redirect": "https://app.example/done?from=form"}
    answer = post_form(sign("ё", Fields=where, Conditions=[where]), b"x")
    assert answer.status_code == 303
    assert answer.headers["Location"] == (f"https://app.example/done?from=form&bucket={bucket}&key=%D1%91&etag="
                                          f"%22{hashlib.md5(b'x').hexdigest()}%22")


class TestRefused:
    @pytest.fixture(autouse=True)
    def nothing(self, nothing_stored):  # noqa: F811
        pass

    def test_a_signature_of_nobody(self, city, bucket, sign):
        form = sign()
        for field in ("signature", "x-amz-signature"):
            if field in form["fields"]:
                form["fields"][field] = "0" * 64
        answer = post_form(form, b"x")
        assert (answer.status_code, error_code(answer)) == (403, "SignatureDoesNotMatch")
        answer = post_form({"url": form["url"], "fields": {"key": "x"}}, b"x")
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")

    def test_another_policy(self, sign):
        form = sign()
        form["fields"]["policy"] = sign("other")["fields"]["policy"]
        assert error_code(post_form(form, b"x")) == "SignatureDoesNotMatch"

    @pytest.mark.parametrize("change", [{"key": "another"}, {"x-amz-meta-more": "1"}, {"acl": "private"},
                                        {"success_action_redirect": "https://evil.example"}])
    def test_what_the_policy_does_not_say(self, sign, change):
        answer = post_form(sign(), b"x", **change)
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")

    def test_expired(self, sign):
        answer = post_form(sign(ExpiresIn=-1), b"x")
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied") and "expired" in answer.text

    def test_another_bucket(self, city, bucket, sign):
        form = sign()
        other = word("formsother").replace("_", "-").lower()
        city.s3.create_bucket(Bucket=other)
        answer = post_form({**form, "url": f"{city.base}/{other}"}, b"x")
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
        city.s3.delete_bucket(Bucket=other)

    def test_size(self, sign):
        form = sign(Conditions=[["content-length-range", 2, 4]])
        for data, code in ((b"x", "EntityTooSmall"), (b"xxxxx", "EntityTooLarge")):
            answer = post_form(form, data)
            assert (answer.status_code, error_code(answer)) == (400, code)

    @pytest.mark.parametrize("fields, code", [({"acl": "public-read"}, "NotImplemented"),
                                              ({"x-amz-server-side-encryption": "AES256"}, "NotImplemented"),
                                              ({"x-amz-storage-class": "GLACIER"}, "InvalidStorageClass"),
                                              ({"tagging": "<Tagging/>"}, "NotImplemented"),
                                              ({"x-amz-checksum-crc32": "AAAAAA=="}, "BadDigest"),
                                              ({"x-amz-meta-a": "v" * 2048}, "MetadataTooLarge")])
    def test_what_this_store_cannot_do(self, sign, fields, code):
        answer = post_form(sign(Fields=fields, Conditions=[fields]), b"x")
        assert error_code(answer) == code

    def test_peoples_files(self, city, row, sign, db):  # noqa: F811
        """A policy does not say which city it is for."""
        row()
        answer = post_form(sign("x", bucket=city.keys.bucket), b"x")
        assert (answer.status_code, error_code(answer)) in ((400, "AuthorizationHeaderMalformed"), (404, "NoSuchBucket"))
        form = sign("x", bucket=city.keys.bucket)
        answer = post_form({**form, "url": form["url"] + "?X-Amz-Algorithm=AWS4-HMAC-SHA256"}, b"x")
        assert (answer.status_code, error_code(answer)) in ((400, "AuthorizationHeaderMalformed"), (404, "NoSuchBucket"))

    def test_no_form_at_all(self, city, bucket):
        url = f"{city.base}/{bucket}"
        for data, type_ in ((b"x", "multipart/form-data"), (b"--b\r\n", "multipart/form-data; boundary=b"),
                            (b"", "multipart/form-data; boundary=b")):
            answer = requests.post(url, data=data, headers={"Content-Type": type_, "Content-Length": str(len(data))}, timeout=20)
            assert answer.status_code in (400, 411), answer.text
            error_code(answer)
        answer = requests.post(url + "/key", files={"file": b"x"}, timeout=20)
        assert (answer.status_code, error_code(answer)) == (403, "AccessDenied")
        answer = requests.post(url + "?delete", files={"file": b"x"}, timeout=20)
        assert answer.status_code in (400, 403)

    def test_larger_than_any_form(self, city, bucket):
        """Refused by its length, before a byte of it is taken in."""
        with city.connect() as link:
            link.sendall(f"POST /{bucket} HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                         f"Content-Length: {70 << 20}\r\nExpect: 100-continue\r\n\r\n".encode())
            assert b"EntityTooLarge" in final_answer(link)


def readable(links):
    return select.select(links, [], [], 0)[0]


def test_forms_do_not_fill_the_disk(city, bucket):
    """So many at once and no more: their signatures are read when their bodies are there."""
    links = []
    try:
        for _ in range(20):
            link = city.connect()
            links.append(link)
            link.sendall(f"POST /{bucket} HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                         "Content-Length: 100000\r\n\r\n".encode() + b"x" * 50000)
        wait_for(lambda: len(readable(links)) == 4, 20, "four too many are sent away")
        for link in readable(links):
            assert b"SlowDown" in final_answer(link)
        answer = requests.post(f"{city.base}/{bucket}", files={"file": b"x"}, timeout=20)
        assert (answer.status_code, error_code(answer)) == (503, "SlowDown") and answer.headers["Retry-After"]
    finally:
        for link in links:
            link.close()
