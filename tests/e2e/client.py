"""How tests talk to Samovar: clients with an address of their own, tokens, accounts."""

import base64
import hashlib
import hmac
import http.client
import itertools
import json
import secrets
import socket
import time

import requests
from requests.adapters import HTTPAdapter

from tests.e2e import private

addresses = itertools.count(2)

ALL_PERMISSIONS = [
    "can_view_file", "can_rename_file", "can_upload_file", "can_download_file",
    "can_delete_file", "can_view_cdnserver", "can_change_cdnserver",
    "can_add_cdnserver", "can_delete_cdnserver", "can_view_filesharelink",
    "can_add_filesharelink", "can_delete_filesharelink",
]


def fresh_address():
    """A loopback address that no other client of this run has: limits an address are its own."""
    n = next(addresses)
    return f"127.{10 + n // 254 // 255 % 200}.{n // 254 % 255}.{n % 254 + 1}"


class From(HTTPAdapter):
    """Connects from a given address."""

    def __init__(self, address):
        self.address = address
        super().__init__(pool_maxsize=50)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self.address, 0), **kwargs)


class Client:
    """A person's browser: a base address, perhaps a token, cookies, an address of its own."""

    def __init__(self, base, prefix="", token=None, address=None, timeout=20):
        self.base, self.prefix, self.token = base, prefix, token
        self.address = address or fresh_address()
        self.timeout = timeout
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", From(self.address))

    def __call__(self, method, path, json=None, headers=None, token=None, **more):
        headers = dict(headers or {})
        token = token or self.token
        if token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {token}"
        headers = {k: v for k, v in headers.items() if v is not None}
        more.setdefault("timeout", self.timeout)
        more.setdefault("allow_redirects", False)
        return self.session.request(method, self.base + self.prefix + path, json=json,
                                    headers=headers, **more)

    def get(self, path, **more):
        return self("GET", path, **more)

    def post(self, path, json=None, **more):
        return self("POST", path, json=json, **more)

    def patch(self, path, json=None, **more):
        return self("PATCH", path, json=json, **more)

    def with_token(self, token):
        return Client(self.base, self.prefix, token, self.address, self.timeout)

    def raw(self, data, read=True, half_close=False, timeout=20):
        """Sends bytes as they stand to nginx and returns all that comes back."""
        host, _, port = self.base.partition("//")[2].partition(":")
        with socket.create_connection((host, int(port)), timeout,
                                      source_address=(self.address, 0)) as link:
            link.sendall(data)
            if half_close:
                link.shutdown(socket.SHUT_WR)
            answer = b""
            while read:
                try:
                    more = link.recv(65536)
                except (ConnectionError, socket.timeout):
                    break
                if not more:
                    break
                answer += more
            return answer

    def as_is(self, method, target, body=None, headers=None):
        """A request whose target is not touched by a library: status, headers, body."""
        host, _, port = self.base.partition("//")[2].partition(":")
        private.note_address(target)
        link = http.client.HTTPConnection(host, int(port), timeout=self.timeout,
                                          source_address=(self.address, 0))
        link.putrequest(method, target, skip_accept_encoding=True)
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None:
            headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            link.putheader(name, value)
        link.endheaders(body)
        answer = link.getresponse()
        text = answer.read()
        link.close()
        return answer.status, answer.headers, text


def error(answer):
    """(status, code) of a storage answer."""
    return answer.status_code, answer.json().get("error")


def detail(answer):
    """(status, detail) of a programme answer; the body has no other member."""
    body = answer.json()
    assert set(body) == {"detail"}, body
    return answer.status_code, body["detail"]


# -- tokens

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(token):
    return json.loads(unb64(token.split(".")[1]))


def header(token):
    return json.loads(unb64(token.split(".")[0]))


def sign(payload, key, alg="HS256", typ="JWT"):
    """A token with exactly this payload; alg none has an empty signature."""
    head = b64(json.dumps({"alg": alg, "typ": typ}).encode())
    body = head + "." + b64(json.dumps(payload).encode() if not isinstance(payload, bytes) else payload)
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}.get(alg)
    seal = hmac.new(key.encode(), body.encode(), digest).digest() if digest else b""
    return body + "." + b64(seal)


def changed(token, key, drop=(), **members):
    """The token with other claims, signed as the server signs."""
    payload = {**claims(token), **members}
    for name in drop:
        payload.pop(name, None)
    return sign(payload, key)


# -- people

PASSWORD = "Qwe12345rty"


def word(prefix="t"):
    return f"{prefix}{secrets.token_hex(5)}"


class Person:
    """An account and the words it signs in with."""

    def __init__(self, id, uuid, username, email, password):
        self.id, self.uuid = id, str(uuid)
        self.username, self.email, self.password = username, email, password


def make_person(db, hash, permissions=(), superuser=False, role=None, status="active",
                password=PASSWORD, **columns):
    """Puts an account into the database, as an import would."""
    name = word("u")
    row = {
        "username": name, "email": f"{name}@example.com", "name": "Иван", "surname": "Петров",
        "password": hash, "is_superuser": superuser, "role": role, "status": status, **columns,
    }
    names = ", ".join(row)
    marks = ", ".join(["%s"] * len(row))
    id, uuid = db.one(f"insert into account.account ({names}) values ({marks}) returning id, uuid",
                      *row.values())
    for permission in permissions:
        db.do("insert into account.permission (account_id, name) values (%s, %s)", id, permission)
    return Person(id, uuid, row["username"], row["email"], password)


def iso_seconds(text):
    """Seconds since 1970 of a time that names its offset."""
    from datetime import datetime
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    assert at.tzinfo is not None, f"{text} names no offset"
    return at.timestamp()


def together(count, work):
    """Runs work(n) in `count` threads that begin at the same moment; returns what each returned."""
    import threading
    gate, results, errors = threading.Barrier(count), [None] * count, []

    def one(n):
        gate.wait()
        try:
            results[n] = work(n)
        except Exception as e:  # a thread's failure is the test's failure
            errors.append(e)
    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    if errors:
        raise errors[0]
    return results


def elapsed(work):
    start = time.monotonic()
    result = work()
    return time.monotonic() - start, result
