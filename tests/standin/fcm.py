#!/usr/bin/python3
"""Firebase Cloud Messaging as far as its published REST API goes: an OAuth token for a signed JWT, and
projects/<project>/messages:send over HTTP/2, which misbehaves on demand.

class Fcm runs it in a thread of the test; `fcm.py --port 18300` runs it alone and prints what arrives.
"""

import argparse
import asyncio
import base64
import collections
import json
import os
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from tests.standin.smtp import certificate

PROJECT = "samovar-test"
STREAMS = 100


class Fault:
    """What goes wrong with the next `count` sends, or with those to a device.

    kind   status (the answer is that status), hang (none comes), cut (the connection ends), garbage (200 and no JSON)
    """

    def __init__(self, kind, count=1, token=None, status=503, code="UNAVAILABLE", retry_after=None):
        assert kind in ("status", "hang", "cut", "garbage"), kind
        self.kind, self.count, self.token = kind, count, token
        self.status, self.code, self.retry_after = status, code, retry_after


def error(status, code):
    """An error as google.rpc.Status with FcmError in its details."""
    return {"error": {"code": status, "message": code, "status": code, "details": [
        {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}]}}


def make_account(folder, url):
    """A service account's file whose tokens come from `url`; its path, and the public key."""
    key = os.path.join(folder, "fcm.key")
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key],
                   check=True, capture_output=True)
    public = os.path.join(folder, "fcm.pub")
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
    path = os.path.join(folder, "fcm.json")
    with open(key) as f, open(path, "w") as out:
        json.dump({"type": "service_account", "project_id": PROJECT, "private_key_id": "k1", "private_key": f.read(),
                   "client_email": f"robot@{PROJECT}.iam.gserviceaccount.com", "token_uri": f"{url}/token"}, out)
    os.chmod(path, 0o644)
    return path, public


