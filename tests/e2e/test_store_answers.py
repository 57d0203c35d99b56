"""What clients of S3 read in the embedded store's answers: status lines, headers, regions, names, XML."""

import hashlib
import re
import socket
import xml.etree.ElementTree as ET

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.e2e import fcgi
from tests.e2e.client import word
from tests.e2e.store import City, error_code, plain

S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s1_1")


@pytest.fixture(scope="module")
def bucket(city):
    name = word("answers").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=name)
    return name


def raw(port, request):
    """The whole answer to a request as it is written."""
    with socket.create_connection(("127.0.0.1", port), 10) as link:
        link.sendall(request)
        link.settimeout(10)
        out = b""
        while more := link.recv(65536):
            out += more
    return out


@pytest.mark.parametrize("path", ["/movies/api/v1/films", "/users/api/v1/users/me/", "/docs/", "/healthz", "/nowhere.js"])
def test_a_status_line_has_its_space(stack, path):
    """RFC 9112, 4: the space behind the code is obligatory."""
    answer = raw(stack.port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert re.match(rb"HTTP/1\.1 \d\d\d [A-Z][A-Za-z -]*\r\n", answer), answer[:60]


class TestOneDecoding:
    """A presigned address opens what was signed, however its slashes are written."""

    def test_a_download_link_lists_no_bucket(self, city, bucket):
        city.s3.put_object(Bucket=bucket, Key="a/b", Body=b"the object")
        url = city.presign("get_object", bucket, "a/b")
        for written in (f"/{bucket}%2Fa%2Fb", f"/{bucket}%2fa/b", f"/{bucket}/a%2Fb"):
            answer = raw_get(city, url.replace(f"/{bucket}/a/b", written))
            assert answer.endswith(b"\r\n\r\nthe object"), (written, answer)

    def test_an_upload_link_makes_no_bucket(self, city, db):
        name = word("made").replace("_", "-").lower()
        url = city.presign("put_object", name, "key")
        answer = plain("PUT", url.replace(f"/{name}/key", f"/{name}%2Fkey"), data=b"x")
        assert (answer.status_code, error_code(answer)) == (404, "NoSuchBucket")
        assert db.value("select count(*) from store.bucket where name in (%s, %s)", name, name + "/key") == 0

    def test_a_link_to_delete_an_object_deletes_no_bucket(self, city, db):
        name = word("emptied").replace("_", "-").lower()
        city.s3.create_bucket(Bucket=name)
        url = city.presign("delete_object", name, "key")
        assert plain("DELETE", url.replace("/key", "%2Fkey")).status_code == 204
        city.s3.head_bucket(Bucket=name)


def raw_get(city, url):
    path = url[len(city.base):]
    return raw(city.port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{city.port}\r\nConnection: close\r\n\r\n".encode())


class TestCompletion:
    @pytest.fixture
    def parts(self, city, bucket):
        what = {"Bucket": bucket, "Key": word("whole") + " ё"}
        what["UploadId"] = city.s3.create_multipart_upload(**what)["UploadId"]
        bodies = [b"A" * 5 * MIB, b"end"]
        listed = [{"PartNumber": n, "ETag": city.s3.upload_part(**what, PartNumber=n, Body=body)["ETag"]}
                  for n, body in enumerate(bodies, 1)]
        return what, listed

    def test_it_says_where_the_object_is(self, city, parts):
        what, listed = parts
        done = city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": listed})
        assert (done["Bucket"], done["Key"]) == (what["Bucket"], what["Key"])
        assert done["Location"] == f"{city.base}/{what['Bucket']}/{what['Key'].replace(' ё', '%20%D1%91')}"

    def test_the_same_list_once_more_is_fine(self, city, parts):
        what, listed = parts
        first = city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": listed})
        again = city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": listed})
        assert again["ETag"] == first["ETag"]
        for other in (listed[:1], listed[1:], [{**listed[0], "ETag": "0" * 32}, listed[1]]):
            with pytest.raises(ClientError) as e:
                city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": other})
            assert e.value.response["Error"]["Code"] == "NoSuchUpload"
        city.s3.put_object(Bucket=what["Bucket"], Key=what["Key"], Body=b"another")
        with pytest.raises(ClientError) as e:
            city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": listed})
        assert e.value.response["Error"]["Code"] == "NoSuchUpload"

    @pytest.mark.parametrize("condition, code", [({"If-None-Match": "*"}, "PreconditionFailed"),
                                                 ({"If-Match": "0" * 32}, "PreconditionFailed")])
    def test_a_condition_leaves_what_is_there(self, city, parts, condition, code):
        what, listed = parts
        city.s3.put_object(Bucket=what["Bucket"], Key=what["Key"], Body=b"there")
        body = "<CompleteMultipartUpload>" + "".join(
            f"<Part><PartNumber>{p['PartNumber']}</PartNumber><ETag>{p['ETag']}</ETag></Part>" for p in listed) \
            + "</CompleteMultipartUpload>"
        url = city.presign("complete_multipart_upload", what["Bucket"], what["Key"], UploadId=what["UploadId"])
        answer = plain("POST", url, data=body.encode(), headers=condition)
        assert (answer.status_code, error_code(answer)) == (412, code)
        assert city.s3.get_object(Bucket=what["Bucket"], Key=what["Key"])["Body"].read() == b"there"
        # The upload is as it was.
        city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": listed})


class TestHeaders:
    def test_not_modified_has_what_the_whole_has(self, city, bucket):
        put = city.s3.put_object(Bucket=bucket, Key="cached", Body=b"1", CacheControl="max-age=60")
        url = city.presign("get_object", bucket, "cached")
        for condition in ({"If-None-Match": "*"}, {"If-None-Match": put["ETag"]},
                          {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}):
            for method, address in (("GET", url), ("HEAD", city.presign("head_object", bucket, "cached"))):
                answer = plain(method, address, headers=condition)
                assert answer.status_code == 304, (method, condition)
                assert answer.headers["ETag"] == put["ETag"]
                assert answer.headers["Cache-Control"] == "max-age=60"
                assert answer.headers["Last-Modified"] and answer.headers["x-amz-request-id"]
                assert answer.headers["Access-Control-Allow-Origin"] == "*"

    def test_what_browsers_may_read(self, city, bucket):
        city.s3.put_object(Bucket=bucket, Key="pdf", Body=b"12345")
        answer = plain("GET", city.presign("get_object", bucket, "pdf"), headers={"Origin": "http://viewer.example"})
        exposed = {h.strip() for h in answer.headers["Access-Control-Expose-Headers"].split(",")}
        assert {"ETag", "Accept-Ranges", "Content-Range", "Content-Length", "x-amz-request-id", "*"} <= exposed
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_refusal_can_be_read_by_a_browser(self, stack, bucket):
        """Also of a body that was not taken in: otherwise it is told as a fault of CORS."""
        city, origin = City(stack, "s2_1"), {"Origin": "http://app.example"}
        name = word("away").replace("_", "-").lower()
        city.s3.create_bucket(Bucket=name)
        city.s3.put_object(Bucket=name, Key="k", Body=b"1")
        urls = {method: city.presign(operation, name, "k") for method, operation in
                (("PUT", "put_object"), ("GET", "get_object"))}
        folder = city.folder.rename(city.folder.with_suffix(".aside"))
        try:
            for method, url in urls.items():
                answer = plain(method, url, data=b"x" if method == "PUT" else None, headers=origin)
                assert (answer.status_code, error_code(answer)) == (503, "ServiceUnavailable"), method
                assert answer.headers["Access-Control-Allow-Origin"] == "*"
                assert answer.headers["x-amz-request-id"]
        finally:
            folder.rename(city.folder)
        for status, url in ((403, urls["PUT"] + "0"), (404, urls["GET"].replace("/k?", "/l?"))):
            answer = plain("PUT" if status == 403 else "GET", url, headers=origin, data=b"x" if status == 403 else None)
            assert answer.headers["Access-Control-Allow-Origin"] == "*" and answer.headers["x-amz-request-id"]

    @pytest.mark.parametrize("condition", [{}, {"If-Match": "*"}, {"If-Range": "etag", "Range": "bytes=0-1"},
                                           {"Range": "bytes=1-2"}])
    def test_all_six_overrides_are_followed(self, city, bucket, condition):
        etag = city.s3.put_object(Bucket=bucket, Key="six", Body=b"12345", ContentLanguage="ru",
                                  CacheControl="no-store", ContentEncoding="identity")["ETag"]
        asked = {"ResponseCacheControl": "max-age=5", "ResponseContentDisposition": 'attachment; filename="ё"',
                 "ResponseContentEncoding": "x-tea", "ResponseContentLanguage": "en", "ResponseContentType": "text/x-tea",
                 "ResponseExpires": "Fri, 01 Jan 2100 00:00:00 GMT"}
        told = {"Cache-Control": "max-age=5", "Content-Encoding": "x-tea", "Content-Language": "en",
                "Content-Type": "text/x-tea", "Expires": "Fri, 01 Jan 2100 00:00:00 GMT"}
        url = city.presign("get_object", bucket, "six", **asked)
        answer = plain("GET", url, headers={k: etag if v == "etag" else v for k, v in condition.items()})
        assert answer.status_code == (206 if "Range" in condition else 200)
        assert {name: answer.headers.get(name) for name in told} == told
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        head = plain("HEAD", city.signed_url("HEAD", f"/{bucket}/six?" + url.partition("?")[2].partition("&X-Amz")[0]))
        assert {name: head.headers.get(name) for name in told} == told

    @pytest.mark.parametrize("last", [2 ** 63 - 1, 2 ** 63, 2 ** 64, 10 ** 40])
    def test_a_range_may_end_beyond_all_numbers(self, city, bucket, last):
        city.s3.put_object(Bucket=bucket, Key="range", Body=b"0123456789")
        for method, operation in (("GET", "get_object"), ("HEAD", "head_object")):
            answer = plain(method, city.presign(operation, bucket, "range"), headers={"Range": f"bytes=2-{last}"})
            assert answer.status_code == 206, method
            assert answer.headers["Content-Range"] == "bytes 2-9/10"
            assert answer.headers["Content-Length"] == "8"


class TestRegion:
    @pytest.mark.parametrize("call", ["GET", "PUT"])
    def test_another_one_is_named(self, city, bucket, call):
        """s3cmd signs for "US" until it is told otherwise."""
        abroad = boto3.client("s3", endpoint_url=city.base, region_name="US", aws_access_key_id=city.keys.user,
                              aws_secret_access_key=city.keys.password,
                              config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
        url = abroad.generate_presigned_url("get_object" if call == "GET" else "put_object",
                                            Params={"Bucket": bucket, "Key": "k"})
        answer = plain(call, url, data=b"x" if call == "PUT" else None)
        assert (answer.status_code, error_code(answer)) == (400, "AuthorizationHeaderMalformed")
        assert "<Region>us-east-1</Region>" in answer.text
        assert "the region &#39;US&#39; is wrong; expecting &#39;us-east-1&#39;" in answer.text

    def test_a_bucket_says_its_own(self, city, bucket):
        head = city.s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
        assert head["x-amz-bucket-region"] == "us-east-1"


class TestNames:
    @pytest.mark.parametrize("name", ["a..b", "192.168.1.1", "a.-b", "xn--bucket", "bucket-s3alias", "Capital", "ab"])
    def test_buckets_that_s3_would_not_make(self, city, name):
        answer = plain("PUT", city.signed_url("PUT", f"/{name}"), data=b"")
        assert (answer.status_code, error_code(answer)) == (400, "InvalidBucketName")

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.3.2.1", "LOCALHOST"])
    def test_a_machine_calls_itself_as_it_likes(self, city, bucket, host):
        where = f"http://{host}:{city.port}"
        signed = city.signed("GET", f"/{bucket}?list-type=2", host=where, headers={"host": f"{host}:{city.port}"})
        answer = plain("GET", f"{city.base}/{bucket}?list-type=2", headers={**signed, "Host": f"{host}:{city.port}"})
        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize("host", ["localhost:1", "files.example", "10.0.0.1"])
    def test_but_not_by_the_names_of_others(self, city, bucket, host):
        signed = city.signed("GET", f"/{bucket}", host=f"http://{host}", headers={"host": host})
        answer = plain("GET", f"{city.base}/{bucket}", headers={**signed, "Host": host})
        assert (answer.status_code, error_code(answer)) == (403, "SignatureDoesNotMatch")

    @pytest.mark.parametrize("hosts, host, status", [
        ("other.lan files.lan", "files.lan:{port}", 200), ("files.lan", "FILES.lan:{port}", 200),
        ("files.lan:8080", "files.lan:8080", 200), ("s1_1=files.lan", "files.lan:{port}", 200),
        ("s1_2=files.lan", "files.lan:{port}", 403), ("files.lan", "files.lan:1", 403), ("", "files.lan:{port}", 403)])
    def test_names_of_the_settings(self, city, bucket, instance, hosts, host, status):
        one = instance(SAMOVAR_STORE_HOSTS=hosts)
        host = host.format(port=city.port)
        signed = city.signed("GET", f"/{bucket}", host=f"http://{host}", headers={"host": host})
        with fcgi.Link(one.path) as link:
            link.send(fcgi.request("GET", f"/{bucket}", headers={**signed, "Host": host}, STORE_SERVER=city.name,
                                   SERVER_PORT=str(city.port)))
            assert link.answer()[0] == status


class TestXml:
    @pytest.mark.parametrize("key", ["cr\rname", "crlf\r\nname", "tab\tname", "line\nname"])
    def test_white_space_in_keys_survives(self, city, bucket, key):
        city.s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        assert city.s3.create_multipart_upload(Bucket=bucket, Key=key)["Key"] == key
        listed = city.s3.list_objects_v2(Bucket=bucket, Prefix=key[:3])
        assert key in [entry["Key"] for entry in listed["Contents"]]
        plainly = ET.fromstring(plain("GET", city.signed_url("GET", f"/{bucket}?list-type=2&prefix={key[:3]}")).content)
        assert key in [e.text for e in plainly.iter(S3 + "Key")]
        done = city.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}]})
        assert [d["Key"] for d in done["Deleted"]] == [key]
        with pytest.raises(ClientError):
            city.s3.head_object(Bucket=bucket, Key=key)

    @pytest.mark.parametrize("key", ["a\x01b", "bell\x07", "esc\x1b[0m", "none\ufffe"])
    def test_what_xml_cannot_hold_is_no_key(self, city, bucket, key):
        for call in (lambda: city.s3.put_object(Bucket=bucket, Key=key, Body=b"x"),
                     lambda: city.s3.create_multipart_upload(Bucket=bucket, Key=key)):
            with pytest.raises(ClientError) as e:
                call()
            assert e.value.response["Error"]["Code"] == "InvalidURI"

    def test_an_older_one_is_listed_for_those_who_can_read_it(self, city, bucket, db):
        city.s3.put_object(Bucket=bucket, Key="older", Body=b"x")
        key = "older\x01"
        db.do("update store.object set key = %s where bucket = %s and key = 'older'", key, bucket)
        answer = plain("GET", city.signed_url("GET", f"/{bucket}?list-type=2&prefix=older"))
        assert (answer.status_code, error_code(answer)) == (400, "InvalidArgument")
        assert "encoding-type=url" in answer.text
        assert [e["Key"] for e in city.s3.list_objects_v2(Bucket=bucket, Prefix="older")["Contents"]] == [key]
        city.s3.delete_object(Bucket=bucket, Key=key)


