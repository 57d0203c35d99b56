"""Real clients of S3 at their default settings, through each operation; docs/storage.md has the table that this makes."""

import os
import re

import pytest

from tests.e2e.client import word
from tests.e2e.s3_clients import CLIENTS, Missing, post_form
from tests.e2e.stack import REPO
from tests.e2e.store import City, error_code, plain

# They sign with clocks of their own: rclone is no program of the C library, others start without our environment.
pytestmark = pytest.mark.real_clock

OPERATIONS = ["put", "get", "list", "multipart", "copy", "rename", "delete", "presign", "form", "metadata", "create", "sync"]
TITLES = {"put": "put", "get": "get", "list": "list", "multipart": "multipart", "copy": "copy", "rename": "rename",
          "delete": "delete", "presign": "presign", "form": "POST form", "metadata": "metadata", "create": "conditional create",
          "sync": "second sync"}
DOCUMENT = REPO / "docs/storage.md"
MIB = 1024 * 1024
done = {}  # (client, operation): it worked


@pytest.fixture(scope="module")
def city(stack):
    return City(stack, "s1_1")


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda c: c.__name__)
def client(request, city, tmp_path_factory):
    bucket = word(request.param.__name__).replace("_", "-").lower()
    city.s3.create_bucket(Bucket=bucket)
    try:
        made = request.param(city, bucket, tmp_path_factory.mktemp("client"))
    except Missing as e:
        pytest.skip(f"{request.param.title}: {e}")
    yield made
    made.close()


@pytest.fixture
def file(tmp_path):
    """file(size): a file of so many bytes and what is in it."""
    def file(size=5, name="file.txt"):
        data = os.urandom(size)
        (tmp_path / name).write_bytes(data)
        return tmp_path / name, data
    return file


def stored(client, key):
    return client.city.s3.get_object(Bucket=client.bucket, Key=key)["Body"].read()


def keys(client, prefix=""):
    return sorted(e["Key"] for e in client.city.s3.list_objects_v2(Bucket=client.bucket, Prefix=prefix).get("Contents", [])
                  if not e["Key"].endswith("/"))


def given(client, key, data=b"given"):
    client.city.s3.put_object(Bucket=client.bucket, Key=key, Body=data)
    return key


class Works:
    """What each operation means, for whoever offers it."""

    @staticmethod
    def put(client, file):
        for key in ("put", "folder/ё b+c.txt"):
            path, data = file(100_000)
            client.put(key, path)
            assert stored(client, key) == data

    @staticmethod
    def get(client, file):
        data = os.urandom(100_000)
        given(client, "got/there", data)
        assert client.get("got/there") == data

    @staticmethod
    def list(client, file):
        wanted = [given(client, f"list/{n}/{name}") for n in range(2) for name in ("a b", "ё")] + [given(client, "list/z")]
        assert sorted(client.list("list/")) == sorted(wanted)

    @staticmethod
    def multipart(client, file):
        path, data = file(31 * MIB)
        client.multipart("many parts", path)
        assert stored(client, "many parts") == data
        etag = client.city.s3.head_object(Bucket=client.bucket, Key="many parts")["ETag"]
        assert re.fullmatch(r'"[0-9a-f]{32}-\d+"', etag), "in parts, which is what this is about"

    @staticmethod
    def copy(client, file):
        client.copy(given(client, "from ё", b"copied"), "to ё")
        assert stored(client, "to ё") == stored(client, "from ё") == b"copied"

    @staticmethod
    def rename(client, file):
        client.rename(given(client, "renamed from", b"moved"), "renamed to")
        assert stored(client, "renamed to") == b"moved" and keys(client, "renamed from") == []

    @staticmethod
    def delete(client, file):
        client.delete([given(client, "delete/a b"), given(client, "delete/&<ё>")])
        assert keys(client, "delete/") == []

    @staticmethod
    def presign(client, file):
        answer = plain("GET", client.presign(given(client, "signed ё"), "GET"))
        assert (answer.status_code, answer.content) == (200, b"given")
        try:
            url = client.presign("signed put", "PUT")
        except AssertionError:
            return  # it signs downloads only
        assert plain("PUT", url, data=b"by link").status_code == 200
        assert stored(client, "signed put") == b"by link"

    @staticmethod
    def form(client, file):
        form = client.form("by form", 1, 100_000)
        assert post_form(form, b"").status_code == 400
        assert post_form(form, b"x" * 100_001).status_code == 400
        answer = post_form(form, b"from a browser")
        assert answer.status_code == 204, answer.text
        assert stored(client, "by form") == b"from a browser"

    @staticmethod
    def metadata(client, file):
        path, data = file()
        meta, control = client.metadata("with metadata", path)
        assert meta["who"] == "anna" and control == "no-store"
        assert stored(client, "with metadata") == data

    @staticmethod
    def create(client, file):
        client.create("created", "first")
        with pytest.raises(RuntimeError, match="PreconditionFailed"):
            client.create("created", "second")
        assert stored(client, "created") == b"first"

    @staticmethod
    def sync(client, file):
        paths = [file(1000, name)[0] for name in ("one", "two", "three")]
        folder = paths[0].parent
        assert client.sync(folder, "synced/") == ["one", "three", "two"]
        assert client.sync(folder, "synced/") == [], "nothing has changed"
        paths[0].write_bytes(b"changed")
        assert client.sync(folder, "synced/") == ["one"]
        assert stored(client, "synced/one") == b"changed"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_it_works(client, file, operation):
    if not hasattr(client, operation):
        done[type(client), operation] = "—"
        return
    done[type(client), operation] = "fails"
    getattr(Works, operation)(client, file)
    done[type(client), operation] = "yes"