def unpad(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Connection(asyncio.Protocol):
    """One connection of a client that speaks HTTP/2, as all clients of FCM may."""

    def __init__(self, fcm):
        self.fcm = fcm
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.bodies, self.heads = collections.defaultdict(bytearray), {}

    def connection_made(self, transport):
        self.transport = transport
        self.fcm.connections += 1
        self.fcm.open.add(self)
        self.h2.initiate_connection()
        self.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: STREAMS})
        self.flush()

    def connection_lost(self, exc):
        self.fcm.open.discard(self)

    def data_received(self, data):
        try:
            events = self.h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            self.transport.close()
            return
        for event in events:
            self.take(event)
        self.flush()

    def flush(self):
        out = self.h2.data_to_send()
        if out:
            self.transport.write(out)

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.heads[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[event.stream_id] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            head, body = self.heads.pop(event.stream_id), bytes(self.bodies.pop(event.stream_id, b""))
            self.fcm.arrive(self, event.stream_id, head, body)

    def answer(self, stream, status, body, headers=()):
        if self.transport.is_closing():
            return
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.h2.send_headers(stream, [(":status", str(status)), ("content-type", "application/json"),
                                          ("content-length", str(len(text))), *headers])
            self.h2.send_data(stream, text, end_stream=True)
        except h2.exceptions.ProtocolError:
            return  # it was given up meanwhile
        self.flush()


class Fcm:
    def __init__(self, port, delay=0.0):
        self.port, self.url, self.delay = port, f"https://127.0.0.1:{port}", delay
        self.folder = tempfile.mkdtemp(prefix="fcm-")
        os.chmod(self.folder, 0o755)
        self.ca, self.key = certificate(self.folder)
        self.account, self.public = make_account(self.folder, self.url)
        self.lock = threading.Lock()
        self.messages, self.calls, self.faults, self.tokens = [], [], [], {}
        self.gone, self.open = set(), set()
        self.connections = self.in_flight = self.most_in_flight = 0
        self.lifetime, self.refuse_tokens = 3600, 0
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        assert self.ready.wait(5)

    def serve(self):
        self.loop = asyncio.new_event_loop()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, self.key)
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.loop.run_until_complete(
            self.loop.create_server(lambda: Connection(self), "127.0.0.1", self.port, ssl=context))
        self.loop.call_soon(self.ready.set)
        self.loop.run_forever()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    # -- what a test says and asks

    def fault(self, kind, **more):
        with self.lock:
            self.faults.append(Fault(kind, **more))

    def forget(self):
        with self.lock:
            self.messages.clear(), self.calls.clear(), self.faults.clear(), self.gone.clear()
            self.most_in_flight = 0

    def to(self, token):
        with self.lock:
            return [m for m in self.messages if m["token"] == token]

    def statuses(self, token=None):
        with self.lock:
            return [status for to, status, _ in self.calls if token in (None, to)]

    def expire_tokens(self):
        with self.lock:
            self.tokens.clear()

    # -- its own side

    def wrong(self, token):
        for fault in self.faults:
            if fault.token in (None, token):
                fault.count -= 1
                if fault.count == 0:
                    self.faults.remove(fault)
                return fault
        return None

    def token(self, body):
        """RFC 7523: the assertion must be signed by the account and be for us."""
        if self.refuse_tokens > 0:
            self.refuse_tokens -= 1
            return 503, {"error": "temporarily_unavailable"}
        form = dict(urllib.parse.parse_qsl(body))
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return 400, {"error": "unsupported_grant_type"}
        head, claims, signature = form.get("assertion", "..").split(".")
        with tempfile.NamedTemporaryFile(dir=self.folder) as f:
            f.write(unpad(signature))
            f.flush()
            good = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.public, "-signature", f.name],
                                  input=f"{head}.{claims}".encode(), capture_output=True).returncode == 0
        claims = json.loads(unpad(claims)) if good else {}
        now = time.time()
        if (not good or claims["aud"] != f"{self.url}/token" or claims["exp"] > claims["iat"] + 3600
                or "firebase.messaging" not in claims["scope"] or json.loads(unpad(head))["alg"] != "RS256"):
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        token = f"ya29.{len(self.tokens)}.{now}"
        self.tokens[token] = now + self.lifetime
        return 200, {"access_token": token, "expires_in": self.lifetime, "token_type": "Bearer"}

    def arrive(self, link, stream, head, body):
        with self.lock:
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.loop.call_later(self.delay, self.reply, link, stream, head, body)

    def note(self, token, status):
        self.calls.append((token, status, time.time()))

    def reply(self, link, stream, head, body):
        if head[":path"] == "/token":
            self.in_flight -= 1
            link.answer(stream, *self.token(body.decode()))
            return
        with self.lock:
            self.in_flight -= 1
            message = self.read(head, body)
            token = message.get("token")
            fault = self.wrong(token)
            if fault is not None:
                self.note(token, fault.kind if fault.kind != "status" else fault.status)
                self.misbehave(link, stream, fault)
                return
            status, answer = self.judge(head, message)
            self.note(token, status)
        link.answer(stream, status, answer)

    def read(self, head, body):
        try:
            return json.loads(body)["message"]
        except (ValueError, KeyError, TypeError):
            return {}

    def judge(self, head, message):
        if head[":path"] != f"/v1/projects/{PROJECT}/messages:send" or head[":method"] != "POST":
            return 404, error(404, "NOT_FOUND")
        if self.tokens.get(head.get("authorization", "").removeprefix("Bearer "), 0) < time.time():
            return 401, error(401, "UNAUTHENTICATED")
        data = message.get("data", {})
        if not message.get("token") or any(not isinstance(v, str) for v in data.values()) or "notification" in message:
            return 400, error(400, "INVALID_ARGUMENT")
        if len(json.dumps(data, ensure_ascii=False).encode()) > 4096 + 200:
            return 400, error(400, "INVALID_ARGUMENT")
        if message["token"] in self.gone:
            return 404, error(404, "UNREGISTERED")
        self.messages.append({**message, "at": time.time()})
        return 200, {"name": f"projects/{PROJECT}/messages/{len(self.messages)}"}

    def misbehave(self, link, stream, fault):
        if fault.kind == "cut":
            link.transport.abort()
        elif fault.kind == "garbage":
            link.answer(stream, 200, b"<html>not what you think</html>")
        elif fault.kind == "status":
            more = [] if fault.retry_after is None else [("retry-after", str(fault.retry_after))]
            link.answer(stream, fault.status, error(fault.status, fault.code), more)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=18300)
    options.add_argument("--delay", type=float, default=0.05)
    options = options.parse_args()
    server = Fcm(options.port, options.delay)
    print(f"FIREBASE_CERTIFICATE={server.account} SAMOVAR_PUSH_URL={server.url} SAMOVAR_PUSH_CA_FILE={server.ca}", flush=True)
    while True:
        time.sleep(1)
        print(f"{len(server.messages)} messages, {server.connections} connections, {server.most_in_flight} at once", flush=True)