class TestKept:
    """What is told with an object: metadata and the headers that S3 keeps."""

    META = {"mtime": "1700000000.123456789", "s3cmd-attrs": "uid:0/gname:root", "under_score": "1", "dot.ted": "2",
            "empty": "", "long-name-" + "x" * 100: "y"}
    HEADERS = {"ContentEncoding": "gzip", "CacheControl": "max-age=31536000, public", "ContentLanguage": "ru, en",
               "ContentDisposition": "attachment; filename*=UTF-8''%D1%91.txt", "ContentType": "text/plain; charset=utf-8"}

    def same(self, answer):
        assert answer["Metadata"] == self.META
        assert {name: answer[name] for name in self.HEADERS} == self.HEADERS
        assert answer["ResponseMetadata"]["HTTPHeaders"]["expires"] == "Fri, 01 Jan 2100 00:00:00 GMT"

    def put(self, city, bucket, key, **more):
        city.s3.put_object(Bucket=bucket, Key=key, Body=b"0123456789", Metadata=self.META,
                           Expires="Fri, 01 Jan 2100 00:00:00 GMT", **self.HEADERS, **more)

    @pytest.mark.parametrize("more", [{}, {"Range": "bytes=2-5"}, {"IfMatch": "*"}, {"Range": "bytes=0-18446744073709551616"}])
    def test_it_comes_back(self, city, bucket, more):
        self.put(city, bucket, "kept")
        got = city.s3.get_object(Bucket=bucket, Key="kept", **more)
        self.same(got)
        assert got["Body"].read() == b"0123456789"[2:6] if more == {"Range": "bytes=2-5"} else b"0123456789"
        self.same(city.s3.head_object(Bucket=bucket, Key="kept", **more))

    def test_of_parts_too(self, city, bucket):
        what = {"Bucket": bucket, "Key": "kept parts"}
        what["UploadId"] = city.s3.create_multipart_upload(
            **what, Metadata=self.META, Expires="Fri, 01 Jan 2100 00:00:00 GMT", **self.HEADERS)["UploadId"]
        part = city.s3.upload_part(**what, PartNumber=1, Body=b"0123456789")
        city.s3.complete_multipart_upload(**what, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
        self.same(city.s3.get_object(Bucket=bucket, Key="kept parts"))

    def test_a_second_put_forgets_it(self, city, bucket):
        self.put(city, bucket, "forgotten")
        city.s3.put_object(Bucket=bucket, Key="forgotten", Body=b"1")
        head = city.s3.head_object(Bucket=bucket, Key="forgotten")
        assert head["Metadata"] == {} and "CacheControl" not in head and "ContentEncoding" not in head

    def test_a_presigned_address_brings_its_metadata_along(self, city, bucket):
        url = city.presign("put_object", bucket, "signed", Metadata={"who": "anna"})
        assert plain("PUT", url, data=b"1", headers={"x-amz-meta-who": "anna"}).status_code == 200
        assert city.s3.head_object(Bucket=bucket, Key="signed")["Metadata"] == {"who": "anna"}
        answer = plain("PUT", url, data=b"2", headers={"x-amz-meta-who": "anna", "x-amz-meta-more": "1"})
        assert answer.status_code in (400, 403)
        assert city.s3.get_object(Bucket=bucket, Key="signed")["Body"].read() == b"1"

    @pytest.mark.parametrize("value", ["a%0d%0aSet-Cookie:%20x", "a%0aX-Injected:%201"])
    def test_no_header_can_be_smuggled_in(self, city, bucket, value):
        answer = plain("PUT", city.signed_url("PUT", f"/{bucket}/smuggled?x-amz-meta-a={value}"), data=b"1")
        assert (answer.status_code, error_code(answer)) == (400, "InvalidArgument")
        url = city.signed_url("GET", f"/{bucket}/smuggled?response-content-language={value}")
        city.s3.put_object(Bucket=bucket, Key="smuggled", Body=b"1")
        answer = plain("GET", url)
        assert "Set-Cookie" not in answer.headers and "X-Injected" not in answer.headers

    def test_two_kilobytes_are_the_limit(self, city, bucket):
        city.s3.put_object(Bucket=bucket, Key="large", Body=b"1", Metadata={"a": "v" * 2047})
        assert city.s3.head_object(Bucket=bucket, Key="large")["Metadata"] == {"a": "v" * 2047}
        assert city.s3.get_object(Bucket=bucket, Key="large")["Metadata"] == {"a": "v" * 2047}
        with pytest.raises(ClientError) as e:
            city.s3.put_object(Bucket=bucket, Key="large", Body=b"2", Metadata={"a": "v" * 2048})
        assert e.value.response["Error"]["Code"] == "MetadataTooLarge"
        many = {f"k{n:02}": str(n) for n in range(40)}
        city.s3.put_object(Bucket=bucket, Key="many", Body=b"1", Metadata=many)
        assert city.s3.get_object(Bucket=bucket, Key="many")["Metadata"] == many

    def test_a_checksum_is_told_to_those_who_ask(self, city, bucket):
        sent = {"x-amz-checksum-sha256": "a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s="}
        headers = city.signed("PUT", f"/{bucket}/summed", b"1", sent)
        assert plain("PUT", f"{city.base}/{bucket}/summed", data=b"1", headers=headers).status_code == 200
        for method in ("GET", "HEAD"):
            for mode, told in ((None, None), ("ENABLED", sent["x-amz-checksum-sha256"])):
                headers = city.signed(method, f"/{bucket}/summed", headers={"x-amz-checksum-mode": mode} if mode else {})
                answer = plain(method, f"{city.base}/{bucket}/summed", headers=headers)
                assert answer.headers.get("x-amz-checksum-sha256") == told
        assert hashlib.sha256(b"1").hexdigest().startswith("6b86b273")

    def test_other_classes_of_storage_are_refused(self, city, bucket):
        city.s3.put_object(Bucket=bucket, Key="class", Body=b"1", StorageClass="STANDARD")
        with pytest.raises(ClientError) as e:
            city.s3.put_object(Bucket=bucket, Key="class", Body=b"1", StorageClass="GLACIER")
        assert e.value.response["Error"]["Code"] == "InvalidStorageClass"
