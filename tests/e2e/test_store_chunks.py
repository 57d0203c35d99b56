"""Bodies in chunks, byte for byte as newer SDKs send them (aws-chunked), and what is wrong with them."""

import base64
import hashlib
import hmac
import os
import shutil
import signal
import zlib

import pytest

from tests.conftest import wait_for
from tests.e2e import fcgi
from tests.e2e.client import word
from tests.e2e.stack import children
from tests.e2e.store import City, error_code, plain
from tests.e2e.test_store_refused import SUMS, nothing_stored  # noqa: F401

EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s2_1")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("chunks").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    return name


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def pieces(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


class Put:
    """A PUT in chunks; what a test changes before it is sent is wrong with it."""

    def __init__(self, city, path, data, kind=UNSIGNED, piece=65536, trailer=("x-amz-checksum-crc32", crc32), **headers):
        self.city, self.path, self.data, self.kind = city, path, data, kind
        self.trailer = (trailer[0], trailer[1](data)) if trailer and "TRAILER" in kind else None
        self.pieces = pieces(data, piece) + [b""]
        more = {"content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(data)), **headers}
        if self.trailer:
            more["x-amz-trailer"] = self.trailer[0]
        self.headers = city.signed("PUT", path, b"", more, payload=kind)
        authorization = self.headers["Authorization"]
        self.seed = authorization.rpartition("=")[2]
        scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")[1:]
        self.scope, self.date = "/".join(scope), self.headers["X-Amz-Date"]
        key = ("AWS4" + city.keys.password).encode()
        for word_ in scope:
            key = hmac.new(key, word_.encode(), hashlib.sha256).digest()
        self.key = key

    def sign(self, kind, before, hashed):
        text = "\n".join([kind, self.date, self.scope, before, hashed])
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def body(self):
        out, before = [], self.seed
        for piece in self.pieces:
            head = b"%x" % len(piece)
            if self.kind.startswith(SIGNED):
                before = self.sign("AWS4-HMAC-SHA256-PAYLOAD", before, EMPTY + "\n" + hashlib.sha256(piece).hexdigest())
                head += b";chunk-signature=" + before.encode()
            out.append(head + b"\r\n" + (piece + b"\r\n" if piece else b""))
        if self.trailer:
            line = ":".join(self.trailer)
            out.append(line.encode() + b"\r\n")
            if self.kind.startswith(SIGNED):
                digits = self.sign("AWS4-HMAC-SHA256-TRAILER", before, hashlib.sha256((line + "\n").encode()).hexdigest())
                out.append(b"x-amz-trailer-signature:" + digits.encode() + b"\r\n")
        return b"".join(out) + b"\r\n"

    def send(self, body=None, as_stream=False):
        body = self.body() if body is None else body
        return plain("PUT", self.city.base + self.path, data=iter(pieces(body, 100_000)) if as_stream else body,
                     headers=self.headers)


KINDS = [UNSIGNED, SIGNED, SIGNED + "-TRAILER"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_stream", [False, True], ids=["with a length", "without a length"])
@pytest.mark.parametrize("size", [0, 1, 65536, 200_001])
def test_what_is_in_the_chunks_is_stored(city, bucket, kind, as_stream, size):
    data = os.urandom(size)
    put = Put(city, f"/{bucket}/plain", data, kind, **{"x-amz-meta-a": "1"})
    answer = put.send(as_stream=as_stream)
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == f'"{hashlib.md5(data).hexdigest()}"'
    assert answer.headers.get("x-amz-checksum-crc32") == (crc32(data) if put.trailer else None)
    got = city.s3.get_object(Bucket=bucket, Key="plain")
    assert got["Body"].read() == data and got["Metadata"] == {"a": "1"}
    assert "ContentEncoding" not in got


@pytest.mark.parametrize("name", SUMS)
def test_each_checksum_behind_the_body(city, bucket, name):
    trailer = (f"x-amz-checksum-{name}", SUMS[name])
    assert Put(city, f"/{bucket}/sum", b"the body", trailer=trailer).send().status_code == 200
    wrong = (trailer[0], lambda _: SUMS[name](b"another"))
    answer = Put(city, f"/{bucket}/sum", b"another body", trailer=wrong).send()
    assert (answer.status_code, error_code(answer)) == (400, "BadDigest")
    assert city.s3.get_object(Bucket=bucket, Key="sum")["Body"].read() == b"the body"


def test_parts_too(city, bucket):
    what = {"Bucket": bucket, "Key": "parts"}
    what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
    bodies, parts = [os.urandom(5 * MIB + 3), b"end"], []
    for n, body in enumerate(bodies, 1):
        answer = Put(city, f"/{bucket}/parts?partNumber={n}&uploadId={what['UploadId']}", body, KINDS[n % 3], MIB).send()
        assert answer.status_code == 200, answer.text
        parts.append({"PartNumber": n, "ETag": answer.headers["ETag"], "ChecksumCRC32": crc32(body)})
    with pytest.raises(city.s3.exceptions.ClientError) as e:
        city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": [parts[0], {**parts[1], "ChecksumCRC32": "AAAAAA=="}]})
    assert e.value.response["Error"]["Code"] == "InvalidPart"
    city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": parts})
    assert city.s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"".join(bodies)


def test_a_coding_of_the_object_stays(city, bucket):
    assert Put(city, f"/{bucket}/coded", b"x", **{"content-encoding": "aws-chunked,gzip"}).send().status_code == 200
    assert city.s3.head_object(Bucket=bucket, Key="coded")["ContentEncoding"] == "gzip"


class TestWrong:
    @pytest.fixture(autouse=True)
    def nothing(self, nothing_stored):  # noqa: F811
        pass

    def refused(self, answer, *codes):
        assert answer.status_code in (400, 403, 411), answer.text
        assert error_code(answer) in codes

    @pytest.mark.parametrize("kind", KINDS)
    def test_altered_on_the_way(self, city, bucket, kind):
        put = Put(city, f"/{bucket}/x", b"a" * 100_000, kind)
        body = bytearray(put.body())
        body[70_000] ^= 1
        self.refused(put.send(bytes(body)), "BadDigest" if kind == UNSIGNED else "SignatureDoesNotMatch")

    @pytest.mark.parametrize("kind", KINDS)
    def test_cut_off(self, city, bucket, kind):
        put = Put(city, f"/{bucket}/x", b"a" * 100_000, kind)
        self.refused(put.send(put.body()[:80_000]), "IncompleteBody")
        self.refused(put.send(put.body()[:put.body().rindex(b"\r\n0")]), "IncompleteBody")

    @pytest.mark.parametrize("kind", [SIGNED, SIGNED + "-TRAILER"])
    def test_chunks_that_are_left_out_or_moved(self, city, bucket, kind):
        put = Put(city, f"/{bucket}/x", b"a" * 65536 + b"b" * 65536, kind)
        body = put.body()
        middle = body.index(b"\r\n10000;", 10) + 2
        end = body.index(b"\r\n0;") + 2
        self.refused(put.send(body[:middle] + body[end:]), "SignatureDoesNotMatch", "IncompleteBody")
        self.refused(put.send(body[middle:end] + body[:middle] + body[end:]), "SignatureDoesNotMatch")

    def test_more_or_less_than_announced(self, city, bucket):
        for said in (99_999, 100_001, 0):
            put = Put(city, f"/{bucket}/x", b"a" * 100_000, **{"x-amz-decoded-content-length": str(said)})
            self.refused(put.send(), "IncompleteBody")

    def test_the_trailer_that_was_announced_must_come(self, city, bucket):
        put = Put(city, f"/{bucket}/x", b"a")
        put.trailer = None
        self.refused(put.send(), "MalformedTrailerError")
        put = Put(city, f"/{bucket}/x", b"a")
        put.trailer = ("x-amz-checksum-crc32", "not base64")
        self.refused(put.send(), "MalformedTrailerError")

    def test_a_plain_body_is_not_in_chunks(self, city, bucket):
        put = Put(city, f"/{bucket}/x", b"a plain body\r\n")
        self.refused(put.send(b"a plain body\r\n" * 10), "InvalidRequest", "IncompleteBody")

    def test_without_the_length_of_what_is_inside(self, city, bucket):
        headers = city.signed("PUT", f"/{bucket}/x", b"", {"content-encoding": "aws-chunked"}, payload=UNSIGNED)
        self.refused(plain("PUT", f"{city.base}/{bucket}/x", data=b"0\r\n\r\n", headers=headers), "MissingContentLength")

    def test_larger_than_allowed(self, city, bucket):
        put = Put(city, f"/{bucket}/x", b"a", **{"x-amz-decoded-content-length": str(1 << 50)})
        self.refused(put.send(), "EntityTooLarge")

    def test_chunks_of_almost_nothing(self, city, bucket):
        """What is inside bounds the body: nobody fills the disk with heads of chunks."""
        put = Put(city, f"/{bucket}/x", b"a")
        put.headers["Content-Length"] = str(10 * MIB)
        self.refused(put.send(b"1\r\na\r\n" * (10 * MIB // 6)), "InvalidRequest")

    @pytest.mark.parametrize("trailer", ["x-amz-checksum-xxhash3", "x-amz-meta-a"])
    def test_trailers_of_other_kinds(self, city, bucket, trailer):
        answer = Put(city, f"/{bucket}/x", b"a", trailer=(trailer, lambda _: "1")).send()
        assert (answer.status_code, error_code(answer)) == (501, "NotImplemented")

    def test_beside_a_presigned_address(self, city, bucket):
        """Its maker has not said so: the frames would be stored as the object."""
        answer = plain("PUT", city.presign("put_object", bucket, "x"), data=b"1\r\na\r\n0\r\n\r\n", headers={
            "x-amz-content-sha256": UNSIGNED, "x-amz-decoded-content-length": "1", "content-encoding": "aws-chunked"})
        self.refused(answer, "AuthorizationHeaderMalformed")


def test_a_large_body_keeps_nobody_waiting(stack, instance):
    """One worker; the process that decodes stands still, and the next request is answered."""
    city, name = City(stack, "s2_1"), word("large").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    one = instance(SAMOVAR_FCGI_PROCESSES="1")
    (worker,) = children(one.process.pid)
    data = b"\0" * (256 * MIB)
    put = Put(city, f"/{name}/large", data, piece=8 * MIB)
    body = city.folder / "incoming" / word("body")
    body.write_bytes(put.body())
    if os.getuid() == 0:
        shutil.chown(body, stack.service)
    with fcgi.Link(one.path, timeout=60) as link:
        link.send(fcgi.request("PUT", f"/{name}/large", headers={**put.headers, "Host": f"127.0.0.1:{city.port}"},
                               STORE_SERVER=city.name, STORE_LENGTH="", REQUEST_BODY_FILE=str(body), CONTENT_TYPE="x/y",
                               SERVER_PORT=str(city.port)))
        (apart,) = wait_for(lambda: children(worker), 20, "a process apart", every=0.001)
        os.kill(apart, signal.SIGSTOP)
        try:
            assert fcgi.ask(one.path)[0] == 200
        finally:
            os.kill(apart, signal.SIGCONT)
        status, text = link.answer()
        assert status == 200, text
    assert city.s3.head_object(Bucket=name, Key="large")["ContentLength"] == 256 * MIB
    city.s3.delete_object(Bucket=name, Key="large")
    wait_for(lambda: children(worker) == [], 5, "the process apart is gone")
