"""Dropbox's HTTP API as far as it is published (dropbox.com/developers/documentation/http): files up and down, folders by pages, shared
links, tokens that end. It misbehaves on demand.

class Dropbox runs it in a thread of the test.
"""

import hashlib
import http.server
import json
import threading
import urllib.parse

REFRESH = "refresh-of-the-stand-in"
APP = ("app-key", "app-secret")
BLOCK = 4 << 20


def content_hash(content):
    """As Dropbox has it: SHA-256 over the SHA-256 of each 4 MiB."""
    blocks = (content[i:i + BLOCK] for i in range(0, len(content), BLOCK))
    return hashlib.sha256(b"".join(hashlib.sha256(block).digest() for block in blocks)).hexdigest()


class Dropbox:
    """files: path -> bytes; links: path -> address; calls: paths of all that was asked. faults: what the next calls get, one each: a
    status, "cut", "garbage", "expired" (as after four hours) or None. pause: what a 429 asks for, None: nothing.
    broken: paths that it never takes."""

    def __init__(self):
        self.files, self.links, self.calls, self.faults, self.tokens = {}, {}, [], [], []
        self.broken = set()
        self.pause, self.page = None, 2
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.calls.append(self.path)
                fault = owner.faults.pop(0) if owner.faults and self.path != "/oauth2/token" else None
                if fault == "cut":
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b'{"size"')
                    self.close_connection = True
                elif fault == "garbage":
                    self.reply(200, b"<html>")
                elif fault == "expired":
                    owner.tokens.clear()
                    self.reply(*owner.expired())
                elif fault:
                    self.reply(fault, {"error_summary": "out_of_order/..", "error": {}})
                else:
                    self.reply(*owner.answer(self, body))

            def reply(self, status, body):
                text = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                if status == 429 and owner.pause is not None:
                    self.send_header("Retry-After", str(owner.pause))
                self.end_headers()
                self.wfile.write(text)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def expired():
        return 401, {"error_summary": "expired_access_token/...", "error": {".tag": "expired_access_token"}}

    def answer(self, request, body):
        if request.path == "/oauth2/token":
            asked = dict(urllib.parse.parse_qsl(body.decode()))
            if (asked.get("client_id"), asked.get("client_secret")) != APP or asked.get("refresh_token") != REFRESH:
                return 400, {"error": "invalid_grant"}
            self.tokens.append(f"token-{len(self.calls)}")
            return 200, {"access_token": self.tokens[-1], "expires_in": 14400, "token_type": "bearer"}
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self.expired()
        name = request.path.removeprefix("/2/")
        if name.startswith("files/") and "Dropbox-API-Arg" in request.headers:
            asked = json.loads(request.headers["Dropbox-API-Arg"])
            return self.upload(asked, body) if name == "files/upload" else self.download(asked)
        method = name.rsplit("/", 1)[1]
        return getattr(self, "continue_" if method == "continue" else method)(**json.loads(body))

    def upload(self, asked, body):
        if asked["path"] in self.broken:
            return 500, {"error_summary": "internal_error/..", "error": {}}
        if asked["path"] in self.files and asked.get("mode") != "overwrite":
            return 409, {"error_summary": "path/conflict/file/..", "error": {}}
        self.files[asked["path"]] = body
        return 200, self.entry(asked["path"])

    def download(self, asked):
        path = next((p for p in self.files if p.lower() == asked["path"].lower()), None)
        return (200, self.files[path]) if path else (409, {"error_summary": "path/not_found/..", "error": {}})

    def entry(self, path):
        return {".tag": "file", "name": path.rsplit("/", 1)[1], "path_lower": path.lower(), "path_display": path,
                "size": len(self.files[path]), "content_hash": content_hash(self.files[path])}

    def list_folder(self, path, recursive=False, cursor="0", **_):
        found = sorted(p for p in self.files if p.lower().startswith(path.lower() + "/"))
        if not found:
            return 409, {"error_summary": "path/not_found/..", "error": {}}
        begin = int(cursor.rsplit(":", 1)[-1])
        entries = [self.entry(p) for p in found[begin:begin + self.page]]
        if begin == 0:
            entries.insert(0, {".tag": "folder", "name": "card", "path_lower": path, "path_display": path})
        return 200, {"entries": entries, "cursor": f"{path}:{begin + self.page}", "has_more": begin + self.page < len(found)}

    def continue_(self, cursor):
        return self.list_folder(cursor.rsplit(":", 1)[0], True, cursor)

    def create_shared_link_with_settings(self, path):
        if path not in self.files:
            return 409, {"error_summary": "path/not_found/..", "error": {}}
        if path in self.links:
            return 409, {"error_summary": "shared_link_already_exists/metadata/..", "error": {}}
        self.links[path] = f"https://www.dropbox.com/scl/fi/x{len(self.links)}/card.jpg?rlkey=k&dl=0"
        return 200, {"url": self.links[path]}

    def list_shared_links(self, path, direct_only):
        return 200, {"links": [{"url": self.links[path]}] if path in self.links else []}

    def delete_v2(self, path):
        self.links.pop(path, None)
        return (200, {"metadata": {}}) if self.files.pop(path, None) is not None else (409, {"error_summary": "path_lookup/not_found/.."})
