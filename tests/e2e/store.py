"""The embedded object store as clients of S3 see it: boto3, and requests for what boto3 would not do."""

import configparser
import re
import socket
import subprocess
import urllib.parse

import boto3
import requests
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

CITIES = ["s1_1", "s1_2", "s1_3", "s2_1", "s3_1"]  # in the order of their ports


class Keys:
    """Access key, secret and bucket of the stack's store."""

    def __init__(self, stack):
        conf = configparser.RawConfigParser()
        conf.read(stack.conf)
        self.user = stack.settings.get("S3__USER") or conf["s3"]["user"]
        self.password = stack.settings.get("S3__PASSWORD") or conf["s3"]["password"]
        self.bucket = stack.settings.get("S3__BUCKET") or conf.get("s3", "bucket", fallback="storage")


class City:
    """One server of the store."""

    def __init__(self, stack, name):
        first = stack.run / "city-port"
        first = int(first.read_text()) if first.exists() else stack.port + 1
        self.name = name
        self.port = first + CITIES.index(name)
        self.base = f"http://127.0.0.1:{self.port}"
        self.keys = Keys(stack)
        self.folder = stack.state / "objects" / name
        self.s3 = self.client()

    def client(self, secret=None, user=None, **config):
        return boto3.client(
            "s3", endpoint_url=self.base, region_name="us-east-1",
            aws_access_key_id=user or self.keys.user,
            aws_secret_access_key=secret or self.keys.password,
            config=Config(signature_version="s3v4", retries={"max_attempts": 0},
                          s3={"addressing_style": "path"}, **config))

    def presign(self, operation, bucket, key, seconds=60, **more):
        return self.s3.generate_presigned_url(
            operation, Params={"Bucket": bucket, "Key": key, **more}, ExpiresIn=seconds)

    def signed(self, method, path, body=b"", headers=(), payload=None, secret=None, host=None):
        """The headers of a request of our own making, signed as boto3 would."""
        request = AWSRequest(method, (host or self.base) + path, data=body, headers=dict(headers))
        if payload is not None:
            request.headers["x-amz-content-sha256"] = payload
            request.context["payload_signing_enabled"] = False
        signer = S3SigV4Auth(Credentials(self.keys.user, secret or self.keys.password),
                             "s3", "us-east-1")
        if payload is not None:
            signer.payload = lambda _: payload
        signer.add_auth(request)
        return dict(request.headers)

    def signed_url(self, method, path, seconds=60):
        """A presigned address of any path and query, decoded by nobody."""
        request = AWSRequest(method, self.base + path)
        S3SigV4QueryAuth(Credentials(self.keys.user, self.keys.password), "s3", "us-east-1", expires=seconds) \
            .add_auth(request)
        return request.url

    def files(self):
        """What lies in the city's folders: objects and bodies that are coming in."""
        return sorted(str(p.relative_to(self.folder))
                      for p in self.folder.rglob("*") if p.is_file())

    def connect(self):
        link = socket.create_connection(("127.0.0.1", self.port), 10)
        link.settimeout(10)
        return link


def rewrite(stack, link, data):
    """Puts other bytes where an upload link has led, as its holder could at servers that know no spent links."""
    where = urllib.parse.urlsplit(link)
    (city,) = [c for c in (City(stack, name) for name in CITIES) if c.port == where.port]
    bucket, _, key = urllib.parse.unquote(where.path)[1:].partition("/")
    city.s3.put_object(Bucket=bucket, Key=key, Body=data)


def error_code(answer):
    """S3's code in an error's XML."""
    assert answer.headers["Content-Type"].startswith("application/xml"), answer.headers
    found = re.search("<Code>(.*?)</Code>", answer.text)
    assert found, answer.text
    return found.group(1)


def plain(method, url, **more):
    """A request without the headers that the library would add."""
    return requests.request(method, url, timeout=20, allow_redirects=False, **more)


def curl(*words, **more):
    return subprocess.run(["curl", "-s", *words], capture_output=True, timeout=60, **more)