def row(title, cells):
    return "| " + " | ".join([title, *cells]) + " |"


def test_the_table_in_the_documentation_is_what_was_seen():
    """scripts/client-table writes it. Clients that could not be run here keep their line."""
    text = DOCUMENT.read_text()
    head = row("client", [TITLES[op] for op in OPERATIONS])
    seen = {c.title: row(c.title, [done[c, op] for op in OPERATIONS])
            for c in CLIENTS if all((c, op) in done for op in OPERATIONS)}
    table = re.search(r"^\| client \|.*?\n\n", text, re.M | re.S)
    lines = table.group().strip().splitlines() if table else []
    if os.environ.get("SAMOVAR_WRITE_CLIENT_TABLE"):
        kept = {line.split(" | ")[0][2:]: line for line in lines[2:]}
        lines = [head, "|" + "---|" * (len(OPERATIONS) + 1)] + [
            seen.get(c.title) or kept.get(c.title, "") for c in CLIENTS if c.title in seen or c.title in kept]
        DOCUMENT.write_text(text.replace(table.group(), "\n".join(lines) + "\n\n"))
        return
    assert lines[0] == head
    assert [line for line in seen.values() if line not in lines] == [], "run scripts/client-table"


def test_what_is_out_of_scope_is_named(city):
    """Each line of the document's table, with each method: an error that names it, never a silent success."""
    section = DOCUMENT.read_text().partition("### Out of scope")[2].partition("\n### ")[0]
    asked = [(line.split("|")[1].strip(), code) for line in section.splitlines() if line.startswith("| ")
             for code in re.findall(r"`([^`]+)`", line.split("|")[2])]
    calls = {code[1:] for _, code in asked if code.startswith("?")}
    headers = {code.rstrip("*") for _, code in asked if code.startswith("x-amz-") and not code.startswith(("x-amz-acl", "x-amz-checksum"))}
    assert len(calls) > 25 and len(headers) > 5
    bucket = word("scope").replace("_", "-").lower()
    city.s3.create_bucket(Bucket=bucket)
    city.s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    for call in sorted(calls):
        for method, path in (("GET", f"/{bucket}"), ("PUT", f"/{bucket}"), ("DELETE", f"/{bucket}"), ("GET", f"/{bucket}/k"),
                             ("PUT", f"/{bucket}/k"), ("POST", f"/{bucket}/k"), ("DELETE", f"/{bucket}/k")):
            if (call, method, path) == ("versioning", "GET", f"/{bucket}"):
                continue  # a bucket may be asked whether it has them
            answer = plain(method, city.signed_url(method, f"{path}?{call}"), data=b"")
            assert (answer.status_code, error_code(answer)) == (501, "NotImplemented"), (method, path, call)
            assert call in answer.text
    for header in sorted(headers):
        name = header + ("test" if header.endswith("-") else "")
        for method in ("GET", "PUT", "DELETE"):
            signed = city.signed(method, f"/{bucket}/k", headers={name: "1"})
            answer = plain(method, f"{city.base}/{bucket}/k", headers=signed)
            assert (answer.status_code, error_code(answer)) == (501, "NotImplemented"), (method, name)
            assert name in answer.text
    answer = plain("DELETE", city.presign("delete_object", bucket, "k"), headers={"If-Match": "x"})
    assert (answer.status_code, error_code(answer)) == (501, "NotImplemented")
    assert city.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"
