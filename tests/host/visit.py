"""usage: visit.py URL USERNAME PASSWORD: a person signs in, stores a file and gets it back.

The first visit stores it; a later one finds it there and compares.
"""

import hashlib
import json
import sys
import urllib.error
import urllib.request

URL, USERNAME, PASSWORD = sys.argv[1:4]
BYTES = hashlib.sha256(b"samovar").digest() * 20000  # 640 kB
NAME = "visit.bin"


def ask(method, path, body=None, token=None):
    request = urllib.request.Request(URL + path, method=method)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=20) as answer:
        return answer.read()


def ask_json(*words, **more):
    try:
        return json.loads(ask(*words, **more))
    except urllib.error.HTTPError as e:
        sys.exit(f"{words[:2]}: {e.code} {e.read()!r}")


token = ask_json("POST", "/users/api/v1/auth/login/",
                 {"username": USERNAME, "password": PASSWORD})["access_token"]
files = ask_json("GET", "/storage/api/v1/files/", token=token)
there = [f for f in files if f["name"] == NAME]
if not there:
    announced = ask_json("POST", "/storage/api/v1/files/upload/",
                         {"name": NAME, "size": len(BYTES)}, token=token)
    request = urllib.request.Request(announced["link"], BYTES, method="PUT")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200 and answer.read() == b"", answer.status
    there = [f for f in ask_json("GET", "/storage/api/v1/files/", token=token) if f["name"] == NAME]
    print("stored")

(file,) = there
got = ask("GET", f"/storage/api/v1/files/{file['id']}/content", token=token)
assert got == BYTES, f"{len(got)} bytes came back"
print("the same came back")
