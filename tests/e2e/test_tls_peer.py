"""An S3 server behind https: copies, links, and a certificate that is not to be trusted."""

import os
import re
import shutil
import signal
import ssl
import subprocess

import boto3
import pytest
import requests
from botocore.config import Config

from tests.conftest import enterable, free_port, wait_for
from tests.e2e.client import ALL_PERMISSIONS
from tests.e2e.store import City, Keys
from tests.e2e.test_files import owner, servers  # noqa: F401
from tests.e2e.test_peers import BIG, holders, hurry, key_of
from tests.e2e.test_servers import at

NEW_YORK, DALLAS = "40.7,-74.0", "32.8,-96.8"


class Front:
    """An nginx that ends TLS in front of a city, with a certificate of our own authority."""

    def __init__(self, folder, city, authority):
        self.folder, self.port, self.authority = folder, free_port(), authority
        self.base = f"https://127.0.0.1:{self.port}"
        self.make("stranger", "IP:127.0.0.1")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", folder / "ca.key", "-out", authority, "-subj", "/CN=Peers", "-days", "2"],
                       check=True, capture_output=True)
        authority.chmod(0o644)
        self.make("good", "IP:127.0.0.1", "-CA", authority, "-CAkey", folder / "ca.key")
        self.make("elsewhere", "DNS:elsewhere.example", "-CA", authority, "-CAkey", folder / "ca.key")
        user = "user samovar;" if os.getuid() == 0 else ""
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(f"""{user} worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{ access_log {folder}/access.log; {temporary} client_max_body_size 0;
  server {{ listen 127.0.0.1:{self.port} ssl; ssl_certificate {folder}/shown.pem; ssl_certificate_key {folder}/shown.key;
    location / {{ proxy_pass http://127.0.0.1:{city.port}; proxy_http_version 1.1; proxy_request_buffering off;
      proxy_set_header Host $http_host; }} }} }}
""")
        self.process = None
        self.show("good")

    def make(self, name, address, *signed):
        subprocess.run(["openssl", "req", "-x509", *signed, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", "-subj", f"/CN={name}",
                        "-days", "2", "-addext", f"subjectAltName={address}", "-addext", "basicConstraints=CA:FALSE"],
                       check=True, capture_output=True)

    def show(self, name):
        """From now on this is the certificate that callers see."""
        for end in ("pem", "key"):
            shutil.copy(self.folder / f"{name}.{end}", self.folder / f"shown.{end}")
        if self.process is None:
            self.process = subprocess.Popen(["nginx", "-e", "stderr", "-c", self.folder / "nginx.conf"],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            self.process.send_signal(signal.SIGHUP)
        wanted = (self.folder / f"{name}.pem").read_text().split()
        wait_for(lambda: self.certificate().split() == wanted, 20, f"nginx shows the certificate {name}")

    def certificate(self):
        try:
            return ssl.get_server_certificate(("127.0.0.1", self.port), timeout=5)
        except OSError:
            return ""

    def asked(self):
        return (self.folder / "access.log").read_text().splitlines()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def front(stack, tmp_path_factory):
    front = Front(enterable(tmp_path_factory.mktemp("front")), City(stack, "s1_3"), stack.state / "peer-ca.pem")
    yield front
    front.stop()
    front.authority.unlink()


@pytest.fixture
def anna(owner):  # noqa: F811
    return owner(*ALL_PERMISSIONS)


@pytest.fixture
def dallas(servers, front, stack, db, anna, ctl):  # noqa: F811
    """The city s1_3, which is called by https only; s1_2 is the other usable one. A client of it."""
    front.show("good")
    db.do("update storage.server set is_active = name in ('s1_2', 's1_3')")
    db.do("update storage.server set port = %s where name = 's1_3'", front.port)
    ctl("storage", "server", "s1_3", "--tls", "yes")
    # What was found at its other address says nothing; links lead only to who has answered.
    db.do("delete from storage.health")
    wait_for(lambda: {r.name for r in db.all("select s.name from storage.health h join storage.server s on s.id = h.server_id"
                                             " where h.is_up")} >= {"s1_2", "s1_3"}, 30, "both are known to be up")
    assert re.search(r" up .* tls", line_of(ctl, "s1_3"))
    keys = Keys(stack)
    yield boto3.client("s3", endpoint_url=front.base, region_name="us-east-1", verify=str(front.authority),
                       aws_access_key_id=keys.user, aws_secret_access_key=keys.password,
                       config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    db.do("update storage.server set port = %s where name = 's1_3'", City(stack, "s1_3").port)
    ctl("storage", "server", "s1_3", "--tls", "no")


def line_of(ctl, name):
    return next(line for line in ctl("storage", "servers").stdout.splitlines() if line.startswith(name + " "))


def send(anna, data, position, **more):
    """Uploads it from there; the link, and the file."""
    answer = anna.post("/files/upload/", {"name": os.urandom(6).hex(), "size": len(data)}, headers=at(position)).json()
    assert requests.put(answer["link"], data=data, timeout=30, **more).status_code == 200
    return answer["link"], answer["file"]


@pytest.mark.parametrize("size", [70000, BIG], ids=["whole", "in parts"])
def test_a_copy_goes_to_it(dallas, anna, db, size):
    data = os.urandom(size)
    _, file = send(anna, data, NEW_YORK)
    wait_for(lambda: hurry(db) or holders(db, file) == {"s1_2", "s1_3"}, 30, "the copy is made")
    assert dallas.get_object(Bucket="storage", Key=key_of(db, file))["Body"].read() == data


def test_its_links_are_https_and_a_copy_comes_from_it(dallas, front, anna, db, stack):
    data = os.urandom(70000)
    link, file = send(anna, data, DALLAS, verify=front.authority)
    assert link.startswith(front.base + "/storage/")
    wait_for(lambda: hurry(db) or holders(db, file) == {"s1_2", "s1_3"}, 30, "the copy is made")
    assert City(stack, "s1_2").s3.get_object(Bucket="storage", Key=key_of(db, file))["Body"].read() == data
    link = anna.get(f"/files/{file['id']}/", headers=at(DALLAS)).json()["link"]
    assert link.startswith(front.base + "/storage/")
    assert requests.get(link, verify=front.authority, timeout=30).content == data


@pytest.mark.parametrize("wrong", ["stranger", "elsewhere"])
def test_a_certificate_that_is_wrong_is_refused(dallas, front, anna, db, ctl, wrong):
    front.show(wrong)
    wait_for(lambda: re.search(r" down .*certificate", line_of(ctl, "s1_3")), 20, "it counts as down")
    before = front.asked()
    data = os.urandom(5000)
    link, file = send(anna, data, DALLAS)  # the next nearest
    assert not link.startswith("https:")
    wait_for(lambda: hurry(db) or db.all(
        "select 1 from job.job where kind = 'copy.make' and tries > 0 and starts_with(subject,"
        " (select current_version::text from storage.file where id = %s))", file["id"]), 20, "it is tried")
    assert holders(db, file) == {"s1_2"}
    assert front.asked() == before
    front.show("good")
    wait_for(lambda: hurry(db) or holders(db, file) == {"s1_2", "s1_3"}, 30, "the copy is made")
    assert dallas.get_object(Bucket="storage", Key=key_of(db, file))["Body"].read() == data
