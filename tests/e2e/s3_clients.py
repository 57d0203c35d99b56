"""Clients of S3 that nobody here wrote, at their default settings, each with the same operations.

A client that does not offer an operation lacks the method. Names go by s3_key(), files by path; what an operation
has done is judged by the test, with another client.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess

import boto3
import requests

from tests.conftest import wait_for
from tests.e2e.stack import REPO

NODE_FOLDER = os.environ.get("SAMOVAR_TEST_NPM")  # made by scripts/test


class Missing(Exception):
    """The client cannot be run here, and why."""


def run(*command, check=True, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=120, **more)
    assert not check or done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
    return done


def package_version(name):
    """Of a package of Debian, without the parts that updates change."""
    text = run("dpkg-query", "-W", "-f", "${Version}", name, check=False).stdout.decode()
    return ".".join(text.split(":")[-1].split("-")[0].split("+")[0].split(".")[:2])


class Client:
    """What all have in common: a city, a bucket, a folder to work in."""

    def __init__(self, city, bucket, folder):
        self.city, self.bucket, self.folder = city, bucket, folder
        self.environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "AWS_ACCESS_KEY_ID": city.keys.user, "AWS_SECRET_ACCESS_KEY": city.keys.password,
                        "HOME": str(folder)}

    def close(self):
        pass

    def run(self, *command, **more):
        return run(*command, env=self.environ, **more)


class Boto3(Client):
    title = "boto3 " + ".".join(boto3.__version__.split(".")[:2])

    def __init__(self, *args):
        super().__init__(*args)
        self.s3 = boto3.client("s3", endpoint_url=self.city.base, region_name="us-east-1",
                               aws_access_key_id=self.city.keys.user, aws_secret_access_key=self.city.keys.password)

    def put(self, key, path):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=path.read_bytes())

    def get(self, key):
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def list(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix,
                                                                  PaginationConfig={"PageSize": 2})
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def multipart(self, key, path):
        self.s3.upload_file(str(path), self.bucket, key)

    def copy(self, one, other):
        self.s3.copy({"Bucket": self.bucket, "Key": one}, self.bucket, other)

    def rename(self, one, other):
        self.copy(one, other)
        self.s3.delete_object(Bucket=self.bucket, Key=one)

    def delete(self, keys):
        self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in keys]})

    def presign(self, key, method):
        return self.s3.generate_presigned_url("put_object" if method == "PUT" else "get_object",
                                              Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=60)

    def metadata(self, key, path):
        self.s3.upload_file(str(path), self.bucket, key, ExtraArgs={"Metadata": {"who": "anna"}, "CacheControl": "no-store"})
        head = self.s3.head_object(Bucket=self.bucket, Key=key)
        return head["Metadata"], head["CacheControl"]

    def form(self, key, least, most):
        return self.s3.generate_presigned_post(self.bucket, key, Conditions=[["content-length-range", least, most]], ExpiresIn=60)


class Node(Client):
    """A script of tests/clients that stays for as long as its tests."""

    script = None

    def __init__(self, *args):
        super().__init__(*args)
        if not NODE_FOLDER or not shutil.which("node"):
            raise Missing("SAMOVAR_TEST_NPM is not set; scripts/test sets it")
        for source in (REPO / "tests/clients").glob("*.mjs"):
            shutil.copy(source, NODE_FOLDER)
        self.process = subprocess.Popen(
            ["node", self.script, self.city.base, self.bucket], cwd=NODE_FOLDER, env=self.environ, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)

    def ask(self, op, **args):
        self.process.stdin.write(json.dumps({"op": op, **args}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()[-3000:]
        answer = json.loads(line)
        if "ok" not in answer:
            raise RuntimeError(f"{op}: {answer}")
        return answer["ok"]

    def put(self, key, path):
        self.ask("put", key=key, path=str(path))

    def get(self, key):
        return base64.b64decode(self.ask("get", key=key))

    def list(self, prefix):
        return self.ask("list", prefix=prefix)

    def multipart(self, key, path):
        self.ask("stream", key=key, path=str(path))

    def copy(self, one, other):
        self.ask("copy", **{"from": one, "to": other})

    def rename(self, one, other):
        self.copy(one, other)
        self.ask("delete", key=one)

    def delete(self, keys):
        assert sorted(self.ask("delete_many", keys=keys)) == sorted(keys)

    def presign(self, key, method):
        return self.ask("presign", key=key, method=method)

    def form(self, key, least, most):
        return self.ask("form", key=key, least=least, most=most)


def npm_version(name):
    wanted = json.loads((REPO / "tests/npm/package.json").read_text())["dependencies"][name]
    return ".".join(wanted.split(".")[:2])


class AwsSdkJs(Node):
    title = "@aws-sdk/client-s3, lib-storage " + npm_version("@aws-sdk/client-s3")
    script = "aws.mjs"

    def metadata(self, key, path):
        self.ask("put", key=key, path=str(path), Metadata={"who": "anna"}, CacheControl="no-store")
        head = self.ask("head", key=key)
        return head["Metadata"], head["CacheControl"]

    def create(self, key, text):
        self.ask("put_bytes", key=key, text=text, IfNoneMatch="*")


class MinioJs(Node):
    title = "minio " + npm_version("minio")
    script = "minio.mjs"

    def metadata(self, key, path):
        self.ask("put", key=key, path=str(path), meta={"who": "anna", "Cache-Control": "no-store"})
        head = self.ask("head", key=key)
        return {"who": head["who"]}, head["cache-control"]


class Program(Client):
    """A program of Debian that is called for each operation."""

    program = None

    def __init__(self, *args):
        super().__init__(*args)
        if not shutil.which(self.program):
            raise Missing(f"{self.program} is not installed (scripts/packages, test)")


class Rclone(Program):
    title = "rclone " + package_version("rclone")
    program = "rclone"

    def __init__(self, *args):
        super().__init__(*args)
        self.environ.update({"RCLONE_CONFIG_CITY_TYPE": "s3", "RCLONE_CONFIG_CITY_ENDPOINT": self.city.base,
                             "RCLONE_CONFIG_CITY_ACCESS_KEY_ID": self.city.keys.user,
                             "RCLONE_CONFIG_CITY_SECRET_ACCESS_KEY": self.city.keys.password, "RCLONE_CONFIG": "/notfound"})

    def at(self, key):
        return f"city:{self.bucket}/{key}"

    def put(self, key, path):
        self.run("rclone", "copyto", path, self.at(key))

    def get(self, key):
        return self.run("rclone", "cat", self.at(key)).stdout

    def list(self, prefix):
        listed = json.loads(self.run("rclone", "lsjson", "-R", "--files-only", self.at(prefix)).stdout)
        return [prefix + entry["Path"] for entry in listed]

    def multipart(self, key, path):
        self.run("rclone", "rcat", self.at(key), input=path.read_bytes())

    def copy(self, one, other):
        self.run("rclone", "copyto", self.at(one), self.at(other))

    def rename(self, one, other):
        self.run("rclone", "moveto", self.at(one), self.at(other))

    def delete(self, keys):
        for key in keys:
            self.run("rclone", "deletefile", self.at(key))

    def presign(self, key, method):
        assert method == "GET"
        return self.run("rclone", "link", "--expire", "1m", self.at(key)).stdout.decode().strip()

    def metadata(self, key, path):
        self.run("rclone", "copyto", "--header-upload", "Cache-Control: no-store", "--metadata-set", "who=anna", "--metadata",
                 path, self.at(key))
        (entry,) = json.loads(self.run("rclone", "lsjson", "--metadata", self.at(key)).stdout)
        return {"who": entry["Metadata"]["who"]}, entry["Metadata"]["cache-control"]

    def sync(self, folder, prefix):
        """The names of what was transferred."""
        done = self.run("rclone", "sync", "-v", "--use-json-log", folder, self.at(prefix))
        lines = [json.loads(line) for line in done.stderr.decode().splitlines() if line.startswith("{")]
        return sorted(line["object"] for line in lines if "Copied" in line["msg"] or "Updated" in line["msg"])


class S3cmd(Program):
    title = "s3cmd " + package_version("s3cmd")
    program = "s3cmd"

    def at(self, key):
        return f"s3://{self.bucket}/{key}"

    def s3cmd(self, *words, **more):
        host = f"127.0.0.1:{self.city.port}"
        return self.run("s3cmd", "--config=/dev/null", f"--access_key={self.city.keys.user}",
                        f"--secret_key={self.city.keys.password}", f"--host={host}", f"--host-bucket={host}", "--no-ssl",
                        "--no-progress", *words, **more)

    def put(self, key, path):
        self.s3cmd("put", path, self.at(key))

    def get(self, key):
        target = self.folder / "got"
        self.s3cmd("get", "--force", self.at(key), target)
        return target.read_bytes()

    def list(self, prefix):
        lines = self.s3cmd("ls", "--recursive", self.at(prefix)).stdout.decode().splitlines()
        return [line.partition(f"s3://{self.bucket}/")[2] for line in lines]

    def multipart(self, key, path):
        self.put(key, path)  # in parts of 15 MB

    def copy(self, one, other):
        self.s3cmd("cp", self.at(one), self.at(other))

    def rename(self, one, other):
        self.s3cmd("mv", self.at(one), self.at(other))

    def delete(self, keys):
        self.s3cmd("del", *(self.at(key) for key in keys))

    def presign(self, key, method):
        assert method == "GET"
        return self.s3cmd("signurl", self.at(key), "+60").stdout.decode().strip()

    def metadata(self, key, path):
        self.s3cmd("put", "--add-header=x-amz-meta-who:anna", "--add-header=Cache-Control:no-store", path, self.at(key))
        text = self.s3cmd("info", self.at(key)).stdout.decode()
        told = dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
        # It does not show this one.
        return {"who": told["x-amz-meta-who"].strip()}, self.city.s3.head_object(Bucket=self.bucket, Key=key)["CacheControl"]

    def sync(self, folder, prefix):
        done = self.s3cmd("sync", f"{folder}/", self.at(prefix)).stdout.decode()
        return sorted(line.split("'")[1].rpartition("/")[2] for line in done.splitlines() if line.startswith("upload:"))


class S3fs(Program):
    title = "s3fs " + package_version("s3fs")
    program = "s3fs"

    def __init__(self, *args):
        super().__init__(*args)
        try:
            os.close(os.open("/dev/fuse", os.O_RDWR))
        except OSError as e:
            raise Missing(f"no FUSE here: {e}") from None
        password = self.folder / "s3fs.password"
        password.write_text(f"{self.city.keys.user}:{self.city.keys.password}\n")
        password.chmod(0o600)
        self.root = self.folder / "mounted"
        self.root.mkdir()
        done = self.run("s3fs", self.bucket, self.root, "-o", f"passwd_file={password}", "-o", f"url={self.city.base}",
                        "-o", "use_path_request_style", check=False)
        if done.returncode != 0:
            raise Missing(f"s3fs does not mount here: {done.stderr.decode()[-200:]}")
        try:
            wait_for(lambda: os.path.ismount(self.root), 20, "s3fs has mounted the bucket")
        except AssertionError:
            raise Missing("s3fs does not mount here") from None

    def close(self):
        with contextlib.suppress(AssertionError):
            run("umount", "-l", self.root)

    def put(self, key, path):
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

    def get(self, key):
        return (self.root / key).read_bytes()

    def list(self, prefix):
        return [str(p.relative_to(self.root)) for p in (self.root / prefix).rglob("*") if p.is_file()]

    def multipart(self, key, path):
        self.put(key, path)

    def copy(self, one, other):
        shutil.copyfile(self.root / one, self.root / other)

    def rename(self, one, other):
        (self.root / one).rename(self.root / other)

    def delete(self, keys):
        for key in keys:
            (self.root / key).unlink()

    def metadata(self, key, path):
        """Owner, mode and time are metadata to it."""
        self.put(key, path)
        (self.root / key).chmod(0o640)
        os.utime(self.root / key, (1_700_000_000, 1_700_000_000))
        assert (self.root / key).stat().st_mtime == 1_700_000_000

        def known():
            """It is told when the kernel has let go of the file, a moment after close()."""
            meta = self.city.s3.head_object(Bucket=self.bucket, Key=key)["Metadata"]
            return int(meta["mode"]) & 0o777 == 0o640 and meta["mtime"].startswith("1700000000")
        wait_for(known, 10, "mode and time are kept")
        return {"who": "anna"}, "no-store"


def post_form(form, data, **more):
    """As a browser sends it: the fields in their order, the file behind them."""
    fields = [(name, (None, str(value))) for name, value in {**form["fields"], **more}.items()]
    return requests.post(form["url"], files=[*fields, ("file", ("name.txt", data))], timeout=20, allow_redirects=False)


CLIENTS = [Boto3, AwsSdkJs, MinioJs, Rclone, S3cmd, S3fs]
